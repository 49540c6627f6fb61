//! What no file of the repository may name.

use super::{files, report, root};

/// Paths of somebody's machine and hosts of registries, each in two halves so that this table does
/// not break its own rule.
const FOREIGN: [(&str, &str); 12] = [
    ("/ro", "ot/"),
    ("/ho", "me/"),
    ("/Us", "ers/"),
    ("/wo", "rk/"),
    ("C:", "\\\\"),
    ("crates", ".io"),
    ("docs", ".rs"),
    ("py", "pi.org"),
    ("deb.debian", ".org"),
    ("registry.npm", "js"),
    ("ghcr", ".io"),
    ("docker", ".io"),
];

/// A lock file names the registry of every crate.
const LOCK: &str = "Cargo.lock";

#[test]
fn no_file_names_a_machine_or_a_registry() {
    let mut faults = Vec::new();
    for file in files() {
        if file.path.rsplit('/').next() == Some(LOCK) {
            continue;
        }
        for (number, line) in (1..).zip(file.text.lines()) {
            for (head, tail) in FOREIGN {
                if line.contains(&format!("{head}{tail}")) {
                    faults.push(format!("{}:{number}: {head}{tail}", file.path));
                }
            }
        }
    }
    report("a file names a machine's path or a registry's host", faults);
}

#[test]
fn text_ends_with_a_line_end_and_has_no_trailing_blanks() {
    let mut faults = Vec::new();
    let kinds = [".rs", ".toml", ".md", ".sh", ".css", ".html"];
    for file in files() {
        let written_here = kinds.iter().any(|kind| file.path.ends_with(kind));
        let sample = file.path.starts_with("samples/") || file.path.starts_with("fonts/");
        if !written_here || sample {
            continue;
        }
        if !file.text.is_empty() && !file.text.ends_with('\n') {
            faults.push(format!("{}: no line end at its end", file.path));
        }
        for (number, line) in (1..).zip(file.text.lines()) {
            if line.ends_with([' ', '\t']) {
                faults.push(format!("{}:{number}: trailing blanks", file.path));
            }
        }
    }
    report("text files are clean", faults);
}

#[test]
fn the_rules_for_what_we_depend_on_can_be_read() {
    let rules = std::fs::read_to_string(root().join("deny.toml")).expect("deny.toml");
    let rules: toml::Table = rules.parse().expect("deny.toml is TOML");
    let exceptions = rules["advisories"]["ignore"].as_array().expect("a list of advisories");
    for exception in exceptions {
        let reason = exception.get("reason").and_then(toml::Value::as_str);
        assert!(reason.is_some_and(|reason| reason.len() > 20), "{exception} has no reason");
    }
}
