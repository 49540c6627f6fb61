//! 把束票: a slip on top of each bundle, twelve to a page of A4, in print order.

use letter::date::JST_OFFSET_SECONDS;
use letter::{Date, Moment, PostalCode};
use serde::{Deserialize, Serialize};

use crate::document;
use crate::face::{Face, PT_PER_MM};
use crate::labels::grouped;
use crate::sheet::{heavy, pen, quiet, Align, Fit, Mark, Sheet, A4_HEIGHT_MM, A4_WIDTH_MM};
use crate::PaperworkError;

/// Slips on a page, two across and six down.
pub const SLIPS_PER_PAGE: usize = COLUMNS * ROWS;
const COLUMNS: usize = 2;
const ROWS: usize = 6;
/// Width of a slip, mm.
const WIDTH_MM: f32 = A4_WIDTH_MM / COLUMNS as f32;
/// Height of a slip, mm.
const HEIGHT_MM: f32 = A4_HEIGHT_MM / ROWS as f32;
/// What stays empty inside a slip's edge, mm.
const MARGIN_MM: f32 = 7.0;
/// Height of a digit in parts of its size (BIZ UDPGothic).
const DIGIT_HEIGHT: f32 = 0.76;

/// What the slips of a part share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlipBatch {
    /// The job's number, 8 digits, as in its marks.
    pub job: u32,
    /// The sender's name.
    pub sender: String,
    /// The batch's id with its part.
    pub batch: String,
    /// 差出日, also the document's date.
    pub posting_date: Date,
}

/// What one bundle's slip says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleSlip {
    /// トレー.
    pub tray: u32,
    /// 把束, from 1 within its tray.
    pub bundle: u32,
    /// The bundles of its tray.
    pub of: u32,
    /// 郵便区番号, area or 雑.
    pub group: String,
    /// What it is posted as: 区分郵便物.
    pub posting: String,
    /// Pieces.
    pub pieces: u32,
    /// The first piece's sequence number.
    pub first_sequence: u32,
    /// The first piece's postal code.
    pub first: PostalCode,
    /// The last piece's postal code.
    pub last: PostalCode,
}

/// Returns the slips as a PDF, one a bundle, in order.
///
/// `font` is a font file with Japanese glyphs (BIZ UDPGothic).
///
/// # Errors
/// [`PaperworkError::NoTrays`] without slips; else those of font and document.
pub fn bundle_slips(
    batch: &SlipBatch,
    slips: &[BundleSlip],
    font: &[u8],
) -> Result<Vec<u8>, PaperworkError> {
    if slips.is_empty() {
        return Err(PaperworkError::NoTrays);
    }
    let face = Face::read(font)?;
    let pages: Vec<_> =
        slips.chunks(SLIPS_PER_PAGE).map(|page| draw_page(&face, batch, page)).collect();
    let made = Moment(batch.posting_date.days_since_epoch() * 86_400 - JST_OFFSET_SECONDS);
    let title = format!("把束票 {} {}", batch.batch, batch.posting_date);
    document::write(&face, &title, made, &pages)
}

fn draw_page(face: &Face, batch: &SlipBatch, slips: &[BundleSlip]) -> Vec<Mark> {
    let mut sheet = Sheet::new(face);
    for row in 1..ROWS {
        let y = row as f32 * HEIGHT_MM;
        sheet.hairline((0.0, y), (A4_WIDTH_MM, y));
    }
    sheet.hairline((WIDTH_MM, 0.0), (WIDTH_MM, A4_HEIGHT_MM));
    for (place, slip) in slips.iter().enumerate() {
        let corner = ((place % COLUMNS) as f32 * WIDTH_MM, (place / COLUMNS) as f32 * HEIGHT_MM);
        draw_slip(&mut sheet, corner, batch, slip);
    }
    sheet.into_marks()
}

fn draw_slip(sheet: &mut Sheet, (left, top): (f32, f32), batch: &SlipBatch, slip: &BundleSlip) {
    let (x, right) = (left + MARGIN_MM, left + WIDTH_MM - MARGIN_MM);
    let inner = right - x;
    let fit = |width_mm: f32, least_pt: f32| Fit { width_mm, least_pt };

    let at = (x, top + 10.0);
    sheet.fitted(heavy(9.5), Align::Left, at, fit(inner - 34.0, 6.5), &batch.sender);
    let place = format!("トレー {}　束 {} / {}", slip.tray, slip.bundle, slip.of);
    let at = (right, top + 10.0);
    sheet.fitted(heavy(9.5), Align::Right, at, fit(33.0, 6.0), &place);
    sheet.line((x, top + 12.5), (right, top + 12.5), 0.8);

    let (digits, count) = (inner * 0.62, inner * 0.36);
    sheet.text(quiet(6.5), Align::Left, (x, top + 16.0), heading(&slip.group));
    let room = fit(digits, 14.0);
    let size_pt = sheet.fitting_pt(46.0, room, &slip.group);
    let baseline = top + 26.0 + DIGIT_HEIGHT / 2.0 * size_pt / PT_PER_MM;
    sheet.fitted(heavy(size_pt), Align::Left, (x, baseline), room, &slip.group);
    sheet.text(quiet(6.5), Align::Left, (right - count, top + 16.0), "通数");
    let pieces = grouped(slip.pieces.into());
    let room = fit(count - 8.0, 10.0);
    sheet.fitted(heavy(28.0), Align::Right, (right - 6.5, top + 31.0), room, &pieces);
    sheet.text(pen(10.0), Align::Right, (right, top + 31.0), "通");

    sheet.line((x, top + 36.0), (right, top + 36.0), 0.4);
    let range = format!("〒{} ～ 〒{}", slip.first, slip.last);
    let at = (x, top + 40.4);
    sheet.fitted(pen(8.5), Align::Left, at, fit(inner * 0.52, 6.0), &range);
    let at = (right, top + 40.4);
    sheet.fitted(pen(8.5), Align::Right, at, fit(inner * 0.46, 5.0), &slip.posting);
    let job = format!("ジョブ {:08}　通番 {} から", batch.job, grouped(slip.first_sequence.into()));
    sheet.text(quiet(6.5), Align::Left, (x, top + 44.4), &job);
    let posting = format!("差出日 {}", batch.posting_date);
    sheet.text(quiet(6.5), Align::Right, (right, top + 44.4), &posting);
}

/// Returns what a group is called on its slip.
fn heading(group: &str) -> &'static str {
    match group.chars().count() {
        2 => "郵便番号上2桁",
        1 => "雑（混載）",
        _ => "郵便区番号",
    }
}
