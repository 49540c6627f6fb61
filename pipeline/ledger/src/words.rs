//! What each fault's code and each end is called in Japanese and English, without any values.

/// Code, Japanese, English: the titles under which faults are counted.
const FAULTS: &[(&str, &str, &str)] = &[
    ("undecodable-bytes", "文字コードとして読めない", "bytes are not text"),
    ("column-count", "列数の不一致", "wrong number of columns"),
    ("broken-quote", "引用符の閉じ忘れ", "quote not closed"),
    ("row-length", "レコード長の不一致", "wrong row length"),
    ("row-too-long", "行が長すぎる", "row too long"),
    ("missing-field", "必須項目が空", "required field empty"),
    ("field-too-long", "文字数超過", "field too long"),
    ("control-character", "制御文字の混入", "control character"),
    ("bad-date", "日付が読めない", "date not readable"),
    ("bad-number", "数値が読めない", "number not readable"),
    ("duplicate-key", "レコード番号の重複", "record key repeated"),
    ("not-set-aside", "返却分にない再送行", "mended row was not sent back"),
    ("orphan-line", "宛先のない明細行", "table row without recipient"),
    ("unknown-gaiji", "外字表にない外字", "gaiji not in the table"),
    ("bad-postal-code", "郵便番号が7桁でない", "postal code not seven digits"),
    ("unknown-postal-code", "存在しない郵便番号", "postal code not in the dictionary"),
    ("address-mismatch", "郵便番号と住所の不一致", "postal code and address disagree"),
    ("missing-glyph", "印字できない文字", "character without a glyph"),
    ("does-not-fit", "枠に収まらない", "text does not fit"),
    ("too-many-sheets", "用紙枚数の超過", "too many sheets"),
    ("too-many-rows", "明細行数の超過", "too many table rows"),
    ("too-heavy", "重量の超過", "too heavy"),
    ("template-value", "様式に差し込めない値", "value does not suit the template"),
    ("ready-pages", "完成原稿の割当て不可", "ready pages not assigned"),
    ("ready-finding", "印刷できない完成原稿", "ready pages cannot be printed"),
    ("ready-address", "完成原稿の宛名の不一致", "ready pages show another address"),
    ("awaits-approval", "承認待ち", "waits for approval"),
    ("looks-repeated", "前の案件の重複のおそれ", "looks like an earlier batch again"),
    ("unusual-volume", "ふだんより多い件数", "far more records than usual"),
    ("awaits-proof", "初校の承認待ち", "waits for its first proof's approval"),
    ("pulled", "引抜き", "pulled by the operator"),
];

/// Returns the title of a fault's code in Japanese; the code itself when it has none.
pub fn fault_japanese(code: &str) -> &str {
    title(code).map_or(code, |(_, japanese, _)| japanese)
}

/// Returns the title of a fault's code in English; the code itself when it has none.
pub fn fault_english(code: &str) -> &str {
    title(code).map_or(code, |(_, _, english)| english)
}

fn title(code: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
    FAULTS.iter().find(|(known, _, _)| *known == code)
}

#[cfg(test)]
mod tests {
    use letter::Reason;

    use super::*;

    #[test]
    fn every_code_of_the_shop_has_its_title() {
        let untitled: Vec<_> = Reason::CODES.iter().filter(|code| title(code).is_none()).collect();
        assert!(untitled.is_empty(), "{untitled:?}");
    }
}
