//! `preflight`: examines a sender's PDF as the night does, before it is sent.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use letter::page::A4;
use letter::stock::{EnvelopeProfile, InserterProfile};
use preflight::{Rules, Weight};
use serde_json::json;

use crate::args::Preflight;
use crate::config::stock_profiles;
use crate::confined::{self, Answer, LIMITS};
use crate::{Ending, Unusable};

/// Runs `preflight`.
pub fn preflight(args: &Preflight) -> Result<Ending> {
    let (envelope, inserter) = profiles(args.envelope.as_deref())?;
    let rules = Rules::of_house(A4, &envelope, &inserter);
    let pdf = File::open(&args.pdf)
        .with_context(|| format!("opening {}", args.pdf.display()))
        .context(Unusable)?;
    let answer = confined::examine(pdf, &rules, LIMITS)?;
    let pictures = match &args.png {
        Some(folder) => draw(&answer, &rules, folder)?,
        None => Vec::new(),
    };
    let is_fine = answer.survey.is_fine() && answer.press.is_none();
    match args.json {
        true => println!(
            "{}",
            json!({
                "file": args.pdf, "envelope": envelope.name, "fine": is_fine,
                "findings": answer.survey.findings, "press": answer.press, "pictures": pictures,
            })
        ),
        false => report(&args.pdf, &answer, &pictures),
    }
    Ok(if is_fine { Ending::Well } else { Ending::Disagrees })
}

fn report(pdf: &Path, answer: &Answer, pictures: &[PathBuf]) {
    for finding in &answer.survey.findings {
        let weight = if finding.weight == Weight::Note { "note" } else { "refused" };
        println!("{weight} {}: {}", finding.code, finding.line_english());
        println!("    {}", finding.line_japanese());
        println!("    {} / {}", finding.fix_english, finding.fix_japanese);
    }
    if let Some(why) = &answer.press {
        println!("refused bad-stationery: {why}");
    }
    for picture in pictures {
        println!("{}", picture.display());
    }
    let refusals = answer.survey.findings.iter().filter(|f| f.weight == Weight::Refusal).count();
    match refusals + usize::from(answer.press.is_some()) {
        0 => println!("{}: can be laid under letters", pdf.display()),
        count => println!("{}: refused for {count} reasons", pdf.display()),
    }
}

/// Draws every page that was read.
fn draw(answer: &Answer, rules: &Rules, folder: &Path) -> Result<Vec<PathBuf>> {
    std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    let mut pictures = Vec::new();
    for (page, sketch) in (1..).zip(&answer.survey.pages) {
        let path = folder.join(format!("page-{page}.png"));
        std::fs::write(&path, preflight::picture(sketch, page, rules))
            .with_context(|| format!("writing {}", path.display()))?;
        pictures.push(path);
    }
    Ok(pictures)
}

/// Returns the stock envelope of that name, or the default one, and the default inserter.
fn profiles(name: Option<&str>) -> Result<(EnvelopeProfile, InserterProfile)> {
    stock_profiles(name).context(Unusable)
}
