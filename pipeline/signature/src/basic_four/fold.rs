//! Texts folded to be compared, each unit with the place it came from.

/// One character to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// The folded character.
    pub folded: char,
    /// The character as written.
    pub written: char,
    /// Its place in the text, in characters from 1.
    pub at: usize,
    /// Whether it stands for another that the certificate could not hold.
    pub masked: bool,
    /// Whether a variation selector follows it.
    pub selected: bool,
}

/// A folded name.
#[derive(Clone, Debug, Default)]
pub struct Folded {
    /// The characters without the spaces.
    pub units: Vec<Unit>,
    /// Before which unit each space stood.
    pub spaces: Vec<usize>,
}

/// Folds a name: width folded, spaces taken out but remembered.
///
/// `marks` has one mark a character; an empty slice marks none.
pub fn name(text: &str, marks: &[bool]) -> Folded {
    let mut folded = Folded::default();
    for unit in units(text, marks) {
        if unit.folded == ' ' {
            let at = folded.units.len();
            if at > 0 && folded.spaces.last() != Some(&at) {
                folded.spaces.push(at);
            }
        } else {
            folded.units.push(unit);
        }
    }
    let end = folded.units.len();
    folded.spaces.retain(|at| *at < end);
    folded
}

/// Reads a text into units: width folded, half-width kana joined with their marks, variation
/// selectors joined to their characters.
pub fn units(text: &str, marks: &[bool]) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::with_capacity(text.len() / 3);
    for (i, written) in text.chars().enumerate() {
        let masked = marks.get(i).copied().unwrap_or(false);
        if is_variation_selector(written) {
            if let Some(last) = units.last_mut() {
                last.selected = true;
                last.masked |= masked;
                continue;
            }
        }
        if let Some(last) = units.last_mut() {
            if let Some(joined) = voiced(last.folded, written) {
                last.folded = joined;
                last.masked |= masked;
                continue;
            }
        }
        let folded = fold_width(written);
        units.push(Unit { folded, written, at: i + 1, masked, selected: false });
    }
    units
}

/// Folds full-width letters, digits and signs, half-width kana, every kind of space and hyphen.
pub fn fold_width(c: char) -> char {
    match c {
        '\u{3000}' | '\u{A0}' | '\t' | '\u{2002}'..='\u{200A}' => ' ',
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '－' | '﹣' | '─' | '━' => {
            '-'
        }
        '\u{FF01}'..='\u{FF5E}' => {
            char::from_u32(c as u32 - 0xFEE0).expect("full-width forms lie 0xFEE0 above ASCII")
        }
        '\u{FF61}'..='\u{FF9F}' => HALF_WIDTH_KANA[c as usize - 0xFF61],
        _ => c,
    }
}

/// Joins a kana with a following voicing mark, ハ゛ and ﾊﾞ to バ.
fn voiced(kana: char, mark: char) -> Option<char> {
    match mark {
        'ﾞ' | '゛' | '\u{3099}' => {
            let at = "ウカキクケコサシスセソタチツテトハヒフヘホうかきくけこさしすせそたちつてとはひふへほ"
                .chars()
                .position(|c| c == kana)?;
            "ヴガギグゲゴザジズゼゾダヂヅデドバビブベボゔがぎぐげござじずぜぞだぢづでどばびぶべぼ"
                .chars()
                .nth(at)
        }
        'ﾟ' | '゜' | '\u{309A}' => {
            let at = "ハヒフヘホはひふへほ".chars().position(|c| c == kana)?;
            "パピプペポぱぴぷぺぽ".chars().nth(at)
        }
        _ => None,
    }
}

fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// JIS X 0201 kana in the order of U+FF61 to U+FF9F.
const HALF_WIDTH_KANA: [char; 63] = [
    '。', '「', '」', '、', '・', 'ヲ', 'ァ', 'ィ', 'ゥ', 'ェ', 'ォ', 'ャ', 'ュ', 'ョ', 'ッ', 'ー',
    'ア', 'イ', 'ウ', 'エ', 'オ', 'カ', 'キ', 'ク', 'ケ', 'コ', 'サ', 'シ', 'ス', 'セ', 'ソ', 'タ',
    'チ', 'ツ', 'テ', 'ト', 'ナ', 'ニ', 'ヌ', 'ネ', 'ノ', 'ハ', 'ヒ', 'フ', 'ヘ', 'ホ', 'マ', 'ミ',
    'ム', 'メ', 'モ', 'ヤ', 'ユ', 'ヨ', 'ラ', 'リ', 'ル', 'レ', 'ロ', 'ワ', 'ン', '゛', '゜',
];
