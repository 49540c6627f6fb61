//! Rule files, whole and broken, and forms at their places.

use super::*;
use crate::form::Form;

const MOVE_OUT: &str = include_str!("../../../../config/procedures/move-out.toml");
const CHILD: &str = include_str!("../../../../config/procedures/child-allowance.toml");
const KANA: &str = "path = \"applicant.kana\"";
const NURSERY: &str = include_str!("../../../../config/procedures/nursery.toml");

#[test]
fn the_procedures_of_the_house_are_read() {
    let all = [MOVE_OUT, CHILD, NURSERY].map(|text| Procedure::parse(text).expect("a procedure"));
    let procedures = Procedures::new(all.to_vec()).expect("distinct codes");
    let codes: Vec<_> = procedures.iter().map(|p| p.code.as_str()).collect();
    assert_eq!(codes, ["child-allowance", "move-out", "nursery"]);
    assert_eq!(procedures.get("900A010200001000").map(|p| p.code.as_str()), Some("move-out"));
    assert!(Procedures::new(vec![all[0].clone(), all[0].clone()]).is_err());
}

#[test]
fn every_broken_rule_file_says_its_line_and_key() {
    for (from, to, at, key) in [
        ("code = \"move-out\"", "code = \"a/b\"", "", "code"),
        ("version", "colour", "colour", ""),
        ("type = \"kana\"", "type = \"hiragana\"", "type = \"hiragana\"", ""),
        (KANA, "path = \"new.address\"", "path = \"new.address\"\nlabel = \"新", "field.path"),
        (KANA, "path = \"applicant..kana\"", "path = \"applicant..", "field.path"),
        (KANA, "path = \"a[].b[].c\"", "path = \"a[]", "field.path"),
        (KANA, "path = \"others[].kana\"", "path = \"others", "field.path"),
        ("type = \"kana\"", "past = true\ntype = \"kana\"", KANA, "field.past"),
        ("name = \"applicant.name\"", "name = \"applicant.nom\"", "", "roles.name"),
        ("max = 20\n\n[[att", "max = 0\n\n[[att", "path = \"members\"", "group.path"),
        (
            "name = \"proxy\"",
            "name = \"identity\"",
            "name = \"identity\"\nlabel = \"委",
            "attachment.name",
        ),
        ("code = \"same-address\"", "code = \"missing\"", "code = \"missing\"", "condition.code"),
        (
            "code = \"same-address\"",
            "code = \"moving-long-past\"",
            "code = \"moving-long-past\"\nmust = \"days(mov",
            "condition.code",
        ),
        (
            "must = \"new.address != ",
            "must = \"new.adress != ",
            "must = \"new.adress",
            "condition.must",
        ),
        (
            "must = \"new.address != applicant.address\"",
            "must = \"'x'\"",
            "must = \"'x'",
            "condition.must",
        ),
        (
            "field = \"new.address\"",
            "field = \"nowhere\"",
            "code = \"same-address",
            "condition.field",
        ),
    ] {
        assert!(MOVE_OUT.contains(from), "{from}");
        let text = MOVE_OUT.replacen(from, to, 1);
        let line = match at {
            "" => 0,
            _ => text[..text.find(at).expect(at)].matches('\n').count() + 1,
        };
        let e = Procedure::parse(&text).expect_err(to);
        assert_eq!((e.line, e.key.as_str()), (line, key), "{to}: {e}");
    }
}

#[test]
fn a_field_is_found_under_its_other_names_and_an_only_item_without_index() {
    let procedure = Procedure::parse(MOVE_OUT).expect("a procedure");
    let form = Form::of([
        ("届出人.氏名", "星見　花子"),
        ("members.name", "星見　一郎"),
        ("members.birth_date", "2020-01-01"),
        ("届出人.旧氏", "x"),
        ("applicant.name", "second"),
    ]);
    let placed = procedure.place(&form);
    assert_eq!(placed.get(&procedure, "applicant.name", 0), Some("星見　花子"));
    assert_eq!(placed.get(&procedure, "members[].name", 0), Some("星見　一郎"));
    let unknown: Vec<_> = placed.unknown().iter().map(|field| field.path).collect();
    assert_eq!(unknown, ["届出人.旧氏", "applicant.name"]);
}

#[test]
fn the_lines_for_a_person_have_labels_and_keep_what_has_no_rule() {
    let procedure = Procedure::parse(MOVE_OUT).expect("a procedure");
    let form = Form::of([
        ("applicant.sex", "female"),
        ("members[0].name", "一"),
        ("members[0].relation", "子"),
        ("members[1].name", "二"),
        ("moving.date", "2026-12-04"),
        ("applicant.birth_date", "昭和23年3月17日"),
        ("旧氏", "x"),
    ]);
    let lines = procedure.lines(&form);
    let lines: Vec<_> = lines.iter().map(|(l, v)| (l.as_str(), v.as_str())).collect();
    assert_eq!(
        lines,
        [
            ("生年月日", "昭和23年3月17日"),
            ("性別", "女"),
            ("異動日（転出予定日）", "2026-12-04（令和8年12月4日）"),
            ("一緒に異動する方の氏名（1）", "一"),
            ("続柄（1）", "子"),
            ("一緒に異動する方の氏名（2）", "二"),
            ("旧氏", "x"),
        ]
    );
}

#[test]
fn the_place_of_a_finding_has_the_label_of_the_form() {
    let procedure = Procedure::parse(MOVE_OUT).expect("a procedure");
    for (place, label) in [
        ("applicant.sex", Some("性別")),
        ("members[1].relation", Some("続柄（2）")),
        ("members[x].relation", None),
        ("members[1]", None),
        ("attachment:nothing", None),
        ("旧氏", None),
    ] {
        assert_eq!(procedure.label_at(place).as_deref(), label, "{place}");
    }
    for rule in &procedure.attachments {
        assert_eq!(
            procedure.label_at(&format!("attachment:{}", rule.name)),
            Some(rule.label.clone())
        );
    }
    for group in &procedure.groups {
        assert_eq!(procedure.label_at(&group.path).as_deref(), Some(group.label.as_str()));
    }
}
