//! Two folded texts laid side by side.

use super::fold::Unit;
use super::{variants, Difference, Grade};

/// Returns where the texts differ, in the order of the certificate's text, by the alignment that
/// needs the fewest and mildest differences.
pub fn align(certified: &[Unit], form: &[Unit]) -> Vec<Difference> {
    if certified.len() == form.len() {
        let pairs = certified.iter().zip(form);
        let grades: Vec<Grade> = pairs.clone().map(|(c, f)| grade(c, f)).collect();
        if grades.iter().all(|grade| *grade < Grade::Different) {
            return pairs.filter_map(|(c, f)| difference(Some(c), Some(f), c.at)).collect();
        }
    }
    let width = form.len() + 1;
    let costs = costs(certified, form);
    let cost = |c: usize, f: usize| costs[c * width + f];
    let (mut c, mut f) = (certified.len(), form.len());
    let mut differences = Vec::new();
    let end = certified.last().map_or(1, |unit| unit.at + 1);
    while c > 0 || f > 0 {
        let pairs = c > 0 && f > 0;
        if pairs && cost(c, f) == cost(c - 1, f - 1) + cost_of(&certified[c - 1], &form[f - 1]) {
            (c, f) = (c - 1, f - 1);
            differences.extend(difference(Some(&certified[c]), Some(&form[f]), certified[c].at));
        } else if c > 0 && cost(c, f) == cost(c - 1, f) + GAP {
            c -= 1;
            differences.extend(difference(Some(&certified[c]), None, certified[c].at));
        } else {
            f -= 1;
            let at = certified.get(c).map_or(end, |unit| unit.at);
            differences.extend(difference(None, Some(&form[f]), at));
        }
    }
    differences.reverse();
    differences
}

/// The edit distances of all heads of both texts.
fn costs(certified: &[Unit], form: &[Unit]) -> Vec<u32> {
    let width = form.len() + 1;
    let mut costs: Vec<u32> = (0..width as u32).map(|f| f * GAP).collect();
    costs.resize(width * (certified.len() + 1), 0);
    for (c, unit) in (1..).zip(certified) {
        costs[c * width] = c as u32 * GAP;
        for (f, written) in (1..).zip(form) {
            let paired = costs[(c - 1) * width + f - 1] + cost_of(unit, written);
            let gap = costs[(c - 1) * width + f].min(costs[c * width + f - 1]) + GAP;
            costs[c * width + f] = paired.min(gap);
        }
    }
    costs
}

fn cost_of(certified: &Unit, form: &Unit) -> u32 {
    match grade(certified, form) {
        Grade::Exact | Grade::Normalised => 0,
        Grade::Substituted => 1,
        Grade::Variant => 1,
        Grade::Different => 6,
    }
}

fn grade(certified: &Unit, form: &Unit) -> Grade {
    if certified.masked {
        return Grade::Substituted;
    }
    if certified.folded == form.folded {
        return match certified.selected == form.selected {
            true => Grade::Normalised,
            false => Grade::Variant,
        };
    }
    match variants::are_variants(certified.folded, form.folded) {
        true => Grade::Variant,
        false => Grade::Different,
    }
}

fn difference(certified: Option<&Unit>, form: Option<&Unit>, at: usize) -> Option<Difference> {
    let grade = match (certified, form) {
        (Some(certified), Some(form)) => grade(certified, form),
        _ => Grade::Different,
    };
    let code = |unit: &Unit| format!("U+{:04X}", unit.written as u32);
    (grade > Grade::Normalised).then(|| Difference {
        at,
        certificate: certified.map(code),
        form: form.map(code),
        grade,
    })
}

/// A character that only one side has; two gaps cost more than one pair that differs.
const GAP: u32 = 4;
