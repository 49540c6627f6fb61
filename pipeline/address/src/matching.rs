//! Whether an address names a place: one name against the address at one position.

use crate::normal::Normal;

/// Returns where `name` ends in `address` if it stands there at `at`, `None` if it does not.
///
/// Both are in normal form. Left out or put in on either side without harm: 大字 and 字, ケ and ノ
/// inside a name (霞が関 and 霞関), 条 after its number (北1西4), 丁目 before a hyphen.
pub(crate) fn name_end(address: &Normal, at: usize, name: &[char]) -> Option<usize> {
    let text = address.chars();
    let (mut i, mut j) = (0, at);
    while i < name.len() {
        let (want, have) = (&name[i..], text.get(j..)?);
        match (want.starts_with(&LARGE_SECTION), have.starts_with(&LARGE_SECTION)) {
            (true, false) => i += LARGE_SECTION.len(),
            (false, true) => j += LARGE_SECTION.len(),
            _ => {}
        }
        let (want, have) = (name.get(i..)?, &text[j..]);
        if have.first() == want.first() {
            i += 1;
            j += 1;
            continue;
        }
        let (skip_name, skip_text) = gap(name, i, want, have)?;
        i += skip_name;
        j += skip_text;
    }
    let cuts_a_number = address.inside_number(j);
    (j > at && !cuts_a_number).then_some(j)
}

/// Returns how many characters of name and address to pass over where they differ.
fn gap(name: &[char], i: usize, want: &[char], have: &[char]) -> Option<(usize, usize)> {
    let before = i.checked_sub(1).map(|i| name[i]);
    let skip = match (want, have) {
        (['字', ..], _) => (1, 0),
        (_, ['字', ..]) => (0, 1),
        (['ケ' | 'ノ', ..], _) if before.is_some() => (1, 0),
        (_, ['ケ' | 'ノ', ..]) if before.is_some() => (0, 1),
        (['条', ..], _) if before.is_some_and(|c| c.is_ascii_digit()) => (1, 0),
        (['丁', '目'], ['-', ..]) => (2, 1),
        _ => return None,
    };
    Some(skip)
}

/// 大字 (ōaza), which writers leave out or put in.
const LARGE_SECTION: [char; 2] = ['大', '字'];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(address: &str, name: &str, rest: Option<&str>) {
        let mut normal = Normal::default();
        normal.set(address);
        let end = name_end(&normal, 0, &Normal::of_name(name));
        assert_eq!(end.map(|end| &address[normal.byte(end)..]), rest, "{name} in {address}");
    }

    #[test]
    fn a_name_ends_where_it_ends() {
        check("霞が関1丁目3番2号", "霞が関", Some("1丁目3番2号"));
        check("三番町1-2", "三番町", Some("1-2"));
        check("3番町1-2", "三番町", Some("1-2"));
        check("霞関1-3", "霞が関", Some("1-3"));
        check("津軽石第二十一地割", "大字津軽石", Some("第二十一地割"));
        check("大字津軽石1", "津軽石", Some("1"));
        check("大字大里40", "大里", Some("40"));
        check("大里40", "大字大里", Some("40"));
        check("北1西4-2", "北一条西", Some("4-2"));
        check("保原町1-2-3", "保原町１丁目", Some("2-3"));
        check("西一一丁目", "西一", Some("一丁目"));
    }

    #[test]
    fn a_name_does_not_end_inside_a_number() {
        check("第11地割", "第1", None);
        check("西二十丁目", "西二", None);
    }

    #[test]
    fn another_name_is_not_found() {
        check("霞町1-3", "霞が関", None);
        check("霞が", "霞が関", None);
        check("", "霞が関", None);
    }
}
