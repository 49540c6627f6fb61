//! The sample sender, its layouts, and decoding in a form that tests can compare.

use std::io::{BufReader, Cursor};

use intake::write::encode_cp932;
use intake::{DecodeError, Decoder, Layout, Names, NoLines, Row, RowOutcome, Sender, Totals};
use letter::{Fault, RecordView, Refusal};

pub const SENDER: &str = r#"
sender = "hoshimi-city"
name = "星見市"
office = ["星見市役所 税務部 課税課"]
bare_csv = { template = "trailer", version = 1, class = "tax" }
[classes.tax]
identity_level = 2
[layouts.small]
encoding = "cp932"
columns = [
  { from = "番号", to = "key" },
  { from = "郵便番号", to = "postal" },
  { from = "住所", to = "address1" },
  { from = "氏名", to = "name", max = 8 },
  { from = "カナ", to = "kana", kind = "kana" },
  { from = "金額", to = "amount", kind = "number" },
  { from = "期限", to = "due", kind = "date", date = "wareki" },
  { from = "備考", to = "note", max = 20 },
  { from = "内部", required = true },
]
[layouts.auto]
columns = [
  { from = "key", to = "key" }, { from = "postal", to = "postal" },
  { from = "address", to = "address1" }, { from = "name", to = "name" },
]
[layouts.utf8]
encoding = "utf-8"
delimiter = "\t"
columns = [
  { from = "key", to = "key" }, { from = "postal", to = "postal" },
  { from = "address", to = "address1" }, { from = "name", to = "name" },
]
[layouts.utf16]
encoding = "utf-16"
columns = [
  { from = "key", to = "key" }, { from = "postal", to = "postal" },
  { from = "address", to = "address1" }, { from = "name", to = "name" },
]
[layouts.trailer]
encoding = "utf-8"
trailer = { marker = "T", count = 2, hash_total = 3 }
columns = [
  { from = "key", to = "key" }, { from = "postal", to = "postal" },
  { from = "address", to = "address1" }, { from = "name", to = "name" },
]
[layouts.fold]
encoding = "utf-8"
columns = [
  { from = "key", to = "key" }, { from = "postal", to = "postal" },
  { from = "address", to = "address1" }, { from = "name", to = "name" },
  { from = "a1", kind = "number" }, { from = "d1", kind = "date", required = true },
  { from = "a2", kind = "number" }, { from = "d2", kind = "date", required = true },
]
fold = [
  { term = "=first", amount = "a1", due = "d1" },
  { term = "=second", amount = "a2", due = "d2" },
]
[layouts.lines]
encoding = "utf-8"
columns = [
  { from = "key", to = "key" }, { from = "postal", to = "postal" },
  { from = "address", to = "address1" }, { from = "name", to = "name" },
]
[layouts.lines.lines]
columns = [
  { from = "no", to = "key" }, { from = "day", to = "date", kind = "date" },
  { from = "item", to = "item", required = true }, { from = "yen", to = "amount", kind = "number" },
]
[layouts.fixed]
encoding = "cp932"
form = "fixed"
trailer = { marker = "9", count = [2, 4], hash_total = [6, 9] }
columns = [
  { from = "番号", to = "key", width = 4 },
  { from = "郵便", to = "postal", width = 7 },
  { from = "住所", to = "address1", width = 10 },
  { from = "氏名", to = "name", width = 8 },
  { from = "カナ", to = "kana", kind = "kana", width = 8 },
  { from = "期限", to = "due", kind = "date", date = "host", width = 7 },
]
[layouts.endless]
encoding = "cp932"
form = "fixed"
line_ending = "none"
columns = [
  { from = "番号", to = "key", width = 4 }, { from = "郵便", to = "postal", width = 7 },
  { from = "住所", to = "address1", width = 4 }, { from = "氏名", to = "name", width = 4 },
]
[gaiji]
"E000" = "葛\U000E0100"
"E001" = "hold"
"#;

/// Returns a layout of the sample sender.
pub fn layout(name: &str) -> Layout {
    let sender = Sender::parse(SENDER).expect("the sample sender is sound");
    Layout::compile(&sender, name).expect("the sample sender has this layout")
}

/// Encodes without a gaiji table.
pub fn cp932(text: &str) -> Vec<u8> {
    encode_cp932(text, &Default::default()).expect("the text is CP932")
}

/// The head and given rows of layout `small`, in CP932 with CR LF.
pub fn small(rows: &[&[u8]]) -> Vec<u8> {
    let mut file = cp932("番号,郵便番号,住所,氏名,カナ,金額,期限,備考,内部\r\n");
    for row in rows {
        file.extend_from_slice(row);
        file.extend_from_slice(b"\r\n");
    }
    file
}

/// A sound row of layout `small`.
pub fn sound(key: &str) -> Vec<u8> {
    cp932(&format!(
        "{key},100-0013,東京都千代田区霞が関1-3-2,髙橋　花子,ﾀｶﾊｼ ﾊﾅｺ,\"12,000\",令和8年6月30日,,x"
    ))
}

/// What was decoded.
#[derive(Debug)]
pub struct Decoded {
    pub rows: Vec<Row>,
    /// Fields and table rows of each row; of one with faults, nothing.
    pub values: Vec<Vec<String>>,
    pub totals: Totals,
}

impl Decoded {
    /// Returns `code line column byte` of each fault of a row.
    pub fn faults(&self, row: usize) -> Vec<String> {
        match &self.rows[row].outcome {
            RowOutcome::Faults(faults) => faults.iter().map(shown).collect(),
            RowOutcome::Record { .. } => Vec::new(),
        }
    }

    /// Returns whether each row is sound.
    pub fn sound(&self) -> Vec<bool> {
        (0..self.rows.len()).map(|row| self.faults(row).is_empty()).collect()
    }
}

/// Returns `code line column byte`.
pub fn shown(fault: &Fault) -> String {
    let origin = &fault.origin;
    format!("{} {} {} {}", fault.reason.code(), origin.line, origin.column, origin.byte)
}

/// Decodes files of a layout in blocks of three rows through buffers of 16 bytes.
pub fn decode(
    layout: &Layout,
    recipients: &[u8],
    lines: Option<&[u8]>,
) -> Result<Decoded, Refusal> {
    let buffered = |bytes| BufReader::with_capacity(16, Cursor::new(bytes));
    let names = Names::default();
    match lines {
        Some(lines) => {
            run(layout, Decoder::new(layout, buffered(recipients), Some(buffered(lines)), names))
        }
        None => run(layout, Decoder::new(layout, buffered(recipients), None::<NoLines>, names)),
    }
}

fn run<R: std::io::BufRead, L: std::io::BufRead + std::io::Seek>(
    layout: &Layout,
    decoder: Result<Decoder<'_, R, L>, DecodeError>,
) -> Result<Decoded, Refusal> {
    let mut decoder = decoder.map_err(refusal)?;
    let (mut spool, mut rows) = (Vec::new(), Vec::new());
    while decoder.next_block(3, &mut spool, &mut rows).map_err(refusal)? {}
    let values = rows.iter().map(|row| values(layout, row, &spool)).collect();
    Ok(Decoded { values, rows, totals: decoder.finish()? })
}

fn values(layout: &Layout, row: &Row, spool: &[u8]) -> Vec<String> {
    let RowOutcome::Record { offset_in_spool, len } = row.outcome else { return Vec::new() };
    let view = RecordView::parse(&spool[offset_in_spool..offset_in_spool + len]);
    let view = view.expect("the spool holds whole records");
    assert_eq!(view.place(), row.place);
    assert_eq!(view.field_count(), layout.schema().fields.len());
    let columns = layout.schema().columns.len();
    let fields = (0..view.field_count()).map(|i| view.field(i).to_owned());
    let cells = (0..view.row_count() * columns)
        .map(|i| view.cell(i / columns.max(1), i % columns.max(1)).to_owned());
    fields.chain(cells).collect()
}

fn refusal(error: DecodeError) -> Refusal {
    match error {
        DecodeError::Refusal(refusal) => refusal,
        DecodeError::Io(e) => panic!("memory does not fail: {e}"),
    }
}
