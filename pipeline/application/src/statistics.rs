//! データ集計 (dēta shūkei): counts per municipality, procedure and day, whose sum is the items.

use std::collections::BTreeMap;

use letter::cell::BOM;
use letter::Date;
use serde::Serialize;

use crate::account::{End, Unbalanced};
use crate::completeness::{is_complete, Finding};
use crate::handover::{pretty, row};
use crate::municipality::JisCode;

/// One application to be counted.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// Where it goes; `None` while none can be told.
    pub municipality: Option<JisCode>,
    /// The procedure's code; `None` if it cannot be read.
    pub procedure: Option<&'a str>,
    /// The day of receipt; the night's day if it cannot be read.
    pub day: Date,
    /// Where it ended.
    pub end: End,
    /// The verdict's indication, `TOTAL_PASSED`; empty if it was never verified.
    pub indication: &'a str,
    /// What the completeness check found.
    pub findings: &'a [Finding],
}

/// Counts of one municipality, procedure and day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Applications.
    pub received: u64,
    /// Handed over on paper.
    pub paper: u64,
    /// Handed over electronically.
    pub electronic: u64,
    /// On a person's list.
    pub person: u64,
    /// Not readable.
    pub set_aside: u64,
    /// Waiting.
    pub held: u64,
    /// Verdict TOTAL_PASSED.
    pub passed: u64,
    /// Verdict TOTAL_FAILED.
    pub failed: u64,
    /// Verdict INDETERMINATE.
    pub indeterminate: u64,
    /// Without a verdict.
    pub unverified: u64,
    /// Applications upon which the applicant has to act.
    pub incomplete: u64,
    /// Findings by code; one application may have several.
    pub findings: BTreeMap<String, u64>,
}

/// Municipality, procedure and day; an empty text where they are not known, which sorts first.
type Key = (String, String, Date);

/// Counts as they come in, in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    rows: BTreeMap<Key, Counts>,
}

/// Statistics whose sum was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    rows: BTreeMap<Key, Counts>,
}

impl Statistics {
    /// Counts one application.
    pub fn add(&mut self, item: &Item<'_>) {
        let municipality = item.municipality.map(|code| code.to_string()).unwrap_or_default();
        let key = (municipality, item.procedure.unwrap_or_default().to_owned(), item.day);
        let counts = self.rows.entry(key).or_default();
        counts.received += 1;
        *counts.end(item.end) += 1;
        *match item.indication {
            "TOTAL_PASSED" => &mut counts.passed,
            "TOTAL_FAILED" => &mut counts.failed,
            "INDETERMINATE" => &mut counts.indeterminate,
            _ => &mut counts.unverified,
        } += 1;
        counts.incomplete += u64::from(!is_complete(item.findings));
        for finding in item.findings {
            match counts.findings.get_mut(&*finding.code) {
                Some(count) => *count += 1,
                None => {
                    counts.findings.insert(finding.code.to_string(), 1);
                }
            }
        }
    }

    /// Adds another chunk's counts; the order of chunks does not matter.
    pub fn merge(&mut self, other: Self) {
        for (key, counts) in other.rows {
            self.rows.entry(key).or_default().add(&counts);
        }
    }

    /// Checks that the rows' sum is the applications that came in, and every row's ends and
    /// verdicts are its applications.
    ///
    /// # Errors
    /// [`Unbalanced`] with both sums.
    pub fn close(self, received: u64) -> Result<Table, Unbalanced> {
        let mut sum = 0;
        for counts in self.rows.values() {
            let ends: u64 = End::ALL.iter().map(|end| *counts.clone().end(*end)).sum();
            let verdicts = counts.passed + counts.failed + counts.indeterminate + counts.unverified;
            for ended in [ends, verdicts] {
                if ended != counts.received {
                    return Err(Unbalanced { received: counts.received, ended });
                }
            }
            sum += counts.received;
        }
        match sum == received {
            true => Ok(Table { rows: self.rows }),
            false => Err(Unbalanced { received, ended: sum }),
        }
    }
}

impl Counts {
    fn end(&mut self, end: End) -> &mut u64 {
        match end {
            End::Paper => &mut self.paper,
            End::Electronic => &mut self.electronic,
            End::Person => &mut self.person,
            End::SetAside => &mut self.set_aside,
            End::Held => &mut self.held,
        }
    }

    fn add(&mut self, other: &Self) {
        self.received += other.received;
        for end in End::ALL {
            *self.end(end) += *other.clone().end(end);
        }
        self.passed += other.passed;
        self.failed += other.failed;
        self.indeterminate += other.indeterminate;
        self.unverified += other.unverified;
        self.incomplete += other.incomplete;
        for (code, count) in &other.findings {
            *self.findings.entry(code.clone()).or_default() += count;
        }
    }

    /// Returns the counts in the order of [`HEAD`], findings aside.
    fn cells(&self) -> [u64; 11] {
        [
            self.received,
            self.paper,
            self.electronic,
            self.person,
            self.set_aside,
            self.held,
            self.passed,
            self.failed,
            self.indeterminate,
            self.unverified,
            self.incomplete,
        ]
    }
}

/// The head of the table, in the order of the JSON keys.
const HEAD: [&str; 14] = [
    "市区町村コード",
    "手続",
    "受付日",
    "件数",
    "紙",
    "電子",
    "要確認",
    "受付不可",
    "保留",
    "検証成功",
    "検証失敗",
    "検証未確定",
    "未検証",
    "不備あり",
];

#[derive(Serialize)]
struct Row<'t> {
    municipality: &'t str,
    procedure: &'t str,
    day: Date,
    #[serde(flatten)]
    counts: &'t Counts,
}

impl Table {
    /// Returns the rows in the order of municipality, procedure and day; the first two are empty
    /// where they are not known.
    pub fn rows(&self) -> impl Iterator<Item = (&str, &str, Date, &Counts)> {
        self.rows.iter().map(|((m, p, day), counts)| (m.as_str(), p.as_str(), *day, counts))
    }

    /// Returns the sum of all rows.
    pub fn total(&self) -> Counts {
        let mut total = Counts::default();
        self.rows.values().for_each(|counts| total.add(counts));
        total
    }

    /// Writes the counts as CSV for people: UTF-8 with byte order mark, the sum in the last row.
    pub fn to_csv(&self) -> Vec<u8> {
        let mut out = BOM.to_vec();
        row(&mut out, &HEAD.map(str::to_owned));
        for (municipality, procedure, day, counts) in self.rows() {
            let mut cells = vec![municipality.to_owned(), procedure.to_owned(), day.to_string()];
            cells.extend(counts.cells().map(|count| count.to_string()));
            row(&mut out, &cells);
        }
        let mut cells = vec!["合計".to_owned(), String::new(), String::new()];
        cells.extend(self.total().cells().map(|count| count.to_string()));
        row(&mut out, &cells);
        out
    }

    /// Writes the findings as CSV for people, one row a code.
    pub fn findings_to_csv(&self) -> Vec<u8> {
        let mut out = BOM.to_vec();
        row(
            &mut out,
            &["市区町村コード", "手続", "受付日", "不備コード", "件数"].map(str::to_owned),
        );
        for (municipality, procedure, day, counts) in self.rows() {
            for (code, count) in &counts.findings {
                let (municipality, procedure) = (municipality.to_owned(), procedure.to_owned());
                let cells =
                    [municipality, procedure, day.to_string(), code.clone(), count.to_string()];
                row(&mut out, &cells);
            }
        }
        out
    }

    /// Writes all rows as a JSON list.
    pub fn to_json(&self) -> Vec<u8> {
        let row =
            |(municipality, procedure, day, counts)| Row { municipality, procedure, day, counts };
        pretty(&self.rows().map(row).collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests;
