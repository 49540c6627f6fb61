//! How a sender seems to write its files, guessed from a sample for a person to confirm.
//!
//! A guess is made from the head's words and from the values below them, and says for each column
//! which of the two it stands on. What is written down is a layout like any other: it is parsed and
//! compiled before anybody relies on it.

mod words;

use std::fmt;

use encoding_rs::SHIFT_JIS;
use letter::record::field;
use letter::{PostalCode, Schema};

use crate::layout::{DateStyle, Encoding, Kind};

/// A guess of how a delimited file is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    /// The encoding.
    pub encoding: Encoding,
    /// The delimiter.
    pub delimiter: u8,
    /// Every column of the head, in its order.
    pub columns: Vec<ColumnGuess>,
    /// Column groups that become table rows: the group's word, and our column with the head's name.
    pub folds: Vec<(String, Vec<(String, String)>)>,
    /// Rows of the sample, the head aside.
    pub rows: usize,
    /// What the template's letters have and no column was found for.
    pub missing: Vec<String>,
}

/// A guess of what one column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnGuess {
    /// The head's name.
    pub from: String,
    /// Our field, if one was found.
    pub to: Option<String>,
    /// What it holds.
    pub kind: Kind,
    /// How it writes dates.
    pub date: Option<DateStyle>,
    /// Whether every row of the sample fills it.
    pub is_filled: bool,
    /// What the guess stands on.
    pub ground: Ground,
}

/// What a guess stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// The head's word.
    Word,
    /// The values alone.
    Values,
    /// Nothing: the column stays unmapped.
    Nothing,
    /// It belongs to a group of columns that become table rows.
    Group,
}

/// Why nothing can be guessed from a sample.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoGuess {
    /// It is neither UTF-8, UTF-16 nor CP932.
    #[error("the sample is neither UTF-8 nor UTF-16 nor CP932")]
    NoText,
    /// It has no head line, or no row below it.
    #[error("the sample has no head line with a row below it")]
    NoRows,
    /// One of its rows is not like its head.
    #[error("row {row} has {found} fields and the head {head}")]
    Ragged {
        /// The row, from 1, the head aside.
        row: usize,
        /// Its fields.
        found: usize,
        /// The head's.
        head: usize,
    },
}

/// Guesses how the sample of a sender is written, for a template whose letters have the fields and
/// columns of `wanted`.
///
/// # Errors
/// [`NoGuess`] if the sample is no delimited text with a head.
pub fn guess(sample: &[u8], wanted: &Schema) -> Result<Guess, NoGuess> {
    let (encoding, text) = decode(sample)?;
    let delimiter = delimiter_of(&text);
    let (head, rows) = table_of(&text, delimiter)?;
    let mut columns: Vec<ColumnGuess> =
        head.iter().enumerate().map(|(at, from)| column(from, &values(&rows, at))).collect();
    let folds = words::folds(&mut columns, wanted);
    by_words(&mut columns, wanted);
    by_values(&mut columns, wanted, &rows);
    let has = |name: &&String| columns.iter().any(|column| column.to.as_ref() == Some(*name));
    let is_optional = |name: &&String| OPTIONAL.contains(&name.as_str());
    let missing = wanted.fields.iter().filter(|name| !has(name) && !is_optional(name)).cloned();
    let missing = missing.collect();
    Ok(Guess { encoding, delimiter, columns, folds, rows: rows.len(), missing })
}

impl Guess {
    /// Writes the guess as a `[layouts.<template>]` of a sender file.
    pub fn layout_toml(&self, template: &str) -> String {
        use fmt::Write as _;
        let mut text = String::new();
        let mut put = |words: fmt::Arguments<'_>| {
            text.write_fmt(words).expect("memory takes all text");
        };
        put(format_args!(
            "[layouts.{template}]\nencoding = \"{}\"\n",
            encoding_name(self.encoding)
        ));
        put(format_args!("form = \"delimited\"\n"));
        if self.delimiter != b',' {
            put(format_args!("delimiter = {}\n", quoted(&char::from(self.delimiter).to_string())));
        }
        put(format_args!("columns = [\n"));
        for column in &self.columns {
            put(format_args!("  {}\n", column.toml()));
        }
        put(format_args!("]\n"));
        for (term, group) in &self.folds {
            put(format_args!("\n[[layouts.{template}.fold]]\n"));
            put(format_args!("term = {}\n", quoted(&format!("={term}"))));
            for (ours, from) in group {
                put(format_args!("{ours} = {}\n", quoted(from)));
            }
        }
        text
    }
}

impl ColumnGuess {
    fn toml(&self) -> String {
        let mut text = format!("{{ from = {}", quoted(&self.from));
        if let Some(to) = &self.to {
            text.push_str(&format!(", to = {}", quoted(to)));
        }
        match self.kind {
            Kind::Text => {}
            Kind::Number => text.push_str(", kind = \"number\""),
            Kind::Date => text.push_str(", kind = \"date\""),
            Kind::Kana => text.push_str(", kind = \"kana\""),
        }
        match self.date {
            Some(DateStyle::Wareki) => text.push_str(", date = \"wareki\""),
            Some(DateStyle::Host) => text.push_str(", date = \"host\""),
            Some(DateStyle::Western) | None => {}
        }
        let ours = self.to.as_deref().unwrap_or_default();
        let is_fixed = field::OF_EVERY_LETTER.contains(&ours);
        let is_group = self.ground == Ground::Group;
        if (!ours.is_empty() && !is_fixed || is_group) && self.is_filled {
            text.push_str(", required = true");
        }
        text.push_str(" },");
        text
    }
}

/// Returns the name of an encoding in a sender file.
pub fn encoding_name(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Auto => "auto",
        Encoding::Cp932 => "cp932",
        Encoding::Utf8 => "utf-8",
        Encoding::Utf16 => "utf-16",
    }
}

fn decode(sample: &[u8]) -> Result<(Encoding, String), NoGuess> {
    if let Some(rest) = sample.strip_prefix(b"\xEF\xBB\xBF") {
        let text = std::str::from_utf8(rest).map_err(|_| NoGuess::NoText)?;
        return Ok((Encoding::Auto, text.to_owned()));
    }
    if sample.starts_with(b"\xFF\xFE") || sample.starts_with(b"\xFE\xFF") {
        let little = sample[0] == 0xFF;
        let units = sample[2..].chunks_exact(2).map(|pair| match little {
            true => u16::from_le_bytes([pair[0], pair[1]]),
            false => u16::from_be_bytes([pair[0], pair[1]]),
        });
        let text = char::decode_utf16(units).collect::<Result<String, _>>();
        return Ok((Encoding::Utf16, text.map_err(|_| NoGuess::NoText)?));
    }
    if let Ok(text) = std::str::from_utf8(sample) {
        return Ok((Encoding::Utf8, text.to_owned()));
    }
    let (text, _, broken) = SHIFT_JIS.decode(sample);
    match broken {
        true => Err(NoGuess::NoText),
        false => Ok((Encoding::Cp932, text.into_owned())),
    }
}

/// Returns the delimiter of which the head line has most.
fn delimiter_of(text: &str) -> u8 {
    let head = text.lines().next().unwrap_or_default().as_bytes();
    let count = |wanted: u8| head.iter().filter(|&&byte| byte == wanted).count();
    let mut best = b',';
    for other in [b'\t', b';', b'|'] {
        if count(other) > count(best) {
            best = other;
        }
    }
    best
}

type Rows = Vec<Vec<String>>;

fn table_of(text: &str, delimiter: u8) -> Result<(Vec<String>, Rows), NoGuess> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut rows: Rows = Vec::new();
    for record in reader.records().take(SAMPLE_ROWS_MAX + 1) {
        let record = record.map_err(|_| NoGuess::NoText)?;
        rows.push(record.iter().map(|cell| cell.trim().to_owned()).collect());
    }
    if rows.len() < 2 {
        return Err(NoGuess::NoRows);
    }
    let head = rows.remove(0);
    for (at, row) in rows.iter().enumerate() {
        if row.len() != head.len() {
            return Err(NoGuess::Ragged { row: at + 1, found: row.len(), head: head.len() });
        }
    }
    Ok((head, rows))
}

fn values(rows: &Rows, column: usize) -> Vec<&str> {
    rows.iter().map(|row| row[column].as_str()).collect()
}

fn column(from: &str, values: &[&str]) -> ColumnGuess {
    let filled: Vec<&str> = values.iter().copied().filter(|value| !value.is_empty()).collect();
    let (kind, date) = kind_of(&filled);
    let is_filled = filled.len() == values.len();
    ColumnGuess { from: from.to_owned(), to: None, kind, date, is_filled, ground: Ground::Nothing }
}

fn kind_of(filled: &[&str]) -> (Kind, Option<DateStyle>) {
    let all = |test: fn(&str) -> bool| !filled.is_empty() && filled.iter().all(|v| test(v));
    if all(words::is_western_day) {
        return (Kind::Date, None);
    }
    if all(words::is_japanese_day) {
        return (Kind::Date, Some(DateStyle::Wareki));
    }
    if all(words::is_amount) {
        return (Kind::Number, None);
    }
    (Kind::Text, None)
}

/// Maps the columns whose heads are words that we know.
fn by_words(columns: &mut [ColumnGuess], wanted: &Schema) {
    for at in 0..columns.len() {
        if columns[at].ground != Ground::Nothing {
            continue;
        }
        let ours = words::fields_of(&columns[at].from);
        let is_free = |name: &&&str| {
            let taken = columns.iter().any(|column| column.to.as_deref() == Some(**name));
            !taken && (wanted.field(name).is_some() || field::OF_EVERY_LETTER.contains(*name))
        };
        let found = ours.iter().find(is_free).map(|name| (*name).to_owned());
        let own = wanted.fields.iter().find(|name| **name == columns[at].from).cloned();
        if let Some(to) = found.or(own) {
            map(&mut columns[at], to, Ground::Word);
        }
    }
}

/// Maps postal code, address and key by what the values look like, where no word said so.
fn by_values(columns: &mut [ColumnGuess], wanted: &Schema, rows: &Rows) {
    let is_postal = |value: &&str| PostalCode::parse(value).is_some();
    let is_address = |value: &&str| words::begins_with_a_prefecture(value);
    for (name, test) in
        [(field::POSTAL, &is_postal as &dyn Fn(&&str) -> bool), (field::ADDRESS1, &is_address)]
    {
        let is_mapped = columns.iter().any(|column| column.to.as_deref() == Some(name));
        if is_mapped || wanted.field(name).is_none() {
            continue;
        }
        let looks = |at: &usize| {
            let values = values(rows, *at);
            let like = values.iter().filter(|value| test(value)).count();
            columns[*at].ground == Ground::Nothing && like * 10 >= values.len() * 9
        };
        if let Some(at) = (0..columns.len()).find(looks) {
            map(&mut columns[at], name.to_owned(), Ground::Values);
        }
    }
    if columns.iter().all(|column| column.to.as_deref() != Some(field::KEY)) {
        let is_key = |at: &usize| {
            let mut values = values(rows, *at);
            let count = values.len();
            values.sort_unstable();
            values.dedup();
            columns[*at].ground == Ground::Nothing
                && columns[*at].is_filled
                && values.len() == count
                && values.iter().all(|value| words::is_number_like(value))
        };
        if let Some(at) = (0..columns.len()).find(is_key) {
            map(&mut columns[at], field::KEY.to_owned(), Ground::Values);
        }
    }
}

fn map(column: &mut ColumnGuess, to: String, ground: Ground) {
    // Keys, codes and names are text however many digits they have.
    if field::OF_EVERY_LETTER.contains(&to.as_str()) {
        (column.kind, column.date) = (Kind::Text, None);
    }
    if to == "kana" {
        column.kind = Kind::Kana;
    }
    column.to = Some(to);
    column.ground = ground;
}

/// Writes a basic string of TOML.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// Fields that a sender need not have.
const OPTIONAL: [&str; 5] =
    [field::RECIPIENT, field::ADDRESS2, field::NAME2, field::HONORIFIC, "kana"];
/// Rows of a sample that are looked at: enough to meet what is rare in a column.
const SAMPLE_ROWS_MAX: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Sender;

    fn schema(fields: &[&str], columns: &[&str]) -> Schema {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Schema { fields: own(fields), columns: own(columns) }
    }

    fn mapping(guess: &Guess) -> Vec<(&str, &str)> {
        let columns = guess.columns.iter();
        columns.map(|c| (c.from.as_str(), c.to.as_deref().unwrap_or("-"))).collect()
    }

    const CITY: &str = "通知書番号,宛名番号,郵便番号,住所,方書,氏名,年度,年税額,発行日,\
        第１期納期限,第１期税額,第２期納期限,第２期税額,備考\r\n\
        001,77,100-0013,東京都千代田区霞が関1-3-2,,髙橋 花子,令和8年度,138500,令和8年5月1日,\
        令和8年6月1日,36500,令和8年7月31日,34000,\r\n\
        002,78,0600906,北海道札幌市東区北六条東4-1,別館,山田 太郎,令和8年度,900,令和8年5月1日,\
        令和8年6月1日,900,,,あり\r\n";

    fn city() -> Schema {
        schema(
            &["key", "postal", "address1", "name", "recipient", "fiscal_year", "total", "issued"],
            &["term", "due", "amount"],
        )
    }

    #[test]
    fn a_citys_sample_is_mapped_by_its_words_and_its_instalments_become_rows() {
        let guess = guess(CITY.as_bytes(), &city()).expect("a guess");
        assert_eq!(
            mapping(&guess)[..9],
            [
                ("通知書番号", "key"),
                ("宛名番号", "recipient"),
                ("郵便番号", "postal"),
                ("住所", "address1"),
                ("方書", "address2"),
                ("氏名", "name"),
                ("年度", "fiscal_year"),
                ("年税額", "total"),
                ("発行日", "issued"),
            ]
        );
        assert_eq!(guess.columns[8].date, Some(DateStyle::Wareki));
        assert_eq!((guess.encoding, guess.rows), (Encoding::Utf8, 2));
        assert_eq!(guess.missing, Vec::<String>::new());
        let second =
            [("due", "第２期納期限"), ("amount", "第２期税額")].map(|(a, b)| (a.into(), b.into()));
        assert_eq!(guess.folds[1], ("第２期".to_owned(), second.to_vec()));
    }

    #[test]
    fn what_is_written_down_is_a_layout_that_compiles() {
        let guess = guess(CITY.as_bytes(), &city()).expect("a guess");
        let layout = guess.layout_toml("tax-notice");
        let text = format!("sender = \"s\"\nname = \"s\"\n{layout}");
        let sender = Sender::parse(&text).unwrap_or_else(|fault| panic!("{fault}\n{text}"));
        let spec = &sender.layouts["tax-notice"];
        assert_eq!((spec.columns.len(), spec.fold.len()), (14, 2));
        assert!(spec.columns[9].required && !spec.columns[11].required, "{layout}");
    }

    #[test]
    fn a_cp932_sample_without_a_known_word_is_mapped_by_its_values() {
        let text = "A\tB\tC\tD\r\n0001\t〒100-0013\t東京都千代田区霞が関\t髙橋\r\n\
            0002\t0600906\t北海道札幌市\t山田\r\n";
        let (bytes, _, _) = SHIFT_JIS.encode(text);
        let guess = guess(&bytes, &schema(&["key", "postal", "address1", "name"], &[]));
        let guess = guess.expect("a guess");
        assert_eq!((guess.encoding, guess.delimiter), (Encoding::Cp932, b'\t'));
        assert_eq!(mapping(&guess), [("A", "key"), ("B", "postal"), ("C", "address1"), ("D", "-")]);
        assert_eq!(guess.missing, ["name"]);
    }

    #[test]
    fn what_is_no_table_gives_no_guess() {
        let wanted = schema(&["key"], &[]);
        assert_eq!(guess(b"", &wanted), Err(NoGuess::NoRows));
        assert_eq!(guess("番号,名\n".as_bytes(), &wanted), Err(NoGuess::NoRows));
        let ragged = guess("番号,名\n1,2,3\n".as_bytes(), &wanted);
        assert_eq!(ragged, Err(NoGuess::Ragged { row: 1, found: 3, head: 2 }));
        assert_eq!(guess(b"a,b\n\xFF\xFF,\x80\n", &wanted), Err(NoGuess::NoText));
    }
}
