//! Room on the disk.

use std::io;
use std::path::Path;

/// What is free on the file system of a path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Free {
    /// Bytes that an ordinary account may still write.
    pub bytes: u64,
    /// Their share of all, 0 to 1.
    pub share: f64,
    /// The share of files that may still be made, 0 to 1; 1 where they are not counted.
    pub files_share: f64,
}

/// Asks for the room at a path, or at the nearest folder above that is there.
///
/// # Errors
/// What the system returns.
pub fn free(path: &Path) -> io::Result<Free> {
    let there = path.ancestors().find(|path| path.exists()).unwrap_or(Path::new("/"));
    let found = rustix::fs::statvfs(there)?;
    let share = |free: u64, all: u64| if all == 0 { 1.0 } else { free as f64 / all as f64 };
    Ok(Free {
        bytes: found.f_bavail.saturating_mul(found.f_frsize),
        share: share(found.f_bavail, found.f_blocks),
        files_share: share(found.f_favail, found.f_files),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_below_a_folder_that_is_not_there_yet() {
        let folder = tempfile::tempdir().expect("a folder");
        let found = free(&folder.path().join("a/b")).expect("asked");
        assert!(found.bytes > 0 && found.share > 0.0 && found.files_share <= 1.0, "{found:?}");
    }
}
