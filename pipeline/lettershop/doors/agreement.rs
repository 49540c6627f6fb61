//! A new sender's agreement: guessed from a sample, shown, and written as its sender file.

use anyhow::{Context, Result};
use intake::guess::{encoding_name, Ground, Guess};
use intake::layout::{DateStyle, Kind};
use intake::Sender;
use letter::{Schema, SenderId};
use render::Sample;

use crate::config::{Shop, TemplateFiles};
use crate::stock;

/// What is agreed with a new sender besides its columns.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The id.
    pub sender: SenderId,
    /// The name that recipients know.
    pub name: String,
    /// The letter class.
    pub class: String,
}

/// A template with the letters of its sample.
pub struct Wanted {
    /// The template's name.
    pub template: String,
    /// Its version.
    pub version: u32,
    /// Its sample.
    pub sample: Sample,
}

impl Wanted {
    /// Returns the template of that name, the shop's own or the stock's.
    ///
    /// # Errors
    /// If there is none, or it has no sample.
    pub fn of(shop: &Shop, name: &str) -> Result<Self> {
        let files = shop.template(name)?.with_context(|| {
            let known = stock::TEMPLATES.map(|(name, ..)| name).join(", ");
            format!("no template is called {name:?}; built in are {known}")
        })?;
        Self::read(name, &files)
    }

    fn read(name: &str, files: &TemplateFiles) -> Result<Self> {
        let version = files.version()?;
        let sample = files.sample.as_deref().with_context(|| format!("{name} has no sample"))?;
        let sample = Sample::read(sample).map_err(|fault| anyhow::anyhow!(fault.to_string()))?;
        Ok(Self { template: name.to_owned(), version, sample })
    }

    /// Returns fields and columns of the template's letters.
    pub fn schema(&self) -> Schema {
        self.sample.schema()
    }

    /// Returns the template that a sample suits best, with the guess: fewest fields missing, then
    /// most columns found.
    ///
    /// # Errors
    /// If the sample is no table.
    pub fn best(shop: &Shop, bytes: &[u8]) -> Result<(Self, Guess)> {
        let mut best: Option<(usize, usize, Self, Guess)> = None;
        for name in template_names(shop) {
            let Ok(wanted) = Self::of(shop, &name) else { continue };
            let guess = intake::guess::guess(bytes, &wanted.schema())?;
            let found = guess.columns.iter().filter(|column| column.to.is_some()).count();
            let (missing, unmapped) = (guess.missing.len(), guess.columns.len() - found);
            let is_better =
                |(m, u, ..): &(usize, usize, Self, Guess)| (missing, unmapped) < (*m, *u);
            if best.as_ref().is_none_or(is_better) {
                best = Some((missing, unmapped, wanted, guess));
            }
        }
        let (_, _, wanted, guess) = best.context("there is no template with a sample")?;
        Ok((wanted, guess))
    }
}

/// Returns the shop's own templates and the stock's that letters of senders are set by.
fn template_names(shop: &Shop) -> Vec<String> {
    let own = shop.root.join("templates").read_dir().into_iter().flatten().flatten();
    let mut names: Vec<String> =
        own.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.extend(stock::TEMPLATES.map(|(name, ..)| name.to_owned()));
    names.retain(|name| !name.starts_with("application-"));
    names.sort();
    names.dedup();
    names
}

/// Writes the sender file of a guess, or of the template's own names without one.
///
/// # Errors
/// If it is none that the shop can use, which is a fault of the terms.
pub fn sender_toml(terms: &Terms, wanted: &Wanted, guess: Option<&Guess>) -> Result<String> {
    let layout = match guess {
        Some(guess) => guess.layout_toml(&wanted.template),
        None => own_names(wanted),
    };
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let text = format!(
        "# {}: written by `lettershop sender add`. Say here what is agreed: office lines, honorific,\n\
         # thresholds, classes, columns. samples/shop/senders/ has examples of every key.\n\
         sender = {}\nname = {}\noffice = []\nhonorific = \"様\"\n\
         approve_above = 0.05\nrefuse_above = 0.50\n\n\
         [classes.{}]\nidentity_level = 2\n\n{layout}",
        terms.sender,
        quoted(terms.sender.as_str()),
        quoted(&terms.name),
        quoted(&terms.class),
    );
    Sender::parse(&text).context("the guessed agreement cannot be used")?;
    Ok(text)
}

/// Writes a layout whose heads are our own names of the template's fields.
fn own_names(wanted: &Wanted) -> String {
    let schema = wanted.schema();
    let names = |names: &[String]| -> String {
        let column = |name: &String| format!("  {{ from = \"{name}\", to = \"{name}\" }},\n");
        names.iter().map(column).collect()
    };
    let template = &wanted.template;
    let mut text = format!(
        "[layouts.{template}]\nencoding = \"auto\"\nform = \"delimited\"\ncolumns = [\n{}]\n",
        names(&schema.fields)
    );
    if !schema.columns.is_empty() {
        text.push_str(&format!(
            "\n[layouts.{template}.lines]\ncolumns = [\n  {{ from = \"key\", to = \"key\" }},\n{}]\n",
            names(&schema.columns)
        ));
    }
    text
}

/// Writes what was guessed, one column a line, for a person to confirm.
pub fn shown(wanted: &Wanted, guess: &Guess) -> String {
    let Guess { encoding, delimiter, columns, folds, rows, missing } = guess;
    let mut text = format!(
        "template {} version {}; {rows} rows, {}, delimiter {:?}\n",
        wanted.template,
        wanted.version,
        encoding_name(*encoding),
        char::from(*delimiter)
    );
    for column in columns {
        let kind = match (column.kind, column.date) {
            (Kind::Date, Some(DateStyle::Wareki)) => "day, 和暦",
            (Kind::Date, _) => "day",
            (Kind::Number, _) => "number",
            (Kind::Kana, _) => "kana",
            (Kind::Text, _) => "text",
        };
        let ground = match column.ground {
            Ground::Word => "by its name",
            Ground::Values => "by its values",
            Ground::Group => "table row",
            Ground::Nothing => "not used",
        };
        let to = column.to.as_deref().unwrap_or("-");
        text.push_str(&format!("  {to:<16} {kind:<10} {ground:<14} {}\n", column.from));
    }
    if !folds.is_empty() {
        let terms: Vec<&str> = folds.iter().map(|(term, _)| term.as_str()).collect();
        text.push_str(&format!("  rows of the table: {}\n", terms.join(", ")));
    }
    for name in missing {
        text.push_str(&format!("  MISSING: no column was found for {name}\n"));
    }
    text
}
