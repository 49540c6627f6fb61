//! 一括差出し: batches of a night that are posted together under one contract.
//!
//! What is decided stands in a file before any of them is printed: a night that is cut off goes on
//! with the same postings, whatever part of them is closed already.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use ledger::report::Figures;
use letter::piece::Measured;
use letter::Date;
use paperwork::{posting_slips, GroupRow, PostingForm, PostingSlips};
use presort::{JointPlan, Lot, Posting};
use runner::{FileMark, Part};
use serde::{Deserialize, Serialize};

use crate::account::read_json;
use crate::batch::{Batch, Received, RECEIVED};
use crate::out::{night_name, Out};
use crate::plan::{post_desk, with_rules};
use crate::posting::{sheet, SLIPS};
use crate::receive::Counter;
use crate::stock;

/// What was decided on batches that are posted together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The contract's id.
    pub contract: String,
    /// 差出日.
    pub posting_date: Date,
    /// The batches.
    pub parts: Vec<Part>,
    /// Their postings, and each batch's share of them.
    pub joint: JointPlan,
}

/// A contract, and the 差出日 of what is posted under it together.
type ContractDay = (String, Date);

/// Puts the parts that are posted together side by side, each set where its first part stood.
///
/// # Errors
/// If a part's files cannot be read.
pub fn together(counter: &Counter<'_>, parts: Vec<Part>) -> Result<Vec<Vec<Part>>> {
    let mut sets: Vec<(Option<ContractDay>, Vec<Part>)> = Vec::new();
    for part in parts {
        let contract = counter.shop.config.posting.contract_of(part.sender.as_str());
        let key = match contract {
            None => None,
            Some(contract) => {
                let received: Received = read_json(counter.out, &part, RECEIVED)?;
                Some((contract.to_owned(), received.posting_date))
            }
        };
        match sets.iter_mut().find(|(known, _)| key.is_some() && *known == key) {
            Some((_, parts)) => parts.push(part),
            None => sets.push((key, vec![part])),
        }
    }
    Ok(sets.into_iter().map(|(_, parts)| parts).collect())
}

/// Returns the postings of each batch of a set, with the pieces that it posts: none where it is
/// planned by itself.
///
/// # Errors
/// If a decision cannot be read or written.
pub fn decide(
    counter: &Counter<'_>,
    set: &[(&Batch<'_>, &[Measured])],
) -> Result<Vec<Option<Vec<Posting>>>> {
    let Some((first, _)) = set.first() else { return Ok(Vec::new()) };
    let sender = first.part().sender.as_str();
    let Some(contract) = counter.shop.config.posting.contract_of(sender) else {
        return Ok(vec![None; set.len()]);
    };
    let lots: Vec<Vec<Lot>> = set
        .iter()
        .map(|(batch, pieces)| {
            let on_paper = pieces.iter().filter(|piece| piece.channel.on_paper()).copied();
            let on_paper: Vec<Measured> = on_paper.collect();
            with_rules(counter, batch, |rules| presort::lots(rules, on_paper))
        })
        .collect();
    let mut known = decisions(counter)?;
    let is_new = |batch: &Batch<'_>| !known.iter().any(|old| old.parts.contains(batch.part()));
    let new: Vec<usize> = (0..set.len()).filter(|at| is_new(set[*at].0)).collect();
    if new.len() > 1 {
        let desk = post_desk(counter, first);
        let of_new: Vec<Vec<Lot>> = new.iter().map(|at| lots[*at].clone()).collect();
        let decision = Decision {
            contract: contract.to_owned(),
            posting_date: first.received.posting_date,
            parts: new.iter().map(|at| set[*at].0.part().clone()).collect(),
            joint: desk.plan_together(&of_new),
        };
        let path = folder(counter).join(format!("{:03}.json", known.len() + 1));
        let bytes = serde_json::to_vec(&decision).expect("figures are plain data");
        counter.out.publish_bytes(&path, &bytes)?;
        known.push(decision);
    }
    let share = |((batch, _), lots): (&(&Batch<'_>, &[Measured]), &Vec<Lot>)| {
        known.iter().find_map(|decision| decision.share(batch.part(), lots))
    };
    Ok(set.iter().zip(&lots).map(share).collect())
}

impl Decision {
    /// Returns a part's postings, unless its pieces are others by now: some were pulled after the
    /// night was cut off.
    fn share(&self, part: &Part, lots: &[Lot]) -> Option<Vec<Posting>> {
        let at = self.parts.iter().position(|known| known == part)?;
        let postings: Vec<Posting> =
            self.joint.parts[at].iter().map(|share| share.posting.clone()).collect();
        let posted = |lot: usize| {
            let lines = postings.iter().flat_map(|posting| &posting.lines);
            lines.filter(|line| line.lot == lot).map(|line| line.pieces).sum::<u64>()
        };
        lots.iter().enumerate().all(|(at, lot)| posted(at) == lot.pieces).then_some(postings)
    }
}

fn folder(counter: &Counter<'_>) -> std::path::PathBuf {
    counter.out.state().join("postage").join(night_name(counter.night.night))
}

/// Returns what was decided this night, in order.
fn decisions(counter: &Counter<'_>) -> Result<Vec<Decision>> {
    let read = |number: usize| {
        let path = folder(counter).join(format!("{number:03}.json"));
        let bytes = path.exists().then(|| fs::read(&path)).transpose();
        let bytes = bytes.with_context(|| format!("reading {}", path.display()))?;
        let decision = bytes.map(|bytes| serde_json::from_slice(&bytes)).transpose();
        decision.with_context(|| format!("in {}", path.display()))
    };
    (1..).map_while(|number| read(number).transpose()).collect()
}

/// Writes the posting slips of each contract of the night, to be handed in with all its batches.
///
/// # Errors
/// If a batch's figures cannot be read, or a document cannot be made or written.
pub fn write(counter: &Counter<'_>) -> Result<Vec<FileMark>> {
    let font = stock::face(stock::PAPERWORK_FACE).expect("the stock has the papers' face");
    let mut files = Vec::new();
    for (number, decision) in (1..).zip(decisions(counter)?) {
        let slips = slips(counter, number, &decision)?;
        if slips.postings.is_empty() {
            continue;
        }
        let night = night_name(counter.night.night);
        let name = format!("{night}-{number:03}-{}.posting-slips.pdf", decision.contract);
        let path = counter.out.root().join("postings").join(name);
        let slips = posting_slips(&slips, font).context("a contract's posting slips")?;
        files.push(counter.out.publish_bytes(&path, &slips)?);
    }
    Ok(files)
}

/// Adds the batches' own slips up.
fn slips(counter: &Counter<'_>, number: u32, decision: &Decision) -> Result<PostingSlips> {
    let contract = &counter.shop.config.posting.contracts[&decision.contract];
    let mut forms: BTreeMap<usize, PostingForm> = BTreeMap::new();
    let mut cautions = Vec::new();
    let mut batches = Vec::new();
    for (part, shares) in decision.parts.iter().zip(&decision.joint.parts) {
        let Some(own) = own_slips(counter.out, part)? else { continue };
        let is_own = own.postings.len() == shares.len()
            && own
                .postings
                .iter()
                .zip(shares)
                .all(|(form, share)| form.sheet.pieces == share.posting.pieces);
        if !is_own {
            cautions.push(format!("{part} は引抜きにより単独で差し出します。"));
            continue;
        }
        for (form, share) in own.postings.iter().zip(shares) {
            let of_all = &decision.joint.plan.postings[share.number];
            add(forms.entry(share.number), form, of_all);
        }
        let last = own.postings.iter().map(|form| form.first_tray + form.trays.max(1) - 1).max();
        batches.push(format!("{part}（トレー 1～{}）", last.unwrap_or_default()));
    }
    cautions.push(format!("次の案件を一括して差し出します。 {}", batches.join("、")));
    for (number, form) in &forms {
        let of_all = &decision.joint.plan.postings[*number];
        if form.sheet.pieces < of_all.pieces {
            cautions.push(format!(
                "「{}」は {} 通で、計画の {} 通に足りません。割引の条件を確かめてください。",
                form.sheet.name, form.sheet.pieces, of_all.pieces
            ));
        }
    }
    Ok(PostingSlips {
        job: number,
        sender: contract.holder.clone(),
        sender_lines: Vec::new(),
        batch: decision.contract.clone(),
        posting_date: decision.posting_date,
        made: counter.night.now,
        office: counter.shop.config.posting.office.clone(),
        payment: counter.shop.config.posting.payment.clone(),
        postings: forms.into_values().collect(),
        cautions,
    })
}

/// Returns a part's own slips; none if nothing of it was printed.
fn own_slips(out: &Out, part: &Part) -> Result<Option<PostingSlips>> {
    let printed = out.part(part).join(SLIPS).exists();
    printed.then(|| read_json(out, part, SLIPS)).transpose()
}

/// Adds a part's share of a posting.
fn add(
    all: std::collections::btree_map::Entry<'_, usize, PostingForm>,
    form: &PostingForm,
    of_all: &Posting,
) {
    let all = all.or_insert_with(|| PostingForm {
        sheet: paperwork::PostingSheet { pieces: 0, yen: 0, plain_yen: 0, ..sheet(of_all) },
        first_tray: 1,
        trays: 0,
        bundles: 0,
        weight_mg: 0,
        groups: Vec::new(),
    });
    all.sheet.pieces += form.sheet.pieces;
    all.sheet.yen += form.sheet.yen;
    all.sheet.plain_yen += form.sheet.plain_yen;
    all.trays += form.trays;
    all.bundles += form.bundles;
    all.weight_mg += form.weight_mg;
    for row in &form.groups {
        match all.groups.iter_mut().find(|known| known.group == row.group) {
            Some(known) => {
                known.bundles += row.bundles;
                known.pieces += row.pieces;
            }
            None => all.groups.push(row.clone()),
        }
    }
    all.groups.sort_by_key(rank);
}

/// Orders groups as the print does: an area's districts, its rest, and the mixed ones at the end.
fn rank(row: &GroupRow) -> (bool, String, bool, String) {
    let area: String = row.group.chars().take(2).collect();
    let is_rest = row.group.len() == area.len();
    (!area.starts_with(|c: char| c.is_ascii_digit()), area, is_rest, row.group.clone())
}

/// Returns what the contracts' postings of the night save, for the report.
///
/// # Errors
/// If a decision cannot be read.
pub fn figures(counter: &Counter<'_>) -> Result<Vec<Figures>> {
    let decisions = decisions(counter)?;
    let (mut rows, mut tips) = (Vec::new(), Vec::new());
    for decision in &decisions {
        let plan = &decision.joint.plan;
        let batches: Vec<String> = decision.parts.iter().map(ToString::to_string).collect();
        let pieces: u64 = plan.postings.iter().map(|posting| posting.pieces).sum();
        rows.push(vec![
            decision.contract.clone(),
            decision.posting_date.to_string(),
            batches.join(" "),
            pieces.to_string(),
            plan.plain_yen().to_string(),
            decision.joint.alone_yen.to_string(),
            plan.yen().to_string(),
            plan.plain_yen().saturating_sub(plan.yen()).to_string(),
        ]);
        tips.extend(plan.tips.iter().map(|tip| {
            let words = format!("あと {} 通で {} 通以上の割引", tip.missing, tip.from);
            vec![decision.contract.clone(), tip.name.clone(), words, tip.saves_yen.to_string()]
        }));
    }
    let columns = [
        ("契約", "contract", false),
        ("差出日", "posting date", false),
        ("案件", "batches", false),
        ("通数", "pieces", true),
        ("定価（円）", "plain tariff", true),
        ("単独の場合（円）", "each alone", true),
        ("料金（円）", "postage", true),
        ("割引（円）", "saved", true),
    ];
    let tip_columns = [
        ("契約", "contract", false),
        ("割引", "discount", false),
        ("条件", "condition", false),
        ("見込み（円）", "would save", true),
    ];
    let tables = [
        table("契約ごとの一括差出し", "Posted together, by contract", &columns, rows),
        table("次の割引まで", "To the next tier", &tip_columns, tips),
    ];
    Ok(tables.into_iter().filter(|table| !table.rows.is_empty()).collect())
}

/// Makes a table of the report.
pub fn table(
    japanese: &str,
    english: &str,
    columns: &[(&str, &str, bool)],
    rows: Vec<Vec<String>>,
) -> Figures {
    let column =
        |(ja, en, number): &(&str, &str, bool)| ((*ja).to_owned(), (*en).to_owned(), *number);
    Figures {
        japanese: japanese.to_owned(),
        english: english.to_owned(),
        columns: columns.iter().map(column).collect(),
        rows,
    }
}
