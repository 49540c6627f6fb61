//! CMS signatures that OpenSSL made, judged by OpenSSL.

use super::authority::{replaced, Authority, CONTENT, P256, P384, RSA_1024, RSA_2048, RSA_3072};
use super::{verify, words_of, AT};

/// How one signature is made, what OpenSSL says of it, what we say.
struct Case {
    name: &'static str,
    signers: &'static [&'static str],
    arguments: &'static [&'static str],
    openssl: bool,
    ours: &'static str,
}

const CASES: &[Case] = &[
    case("detached", &["rsa"], &[], true, "TOTAL_PASSED"),
    case("attached", &["rsa"], &["-nodetach"], true, "TOTAL_PASSED"),
    case("without attributes", &["rsa"], &["-noattr"], true, "TOTAL_PASSED"),
    case("signer by key identifier", &["rsa"], &["-keyid"], true, "TOTAL_PASSED"),
    case("sha-384", &["rsa"], &["-md", "sha384"], true, "TOTAL_PASSED"),
    case("sha-512", &["rsa3072"], &["-md", "sha512"], true, "TOTAL_PASSED"),
    case("p-256", &["p256"], &[], true, "TOTAL_PASSED"),
    case("p-384", &["p384"], &["-md", "sha384", "-nodetach"], true, "TOTAL_PASSED"),
    case("two signers", &["rsa", "p256"], &[], true, "TOTAL_PASSED"),
    case("revoked", &["revoked"], &[], false, "TOTAL_FAILED/REVOKED"),
    case("one of two revoked", &["rsa", "revoked"], &[], false, "TOTAL_FAILED/REVOKED"),
    case("foreign", &["foreign"], &[], false, "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND"),
    case(
        "no certificate",
        &["rsa"],
        &["-nocerts"],
        false,
        "INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND",
    ),
    case("critical", &["critical"], &[], false, "INDETERMINATE/CHAIN_CONSTRAINTS_FAILURE"),
    case("authentication", &["authentication"], &[], true, "TOTAL_PASSED"),
    // OpenSSL accepts, by its defaults, what no longer proves anything.
    case("sha-1", &["rsa"], &["-md", "sha1"], true, "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE"),
    case("rsa-1024", &["rsa1024"], &[], true, "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE"),
];

const fn case(
    name: &'static str,
    signers: &'static [&'static str],
    arguments: &'static [&'static str],
    openssl: bool,
    ours: &'static str,
) -> Case {
    Case { name, signers, arguments, openssl, ours }
}

fn authority() -> Authority {
    let authority = Authority::found();
    authority.self_signed("other", "/C=JP/O=Sample/CN=Other CA");
    for (name, kind, issuer, extensions, serial) in [
        ("rsa", RSA_2048, "ca", "signer", "0100"),
        ("rsa3072", RSA_3072, "ca", "signer", "0101"),
        ("p256", P256, "ca", "signer", "0102"),
        ("p384", P384, "ca", "signer", "0103"),
        ("revoked", P256, "ca", "signer", "0104"),
        ("foreign", P256, "other", "signer", "0105"),
        ("critical", P256, "ca", "critical", "0106"),
        ("rsa1024", RSA_1024, "ca", "signer", "0107"),
        ("authentication", P256, "ca", "authentication", "0108"),
    ] {
        authority.signer(name, kind, issuer, extensions, serial);
    }
    authority.list(&[("0104", "261120000000Z")]);
    authority
}

#[test]
fn openssl_judges_cms_signatures_as_we_do() {
    let authority = authority();
    let (trust, lists) = authority.trust_and_lists();
    let mut faults = Vec::new();
    for case in CASES {
        authority.sign(case.signers, case.arguments, "signature.p7s");
        let detached = !case.arguments.contains(&"-nodetach");
        let content = detached.then_some("content.xml");
        let openssl = authority.judge("signature.p7s", content);
        let mut call = verify("cms", &trust, &lists, "generic", AT);
        call = call.arg(authority.path("signature.p7s"));
        if detached {
            call = call.arg("--content").arg(authority.path("content.xml"));
        }
        let answer = call.run();
        let ours = words_of(&answer);
        if (openssl, ours.as_str()) != (case.openssl, case.ours) {
            faults.push(format!("{}: OpenSSL {openssl}, we {ours}: {answer}", case.name));
        }
        if ours == "TOTAL_PASSED" {
            let covered = answer.json()["covered"].as_array().map(Vec::len);
            assert_eq!(covered, Some(1), "{}: {answer}", case.name);
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn openssl_refuses_every_altered_signature_as_we_do() {
    let authority = authority();
    let (trust, lists) = authority.trust_and_lists();
    let verdict = |file: &str, content: Option<&str>, at: &str| {
        let call = verify("cms", &trust, &lists, "generic", at).arg(authority.path(file));
        let call = match content {
            Some(content) => call.arg("--content").arg(authority.path(content)),
            None => call,
        };
        words_of(&call.run())
    };
    authority.sign(&["rsa"], &[], "detached.p7s");
    authority.sign(&["rsa"], &["-nodetach"], "attached.p7s");
    authority.write("altered.xml", &[CONTENT, b" "].concat());

    assert!(!authority.judge("detached.p7s", Some("altered.xml")));
    let ours = verdict("detached.p7s", Some("altered.xml"), AT);
    assert_eq!(ours, "TOTAL_FAILED/HASH_FAILURE");
    assert_eq!(verdict("detached.p7s", None, AT), "INDETERMINATE/SIGNED_DATA_NOT_FOUND");

    let attached = authority.bytes("attached.p7s");
    let (signed, forged) = ("児童手当".as_bytes(), "児童手本".as_bytes());
    authority.write("forged.p7s", &replaced(&attached, signed, forged));
    assert!(!authority.judge("forged.p7s", None));
    assert_eq!(verdict("forged.p7s", None, AT), "TOTAL_FAILED/HASH_FAILURE");

    let mut broken = attached.clone();
    *broken.last_mut().expect("a signature") ^= 1;
    authority.write("broken.p7s", &broken);
    assert!(!authority.judge("broken.p7s", None));
    assert_eq!(verdict("broken.p7s", None, AT), "TOTAL_FAILED/SIG_CRYPTO_FAILURE");

    authority.write("cut.p7s", &attached[..attached.len() - 1]);
    assert!(!authority.judge("cut.p7s", None));
    assert_eq!(verdict("cut.p7s", None, AT), "TOTAL_FAILED/FORMAT_FAILURE");

    let before = verdict("attached.p7s", None, "2020-01-01T00:00:00+09:00");
    assert_eq!(before, "TOTAL_FAILED/NOT_YET_VALID");
    let after = verdict("attached.p7s", None, "2036-01-01T00:00:00+09:00");
    assert_eq!(after, "TOTAL_FAILED/EXPIRED");
    let stale = verdict("attached.p7s", None, "2026-12-24T00:00:00+09:00");
    assert_eq!(stale, "INDETERMINATE/TRY_LATER");
}

#[test]
fn nothing_is_known_of_revocation_without_a_list() {
    let authority = Authority::found();
    authority.signer("rsa", RSA_2048, "ca", "signer", "0100");
    authority.sign(&["rsa"], &["-nodetach"], "attached.p7s");
    let call = verify("cms", &authority.path("trust"), &authority.path("empty"), "generic", AT);
    let answer = call.arg(authority.path("attached.p7s")).run();
    assert_eq!(words_of(&answer), "INDETERMINATE/TRY_LATER");
    assert_eq!(answer.json()["revocation"], "unknown");
    assert_eq!(answer.json()["integrity"], "passed");
}

#[test]
fn a_bad_file_in_a_folder_is_named_and_stops_nothing() {
    let authority = Authority::found();
    authority.signer("rsa", RSA_2048, "ca", "signer", "0100");
    authority.list(&[]);
    authority.sign(&["rsa"], &["-nodetach"], "attached.p7s");
    authority.write("trust/readme.txt", b"not a certificate");
    authority.write("crl/broken.crl", b"0\x03\x02\x01");
    let (trust, lists) = authority.trust_and_lists();
    let call = verify("cms", &trust, &lists, "generic", AT);
    let answer = call.arg(authority.path("attached.p7s")).run();
    assert_eq!(words_of(&answer), "TOTAL_PASSED");
    let errors = answer.errors();
    assert!(errors.contains("readme.txt") && errors.contains("broken.crl"), "{answer}");
}
