//! The Debian package: units, man pages, completions, and a bare Debian with nothing else.

use std::path::{Path, PathBuf};

use crate::shop::{children, file_name, judge, lettershop};

fn packaging() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging")
}

#[test]
fn every_service_is_hardened_to_two_or_less() {
    let units = children(&packaging().join("systemd"));
    let services: Vec<&PathBuf> =
        units.iter().filter(|path| file_name(path).ends_with(".service")).collect();
    assert_eq!(services.len(), 3);
    for unit in services {
        let call = judge("systemd-analyze").args(["security", "--offline=yes", "--threshold=20"]);
        let answer = call.arg(unit).run();
        assert_eq!(answer.code(), 0, "{answer}");
        assert!(answer.text().contains("Overall exposure level"), "{answer}");
    }
    let timer = std::fs::read_to_string(packaging().join("systemd/lettershop-night.timer"));
    assert!(timer.expect("a timer").contains("Persistent=true"));
    let night = std::fs::read_to_string(packaging().join("systemd/lettershop-night.service"));
    let night = night.expect("a service");
    assert!(night.contains("OnFailure=lettershop-alert@%n.service"), "{night}");
    assert!(night.contains("lettershop night --until 05:00 --unattended"), "{night}");
}

#[test]
fn man_pages_and_completions_are_made_of_every_command() {
    let folder = tempfile::tempdir().expect("a folder");
    lettershop().arg("pages").arg("--to").arg(folder.path()).must_succeed();
    let man: Vec<String> =
        children(&folder.path().join("man")).iter().map(|p| file_name(p)).collect();
    for page in ["lettershop.1", "lettershop-night.1", "lettershop-watch.1", "lettershop-doctor.1"]
    {
        assert!(man.iter().any(|name| name == page), "{page} in {man:?}");
    }
    assert!(man.iter().any(|name| name == "lettershop-sender-add.1"), "{man:?}");
    assert!(!man.iter().any(|name| name.contains("confined")), "{man:?}");
    let night = std::fs::read_to_string(folder.path().join("man/lettershop-night.1"));
    assert!(night.expect("a page").contains("unattended"));
    for file in ["lettershop.bash", "_lettershop", "lettershop.fish"] {
        let text = std::fs::read_to_string(folder.path().join(file)).expect("completions");
        assert!(text.contains("unattended"), "{file}");
    }
}
