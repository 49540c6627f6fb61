//! Receipt: what the sender learns of its drop in the same run, as JSON and as text for clerks.
//!
//! The JSON keys are stable and always present, `null` where they do not apply:
//!
//! ```text
//! sender, sender_name, batch, part     whose drop; batch is the drop's file name if unknown
//! status                               accepted | partly | refused | awaiting_approval | examined
//! received                             RFC 3339, Japan's time
//! records                              records of the drop
//! counts {printed, delivered, also_delivered, set_aside, held, pulled}
//! channels [{channel, reason, ja, count}]
//! faults [{code, ja, en, count}]       one record may count under several codes
//! estimate {sheets, envelopes, postage_yen}   null when refused or waiting
//! refusal {code, position {file, line, column, byte}, ja, en, fix {ja, en}}
//! snapshot                             id of the preferences by which the split was made
//! dictionary                           month of the postcode dictionary, 2026-10
//! audit                                head of the audit log when the night began, if there is one
//! ```

mod text;

use letter::channel::{Channel, ChannelReason};
use letter::{Moment, Origin, Refusal, SenderId};
use serde::{Deserialize, Serialize};

use crate::account::{Account, Ends};
use crate::words;

/// What became of a drop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// 受付: every record went on.
    Accepted,
    /// 一部受付: some records went back or wait.
    Partly,
    /// 受付不可: nothing of the drop was taken.
    Refused,
    /// 承認待ち: the share of faults is above the sender's threshold.
    AwaitingApproval,
    /// 受付（印刷前）: what the night will do with it as it stands.
    Examined,
}

impl Status {
    /// Returns the status that a processed batch's ends give: accepted, or partly when records
    /// were set aside or held.
    pub fn of(ends: &Ends) -> Self {
        match ends.set_aside + ends.held {
            0 => Self::Accepted,
            _ => Self::Partly,
        }
    }

    /// Returns the stable name, `awaiting_approval`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Partly => "partly",
            Self::Refused => "refused",
            Self::AwaitingApproval => "awaiting_approval",
            Self::Examined => "examined",
        }
    }

    /// Returns the status in Japanese.
    pub fn japanese(self) -> &'static str {
        match self {
            Self::Accepted => "受付",
            Self::Partly => "一部受付",
            Self::Refused => "受付不可",
            Self::AwaitingApproval => "承認待ち",
            Self::Examined => "受付（印刷前）",
        }
    }
}

/// What stands at the head of a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Whose drop.
    pub sender: SenderId,
    /// The sender's name in Japanese.
    pub sender_name: String,
    /// The batch, or the drop's file name when the batch could not be read.
    pub batch: String,
    /// The part, from 1.
    pub part: u32,
    /// When the run took the drop.
    pub received: Moment,
    /// The id of the preference snapshot.
    pub snapshot: String,
    /// The month of the postcode dictionary, `2026-10`.
    pub dictionary: String,
    /// The head of the audit log; empty where nobody had done anything.
    pub audit: String,
}

/// A drop's receipt; see the head of this file for its JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    sender: SenderId,
    sender_name: String,
    batch: String,
    part: u32,
    status: Status,
    #[serde(with = "jst")]
    received: Moment,
    records: u64,
    counts: Counts,
    channels: Vec<ChannelCount>,
    faults: Vec<FaultCount>,
    estimate: Option<Estimate>,
    refusal: Option<Refused>,
    snapshot: String,
    dictionary: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    audit: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Counts {
    printed: u64,
    delivered: u64,
    also_delivered: u64,
    set_aside: u64,
    held: u64,
    pulled: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ChannelCount {
    channel: Channel,
    reason: String,
    ja: String,
    count: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct FaultCount {
    code: String,
    ja: String,
    en: String,
    count: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Estimate {
    sheets: u64,
    envelopes: u64,
    postage_yen: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Refused {
    code: String,
    position: Origin,
    ja: String,
    en: String,
    fix: Fix,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Fix {
    ja: String,
    en: String,
}

impl Receipt {
    /// Returns the receipt of a batch that was taken, accepted or partly as its account says.
    pub fn taken(head: Head, account: &Account) -> Self {
        Self::counted(head, account, Status::of(&account.ends))
    }

    /// Returns the receipt of a batch that was examined and is printed by the next night.
    pub fn examined(head: Head, account: &Account) -> Self {
        Self::counted(head, account, Status::Examined)
    }

    /// Returns the receipt of a batch that waits for the operator's approval.
    pub fn awaiting_approval(head: Head, account: &Account) -> Self {
        let counted = Self::counted(head, account, Status::AwaitingApproval);
        Self { estimate: None, ..counted }
    }

    /// Returns the receipt of a drop that was refused whole; `records` is 0 when unknown.
    pub fn refused(head: Head, records: u64, refusal: &Refusal) -> Self {
        let refused = Refused {
            code: refusal.code.clone(),
            position: refusal.origin.clone(),
            ja: refusal.japanese.clone(),
            en: refusal.english.clone(),
            fix: Fix { ja: refusal.fix_japanese.clone(), en: refusal.fix_english.clone() },
        };
        let blank = Self::blank(head, Status::Refused, records);
        Self { refusal: Some(refused), ..blank }
    }

    /// Returns what became of the drop.
    pub fn status(&self) -> Status {
        self.status
    }

    /// Returns the receipt as JSON, two blanks an indent, ending with a line end.
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).expect("a receipt is plain data");
        json.push('\n');
        json
    }

    /// Returns the receipt as Japanese text for the sender's clerk, aligned for a fixed-pitch font.
    pub fn to_text(&self) -> String {
        text::write(self)
    }

    fn counted(head: Head, account: &Account, status: Status) -> Self {
        let Ends { records_in, printed, delivered, set_aside, held, pulled, also_delivered } =
            account.ends;
        Self {
            counts: Counts { printed, delivered, also_delivered, set_aside, held, pulled },
            channels: account.channels().map(channel_count).collect(),
            faults: account
                .by_fault
                .iter()
                .map(|(code, count)| fault_count(code, *count))
                .collect(),
            estimate: Some(Estimate {
                sheets: account.sheets,
                envelopes: account.envelopes,
                postage_yen: account.postage_yen,
            }),
            ..Self::blank(head, status, records_in)
        }
    }

    fn blank(head: Head, status: Status, records: u64) -> Self {
        Self {
            sender: head.sender,
            sender_name: head.sender_name,
            batch: head.batch,
            part: head.part,
            status,
            received: head.received,
            records,
            counts: Counts::default(),
            channels: Vec::new(),
            faults: Vec::new(),
            estimate: None,
            refusal: None,
            snapshot: head.snapshot,
            dictionary: head.dictionary,
            audit: head.audit,
        }
    }
}

fn channel_count((channel, why, count): (Channel, ChannelReason, u64)) -> ChannelCount {
    let (reason, ja) = (why.code().to_owned(), why.japanese().to_owned());
    ChannelCount { channel, reason, ja, count }
}

fn fault_count(code: &str, count: u64) -> FaultCount {
    let (ja, en) = (words::fault_japanese(code).to_owned(), words::fault_english(code).to_owned());
    FaultCount { code: code.to_owned(), ja, en, count }
}

/// A moment as RFC 3339 in Japan's time.
mod jst {
    use letter::Moment;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(moment: &Moment, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&moment.rfc3339_jst())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Moment, D::Error> {
        let text = String::deserialize(deserializer)?;
        Moment::parse_rfc3339(&text).ok_or_else(|| D::Error::custom("not an RFC 3339 moment"))
    }
}

#[cfg(test)]
mod tests {
    use letter::Reason;

    use super::*;
    use crate::account::tests::{account, mixed, placed};

    fn head() -> Head {
        Head {
            sender: SenderId::parse("hoshimi-city").expect("an id"),
            sender_name: "星見市".into(),
            batch: "tax-2026-1".into(),
            part: 1,
            received: Moment::parse_rfc3339("2026-11-22T02:00:00+09:00").expect("a moment"),
            snapshot: "pref-2026-11-22-3f9a".into(),
            dictionary: "2026-10".into(),
            audit: String::new(),
        }
    }

    fn refused() -> Receipt {
        let refusal = Refusal {
            origin: Origin { file: "recipients.csv".into(), ..Origin::default() },
            code: "bad-hash".into(),
            japanese: "recipients.csv のハッシュ値がマニフェストと一致しません".into(),
            english: "the hash of recipients.csv is not that of the manifest".into(),
            fix_japanese: "ファイルを作り直し、マニフェストのハッシュ値を計算し直して、新しいファイル名で再送してください".into(),
            fix_english: "make the drop again".into(),
        };
        Receipt::refused(Head { batch: "tax-2026-2".into(), ..head() }, 0, &refusal)
    }

    fn clean() -> Receipt {
        let mut account = account(1_234);
        for _ in 0..1_000 {
            account.print(&placed(Channel::Paper, ChannelReason::ClassIsPaperOnly));
        }
        for _ in 0..234 {
            account.deliver(ChannelReason::PrefersElectronic);
        }
        Receipt::taken(head(), &account)
    }

    fn waiting() -> Receipt {
        let mut account = account(20);
        for _ in 0..2 {
            account.stop(&Reason::UnknownPostalCode {
                postal: "000-0000".into(),
                dictionary: "2026-10".into(),
            });
        }
        for _ in 0..18 {
            account.stop(&Reason::AwaitsApproval { set_aside: 2, records: 20 });
        }
        Receipt::awaiting_approval(head(), &account)
    }

    /// Compares with the golden file, or writes it when `REPLACE=1`.
    fn check(name: &str, found: &str) {
        let path = format!("{}/golden/{name}", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("REPLACE").is_some() {
            std::fs::write(&path, found).expect("the golden can be written");
        }
        let golden = std::fs::read_to_string(&path).expect("the golden exists");
        assert_eq!(found, golden, "{name} (REPLACE=1 writes it anew)");
    }

    #[test]
    fn receipts_are_those_of_the_goldens() {
        let partly = Receipt::taken(head(), &mixed());
        for (name, receipt) in [
            ("partly", partly),
            ("refused", refused()),
            ("accepted", clean()),
            ("waiting", waiting()),
        ] {
            check(&format!("{name}.receipt.json"), &receipt.to_json());
            check(&format!("{name}.receipt.txt"), &receipt.to_text());
        }
    }

    #[test]
    fn a_receipt_reads_back_from_its_json() {
        for receipt in [Receipt::taken(head(), &mixed()), refused(), clean(), waiting()] {
            let back: Receipt = serde_json::from_str(&receipt.to_json()).expect("its own JSON");
            assert_eq!(back, receipt);
        }
    }

    #[test]
    fn the_status_follows_the_ends() {
        for (set_aside, held, pulled, status) in [
            (0, 0, 0, Status::Accepted),
            (0, 0, 1, Status::Accepted),
            (1, 0, 0, Status::Partly),
            (0, 1, 0, Status::Partly),
        ] {
            assert_eq!(Status::of(&Ends { set_aside, held, pulled, ..Ends::default() }), status);
        }
    }
}
