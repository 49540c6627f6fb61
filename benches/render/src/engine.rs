//! The house's engine, ready to set and print the standard letter.

#[path = "../../../pipeline/letter/tests/support/naga3.rs"]
mod naga3;

use std::borrow::{Borrow, Cow};
use std::io::Write;
use std::path::Path;

use letter::page::{note_use, CharCounts, CharUse, Page};
use letter::stock::InserterProfile;
use letter::{Moment, PieceId, RecordView};
use press::{
    Block, BlockStart, FaceData, FileForm, Fonts, Layers, Painted, PrintFile, PrintMeta, PrintRun,
    Summary, Totals, LETTERS_PER_BLOCK,
};
use render::{FontChain, Scratch, SenderFacts, Template, TemplateSource};

use crate::recipients::{schema, Recipient};
use naga3::naga3;

/// What is loaded and compiled once.
pub struct Engine {
    pub chain: FontChain,
    pub template: Template,
    pub inserter: InserterProfile,
}

/// What the letters of a file share.
pub struct Forme {
    pub uses: Vec<CharUse>,
    pub fonts: Fonts,
    pub layers: Layers,
}

impl Engine {
    pub fn load() -> Engine {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fonts");
        let face = |name: &str| {
            let bytes = std::fs::read(folder.join(format!("{name}.ttf"))).expect("a stock font");
            (name.to_owned(), Cow::Owned(bytes))
        };
        let chain = FontChain::load(FACES.map(face).to_vec()).expect("fonts");
        let source = TemplateSource {
            toml: include_str!("../letter/template.toml"),
            body: include_str!("../letter/body.txt"),
            stationery: None,
            pictures: &[],
        };
        let office = OFFICE.map(str::to_owned);
        let sender = SenderFacts {
            name: "星見生命保険株式会社",
            office: &office,
            honorific: "様",
            class: "",
        };
        let template = Template::compile(&source, &chain, &schema(), &sender, &naga3());
        let template = template.unwrap_or_else(|faults| panic!("{}", faults[0]));
        let inserter = InserterProfile {
            name: "bench".to_owned(),
            data_matrix: true,
            mark_left_mm: 8.0,
            mark_top_mm: 280.0,
            module_mm: 0.5,
            omr: None,
    log: Default::default(),
        };
        Engine { chain, template, inserter }
    }

    /// Sets one letter; the pages are in the scratch.
    pub fn set(&self, scratch: &mut Scratch, recipient: &Recipient) {
        let view = RecordView::parse(&recipient.record).expect("a whole record");
        let pages = self.template.typeset(scratch, &view, &recipient.facts);
        assert_eq!(pages.unwrap_or_else(|reason| panic!("{}", reason.english())), 1);
    }

    /// Measures all letters and cuts the fonts to what they draw.
    pub fn forme<R: Borrow<Recipient>>(&self, recipients: impl IntoIterator<Item = R>) -> Forme {
        let faces = self.chain.faces();
        let mut uses = vec![CharUse::default(); faces.len()];
        let mut usual = CharCounts::default();
        let mut scratch = Scratch::default();
        for recipient in recipients {
            self.set(&mut scratch, recipient.borrow());
            scratch.pages().iter().for_each(|page| note_use(page, &mut uses));
            scratch.pages().iter().for_each(|page| usual.note(page));
        }
        let standing = || self.template.layers().iter().chain(self.template.parts());
        standing().for_each(|page| note_use(page, &mut uses));
        for digit in press::MARK_CHARACTERS.chars() {
            let entries = &faces[0].charset().entries;
            let found = entries.binary_search_by_key(&(digit, None), |e| (e.character, e.selector));
            uses[0].insert(found.expect("a digit") as u32);
        }
        let data: Vec<FaceData<'_>> = faces
            .iter()
            .map(|face| FaceData {
                name: face.name(),
                bytes: face.bytes(),
                charset: face.charset(),
            })
            .collect();
        let fonts = Fonts::build(&data, &uses, &usual).expect("fonts");
        let (layers, parts) = (self.template.layers(), self.template.parts());
        let layers = Layers::build(&fonts, layers, parts, None).expect("layers");
        Forme { uses, fonts, layers }
    }

    /// Sets and prints all letters into `out`.
    pub fn print(&self, run: &PrintRun<'_>, recipients: &[Recipient], out: impl Write) -> Summary {
        self.print_round(run, recipients, recipients.len() as u32, out)
    }

    /// Sets and prints `count` letters, the recipients one round after the other.
    pub fn print_round(
        &self,
        run: &PrintRun<'_>,
        recipients: &[Recipient],
        count: u32,
        out: impl Write,
    ) -> Summary {
        let totals = Totals { letters: count, pages: count };
        let mut file = PrintFile::begin(out, run, totals).expect("begun");
        let (mut render, mut press) = (Scratch::default(), press::Scratch::default());
        let mut start = BlockStart::default();
        while start.letters < count {
            let letters = LETTERS_PER_BLOCK.min(count - start.letters);
            let block = self.compose(run, (&mut render, &mut press), recipients, start, letters);
            start.letters += letters;
            start.printed += letters;
            file.write_block(block).expect("in order");
        }
        file.finish().expect("as announced")
    }

    /// Sets and composes one block.
    pub fn compose(
        &self,
        run: &PrintRun<'_>,
        (render, press): (&mut Scratch, &mut press::Scratch),
        recipients: &[Recipient],
        start: BlockStart,
        letters: u32,
    ) -> Block {
        let mut composer = run.block(press, start);
        for at in start.letters..start.letters + letters {
            self.set(render, &recipients[at as usize % recipients.len()]);
            composer.letter(painted(at + 1, render.pages())).expect("its glyphs are in the fonts");
        }
        composer.finish()
    }
}

/// The run of a print file.
pub fn run<'a>(engine: &'a Engine, forme: &'a Forme, form: FileForm) -> PrintRun<'a> {
    let now = Moment::parse_rfc3339("2026-11-22T02:00:00+09:00").expect("a moment");
    let meta = PrintMeta { title: "bench", job: 1, now, duplex: false, inserter: &engine.inserter };
    PrintRun::in_form(&forme.fonts, &forme.layers, meta, form).expect("digits are in use")
}

/// Returns a letter as the press takes it.
pub fn painted(sequence: u32, pages: &[Page]) -> Painted<'_> {
    let id = PieceId(u64::from(sequence).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    Painted { id, sequence, inserts: 0, pages }
}

/// The night's chain: the last face draws what the others lack.
const FACES: [&str; 4] =
    ["BIZUDPMincho-Regular", "BIZUDPGothic-Regular", "BIZUDPGothic-Bold", "NotoSerifJP-Regular"];
const OFFICE: [&str; 3] = [
    "ご契約サービスセンター",
    "〒080-0831 北海道帯広市稲田町南七線西28番地",
    "電話 0120-000-123（平日 9時から18時まで）",
];
