//! The address that a ready page shows in the window, held against the record's.

use letter::record::field;
use letter::{Reason, RecordView, Schema};

/// The record's address in normal forms.
pub(super) struct Address {
    postal: String,
    address: [String; 2],
    name: String,
}

impl Address {
    pub(super) fn of(schema: &Schema, view: &RecordView<'_>) -> Self {
        let value = |name| schema.field(name).map_or("", |index| view.field(index));
        let form = |name| address::comparable(value(name));
        Self {
            postal: digits(value(field::POSTAL)),
            address: [form(field::ADDRESS1), form(field::ADDRESS2)],
            name: form(field::NAME),
        }
    }
}

/// What a page shows in the window.
pub(super) struct Shown<'s> {
    /// The page of the file, from 1.
    pub page: u32,
    /// Its text, line by line.
    pub window: &'s str,
}

impl Shown<'_> {
    /// Returns the first part of the address that the window does not show.
    ///
    /// Only the window counts: what else the page says decides nothing. The words name the part and
    /// never its value.
    pub(super) fn compare(&self, wanted: &Address) -> Option<Reason> {
        // The sender's program breaks lines where they are full.
        let text = address::comparable(&self.window.replace('\n', ""));
        let has = |part: &String| text.contains(part.as_str());
        let missing = match () {
            () if !digits(self.window).contains(&wanted.postal) => ("郵便番号", "postal code"),
            () if !has(&wanted.name) => ("宛名", "name"),
            () if !wanted.address.iter().all(has) => ("住所", "address"),
            () => return None,
        };
        let (japanese, english) = (missing.0.to_owned(), missing.1.to_owned());
        Some(Reason::ReadyAddress { page: self.page, japanese, english })
    }
}

fn digits(text: &str) -> String {
    let digit = |c: char| match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32),
        _ => None,
    };
    text.chars().filter_map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted() -> Address {
        Address {
            postal: "1000013".to_owned(),
            address: ["東京都千代田区霞が関1丁目2番3号", "霞ビル4階"].map(address::comparable),
            name: address::comparable("霞　太郎"),
        }
    }

    #[test]
    fn an_address_is_the_same_whatever_its_widths_and_blanks() {
        let shown = |window: &str| Shown { page: 3, window }.compare(&wanted());
        let same =
            "〒１００－００１３\n東京都千代田区霞が関１丁目２番３\n号\n霞ビル４階\n霞 太郎 様\n";
        assert_eq!(shown(same), None);
        let said = |reason: Option<Reason>| reason.expect("a difference").english();
        let other = same.replace("太郎", "次郎");
        assert_eq!(said(shown(&other)), "the window of page 3 does not show the record's name");
        let other = same.replace('３', "４");
        assert!(said(shown(&other)).ends_with("postal code"));
        assert!(said(shown(&same.replace("ビル", ""))).ends_with("address"));
        assert!(!said(shown("")).contains('霞'));
    }
}
