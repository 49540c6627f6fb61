//! Addresses broken into lines.

use super::*;
use crate::layout::class::Class;
use crate::layout::shape::join;

fn broken(text: &str, measure: i32, max: usize) -> Option<Vec<String>> {
    let chars: Vec<char> = text.chars().collect();
    let sort = |&c: &char| {
        let advance = if c.is_ascii() { 500 } else { 1000 };
        Sort::new(advance, 0, 0, Class::of(c))
    };
    let mut sorts: Vec<Sort> = chars.iter().map(sort).collect();
    join(&mut sorts, 0);
    let (mut units, mut lines) = (Vec::new(), Vec::new());
    read_units(text, &mut units);
    break_lines(&sorts, &units, measure, max, &mut lines)?;
    Some(lines.iter().map(|line| chars[line.start..line.end].iter().collect()).collect())
}

#[test]
fn addresses_break_before_the_building_and_never_inside_a_number() {
    for (text, measure, expected) in [
        // At the blank before the building.
        (
            "東京都千代田区霞が関1丁目3番2号 郵便プラザ503室",
            18_000,
            vec!["東京都千代田区霞が関1丁目3番2号", "郵便プラザ503室"],
        ),
        // After the number where no blank stands.
        (
            "千葉市稲毛区緑町3丁目30-8郵便ビル403号",
            15_000,
            vec!["千葉市稲毛区緑町3丁目30-8", "郵便ビル403号"],
        ),
        // Not inside 1-2-3, nor between a number and its 丁目.
        ("東京都台東区台東5-6-3", 9_000, vec!["東京都台東区台東", "5-6-3"]),
        ("青梅市河辺町十一丁目六番地一号", 9_000, vec!["青梅市河辺町", "十一丁目六番地一号"]),
        // 三番町 and 六本木 are names, not numbers.
        ("東京都港区六本木", 6_000, vec!["東京都港区", "六本木"]),
        // Not inside a run of katakana.
        ("星見ヶ丘グリーンヒルズ", 8_000, vec!["星見ヶ丘", "グリーンヒルズ"]),
        ("東京都港区", 9_000, vec!["東京都港区"]),
    ] {
        assert_eq!(
            broken(text, measure, 3),
            Some(expected.iter().map(|&line| line.into()).collect())
        );
    }
}

#[test]
fn an_address_that_needs_more_lines_is_refused() {
    assert_eq!(broken("東京都千代田区霞が関", 3_000, 3), None);
    assert_eq!(broken("1-2-3-4-5-6-7-8-9", 3_000, 9), None, "a number is not cut");
    assert_eq!(broken("", 3_000, 1), Some(Vec::new()));
}
