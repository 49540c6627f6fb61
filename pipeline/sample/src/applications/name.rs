//! Distinguished names of the samples' authorities, citizens and distribution points.

use super::der::{oid, printable, sequence, tlv, utf8};

/// 署名用 or 利用者証明用.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Signing documents.
    Signature,
    /// Proving who one is.
    Authentication,
}

impl Use {
    /// Returns the organisational unit of its authority.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Signature => "JPKI for digital signature",
            Self::Authentication => "JPKI for user authentication",
        }
    }

    /// Returns the service's Japanese name.
    pub fn service(self) -> &'static str {
        match self {
            Self::Signature => "公的個人認証サービス署名用",
            Self::Authentication => "公的個人認証サービス利用者証明用",
        }
    }
}

/// Returns the name of an authority; all its generations bear the same.
///
/// The shape is the JPKI's; the last unit says whose it is, so that nobody takes it for the real.
pub(crate) fn authority(of: Use) -> Vec<u8> {
    rdns(&[country(), organisation("JPKI"), unit(of.unit()), unit(AGENCY)])
}

/// Returns the name by which authorities and citizens are issued (issuerAltName).
pub(crate) fn issuer_alternative(of: Use) -> Vec<u8> {
    let agency = unit("見本の地方公共団体情報システム機構");
    rdns(&[country(), organisation(SERVICE), unit(of.service()), agency])
}

/// Returns the name of an authority's subjectAltName.
pub(crate) fn service(of: Use) -> Vec<u8> {
    rdns(&[country(), organisation(SERVICE), unit(of.service())])
}

/// Returns the distribution point of a municipality's list.
pub(crate) fn distribution_point(of: Use, prefecture: &str, municipality: &str) -> Vec<u8> {
    rdns(&[
        country(),
        organisation("JPKI"),
        unit(of.unit()),
        unit("CRL Distribution Points"),
        unit(prefecture),
        common(&format!("{municipality} CRLDP")),
    ])
}

/// Returns the subject of a signing certificate.
pub(crate) fn signer(prefecture: &str, municipality: &str, id: &str) -> Vec<u8> {
    rdns(&[country(), locality(prefecture), locality(municipality), common(id)])
}

/// Returns the subject of an authentication certificate.
pub(crate) fn holder(id: &str) -> Vec<u8> {
    rdns(&[country(), common(id)])
}

const AGENCY: &str = "Sample Agency for Local Authority Information Systems";
const SERVICE: &str = "公的個人認証サービス";

fn rdns(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

fn country() -> Vec<u8> {
    part(6, &printable("JP"))
}

fn organisation(text: &str) -> Vec<u8> {
    part(10, &utf8(text))
}

fn unit(text: &str) -> Vec<u8> {
    part(11, &utf8(text))
}

fn locality(text: &str) -> Vec<u8> {
    part(7, &utf8(text))
}

fn common(text: &str) -> Vec<u8> {
    part(3, &utf8(text))
}

/// Writes one relative name: attribute 2.5.4.`attribute` and its value.
fn part(attribute: u32, value: &[u8]) -> Vec<u8> {
    tlv(0x31, &sequence(&[&oid(&[2, 5, 4, attribute]), value]))
}

/// Returns a prefecture in the Latin letters of the certificates.
pub(crate) fn romanised(prefecture: u32) -> &'static str {
    PREFECTURES[prefecture as usize - 1]
}

/// By the prefectures' codes (JIS X 0401), from 1.
const PREFECTURES: [&str; 47] = [
    "Hokkaido",
    "Aomori-ken",
    "Iwate-ken",
    "Miyagi-ken",
    "Akita-ken",
    "Yamagata-ken",
    "Fukushima-ken",
    "Ibaraki-ken",
    "Tochigi-ken",
    "Gumma-ken",
    "Saitama-ken",
    "Chiba-ken",
    "Tokyo-to",
    "Kanagawa-ken",
    "Niigata-ken",
    "Toyama-ken",
    "Ishikawa-ken",
    "Fukui-ken",
    "Yamanashi-ken",
    "Nagano-ken",
    "Gifu-ken",
    "Shizuoka-ken",
    "Aichi-ken",
    "Mie-ken",
    "Shiga-ken",
    "Kyoto-fu",
    "Osaka-fu",
    "Hyogo-ken",
    "Nara-ken",
    "Wakayama-ken",
    "Tottori-ken",
    "Shimane-ken",
    "Okayama-ken",
    "Hiroshima-ken",
    "Yamaguchi-ken",
    "Tokushima-ken",
    "Kagawa-ken",
    "Ehime-ken",
    "Kochi-ken",
    "Fukuoka-ken",
    "Saga-ken",
    "Nagasaki-ken",
    "Kumamoto-ken",
    "Oita-ken",
    "Miyazaki-ken",
    "Kagoshima-ken",
    "Okinawa-ken",
];
