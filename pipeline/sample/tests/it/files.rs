//! The files of a sample in memory, and those committed in `samples/`.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use address::Dictionary;

/// Files by their path.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Returns the dictionary of the stock.
pub fn dictionary() -> Dictionary {
    let bytes = include_bytes!("../../../../config/postcodes/postcodes.bin");
    Dictionary::read(bytes).expect("the stock's dictionary")
}

/// Collects what `make` writes.
pub fn collect<T>(
    make: impl FnOnce(&mut dyn FnMut(&str, &[u8]) -> io::Result<()>) -> io::Result<T>,
) -> (T, Files) {
    let mut files = Files::new();
    let made = make(&mut |path, bytes| {
        let before = files.insert(path.to_owned(), bytes.to_vec());
        assert!(before.is_none(), "{path} is written once");
        Ok(())
    });
    (made.expect("memory takes all files"), files)
}

/// Reads a folder of `samples/`.
pub fn committed(folder: &str) -> Files {
    let root: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../samples", folder].iter().collect();
    let mut files = Files::new();
    read_folder(&root, "", &mut files);
    files
}

fn read_folder(root: &Path, prefix: &str, files: &mut Files) {
    for entry in root.join(prefix).read_dir().unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().into_string().unwrap());
        match entry.file_type().unwrap().is_dir() {
            true => read_folder(root, &format!("{name}/"), files),
            false => {
                files.insert(name, std::fs::read(entry.path()).unwrap());
            }
        }
    }
}
