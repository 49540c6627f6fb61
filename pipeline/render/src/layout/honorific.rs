//! 敬称 (keishō): which honorific follows a name, and after which line.

/// How the addressee is written: the lines above, and the honorific of the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addressee<'a> {
    /// The lines of the name, top down; the second may be empty.
    pub lines: [&'a str; 2],
    /// The honorific after the last line that is not empty; empty when the name holds one.
    pub honorific: &'a str,
    /// Whether the first line is that of someone with whom the addressee lives.
    pub care_of: bool,
}

/// Returns how a name is addressed (facts: post_and_print §6.4).
///
/// `own` is the record's honorific, `usual` the sender's for records without one. A name that
/// already ends in an honorific gets none. A second line in care of someone (〜様方, 気付) goes
/// above the name; any other second line (department, person in charge) follows it and carries the
/// honorific, so that 御中 and 様 never stand together.
pub fn addressee<'a>(name: &'a str, name2: &'a str, own: &'a str, usual: &'a str) -> Addressee<'a> {
    let (name, name2) = (trim(name), trim(name2));
    let care_of = !name2.is_empty() && CARE_OF.iter().any(|&end| name2.ends_with(end));
    let lines = if care_of { [name2, name] } else { [name, name2] };
    let last = if lines[1].is_empty() { lines[0] } else { lines[1] };
    let wanted = if trim(own).is_empty() { usual } else { trim(own) };
    let honorific = if has_honorific(last) { "" } else { wanted };
    Addressee { lines, honorific, care_of }
}

/// Returns whether a name already ends in an honorific.
///
/// 行 counts only after a blank: it also ends given names (孝行) and banks (銀行).
pub fn has_honorific(name: &str) -> bool {
    let ends = HONORIFICS.iter().any(|&end| name.ends_with(end) && name != end);
    ends || name.ends_with(" 行") || name.ends_with("\u{3000}行")
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\u{3000}'])
}

const HONORIFICS: [&str; 9] =
    ["様", "御中", "殿", "先生", "各位", "さま", "殿下", "ご一同様", "宛"];
const CARE_OF: [&str; 4] = ["様方", "方", "気付", "気付け"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_honorific_is_added_once_and_to_the_right_line() {
        for (name, name2, own, lines, honorific) in [
            ("髙橋 花子", "", "", ["髙橋 花子", ""], "様"),
            ("髙橋 花子様", "", "", ["髙橋 花子様", ""], ""),
            ("髙橋 花子　様", "", "様", ["髙橋 花子　様", ""], ""),
            ("株式会社星見", "", "御中", ["株式会社星見", ""], "御中"),
            ("株式会社星見 御中", "", "", ["株式会社星見 御中", ""], ""),
            ("星見銀行", "", "御中", ["星見銀行", ""], "御中"),
            ("山田 孝行", "", "", ["山田 孝行", ""], "様"),
            ("株式会社星見 行", "", "御中", ["株式会社星見 行", ""], ""),
            ("星見市長 殿", "", "", ["星見市長 殿", ""], ""),
            ("町内会各位", "", "", ["町内会各位", ""], ""),
            ("田中一郎先生", "", "様", ["田中一郎先生", ""], ""),
            ("株式会社星見", "総務部", "御中", ["株式会社星見", "総務部"], "御中"),
            ("株式会社星見", "総務部 御中", "様", ["株式会社星見", "総務部 御中"], ""),
            ("株式会社星見", "総務部 山田太郎", "", ["株式会社星見", "総務部 山田太郎"], "様"),
            ("山田太郎", "鈴木様方", "", ["鈴木様方", "山田太郎"], "様"),
            ("　佐藤 葵　", "", "　", ["佐藤 葵", ""], "様"),
        ] {
            let found = addressee(name, name2, own, "様");
            assert_eq!((found.lines, found.honorific), (lines, honorific), "{name}/{name2}/{own}");
        }
    }

    #[test]
    fn a_name_that_is_only_an_honorific_character_still_gets_one() {
        assert_eq!(addressee("殿", "", "", "様").honorific, "様");
    }
}
