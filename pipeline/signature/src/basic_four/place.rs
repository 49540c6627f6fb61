//! Addresses folded to be compared: numerals, the words of house numbers, 大字.

use super::fold::{self, Unit};

/// Folds an address.
///
/// 三丁目２番１号, 3丁目2-1 and ３－２－１ come to the same; 大字 and 字 fall away; spaces count
/// only between digits. Both sides are folded alike, so a numeral within a name (三田, 四日市) does
/// no harm.
pub fn fold(text: &str, marks: &[bool]) -> Vec<Unit> {
    let mut units = fold::units(text, marks);
    for unit in &mut units {
        unit.folded = small_kana(unit.folded);
    }
    let units = arabic(&units);
    let units = parted_by_hyphens(&units);
    without_aza(units)
}

/// Takes the prefecture off the side that names it if the other does not; true if it was so.
pub fn equalise_prefecture(a: &mut Vec<Unit>, b: &mut Vec<Unit>) -> bool {
    match (prefecture_len(a), prefecture_len(b)) {
        (Some(len), None) => a.drain(..len).next().is_some(),
        (None, Some(len)) => b.drain(..len).next().is_some(),
        _ => false,
    }
}

fn prefecture_len(units: &[Unit]) -> Option<usize> {
    let head: String = units.iter().take(4).map(|unit| unit.written).collect();
    let name = PREFECTURES.iter().find(|name| head.starts_with(**name))?;
    Some(name.chars().count())
}

/// 霞ヶ関, 霞ケ関 and 霞が関 are one place; a prolonged sound after a digit is a hyphen.
fn small_kana(c: char) -> char {
    match c {
        'ヶ' | 'が' | 'ガ' | 'ｹ' => 'ケ',
        'ヵ' => 'カ',
        'ノ' => 'の',
        'ッ' => 'ツ',
        _ => c,
    }
}

/// Turns a run of kanji numerals before a counting word (or between such) into digits.
fn arabic(units: &[Unit]) -> Vec<Unit> {
    let mut written = Vec::with_capacity(units.len());
    let mut at = 0;
    while at < units.len() {
        let run = units[at..].iter().take_while(|unit| numeral(unit.folded).is_some()).count();
        if run == 0 {
            let mut unit = units[at];
            let after_digit = written.last().is_some_and(is_digit);
            if unit.folded == 'ー' && after_digit {
                unit.folded = '-';
            }
            written.push(unit);
            at += 1;
            continue;
        }
        let run_units = &units[at..at + run];
        match value(run_units) {
            Some(value) if counts(run_units, units.get(at + run), &written) => {
                let masked = run_units.iter().any(|unit| unit.masked);
                let digits = value.to_string();
                written.extend(digits.chars().map(|folded| Unit { folded, masked, ..units[at] }));
            }
            _ => written.extend_from_slice(run_units),
        }
        at += run;
    }
    written
}

/// Whether a run of numerals is a count: a counting word or a hyphen follows, or it ends a chain.
fn counts(run: &[Unit], next: Option<&Unit>, before: &[Unit]) -> bool {
    let in_kanji = run.iter().any(|unit| !unit.folded.is_ascii_digit());
    let follows = next.is_some_and(|unit| "丁番号条線区-の階室".contains(unit.folded));
    let chained = match before {
        [.., counted, no] if no.folded == 'の' => {
            is_digit(counted) || "目地番".contains(counted.folded)
        }
        [.., last] => "-目地番".contains(last.folded),
        [] => false,
    };
    in_kanji && (follows || chained)
}

fn numeral(c: char) -> Option<u32> {
    "〇一二三四五六七八九".chars().position(|n| n == c).map(|n| n as u32).or(match c {
        '零' => Some(0),
        '十' => Some(10),
        '百' => Some(100),
        '千' => Some(1000),
        _ => None,
    })
}

/// Reads 二十三, 一〇五 and 百二; `None` beyond six digits.
fn value(run: &[Unit]) -> Option<u32> {
    let numbers = run.iter().filter_map(|unit| numeral(unit.folded));
    let positional = run.iter().all(|unit| numeral(unit.folded).is_some_and(|n| n < 10));
    if positional {
        return (run.len() <= 6).then(|| numbers.fold(0, |sum, n| sum * 10 + n));
    }
    let (mut sum, mut digit) = (0u32, 0u32);
    for number in numbers {
        if number < 10 {
            digit = digit.checked_mul(10)?.checked_add(number).filter(|d| *d < 100_000)?;
        } else {
            sum = sum.checked_add(digit.max(1).checked_mul(number)?)?;
            digit = 0;
        }
    }
    sum.checked_add(digit).filter(|sum| *sum < 1_000_000)
}

/// Writes 丁目, 番地, 番, 号 and の after a digit as a hyphen where a digit follows, else not at all;
/// likewise a space.
fn parted_by_hyphens(units: &[Unit]) -> Vec<Unit> {
    let mut parted: Vec<Unit> = Vec::with_capacity(units.len());
    let mut at = 0;
    while at < units.len() {
        let unit = units[at];
        let after_digit = parted.last().is_some_and(is_digit);
        let len = separator_len(&units[at..], after_digit);
        if len == 0 {
            parted.push(unit);
            at += 1;
            continue;
        }
        at += len;
        // Several in a row, 番地の and a space, part only once.
        while at < units.len() {
            match separator_len(&units[at..], after_digit) {
                0 => break,
                len => at += len,
            }
        }
        if after_digit && units.get(at).is_some_and(is_digit) {
            parted.push(Unit { folded: '-', ..unit });
        }
    }
    parted
}

fn separator_len(units: &[Unit], after_digit: bool) -> usize {
    let is = |word: &str| {
        let mut chars = word.chars();
        let same = chars.by_ref().zip(units).all(|(c, unit)| c == unit.folded);
        same && units.len() >= word.chars().count()
    };
    if units.first().is_some_and(|unit| unit.folded == ' ') {
        return 1;
    }
    let found = after_digit.then(|| SEPARATORS.iter().find(|word| is(word))).flatten();
    match found {
        // 3の丸 is a name, 3の2 a number: の parts digits only.
        Some(&"の") if !units.get(1).is_some_and(is_digit) => 0,
        Some(word) => word.chars().count(),
        None => 0,
    }
}

fn is_digit(unit: &Unit) -> bool {
    unit.folded.is_ascii_digit()
}

/// Takes out 大字, and 字 after a town area (文字 as part of a name stays).
fn without_aza(units: Vec<Unit>) -> Vec<Unit> {
    let mut kept: Vec<Unit> = Vec::with_capacity(units.len());
    let mut at = 0;
    while at < units.len() {
        let next = units.get(at + 1).map(|unit| unit.folded);
        let before = kept.last().map(|unit| unit.folded);
        match units[at].folded {
            '大' if next == Some('字') => at += 2,
            '字' if before.is_some_and(|c| c != '文') => at += 1,
            _ => {
                kept.push(units[at]);
                at += 1;
            }
        }
    }
    kept
}

/// Longest first.
const SEPARATORS: [&str; 12] =
    ["番地の", "丁目", "番地", "号室", "番の", "丁", "番", "号", "室", "の", "-", "－"];

const PREFECTURES: [&str; 47] = [
    "北海道",
    "青森県",
    "岩手県",
    "宮城県",
    "秋田県",
    "山形県",
    "福島県",
    "茨城県",
    "栃木県",
    "群馬県",
    "埼玉県",
    "千葉県",
    "東京都",
    "神奈川県",
    "新潟県",
    "富山県",
    "石川県",
    "福井県",
    "山梨県",
    "長野県",
    "岐阜県",
    "静岡県",
    "愛知県",
    "三重県",
    "滋賀県",
    "京都府",
    "大阪府",
    "兵庫県",
    "奈良県",
    "和歌山県",
    "鳥取県",
    "島根県",
    "岡山県",
    "広島県",
    "山口県",
    "徳島県",
    "香川県",
    "愛媛県",
    "高知県",
    "福岡県",
    "佐賀県",
    "長崎県",
    "熊本県",
    "大分県",
    "宮崎県",
    "鹿児島県",
    "沖縄県",
];
