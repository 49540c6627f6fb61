//! Whether an address names a place: one name against the address at one position.

use crate::normal::Normal;

/// Where a name ends in an address, and how well it stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NameEnd {
    /// The character of the address after it.
    pub end: usize,
    /// Characters of the name that stand in the address.
    pub matched: usize,
    /// Times that one of the two has something that the other leaves out.
    pub slips: usize,
}

/// Returns where the name of a municipality ends in `address` if it stands there at `at`.
///
/// Both are in normal form. Left out or put in on either side without harm: 大字 and 字, ケ and ノ
/// inside a name (霞が関 and 霞関), 条 after its number (北1西4), 丁目 before a hyphen.
pub(crate) fn name_end(address: &Normal, at: usize, name: &[char]) -> Option<NameEnd> {
    stands(address, at, name, gap)
}

/// Returns where the name of a town ends, in which 町 may be left out besides (木之本町西山 and
/// 木之本西山): not at its beginning, not after a number, and at its end only before a number.
pub(crate) fn town_end(address: &Normal, at: usize, name: &[char]) -> Option<NameEnd> {
    let gap_of_town = |difference: &Difference<'_>| {
        let leaves_out = difference.leaves_out_quarter().then_some((1, 0));
        gap(difference).or(leaves_out)
    };
    stands(address, at, name, gap_of_town)
}

/// Where name and address differ.
struct Difference<'a> {
    /// The name.
    name: &'a [char],
    /// The place in it.
    place: usize,
    /// The name from there on.
    want: &'a [char],
    /// The address from there on.
    have: &'a [char],
}

/// Compares name and address; where they differ, `gap` says how many characters of either to pass
/// over, if that does no harm.
fn stands(
    address: &Normal,
    at: usize,
    name: &[char],
    gap: impl Fn(&Difference<'_>) -> Option<(usize, usize)>,
) -> Option<NameEnd> {
    let text = address.chars();
    let (mut place, mut j, mut matched, mut slips) = (0, at, 0, 0);
    while place < name.len() {
        let (want, have) = (&name[place..], text.get(j..)?);
        let is_equal = have.first() == want.first();
        if is_equal && want[0] != LARGE_SECTION[0] {
            (place, j, matched) = (place + 1, j + 1, matched + 1);
            continue;
        }
        match (want.starts_with(&LARGE_SECTION), have.starts_with(&LARGE_SECTION)) {
            (true, false) => place += LARGE_SECTION.len(),
            (false, true) => j += LARGE_SECTION.len(),
            _ if is_equal => (place, j, matched) = (place + 1, j + 1, matched + 1),
            _ => {
                let (of_name, of_text) = gap(&Difference { name, place, want, have })?;
                (place, j, slips) = (place + of_name, j + of_text, slips + 1);
            }
        }
    }
    let cuts_a_number = address.inside_number(j);
    (j > at && !cuts_a_number).then_some(NameEnd { end: j, matched, slips })
}

/// What every name may lack or have besides.
fn gap(difference: &Difference<'_>) -> Option<(usize, usize)> {
    let before = difference.before();
    let skip = match (difference.want, difference.have) {
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

impl Difference<'_> {
    fn before(&self) -> Option<char> {
        self.place.checked_sub(1).map(|place| self.name[place])
    }

    /// Returns whether the address may leave 町 out here.
    fn leaves_out_quarter(&self) -> bool {
        let is_numbered = |c: char| c.is_ascii_digit() || matches!(c, '番' | '丁');
        let after_a_name = self.before().is_some_and(|c| !is_numbered(c));
        let follows = match (self.want.len(), self.have.first()) {
            (1, next) => next.is_none_or(char::is_ascii_digit),
            (_, next) => next.is_some(),
        };
        self.want[0] == '町' && after_a_name && follows
    }
}

/// 大字 (ōaza), which writers leave out or put in.
const LARGE_SECTION: [char; 2] = ['大', '字'];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(address: &str, name: &str, rest: Option<&str>) {
        let mut normal = Normal::default();
        normal.set(address);
        let found = town_end(&normal, 0, &Normal::of_name(name));
        let after = found.map(|found| &address[normal.byte(found.end)..]);
        assert_eq!(after, rest, "{name} in {address}");
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
    fn a_quarter_is_left_out_where_no_number_is_harmed() {
        check("西小松川12-345", "西小松川町", Some("12-345"));
        check("木之本西山123", "木之本町西山", Some("123"));
        check("町野桶戸", "町野町桶戸", Some(""));
        check("野町桶戸", "町野町桶戸", None);
        check("屋5丁目", "町屋", None);
        check("一番一号", "一番町", None);
        check("十六1丁目", "十六町", None);
        check("西小松川駅前", "西小松川町", None);
        let mut normal = Normal::default();
        normal.set("東山1-2");
        assert_eq!(name_end(&normal, 0, &Normal::of_name("東山町")), None);
    }

    #[test]
    fn what_is_left_out_is_counted() {
        let mut normal = Normal::default();
        normal.set("一宮1-2");
        let found = |name| town_end(&normal, 0, &Normal::of_name(name)).expect(name);
        assert_eq!(found("一宮"), NameEnd { end: 2, matched: 2, slips: 0 });
        assert_eq!(found("一ノ宮"), NameEnd { end: 2, matched: 2, slips: 1 });
    }

    #[test]
    fn another_name_is_not_found() {
        check("霞町1-3", "霞が関", None);
        check("霞が", "霞が関", None);
        check("", "霞が関", None);
    }
}
