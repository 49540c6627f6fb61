//! The extremes of a template: its sample, the longest name, the most rows, nothing optional.

use letter::record::field;
use render::TemplateFault;

use render::SampleLetter;

use super::trial::Trial;
use crate::batch::Letters;

/// Letters that are previewed together.
#[derive(Debug)]
pub struct Case {
    /// The case, as the files are named.
    pub name: &'static str,
    /// What it shows.
    pub note: String,
    /// Its letters.
    pub letters: Vec<SampleLetter>,
}

/// Returns the extremes; a template without a table has no `most-rows`.
///
/// # Errors
/// A fault for each letter of the sample that cannot be set.
pub fn extremes(trial: &Trial<'_>) -> Result<Vec<Case>, Vec<TemplateFault>> {
    trial.set_all()?;
    let sample: Vec<SampleLetter> = trial.sample.letters.clone();
    let note = format!("the {} sample letters", sample.len());
    let mut cases =
        vec![Case { name: "sample", note, letters: sample }, longest(trial), missing(trial)];
    if !trial.schema.columns.is_empty() {
        cases.insert(2, most_rows(trial));
    }
    Ok(cases)
}

/// Grows name and address of the first letter as far as they fit: in one letter the name first, in
/// the other the address.
fn longest(trial: &Trial<'_>) -> Case {
    let second = trial.schema.field(field::ADDRESS2);
    let address = second.map_or(field::ADDRESS1, |_| field::ADDRESS2);
    let mut long_name = first(trial);
    long_name.fields.insert(field::NAME.to_owned(), String::new());
    if second.is_some() {
        long_name.fields.insert(field::ADDRESS2.to_owned(), String::new());
    }
    grow(trial, &mut long_name, field::NAME, NAME);
    grow(trial, &mut long_name, address, BUILDING);
    let mut long_address = first(trial);
    grow(trial, &mut long_address, address, BUILDING);
    grow(trial, &mut long_address, field::NAME, NAME);
    let [name, address] = [&long_name, &long_address].map(lengths);
    let note = format!(
        "the longest name, {} characters with {} of address, and the longest address, {} with {} \
         of name",
        name.0, name.1, address.1, address.0
    );
    Case { name: "longest", note, letters: vec![long_name, long_address] }
}

/// Returns the characters of a letter's name and address.
fn lengths(letter: &SampleLetter) -> (usize, usize) {
    let length = |name| letter.field(name).chars().count();
    (length(field::NAME), length(field::ADDRESS1) + length(field::ADDRESS2))
}

/// Appends the characters of `text`, over and over, as long as the letter fits.
fn grow(trial: &Trial<'_>, letter: &mut SampleLetter, name: &str, text: &str) {
    let mut letters = Letters::default();
    for character in text.chars().cycle().take(GROWTH_MAX) {
        let fits = letter.field(name).to_owned();
        letter.fields.insert(name.to_owned(), format!("{fits}{character}"));
        if trial.set(&mut letters, letter).is_err() {
            letter.fields.insert(name.to_owned(), fits);
            return;
        }
    }
}

/// Repeats the rows of the letter that has most, as far as the envelope takes them.
fn most_rows(trial: &Trial<'_>) -> Case {
    let most = trial.sample.letters.iter().max_by_key(|letter| letter.rows.len());
    let mut letter = most.expect("a sample has a letter").clone();
    let rows = std::mem::take(&mut letter.rows);
    let max = ROWS_MAX.max(rows.len());
    let mut letters = Letters::default();
    for row in rows.iter().cycle().take(max) {
        letter.rows.push(row.clone());
        if trial.set(&mut letters, &letter).is_err() {
            letter.rows.pop();
            break;
        }
    }
    let note = format!("{} table rows", letter.rows.len());
    Case { name: "most-rows", note, letters: vec![letter] }
}

/// Empties what is optional in the first letter.
///
/// Optional are the fixed fields that may be empty, and what some letter of the sample lacks; what
/// the template then cannot do without stays.
fn missing(trial: &Trial<'_>) -> Case {
    let mut letter = first(trial);
    let mut letters = Letters::default();
    let mut emptied = Vec::new();
    let is_optional = |name: &str| {
        let lacks = |letter: &SampleLetter| letter.field(name).is_empty();
        OPTIONAL.contains(&name) || trial.sample.letters.iter().any(lacks)
    };
    for name in trial.schema.fields.iter().filter(|name| is_optional(name)) {
        let value = letter.fields.insert(name.clone(), String::new()).unwrap_or_default();
        if trial.set(&mut letters, &letter).is_ok() {
            emptied.push(name.as_str());
        } else {
            letter.fields.insert(name.clone(), value);
        }
    }
    if trial.sample.letters.iter().any(|letter| letter.rows.is_empty()) {
        let rows = std::mem::take(&mut letter.rows);
        if !rows.is_empty() && trial.set(&mut letters, &letter).is_ok() {
            emptied.push("rows");
        } else {
            letter.rows = rows;
        }
    }
    let note = format!("without {}", emptied.join(", "));
    Case { name: "missing", note, letters: vec![letter] }
}

fn first(trial: &Trial<'_>) -> SampleLetter {
    trial.sample.letters[0].clone()
}

/// The fixed fields that may be empty ([`letter::record::field`]).
const OPTIONAL: [&str; 4] = [field::ADDRESS2, field::NAME2, field::HONORIFIC, field::RECIPIENT];
/// Table rows that a preview tries at most: five years of monthly entries.
const ROWS_MAX: usize = 60;
/// Characters by which a text grows at most; a frame that takes more has no limit of interest.
const GROWTH_MAX: usize = 200;
/// A name of many words, as foundations have them.
const NAME: &str = "特定非営利活動法人星見ヶ丘こどもの未来と暮らしを支える会事務局髙橋﨑𠮷";
/// A building of many words.
const BUILDING: &str = "レジデンス星見ヶ丘グリーンヒルズ弐番館";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::template::trial::Workshop;
    use crate::config::TemplateFiles;

    fn stock<'w>(workshop: &'w Workshop, name: &str) -> Trial<'w> {
        let files = TemplateFiles::stock(name).expect("a built-in template");
        Trial::compile(workshop, files).map_err(|faults| format!("{faults:?}")).expect("sound")
    }

    #[test]
    fn every_extreme_fits_and_one_character_or_row_more_does_not() {
        let workshop = Workshop::open().expect("the built-in stock is sound");
        let trial = stock(&workshop, "tax-notice");
        let cases = extremes(&trial).expect("the sample fits");
        let names: Vec<&str> = cases.iter().map(|case| case.name).collect();
        assert_eq!(names, ["sample", "longest", "most-rows", "missing"]);
        let mut letters = Letters::default();
        for letter in cases.iter().flat_map(|case| &case.letters) {
            assert!(trial.set(&mut letters, letter).is_ok(), "{letter:?}");
        }
        for mut letter in cases[1].letters.clone() {
            letter.fields.entry(field::NAME.to_owned()).or_default().push('会');
            assert!(trial.set(&mut letters, &letter).is_err(), "{letter:?}");
        }
    }

    #[test]
    fn what_some_letter_of_the_sample_lacks_is_missing_and_the_rest_is_there() {
        let workshop = Workshop::open().expect("the built-in stock is sound");
        let trial = stock(&workshop, "annual-notice");
        let letter = missing(&trial).letters.remove(0);
        assert_eq!((letter.field("address2"), letter.field("recipient")), ("", ""));
        assert!(letter.rows.is_empty() && !letter.field("product").is_empty());
    }
}
