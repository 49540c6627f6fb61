//! Faces read and laid over each other.

use super::*;
use crate::template::tests::stock_faces;

fn two_faces() -> FontChain {
    FontChain::load(stock_faces(&["BIZUDPMincho-Regular", "NotoSerifJP-Regular"]))
        .expect("stock fonts load")
}

#[test]
fn the_first_face_that_has_a_character_draws_it() {
    let chain = two_faces();
    let face_of = |c: char| chain.map(0).sort(c).map(|sort| sort.face);
    assert_eq!(face_of('髙'), Some(0));
    assert_eq!(face_of('﨑'), Some(0));
    assert_eq!(face_of('𠮷'), Some(1), "only the fallback has U+20BB7");
    assert_eq!(chain.map(1).sort('髙').map(|sort| sort.face), Some(1), "the other way round");
    assert_eq!((face_of('\u{1F600}'), face_of('\u{378}')), (None, None));
}

#[test]
fn what_cannot_be_set_by_its_advance_is_not_drawn() {
    let chain = two_faces();
    // Combining dakuten, combining acute, zero-width joiner, a control, an unassigned gaiji cell.
    for c in ['\u{3099}', '\u{301}', '\u{200d}', '\t', '\u{e000}'] {
        assert!(!chain.draws(c, None), "U+{:04X}", c as u32);
    }
}

#[test]
fn a_pair_of_base_and_selector_is_its_own_character() {
    let chain = two_faces();
    let plain = chain.map(0).sort('葛').expect("drawn");
    let pair = chain.map(0).pair('葛', '\u{e0100}').expect("Adobe-Japan1 has it");
    let glyph = |sort: Sort| {
        chain.faces()[usize::from(sort.face)].charset().entries[sort.char_index() as usize]
    };
    assert_eq!((glyph(pair).character, glyph(pair).selector), ('葛', Some('\u{e0100}')));
    assert_ne!(glyph(pair).glyph, glyph(plain).glyph, "葛󠄀 is another form than 葛");
    assert!(!chain.draws('葛', Some('\u{e01ef}')));
    assert!(!chain.draws('A', Some('\u{e0100}')));
}

#[test]
fn a_charset_ascends_and_knows_each_entry_once() {
    for face in two_faces().faces() {
        let keys = face.charset().entries.iter().map(|entry| (entry.character, entry.selector));
        assert!(keys.clone().zip(keys.skip(1)).all(|(first, second)| first < second));
        assert!(face.charset().entries.len() > 20_000, "{}", face.name());
        assert!(face.ascender() > 0 && face.descender() < 0);
    }
}

#[test]
fn a_file_that_is_no_font_is_refused_by_name() {
    let faces = vec![("broken".to_owned(), Cow::Borrowed(&b"not a font"[..]))];
    let error = FontChain::load(faces).expect_err("no font");
    assert!(matches!(&error, FontError::NotAFont { name, .. } if name == "broken"));
    assert!(error.to_string().contains("broken"));
    assert_eq!(FontChain::load(Vec::new()).expect_err("empty"), FontError::NoFaces);
}
