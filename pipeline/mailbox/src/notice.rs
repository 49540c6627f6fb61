//! 開封通知 (kaifū tsūchi): a recipient read a copy for the first time.

use letter::{BatchId, Moment, PieceId, SenderId};
use serde::{Deserialize, Serialize};

/// One open notice; a piece has at most one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenNotice {
    /// The piece.
    pub piece: PieceId,
    /// The sender's own key of its record.
    pub row_id: String,
    /// The sender, who is told.
    pub sender: SenderId,
    /// The sender's batch.
    pub batch: BatchId,
    /// When the copy was first read.
    pub opened: Moment,
}

impl OpenNotice {
    /// Writes the notice as one line of the log, without its end: eight hexadecimal digits of the
    /// CRC-32 of the rest, a blank, and the notice as JSON.
    pub fn to_line(&self) -> String {
        let json = serde_json::to_string(self).expect("a notice is plain data");
        format!("{:08x} {json}", crc32fast::hash(json.as_bytes()))
    }

    /// Reads a line back.
    ///
    /// Returns `None` if the line is cut or damaged.
    pub fn parse_line(line: &str) -> Option<Self> {
        let (crc, json) = line.split_once(' ')?;
        let whole = crc.len() == 8
            && u32::from_str_radix(crc, 16).ok()? == crc32fast::hash(json.as_bytes());
        whole.then(|| serde_json::from_str(json).ok()).flatten()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn notice(row_id: &str, opened: i64) -> OpenNotice {
        OpenNotice {
            piece: PieceId(opened.unsigned_abs()),
            row_id: row_id.to_owned(),
            sender: SenderId::parse("hoshimi-city").expect("an id"),
            batch: BatchId::parse("tax-2026-1").expect("an id"),
            opened: Moment(opened),
        }
    }

    #[test]
    fn a_notice_reads_back_whatever_the_senders_key_is() {
        for row_id in ["0001", "改行\nあり", "\"a\" b", ""] {
            let notice = notice(row_id, 1_795_280_400);
            let line = notice.to_line();
            assert!(!line.contains('\n'));
            assert_eq!(OpenNotice::parse_line(&line), Some(notice));
        }
    }

    #[test]
    fn a_line_that_is_cut_or_changed_is_no_notice() {
        let line = notice("0001", 1_795_280_400).to_line();
        for at in 0..line.len() {
            assert_eq!(OpenNotice::parse_line(&line[..at]), None, "cut at {at}");
            let mut changed = line.clone().into_bytes();
            changed[at] ^= 1;
            let changed = String::from_utf8(changed).expect("still ASCII");
            assert_eq!(OpenNotice::parse_line(&changed), None, "changed at {at}");
        }
    }
}
