//! Which characters count as the same when addresses are compared.
//!
//! The folding is for comparison only and never printed. It is this room's own list and no Unicode
//! normalisation form: width, case, kana size and script, hyphens, and old against new kanji.

use std::sync::LazyLock;

use crate::numeral;

/// What a character is in comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Folded {
    /// It counts as nothing.
    Nothing,
    /// A kanji numeral, to be read with those beside it.
    Numeral,
    /// This character stands for it.
    Char(char),
}

/// The folding of all characters.
pub(crate) struct Folding {
    /// Of the Basic Multilingual Plane: [`NOTHING`], [`NUMERAL`], or what stands for the character.
    table: Vec<u16>,
}

impl Folding {
    /// Returns the one folding there is.
    pub fn get() -> &'static Self {
        &FOLDING
    }

    /// Returns what `c` is in comparisons.
    #[inline]
    pub fn of(&self, c: char) -> Folded {
        match self.table.get(c as usize) {
            Some(&NOTHING) => Folded::Nothing,
            Some(&NUMERAL) => Folded::Numeral,
            // No surrogate is in the table, since it is made of characters.
            Some(&folded) => Folded::Char(char::from_u32(folded.into()).unwrap_or(c)),
            None => fold_beyond_bmp(c).map_or(Folded::Nothing, Folded::Char),
        }
    }
}

/// Returns the kana with the voicing mark (`ﾞ`, `ﾟ`) that follows it, if there is such a kana.
pub(crate) fn voiced(kana: char, mark: char) -> Option<char> {
    let step = match mark {
        '\u{FF9E}' | '\u{3099}' | '゛' => 1,
        '\u{FF9F}' | '\u{309A}' | '゜' => 2,
        _ => return None,
    };
    match (kana, step) {
        ('カ' | 'ケ', 1) => Some('ケ'),
        ('キ' | 'ク' | 'コ', 1) => next(kana, 1),
        ('サ'..='チ' | 'ツ' | 'テ' | 'ト', 1) => next(kana, 1),
        ('ハ' | 'ヒ' | 'フ' | 'ヘ' | 'ホ', _) => next(kana, step),
        ('ウ', 1) => Some('ヴ'),
        _ => None,
    }
}

fn next(c: char, step: u32) -> Option<char> {
    char::from_u32(c as u32 + step)
}

fn fold_beyond_bmp(c: char) -> Option<char> {
    match c {
        '\u{E0100}'..='\u{E01EF}' => None,
        '𠮷' => Some('吉'),
        '𥔎' => Some('崎'),
        '𣘺' => Some('橋'),
        _ => Some(c),
    }
}

static FOLDING: LazyLock<Folding> = LazyLock::new(|| {
    let mut table: Vec<u16> = (0..=u16::MAX).collect();
    let mut set = |from: char, to: char| {
        if let Some(slot) = table.get_mut(from as usize) {
            *slot = to as u16;
        }
    };
    for c in '!'..='~' {
        let upper = c.to_ascii_uppercase();
        set(c, upper);
        set(char::from_u32(c as u32 + FULL_WIDTH_OFFSET).unwrap_or(c), upper);
    }
    for (half, full) in ('\u{FF66}'..='\u{FF9D}').zip(HALF_WIDTH_KANA.chars()) {
        set(half, large(full));
    }
    for c in 'ァ'..='ヶ' {
        let hiragana = char::from_u32(c as u32 - HIRAGANA_TO_KATAKANA).unwrap_or(c);
        set(c, large(c));
        set(hiragana, large(c));
    }
    for c in HYPHENS.chars() {
        set(c, '-');
    }
    let mut kanji = KANJI.chars();
    while let (Some(from), Some(to)) = (kanji.next(), kanji.next()) {
        set(from, to);
    }
    for c in IGNORED.chars().chain('\0'..='\u{1F}').chain('\u{FE00}'..='\u{FE0F}') {
        set(c, '\0');
    }
    for c in numeral::ALL.into_iter().chain([numeral::OLD_MAN]) {
        set(c, char::from(NUMERAL as u8));
    }
    Folding { table }
});

/// In the table: a character that counts as nothing.
const NOTHING: u16 = 0;
/// In the table: a kanji numeral; no character folds to a control character.
const NUMERAL: u16 = 1;

/// Returns the katakana in large size, with the variants that addresses mix taken together.
fn large(katakana: char) -> char {
    match katakana {
        'ケ' | 'ヶ' | 'ヵ' | 'ガ' => 'ケ',
        'ァ' | 'ィ' | 'ゥ' | 'ェ' | 'ォ' | 'ッ' | 'ャ' | 'ュ' | 'ョ' | 'ヮ' => {
            char::from_u32(katakana as u32 + 1).unwrap_or(katakana)
        }
        _ => katakana,
    }
}

/// From `!` to `！`.
const FULL_WIDTH_OFFSET: u32 = 0xFEE0;
/// From ァ to ぁ.
const HIRAGANA_TO_KATAKANA: u32 = 0x60;
/// The full-width forms of U+FF66 to U+FF9D.
const HALF_WIDTH_KANA: &str =
    "ヲァィゥェォャュョッ-アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";
/// Everything that is typed for a hyphen, the long vowel mark among them.
const HYPHENS: &str = "‐‑‒–—―−－ー⁃﹣─━";
/// Blanks, joiners and byte-order marks.
const IGNORED: &str = " \u{A0}\u{3000}\u{200B}\u{200C}\u{200D}\u{2060}\u{FEFF}\u{3099}\u{309A}\
                       \u{FF9E}\u{FF9F}゛゜";
/// Pairs of a form and the one that stands for it: old and new kanji, variants of one character,
/// the compatibility ideographs that CP932 holds, 之 for ノ.
const KANJI: &str = "\
    澤沢濱浜邊辺邉辺齋斎齊斎斉斎廣広國国圀国櫻桜龍竜瀧滝嶋島嶌島髙高嵜崎碕崎眞真惠恵圓円壽寿\
    榮栄學学藝芸驛駅縣県區区藏蔵鐵鉄鉃鉄關関檜桧籠篭鷗鴎礒磯彌弥埜野壹壱貳弐嶽岳峯峰冨富\
    舘館條条豐豊鹽塩螢蛍當当德徳曾曽增増鄕郷會会賴頼槇槙穗穂稻稲靜静繩縄禮礼諫諌靱靭薮藪鰺鯵\
    頸頚麴麹檮梼桝枡萊莱祇祗竈竃渕淵渊淵砺礪涛濤壺壷桒桑蛎蠣砿礦鴬鶯巖巌栢柏苅刈舩船亙亘禰祢\
    簑蓑莵菟畠畑蝿蠅撹攪楯盾泻潟籐藤薗園驒騨單単團団圖図壯壮佛仏舊旧兒児內内勵励勳勲卷巻參参\
    嚴厳囑嘱堯尭塲場墻牆壞壊奧奥姬姫實実寬寛將将專専對対峽峡狹狭挾挟廐厩廚厨徑径從従應応懷懐\
    戀恋戶戸戾戻拔抜拂払擇択擔担據拠擴拡收収效効敍叙數数斷断晉晋晝昼曉暁樂楽樓楼樣様橫横檢検\
    權権歐欧步歩歷歴殘残殼殻每毎氣気沒没淺浅淨浄淸清渴渇溪渓滿満潛潜澁渋澀渋濟済濕湿灣湾燈灯\
    燒焼營営爐炉爭争牀床獨独獵猟獸獣甁瓶甞嘗畫画疊畳發発盡尽祿禄禪禅稱称竝並篏嵌粹粋絲糸經経\
    綠緑緖緒縱縦總総繪絵繼継續続纖繊聲声聽聴肅粛膽胆臺台舍舎與与莊荘萠萌蒋蔣薰薫號号蠶蚕蠻蛮\
    衞衛裝装覺覚覽覧觀観觸触證証譯訳讀読讓譲讚讃變変豫予貓猫轉転輕軽辨弁辯弁瓣弁遲遅遙遥邇迩\
    鄰隣醬醤釋釈鎭鎮鎔熔錢銭鑛鉱陷陥隱隠雙双雜雑靈霊顯顕飜翻餠餅餘余驗験體体髮髪鬪闘鬭闘鷄鶏\
    雞鶏麥麦麪麺黃黄黑黒默黙點点黨党齒歯齡齢龜亀仝同糀麹冝宜艫艪靏鶴靍鶴之ノ乃ノ丿ノ舟船巿市\
    \u{FA11}崎\u{F929}朗\u{F9DC}隆\u{FA10}塚\u{FA12}晴\u{FA15}凞\u{FA16}猪\u{FA17}益\u{FA18}礼\
    \u{FA19}神\u{FA1A}祥\u{FA1B}福\u{FA1C}靖\u{FA1D}精\u{FA1E}羽\u{FA20}蘒\u{FA22}諸\u{FA25}逸\
    \u{FA26}都\u{FA2A}飯\u{FA2B}飼\u{FA2C}館\u{FA2D}鶴";

#[cfg(test)]
mod tests {
    use super::*;

    fn fold(c: char) -> Option<char> {
        match Folding::get().of(c) {
            Folded::Char(folded) => Some(folded),
            Folded::Nothing | Folded::Numeral => None,
        }
    }

    fn check(same: &str) {
        let folded: Vec<_> = same.chars().map(fold).collect();
        assert!(folded.windows(2).all(|pair| pair[0] == pair[1]), "{same}: {folded:?}");
    }

    #[test]
    fn variants_of_one_character_fold_to_one() {
        for same in ["ケヶがガヵけｹ", "ツッっつｯﾂ", "ノの之乃ﾉ", "1１", "aAａＡ", "-－‐ー−―ｰ"]
        {
            check(same);
        }
        for same in
            ["澤沢", "龍竜", "﨑崎嵜", "髙高", "邊邉辺", "𠮷吉", "舘館\u{FA2C}", "塚\u{FA10}"]
        {
            check(same);
        }
    }

    #[test]
    fn blanks_and_variation_selectors_count_as_nothing() {
        for c in [' ', '\u{3000}', '\u{E0100}', '\u{FE00}', '\u{200B}'] {
            assert_eq!(fold(c), None, "{c:?}");
        }
    }

    #[test]
    fn roman_numerals_stay_what_they_are() {
        assert_eq!(fold('Ⅰ'), Some('Ⅰ'));
        assert_ne!(fold('Ⅰ'), fold('I'));
    }

    #[test]
    fn the_kanji_table_is_a_folding_in_one_step() {
        let mut kanji = KANJI.chars();
        while let (Some(from), Some(to)) = (kanji.next(), kanji.next()) {
            assert_eq!(fold(to), Some(to), "{from} folds to {to}, which folds further");
        }
    }
}
