//! The outside programs that judge our files; a missing one fails the test.

#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs an outside judge and returns what it says; `FILE` among the arguments is the file.
pub fn judge(program: &str, arguments: &[&str], file: &Path) -> String {
    let path = file.to_str().expect("a path in UTF-8");
    let arguments = arguments.iter().map(|&word| if word == "FILE" { path } else { word });
    let output = Command::new(program)
        .args(arguments)
        .output()
        .unwrap_or_else(|e| panic!("the judge {program} is needed (tests/all installs it): {e}"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {said}{complaints}");
    let complaints: Vec<&str> = complaints.lines().filter(|line| *line != NO_ICC).collect();
    assert!(complaints.is_empty(), "{program} complains: {complaints:?}");
    said
}

/// Debian builds mutool without colour management and has it say so.
const NO_ICC: &str = "warning: ICC support is not available";

/// Asks qpdf whether the file is sound.
pub fn assert_sound(file: &Path) {
    let said = judge("qpdf", &["--check", "FILE"], file);
    assert!(said.contains("No syntax or stream encoding errors"), "{said}");
}

/// Returns the text of the file in the order of its content, pages apart by form feeds.
pub fn text(file: &Path) -> String {
    judge("pdftotext", &["-raw", "-enc", "UTF-8", "FILE", "-"], file)
}

/// Writes a file below the build's directory for tests, where it stays to be looked at.
pub fn kept(name: &str, bytes: &[u8]) -> PathBuf {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&file, bytes).expect("written");
    file
}
