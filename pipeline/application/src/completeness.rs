//! 不備チェック (fubi chekku): what is missing in an application or wrong with it.
//!
//! Findings are told in the rules' order, fields first, then lists, attachments, conditions and
//! what the rules do not know. No text repeats what the applicant wrote.

mod attachment;
mod finding;
pub(crate) mod value;

use letter::Date;

pub use finding::{Finding, CODES};

use crate::form::Form;
use crate::parcel::Attachment;
use crate::procedure::{Condition, Expression, Facts, FieldRule, Placed, Procedure, Required};

/// Most findings of one application; whoever gets as many has sent another form.
const FINDINGS_MAX: usize = 200;

/// Checks one application against the rules of its procedure.
///
/// `received` is the day of receipt in Japan, by which ages and future days are told. An empty
/// list is a complete application; see [`is_complete`].
pub fn check(
    procedure: &Procedure,
    form: &Form,
    attachments: &[Attachment<'_>],
    received: Date,
) -> Vec<Finding> {
    let placed = procedure.place(form);
    check_placed(procedure, &placed, attachments, received)
}

/// As [`check`], for a form whose values are placed already.
pub fn check_placed(
    procedure: &Procedure,
    placed: &Placed<'_>,
    attachments: &[Attachment<'_>],
    received: Date,
) -> Vec<Finding> {
    let (owners, counts) = attachment::assign(&procedure.attachments, attachments);
    let facts = Facts { placed, attached: &counts, received };
    let mut findings = Vec::new();
    for rule in &procedure.fields {
        match rule.slot.group() {
            None => check_field(rule, &facts, 0, &mut findings),
            Some(group) => {
                for item in 0..placed.items(group).min(procedure.groups[group].max) {
                    check_field(rule, &facts, item, &mut findings);
                }
            }
        }
    }
    for (group, rule) in procedure.groups.iter().enumerate() {
        findings.extend(finding::items(rule, placed.items(group)));
    }
    attachment::check(&procedure.attachments, &facts, attachments, &owners, &mut findings);
    for condition in &procedure.conditions {
        check_condition(procedure, condition, &facts, &mut findings);
    }
    findings.extend(placed.unknown().iter().map(|field| finding::unknown_field(field.path)));
    findings.truncate(FINDINGS_MAX);
    findings
}

/// Whether nothing is found that the applicant has to act upon.
pub fn is_complete(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| finding.severity == crate::procedure::Severity::Advice)
}

fn check_field(rule: &FieldRule, facts: &Facts<'_, '_>, item: usize, findings: &mut Vec<Finding>) {
    match facts.placed.value(rule.slot, item) {
        Some(text) => {
            if let Some(trouble) = value::check(&rule.kind, text, facts.received) {
                findings.push(finding::value(rule, item, &trouble));
            }
        }
        None => {
            if is_required(&rule.required, facts, item) {
                findings.push(finding::missing(rule, item));
            }
        }
    }
}

pub(crate) fn is_required(required: &Required, facts: &Facts<'_, '_>, item: usize) -> bool {
    match required {
        Required::Always => true,
        Required::Never => false,
        Required::If(expression) => expression.decide(facts, item) == Some(true),
    }
}

fn check_condition(
    procedure: &Procedure,
    condition: &Condition,
    facts: &Facts<'_, '_>,
    findings: &mut Vec<Finding>,
) {
    let items = match condition.group {
        Some(group) => facts.placed.items(group).min(procedure.groups[group].max),
        None => 1,
    };
    for item in 0..items {
        let when = |when: &Expression| when.decide(facts, item) == Some(true);
        let applies = condition.when.as_ref().is_none_or(when);
        if applies && condition.must.decide(facts, item) == Some(false) {
            findings.push(finding::condition(condition, &procedure.fields[condition.field], item));
        }
    }
}

#[cfg(test)]
mod tests;
