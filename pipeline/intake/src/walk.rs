//! The bounded walk of a drop's ZIP: nothing is believed, nothing is unpacked beyond its limit.

mod end;
mod names;
mod trusted;

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, Write};

use letter::{Origin, Refusal};
use sha2::{Digest, Sha256};
use zip::read::{ArchiveOffset, Config};
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use crate::refusal;
use end::End;
use trusted::{Trouble, Watched};

/// How much a drop may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most entries of the directory, folders included.
    pub entries: usize,
    /// Most bytes that one member unpacks to.
    pub member_bytes: u64,
    /// Most bytes that all members together unpack to.
    pub total_bytes: u64,
    /// Most times its compressed size that a member unpacks to, beyond [`RATIO_FLOOR_BYTES`].
    pub ratio: u64,
    /// Longest name in bytes.
    pub name_len: usize,
    /// Most folders above a member.
    pub depth: usize,
}

/// A drop has a manifest, recipients, lines and stationery; 64 leaves room for what macOS adds.
pub const ENTRIES_MAX: usize = 64;
/// Ten million records of 400 bytes, the largest batch the shop is built for.
pub const MEMBER_BYTES_MAX: u64 = 4 << 30;
/// Recipients and lines of the largest batch.
pub const TOTAL_BYTES_MAX: u64 = 12 << 30;
/// Address lists deflate 3 to 30 times, blank-padded fixed-width records up to 100 times; deflate's
/// own end is 1,032, which only bombs come near.
pub const RATIO_MAX: u64 = 200;
/// Below this a member may have any ratio: it cannot do harm.
pub const RATIO_FLOOR_BYTES: u64 = 1 << 20;
/// The agreed names have at most 15 bytes; 128 leaves room for a folder.
pub const NAME_LEN_MAX: usize = 128;
/// Some programs pack the folder itself; more than one folder has no use.
pub const DEPTH_MAX: usize = 1;

/// Bytes of a member that tell an archive: `ustar` stands at 257.
const SNIFF_LEN: u64 = 262;
/// Bytes moved at once.
const COPY_LEN: usize = 64 << 10;

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: ENTRIES_MAX,
            member_bytes: MEMBER_BYTES_MAX,
            total_bytes: TOTAL_BYTES_MAX,
            ratio: RATIO_MAX,
            name_len: NAME_LEN_MAX,
            depth: DEPTH_MAX,
        }
    }
}

/// Why a drop cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file is not whole yet: it may still be under way. Wait for a quiet period, then refuse.
    #[error("{}", .0.english)]
    Incomplete(Refusal),
    /// The drop's fault; waiting does not mend it.
    #[error("{}", .0.english)]
    Refusal(Refusal),
    /// The machine's trouble: try again later.
    #[error("the drop cannot be read")]
    Io(#[from] io::Error),
}

/// Why a member cannot be extracted.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// The drop's fault.
    #[error("{}", .0.english)]
    Refusal(Refusal),
    /// The machine's trouble: try again later.
    #[error("the member cannot be read or written")]
    Io(#[from] io::Error),
}

/// A drop's ZIP that has passed the walk.
#[derive(Debug)]
pub struct Archive<R> {
    zip: ZipArchive<Watched<R>>,
    members: BTreeMap<String, usize>,
    limits: Limits,
    trouble: Trouble,
    unpacked: u64,
}

/// Opens a drop's ZIP and walks its directory and the first bytes of each member.
///
/// # Errors
/// [`OpenError::Incomplete`] without a whole directory at the file's end; [`OpenError::Refusal`]
/// with the code of the first rule broken; [`OpenError::Io`] if `reader` fails.
pub fn open<R: Read + Seek>(mut reader: R, limits: &Limits) -> Result<Archive<R>, OpenError> {
    match end::find(&mut reader)? {
        End::Directory { entries } if entries > limits.entries as u64 => {
            Err(OpenError::Refusal(refusal::too_many_entries(entries, limits.entries)))
        }
        End::Directory { .. } => open_whole(reader, limits),
        End::Incomplete { len } => {
            Err(OpenError::Incomplete(in_member("", len, refusal::half_zip(len))))
        }
        End::NotZip => Err(OpenError::Refusal(refusal::not_a_zip())),
    }
}

fn open_whole<R: Read + Seek>(reader: R, limits: &Limits) -> Result<Archive<R>, OpenError> {
    let trouble = Trouble::default();
    let watched = Watched::new(reader, trouble.clone());
    let config = Config { archive_offset: ArchiveOffset::Known(0) };
    let zip = ZipArchive::with_config(config, watched).map_err(|e| opening(&trouble, e))?;
    let members = BTreeMap::new();
    let mut archive = Archive { zip, members, limits: limits.clone(), trouble, unpacked: 0 };
    archive.walk()?;
    Ok(archive)
}

impl<R: Read + Seek> Archive<R> {
    /// Returns the names of the members, folders aside, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }

    /// Returns whether there is a member of this name.
    pub fn contains(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// Returns how many bytes a member declares to unpack to; extraction never gives more.
    pub fn declared_len(&self, name: &str) -> Option<u64> {
        let &index = self.members.get(name)?;
        Some(self.zip.by_index_data(index).ok()?.size())
    }

    /// Unpacks a member into `out` and returns its length in bytes and its SHA-256.
    ///
    /// # Errors
    /// [`ExtractError::Refusal`] if there is no such member, it is damaged or unpacks beyond a
    /// limit; what was written until then is worthless. [`ExtractError::Io`] if the drop cannot be
    /// read or `out` not be written.
    pub fn extract(
        &mut self,
        name: &str,
        out: &mut dyn Write,
    ) -> Result<(u64, [u8; 32]), ExtractError> {
        let Some(&index) = self.members.get(name) else {
            return Err(ExtractError::Refusal(refusal::missing_member(name)));
        };
        let Self { zip, limits, trouble, unpacked, .. } = self;
        let mut member = zip.by_index(index).map_err(|e| extracting(trouble, name, e))?;
        let (compressed, declared) = (member.compressed_size(), member.size());
        let bound = Bound { limits, compressed, declared, before: *unpacked };
        let mut digest = Sha256::new();
        let mut buffer = vec![0; COPY_LEN];
        let mut len = 0u64;
        loop {
            let count = match member.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(extracting(trouble, name, ZipError::Io(e))),
            };
            len += count as u64;
            bound.check(name, len).map_err(ExtractError::Refusal)?;
            digest.update(&buffer[..count]);
            out.write_all(&buffer[..count])?;
        }
        bound.check_end(name, len).map_err(ExtractError::Refusal)?;
        *unpacked += len;
        Ok((len, digest.finalize().into()))
    }

    fn walk(&mut self) -> Result<(), OpenError> {
        let refuse = |refusal| Err(OpenError::Refusal(refusal));
        if self.zip.has_duplicate_names() {
            // The zip crate keeps one entry a name and does not say which name it was.
            return refuse(refusal::duplicate_name("?"));
        }
        let mut declared = 0u64;
        for index in 0..self.zip.len() {
            let entry = self.check_entry(index).map_err(|e| opening(&self.trouble, e))?;
            let entry = entry
                .map_err(|(name, refusal)| OpenError::Refusal(in_member(&name, 0, refusal)))?;
            declared = declared.saturating_add(entry.size);
            if declared > self.limits.total_bytes {
                return refuse(refusal::too_large("*", declared, self.limits.total_bytes));
            }
            if !entry.is_dir {
                self.members.insert(entry.name, index);
            }
        }
        let all = (0..self.zip.len()).filter_map(|index| self.zip.name_for_index(index)?.ok());
        if let Some(name) = names::double(all) {
            return refuse(in_member(&name, 0, refusal::duplicate_name(&name)));
        }
        self.check_layout()?;
        self.sniff()
    }

    /// Checks one entry of the directory by itself; the error names it as far as it can be shown.
    fn check_entry(&self, index: usize) -> Result<Result<Entry, (String, Refusal)>, ZipError> {
        let limits = &self.limits;
        let entry = self.zip.by_index_data(index)?;
        let name = names::shown(entry.name_raw(), limits);
        let (is_dir, size) = (entry.is_dir(), entry.size());
        if let Err(refusal) = names::check(entry.name_raw(), limits) {
            return Ok(Err((name, refusal)));
        }
        let refusal = if entry.name()?.as_bytes() != entry.name_raw() {
            refusal::bad_name(&name, "it has a second name")
        } else if !plain_mode(entry.unix_mode(), is_dir) {
            refusal::link(&name)
        } else if entry.encrypted() {
            refusal::encrypted(&name)
        } else if !known_compression(entry.compression()) {
            refusal::unknown_compression(&name)
        } else if size > limits.member_bytes {
            refusal::too_large(&name, size, limits.member_bytes)
        } else if is_bomb(limits, entry.compressed_size(), size) {
            refusal::zip_bomb(&name, limits.ratio)
        } else if !is_dir && names::is_archive(&name) {
            refusal::nested_archive(&name)
        } else {
            return Ok(Ok(Entry { name, is_dir, size }));
        };
        Ok(Err((name, refusal)))
    }

    /// Checks the entries against each other and against their local headers.
    fn check_layout(&mut self) -> Result<(), OpenError> {
        if self.zip.has_overlapping_entries().map_err(|e| opening(&self.trouble, e))? {
            return Err(OpenError::Refusal(refusal::overlapping_files()));
        }
        self.zip.validate_header_consistency().map_err(|e| opening(&self.trouble, e))
    }

    /// Unpacks the first bytes of each member and looks for an archive's magic.
    fn sniff(&mut self) -> Result<(), OpenError> {
        for (name, &index) in &self.members {
            let member = self.zip.by_index(index).map_err(|e| opening(&self.trouble, e))?;
            let mut head = Vec::new();
            let read = member.take(SNIFF_LEN).read_to_end(&mut head);
            read.map_err(|e| opening(&self.trouble, ZipError::Io(e)))?;
            if names::is_archive_magic(&head) {
                let refusal = in_member(name, 0, refusal::nested_archive(name));
                return Err(OpenError::Refusal(refusal));
            }
        }
        Ok(())
    }
}

/// What the walk keeps of an entry.
struct Entry {
    name: String,
    is_dir: bool,
    size: u64,
}

/// What one member may unpack to, given what was unpacked before.
struct Bound<'a> {
    limits: &'a Limits,
    compressed: u64,
    declared: u64,
    before: u64,
}

impl Bound<'_> {
    fn check(&self, name: &str, len: u64) -> Result<(), Refusal> {
        let (member, total) = (self.limits.member_bytes, self.limits.total_bytes);
        let refusal = if len > member {
            refusal::too_large(name, len, member)
        } else if self.before + len > total {
            refusal::too_large(name, self.before + len, total)
        } else if is_bomb(self.limits, self.compressed, len) {
            refusal::zip_bomb(name, self.limits.ratio)
        } else if len > self.declared {
            refusal::damaged_zip("a member unpacks to more than it declares")
        } else {
            return Ok(());
        };
        Err(in_member(name, len, refusal))
    }

    fn check_end(&self, name: &str, len: u64) -> Result<(), Refusal> {
        if len == self.declared {
            return Ok(());
        }
        let refusal = refusal::damaged_zip("a member unpacks to less than it declares");
        Err(in_member(name, len, refusal))
    }
}

fn is_bomb(limits: &Limits, compressed: u64, len: u64) -> bool {
    len > RATIO_FLOOR_BYTES && len > compressed.saturating_mul(limits.ratio)
}

/// Returns whether the Unix mode, if there is one, is that of a plain file or folder.
fn plain_mode(mode: Option<u32>, is_dir: bool) -> bool {
    const TYPE: u32 = 0o170_000;
    const FILE: u32 = 0o100_000;
    const FOLDER: u32 = 0o040_000;
    match mode.unwrap_or(0) & TYPE {
        0 => true,
        FILE => !is_dir,
        FOLDER => is_dir,
        _ => false,
    }
}

fn known_compression(method: CompressionMethod) -> bool {
    matches!(method, CompressionMethod::Stored | CompressionMethod::Deflated)
}

/// Tells the machine's trouble from the drop's: only what the reader itself reported is ours.
fn opening(trouble: &Trouble, error: ZipError) -> OpenError {
    match trouble.take() {
        Some(io) => OpenError::Io(io),
        None => OpenError::Refusal(damage("", error)),
    }
}

fn extracting(trouble: &Trouble, name: &str, error: ZipError) -> ExtractError {
    match trouble.take() {
        Some(io) => ExtractError::Io(io),
        None => ExtractError::Refusal(damage(name, error)),
    }
}

fn damage(name: &str, error: ZipError) -> Refusal {
    let why = match error {
        ZipError::Io(e) => e.to_string(),
        ZipError::InvalidArchive(why) => why.into_owned(),
        other => other.to_string(),
    };
    in_member(name, 0, refusal::damaged_zip(&why))
}

fn in_member(name: &str, byte: u64, refusal: Refusal) -> Refusal {
    Refusal { origin: Origin { file: name.to_owned(), byte, ..Origin::default() }, ..refusal }
}
