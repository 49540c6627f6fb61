//! トレー札: a label per tray, eight to a page of A4, with its 郵便区番号 readable across the hall.

use letter::date::JST_OFFSET_SECONDS;
use letter::{Date, Moment, PostalCode};
use serde::{Deserialize, Serialize};

use crate::document;
use crate::face::{Face, PT_PER_MM};
use crate::sheet::{heavy, pen, quiet, Align, Fit, Mark, Sheet, A4_HEIGHT_MM, A4_WIDTH_MM};
use crate::PaperworkError;

/// Labels on a page, two across and four down.
pub const LABELS_PER_PAGE: usize = COLUMNS * ROWS;
const COLUMNS: usize = 2;
const ROWS: usize = 4;
/// Width of a label, mm.
const WIDTH_MM: f32 = A4_WIDTH_MM / COLUMNS as f32;
/// Height of a label, mm.
const HEIGHT_MM: f32 = A4_HEIGHT_MM / ROWS as f32;
/// What stays empty inside a label's edge, so that an office printer prints all of it, mm.
const MARGIN_MM: f32 = 8.0;

/// Height of a digit in parts of its size (BIZ UDPGothic).
const DIGIT_HEIGHT: f32 = 0.76;

/// What one tray's label says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrayLabel {
    /// The job's number, 8 digits, as in its marks.
    pub job: u32,
    /// The sender's name.
    pub sender: String,
    /// The batch's id.
    pub batch: String,
    /// 差出日, the posting date; also the document's date.
    pub posting_date: Date,
    /// トレー, from 1.
    pub tray: u32,
    /// The number of trays.
    pub of: u32,
    /// 郵便区番号 of the tray, `100` or `100–103`.
    pub districts: String,
    /// The first piece's postal code.
    pub first: PostalCode,
    /// The last piece's postal code.
    pub last: PostalCode,
    /// Pieces.
    pub pieces: u32,
    /// Sheets.
    pub sheets: u32,
    /// Weight of the pieces with their envelopes, milligrams.
    pub weight_mg: u64,
    /// 把束, bundles.
    pub bundles: u32,
}

/// Returns the labels as a PDF, one per tray, in order, dated with the first label's posting date.
///
/// `font` is a font file with Japanese glyphs (BIZ UDPGothic).
///
/// # Errors
/// [`PaperworkError::NoTrays`] without labels; else those of font and document.
pub fn tray_labels(labels: &[TrayLabel], font: &[u8]) -> Result<Vec<u8>, PaperworkError> {
    let first = labels.first().ok_or(PaperworkError::NoTrays)?;
    let face = Face::read(font)?;
    let pages: Vec<_> = labels.chunks(LABELS_PER_PAGE).map(|page| draw_page(&face, page)).collect();
    let made = Moment(first.posting_date.days_since_epoch() * 86_400 - JST_OFFSET_SECONDS);
    let title = format!("トレー札 {} {}", first.batch, first.posting_date);
    document::write(&face, &title, made, &pages)
}

fn draw_page(face: &Face, labels: &[TrayLabel]) -> Vec<Mark> {
    let mut sheet = Sheet::new(face);
    for row in 1..ROWS {
        let y = row as f32 * HEIGHT_MM;
        sheet.hairline((0.0, y), (A4_WIDTH_MM, y));
    }
    sheet.hairline((WIDTH_MM, 0.0), (WIDTH_MM, A4_HEIGHT_MM));
    for (place, label) in labels.iter().enumerate() {
        let column = (place % COLUMNS) as f32;
        let row = (place / COLUMNS) as f32;
        draw_label(&mut sheet, (column * WIDTH_MM, row * HEIGHT_MM), label);
    }
    sheet.into_marks()
}

fn draw_label(sheet: &mut Sheet, (left, top): (f32, f32), label: &TrayLabel) {
    let (x, right) = (left + MARGIN_MM, left + WIDTH_MM - MARGIN_MM);
    let inner = right - x;
    let at = |y: f32| (x, top + y);
    let end = |y: f32| (right, top + y);
    let fit = |width_mm: f32, least_pt: f32| Fit { width_mm, least_pt };

    sheet.fitted(heavy(12.0), Align::Left, at(12.5), fit(inner - 40.0, 8.0), &label.sender);
    sheet.fitted(quiet(8.5), Align::Left, at(17.0), fit(inner - 40.0, 6.0), &label.batch);
    let tray = format!("トレー {} / {}", label.tray, label.of);
    sheet.fitted(heavy(15.0), Align::Right, end(13.5), fit(38.0, 9.0), &tray);
    sheet.line(at(20.0), end(20.0), 0.8);

    sheet.text(quiet(7.0), Align::Left, at(24.5), "郵便区番号");
    let room = fit(inner, 12.0);
    let size_pt = sheet.fitting_pt(50.0, room, &label.districts);
    let middle = (x + inner / 2.0, top + 36.0 + DIGIT_HEIGHT / 2.0 * size_pt / PT_PER_MM);
    sheet.fitted(heavy(size_pt), Align::Centre, middle, room, &label.districts);
    let range = format!("〒{} ～ 〒{}", label.first, label.last);
    sheet.fitted(pen(11.0), Align::Centre, (x + inner / 2.0, top + 50.5), fit(inner, 8.0), &range);

    sheet.line(at(53.5), end(53.5), 0.4);
    let figures = [
        ("通数", grouped(label.pieces.into())),
        ("枚数", grouped(label.sheets.into())),
        ("重さ", kilograms(label.weight_mg)),
        ("把束", grouped(label.bundles.into())),
    ];
    let cell = inner / figures.len() as f32;
    for (i, (name, figure)) in figures.iter().enumerate() {
        let x = x + i as f32 * cell;
        sheet.text(quiet(7.0), Align::Left, (x, top + 57.0), name);
        sheet.fitted(pen(12.0), Align::Left, (x, top + 62.0), fit(cell - 1.5, 7.0), figure);
    }
    let job = format!("ジョブ {:08}", label.job);
    sheet.text(quiet(7.0), Align::Left, at(67.0), &job);
    let posting = format!("差出日 {}", label.posting_date);
    sheet.text(quiet(7.0), Align::Right, end(67.0), &posting);
}

/// Returns `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Returns milligrams as kilograms with two decimals.
pub fn kilograms(weight_mg: u64) -> String {
    let hundredths = (weight_mg + 5_000) / 10_000;
    format!("{}.{:02} kg", grouped(hundredths / 100), hundredths % 100)
}
