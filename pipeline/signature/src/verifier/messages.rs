//! Everything of a batch that has to be digested, gathered and digested together.

use lanes::{Digest, Hash};

/// The messages of a batch.
#[derive(Default)]
pub(super) struct Messages<'a> {
    sha256: Vec<Source<'a>>,
    others: Vec<(Hash, Source<'a>)>,
    arena: Vec<u8>,
}

#[derive(Clone, Copy)]
enum Source<'a> {
    Bytes(&'a [u8]),
    /// A range of the arena.
    Written(usize, usize),
}

/// Where the digest of a message will stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    Sha256(u32),
    Other(u32),
}

/// The digests of a batch.
pub(super) struct Digests {
    sha256: Vec<[u8; 32]>,
    others: Vec<Digest>,
}

impl<'a> Messages<'a> {
    /// Adds a message that lies in one piece.
    pub fn push(&mut self, hash: Hash, bytes: &'a [u8]) -> At {
        self.add(hash, Source::Bytes(bytes))
    }

    /// Adds a message that is written down here.
    pub fn write(&mut self, hash: Hash, write: impl FnOnce(&mut Vec<u8>)) -> At {
        let from = self.arena.len();
        write(&mut self.arena);
        self.add(hash, Source::Written(from, self.arena.len()))
    }

    fn add(&mut self, hash: Hash, source: Source<'a>) -> At {
        // A batch has at most some thousand messages.
        match hash {
            Hash::Sha256 => {
                self.sha256.push(source);
                At::Sha256(self.sha256.len() as u32 - 1)
            }
            _ => {
                self.others.push((hash, source));
                At::Other(self.others.len() as u32 - 1)
            }
        }
    }

    /// Digests all messages: those of SHA-256 together, the rare others one by one.
    pub fn digest(self) -> Digests {
        let resolve = |source: &Source<'a>| match *source {
            Source::Bytes(bytes) => bytes,
            Source::Written(from, to) => &self.arena[from..to],
        };
        let messages: Vec<&[u8]> = self.sha256.iter().map(resolve).collect();
        let mut sha256 = Vec::with_capacity(messages.len());
        lanes::sha256_many(&messages, &mut sha256);
        let others = self.others.iter().map(|(hash, source)| lanes::digest(*hash, resolve(source)));
        Digests { others: others.collect(), sha256 }
    }
}

impl Digests {
    /// Returns a digest.
    pub fn get(&self, at: At) -> &[u8] {
        match at {
            At::Sha256(index) => &self.sha256[index as usize],
            At::Other(index) => self.others[index as usize].as_ref(),
        }
    }
}
