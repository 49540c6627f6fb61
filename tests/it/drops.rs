//! Drops as a sender sees them, read apart from the shop's own room for them.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::Path;

use sha2::{Digest, Sha256};
use zip::ZipArchive;

/// The members of a drop, with its manifest.
#[derive(Clone)]
pub struct Drop {
    pub manifest: toml::Table,
    pub members: BTreeMap<String, Vec<u8>>,
}

impl Drop {
    /// Reads a drop's ZIP.
    pub fn read(path: &Path) -> Self {
        let bytes = std::fs::read(path).expect("a drop");
        let mut zip = ZipArchive::new(Cursor::new(bytes)).expect("a drop is a ZIP");
        let mut members = BTreeMap::new();
        for index in 0..zip.len() {
            let mut member = zip.by_index(index).expect("a member");
            let mut bytes = Vec::new();
            member.read_to_end(&mut bytes).expect("a sound member");
            let name = member.name().expect("a plain name").into_owned();
            members.insert(name, bytes);
        }
        let manifest = members.remove("manifest.toml").expect("a drop has its manifest");
        let manifest = String::from_utf8(manifest).expect("a manifest is UTF-8");
        Self { manifest: manifest.parse().expect("a manifest is TOML"), members }
    }

    /// Returns a text of the manifest.
    pub fn word(&self, key: &str) -> &str {
        self.manifest[key].as_str().expect("a text")
    }

    /// Returns the records: `recipients.csv`, or `recipients.dat` from a host.
    fn recipients(&self) -> &[u8] {
        let mut members = self.members.iter();
        let recipients = members.find(|(name, _)| name.starts_with("recipients."));
        recipients.expect("a drop has its recipients").1
    }
}

/// What a sender wants to see in one letter, in the order in which it must stand there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// 郵便番号 with its hyphen, the address's two parts, the name; as the sender wrote them.
    pub address: Vec<String>,
    /// The amounts of the table's rows, with thousands parted by commas.
    pub amounts: Vec<String>,
    /// The other numbers of the record, likewise; they stand anywhere.
    pub figures: Vec<String>,
}

/// Returns what every record of a drop wants, by piece id; records whose form is broken are left
/// out, as the shop prints none of them.
pub fn wanted(shop: &Path, drop: &Drop) -> BTreeMap<String, Wanted> {
    let (sender, batch) = (drop.word("sender"), drop.word("batch"));
    let config = std::fs::read_to_string(shop.join(format!("senders/{sender}.toml")));
    let config: toml::Table = config.expect("a sender file").parse().expect("a sender file");
    let layout = config["layouts"][drop.word("template")].as_table().expect("a layout");
    let gaiji = config.get("gaiji").and_then(toml::Value::as_table).cloned().unwrap_or_default();
    let layout = Layout { table: layout, gaiji };
    let mut rows: BTreeMap<String, Vec<String>> = BTreeMap::new();
    if let Some(bytes) = drop.members.get("lines.csv") {
        layout.lines(bytes, &mut rows);
    }
    let mut wanted = BTreeMap::new();
    for record in layout.records(drop.recipients()) {
        let Some(key) = record.get("key") else { continue };
        let postal = record.get("postal").cloned().unwrap_or_default();
        let digits: String = postal.chars().filter(char::is_ascii_digit).collect();
        if digits.len() != 7 {
            continue;
        }
        let mut address = vec![format!("{}-{}", &digits[..3], &digits[3..])];
        for field in ["address1", "address2", "name"] {
            address.extend(record.get(field).filter(|text| !text.is_empty()).cloned());
        }
        let mut amounts: Vec<String> = rows.remove(key).unwrap_or_default();
        let folded = (1..).map_while(|fold| record.get(&format!("amount {fold}")));
        amounts.extend(folded.filter(|amount| !amount.is_empty()).cloned());
        let amounts = amounts.iter().map(|amount| with_commas(amount)).collect();
        let figures = layout.numbers().filter_map(|field| record.get(field));
        let figures = figures.map(|figure| with_commas(figure)).collect();
        let piece = piece_id(sender, batch, key);
        // Of two records with one key the first is printed.
        wanted.entry(piece).or_insert(Wanted { address, amounts, figures });
    }
    wanted
}

/// Returns the piece id of a record: the first 64 bits of SHA-256 over sender, batch and key.
fn piece_id(sender: &str, batch: &str, key: &str) -> String {
    let digest = Sha256::digest(format!("{sender}\0{batch}\0{key}"));
    digest[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn with_commas(amount: &str) -> String {
    let digits: String = amount.chars().filter(char::is_ascii_digit).collect();
    // A host fills with zeros.
    let digits = match digits.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Returns the head and the rows, each read from its own line: a quote that is never closed spoils
/// its own row only, and no cell here holds a line end.
fn rows(text: &str) -> (csv::StringRecord, Vec<csv::StringRecord>) {
    let row = |line: &str| {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
        reader.records().next()?.ok()
    };
    let mut lines = text.lines();
    let head = lines.next().and_then(row).expect("a head");
    (head, lines.filter_map(row).collect())
}

/// A sender's layout, as its file has it.
struct Layout<'t> {
    table: &'t toml::Table,
    gaiji: toml::Table,
}

type Record = BTreeMap<String, String>;

impl Layout<'_> {
    fn word(&self, key: &str) -> Option<&str> {
        self.table.get(key).and_then(toml::Value::as_str)
    }

    fn columns(&self) -> Vec<&toml::Table> {
        let columns = self.table["columns"].as_array().expect("columns");
        columns.iter().map(|column| column.as_table().expect("a column")).collect()
    }

    /// Returns our names of the columns that are numbers.
    fn numbers(&self) -> impl Iterator<Item = &str> {
        let numbers = self
            .columns()
            .into_iter()
            .filter(|column| column.get("kind").and_then(toml::Value::as_str) == Some("number"));
        numbers.filter_map(|column| column.get("to").and_then(toml::Value::as_str))
    }

    fn records(&self, bytes: &[u8]) -> Vec<Record> {
        match self.word("form") {
            Some("fixed") => self.fixed(bytes),
            _ => self.delimited(bytes),
        }
    }

    /// Reads rows under a head; `to` gives our names, `fold` the table's groups.
    fn delimited(&self, bytes: &[u8]) -> Vec<Record> {
        let text = self.decode(bytes);
        let (head, rows) = rows(&text);
        let folds = self.table.get("fold").and_then(toml::Value::as_array);
        let mut names: BTreeMap<&str, String> = BTreeMap::new();
        for column in self.columns() {
            if let Some(to) = column.get("to").and_then(toml::Value::as_str) {
                names.insert(column["from"].as_str().expect("a name"), to.to_owned());
            }
        }
        for (number, fold) in (1..).zip(folds.into_iter().flatten()) {
            let amount = fold["amount"].as_str().expect("a column");
            names.insert(amount, format!("amount {number}"));
        }
        rows.iter()
            .filter(|row| row.len() == head.len())
            .map(|row| {
                let cells = head.iter().zip(row.iter());
                let named = cells.filter_map(|(from, cell)| Some((names.get(from)?, cell)));
                named.map(|(name, cell)| (name.clone(), cell.to_owned())).collect()
            })
            .collect()
    }

    /// Reads records of fixed widths in bytes.
    fn fixed(&self, bytes: &[u8]) -> Vec<Record> {
        let columns = self.columns();
        let width = |column: &&toml::Table| column["width"].as_integer().expect("a width") as usize;
        let len: usize = columns.iter().map(width).sum();
        let end = match self.word("line_ending") {
            Some("crlf") => 2,
            Some("lf") => 1,
            _ => 0,
        };
        let mut records = Vec::new();
        for row in bytes.chunks(len + end).filter(|row| row.len() >= len) {
            let mut record = Record::new();
            let mut at = 0;
            for column in &columns {
                let cell = &row[at..at + width(column)];
                at += width(column);
                if let Some(to) = column.get("to").and_then(toml::Value::as_str) {
                    let text = self.decode(cell);
                    record.insert(to.to_owned(), text.trim_end_matches([' ', '　']).to_owned());
                }
            }
            records.push(record);
        }
        records
    }

    /// Reads the amounts of `lines.csv` by the record's key.
    fn lines(&self, bytes: &[u8], rows: &mut BTreeMap<String, Vec<String>>) {
        let text = self.decode(bytes);
        let (head, found) = self::rows(&text);
        let columns = self.table["lines"]["columns"].as_array().expect("columns");
        let place = |to: &str| {
            let column = columns.iter().find(|column| column["to"].as_str() == Some(to));
            let from = column.expect("the column")["from"].as_str().expect("a name").to_owned();
            head.iter().position(|name| name == from).expect("the column is in the head")
        };
        let (key, amount) = (place("key"), place("amount"));
        for row in found.iter().filter(|row| row.len() == head.len()) {
            rows.entry(row[key].to_owned()).or_default().push(row[amount].to_owned());
        }
    }

    fn decode(&self, bytes: &[u8]) -> String {
        let encoding = match self.word("encoding") {
            Some("cp932") => encoding_rs::SHIFT_JIS,
            Some("utf-16") => encoding_rs::UTF_16LE,
            _ => encoding_rs::UTF_8,
        };
        let mut text = encoding.decode(bytes).0.into_owned();
        for (code, sequence) in &self.gaiji {
            let code = u32::from_str_radix(code, 16).ok().and_then(char::from_u32);
            let code = code.expect("a user-defined code");
            text = text.replace(code, sequence.as_str().expect("a sequence"));
        }
        text
    }
}
