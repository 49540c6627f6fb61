//! Pages built by hand: faces read from font files, letters set without a typesetter.

#![allow(dead_code)]

use letter::barcode::{CustomerBarcode, CODE_COUNT};
use letter::page::{
    note_use, Cell, CharCounts, CharIndex, CharUse, Charset, CharsetEntry, Glyph, Len, Mark, Page,
    Passage, Role, Scope, SheetSize, A4,
};
use letter::stock::InserterProfile;
use letter::{Moment, PieceId};
use press::{
    Block, BlockStart, FaceData, FileForm, Fonts, Layers, Painted, PrintFile, PrintMeta, PrintRun,
    Scratch, Statics, Summary, Totals, LETTERS_PER_BLOCK, MARK_CHARACTERS,
};
use skrifa::charmap::MapVariant;
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

pub const MINCHO: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../fonts/BIZUDPMincho-Regular.ttf");
pub const GOTHIC: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../fonts/BIZUDPGothic-Regular.ttf");

/// A font file and what it draws.
pub struct Face {
    pub name: &'static str,
    pub bytes: Vec<u8>,
    pub charset: Charset,
}

impl Face {
    pub fn load(path: &'static str) -> Self {
        let bytes = std::fs::read(path).unwrap_or_else(|e| panic!("font {path} is needed: {e}"));
        Self { name: path, charset: charset(&bytes), bytes }
    }

    pub fn data(&self) -> FaceData<'_> {
        FaceData { name: self.name, bytes: &self.bytes, charset: &self.charset }
    }

    pub fn index(&self, character: char, selector: Option<char>) -> CharIndex {
        let key = (character, selector);
        let found = self.charset.entries.binary_search_by_key(&key, |e| (e.character, e.selector));
        found.unwrap_or_else(|_| panic!("{} lacks {character:?} {selector:?}", self.name))
            as CharIndex
    }

    fn advance(&self, index: CharIndex) -> i32 {
        i32::from(self.charset.entries[index as usize].advance) * 1000
            / i32::from(self.charset.units_per_em)
    }
}

fn charset(bytes: &[u8]) -> Charset {
    let font = FontRef::new(bytes).expect("a font");
    let metrics = font.glyph_metrics(Size::unscaled(), LocationRef::default());
    let advance = |glyph| metrics.advance_width(glyph).unwrap_or(0.0) as u16;
    let charmap = font.charmap();
    let entry = |character, selector, glyph: skrifa::GlyphId| CharsetEntry {
        character,
        selector,
        glyph: glyph.to_u32() as u16,
        advance: advance(glyph),
        shift: 0,
    };
    let mut entries = Vec::new();
    for (code, glyph) in charmap.mappings() {
        entries.extend(char::from_u32(code).map(|c| entry(c, None, glyph)));
    }
    for (code, selector, variant) in charmap.variant_mappings() {
        let glyph = match variant {
            MapVariant::UseDefault => charmap.map(code),
            MapVariant::Variant(glyph) => Some(glyph),
        };
        let (Some(glyph), Some(c)) = (glyph, char::from_u32(code)) else { continue };
        entries.push(entry(c, char::from_u32(selector), glyph));
    }
    entries.retain(|e| e.glyph != 0);
    entries.sort_by_key(|e| (e.character, e.selector));
    entries.dedup_by_key(|e| (e.character, e.selector));
    let units_per_em = font.metrics(Size::unscaled(), LocationRef::default()).units_per_em;
    Charset { entries, units_per_em }
}

/// Sets lines on a page; lengths in points, from the upper left corner.
pub struct Setter<'a> {
    pub faces: &'a [Face],
    pub page: Page,
}

impl<'a> Setter<'a> {
    pub fn new(faces: &'a [Face]) -> Self {
        Self { faces, page: Page::default() }
    }

    pub fn line(&mut self, face: u8, size: f64, x: f64, y: f64, text: &str) {
        self.spaced_line(face, size, x, y, text, 0);
    }

    pub fn spaced_line(&mut self, face: u8, size: f64, x: f64, y: f64, text: &str, extra: i16) {
        let start = self.page.glyphs.len() as u32;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let is_selector = |c: &char| {
                ('\u{fe00}'..='\u{fe0f}').contains(c) || ('\u{e0100}'..='\u{e01ef}').contains(c)
            };
            let selector = characters.next_if(is_selector);
            let char_index = self.faces[usize::from(face)].index(character, selector);
            self.page.glyphs.push(Glyph { char_index, extra });
        }
        self.page.marks.push(Mark::Text {
            face,
            size: Len::from_pt(size),
            x: Len::from_pt(x),
            y: Len::from_pt(HEIGHT - y),
            start,
            end: self.page.glyphs.len() as u32,
        });
    }

    /// Notes what `set` sets as a passage of this role.
    pub fn passage(&mut self, place: u32, role: Role, set: impl FnOnce(&mut Self)) {
        let start = self.page.marks.len() as u32;
        set(self);
        let end = self.page.marks.len() as u32;
        self.page.passages.push(Passage { place, role, start, end });
    }

    pub fn paragraph(&mut self, place: u32, set: impl FnOnce(&mut Self)) {
        self.passage(place, Role::Paragraph, set);
    }

    pub fn cell(&mut self, row: u32, column: u32, scope: Scope, set: impl FnOnce(&mut Self)) {
        let cell = Cell { table: 1, row: row as u16, scope, over: [1, 1] };
        self.passage(60 + 10 * row + column, Role::Cell(cell), set);
    }

    pub fn right_line(&mut self, face: u8, size: f64, right: f64, y: f64, text: &str) {
        let data = &self.faces[usize::from(face)];
        let width: i32 = text.chars().map(|c| data.advance(data.index(c, None))).sum();
        self.line(face, size, right - f64::from(width) * size / 1000.0, y, text);
    }

    pub fn rule(&mut self, x: f64, y: f64, width: f64, height: f64, tint: u8) {
        self.page.marks.push(Mark::Rule {
            x: Len::from_pt(x),
            y: Len::from_pt(HEIGHT - y),
            width: Len::from_pt(width),
            height: Len::from_pt(height),
            tint,
        });
    }
}

const HEIGHT: f64 = 841.89;

pub const INSERTER: fn() -> InserterProfile = || InserterProfile {
    name: "test".to_owned(),
    data_matrix: true,
    mark_left_mm: 12.0,
    mark_top_mm: 120.0,
    module_mm: 0.5,
    omr: None,
    log: Default::default(),
};

/// What a letter says that another does not.
pub struct Words {
    pub name: String,
    pub address: String,
    pub amount: String,
    pub id: PieceId,
}

/// Returns the words of letter `number`, different for every number.
pub fn words(number: u32) -> Words {
    const FAMILY: [&str; 8] =
        ["髙橋", "﨑山", "濵田", "渡邉", "葛\u{e0100}西", "佐藤", "鈴木", "田中"];
    const GIVEN: [&str; 6] = ["花子", "太郎", "一", "美咲", "健", "さくら"];
    const TOWN: [&str; 5] = ["霞が関", "丸の内", "永田町", "大手町", "神田"];
    let n = number as usize;
    let mix = number.wrapping_mul(2_654_435_761);
    Words {
        name: format!("{} {}", FAMILY[n % 8], GIVEN[n / 8 % 6]),
        address: format!(
            "東京都千代田区{}{}丁目{}番{}号",
            TOWN[n % 5],
            mix % 9 + 1,
            mix / 9 % 30 + 1,
            mix / 270 % 20 + 1
        ),
        amount: thousands(mix / 7 % 900_000 + 1_000),
        id: PieceId(u64::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15)),
    }
}

fn thousands(amount: u32) -> String {
    if amount < 1000 {
        return amount.to_string();
    }
    format!("{},{:03}", thousands(amount / 1000), amount % 1000)
}

/// Returns the barcode of letter `number`.
pub fn barcode(number: u32) -> CustomerBarcode {
    let mut codes = [14; CODE_COUNT];
    codes[..7].copy_from_slice(&[1, 0, 0, 0, 0, 1, 3]);
    for (at, digit) in format!("{}-{}", number % 1000, number % 77).bytes().enumerate() {
        codes[7 + at] = if digit == b'-' { 10 } else { digit - b'0' };
    }
    CustomerBarcode::from_codes(codes).expect("codes below 19")
}

/// The text that every letter of the sample has.
const BODY: [&str; 14] = [
    "平素より市税の納付につきましてご理解とご協力をいただき、厚くお礼申し上げます。",
    "さて、令和八年度の固定資産税及び都市計画税の税額が決定いたしましたので、地方税法",
    "の規定により通知いたします。納期限までに、お近くの金融機関、コンビニエンスストア",
    "又は市役所の窓口で納めてください。口座振替をご利用の方は、納期限の日に指定の口座",
    "から引き落としいたしますので、前日までに残高をご確認ください。納期限を過ぎますと、",
    "延滞金が加算されることがあります。災害、病気、事業の休廃止などにより納付が困難な",
    "場合は、納税の猶予が認められることがありますので、お早めにご相談ください。",
    "この通知の内容に不服がある場合は、通知を受け取った日の翌日から起算して三か月以内",
    "に、市長に対して審査請求をすることができます。審査請求に対する裁決の送達を受けた",
    "日の翌日から起算して六か月以内に、市を被告として処分の取消しの訴えを提起すること",
    "ができます。なお、課税明細書には、課税の対象となった土地及び家屋の所在、地目又は",
    "種類、地積又は床面積、評価額及び課税標準額を記載しております。内容をお確かめのう",
    "え、ご不明の点は課税課までお問い合わせください。お問い合わせの際は、通知書番号を",
    "お知らせください。今後とも市税へのご理解とご協力をお願い申し上げます。",
];

/// Returns the first page of letter `number`.
pub fn letter_page(faces: &[Face], number: u32) -> Page {
    let words = words(number);
    let mut setter = Setter::new(faces);
    setter.page.marks.push(Mark::Layer(0));
    setter.paragraph(10, |setter| {
        setter.line(0, 10.5, 60.0, 80.0, "〒100-0013");
        setter.line(0, 10.5, 60.0, 96.0, &words.address);
    });
    setter.paragraph(11, |setter| {
        setter.line(0, 14.0, 60.0, 120.0, &format!("{} 様", words.name));
    });
    setter.page.marks.push(Mark::Barcode {
        x: Len::from_pt(60.0),
        y: Len::from_pt(HEIGHT - 140.0),
        size: Len::from_pt(9.0),
        barcode: barcode(number),
    });
    setter.paragraph(30, |setter| {
        setter.right_line(0, 9.0, 535.0, 190.0, &format!("通知書番号 {number:08}"));
    });
    setter.paragraph(50, |setter| {
        for (row, text) in BODY.iter().enumerate() {
            setter.spaced_line(0, 10.0, 60.0, 300.0 + 16.0 * row as f64, text, 7);
        }
    });
    for row in 0..8 {
        let y = 560.0 + 18.0 * f64::from(row);
        setter.cell(row, 0, Scope::Row, |setter| {
            setter.line(0, 9.0, 64.0, y, &format!("第{}期", row + 1));
        });
        setter.cell(row, 1, Scope::Own, |setter| {
            let date = format!("令和{}年{}月{}日", 8 + row / 4, row + 1, 20 + row);
            setter.line(0, 9.0, 160.0, y, &date);
        });
        setter.cell(row, 2, Scope::Own, |setter| {
            let amount = thousands(1_000 + (number % 9_000) * (row + 1));
            setter.right_line(0, 9.0, 400.0, y, &format!("{amount}円"));
        });
        setter.rule(60.0, y + 5.0, 475.0, 0.5, 60);
    }
    setter.paragraph(200, |setter| {
        setter.right_line(1, 11.0, 535.0, 730.0, &format!("合計 {}円", words.amount));
    });
    setter.page
}

/// Returns a second page.
pub fn second_page(faces: &[Face], number: u32) -> Page {
    let mut setter = Setter::new(faces);
    setter.paragraph(200, |setter| {
        setter.line(0, 10.5, 60.0, 80.0, &format!("別紙 {}の続き", words(number).name));
    });
    setter.page
}

/// Returns the static layer of the sample.
pub fn layer(faces: &[Face]) -> Page {
    let mut setter = Setter::new(faces);
    setter.rule(56.0, 262.0, 483.0, 30.0, 12);
    setter.passage(40, Role::Heading(1), |setter| {
        setter.line(1, 16.0, 190.0, 255.0, "納税通知書（見本）");
    });
    setter.paragraph(20, |setter| setter.line(1, 9.0, 400.0, 80.0, "星見市役所 課税課"));
    setter.rule(56.0, 770.0, 483.0, 1.0, 100);
    setter.page
}

/// Returns the characters that pages use, with those of the marks.
pub fn uses<'p>(faces: &[Face], pages: impl IntoIterator<Item = &'p Page>) -> Vec<CharUse> {
    let mut uses = vec![CharUse::default(); faces.len()];
    for page in pages {
        note_use(page, &mut uses);
    }
    for digit in MARK_CHARACTERS.chars() {
        uses[0].insert(faces[0].index(digit, None));
    }
    uses
}

/// Returns how often characters occur on the pages of letters.
fn counts(letters: &[Vec<Page>]) -> CharCounts {
    let mut counts = CharCounts::default();
    letters.iter().flatten().for_each(|page| counts.note(page));
    counts
}

/// A sample of letters with everything a print file needs.
pub struct Sample {
    pub letters: Vec<Vec<Page>>,
    pub fonts: Fonts,
    pub layers: Layers,
}

/// Returns `count` letters; every fifth has a second page.
pub fn sample(faces: &[Face], count: u32) -> Sample {
    let mut letters = Vec::new();
    for number in 1..=count {
        let mut pages = vec![letter_page(faces, number)];
        if number % 5 == 0 {
            pages.push(second_page(faces, number));
        }
        letters.push(pages);
    }
    sample_on(A4, faces, letters)
}

/// Returns these letters on the sample's layer.
pub fn sample_on(sheet: SheetSize, faces: &[Face], letters: Vec<Vec<Page>>) -> Sample {
    let layer = layer(faces);
    let uses = uses(faces, letters.iter().flatten().chain([&layer]));
    let data: Vec<FaceData<'_>> = faces.iter().map(Face::data).collect();
    let fonts = Fonts::build(&data, &uses, &counts(&letters)).expect("fonts");
    let layers = &[layer][..];
    let statics = Statics { sheet, layers, parts: &[], stationery: None, pictures: &[] };
    let layers = Layers::from_statics(&fonts, &statics).expect("layers");
    Sample { letters, fonts, layers }
}

pub fn meta(duplex: bool, inserter: &InserterProfile) -> PrintMeta<'_> {
    let now = Moment::parse_rfc3339("2026-11-22T02:00:00+09:00").expect("a moment");
    PrintMeta { title: "tax-2026-001", job: 20_261_122, now, duplex, inserter }
}

/// Returns the letters of each block and what the file holds before it.
pub fn block_starts(
    letters: &[Vec<Page>],
    duplex: bool,
) -> Vec<(BlockStart, std::ops::Range<usize>)> {
    let mut start = BlockStart::default();
    let mut out = Vec::new();
    for first in (0..letters.len()).step_by(LETTERS_PER_BLOCK as usize) {
        let range = first..letters.len().min(first + LETTERS_PER_BLOCK as usize);
        out.push((start, range.clone()));
        for pages in &letters[range] {
            start.count(pages.len() as u32, duplex);
        }
    }
    out
}

pub fn totals(letters: &[Vec<Page>], duplex: bool) -> Totals {
    let mut end = BlockStart::default();
    letters.iter().for_each(|pages| end.count(pages.len() as u32, duplex));
    Totals { letters: end.letters, pages: end.pages() }
}

pub fn compose(
    run: &PrintRun<'_>,
    scratch: &mut Scratch,
    letters: &[Vec<Page>],
    (start, range): (BlockStart, std::ops::Range<usize>),
) -> Block {
    let mut composer = run.block(scratch, start);
    for index in range {
        let number = index as u32 + 1;
        composer
            .letter(Painted {
                id: words(number).id,
                sequence: number,
                inserts: 1,
                pages: &letters[index],
            })
            .expect("a letter");
    }
    composer.finish()
}

/// Returns a whole print file.
pub fn print(sample: &Sample, duplex: bool) -> (Vec<u8>, Summary) {
    print_in_form(sample, duplex, FileForm::default())
}

/// Returns a whole print file of a form.
pub fn print_in_form(sample: &Sample, duplex: bool, form: FileForm) -> (Vec<u8>, Summary) {
    let inserter = INSERTER();
    let meta = meta(duplex, &inserter);
    let run = PrintRun::in_form(&sample.fonts, &sample.layers, meta, form).expect("a run");
    let mut bytes = Vec::new();
    let mut file =
        PrintFile::begin(&mut bytes, &run, totals(&sample.letters, duplex)).expect("begin");
    let mut scratch = Scratch::default();
    for part in block_starts(&sample.letters, duplex) {
        file.write_block(compose(&run, &mut scratch, &sample.letters, part)).expect("a block");
    }
    let summary = file.finish().expect("finish");
    (bytes, summary)
}

/// Returns what the copies of the sample share.
pub fn copy_press(sample: &Sample) -> press::CopyPress<'_> {
    let now = Moment::parse_rfc3339("2026-11-22T02:00:00+09:00").expect("a moment");
    let meta = press::CopyBatchMeta {
        title: "納税通知書",
        sender_name: "星見市",
        batch: "tax-2026-1",
        now,
        lang: "ja-JP",
    };
    let press = press::CopyPress::build(&sample.fonts, &sample.layers, &meta);
    let mut lesson = press::CopyLesson::begin(&press);
    for pages in &sample.letters {
        lesson.letter(pages).expect("a letter of the sample");
    }
    let codes = lesson.codes();
    press.with_codes(codes)
}

/// Returns the whole copy of letter `number` and its seal.
pub fn copy(press: &press::CopyPress<'_>, sample: &Sample, number: u32) -> (Vec<u8>, [u8; 32]) {
    let row_id = format!("R<{number}>&1");
    let meta = press::CopyMeta { id: words(number).id, row_id: &row_id };
    let mut bytes = press.shared().to_vec();
    let mut rest = Vec::new();
    let pages = &sample.letters[number as usize - 1];
    let made = press.copy(&mut Scratch::default(), &meta, pages, &mut rest).expect("a copy");
    bytes.append(&mut rest);
    (bytes, made.digest)
}
