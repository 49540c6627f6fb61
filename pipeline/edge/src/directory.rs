//! The inbox: what senders dropped over SFTP, and whether it is still being written.
//!
//! The scan is the truth; whatever wakes the shop (a timer, inotify) only wakes it. The inbox has
//! one folder a sender. Files that are on their way under another name are not seen: dot files and
//! names that end in `.part`, `.tmp` or `.filepart`. Links and anything that is no plain file are
//! never opened: a chrooted sender could point them elsewhere.

use std::ffi::OsStr;
use std::fs::{self, DirEntry, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use letter::{Moment, SenderId};
use rustix::fs::{Mode, OFlags};

/// What a scan met, each list by sender and name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// The drops.
    pub found: Vec<Found>,
    /// What is refused unopened.
    pub passed_over: Vec<PassedOver>,
}

/// One file of a sender's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The sender: the folder's name.
    pub sender: SenderId,
    /// The file.
    pub path: PathBuf,
    /// Its name.
    pub name: String,
    /// Its length, bytes.
    pub len: u64,
    /// When it was last written to.
    pub modified: Moment,
    /// Whether it is still being written.
    pub arrival: Arrival,
}

/// How sure it is that a drop is complete.
///
/// A drop whose manifest's hashes and counts hold is complete whatever its arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// The sender laid `<name>.done` beside it.
    Marked,
    /// Nothing was written for the quiet period; a ZIP must still have its whole directory.
    Quiet,
    /// It was written to so recently that it may be half there.
    Fresh {
        /// How long until it counts as quiet, seconds.
        quiet_in_seconds: u64,
    },
}

/// Something in the inbox that is no drop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOver {
    /// Where.
    pub path: PathBuf,
    /// Why.
    pub why: NoDrop,
}

/// Why something in the inbox is no drop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoDrop {
    /// A symbolic link.
    Link,
    /// A folder in a sender's folder, a file beside the senders' folders, a device, a pipe.
    OtherKind,
    /// The folder's name is no sender id.
    NoSenderId,
    /// The name is not UTF-8.
    NoText,
}

/// Lists the inbox.
///
/// A file is quiet when `now` is at least `quiet_seconds` after its last write. An inbox that does
/// not exist is empty.
///
/// # Errors
/// What the disk returns.
pub fn scan(inbox: &Path, now: Moment, quiet_seconds: u64) -> io::Result<Scan> {
    let mut scan = Scan::default();
    for folder in entries(inbox)? {
        match sender_of(&folder)? {
            Ok(sender) => scan_sender(&folder.path(), &sender, now, quiet_seconds, &mut scan)?,
            Err(why) => scan.passed_over.push(PassedOver { path: folder.path(), why }),
        }
    }
    Ok(scan)
}

fn scan_sender(
    folder: &Path,
    sender: &SenderId,
    now: Moment,
    quiet_seconds: u64,
    scan: &mut Scan,
) -> io::Result<()> {
    let entries = entries(folder)?;
    let marks: Vec<_> = entries.iter().map(DirEntry::file_name).collect();
    for entry in entries {
        let (path, file_name) = (entry.path(), entry.file_name());
        if is_mark(&file_name) {
            continue;
        }
        let name = match name_of(&entry)? {
            Ok(name) => name,
            Err(why) => {
                scan.passed_over.push(PassedOver { path, why });
                continue;
            }
        };
        let Some(meta) = still_there(entry.metadata())? else { continue };
        let modified = moment(&meta)?;
        let mark = OsStr::new(&format!("{name}{MARK}")).to_owned();
        let arrival = match marks.binary_search(&mark) {
            Ok(_) => Arrival::Marked,
            Err(_) => by_age(now, modified, quiet_seconds),
        };
        let (sender, len) = (sender.clone(), meta.len());
        scan.found.push(Found { sender, path, name, len, modified, arrival });
    }
    Ok(())
}

fn by_age(now: Moment, modified: Moment, quiet_seconds: u64) -> Arrival {
    let quiet_from = modified.0.saturating_add_unsigned(quiet_seconds);
    match u64::try_from(quiet_from.saturating_sub(now.0)) {
        Ok(quiet_in_seconds) if quiet_in_seconds > 0 => Arrival::Fresh { quiet_in_seconds },
        _ => Arrival::Quiet,
    }
}

/// Returns what a folder holds by name, without the files on their way.
fn entries(folder: &Path) -> io::Result<Vec<DirEntry>> {
    let listing = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        listing => listing?,
    };
    let mut entries = listing.collect::<io::Result<Vec<_>>>()?;
    entries.retain(|entry| !is_on_its_way(&entry.file_name()));
    entries.sort_by_key(DirEntry::file_name);
    Ok(entries)
}

/// Returns whether a file of this name is still under way.
pub fn is_on_its_way(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    name.starts_with(b".") || ON_ITS_WAY.iter().any(|ending| ends_with(name, ending))
}

/// Returns whether a file of this name is a done-marker.
pub fn is_mark(name: &OsStr) -> bool {
    name.as_encoded_bytes().ends_with(MARK.as_bytes())
}

/// Opens a plain file to read; a link, a pipe or a device in its place is not opened.
///
/// # Errors
/// What the disk returns, `InvalidInput` for what is no plain file.
pub fn open_plain(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags | OFlags::RDONLY, Mode::empty())?);
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no plain file")),
    }
}

fn ends_with(name: &[u8], ending: &str) -> bool {
    let start = name.len().saturating_sub(ending.len());
    name[start..].eq_ignore_ascii_case(ending.as_bytes())
}

fn sender_of(folder: &DirEntry) -> io::Result<Result<SenderId, NoDrop>> {
    let kind = folder.file_type()?;
    if kind.is_symlink() {
        return Ok(Err(NoDrop::Link));
    }
    if !kind.is_dir() {
        return Ok(Err(NoDrop::OtherKind));
    }
    let id = folder.file_name().to_str().and_then(SenderId::parse);
    Ok(id.ok_or(NoDrop::NoSenderId))
}

fn name_of(entry: &DirEntry) -> io::Result<Result<String, NoDrop>> {
    let kind = entry.file_type()?;
    if kind.is_symlink() {
        return Ok(Err(NoDrop::Link));
    }
    if !kind.is_file() {
        return Ok(Err(NoDrop::OtherKind));
    }
    Ok(entry.file_name().into_string().map_err(|_| NoDrop::NoText))
}

/// A sender may take a file away between the listing and the look at it.
fn still_there<T>(found: io::Result<T>) -> io::Result<Option<T>> {
    match found {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        found => found.map(Some),
    }
}

fn moment(meta: &fs::Metadata) -> io::Result<Moment> {
    let modified = meta.modified()?;
    let seconds = match modified.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_secs()).unwrap_or(i64::MAX),
    };
    Ok(Moment(seconds))
}

/// The done-marker's ending, after the drop's whole name.
pub const MARK: &str = ".done";
/// Endings under which SFTP programs write before they rename, in any case of letters.
const ON_ITS_WAY: [&str; 3] = [".part", ".tmp", ".filepart"];

#[cfg(test)]
mod tests {
    use std::fs::{create_dir_all, write};
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    use std::time::Duration;

    use super::*;

    const WRITTEN: i64 = 1_795_280_400;

    /// Lays files of five bytes into an inbox, last written at [`WRITTEN`].
    fn inbox(names: &[&str]) -> tempfile::TempDir {
        let inbox = tempfile::tempdir().expect("a folder");
        for name in names {
            let path = inbox.path().join(name);
            create_dir_all(path.parent().expect("a folder")).expect("made");
            write(&path, b"bytes").expect("written");
            let written = UNIX_EPOCH + Duration::from_secs(WRITTEN.unsigned_abs());
            let file = File::options().write(true).open(&path).expect("opened");
            file.set_modified(written).expect("set");
        }
        inbox
    }

    fn names(scan: &Scan) -> Vec<String> {
        scan.found.iter().map(|found| format!("{}/{}", found.sender, found.name)).collect()
    }

    #[test]
    fn drops_come_by_sender_and_name() {
        let inbox = inbox(&["b/2.zip", "b/10.zip", "a/z.csv", "c/1.zip"]);
        let scan = scan(inbox.path(), Moment(WRITTEN), 60).expect("scanned");
        assert_eq!(names(&scan), ["a/z.csv", "b/10.zip", "b/2.zip", "c/1.zip"]);
        let first = &scan.found[0];
        assert_eq!((first.len, first.modified), (5, Moment(WRITTEN)));
        assert_eq!(first.path, inbox.path().join("a/z.csv"));
    }

    #[test]
    fn files_on_their_way_are_not_seen() {
        let inbox = inbox(&[
            "a/1.zip.part",
            "a/1.zip.filepart",
            "a/1.TMP",
            "a/.1.zip",
            "a/party.zip",
            ".trash/1.zip",
        ]);
        let scan = scan(inbox.path(), Moment(WRITTEN), 60).expect("scanned");
        assert_eq!(names(&scan), ["a/party.zip"]);
        assert_eq!(scan.passed_over, []);
    }

    #[test]
    fn a_drop_is_complete_by_its_mark_or_by_quiet() {
        let inbox = inbox(&["a/1.zip", "a/1.zip.done", "a/2.zip", "a/3.done"]);
        let arrivals = |now, quiet| {
            let scan = scan(inbox.path(), Moment(now), quiet).expect("scanned");
            assert_eq!(names(&scan), ["a/1.zip", "a/2.zip"]);
            [scan.found[0].arrival, scan.found[1].arrival]
        };
        let fresh = |quiet_in_seconds| [Arrival::Marked, Arrival::Fresh { quiet_in_seconds }];
        assert_eq!(arrivals(WRITTEN, 60), fresh(60));
        assert_eq!(arrivals(WRITTEN + 59, 60), fresh(1));
        assert_eq!(arrivals(WRITTEN + 60, 60), [Arrival::Marked, Arrival::Quiet]);
        assert_eq!(arrivals(WRITTEN, 0), [Arrival::Marked, Arrival::Quiet]);
        // A file from the future, by a wrong clock, is quiet when the shop's clock has passed it.
        assert_eq!(arrivals(WRITTEN - 100, 60), fresh(160));
    }

    #[test]
    fn links_folders_and_strange_names_are_passed_over() {
        let inbox = inbox(&["a/1.zip", "a/folder/2.zip", "stray.zip", "-x/3.zip"]);
        symlink("/etc/passwd", inbox.path().join("a/0-link.zip")).expect("linked");
        symlink("a", inbox.path().join("b")).expect("linked");
        let strange = OsStr::from_bytes(b"a/\xFF.zip");
        write(inbox.path().join(strange), b"bytes").expect("written");
        let scan = scan(inbox.path(), Moment(WRITTEN), 0).expect("scanned");
        assert_eq!(names(&scan), ["a/1.zip"]);
        let why = |name: &OsStr| {
            let path = inbox.path().join(name);
            let passed = scan.passed_over.iter().find(|passed| passed.path == path);
            passed.expect("passed over").why
        };
        assert_eq!(why(OsStr::new("a/0-link.zip")), NoDrop::Link);
        assert_eq!(why(OsStr::new("b")), NoDrop::Link);
        assert_eq!(why(OsStr::new("a/folder")), NoDrop::OtherKind);
        assert_eq!(why(OsStr::new("stray.zip")), NoDrop::OtherKind);
        assert_eq!(why(OsStr::new("-x")), NoDrop::NoSenderId);
        assert_eq!(why(strange), NoDrop::NoText);
        assert_eq!(scan.passed_over.len(), 6);
    }

    #[test]
    fn no_inbox_is_an_empty_one() {
        let scan = scan(Path::new("/nowhere/inbox"), Moment(0), 0).expect("scanned");
        assert_eq!(scan, Scan::default());
    }
}
