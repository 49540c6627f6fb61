//! What a machine can check of the house rules; ARCHITECTURE.md says why each of them stands.
//!
//! Every test lists all places that break its rule at once.

mod clauses;
mod floors;
mod sources;
mod text;

use std::path::{Path, PathBuf};
use std::process::Command;

/// A file of the repository.
struct File {
    /// From the root of the repository, with slashes.
    path: String,
    text: String,
}

/// Returns the root of the repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns every text file that git knows or would add.
fn files() -> Vec<File> {
    let mut files: Vec<File> = paths()
        .into_iter()
        .filter_map(|path| {
            let text = std::fs::read_to_string(root().join(&path)).ok()?;
            Some(File { path: path.to_str()?.to_owned(), text })
        })
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(files.len() > 50, "only {} files: is this the repository?", files.len());
    files
}

fn paths() -> Vec<PathBuf> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git runs");
    assert!(listed.status.success(), "git lists the files of the repository");
    let names = String::from_utf8(listed.stdout).expect("names are UTF-8");
    names.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from).collect()
}

/// Returns every Rust source.
fn sources() -> Vec<File> {
    files().into_iter().filter(|file| file.path.ends_with(".rs")).collect()
}

impl File {
    /// Returns the room that the file is of, `press` for `pipeline/press/src/lib.rs`.
    fn room(&self) -> Option<&str> {
        self.path.strip_prefix("pipeline/")?.split('/').next()
    }

    /// Whether the whole file is test code, an example or a bench.
    fn is_outside_the_product(&self) -> bool {
        let parts: Vec<&str> = self.path.split('/').collect();
        let dirs = ["tests", "examples", "benches"];
        parts.iter().any(|part| dirs.contains(part))
            || self.path.ends_with("/tests.rs")
            || self.path.ends_with("/build.rs")
    }

    /// Returns the lines of the product with their numbers, from 1: without comments and without
    /// what follows the first `#[cfg(test)]`, where the tests of a file stand.
    fn product_lines(&self) -> Vec<(usize, &str)> {
        if self.is_outside_the_product() {
            return Vec::new();
        }
        let lines = (1..).zip(self.text.lines());
        lines
            .take_while(|(_, line)| line.trim() != "#[cfg(test)]")
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
            .collect()
    }
}

/// Fails with all `faults`, if there are any.
fn report(rule: &str, faults: Vec<String>) {
    assert!(faults.is_empty(), "{rule}:\n  {}", faults.join("\n  "));
}
