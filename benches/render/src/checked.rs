//! A contender takes part with a sound file of the same text as everybody else's.

use std::path::Path;
use std::process::Command;

use press::PrintRun;

use crate::peers::{Peers, PEERS};
use standard_letter::engine::Engine;
use standard_letter::recipients::Recipient;
use standard_letter::shown::{bars, sheet_mark};

/// Writes a file of every contender, checks each with qpdf, and compares their text by pdftotext,
/// page by page. Ours alone has bars and marks that can be read as text; they are left out.
pub fn check(engine: &Engine, run: &PrintRun<'_>, peers: &Peers<'_>, recipients: &[Recipient]) {
    let folder = std::env::temp_dir().join(format!("render-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    let path = folder.join("file.pdf");
    let create = || std::fs::File::create(&path).expect("a file");
    engine.print(run, recipients, create());
    let mut expected = text("ours", &path);
    assert_eq!(expected.len(), recipients.len() + 1, "a page a letter");
    for ((sequence, page), recipient) in (1..).zip(&mut expected).zip(recipients) {
        for code in [bars(recipient), sheet_mark(sequence).text()] {
            assert_eq!(page.matches(&code).count(), 1, "ours: page {sequence}");
            *page = page.replace(&code, "");
        }
    }
    for (name, begin) in PEERS {
        peers.write(begin, recipients, &mut create());
        let found = text(name, &path);
        assert_eq!(found.len(), expected.len(), "{name}: pages");
        for (page, (found, expected)) in (1..).zip(found.iter().zip(&expected)) {
            assert_eq!(found, expected, "{name}: page {page}");
        }
    }
    std::fs::remove_dir_all(&folder).expect("removed");
    println!(
        "{} files of {} letters: sound for qpdf, the same text for pdftotext\n",
        PEERS.len() + 1,
        recipients.len()
    );
}

/// Returns the text of each page of a sound file, without blanks.
fn text(name: &str, path: &Path) -> Vec<String> {
    let call = |program: &str, words: &[&str]| {
        let answer = Command::new(program).args(words).output();
        let answer = answer.unwrap_or_else(|error| panic!("{program}: {error}"));
        let errors = String::from_utf8_lossy(&answer.stderr);
        assert!(answer.status.success() && errors.is_empty(), "{name}: {program}: {errors}");
        String::from_utf8(answer.stdout).expect("text")
    };
    let path = path.to_str().expect("a plain path");
    call("qpdf", &["--check", path]);
    let text = call("pdftotext", &["-raw", "-enc", "UTF-8", path, "-"]);
    text.split('\u{c}').map(|page| page.chars().filter(|c| !c.is_whitespace()).collect()).collect()
}
