//! Control file: for the inserter and the post office, one row per piece in print order.

use std::io::{self, Write};

use letter::piece::SheetMark;
use letter::{CustomerBarcode, PieceId, PostalCode};

/// The columns of the control file; all of it is ASCII, rows end with CR LF.
pub const CONTROL_COLUMNS: &str =
    "sequence,file,page,tray,bundle,piece,sheets,weight_mg,postal,barcode,mark";

/// One piece of the control file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ControlRow {
    /// 通番, from 1.
    pub sequence: u32,
    /// Print file, from 1.
    pub file: u32,
    /// The piece's first page in its print file, from 1.
    pub page: u32,
    /// トレー, from 1.
    pub tray: u32,
    /// 把束, from 1 within its tray.
    pub bundle: u32,
    /// The piece.
    pub piece: PieceId,
    /// Sheets of paper.
    pub sheets: u16,
    /// Weight with envelope, milligrams.
    pub weight_mg: u32,
    /// 郵便番号, written as seven digits.
    pub postal: PostalCode,
    /// The customer barcode, written as 67 letters F, A, D, T; empty where the rules say none.
    pub barcode: Option<CustomerBarcode>,
    /// The mark of the first sheet, written as its 26 digits.
    pub mark: SheetMark,
}

/// Writes the control file row by row.
#[derive(Debug)]
pub struct ControlWriter<W> {
    out: W,
    row: Vec<u8>,
    rows: u64,
}

impl<W: Write> ControlWriter<W> {
    /// Starts a control file with its heading.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn new(mut out: W) -> io::Result<Self> {
        out.write_all(CONTROL_COLUMNS.as_bytes())?;
        out.write_all(b"\r\n")?;
        Ok(Self { out, row: Vec::with_capacity(256), rows: 0 })
    }

    /// Writes one piece.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn row(&mut self, piece: &ControlRow) -> io::Result<()> {
        self.row.clear();
        push_row(&mut self.row, piece);
        self.rows += 1;
        self.out.write_all(&self.row)
    }

    /// Flushes the file and returns the output and the number of pieces.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn finish(mut self) -> io::Result<(W, u64)> {
        self.out.flush()?;
        Ok((self.out, self.rows))
    }
}

/// Appends one row with its line end, so that workers can write blocks of rows on their own.
pub fn push_row(out: &mut Vec<u8>, piece: &ControlRow) {
    let mut digits = itoa::Buffer::new();
    for number in [piece.sequence, piece.file, piece.page, piece.tray, piece.bundle] {
        out.extend_from_slice(digits.format(number).as_bytes());
        out.push(b',');
    }
    push_hex(out, piece.piece.0);
    for number in [u32::from(piece.sheets), piece.weight_mg] {
        out.push(b',');
        out.extend_from_slice(digits.format(number).as_bytes());
    }
    out.push(b',');
    out.extend(piece.postal.digits().map(|digit| b'0' + digit));
    out.push(b',');
    if let Some(barcode) = piece.barcode {
        out.extend(barcode.bars().map(|bar| bar.letter() as u8));
    }
    out.push(b',');
    out.extend_from_slice(piece.mark.text().as_bytes());
    out.extend_from_slice(b"\r\n");
}

/// One row of a control file, read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ControlLine<'a> {
    /// 通番.
    pub sequence: u32,
    /// Print file.
    pub file: u32,
    /// First page in the print file, from 1.
    pub page: u32,
    /// トレー.
    pub tray: u32,
    /// 把束.
    pub bundle: u32,
    /// The piece.
    pub piece: PieceId,
    /// Sheets of paper.
    pub sheets: u16,
    /// Weight, milligrams.
    pub weight_mg: u32,
    /// 郵便番号.
    pub postal: PostalCode,
    /// 67 letters F, A, D, T, or empty.
    pub barcode: &'a str,
    /// The first sheet's mark.
    pub mark: SheetMark,
}

impl<'a> ControlLine<'a> {
    /// Reads one row without its line end.
    ///
    /// Returns `None` unless it has eleven columns of the right form and a true mark.
    pub fn parse(row: &'a str) -> Option<Self> {
        let mut columns = row.trim_end_matches(['\r', '\n']).split(',');
        let mut next = || columns.next();
        let line = Self {
            sequence: next()?.parse().ok()?,
            file: next()?.parse().ok()?,
            page: next()?.parse().ok()?,
            tray: next()?.parse().ok()?,
            bundle: next()?.parse().ok()?,
            piece: PieceId(u64::from_str_radix(next()?, 16).ok()?),
            sheets: next()?.parse().ok()?,
            weight_mg: next()?.parse().ok()?,
            postal: PostalCode::parse(next()?)?,
            barcode: next().filter(|bars| is_barcode(bars))?,
            mark: SheetMark::parse(next()?)?,
        };
        columns.next().is_none().then_some(line)
    }
}

fn is_barcode(bars: &str) -> bool {
    let whole = bars.is_empty() || bars.len() == letter::barcode::BAR_COUNT;
    whole && bars.bytes().all(|b| b"FADT".contains(&b))
}

fn push_hex(out: &mut Vec<u8>, number: u64) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.extend((0..16).rev().map(|place| DIGITS[(number >> (4 * place)) as usize & 15]));
}

#[cfg(test)]
mod tests {
    use letter::barcode::{CC4, CODE_COUNT};

    use super::*;

    fn row(barcode: bool) -> ControlRow {
        let symbol = CustomerBarcode::from_codes([CC4; CODE_COUNT]).expect("all codes below 19");
        ControlRow {
            sequence: 42,
            file: 2,
            page: 17,
            tray: 3,
            bundle: 1,
            piece: PieceId(0x0123_4567_89ab_cdef),
            sheets: 2,
            weight_mg: 13_480,
            postal: PostalCode::parse("060-0906").expect("seven digits"),
            barcode: barcode.then_some(symbol),
            mark: SheetMark {
                generation: 1,
                job: 20_261_122,
                sequence: 42,
                sheet: 1,
                sheets: 2,
                inserts: 0,
            },
        }
    }

    #[test]
    fn a_row_is_written_plainly() {
        let mut file = ControlWriter::new(Vec::new()).expect("memory takes all");
        file.row(&row(false)).expect("memory takes all");
        let (bytes, rows) = file.finish().expect("memory takes all");
        let mark = row(false).mark.text();
        let expected = format!(
            "sequence,file,page,tray,bundle,piece,sheets,weight_mg,postal,barcode,mark\r\n\
             42,2,17,3,1,0123456789abcdef,2,13480,0600906,,{mark}\r\n"
        );
        assert_eq!((String::from_utf8(bytes).expect("ASCII"), rows), (expected, 1));
    }

    #[test]
    fn a_row_reads_back() {
        for barcode in [true, false] {
            let mut bytes = Vec::new();
            push_row(&mut bytes, &row(barcode));
            assert!(bytes.is_ascii());
            let text = String::from_utf8(bytes).expect("ASCII");
            let line = ControlLine::parse(&text).expect("a row");
            assert_eq!((line.sequence, line.page, line.piece), (42, 17, row(barcode).piece));
            assert_eq!((line.postal, line.mark), (row(barcode).postal, row(barcode).mark));
            assert_eq!(line.barcode.len(), if barcode { 67 } else { 0 });
        }
    }

    #[test]
    fn a_damaged_row_is_no_row() {
        let mut bytes = Vec::new();
        push_row(&mut bytes, &row(true));
        let text = String::from_utf8(bytes).expect("ASCII");
        for damaged in [
            text.replacen("42,", "x,", 1),
            text.replacen('F', "G", 1),
            text.replacen("0600906", "060090", 1),
            text.trim_end().to_owned() + ",",
            text[..text.len() - 3].to_owned(),
        ] {
            assert_eq!(ControlLine::parse(&damaged), None, "{damaged}");
        }
    }
}
