//! 半角カナ (hankaku kana) composed to full-width; for kana fields only, never for names in kanji.

/// U+FF61 to U+FF9F in full width.
const FULL_WIDTH: [char; 63] = [
    '。', '「', '」', '、', '・', 'ヲ', 'ァ', 'ィ', 'ゥ', 'ェ', 'ォ', 'ャ', 'ュ', 'ョ', 'ッ', 'ー',
    'ア', 'イ', 'ウ', 'エ', 'オ', 'カ', 'キ', 'ク', 'ケ', 'コ', 'サ', 'シ', 'ス', 'セ', 'ソ', 'タ',
    'チ', 'ツ', 'テ', 'ト', 'ナ', 'ニ', 'ヌ', 'ネ', 'ノ', 'ハ', 'ヒ', 'フ', 'ヘ', 'ホ', 'マ', 'ミ',
    'ム', 'メ', 'モ', 'ヤ', 'ユ', 'ヨ', 'ラ', 'リ', 'ル', 'レ', 'ロ', 'ワ', 'ン', '゛', '゜',
];
/// The half-width voiced mark.
const VOICED: char = 'ﾞ';
/// The half-width semi-voiced mark.
const SEMI_VOICED: char = 'ﾟ';

/// Writes half-width kana with their marks as single full-width characters, all else as it is.
pub(super) fn compose(text: &str, kana: &mut String) {
    kana.clear();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let Some(full) = full_width(c) else {
            kana.push(c);
            continue;
        };
        let marked = chars.peek().and_then(|&mark| with_mark(full, mark));
        if marked.is_some() {
            chars.next();
        }
        kana.push(marked.unwrap_or(full));
    }
}

fn full_width(c: char) -> Option<char> {
    let index = (c as u32).checked_sub('｡' as u32)?;
    FULL_WIDTH.get(index as usize).copied()
}

/// Unicode puts the voiced form right after the plain one, the semi-voiced after that.
fn with_mark(full: char, mark: char) -> Option<char> {
    let step = match (full, mark) {
        ('カ' | 'キ' | 'ク' | 'ケ' | 'コ' | 'サ' | 'シ' | 'ス' | 'セ' | 'ソ', VOICED) => {
            1
        }
        ('タ' | 'チ' | 'ツ' | 'テ' | 'ト' | 'ハ' | 'ヒ' | 'フ' | 'ヘ' | 'ホ', VOICED) => {
            1
        }
        ('ハ' | 'ヒ' | 'フ' | 'ヘ' | 'ホ', SEMI_VOICED) => 2,
        ('ウ', VOICED) => return Some('ヴ'),
        ('ワ', VOICED) => return Some('ヷ'),
        ('ヲ', VOICED) => return Some('ヺ'),
        _ => return None,
    };
    char::from_u32(full as u32 + step)
}

#[cfg(test)]
mod tests {
    #[test]
    fn marks_join_their_kana() {
        for (text, expected) in [
            ("ﾔﾏﾀﾞ ﾊﾅｺ", "ヤマダ ハナコ"),
            ("ﾊﾟﾋﾟﾌﾟﾍﾟﾎﾟﾊﾞﾋﾞﾌﾞﾍﾞﾎﾞ", "パピプペポバビブベボ"),
            ("ｶﾞｷﾞｸﾞｹﾞｺﾞｻﾞｼﾞｽﾞｾﾞｿﾞﾀﾞﾁﾞﾂﾞﾃﾞﾄﾞ", "ガギグゲゴザジズゼゾダヂヅデド"),
            ("ｳﾞｧﾜﾞｦﾞ", "ヴァヷヺ"),
            ("ﾄﾖﾀｰ｡｢｣､･ｯｬ", "トヨター。「」、・ッャ"),
            ("ｱﾞﾟ", "ア゛゜"),
            ("ヤマダ-1", "ヤマダ-1"),
        ] {
            let mut kana = String::new();
            super::compose(text, &mut kana);
            assert_eq!(kana, expected);
        }
    }
}
