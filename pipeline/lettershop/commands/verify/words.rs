//! A verdict in words.

use std::fmt::Write;

use signature::verdict::{Answer, Question, Verdict};

/// Returns the lines of one verdict; no word of the applicant is among them.
pub fn of(verdict: &Verdict, receipt: Option<&str>) -> String {
    let mut text = String::new();
    let mut line = |words: std::fmt::Arguments<'_>| {
        text.write_fmt(words).expect("a String takes all");
        text.push('\n');
    };
    let name = verdict.indication.name();
    let sub = verdict.sub_indication.map(|sub| format!(" / {}", sub.name())).unwrap_or_default();
    let receipt = receipt.map(|receipt| format!("{receipt}: ")).unwrap_or_default();
    let at = verdict.as_of.0.rfc3339_jst();
    let state = if verdict.provisional { "provisional" } else { "final" };
    line(format_args!("{receipt}{name}{sub} as of {at}, {state}"));
    for (question, answer) in [
        (Question::Authority, verdict.authority),
        (Question::Validity, verdict.validity),
        (Question::Revocation, verdict.revocation),
        (Question::Signer, verdict.signer),
        (Question::Integrity, verdict.integrity),
    ] {
        let why = verdict.findings.iter().find(|finding| finding.question == Some(question));
        let why = why.filter(|_| answer != Answer::Passed);
        let why = why.map(|why| format!(": {} ({})", why.words, why.code)).unwrap_or_default();
        line(format_args!("  {:<12} {}{why}", question.name(), answer.name()));
    }
    for (title, names) in [("covered", &verdict.covered), ("not covered", &verdict.not_covered)] {
        if !names.is_empty() {
            line(format_args!("  {title:<12} {}", names.join(", ")));
        }
    }
    if let Some(four) = &verdict.basic_four {
        let fields = [
            ("name", &four.name),
            ("birth", &four.birth),
            ("sex", &four.sex),
            ("address", &four.address),
        ];
        let grades = fields.iter().filter_map(|(name, compared)| {
            compared.as_ref().map(|compared| format!("{name} {}", compared.grade.name()))
        });
        let grades: Vec<String> = grades.collect();
        line(format_args!("  {:<12} {}", "basic four", grades.join(", ")));
    }
    for list in &verdict.crl {
        let number = list.number.as_deref().unwrap_or("-");
        let at = list.this_update.0.rfc3339_jst();
        let of = list.partition.as_deref().unwrap_or(&list.issuer);
        line(format_args!("  {:<12} number {number} of {at}: {of}", "list"));
    }
    for response in &verdict.ocsp {
        line(format_args!("  {:<12} of {}", "response", response.this_update.0.rfc3339_jst()));
    }
    for warning in &verdict.warnings {
        line(format_args!("  {:<12} {} ({})", "warning", warning.words, warning.code));
    }
    line(format_args!("  {:<12} {}", "policy", verdict.policy));
    text
}
