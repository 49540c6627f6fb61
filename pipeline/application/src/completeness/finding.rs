//! 不備 (fubi): one thing found, with its code and the words for the applicant.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::value::Trouble;
use crate::procedure::{AttachmentRule, Condition, FieldRule, GroupRule, Severity};

/// One thing that is missing or wrong; its words never repeat a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// The stable code: one of [`CODES`], or that of a condition of the rule file.
    pub code: Cow<'static, str>,
    /// The field, `children[1].name`; the attachment's rule, `attachment:identity`.
    pub field: String,
    /// Whether the applicant has to act.
    pub severity: Severity,
    /// What to do, in Japanese.
    pub japanese: String,
    /// What to do, in English.
    pub english: String,
}

/// The check's own codes; conditions have codes of their own beside them.
pub const CODES: &[&str] = &[
    "missing",
    "too-long",
    "too-many-lines",
    "outside-repertoire",
    "not-kana",
    "not-a-date",
    "date-in-future",
    "date-too-early",
    "date-too-late",
    "not-a-number",
    "out-of-range",
    "not-a-postal-code",
    "not-a-phone-number",
    "not-an-email-address",
    "not-a-choice",
    "not-a-municipality-code",
    "too-few-items",
    "too-many-items",
    "missing-attachment",
    "attachment-empty",
    "attachment-type",
    "attachment-too-large",
    "unknown-attachment",
    "unknown-field",
];

pub(super) fn missing(rule: &FieldRule, item: usize) -> Finding {
    let (ja, en) = labels(rule, item);
    at(rule, item, "missing", format!("「{ja}」を記入してください"), format!("fill in {en}"))
}

pub(super) fn value(rule: &FieldRule, item: usize, trouble: &Trouble) -> Finding {
    let (ja, en) = labels(rule, item);
    let (code, japanese, english) = words(trouble, &ja, &en);
    at(rule, item, code, japanese, english)
}

fn words(trouble: &Trouble, ja: &str, en: &str) -> (&'static str, String, String) {
    match trouble {
        Trouble::TooLong { max } => (
            "too-long",
            format!("「{ja}」は{max}文字以内で記入してください"),
            format!("write {en} in at most {max} characters"),
        ),
        Trouble::TooManyLines { max } => (
            "too-many-lines",
            format!("「{ja}」は{max}行以内で記入してください"),
            format!("write {en} in at most {max} lines"),
        ),
        Trouble::OutsideRepertoire => (
            "outside-repertoire",
            format!("「{ja}」に使用できない文字があります"),
            format!("{en} has characters that cannot be used"),
        ),
        Trouble::NotKana => (
            "not-kana",
            format!("「{ja}」はカタカナで記入してください"),
            format!("write {en} in katakana"),
        ),
        Trouble::NotADay => (
            "not-a-date",
            format!("「{ja}」に正しい日付を記入してください"),
            format!("write a day of the calendar as {en}"),
        ),
        Trouble::InTheFuture => (
            "date-in-future",
            format!("「{ja}」が受付日より後の日付になっています"),
            format!("{en} lies after the day of receipt"),
        ),
        Trouble::TooEarly(first) => (
            "date-too-early",
            format!("「{ja}」は{}以後の日付にしてください", first.wareki()),
            format!("{en} must not lie before {first}"),
        ),
        Trouble::TooLate(last) => (
            "date-too-late",
            format!("「{ja}」は{}以前の日付にしてください", last.wareki()),
            format!("{en} must not lie after {last}"),
        ),
        Trouble::NotANumber => (
            "not-a-number",
            format!("「{ja}」は数字で記入してください"),
            format!("write {en} in digits"),
        ),
        Trouble::OutOfRange => {
            ("out-of-range", format!("「{ja}」の数値が範囲外です"), format!("{en} is out of range"))
        }
        Trouble::NotAPostalCode => (
            "not-a-postal-code",
            format!("「{ja}」は7桁の数字で記入してください"),
            format!("write {en} in seven digits"),
        ),
        Trouble::NotAPhoneNumber => (
            "not-a-phone-number",
            format!("「{ja}」に正しい電話番号を記入してください"),
            format!("write a telephone number as {en}"),
        ),
        Trouble::NotAnEmailAddress => (
            "not-an-email-address",
            format!("「{ja}」に正しいメールアドレスを記入してください"),
            format!("write an e-mail address as {en}"),
        ),
        Trouble::NotAChoice => (
            "not-a-choice",
            format!("「{ja}」は選択肢の中から選んでください"),
            format!("choose {en} among those given"),
        ),
        Trouble::NotAMunicipality => (
            "not-a-municipality-code",
            format!("「{ja}」は全国地方公共団体コードではありません"),
            format!("{en} is no code of a municipality"),
        ),
    }
}

pub(super) fn items(rule: &GroupRule, found: usize) -> Option<Finding> {
    let GroupRule { path, label, label_en, min, max } = rule;
    let (code, japanese, english) = match found {
        found if found < *min => (
            "too-few-items",
            format!("「{label}」を{min}件以上記入してください"),
            format!("fill in at least {min} of {label_en}"),
        ),
        found if found > *max => (
            "too-many-items",
            format!("「{label}」は{max}件以内で記入してください"),
            format!("fill in at most {max} of {label_en}"),
        ),
        _ => return None,
    };
    let severity = Severity::Incomplete;
    Some(Finding { code: code.into(), field: path.clone(), severity, japanese, english })
}

pub(super) fn condition(condition: &Condition, rule: &FieldRule, item: usize) -> Finding {
    Finding {
        code: condition.code.clone().into(),
        field: rule.path_of(item),
        severity: condition.severity,
        japanese: condition.text.clone(),
        english: condition.text_en.clone(),
    }
}

/// What is wrong with an attachment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum AttachmentTrouble {
    Missing,
    Empty,
    Type,
    TooLarge,
}

pub(super) fn attachment(rule: &AttachmentRule, trouble: AttachmentTrouble) -> Finding {
    let (ja, en) = (&rule.label, &rule.label_en);
    let (code, japanese, english) = match trouble {
        AttachmentTrouble::Missing => {
            ("missing-attachment", format!("「{ja}」を添付してください"), format!("attach {en}"))
        }
        AttachmentTrouble::Empty => (
            "attachment-empty",
            format!("添付された「{ja}」のファイルが空です"),
            format!("the file of {en} is empty"),
        ),
        AttachmentTrouble::Type => (
            "attachment-type",
            format!("「{ja}」は指定の形式（{}）で添付してください", types(rule)),
            format!("attach {en} as {}", types(rule)),
        ),
        AttachmentTrouble::TooLarge => (
            "attachment-too-large",
            format!("「{ja}」のファイルが大きすぎます（上限 {} バイト）", rule.max_bytes),
            format!("the file of {en} has more than {} bytes", rule.max_bytes),
        ),
    };
    let field = format!("attachment:{}", rule.name);
    Finding { code: code.into(), field, severity: rule.severity, japanese, english }
}

fn types(rule: &AttachmentRule) -> String {
    let names: Vec<String> = rule.types.iter().map(|t| format!("{t:?}").to_uppercase()).collect();
    names.join(", ")
}

pub(super) fn unknown_attachment(index: usize) -> Finding {
    Finding {
        code: "unknown-attachment".into(),
        field: format!("attachments[{index}]"),
        severity: Severity::Advice,
        japanese: format!("添付書類 {} はこの手続で求めていない書類です", index + 1),
        english: format!("attachment {} is not asked for by this procedure", index + 1),
    }
}

/// A path is a key of the form's program, not something that an applicant wrote.
pub(super) fn unknown_field(path: &str) -> Finding {
    Finding {
        code: "unknown-field".into(),
        field: path.to_owned(),
        severity: Severity::Advice,
        japanese: "この手続の様式にない項目があります".to_owned(),
        english: "the form has a field that the procedure does not know".to_owned(),
    }
}

fn at(
    rule: &FieldRule,
    item: usize,
    code: &'static str,
    japanese: String,
    english: String,
) -> Finding {
    let (field, severity) = (rule.path_of(item), rule.severity);
    Finding { code: code.into(), field, severity, japanese, english }
}

/// Returns the labels, with the item's number for a list's field.
fn labels(rule: &FieldRule, item: usize) -> (String, String) {
    match rule.slot.group() {
        None => (rule.label.clone(), rule.label_en.clone()),
        Some(_) => {
            let number = item + 1;
            (format!("{}（{number}）", rule.label), format!("{} ({number})", rule.label_en))
        }
    }
}
