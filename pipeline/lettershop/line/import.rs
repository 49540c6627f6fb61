//! The inserter's log as the machine writes it, read row by row into answers.

use std::collections::BTreeMap;

use anyhow::{bail, Context, Result};
use ledger::line::{Answer, Said};
use letter::piece::{SheetMark, FIRST_GENERATION};
use letter::stock::LogColumns;
use letter::Moment;
use runner::Part;

use super::book::Book;

/// What a log says, part by part, in its order.
pub type Answers = BTreeMap<Part, Vec<Answer>>;

/// Reads a log.
///
/// # Errors
/// If a column is not there, or rows cannot be understood: the message names the first of them by
/// line. Nothing of such a log is taken, since its mended rows would come a second time.
pub fn read(text: &str, columns: &LogColumns, book: &Book) -> Result<Answers> {
    let mut lines = (1..).zip(text.lines());
    let (_, heading) = lines.next().context("the log is empty")?;
    let heading = Heading::read(heading.trim_start_matches('\u{FEFF}'), columns)?;
    let mut answers = Answers::new();
    let mut troubles = Vec::new();
    for (number, line) in lines {
        if line.trim().is_empty() {
            continue;
        }
        match heading.row(line, columns, book) {
            Ok((part, row)) => answers.entry(part).or_default().push(row),
            Err(trouble) => troubles.push(format!("line {number}: {trouble}")),
        }
    }
    if !troubles.is_empty() {
        let count = troubles.len();
        troubles.truncate(TROUBLES_SHOWN);
        bail!("{count} rows cannot be understood; {}", troubles.join("; "));
    }
    Ok(answers)
}

/// Rows that a message names.
const TROUBLES_SHOWN: usize = 5;

/// Where the columns stand.
struct Heading {
    place: Place,
    result: usize,
    time: usize,
}

/// Which columns name the piece.
enum Place {
    Mark(usize),
    Numbers { job: usize, sequence: usize, generation: Option<usize> },
}

impl Heading {
    fn read(line: &str, columns: &LogColumns) -> Result<Self> {
        let names: Vec<&str> = cells(line, columns.separator).collect();
        let find = |name: &String| {
            let place = names.iter().position(|found| found == name);
            place.with_context(|| format!("the log has no column {name:?}, but {names:?}"))
        };
        let place = match columns.mark.is_empty() {
            false => Place::Mark(find(&columns.mark)?),
            true => Place::Numbers {
                job: find(&columns.job)?,
                sequence: find(&columns.sequence)?,
                generation: match columns.generation.is_empty() {
                    true => None,
                    false => Some(find(&columns.generation)?),
                },
            },
        };
        Ok(Self { place, result: find(&columns.result)?, time: find(&columns.time)? })
    }

    fn row(&self, line: &str, columns: &LogColumns, book: &Book) -> Result<(Part, Answer)> {
        let cells: Vec<&str> = cells(line, columns.separator).collect();
        let cell = |place: usize| cells.get(place).copied().context("a column is missing");
        let (job, sequence, generation) = match self.place {
            Place::Mark(place) => {
                let mark = cell(place)?;
                let mark =
                    SheetMark::parse(mark).with_context(|| format!("{mark:?} is no mark"))?;
                (mark.job, mark.sequence, mark.generation)
            }
            Place::Numbers { job, sequence, generation } => {
                let number = |place| -> Result<u32> {
                    let text = cell(place)?;
                    text.parse().with_context(|| format!("{text:?} is no number"))
                };
                let generation = generation.map_or(Ok(u32::from(FIRST_GENERATION)), number)?;
                let generation = u8::try_from(generation).context("no such generation")?;
                (number(job)?, number(sequence)?, generation)
            }
        };
        let part = book.of_job(job)?;
        let said = said(cell(self.result)?, columns)?;
        let at = moment(cell(self.time)?)?.0;
        Ok((part.clone(), Answer { sequence, generation, said, at }))
    }
}

fn cells(line: &str, separator: char) -> impl Iterator<Item = &str> {
    let bare = |cell: &str| cell.len() >= 2 && cell.starts_with('"') && cell.ends_with('"');
    line.split(separator).map(str::trim).map(move |cell| match bare(cell) {
        true => &cell[1..cell.len() - 1],
        false => cell,
    })
}

fn said(word: &str, columns: &LogColumns) -> Result<Said> {
    let LogColumns { good, spoiled, missing, double, .. } = columns;
    let words = [
        (good, Said::Good),
        (spoiled, Said::Spoiled),
        (missing, Said::Missing),
        (double, Said::Double),
    ];
    let found = words.into_iter().find(|(words, _)| words.iter().any(|known| known == word));
    found.map(|(_, said)| said).with_context(|| format!("{word:?} is no result"))
}

/// Reads a moment: RFC 3339, or `2026-11-24 09:15:02` (also with `/`) in Japan.
fn moment(text: &str) -> Result<Moment> {
    let plain = || {
        let (day, time) = text.split_once(' ')?;
        Moment::parse_rfc3339(&format!("{}T{time}+09:00", day.replace('/', "-")))
    };
    let found = Moment::parse_rfc3339(text).or_else(plain);
    found.with_context(|| format!("{text:?} is no moment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_the_usual_writings_are_read() {
        let expected = Moment::parse_rfc3339("2026-11-24T09:15:02+09:00").expect("a moment");
        for text in ["2026-11-24 09:15:02", "2026/11/24 09:15:02", "2026-11-24T00:15:02Z"] {
            assert_eq!(moment(text).expect("a moment"), expected, "{text}");
        }
        assert!(moment("24.11.2026").is_err());
    }

    #[test]
    fn cells_lose_blanks_and_quotes() {
        let found: Vec<&str> = cells("\"a\"; b ;;\"", ';').collect();
        assert_eq!(found, ["a", "b", "", "\""]);
    }
}
