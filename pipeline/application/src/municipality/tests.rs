//! Codes, wards and the way from a form to its municipality.

use super::*;
use crate::procedure::Procedure;

#[test]
fn check_digits_are_those_of_the_official_list() {
    for six in
        ["011002", "131016", "131024", "141003", "271004", "401307", "472018", "221309", "271403"]
    {
        let code = JisCode::parse(six).expect("a code");
        assert_eq!(code.six_digits(), six);
        assert_eq!(JisCode::parse(&six[..5]), Some(code));
        for other in 0..10 {
            let text = format!("{}{other}", &six[..5]);
            assert_eq!(JisCode::parse(&text).is_some(), text == six, "{text}");
        }
    }
    for bad in ["", "1310", "1310160", "48101", "00101", "13000", "1310a", "-13101"] {
        assert_eq!(JisCode::parse(bad), None, "{bad}");
    }
    assert_eq!(JisCode::parse(" １３１０１ ").map(JisCode::number), Some(13_101));
}

#[test]
fn a_ward_goes_to_its_city_and_a_special_ward_stays() {
    for (ward, city) in [
        (14_104, 14_100),
        (14_118, 14_100),
        (27_128, 27_100),
        (22_138, 22_130),
        (40_109, 40_100),
        (13_101, 13_101),
        (13_123, 13_123),
        (14_201, 14_201),
        (14_100, 14_100),
        (40_138, 40_138),
    ] {
        let code = JisCode::new(ward).expect("a code");
        assert_eq!(city_of(code).number(), city, "{ward}");
    }
}

struct Shop;

impl Places for Shop {
    fn find(&self, postal: Option<PostalCode>, address: &str) -> Option<u32> {
        match (postal.map(PostalCode::number), address) {
            (Some(2_310_005), _) | (_, "神奈川県横浜市中区本町6-50-10") => Some(14_104),
            _ => None,
        }
    }

    fn is_registered(&self, code: JisCode) -> bool {
        [14_100, 13_101].contains(&code.number())
    }
}

#[test]
fn the_forms_code_decides_and_else_the_address() {
    let text = include_str!("../../../../config/procedures/move-out.toml");
    let procedure = Procedure::parse(text).expect("a procedure");
    let to = |number| Assignment::To(JisCode::new(number).expect("a code"));
    for (code, postal, address, expected) in [
        ("131016", "231-0005", "神奈川県横浜市中区本町6-50-10", to(13_101)),
        ("14104", "", "", to(14_100)),
        ("", "", "神奈川県横浜市中区本町6-50-10", to(14_100)),
        ("", "2310005", "本町6-50-10", to(14_100)),
        ("131017", "2310005", "本町", Assignment::Person(Unassigned::BadCode)),
        ("13102", "", "", Assignment::Person(Unassigned::UnknownMunicipality)),
        ("", "", "", Assignment::Person(Unassigned::NoAddress)),
        ("", "", "どこか", Assignment::Person(Unassigned::UnknownAddress)),
    ] {
        let form = Form::of([
            ("municipality", code),
            ("applicant.postal_code", postal),
            ("applicant.address", address),
        ]);
        assert_eq!(assign(&procedure, &form, &Shop), expected, "{code} {postal} {address}");
    }
}
