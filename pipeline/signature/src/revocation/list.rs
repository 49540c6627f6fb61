//! A revocation list read in place: everything but its entries (RFC 5280 §5).

use super::scope::Scope;
use super::Refusal;
use crate::certificate::{Algorithm, Extension};
use crate::der::{tag, Malformed, Reader, Rule, Tlv};
use crate::name::Name;

/// A CertificateList, borrowed from its bytes.
#[derive(Clone, Debug)]
pub struct List<'a> {
    /// The whole list.
    pub raw: &'a [u8],
    /// The part that is signed.
    pub tbs: &'a [u8],
    /// The algorithm with which the list is signed.
    pub signature_algorithm: Algorithm<'a>,
    /// The signature over [`List::tbs`].
    pub signature: &'a [u8],
    /// Who issued the list.
    pub issuer: Name<'a>,
    /// When it was issued, UNIX seconds.
    pub this_update: i64,
    /// When the next one is due at the latest, UNIX seconds.
    pub next_update: i64,
    /// The content of `revokedCertificates`, and the byte at which it starts.
    pub revoked: (&'a [u8], usize),
    /// The identifier of the key that signed the list.
    pub key_id: Option<&'a [u8]>,
    /// The number of the list, big-endian without a leading zero octet.
    pub number: Option<&'a [u8]>,
    /// In a delta list the number of the list that it starts from.
    pub base: Option<&'a [u8]>,
    /// Which certificates the list speaks of.
    pub scope: Scope<'a>,
    /// The DER of the issuingDistributionPoint, from which the scope was read.
    pub scope_der: Option<&'a [u8]>,
}

impl<'a> List<'a> {
    /// Reads the list whose DER is `der`; its entries are not looked at.
    ///
    /// # Errors
    /// The first breach of DER or of RFC 5280 §5.1 and §5.2: version v2 (§5.1.2.1), a nextUpdate
    /// that is later than thisUpdate (§5.1.2.5), every extension once and of its type, no critical
    /// extension that is not known here.
    pub fn read(der: &'a [u8]) -> Result<Self, Refusal> {
        let whole = Tlv::only(der)?.tagged(tag::SEQUENCE)?;
        let mut parts = whole.reader();
        let tbs = parts.expect(tag::SEQUENCE)?;
        let algorithm_at = parts.offset();
        let signature_algorithm = Algorithm::read(&mut parts)?;
        let signature = parts.bit_octets()?;
        parts.finish()?;
        let mut fields = tbs.reader();
        let version_at = fields.offset();
        if fields.optional(tag::INTEGER)?.is_none_or(|version| version.content != [V2]) {
            return Err(Malformed::new(version_at, Rule::BadVersion).into());
        }
        if Algorithm::read(&mut fields)?.raw != signature_algorithm.raw {
            return Err(Malformed::new(algorithm_at, Rule::AlgorithmMismatch).into());
        }
        let issuer_tlv = fields.next()?;
        let issuer = Name::read(issuer_tlv)?;
        if issuer.is_empty() {
            return Err(issuer_tlv.breaks(Rule::BadName).into());
        }
        let this_update = fields.time()?;
        let next_update = match fields.peek() {
            Some(tag::UTC_TIME | tag::GENERALIZED_TIME) => fields.time()?,
            _ => return Err(Refusal::NoNextUpdate),
        };
        if next_update < this_update {
            return Err(Refusal::Backwards);
        }
        let revoked = match fields.optional(tag::SEQUENCE)? {
            Some(tlv) => (tlv.reader().not_empty()?.rest(), tlv.reader().offset()),
            None => (&[][..], fields.offset()),
        };
        let mut list = Self {
            raw: der,
            tbs: tbs.raw,
            signature_algorithm,
            signature,
            issuer,
            this_update,
            next_update,
            revoked,
            key_id: None,
            number: None,
            base: None,
            scope: Scope::default(),
            scope_der: None,
        };
        if let Some(tlv) = fields.optional(tag::constructed(0))? {
            let mut outer = tlv.reader();
            let extensions = outer.sequence()?.not_empty()?;
            outer.finish()?;
            list.read_extensions(extensions)?;
        }
        fields.finish()?;
        Ok(list)
    }

    fn read_extensions(&mut self, mut reader: Reader<'a>) -> Result<(), Refusal> {
        let mut met: Vec<&[u8]> = Vec::new();
        while !reader.is_empty() {
            let at = reader.offset();
            let extension = Extension::read(&mut reader)?;
            if met.contains(&extension.oid) {
                return Err(Malformed::new(at, Rule::DuplicateExtension).into());
            }
            if met.len() == EXTENSIONS_MAX {
                return Err(Malformed::new(at, Rule::TooMany).into());
            }
            met.push(extension.oid);
            match extension.oid {
                AUTHORITY_KEY_ID => {
                    let mut parts = extension.element()?.tagged(tag::SEQUENCE)?.reader();
                    self.key_id = parts.optional(tag::context(0))?.map(|id| id.content);
                }
                CRL_NUMBER => self.number = Some(number(extension)?),
                DELTA_INDICATOR => self.base = Some(number(extension)?),
                ISSUING_POINT => {
                    let element = extension.element()?;
                    self.scope = Scope::read(element, self.issuer)?;
                    self.scope_der = Some(element.raw);
                }
                ISSUER_ALT_NAME | FRESHEST_CRL | AUTHORITY_INFO => {
                    extension.element()?.tagged(tag::SEQUENCE)?;
                }
                _ if extension.critical => return Err(Refusal::UnknownCritical),
                _ => {}
            }
        }
        Ok(())
    }
}

/// Reads a number of at most 20 octets (RFC 5280 §5.2.3).
fn number<'a>(extension: Extension<'a>) -> Result<&'a [u8], Malformed> {
    let element = extension.element()?.tagged(tag::INTEGER)?;
    let number = element.unsigned()?;
    if number.len() > NUMBER_LEN_MAX {
        return Err(element.breaks(Rule::HugeInteger));
    }
    Ok(number)
}

/// The number that stands for version 2.
const V2: u8 = 1;
/// RFC 5280 §5.2.3.
const NUMBER_LEN_MAX: usize = 20;
/// Real lists have about four extensions.
const EXTENSIONS_MAX: usize = 64;

const ISSUER_ALT_NAME: &[u8] = &[0x55, 0x1d, 18];
const CRL_NUMBER: &[u8] = &[0x55, 0x1d, 20];
const DELTA_INDICATOR: &[u8] = &[0x55, 0x1d, 27];
const ISSUING_POINT: &[u8] = &[0x55, 0x1d, 28];
const AUTHORITY_KEY_ID: &[u8] = &[0x55, 0x1d, 35];
const FRESHEST_CRL: &[u8] = &[0x55, 0x1d, 46];
const AUTHORITY_INFO: &[u8] = &crate::der::oid::<8>(&[1, 3, 6, 1, 5, 5, 7, 1, 1]);
