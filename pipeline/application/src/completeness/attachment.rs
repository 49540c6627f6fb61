//! Whether the documents asked for are there, of their type and not too large.

use super::finding::{self, AttachmentTrouble, Finding};
use super::is_required;
use crate::parcel::Attachment;
use crate::procedure::{AttachmentRule, Facts, FileType};

/// Readers look for a PDF's head within so many bytes (ISO 32000-1, annex H.3.4.1).
const PDF_HEAD_LEN: usize = 1_024;

/// Returns which rule each attachment is of, and how many attachments each rule has.
pub(super) fn assign(
    rules: &[AttachmentRule],
    attachments: &[Attachment<'_>],
) -> (Vec<Option<usize>>, Vec<usize>) {
    let mut counts = vec![0; rules.len()];
    let owner = |attachment: &Attachment<'_>| rules.iter().position(|rule| is_of(rule, attachment));
    let owners: Vec<Option<usize>> = attachments.iter().map(owner).collect();
    for rule in owners.iter().flatten() {
        counts[*rule] += 1;
    }
    (owners, counts)
}

/// By file name, `identity.pdf` or `identity-2.pdf`, or by the title.
fn is_of(rule: &AttachmentRule, attachment: &Attachment<'_>) -> bool {
    let numbered = |rest: &str| {
        rest.strip_prefix('-')
            .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    };
    let by_name = attachment
        .stem()
        .strip_prefix(rule.name.as_str())
        .is_some_and(|rest| rest.is_empty() || numbered(rest));
    let title = attachment.title.as_str();
    by_name || (!title.is_empty() && (title == rule.label || rule.also.iter().any(|a| a == title)))
}

pub(super) fn check(
    rules: &[AttachmentRule],
    facts: &Facts<'_, '_>,
    attachments: &[Attachment<'_>],
    owners: &[Option<usize>],
    findings: &mut Vec<Finding>,
) {
    for (at, rule) in rules.iter().enumerate() {
        if facts.attached[at] == 0 && is_required(&rule.required, facts, 0) {
            findings.push(finding::attachment(rule, AttachmentTrouble::Missing));
        }
    }
    for (index, (attachment, owner)) in attachments.iter().zip(owners).enumerate() {
        let Some(rule) = owner.map(|at| &rules[at]) else {
            findings.push(finding::unknown_attachment(index));
            continue;
        };
        if let Some(trouble) = trouble(rule, attachment.bytes) {
            findings.push(finding::attachment(rule, trouble));
        }
    }
}

fn trouble(rule: &AttachmentRule, bytes: &[u8]) -> Option<AttachmentTrouble> {
    if bytes.is_empty() {
        return Some(AttachmentTrouble::Empty);
    }
    if bytes.len() > rule.max_bytes {
        return Some(AttachmentTrouble::TooLarge);
    }
    let fits = file_type(bytes).is_some_and(|found| rule.types.contains(&found));
    (!fits).then_some(AttachmentTrouble::Type)
}

/// Tells a file's type by its first bytes.
pub fn file_type(bytes: &[u8]) -> Option<FileType> {
    if bytes.starts_with(b"\xFF\xD8\xFF") {
        return Some(FileType::Jpeg);
    }
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some(FileType::Png);
    }
    let head = &bytes[..bytes.len().min(PDF_HEAD_LEN)];
    head.windows(5).any(|window| window == b"%PDF-").then_some(FileType::Pdf)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_bytes_and_not_by_its_name() {
        let late = [&[b' '; 1_024][..], b"%PDF-1.7"].concat();
        for (bytes, expected) in [
            (&b"%PDF-1.7"[..], Some(FileType::Pdf)),
            (b"\xef\xbb\xbf%PDF-1.4", Some(FileType::Pdf)),
            (&late, None),
            (b"\xFF\xD8\xFF\xE0", Some(FileType::Jpeg)),
            (b"\x89PNG\r\n\x1a\n\0", Some(FileType::Png)),
            (b"MZ", None),
            (b"", None),
        ] {
            assert_eq!(file_type(bytes), expected);
        }
    }
}
