//! The same walk with the library, one message after the other: what a verifier does that knows
//! no batches.

use aws_lc_rs::digest::{digest, SHA256};
use aws_lc_rs::rsa::PublicKey;
use aws_lc_rs::signature::{ParsedPublicKey, RsaPublicKeyComponents, RSA_PKCS1_2048_8192_SHA256};
use letter::Moment;
use signature::certificate::{Certificate, KeyKind};
use signature::cms::SignedData;
use signature::path::{one_step, Anchors};
use signature::revocation::{Crls, Query, Status};
use signature::verdict::Purpose;

/// The authority's key, parsed once.
pub struct Issuer<'a> {
    anchors: &'a Anchors,
    key: ParsedPublicKey,
    spki: Vec<u8>,
}

impl<'a> Issuer<'a> {
    pub fn of(anchors: &'a Anchors, certificate: &[u8]) -> Self {
        let certificate = Certificate::read(certificate).expect("a certificate");
        let key = PublicKey::from_der(certificate.key.spki).expect("an RSA key");
        let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.as_ref()).expect("a key");
        Self { anchors, key, spki: certificate.key.spki.to_vec() }
    }

    /// Whether an attached CMS signature of one signer is good.
    pub fn accepts(&self, crls: &Crls, at: Moment, cms: &[u8]) -> bool {
        self.check(crls, at, cms).is_some()
    }

    fn check(&self, crls: &Crls, at: Moment, cms: &[u8]) -> Option<()> {
        let data = SignedData::read(cms).ok()?;
        let content = data.content?;
        for signer in data.signers() {
            let signer = signer.ok()?;
            let leaf = signer.certificate(data.certificates())?;
            let attributes = signer.attributes?;
            if digest(&SHA256, content).as_ref() != attributes.message_digest {
                return None;
            }
            let mut signed = Vec::with_capacity(attributes.written_len());
            attributes.write(&mut signed);
            let KeyKind::Rsa { modulus, exponent } = leaf.key.kind else { return None };
            let key = RsaPublicKeyComponents { n: modulus, e: exponent };
            key.verify(&RSA_PKCS1_2048_8192_SHA256, &signed, signer.signature).ok()?;
            let step = one_step(self.anchors, Purpose::JpkiSign, &leaf, at.0).ok()?;
            if step.validity.is_some() {
                return None;
            }
            self.key.verify_sig(leaf.tbs, leaf.signature).ok()?;
            let query = Query { certificate: &leaf, issuer_key: &self.spki, at: at.0 };
            if crls.answer(query).status != Status::Good {
                return None;
            }
        }
        Some(())
    }
}
