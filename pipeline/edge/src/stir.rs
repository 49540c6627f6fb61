//! Waking when something stirs in a folder, and what renames were seen; a scan decides the rest.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::time::Duration;

use rustix::event::{poll, PollFd, PollFlags, Timespec};
use rustix::fs::inotify::{add_watch, init, CreateFlags, ReadFlags, Reader, WatchFlags};

use crate::directory::is_on_its_way;

/// What was seen of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    /// The folder.
    pub folder: PathBuf,
    /// The file's name.
    pub name: String,
    /// What was seen.
    pub what: Seen,
}

/// What can be seen of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It was written to under this name.
    Written,
    /// It took this name from one of files on their way: by a rename, or as an SFTP server without
    /// one does it, by a link and the removal of the old name.
    Renamed,
}

/// Wakes whoever waits when a file in one of some folders is written, renamed or removed.
#[derive(Debug)]
pub struct Stir {
    notices: OwnedFd,
    folders: Vec<PathBuf>,
    watched: BTreeMap<i32, PathBuf>,
    /// The name that appeared last in a folder and was not written to since.
    appeared: BTreeMap<i32, String>,
}

impl Stir {
    /// Begins to watch; folders that are not there yet are watched once they are.
    ///
    /// # Errors
    /// If the system gives no inotify.
    pub fn at(folders: Vec<PathBuf>) -> io::Result<Self> {
        let notices = init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
        let (watched, appeared) = (BTreeMap::new(), BTreeMap::new());
        let mut stir = Self { notices, folders, watched, appeared };
        stir.watch_folders();
        Ok(stir)
    }

    /// Waits until something stirs, `seconds` at most, and returns what was seen; nothing may be
    /// seen of what stirs in folders that were just made.
    ///
    /// # Errors
    /// What the system returns.
    pub fn wait(&mut self, seconds: u64) -> io::Result<Vec<Sign>> {
        let timeout = Timespec { tv_sec: i64::try_from(seconds).unwrap_or(i64::MAX), tv_nsec: 0 };
        let mut ready = [PollFd::new(&self.notices, PollFlags::IN)];
        match poll(&mut ready, Some(&timeout)) {
            Err(rustix::io::Errno::INTR) | Ok(0) => {}
            Err(error) => return Err(error.into()),
            Ok(_) => std::thread::sleep(GATHERED),
        }
        let signs = self.read()?;
        // A folder that was replaced, or is new: adding one that is watched changes nothing.
        self.watch_folders();
        Ok(signs)
    }

    fn read(&mut self) -> io::Result<Vec<Sign>> {
        let mut signs = Vec::new();
        let mut bytes = [MaybeUninit::uninit(); 1 << 14];
        let mut reader = Reader::new(&self.notices, &mut bytes);
        loop {
            let event = match reader.next() {
                Err(rustix::io::Errno::WOULDBLOCK) => return Ok(signs),
                event => event?,
            };
            let Some(folder) = self.watched.get(&event.wd()) else { continue };
            let name = event.file_name().map(|name| OsStr::from_bytes(name.to_bytes()));
            let Some(name) = name.and_then(OsStr::to_str) else { continue };
            let (wd, what) = (event.wd(), event.events());
            let mut sign = |name: &str, what| {
                signs.push(Sign { folder: folder.clone(), name: name.to_owned(), what });
            };
            let on_its_way = is_on_its_way(OsStr::new(name));
            if what.contains(ReadFlags::CREATE) && !on_its_way {
                self.appeared.insert(wd, name.to_owned());
            } else if what.contains(ReadFlags::MOVED_TO) && !on_its_way {
                sign(name, Seen::Renamed);
            } else if what.intersects(ReadFlags::MODIFY | ReadFlags::CLOSE_WRITE) && !on_its_way {
                sign(name, Seen::Written);
                self.appeared.remove(&wd);
            } else if what.contains(ReadFlags::DELETE) && on_its_way {
                if let Some(appeared) = self.appeared.remove(&wd) {
                    sign(&appeared, Seen::Renamed);
                }
            }
        }
    }

    fn watch_folders(&mut self) {
        let what = WatchFlags::MODIFY
            | WatchFlags::CLOSE_WRITE
            | WatchFlags::MOVED_TO
            | WatchFlags::CREATE
            | WatchFlags::DELETE
            | WatchFlags::ONLYDIR;
        for folder in &self.folders {
            // What cannot be watched is still seen by the scan, only later.
            if let Ok(wd) = add_watch(&self.notices, folder, what) {
                self.watched.insert(wd, folder.clone());
            }
        }
    }
}

/// Signs that come so close together are one.
const GATHERED: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(signs: &[Sign]) -> Vec<(&str, Seen)> {
        signs.iter().map(|sign| (sign.name.as_str(), sign.what)).collect()
    }

    #[test]
    fn a_file_that_is_written_is_seen_also_in_a_folder_that_came_later() {
        let folder = tempfile::tempdir().expect("a folder");
        let late = folder.path().join("late");
        let mut stir = Stir::at(vec![folder.path().to_owned(), late.clone()]).expect("watched");
        assert_eq!(stir.wait(0).expect("waited"), []);
        std::fs::write(folder.path().join("a"), b"a").expect("written");
        let signs = stir.wait(5).expect("waited");
        assert_eq!(seen(&signs).last(), Some(&("a", Seen::Written)), "{signs:?}");
        std::fs::create_dir(&late).expect("made");
        stir.wait(5).expect("waited");
        std::fs::write(late.join("b"), b"b").expect("written");
        let signs = stir.wait(5).expect("waited");
        assert_eq!(signs.last().map(|sign| &sign.folder), Some(&late));
    }

    #[test]
    fn both_kinds_of_rename_are_told_from_writing() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let mut stir = Stir::at(vec![folder.path().to_owned()]).expect("watched");
        std::fs::write(at("1.csv.part"), b"a").expect("written");
        std::fs::rename(at("1.csv.part"), at("1.csv")).expect("renamed");
        std::fs::write(at("2.csv.part"), b"a").expect("written");
        std::fs::hard_link(at("2.csv.part"), at("2.csv")).expect("linked");
        std::fs::remove_file(at("2.csv.part")).expect("removed");
        std::fs::write(at("3.csv.part"), b"a").expect("written");
        std::fs::write(at("3.csv"), b"a").expect("written");
        std::fs::remove_file(at("3.csv.part")).expect("removed");
        let signs = stir.wait(5).expect("waited");
        let mut seen = seen(&signs);
        seen.dedup();
        let wanted = [("1.csv", Seen::Renamed), ("2.csv", Seen::Renamed), ("3.csv", Seen::Written)];
        assert_eq!(seen, wanted);
    }
}
