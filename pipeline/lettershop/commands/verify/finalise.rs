//! `verify finalise`: provisional verdicts settled by lists newer than receipt.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use serde_json::json;
use signature::verdict::Indication;

use super::ending;
use crate::applications::finalise::{self, Settled};
use crate::out::Out;
use crate::{Ending, Unusable};

/// Settles what is provisional below OUT; ends with 2 while some of it stays so.
pub fn verify(out: &Path, crl: Option<&Path>, json: bool) -> Result<Ending> {
    let beside = out.join("crl");
    let crl = crl.unwrap_or(&beside);
    if !crl.is_dir() {
        let wrong = anyhow::anyhow!("{} is no folder of revocation lists", crl.display());
        return Err(wrong.context(Unusable));
    }
    let settled = finalise::finalise(&Out::at(out), crl)?;
    let mut verdicts: BTreeMap<&str, u64> = BTreeMap::new();
    for one in &settled {
        *verdicts.entry(&one.after).or_default() += 1;
    }
    let provisional = settled.iter().filter(|one| one.provisional).count();
    let changed: Vec<&Settled> = settled.iter().filter(|one| one.is_changed()).collect();
    if json {
        let answer = json!({
            "applications": settled.len(), "provisional": provisional, "verdicts": verdicts,
            "changed": changed,
        });
        say!("{answer}");
    } else {
        say!("{} applications, {provisional} still provisional", settled.len());
        for (verdict, count) in &verdicts {
            say!("  {verdict} {count}");
        }
        for one in changed {
            say!("{}/{} ({}): {}, now {}", one.site, one.receipt, one.end, one.before, one.after);
        }
    }
    Ok(match provisional {
        0 => Ending::Well,
        _ => ending(Indication::Indeterminate),
    })
}
