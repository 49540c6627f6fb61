//! `template`: checks a template against its sample, and previews its extremes.

mod extremes;
mod preview;
mod trial;

use std::path::Path;

use anyhow::{Context, Result};
use render::TemplateFault;
use serde_json::{json, Value};

use crate::args::TemplateCommand;
use crate::config::TemplateFiles;
use crate::{stock, Ending, Unusable};

use extremes::extremes;
use trial::{Trial, Workshop};

/// Runs `template check` or `template preview`.
pub fn template(command: &TemplateCommand) -> Result<Ending> {
    match command {
        TemplateCommand::Check { template, json } => check(template, *json),
        TemplateCommand::Preview { template, to, json } => preview(template, to, *json),
    }
}

fn check(path: &Path, json: bool) -> Result<Ending> {
    let workshop = Workshop::open()?;
    let tried = Trial::compile(&workshop, files(path)?);
    let trial = match tried.and_then(|trial| trial.set_all().map(|_| trial)) {
        Ok(trial) => trial,
        Err(faults) => return report_faults(path, &faults, json),
    };
    let (name, version) = (trial.template.name(), trial.template.version());
    let (envelope, letters) = (&trial.envelope.name, trial.sample.letters.len());
    match json {
        true => say!(
            "{}",
            json!({
                "template": name, "version": version, "envelope": envelope,
                "letters": letters, "faults": [],
            })
        ),
        false => say!(
            "{name} version {version}: no fault, and {} fit envelope {envelope}",
            count(letters, "sample letter")
        ),
    }
    Ok(Ending::Well)
}

fn preview(path: &Path, to: &Path, json: bool) -> Result<Ending> {
    let workshop = Workshop::open()?;
    let tried = Trial::compile(&workshop, files(path)?);
    let found = tried.and_then(|trial| extremes(&trial).map(|cases| (trial, cases)));
    let (trial, cases) = match found {
        Ok(found) => found,
        Err(faults) => return report_faults(path, &faults, json),
    };
    let mut all = Vec::new();
    for case in &cases {
        let files = preview::write(&trial, case, to)
            .with_context(|| format!("case {} of {}", case.name, trial.template.name()))?;
        let (name, note) = (case.name, &case.note);
        match json {
            true => all.push(json!({
                "case": name, "note": note, "letters": case.letters.len(),
                "pdf": files.pdf, "pages": files.pages, "windows": files.windows,
            })),
            false => {
                let pictures = count(files.pages.len(), "picture");
                say!("{} and {pictures}: {note}", files.pdf.display());
            }
        }
    }
    if json {
        say!("{}", json!({"template": trial.template.name(), "faults": [], "cases": all}));
    }
    Ok(Ending::Well)
}

/// Returns the files of a template's folder, or of the built-in template of that name.
fn files(path: &Path) -> Result<TemplateFiles> {
    if path.is_dir() {
        let files = TemplateFiles::read(path);
        return files
            .with_context(|| format!("{} is no template", path.display()))
            .context(Unusable);
    }
    let files = path.to_str().and_then(TemplateFiles::stock);
    let names = stock::TEMPLATES.map(|(name, ..)| name).join(", ");
    files
        .with_context(|| {
            format!("{} is neither a folder nor a built-in template ({names})", path.display())
        })
        .context(Unusable)
}

/// Prints the faults, each with its place, as far as it has one, and how to mend it.
fn report_faults(path: &Path, faults: &[TemplateFault], json: bool) -> Result<Ending> {
    if json {
        let faults: Vec<Value> = faults.iter().map(json_of).collect();
        say!("{}", json!({"template": path, "faults": faults}));
        return Ok(Ending::Disagrees);
    }
    for fault in faults {
        let TemplateFault { file, line, column, message, fix } = fault;
        let place = path.join(file);
        match line {
            0 => say!("{}: {message}\n    {fix}", place.display()),
            _ => say!("{}:{line}:{column}: {message}\n    {fix}", place.display()),
        }
    }
    say!("{}: {}", path.display(), count(faults.len(), "fault"));
    Ok(Ending::Disagrees)
}

/// Writes `1 fault`, `2 faults`.
fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

fn json_of(fault: &TemplateFault) -> Value {
    let TemplateFault { file, line, column, message, fix } = fault;
    json!({"file": file, "line": line, "column": column, "message": message, "fix": fix})
}
