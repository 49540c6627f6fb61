//! The journal: what of a night is durable, so that a cut run resumes to the same bytes.
//!
//! An entry is written after what it speaks of is durable (design §4.10). The journal is the truth
//! of resume: a stage without its entry is done again from its inputs, over whatever it left.

use std::fmt;

use letter::{BatchId, Moment, PieceId, Refusal, SenderId};
use serde::{Deserialize, Serialize};

/// One part of a batch: part 1 is the batch itself, later parts bring mended rows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Part {
    /// Who dropped it.
    pub sender: SenderId,
    /// The batch.
    pub batch: BatchId,
    /// The part, from 1; above [`Part::LATER`] those that the shop makes itself.
    pub part: u32,
}

impl Part {
    /// Parts above this number are copies of the batch that go on paper after all: more than a
    /// manifest may say.
    pub const LATER: u32 = 1000;

    /// Returns the batch's name in files and ledgers: `tax-2026`, for later parts `tax-2026.part2`,
    /// and for what goes on paper after all `tax-2026.paper1`.
    pub fn name(&self) -> String {
        match self.part {
            1 => self.batch.to_string(),
            part if part > Self::LATER => format!("{}.paper{}", self.batch, part - Self::LATER),
            part => format!("{}.part{part}", self.batch),
        }
    }

    /// Returns whether the part holds copies of its batch that go on paper after all.
    pub fn is_later(&self) -> bool {
        self.part > Self::LATER
    }

    /// Returns the how many-th of its kind the part is, from 1: what papers show as 第n回.
    pub fn turn(&self) -> u32 {
        self.part.checked_sub(Self::LATER).unwrap_or(self.part)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.sender, self.name())
    }
}

/// A file that is durable: its path below OUT, its length and its SHA-256.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileMark {
    /// Path below OUT, with `/`.
    pub path: String,
    /// Bytes.
    pub len: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

/// A drop as the scan found it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenDrop {
    /// The folder of the inbox.
    pub sender: String,
    /// The file's name.
    pub name: String,
    /// Bytes.
    pub len: u64,
}

/// A copy that was withdrawn: which record, why, who and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawn {
    /// The record's number, in the sender's order.
    pub record: u32,
    /// The sender's record key.
    pub key: String,
    /// The piece.
    pub piece: PieceId,
    /// Whether the record was printed, too: then its letter has an end of its own.
    pub beside_print: bool,
    /// A reference to the sender's request; never a name.
    pub note: String,
    /// Who asked for it.
    pub by: String,
    /// When.
    pub at: Moment,
}

/// What a night set out to do; a resumed night keeps to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NightPlan {
    /// The number of the night, from 1.
    pub night: u32,
    /// The moment of the run, in every output.
    pub now: Moment,
    /// The drops found, in order.
    pub drops: Vec<SeenDrop>,
    /// The frozen snapshot of preferences.
    pub snapshot: String,
    /// The head of the audit log when the night began; empty where nobody had done anything.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub audit: String,
}

/// The stages of a part that leave durable files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The drop's members and records are in the spool.
    Received,
    /// Every record is resolved, routed and measured.
    Measured,
    /// Print file number n is whole.
    Printed(u32),
    /// The pack of electronic copies is whole.
    Delivered,
    /// Control file, labels, ticket, reject list and receipt are out.
    Closed,
    /// Every application of the night's parcels has its verdict and its findings.
    Examined,
    /// Provisional verdicts were given again with newer lists.
    Settled,
    /// Hand-over folders, lists and the drops for the letters' journey are out.
    HandedOver,
}

/// One fact of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// A night began.
    NightBegan(NightPlan),
    /// A drop was taken as a part of a batch.
    DropTaken {
        /// The drop.
        drop: SeenDrop,
        /// Its SHA-256, hexadecimal.
        sha256: String,
        /// The part that it is.
        part: Part,
    },
    /// A drop was refused whole; its receipt is in the outbox.
    DropRefused {
        /// The drop.
        drop: SeenDrop,
        /// Its SHA-256, hexadecimal.
        sha256: String,
        /// Why.
        refusal: Box<Refusal>,
        /// The part that it would have been, as far as it is known.
        part: Option<Part>,
        /// The receipt.
        files: Vec<FileMark>,
    },
    /// A drop is not yet complete and waits for the next night.
    DropWaits {
        /// The drop.
        drop: SeenDrop,
    },
    /// A parcel of applications was taken by a night.
    ParcelTaken {
        /// The drop.
        drop: SeenDrop,
        /// Its SHA-256, hexadecimal.
        sha256: String,
        /// The parcel by site and the site's name for it.
        parcel: Part,
        /// Applications in it, read or not.
        applications: u32,
    },
    /// A stage of a part is durable.
    StageDone {
        /// The part.
        part: Part,
        /// The stage.
        stage: Stage,
        /// What it left.
        files: Vec<FileMark>,
    },
    /// A batch that waited was approved by the operator.
    Approved {
        /// The part.
        part: Part,
    },
    /// The sender took a batch back before it was printed.
    Cancelled {
        /// The part.
        part: Part,
    },
    /// The operator keeps a batch back until it is released.
    Held {
        /// The part.
        part: Part,
    },
    /// The operator lets a batch go on that was kept back.
    Released {
        /// The part.
        part: Part,
    },
    /// The operator gave a batch a rank; those of a higher one are printed first.
    Ranked {
        /// The part.
        part: Part,
        /// The rank.
        rank: i32,
    },
    /// The operator pulled a piece before it was printed.
    Pulled {
        /// The part.
        part: Part,
        /// The sender's record key.
        key: String,
        /// The operator's note.
        note: String,
        /// Who asked for it; empty in old journals.
        #[serde(default)]
        by: String,
        /// When.
        #[serde(default)]
        at: Option<Moment>,
    },
    /// Somebody approved the proof of a template: the sender's batches with it wait no more.
    ProofApproved {
        /// The part that waited for it.
        part: Part,
        /// SHA-256 of the template, hexadecimal.
        sha256: String,
    },
    /// A copy that nobody had read was withdrawn after its night (引抜き).
    Withdrawn {
        /// The part.
        part: Part,
        /// Which copy.
        copy: Withdrawn,
    },
    /// Ledger and lists were written again with what was withdrawn until then.
    Rebalanced {
        /// What was written.
        files: Vec<FileMark>,
    },
    /// The ledger and the report are out.
    NightEnded {
        /// The number of the night.
        night: u32,
        /// What the end left.
        files: Vec<FileMark>,
    },
}

/// The port to whatever keeps the entries.
pub trait Journal {
    /// What can go wrong with the keeping.
    type Error;

    /// Returns all entries, oldest first.
    fn entries(&self) -> &[Entry];

    /// Appends an entry and returns when it is durable.
    ///
    /// # Errors
    /// If it could not be made durable; the night stops.
    fn append(&mut self, entry: Entry) -> Result<(), Self::Error>;

    /// Returns the files of a stage of a part, if it is done since the part was taken.
    ///
    /// A print file from before a record was pulled is not done: it would still show it.
    fn stage(&self, wanted: &Part, stage: &Stage) -> Option<&[FileMark]> {
        for entry in self.entries().iter().rev() {
            match entry {
                Entry::StageDone { part, stage: done, files }
                    if part == wanted && done == stage =>
                {
                    return Some(files);
                }
                Entry::DropTaken { part, .. } if part == wanted => return None,
                Entry::Pulled { part, .. }
                    if part == wanted && matches!(stage, Stage::Printed(_)) =>
                {
                    return None;
                }
                _ => {}
            }
        }
        None
    }

    /// Returns the night that began and did not end.
    fn open_night(&self) -> Option<&NightPlan> {
        self.entries()
            .iter()
            .rev()
            .find_map(|entry| match entry {
                Entry::NightBegan(plan) => Some(Some(plan)),
                Entry::NightEnded { .. } => Some(None),
                _ => None,
            })
            .flatten()
    }

    /// Returns the number of the last night, 0 before the first.
    fn last_night(&self) -> u32 {
        let nights = self.entries().iter().rev();
        nights
            .filter_map(|entry| match entry {
                Entry::NightBegan(plan) => Some(plan.night),
                _ => None,
            })
            .next()
            .unwrap_or(0)
    }

    /// Returns every part taken and not refused later, in the order of taking, with its drop and
    /// the drop's digest.
    fn parts(&self) -> Vec<(Part, &SeenDrop, &str)> {
        let mut taken: Vec<(Part, &SeenDrop, &str)> = Vec::new();
        for entry in self.entries() {
            match entry {
                Entry::DropTaken { drop, sha256, part } => {
                    taken.push((part.clone(), drop, sha256));
                }
                Entry::DropRefused { drop, sha256, .. } => {
                    taken.retain(|(_, seen, digest)| (*seen, *digest) != (drop, sha256.as_str()));
                }
                _ => {}
            }
        }
        taken
    }

    /// Returns whether the sender has taken a part back.
    fn is_cancelled(&self, wanted: &Part) -> bool {
        let cancels = |entry: &Entry| matches!(entry, Entry::Cancelled { part } if part == wanted);
        self.entries().iter().any(cancels)
    }

    /// Returns whether the operator keeps a part back.
    fn is_held(&self, wanted: &Part) -> bool {
        let last = self.entries().iter().rev().find_map(|entry| match entry {
            Entry::Held { part } if part == wanted => Some(true),
            Entry::Released { part } if part == wanted => Some(false),
            _ => None,
        });
        last.unwrap_or(false)
    }

    /// Returns the rank that the operator gave a part last, if any.
    fn rank(&self, wanted: &Part) -> Option<i32> {
        self.entries().iter().rev().find_map(|entry| match entry {
            Entry::Ranked { part, rank } if part == wanted => Some(*rank),
            _ => None,
        })
    }

    /// Returns whether a part is closed, and was not approved or cancelled since.
    fn is_closed(&self, wanted: &Part) -> bool {
        let last = self.entries().iter().rev().find_map(|entry| match entry {
            Entry::StageDone { part, stage: Stage::Closed, .. } if part == wanted => Some(true),
            Entry::Approved { part } | Entry::Cancelled { part } if part == wanted => Some(false),
            _ => None,
        });
        last.unwrap_or(false)
    }

    /// Returns whether the operator has approved a part.
    fn is_approved(&self, wanted: &Part) -> bool {
        let approves = |entry: &Entry| matches!(entry, Entry::Approved { part } if part == wanted);
        self.entries().iter().any(approves)
    }
}

/// A journal that forgets with the process, for tests of what stands on the port.
#[derive(Debug, Default)]
pub struct MemoryJournal {
    entries: Vec<Entry>,
}

impl Journal for MemoryJournal {
    type Error = std::convert::Infallible;

    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn append(&mut self, entry: Entry) -> Result<(), Self::Error> {
        self.entries.push(entry);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part() -> Part {
        let sender = SenderId::parse("hoshimi-city").expect("an id");
        Part { sender, batch: BatchId::parse("tax-1").expect("an id"), part: 2 }
    }

    #[test]
    fn a_part_is_held_until_it_is_released_and_has_its_last_rank() {
        let mut journal = MemoryJournal::default();
        let mut after = |entry| {
            let Ok(()) = journal.append(entry);
            (journal.is_held(&part()), journal.rank(&part()))
        };
        assert_eq!(after(Entry::Held { part: part() }), (true, None));
        assert_eq!(after(Entry::Ranked { part: part(), rank: 7 }), (true, Some(7)));
        assert_eq!(after(Entry::Released { part: part() }), (false, Some(7)));
        assert_eq!(after(Entry::Ranked { part: part(), rank: -1 }), (false, Some(-1)));
    }

    #[test]
    fn a_night_is_open_until_its_end_is_written() {
        let mut journal = MemoryJournal::default();
        assert!(journal.open_night().is_none());
        let plan = NightPlan {
            night: 1,
            now: Moment(0),
            drops: Vec::new(),
            snapshot: "s".into(),
            audit: String::new(),
        };
        journal.append(Entry::NightBegan(plan)).expect("memory");
        assert_eq!(journal.open_night().map(|plan| plan.night), Some(1));
        journal.append(Entry::NightEnded { night: 1, files: Vec::new() }).expect("memory");
        assert!(journal.open_night().is_none());
        assert_eq!(journal.last_night(), 1);
    }

    #[test]
    fn the_latest_entry_of_a_stage_counts() {
        let mut journal = MemoryJournal::default();
        for len in [1, 2] {
            let mark = FileMark { path: "a".into(), len, sha256: String::new() };
            let stage = Stage::Printed(3);
            journal
                .append(Entry::StageDone { part: part(), stage, files: vec![mark] })
                .expect("memory");
        }
        assert_eq!(journal.stage(&part(), &Stage::Printed(3)).expect("done")[0].len, 2);
        assert_eq!(journal.stage(&part(), &Stage::Printed(4)), None);
        assert_eq!(part().to_string(), "hoshimi-city/tax-1.part2");
        let later = Part { part: Part::LATER + 1, ..part() };
        assert_eq!((later.to_string().as_str(), later.turn()), ("hoshimi-city/tax-1.paper1", 1));
    }

    #[test]
    fn a_print_file_from_before_a_pull_is_not_done() {
        let mut journal = MemoryJournal::default();
        let done = |stage| Entry::StageDone { part: part(), stage, files: Vec::new() };
        let pulled = serde_json::from_str(
            r#"{"pulled":{"part":{"sender":"hoshimi-city","batch":"tax-1","part":2},
            "key":"7","note":"r"}}"#,
        );
        for entry in [done(Stage::Measured), done(Stage::Printed(1)), pulled.expect("an entry")] {
            journal.append(entry).expect("memory");
        }
        assert_eq!(journal.stage(&part(), &Stage::Printed(1)), None, "it shows what was pulled");
        assert!(journal.stage(&part(), &Stage::Measured).is_some());
        journal.append(done(Stage::Printed(1))).expect("memory");
        assert!(journal.stage(&part(), &Stage::Printed(1)).is_some(), "it was painted again");
    }

    #[test]
    fn an_entry_reads_back_from_its_json() {
        let entry = Entry::StageDone { part: part(), stage: Stage::Printed(7), files: vec![] };
        let json = serde_json::to_string(&entry).expect("plain data");
        assert_eq!(serde_json::from_str::<Entry>(&json).expect("own json"), entry);
    }
}
