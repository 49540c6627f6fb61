//! `postcodes`: the dictionary from the post office's files, and what it has for a code.

use std::path::{Path, PathBuf};

use address::Import;
use anyhow::{Context, Result};
use letter::PostalCode;
use serde_json::json;

use super::address::dictionary;
use crate::args::PostcodesCommand;
use crate::{Ending, Unusable};

/// Runs `postcodes import` or `postcodes show`.
pub fn postcodes(command: &PostcodesCommand) -> Result<Ending> {
    match command {
        PostcodesCommand::Import { files, month, to, json } => import(files, month, to, *json),
        PostcodesCommand::Show { code, dictionary, json } => {
            show(code, dictionary.as_deref(), *json)
        }
    }
}

fn import(files: &[PathBuf], month: &str, to: &Path, json: bool) -> Result<Ending> {
    let mut import = Import::new(month).context(Unusable)?;
    for file in files {
        let bytes = std::fs::read(file).with_context(|| format!("reading {}", file.display()))?;
        import.add(&bytes).with_context(|| format!("in {}", file.display()))?;
    }
    let dictionary = import.finish(None).context("the files together")?;
    edge::durable::publish_bytes(to, &dictionary.write())
        .with_context(|| format!("writing {}", to.display()))?;
    let (codes, places) = (dictionary.len(), dictionary.place_count());
    match json {
        true => say!("{}", json!({"codes": codes, "places": places, "month": month})),
        false => say!("{codes} codes, {places} places of {month} in {}", to.display()),
    }
    Ok(Ending::Well)
}

fn show(code: &str, path: Option<&Path>, json: bool) -> Result<Ending> {
    let code = PostalCode::parse(code)
        .with_context(|| format!("{code:?} is not a seven-digit postal code"))
        .context(Unusable)?;
    let dictionary = dictionary(path)?;
    let mut any = false;
    for place in dictionary.places(code) {
        any = true;
        match json {
            true => say!(
                "{}",
                json!({
                    "postal": code.to_string(), "jis_code": place.jis_code,
                    "prefecture": place.prefecture, "city": place.city, "town": place.town,
                    "note": place.note, "kind": format!("{:?}", place.kind),
                    "name": place.name, "street": place.street,
                })
            ),
            false => say!(
                "{code} {}{}{} {} {} {}",
                place.prefecture,
                place.city,
                place.town,
                place.street,
                place.name,
                place.note
            ),
        }
    }
    if !any {
        say!("{code} is not in the dictionary of {}", dictionary.month());
    }
    Ok(if any { Ending::Well } else { Ending::NotThere })
}
