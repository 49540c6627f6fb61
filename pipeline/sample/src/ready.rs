//! Senders that make their letters themselves: one long PDF, or one PDF a recipient.

mod pdf;

use std::io;

use address::Dictionary;
use intake::write::csv_row;

use self::pdf::Page;
use crate::count::Made;
use crate::defect::Defect;
use crate::form::{Batch, Cells, Form, World};
use crate::gazetteer::Gazetteer;
use crate::letters::{citizen_of, write_registry, SHOP_TOML};
use crate::people::Person;
use crate::random::Random;
use crate::record::Record;
use crate::register::{Class, Habits, Register, Standing};
use crate::Sink;

/// What is ordered of [`ready`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReadyOrder {
    /// Letters of each of the two senders.
    pub records: u64,
    /// The same seed gives the same bytes.
    pub seed: u64,
    /// Share of records with a defect, 0 to 1.
    pub defects: f64,
}

/// Writes a shop of two senders with ready PDFs: one long file whose pages the control file gives
/// out, the address left to the house, and one file a recipient with the address on the page.
///
/// `face` is the font file that their programs use.
///
/// # Errors
/// What `sink` returns.
pub fn ready(
    dictionary: &Dictionary,
    order: ReadyOrder,
    face: &[u8],
    sink: Sink<'_>,
) -> io::Result<Made> {
    let gazetteer = Gazetteer::new(dictionary);
    let mut register = Register::default();
    let mut world = World { gazetteer: &gazetteer, register: &mut register };
    let mut made = Made::default();
    sink("lettershop.toml", SHOP_TOML.as_bytes())?;
    drop_of::<Kenpo>("notice", order, face, &mut world, &mut made, sink)?;
    drop_of::<Shinkin>("statement", order, face, &mut world, &mut made, sink)?;
    write_registry(register, sink)?;
    Ok(made)
}

fn drop_of<F: Ready>(
    kind: &str,
    order: ReadyOrder,
    face: &[u8],
    world: &mut World<'_, '_>,
    made: &mut Made,
    sink: Sink<'_>,
) -> io::Result<()> {
    sink(&format!("senders/{}.toml", F::SENDER), F::TOML.as_bytes())?;
    let mut batch = Batch::<F>::begin(&format!("{kind}-2026-r{}", order.seed));
    for citizen in 0..order.records {
        let mut random = Random::new(order.seed, (F::PREFIX as u64) << 40 | citizen);
        let mut record = Record::new(F::key(citizen), citizen_of(order.seed, citizen, world));
        record.defect = Defect::draw(F::DEFECTS, order.defects, &mut random);
        let standing = Standing::draw(&F::HABITS, &mut random);
        batch.add(record, citizen, standing, world, &mut random);
    }
    let pdfs = batch.form_mut().0.pdfs(face);
    let (mut package, count) = batch.finish();
    package.members.extend(pdfs);
    sink(&format!("inbox/{}/{}.zip", F::SENDER, package.batch), &package.zip())?;
    made.batches.push(count);
    Ok(())
}

/// A sender with ready PDFs.
trait Ready: Form {
    /// Writes its PDFs, by name.
    fn pdfs(&mut self, face: &[u8]) -> Vec<(String, Vec<u8>)>;
}

/// Rows of a control file, and the letters that they speak of.
struct Control {
    out: Vec<u8>,
    cells: Cells,
    letters: Vec<Vec<Page>>,
}

const HEAD: [&str; 8] =
    ["通知番号", "宛名番号", "郵便番号", "住所", "方書", "氏名", "原稿", "ページ"];

impl Control {
    fn begin() -> Self {
        let mut control = Self { out: Vec::new(), cells: Cells::default(), letters: Vec::new() };
        HEAD.iter().for_each(|name| control.cells.push(name.as_bytes()));
        control.end_row();
        control
    }

    fn row(&mut self, record: &Record, pdf: &str, pages: &str) {
        let Record { key, pseudonym, person, .. } = record;
        let Person { postal, address1, address2, name, .. } = person;
        for text in [key, pseudonym, postal, address1, address2, name] {
            self.cells.push(text.as_bytes());
        }
        self.cells.push(pdf.as_bytes());
        self.cells.push(pages.as_bytes());
        self.end_row();
    }

    fn end_row(&mut self) {
        csv_row(self.cells.iter(), b',', &mut self.out);
        self.cells.clear();
    }
}

/// ひかり健康保険組合: one long PDF of two pages a letter, the window left to the house.
pub(crate) struct Kenpo(Control);

impl Form for Kenpo {
    const SENDER: &'static str = "hikari-kenpo";
    const TOML: &'static str = include_str!("../senders/hikari-kenpo.toml");
    const TEMPLATE: &'static str = "ready-letter";
    const CLASS: Class = Class { name: "ready", paper_only: false, identity_level: 1 };
    const PREFIX: char = 'H';
    const HABITS: Habits = HABITS;
    const DEFECTS: &'static [Defect] =
        &[Defect::UnknownPostalCode, Defect::MissingName, Defect::ReadyMark, Defect::ReadyPages];
    const RARE_DEFECTS: &'static [Defect] = &[];

    fn begin() -> Self {
        Self(Control::begin())
    }

    fn key(index: u64) -> String {
        format!("H{:07}", index + 1)
    }

    fn write(&mut self, record: &Record, random: &mut Random) {
        let first = 2 * self.0.letters.len() + 1;
        let pages = match record.defect {
            Some(Defect::ReadyPages) => format!("{}-{first}", first + 1),
            _ => format!("{first}-{}", first + 1),
        };
        let mut letter = vec![notice(record, random), reverse(record)];
        if record.defect == Some(Defect::ReadyMark) {
            // A tick for a folding machine of the sender's own, in the mark's zone.
            letter[1].paint += "\n0 g 28 34 30 2 re f";
        }
        self.0.letters.push(letter);
        self.0.row(record, "letters.pdf", &pages);
    }

    fn finish(self, _: u64, _: u64) -> Vec<(String, Vec<u8>)> {
        vec![("recipients.csv".to_owned(), self.0.out)]
    }
}

impl Ready for Kenpo {
    fn pdfs(&mut self, face: &[u8]) -> Vec<(String, Vec<u8>)> {
        let pages: Vec<Page> = self.0.letters.iter().flatten().cloned().collect();
        vec![("letters.pdf".to_owned(), pdf::pdf(face, &pages))]
    }
}

/// みどり信用金庫: one PDF a recipient, with its address in the window.
pub(crate) struct Shinkin(Control);

impl Form for Shinkin {
    const SENDER: &'static str = "midori-shinkin";
    const TOML: &'static str = include_str!("../senders/midori-shinkin.toml");
    const TEMPLATE: &'static str = "ready-letter";
    const CLASS: Class = Class { name: "ready", paper_only: false, identity_level: 1 };
    const PREFIX: char = 'M';
    const HABITS: Habits = HABITS;
    const DEFECTS: &'static [Defect] =
        &[Defect::UnknownPostalCode, Defect::ReadyMark, Defect::ReadyOther];
    const RARE_DEFECTS: &'static [Defect] = &[];

    fn begin() -> Self {
        Self(Control::begin())
    }

    fn key(index: u64) -> String {
        format!("M{:07}", index + 1)
    }

    fn write(&mut self, record: &Record, random: &mut Random) {
        let mut page = notice(record, random);
        address(record, &mut page);
        match record.defect {
            // The address of the letter before, as if the pages had slipped by one.
            Some(Defect::ReadyOther) => {
                let name = page.lines.last_mut().expect("the address ends with the name");
                name.3 = "見本 太郎 様".to_owned();
            }
            Some(Defect::ReadyMark) => page.paint += "\n0.5 g 60 690 90 20 re f",
            _ => {}
        }
        self.0.letters.push(vec![page]);
        let pdf = format!("{}.pdf", record.key);
        self.0.row(record, &pdf, "");
    }

    fn finish(self, _: u64, _: u64) -> Vec<(String, Vec<u8>)> {
        vec![("recipients.csv".to_owned(), self.0.out)]
    }
}

impl Ready for Shinkin {
    fn pdfs(&mut self, face: &[u8]) -> Vec<(String, Vec<u8>)> {
        let letters = self.0.letters.iter().zip(0..);
        letters
            .map(|(pages, at)| (format!("{}.pdf", Self::key(at)), pdf::pdf(face, pages)))
            .collect()
    }
}

const HABITS: Habits =
    Habits { with_key: 0.5, unknown: 0.02, unselected: 0.05, paper: 0.2, both: 0.1 };

/// The first page: a head, the amount in a box, some lines.
fn notice(record: &Record, random: &mut Random) -> Page {
    let amount = random.between(10, 9_000) * 10;
    let mut page = Page {
        paint: "0.9 g 57 520 481 34 re f 0 g 0.5 w 330 770 m 538 770 l S".to_owned(),
        form: "0.6 G 1 w 357 600 180 60 re S".to_owned(),
        ..Page::default()
    };
    let mut line = |size, x, y, text: &str| page.lines.push((size, x, y, text.to_owned()));
    line(16.0, 220.0, 570.0, "医療費などのお知らせ");
    line(11.0, 70.0, 532.0, &format!("通知番号 {}　合計金額 {amount} 円", record.key));
    line(10.0, 57.0, 490.0, "平素より当組合の事業にご理解をいただき、厚くお礼申し上げます。");
    line(10.0, 57.0, 472.0, "前年中にお支払いいただいた金額は上記のとおりです。");
    line(10.0, 57.0, 454.0, "お心当たりのない場合は、下記の窓口までお問い合わせください。");
    line(9.0, 370.0, 640.0, "お問い合わせ");
    line(9.0, 370.0, 622.0, "電話 03-0000-5678（平日のみ）");
    page
}

/// The second page.
fn reverse(record: &Record) -> Page {
    let mut page = Page { form: "0.5 w 57 780 m 538 780 l S".to_owned(), ..Page::default() };
    page.lines.push((12.0, 57.0, 790.0, format!("内訳　{}", record.key)));
    for row in 0..12u8 {
        let y = 750.0 - 20.0 * f32::from(row);
        page.lines.push((10.0, 70.0, y, format!("{}月分　診療所・薬局", row + 1)));
    }
    page
}

/// The address in the window, above the barcode's place.
fn address(record: &Record, page: &mut Page) {
    let Person { postal, address1, address2, name, .. } = &record.person;
    let digits: String = postal.chars().filter(char::is_ascii_digit).collect();
    let (head, tail) = digits.split_at(digits.len().min(3));
    let lines = [format!("〒{head}-{tail}"), address1.clone(), address2.clone()];
    let mut y = 770.0;
    for text in lines {
        // A line as long as the window is wide at this size is broken by the sender's program.
        let letters: Vec<char> = text.chars().collect();
        for part in letters.chunks(21) {
            page.lines.push((8.0, 65.0, y, part.iter().collect()));
            y -= 9.0;
        }
    }
    page.lines.push((8.5, 65.0, y, format!("{name} 様")));
}
