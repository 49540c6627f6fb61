//! Print files, judged by outside programs.

mod support;

use std::path::Path;
use std::process::Command;

use support::{print, sample, words, Face, GOTHIC, MINCHO};

/// Runs an outside judge and returns what it says.
fn judge(program: &str, arguments: &[&str], file: &Path) -> String {
    let output =
        Command::new(program).args(arguments).arg(file).output().unwrap_or_else(|e| {
            panic!("the judge {program} is needed (tests/all installs it): {e}")
        });
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {said}{complaints}");
    assert_eq!(complaints, "", "{program} complains");
    said
}

#[test]
fn a_print_file_satisfies_its_judges() {
    let faces = [Face::load(MINCHO), Face::load(GOTHIC)];
    let sample = sample(&faces, 300);
    let (bytes, summary) = print(&sample, true);
    assert_eq!(summary.bytes, bytes.len() as u64);
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("print.pdf");
    std::fs::write(&file, &bytes).expect("written");
    if let Ok(keep) = std::env::var("PRESS_KEEP") {
        std::fs::write(keep, &bytes).expect("kept");
    }
    assert!(judge("qpdf", &["--check"], &file).contains("No syntax or stream encoding errors"));
    let text = judge("pdftotext", &["-layout", "-enc", "UTF-8"], &file);
    let _ = (text, words(1));
}
