//! Tests of the one step of JPKI and of the anchors.

use crate::certificate::Certificate;
use crate::path::{one_step, AnchorFault, Anchors, Failure};
use crate::profile::Breach;
use crate::verdict::Purpose;

const SIGN_CA_1: &[u8] = include_bytes!("../../../tests/certificates/sign-ca-1.cer");
const SIGN_CA_2: &[u8] = include_bytes!("../../../tests/certificates/sign-ca-2.cer");
const SIGN_CA_3: &[u8] = include_bytes!("../../../tests/certificates/sign-ca-3.cer");
const SIGN_CA_P384: &[u8] = include_bytes!("../../../tests/certificates/sign-ca-p384.cer");
const AUTH_CA_3: &[u8] = include_bytes!("../../../tests/certificates/auth-ca-3.cer");
const SIGN_EE: &[u8] = include_bytes!("../../../tests/certificates/sign-ee.cer");
const SIGN_EE_ODD: &[u8] = include_bytes!("../../../tests/certificates/sign-ee-odd.cer");
const SIGN_EE_P384: &[u8] = include_bytes!("../../../tests/certificates/sign-ee-p384.cer");
const AUTH_EE: &[u8] = include_bytes!("../../../tests/certificates/auth-ee.cer");

/// 2026-11-22T00:00:00Z.
const AT: i64 = 1_795_305_600;

fn anchors(files: &[&[u8]]) -> Anchors {
    Anchors::read(files.iter().copied()).expect("good anchors")
}

/// Takes the step and verifies the signature that it leaves.
fn step(anchors: &Anchors, purpose: Purpose, der: &[u8]) -> Result<(u32, bool), Failure> {
    let leaf = Certificate::read(der).expect("a good certificate");
    let step = one_step(anchors, purpose, &leaf, AT)?;
    let digest = lanes::digest(step.hash, leaf.tbs);
    let mut answers = Vec::new();
    lanes::verify(&[step.item(digest.as_ref())], &mut answers);
    let serial = step.anchor.certificate().serial.iter().fold(0, |n, b| n << 8 | u32::from(*b));
    Ok((serial, answers[0]))
}

#[test]
fn the_generation_is_chosen_by_its_key_and_not_by_its_name() {
    let all = anchors(&[SIGN_CA_1, SIGN_CA_2, SIGN_CA_3, SIGN_CA_P384, AUTH_CA_3]);
    assert_eq!(all.len(), 5);
    for (der, serial) in
        [(SIGN_EE, 108_816_929), (SIGN_EE_ODD, 20_104_363), (SIGN_EE_P384, 200_000_001)]
    {
        assert_eq!(step(&all, Purpose::JpkiSign, der), Ok((serial, true)));
    }
    assert_eq!(step(&all, Purpose::JpkiAuth, AUTH_EE), Ok((114_393_094, true)));
    let others = anchors(&[SIGN_CA_1, SIGN_CA_2, AUTH_CA_3]);
    assert_eq!(step(&others, Purpose::JpkiSign, SIGN_EE), Err(Failure::NoChain));
}

#[test]
fn no_step_is_taken_with_the_wrong_certificate() {
    let all = anchors(&[SIGN_CA_3, AUTH_CA_3]);
    let breach = Failure::Leaf(Breach::AuthenticationCertificate);
    assert_eq!(step(&all, Purpose::JpkiSign, AUTH_EE), Err(breach));
    // The signing CA's name on an anchor with the key of another: the key identifier decides.
    let mut forged = SIGN_EE.to_vec();
    let id = anchors(&[AUTH_CA_3]).iter().next().expect("one").key_id().to_vec();
    let own = anchors(&[SIGN_CA_3]).iter().next().expect("one").key_id().to_vec();
    let at = forged.windows(20).position(|w| w == own).expect("the key identifier is there");
    forged[at..at + 20].copy_from_slice(&id);
    assert_eq!(step(&all, Purpose::JpkiSign, &forged), Err(Failure::NoChain));
}

#[test]
fn a_changed_certificate_leaves_a_signature_that_is_wrong() {
    let mut changed = SIGN_EE.to_vec();
    let at = changed.windows(9).position(|w| w == b"319801231").expect("the birth date");
    changed[at + 8] = b'0';
    let all = anchors(&[SIGN_CA_3]);
    assert_eq!(step(&all, Purpose::JpkiSign, &changed), Ok((108_816_929, false)));
}

#[test]
fn validity_is_judged_at_the_reference_time_to_the_second() {
    let all = anchors(&[SIGN_CA_3]);
    let leaf = Certificate::read(SIGN_EE).expect("a good certificate");
    let anchor = all.iter().next().expect("one");
    for (at, expected) in [
        (leaf.not_before - 1, Some(Failure::NotYetValid { depth: 0 })),
        (leaf.not_before, None),
        (leaf.not_after, None),
        (leaf.not_after + 1, Some(Failure::Expired { depth: 0 })),
        (anchor.not_before - 1, Some(Failure::NotYetValid { depth: 0 })),
    ] {
        let step = one_step(&all, Purpose::JpkiSign, &leaf, at).expect("a step");
        assert_eq!(step.validity, expected, "{at}");
    }
}

#[test]
fn anchors_come_as_der_or_pem_and_only_once() {
    let base64 = |der: &[u8]| {
        const LETTERS: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut text = String::new();
        for chunk in der.chunks(3) {
            let mut octets = [0; 3];
            octets[..chunk.len()].copy_from_slice(chunk);
            let bits = u32::from_be_bytes([0, octets[0], octets[1], octets[2]]);
            for place in 0..4 {
                let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
                text.push(if place > chunk.len() { '=' } else { char::from(letter) });
            }
        }
        text
    };
    let pem = |der: &[u8]| {
        let text = base64(der);
        let lines: Vec<&str> =
            (0..text.len()).step_by(64).map(|at| &text[at..(at + 64).min(text.len())]).collect();
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
    };
    let file = pem(SIGN_CA_1) + &pem(SIGN_CA_2);
    let from_pem = anchors(&[file.as_bytes(), SIGN_CA_1]);
    let from_der = anchors(&[SIGN_CA_2, SIGN_CA_1]);
    assert!(from_pem.iter().eq(from_der.iter()));
    let fault = |file: &[u8]| Anchors::read([file]).expect_err("a fault");
    assert_eq!(fault(SIGN_EE), (0, AnchorFault::NotCa));
    assert_eq!(fault(b"nothing"), (0, AnchorFault::NoCertificate));
    assert!(matches!(fault(&SIGN_CA_1[..100]), (0, AnchorFault::Malformed(_))));
}
