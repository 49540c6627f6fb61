//! Whether what lies in a sender's inbox is whole, by the strongest evidence at hand.
//!
//! In this order: the manifest's hashes (for a bare file, the trailer's figures) hold; a
//! done-marker lies beside it; it was renamed when it was written; nothing has changed it for the
//! quiet period and a ZIP has its whole directory. Times are those of the last change (ctime):
//! they are the shop's own, where a client may set the time of writing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, Metadata};
use std::io::{self, BufReader};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use edge::stir::Seen;
use intake::layout::Layout;
use intake::{Decoder, Manifest, Names, NoLines, OpenError, Sender};
use serde::{Deserialize, Serialize};

/// What shows that a file is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// The manifest's hashes, or the trailer's figures, hold.
    Manifest,
    /// `<name>.done` lies beside it and is not older.
    Marker,
    /// It was written under another name, and renamed.
    Renamed,
    /// Nothing changed it for the quiet period, and a ZIP has its whole directory.
    Quiet,
    /// It was left without its end: it is passed on so that it is refused with a reason.
    Abandoned,
}

/// How a file stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is whole.
    Whole(Evidence),
    /// It may still be under way.
    Waits,
    /// It has no end of its own and waits for its done-marker.
    WaitsForMarker,
}

/// How long files are left alone.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Without a change for so long a file is quiet, seconds.
    pub quiet_seconds: u64,
    /// Without its end for so long it is given up, seconds.
    pub abandoned_seconds: u64,
}

/// A file: device, number, and when it was made, nanoseconds; numbers are used again.
type Identity = (u64, u64, u128);
/// Length and last change, seconds and nanoseconds.
type State = (u64, i64, i64);

/// What an eye on an inbox remembers from one look to the next.
#[derive(Debug, Default)]
pub struct Eye {
    /// Files seen under a name of files on their way.
    on_their_way: BTreeSet<Identity>,
    /// Names that files were seen to take by a rename, and not to be written to since.
    renamed: BTreeSet<String>,
    /// Files whose content did not show that they are whole, as they were then.
    unproved: BTreeMap<Identity, State>,
}

/// A file in an inbox.
#[derive(Debug)]
pub struct Lying {
    /// Where.
    pub path: PathBuf,
    /// Its name.
    pub name: String,
    /// What the disk says of it.
    pub meta: Metadata,
}

impl Eye {
    /// Notes what was seen between two looks.
    pub fn note(&mut self, name: &str, what: Seen) {
        match what {
            Seen::Renamed => self.renamed.insert(name.to_owned()),
            Seen::Written => self.renamed.remove(name),
        };
    }

    /// Lists the files of an inbox by name, but for those on their way and the markers.
    ///
    /// # Errors
    /// What the disk returns.
    pub fn look(&mut self, inbox: &Path) -> io::Result<Vec<Lying>> {
        let mut lying = Vec::new();
        let mut seen = BTreeSet::new();
        let entries = match fs::read_dir(inbox) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(lying),
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let path = entry.path();
            let meta = match fs::symlink_metadata(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                meta => meta?,
            };
            // Links, folders, pipes and names that are no text are nobody's drop.
            let Ok(name) = entry.file_name().into_string() else { continue };
            if !meta.is_file() {
                continue;
            }
            let identity = identity(&meta);
            seen.extend(identity);
            if edge::directory::is_on_its_way(name.as_ref()) {
                self.on_their_way.extend(identity);
            } else if !edge::directory::is_mark(name.as_ref()) {
                lying.push(Lying { path, name, meta });
            }
        }
        self.renamed.retain(|name| lying.iter().any(|file| file.name == *name));
        self.on_their_way.retain(|identity| seen.contains(identity));
        self.unproved.retain(|identity, _| seen.contains(identity));
        lying.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(lying)
    }

    /// Judges a file that may be a drop.
    ///
    /// # Errors
    /// What the disk returns; a file that is gone waits.
    pub fn judge(
        &mut self,
        lying: &Lying,
        sender: &Sender,
        limits: &intake::Limits,
        patience: Patience,
    ) -> io::Result<Standing> {
        let Lying { path, name, meta } = lying;
        let identity = identity(meta);
        let state = state(meta);
        let age = age_seconds(meta);
        // A rename as a link and the removal of the other name: both are there for a moment.
        if meta.nlink() > 1 && age < patience.quiet_seconds {
            return Ok(Standing::Waits);
        }
        let known = identity.and_then(|identity| self.unproved.get(&identity));
        // A bare file that grows is not read to its end again and again.
        let is_tried = known == Some(&state) || (!is_zip(name) && age < SETTLED_SECONDS);
        let proof = if is_tried { Proof::None } else { prove(path, name, sender, limits)? };
        if proof == Proof::Whole {
            return Ok(Standing::Whole(Evidence::Manifest));
        }
        if let (Some(identity), Proof::None, false) = (identity, proof, is_tried) {
            self.unproved.insert(identity, state);
        }
        if is_marked(path, name, meta)? {
            return Ok(Standing::Whole(Evidence::Marker));
        }
        // Whatever is written changes both times; a rename changes this one only.
        let written = (meta.mtime(), meta.mtime_nsec());
        let is_unwritten = written != (meta.ctime(), meta.ctime_nsec());
        let was_on_its_way = identity.is_some_and(|id| self.on_their_way.contains(&id));
        let was_seen = self.renamed.contains(name) && age >= SETTLED_SECONDS && meta.len() > 0;
        if was_seen || (was_on_its_way && is_unwritten) {
            return Ok(Standing::Whole(Evidence::Renamed));
        }
        if age < patience.quiet_seconds {
            return Ok(Standing::Waits);
        }
        let has_end = match is_zip(name) {
            true => has_whole_directory(path, limits)?,
            false => prove(path, name, sender, limits)? == Proof::WithoutLineEnd,
        };
        match has_end {
            true => Ok(Standing::Whole(Evidence::Quiet)),
            _ if !is_zip(name) && !has_trailer(sender, name) => Ok(Standing::WaitsForMarker),
            _ if age >= patience.abandoned_seconds => Ok(Standing::Whole(Evidence::Abandoned)),
            _ => Ok(Standing::Waits),
        }
    }
}

/// Longer than any write is under way within the system.
const SETTLED_SECONDS: u64 = 2;

/// What a file's own content says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proof {
    Whole,
    /// It does, but a line end may still follow.
    WithoutLineEnd,
    /// It does not say that it is whole; only a change can mend that.
    None,
}

fn prove(path: &Path, name: &str, sender: &Sender, limits: &intake::Limits) -> io::Result<Proof> {
    let Some(file) = opened(path)? else { return Ok(Proof::None) };
    if is_zip(name) {
        return Ok(if manifest_holds(file, limits)? { Proof::Whole } else { Proof::None });
    }
    let mut last = [0];
    let end = file.metadata()?.len().saturating_sub(1);
    let has_line_end = file.read_at(&mut last, end)? == 1 && b"\n\x1A".contains(&last[0]);
    Ok(match (trailer_holds(file, name, sender)?, has_line_end) {
        (true, true) => Proof::Whole,
        (true, false) => Proof::WithoutLineEnd,
        (false, _) => Proof::None,
    })
}

fn manifest_holds(file: File, limits: &intake::Limits) -> io::Result<bool> {
    let mut archive = match intake::walk::open(BufReader::new(file), limits) {
        Ok(archive) => archive,
        Err(OpenError::Io(error)) => return Err(error),
        Err(_) => return Ok(false),
    };
    let machines = |error| match error {
        intake::ExtractError::Io(error) => Some(error),
        intake::ExtractError::Refusal(_) => None,
    };
    let manifest = match Manifest::read(&mut archive) {
        Ok(manifest) => manifest,
        Err(error) => return machines(error).map_or(Ok(false), Err),
    };
    let names: Vec<String> = archive.names().map(str::to_owned).collect();
    let mut found = Vec::new();
    for name in names {
        if [intake::manifest::TOML, intake::manifest::JSON].contains(&name.as_str()) {
            continue;
        }
        match archive.extract(&name, &mut io::sink()) {
            Ok((_, digest)) => found.push((name, digest)),
            Err(error) => return machines(error).map_or(Ok(false), Err),
        }
    }
    let found = found.iter().map(|(name, digest)| (name.as_str(), *digest));
    Ok(manifest.check_members(found).is_ok())
}

/// Reads a bare file to its trailer, which must agree with the rows before it.
fn trailer_holds(file: File, name: &str, sender: &Sender) -> io::Result<bool> {
    let Some(bare) = sender.bare_csv.as_ref().filter(|_| has_trailer(sender, name)) else {
        return Ok(false);
    };
    let Ok(layout) = Layout::compile(sender, &bare.template) else { return Ok(false) };
    #[allow(clippy::result_large_err, reason = "once a file")]
    let read = || -> Result<bool, intake::DecodeError> {
        let names = Names { recipients: name.to_owned(), ..Names::default() };
        let reader = BufReader::with_capacity(1 << 20, file);
        let mut decoder = Decoder::new(&layout, reader, None::<NoLines>, names)?;
        let (mut spool, mut rows) = (Vec::new(), Vec::new());
        while decoder.next_block(DECODED_ROWS, &mut spool, &mut rows)? {
            spool.clear();
            rows.clear();
        }
        Ok(decoder.finish().is_ok_and(|totals| totals.trailer.is_some()))
    };
    match read() {
        Err(intake::DecodeError::Io(error)) => Err(error),
        read => Ok(read.unwrap_or(false)),
    }
}

const DECODED_ROWS: usize = 1024;

fn has_trailer(sender: &Sender, name: &str) -> bool {
    sender.bare_csv.is_some() && !name.contains(".mended.")
}

fn has_whole_directory(path: &Path, limits: &intake::Limits) -> io::Result<bool> {
    let Some(file) = opened(path)? else { return Ok(false) };
    match intake::walk::open(BufReader::new(file), limits) {
        Ok(_) | Err(OpenError::Refusal(_)) => Ok(true),
        Err(OpenError::Incomplete(_)) => Ok(false),
        Err(OpenError::Io(error)) => Err(error),
    }
}

/// Returns whether `<name>.done` lies beside the file and was laid there after its last change; a
/// marker with a SHA-256 or a length in it must agree.
fn is_marked(path: &Path, name: &str, meta: &Metadata) -> io::Result<bool> {
    let marker = path.with_file_name(format!("{name}{}", edge::directory::MARK));
    let Ok(mark) = fs::symlink_metadata(&marker) else { return Ok(false) };
    let changed = |meta: &Metadata| (meta.ctime(), meta.ctime_nsec());
    if !mark.is_file() || changed(&mark) < changed(meta) || mark.len() > MARKER_BYTES_MAX {
        return Ok(false);
    }
    let words = fs::read_to_string(&marker).unwrap_or_default();
    match words.split_whitespace().next() {
        None => Ok(true),
        Some(word) if word.len() == 64 && word.bytes().all(|b| b.is_ascii_hexdigit()) => {
            Ok(crate::out::sha256_of(path)?.eq_ignore_ascii_case(word))
        }
        Some(word) => Ok(word.parse().map_or(true, |len: u64| len == meta.len())),
    }
}

/// A marker holds a digest and a name at most.
const MARKER_BYTES_MAX: u64 = 4096;

fn opened(path: &Path) -> io::Result<Option<File>> {
    match edge::directory::open_plain(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        opened => opened.map(Some),
    }
}

/// Returns whether a name is a ZIP's.
pub fn is_zip(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".zip")
}

fn identity(meta: &Metadata) -> Option<Identity> {
    let made = meta.created().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some((meta.dev(), meta.ino(), made.as_nanos()))
}

/// Returns what changes with every change of a file.
pub fn state(meta: &Metadata) -> State {
    (meta.len(), meta.ctime(), meta.ctime_nsec())
}

/// Returns how long ago a file was last changed, seconds; 0 for one from the future.
pub fn age_seconds(meta: &Metadata) -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    u64::try_from(meta.ctime()).map_or(0, |changed| now.saturating_sub(changed))
}
