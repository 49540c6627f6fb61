//! Lines broken, opened, closed up and set in columns.

use letter::page::{Mark, Page};

use super::*;
use crate::layout::paint::{paint, paint_line, Pen, Tabular};
use crate::layout::shape::join;

/// Sorts of a face whose full-width characters are one em and whose half-width ones half of it.
fn sorts(text: &str) -> Vec<Sort> {
    let sort = |c: char| {
        let half = c.is_ascii() || ('ｦ'..='ﾟ').contains(&c);
        let advance = if half { 500 } else { 1000 };
        Sort::new(advance, c as u32 & 0xffff, 0, Class::of(c))
    };
    let mut sorts: Vec<Sort> = text.chars().map(sort).collect();
    join(&mut sorts, 0);
    sorts
}

const LEAST: Rule = Rule { fill: Fill::Least, hanging: false, last_line: 0 };
const IN: Rule = Rule { fill: Fill::In, hanging: false, last_line: 0 };
const OUT: Rule = Rule { fill: Fill::Out, hanging: false, last_line: 0 };
const HANGING: Rule = Rule { fill: Fill::Out, hanging: true, last_line: 0 };

fn lines(text: &str, measure: i32) -> Vec<String> {
    lines_by(LEAST, text, measure)
}

fn lines_by(rule: Rule, text: &str, measure: i32) -> Vec<String> {
    let (all, sorts) = (text.chars().collect::<Vec<_>>(), sorts(text));
    let mut along = Vec::new();
    let galley = Galley::lay(&sorts, 0, &mut along);
    let mut lines = Vec::new();
    let mut start = 0;
    while start < sorts.len() {
        let line = galley.next_line(start, measure, rule);
        assert!(line.next > start, "a line takes something");
        lines.push(all[line.start..line.end].iter().collect());
        start = line.next;
    }
    lines
}

/// The width of a painted line: its right end must stand where the measure ends.
fn painted(text: &str, measure: i32) -> (i32, Vec<i16>) {
    painted_by(LEAST, text, measure, 0)
}

fn painted_by(rule: Rule, text: &str, measure: i32, gap: i32) -> (i32, Vec<i16>) {
    let sorts = sorts(text);
    let mut along = Vec::new();
    let galley = Galley::lay(&sorts, gap, &mut along);
    let line = galley.next_line(0, measure, rule);
    let mut page = Page::default();
    paint_line(&mut page, &galley, line, Some(measure), Pen { x: 0, y: 0, size: 1000, gap });
    let extras: Vec<i16> = page.glyphs.iter().map(|glyph| glyph.extra).collect();
    let inner = line.end - usize::from(line.hangs);
    let advances = sorts[line.start..inner].iter().map(|sort| i32::from(sort.advance));
    let width: i32 =
        advances.zip(&extras).map(|(advance, &extra)| advance + i32::from(extra)).sum();
    (width - tail_trim(&sorts[inner - 1]), extras)
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
        (
            "申請を受け付ける期限は6月30日まで",
            13_000,
            vec!["申請を受け付ける期限は", "6月30日まで"],
        ),
        ("申請を受け付ける場所は3丁目2番", 13_000, vec!["申請を受け付ける場所は", "3丁目2番"]),
        ("窓口の番地は１－２－３です", 9000, vec!["窓口の番地は", "１－２－３です"]),
        // A date is parted rather than leave more than a sixth of the line blank.
        ("納期限は令和8年12月30日", 8500, vec!["納期限は令和8年", "12月30日"]),
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
    for (text, expected) in [
        ("税」。", 2500),
        ("税」「金", 3500),
        ("「「税", 2500),
        ("税、金", 3000),
        ("税。」", 2500),
        ("」・「", 2000),
    ] {
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
    for sort in narrow.iter_mut().filter(|sort| sort.char_index() == u32::from(b'1')) {
        sort.advance = 400;
    }
    let (mut extras, mut page) = (Vec::new(), Page::default());
    let wide = Tabular::lay(&sorts("8,888"), 500, 0, &mut extras).width;
    let tabular = Tabular::lay(&narrow, 500, 0, &mut extras);
    assert_eq!(tabular.width, wide);
    tabular.paint(&mut page, Pen { x: 0, y: 0, size: 1000, gap: 0 });
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
    let mut page = Page::default();
    paint(&mut page, &mixed, Pen { x: 200, y: 50, size: 1000, gap: 0 });
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
    let mut along = Vec::new();
    let galley = Galley::lay(&sorts, 0, &mut along);
    let mut page = Page::default();
    let pen = Pen { x: 0, y: 0, size: 1000, gap: 0 };
    paint_line(&mut page, &galley, Line::whole(&sorts, 1500), Some(9000), pen);
    assert_eq!(page.glyphs[0].extra, 0);
}

#[test]
fn a_template_says_what_happens_where_a_line_may_not_break() {
    // A line of 7.4 em: 、 can give half an em, and が would stand alone beyond the measure.
    let text = "税は、納期限に、支払う";
    for (rule, expected) in
        [(LEAST, "税は、納期限に、"), (IN, "税は、納期限に、"), (OUT, "税は、納期限")]
    {
        assert_eq!(lines_by(rule, text, 7000)[0], expected, "{rule:?}");
    }
    // Far too long to close up: the same whatever is asked for.
    for rule in [LEAST, IN, OUT] {
        assert_eq!(lines_by(rule, "申請書を出してください", 5000)[0], "申請書を出", "{rule:?}");
    }
    // 追い込み moves more here, and is taken only where it is asked for.
    let text = "「税」、「金」の額を定める";
    assert_eq!(lines_by(LEAST, text, 6600)[0], lines_by(OUT, text, 6600)[0]);
    assert!(lines_by(IN, text, 6600)[0].chars().count() > 8, "{:?}", lines_by(IN, text, 6600));
}

#[test]
fn a_last_line_is_not_left_with_one_character() {
    let rule = Rule { last_line: 2000, ..LEAST };
    let text = "お早めに窓口までご相談ください。";
    let measure = 14_000;
    assert_eq!(lines(text, measure), ["お早めに窓口までご相談くださ", "い。"]);
    assert_eq!(lines_by(rule, text, measure), ["お早めに窓口までご相談くだ", "さい。"]);
    // A line that would get too short keeps what it has.
    assert_eq!(lines_by(rule, "1234567890い。", 5000), lines("1234567890い。", 5000));
    assert_eq!(lines_by(rule, "窓口まで。", 20_000), ["窓口まで。"]);
}

#[test]
fn a_stop_hangs_only_where_it_does_not_fit() {
    assert_eq!(lines_by(HANGING, "納税通知。書", 4000), ["納税通知。", "書"]);
    assert_eq!(lines_by(HANGING, "納税通知、書", 4300), ["納税通知、", "書"]);
    assert_eq!(lines_by(OUT, "納税通知、書", 4300), ["納税通", "知、書"]);
    // It fits half-width: it stands within the line.
    let sorts = sorts("納税通知。書");
    let mut along = Vec::new();
    let galley = Galley::lay(&sorts, 0, &mut along);
    assert!(!galley.next_line(0, 4500, HANGING).hangs);
    assert!(galley.next_line(0, 4499, HANGING).hangs);
    // No stop hangs away from what must follow it.
    assert_eq!(lines_by(HANGING, "納税通知。」書", 4000)[0], "納税通");
}

#[test]
fn before_a_hanging_stop_the_line_ends_exactly_at_its_measure() {
    let (width, extras) = painted_by(HANGING, "納税通知。書", 4200, 0);
    assert_eq!(width, 4200);
    assert_eq!(extras, [68, 66, 66, 0, 0], "nothing opens before the stop");
}

#[test]
fn a_line_opens_blanks_between_words_first_then_gaps_then_all_places() {
    // 500 for the blank, which is its most already; then the two gaps double; then all places.
    let text = "税8AB CD税は税税税税";
    let place = |at: usize, slack: i32| {
        let natural = width(&sorts("税8AB CD税は税税"), 100);
        painted_by(OUT, text, natural + slack, 100).1[at]
    };
    assert_eq!([0, 6, 7].map(|at| place(at, 60)), [130, 130, 0], "the gaps take it");
    assert_eq!([0, 6, 7].map(|at| place(at, 200)), [200, 200, 0], "up to double");
    assert_eq!(
        [0, 4, 6, 7].map(|at| place(at, 270)),
        [215, 11, 211, 11],
        "then each of the six places"
    );
    let mut narrow = sorts("AB CD税税税");
    narrow[2].advance = 300;
    let mut along = Vec::new();
    let galley = Galley::lay(&narrow, 0, &mut along);
    let line = galley.next_line(0, 5500, OUT);
    let mut page = Page::default();
    let pen = Pen { x: 0, y: 0, size: 1000, gap: 0 };
    paint_line(&mut page, &galley, line, Some(line.natural + 150), pen);
    let extras: Vec<i16> = page.glyphs.iter().map(|glyph| glyph.extra).collect();
    assert_eq!(extras[2], 150, "a blank between words opens to half an em: {extras:?}");
    assert_eq!(extras.iter().sum::<i16>(), 150);
}

#[test]
fn a_line_closes_up_in_order() {
    // JLREQ: first the middle dot's quarters, then commas and brackets; a full stop keeps its own.
    let galley_give = |text: &str, at: usize| {
        let sorts = sorts(text);
        let mut along = Vec::new();
        let galley = Galley::lay(&sorts, 100, &mut along);
        galley.give(at).in_order()
    };
    assert_eq!(galley_give("税・金", 0), [0, 250, 0, 0]);
    assert_eq!(galley_give("税、金", 1), [0, 0, 500, 0]);
    assert_eq!(galley_give("税。金", 1), [0, 0, 0, 0]);
    assert_eq!(galley_give("税「金", 0), [0, 0, 500, 0]);
    assert_eq!(galley_give("税8", 0), [0, 0, 0, 50]);
    assert_eq!(galley_give("A B", 1), [250, 0, 0, 0]);
    // 400 too much: the dot gives it alone, and beyond its 500 the comma the rest.
    let (width, extras) = painted_by(IN, "税・金、税の額を。年", 8100, 0);
    assert_eq!((width, &extras[..4]), (8100, &[-200, -200, 0, 0][..]));
    let (width, extras) = painted_by(IN, "税・金、税の額を。年", 7900, 0);
    assert_eq!((width, &extras[..4]), (7900, &[-250, -250, 0, -100][..]));
}

#[test]
fn every_line_of_every_measure_is_filled_or_short_for_a_reason() {
    let text = "「固定資産税・都市計画税」は、令和8年6月30日（火）までに、1,234,567円をABC Bankの\
                窓口（１－２－３）で納めてください。サービスの詳細は、３丁目の案内をご覧ください。";
    for measure in (3000..30_000).step_by(61) {
        for rule in [LEAST, IN, OUT, HANGING] {
            let sorts = sorts(text);
            let mut along = Vec::new();
            let galley = Galley::lay(&sorts, 80, &mut along);
            let (mut start, mut taken) = (0, 0);
            while start < sorts.len() {
                let line = galley.next_line(start, measure, rule);
                assert!(line.start == start && line.next > start && line.end <= line.next);
                let mut page = Page::default();
                let pen = Pen { x: 0, y: 0, size: 1000, gap: 80 };
                let ends = line.next == sorts.len();
                let fill = (!ends || line.natural > measure).then_some(measure);
                paint_line(&mut page, &galley, line, fill, pen);
                let inner = line.end - start - usize::from(line.hangs);
                let advances = sorts[start..].iter().map(|sort| i32::from(sort.advance));
                let glyphs = page.glyphs[..inner].iter().map(|glyph| i32::from(glyph.extra));
                let width: i32 = advances.zip(glyphs).map(|(a, e)| a + e).sum();
                let width = width
                    - head_trim(&sorts[start])
                    - tail_trim(&sorts[start + inner - 1])
                    - if line.hangs { i32::from(page.glyphs[inner - 1].extra) } else { 0 };
                let cut = line.end - start == 1;
                assert!(width <= measure || cut, "{rule:?} {measure}: {width} at {start}");
                taken += line.next - start;
                start = line.next;
            }
            assert_eq!(taken, sorts.len());
        }
    }
}
