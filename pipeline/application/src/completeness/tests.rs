//! Whole applications against the procedures of the house.

use super::*;
use crate::procedure::Severity;

const CHILD: &str = include_str!("../../../../config/procedures/child-allowance.toml");
const MOVE_OUT: &str = include_str!("../../../../config/procedures/move-out.toml");
const NURSERY: &str = include_str!("../../../../config/procedures/nursery.toml");

const CHILD_FORM: &[(&str, &str)] = &[
    ("municipality", "141003"),
    ("applicant.name", "星見　花子"),
    ("applicant.kana", "ホシミ　ハナコ"),
    ("applicant.birth_date", "平成2年4月1日"),
    ("applicant.sex", "female"),
    ("applicant.postal_code", "231-0005"),
    ("applicant.address", "神奈川県横浜市中区本町6-50-10"),
    ("applicant.phone", "045-123-4567"),
    ("applicant.pension", "employee"),
    ("event.date", "2026-11-15"),
    ("account.bank", "星見銀行"),
    ("account.branch", "本店"),
    ("account.number", "1234567"),
    ("account.holder_kana", "ホシミ ハナコ"),
    ("children[0].name", "星見　一郎"),
    ("children[0].birth_date", "2020-05-05"),
    ("children[0].relation", "child"),
    ("children[0].living_together", "yes"),
    ("children[1].name", "星見　二葉"),
    ("children[1].birth_date", "2026-11-10"),
    ("children[1].relation", "child"),
    ("children[1].living_together", "yes"),
];

fn found(rules: &str, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Vec<(String, String)> {
    let procedure = Procedure::parse(rules).expect("rules");
    let form = Form::of(fields.iter().copied());
    let attachment = |(name, bytes): &(&str, &'static [u8])| Attachment {
        member: format!("A-1/{name}"),
        title: String::new(),
        bytes,
    };
    let files: Vec<(&str, &'static [u8])> =
        files.iter().map(|(name, bytes)| (*name, &*bytes.to_vec().leak())).collect();
    let attachments: Vec<Attachment<'_>> = files.iter().map(attachment).collect();
    let received = Date::new(2026, 11, 21).expect("a day");
    let findings = check(&procedure, &form, &attachments, received);
    for finding in &findings {
        for (_, value) in fields.iter().filter(|(_, value)| value.len() > 6) {
            assert!(!finding.japanese.contains(value), "a finding repeats what was written");
        }
    }
    findings.into_iter().map(|f| (f.code.into_owned(), f.field)).collect()
}

fn with<'f>(
    base: &[(&'f str, &'f str)],
    path: &'f str,
    value: Option<&'f str>,
) -> Vec<(&'f str, &'f str)> {
    let mut fields: Vec<_> = base.iter().copied().filter(|(p, _)| *p != path).collect();
    fields.extend(value.map(|value| (path, value)));
    fields
}

#[test]
fn a_complete_claim_has_no_finding() {
    assert_eq!(found(CHILD, CHILD_FORM, &[("account.pdf", b"%PDF-1.7")]), []);
}

#[test]
fn every_defect_of_a_field_has_its_code_and_place() {
    for (path, value, code) in [
        ("applicant.name", None, "missing"),
        ("applicant.name", Some("　"), "missing"),
        ("applicant.kana", Some("ほしみ"), "not-kana"),
        ("applicant.birth_date", Some("2030-01-01"), "date-in-future"),
        ("applicant.birth_date", Some("1850-01-01"), "date-too-early"),
        ("applicant.birth_date", Some("昭和64年1月8日"), "not-a-date"),
        ("applicant.sex", Some("f"), "not-a-choice"),
        ("applicant.postal_code", Some("231"), "not-a-postal-code"),
        ("applicant.phone", Some("内線12"), "not-a-phone-number"),
        ("applicant.email", Some("a@b"), "not-an-email-address"),
        ("account.bank", Some("𠮷野銀行"), "outside-repertoire"),
        ("account.number", Some("12345678"), "out-of-range"),
        ("account.number", Some("123-4567"), "not-a-number"),
        ("municipality", Some("141004"), "not-a-municipality-code"),
        ("children[1].name", None, "missing"),
        ("children[1].relation", Some("pet"), "not-a-choice"),
        ("colour", Some("red"), "unknown-field"),
    ] {
        let fields = with(CHILD_FORM, path, value);
        let codes = found(CHILD, &fields, &[("account.pdf", b"%PDF-1.7")]);
        assert!(codes.contains(&(code.into(), path.into())), "{path} {value:?}: {codes:?}");
    }
}

#[test]
fn lists_and_conditions_are_checked_item_by_item() {
    let account = [("account.pdf", &b"%PDF-1.7"[..])];
    let one = |path, value| found(CHILD, &with(CHILD_FORM, path, Some(value)), &account);
    assert_eq!(
        one("children[1].birth_date", "2001-01-01"),
        [("child-not-under-18".into(), "children[1].birth_date".into())]
    );
    assert_eq!(one("event.date", "2026-10-01"), [("claim-late".into(), "event.date".into())]);
    assert_eq!(
        one("children[0].living_together", "no"),
        [("missing-attachment".into(), "attachment:custody".into())]
    );
    let none: Vec<_> =
        CHILD_FORM.iter().copied().filter(|(p, _)| !p.starts_with("children")).collect();
    assert_eq!(found(CHILD, &none, &account), [("too-few-items".into(), "children".into())]);
    let many: Vec<String> = (0..13).map(|i| format!("children[{i}].name")).collect();
    let mut fields = CHILD_FORM.to_vec();
    fields.extend(many[2..].iter().map(|path| (path.as_str(), "子")));
    let codes = found(CHILD, &fields, &account);
    assert!(codes.contains(&("too-many-items".into(), "children".into())), "{codes:?}");
    assert!(codes.contains(&("missing".into(), "children[11].birth_date".into())));
    assert!(!codes.iter().any(|(_, field)| field.contains("[12]")), "{codes:?}");
}

#[test]
fn attachments_are_known_by_name_type_and_size() {
    let huge = [b"%PDF-1.7".to_vec(), vec![0; 5_000_000]].concat();
    for (files, expected) in [
        (vec![], vec![("missing-attachment", "attachment:account")]),
        (vec![("account.pdf", &b""[..])], vec![("attachment-empty", "attachment:account")]),
        (vec![("account.pdf", b"MZ")], vec![("attachment-type", "attachment:account")]),
        (vec![("account.pdf", &huge)], vec![("attachment-too-large", "attachment:account")]),
        (vec![("account-2.exe", b"\xFF\xD8\xFF\xE0")], vec![]),
        (
            vec![("account.png", b"\x89PNG\r\n\x1a\n"), ("cat.png", b"\x89PNG\r\n\x1a\n")],
            vec![("unknown-attachment", "attachments[1]")],
        ),
        (
            vec![("accounts.pdf", b"%PDF-1.7")],
            vec![
                ("missing-attachment", "attachment:account"),
                ("unknown-attachment", "attachments[0]"),
            ],
        ),
    ] {
        let codes = found(CHILD, CHILD_FORM, &files);
        let expected: Vec<_> =
            expected.into_iter().map(|(c, f)| (c.to_owned(), f.to_owned())).collect();
        assert_eq!(codes, expected, "{:?}", files.iter().map(|f| f.0).collect::<Vec<_>>());
    }
}

#[test]
fn a_notice_of_moving_and_a_nursery_form_find_their_own_defects() {
    let moving = [
        ("applicant.name", "星見 花子"),
        ("applicant.kana", "ホシミ ハナコ"),
        ("applicant.birth_date", "1990-04-01"),
        ("applicant.postal_code", "231-0005"),
        ("applicant.address", "神奈川県横浜市中区本町6-50-10"),
        ("applicant.phone", "045-123-4567"),
        ("new.address", "東京都千代田区九段南1-2-1"),
        ("new.postal_code", "102-8688"),
        ("new.householder", "星見 花子"),
        ("moving.date", "2026-11-30"),
    ];
    assert_eq!(found(MOVE_OUT, &moving, &[]), []);
    for (path, value, code) in [
        ("new.address", Some("神奈川県横浜市中区本町6-50-10"), "same-address"),
        ("moving.date", Some("2027-03-01"), "moving-too-far-off"),
        ("moving.date", Some("2026-11-01"), "moving-long-past"),
        ("new.postal_code", None, "new-postal-code-missing"),
    ] {
        let codes = found(MOVE_OUT, &with(&moving, path, value), &[]);
        assert_eq!(codes, [(code.to_owned(), path.to_owned())]);
    }
    let mut abroad = with(&moving, "new.postal_code", None);
    abroad.push(("moving.abroad", "yes"));
    assert_eq!(found(MOVE_OUT, &abroad, &[]), []);

    let nursery = [
        ("applicant.name", "星見 花子"),
        ("applicant.kana", "ホシミ ハナコ"),
        ("applicant.birth_date", "1990-04-01"),
        ("applicant.postal_code", "231-0005"),
        ("applicant.address", "神奈川県横浜市中区本町6-50-10"),
        ("applicant.phone", "045-123-4567"),
        ("child.name", "星見 一郎"),
        ("child.birth_date", "2025-05-05"),
        ("start.date", "2027-04-01"),
        ("wishes[0].facility", "星見保育園"),
        ("reason", "work"),
        ("work.employer", "星見製作所"),
        ("work.hours_month", "160"),
        ("allergy", "no"),
    ];
    let employment = [("employment.pdf", &b"%PDF-1.7"[..])];
    assert_eq!(found(NURSERY, &nursery, &employment), []);
    for (path, value, code) in [
        ("work.employer", None, "missing"),
        ("work.hours_month", Some("20"), "hours-too-few"),
        ("start.date", Some("2026-11-01"), "start-past"),
        ("start.date", Some("2025-06-01"), "start-before-birth"),
        ("child.birth_date", Some("2019-05-05"), "child-of-school-age"),
    ] {
        let codes = found(NURSERY, &with(&nursery, path, value), &employment);
        assert!(codes.contains(&(code.to_owned(), path.to_owned())), "{path}: {codes:?}");
    }
}

#[test]
fn advice_leaves_an_application_complete() {
    let advice = finding::unknown_field("x");
    assert_eq!(advice.severity, Severity::Advice);
    assert!(is_complete(&[advice]));
    let procedure = Procedure::parse(CHILD).expect("rules");
    let findings = check(&procedure, &Form::default(), &[], Date::new(2026, 1, 1).expect("a day"));
    assert!(!is_complete(&findings));
}
