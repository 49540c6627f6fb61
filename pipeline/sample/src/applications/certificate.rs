//! Citizens' certificates, as the two authorities issue them.
//!
//! The profile is the JPKI's with the policy of its test environment, so that nothing here passes
//! where the production policy is asked for.

use letter::Moment;

use super::authority::{
    bits, critical, directory_name, distribution_points, extension, version_3, Authority,
    CERTIFICATE_POLICIES, CRL_DISTRIBUTION_POINTS, EXTENDED_KEY_USAGE, ISSUER_ALT_NAME, KEY_USAGE,
    SUBJECT_ALT_NAME, SUBJECT_KEY_IDENTIFIER,
};
use super::citizen::Shown;
use super::der::{explicit, ia5, integer, octet_string, oid, sequence, utc_time, utf8};
use super::key::{sha256_with_rsa, Key};
use super::name::{self, Use};
use super::town::Municipality;

/// What a certificate says besides its holder.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    /// The serial number.
    pub serial: u64,
    /// The first moment.
    pub not_before: Moment,
    /// The last moment: 23:59:59 of a day in Japan.
    pub not_after: Moment,
}

/// Issues a certificate for signing: the basic four stand in six names of its subjectAltName.
pub(crate) fn signing(
    authority: &Authority,
    terms: &Terms,
    shown: &Shown,
    home: &Municipality<'_>,
    key: &Key,
) -> Vec<u8> {
    let id = format!("{}{:09}S", digits_of(terms.not_before), terms.serial);
    let subject = name::signer(home.romanised_prefecture(), &home.romanised(), &id);
    let extensions = [
        // digitalSignature and nonRepudiation.
        critical(KEY_USAGE, &bits(0xC0, 6)),
        policies(&SIGNING_TEST_POLICY),
        extension(SUBJECT_ALT_NAME, &basic_four(shown)),
        issuer_alternative(Use::Signature),
        distribution_point(Use::Signature, home),
    ];
    issue(authority, terms, &subject, key, &extensions)
}

/// Issues a certificate for authentication, which names nobody.
pub(crate) fn authentication(
    authority: &Authority,
    terms: &Terms,
    home: &Municipality<'_>,
    key: &Key,
) -> Vec<u8> {
    let id = format!("{}{:08}A", digits_of(terms.not_before), terms.serial % 100_000_000);
    let client = oid(&[1, 3, 6, 1, 5, 5, 7, 3, 2]);
    let extensions = [
        // digitalSignature.
        critical(KEY_USAGE, &bits(0x80, 7)),
        extension(EXTENDED_KEY_USAGE, &sequence(&[&client])),
        policies(&AUTHENTICATION_POLICY),
        issuer_alternative(Use::Authentication),
        distribution_point(Use::Authentication, home),
    ];
    issue(authority, terms, &name::holder(&id), key, &extensions)
}

fn issue(
    authority: &Authority,
    terms: &Terms,
    subject: &[u8],
    key: &Key,
    extensions: &[Vec<u8>],
) -> Vec<u8> {
    let key_identifier = extension(SUBJECT_KEY_IDENTIFIER, &octet_string(&key.identifier));
    let extensions =
        sequence(&[&extensions.concat(), &authority.key_identifier(), &key_identifier]);
    let to_be_signed = sequence(&[
        &version_3(),
        &integer(terms.serial),
        &sha256_with_rsa(),
        &authority.name,
        &sequence(&[&utc_time(terms.not_before), &utc_time(terms.not_after)]),
        subject,
        &key.info,
        &explicit(3, &extensions),
    ]);
    authority.key.seal(&to_be_signed)
}

/// Below 1.2.392.200149.8.5.1: signing, test environment.
const SIGNING_TEST_POLICY: [u32; 2] = [0, 20];
/// Authentication, as on the cards.
const AUTHENTICATION_POLICY: [u32; 2] = [3, 30];

fn policies(policy: &[u32; 2]) -> Vec<u8> {
    let policy = oid(&[1, 2, 392, 200_149, 8, 5, 1, policy[0], policy[1]]);
    let statement =
        sequence(&[&oid(&[1, 3, 6, 1, 5, 5, 7, 2, 1]), &ia5("http://www.jpki.go.jp/cps.html")]);
    let information = sequence(&[&policy, &sequence(&[&statement])]);
    critical(CERTIFICATE_POLICIES, &sequence(&[&information]))
}

fn issuer_alternative(of: Use) -> Vec<u8> {
    extension(ISSUER_ALT_NAME, &sequence(&[&directory_name(&name::issuer_alternative(of))]))
}

fn distribution_point(of: Use, home: &Municipality<'_>) -> Vec<u8> {
    let full_name = directory_name(&home.distribution_point(of));
    extension(CRL_DISTRIBUTION_POINTS, &distribution_points(&full_name))
}

/// Writes the six names: 氏名, 生年月日, 性別, 住所, and the masks of 氏名 and 住所.
fn basic_four(shown: &Shown) -> Vec<u8> {
    sequence(&[
        &other_name(1, &shown.name),
        &other_name(4, &shown.birth),
        &other_name(3, shown.sex),
        &other_name(5, &shown.address),
        &other_name(2, &shown.name_mask),
        &other_name(6, &shown.address_mask),
    ])
}

fn other_name(number: u32, value: &str) -> Vec<u8> {
    let id = oid(&[1, 2, 392, 200_149, 8, 5, 5, number]);
    explicit(0, &[id, explicit(0, &utf8(value))].concat())
}

/// Writes a moment in Japan as fourteen digits.
fn digits_of(moment: Moment) -> String {
    moment.rfc3339_jst()[..19].chars().filter(char::is_ascii_digit).collect()
}
