//! Synthetic people at real addresses.

use address::Place;
use letter::PostalCode;

use crate::gazetteer::Gazetteer;
use crate::random::Random;

/// One recipient of a sample.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// Family and given name with an ideographic blank between.
    pub name: String,
    /// The name in full-width katakana.
    pub kana: String,
    /// Seven digits.
    pub postal: String,
    /// Prefecture, city, town and number.
    pub address1: String,
    /// Building and room, or empty.
    pub address2: String,
}

/// Family names with their readings; 髙 﨑 濵 邉 德 are in CP932's extension rows.
const FAMILIES: [(&str, &str); 48] = [
    ("佐藤", "サトウ"),
    ("鈴木", "スズキ"),
    ("髙橋", "タカハシ"),
    ("高橋", "タカハシ"),
    ("田中", "タナカ"),
    ("伊藤", "イトウ"),
    ("渡邉", "ワタナベ"),
    ("渡辺", "ワタナベ"),
    ("山本", "ヤマモト"),
    ("中村", "ナカムラ"),
    ("小林", "コバヤシ"),
    ("加藤", "カトウ"),
    ("吉田", "ヨシダ"),
    ("山﨑", "ヤマザキ"),
    ("山田", "ヤマダ"),
    ("佐々木", "ササキ"),
    ("松本", "マツモト"),
    ("井上", "イノウエ"),
    ("木村", "キムラ"),
    ("林", "ハヤシ"),
    ("清水", "シミズ"),
    ("斎藤", "サイトウ"),
    ("齋藤", "サイトウ"),
    ("森", "モリ"),
    ("池田", "イケダ"),
    ("橋本", "ハシモト"),
    ("阿部", "アベ"),
    ("石川", "イシカワ"),
    ("前田", "マエダ"),
    ("藤田", "フジタ"),
    ("小川", "オガワ"),
    ("後藤", "ゴトウ"),
    ("岡田", "オカダ"),
    ("長谷川", "ハセガワ"),
    ("村上", "ムラカミ"),
    ("近藤", "コンドウ"),
    ("石井", "イシイ"),
    ("坂本", "サカモト"),
    ("遠藤", "エンドウ"),
    ("青木", "アオキ"),
    ("濵田", "ハマダ"),
    ("德永", "トクナガ"),
    ("黒﨑", "クロサキ"),
    ("勅使河原", "テシガワラ"),
    ("小鳥遊", "タカナシ"),
    ("東海林", "ショウジ"),
    ("五十嵐", "イガラシ"),
    ("神", "ジン"),
];

const GIVENS: [(&str, &str); 40] = [
    ("太郎", "タロウ"),
    ("花子", "ハナコ"),
    ("一郎", "イチロウ"),
    ("美咲", "ミサキ"),
    ("健太", "ケンタ"),
    ("さくら", "サクラ"),
    ("翔", "ショウ"),
    ("陽子", "ヨウコ"),
    ("大輔", "ダイスケ"),
    ("恵", "メグミ"),
    ("拓也", "タクヤ"),
    ("由美", "ユミ"),
    ("誠", "マコト"),
    ("直美", "ナオミ"),
    ("隆", "タカシ"),
    ("久美子", "クミコ"),
    ("浩", "ヒロシ"),
    ("真由美", "マユミ"),
    ("結衣", "ユイ"),
    ("蓮", "レン"),
    ("葵", "アオイ"),
    ("湊", "ミナト"),
    ("紬", "ツムギ"),
    ("樹", "イツキ"),
    ("正", "タダシ"),
    ("和子", "カズコ"),
    ("清", "キヨシ"),
    ("幸子", "サチコ"),
    ("勇", "イサム"),
    ("節子", "セツコ"),
    ("博", "ヒロシ"),
    ("文子", "フミコ"),
    ("進", "ススム"),
    ("千代", "チヨ"),
    ("龍之介", "リュウノスケ"),
    ("あかり", "アカリ"),
    ("祐一", "ユウイチ"),
    ("瑞穂", "ミズホ"),
    ("晴香", "ハルカ"),
    ("望", "ノゾミ"),
];

const BUILDINGS: [&str; 12] = [
    "コーポ青葉",
    "グリーンハイツ",
    "第二みどり荘",
    "メゾン桜",
    "サンライズマンション",
    "パークサイド弐番館",
    "ハイツ銀杏",
    "リバーサイドタワー",
    "県営住宅東団地",
    "フォレスト中央",
    "シャトー若葉",
    "ＡＢＣビル",
];

/// Families whose names CP932 does not have; senders write them with user-defined characters.
const RARE_FAMILIES: [(&str, &str); 2] = [("𠮷田", "ヨシダ"), ("葛\u{E0100}西", "カサイ")];

impl Person {
    /// Draws a person who lives in one of the dictionary's towns.
    pub fn draw(gazetteer: &Gazetteer<'_>, random: &mut Random) -> Self {
        let family = random.pick(&FAMILIES);
        let place = gazetteer.town(random);
        Self::of(family, place, random)
    }

    /// Draws a person of a rare name.
    pub fn draw_rare(rare: usize, gazetteer: &Gazetteer<'_>, random: &mut Random) -> Self {
        let place = gazetteer.town(random);
        Self::of(&RARE_FAMILIES[rare % RARE_FAMILIES.len()], place, random)
    }

    /// Draws a person who lives in a given town.
    pub fn draw_at(place: &Place<'_>, random: &mut Random) -> Self {
        let family = random.pick(&FAMILIES);
        Self::of(family, place, random)
    }

    /// Draws a person of a rare name who lives in a given town.
    pub fn draw_rare_at(rare: usize, place: &Place<'_>, random: &mut Random) -> Self {
        Self::of(&RARE_FAMILIES[rare % RARE_FAMILIES.len()], place, random)
    }

    fn of((family, family_kana): &(&str, &str), place: &Place<'_>, random: &mut Random) -> Self {
        let (given, given_kana) = random.pick(&GIVENS);
        Self {
            name: format!("{family}　{given}"),
            kana: format!("{family_kana}　{given_kana}"),
            postal: digits(place.postal),
            address1: format!("{}{}", area(place), number(random)),
            address2: building(random),
        }
    }
}

/// Returns prefecture, city and town in one.
pub(crate) fn area(place: &Place<'_>) -> String {
    format!("{}{}{}", place.prefecture, place.city, place.town)
}

/// Writes a code as seven digits.
pub(crate) fn digits(postal: PostalCode) -> String {
    format!("{:07}", postal.number())
}

/// Draws a house number in one of the ways in which hosts write it.
pub(crate) fn number(random: &mut Random) -> String {
    let (chome, ban, go) = (random.between(1, 8), random.between(1, 45), random.between(1, 30));
    match random.below(4) {
        0 => format!("{}丁目{}番{}号", wide(chome), wide(ban), wide(go)),
        1 => format!("{}－{}－{}", wide(chome), wide(ban), wide(go)),
        2 => format!("{}番地{}", wide(random.between(1, 2800)), wide(random.between(1, 20))),
        _ => format!("{}－{}", wide(random.between(1, 1500)), wide(go)),
    }
}

fn building(random: &mut Random) -> String {
    if random.chance(0.65) {
        return String::new();
    }
    let building = random.pick(&BUILDINGS);
    format!("{building}{}号室", wide(random.between(1, 12) * 100 + random.between(1, 9)))
}

/// Writes a number in full-width digits, as hosts do.
pub(crate) fn wide(number: u64) -> String {
    let widen = |digit: char| char::from_u32(digit as u32 - '0' as u32 + '０' as u32);
    number.to_string().chars().filter_map(widen).collect()
}

/// Writes full-width katakana in half width, voicing marks apart.
pub(crate) fn half_width(kana: &str) -> String {
    let mut out = String::with_capacity(kana.len());
    for c in kana.chars() {
        match FULL_WIDTH.chars().position(|full| full == c) {
            Some(at) => out.extend(char::from_u32('ｦ' as u32 + at as u32)),
            None => push_voiced(c, &mut out),
        }
    }
    out
}

/// U+FF66 to U+FF9D in full width.
const FULL_WIDTH: &str =
    "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";

fn push_voiced(c: char, out: &mut String) {
    // Unicode puts the voiced form right after the plain one, the semi-voiced after that.
    for (step, mark) in [(1, 'ﾞ'), (2, 'ﾟ')] {
        let plain = char::from_u32(c as u32 - step);
        let at = plain.and_then(|plain| FULL_WIDTH.chars().position(|full| full == plain));
        if let Some(at) = at {
            out.extend(char::from_u32('ｦ' as u32 + at as u32));
            out.push(mark);
            return;
        }
    }
    out.push(if c == '　' { ' ' } else { c });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kana_are_written_in_half_width() {
        assert_eq!(half_width("ヤマダ　パウロ"), "ﾔﾏﾀﾞ ﾊﾟｳﾛ");
        assert_eq!(half_width("リュウノスケ"), "ﾘｭｳﾉｽｹ");
    }

    #[test]
    fn digits_are_widened() {
        assert_eq!(wide(1024), "１０２４");
    }
}
