//! Frames whose text is a barcode.

use letter::page::{Len, Mark, Role};

use super::*;

/// The water bill with its title's frame made a barcode of the key.
fn stock(frame: &str, text: &str) -> Stock {
    let mut stock = Stock::read("water-bill");
    let title = "height_mm = 10\nstyle = \"heading\"\n";
    assert!(stock.toml.contains(title));
    let lines = format!("height_mm = 16\nstyle = \"label\"\n{frame}\n");
    stock.toml = stock.toml.replacen(title, &lines, 1);
    let title = "# 水道料金・下水道使用料のお知らせ";
    assert!(stock.body.contains(title));
    // The key stands in the barcode alone.
    stock.toml = stock.toml.replace("{{ key }}", "");
    stock.body = stock.body.replace("{{ key }}", "").replacen(title, text, 1);
    stock
}

/// Sets the ordinary letter with a key; returns the bars' x and width, and the text under them.
fn bars_of(stock: &Stock, key: &str) -> Result<(Vec<[i32; 4]>, Vec<String>), Reason> {
    let chain = chain();
    let template = stock.compile(&chain).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let letter = with(&stock.sample.letters[0], "key", key);
    let mut scratch = Scratch::default();
    stock.typeset(&template, &mut scratch, &letter, Form::Print)?;
    let page = &scratch.pages()[0];
    let top = Len::from_mm(297.0 - 69.0).0;
    let bars = page.marks.iter().filter_map(|mark| match *mark {
        Mark::Rule { x, y, width, height, tint } if y.0 + height.0 == top => {
            assert_eq!(tint, 100);
            Some([x.0, y.0, width.0, height.0])
        }
        _ => None,
    });
    Ok((bars.collect(), text_of(page, &chain)))
}

const FRAME: &str = "barcode = \"code128\"\nbarcode_text = true";

#[test]
fn bars_stand_in_whole_modules_between_their_quiet_zones() {
    let stock = stock(FRAME, "{{ key }}");
    // One, 11 modules of start, character and check, 13 of stop; 0.33 mm are 94 units.
    let (bars, text) = bars_of(&stock, "A").expect("fits");
    let left = Len::from_mm(20.0).0 + 10 * 94;
    assert_eq!(bars.len(), 3 * 3 + 4);
    assert_eq!(bars[0][0], left);
    let [x, _, width, _] = bars[bars.len() - 1];
    assert_eq!(x + width, left + 46 * 94);
    for [x, _, width, height] in bars {
        assert_eq!(((x - left) % 94, width % 94), (0, 0));
        assert_eq!(height, Len::from_mm(16.0).0 - 1400, "one line of text below");
    }
    assert!(text.contains(&"A".to_owned()), "{text:?}");
}

#[test]
fn a_long_text_has_narrower_modules_and_a_longer_one_holds_the_letter() {
    let stock = stock(FRAME, "{{ key }}");
    let module = |count: usize| {
        let (bars, _) = bars_of(&stock, &"A".repeat(count))?;
        // The start character's first bar is two modules wide.
        Ok::<_, Reason>(bars[0][2] / 2)
    };
    // 55 + 11 modules a character on 170 mm, 48,189 units.
    assert_eq!(module(40), Ok(94));
    assert_eq!(module(41), Ok(94));
    assert_eq!(module(45), Ok(48_189 / 550));
    assert_eq!(module(56), Ok(71));
    let held = module(57).expect_err("too long");
    assert!(matches!(held, Reason::DoesNotFit { ref frame, .. } if frame == "title"), "{held:?}");
}

#[test]
fn lines_of_a_barcode_are_chosen_and_an_empty_one_has_no_bars() {
    let stock =
        stock(FRAME, "{% if kana %}\nX-{{ key }}\n{% end %}\n{% if recipient %}\n9\n{% end %}");
    let (bars, text) = bars_of(&stock, "12").expect("fits");
    assert!(!bars.is_empty());
    assert!(text.contains(&"X-12".to_owned()), "{text:?}");
    let empty = self::stock(FRAME, "{{ recipient }}");
    assert_eq!(bars_of(&empty, "12").expect("nothing to set").0, [[0; 4]; 0]);
}

#[test]
fn a_text_beyond_ascii_sets_the_letter_aside_by_its_field() {
    let stock = stock(FRAME, "{{ key }}");
    let reason = bars_of(&stock, "受付1").expect_err("no Code 128");
    let Reason::TemplateValue { field, why } = &reason else { panic!("{reason:?}") };
    assert_eq!((field.as_str(), why.as_str()), ("key", "U+53D7 has no place in Code 128"));
}

#[test]
fn barcodes_that_no_scanner_reads_are_faults() {
    for (frame, text, words) in [
        ("barcode = \"code128\"\nmodule_mm = 0.2", "{{ key }}", "0.2 mm wide"),
        ("barcode = \"code128\"\npadding_mm = 6", "{{ key }}", "lower than 5 mm"),
        ("barcode = \"code128\"", "{% table usage %}", "more than text"),
        ("barcode = \"code39\"", "{{ key }}", "unknown variant"),
    ] {
        let faults = stock(frame, text).compile(&chain()).expect_err("a fault");
        assert!(faults.iter().any(|fault| fault.message.contains(words)), "{faults:#?}");
    }
}

#[test]
fn bars_are_heard_as_what_they_say() {
    let stock = stock(FRAME, "{{ key }}");
    let chain = chain();
    let template = stock.compile(&chain).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let letter = with(&stock.sample.letters[0], "key", "A-1");
    let mut scratch = Scratch::default();
    stock.typeset(&template, &mut scratch, &letter, Form::Copy).expect("set");
    let page = &scratch.pages()[0];
    let words = page.passages.iter().filter_map(|passage| match passage.role {
        Role::Figure { start, end } => Some(&page.alternatives[start as usize..end as usize]),
        _ => None,
    });
    assert_eq!(words.collect::<Vec<_>>(), ["バーコード\u{3000}A-1"]);
}
