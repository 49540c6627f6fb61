//! The clause tables beside the press: a row says how it is held, and its tests exist.

use std::collections::BTreeSet;

use super::{files, report, sources};

/// The tables, from the root of the repository.
const TABLES: [&str; 2] = ["pipeline/press/PDF_X4_VT1.md", "pipeline/press/PDF_A2U_UA1.md"];
/// How a row is held; `as …` points to another row.
const HELD: [&str; 4] = ["checked", "by construction", "left", "as 6.2.11"];

/// Returns the names of all tests of the repository.
fn tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for file in sources() {
        let mut lines = file.text.lines().map(str::trim);
        while let Some(line) = lines.next() {
            if line != "#[test]" {
                continue;
            }
            let declared = lines.by_ref().find_map(|line| line.strip_prefix("fn "));
            names.extend(declared.and_then(|rest| rest.split('(').next()).map(str::to_owned));
        }
    }
    assert!(names.len() > 500, "only {} tests", names.len());
    names
}

#[test]
fn every_clause_is_held_somehow_and_every_test_that_a_table_names_exists() {
    let (tests, files) = (tests(), files());
    let (mut faults, mut rows, mut named) = (Vec::new(), 0, 0);
    for path in TABLES {
        let file = files.iter().find(|file| file.path == path);
        let file = file.unwrap_or_else(|| panic!("{path} is a file of the repository"));
        for (number, line) in (1..).zip(file.text.lines()) {
            let is_head = line.starts_with("| asked") || line.starts_with("|---");
            let Some(row) = line.strip_prefix('|').filter(|_| !is_head) else { continue };
            rows += 1;
            let columns: Vec<&str> = row.trim_end_matches('|').split('|').map(str::trim).collect();
            let [_, how, names] = columns[..] else {
                faults.push(format!("{path}:{number}: not three columns"));
                continue;
            };
            if !HELD.iter().any(|word| how.contains(word)) && names.is_empty() {
                faults.push(format!("{path}:{number}: held by nothing"));
            }
            if how.contains("checked") && names.is_empty() {
                faults.push(format!("{path}:{number}: checked by no test"));
            }
            for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
                named += 1;
                let name = name.trim_matches('`');
                if !tests.contains(name) {
                    faults.push(format!("{path}:{number}: there is no test {name}"));
                }
            }
        }
    }
    assert!(rows > 40 && named > 40, "{rows} rows, {named} tests named");
    report("a clause table is not held", faults);
}
