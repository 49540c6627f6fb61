//! Ready PDFs cut into letters: what goes along, what stays behind, what fails alone.

use lopdf::{dictionary, Document, Object, Stream};
use press::{cut_ready, ready_pages, PressError, ReadyLetter, ReadyShared};

/// Returns a PDF whose pages share one list of resources: a form of each page's own, which says
/// `of-page-N` in its content, and a form that all paint, which says `of-all`. A page of `cmyk`
/// paints in CMYK.
fn listed(pages: usize, cmyk: Option<usize>) -> Vec<u8> {
    let mut pdf = Document::with_version("1.7");
    let tree = pdf.new_object_id();
    let form = |words: &str| {
        let bounds: Vec<Object> = [0, 0, 595, 842].map(Object::from).to_vec();
        let entries = dictionary! {
            "Type" => "XObject", "Subtype" => "Form", "BBox" => bounds,
            "Resources" => dictionary! {},
        };
        Stream::new(entries, format!("/{words} BMC EMC").into_bytes())
    };
    let mut forms = dictionary! { "All" => pdf.add_object(form("of-all")) };
    for page in 0..pages {
        let own = pdf.add_object(form(&format!("of-page-{page}")));
        forms.set(format!("Own{page}"), own);
    }
    let resources = pdf.add_object(dictionary! { "XObject" => forms });
    let mut kids = Vec::new();
    for page in 0..pages {
        let black = if cmyk == Some(page) { "0 0 0 1 k" } else { "0 g" };
        let content = format!("{black} /All Do /Own{page} Do");
        let content = pdf.add_object(Stream::new(dictionary! {}, content.into_bytes()));
        let sides: Vec<Object> = vec![0.into(), 0.into(), 595.into(), 842.into()];
        let page = pdf.add_object(dictionary! {
            "Type" => "Page", "Parent" => tree, "MediaBox" => sides,
            "Resources" => resources, "Contents" => content,
        });
        kids.push(Object::from(page));
    }
    let count = pages as i64;
    pdf.set_object(tree, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count });
    let root = pdf.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    pdf.trailer.set("Root", root);
    let mut bytes = Vec::new();
    pdf.save_to(&mut bytes).expect("a PDF");
    bytes
}

fn says(bytes: &[u8], words: &str) -> bool {
    bytes.windows(words.len()).any(|window| window == words.as_bytes())
}

#[test]
fn a_letter_takes_its_own_forms_along_and_shares_what_others_paint_too() {
    let pdf = listed(4, None);
    assert_eq!(ready_pages(&pdf).ok(), Some(4));
    let mut shared = ReadyShared::begin();
    let cut = cut_ready(&pdf, &[0..1, 1..3], &mut shared).expect("a PDF");
    let letters: Vec<ReadyLetter> = cut.into_iter().map(|letter| letter.expect("sound")).collect();
    assert_eq!(letters.iter().map(ReadyLetter::pages).collect::<Vec<_>>(), [1, 2]);
    let bytes: Vec<Vec<u8>> = letters.iter().map(ReadyLetter::to_bytes).collect();
    for (letter, bytes) in bytes.iter().enumerate() {
        for page in 0..4 {
            let own = [0..1, 1..3][letter].contains(&page);
            assert_eq!(says(bytes, &format!("of-page-{page}")), own, "{letter} {page}");
        }
        assert!(!says(bytes, "of-all"), "what both paint stands once");
    }
    assert!(says(&shared.to_bytes(), "of-all") && !says(&shared.to_bytes(), "of-page"));
}

#[test]
fn a_letter_that_cannot_be_taken_over_fails_alone() {
    let pdf = listed(3, Some(1));
    let mut shared = ReadyShared::begin();
    let letters = [0..1, 1..2, 2..3, 3..4];
    let cut = cut_ready(&pdf, &letters, &mut shared).expect("a PDF");
    let why: Vec<Option<String>> = cut.into_iter().map(Result::err).collect();
    assert_eq!((&why[0], &why[2]), (&None, &None));
    assert!(why[1].as_ref().is_some_and(|why| why.contains("CMYK")), "{why:?}");
    assert_eq!(why[3].as_deref(), Some("it has 3 pages"));
    let broken = cut_ready(&pdf[..pdf.len() / 2], &letters, &mut shared);
    assert!(matches!(broken, Err(PressError::Stationery(_))));
}

#[test]
fn a_cut_letter_reads_back_and_a_damaged_one_does_not() {
    let mut shared = ReadyShared::begin();
    let cut = cut_ready(&listed(2, None), &[0..1, 1..2], &mut shared).expect("a PDF");
    for letter in cut.into_iter().map(|letter| letter.expect("sound")) {
        let bytes = letter.to_bytes();
        assert_eq!(ReadyLetter::read(&bytes), Some(letter));
        for len in 0..bytes.len() {
            assert_eq!(ReadyLetter::read(&bytes[..len]), None, "cut at {len}");
        }
    }
    let bytes = shared.to_bytes();
    assert_eq!(ReadyShared::read(&bytes), Some(shared));
    assert_eq!(ReadyShared::read(&bytes[..bytes.len() - 1]), None);
}
