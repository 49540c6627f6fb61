//! What a night knows of one application: a line of `rows`, from examination to hand-over.

use std::fs;
use std::io::Write;
use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result};
use application::{Finding, FormatKind};
use letter::Refusal;
use serde::{Deserialize, Serialize};
use signature::basic_four::Grade;
use signature::verdict::{Indication, SubIndication, Verdict};

/// What becomes of an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// 紙で引渡し: printed for its municipality.
    HandedOverPaper,
    /// 電子で引渡し: in its municipality's folder.
    HandedOverElectronic,
    /// 要確認: a person looks at it.
    Person,
    /// 待機: its signature cannot be judged until a revocation list has come.
    Waiting,
    /// 不受理: the signature does not stand.
    Rejected,
    /// 返却: it cannot be read, or its receipt number has come before.
    SetAside,
}

impl End {
    /// Every end, in the order of the equation.
    pub const ALL: [Self; 6] = [
        Self::HandedOverPaper,
        Self::HandedOverElectronic,
        Self::Person,
        Self::Waiting,
        Self::Rejected,
        Self::SetAside,
    ];

    /// Returns the stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::HandedOverPaper => "handed-over-paper",
            Self::HandedOverElectronic => "handed-over-electronic",
            Self::Person => "person",
            Self::Waiting => "waiting",
            Self::Rejected => "rejected",
            Self::SetAside => "set-aside",
        }
    }

    /// Returns the name in Japanese.
    pub fn japanese(self) -> &'static str {
        match self {
            Self::HandedOverPaper => "紙で引渡し",
            Self::HandedOverElectronic => "電子で引渡し",
            Self::Person => "要確認",
            Self::Waiting => "失効情報待ち",
            Self::Rejected => "不受理",
            Self::SetAside => "返却",
        }
    }

    /// Returns the name in English.
    pub fn english(self) -> &'static str {
        match self {
            Self::HandedOverPaper => "handed over on paper",
            Self::HandedOverElectronic => "handed over electronically",
            Self::Person => "with a person",
            Self::Waiting => "waiting for a revocation list",
            Self::Rejected => "rejected",
            Self::SetAside => "set aside",
        }
    }

    /// Returns whether somebody of the centre must act.
    pub fn waits(self) -> bool {
        matches!(self, Self::Person | Self::Waiting)
    }
}

/// The verdict in short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The indication.
    pub indication: Indication,
    /// Why not passed.
    pub sub_indication: Option<SubIndication>,
    /// Whether a list newer than receipt is still to come.
    pub provisional: bool,
    /// How the basic four agree, where both sides have them.
    pub basic_four: Option<Grade>,
}

impl Said {
    /// Returns a verdict in short.
    pub fn of(verdict: &Verdict) -> Self {
        Self {
            indication: verdict.indication,
            sub_indication: verdict.sub_indication,
            provisional: verdict.provisional,
            basic_four: verdict.basic_four.as_ref().map(|four| four.grade),
        }
    }

    /// Writes `TOTAL_FAILED/REVOKED`.
    pub fn words(&self) -> String {
        match self.sub_indication {
            Some(sub) => format!("{}/{}", self.indication.name(), sub.name()),
            None => self.indication.name().to_owned(),
        }
    }
}

/// Says in Japanese why a signature does not stand, to an applicant as to a clerk.
pub fn why_not(sub: Option<SubIndication>) -> &'static str {
    use SubIndication as Sub;
    match sub {
        Some(Sub::FormatFailure) => "電子署名の形式が正しくありません",
        Some(Sub::HashFailure) => "申請書の内容が、署名をした後に変わっています",
        Some(Sub::SigCryptoFailure) => "電子署名の値が、署名用電子証明書と合いません",
        Some(Sub::Revoked | Sub::RevokedNoPoe) => {
            "署名用電子証明書が、申請を受け付けた時点で失効していました"
        }
        Some(Sub::Expired | Sub::OutOfBoundsNoPoe | Sub::OutOfBoundsNotRevoked) => {
            "署名用電子証明書の有効期間が、申請を受け付けた時点で過ぎていました"
        }
        Some(Sub::NotYetValid) => {
            "署名用電子証明書の有効期間が、申請を受け付けた時点で始まっていませんでした"
        }
        Some(Sub::SigConstraintsFailure | Sub::ChainConstraintsFailure) => {
            "署名用電子証明書以外の証明書による署名など、定められた方式でない署名です"
        }
        Some(Sub::NoSigningCertificateFound) => "署名に使われた証明書が添えられていません",
        Some(Sub::NoCertificateChainFound | Sub::NoCertificateChainFoundNoPoe) => {
            "公的個人認証サービスが発行した証明書であることを確認できません"
        }
        Some(Sub::CryptoConstraintsFailure | Sub::CryptoConstraintsFailureNoPoe) => {
            "電子署名の方式が、現在は認められていないものです"
        }
        Some(Sub::TryLater) => "証明書の失効情報がまだ届いていません",
        Some(Sub::RevocationOutOfBoundsNoPoe) => {
            "証明書の失効情報が、確認に使える期間のものではありません"
        }
        Some(Sub::SignedDataNotFound) => "署名の対象となった申請書が見つかりません",
        _ => "電子署名が有効であることを確認できません",
    }
}

/// Which notice an applicant gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeKind {
    /// 受付のお知らせ.
    Received,
    /// 不備のお知らせ.
    Incomplete,
    /// 署名を確認できなかったお知らせ.
    Rejected,
    /// 受理のお知らせ: the municipality has acknowledged it.
    Accepted,
}

impl NoticeKind {
    /// Returns the word by which the template knows it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Incomplete => "incomplete",
            Self::Rejected => "rejected",
            Self::Accepted => "accepted",
        }
    }
}

/// Whom a notice goes to, as the form says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applicant {
    /// 氏名.
    pub name: String,
    /// 郵便番号.
    pub postal: String,
    /// 住所.
    pub address: String,
    /// 仮名ID: the site's pseudonymous id of the applicant, if the form has one.
    #[serde(default)]
    pub recipient: String,
}

/// Why an application is with a person, rejected or set aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// The stable code.
    pub code: String,
    /// In Japanese; no value of the form.
    pub japanese: String,
    /// In English; no value of the form.
    pub english: String,
}

/// One application of a night.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its parcel, an index of the night's parcels.
    pub parcel: u32,
    /// Its place in the parcel's manifest, from 0.
    pub index: u32,
    /// 受付番号; empty if the application has none that can be read.
    pub receipt: String,
    /// The procedure's code; empty if it is not known.
    pub procedure: String,
    /// When the site took it, RFC 3339; empty if not known.
    pub received: String,
    /// 仮名ID of the applicant at the site; empty if not known.
    pub recipient: String,
    /// 全国地方公共団体コード of the municipality, five digits, if one could be told.
    pub municipality: Option<String>,
    /// What becomes of it.
    pub end: End,
    /// Why, unless it is handed over.
    pub why: Option<Why>,
    /// The refusal with its place, of one that cannot be read.
    pub refusal: Option<Refusal>,
    /// The verdict, of one that was verified.
    pub said: Option<Said>,
    /// What is missing in it or wrong with it.
    pub findings: Vec<Finding>,
    /// Its number in the night's evidence pack.
    pub evidence: Option<u32>,
    /// The way of its municipality's format, if it is handed over.
    pub kind: Option<FormatKind>,
    /// Fields in which characters were substituted as the format says, and how many.
    pub substituted: Vec<(String, usize)>,
    /// Its verdict as JSON, in the night's payload.
    pub verdict: Range<u64>,
    /// Its form as the municipality wants it, in the night's payload; for paper the lines of the
    /// form as JSON. Empty unless handed over.
    pub converted: Range<u64>,
    /// [`Applicant`] as JSON, in the night's payload; empty unless a notice goes out or may follow.
    pub applicant: Range<u64>,
    /// The notice that goes to the applicant.
    pub notice: Option<NoticeKind>,
    /// The notice that an earlier night has sent, of one that waited.
    #[serde(default)]
    pub told: Option<NoticeKind>,
    /// Whether the applicant is told when the municipality has acknowledged the application.
    #[serde(default)]
    pub tells_accepted: bool,
}

impl Row {
    /// Returns an application of which nothing is known but its end.
    pub fn new(end: End) -> Self {
        Self {
            parcel: 0,
            index: 0,
            receipt: String::new(),
            procedure: String::new(),
            received: String::new(),
            recipient: String::new(),
            municipality: None,
            end,
            why: None,
            refusal: None,
            said: None,
            findings: Vec::new(),
            evidence: None,
            kind: None,
            substituted: Vec::new(),
            verdict: 0..0,
            converted: 0..0,
            applicant: 0..0,
            notice: None,
            told: None,
            tells_accepted: false,
        }
    }

    /// Returns whether the applicant has to act upon something.
    pub fn is_incomplete(&self) -> bool {
        !application::completeness::is_complete(&self.findings)
    }

    /// Returns whether the applicant's name and address are needed, tonight or later.
    pub fn tells(&self) -> bool {
        self.notice.is_some() || self.tells_accepted
    }

    /// Returns whether it goes to its municipality.
    pub fn is_handed_over(&self) -> bool {
        matches!(self.end, End::HandedOverPaper | End::HandedOverElectronic)
    }
}

/// A parcel as a night has met it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParcelNote {
    /// The drop.
    pub drop: runner::SeenDrop,
    /// Its SHA-256, hexadecimal.
    pub sha256: String,
    /// The site's name for the parcel; the file's stem if it could not be read.
    pub parcel: String,
    /// Applications in it.
    pub applications: u32,
    /// Members that no application names.
    pub unlisted: Vec<String>,
    /// Why it was refused whole, if it was.
    pub refusal: Option<Box<Refusal>>,
    /// The night since which its applications have waited, if they were taken up again.
    #[serde(default)]
    pub waited_since: Option<u32>,
}

/// Writes values, one a line.
///
/// # Errors
/// If `out` cannot be written.
pub fn write_lines<T: Serialize>(out: &mut dyn Write, all: &[T]) -> Result<()> {
    for one in all {
        serde_json::to_writer(&mut *out, one).context("writing a line")?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// Reads what [`write_lines`] wrote.
///
/// # Errors
/// If the file cannot be read.
pub fn read_lines<T: serde::de::DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    let bytes = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    let lines = bytes.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
    lines
        .map(|line| serde_json::from_slice(line).with_context(|| format!("in {}", path.display())))
        .collect()
}
