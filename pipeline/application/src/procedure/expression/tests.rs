//! What conditions say, and what they refuse to say.

use super::super::Procedure;
use super::*;
use crate::form::Form;

const RULES: &str = r#"
code = "t"
name = "t"
name_en = "t"
version = "1"
[[field]]
path = "a"
label = "a"
label_en = "a"
type = "text"
[[field]]
path = "b"
label = "b"
label_en = "b"
type = "text"
[[field]]
path = "n"
label = "n"
label_en = "n"
type = "number"
[[field]]
path = "d"
label = "d"
label_en = "d"
type = "date"
[[field]]
path = "c"
label = "c"
label_en = "c"
type = "choice"
choices = { yes = "はい", no = "いいえ" }
[[group]]
path = "kids"
label = "k"
label_en = "k"
max = 5
[[field]]
path = "kids[].born"
label = "k"
label_en = "k"
type = "date"
[[group]]
path = "pets"
label = "p"
label_en = "p"
max = 5
[[field]]
path = "pets[].name"
label = "p"
label_en = "p"
type = "text"
[[attachment]]
name = "id"
label = "i"
label_en = "i"
types = ["pdf"]
"#;

fn decide(source: &str, fields: &[(&str, &str)], item: usize) -> Option<bool> {
    let procedure = Procedure::parse(RULES).expect("rules");
    let expression = Expression::compile(source, &schema(&procedure)).expect(source);
    let form = Form::of(fields.iter().copied());
    let placed = procedure.place(&form);
    let received = Date::new(2026, 11, 22).expect("a day");
    expression.decide(&Facts { placed: &placed, attached: &[1], received }, item)
}

fn schema(procedure: &Procedure) -> Schema<'_> {
    Schema {
        fields: &procedure.fields,
        groups: &procedure.groups,
        attachments: &procedure.attachments,
    }
}

#[test]
fn conditions_are_decided_or_left_open() {
    let full = [("a", "x"), ("b", "y"), ("n", "１２"), ("d", "令和8年11月1日"), ("c", "yes")];
    for (source, expected) in [
        ("a == 'x'", Some(true)),
        ("a != b", Some(true)),
        ("n >= 12 and n < 13", Some(true)),
        ("n == -12 or not n == 12", Some(false)),
        ("not not n == 12", Some(true)),
        ("d < received", Some(true)),
        ("days(d, received) == 21", Some(true)),
        ("d == date('2026-11-01')", Some(true)),
        ("c in ('yes', 'no')", Some(true)),
        ("exists(a) and attached(id)", Some(true)),
        ("count(kids) == 0", Some(true)),
        ("any(kids[].born < received)", Some(false)),
        ("all(kids[].born < received)", Some(true)),
        ("(a == 'x' or b == 'x') and (n > 1)", Some(true)),
    ] {
        assert_eq!(decide(source, &full, 0), expected, "{source}");
    }
    for (source, expected) in [
        ("a == 'x'", None),
        ("not a == 'x'", None),
        ("exists(a)", Some(false)),
        ("exists(a) and a == 'x'", Some(false)),
        ("a == 'x' or 1 == 1", Some(true)),
        ("a == 'x' and 1 == 1", None),
        ("n > 0", None),
    ] {
        assert_eq!(decide(source, &[("n", "zwölf")], 0), expected, "{source}");
    }
}

#[test]
fn a_lists_field_is_that_of_the_item() {
    let kids = [("kids[0].born", "2020-02-29"), ("kids[1].born", "2008-11-23")];
    assert_eq!(decide("years(kids[].born, received) == 6", &kids, 0), Some(true));
    assert_eq!(decide("years(kids[].born, received) == 17", &kids, 1), Some(true));
    assert_eq!(decide("years(kids[].born, date('2027-02-28')) == 6", &kids, 0), Some(true));
    assert_eq!(decide("years(kids[].born, date('2027-03-01')) == 7", &kids, 0), Some(true));
    assert_eq!(decide("any(kids[].born < date('2010-01-01'))", &kids, 0), Some(true));
    assert_eq!(decide("all(kids[].born < date('2010-01-01'))", &kids, 0), Some(false));
    assert_eq!(decide("count(kids) == 2", &kids, 0), Some(true));
}

#[test]
fn every_wrong_expression_is_refused_at_its_place() {
    let procedure = Procedure::parse(RULES).expect("rules");
    let deep = format!("{}n == 1{}", "(".repeat(100), ")".repeat(100));
    for (source, at) in [
        ("", 0),
        ("a ==", 4),
        ("a == n", 5),
        ("n == 'x'", 5),
        ("a < 'x'", 0),
        ("zzz == 'x'", 0),
        ("c == 'maybe'", 5),
        ("'maybe' == c", 0),
        ("c in ('yes', 'maybe')", 13),
        ("c in ()", 6),
        ("a == 'x' b", 9),
        ("a == 'x", 5),
        ("a = 'x'", 2),
        ("a == 'x' and n", 13),
        ("not n", 4),
        ("(a == 'x'", 9),
        ("exists(zzz)", 0),
        ("exists('a')", 7),
        ("attached(zzz)", 0),
        ("count(a)", 0),
        ("shout(a)", 0),
        ("date('2026-02-30') == d", 0),
        ("years(a, d) > 1", 6),
        ("kids[].born < received and pets[].name == 'x'", 27),
        ("any(a == 'x')", 0),
        ("a == \"x\"", 5),
        ("n == 99999999999999999999", 5),
        (deep.as_str(), 32),
    ] {
        let fault = Expression::compile(source, &schema(&procedure)).expect_err(source);
        assert_eq!(fault.at, at, "{source}: {}", fault.why);
    }
}
