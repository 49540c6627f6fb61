//! The list of opened copies that a sender finds in its outbox: `<batch>.opens.csv`.
//!
//! People open it in a spreadsheet, which could take a cell for a formula
//! ([`letter::cell::is_formula`]). Such a cell gets a leading apostrophe, which a spreadsheet shows
//! as text; a program that reads the list back takes one apostrophe off.

use std::borrow::Cow;

use crate::OpenNotice;

/// Writes the list: UTF-8 with byte order mark, CRLF, one row a notice, by the time of opening and
/// then by piece, so that the order in which the notices came does not show.
///
/// The columns are the sender's own key and the moment in Japan's time, RFC 3339.
pub fn opens_csv(notices: &[OpenNotice]) -> Vec<u8> {
    let mut rows: Vec<&OpenNotice> = notices.iter().collect();
    rows.sort_by_key(|notice| (notice.opened, notice.piece));
    let mut csv = String::from("\u{FEFF}row_id,opened\r\n");
    for notice in rows {
        push_cell(&mut csv, &notice.row_id);
        csv.push(',');
        push_cell(&mut csv, &notice.opened.rfc3339_jst());
        csv.push_str("\r\n");
    }
    csv.into_bytes()
}

/// Returns `text` such that no spreadsheet takes it for a formula.
pub fn spreadsheet_cell(text: &str) -> Cow<'_, str> {
    if letter::cell::is_formula(text) {
        format!("'{text}").into()
    } else {
        text.into()
    }
}

fn push_cell(csv: &mut String, text: &str) {
    let cell = spreadsheet_cell(text);
    if cell.contains(['"', ',', '\r', '\n']) {
        csv.push('"');
        csv.push_str(&cell.replace('"', "\"\""));
        csv.push('"');
    } else {
        csv.push_str(&cell);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notice::tests::notice;

    #[test]
    fn rows_go_by_time_however_the_notices_came() {
        let early = notice("0002", 1_795_280_400);
        let late = notice("0001", 1_795_280_460);
        let expected = "\u{FEFF}row_id,opened\r\n\
            0002,2026-11-22T02:00:00+09:00\r\n0001,2026-11-22T02:01:00+09:00\r\n";
        for notices in [[early.clone(), late.clone()], [late, early]] {
            assert_eq!(String::from_utf8_lossy(&opens_csv(&notices)), expected);
        }
    }

    #[test]
    fn no_cell_starts_a_formula() {
        for (text, cell) in [
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
            ("+81", "'+81"),
            ("-1", "'-1"),
            ("@SUM", "'@SUM"),
            ("\t=1", "'\t=1"),
            ("\r=1", "\"'\r=1\""),
            ("a=1", "a=1"),
            ("1,2", "\"1,2\""),
        ] {
            let mut csv = String::new();
            push_cell(&mut csv, text);
            assert_eq!(csv, cell);
        }
    }
}
