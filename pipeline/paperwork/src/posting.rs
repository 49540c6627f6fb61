//! 差出票 with its 内訳票: what is handed in at the post office, a form for each posting.

use letter::{Date, Moment};
use serde::{Deserialize, Serialize};

use crate::document;
use crate::face::Face;
use crate::labels::{grouped, kilograms};
use crate::postage::{price, PostingRow, PostingSheet};
use crate::sheet::{heavy, pen, quiet, Align, Fit, Mark, Sheet, A4_HEIGHT_MM, A4_WIDTH_MM};
use crate::PaperworkError;

/// What the posting slips of a part say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostingSlips {
    /// The job's number, 8 digits, as in its marks.
    pub job: u32,
    /// The sender's name.
    pub sender: String,
    /// The sender's address and telephone, a line each.
    pub sender_lines: Vec<String>,
    /// The batch's id with its part.
    pub batch: String,
    /// 差出日.
    pub posting_date: Date,
    /// The moment of the run; also the document's date.
    pub made: Moment,
    /// The posting office; empty leaves a line to write on.
    pub office: String,
    /// 料金後納 or 料金別納.
    pub payment: String,
    /// The postings, in print order.
    pub postings: Vec<PostingForm>,
    /// What the post desk must be told.
    pub cautions: Vec<String>,
}

/// One posting with how it lies in trays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostingForm {
    /// What is paid for what.
    pub sheet: PostingSheet,
    /// Its first tray; the others follow.
    pub first_tray: u32,
    /// Its trays.
    pub trays: u32,
    /// 把束, its bundles.
    pub bundles: u32,
    /// The weight of its pieces with envelopes, milligrams.
    pub weight_mg: u64,
    /// 区分内訳: what its bundles are tied for, in print order.
    pub groups: Vec<GroupRow>,
}

/// The pieces of one 郵便区番号, of an area's rest, or the mixed ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRow {
    /// `100`, `10012`, `10`, `雑`.
    pub group: String,
    /// 把束.
    pub bundles: u32,
    /// 通数.
    pub pieces: u32,
}

/// Returns the posting slips as a PDF: for each posting the slip, then its pieces by 郵便区番号.
///
/// `font` is a font file with Japanese glyphs (BIZ UDPGothic).
///
/// # Errors
/// [`PaperworkError::NoTrays`] without postings; else those of font and document.
pub fn posting_slips(slips: &PostingSlips, font: &[u8]) -> Result<Vec<u8>, PaperworkError> {
    if slips.postings.is_empty() {
        return Err(PaperworkError::NoTrays);
    }
    let face = Face::read(font)?;
    let mut pages = Vec::new();
    for (number, form) in (1..).zip(&slips.postings) {
        pages.extend(Form { face: &face, slips, form, number }.pages());
    }
    let title = format!("差出票 {} {}", slips.batch, slips.posting_date);
    document::write(&face, &title, slips.made, &pages)
}

/// Left edge of what is printed, mm; the wider margin is for the binder's holes.
const LEFT_MM: f32 = 20.0;
/// Right edge of what is printed, mm.
const RIGHT_MM: f32 = A4_WIDTH_MM - 15.0;
const WIDTH_MM: f32 = RIGHT_MM - LEFT_MM;
/// Height of a table row, mm.
const ROW_MM: f32 = 7.5;
/// Height of the boxes for stamps, mm.
const STAMP_MM: f32 = 36.0;
/// Where the boxes for stamps start, mm.
const STAMPS_MM: f32 = A4_HEIGHT_MM - 20.0 - STAMP_MM;
/// Rows of the breakdown that fit above the stamps.
const ROWS_MAX: usize = 9;

/// A column of the breakdown: its heading, its left edge, its right edge, how it is aligned.
type Column = (&'static str, f32, f32, Align);

const COLUMNS: [Column; 7] = [
    ("種類", LEFT_MM, 66.0, Align::Left),
    ("重量", 66.0, 86.0, Align::Right),
    ("基本料金", 86.0, 106.0, Align::Right),
    ("割引率", 106.0, 122.0, Align::Right),
    ("割引後単価", 122.0, 145.0, Align::Right),
    ("通数", 145.0, 166.0, Align::Right),
    ("料金（円）", 166.0, RIGHT_MM, Align::Right),
];

struct Form<'a> {
    face: &'a Face<'a>,
    slips: &'a PostingSlips,
    form: &'a PostingForm,
    number: usize,
}

impl<'a> Form<'a> {
    fn pages(&self) -> Vec<Vec<Mark>> {
        let mut pages = vec![self.slip()];
        pages.extend(self.form.sheet.lines.chunks(ROWS_MAX).skip(1).map(|rows| self.more(rows)));
        pages.extend(self.form.groups.chunks(GROUPS_PER_PAGE).map(|groups| self.groups(groups)));
        let of = pages.len();
        for (i, page) in pages.iter_mut().enumerate() {
            page.extend(self.foot(i + 1, of));
        }
        pages
    }

    /// The slip itself.
    fn slip(&self) -> Vec<Mark> {
        let mut sheet = self.headed("郵便物差出票");
        let mut y = self.facts(&mut sheet, 32.0);
        y = self.figures(&mut sheet, y + 5.0);
        let rows = &self.form.sheet.lines;
        y = self.breakdown(&mut sheet, y + 7.0, &rows[..rows.len().min(ROWS_MAX)]);
        if rows.len() > ROWS_MAX {
            let at = (LEFT_MM + 2.0, y + 5.0);
            sheet.text(quiet(8.0), Align::Left, at, "内訳は次葉に続きます。");
        } else {
            y = self.sums(&mut sheet, y);
        }
        for caution in &self.slips.cautions {
            y += 5.0;
            let room = Fit { width_mm: WIDTH_MM - 4.0, least_pt: 6.0 };
            let text = format!("※ {caution}");
            sheet.fitted(pen(8.5), Align::Left, (LEFT_MM + 2.0, y), room, &text);
        }
        stamps(&mut sheet);
        sheet.into_marks()
    }

    /// A further page of the breakdown.
    fn more(&self, rows: &[PostingRow]) -> Vec<Mark> {
        let mut sheet = self.headed("差出票　内訳");
        let y = self.breakdown(&mut sheet, 32.0, rows);
        let is_last = rows.last() == self.form.sheet.lines.last();
        if is_last {
            self.sums(&mut sheet, y);
        }
        sheet.into_marks()
    }

    fn headed(&self, title: &str) -> Sheet<'a> {
        let mut sheet = Sheet::new(self.face);
        sheet.text(heavy(20.0), Align::Left, (LEFT_MM, 22.0), title);
        let payment = &self.slips.payment;
        let width_mm = self.face.width_mm(&self.face.drawable(payment), 13.0) + 8.0;
        let left = RIGHT_MM - width_mm;
        sheet.frame((left, 14.0), (width_mm, 9.5), 1.2);
        sheet.text(heavy(13.0), Align::Centre, (left + width_mm / 2.0, 20.4), payment);
        let number = format!("差出し {} / {}", self.number, self.slips.postings.len());
        sheet.text(pen(9.0), Align::Right, (left - 4.0, 20.4), &number);
        sheet.line((LEFT_MM, 26.5), (RIGHT_MM, 26.5), 1.2);
        sheet
    }

    /// Who, when, where; returns where it ends.
    fn facts(&self, sheet: &mut Sheet, top: f32) -> f32 {
        let slips = self.slips;
        let middle = LEFT_MM + WIDTH_MM * 0.56;
        let date = slips.posting_date;
        let day = format!("{}（{}）", date.wareki(), WEEKDAYS[weekday(date)]);
        let trays = match self.form.trays {
            0 | 1 => format!("トレー {}", self.form.first_tray),
            trays => {
                let (first, last) = (self.form.first_tray, self.form.first_tray + trays - 1);
                format!("トレー {first} ～ {last}")
            }
        };
        let left = [("差出人", slips.sender.as_str()), ("差出日", &day), ("取扱い", self.name())];
        let job = format!("{:08}", slips.job);
        let office = format!("{}　御中", slips.office);
        let office = if slips.office.is_empty() {
            "　　　　　　　　　郵便局　御中"
        } else {
            &office
        };
        let right = [("差出局", office), ("ジョブ", &job), ("所在", &trays)];
        let mut y = top;
        for (row, ((name, value), (right_name, right_value))) in
            left.into_iter().zip(right).enumerate()
        {
            let lines = if row == 0 { self.sender_lines() } else { Vec::new() };
            let height = 8.0 + 3.8 * lines.len() as f32;
            let baseline = y + 5.6;
            let room = Fit { width_mm: middle - LEFT_MM - 20.0, least_pt: 6.5 };
            sheet.text(quiet(8.0), Align::Left, (LEFT_MM + 2.0, baseline), name);
            let bold = if row == 0 { heavy(12.0) } else { pen(11.0) };
            sheet.fitted(bold, Align::Left, (LEFT_MM + 18.0, baseline), room, value);
            for (below, line) in (1..).zip(&lines) {
                let at = (LEFT_MM + 18.0, baseline + 1.0 + 3.8 * below as f32);
                sheet.fitted(quiet(7.5), Align::Left, at, Fit { least_pt: 5.0, ..room }, line);
            }
            let room = Fit { width_mm: RIGHT_MM - middle - 20.0, least_pt: 6.5 };
            sheet.text(quiet(8.0), Align::Left, (middle + 2.0, baseline), right_name);
            sheet.fitted(pen(11.0), Align::Left, (middle + 18.0, baseline), room, right_value);
            y += height;
            sheet.hairline((LEFT_MM, y), (RIGHT_MM, y));
        }
        sheet.hairline((middle, top), (middle, y));
        sheet.frame((LEFT_MM, top), (WIDTH_MM, y - top), 0.8);
        y
    }

    /// The sender's lines, at most three: what is left stands on the last.
    fn sender_lines(&self) -> Vec<String> {
        const LINES_MAX: usize = 3;
        let lines = &self.slips.sender_lines;
        let whole = lines.len().min(LINES_MAX - 1);
        let mut shown: Vec<String> = lines[..whole].to_vec();
        shown.extend((lines.len() > whole).then(|| lines[whole..].join("　")));
        shown
    }

    fn name(&self) -> &str {
        &self.form.sheet.name
    }

    /// The figures that are compared at the counter; returns where they end.
    fn figures(&self, sheet: &mut Sheet, top: f32) -> f32 {
        const HEIGHT_MM: f32 = 20.0;
        let form = self.form;
        let figures = [
            ("合計通数", grouped(form.sheet.pieces), "通", 0.28),
            ("合計料金", grouped(form.sheet.yen), "円", 0.34),
            ("トレー", grouped(form.trays.into()), "個", 0.12),
            ("把束", grouped(form.bundles.into()), "束", 0.12),
            ("重さ", kilograms(form.weight_mg), "", 0.14),
        ];
        let mut x = LEFT_MM;
        sheet.fill((LEFT_MM, top), (WIDTH_MM * 0.62, HEIGHT_MM), 0.95);
        for (i, (name, figure, unit, share)) in figures.into_iter().enumerate() {
            let width = WIDTH_MM * share;
            sheet.text(quiet(8.0), Align::Left, (x + 2.0, top + 5.0), name);
            let (size, room) = if i < 2 { (24.0, width - 12.0) } else { (12.0, width - 3.5) };
            let end = if unit.is_empty() { x + width - 2.0 } else { x + width - 7.0 };
            let room = Fit { width_mm: room.min(end - x - 2.0), least_pt: 8.0 };
            sheet.fitted(heavy(size), Align::Right, (end, top + 15.5), room, &figure);
            sheet.text(pen(9.0), Align::Right, (x + width - 1.8, top + 15.5), unit);
            if i > 0 {
                sheet.line((x, top), (x, top + HEIGHT_MM), 0.4);
            }
            x += width;
        }
        sheet.frame((LEFT_MM, top), (WIDTH_MM, HEIGHT_MM), 0.8);
        top + HEIGHT_MM
    }

    /// 内訳; returns where it ends.
    fn breakdown(&self, sheet: &mut Sheet, top: f32, rows: &[PostingRow]) -> f32 {
        sheet.text(heavy(10.5), Align::Left, (LEFT_MM, top), "内訳");
        let sheet_of = &self.form.sheet;
        if sheet_of.from > 0 {
            let condition = format!("{}通以上の割引", grouped(sheet_of.from.into()));
            sheet.text(quiet(8.0), Align::Right, (RIGHT_MM, top), &condition);
        }
        let head = top + 2.5;
        sheet.fill((LEFT_MM, head), (WIDTH_MM, ROW_MM), 0.9);
        for (name, left, right, align) in COLUMNS {
            put(sheet, (left, right), align, head + 5.1, pen(8.5), name);
        }
        let mut y = head + ROW_MM;
        for row in rows {
            let plain = u64::from(row.plain_yen);
            let cells = [
                row.kind(),
                format!("{} g まで", grouped(row.up_to_g.into())),
                grouped(plain),
                discount(row),
                price(row.price),
                grouped(row.pieces),
                price(row.sum),
            ];
            for ((_, left, right, align), cell) in COLUMNS.into_iter().zip(&cells) {
                put(sheet, (left, right), align, y + 5.1, pen(10.0), cell);
            }
            y += ROW_MM;
            sheet.hairline((LEFT_MM, y), (RIGHT_MM, y));
        }
        for (_, left, ..) in &COLUMNS[1..] {
            sheet.hairline((*left, head), (*left, y));
        }
        sheet.frame((LEFT_MM, head), (WIDTH_MM, y - head), 0.8);
        y
    }

    /// 合計 and what the discount comes to; returns where it ends.
    fn sums(&self, sheet: &mut Sheet, top: f32) -> f32 {
        let posting = &self.form.sheet;
        let (pieces, yen) = (grouped(posting.pieces), grouped(posting.yen));
        sheet.fill((LEFT_MM, top), (WIDTH_MM, ROW_MM + 1.0), 0.95);
        put(sheet, (LEFT_MM, 66.0), Align::Left, top + 5.8, heavy(10.5), "合計");
        put(sheet, (145.0, 166.0), Align::Right, top + 5.8, heavy(10.5), &pieces);
        put(sheet, (166.0, RIGHT_MM), Align::Right, top + 5.8, heavy(10.5), &yen);
        sheet.frame((LEFT_MM, top), (WIDTH_MM, ROW_MM + 1.0), 0.8);
        let saved = posting.plain_yen.saturating_sub(posting.yen);
        let plain = grouped(posting.plain_yen);
        let line = format!("割引前 {plain} 円　　割引額 {} 円", grouped(saved));
        let y = top + ROW_MM + 6.5;
        sheet.text(pen(9.0), Align::Right, (RIGHT_MM - 2.0, y), &line);
        y
    }

    /// 区分内訳: the pieces by 郵便区番号, column by column.
    fn groups(&self, groups: &[GroupRow]) -> Vec<Mark> {
        let mut sheet = self.headed("郵便区番号別内訳");
        let room = Fit { width_mm: WIDTH_MM, least_pt: 7.0 };
        let name = format!("{}　{}　{}", self.slips.sender, self.slips.batch, self.name());
        sheet.fitted(pen(9.0), Align::Left, (LEFT_MM, 33.0), room, &name);
        let width = (WIDTH_MM - GUTTER_MM * (GROUP_COLUMNS - 1) as f32) / GROUP_COLUMNS as f32;
        let rows = groups.len().div_ceil(GROUP_COLUMNS).clamp(GROUP_ROWS_MIN, GROUP_ROWS);
        for (column, rows) in groups.chunks(rows).enumerate() {
            let x = LEFT_MM + column as f32 * (width + GUTTER_MM);
            let (middle, end) = (x + width * 0.62, x + width);
            sheet.fill((x, GROUPS_TOP_MM), (width, GROUP_MM + 0.8), 0.9);
            let base = GROUPS_TOP_MM + 4.2;
            sheet.text(pen(7.5), Align::Left, (x + 1.5, base), "区番号");
            sheet.text(pen(7.5), Align::Right, (middle, base), "束");
            sheet.text(pen(7.5), Align::Right, (end - 1.5, base), "通数");
            let mut y = GROUPS_TOP_MM + GROUP_MM + 0.8;
            for row in rows {
                let base = y + 4.0;
                sheet.text(heavy(9.0), Align::Left, (x + 1.5, base), &row.group);
                let bundles = grouped(row.bundles.into());
                sheet.text(pen(9.0), Align::Right, (middle, base), &bundles);
                let pieces = grouped(row.pieces.into());
                sheet.text(pen(9.0), Align::Right, (end - 1.5, base), &pieces);
                y += GROUP_MM;
                sheet.hairline((x, y), (end, y));
            }
            sheet.frame((x, GROUPS_TOP_MM), (width, y - GROUPS_TOP_MM), 0.6);
        }
        sheet.into_marks()
    }

    fn foot(&self, page: usize, of: usize) -> Vec<Mark> {
        let mut sheet = Sheet::new(self.face);
        let y = A4_HEIGHT_MM - 11.0;
        let made = format!("{}　作成 {}", self.slips.batch, self.slips.made.rfc3339_jst());
        sheet.text(quiet(7.5), Align::Left, (LEFT_MM, y), &made);
        let page = format!("差出し {}　{page} / {of}", self.number);
        sheet.text(quiet(7.5), Align::Right, (RIGHT_MM, y), &page);
        sheet.into_marks()
    }
}

/// Columns of 郵便区番号 on a page.
const GROUP_COLUMNS: usize = 5;
/// Rows of a column at most.
const GROUP_ROWS: usize = 42;
/// Rows of a column before the next one is begun.
const GROUP_ROWS_MIN: usize = 14;
const GROUPS_PER_PAGE: usize = GROUP_COLUMNS * GROUP_ROWS;
/// Space between two columns, mm.
const GUTTER_MM: f32 = 3.0;
/// Height of a row, mm.
const GROUP_MM: f32 = 5.6;
/// Where the columns start, mm.
const GROUPS_TOP_MM: f32 = 37.0;

/// Boxes for the stamps of both sides.
fn stamps(sheet: &mut Sheet) {
    const BOXES: [(&str, f32); 4] =
        [("差出人 担当", 0.22), ("差出人 照合", 0.22), ("局 検査", 0.22), ("引受日付印", 0.34)];
    let mut x = LEFT_MM;
    for (name, share) in BOXES {
        let width = WIDTH_MM * share;
        sheet.fill((x, STAMPS_MM), (width, 6.5), 0.93);
        let middle = x + width / 2.0;
        sheet.text(pen(9.0), Align::Centre, (middle, STAMPS_MM + 4.7), name);
        sheet.frame((x, STAMPS_MM), (width, STAMP_MM), 0.6);
        x += width;
    }
}

/// Puts a cell between the edges of its column.
fn put(
    sheet: &mut Sheet,
    (left, right): (f32, f32),
    align: Align,
    y: f32,
    pen: crate::sheet::Pen,
    text: &str,
) {
    const PADDING_MM: f32 = 1.8;
    let x = match align {
        Align::Left => left + PADDING_MM,
        Align::Right => right - PADDING_MM,
        Align::Centre => (left + right) / 2.0,
    };
    let room = Fit { width_mm: right - left - 2.0 * PADDING_MM, least_pt: 5.5 };
    sheet.fitted(pen, align, (x, y), room, text);
}

/// Returns the discount of a row, `7%`; a dash for a price of its own.
fn discount(row: &PostingRow) -> String {
    let full = u64::from(row.plain_yen) * WHOLE;
    let off = full.saturating_sub(row.price);
    match (off, u64::from(row.plain_yen)) {
        (0, _) | (_, 0) => "－".to_owned(),
        (off, plain) if off % (plain * 100) == 0 => format!("{}%", off / plain / 100),
        (off, plain) if off % plain == 0 => {
            let hundredths = off / plain;
            format!("{}.{:02}%", hundredths / 100, hundredths % 100)
        }
        _ => "－".to_owned(),
    }
}

/// The ten-thousandths of one yen, and the hundredths of a percent of a whole.
const WHOLE: u64 = 10_000;

const WEEKDAYS: [&str; 7] = ["日", "月", "火", "水", "木", "金", "土"];

fn weekday(day: Date) -> usize {
    // 1970-01-01 was a Thursday.
    (day.days_since_epoch() + 4).rem_euclid(7) as usize
}
