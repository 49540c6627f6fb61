//! A part on its way: the sender's agreement, the compiled template and the spool, in one place.

use std::ops::Range;
use std::path::Path;

use address::{Dictionary, Resolution};
use anyhow::{bail, Context, Result};
use intake::layout::Layout;
use intake::Sender;
use letter::page::CharUse;
use letter::record::field;
use letter::stock::{EnvelopeProfile, InserterProfile, Paper};
use letter::{ChannelReason, Date, Fault, Moment, Origin, PieceId, Reason, RecordView, Schema};
use presort::{Franking, InForce, Tariff, TariffFault};
use render::{Face, FontChain, LetterFacts, SenderFacts, Template, TemplateFault, TemplateSource};
use route::ClassRule;
use runner::{Part, SeenDrop};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::config::{SenderPosting, Shop};
use crate::faults::RowFaults;
use crate::jobs;
use crate::out::{hex, Out};
use crate::ready::ReadyLetters;
use crate::spool::Spool;

/// What a night works with besides the batches: the dictionary and the font chain.
pub struct House {
    /// The postcode dictionary.
    pub dictionary: Dictionary,
    /// The faces, in the order of search.
    pub chain: FontChain,
}

impl House {
    /// Reads the dictionary and the fonts of a shop.
    ///
    /// # Errors
    /// If either cannot be read.
    pub fn open(shop: &Shop) -> Result<Self> {
        let dictionary = Dictionary::read(&shop.postcodes()?).context("the postcode dictionary")?;
        let chain = FontChain::load(shop.faces()?).context("the font chain")?;
        Ok(Self { dictionary, chain })
    }
}

/// What was received as a part; `received.json` in its folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    /// The part.
    pub part: Part,
    /// The drop that it came in.
    pub drop: SeenDrop,
    /// The drop's SHA-256, hexadecimal.
    pub sha256: String,
    /// The template's name.
    pub template: String,
    /// The template's version.
    pub template_version: u32,
    /// The letter class.
    pub class: String,
    /// 差出日.
    pub posting_date: Date,
    /// Rows of the sender's file, sound or not.
    pub rows: u32,
    /// The name of the member with the rows, `recipients.csv`.
    pub member: String,
    /// Whether the drop brought its own stationery.
    pub stationery: bool,
    /// Whether its letters are ready PDFs.
    #[serde(default)]
    pub ready: bool,
    /// Table rows that belong to no record.
    pub orphans: Vec<Fault>,
    /// Records that were decoded and yet stop (repeated keys), ascending.
    pub stopped: Vec<u32>,
    /// When the night that took it began.
    pub moment: Moment,
    /// The legal date on which its letters must lie with their recipients, as the drop says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    /// Whence its letters are, if they are copies that go on paper after all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub later: Option<Later>,
}

/// Whence the letters of a part are that go on paper after all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Later {
    /// The part that they were delivered with; what came in the drop lies in its folder.
    pub of: Part,
    /// Why they go on paper.
    pub why: ChannelReason,
    /// 差出日 of that part, which the letters go on showing.
    pub dated: Date,
}

impl Received {
    /// Returns the part whose folder holds what came in the drop: the sender's file, stationery,
    /// ready letters.
    pub fn origin(&self) -> &Part {
        self.later.as_ref().map_or(&self.part, |later| &later.of)
    }
}

/// The name of [`Received`] in a part's folder.
pub const RECEIVED: &str = "received.json";
/// The sender's own file, as it came.
pub const RAW: &str = "recipients.raw";
/// The sender's stationery, as it came.
pub const STATIONERY: &str = "stationery.pdf";
/// The records.
pub const SPOOL: &str = "spool";
/// The rows.
pub const ROWS: &str = "rows";

/// Where the fields lie that the shop itself reads.
struct Fields {
    key: usize,
    postal: usize,
    address1: usize,
    address2: Option<usize>,
    recipient: Option<usize>,
}

/// A part with everything that its stages need.
pub struct Batch<'s> {
    /// The shop.
    pub shop: &'s Shop,
    /// Dictionary and fonts.
    pub house: &'s House,
    /// The sender's agreement.
    pub sender: &'s Sender,
    /// What was received.
    pub received: Received,
    /// How the sender's file is written.
    pub layout: Layout,
    /// The template.
    pub template: Template,
    /// The stationery: the drop's, or the template's.
    pub stationery: Option<Vec<u8>>,
    /// The ready letters, if the sender makes them.
    pub ready: Option<ReadyLetters>,
    /// The number in its marks; by its name until the journal has given it another.
    pub job: u32,
    /// The envelope that the template names.
    pub envelope: &'s EnvelopeProfile,
    /// The inserter, as it reads the template's sheets.
    pub inserter: InserterProfile,
    /// The template's paper.
    pub paper: Paper,
    /// That envelope and those for what it does not take, in the order in which they are tried.
    pub envelopes: Vec<&'s EnvelopeProfile>,
    /// What the class allows.
    pub class: ClassRule,
    /// Sheets, weight and postage.
    pub franking: Franking,
    /// The tariff of the posting date.
    pub tariff: InForce<'s>,
    /// What is agreed on the sender's postings.
    pub posting: SenderPosting,
    /// The records.
    pub spool: Spool,
    fields: Fields,
}

/// What one thread keeps to resolve and set letters.
#[derive(Default)]
pub struct Letters {
    /// For addresses.
    pub address: address::Scratch,
    /// For pages.
    pub render: render::Scratch,
    /// The bytes of a record.
    pub bytes: Vec<u8>,
}

impl<'s> Batch<'s> {
    /// Opens a received part.
    ///
    /// # Errors
    /// If its files cannot be read, or the shop's configuration no longer knows its sender,
    /// template or class.
    pub fn open(out: &Out, shop: &'s Shop, house: &'s House, part: &Part) -> Result<Self> {
        let folder = out.part(part);
        let received = std::fs::read(folder.join(RECEIVED)).context("reading received.json")?;
        let received: Received = serde_json::from_slice(&received).context("in received.json")?;
        let sender = shop.senders.get(part.sender.as_str()).context("the sender is gone")?;
        let layout = Layout::compile(sender, &received.template)
            .with_context(|| format!("the layout for {} of {}", received.template, part.sender))?;
        let origin = out.part(received.origin());
        let (template, stationery, envelope) =
            compile(shop, house, sender, &layout, &received, &origin)?;
        let class = class_rule(sender, &received.class)?;
        // What comes after its posting date is posted on the day of its night.
        let posted = received.posting_date.max(received.moment.date_jst());
        let tariff = shop.tariffs.on(posted).context("tariffs.toml")?;
        let posting = shop.config.posting.of(part.sender.as_str());
        let inserter = shop.inserter.reading(envelope);
        let paper = shop.paper().cut(template.sheet(), template.sheet_mg());
        let envelopes = shop.envelopes_from(envelope)?;
        let franking = franking(&envelopes, paper, tariff.tariff, &posting.services)
            .with_context(|| format!("the services of [posting.senders.{}]", part.sender))?;
        let spool = Spool::open(&folder.join(SPOOL), &folder.join(ROWS)).context("the spool")?;
        let fields = Fields::of(layout.schema())?;
        let ready = received.ready.then(|| ReadyLetters::open(&folder, &origin)).transpose()?;
        Ok(Self {
            shop,
            house,
            sender,
            received,
            layout,
            template,
            stationery,
            ready,
            job: jobs::by_name(part),
            envelope,
            inserter,
            paper,
            envelopes,
            class,
            franking,
            tariff,
            posting,
            spool,
            fields,
        })
    }

    /// Returns the part.
    pub fn part(&self) -> &Part {
        &self.received.part
    }

    /// Returns the rows of each block, in order.
    pub fn blocks(&self) -> impl Iterator<Item = Range<usize>> {
        let rows = self.spool.rows().len();
        let size = press::LETTERS_PER_BLOCK as usize;
        (0..rows).step_by(size).map(move |start| start..rows.min(start + size))
    }

    /// Returns whether a decoded record stops nevertheless.
    pub fn is_stopped(&self, record: u32) -> bool {
        self.received.stopped.binary_search(&record).is_ok()
    }

    /// Returns an empty set for each face.
    pub fn no_uses(&self) -> Vec<CharUse> {
        vec![CharUse::default(); self.house.chain.faces().len()]
    }

    /// Returns the sender's key of a record.
    pub fn key<'a>(&self, view: &RecordView<'a>) -> &'a str {
        view.field(self.fields.key)
    }

    /// Returns the pseudonymous recipient key of a record, empty without one.
    pub fn recipient<'a>(&self, view: &RecordView<'a>) -> &'a str {
        self.fields.recipient.map_or("", |index| view.field(index))
    }

    /// Returns the piece of a record: the same for a record and its mended row.
    pub fn piece(&self, view: &RecordView<'_>) -> PieceId {
        let Part { sender, batch, .. } = self.part();
        let mut digest = Sha256::new();
        for (index, text) in [sender.as_str(), batch.as_str(), self.key(view)].iter().enumerate() {
            if index > 0 {
                digest.update([0]);
            }
            digest.update(text);
        }
        let digest = digest.finalize();
        PieceId(u64::from_be_bytes(digest[..8].try_into().expect("eight of 32 bytes")))
    }

    /// Returns the digest by which the sender's own letters to one address are known again, 32
    /// hexadecimal digits; blanks do not count.
    pub fn address_digest(&self, view: &RecordView<'_>) -> String {
        let mut digest = Sha256::new();
        digest.update(self.part().sender.as_str());
        let address2 = self.fields.address2.map_or("", |index| view.field(index));
        let postal = view.field(self.fields.postal).replace('-', "");
        for text in [&postal, view.field(self.fields.address1), address2] {
            digest.update([0]);
            text.split_whitespace().for_each(|word| digest.update(word));
        }
        hex(&digest.finalize()[..16])
    }

    /// Resolves a record's address.
    ///
    /// # Errors
    /// Why the record is set aside.
    pub fn resolve<'a>(
        &self,
        scratch: &'a mut address::Scratch,
        view: &RecordView<'_>,
    ) -> Result<Resolution<'_, 'a>, Reason> {
        let (postal, address1, address2) = self.address(view);
        address::resolve(&self.house.dictionary, scratch, postal, address1, address2)
    }

    /// Returns a record's postal code and the two parts of its address, as they came.
    pub fn address<'v>(&self, view: &RecordView<'v>) -> (&'v str, &'v str, &'v str) {
        let address2 = self.fields.address2.map_or("", |index| view.field(index));
        (view.field(self.fields.postal), view.field(self.fields.address1), address2)
    }

    /// Returns a digest of a record's recipient and address, by which the same ones are known
    /// within a part; blanks do not count.
    pub fn person(&self, view: &RecordView<'_>) -> u64 {
        let (postal, address1, address2) = self.address(view);
        let recipient = self.fields.recipient.map_or("", |index| view.field(index));
        address::digest(&[postal, address1, address2, recipient])
    }

    /// Returns what the template needs to know besides the record.
    pub fn facts(&self, resolved: &Resolution<'_, '_>) -> LetterFacts {
        LetterFacts {
            postal: resolved.postal,
            barcode: resolved.barcode,
            posting_date: self.dated(),
        }
    }

    /// Returns the date that the letters show: 差出日, also of copies that go on paper later.
    fn dated(&self) -> Date {
        let later = self.received.later.as_ref();
        later.map_or(self.received.posting_date, |later| later.dated)
    }

    /// Puts a record's trouble in its place in the sender's file.
    pub fn fault(&self, record: u32, view: &RecordView<'_>, reason: Reason) -> RowFaults {
        let place = view.place();
        let origin = Origin {
            file: self.received.member.clone(),
            line: place.line,
            column: field_of(&reason).map(|name| self.column(name)).unwrap_or_default(),
            byte: place.byte,
        };
        let key = self.key(view).to_owned();
        RowFaults { record, key, faults: vec![Fault { origin, reason }] }
    }

    /// Returns the sender's own name of one of our fields.
    fn column(&self, ours: &str) -> String {
        let columns = self.sender.layouts.get(&self.received.template).map(|spec| &spec.columns);
        let mapped =
            columns.into_iter().flatten().find(|column| column.to.as_deref() == Some(ours));
        mapped.map_or_else(|| ours.to_owned(), |column| column.from.clone())
    }
}

impl Fields {
    fn of(schema: &Schema) -> Result<Self> {
        let need = |name| schema.field(name).with_context(|| format!("no column maps to {name}"));
        Ok(Self {
            key: need(field::KEY)?,
            postal: need(field::POSTAL)?,
            address1: need(field::ADDRESS1)?,
            address2: schema.field(field::ADDRESS2),
            recipient: schema.field(field::RECIPIENT),
        })
    }
}

/// Returns our name of the field that a reason speaks of.
fn field_of(reason: &Reason) -> Option<&str> {
    match reason {
        Reason::BadPostalCode { .. } | Reason::UnknownPostalCode { .. } => Some(field::POSTAL),
        Reason::AddressMismatch { .. } => Some(field::ADDRESS1),
        Reason::MissingGlyph { field, .. } | Reason::TemplateValue { field, .. } => Some(field),
        _ => None,
    }
}

/// Returns the franking of letters in the first of some envelopes that takes them.
fn franking(
    envelopes: &[&EnvelopeProfile],
    paper: Paper,
    tariff: &Tariff,
    services: &[String],
) -> Result<Franking, TariffFault> {
    let (first, next) = envelopes.split_first().expect("a template names an envelope");
    let first = Franking::new(first, paper, tariff, services)?;
    next.iter().try_fold(first, |all, next| all.or_in(next, paper, tariff, services))
}

/// Returns what a class of the sender's agreement allows.
///
/// # Errors
/// If the agreement no longer knows the class.
fn class_rule(sender: &Sender, name: &str) -> Result<ClassRule> {
    let Some(class) = sender.classes.get(name) else {
        bail!("sender {} no longer has letter class {name}", sender.sender);
    };
    Ok(ClassRule {
        paper_only: class.paper_only,
        identity_level: class.identity_level,
        copy_bytes_max: class.copy_bytes_max,
    })
}

fn compile<'s>(
    shop: &'s Shop,
    house: &House,
    sender: &Sender,
    layout: &Layout,
    received: &Received,
    folder: &Path,
) -> Result<(Template, Option<Vec<u8>>, &'s EnvelopeProfile)> {
    let name = &received.template;
    let files = shop.template(name)?.with_context(|| format!("template {name} is gone"))?;
    let own = folder.join(STATIONERY);
    let stationery = match received.stationery {
        true => Some(std::fs::read(&own).with_context(|| format!("reading {}", own.display()))?),
        false => files.stationery,
    };
    let source = TemplateSource {
        toml: &files.toml,
        body: &files.body,
        stationery: stationery.as_deref(),
        pictures: &files.pictures,
    };
    let facts = SenderFacts {
        name: &sender.name,
        office: &sender.office,
        honorific: &sender.honorific,
        class: &received.class,
    };
    let envelope = shop.envelope_of(&source);
    // What does not fit the first envelope must show its address in the next ones, too.
    for next in &shop.envelopes_from(envelope)?[1..] {
        let instead = EnvelopeProfile { name: envelope.name.clone(), ..(*next).clone() };
        Template::compile(&source, &house.chain, layout.schema(), &facts, &instead)
            .map_err(|faults| anyhow::anyhow!(fault_lines(&faults)))
            .with_context(|| format!("template {name} in envelope {}", next.name))?;
    }
    let template = Template::compile(&source, &house.chain, layout.schema(), &facts, envelope)
        .and_then(|template| {
            with_room_for_marks(template, &house.chain, &shop.inserter.reading(envelope))
        })
        .map_err(|faults| anyhow::anyhow!(fault_lines(&faults)))
        .with_context(|| format!("template {name} for {}", sender.sender))?;
    Ok((template, stationery, envelope))
}

/// Checks that a template keeps room for the inserter's mark.
///
/// # Errors
/// The fault that says where the mark stands.
pub fn with_room_for_marks(
    template: Template,
    chain: &FontChain,
    inserter: &InserterProfile,
) -> Result<Template, Vec<TemplateFault>> {
    let charsets = chain.faces().iter().map(Face::charset);
    let symbol = press::mark_extent(template.sheet(), inserter, charsets);
    let lines = inserter.omr.as_ref().map(|lines| press::omr_extent(template.sheet(), lines));
    let mut places = symbol.into_iter().chain(lines);
    let fault = places.find_map(|at| template.check_mark(at).err());
    fault.map_or(Ok(template), |fault| Err(vec![fault]))
}

/// Writes template faults, one a line.
pub fn fault_lines(faults: &[TemplateFault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
