//! Where a night writes: the paths below OUT, the journal, and how a file becomes durable.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use edge::durable::{AppendLog, Records};
use letter::Disposition;
use runner::{Entry, FileMark, Journal, Part};
use sha2::{Digest, Sha256};

use crate::draft::Draft;
use crate::Unusable;

/// Everything below OUT. `state/` is the shop's memory; the rest are outputs.
#[derive(Clone, Debug)]
pub struct Out {
    root: PathBuf,
}

impl Out {
    /// Returns the layout below `root`.
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Returns the directory itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns `state/`.
    pub fn state(&self) -> PathBuf {
        self.root.join("state")
    }

    /// Returns where a part's spool and columns lie.
    pub fn part(&self, part: &Part) -> PathBuf {
        self.state().join("batches").join(part.sender.as_str()).join(part.name())
    }

    /// Returns where a part's print files lie.
    pub fn print(&self, part: &Part) -> PathBuf {
        self.root.join("print").join(part.sender.as_str()).join(part.name())
    }

    /// Returns print file number `file` of a part.
    pub fn print_file(&self, part: &Part, file: u32) -> PathBuf {
        self.print(part).join(format!("{}-{file:03}.pdf", part.name()))
    }

    /// Returns the pack of a part's electronic copies, or its shared prefix.
    pub fn pack(&self, part: &Part, extension: &str) -> PathBuf {
        self.root.join("mailboxes").join(format!("{}.{}.{extension}", part.sender, part.name()))
    }

    /// Returns a file of the sender's outbox.
    pub fn outbox(&self, sender: &str, name: &str) -> PathBuf {
        self.root.join("outbox").join(sender).join(name)
    }

    /// Returns the list of a part's held or pulled records: `held/<sender>/<batch>.held.csv`.
    pub fn stopped(&self, part: &Part, disposition: Disposition) -> PathBuf {
        let folder = self.root.join("held").join(part.sender.as_str());
        folder.join(format!("{}.{}.csv", part.name(), disposition.name()))
    }

    /// Returns where the applications of a night lie between its stages.
    pub fn applications(&self, night: u32) -> PathBuf {
        self.state().join("applications").join(night_name(night))
    }

    /// Returns a drop that the counter of applications has made for the letters' journey.
    pub fn own_drop(&self, night: u32, sender: &str, name: &str) -> PathBuf {
        self.applications(night).join("drops").join(sender).join(name)
    }

    /// Returns the folder in which a municipality finds what a night hands over.
    pub fn hand_over(&self, night: u32, municipality: &str) -> PathBuf {
        self.root.join("handover").join(night_name(night)).join(municipality)
    }

    /// Returns the pack from which the verdicts of a night can be given again.
    pub fn evidence(&self, night: u32) -> PathBuf {
        self.root.join("evidence").join(format!("{}.evidence", night_name(night)))
    }

    /// Returns where the lists for the centre's own desk lie.
    pub fn desk(&self) -> PathBuf {
        self.root.join("desk")
    }

    /// Returns the mark of a file that was written with these bytes.
    pub fn mark(&self, path: &Path, bytes: &[u8]) -> FileMark {
        let sha256 = hex(&Sha256::digest(bytes));
        FileMark { path: self.below(path), len: bytes.len() as u64, sha256 }
    }

    /// Returns the frozen snapshot of that id.
    pub fn snapshot(&self, id: &str) -> PathBuf {
        self.state().join("snapshots").join(format!("{id}.parquet"))
    }

    /// Returns `ledger.parquet`.
    pub fn ledger(&self) -> PathBuf {
        self.root.join("ledger.parquet")
    }

    /// Returns `report.html`.
    pub fn report(&self) -> PathBuf {
        self.root.join("report.html")
    }

    /// Opens the journal.
    ///
    /// # Errors
    /// If it cannot be read, or an entry is not of this version.
    pub fn journal(&self) -> Result<FileJournal> {
        fs::create_dir_all(self.state())
            .with_context(|| format!("making {}", self.state().display()))?;
        FileJournal::open(&self.state().join("journal"))
    }

    /// Reads the journal as far as it goes, beside whoever writes it.
    ///
    /// # Errors
    /// If no night wrote here, or an entry is not of this version.
    pub fn journal_beside(&self) -> Result<FileJournal> {
        let trouble = || format!("{} is not what a night has written", self.root.display());
        FileJournal::read(&self.state().join("journal")).with_context(trouble).context(Unusable)
    }

    /// Begins a file, which is there for nobody before it is published.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn draft(&self, path: &Path) -> Result<Draft> {
        Draft::begin(path, self.below(path))
    }

    /// Writes a file whole or not at all, durable on return, and says what it is.
    ///
    /// # Errors
    /// If the file cannot be written; a file of that name is then as it was.
    pub fn publish(
        &self,
        path: &Path,
        write: impl FnOnce(&mut dyn Write) -> Result<()>,
    ) -> Result<FileMark> {
        let mut draft = self.draft(path)?;
        match write(&mut draft) {
            Ok(()) => draft.finish()?.publish(),
            Err(error) => {
                draft.discard()?;
                Err(error.context(format!("writing {}", path.display())))
            }
        }
    }

    /// Writes a small file whole.
    ///
    /// # Errors
    /// As [`Out::publish`].
    pub fn publish_bytes(&self, path: &Path, bytes: &[u8]) -> Result<FileMark> {
        self.publish(path, |out| Ok(out.write_all(bytes)?))
    }

    /// Returns whether all files are there at their length.
    pub fn holds(&self, files: &[FileMark]) -> bool {
        files.iter().all(|mark| {
            fs::metadata(self.root.join(&mark.path)).is_ok_and(|meta| meta.len() == mark.len)
        })
    }

    fn below(&self, path: &Path) -> String {
        let below = path.strip_prefix(&self.root).unwrap_or(path);
        below.to_string_lossy().replace('\\', "/")
    }
}

/// Returns a night's name in paths, `night-000001`.
pub fn night_name(night: u32) -> String {
    format!("night-{night:06}")
}

/// Returns the SHA-256 of a file, hexadecimal.
///
/// # Errors
/// If the file cannot be read.
pub fn sha256_of(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut digest = Sha256::new();
    let mut bytes = vec![0; 1 << 20];
    loop {
        match file.read(&mut bytes)? {
            0 => return Ok(hex(&digest.finalize())),
            len => digest.update(&bytes[..len]),
        }
    }
}

/// Writes bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The journal in `state/journal`: one checksummed JSON entry a record.
pub struct FileJournal {
    /// `None` where it is only read.
    log: Option<AppendLog>,
    entries: Vec<Entry>,
}

impl FileJournal {
    fn open(path: &Path) -> Result<Self> {
        let reading = || format!("reading {}", path.display());
        let mut entries = Vec::new();
        let log = AppendLog::open(path, |record| {
            entries.push(serde_json::from_slice(record).map_err(io::Error::other)?);
            Ok(())
        })
        .with_context(reading)?;
        Ok(Self { log: Some(log), entries })
    }

    fn read(path: &Path) -> Result<Self> {
        let reading = || format!("reading {}", path.display());
        let (mut entries, mut bytes) = (Vec::new(), Vec::new());
        let mut records = Records::open(path).with_context(reading)?;
        while records.next_into(&mut bytes).with_context(reading)? {
            entries.push(serde_json::from_slice(&bytes).with_context(reading)?);
        }
        Ok(Self { log: None, entries })
    }
}

impl Journal for FileJournal {
    type Error = anyhow::Error;

    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn append(&mut self, entry: Entry) -> Result<()> {
        let bytes = serde_json::to_vec(&entry).expect("an entry is plain data");
        let log = self.log.as_mut().context("the journal is only read")?;
        log.append(&bytes).context("writing the journal")?;
        log.sync().context("making the journal durable")?;
        self.entries.push(entry);
        Ok(())
    }
}
