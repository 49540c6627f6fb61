//! A drop's own stationery, examined in a confined child before any of its letters is set.

use std::fs::File;
use std::path::Path;

use anyhow::Context;
use intake::refusal;
use letter::{Origin, Refusal};
use preflight::{Finding, Rules, Weight};

use super::{Enclosure, Trouble};
use crate::batch::STATIONERY;
use crate::config::Shop;
use crate::confined::{self, Answer, LIMITS};

/// Refuses a drop whose stationery cannot be laid under its letters, with what was found and a
/// picture of every page that has a place to look at.
pub(super) fn check(shop: &Shop, template: &str, path: &Path) -> Result<(), Trouble> {
    let pdf = File::open(path).with_context(|| format!("reading {}", path.display()))?;
    let rules = rules(shop, template)?;
    let answer = confined::examine(pdf, &rules, LIMITS)?;
    if answer.press.is_none() && answer.survey.is_fine() {
        return Ok(());
    }
    let origin = Origin { file: STATIONERY.to_owned(), ..Origin::default() };
    let refusal = Refusal { origin, ..words(&answer) };
    Err(Trouble::Shown(Box::new(refusal), None, enclosures(&answer, &rules)))
}

/// Returns the rules for a template's sheets in its envelope.
fn rules(shop: &Shop, template: &str) -> anyhow::Result<Rules> {
    let files = shop.template(template)?.with_context(|| format!("no template {template}"))?;
    let source = files.source();
    let (sheet, envelope) = (source.sheet().unwrap_or_default(), shop.envelope_of(&source));
    Ok(Rules::of_house(sheet, envelope, &shop.inserter.reading(envelope)))
}

/// Returns the press's own refusal as it is, or else that of the findings, the first of them in
/// full.
fn words(answer: &Answer) -> Refusal {
    if let Some(why) = &answer.press {
        return refusal::bad_stationery(why);
    }
    let findings = answer.survey.findings.iter();
    let mut refusing = findings.filter(|finding| finding.weight == Weight::Refusal);
    let told: Vec<&Finding> = refusing.by_ref().take(TOLD_MAX).collect();
    let (mut japanese, mut english) = (Vec::new(), Vec::new());
    for finding in &told {
        japanese.push(finding.line_japanese());
        english.push(finding.line_english());
    }
    match refusing.count() {
        0 => {}
        more => {
            japanese.push(format!("ほか {more} 件"));
            english.push(format!("and {more} more"));
        }
    }
    let first = told.first().expect("a file that is not fine has a finding that refuses it");
    Refusal {
        japanese: refusal::bad_stationery(&japanese.join("; ")).japanese,
        fix_japanese: first.fix_japanese.clone(),
        fix_english: first.fix_english.clone(),
        ..refusal::bad_stationery(&english.join("; "))
    }
}

fn enclosures(answer: &Answer, rules: &Rules) -> Vec<Enclosure> {
    let findings = serde_json::to_vec_pretty(&answer.survey.findings).expect("plain data");
    let mut enclosures =
        vec![Enclosure { suffix: "stationery.findings.json".to_owned(), bytes: findings }];
    for (page, sketch) in (1..).zip(&answer.survey.pages) {
        if !sketch.offending.is_empty() {
            let suffix = format!("stationery.page-{page}.png");
            enclosures.push(Enclosure { suffix, bytes: preflight::picture(sketch, page, rules) });
        }
    }
    enclosures
}

/// Findings that a receipt tells in full; all stand in the file beside it.
const TOLD_MAX: usize = 5;
