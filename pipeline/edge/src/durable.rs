//! Files that are whole or not there: what a power cut may not halve.

mod flush;
mod log;
mod tail;
#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

pub use log::{AppendLog, LogError, Records};
pub use tail::Tail;

/// A file on its way: nobody finds it under its name before it is published whole.
///
/// The content goes into a dot file beside it, which takes the name when it is on the disk. What a
/// cut run left of the dot file is overwritten.
#[derive(Debug)]
pub struct Draft {
    file: File,
    unfinished: PathBuf,
    path: PathBuf,
}

impl Draft {
    /// Begins the file; missing folders are made.
    ///
    /// # Errors
    /// What the disk returns.
    pub fn begin(path: &Path) -> io::Result<Self> {
        let unfinished = unfinished(path)?;
        make_folder(folder_of(path))?;
        let file = File::create(&unfinished)?;
        Ok(Self { file, unfinished, path: path.to_owned() })
    }

    /// Returns the file to write to.
    pub fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Gives the file its name; on return it is durable.
    ///
    /// # Errors
    /// What the disk returns; a file of that name is then as it was.
    pub fn publish(self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.unfinished, &self.path)?;
        sync_folder(folder_of(&self.path))
    }

    /// Removes what was written.
    ///
    /// # Errors
    /// What the disk returns.
    pub fn discard(self) -> io::Result<()> {
        fs::remove_file(&self.unfinished)
    }
}

/// Writes a file whole or not at all; on return it is durable under its name.
///
/// # Errors
/// What `write` or the disk returns; a file of that name is then as it was.
pub fn publish(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let mut draft = Draft::begin(path)?;
    match write(draft.file()) {
        Ok(()) => draft.publish(),
        Err(error) => draft.discard().and(Err(error)),
    }
}

/// Writes bytes as [`publish`] does.
///
/// # Errors
/// As [`publish`].
pub fn publish_bytes(path: &Path, bytes: &[u8]) -> io::Result<()> {
    publish(path, |file| io::Write::write_all(file, bytes))
}

/// Writes bytes as [`publish`] does, into a file that only its owner reads.
///
/// # Errors
/// As [`publish`].
pub fn publish_secret(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    publish(path, |file| {
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
        io::Write::write_all(file, bytes)
    })
}

/// Reads a file, if there is one.
///
/// # Errors
/// What the disk returns.
pub fn read_if_there(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        read => read.map(Some),
    }
}

/// Writes a folder of files whole or not at all; on return all of it is durable under its name.
///
/// `fill` is given a folder to write into, which then takes the place of `path`; what lay there is
/// removed. All files are written before the first is made durable, so that one flush of the disk
/// serves many; of very many, one flush of the file system serves all.
///
/// # Errors
/// What `fill` or the disk returns.
pub fn publish_folder(path: &Path, fill: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    let unfinished = unfinished(path)?;
    make_folder(folder_of(path))?;
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)?;
    }
    fs::create_dir(&unfinished)?;
    // Opened before anything is written: trouble with the disk is reported since this moment.
    let opened = File::open(&unfinished)?;
    fill(&unfinished)?;
    let mut tree = Vec::new();
    list_tree(&unfinished, &mut tree)?;
    if tree.len() <= SYNCED_SINGLY_MAX || !flush::file_system(&opened)? {
        tree.iter().try_for_each(|path| File::open(path)?.sync_all())?;
    }
    if path.exists() {
        fs::remove_dir_all(path)?;
    }
    fs::rename(&unfinished, path)?;
    sync_folder(folder_of(path))
}

/// Files and folders that are made durable one by one. A flush of the file system also waits for
/// what others have written; for fewer files than these it is not worth it.
const SYNCED_SINGLY_MAX: usize = 256;

/// Lists what lies in a folder, the folder itself last.
fn list_tree(folder: &Path, tree: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => list_tree(&entry.path(), tree)?,
            false => tree.push(entry.path()),
        }
    }
    tree.push(folder.to_owned());
    Ok(())
}

/// Makes a folder and those above it that are missing, durably.
///
/// # Errors
/// What the disk returns.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    let above = folder_of(folder);
    make_folder(above)?;
    match fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => sync_folder(above),
    }
}

/// Makes durable which names a folder holds.
///
/// # Errors
/// What the disk returns.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("/"))
}

fn unfinished(path: &Path) -> io::Result<PathBuf> {
    let Some(name) = path.file_name() else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"));
    };
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(".new");
    Ok(path.with_file_name(hidden))
}
