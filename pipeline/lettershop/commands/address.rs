//! `address`: what the shop reads in an address.

use std::io::{self, BufRead, Write};
use std::path::Path;

use address::{Dictionary, Found};
use anyhow::{Context, Result};
use letter::barcode::code_name;
use serde_json::{json, Value};

use crate::args::Address;
use crate::{stock, Ending};

/// Reads one address, or one a line from standard input; ends with 1 if any could not be read.
pub fn address(args: &Address) -> Result<Ending> {
    let dictionary = dictionary(args.dictionary.as_deref())?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut all_read = true;
    let mut one = |line: &str| {
        let found = address::find(&dictionary, line);
        all_read &= matches!(found, Ok(Some(_)));
        let answer = match &found {
            Ok(Some(found)) => json_of(found),
            Ok(None) => json!({"input": line, "error": "no-municipality"}),
            Err(reason) => json!({
                "input": line, "error": reason.code(),
                "ja": reason.japanese(), "en": reason.english(),
            }),
        };
        match args.json {
            true => writeln!(out, "{answer}"),
            false => writeln!(out, "{}", lines_of(&answer)),
        }
    };
    match &args.text {
        Some(text) => one(text)?,
        None => {
            for line in io::stdin().lock().lines() {
                one(&line.context("reading standard input")?)?;
            }
        }
    }
    out.flush()?;
    Ok(if all_read { Ending::Well } else { Ending::NotThere })
}

/// Reads a dictionary file, or the built-in one.
pub fn dictionary(path: Option<&Path>) -> Result<Dictionary> {
    let Some(path) = path else {
        return Dictionary::read(stock::POSTCODES).context("the built-in dictionary");
    };
    let bytes = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    Dictionary::read(&bytes).with_context(|| format!("in {}", path.display()))
}

fn json_of(found: &Found<'_>) -> Value {
    let barcode = found.barcode.map(|barcode| {
        json!({
            "number": found.number,
            "codes": barcode.codes().iter().map(|&code| code_name(code)).collect::<Vec<_>>(),
            "check": code_name(barcode.check()),
            "bars": barcode.bar_letters(),
        })
    });
    json!({
        "postal": found.postal.map(|postal| postal.to_string()),
        "prefecture": found.prefecture,
        "city": found.city,
        "town": found.town,
        "rest": found.rest,
        "grade": found.grade.name(),
        "barcode": barcode,
    })
}

fn lines_of(answer: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    if answer.get("error").is_some() {
        return format!("{}: {}", text(&answer["error"]), text(&answer["en"]));
    }
    let place: String = ["prefecture", "city", "town"].map(|key| text(&answer[key])).join(" ");
    let barcode = match &answer["barcode"] {
        Value::Null => "no barcode".to_owned(),
        barcode => format!("{} {}", text(&barcode["number"]), text(&barcode["bars"])),
    };
    let head = format!("{} {place} | {}", text(&answer["postal"]), text(&answer["rest"]));
    format!("{head}\n  {} · {barcode}", text(&answer["grade"]))
}
