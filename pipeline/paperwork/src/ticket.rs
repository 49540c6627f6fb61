//! 作業票: what printer, inserter and post desk must know of a job, with boxes to sign it off.

use letter::{Date, Moment};
use serde::{Deserialize, Serialize};

use crate::document;
use crate::face::Face;
use crate::labels::{grouped, kilograms};
use crate::postage::{price, PostageTip, PostingSheet};
use crate::sheet::{heavy, pen, quiet, Align, Fit, Mark, Sheet, A4_HEIGHT_MM, A4_WIDTH_MM};
use crate::PaperworkError;

/// What a job ticket says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobTicket {
    /// The job's number, 8 digits, as in its marks.
    pub job: u32,
    /// The sender's name.
    pub sender: String,
    /// The batch's id.
    pub batch: String,
    /// The part, from 1.
    pub part: u32,
    /// The template.
    pub template: String,
    /// The letter class.
    pub class: String,
    /// 差出日, the posting date.
    pub posting_date: Date,
    /// The moment of the run; also the document's date.
    pub made: Moment,
    /// The envelope profile.
    pub envelope: String,
    /// The inserter profile.
    pub inserter: String,
    /// The paper: `A4 64 g/m²`.
    pub paper: String,
    /// Whether both sides are printed.
    pub duplex: bool,
    /// The print files, in order.
    pub files: Vec<TicketFile>,
    /// Trays.
    pub trays: u32,
    /// 把束, bundles.
    pub bundles: u32,
    /// Weight of all pieces with their envelopes, milligrams.
    pub weight_mg: u64,
    /// How the pieces are posted.
    pub postings: Vec<PostingSheet>,
    /// What a few pieces more would bring.
    pub tips: Vec<PostageTip>,
    /// What the post desk must be told: an outdated tariff, for instance.
    pub cautions: Vec<String>,
}

/// One print file on a ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketFile {
    /// The file's name.
    pub name: String,
    /// Letters.
    pub letters: u64,
    /// Pages, blank backs included.
    pub pages: u64,
    /// Sheets of paper.
    pub sheets: u64,
    /// SHA-256 of the file, 64 hexadecimal digits.
    pub sha256: String,
}

/// Returns the job ticket as a PDF, dated with the moment of the run.
///
/// `font` is a font file with Japanese glyphs (BIZ UDPGothic).
///
/// # Errors
/// Those of font and document.
pub fn job_ticket(ticket: &JobTicket, font: &[u8]) -> Result<Vec<u8>, PaperworkError> {
    let face = Face::read(font)?;
    let mut paper = Pages::new(&face, ticket);
    paper.facts();
    paper.files();
    paper.postage();
    paper.sign_off();
    let title = format!("作業票 {} {:08}", ticket.batch, ticket.job);
    document::write(&face, &title, ticket.made, &paper.finish())
}

/// Left edge of what is printed, mm.
const LEFT_MM: f32 = 15.0;
/// Right edge of what is printed, mm.
const RIGHT_MM: f32 = A4_WIDTH_MM - 15.0;
/// Where the content of a page starts, mm.
const TOP_MM: f32 = 30.0;
/// Where the content of a page ends, mm.
const BOTTOM_MM: f32 = A4_HEIGHT_MM - 20.0;
/// Height of a table row, mm.
const ROW_MM: f32 = 7.0;
/// Height of a print file's row, with its digest below, mm.
const FILE_ROW_MM: f32 = 10.5;
/// Height of the boxes to sign, mm.
const SIGN_MM: f32 = 34.0;

/// A column of a table: its heading, its edge and how it is aligned there.
type Column = (&'static str, f32, Align);

struct Pages<'a> {
    face: &'a Face<'a>,
    ticket: &'a JobTicket,
    done: Vec<Sheet<'a>>,
    sheet: Sheet<'a>,
    /// Where the next thing goes, mm.
    y: f32,
}

impl<'a> Pages<'a> {
    fn new(face: &'a Face<'a>, ticket: &'a JobTicket) -> Self {
        Self { face, ticket, done: Vec::new(), sheet: Sheet::new(face), y: TOP_MM }
    }

    /// Puts head and foot on every page, which know how many there are.
    fn finish(mut self) -> Vec<Vec<Mark>> {
        self.turn();
        let of = self.done.len();
        let ticket = self.ticket;
        let pages = self.done.into_iter().enumerate();
        pages
            .map(|(i, mut sheet)| {
                head(&mut sheet, ticket);
                foot(&mut sheet, ticket, i + 1, of);
                sheet.into_marks()
            })
            .collect()
    }

    fn turn(&mut self) {
        self.done.push(std::mem::replace(&mut self.sheet, Sheet::new(self.face)));
        self.y = TOP_MM;
    }

    /// Takes `height_mm` of the page, or of the next one.
    fn take(&mut self, height_mm: f32) -> f32 {
        if self.y + height_mm > BOTTOM_MM {
            self.turn();
        }
        let y = self.y;
        self.y += height_mm;
        y
    }

    fn facts(&mut self) {
        let ticket = self.ticket;
        let sides = if ticket.duplex { "両面" } else { "片面" };
        let letters: u64 = ticket.files.iter().map(|file| file.letters).sum();
        let sheets: u64 = ticket.files.iter().map(|file| file.sheets).sum();
        let pages: u64 = ticket.files.iter().map(|file| file.pages).sum();
        self.pairs(&[
            ("差出人", ticket.sender.clone()),
            ("差出日", format!("{}　{}", ticket.posting_date, ticket.posting_date.wareki())),
            ("案件", format!("{}　第{}回", ticket.batch, ticket.part)),
            ("作成", ticket.made.rfc3339_jst()),
            ("様式・種別", format!("{}・{}", ticket.template, ticket.class)),
            ("用紙", format!("{}　{sides}", ticket.paper)),
            ("封筒", ticket.envelope.clone()),
            ("封入機", ticket.inserter.clone()),
        ]);
        self.totals(&[
            ("通数", grouped(letters)),
            ("用紙（枚）", grouped(sheets)),
            ("面数", grouped(pages)),
            ("重さ", kilograms(ticket.weight_mg)),
            ("トレー", grouped(ticket.trays.into())),
            ("把束", grouped(ticket.bundles.into())),
        ]);
    }

    fn pairs(&mut self, pairs: &[(&str, String)]) {
        let half = (RIGHT_MM - LEFT_MM) / 2.0;
        for two in pairs.chunks(2) {
            let y = self.take(ROW_MM);
            for (i, (name, value)) in two.iter().enumerate() {
                let x = LEFT_MM + i as f32 * half;
                self.sheet.text(quiet(8.0), Align::Left, (x, y + 4.8), name);
                let fit = Fit { width_mm: half - 24.0, least_pt: 6.0 };
                self.sheet.fitted(pen(10.0), Align::Left, (x + 20.0, y + 4.8), fit, value);
            }
            self.sheet.hairline((LEFT_MM, y + ROW_MM), (RIGHT_MM, y + ROW_MM));
        }
        self.y += 4.0;
    }

    fn totals(&mut self, totals: &[(&str, String)]) {
        let y = self.take(17.0);
        let cell = (RIGHT_MM - LEFT_MM) / totals.len() as f32;
        self.sheet.fill((LEFT_MM, y), (RIGHT_MM - LEFT_MM, 15.0), 0.94);
        for (i, (name, figure)) in totals.iter().enumerate() {
            let x = LEFT_MM + i as f32 * cell + 2.5;
            self.sheet.text(quiet(7.5), Align::Left, (x, y + 5.0), name);
            let fit = Fit { width_mm: cell - 4.0, least_pt: 8.0 };
            self.sheet.fitted(heavy(14.0), Align::Left, (x, y + 11.8), fit, figure);
        }
        self.y += 4.0;
    }

    fn files(&mut self) {
        const COLUMNS: [Column; 5] = [
            ("No.", LEFT_MM + 2.0, Align::Left),
            ("印刷ファイル", LEFT_MM + 14.0, Align::Left),
            ("通数", 135.0, Align::Right),
            ("用紙（枚）", 164.0, Align::Right),
            ("面数", RIGHT_MM - 2.0, Align::Right),
        ];
        self.section("印刷ファイル", FILE_ROW_MM);
        self.heads(&COLUMNS);
        for (i, file) in self.ticket.files.iter().enumerate() {
            let y = self.row(FILE_ROW_MM, &COLUMNS);
            let cells = [
                (i + 1).to_string(),
                file.name.clone(),
                grouped(file.letters),
                grouped(file.sheets),
                grouped(file.pages),
            ];
            self.cells(&COLUMNS, y, &cells, 10.0);
            let digest = format!("SHA-256 {}", file.sha256);
            let fit = Fit { width_mm: RIGHT_MM - COLUMNS[1].1, least_pt: 5.0 };
            self.sheet.fitted(quiet(7.0), Align::Left, (COLUMNS[1].1, y + 8.6), fit, &digest);
        }
        self.y += 4.0;
    }

    fn postage(&mut self) {
        const COLUMNS: [Column; 5] = [
            ("差出し・区分", LEFT_MM + 2.0, Align::Left),
            ("重量", 95.0, Align::Right),
            ("単価（円）", 122.0, Align::Right),
            ("通数", 150.0, Align::Right),
            ("料金（円）", RIGHT_MM - 2.0, Align::Right),
        ];
        self.section("差出票の控え", ROW_MM * 2.0);
        self.heads(&COLUMNS);
        let none = String::new;
        for posting in &self.ticket.postings {
            let y = self.row(ROW_MM, &COLUMNS);
            let room = Fit { width_mm: 108.0, least_pt: 7.0 };
            let at = (LEFT_MM + 2.0, y + 4.8);
            self.sheet.fitted(heavy(10.0), Align::Left, at, room, &posting.name);
            let sums = [none(), none(), none(), grouped(posting.pieces), grouped(posting.yen)];
            self.cells(&COLUMNS, y, &sums, 10.0);
            for line in &posting.lines {
                let y = self.row(ROW_MM, &COLUMNS);
                let cells = [
                    format!("　{}", line.kind()),
                    format!("{} g まで", grouped(line.up_to_g.into())),
                    price(line.price),
                    grouped(line.pieces),
                    price(line.sum),
                ];
                self.cells(&COLUMNS, y, &cells, 9.0);
            }
        }
        let sum = |of: fn(&PostingSheet) -> u64| self.ticket.postings.iter().map(of).sum();
        let (pieces, yen, plain): (u64, u64, u64) =
            (sum(|p| p.pieces), sum(|p| p.yen), sum(|p| p.plain_yen));
        let y = self.row(ROW_MM, &COLUMNS);
        self.sheet.line((LEFT_MM, y), (RIGHT_MM, y), 0.8);
        let cells = ["合計".to_owned(), none(), none(), grouped(pieces), grouped(yen)];
        self.cells(&COLUMNS, y, &cells, 11.0);
        self.remark(&format!(
            "割引前 {} 円　割引 {} 円",
            grouped(plain),
            grouped(plain.saturating_sub(yen))
        ));
        let tips: Vec<String> = self.ticket.tips.iter().map(PostageTip::sentence).collect();
        tips.iter().chain(&self.ticket.cautions).for_each(|line| self.remark(line));
        self.y += 5.0;
    }

    fn remark(&mut self, text: &str) {
        let y = self.take(5.0);
        let room = Fit { width_mm: RIGHT_MM - LEFT_MM - 4.0, least_pt: 6.0 };
        self.sheet.fitted(pen(8.5), Align::Left, (LEFT_MM + 2.0, y + 4.4), room, text);
    }

    fn sign_off(&mut self) {
        const STATIONS: [&str; 4] = ["印刷", "封入封緘", "照合", "引渡し"];
        const LINES: [&str; 3] = ["担当", "日時", "数量"];
        let y = self.take(SIGN_MM);
        let cell = (RIGHT_MM - LEFT_MM) / STATIONS.len() as f32;
        for (i, station) in STATIONS.iter().enumerate() {
            let x = LEFT_MM + i as f32 * cell;
            self.sheet.fill((x, y), (cell, 6.5), 0.9);
            self.sheet.frame((x, y), (cell, SIGN_MM), 0.6);
            self.sheet.text(pen(10.0), Align::Centre, (x + cell / 2.0, y + 4.7), station);
            for (line, name) in LINES.iter().enumerate() {
                let bottom = y + 6.5 + (line as f32 + 1.0) * 9.0;
                self.sheet.text(quiet(7.5), Align::Left, (x + 2.0, bottom - 2.0), name);
                if bottom < y + SIGN_MM - 1.0 {
                    self.sheet.hairline((x, bottom), (x + cell, bottom));
                }
            }
        }
    }

    /// Starts a section whose heading, table head and first row stay together.
    fn section(&mut self, title: &str, first_row_mm: f32) {
        if self.y + ROW_MM * 2.0 + first_row_mm > BOTTOM_MM {
            self.turn();
        }
        let y = self.take(ROW_MM);
        self.sheet.text(heavy(11.0), Align::Left, (LEFT_MM, y + 5.0), title);
    }

    fn heads(&mut self, columns: &[Column]) {
        let y = self.take(ROW_MM - 0.5);
        self.sheet.fill((LEFT_MM, y), (RIGHT_MM - LEFT_MM, ROW_MM - 0.5), 0.9);
        for (name, x, align) in columns {
            self.sheet.text(pen(8.0), *align, (*x, y + 4.4), name);
        }
    }

    /// Takes a row; on a new page the head of the table comes first.
    fn row(&mut self, height_mm: f32, columns: &[Column]) -> f32 {
        if self.y + height_mm > BOTTOM_MM {
            self.turn();
            self.heads(columns);
        }
        let y = self.take(height_mm);
        self.sheet.hairline((LEFT_MM, y + height_mm), (RIGHT_MM, y + height_mm));
        y
    }

    fn cells(&mut self, columns: &[Column], y: f32, cells: &[String], size_pt: f32) {
        for ((_, x, align), cell) in columns.iter().zip(cells) {
            let fit = Fit { width_mm: CELL_MM_MAX, least_pt: 6.0 };
            self.sheet.fitted(pen(size_pt), *align, (*x, y + 4.8), fit, cell);
        }
    }
}

/// The widest cell: a print file's name, mm.
const CELL_MM_MAX: f32 = 88.0;

fn head(sheet: &mut Sheet, ticket: &JobTicket) {
    sheet.text(heavy(20.0), Align::Left, (LEFT_MM, 21.0), "作業票");
    sheet.text(quiet(9.0), Align::Left, (LEFT_MM + 26.0, 21.0), "Job ticket");
    sheet.text(quiet(8.0), Align::Right, (RIGHT_MM - 50.0, 21.0), "ジョブ");
    let job = format!("{:08}", ticket.job);
    sheet.text(heavy(20.0), Align::Right, (RIGHT_MM, 21.0), &job);
    sheet.line((LEFT_MM, 25.0), (RIGHT_MM, 25.0), 1.2);
}

fn foot(sheet: &mut Sheet, ticket: &JobTicket, page: usize, of: usize) {
    let y = A4_HEIGHT_MM - 12.0;
    sheet.text(quiet(8.0), Align::Left, (LEFT_MM, y), &ticket.batch);
    sheet.text(quiet(8.0), Align::Right, (RIGHT_MM, y), &format!("{page} / {of}"));
}
