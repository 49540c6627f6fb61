//! Body texts read, and their faults with places.

use super::*;
use crate::template::fault::BODY;

fn faults(body: &str) -> Vec<(u32, u32, String)> {
    let faults = read_body(BODY, body).expect_err("a fault");
    faults.into_iter().map(|fault| (fault.line, fault.column, fault.message)).collect()
}

#[test]
fn each_line_is_a_paragraph_and_its_start_chooses_the_style() {
    let nodes = read_body(BODY, "# 題\n本文\n\n+ (1) 項目\n> 右\n{# 注 #}\n{% table t %}\n")
        .expect("sound");
    let kinds: Vec<String> = nodes
        .iter()
        .map(|node| match node {
            Node::Line(marker, label, _, place) => {
                format!(
                    "{marker:?} {} {}:{}",
                    label.as_deref().unwrap_or("-"),
                    place.line,
                    place.column
                )
            }
            other => format!("{other:?}"),
        })
        .collect();
    let place = Place { file: BODY, line: 7, column: 1 };
    assert_eq!(
        kinds,
        [
            "Heading - 1:3".to_owned(),
            "Plain - 2:1".to_owned(),
            "Blank".to_owned(),
            "Plain (1) 4:7".to_owned(),
            "Right - 5:3".to_owned(),
            format!("{:?}", Node::Table("t".to_owned(), place)),
        ]
    );
}

#[test]
fn values_and_choices_keep_their_places() {
    let place = Place { file: BODY, line: 1, column: 1 };
    let inlines =
        read_inlines("計{{ total | yen }}{% if not a == \"b\" %}x{% else %}y{% end %}", place);
    let text = |text: &str, column| Inline::Text(text.to_owned(), Place { column, ..place });
    assert_eq!(
        inlines,
        Ok(vec![
            text("計", 1),
            Inline::Value(Expr {
                name: "total".to_owned(),
                filters: vec!["yen".to_owned()],
                place: Place { column: 2, ..place },
            }),
            Inline::If(
                Cond {
                    groups: vec![vec![Test {
                        name: "a".to_owned(),
                        negated: true,
                        compared: Some((Sign::Equal, Operand::Text("b".to_owned()))),
                    }]],
                    place: Place { column: 19, ..place },
                },
                vec![text("x", 40)],
                vec![text("y", 51)],
            ),
        ])
    );
}

#[test]
fn every_fault_says_line_and_column() {
    for (body, line, column, words) in [
        ("本文\n  {% wenn a %}", 2, 3, "is not a directive"),
        ("一行\n{% if a %}\n本文", 2, 1, "never closed"),
        ("{% end %}", 1, 1, "closes nothing"),
        ("{% else %}", 1, 1, "without"),
        ("金額は{{ total", 1, 4, "never closed"),
        ("金額は{{ }}円", 1, 4, "names no field"),
        ("{% if a == b %}\n{% end %}", 1, 1, "no quotes"),
        ("あ{% if a b %}い{% end %}", 1, 2, "not a condition"),
        ("あ{% if a %}い", 1, 2, "never closed"),
        ("あ{% if a %}い{% elif b > 1 %}う", 1, 13, "never closed"),
        ("{% if a and %}\n{% end %}", 1, 1, "not a condition"),
        ("{% if a or or b %}\n{% end %}", 1, 1, "not a condition"),
        ("{% if a > %}\n{% end %}", 1, 1, "not a condition"),
        ("{% if a = \"b\" %}\n{% end %}", 1, 1, "no sign that is known"),
        ("{% if a == \"b %}\n{% end %}", 1, 1, "no closing quote"),
        ("{% elif a %}\n{% end %}", 1, 1, "without"),
        ("{% if a %}\n{% else %}\n{% elif b %}\n{% end %}", 3, 1, "without"),
        ("あ{% end %}", 1, 2, "does not belong here"),
    ] {
        let found = faults(body);
        assert_eq!((found[0].0, found[0].1), (line, column), "{body}: {found:?}");
        assert!(found[0].2.contains(words), "{body}: {found:?}");
    }
}

#[test]
fn a_condition_is_groups_of_tests_and_quotes_hold_any_words() {
    let place = Place { file: BODY, line: 1, column: 1 };
    let read = |text: &str| cond::read(text, place).expect("a condition").groups;
    let test = |name: &str, negated, compared| Test { name: name.to_owned(), negated, compared };
    let text = |text: &str| Operand::Text(text.to_owned());
    assert_eq!(
        read(" a==\"x and y or z\" and not b>=-12 or page < pages"),
        [
            vec![
                test("a", false, Some((Sign::Equal, text("x and y or z")))),
                test("b", true, Some((Sign::AtLeast, Operand::Number(-12)))),
            ],
            vec![test("page", false, Some((Sign::Less, Operand::Name("pages".to_owned()))))],
        ]
    );
    assert_eq!(read("not not a"), [[test("a", false, None)]]);
}

#[test]
fn elif_is_a_choice_in_the_other_branch() {
    let nodes = read_body(
        BODY,
        "{% if a %}\n1\n{% elif b %}\n2\n{% elif c %}\n3\n{% else %}\n4\n{% end %}\n後\n",
    )
    .expect("sound");
    let [Node::If(_, first, rest), Node::Line(..)] = &nodes[..] else { panic!("{nodes:?}") };
    let [Node::If(_, second, rest)] = &rest[..] else { panic!("{rest:?}") };
    let [Node::If(_, third, last)] = &rest[..] else { panic!("{rest:?}") };
    assert_eq!([first.len(), second.len(), third.len(), last.len()], [1; 4]);
}
