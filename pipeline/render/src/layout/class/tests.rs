//! Kinsoku as data, and the class table against the segmenter.

use super::*;
use crate::layout::shape::segmenter;

/// Returns the places of `text` where the class table lets a line break, as byte offsets.
fn breaks(text: &str) -> Vec<usize> {
    places(text, BREAK)
}

/// Returns the places of `text` where the class table says one of `kinds`, as byte offsets.
fn places(text: &str, kinds: u8) -> Vec<usize> {
    let places: Vec<(usize, char)> = text.char_indices().collect();
    let pairs = places.windows(2);
    pairs
        .filter(|pair| {
            let (first, second) = (Class::of(pair[0].1), Class::of(pair[1].1));
            between(first as u8, second as u8) & kinds != 0
        })
        .map(|pair| pair[1].0)
        .collect()
}

#[test]
fn no_line_starts_or_ends_against_kinsoku() {
    // facts: post_and_print §6.4, Word's Japanese default and the strict set.
    let never_start =
        "!%),.:;?]}¢°’”‰′″℃、。々〉》」』】〕゛゜ゝゞ・ヽヾ！％），．：；？］｝｡｣､･ﾞﾟ￠\
                       ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶー";
    for c in never_start.chars() {
        assert_eq!(breaks(&format!("漢{c}")), [], "{c} at a line's start");
    }
    for c in "$([{£¥‘“〈《「『【〔＄（［｛｢￡￥".chars() {
        assert_eq!(breaks(&format!("{c}漢")), [], "{c} at a line's end");
    }
}

#[test]
fn lines_break_where_japanese_breaks_them() {
    // A slash marks each place where a line may break, a bar where it may if it must.
    for marked in [
        "納/税/通/知/書",
        "「東/京」/の",
        "『東/京』/（都）/へ",
        "１期、/２期",
        "令和|8年|6月|30日/に",
        "令和|元年/度",
        "3丁目|2番|1号/の",
        "１－２－３号/室",
        "3億|4,500万円/を",
        "第/１２期",
        "毎/年|1月|1日",
        "合/計/1,234,567円/を",
        "Tokyo /City /税",
        "1-2-3",
        "かっ/た",
        "サー/ビ/ス",
        "…/そ/し/て",
        "税/率/1.4%/と",
    ] {
        let text = marked.replace(['/', '|'], "");
        let (mut expected, mut soft) = (Vec::new(), Vec::new());
        let mut at = 0;
        for c in marked.chars() {
            match c {
                '/' => expected.push(at),
                '|' => soft.push(at),
                _ => at += c.len_utf8(),
            }
        }
        assert_eq!(breaks(&text), expected, "{marked}");
        assert_eq!(places(&text, SOFT), soft, "{marked}");
    }
}

#[test]
fn no_break_is_laxer_than_the_segmenter_with_strict_rules() {
    let samples: Vec<char> = SAMPLES.chars().collect();
    let mut laxer = Vec::new();
    for &first in &samples {
        for &second in &samples {
            let text = format!("漢{first}{second}漢");
            let place = '漢'.len_utf8() + first.len_utf8();
            if places(&text, BREAK | SOFT).contains(&place) {
                let allowed = segmenter().segment_str(&text).any(|at| at == place);
                if !allowed {
                    laxer.push((first, second));
                }
            }
        }
    }
    assert_eq!(laxer, [], "the segmenter keeps these together");
}

#[test]
fn the_stock_texts_break_as_the_segmenter_says_or_stricter() {
    let mut count = 0;
    for text in STOCK_TEXTS {
        for line in text.lines().filter(|line| !line.contains('{')) {
            // What chooses the line's style is not printed.
            let line = line.trim_start_matches(['#', '!', '+', '>', '=', ' ']);
            let inside = |at: &usize| (1..line.len()).contains(at);
            let theirs: Vec<usize> = segmenter().segment_str(line).filter(inside).collect();
            let ours = breaks(line);
            for at in &ours {
                assert!(theirs.contains(at), "{} | {}", &line[..*at], &line[*at..]);
            }
            for at in theirs.iter().filter(|at| !ours.contains(at)) {
                let kept = is_number(line[..*at].chars().last(), line[*at..].chars().next());
                assert!(kept, "{} | {}", &line[..*at], &line[*at..]);
            }
            count += theirs.len();
        }
    }
    assert!(count > 500, "{count}");
}

/// Whether two neighbours belong to an amount, a date or a house number, or to a word that is as
/// short as 番号, 百万, 令和: what we keep together and the segmenter does not.
fn is_number(first: Option<char>, second: Option<char>) -> bool {
    let [first, second] = [first, second].map(|c| c.expect("inside a line"));
    let digit = |c: char| c.is_ascii_digit() || ('０'..='９').contains(&c);
    let word = ["令和", "平成", "昭和", "大正", "明治", "丁目", "番地", "番号", "元年", "万円"];
    let pair = format!("{first}{second}");
    let counted = "円銭千万億兆元丁番年月日時分秒号条項期階室棟街区回件通－";
    (digit(first) && counted.contains(second))
        || (digit(second) && (counted.contains(first) || "和成正治目地ー".contains(first)))
        || word.contains(&pair.as_str())
}

const STOCK_TEXTS: [&str; 3] = [
    include_str!("../../../../../templates/tax-notice/body.txt"),
    include_str!("../../../../../templates/annual-notice/body.txt"),
    include_str!("../../../../../templates/water-bill/body.txt"),
];

const SAMPLES: &str = "漢字あんいアンイっぁッーｱｰﾞ々ゝゞヽヾ〻゛゜「」『』（）()[]{}【】〈〉《》〔〕［］｛｝｢｣“”‘’、。，．､｡,.\
                       ・：；･:;！？!?…‥―—￥＄￡№＃¥$£#％‰℃\
                       ¢￠°′″%円銭万年月号元番目地令和昭成治－/0159０９ABzＡｚéλж-/‐‑–−\
                       _@&+=~^`|\\*<>'\"〜～〒※○△×①㈱Ⅷ→■ \u{3000}";
