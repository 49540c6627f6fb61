//! The keys of `lettershop.toml`, section by section.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use letter::stock::Paper;
use registry::LinkGrade;
use serde::Deserialize;

/// A shop's `lettershop.toml` over the defaults of `config/lettershop.toml`, where every key is
/// explained.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `[shop]`
    pub shop: ShopKeys,
    /// `[night]`
    pub night: NightKeys,
    /// `[print]`
    pub print: PrintKeys,
    /// `[presort]`
    pub presort: PresortKeys,
    /// `[posting]`
    pub posting: PostingKeys,
    /// `[postbox]`
    pub postbox: PostboxKeys,
    /// `[push]`
    pub push: PushKeys,
    /// `[calendar]`
    pub calendar: CalendarKeys,
    /// `[drop]`
    pub drop: DropKeys,
    /// `[fonts]`
    pub fonts: FontKeys,
    /// `[seal]`
    pub seal: SealKeys,
    /// `[doors]`
    pub doors: DoorKeys,
    /// `[stuck]`: hours that each state may last.
    pub stuck: BTreeMap<String, f64>,
    /// `[desk]`
    pub desk: DeskKeys,
    /// `[linking.<id>]`: which senders may ask who is who, by id.
    #[serde(default)]
    pub linking: BTreeMap<String, LinkingKeys>,
}

/// `[desk]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeskKeys {
    /// Acts that a second person has to approve, by the names of their commands.
    pub second_person: Vec<String>,
}

/// `[linking.<id>]`
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkingKeys {
    /// How far the basic four must agree at least.
    #[serde(deserialize_with = "link_grade")]
    pub grade: LinkGrade,
    /// Rows that the sender may ask a day.
    pub rows_a_day: u64,
    /// Files that the sender may ask a day.
    pub files_a_day: usize,
}

fn link_grade<'de, D: serde::Deserializer<'de>>(grade: D) -> Result<LinkGrade, D::Error> {
    let name = String::deserialize(grade)?;
    LinkGrade::parse(&name).ok_or_else(|| {
        let names = LinkGrade::ALL.map(LinkGrade::name).join(", ");
        serde::de::Error::custom(format!("{name:?} is none of {names}"))
    })
}

/// `[shop]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShopKeys {
    /// The print centre's name.
    pub name: String,
    /// Where nights write, below the shop's directory or absolute; empty for that directory.
    pub out: String,
}

/// `[night]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NightKeys {
    /// How long a half drop must be left alone before it counts as broken.
    pub quiet_seconds: u64,
    /// Share of a batch that may be an earlier one again before it waits, 0 to 1.
    pub alike_max: f64,
    /// How many times its sender's usual number of records a batch may have before it waits.
    pub volume_max: f64,
    /// A folder for node_exporter's textfile collector; empty for `metrics` below OUT.
    pub metrics: String,
    /// What holds for single senders, by id.
    #[serde(default)]
    pub senders: BTreeMap<String, SenderNight>,
}

/// `[night.senders.<id>]`
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SenderNight {
    /// Batches of a higher rank are printed before those of a lower.
    pub priority: i32,
    /// Whether the sender's batches wait until this is taken away.
    pub hold: bool,
    /// Whether the first batch of a template, and the first after a change of it, waits until
    /// somebody has looked at its proof.
    pub proof: bool,
}

impl NightKeys {
    /// Returns what holds for a sender.
    pub fn of(&self, sender: &str) -> SenderNight {
        self.senders.get(sender).copied().unwrap_or_default()
    }
}

/// `[print]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrintKeys {
    /// Letters in a print file at most.
    pub file_pieces_max: NonZeroU32,
    /// Name of the envelope.
    pub envelope: String,
    /// Name of the inserter.
    pub inserter: String,
    /// One sheet, milligrams.
    pub sheet_mg: u32,
    /// Thickness of one sheet, micrometres.
    pub sheet_um: u32,
    /// How print files are written.
    pub form: PrintForm,
    /// Both sides.
    pub duplex: bool,
}

impl PrintKeys {
    /// Returns the paper in use.
    pub fn paper(&self) -> Paper {
        Paper { sheet_mg: self.sheet_mg, duplex: self.duplex, sheet_um: self.sheet_um }
    }
}

/// How print files are written: [`press::FileForm`] by its name in the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PrintForm {
    /// The shortest.
    Compact,
    /// For workflows that read no streams of objects.
    Conservative,
}

impl From<PrintForm> for press::FileForm {
    fn from(form: PrintForm) -> Self {
        match form {
            PrintForm::Compact => Self::Compact,
            PrintForm::Conservative => Self::Conservative,
        }
    }
}

/// `[presort]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PresortKeys {
    /// Pieces in a tray at most.
    pub tray_pieces_max: NonZeroU32,
    /// Grams in a tray at most.
    pub tray_weight_max_g: u32,
    /// Pieces in a bundle at most.
    pub bundle_pieces_max: NonZeroU32,
    /// Pieces below which a district is bundled mixed.
    pub bundle_pieces_min: NonZeroU32,
}

/// `[posting]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostingKeys {
    /// The posting office, for the papers.
    pub office: String,
    /// 料金後納 or 料金別納, for the papers.
    pub payment: String,
    /// Whether indicia are drawn for the fronts of envelopes, and their outline.
    pub indicia: IndiciaKey,
    /// Whether the office is a 地域区分局.
    pub regional: bool,
    /// The beginnings of the postal codes that the office itself delivers.
    pub local: Vec<String>,
    /// What is agreed with single senders, by id.
    #[serde(default)]
    pub senders: BTreeMap<String, SenderPosting>,
    /// The senders that post as one, by the contract's id.
    #[serde(default)]
    pub contracts: BTreeMap<String, Contract>,
}

/// 料金別納・料金後納の表示 on envelopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IndiciaKey {
    /// The envelopes have them already.
    None,
    /// In a circle.
    Circle,
    /// In a square.
    Square,
}

impl IndiciaKey {
    /// Returns the outline, if indicia are drawn.
    pub fn outline(self) -> Option<paperwork::Outline> {
        match self {
            Self::None => None,
            Self::Circle => Some(paperwork::Outline::Circle),
            Self::Square => Some(paperwork::Outline::Square),
        }
    }
}

/// `[posting.contracts.<id>]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// 差出人 as the contract has it.
    pub holder: String,
    /// The senders, by id.
    pub senders: Vec<String>,
}

/// `[posting.senders.<id>]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SenderPosting {
    /// By how many days delivery may be later.
    pub leeway_days: u32,
    /// Whether the letters are approved advertising.
    pub advertising: bool,
    /// 特殊取扱 of every letter.
    pub services: Vec<String>,
    /// The date on which a batch's letters must lie with their recipients, by the batch's id.
    pub due: BTreeMap<String, letter::Date>,
}

impl PostingKeys {
    /// Returns what is agreed with a sender.
    pub fn of(&self, sender: &str) -> SenderPosting {
        self.senders.get(sender).cloned().unwrap_or_default()
    }

    /// Returns the contract under which a sender posts together with others, if there is one.
    pub fn contract_of(&self, sender: &str) -> Option<&str> {
        let holds = |contract: &Contract| contract.senders.iter().any(|one| one == sender);
        let mut contracts = self.contracts.iter();
        contracts.find(|(_, contract)| holds(contract)).map(|(id, _)| id.as_str())
    }

    /// Checks that no sender posts under two contracts, and that their ids can name files.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check(&self) -> Result<(), String> {
        let mut seen = BTreeMap::new();
        for (id, contract) in &self.contracts {
            if letter::BatchId::parse(id).is_none() {
                return Err(format!("contract {id:?}: its id must be of a-z, 0-9 and hyphens"));
            }
            for sender in &contract.senders {
                if let Some(other) = seen.insert(sender, id) {
                    return Err(format!("sender {sender} is in the contracts {other} and {id}"));
                }
            }
        }
        Ok(())
    }

    /// Returns whether the posting office itself delivers to a postal code.
    pub fn is_local(&self, postal: letter::PostalCode) -> bool {
        let digits = format!("{:07}", postal.number());
        self.local.iter().any(|start| digits.starts_with(start.as_str()))
    }
}

/// `[postbox]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostboxKeys {
    /// The address of the recipients' mailboxes on the web.
    pub url: String,
}

/// `[push]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushKeys {
    /// Hours after which a copy that did not get where it was to go is given up.
    pub give_up_hours: u32,
    /// How often the outbox is looked into, seconds.
    pub round_seconds: u64,
    /// `[push.mail]`
    pub mail: MailKeys,
    /// `[push.portals.<name>]`
    #[serde(default)]
    pub portals: BTreeMap<String, PortalKeys>,
}

/// `[push.mail]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailKeys {
    /// Where the mail server speaks LMTP: `host:port` or a socket; empty for none.
    pub server: String,
    /// The return path, whose domain the shop greets with.
    pub from: String,
    /// The domains for which the server takes messages.
    pub domains: Vec<String>,
}

/// `[push.portals.<name>]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PortalKeys {
    /// What recipients read.
    #[serde(default)]
    pub title: String,
    /// Where copies are posted.
    pub url: String,
    /// The file with the shared secret, below the shop's directory or absolute.
    pub secret: String,
}

/// `[calendar]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarKeys {
    /// Days on which the shop is closed besides weekends and holidays.
    pub closed: Vec<letter::Date>,
    /// Working days from the night to the hand-over.
    pub production_days: u32,
    /// Delivery days from the posting day to the farthest recipient.
    pub delivery_days: u32,
}

/// `[drop]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DropKeys {
    /// Entries of a ZIP at most.
    pub entries_max: usize,
    /// Bytes of a member at most.
    pub member_bytes_max: u64,
    /// Bytes of all members at most.
    pub total_bytes_max: u64,
    /// Unpacked to packed at most.
    pub ratio_max: u64,
}

/// `[fonts]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FontKeys {
    /// The faces in the order of search.
    pub faces: Vec<String>,
}

/// `[seal]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealKeys {
    /// The private key's file below the shop's directory, or its absolute path; empty for none.
    pub key: String,
}

/// `[doors]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoorKeys {
    /// Where drops lie for the night, below the shop's directory or absolute.
    pub inbox: String,
    /// The folder of the senders' chroots, below the shop's directory or absolute.
    pub sftp: String,
    /// The account under which the shop runs.
    pub account: String,
    /// How long a file without better evidence must be left alone, seconds.
    pub quiet_seconds: u64,
    /// After how long a file without its end is given up and refused, seconds.
    pub abandoned_seconds: u64,
    /// `[doors.webhooks.<sender>]`: who is told that something lies in its outbox.
    #[serde(default)]
    pub webhooks: BTreeMap<String, PortalKeys>,
}
