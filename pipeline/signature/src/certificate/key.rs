//! Public keys and signature algorithms, each in its one encoding.

use lanes::{Hash, Key};

use crate::der::{oid, tag, Malformed, Reader, Rule, Tlv};

/// An AlgorithmIdentifier (RFC 5280 §4.1.1.2).
#[derive(Clone, Copy, Debug)]
pub struct Algorithm<'a> {
    /// The whole element.
    pub raw: &'a [u8],
    /// The content octets of its OBJECT IDENTIFIER.
    pub oid: &'a [u8],
    /// Its parameters, if it has any.
    pub parameters: Option<Tlv<'a>>,
}

/// How a signature is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// RSASSA-PKCS1-v1_5 (RFC 4055 §5).
    Rsa(Hash),
    /// ECDSA (RFC 5758 §3.2).
    Ecdsa(Hash),
    /// Any other, which the shop does not verify.
    Other,
}

impl<'a> Algorithm<'a> {
    /// Reads an AlgorithmIdentifier.
    ///
    /// # Errors
    /// Those of the reader.
    #[inline]
    pub fn read(reader: &mut Reader<'a>) -> Result<Self, Malformed> {
        let whole = reader.expect(tag::SEQUENCE)?;
        let mut parts = whole.reader();
        let oid = parts.oid()?;
        let parameters = if parts.is_empty() { None } else { Some(parts.next()?) };
        parts.finish()?;
        Ok(Self { raw: whole.raw, oid, parameters })
    }

    /// Returns how a signature with this algorithm is made.
    ///
    /// The parameters of RSA are NULL or absent (RFC 4055 §5 has both accepted), those of ECDSA are
    /// absent (RFC 5758 §3.2); with any others the algorithm is [`Scheme::Other`].
    #[inline]
    pub fn scheme(&self) -> Scheme {
        let bare = self.parameters.is_none();
        let null = self.parameters.is_some_and(|p| p.raw == [tag::NULL, 0]);
        match self.oid {
            SHA256_WITH_RSA if bare || null => Scheme::Rsa(Hash::Sha256),
            SHA384_WITH_RSA if bare || null => Scheme::Rsa(Hash::Sha384),
            SHA512_WITH_RSA if bare || null => Scheme::Rsa(Hash::Sha512),
            SHA1_WITH_RSA if bare || null => Scheme::Rsa(Hash::Sha1),
            ECDSA_WITH_SHA256 if bare => Scheme::Ecdsa(Hash::Sha256),
            ECDSA_WITH_SHA384 if bare => Scheme::Ecdsa(Hash::Sha384),
            ECDSA_WITH_SHA512 if bare => Scheme::Ecdsa(Hash::Sha512),
            ECDSA_WITH_SHA1 if bare => Scheme::Ecdsa(Hash::Sha1),
            _ => Scheme::Other,
        }
    }
}

/// A SubjectPublicKeyInfo (RFC 5280 §4.1.2.7).
#[derive(Clone, Copy, Debug)]
pub struct PublicKey<'a> {
    /// The whole element.
    pub spki: &'a [u8],
    /// The octets of the subjectPublicKey; their SHA-1 is the usual key identifier.
    pub bits: &'a [u8],
    /// The key.
    pub kind: KeyKind<'a>,
}

/// A key by its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind<'a> {
    /// RSA of any size; numbers big-endian without a leading zero octet.
    Rsa {
        /// The modulus.
        modulus: &'a [u8],
        /// The public exponent.
        exponent: &'a [u8],
    },
    /// An uncompressed point of P-256, 65 octets.
    P256(&'a [u8]),
    /// An uncompressed point of P-384, 97 octets.
    P384(&'a [u8]),
    /// Any other key, which the shop does not verify with.
    Other,
}

impl<'a> PublicKey<'a> {
    /// Reads a SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// Those of the reader; `BadKey` for an RSA key without NULL parameters (RFC 3279 §2.3.1) or
    /// with a number that is not positive.
    pub fn read(reader: &mut Reader<'a>) -> Result<Self, Malformed> {
        let whole = reader.expect(tag::SEQUENCE)?;
        let mut parts = whole.reader();
        let algorithm = Algorithm::read(&mut parts)?;
        let bits = parts.expect(tag::BIT_STRING)?;
        parts.finish()?;
        // The content starts with the octet that counts the unused bits, which is zero.
        let octets = bits.bit_octets()?;
        let kind = match (algorithm.oid, octets) {
            (RSA_ENCRYPTION, _) => {
                if algorithm.parameters.is_none_or(|p| p.raw != [tag::NULL, 0]) {
                    return Err(whole.breaks(Rule::BadKey));
                }
                let start = bits.offset + bits.raw.len() - octets.len();
                read_rsa(Reader::at(octets, start))?
            }
            (EC_PUBLIC_KEY, [0x04, ..]) => match algorithm.parameters.map(|p| p.raw) {
                Some(PRIME256V1) if octets.len() == 65 => KeyKind::P256(octets),
                Some(SECP384R1) if octets.len() == 97 => KeyKind::P384(octets),
                Some(PRIME256V1 | SECP384R1) => return Err(whole.breaks(Rule::BadKey)),
                _ => KeyKind::Other,
            },
            _ => KeyKind::Other,
        };
        Ok(Self { spki: whole.raw, bits: octets, kind })
    }

    /// Returns the key as the verifier takes it, or `None` for a key that it does not take: another
    /// type, RSA outside 2048 to 4096 bits or with another exponent than 65537.
    #[inline]
    pub fn verifiable(&self) -> Option<Key<'a>> {
        match self.kind {
            KeyKind::Rsa { modulus, exponent: exponent @ [1, 0, 1] } => {
                let bits = modulus.len() * 8 - modulus[0].leading_zeros() as usize;
                RSA_BITS.contains(&bits).then_some(Key::Rsa { modulus, exponent })
            }
            KeyKind::P256(point) => Some(Key::P256(point)),
            KeyKind::P384(point) => Some(Key::P384(point)),
            KeyKind::Rsa { .. } | KeyKind::Other => None,
        }
    }

    /// Returns the key and the hash function with which a signature of this scheme is verified, or
    /// `None` when the key's type is not the scheme's or the shop takes neither.
    #[inline]
    pub fn verifies(&self, scheme: Scheme) -> Option<(Key<'a>, Hash)> {
        match (self.verifiable()?, scheme) {
            (key @ Key::Rsa { .. }, Scheme::Rsa(hash)) => Some((key, hash)),
            (key @ (Key::P256(_) | Key::P384(_)), Scheme::Ecdsa(hash)) => Some((key, hash)),
            _ => None,
        }
    }
}

fn read_rsa(mut reader: Reader<'_>) -> Result<KeyKind<'_>, Malformed> {
    let mut numbers = reader.sequence()?;
    let (modulus, exponent) = (numbers.unsigned()?, numbers.unsigned()?);
    numbers.finish()?;
    reader.finish()?;
    if modulus == [0] || exponent == [0] {
        return Err(reader.breaks(Rule::BadKey));
    }
    Ok(KeyKind::Rsa { modulus, exponent })
}

/// Key sizes that are verified: below is too weak (CRYPTREC, 2048 bits at least), above only costs
/// time.
pub const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

const RSA_ENCRYPTION: &[u8] = &oid::<9>(&[1, 2, 840, 113549, 1, 1, 1]);
const EC_PUBLIC_KEY: &[u8] = &oid::<7>(&[1, 2, 840, 10045, 2, 1]);
/// The named curve P-256 as a whole element.
const PRIME256V1: &[u8] = &[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
/// The named curve P-384 as a whole element.
const SECP384R1: &[u8] = &[6, 5, 0x2b, 0x81, 4, 0, 0x22];
const SHA1_WITH_RSA: &[u8] = &oid::<9>(&[1, 2, 840, 113549, 1, 1, 5]);
const SHA256_WITH_RSA: &[u8] = &oid::<9>(&[1, 2, 840, 113549, 1, 1, 11]);
const SHA384_WITH_RSA: &[u8] = &oid::<9>(&[1, 2, 840, 113549, 1, 1, 12]);
const SHA512_WITH_RSA: &[u8] = &oid::<9>(&[1, 2, 840, 113549, 1, 1, 13]);
const ECDSA_WITH_SHA1: &[u8] = &oid::<7>(&[1, 2, 840, 10045, 4, 1]);
const ECDSA_WITH_SHA256: &[u8] = &oid::<8>(&[1, 2, 840, 10045, 4, 3, 2]);
const ECDSA_WITH_SHA384: &[u8] = &oid::<8>(&[1, 2, 840, 10045, 4, 3, 3]);
const ECDSA_WITH_SHA512: &[u8] = &oid::<8>(&[1, 2, 840, 10045, 4, 3, 4]);
