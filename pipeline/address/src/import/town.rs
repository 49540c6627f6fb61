//! The grammar of KEN_ALL's ninth column, in which a town and remarks on it stand mixed.

use crate::dictionary::{own_name, Kind};

/// What the ninth column says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Town {
    /// [`Kind::Representative`] for 以下に掲載がない場合, else [`Kind::Town`].
    pub kind: Kind,
    /// The town without any remark; empty where the municipality has no towns.
    pub town: String,
    /// The remark, ASCII in half width.
    pub note: String,
}

/// Reads the ninth column of a row whose eighth is `city` (facts §2.1).
///
/// - `以下に掲載がない場合`: the representative code, no town;
/// - `大通西（１～１９丁目）`: town and note;
/// - `種市第１５地割～第２１地割（鹿糠）`: 種市, note `第15地割～第21地割(鹿糠)`;
/// - `小菅村の次に１～６６３番地がくる場合`: no town, the whole text is the note;
/// - `利島村一円`: no town, note `一円`. 滋賀県多賀町一円 alone is a town of that name.
pub fn read_town(text: &str, city: &str) -> Town {
    if text == REPRESENTATIVE {
        return Town { kind: Kind::Representative, town: String::new(), note: String::new() };
    }
    // （高層棟）（２２階） is one note in two brackets.
    let text = text.replace("）（", "");
    let (town, bracket) = match text.split_once('（') {
        Some((town, bracket)) => (town, bracket.strip_suffix('）').unwrap_or(bracket)),
        None => (text.as_str(), ""),
    };
    let (town, remark) = split_remark(town, city);
    let note = match (remark, bracket) {
        ("", bracket) => bracket.to_owned(),
        (remark, "") => remark.to_owned(),
        (remark, bracket) => format!("{remark}({bracket})"),
    };
    Town { kind: Kind::Town, town: town.to_owned(), note: half_width(&note) }
}

/// Splits a remark without brackets off a town.
fn split_remark<'a>(text: &'a str, city: &str) -> (&'a str, &'a str) {
    if text.contains("の次に") && text.ends_with("がくる場合") {
        return ("", text);
    }
    if text.contains("地割") {
        let number = text.find(|c: char| ('０'..='９').contains(&c)).unwrap_or(text.len());
        let start =
            if text[..number].ends_with('第') { number - '第'.len_utf8() } else { number };
        return text.split_at(start);
    }
    match text.strip_suffix(WHOLE_CITY) {
        Some("") | None => (text, ""),
        Some(name) if name == own_name(city) => ("", WHOLE_CITY),
        Some(name) => (name, WHOLE_CITY),
    }
}

/// Writes the full-width forms of ASCII in half width; `～` stays, as it is no tilde here.
pub(crate) fn half_width(text: &str) -> String {
    let narrow = |c: char| match c {
        '～' => c,
        '！'..='｝' => char::from_u32(c as u32 - FULL_WIDTH_OFFSET).unwrap_or(c),
        _ => c,
    };
    text.chars().map(narrow).collect()
}

const REPRESENTATIVE: &str = "以下に掲載がない場合";
const WHOLE_CITY: &str = "一円";
/// From `!` to `！`.
const FULL_WIDTH_OFFSET: u32 = 0xFEE0;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, city: &str, town: &str, note: &str) {
        let expected = Town { kind: Kind::Town, town: town.into(), note: note.into() };
        assert_eq!(read_town(text, city), expected, "{text}");
    }

    #[test]
    fn every_form_of_remark_is_told_from_the_town() {
        check("霞が関", "千代田区", "霞が関", "");
        check("大通西（１～１９丁目）", "札幌市中央区", "大通西", "1～19丁目");
        check("小塚（１、２「９」）", "鎌ケ谷市", "小塚", "1、2「9」");
        check(
            "種市第１５地割～第２１地割（鹿糠）",
            "九戸郡洋野町",
            "種市",
            "第15地割～第21地割(鹿糠)",
        );
        check("穴明２２地割、穴明２３地割", "和賀郡西和賀町", "穴明", "22地割、穴明23地割");
        check("葛巻（第４０地割）", "岩手郡葛巻町", "葛巻", "第40地割");
        check(
            "琴平町の次に１～４２６番地がくる場合（川東）",
            "仲多度郡琴平町",
            "",
            "琴平町の次に1～426番地がくる場合(川東)",
        );
        check("利島村一円", "利島村", "", "一円");
        check("三宅村一円", "三宅島三宅村", "", "一円");
        check("一円", "犬上郡多賀町", "一円", "");
        check("北浜東（高層棟）（２２階）", "中央区", "北浜東", "高層棟22階");
    }

    #[test]
    fn the_representative_row_has_no_town() {
        let read = read_town("以下に掲載がない場合", "千代田区");
        assert_eq!((read.kind, read.town.as_str()), (Kind::Representative, ""));
    }
}
