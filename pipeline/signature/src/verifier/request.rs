//! What is asked of the verifier.

use letter::Moment;

use crate::basic_four::Form;

/// One container with the files that came along.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The signature.
    pub container: Container<'a>,
    /// Every file of the parcel that the signature may or may not cover; names are unique.
    pub files: Vec<File<'a>>,
    /// Further certificates that may lead to an anchor, DER.
    pub certificates: Vec<&'a [u8]>,
    /// The trusted receipt time: the reference time of everything.
    pub received: Moment,
    /// The basic four that the applicant wrote, to be compared with the certificate.
    pub form: Option<Form<'a>>,
}

/// A signature in its container.
#[derive(Clone, Copy, Debug)]
pub enum Container<'a> {
    /// CMS SignedData (RFC 5652), DER.
    Cms {
        /// The ContentInfo.
        bytes: &'a [u8],
        /// The file that is signed: needed if the signature is detached; if the content is
        /// attached, the named file must have the same bytes.
        content: Option<&'a str>,
    },
    /// The array of raw signatures over digests that the Mynaportal app returns, by our JSON.
    Digests {
        /// The JSON.
        bytes: &'a [u8],
    },
    /// XMLDSig; its external references resolve to the files by name.
    Xml {
        /// The document that holds the signature.
        bytes: &'a [u8],
        /// The name of that document among the files, if it is one of them.
        name: Option<&'a str>,
    },
    /// A certificate alone: its path, validity and revocation.
    Certificate {
        /// The certificate, DER.
        bytes: &'a [u8],
    },
}

impl Request<'_> {
    /// Returns every certificate that came along, DER, unread: who gathers revocation lists of
    /// other authorities than the anchors needs them as possible signers.
    pub fn all_certificates(&self) -> Vec<Vec<u8>> {
        let mut found: Vec<Vec<u8>> = self.certificates.iter().map(|der| der.to_vec()).collect();
        match self.container {
            Container::Cms { bytes, .. } => found.extend(super::cms::certificates_in(bytes)),
            Container::Xml { bytes, name } => {
                found.extend(super::xml::certificates_in(self, bytes, name));
            }
            Container::Digests { .. } | Container::Certificate { .. } => {}
        }
        found
    }
}

/// A file of the parcel.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// Its name within the parcel.
    pub name: &'a str,
    /// What is known of it.
    pub body: Body<'a>,
}

/// A file's bytes, or only its digests.
#[derive(Clone, Copy, Debug)]
pub enum Body<'a> {
    /// The bytes.
    Bytes(&'a [u8]),
    /// The digests, kept in an evidence pack in place of a long file.
    Digests {
        /// SHA-256.
        sha256: &'a [u8; 32],
        /// SHA-384.
        sha384: &'a [u8; 48],
        /// SHA-512.
        sha512: &'a [u8; 64],
    },
}
