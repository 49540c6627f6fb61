//! The seal of a batch: one signature over all its copies, and the proof that a copy is among them.
//!
//! A recipient who has the copy, its proof and the shop's public key needs nothing else, and learns
//! nothing of anybody else's copy.

use letter::{BatchId, Moment, PieceId, SenderId};
use serde::{Deserialize, Serialize};

use crate::tree::{Path, Tree};
use crate::Seal;

/// What the shop says of all copies of a batch, and signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchSeal {
    /// Whose letters these are.
    pub sender: SenderId,
    /// Their batch.
    pub batch: BatchId,
    /// The night's moment, written as RFC 3339 in Japan's time.
    #[serde(with = "moment")]
    pub sealed: Moment,
    /// How many copies there are.
    pub copies: u64,
    /// The root of the tree over the copies in the order of their pack.
    pub root: Seal,
    /// SHA-256 of the signing key's SubjectPublicKeyInfo; absent when the shop has no key.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub key: Option<Seal>,
    /// The signature over [`BatchSeal::message`], base64: RSASSA-PKCS1-v1_5 with SHA-256.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub signature: Option<String>,
}

/// That a copy is one of a sealed batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopyProof {
    /// The piece, written as sixteen hexadecimal digits.
    #[serde(with = "piece")]
    pub piece: PieceId,
    /// SHA-256 of the copy.
    pub sha256: Seal,
    /// The copy's place in the pack, from 0.
    pub index: u64,
    /// The neighbours on the way to the root, from the copy up.
    pub path: Vec<Seal>,
    /// What the shop said of the batch.
    pub seal: BatchSeal,
}

/// Why a proof proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofFault {
    /// The copy is not the one of which the proof speaks.
    #[error("the copy's SHA-256 is {found}, the proof is of {proved}")]
    OtherCopy {
        /// Of which copy the proof speaks.
        proved: Seal,
        /// The SHA-256 of the copy at hand.
        found: Seal,
    },
    /// The way does not lead to the root.
    #[error("the proof does not lead to the root of the batch")]
    NotInBatch,
}

impl BatchSeal {
    /// Returns the seal of the copies in `tree`, not signed yet.
    pub fn of(tree: &Tree, sender: SenderId, batch: BatchId, sealed: Moment) -> Self {
        let (copies, root) = (tree.count(), tree.root());
        Self { sender, batch, sealed, copies, root, key: None, signature: None }
    }

    /// Returns what is signed: lines of a word and a value, each ended by LF.
    pub fn message(&self) -> Vec<u8> {
        let Self { sender, batch, sealed, copies, root, .. } = self;
        let sealed = sealed.rfc3339_jst();
        format!(
            "lettershop batch seal 1\nsender {sender}\nbatch {batch}\nsealed {sealed}\n\
             copies {copies}\nroot {root}\n"
        )
        .into_bytes()
    }
}

impl CopyProof {
    /// Returns the proof for the copy at `index` of `copies`, which are those of the batch in the
    /// order of their pack; `None` if there is no such copy.
    pub fn of(seal: BatchSeal, copies: &[(PieceId, Seal)], index: u64) -> Option<Self> {
        let path = Path::of(copies, index)?;
        let (piece, sha256) = copies[usize::try_from(index).ok()?];
        Some(Self { piece, sha256, index, path: path.neighbours, seal })
    }

    /// Checks that `copy` is one of the batch; the signature of the seal is the caller's to verify.
    ///
    /// # Errors
    /// [`ProofFault`].
    pub fn check(&self, copy: &[u8]) -> Result<(), ProofFault> {
        let found = Seal::of(copy);
        if found != self.sha256 {
            return Err(ProofFault::OtherCopy { proved: self.sha256, found });
        }
        let neighbours = self.path.clone();
        let path = Path { index: self.index, count: self.seal.copies, neighbours };
        match path.root(self.piece, &found) {
            Some(root) if root == self.seal.root => Ok(()),
            _ => Err(ProofFault::NotInBatch),
        }
    }
}

/// How the moment is written.
mod moment {
    use letter::Moment;
    use serde::de::{Deserialize as _, Deserializer, Error};
    use serde::Serializer;

    pub fn serialize<S: Serializer>(moment: &Moment, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&moment.rfc3339_jst())
    }

    pub fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Moment, D::Error> {
        let text = String::deserialize(from)?;
        let error = || D::Error::custom("the moment is not of RFC 3339");
        Moment::parse_rfc3339(&text).ok_or_else(error)
    }
}

/// How the piece is written.
mod piece {
    use letter::PieceId;
    use serde::de::{Deserialize as _, Deserializer, Error};
    use serde::Serializer;

    pub fn serialize<S: Serializer>(piece: &PieceId, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(piece)
    }

    pub fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<PieceId, D::Error> {
        let text = String::deserialize(from)?;
        let number = u64::from_str_radix(&text, 16).ok().filter(|_| text.len() == 16);
        number.map(PieceId).ok_or_else(|| D::Error::custom("the piece is not sixteen digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_holds_for_its_own_copy_alone() {
        let texts: Vec<Vec<u8>> = (0..5u8).map(|n| vec![n; 100]).collect();
        let copies: Vec<(PieceId, Seal)> =
            (1..).map(PieceId).zip(texts.iter().map(|text| Seal::of(text))).collect();
        let mut tree = Tree::default();
        copies.iter().for_each(|(piece, seal)| tree.push(*piece, seal));
        let sender = SenderId::parse("hoshimi-city").expect("an id");
        let batch = BatchId::parse("tax-2026-1").expect("an id");
        let seal = BatchSeal::of(&tree, sender, batch, Moment(1_795_280_400));
        let proof = CopyProof::of(seal, &copies, 3).expect("the copy is there");
        let proof: CopyProof =
            serde_json::from_str(&serde_json::to_string(&proof).expect("plain data"))
                .expect("its own words");
        assert_eq!(proof.check(&texts[3]), Ok(()));
        let (proved, found) = (copies[3].1, copies[2].1);
        assert_eq!(proof.check(&texts[2]), Err(ProofFault::OtherCopy { proved, found }));
        let mut of_other_batch = proof.clone();
        of_other_batch.seal.root = Seal::of(b"another");
        assert_eq!(of_other_batch.check(&texts[3]), Err(ProofFault::NotInBatch));
        let mut of_other_piece = proof;
        of_other_piece.piece = PieceId(99);
        assert_eq!(of_other_piece.check(&texts[3]), Err(ProofFault::NotInBatch));
    }

    #[test]
    fn every_statement_of_the_seal_is_in_what_is_signed() {
        let mut tree = Tree::default();
        tree.push(PieceId(1), &Seal::of(b"a"));
        let sender = SenderId::parse("hoshimi-city").expect("an id");
        let batch = BatchId::parse("tax-2026-1").expect("an id");
        let seal = BatchSeal::of(&tree, sender, batch, Moment(1_795_280_400));
        let message = String::from_utf8(seal.message()).expect("text");
        assert_eq!(
            message,
            format!(
                "lettershop batch seal 1\nsender hoshimi-city\nbatch tax-2026-1\n\
                 sealed 2026-11-22T02:00:00+09:00\ncopies 1\nroot {}\n",
                seal.root
            )
        );
    }
}
