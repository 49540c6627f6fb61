//! What the stock templates print.

use super::*;

const TEMPLATES: [&str; 5] =
    ["tax-notice", "annual-notice", "water-bill", "application-form", "application-notice"];

#[test]
fn every_sample_of_the_stock_templates_is_set_and_says_its_values() {
    let chain = chain();
    for name in TEMPLATES {
        let stock = Stock::read(name);
        let template = stock.compile(&chain).unwrap_or_else(|faults| panic!("{name}: {faults:#?}"));
        assert_eq!((template.name(), template.version()), (name, 1));
        assert_eq!(stock.source().envelope().as_deref(), Ok("naga3-window"));
        let mut scratch = Scratch::default();
        for letter in &stock.sample.letters {
            let pages = stock.typeset(&template, &mut scratch, letter, Form::Print);
            assert!(pages.is_ok(), "{name}, {}: {pages:?}", letter.note);
            let text: String =
                scratch.pages().iter().flat_map(|page| text_of(page, &chain)).collect();
            for field in ["key", "name", "address1", "address2"] {
                let value = letter.fields[field].replace(' ', "");
                assert!(
                    text.replace(' ', "").contains(&value),
                    "{name}: {field} {value} in {text}"
                );
            }
        }
    }
}

#[test]
fn a_letter_is_the_same_whatever_was_set_before() {
    let chain = chain();
    let stock = Stock::read("annual-notice");
    let template = stock.compile(&chain).expect("sound");
    let mut used = Scratch::default();
    for letter in &stock.sample.letters {
        stock.typeset(&template, &mut used, letter, Form::Print).expect("set");
    }
    let again = stock.compile(&chain).expect("sound");
    for letter in &stock.sample.letters {
        let mut fresh = Scratch::default();
        stock.typeset(&again, &mut fresh, letter, Form::Print).expect("set");
        stock.typeset(&template, &mut used, letter, Form::Print).expect("set");
        assert_eq!(fresh.pages(), used.pages(), "{}", letter.note);
    }
    assert_eq!(template.layers(), again.layers());
}

#[test]
fn a_copy_is_the_print_without_its_barcode_and_with_parts_in_place() {
    let chain = chain();
    let mut parts = 0;
    for name in TEMPLATES {
        let stock = Stock::read(name);
        let template = stock.compile(&chain).expect("sound");
        let (mut print, mut copy) = (Scratch::default(), Scratch::default());
        for letter in &stock.sample.letters {
            stock.typeset(&template, &mut print, letter, Form::Print).expect("set");
            stock.typeset(&template, &mut copy, letter, Form::Copy).expect("set");
            assert_eq!(print.pages().len(), copy.pages().len());
            for (print, copy) in print.pages().iter().zip(copy.pages()) {
                assert!(print.passages.is_empty(), "nobody hears paper");
                let is_part = |mark: &&Mark| matches!(mark, Mark::Part { .. });
                parts += print.marks.iter().filter(is_part).count();
                let mut print = whole(&template, print);
                print.marks.retain(|mark| !matches!(mark, Mark::Barcode { .. }));
                let copy = whole(&template, copy);
                assert_eq!((print.marks, print.glyphs), (copy.marks, copy.glyphs), "{name}");
            }
        }
    }
    assert!(parts > 5, "{parts} parts stood somewhere");
}

#[test]
fn a_long_table_goes_on_under_repeated_heads_with_no_row_split() {
    let chain = chain();
    let stock = Stock::read("annual-notice");
    let template = stock.compile(&chain).expect("sound");
    let mut scratch = Scratch::default();
    let letter = &stock.sample.letters[1];
    assert_eq!(letter.rows.len(), 60);
    let pages = stock.typeset(&template, &mut scratch, letter, Form::Print).expect("set");
    assert_eq!(pages, 2);
    let texts: Vec<Vec<String>> =
        scratch.pages().iter().map(|page| text_of(&whole(&template, page), &chain)).collect();
    for (number, text) in texts.iter().enumerate() {
        let count = |wanted: &str| text.iter().filter(|run| run.contains(wanted)).count();
        assert_eq!(count("積立残高"), 1, "the heads stand once on page {}", number + 1);
        assert_eq!(count(&format!("{} / 2", number + 1)), 1);
        assert!(count("123-4567891") >= 1, "the key stands on page {}", number + 1);
    }
    // Each row's balance stands once, on the page of its own date.
    for row in &letter.rows {
        let mut balance = String::new();
        Filter::Number.apply(&row["balance"], &mut balance).expect("a number");
        let found: Vec<usize> = (0..2).filter(|&page| texts[page].contains(&balance)).collect();
        assert_eq!(found.len(), 1, "{balance}");
    }
}

#[test]
fn amounts_of_a_column_end_at_one_place() {
    let chain = chain();
    let stock = Stock::read("tax-notice");
    let template = stock.compile(&chain).expect("sound");
    let mut scratch = Scratch::default();
    stock.typeset(&template, &mut scratch, &stock.sample.letters[0], Form::Print).expect("set");
    let page = &scratch.pages()[0];
    let ends: Vec<i32> = page
        .marks
        .iter()
        .filter_map(|mark| match *mark {
            Mark::Text { face, size, x, start, end, .. } => {
                let charset = chain.faces()[usize::from(face)].charset();
                let glyphs = &page.glyphs[start as usize..end as usize];
                let entry = |at: usize| charset.entries[glyphs[at].char_index as usize];
                let amounts =
                    (0..glyphs.len()).all(|at| "0123456789,".contains(entry(at).character));
                let advance = |at: usize| {
                    let em = u32::from(charset.units_per_em);
                    let mils = (u32::from(entry(at).advance) * 1000 + em / 2) / em;
                    mils as i32 + i32::from(glyphs[at].extra)
                };
                let width: i32 = (0..glyphs.len()).map(advance).sum();
                (amounts && glyphs.len() > 5).then_some(x.0 + width * size.0 / 1000)
            }
            _ => None,
        })
        .collect();
    let in_column = ends.iter().filter(|&&end| (end - ends[0]).abs() <= 2).count();
    assert!(in_column >= 4, "{ends:?}");
}

#[test]
fn names_and_addresses_shrink_then_wrap_then_hold() {
    let chain = chain();
    let stock = Stock::read("tax-notice");
    let template = stock.compile(&chain).expect("sound");
    let ordinary = &stock.sample.letters[0];
    // How many lines and at which sizes the name is set, or the reason.
    let set = |name: &str| {
        let mut scratch = Scratch::default();
        stock.typeset(&template, &mut scratch, &with(ordinary, "name", name), Form::Print)?;
        let page = &scratch.pages()[0];
        let barcode = page.marks.iter().position(|mark| matches!(mark, Mark::Barcode { .. }));
        let texts = text_of(page, &chain);
        let sizes =
            page.marks[..barcode.expect("a barcode")].iter().filter_map(|mark| match mark {
                Mark::Text { size, .. } => Some(size.0),
                _ => None,
            });
        // The address takes three runs above the name.
        Ok::<_, Reason>(sizes.zip(texts).skip(3).collect::<Vec<_>>())
    };
    assert_eq!(set("髙橋 花子").expect("fits"), [(1150, "髙橋 花子\u{3000}様".to_owned())]);
    let shrunk = set("特定非営利活動法人こどもの未来と暮らし").expect("shrinks");
    assert!(shrunk.len() == 1 && (850..1150).contains(&shrunk[0].0), "{shrunk:?}");
    let wrapped = set("特定非営利活動法人 星見ヶ丘こどもの未来と地域の暮らし").expect("wraps");
    let lines: Vec<&str> = wrapped.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(lines, ["特定非営利活動法人", "星見ヶ丘こどもの未来と地域の暮らし\u{3000}様"]);
    let held = set(&"特定非営利活動法人星見ヶ丘".repeat(6));
    assert!(
        matches!(held, Err(Reason::DoesNotFit { ref frame, .. }) if frame == "name"),
        "{held:?}"
    );
}

#[test]
fn a_character_without_glyph_holds_the_letter_and_is_named() {
    let chain = chain();
    let stock = Stock::read("tax-notice");
    let template = stock.compile(&chain).expect("sound");
    let ordinary = &stock.sample.letters[0];
    for (field, value, expected) in [
        ("name", "山田\u{1F600}", "U+1F600 \u{1F600}"),
        ("name", "葛\u{e01ef}城", "U+845B U+E01EF 葛\u{e01ef}"),
        ("address2", "か\u{3099}", "U+3099 \u{3099}"),
        ("fiscal_year", "\u{e000}年度", "U+E000 \u{e000}"),
    ] {
        let letter = with(ordinary, field, value);
        let result = stock.typeset(&template, &mut Scratch::default(), &letter, Form::Print);
        let (field, character) = (field.to_owned(), expected.to_owned());
        assert_eq!(result, Err(Reason::MissingGlyph { field, character }));
    }
}

#[test]
fn a_variation_selector_reaches_the_page() {
    let chain = chain();
    let stock = Stock::read("tax-notice");
    let template = stock.compile(&chain).expect("sound");
    let mut scratch = Scratch::default();
    let letter = with(&stock.sample.letters[0], "name", "葛\u{e0100}城 𠮷子");
    stock.typeset(&template, &mut scratch, &letter, Form::Print).expect("set");
    let text = text_of(&scratch.pages()[0], &chain);
    assert!(text.iter().any(|run| run.starts_with("葛\u{e0100}城")), "{text:?}");
    assert!(text.contains(&"𠮷".to_owned()), "the fallback's glyph is a run of its own: {text:?}");
}

#[test]
fn a_value_of_the_wrong_form_sets_the_letter_aside() {
    let chain = chain();
    let stock = Stock::read("tax-notice");
    let template = stock.compile(&chain).expect("sound");
    let letter = with(&stock.sample.letters[0], "total", "12.5");
    let reason = stock.typeset(&template, &mut Scratch::default(), &letter, Form::Print);
    let reason = reason.expect_err("no number");
    assert_eq!(reason.code(), "template-value");
    assert!(matches!(reason, Reason::TemplateValue { field, .. } if field == "total"));
}

#[test]
fn static_text_stands_on_layers_only() {
    let chain = chain();
    let stock = Stock::read("tax-notice");
    let template = stock.compile(&chain).expect("sound");
    let layer: String = text_of(&template.layers()[0], &chain).concat();
    assert!(layer.contains("不服の申立てについて"));
    let mut scratch = Scratch::default();
    stock.typeset(&template, &mut scratch, &stock.sample.letters[0], Form::Print).expect("set");
    let page = &scratch.pages()[0];
    assert_eq!(page.marks[0], Mark::Layer(0));
    assert!(!text_of(page, &chain).concat().contains("不服の申立て"));
    let barcodes = |page: &Page| page.marks.iter().any(|mark| matches!(mark, Mark::Barcode { .. }));
    assert!(!template.layers().iter().any(barcodes));
}

#[test]
fn the_barcode_stands_alone_under_the_name_with_two_millimetres_clear() {
    let chain = chain();
    let stock = Stock::read("tax-notice");
    let template = stock.compile(&chain).expect("sound");
    let clear = Len::from_mm(2.0).0;
    for letter in &stock.sample.letters {
        let mut scratch = Scratch::default();
        stock.typeset(&template, &mut scratch, letter, Form::Print).expect("set");
        let marks = &scratch.pages()[0].marks;
        let barcode = marks.iter().find_map(|mark| match *mark {
            Mark::Barcode { x, y, size, .. } => Some((x.0, y.0, y.0 + size.0 * 1021 / 1000)),
            _ => None,
        });
        let (left, bottom, top) = barcode.expect("a barcode");
        // No text's em box comes nearer than 2 mm.
        for mark in marks {
            let Mark::Text { size, x, y, .. } = *mark else { continue };
            let beside = x.0 > left + Len::from_mm(63.84 + 2.0).0;
            let foot = y.0 - size.0 * 12 / 100;
            let head = y.0 + size.0 * 88 / 100;
            assert!(beside || foot >= top + clear || head <= bottom - clear, "{}", letter.note);
        }
        let [window_left, window_bottom] = [20.0, 297.0 - 49.0].map(|mm| Len::from_mm(mm).0);
        assert!(left - window_left >= clear && bottom - window_bottom >= clear);
    }
}

#[test]
fn fields_used_are_known() {
    let chain = chain();
    let stock = Stock::read("water-bill");
    let template = stock.compile(&chain).expect("sound");
    for field in ["key", "address1", "name", "kana", "usage", "amount", "due"] {
        assert!(template.fields_used().iter().any(|used| used == field), "{field}");
    }
}

#[test]
fn the_envelope_of_the_tests_is_the_stocks() {
    let text = include_str!("../../../../../config/envelopes.toml");
    let stock: toml::Table = text.parse().expect("the stock's envelopes are TOML");
    let envelopes = stock["envelopes"].as_array().expect("a list");
    let found: Vec<letter::stock::EnvelopeProfile> =
        envelopes.iter().map(|one| one.clone().try_into().expect("an envelope")).collect();
    assert!(found.contains(&super::naga3()), "naga3-window is not as the tests have it");
}
