//! Lines broken, opened, closed up and set in columns.

use super::*;
use crate::layout::shape::join;

/// Sorts of a face whose full-width characters are one em and whose half-width ones half of it.
fn sorts(text: &str) -> Vec<Sort> {
    let sort = |c: char| {
        let half = c.is_ascii() || ('ｦ'..='ﾟ').contains(&c);
        let advance = if half { 500 } else { 1000 };
        let (char_index, class) = (c as u32, Class::of(c) as u8);
        Sort { advance, char_index, face: 0, class, bound: false, after: 0 }
    };
    let mut sorts: Vec<Sort> = text.chars().map(sort).collect();
    join(&mut sorts, 0);
    sorts
}

fn lines(text: &str, measure: i32) -> Vec<String> {
    let (all, sorts) = (text.chars().collect::<Vec<_>>(), sorts(text));
    let mut lines = Vec::new();
    let mut start = 0;
    while start < sorts.len() {
        let line = next_line(&sorts, start, measure, 0);
        assert!(line.next > start, "a line takes something");
        lines.push(all[line.start..line.end].iter().collect());
        start = line.next;
    }
    lines
}

/// The width of a painted line: its right end must stand where the measure ends.
fn painted(text: &str, measure: i32) -> (i32, Vec<i16>) {
    let sorts = sorts(text);
    let line = next_line(&sorts, 0, measure, 0);
    let mut page = Page::default();
    paint(&mut page, &sorts, line, Some(measure), Pen { x: 0, y: 0, size: 1000, gap: 0 });
    let extras: Vec<i16> = page.glyphs.iter().map(|glyph| glyph.extra).collect();
    let advances = sorts[line.start..line.end].iter().map(|sort| i32::from(sort.advance));
    let width: i32 =
        advances.zip(&extras).map(|(advance, &extra)| advance + i32::from(extra)).sum();
    (width - tail_trim(&sorts[line.end - 1]), extras)
}

#[test]
fn lines_break_by_kinsoku() {
    for (text, measure, expected) in [
        ("納税通知書です", 3000, vec!["納税通", "知書で", "す"]),
        // 追い出し: 。 may not start a line, so its character goes with it.
        ("納税通知書。次", 5000, vec!["納税通知", "書。次"]),
        // 行末約物: the stop's trailing blank does not count at the line's end.
        ("納税通知書。次", 5500, vec!["納税通知書。", "次"]),
        // 追い込み: 」 gives up its blank so that は fits.
        ("申立て「不服」は", 4000, vec!["申立て", "「不服」は"]),
        ("申立て「不服」は", 3900, vec!["申立て", "「不服」", "は"]),
        ("総額1,234,567円です", 6000, vec!["総額", "1,234,567円", "です"]),
        ("税 課", 1000, vec!["税", "課"]),
        ("東京\u{3000}都", 2000, vec!["東京", "都"]),
        ("ABCDEFGH漢", 2000, vec!["ABCD", "EFGH", "漢"]),
    ] {
        assert_eq!(lines(text, measure), expected, "{text} in {measure}");
    }
}

#[test]
fn a_line_is_closed_up_when_that_moves_less() {
    // Seven characters of which 、 can give half an em: 追い込み fits the eighth.
    assert_eq!(lines("税は、納期限に支払う", 7600)[0], "税は、納期限に支");
    let (width, extras) = painted("税は、納期限に支払う", 7600);
    assert_eq!(width, 7600);
    assert_eq!(extras.iter().map(|&extra| i32::from(extra)).sum::<i32>(), -400);
    assert_eq!(extras[2], -400, "only the stop gives");
}

#[test]
fn a_justified_line_ends_exactly_at_its_measure() {
    for (text, measure) in [
        ("固定資産税の評価額について", 5300),
        ("総務大臣が定める「固定資産」です", 8777),
        ("令和8年度の税額は1,234円です", 9001),
        ("「「税」、「金」」を納めます", 6123),
    ] {
        let (width, extras) = painted(text, measure);
        assert_eq!(width - head_extra(text), measure, "{text}: {extras:?}");
    }
}

/// An opening bracket at the line's start gives up its blank by standing further left.
fn head_extra(text: &str) -> i32 {
    head_trim(&sorts(text)[0])
}

#[test]
fn an_opened_line_shares_one_spacing() {
    let (_, extras) = painted("固定資産税の評価額について", 5300);
    // The remainder goes to the first place.
    assert_eq!(extras, [75, 75, 75, 75, 0]);
    let (_, extras) = painted("固定資産税の評価額について", 5301);
    assert_eq!(extras, [76, 75, 75, 75, 0]);
}

#[test]
fn neighbouring_brackets_and_stops_share_one_blank() {
    for (text, expected) in
        [("税」。", 2500), ("税」「金", 3500), ("「「税", 2500), ("税、金", 3000), ("税。」", 2500)]
    {
        let width = width(&sorts(text), 0);
        assert_eq!(width, expected, "{text}");
    }
}

#[test]
fn a_gap_stands_between_japanese_and_digits_and_nowhere_else() {
    let with_gap = |text| width(&sorts(text), 100) - width(&sorts(text), 0);
    for (text, gaps) in
        [("令和8年", 2), ("A棟", 1), ("「8」", 0), ("8、9", 0), ("税 8", 0), ("サー8", 1)]
    {
        assert_eq!(with_gap(text), gaps * 100, "{text}");
    }
}

#[test]
fn digits_of_a_column_stand_under_each_other() {
    let mut narrow = sorts("1,118");
    for sort in narrow.iter_mut().filter(|sort| sort.char_index == u32::from(b'1')) {
        sort.advance = 400;
    }
    assert_eq!(tabular_width(&narrow, 500, 0), tabular_width(&sorts("8,888"), 500, 0));
    let mut page = Page::default();
    paint_tabular(&mut page, &narrow, 500, Pen { x: 0, y: 0, size: 1000, gap: 0 });
    let Mark::Text { x, .. } = page.marks[0] else { panic!("a run of text") };
    // The middle of each digit stands in the middle of its half em.
    let mut along = x.0;
    for (glyph, sort) in page.glyphs.iter().zip(&narrow) {
        let middle = along + i32::from(sort.advance) / 2;
        assert_eq!(middle % 500, 250);
        along += i32::from(sort.advance) + i32::from(glyph.extra);
    }
}

#[test]
fn a_change_of_face_starts_a_run_at_its_place() {
    let mut mixed = sorts("𠮷田様");
    mixed[0].face = 3;
    let line = Line { start: 0, end: 3, next: 3, natural: 3000 };
    let mut page = Page::default();
    paint(&mut page, &mixed, line, None, Pen { x: 200, y: 50, size: 1000, gap: 0 });
    let runs: Vec<(u8, i32, u32)> = page
        .marks
        .iter()
        .map(|mark| match mark {
            Mark::Text { face, x, end, .. } => (*face, x.0, *end),
            other => panic!("a run of text, not {other:?}"),
        })
        .collect();
    assert_eq!(runs, [(3, 200, 1), (0, 1200, 3)]);
}

#[test]
fn a_line_too_loose_stays_short() {
    let sorts = sorts("漢A");
    let line = Line { start: 0, end: 2, next: 2, natural: 1500 };
    let mut page = Page::default();
    paint(&mut page, &sorts, line, Some(9000), Pen { x: 0, y: 0, size: 1000, gap: 0 });
    assert_eq!(page.glyphs[0].extra, 0);
}
