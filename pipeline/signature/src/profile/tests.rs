//! Tests of the profile: which certificate may sign under which purpose, and who its holder is.

use super::*;

const SIGN_EE: &[u8] = include_bytes!("../../tests/certificates/sign-ee.cer");
const SIGN_EE_TEST: &[u8] = include_bytes!("../../tests/certificates/sign-ee-test.cer");
const SIGN_EE_ODD: &[u8] = include_bytes!("../../tests/certificates/sign-ee-odd.cer");
const SIGN_EE_P384: &[u8] = include_bytes!("../../tests/certificates/sign-ee-p384.cer");
const AUTH_EE: &[u8] = include_bytes!("../../tests/certificates/auth-ee.cer");
const SIGN_CA: &[u8] = include_bytes!("../../tests/certificates/sign-ca-3.cer");
const AUTH_CA: &[u8] = include_bytes!("../../tests/certificates/auth-ca-3.cer");

fn read(der: &[u8]) -> Certificate<'_> {
    Certificate::read(der).expect("a good certificate")
}

/// Returns the certificate with the first `from` replaced by `to`, which is as long.
fn replaced(der: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = der.windows(from.len()).position(|window| window == from).expect("it is there");
    [&der[..at], to, &der[at + from.len()..]].concat()
}

#[test]
fn every_certificate_signs_only_under_its_own_purpose() {
    use Breach::*;
    use Purpose::*;
    for (der, purpose, expected) in [
        (SIGN_EE, JpkiSign, Ok(())),
        (SIGN_EE_ODD, JpkiSign, Ok(())),
        (SIGN_EE_P384, JpkiSign, Ok(())),
        (SIGN_EE, Generic, Ok(())),
        (SIGN_EE, JpkiSignTest, Err(ProductionCertificate)),
        (SIGN_EE, JpkiAuth, Err(SigningCertificate)),
        (SIGN_EE_TEST, JpkiSignTest, Ok(())),
        (SIGN_EE_TEST, JpkiSign, Err(TestCertificate)),
        (AUTH_EE, JpkiAuth, Ok(())),
        (AUTH_EE, JpkiSign, Err(AuthenticationCertificate)),
        (AUTH_EE, JpkiSignTest, Err(AuthenticationCertificate)),
        (SIGN_CA, JpkiSign, Err(CaCertificate)),
        (SIGN_CA, Generic, Err(CaCertificate)),
    ] {
        let subject = read(der).subject.to_string();
        assert_eq!(check(purpose, &read(der)), expected, "{subject} {purpose:?}");
    }
}

#[test]
fn a_certificate_outside_the_profile_is_refused_by_its_rule() {
    let usage = [0x03, 0x02, 0x06, 0xc0];
    for (from, to, expected) in [
        (&usage[..], &[0x03, 0x02, 0x07, 0x80][..], Breach::KeyUsage),
        (&usage, &[0x03, 0x02, 0x05, 0x20], Breach::KeyUsage),
        (&[0x55, 0x1d, 0x0f], &[0x55, 0x1d, 0x3f], Breach::UnknownCritical),
        (&[0x55, 0x1d, 0x23], &[0x55, 0x1d, 0x3f], Breach::NoAuthorityKey),
        (&[0x55, 0x1d, 0x1f], &[0x55, 0x1d, 0x3f], Breach::NoPartition),
        (SIGN, &[SIGN[..10].to_vec(), vec![21]].concat(), Breach::ForeignPolicy),
        (&[3, 1, 0, 1], &[3, 1, 0, 3], Breach::Key),
    ] {
        let changed = replaced(SIGN_EE, from, to);
        assert_eq!(check(Purpose::JpkiSign, &read(&changed)), Err(expected));
    }
    let sha256 = [0x86, 0xf7, 0x0d, 1, 1, 11];
    let sha1 = [0x86, 0xf7, 0x0d, 1, 1, 5];
    let changed = replaced(&replaced(SIGN_EE, &sha256, &sha1), &sha256, &sha1);
    assert_eq!(check(Purpose::JpkiSign, &read(&changed)), Err(Breach::Algorithm));
    assert_eq!(check(Purpose::Generic, &read(&changed)), Err(Breach::Algorithm));
}

#[test]
fn the_holder_is_read_from_the_six_entries() {
    let holder = holder(&read(SIGN_EE)).expect("a holder");
    assert_eq!(
        holder.four,
        Certified {
            name: Some("見本　太郎"),
            birth: Some("319801231"),
            sex: Some("1"),
            address: Some("茨城県つくば市研究学園一丁目1番地1"),
            name_mask: Some("00100"),
            address_mask: Some("000000000000000000"),
        }
    );
    assert!(holder.unknown.is_empty() && holder.oddities.is_empty());
    assert_eq!(super::holder(&read(AUTH_EE)), None);
}

#[test]
fn masks_of_another_length_and_unknown_entries_are_found() {
    let holder = holder(&read(SIGN_EE_ODD)).expect("a holder");
    assert_eq!(holder.oddities, [Oddity::UnknownEntry, Oddity::NameMaskLength]);
    assert_eq!(holder.unknown.len(), 1);
    assert_eq!(holder.unknown[0].1, "ミホン　ハナコ");
    let mut twice = HOLDER_ARC.to_vec();
    twice.push(3);
    let once = [HOLDER_ARC, &[4]].concat();
    let changed = replaced(SIGN_EE, &once, &twice);
    let holder = super::holder(&read(&changed)).expect("a holder");
    assert_eq!((holder.four.birth, holder.four.sex), (None, Some("319801231")));
    assert_eq!(holder.oddities, [Oddity::Repeated]);
}

#[test]
fn the_partition_is_the_directory_name_of_the_distribution_point() {
    let certificate = read(SIGN_EE);
    let name = partition(&certificate).expect("a partition");
    assert!(name.to_string().ends_with("OU=Ibaraki-ken, CN=Tsukuba-shi CRLDP"));
}

#[test]
fn each_authority_issues_for_its_own_purpose() {
    let (sign, auth) = (read(SIGN_CA), read(AUTH_CA));
    assert_eq!(Authority::of(sign.subject), Authority::Signing);
    assert_eq!(Authority::of(auth.subject), Authority::Authentication);
    let leaf = read(SIGN_EE);
    assert_eq!(Authority::of(leaf.subject), Authority::Other);
    for purpose in Purpose::ALL {
        let signs = Authority::Signing.issues_for(purpose);
        assert_eq!(signs, purpose != Purpose::JpkiAuth, "{purpose:?}");
    }
    assert!(!Authority::Other.issues_for(Purpose::JpkiSign));
    assert!(!Authority::Authentication.issues_for(Purpose::JpkiSignTest));
}

#[test]
fn every_breach_has_its_own_code() {
    let mut codes: Vec<&str> = Breach::ALL.iter().map(|breach| breach.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), Breach::ALL.len());
}
