//! Old and new forms of a character that people use for each other in names.
//!
//! The pairs are those of the 常用漢字表 (cabinet notification 2 of 2010, forms in brackets) and of
//! the list of 人名用漢字 (Family Register Act ordinance, annex 2) that occur in names and places,
//! and the compatibility ideographs of JIS X 0213 and IBM that everyone writes (髙, 﨑, 濵, 德).

/// Whether both characters are forms of one.
pub fn are_variants(a: char, b: char) -> bool {
    a != b && FORMS.iter().any(|forms| forms.contains(a) && forms.contains(b))
}

/// One character in its forms each.
const FORMS: [&str; 92] = [
    "高髙",
    "崎﨑嵜碕",
    "徳德",
    "浜濱濵",
    "辺邊邉",
    "斎齋",
    "斉齊",
    "桜櫻",
    "沢澤",
    "広廣",
    "国國",
    "島嶋嶌",
    "恵惠",
    "真眞",
    "竜龍",
    "瀬瀨",
    "増增",
    "曽曾",
    "与與",
    "寿壽",
    "栄榮",
    "万萬",
    "円圓",
    "実實",
    "鉄鐵鐡",
    "蔵藏",
    "関關",
    "黒黑",
    "緑綠",
    "横橫",
    "館舘\u{FA2C}",
    "吉𠮷",
    "土圡",
    "富冨",
    "峰峯",
    "船舩",
    "松枩",
    "渓溪",
    "豊豐",
    "宝寶寳",
    "亀龜",
    "園薗",
    "県縣",
    "学學",
    "条條",
    "来來",
    "礼禮\u{FA18}",
    "芸藝",
    "総總",
    "従從",
    "静靜",
    "浄淨",
    "青靑",
    "清淸",
    "巣巢",
    "巌巖",
    "嶽岳",
    "弥彌",
    "尭堯",
    "槙槇",
    "遥遙",
    "瑶瑤",
    "凛凜",
    "檜桧",
    "祢禰",
    "祷禱",
    "穣穰",
    "薫薰",
    "藤籐",
    "鴎鷗",
    "麹麴",
    "葛𦹀",
    "塩鹽",
    "晴\u{FA12}",
    "精\u{FA1D}",
    "福\u{FA1B}",
    "祥\u{FA1A}",
    "神\u{FA19}",
    "都\u{FA26}",
    "塚\u{FA10}",
    "逸\u{FA67}",
    "諸\u{FA22}",
    "朗\u{F929}",
    "隆\u{F9DC}",
    "羽\u{FA1E}",
    "祐\u{FA4F}",
    "飯\u{FA2A}",
    "鶴\u{FA2D}",
    "益\u{FA17}",
    "靖\u{FA1C}",
    "猪\u{FA16}",
    "郎\u{FA2E}",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_stands_in_one_row_only_and_no_row_is_alone() {
        let mut all: Vec<char> = FORMS.concat().chars().collect();
        let len = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), len);
        assert!(FORMS.iter().all(|forms| forms.chars().count() > 1));
        assert!(are_variants('髙', '高') && are_variants('神', '\u{FA19}'));
        assert!(!are_variants('斉', '斎') && !are_variants('高', '高'));
    }
}
