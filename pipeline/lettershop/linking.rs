//! Linking by the basic four: a sender's file of people becomes pseudonyms of that sender, or
//! nothing.
//!
//! How far two texts agree says `signature`, by the same tables as for certificates; what follows
//! from it says `registry`. The answer has the sender's rows with an id or without one, and no word
//! on why.

mod keys;

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::path::PathBuf;

use anyhow::{Context, Result};
use edge::registry_store::RegistryStore;
use letter::cell::{push_text, BOM};
use letter::{Date, SenderId};
use registry::{
    read_entries, rule, Agreement, AskedRow, BasicFour, Change, ImportError, Inquiry, Link,
    LinkGrade, Ruling, Sex, Standing,
};
use sha2::{Digest, Sha256};
use signature::basic_four::{self, Certified, Compared, Form, Grade};

pub use self::keys::LinkKeys;
use crate::config::LinkingKeys;
use crate::line::returns::quoted;
use crate::out::{hex, Out};

/// What a file of people came to.
#[derive(Debug)]
pub struct Answer {
    /// The sender's rows in the order of their ids, each with a pseudonym or nothing.
    pub rows: Vec<(Box<str>, Option<Box<str>>)>,
    /// Rows that two people of the centre have to decide.
    pub undecided: Vec<Undecided>,
    /// The number of the key that the pseudonyms were made by.
    pub key: u32,
}

/// A row that nobody has decided yet.
#[derive(Debug)]
pub struct Undecided {
    /// The case's name.
    pub case: Box<str>,
    /// The row as the sender sent it.
    pub row: AskedRow,
    /// Who it may be, with what the registry has of them.
    pub candidates: Vec<(Box<str>, BasicFour)>,
}

/// Why a file of people is not answered.
#[derive(Debug)]
pub enum Refused {
    /// The sender has no agreement to ask.
    NotAgreed,
    /// Rows cannot be read.
    Rows(ImportError),
    /// More than the agreement says.
    TooMany {
        /// Rows or files.
        what: &'static str,
        /// How many there would be with this file.
        asked: u64,
        /// How many may be.
        most: u64,
    },
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAgreed => f.write_str("the sender has no agreement on linking"),
            Self::Rows(fault) => fault.fmt(f),
            Self::TooMany { what, asked, most } => {
                write!(f, "{asked} {what} on one day, {most} are agreed")
            }
        }
    }
}

impl Answer {
    /// Returns the answer as the sender gets it: `row,id`, nothing behind the comma where there is
    /// nobody.
    pub fn csv(&self) -> String {
        let mut csv = "row,id\r\n".to_owned();
        for (row, id) in &self.rows {
            let _ = write!(csv, "{},{}\r\n", quoted(row), id.as_deref().unwrap_or_default());
        }
        csv
    }

    /// Returns the list for the centre's people, a line a case and recipient.
    pub fn cases_csv(&self) -> Vec<u8> {
        let mut csv = BOM.to_vec();
        csv.extend(b"case,row,name,address,birth,sex,recipient,its name,its address,its birth\r\n");
        for Undecided { case, row, candidates } in &self.undecided {
            for (recipient, four) in candidates {
                let birth = four.birth.to_string();
                let sent = [case, &row.row, &row.name, &row.address, &row.birth, &row.sex];
                let known = [recipient, &four.name.text, &four.address.text];
                let texts = sent.into_iter().chain(known).map(|text| &**text).chain([&*birth]);
                for (at, text) in texts.enumerate() {
                    if at > 0 {
                        csv.push(b',');
                    }
                    push_text(&mut csv, text);
                }
                csv.extend(b"\r\n");
            }
        }
        csv
    }

    /// Puts the answer into the sender's outbox, and what is undecided onto the centre's desk, both
    /// whole or not at all; returns where the answer lies.
    ///
    /// # Errors
    /// If a list cannot be written.
    pub fn publish(&self, out: &Out, sender: &SenderId, name: &str) -> Result<PathBuf> {
        let cases = out.desk().join(format!("links.{sender}.csv"));
        let writing = || format!("writing {}", cases.display());
        // Names and addresses: for the owner's eyes.
        edge::durable::publish_secret(&cases, &self.cases_csv()).with_context(writing)?;
        let path = out.outbox(sender.as_str(), &format!("{name}.linked.csv"));
        out.publish_bytes(&path, self.csv().as_bytes())?;
        Ok(path)
    }

    /// Returns how many rows have got a pseudonym.
    pub fn linked(&self) -> usize {
        self.rows.iter().filter(|(_, id)| id.is_some()).count()
    }
}

/// Compares a sender's file with the registry as it stands on `day`; what is linked is durable
/// before it is returned, and so is that it was asked.
///
/// # Errors
/// The machine's trouble. A file that may not be answered is no error but [`Refused`].
pub fn link(
    out: &Out,
    registry: &mut RegistryStore,
    agreed: Option<&LinkingKeys>,
    sender: &SenderId,
    file: &[u8],
    day: Date,
) -> Result<Result<Answer, Refused>> {
    let Some(agreed) = agreed else { return Ok(Err(Refused::NotAgreed)) };
    let rows: Vec<AskedRow> = match read_entries(file) {
        Ok(rows) => rows,
        Err(fault) => return Ok(Err(Refused::Rows(fault))),
    };
    let inquiry = Inquiry {
        sender: sender.clone(),
        day,
        file: hex(&Sha256::digest(file)).into(),
        rows: u32::try_from(rows.len()).context("a file has fewer rows than that")?,
    };
    let before = registry.inquiries(sender, day).context("reading the registry")?;
    if let Some(refused) = too_many(agreed, &inquiry, &before) {
        return Ok(Err(refused));
    }
    let keys = LinkKeys::open(out, sender)?;
    let linker = Linker { registry, least: agreed.grade, sender, keys: &keys, day };
    let (answer, links) = linker.answer(rows).context("reading the registry")?;
    let changes =
        std::iter::once(Change::Inquiry(inquiry)).chain(links.into_iter().map(Change::Link));
    registry.import(changes).context("writing the registry")?;
    Ok(Ok(answer))
}

/// Counts a file to those that were asked on its day; the same one again is not counted twice.
fn too_many(agreed: &LinkingKeys, asked: &Inquiry, before: &[Inquiry]) -> Option<Refused> {
    let others = before.iter().filter(|inquiry| inquiry.file != asked.file);
    let (mut files, mut rows) = (1, u64::from(asked.rows));
    for other in others {
        (files, rows) = (files + 1, rows + u64::from(other.rows));
    }
    let limits = [("files", files, agreed.files_a_day as u64), ("rows", rows, agreed.rows_a_day)];
    let over = limits.into_iter().find(|(_, asked, most)| asked > most);
    over.map(|(what, asked, most)| Refused::TooMany { what, asked, most })
}

struct Linker<'l> {
    registry: &'l RegistryStore,
    least: LinkGrade,
    sender: &'l SenderId,
    keys: &'l LinkKeys,
    day: Date,
}

/// Those who may be meant by a row: all who were born on its day.
type Born = Vec<(Box<str>, Standing)>;

impl Linker<'_> {
    fn answer(&self, rows: Vec<AskedRow>) -> Result<(Answer, Vec<Link>)> {
        let mut born: BTreeMap<Date, Born> = BTreeMap::new();
        let key = self.keys.in_use();
        let mut answer = Answer { rows: Vec::new(), undecided: Vec::new(), key: key.id() };
        let mut links = Vec::new();
        for row in rows {
            let candidates = match basic_four::birth_date(&row.birth) {
                Some(birth) if !born.contains_key(&birth) => {
                    &*born.entry(birth).or_insert(self.born(birth)?)
                }
                Some(birth) => &born[&birth],
                None => &Vec::new(),
            };
            let pseudonym = match self.rule(&row, candidates)? {
                Ruling::Linked(recipient, _) if self.may_know(&recipient)? => {
                    let (sender, recipient) = (self.sender.clone(), recipient);
                    let pseudonym = key.pseudonym(&sender, &recipient);
                    links.push(Link { sender, pseudonym: pseudonym.clone(), recipient });
                    Some(pseudonym)
                }
                Ruling::Undecided(near) => {
                    answer.undecided.extend(self.undecided(&row, &near, candidates)?);
                    None
                }
                Ruling::Linked(..) | Ruling::Nobody => None,
            };
            answer.rows.push((row.row, pseudonym));
        }
        Ok((answer, links))
    }

    fn born(&self, birth: Date) -> Result<Born> {
        let mut born = Born::new();
        for recipient in self.registry.born(birth)? {
            let standing = self.registry.person(&recipient, self.day)?;
            // Whoever was registered under this day by mistake was born on another.
            if standing.four.as_ref().is_some_and(|four| four.birth == birth) {
                born.push((recipient, standing));
            }
        }
        Ok(born)
    }

    fn rule(&self, row: &AskedRow, candidates: &Born) -> Result<Ruling> {
        let decided = match self.least {
            LinkGrade::Human => self.registry.decision(self.sender, &self.case(row))?,
            _ => None,
        };
        let compared = candidates.iter().filter_map(|(recipient, standing)| {
            Some((recipient.clone(), compare(standing.four.as_ref()?, row)))
        });
        let compared: Vec<_> = compared.collect();
        Ok(rule(&compared, self.least, decided.as_ref()))
    }

    /// Whether a recipient has agreed that the sender knows them, and is still there.
    fn may_know(&self, recipient: &str) -> Result<bool> {
        let is_ended = self.registry.person(recipient, self.day)?.is_ended;
        Ok(!is_ended && self.registry.consents_to(recipient, self.sender)?)
    }

    /// Returns a case for the centre's people, with those alone whom the sender may know.
    fn undecided(
        &self,
        row: &AskedRow,
        near: &[Box<str>],
        candidates: &Born,
    ) -> Result<Option<Undecided>> {
        let mut known = Vec::new();
        for (recipient, standing) in candidates {
            if near.contains(recipient) && self.may_know(recipient)? {
                known.extend(standing.four.clone().map(|four| (recipient.clone(), four)));
            }
        }
        let case = self.case(row);
        let undecided = || Undecided { case, row: row.clone(), candidates: known.clone() };
        Ok((!known.is_empty()).then(undecided))
    }

    fn case(&self, row: &AskedRow) -> Box<str> {
        self.keys.of_cases().case(self.sender, row)
    }
}

/// Returns how far a row agrees with what the registry has of a person.
fn compare(four: &BasicFour, row: &AskedRow) -> Agreement {
    // The certificate's form of a day, its era not said.
    let birth = format!("0{}", four.birth.to_string().replace('-', ""));
    let sex = match four.sex {
        Sex::Male => "1",
        Sex::Female => "2",
        Sex::Unknown => "3",
    };
    let certified = Certified {
        name: Some(&four.name.text),
        birth: Some(&birth),
        sex: Some(sex),
        address: Some(&four.address.text),
        name_mask: Some(&*four.name.mask).filter(|mask| !mask.is_empty()),
        address_mask: Some(&*four.address.mask).filter(|mask| !mask.is_empty()),
    };
    let form = Form {
        name: Some(&row.name),
        birth: Some(&row.birth),
        sex: Some(&row.sex),
        address: Some(&row.address),
    };
    let compared = basic_four::compare(&certified, &form).expect("the form asks for all four");
    Agreement {
        name: grade(compared.name),
        birth: grade(compared.birth),
        sex: grade(compared.sex),
        address: grade(compared.address),
    }
}

fn grade(compared: Option<Compared>) -> Option<LinkGrade> {
    match compared?.grade {
        Grade::Exact => Some(LinkGrade::Exact),
        Grade::Normalised => Some(LinkGrade::Normalised),
        Grade::Variant => Some(LinkGrade::Variant),
        Grade::Substituted => Some(LinkGrade::Substituted),
        Grade::Different => None,
    }
}
