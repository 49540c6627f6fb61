//! What the note in brackets after a town says about an address.

use crate::normal::Normal;

/// Returns whether a town's note allows the address whose rest begins at `at`.
///
/// Only a note that is a plain list of 丁目 (`1～19丁目`, `1、3丁目`) is judged, and only against a
/// number with 丁目 or with a hyphen after it; every other note allows everything.
pub(crate) fn allows(note: &str, address: &Normal, at: usize) -> bool {
    let Some(list) = note.strip_suffix("丁目").filter(|list| is_number_list(list)) else {
        return true;
    };
    match chome(address.chars().get(at..).unwrap_or_default()) {
        Some(chome) => contains(list, chome),
        None => true,
    }
}

/// Returns whether the note names a floor: the row is a building (`高層ビル`) with a code a floor.
pub(crate) fn names_a_floor(note: &str) -> bool {
    note.ends_with('階') || note == "地階・階層不明"
}

/// Returns whether the floor that a note names (`3階`) stands in the address, as 3階 or 3F.
pub(crate) fn floor_stands_in(note: &str, address: &Normal) -> bool {
    let Some(floor) = note.strip_suffix('階') else { return false };
    let floor: Vec<char> = floor.chars().collect();
    let text = address.chars();
    let mut windows = text.windows(floor.len() + 1).enumerate();
    windows.any(|(at, window)| {
        window.starts_with(&floor)
            && matches!(window.last(), Some('階' | 'F'))
            && !address.inside_number(at)
    })
}

fn is_number_list(list: &str) -> bool {
    list.starts_with(|c: char| c.is_ascii_digit())
        && list.chars().all(|c| c.is_ascii_digit() || matches!(c, '、' | '～'))
}

/// Returns the 丁目 with which the rest of an address begins.
fn chome(rest: &[char]) -> Option<u32> {
    let digits = rest.iter().take_while(|c| c.is_ascii_digit()).count();
    let follows = rest.get(digits..)?;
    if digits == 0 || digits > 3 || !matches!(follows, ['-', ..] | ['丁', '目', ..]) {
        return None;
    }
    rest[..digits].iter().try_fold(0, |value, c| Some(10 * value + c.to_digit(10)?))
}

fn contains(list: &str, chome: u32) -> bool {
    list.split('、').any(|range| {
        let (from, to) = range.split_once('～').unwrap_or((range, range));
        match (from.parse::<u32>(), to.parse::<u32>()) {
            (Ok(from), Ok(to)) => (from..=to).contains(&chome),
            _ => true,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(note: &str, rest: &str, expected: bool) {
        let mut normal = Normal::default();
        normal.set(rest);
        assert_eq!(allows(note, &normal, 0), expected, "{note} and {rest}");
    }

    #[test]
    fn a_list_of_chome_is_judged() {
        check("1～19丁目", "19丁目2", true);
        check("1～19丁目", "二十丁目", false);
        check("1～19丁目", "25-3", false);
        check("1、3～5丁目", "2丁目", false);
        check("1、3～5丁目", "4丁目", true);
        check("1～19丁目", "25番地", true);
    }

    #[test]
    fn a_floor_is_found_whole() {
        let mut normal = Normal::default();
        normal.set("2-6-1新宿住友ビル13F");
        assert!(floor_stands_in("13階", &normal));
        assert!(!floor_stands_in("3階", &normal));
        assert!(!floor_stands_in("地階・階層不明", &normal));
    }

    #[test]
    fn any_other_note_allows_everything() {
        for note in ["", "その他", "1丁目「11を除く」", "丁目", "1～349番地"] {
            check(note, "77丁目", true);
        }
    }
}
