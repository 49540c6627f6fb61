//! A card addressed from top to bottom: the stock's `notice-card`.

use letter::page::Passage;

use super::*;

/// The card's entry of `config/envelopes.toml`.
fn card() -> EnvelopeProfile {
    EnvelopeProfile {
        name: "postcard".to_owned(),
        width_mm: 100.0,
        height_mm: 148.0,
        inner_width_mm: 100.0,
        inner_height_mm: 148.0,
        folded_height_mm: 148.0,
        window: None,
        weight_mg: 0,
        sheets_max: 1,
        size_class: "hagaki".to_owned(),
        thickness_max_mm: None,
        next: None,
        by_hand: false,
    }
}

/// A glyph's text with its middle from the left and its em's upper edge from the top, mm.
type Standing = (String, f64, f64);

/// Returns the glyphs of a page in the order in which they are painted.
fn standing(chain: &FontChain, page: &Page) -> Vec<Standing> {
    let runs = page.marks.iter().filter_map(|mark| match *mark {
        Mark::Text { face, size, x, y, start, end } => {
            let charset = chain.faces()[usize::from(face)].charset();
            let glyphs = &page.glyphs[start as usize..end as usize];
            let entries = glyphs.iter().map(|glyph| charset.entries[glyph.char_index as usize]);
            let wide: f64 = entries.clone().map(|entry| f64::from(entry.advance)).sum();
            let wide = wide / f64::from(charset.units_per_em) * size.to_mm();
            let top = 148.0 - y.to_mm() - 0.88 * size.to_mm();
            Some((entries.flat_map(|e| e.text()).collect(), x.to_mm() + wide / 2.0, top))
        }
        _ => None,
    });
    runs.collect()
}

fn set(number: usize, form: Form) -> (FontChain, Vec<Page>) {
    let (chain, stock) = (chain(), Stock::read("notice-card"));
    let template = stock.compile_for(&chain, &card()).unwrap_or_else(|f| panic!("{f:#?}"));
    let mut scratch = Scratch::default();
    let count = stock.typeset(&template, &mut scratch, &stock.sample.letters[number], form);
    assert_eq!(count, Ok(2), "a face and a back");
    let pages = scratch.pages().to_vec();
    (chain, pages)
}

/// Returns what stands within so many millimetres of a line down the page.
fn column(all: &[Standing], middle_mm: f64, within_mm: f64) -> String {
    let near = |(_, middle, top): &&Standing| (middle - middle_mm).abs() < within_mm && *top > 22.0;
    all.iter().filter(near).map(|(text, ..)| text.as_str()).collect()
}

#[test]
fn the_address_stands_at_the_right_and_the_name_in_the_middle_of_the_card() {
    let (chain, pages) = set(0, Form::Print);
    let face = standing(&chain, &pages[0]);
    // The first column is 20 pt wide and ends at the frame's right edge, 92 mm.
    let (first, leading) = (92.0 - 10.0 * 25.4 / 72.0, 20.0 * 25.4 / 72.0);
    assert_eq!(column(&face, first, 0.1), "東京都千代田区霞が関一丁目三番二号");
    assert_eq!(column(&face, first - leading, 0.1), "郵便プラザ五〇三号室");
    assert_eq!(column(&face, 50.0, 0.1).replace([' ', '\u{3000}'], ""), "髙橋花子様");
    let top_of = |wanted: &str, middle: f64| {
        let found = face.iter().find(|(text, at, _)| text == wanted && (at - middle).abs() < 0.1);
        found.expect("it stands there").2
    };
    let second = top_of("郵", first - leading) - top_of("東", first);
    assert!((second - 13.0 * 25.4 / 72.0).abs() < 0.05, "a character lower: {second}");
    // 様 is parted from the name by more than the name's own characters are.
    let (hana, ko, sama) = (top_of("花", 50.0), top_of("子", 50.0), top_of("様", 50.0));
    assert!(sama - ko > 1.3 * (ko - hana) && ko - hana > 23.0 * 25.4 / 72.0, "{hana} {ko} {sama}");
    assert!(sama < 105.0, "a name of four characters does not fill the card: {sama}");
}

#[test]
fn the_seven_digits_meet_the_boxes_of_the_post_office() {
    let (chain, pages) = set(0, Form::Print);
    let face = standing(&chain, &pages[0]);
    let digits: Vec<&Standing> = face.iter().filter(|(_, _, top)| *top < 20.0).collect();
    assert_eq!(digits.iter().map(|(text, ..)| text.as_str()).collect::<String>(), "1000013");
    // Boxes of 5.7 mm, the last 8 mm from the right edge: 7.0 apart, 7.6 over the hyphen, 6.8.
    let mut middle = 100.0 - 8.0 - 47.7 + 5.7 / 2.0;
    for ((_, found, _), step) in digits.iter().zip([7.0, 7.0, 7.6, 6.8, 6.8, 6.8, 0.0]) {
        assert!((found - middle).abs() < 0.05, "{found} {middle}");
        middle += step;
    }
    let first = pages[0].marks.iter().find(|mark| matches!(mark, Mark::Text { .. }));
    let Some(Mark::Text { y, size, .. }) = first else { panic!("no digit") };
    let (foot, head) = (148.0 - y.to_mm(), 148.0 - y.to_mm() - 0.74 * size.to_mm());
    assert!(head > 12.3 && foot < 19.7, "figures keep off their frames: {head} to {foot}");
}

#[test]
fn a_company_stands_beside_the_person_and_no_column_meets_another() {
    let (chain, pages) = set(1, Form::Print);
    let face = standing(&chain, &pages[0]);
    let person = column(&face, 50.0, 0.1).replace([' ', '\u{3000}'], "");
    assert_eq!(person, "会計担当﨑山𠮷之助様");
    assert!(
        !face.iter().any(|(text, ..)| text.contains(|c: char| c.is_ascii_digit())
            && !"0600906".contains(text.as_str())),
        "{face:?}"
    );
    let mut edges: Vec<(i32, i32)> = Vec::new();
    for mark in &pages[0].marks {
        if let Mark::Text { size, x, y, .. } = *mark {
            let high = (148.0 - y.to_mm()) as i32;
            if high > 22 {
                edges.push((x.0, x.0 + size.0));
            }
        }
    }
    edges.sort_unstable();
    edges.dedup_by_key(|(left, _)| *left / 300);
    assert!(edges.windows(2).all(|pair| pair[0].0 < pair[1].0), "{edges:?}");
}

#[test]
fn the_barcode_stands_where_it_is_declared_and_in_print_alone() {
    let barcode = |page: &Page| {
        let found = page.marks.iter().find_map(|mark| match *mark {
            Mark::Barcode { x, y, size, .. } => Some([x.to_mm(), y.to_mm(), size.to_mm()]),
            _ => None,
        });
        found.map(|edges| edges.map(|mm| (mm * 10.0).round() as i32))
    };
    let (_, pages) = set(0, Form::Print);
    // 134.5 mm from above and 2.88 high.
    assert_eq!(barcode(&pages[0]), Some([180, 106, 28]));
    assert_eq!(barcode(&set(0, Form::Copy).1[0]), None);
}

#[test]
fn a_card_is_read_from_its_face_to_its_back() {
    let (chain, pages) = set(0, Form::Copy);
    let text = |page: &Page| {
        let mut passages: Vec<&Passage> = page.passages.iter().collect();
        passages.sort_by_key(|passage| passage.place);
        let part = |passage: &&Passage| {
            let marks = page.marks[passage.start as usize..passage.end as usize].to_vec();
            let glyphs = page.glyphs.clone();
            text_of(&Page { marks, glyphs, ..Page::default() }, &chain).concat()
        };
        passages.iter().map(part).collect::<Vec<_>>()
    };
    let face = text(&pages[0]);
    assert_eq!(face[..2], ["1000013", "東京都千代田区霞が関一丁目三番二号郵便プラザ五〇三号室"]);
    let back = text(&pages[1]);
    assert_eq!(back[0], "敬老のつどいのご案内");
    assert!(back[1].starts_with("拝啓"), "{back:?}");
    assert!(back.iter().any(|line| line.contains("令和八年十一月二十八日")), "{back:?}");
    let last = pages[0].passages.iter().map(|passage| passage.place).max();
    assert!(pages[1].passages.iter().all(|passage| Some(passage.place) > last), "face first");
}

#[test]
fn what_a_card_must_not_have_is_a_fault() {
    let chain = chain();
    let flow = "[flow]\nfirst = { left_mm = 9, top_mm = 26, width_mm = 20, height_mm = 30 }\n\
                continuation = { left_mm = 9, top_mm = 13, width_mm = 82, height_mm = 122 }\n\
                style = \"body\"\n\n[frames.sender]";
    for (from, to, words) in [
        ("barcode_left_mm = 18\n", "", "where its barcode stands"),
        ("barcode_left_mm = 18", "barcode_left_mm = 30", "customer barcode of 8 pt"),
        ("barcode_top_mm = 134.5", "barcode_top_mm = 137", "customer barcode of 8 pt"),
        ("barcode_top_mm = 134.5", "barcode_top_mm = 129", "meets the customer barcode"),
        ("[frames.sender]", flow, "second page"),
        ("left_mm = 9\ntop_mm = 13", "left_mm = 3\ntop_mm = 13", "printable area"),
    ] {
        let mut stock = Stock::read("notice-card");
        assert!(stock.toml.contains(from), "{from}");
        stock.toml = stock.toml.replacen(from, to, 1);
        let faults = stock.compile_for(&chain, &card()).err().unwrap_or_default();
        assert!(faults.iter().any(|fault| fault.message.contains(words)), "{to}: {faults:#?}");
    }
    let mut stock = Stock::read("notice-card");
    stock.body.push_str("一行\n");
    let faults = stock.compile_for(&chain, &card()).err().unwrap_or_default();
    assert!(faults.iter().any(|f| f.message.contains("outside of frames")), "{faults:#?}");
}
