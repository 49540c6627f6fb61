//! One block of a pack: its kind, its payload, its digest.

use lanes::{digest, Hash};

/// What a block holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A certificate that is trusted as an anchor, DER.
    Anchor,
    /// A revocation list, DER.
    List,
    /// An OCSP response, DER.
    Ocsp,
    /// A certificate that may lead to an anchor, DER.
    Certificate,
    /// An application.
    Application,
    /// The seal of the segment.
    Seal,
}

impl Kind {
    const ALL: [Self; 6] =
        [Self::Anchor, Self::List, Self::Ocsp, Self::Certificate, Self::Application, Self::Seal];

    /// Returns the byte of the format.
    pub const fn letter(self) -> u8 {
        match self {
            Self::Anchor => b'A',
            Self::List => b'L',
            Self::Ocsp => b'O',
            Self::Certificate => b'C',
            Self::Application => b'V',
            Self::Seal => b'Z',
        }
    }

    /// Reads the byte of the format.
    pub fn of_letter(letter: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.letter() == letter)
    }
}

/// A block that is ready to be written; made in any thread, written in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    pub(super) kind: Kind,
    pub(super) payload: Vec<u8>,
    pub(super) digest: [u8; 32],
}

impl Block {
    /// Makes a block.
    pub fn new(kind: Kind, payload: Vec<u8>) -> Self {
        let digest = block_digest(kind, &payload);
        Self { kind, payload, digest }
    }
}

/// Returns the digest that ends a block.
pub(super) fn block_digest(kind: Kind, payload: &[u8]) -> [u8; 32] {
    let mut head = [0; HEAD_LEN + 32];
    head[..HEAD_LEN].copy_from_slice(&block_head(kind, payload.len() as u64));
    head[HEAD_LEN..].copy_from_slice(&sha256(payload));
    sha256(&head)
}

/// Returns kind and length as they are written.
pub(super) fn block_head(kind: Kind, len: u64) -> [u8; HEAD_LEN] {
    let mut head = [0; HEAD_LEN];
    head[0] = kind.letter();
    head[1..].copy_from_slice(&len.to_le_bytes());
    head
}

/// Returns a SHA-256 digest.
pub(super) fn sha256(message: &[u8]) -> [u8; 32] {
    let found = digest(Hash::Sha256, message);
    found.as_ref().try_into().expect("a SHA-256 digest has 32 bytes")
}

/// Kind and length.
pub(super) const HEAD_LEN: usize = 9;
/// Opens a segment; the last two bytes are the version of the format.
pub(super) const MAGIC: &[u8; 8] = b"LSEVID01";
