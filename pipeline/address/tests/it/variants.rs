//! Ways of writing an address must never lead to another municipality, nor to another code's town.

use std::collections::{BTreeMap, BTreeSet};

use address::{comparable, find, Grade, Kind, Place};

use crate::DICTIONARY;

/// Every municipality with some of its towns.
fn municipalities() -> BTreeMap<u32, Vec<Place<'static>>> {
    let mut all: BTreeMap<u32, Vec<Place<'static>>> = BTreeMap::new();
    let is_plain = |place: &Place<'_>| {
        place.kind == Kind::Town && !place.town.is_empty() && place.note.is_empty()
    };
    for place in DICTIONARY.all_places().filter(is_plain) {
        all.entry(place.jis_code).or_default().push(place);
    }
    all
}

#[test]
fn no_two_municipalities_have_one_normal_form() {
    let mut codes: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    for place in DICTIONARY.all_places() {
        let name = comparable(&format!("{}{}", place.prefecture, place.city));
        codes.entry(name).or_default().insert(place.jis_code);
    }
    let merged: Vec<_> = codes.iter().filter(|(_, codes)| codes.len() > 1).collect();
    assert!(merged.is_empty(), "{merged:?}");
    assert!(codes.len() > 1_890, "{}", codes.len());
}

/// Ways of writing a municipality, of which each must lead to it or to nothing.
fn written(place: &Place<'_>) -> Vec<String> {
    let Place { prefecture, city, .. } = *place;
    let short = prefecture.strip_suffix(['県', '府', '都']).unwrap_or(prefecture);
    let mut ways = vec![
        format!("{prefecture}{city}"),
        city.to_owned(),
        format!("{short}{city}"),
        format!("{prefecture} {city}　"),
    ];
    if let Some((_, own)) = city.split_once('郡') {
        ways.extend([format!("{prefecture}{own}"), own.to_owned()]);
    }
    if let Some((big, _)) = city.split_once('市') {
        ways.push(format!("{prefecture}{big}市"));
    }
    ways.extend(VARIANTS.iter().filter(|(from, _)| city.contains(*from)).map(|(from, to)| {
        let city = city.replace(*from, to);
        format!("{prefecture}{city}")
    }));
    ways
}

#[test]
fn no_way_of_writing_a_municipality_leads_to_another() {
    let (mut found, mut ways) = (0, 0);
    for (jis_code, places) in municipalities() {
        for place in places.iter().step_by(places.len().div_ceil(TOWNS_OF_EACH)) {
            for way in written(place) {
                let line = format!("{way}{} 77番地2", place.town);
                let Ok(Some(there)) = find(&DICTIONARY, &line) else {
                    ways += 1;
                    continue;
                };
                let same_name = there.city == place.city && there.prefecture == place.prefecture;
                // 府中市 without its prefecture: a town that only one of two has decides.
                let is_theirs = there.grade == Grade::Town && !way.contains(place.prefecture);
                assert!(same_name || is_theirs, "{line}: {} {}", there.prefecture, there.city);
                assert_eq!(there.jis_code == jis_code, same_name, "{line}");
                (found, ways) = (found + usize::from(same_name), ways + 1);
            }
        }
    }
    assert!(ways > 25_000 && found * 100 > ways * 98, "{found} of {ways}");
}

#[test]
fn every_town_is_found_by_its_name_and_no_other() {
    let (mut towns, mut certain) = (0, 0);
    for place in municipalities().into_values().flatten() {
        if place.town.contains('、') {
            continue;
        }
        let line = format!("{}{}{} 77番地2", place.prefecture, place.city, place.town);
        let found = find(&DICTIONARY, &line).expect("no code to contradict").expect(&line);
        assert_eq!((found.jis_code, found.grade), (place.jis_code, Grade::Town), "{line}");
        assert_eq!(found.rest, "77番地2", "{line}: {}", found.town);
        if let Some(postal) = found.postal {
            let codes = DICTIONARY.places(postal).map(|place| comparable(place.town));
            assert!(codes.into_iter().any(|town| town.contains(&comparable(place.town))), "{line}");
            certain += 1;
        }
        towns += 1;
    }
    assert!(towns > 100_000 && certain * 100 > towns * 95, "{certain} of {towns}");
}

/// Towns of each municipality that are tried.
const TOWNS_OF_EACH: usize = 3;
/// What writers take for one another, in names of municipalities.
const VARIANTS: &[(&str, &str)] = &[
    ("ケ", "ヶ"),
    ("ケ", "が"),
    ("ヶ", "ケ"),
    ("が", "ケ"),
    ("が", "ヶ"),
    ("つ", "っ"),
    ("ツ", "ッ"),
    ("ノ", "の"),
    ("之", "ノ"),
    ("の", "ノ"),
    ("沢", "澤"),
    ("浜", "濱"),
    ("崎", "﨑"),
    ("辺", "邊"),
    ("竜", "龍"),
    ("龍", "竜"),
    ("島", "嶋"),
    ("富", "冨"),
    ("塚", "\u{FA10}"),
    ("桜", "櫻"),
    ("広", "廣"),
    ("国", "國"),
    ("大字", ""),
    ("一", "１"),
    ("三", "3"),
    ("八", "８"),
    ("十", "10"),
];
