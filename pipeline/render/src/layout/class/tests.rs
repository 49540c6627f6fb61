//! Kinsoku as data, and the class table against the segmenter.

use super::*;
use crate::layout::shape::segmenter;

/// Returns the places of `text` where the class table lets a line break, as byte offsets.
fn breaks(text: &str) -> Vec<usize> {
    let places: Vec<(usize, char)> = text.char_indices().collect();
    let pairs = places.windows(2);
    pairs
        .filter(|pair| {
            let (first, second) = (Class::of(pair[0].1), Class::of(pair[1].1));
            between(first as u8, second as u8) & BREAK != 0
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
    // A slash marks each place where a line may break.
    for marked in [
        "納/税/通/知/書",
        "「東/京」/の",
        "１/期、/２/期",
        "令/和/8/年/6/月/30/日",
        "合/計/1,234,567円/を",
        "Tokyo /City /税",
        "1-2-3",
        "かっ/た",
        "サー/ビ/ス",
        "…/そ/し/て",
        "税/率/1.4%/と",
        "第/１２/期",
    ] {
        let text = marked.replace('/', "");
        let mut expected = Vec::new();
        let mut at = 0;
        for c in marked.chars() {
            if c == '/' {
                expected.push(at);
            } else {
                at += c.len_utf8();
            }
        }
        assert_eq!(breaks(&text), expected, "{marked}");
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
            if breaks(&text).contains(&place) {
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
    let mut places = 0;
    let mut stricter = 0;
    for text in STOCK_TEXTS {
        for line in text.lines().filter(|line| !line.contains('{')) {
            let inside = |at: &usize| (1..line.len()).contains(at);
            let theirs: Vec<usize> = segmenter().segment_str(line).filter(inside).collect();
            let ours = breaks(line);
            for at in &ours {
                assert!(theirs.contains(at), "{} | {}", &line[..*at], &line[*at..]);
            }
            places += theirs.len();
            stricter += theirs.len() - ours.len();
        }
    }
    // Stricter are amounts with 円.
    assert!(places > 500 && stricter * 100 < places, "{stricter} of {places}");
}

const STOCK_TEXTS: [&str; 3] = [
    include_str!("../../../../../templates/tax-notice/body.txt"),
    include_str!("../../../../../templates/annual-notice/body.txt"),
    include_str!("../../../../../templates/water-bill/body.txt"),
];

const SAMPLES: &str = "漢字あんいアンイっぁッーｱｰﾞ々ゝゞヽヾ〻゛゜「」『』（）()[]{}【】〈〉《》〔〕［］｛｝｢｣“”‘’、。，．､｡,.\
                       ・：；･:;！？!?…‥―—￥＄￡№＃¥$£#％‰℃\
                       ¢￠°′″%円銭0159０９ABzＡｚéλж-/‐‑–−\
                       _@&+=~^`|\\*<>'\"〜～〒※○△×①㈱Ⅷ→■ \u{3000}";
