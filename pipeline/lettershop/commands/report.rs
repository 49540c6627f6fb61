//! `report`: the last night's report, made again.

use anyhow::{Context, Result};
use ledger::report::{report_html, ReportInput};
use serde_json::json;

use crate::account::REPORT_INPUT;
use crate::args::OutJson;
use crate::out::Out;
use crate::{Ending, Unusable};

/// Writes `report.html` again and says where it is.
pub fn report(args: &OutJson) -> Result<Ending> {
    let out = Out::at(&args.out);
    let bytes = std::fs::read(out.state().join(REPORT_INPUT))
        .with_context(|| format!("{} has no report yet", out.root().display()))
        .context(Unusable)?;
    let input: ReportInput = serde_json::from_slice(&bytes).context("in report.json")?;
    out.publish_bytes(&out.report(), report_html(&input).as_bytes())?;
    match args.json {
        true => say!("{}", json!({"report": out.report(), "input": input})),
        false => say!("{}", out.report().display()),
    }
    Ok(Ending::Well)
}
