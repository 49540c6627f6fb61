//! How sources look.

use super::{report, sources};

/// The longest line, in characters; rustfmt.toml says the same but leaves comments and strings.
const LINE_LEN_MAX: usize = 100;
/// A longer file is a question, answered in [`LONG_FILES`].
const FILE_LINES_MAX: usize = 500;

/// Files that may be longer, and why.
const LONG_FILES: [(&str, &str); 0] = [];

/// Files that may have longer lines, and why.
const WIDE_FILES: [(&str, &str); 3] = [
    ("pipeline/letter/src/reason.rs", "a table: one row a reason, in two languages"),
    ("pipeline/intake/src/refusal.rs", "a table: one row a refusal, in two languages"),
    ("pipeline/preflight/src/finding.rs", "a table: one row a finding, in two languages"),
];

#[test]
fn every_file_opens_by_saying_what_it_knows() {
    let mut faults = Vec::new();
    for file in sources() {
        let first = file.text.lines().next().unwrap_or_default();
        if first.len() < "//! A word.".len() || !first.starts_with("//! ") {
            faults.push(file.path);
        }
    }
    report("a file opens with a //! sentence", faults);
}

#[test]
fn no_line_is_longer_than_a_hundred_columns() {
    let mut faults = Vec::new();
    for file in sources() {
        if WIDE_FILES.iter().any(|(path, _)| *path == file.path) {
            continue;
        }
        for (number, line) in (1..).zip(file.text.lines()) {
            let len = line.chars().count();
            if len > LINE_LEN_MAX && !is_cut_in_a_string(line) {
                faults.push(format!("{}:{number}: {len} columns", file.path));
            }
        }
    }
    report("lines have at most 100 columns", faults);
}

/// Whether the hundredth column lies within a string: a message stays in one piece so that it can
/// be searched for.
fn is_cut_in_a_string(line: &str) -> bool {
    if line.trim_start().starts_with("//") {
        return false;
    }
    if line.ends_with('\\') {
        return true;
    }
    let (mut inside, mut escaped) = (false, false);
    for c in line.chars().take(LINE_LEN_MAX) {
        inside ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
    }
    inside
}

#[test]
fn a_long_file_has_its_reason() {
    let mut faults = Vec::new();
    for file in sources() {
        let lines = file.text.lines().count();
        let allowed = LONG_FILES.iter().any(|(path, _)| *path == file.path);
        match lines > FILE_LINES_MAX {
            true if !allowed => faults.push(format!("{}: {lines} lines", file.path)),
            false if allowed => faults.push(format!("{}: no longer a long file", file.path)),
            _ => {}
        }
    }
    report("a file over 500 lines says why", faults);
}

/// Words that no line of the product has, and what is done instead. Each is put together here so
/// that this table does not break its own rule.
const NEVER: [(&str, &str, &str); 8] = [
    (".unw", "rap()", "expect(\"the invariant\") or an error"),
    ("unsafe", " {", "there is always a safe way here"),
    ("db", "g!(", "nothing"),
    ("to", "do!(", "an issue"),
    ("unimple", "mented!(", "an issue"),
    ("TO", "DO", "an issue"),
    ("FIX", "ME", "a fix"),
    ("allow(", "dead_code", "delete it"),
];

#[test]
fn the_product_has_no_banned_words() {
    let mut faults = Vec::new();
    for file in sources() {
        for (number, line) in file.product_lines() {
            for (head, tail, instead) in NEVER {
                if head == "unsafe" && file.room() == Some("lanes") {
                    continue;
                }
                if contains(line, head, tail) {
                    faults.push(format!("{}:{number}: {head}{tail}: {instead}", file.path));
                }
            }
        }
    }
    report("banned words", faults);
}

#[test]
fn only_the_command_line_prints() {
    let mut faults = Vec::new();
    for file in sources() {
        if file.room() == Some("lettershop") {
            continue;
        }
        for (number, line) in file.product_lines() {
            if contains(line, "print", "ln!(") || contains(line, "print", "!(") {
                faults.push(format!("{}:{number}", file.path));
            }
        }
    }
    report("a craft returns what it has to say", faults);
}

/// Comments of any file, tests included.
#[test]
fn no_comment_puts_work_off() {
    let mut faults = Vec::new();
    for file in sources() {
        for (number, line) in (1..).zip(file.text.lines()) {
            let Some((_, comment)) = line.split_once("//") else { continue };
            if contains(comment, "TO", "DO") || contains(comment, "FIX", "ME") {
                faults.push(format!("{}:{number}", file.path));
            }
        }
    }
    report("work that is put off is an issue, not a comment", faults);
}

#[test]
fn no_test_is_switched_off_or_expects_a_panic() {
    let mut faults = Vec::new();
    for file in sources() {
        for (number, line) in (1..).zip(file.text.lines()) {
            let line = line.trim_start();
            if contains(line, "#[ig", "nore") || contains(line, "#[should", "_panic") {
                faults.push(format!("{}:{number}", file.path));
            }
        }
    }
    report("assert today's wrong answer and say why", faults);
}

/// The last parts of names that say nothing.
const EMPTY_NAMES: [&str; 8] =
    ["Manager", "Helper", "Helpers", "Util", "Utils", "Handler", "Processor", "Misc"];
/// Names of modules that say nothing.
const EMPTY_MODULES: [&str; 7] = ["utils", "util", "common", "core", "helpers", "misc", "types"];

#[test]
fn names_are_the_trades_nouns() {
    let mut faults = Vec::new();
    for file in sources() {
        for (number, line) in (1..).zip(file.text.lines()) {
            let words: Vec<&str> = line.split_whitespace().take(4).collect();
            for pair in words.windows(2) {
                let end = pair[1].find(|c: char| !c.is_alphanumeric() && c != '_');
                let name = &pair[1][..end.unwrap_or(pair[1].len())];
                let empty = match pair[0] {
                    "struct" | "enum" | "trait" | "type" => {
                        ["Data", "Info"].contains(&name)
                            || EMPTY_NAMES.iter().any(|empty| name.ends_with(empty))
                    }
                    "mod" => EMPTY_MODULES.contains(&name),
                    "fn" => ["process", "handle", "do_it"].contains(&name),
                    _ => false,
                };
                if empty {
                    faults.push(format!("{}:{number}: {name}", file.path));
                }
            }
        }
    }
    report("names that say nothing", faults);
}

#[test]
fn a_test_is_named_by_a_sentence() {
    let mut faults = Vec::new();
    for file in sources() {
        let lines: Vec<&str> = file.text.lines().map(str::trim).collect();
        for (number, pair) in (2..).zip(lines.windows(2)) {
            let Some(signature) = pair[1].strip_prefix("fn ").filter(|_| pair[0] == "#[test]")
            else {
                continue;
            };
            let name = signature.split('(').next().unwrap_or_default();
            if name.split('_').count() < 3 {
                faults.push(format!("{}:{number}: {name}", file.path));
            }
        }
    }
    report("a test's name is a sentence", faults);
}

fn contains(line: &str, head: &str, tail: &str) -> bool {
    line.match_indices(head).any(|(at, _)| line[at + head.len()..].starts_with(tail))
}
