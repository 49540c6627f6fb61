//! Signatures and digests in batches: one signature a lane where the machine has the lanes.
//!
//! The whole crate is three functions. [`verify`] answers a batch of signatures, [`sha256_many`]
//! digests a batch of messages, [`digest`] digests one. None of them knows a certificate, a
//! container or a policy: they take numbers and points as the caller found them, and say yes or no.
//!
//! A yes means that the signature is mathematically right under that key for that digest. A key or
//! an algorithm outside the following list is always answered with no:
//!
//! - RSASSA-PKCS1-v1_5 (RFC 8017 §8.2) with a modulus of 2048 to 4096 bits, the exponent 65537 and
//!   SHA-256, SHA-384 or SHA-512;
//! - ECDSA (FIPS 186-5 §6.4) over P-256 or P-384 with SHA-256, SHA-384 or SHA-512, the key as an
//!   uncompressed point and the signature in strict DER.

mod digest;
mod engine;
mod item;
mod kernel;
mod library;
mod sha256;

pub use digest::{digest, Digest};
pub use engine::Engine;
pub use item::{Hash, Item, Key};
pub use kernel::verify::Found;
pub use sha256::sha256_many;

/// Answers for every item, in their order, whether its signature is right.
///
/// `answers` is emptied first and has one entry per item afterwards. No item can spoil another's
/// answer, and nothing is allocated but the room in `answers`.
pub fn verify(items: &[Item<'_>], answers: &mut Vec<bool>) {
    Engine::best().verify(items, answers);
}
