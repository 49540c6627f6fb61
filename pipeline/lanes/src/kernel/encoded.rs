//! The encoded digest EM that a right signature opens to.

use super::lanes::Bytes;

/// Returns EMSA-PKCS1-v1_5 of a SHA-256 digest for a modulus of 2048 bits (RFC 8017 §9.2):
/// `00 01 FF … FF 00 ‖ DigestInfo`.
#[inline(always)]
pub(super) fn encoded(digest: &[u8; 32]) -> Bytes {
    let mut bytes = FRAME;
    bytes[FRAME.len() - digest.len()..].copy_from_slice(digest);
    bytes
}

/// EM with a digest of zeros.
const FRAME: Bytes = {
    let mut frame = [0xFF; 256];
    frame[0] = 0;
    frame[1] = 1;
    let prefix_at = frame.len() - 32 - PREFIX.len();
    frame[prefix_at - 1] = 0;
    let mut i = 0;
    while i < PREFIX.len() + 32 {
        frame[prefix_at + i] = if i < PREFIX.len() { PREFIX[i] } else { 0 };
        i += 1;
    }
    frame
};

/// The DER of a DigestInfo before the digest's bytes, for SHA-256 (RFC 8017 §9.2, note 1).
const PREFIX: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];
