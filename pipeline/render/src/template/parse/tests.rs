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
                    name: "a".to_owned(),
                    negated: true,
                    equals: Some("b".to_owned()),
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
        ("あ{% end %}", 1, 2, "does not belong here"),
    ] {
        let found = faults(body);
        assert_eq!((found[0].0, found[0].1), (line, column), "{body}: {found:?}");
        assert!(found[0].2.contains(words), "{body}: {found:?}");
    }
}
