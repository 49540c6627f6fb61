//! What the sender promises of a drop, and whether the drop keeps it.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{Read, Seek};

use letter::{BatchId, Date, Origin, Refusal, SenderId};
use serde::Deserialize;

use crate::decode::Totals;
use crate::refusal;
use crate::walk::{Archive, ExtractError};

/// The manifest's usual name.
pub const TOML: &str = "manifest.toml";
/// The manifest's other name; the same keys.
pub const JSON: &str = "manifest.json";
/// The records; `.dat` where they are fixed-width.
pub const RECIPIENTS: [&str; 2] = ["recipients.csv", "recipients.dat"];
/// The table rows.
pub const LINES: &str = "lines.csv";
/// The sender's own stationery.
pub const STATIONERY: &str = "stationery.pdf";
/// A manifest has some 20 lines, and one of a hundred bytes for each ready PDF.
pub const MANIFEST_BYTES_MAX: u64 = 1 << 20;
const TOO_LONG: &str = "it is longer than 1 MiB";
/// More parts than a batch has ever been mended in.
pub const PART_MAX: u32 = 999;

/// 入稿票 (nyūkōhyō): the sheet that comes with a drop.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Who drops it.
    pub sender: SenderId,
    /// The sender's name for the batch.
    pub batch: BatchId,
    /// 1, or above for a continuation of mended rows.
    #[serde(default = "first_part")]
    pub part: u32,
    /// The template.
    pub template: String,
    /// The template's version.
    pub template_version: u32,
    /// The letter class.
    pub class: String,
    /// The day on which the letters are posted.
    pub posting_date: Date,
    /// The legal date on which they must lie with their recipients.
    pub due: Option<Date>,
    /// How many records there are.
    pub records: u64,
    /// The sum of the seven-digit postal codes of all records; see [`Totals::hash_total`].
    pub hash_total: u64,
    /// SHA-256 of each member but the manifest, by name.
    pub members: BTreeMap<String, Sha256Hex>,
}

/// A SHA-256, written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Sha256Hex(pub [u8; 32]);

impl fmt::Display for Sha256Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for Sha256Hex {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let wrong = || format!("{text:?} is not a SHA-256 of 64 hexadecimal digits");
        if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        let mut bytes = [0; 32];
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).map_err(|_| wrong())?;
        }
        Ok(Self(bytes))
    }
}

impl Manifest {
    /// Extracts and parses the manifest of a drop.
    ///
    /// # Errors
    /// As [`Archive::extract`]; `missing-manifest`, `bad-manifest`, or `unexpected-member` if there
    /// are two.
    pub fn read<R: Read + Seek>(archive: &mut Archive<R>) -> Result<Self, ExtractError> {
        let name = match (archive.contains(TOML), archive.contains(JSON)) {
            (true, false) => TOML,
            (false, true) => JSON,
            (true, true) => return Err(ExtractError::Refusal(refusal::unexpected_member(JSON))),
            (false, false) => return Err(ExtractError::Refusal(refusal::missing_manifest())),
        };
        if archive.declared_len(name).is_some_and(|len| len > MANIFEST_BYTES_MAX) {
            return Err(ExtractError::Refusal(refusal::bad_manifest(TOO_LONG)));
        }
        let mut bytes = Vec::new();
        archive.extract(name, &mut bytes)?;
        Self::parse(name, &bytes).map_err(ExtractError::Refusal)
    }

    /// Parses `manifest.toml` or, by the name's end, `manifest.json`.
    ///
    /// # Errors
    /// `bad-manifest` with line and byte, also for unknown keys and impossible values.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, Refusal> {
        if bytes.len() as u64 > MANIFEST_BYTES_MAX {
            return Err(refusal::bad_manifest(TOO_LONG));
        }
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let text = std::str::from_utf8(text).map_err(|e| {
            let place = Place { file: name, line: 0, byte: e.valid_up_to() };
            place.refuse("it is not UTF-8")
        })?;
        let manifest = if name.ends_with(".json") { json(name, text) } else { toml(name, text) }?;
        manifest.check(name)?;
        Ok(manifest)
    }

    /// Returns the name of the member that holds the records.
    pub fn recipients(&self) -> &str {
        let found = RECIPIENTS.iter().find(|&&name| self.members.contains_key(name));
        found.copied().expect("a parsed manifest lists recipients")
    }

    /// Checks that the drop lies in its sender's own inbox.
    ///
    /// # Errors
    /// `wrong-sender`.
    pub fn check_sender(&self, inbox: &SenderId) -> Result<(), Refusal> {
        if self.sender == *inbox {
            return Ok(());
        }
        Err(refusal::wrong_sender(self.sender.as_str(), inbox.as_str()))
    }

    /// Compares the members found (the manifest aside) with those promised.
    ///
    /// # Errors
    /// `unexpected-member`, `bad-hash` or `missing-member`, placed at the member.
    pub fn check_members<'a>(
        &self,
        found: impl IntoIterator<Item = (&'a str, [u8; 32])>,
    ) -> Result<(), Refusal> {
        let mut missing: Vec<&String> = self.members.keys().collect();
        for (name, sha256) in found {
            if name == TOML || name == JSON {
                continue;
            }
            let Some(promised) = self.members.get(name) else {
                return Err(at_member(name, refusal::unexpected_member(name)));
            };
            let sha256 = Sha256Hex(sha256);
            if sha256 != *promised {
                let (found, expected) = (sha256.to_string(), promised.to_string());
                return Err(at_member(name, refusal::bad_hash(name, &found, &expected)));
            }
            missing.retain(|listed| *listed != name);
        }
        match missing.first() {
            Some(name) => Err(at_member(name, refusal::missing_member(name))),
            None => Ok(()),
        }
    }

    /// Compares what was decoded with what was promised.
    ///
    /// # Errors
    /// `wrong-count` or `wrong-hash-total`, placed at the records' last line.
    pub fn check_totals(&self, totals: &Totals) -> Result<(), Refusal> {
        totals.check(self.records, self.hash_total)
    }

    fn check(&self, name: &str) -> Result<(), Refusal> {
        let place = Place { file: name, line: 0, byte: 0 };
        if !(1..=PART_MAX).contains(&self.part) {
            return Err(place.refuse(&format!("part {} is not within 1 to {PART_MAX}", self.part)));
        }
        let plain = |text: &str| BatchId::parse(text).is_some();
        if !plain(&self.template) || !plain(&self.class) {
            return Err(place.refuse("template or class is not a plain name"));
        }
        let listed = |known: &str| self.members.contains_key(known);
        match RECIPIENTS.iter().filter(|known| listed(known)).count() {
            1 => {}
            0 => return Err(place.put(refusal::missing_member(RECIPIENTS[0]))),
            _ => return Err(place.put(refusal::unexpected_member(RECIPIENTS[1]))),
        }
        let agreed = |name: &str| {
            RECIPIENTS.contains(&name) || [LINES, STATIONERY].contains(&name) || is_ready(name)
        };
        match self.members.keys().find(|name| !agreed(name)) {
            Some(other) => Err(place.put(refusal::unexpected_member(other))),
            None => Ok(()),
        }
    }
}

/// Whether a member is a ready PDF: letters of the sender's own making.
pub fn is_ready(name: &str) -> bool {
    name.ends_with(".pdf") && name != STATIONERY
}

fn first_part() -> u32 {
    1
}

fn toml(name: &str, text: &str) -> Result<Manifest, Refusal> {
    ::toml::from_str(text).map_err(|e| {
        let byte = e.span().map_or(0, |span| span.start);
        let line = 1 + text[..byte].matches('\n').count();
        Place { file: name, line, byte }.refuse(e.message())
    })
}

fn json(name: &str, text: &str) -> Result<Manifest, Refusal> {
    serde_json::from_str(text).map_err(|e| {
        let before: usize =
            text.split_inclusive('\n').take(e.line().max(1) - 1).map(str::len).sum();
        let byte = before + e.column().max(1) - 1;
        Place { file: name, line: e.line(), byte }.refuse(&e.to_string())
    })
}

/// A place in the manifest.
struct Place<'a> {
    file: &'a str,
    line: usize,
    byte: usize,
}

impl Place<'_> {
    fn refuse(&self, why: &str) -> Refusal {
        let why: String = why.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        self.put(refusal::bad_manifest(why.trim_end()))
    }

    fn put(&self, refusal: Refusal) -> Refusal {
        let (line, byte) = (self.line as u64, self.byte as u64);
        let origin = Origin { file: self.file.to_owned(), line, byte, ..Origin::default() };
        Refusal { origin, ..refusal }
    }
}

fn at_member(name: &str, refusal: Refusal) -> Refusal {
    Refusal { origin: Origin { file: name.to_owned(), ..Origin::default() }, ..refusal }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"sender = "hoshimi-city"
batch = "tax-2026-1"
template = "tax-notice"
template_version = 1
class = "tax"
posting_date = "2026-11-25"
records = 3
hash_total = 3000039
[members]
"recipients.csv" = "00000000000000000000000000000000000000000000000000000000000000ff"
"#;

    fn refused(text: &str) -> Refusal {
        Manifest::parse(TOML, text.as_bytes()).expect_err("the text is broken")
    }

    #[test]
    fn toml_and_json_say_the_same() {
        let manifest = Manifest::parse(TOML, GOOD.as_bytes()).expect("a manifest");
        let json = r#"{"sender":"hoshimi-city","batch":"tax-2026-1","part":1,
            "template":"tax-notice","template_version":1,"class":"tax",
            "posting_date":"2026-11-25","records":3,"hash_total":3000039,"members":
            {"recipients.csv":"00000000000000000000000000000000000000000000000000000000000000FF"}}"#;
        assert_eq!(Manifest::parse(JSON, json.as_bytes()), Ok(manifest.clone()));
        assert_eq!((manifest.part, manifest.recipients()), (1, "recipients.csv"));
    }

    #[test]
    fn every_broken_line_is_refused_with_its_place() {
        for (from, to, line) in [
            ("records = 3", "records = -3", 7),
            ("records = 3", "records = 3\ncolour = \"red\"", 8),
            ("2026-11-25", "2026-02-30", 6),
            ("hoshimi-city", "../etc", 1),
            ("ff\"", "f\"", 10),
            ("ff\"", "fg\"", 10),
            ("template_version = 1", "template_version =", 4),
        ] {
            let refusal = refused(&GOOD.replace(from, to));
            assert_eq!(refusal.code, "bad-manifest", "{to}");
            assert_eq!((refusal.origin.file.as_str(), refusal.origin.line), (TOML, line), "{to}");
        }
        assert_eq!(refused(&GOOD.replace("recipients.csv", "other.csv")).code, "missing-member");
        let extra = format!("{GOOD}\"x.exe\" = \"{}\"\n", "0".repeat(64));
        assert_eq!(refused(&extra).code, "unexpected-member");
        assert_eq!(refused(&GOOD.replace("records", "part = 0\nrecords")).code, "bad-manifest");
        let json = Manifest::parse(JSON, b"{\n\"sender\": 1}").expect_err("a number is no id");
        assert_eq!((json.origin.line, json.origin.byte), (2, 12), "{}", json.english);
    }

    #[test]
    fn members_are_compared_both_ways() {
        let manifest = Manifest::parse(TOML, GOOD.as_bytes()).expect("a manifest");
        let mut sha256 = [0; 32];
        let code = |found: &[(&str, [u8; 32])]| {
            manifest.check_members(found.iter().copied()).map_err(|r| r.code)
        };
        assert_eq!(code(&[("recipients.csv", sha256)]), Err("bad-hash".to_owned()));
        sha256[31] = 0xff;
        assert_eq!(code(&[("recipients.csv", sha256), (TOML, [0; 32])]), Ok(()));
        assert_eq!(code(&[]), Err("missing-member".to_owned()));
        let extra = [("recipients.csv", sha256), ("lines.csv", sha256)];
        assert_eq!(code(&extra), Err("unexpected-member".to_owned()));
    }
}
