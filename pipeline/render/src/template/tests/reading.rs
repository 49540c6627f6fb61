//! Readings above names.

use letter::page::{Len, Mark};

use super::*;

/// One run: its text, left and right end, baseline and size, in 1/100 pt.
#[derive(Debug)]
struct Run {
    text: String,
    left: i32,
    right: i32,
    y: i32,
    size: i32,
}

/// Sets the water bill's ordinary letter with another running text, name and reading; returns the
/// runs below the address.
fn runs(body: &str, name: &str, kana: &str) -> Vec<Run> {
    let mut stock = Stock::read("water-bill");
    stock.body = body.to_owned();
    let chain = chain();
    let template = stock.compile(&chain).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let letter = with(&with(&stock.sample.letters[0], "name", name), "kana", kana);
    let mut scratch = Scratch::default();
    stock.typeset(&template, &mut scratch, &letter, Form::Print).expect("set");
    let page = &scratch.pages()[0];
    let marks = page.marks.iter().filter_map(|mark| match *mark {
        Mark::Text { face, size, x, y, start, end } => {
            let charset = chain.faces()[usize::from(face)].charset();
            let glyphs = &page.glyphs[start as usize..end as usize];
            let advance = |glyph: &letter::page::Glyph| {
                let entry = charset.entries[glyph.char_index as usize];
                let em = i32::from(charset.units_per_em);
                (i32::from(entry.advance) * 1000 + em / 2) / em + i32::from(glyph.extra)
            };
            let width: i32 = glyphs.iter().map(advance).sum();
            Some((x.0, x.0 + width * size.0 / 1000, y.0, size.0))
        }
        _ => None,
    });
    let runs = marks.zip(text_of(page, &chain));
    let below = Len::from_mm(297.0 - 100.0).0;
    runs.map(|((left, right, y, size), text)| Run { text, left, right, y, size })
        .filter(|run| run.y < below)
        .collect()
}

fn run<'r>(runs: &'r [Run], text: &str) -> &'r Run {
    runs.iter().find(|run| run.text == text).unwrap_or_else(|| panic!("{text} in {runs:?}"))
}

#[test]
fn each_part_of_a_name_has_its_own_reading_over_its_middle() {
    let runs = runs("{{ name | ruby(kana) }}様\n", "髙橋 花子", "タカハシ ハナコ");
    let base = run(&runs, "髙橋 花子様");
    let (family, given) = (run(&runs, "タカハシ"), run(&runs, "ハナコ"));
    assert_eq!((base.size, family.size, given.size), (950, 475, 475));
    // The em box of the reading stands on that of the name.
    assert!((family.y - (base.y + 950 * 88 / 100 + 475 * 12 / 100)).abs() <= 1, "{family:?}");
    // 髙橋 is two em wide, and so, almost, is its reading: its kana are proportional.
    assert!(((family.left + family.right) / 2 - base.left - 950).abs() <= 10, "{family:?}");
    assert!((1840..=1900).contains(&(family.right - family.left)), "{family:?}");
    // 花子 has room to spare: its reading stands in its middle.
    let middle = (given.left + given.right) / 2;
    let blank = base.right - base.left - 5 * 950;
    assert!((middle - (base.left + 1900 + blank + 950)).abs() <= 40, "{given:?} {base:?}");
}

#[test]
fn a_reading_wider_than_its_name_sets_it_apart_and_covers_no_neighbour() {
    let runs = runs("氏名{{ name | ruby(kana) }}様\n", "林", "コウノハヤシ");
    let reading = run(&runs, "コウノハヤシ");
    assert_eq!(reading.size, 475);
    let base = run(&runs, "氏名林様");
    // The name of one em takes as much as its reading, between three other characters.
    let wide = reading.right - reading.left;
    assert!(wide > 2 * 950, "{reading:?}");
    assert!((base.right - base.left - 3 * 950 - wide).abs() <= 20, "{base:?} {reading:?}");
    assert!((reading.left - (base.left + 2 * 950)).abs() <= 15, "{reading:?} {base:?}");
    assert!((reading.right - (base.right - 950)).abs() <= 15, "{reading:?} {base:?}");
}

#[test]
fn at_a_lines_ends_a_wide_reading_is_smaller_and_stays_within_the_line() {
    for body in ["{{ name | ruby(kana) }}様\n", "> 氏名{{ name | ruby(kana) }}\n"] {
        let runs = runs(body, "林", "コウノハヤシ");
        let (reading, base) = (run(&runs, "コウノハヤシ"), &runs[0]);
        assert!(reading.size < 475 && reading.size > 475 * 6 / 10, "{body}: {reading:?}");
        assert!(
            reading.left >= base.left - 1 && reading.right <= base.right + 1,
            "{body}: {runs:?}"
        );
    }
}

#[test]
fn kana_and_names_without_a_reading_have_none() {
    for (name, kana, expected) in [
        ("髙橋 花子", "", &["髙橋 花子様"][..]),
        ("髙橋 さくら", "タカハシ サクラ", &["髙橋 さくら様", "タカハシ"]),
        ("中村　花子", "ナカムラハナコ", &["中村　花子様", "ナカムラハナコ"]),
        ("中村花子", "ナカムラ　ハナコ", &["中村花子様", "ナカムラハナコ"]),
    ] {
        let found = runs("{{ name | ruby(kana) }}様\n", name, kana);
        let texts: Vec<&str> = found.iter().map(|run| run.text.as_str()).collect();
        assert_eq!(texts, expected, "{name} {kana}");
    }
    let addressee = runs("{{ addressee | ruby(kana) }}\n", "髙橋 花子", "タカハシ ハナコ");
    let texts: Vec<&str> = addressee.iter().map(|run| run.text.as_str()).collect();
    assert_eq!(texts, ["髙橋 花子\u{3000}様", "タカハシ", "ハナコ"]);
}

#[test]
fn an_addressees_second_line_has_no_reading() {
    let mut stock = Stock::read("water-bill");
    stock.body = "{{ addressee | ruby(kana) }}\n".to_owned();
    stock.schema.fields.push("name2".to_owned());
    let chain = chain();
    let template = stock.compile(&chain).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let mut letter = stock.sample.letters[0].clone();
    for (field, value) in [
        ("name", "葛\u{e0100}城商店"),
        ("name2", "総務部 山田太郎"),
        ("kana", "カツラギショウテン"),
    ] {
        letter.fields.insert(field.to_owned(), value.to_owned());
    }
    let mut scratch = Scratch::default();
    stock.typeset(&template, &mut scratch, &letter, Form::Print).expect("set");
    let page = &scratch.pages()[0];
    let at = |wanted: &str| {
        let texts = page.marks.iter().filter(|mark| matches!(mark, Mark::Text { .. }));
        let found = texts.zip(text_of(page, &chain)).filter(|(_, text)| text.contains(wanted));
        match found.last().expect("it is set").0 {
            Mark::Text { x, size, .. } => (x.0, size.0),
            _ => unreachable!("texts were chosen"),
        }
    };
    let (reading, base) = (at("カツラギショウテン"), at("総務部 山田太郎"));
    assert!(reading.0 - base.0 < base.1, "over 葛󠄀城商店 alone: {reading:?} {base:?}");
}

#[test]
fn a_name_is_not_parted_from_its_reading_at_a_lines_end() {
    for filler in 30..56 {
        let body = format!("{}{{{{ name | ruby(kana) }}}}様\n", "行".repeat(filler));
        let runs = runs(&body, "勅使河原", "テシガワラ");
        let reading = run(&runs, "テシガワラ");
        let base = runs.iter().filter(|run| run.text.contains('勅')).collect::<Vec<_>>();
        assert!(base.len() == 1 && base[0].text.contains("勅使河原"), "{filler}: {runs:?}");
        assert!(reading.right <= Len::from_mm(190.0).0 + 2, "{filler}: {reading:?}");
        assert!(reading.y > base[0].y && reading.y < base[0].y + 1600, "{filler}: {runs:?}");
    }
}

#[test]
fn the_first_line_of_an_area_leaves_room_for_its_readings() {
    let runs = runs("{{ name | ruby(kana) }}様\n", "髙橋 花子", "タカハシ ハナコ");
    let top = run(&runs, "タカハシ").y + 475 * 88 / 100;
    assert!(top <= Len::from_mm(297.0 - 104.0).0 + 2, "the flow begins 104 mm from the top: {top}");
}

#[test]
fn readings_without_room_are_faults() {
    for (from, to, words) in [
        ("{{ key }}　　", "{{ key | ruby(kana) }}", "too close for readings"),
        ("{{ key }}　　", "{{ key | ruby(kanji) }}", "field \"kanji\" is not known"),
        ("{{ key }}　　", "{{ key | ruby(pages) }}", "is no reading"),
        ("{{ key }}　　", "{{ key | ruby(kana) | ruby(name) }}", "two readings"),
    ] {
        let mut stock = Stock::read("water-bill");
        assert!(stock.body.contains(from));
        stock.body = stock.body.replacen(from, to, 1);
        let faults = stock.compile(&chain()).expect_err(to);
        assert!(faults.iter().any(|fault| fault.message.contains(words)), "{to}: {faults:#?}");
    }
    let mut stock = Stock::read("water-bill");
    stock.toml = stock.toml.replacen("\"{{ key }}\"", "\"{{ name | ruby(kana) }}\"", 1);
    let faults = stock.compile(&chain()).expect_err("in a cell");
    assert!(faults[0].message.contains("in a table, barcode"), "{faults:#?}");
}
