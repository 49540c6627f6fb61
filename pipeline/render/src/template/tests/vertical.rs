//! Frames of vertical writing.

use letter::page::{Len, Mark, VERTICAL};

use super::*;

/// One run of a vertical frame, in 1/100 pt from the sheet's upper left corner.
#[derive(Clone, Debug, PartialEq)]
struct Run {
    text: String,
    /// The middle of its glyphs.
    middle: i32,
    /// The upper edge of its em box.
    top: i32,
    size: i32,
    /// Whether it is drawn by a form of vertical writing.
    is_turned: bool,
}

/// The water bill with a vertical frame of 10 pt lines, 20 pt apart, ten characters high.
fn stock(text: &str, more: &str) -> Stock {
    let mut stock = Stock::read("water-bill");
    stock.body = format!("{{% frame card %}}\n{text}\n{{% end %}}\n");
    let tall = Len(10_000).to_mm();
    stock.toml += &format!(
        "\n[styles.card]\nface = \"mincho\"\nsize_pt = 10\nleading_pt = 20\nlast_line_em = 0\n\
         [frames.card]\nleft_mm = 100\ntop_mm = 110\nwidth_mm = 90\nheight_mm = {tall}\n\
         style = \"card\"\nwriting = \"vertical\"\n{more}\n"
    );
    stock
}

fn set(stock: &Stock, name: &str) -> Result<Vec<Run>, Reason> {
    let chain = chain();
    let template = stock.compile(&chain).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let letter = with(&stock.sample.letters[0], "kana", name);
    let mut scratch = Scratch::default();
    stock.typeset(&template, &mut scratch, &letter, Form::Print)?;
    let pages = [&template.layers()[0], &scratch.pages()[0]];
    let runs = pages.map(|page| {
        let marks = page.marks.iter().filter_map(|mark| match *mark {
            Mark::Text { face, size, x, y, start, end } => {
                let charset = chain.faces()[usize::from(face)].charset();
                let glyphs = &page.glyphs[start as usize..end as usize];
                let entries = glyphs.iter().map(|glyph| charset.entries[glyph.char_index as usize]);
                let em = i32::from(charset.units_per_em);
                let wide: i32 = entries.clone().map(|e| i32::from(e.advance)).sum();
                Some(Run {
                    text: entries.clone().flat_map(|entry| entry.text()).collect(),
                    middle: x.0 + wide * size.0 / em / 2,
                    top: A4.height.0 - y.0 - size.0 * 88 / 100,
                    size: size.0,
                    is_turned: entries.clone().any(|entry| entry.selector == Some(VERTICAL)),
                })
            }
            _ => None,
        });
        marks.filter(|run| run.top >= Len::from_mm(109.0).0).collect::<Vec<_>>()
    });
    Ok(runs.concat())
}

/// Returns the lines as texts, from the right.
fn lines(runs: &[Run]) -> Vec<String> {
    let of_line = runs.chunk_by(|a, b| (a.middle - b.middle).abs() < 900);
    of_line.map(|line| line.iter().map(|run| run.text.as_str()).collect()).collect()
}

#[test]
fn lines_run_from_the_right_and_characters_down() {
    let runs = set(&stock("山は青く\n{{ kana }}", ""), "川は清い").expect("set");
    // The first frame's runs come from the letter: one frame is not static in part.
    assert_eq!(lines(&runs), ["山は青く", "川は清い"]);
    let right = Len::from_mm(190.0).0;
    assert!((runs[0].middle - (right - 1000)).abs() <= 3, "{:?}", runs[0]);
    assert!((runs[4].middle - (right - 3000)).abs() <= 3, "{:?}", runs[4]);
    let top = Len::from_mm(110.0).0;
    assert!((runs[0].top - top).abs() <= 3, "{:?}", runs[0]);
    // 山 and 青 are an em high; kana of this face are narrower, lengthwise too.
    assert!((runs[1].top - top - 1000).abs() <= 3, "{:?}", runs[1]);
    assert!(runs[2].top - runs[1].top < 1000, "{runs:?}");
}

#[test]
fn brackets_stops_small_kana_and_the_long_vowel_have_their_vertical_forms() {
    let runs = set(&stock("{{ kana }}", ""), "（国）。、ーっ…").expect("set");
    let turned: String =
        runs.iter().filter(|run| run.is_turned).map(|run| run.text.as_str()).collect();
    assert_eq!(turned, "（）。、ーっ…");
}

#[test]
fn a_number_of_two_digits_stands_upright_in_one_em_and_longer_ones_go_down() {
    let runs = set(&stock("{{ kana }}", ""), "2026年8月15日").expect("set");
    let texts: Vec<&str> = runs.iter().map(|run| run.text.as_str()).collect();
    assert_eq!(texts, ["2", "0", "2", "6", "年", "8", "月", "15", "日"]);
    assert!(runs.iter().all(|run| !run.is_turned), "{runs:?}");
    for pair in runs.windows(2) {
        let centre = |run: &Run| run.top + run.size / 2;
        let step = centre(&pair[1]) - centre(&pair[0]);
        assert!((step - 1000).abs() <= 3, "each takes an em: {pair:?}");
        assert!((pair[1].middle - pair[0].middle).abs() <= 5, "in the line's middle: {pair:?}");
    }
}

#[test]
fn three_digits_share_an_em_where_the_frame_says_so_and_are_smaller() {
    let three = set(&stock("{{ kana }}", "upright_digits = 3"), "101号").expect("set");
    assert_eq!((three[0].text.as_str(), three[1].text.as_str()), ("101", "号"));
    assert!(three[0].size < 1000 && three[0].size > 400, "{three:?}");
    assert!((three[1].middle - three[0].middle).abs() <= 5, "{three:?}");
    let two = set(&stock("{{ kana }}", ""), "101号").expect("set");
    assert_eq!(two.len(), 4);
}

#[test]
fn words_lie_on_their_side_and_a_single_letter_stands() {
    let runs = set(&stock("{{ kana }}", ""), "A棟Hills").expect("set");
    let turned: String =
        runs.iter().filter(|run| run.is_turned).map(|run| run.text.as_str()).collect();
    assert_eq!(turned, "Hills");
    assert_eq!(runs[0].text, "A");
}

#[test]
fn no_line_begins_with_a_stop_and_none_is_lost() {
    for filler in 6..14 {
        let text = format!("{}。「終」", "国".repeat(filler));
        let runs = set(&stock("{{ kana }}", ""), &text).expect("set");
        let lines = lines(&runs);
        assert_eq!(lines.concat(), text);
        assert!(lines.iter().all(|line| !line.starts_with(['。', '」'])), "{lines:?}");
        assert!(lines.iter().all(|line| !line.ends_with('「')), "{lines:?}");
        let bottom = Len::from_mm(110.0).0 + 10_000;
        // A closing mark gives up its blank at the line's end.
        assert!(runs.iter().all(|run| run.top + 400 <= bottom), "{runs:?}");
    }
}

#[test]
fn text_beyond_the_frame_shrinks_and_then_holds_the_letter() {
    let width = Len::from_mm(90.0).0 / 2000;
    let fits = "国".repeat(10 * width as usize);
    let full = stock("{{ kana }}", "");
    assert!(set(&full, &fits).is_ok());
    let held = set(&full, &format!("{fits}国")).expect_err("one line more");
    assert!(matches!(held, Reason::DoesNotFit { ref frame, .. } if frame == "card"), "{held:?}");
    let shrunk = set(&stock("{{ kana }}", "shrink_to_percent = 80"), &format!("{fits}国"));
    assert!(shrunk.expect("shrinks").iter().all(|run| run.size == 960));
}

#[test]
fn a_line_is_set_to_the_bottom_and_to_the_middle() {
    let bottom = set(&stock("> 国国", ""), "").expect("set");
    let middle = set(&stock("= 国国", ""), "").expect("set");
    let top = Len::from_mm(110.0).0;
    assert!((bottom[0].top - top - 8000).abs() <= 5, "{bottom:?}");
    assert!((middle[0].top - top - 4000).abs() <= 5, "{middle:?}");
}

#[test]
fn what_a_vertical_frame_cannot_hold_is_a_fault() {
    for (text, more, words) in [
        ("{% table usage %}", "", "more than text"),
        ("+ 一 項目", "", "more than text"),
        ("{{ name | ruby(kana) }}", "", "vertical frame"),
        ("本文", "upright_digits = 4", "not 1 to 3"),
        ("本文", "barcode = \"qr\"", "more than text"),
    ] {
        let faults = stock(text, more).compile(&chain()).expect_err(text);
        assert!(faults.iter().any(|fault| fault.message.contains(words)), "{text}: {faults:#?}");
    }
}
