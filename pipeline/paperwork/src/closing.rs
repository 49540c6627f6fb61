//! 作業完了証明書: what became of every printed piece of a batch, to be signed by who closed it.

use letter::{Date, Moment};

use crate::document;
use crate::face::Face;
use crate::labels::grouped;
use crate::sheet::{heavy, pen, quiet, Align, Fit, Mark, Sheet};
use crate::PaperworkError;

/// What the certificate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosingSheet {
    /// The part, `sender/batch`.
    pub part: String,
    /// The number in its marks.
    pub job: u32,
    /// 差出日.
    pub posting_date: Date,
    /// When it was closed; the document's date.
    pub closed: Moment,
    /// Who closed it: an operator's id.
    pub closed_by: String,
    /// Records: in, printed, delivered, set aside, held, pulled before print.
    pub records: [u64; 6],
    /// Printed pieces: posted, posted after a reprint, pulled, set aside.
    pub pieces: [u32; 4],
    /// What was printed, the night's own first.
    pub generations: Vec<ClosingGeneration>,
    /// The pieces that were not posted.
    pub taken_out: Vec<ClosingEnd>,
    /// Sheets of the posted pieces.
    pub sheets_posted: u64,
    /// Postage as planned, yen.
    pub postage_planned_yen: u64,
    /// The posted pieces' share of it, yen.
    pub postage_posted_yen: u64,
    /// The digest of the line's acts, hexadecimal.
    pub acts_sha256: String,
}

/// One print generation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosingGeneration {
    /// From 1.
    pub generation: u8,
    /// Its pieces.
    pub pieces: u32,
    /// Who asked for it; empty for the night's own.
    pub by: String,
    /// Who approved it; empty for the night's own.
    pub approved_by: String,
}

/// A printed piece that was not posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosingEnd {
    /// 通番.
    pub sequence: u32,
    /// The piece's id.
    pub piece: String,
    /// Whether it was pulled; else it was set aside.
    pub is_pulled: bool,
    /// The reference or the reason.
    pub note: String,
    /// Who decided it.
    pub by: String,
}

const LEFT_MM: f32 = 20.0;
const RIGHT_MM: f32 = 190.0;
/// Height of a row, mm.
const ROW_MM: f32 = 6.0;
/// The lowest baseline of a list, mm.
const BOTTOM_MM: f32 = 255.0;
/// Where the list of a following page begins, mm.
const NEXT_TOP_MM: f32 = 32.0;

/// Returns the certificate as a PDF, dated with its closing.
///
/// `font` is a font file with Japanese glyphs (BIZ UDPGothic).
///
/// # Errors
/// Those of font and document.
pub fn closing_sheet(sheet: &ClosingSheet, font: &[u8]) -> Result<Vec<u8>, PaperworkError> {
    let face = Face::read(font)?;
    let mut pages: Vec<Vec<Mark>> = Vec::new();
    let mut rows = sheet.taken_out.iter().peekable();
    loop {
        let mut page = Sheet::new(&face);
        let mut y = match pages.is_empty() {
            true => draw_first(&mut page, sheet),
            false => NEXT_TOP_MM,
        };
        head(&mut page, sheet, pages.len() + 1);
        while let Some(row) = rows.next_if(|_| y <= BOTTOM_MM) {
            draw_end(&mut page, y, row);
            y += ROW_MM;
        }
        let is_last = rows.peek().is_none();
        if is_last {
            signatures(&mut page);
        }
        pages.push(page.into_marks());
        if is_last {
            break;
        }
    }
    document::write(&face, &format!("作業完了証明書 {}", sheet.part), sheet.closed, &pages)
}

fn head(page: &mut Sheet<'_>, sheet: &ClosingSheet, number: usize) {
    page.text(heavy(16.0), Align::Left, (LEFT_MM, 20.0), "作業完了証明書");
    let job = format!("ジョブ {:08}  {number} 頁", sheet.job);
    page.text(quiet(9.0), Align::Right, (RIGHT_MM, 20.0), &job);
    page.line((LEFT_MM, 23.0), (RIGHT_MM, 23.0), 0.8);
}

/// Draws everything but the list; returns the first baseline of that.
fn draw_first(page: &mut Sheet<'_>, sheet: &ClosingSheet) -> f32 {
    let mut y = 32.0;
    let closed = format!("{}  担当 {}", sheet.closed.rfc3339_jst(), sheet.closed_by);
    for (name, value) in
        [("案件", sheet.part.clone()), ("差出日", sheet.posting_date.to_string()), ("完了", closed)]
    {
        page.text(quiet(9.0), Align::Left, (LEFT_MM, y), name);
        let fit = Fit { width_mm: 140.0, least_pt: 7.0 };
        page.fitted(pen(11.0), Align::Left, (LEFT_MM + 25.0, y), fit, &value);
        y += ROW_MM;
    }
    y = figures(page, y + 4.0, "受付", &RECORDS, &sheet.records);
    let pieces = sheet.pieces.map(u64::from);
    y = figures(page, y + 4.0, "印刷した通", &PIECES, &pieces);
    let yen = [sheet.sheets_posted, sheet.postage_planned_yen, sheet.postage_posted_yen];
    y = figures(page, y + 4.0, "差出し", &POSTED, &yen);
    y += 4.0;
    page.text(heavy(10.0), Align::Left, (LEFT_MM, y), "印刷の世代");
    for one in &sheet.generations {
        y += ROW_MM;
        let who = match one.by.is_empty() {
            true => "夜間処理".to_owned(),
            false => format!("再作成  依頼 {}  承認 {}", one.by, one.approved_by),
        };
        page.text(pen(10.0), Align::Left, (LEFT_MM + 5.0, y), &format!("第{}世代", one.generation));
        let pieces = format!("{} 通", grouped(one.pieces.into()));
        page.text(pen(10.0), Align::Right, (LEFT_MM + 55.0, y), &pieces);
        page.text(pen(10.0), Align::Left, (LEFT_MM + 62.0, y), &who);
    }
    y += ROW_MM + 2.0;
    let digest = format!("作業記録 SHA-256 {}", sheet.acts_sha256);
    let fit = Fit { width_mm: RIGHT_MM - LEFT_MM, least_pt: 6.0 };
    page.fitted(quiet(8.0), Align::Left, (LEFT_MM, y), fit, &digest);
    y += ROW_MM + 4.0;
    page.text(heavy(10.0), Align::Left, (LEFT_MM, y), "差し出さなかった通");
    y + ROW_MM
}

const RECORDS: [&str; 6] = ["受付", "印刷", "電子交付", "返却", "保留", "印刷前の引抜き"];
const PIECES: [&str; 4] = ["差出し", "再作成して差出し", "引抜き", "保管"];
const POSTED: [&str; 3] = ["枚数", "郵便料金（計画、円）", "郵便料金（差出分、円）"];

fn figures(page: &mut Sheet<'_>, y: f32, title: &str, names: &[&str], values: &[u64]) -> f32 {
    page.text(heavy(10.0), Align::Left, (LEFT_MM, y), title);
    let cell = (RIGHT_MM - LEFT_MM) / names.len() as f32;
    for (place, (name, value)) in names.iter().zip(values).enumerate() {
        let x = LEFT_MM + place as f32 * cell;
        let fit = Fit { width_mm: cell - 2.0, least_pt: 6.0 };
        page.fitted(quiet(8.0), Align::Left, (x, y + 5.0), fit, name);
        page.fitted(pen(12.0), Align::Left, (x, y + 10.5), fit, &grouped(*value));
    }
    page.line((LEFT_MM, y + 13.0), (RIGHT_MM, y + 13.0), 0.3);
    y + 13.0 + ROW_MM
}

fn draw_end(page: &mut Sheet<'_>, y: f32, end: &ClosingEnd) {
    let what = if end.is_pulled { "引抜き" } else { "保管" };
    page.text(pen(9.0), Align::Right, (LEFT_MM + 18.0, y), &grouped(end.sequence.into()));
    page.text(pen(9.0), Align::Left, (LEFT_MM + 24.0, y), &end.piece);
    page.text(pen(9.0), Align::Left, (LEFT_MM + 64.0, y), what);
    let fit = Fit { width_mm: 50.0, least_pt: 6.0 };
    page.fitted(pen(9.0), Align::Left, (LEFT_MM + 80.0, y), fit, &end.note);
    let fit = Fit { width_mm: 35.0, least_pt: 6.0 };
    page.fitted(pen(9.0), Align::Left, (LEFT_MM + 134.0, y), fit, &end.by);
}

fn signatures(page: &mut Sheet<'_>) {
    for (place, name) in ["作業責任者", "照合者", "差出担当"].iter().enumerate() {
        let x = LEFT_MM + place as f32 * 58.0;
        page.frame((x, 266.0), (54.0, 18.0), 0.4);
        page.text(quiet(8.0), Align::Left, (x + 2.0, 270.0), name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(taken_out: u32) -> ClosingSheet {
        let end = |sequence| ClosingEnd {
            sequence,
            piece: format!("{sequence:016x}"),
            is_pulled: sequence % 2 == 0,
            note: "2026-1187".to_owned(),
            by: "sato".to_owned(),
        };
        ClosingSheet {
            part: "hoshimi-city/tax-2026-1".to_owned(),
            job: 20_261_122,
            posting_date: Date::parse("2026-11-25").expect("a date"),
            closed: Moment::parse_rfc3339("2026-11-25T15:00:00+09:00").expect("a moment"),
            closed_by: "tanaka".to_owned(),
            records: [1200, 900, 250, 30, 15, 5],
            pieces: [880, 15, taken_out / 2, taken_out - taken_out / 2],
            generations: vec![
                ClosingGeneration {
                    generation: 1,
                    pieces: 900,
                    by: String::new(),
                    approved_by: String::new(),
                },
                ClosingGeneration {
                    generation: 2,
                    pieces: 15,
                    by: "tanaka".to_owned(),
                    approved_by: "suzuki".to_owned(),
                },
            ],
            taken_out: (1..=taken_out).map(end).collect(),
            sheets_posted: 1790,
            postage_planned_yen: 95_000,
            postage_posted_yen: 94_450,
            acts_sha256: "00".repeat(32),
        }
    }

    fn pdf(sheet: &ClosingSheet) -> Vec<u8> {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fonts/BIZUDPGothic-Regular.ttf");
        let font = std::fs::read(file).expect("the repository's font");
        closing_sheet(sheet, &font).expect("a document")
    }

    #[test]
    fn the_bytes_depend_on_the_figures_alone() {
        assert_eq!(pdf(&sheet(5)), pdf(&sheet(5)));
        assert_ne!(pdf(&sheet(5)), pdf(&sheet(6)));
    }

    #[test]
    fn the_list_says_every_piece_and_goes_on_over_pages() {
        use std::io::Write;
        use std::process::{Command, Stdio};
        for (count, pages) in [(0, 1), (5, 1), (100, 4)] {
            let mut judge = Command::new("pdftotext")
                .args(["-layout", "-", "-"])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .expect("pdftotext (poppler-utils) is installed");
            let mut input = judge.stdin.take().expect("a pipe");
            input.write_all(&pdf(&sheet(count))).expect("it reads");
            drop(input);
            let output = judge.wait_with_output().expect("it ends").stdout;
            let text = String::from_utf8(output).expect("UTF-8");
            assert_eq!(text.matches('\u{c}').count(), pages, "{count}: {text}");
            for sequence in 1..=count {
                assert!(text.contains(&format!("{sequence:016x}")), "{sequence}: {text}");
            }
            assert!(text.contains("94,450") && text.contains("作業責任者"), "{text}");
        }
    }
}
