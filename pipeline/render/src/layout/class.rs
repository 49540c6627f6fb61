//! 文字クラス: the classes of characters that decide where a line may break, stretch and shrink.
//!
//! Kinsoku after Word's Japanese default plus the strict set (small kana and ー never start a
//! line), facts: post_and_print §6.4; spacing after JIS X 4051 and JLREQ. The pair table below is
//! never laxer than UAX #14 with strict Japanese rules: a test compares it with `icu_segmenter`.

/// The class of one character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Class {
    /// 漢字, kana and all else that breaks freely on both sides.
    Ideograph = 0,
    /// Katakana; as [`Class::Ideograph`], but an address is not broken inside a run of them.
    Katakana = 1,
    /// 行頭禁則: small kana, ー, 々, iteration marks.
    NonStarter = 2,
    /// 始め括弧類.
    Opening = 3,
    /// 終わり括弧類.
    Closing = 4,
    /// 句点: 。, which gives up its blank at a line's end only.
    Stop = 5,
    /// 中点類: ・：；.
    MiddleDot = 6,
    /// 区切り約物: ！？.
    Divider = 7,
    /// 分離禁止文字: … ‥ ― —, which stay together.
    Inseparable = 8,
    /// 前置省略記号: ￥＄＃№, kept with the number that follows.
    Prefix = 9,
    /// 後置省略記号: ％‰℃, kept with the number before.
    Postfix = 10,
    /// 円 銭 千 万 億 兆, kept with the amount before, otherwise as [`Class::Ideograph`].
    Yen = 11,
    /// Half-width digits.
    Digit = 12,
    /// Full-width digits.
    WideDigit = 13,
    /// Latin, Greek, Cyrillic letters.
    Letter = 14,
    /// Half-width `,` `.` `:` `;` `!` `?` and closing quotes: bound to what stands before.
    Trailer = 15,
    /// Half-width `-` `/` and dashes: inside numbers and words, never broken around.
    Joiner = 16,
    /// Half-width opening brackets and quotes.
    HalfOpening = 17,
    /// Half-width closing brackets.
    HalfClosing = 18,
    /// The blank between words.
    Space = 19,
    /// 和字間隔, U+3000.
    WideSpace = 20,
    /// NO-BREAK SPACE.
    Glue = 21,
    /// ，．: as [`Class::Comma`], but inside a number they part nothing.
    Separator = 22,
    /// Quotes that open and close alike: bound to both neighbours.
    Quote = 23,
    /// ※ ○ ① Ⅷ →: break like an ideograph beside Japanese, like a letter beside Latin and each
    /// other (UAX #14, class AI).
    Symbol = 24,
    /// 読点: 、.
    Comma = 25,
    /// 年 月 日 時 分 秒 号 条 項 階 室 and the like, kept with the number before.
    Counter = 26,
    /// 元 丁 番, kept with the number before and the counter after: 元年, 丁目, 番号.
    Stem = 27,
    /// 目 地: what follows 丁 and 番.
    Tail = 28,
    /// 令 平 昭 大 明, kept with what completes the name of an era.
    EraHead = 29,
    /// 和 成 正 治, kept with the year.
    EraTail = 30,
    /// The full-width hyphens of house numbers, －: inside numbers never broken around.
    WideJoiner = 31,
    /// /: a line ends after it only where a long word must be parted.
    Slash = 32,
}

/// The number of classes.
pub const CLASS_COUNT: usize = 33;

/// A line may break between the two.
pub const BREAK: u8 = 1;
/// 四分アキ: a gap stands between the two (Latin or digits beside Japanese).
pub const GAP: u8 = 2;
/// The first is set 半角 (its trailing blank goes).
pub const TRIM_FIRST: u8 = 4;
/// The second is set 半角 (its leading blank goes).
pub const TRIM_SECOND: u8 = 8;
/// A justified line may be opened between the two.
pub const OPEN: u8 = 16;
/// A line may break between the two where it would otherwise stay too short: between the parts of
/// a date, of an amount in words, of a house number.
pub const SOFT: u8 = 32;
/// The first is a blank between words, the first to be opened or closed up.
pub const WORD: u8 = 64;
/// A line can be closed up between the two.
pub const GIVE: u8 = 128;

/// Returns what may happen between two neighbours, a set of [`BREAK`], [`GAP`], [`TRIM_FIRST`],
/// [`TRIM_SECOND`], [`OPEN`], [`SOFT`], [`WORD`]
/// and [`GIVE`].
#[inline]
pub fn between(first: u8, second: u8) -> u8 {
    PAIRS[pair_index(first, second)]
}

/// Pairs stand a power of two apart, so that no index leaves the table.
const fn pair_index(first: u8, second: u8) -> usize {
    ((first as usize) << 6 | second as usize & 63) & (PAIR_COUNT - 1)
}

impl Class {
    /// Returns the class of a character.
    pub fn of(c: char) -> Self {
        match c {
            '0'..='9' => Self::Digit,
            '０'..='９' => Self::WideDigit,
            ' ' => Self::Space,
            '\u{a0}' => Self::Glue,
            '\u{3000}' => Self::WideSpace,
            '円' | '銭' | '千' | '万' | '億' | '兆' => Self::Yen,
            '元' | '丁' | '番' => Self::Stem,
            '目' | '地' => Self::Tail,
            '令' | '平' | '昭' | '大' | '明' => Self::EraHead,
            '和' | '成' | '正' | '治' => Self::EraTail,
            '年' | '月' | '日' | '時' | '分' | '秒' | '号' | '条' | '項' | '期' | '階' | '室'
            | '棟' | '街' | '区' | '回' | '件' | '通' => Self::Counter,
            '－' => Self::WideJoiner,
            '/' => Self::Slash,
            // Most of a font, sorted out before the lists are asked.
            '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{faff}' | '\u{10000}'.. => Self::Ideograph,
            _ if OPENING.contains(c) => Self::Opening,
            _ if CLOSING.contains(c) => Self::Closing,
            '。' | '｡' => Self::Stop,
            '、' | '､' => Self::Comma,
            '，' | '．' => Self::Separator,
            _ if QUOTES.contains(c) => Self::Quote,
            _ if MIDDLE_DOTS.contains(c) => Self::MiddleDot,
            _ if DIVIDERS.contains(c) => Self::Divider,
            _ if NON_STARTERS.contains(c) => Self::NonStarter,
            _ if INSEPARABLES.contains(c) => Self::Inseparable,
            _ if PREFIXES.contains(c) => Self::Prefix,
            _ if POSTFIXES.contains(c) => Self::Postfix,
            _ if TRAILERS.contains(c) => Self::Trailer,
            _ if JOINERS.contains(c) => Self::Joiner,
            _ if HALF_OPENING.contains(c) => Self::HalfOpening,
            _ if HALF_CLOSING.contains(c) => Self::HalfClosing,
            'ァ'..='ヺ' | 'ｦ'..='ﾝ' => Self::Katakana,
            '×' | '÷' | '±' | '§' | '¶' | '\u{2010}'..='\u{2bff}' => Self::Symbol,
            '\u{21}'..='\u{52f}' => Self::Letter,
            _ => Self::Ideograph,
        }
    }

    /// Returns whether a quarter-em gap stands between this and Latin or digits.
    const fn is_japanese(self) -> bool {
        use Class::*;
        matches!(
            self,
            Ideograph | Katakana | NonStarter | Yen | Counter | Stem | Tail | EraHead | EraTail
        )
    }

    /// Returns whether it is a letter or digit of any script.
    const fn is_written(self) -> bool {
        self.is_japanese() || self.is_western() || matches!(self, Self::WideDigit)
    }

    const fn is_western(self) -> bool {
        matches!(self, Self::Digit | Self::Letter)
    }

    /// Returns whether a line may not start with it.
    const fn never_starts(self) -> bool {
        use Class::*;
        matches!(
            self,
            NonStarter
                | Closing
                | Stop
                | Comma
                | Separator
                | Quote
                | MiddleDot
                | Divider
                | Postfix
                | Trailer
                | Joiner
                | Slash
                | HalfClosing
                | Space
                | WideSpace
                | Glue
        )
    }

    /// Returns whether a line may not end with it.
    const fn never_ends(self) -> bool {
        use Class::*;
        matches!(self, Opening | HalfOpening | Prefix | Glue | Joiner | Slash | Quote)
    }
}

const ALL: [Class; CLASS_COUNT] = {
    use Class::*;
    [
        Ideograph,
        Katakana,
        NonStarter,
        Opening,
        Closing,
        Stop,
        MiddleDot,
        Divider,
        Inseparable,
        Prefix,
        Postfix,
        Yen,
        Digit,
        WideDigit,
        Letter,
        Trailer,
        Joiner,
        HalfOpening,
        HalfClosing,
        Space,
        WideSpace,
        Glue,
        Separator,
        Quote,
        Symbol,
        Comma,
        Counter,
        Stem,
        Tail,
        EraHead,
        EraTail,
        WideJoiner,
        Slash,
    ]
};

const PAIR_COUNT: usize = 1 << 12;
const _: () = assert!(CLASS_COUNT <= 64);

static PAIRS: [u8; PAIR_COUNT] = {
    let mut pairs = [0; PAIR_COUNT];
    let mut first = 0;
    while first < CLASS_COUNT {
        let mut second = 0;
        while second < CLASS_COUNT {
            pairs[pair_index(first as u8, second as u8)] = pair(ALL[first], ALL[second]);
            second += 1;
        }
        first += 1;
    }
    pairs
};

const fn pair(first: Class, second: Class) -> u8 {
    let mut pair = trims(first, second);
    if may_break(first, second) {
        pair |= if belongs(first, second) { SOFT } else { BREAK };
    } else if matches!((first, second), (Class::Slash, Class::Letter | Class::Ideograph)) {
        pair |= SOFT;
    }
    let gap = (first.is_japanese() && second.is_western())
        || (first.is_western() && second.is_japanese());
    if gap {
        pair |= GAP;
    }
    if opens(first, second) {
        pair |= OPEN;
    }
    if matches!(first, Class::Space) {
        pair |= WORD;
    }
    if gives(first, second) || gap {
        pair |= GIVE;
    }
    pair
}

const fn may_break(first: Class, second: Class) -> bool {
    use Class::*;
    if second.never_starts() || first.never_ends() {
        return false;
    }
    !matches!(
        (first, second),
        (Digit | Letter | Symbol, Digit | Letter | Symbol | WideDigit | Prefix | HalfOpening)
            | (WideDigit, WideDigit | Digit | Letter | Prefix | HalfOpening)
            // 1,234円, 3億円, 8年, 3丁目, １－２.
            | (Digit | WideDigit, Yen | Counter | Stem | WideJoiner)
            | (WideJoiner, Digit | WideDigit)
            | (HalfClosing | Yen, Yen)
            | (Stem, Counter | Tail)
            | (EraHead, EraTail)
            // 1,234 and １，２３４ stay whole; so does 3.5 and "a.b".
            | (Trailer, Digit | Letter | Symbol | Trailer | Opening | HalfOpening | WideDigit | Yen)
            | (Separator, WideDigit | Digit)
            | (HalfClosing, Digit | Letter | Symbol | HalfOpening | Prefix)
            | (Postfix | Inseparable, Digit | WideDigit | Letter | Symbol | Postfix | Prefix)
            | (Postfix | Inseparable, HalfOpening)
            | (Postfix, Opening)
            | (Closing | Stop | Comma | Separator, Prefix)
            | (_, Inseparable)
    )
}

/// Returns whether two parts of a number belong together: 6月|30日, 3億|4,500万円, 2番|3号, 令和|8年.
const fn belongs(first: Class, second: Class) -> bool {
    use Class::*;
    matches!(
        (first, second),
        (Counter | Stem | Tail | Yen | EraTail | NonStarter, Digit | WideDigit)
            | (EraTail | Tail, Stem)
    )
}

/// Returns whether a justified line may be opened between the two (JLREQ §3.8.4): wherever it may
/// break, and between Japanese and what kinsoku or a number keeps with it.
const fn opens(first: Class, second: Class) -> bool {
    let written = first.is_written() && second.is_written();
    may_break(first, second) || (written && (first.is_japanese() || second.is_japanese()))
}

/// Returns whether one of the two has a blank that it can give up between them (JLREQ §3.8.3).
const fn gives(first: Class, second: Class) -> bool {
    use Class::*;
    matches!(first, Space | MiddleDot | Closing | Comma | Separator)
        || matches!(second, MiddleDot | Opening)
}

/// 約物半角: between brackets and stops only one of the two blanks remains (JLREQ §3.1.4).
const fn trims(first: Class, second: Class) -> u8 {
    use Class::*;
    match (first, second) {
        (
            Closing | Stop | Comma | Separator,
            Opening | Closing | Stop | Comma | Separator | MiddleDot,
        ) => TRIM_FIRST,
        (Opening | MiddleDot, Opening) => TRIM_SECOND,
        _ => 0,
    }
}

const OPENING: &str = "（［｛〔〈《「『【〘〖〝｢｟";
const CLOSING: &str = "）］｝〕〉》」』】〙〗〟｣｠";
const MIDDLE_DOTS: &str = "・：；･";
const DIVIDERS: &str = "！？‼⁇⁈⁉";
const NON_STARTERS: &str = "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿーｰ々〻ゝゞヽヾ゛゜ﾞﾟｧｨｩｪｫｬｭｮｯ〜～〆";
const INSEPARABLES: &str = "…‥―—";
const PREFIXES: &str = "￥＄￡№＃¥$£";
const POSTFIXES: &str = "％‰℃％¢￠°′″%";
const TRAILERS: &str = ",.:;!?";
const QUOTES: &str = "“”‘’'\"";
const JOINERS: &str = "-‐‑–−_@&+=~^`|\\*<>";
const HALF_OPENING: &str = "([{";
const HALF_CLOSING: &str = ")]}";

#[cfg(test)]
mod tests;
