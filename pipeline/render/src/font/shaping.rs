//! The direct way from a character to its glyph compared with OpenType shaping by harfrust.
//!
//! What is compared: every entry of every stock face, set alone, as horizontal Japanese text
//! (language ja; scripts Hani and Kana, and Latn as a paragraph that begins with Latin has it), by
//! the features that are on by default (`ccmp`, `locl`, `rlig`, `liga`, `clig`, `calt`, `rclt`,
//! `kern`, `mark`, `mkmk`); then every pair of printable ASCII characters. The features of layout,
//! `palt`, `halt`, `chws`, are off by default: blanks of brackets are the line's work (JLREQ §3.1).

use std::str::FromStr;

use harfrust::{
    shape, Buffer, Direction, Feature, Font, Language, Script, ShapeOptions, ShapePlan, ShaperFont,
};
use letter::page::{CharsetEntry, TABULAR, VERTICAL};

use super::{Face, FontChain};
use crate::template::tests::stock_faces;

const STOCK: [&str; 4] =
    ["BIZUDPMincho-Regular", "BIZUDPGothic-Regular", "BIZUDPGothic-Bold", "NotoSerifJP-Regular"];

/// A face as harfrust sees it, with one plan for a script.
struct Shaper<'a> {
    font: ShaperFont<'a, 'a>,
    script: Script,
    language: Language,
    features: Vec<Feature>,
    plan: ShapePlan,
    buffer: Buffer,
}

impl<'a> Shaper<'a> {
    fn new(font: &'a Font, script: &str, features: &[&str]) -> Self {
        let script = Script::from_str(script).expect("a script of ISO 15924");
        let language = Language::from_str("ja").expect("a language of BCP 47");
        let features: Vec<Feature> =
            features.iter().map(|text| Feature::from_str(text).expect("a feature")).collect();
        let direction = Direction::LeftToRight;
        let plan = ShapePlan::new(font, direction, Some(script), Some(&language), &features);
        let font = ShaperFont::new(font);
        Self { font, script, language, features, plan, buffer: Buffer::new() }
    }

    /// Returns glyph and advance of each sort of a text.
    fn set(&mut self, text: &str) -> Vec<(u32, i32)> {
        self.buffer.clear();
        self.buffer.push_str(text);
        self.buffer.set_direction(Direction::LeftToRight);
        self.buffer.set_script(Some(self.script));
        self.buffer.set_language(Some(self.language.clone()));
        let options = ShapeOptions::new().plan(Some(&self.plan)).features(&self.features);
        shape(&self.font, &mut self.buffer, options).expect("the plan is the buffer's");
        let glyphs = self.buffer.glyph_infos().iter().zip(self.buffer.glyph_positions());
        glyphs
            .map(|(glyph, at)| {
                assert_eq!((at.x_offset, at.y_offset, at.y_advance), (0, 0, 0), "{text:?}");
                (glyph.glyph_id, at.x_advance)
            })
            .collect()
    }
}

fn font_of(face: &Face) -> Font {
    Font::new(face.bytes().to_vec(), 0).expect("a stock font")
}

fn text_of(entry: &CharsetEntry) -> String {
    [Some(entry.character), entry.selector].into_iter().flatten().collect()
}

#[test]
fn every_character_of_every_stock_face_is_drawn_as_shaping_draws_it() {
    let chain = FontChain::load(stock_faces(&STOCK)).expect("stock fonts load");
    for face in chain.faces() {
        let font = font_of(face);
        for script in ["Hani", "Kana", "Latn"] {
            let mut shaper = Shaper::new(&font, script, &[]);
            let entries = face.charset().entries.iter();
            let own =
                |entry: &&CharsetEntry| ![Some(VERTICAL), Some(TABULAR)].contains(&entry.selector);
            let entries = entries.filter(own);
            let differs = |entry: &&CharsetEntry| {
                let direct = [(u32::from(entry.glyph), i32::from(entry.advance))];
                shaper.set(&text_of(entry)) != direct
            };
            let found: Vec<String> = entries.filter(differs).map(text_of).collect();
            assert_eq!(found, [""; 0], "{} in {script}", face.name());
        }
    }
}

/// Neighbours change each other by `liga` and `kern` alone, which are not applied: a justified line
/// opens and closes its letters one by one, and the stock's first faces, which draw all Latin text,
/// have no kerning. Left out are two ligatures of theirs, ﬁ and ﬂ, and the kerning of the fallback
/// face, of which a letter shows single rare characters.
#[test]
fn neighbours_in_ascii_differ_by_two_ligatures_and_by_the_kerning_of_the_fallback_face() {
    let chain = FontChain::load(stock_faces(&STOCK)).expect("stock fonts load");
    for face in chain.faces() {
        let font = font_of(face);
        let mut usual = Shaper::new(&font, "Latn", &[]);
        let mut without = Shaper::new(&font, "Latn", &["-kern", "-liga"]);
        let entries = &face.charset().entries;
        let direct = |character: char| {
            let at =
                entries.binary_search_by_key(&(character, None), |e| (e.character, e.selector));
            let entry = entries[at.expect("ASCII is drawn")];
            (u32::from(entry.glyph), i32::from(entry.advance))
        };
        let (mut ligatures, mut kerned) = (Vec::new(), 0);
        for first in ' '..='~' {
            for second in ' '..='~' {
                let text: String = [first, second].into_iter().collect();
                let expected = [direct(first), direct(second)];
                assert_eq!(without.set(&text), expected, "{} {text:?}", face.name());
                let found = usual.set(&text);
                if found.len() == 1 {
                    ligatures.push(text);
                } else if found != expected {
                    kerned += 1;
                }
            }
        }
        let is_fallback = face.name() == "NotoSerifJP-Regular";
        assert_eq!(
            ligatures,
            if is_fallback { ["ff", "fi", "fl"].to_vec() } else { vec!["fi", "fl"] }
        );
        assert_eq!(kerned > 0, is_fallback, "{}: {kerned} pairs", face.name());
    }
}

#[test]
fn a_face_whose_form_is_another_in_japanese_has_that_form() {
    let chain = FontChain::load(stock_faces(&["NotoSerifJP-Regular"])).expect("a stock font");
    let face = &chain.faces()[0];
    let font = font_of(face);
    let nominal = ShaperFont::new(&font).nominal_glyph('“' as u32).expect("drawn").to_u32();
    let at = chain.map(0).sort('“').expect("drawn").char_index();
    let direct = u32::from(face.charset().entries[at as usize].glyph);
    assert_ne!(direct, nominal, "the Japanese quote is another glyph");
    assert_eq!(Shaper::new(&font, "Hani", &[]).set("“")[0].0, direct);
}

/// The same glyphs in all faces; in the first faces of the chain at the same places too. The
/// fallback face asks for some rare characters (℃, ℊ, ㆴ) to stand higher or lower, which is not
/// done; nor is the form of its one character beyond the Basic Multilingual Plane, 🈀, taken.
#[test]
fn every_character_is_drawn_in_vertical_writing_as_shaping_draws_it() {
    let chain = FontChain::load(stock_faces(&STOCK)).expect("stock fonts load");
    for (at, face) in (0..).zip(chain.faces()) {
        let font = font_of(face);
        let em = i32::from(face.charset().units_per_em);
        let direction = Direction::TopToBottom;
        let (script, language) = (Script::from_str("Hani"), Language::from_str("ja").ok());
        let script = script.expect("a script of ISO 15924");
        // `vrt2` stands in place of `vert` (OpenType specification, features); the fallback face
        // has less in it.
        let features: &[&str] = match face.name() {
            "NotoSerifJP-Regular" => &[],
            _ => &["-vert", "vrt2"],
        };
        let features: Vec<Feature> =
            features.iter().map(|text| Feature::from_str(text).expect("a feature")).collect();
        let plan = ShapePlan::new(&font, direction, Some(script), language.as_ref(), &features);
        let shaper = ShaperFont::new(&font);
        let mut buffer = Buffer::new();
        let mut wrong = Vec::new();
        let entries = face.charset().entries.iter().filter(|entry| entry.selector.is_none());
        for entry in entries.filter(|entry| entry.character <= '\u{ffff}') {
            buffer.clear();
            buffer.push(entry.character as u32, 0);
            buffer.set_direction(direction);
            buffer.set_script(Some(script));
            buffer.set_language(language.clone());
            let options = ShapeOptions::new().plan(Some(&plan)).features(&features);
            shape(&shaper, &mut buffer, options).expect("the plan is the buffer's");
            let sort = chain.vertical(at).sort(entry.character).expect("drawn");
            let ours = face.charset().entries[sort.char_index() as usize];
            let (glyph, place) = (buffer.glyph_infos()[0], buffer.glyph_positions()[0]);
            let height = (-place.y_advance * 1000 + em / 2) / em;
            let found = (glyph.glyph_id, height, place.x_offset);
            // A glyph is painted in the middle of its line, 0.88 em below its top.
            let expected =
                (u32::from(ours.glyph), i32::from(sort.advance), -i32::from(ours.advance) / 2);
            let is_near = (place.y_offset * 1000 / em + 880).abs() <= 1;
            let is_placed = found == expected && is_near;
            let is_fallback = face.name() == "NotoSerifJP-Regular";
            if found.0 != expected.0 || buffer.len() != 1 || !(is_placed || is_fallback) {
                wrong.push((entry.character, found, expected, place.y_offset));
            }
        }
        assert_eq!(wrong, [], "{}", face.name());
    }
}
