//! Reading a pack: what is shared at once, the applications one by one.

use std::io::{self, Read, Seek, SeekFrom};

use super::application::Kept;
use super::block::{block_digest, sha256, Kind, HEAD_LEN, MAGIC};

/// A pack whose seals hold; its applications are read from the source when they are asked for.
#[derive(Debug)]
pub struct Pack {
    /// The anchors, DER.
    pub anchors: Vec<Vec<u8>>,
    /// The revocation lists of every segment, DER.
    pub lists: Vec<Vec<u8>>,
    /// The OCSP responses, DER.
    pub ocsp: Vec<Vec<u8>>,
    /// Further certificates, DER.
    pub certificates: Vec<Vec<u8>>,
    /// The seal of each segment.
    pub seals: Vec<[u8; 32]>,
    applications: Vec<Place>,
}

/// Why a pack cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The bytes at a segment's start are others.
    #[error("byte {at}: no segment of an evidence pack starts here")]
    NotAPack {
        /// The byte.
        at: u64,
    },
    /// The pack ends within a segment.
    #[error("byte {at}: the pack is cut off")]
    CutOff {
        /// Where the block starts that is not whole.
        at: u64,
    },
    /// A block or a segment is not what was sealed.
    #[error("byte {at}: the bytes are not those that were sealed")]
    Altered {
        /// Where the block starts.
        at: u64,
    },
    /// A block of a kind that this version does not know.
    #[error("byte {at}: unknown kind of block")]
    UnknownKind {
        /// Where the block starts.
        at: u64,
    },
    /// An application's block is sealed but not in the form of this version.
    #[error("byte {at}: the application is not in the form of this version")]
    UnknownForm {
        /// Where the block starts.
        at: u64,
    },
    /// The source cannot be read.
    #[error("the pack cannot be read")]
    Source(#[from] io::Error),
}

#[derive(Clone, Copy, Debug)]
struct Place {
    at: u64,
    len: u64,
}

/// What the walk over one block found.
struct Met {
    /// Bytes of the payload.
    len: u64,
    digest: [u8; 32],
    /// The payload of a seal.
    seal: Option<Vec<u8>>,
}

impl Pack {
    /// Walks the pack, checks every seal, and reads what is shared.
    ///
    /// # Errors
    /// [`PackError`], with the byte.
    pub fn open<R: Read + Seek>(source: &mut R) -> Result<Self, PackError> {
        let end = source.seek(SeekFrom::End(0))?;
        source.seek(SeekFrom::Start(0))?;
        let mut pack = Self {
            anchors: Vec::new(),
            lists: Vec::new(),
            ocsp: Vec::new(),
            certificates: Vec::new(),
            seals: Vec::new(),
            applications: Vec::new(),
        };
        let mut at = 0;
        while at < end || at == 0 {
            at = pack.segment(source, at, end)?;
        }
        Ok(pack)
    }

    /// Returns the number of applications.
    pub fn len(&self) -> usize {
        self.applications.len()
    }

    /// Whether the pack has no application.
    pub fn is_empty(&self) -> bool {
        self.applications.is_empty()
    }

    /// Reads one application.
    ///
    /// # Errors
    /// [`PackError::Altered`] if its bytes are not the sealed ones.
    ///
    /// # Panics
    /// If `index` is not below [`Pack::len`].
    pub fn application<R: Read + Seek>(
        &self,
        source: &mut R,
        index: usize,
    ) -> Result<Kept, PackError> {
        let place = self.applications[index];
        source.seek(SeekFrom::Start(place.at + HEAD_LEN as u64))?;
        let payload = exactly(source, place)?;
        let mut digest = [0; 32];
        source.read_exact(&mut digest)?;
        if block_digest(Kind::Application, &payload) != digest {
            return Err(PackError::Altered { at: place.at });
        }
        Kept::read(payload).ok_or(PackError::UnknownForm { at: place.at })
    }

    /// Reads one segment and returns where it ends.
    fn segment<R: Read + Seek>(
        &mut self,
        source: &mut R,
        start: u64,
        end: u64,
    ) -> Result<u64, PackError> {
        let mut magic = [0; MAGIC.len()];
        let whole = end - start >= MAGIC.len() as u64;
        if whole {
            source.read_exact(&mut magic)?;
        }
        if &magic != MAGIC {
            return Err(PackError::NotAPack { at: start });
        }
        let mut at = start + MAGIC.len() as u64;
        let mut digests = Vec::new();
        loop {
            let met = self.block(source, at, end)?;
            let block_at = at;
            at += HEAD_LEN as u64 + met.len + 32;
            if let Some(payload) = met.seal {
                let seal = sha256(&digests);
                let count = (digests.len() / 32) as u64;
                if payload != [&count.to_le_bytes()[..], &seal].concat() {
                    return Err(PackError::Altered { at: block_at });
                }
                self.seals.push(seal);
                return Ok(at);
            }
            digests.extend_from_slice(&met.digest);
        }
    }

    fn block<R: Read + Seek>(
        &mut self,
        source: &mut R,
        at: u64,
        end: u64,
    ) -> Result<Met, PackError> {
        let cut_off = PackError::CutOff { at };
        let mut head = [0; HEAD_LEN];
        if end - at < HEAD_LEN as u64 + 32 {
            return Err(cut_off);
        }
        source.read_exact(&mut head)?;
        let len = u64::from_le_bytes(head[1..].try_into().expect("eight bytes"));
        if len > end - at - HEAD_LEN as u64 - 32 {
            return Err(cut_off);
        }
        let kind = Kind::of_letter(head[0]).ok_or(PackError::UnknownKind { at })?;
        let place = Place { at, len };
        let mut digest = [0; 32];
        if kind == Kind::Application {
            source.seek_relative(len as i64)?;
            source.read_exact(&mut digest)?;
            self.applications.push(place);
            return Ok(Met { len, digest, seal: None });
        }
        let payload = exactly(source, place)?;
        source.read_exact(&mut digest)?;
        if block_digest(kind, &payload) != digest {
            return Err(PackError::Altered { at });
        }
        let mut seal = None;
        match kind {
            Kind::Anchor => self.anchors.push(payload),
            Kind::List => self.lists.push(payload),
            Kind::Ocsp => self.ocsp.push(payload),
            Kind::Certificate => self.certificates.push(payload),
            Kind::Seal => seal = Some(payload),
            Kind::Application => unreachable!("applications are skipped above"),
        }
        Ok(Met { len, digest, seal })
    }
}

/// Reads the payload at the source's place; grows only as bytes come.
fn exactly<R: Read>(source: &mut R, place: Place) -> Result<Vec<u8>, PackError> {
    let mut payload = Vec::new();
    source.take(place.len).read_to_end(&mut payload)?;
    match payload.len() as u64 == place.len {
        true => Ok(payload),
        false => Err(PackError::CutOff { at: place.at }),
    }
}
