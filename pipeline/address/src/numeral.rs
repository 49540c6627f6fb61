//! 漢数字 (kansūji): numbers written in kanji.

/// Every character that may stand in a kanji numeral; 〇 to 九 at their value.
pub(crate) const ALL: [char; 14] =
    ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九', '十', '百', '千', '万'];

/// The old form of 万.
pub(crate) const OLD_MAN: char = '萬';

/// Returns the value of a kanji digit, 〇 to 九.
pub(crate) fn digit(c: char) -> Option<u64> {
    let value = match c {
        '〇' => 0,
        '一' => 1,
        '二' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    };
    Some(value)
}

/// Returns the value of 十, 百, 千 or 万.
pub(crate) fn unit(c: char) -> Option<u64> {
    let value = match c {
        '十' => 10,
        '百' => 100,
        '千' => 1_000,
        '万' | OLD_MAN => 10_000,
        _ => return None,
    };
    Some(value)
}

/// Returns the value of a run of kanji numerals: 二十一 is 21, 百一 101, and 一二 without units 12.
///
/// Saturates; characters that are no numerals count as nothing.
pub(crate) fn value(run: impl Iterator<Item = char>) -> u64 {
    let (mut above_man, mut total, mut pending) = (0u64, 0u64, None::<u64>);
    for c in run {
        if let Some(digit) = digit(c) {
            pending = Some(pending.unwrap_or(0).saturating_mul(10).saturating_add(digit));
            continue;
        }
        match unit(c) {
            Some(10_000) => {
                let below = total.saturating_add(pending.take().unwrap_or(0)).max(1);
                above_man = above_man.saturating_add(below.saturating_mul(10_000));
                total = 0;
            }
            Some(unit) => {
                let times = pending.take().unwrap_or(1);
                total = total.saturating_add(times.saturating_mul(unit));
            }
            None => {}
        }
    }
    above_man.saturating_add(total).saturating_add(pending.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn numbers_with_units_and_without_have_their_value() {
        for (text, expected) in [
            ("一", 1),
            ("十", 10),
            ("十一", 11),
            ("二十", 20),
            ("二十一", 21),
            ("百一", 101),
            ("千二百三", 1_203),
            ("一万二千", 12_000),
            ("万", 10_000),
            ("一二", 12),
            ("一〇五", 105),
        ] {
            assert_eq!(value(text.chars()), expected, "{text}");
        }
    }
}
