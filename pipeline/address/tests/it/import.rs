//! The post office's three formats, written from the shipped dictionary and read again.

use address::import::Format;
use address::{Dictionary, Import, ImportError, Kind, Place};
use encoding_rs::SHIFT_JIS;

use crate::DICTIONARY;

#[test]
fn the_files_of_cp932_give_the_same_dictionary() {
    let (towns, splits) = ken_all(&DICTIONARY, true);
    assert!(splits > 100, "{splits} towns over several rows");
    let (towns, offices) = (cp932(&towns), cp932(&jigyosyo(&DICTIONARY)));
    let mut import = Import::new("2026-10").expect("a month");
    assert_eq!(import.add(&towns), Ok(Format::KenAll));
    assert_eq!(import.add(&offices), Ok(Format::Jigyosyo));
    check_same(&import.finish(None).expect("towns"));
}

#[test]
fn the_file_of_utf8_gives_the_same_dictionary() {
    let (towns, _) = ken_all(&DICTIONARY, false);
    let towns = format!("\u{FEFF}{}", towns.replace('～', "〜").replace('－', "−"));
    let mut import = Import::new("2026-10").expect("a month");
    assert_eq!(import.add(towns.as_bytes()), Ok(Format::UtfKenAll));
    check_same(&import.finish(Some(&DICTIONARY)).expect("towns, and the offices before"));
}

#[test]
fn an_imported_dictionary_is_written_and_read() {
    let files = [KASUMIGASEKI.as_bytes()];
    let dictionary = Import::from_files("2027-01", &files).expect("one row");
    let read = Dictionary::read(&dictionary.write()).expect("what was written");
    assert!(read == dictionary);
    assert_eq!((read.month(), read.len(), read.place_count()), ("2027-01", 1, 1));
}

/// Checks that a dictionary is the shipped one, and shows the first place that is not.
fn check_same(dictionary: &Dictionary) {
    for (place, shipped) in dictionary.all_places().zip(DICTIONARY.all_places()) {
        assert_eq!(place, shipped);
    }
    assert!(*dictionary == *DICTIONARY);
}

/// Checks what is said of a broken file.
fn check(file: &str, expected: &str) {
    let fault = Import::from_files("2026-10", &[file.as_bytes()]).expect_err(expected);
    assert_eq!(fault.to_string(), expected);
}

#[test]
fn a_broken_file_is_refused_with_line_and_column() {
    let two = |second: &str| format!("{KASUMIGASEKI}{second}");
    check("", "file of postal codes is empty");
    check(
        &two("13101,\"100\"\r\n"),
        "line 2: 2 columns, expected 15 (KEN_ALL) or 13 (JIGYOSYO) throughout",
    );
    check(
        &two(&KASUMIGASEKI.replace("1000013", "100001")),
        "line 2, column 3: \"100001\" is not a number of the right length",
    );
    check(
        &two(&KASUMIGASEKI.replace("0,0,1,0,0,0", "0,0,7,0,0,0")),
        "line 2, column 12: \"7\" is not 0 or 1",
    );
    check(
        &two(&KASUMIGASEKI.replace("霞が関", "霞が関（１丁目、")),
        "line 2, column 9: the bracket of \"霞が関（１丁目、\" is never closed",
    );
    check(
        &two(&KASUMIGASEKI.replace("\"100  \"", "\"1\"")),
        "line 2, column 2: \"1\" is not an old code of three or five digits",
    );
}

#[test]
fn undecodable_bytes_are_refused_with_their_line() {
    let mut file = cp932(&KASUMIGASEKI.repeat(3));
    let at = file.len() - 30;
    file[at] = 0xFF;
    assert_eq!(
        Import::from_files("2026-10", &[&file]).expect_err("undecodable"),
        ImportError::Undecodable { line: 3 }
    );
}

#[test]
fn offices_alone_make_no_dictionary() {
    let offices = jigyosyo(&DICTIONARY);
    let alone = Import::from_files("2026-10", &[offices.as_bytes()]);
    assert!(matches!(alone, Err(ImportError::NoTowns)));
    assert!(matches!(Import::new("October"), Err(ImportError::Month { .. })));
    assert!(matches!(Import::new("2026-13"), Err(ImportError::Month { .. })));
}

/// Writes KEN_ALL as the post office does, and says how many towns go over several rows.
fn ken_all(dictionary: &Dictionary, split: bool) -> (String, usize) {
    let mut file = String::new();
    let mut splits = 0;
    for place in dictionary.all_places().filter(|place| !place.kind.is_office()) {
        let town = ninth_column(&place);
        let chars: Vec<char> = town.chars().collect();
        let is_split = split && chars.len() > TOWN_LEN_MAX && town.contains('（');
        let row_len = if is_split { TOWN_LEN_MAX } else { chars.len() };
        splits += usize::from(is_split);
        for part in chars.chunks(row_len) {
            let part: String = part.iter().collect();
            file.push_str(&town_row(&place, &part));
        }
    }
    (file, splits)
}

fn town_row(place: &Place, town: &str) -> String {
    let flags = place.flags;
    let flag = |set: bool| u8::from(set);
    format!(
        "{:05},\"{}\",\"{}\",\"ﾄﾄﾞｳﾌｹﾝ\",\"ｼｸﾁｮｳｿﾝ\",\"ﾁｮｳｲｷ\",\"{}\",\"{}\",\"{town}\",{},{},{},{},0,0\r\n",
        place.jis_code,
        old_code(place),
        String::from(place.postal),
        place.prefecture,
        place.city,
        flag(flags.town_has_more_codes),
        flag(flags.lots_by_hamlet),
        flag(flags.has_chome),
        flag(flags.code_has_more_towns),
    )
}

fn jigyosyo(dictionary: &Dictionary) -> String {
    let mut file = String::new();
    for place in dictionary.all_places().filter(|place| place.kind.is_office()) {
        file.push_str(&format!(
            "{:05},\"ｼﾞｷﾞﾖｳｼﾖ\",\"{}\",\"{}\",\"{}\",\"{}\",\"{}\",\"{}\",\"{}\",\"{}\",{},0,0\r\n",
            place.jis_code,
            place.name,
            place.prefecture,
            place.city,
            place.town,
            full_width(place.street),
            String::from(place.postal),
            old_code(&place),
            place.post_office,
            u8::from(place.kind == Kind::PoBox),
        ));
    }
    file
}

/// An old code of the right length: only the length is kept.
fn old_code(place: &Place) -> String {
    let digits = String::from(place.postal);
    match place.old_code_len {
        3 => format!("{}  ", &digits[..3]),
        _ => digits[..5].to_owned(),
    }
}

/// Puts the remark back to where KEN_ALL has it.
fn ninth_column(place: &Place) -> String {
    let (town, note) = (place.town, full_width(place.note));
    match (place.kind, note.as_str()) {
        (Kind::Representative, _) => "以下に掲載がない場合".to_owned(),
        (_, "") => town.to_owned(),
        (_, "一円") => {
            let own = place.city.split_once('郡').map_or(place.city, |(_, own)| own);
            format!("{own}一円")
        }
        (_, note) if note.contains("の次に") || note.contains("地割") => {
            format!("{town}{note}")
        }
        (_, note) => format!("{town}（{note}）"),
    }
}

fn full_width(text: &str) -> String {
    let widen = |c: char| match c {
        '!'..='~' => char::from_u32(c as u32 + 0xFEE0).expect("a full-width form"),
        _ => c,
    };
    text.chars().map(widen).collect()
}

fn cp932(text: &str) -> Vec<u8> {
    let (bytes, _, unmappable) = SHIFT_JIS.encode(text);
    assert!(!unmappable, "the post office writes CP932");
    bytes.into_owned()
}

/// KEN_ALL splits a town of more full-width characters (facts §2.1).
const TOWN_LEN_MAX: usize = 38;
const KASUMIGASEKI: &str = "13101,\"100  \",\"1000013\",\"ﾄｳｷｮｳﾄ\",\"ﾁﾖﾀﾞｸ\",\"ｶｽﾐｶﾞｾｷ\",\
                            \"東京都\",\"千代田区\",\"霞が関\",0,0,1,0,0,0\r\n";
