//! What a tagged copy says of itself and of its lists and figures (ISO 14289-1).

mod judge;
mod support;

use judge::{assert_sound, judge, kept};
use letter::page::{Cell, Item, Page, Role, Scope};
use lopdf::{Dictionary, Document, Object};
use press::{Fonts, Layers};
use support::{copy, copy_press, sample, uses, Face, Sample, Setter, GOTHIC, MINCHO};

/// A letter of a list with two items and a code.
fn listed() -> Sample {
    let faces = [Face::load(MINCHO)];
    let mut setter = Setter::new(&faces);
    setter.passage(0, Role::Heading(1), |s| s.line(0, 14.0, 60.0, 60.0, "お手続き"));
    for (number, text) in [(0, "届出書を書く"), (1, "窓口に出す")] {
        let item = Item { list: 0, item: number };
        let (place, y) = (1 + 2 * u32::from(number), 90.0 + 20.0 * f64::from(number));
        let label = format!("{}", number + 1);
        setter.passage(place, Role::Label(item), |s| s.line(0, 10.0, 60.0, y, &label));
        setter.passage(place + 1, Role::ItemText(item), |s| s.line(0, 10.0, 80.0, y, text));
    }
    let words = "バーコード　A-1";
    setter.page.alternatives.push_str(words);
    let figure = Role::Figure { start: 0, end: words.len() as u32 };
    setter.passage(9, figure, |s| s.rule(60.0, 160.0, 40.0, 20.0, 100));
    of_page(&faces, setter.page)
}

/// Returns a letter of one page, set in the first of the faces.
fn of_page(faces: &[Face], page: Page) -> Sample {
    let fonts = Fonts::build(&[faces[0].data()], &uses(faces, [&page]), &Default::default());
    let fonts = fonts.expect("fonts");
    let layers = Layers::build(&fonts, &[], &[], None).expect("layers");
    Sample { letters: vec![vec![page]], fonts, layers }
}

#[test]
fn a_copys_lists_and_figures_are_heard_as_such() {
    let sample = listed();
    let (bytes, _) = copy(&copy_press(&sample), &sample, 1);
    let file = kept("copy-listed.pdf", &bytes);
    assert_sound(&file);
    let structure = judge("pdfinfo", &["-struct-text", "FILE"], &file);
    let lines = structure.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines: Vec<&str> = lines.map(|line| line.trim_end_matches(" (block)")).collect();
    let expected = [
        "Document",
        "H1",
        "\"お手続き\"",
        "L",
        "LI",
        "Lbl",
        "\"1\"",
        "LBody",
        "\"届出書を書く\"",
        "LI",
        "Lbl",
        "\"2\"",
        "LBody",
        "\"窓口に出す\"",
    ];
    let heard: Vec<&str> = lines.iter().map(|line| line.trim_end_matches(" (inline)")).collect();
    assert_eq!(heard[..expected.len()], expected, "{structure}");
    let pdf = Document::load_mem(&bytes).expect("a copy");
    let figures: Vec<&Dictionary> = pdf
        .objects
        .values()
        .filter_map(|object| object.as_dict().ok())
        .filter(|dict| dict.get(b"S").and_then(Object::as_name).is_ok_and(|s| s == b"Figure"))
        .collect();
    let [figure] = figures[..] else { panic!("one figure of {structure}") };
    let words = lopdf::decode_text_string(figure.get(b"Alt").expect("words for the figure"));
    assert_eq!(words.expect("text"), "バーコード\u{3000}A-1");
    let layout = figure.get(b"A").and_then(Object::as_dict).expect("attributes");
    let bounds = layout.get(b"BBox").and_then(Object::as_array).expect("a BBox");
    assert_eq!(bounds.len(), 4, "{bounds:?}");
}

/// A table whose head is joined over two columns, and beside it one over two rows.
fn spanned(over: [[u8; 2]; 2]) -> Sample {
    let faces = [Face::load(MINCHO)];
    let mut setter = Setter::new(&faces);
    setter.passage(0, Role::Heading(1), |s| s.line(0, 14.0, 60.0, 60.0, "納付"));
    let rows: [&[(Scope, [u8; 2], &str)]; 3] = [
        &[(Scope::Column, over[0], "期別"), (Scope::Column, over[1], "納付")],
        &[(Scope::Column, [1, 1], "納期限"), (Scope::Column, [1, 1], "税額")],
        &[
            (Scope::Row, [1, 1], "第一期"),
            (Scope::Own, [1, 1], "六月"),
            (Scope::Own, [1, 1], "百円"),
        ],
    ];
    let mut place = 1;
    for (row, cells) in (1..).zip(rows) {
        for &(scope, over, text) in cells {
            let cell = Cell { table: 1, row, scope, over };
            let (x, y) = (60.0 + 60.0 * f64::from(place), 80.0 + 20.0 * f64::from(row));
            setter.passage(place, Role::Cell(cell), |s| s.line(0, 10.0, x, y, text));
            place += 1;
        }
    }
    of_page(&faces, setter.page)
}

#[test]
fn a_joined_cell_says_over_how_many_columns_and_rows_it_reaches() {
    let mut told = Vec::new();
    // The same scratch: copies that reach otherwise are of other shapes.
    for over in [[[1, 2], [2, 1]], [[1, 1], [1, 1]]] {
        let sample = spanned(over);
        let (bytes, _) = copy(&copy_press(&sample), &sample, 1);
        let file = kept("copy-spanned.pdf", &bytes);
        assert_sound(&file);
        told.push(judge("pdfinfo", &["-struct", "FILE"], &file));
    }
    let count = |tree: &str, word: &str| tree.matches(word).count();
    assert_eq!(
        [count(&told[0], "/ColSpan 2"), count(&told[0], "/RowSpan 2")],
        [1, 1],
        "{}",
        told[0]
    );
    assert_eq!([count(&told[1], "ColSpan"), count(&told[1], "RowSpan")], [0, 0], "{}", told[1]);
    for tree in &told {
        assert_eq!([count(tree, "TR"), count(tree, "TH"), count(tree, "TD")], [3, 5, 2], "{tree}");
        assert_eq!(count(tree, "/Scope /Column"), 4, "{tree}");
    }
}

#[test]
fn a_copy_shows_its_title_and_has_nothing_that_only_a_screen_could_use() {
    let sample = sample(&[Face::load(MINCHO), Face::load(GOTHIC)], 5);
    let pdf = Document::load_mem(&copy(&copy_press(&sample), &sample, 5).0).expect("a copy");
    let catalog = pdf.catalog().expect("a catalog");
    let is_true = |dict: &[u8], entry: &[u8]| {
        let dict = catalog.get(dict).and_then(Object::as_dict).expect("a dictionary");
        dict.get(entry).and_then(Object::as_bool).expect("a boolean")
    };
    assert!(is_true(b"MarkInfo", b"Marked") && is_true(b"ViewerPreferences", b"DisplayDocTitle"));
    assert!(!catalog.get(b"MarkInfo").and_then(Object::as_dict).expect("it").has(b"Suspects"));
    for entry in ["AcroForm", "OCProperties", "OpenAction", "AA", "Names"] {
        assert!(!catalog.has(entry.as_bytes()), "{entry}");
    }
    assert!(!pdf.trailer.has(b"Encrypt"));
    let tree = catalog.get(b"StructTreeRoot").and_then(Object::as_reference).expect("a tree");
    assert!(!pdf.get_dictionary(tree).expect("a tree").has(b"RoleMap"), "no role needs a map");
    let pages = pdf.get_pages();
    assert_eq!(pages.len(), 2);
    for page in pages.into_values() {
        let page = pdf.get_dictionary(page).expect("a page");
        assert_eq!(page.get(b"Tabs").and_then(Object::as_name).expect("Tabs"), b"S");
        assert!(!page.has(b"Annots") && !page.has(b"AA"));
    }
}
