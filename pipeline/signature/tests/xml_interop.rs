//! Every signature of the interoperability sets has the outcome that is written down for it.

#[path = "suites/interop.rs"]
mod interop;
#[path = "suites/keys.rs"]
mod keys;

use std::collections::BTreeMap;
use std::fmt::Write;

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use keys::{bare, intact, opened, signed_by, Numbers};
use lanes::Hash;
use rsa::{BigUint, Pkcs1v15Sign, RsaPublicKey};
use signature::xml::signature::Opened;
use signature::xml::{Algorithm, Family};

/// What becomes of a signature: right, a rule that refuses it, or what is wrong with it.
fn outcome(path: &str, files: &BTreeMap<String, Vec<u8>>) -> String {
    let (folder, _) = path.split_once('/').expect("every file lies in a folder");
    let beside: Vec<(&str, &[u8])> = files
        .iter()
        .filter_map(|(name, bytes)| Some((name.strip_prefix(folder)?.strip_prefix('/')?, &**bytes)))
        .collect();
    let text = String::from_utf8(files[path].clone()).expect("the sets are UTF-8");
    let refused = match opened(text.as_bytes(), &beside) {
        Ok(opened) => return judged(&opened, &beside, None),
        Err(refused) => refused.rule.code(),
    };
    // What it would be if a certificate held the bare key.
    if let ("xmldsig-no-certificate", Some(key)) = (refused, bare_key(&text)) {
        let outcome = match opened(with_certificate(&text).as_bytes(), &beside) {
            Ok(opened) => judged(&opened, &beside, Some(key)),
            Err(other) => format!("refused {}", other.rule.code()),
        };
        return format!("refused {refused}; under its bare key {outcome}");
    }
    // What its references would be under methods that we take.
    let outcome = match opened(with_our_methods(&text).as_bytes(), &beside) {
        Ok(opened) if intact(&opened, &beside) => "references right".to_string(),
        Ok(_) => "references wrong".to_string(),
        Err(other) => format!("references refused {}", other.rule.code()),
    };
    format!("refused {refused}; {outcome}")
}

/// The text with a KeyInfo that holds what looks like a certificate; KeyInfo is not signed.
fn with_certificate(text: &str) -> String {
    let certificate = "<KeyInfo xmlns='http://www.w3.org/2000/09/xmldsig#'><X509Data>\
                       <X509Certificate>AAAA</X509Certificate></X509Data></KeyInfo>";
    let after_value = text.find("SignatureValue>").map(|at| at + "SignatureValue>".len());
    let after_value = after_value.expect("a SignatureValue");
    let after_value =
        after_value + text[after_value..].find("SignatureValue>").expect("its end") + 15;
    let mut text = text.to_string();
    if let Some(end) = text.rfind("KeyInfo>").filter(|end| *end > after_value) {
        text.replace_range(after_value..end + "KeyInfo>".len(), certificate);
    } else {
        text.insert_str(after_value, certificate);
    }
    text
}

/// The text with other methods for SignedInfo, which change no reference's digest: canonical form
/// 1.1 differs from 1.0 only where `xml:id` or `xml:base` is inherited, and none is in the sets.
fn with_our_methods(text: &str) -> String {
    let mut text = with_certificate(text).replace(
        "http://www.w3.org/2006/12/xml-c14n11",
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    );
    let method = text.find("SignatureMethod").expect("a SignatureMethod");
    let start = method + text[method..].find("http").expect("its algorithm");
    let end = start + text[start..].find('"').expect("its end");
    text.replace_range(start..end, "http://www.w3.org/2000/09/xmldsig#rsa-sha1");
    while let Some(start) = text.find("HMACOutputLength>").and_then(|at| text[..at].rfind('<')) {
        let end = text.rfind("HMACOutputLength>").expect("its end") + "HMACOutputLength>".len();
        text.replace_range(start..end, "");
    }
    text
}

/// What digests and signature value are, under the keys of the certificates or the one given.
fn judged(opened: &Opened, beside: &[(&str, &[u8])], bare: Option<Numbers>) -> String {
    let intact = if intact(opened, beside) { "" } else { ", digest wrong" };
    let mut keys: Vec<Numbers> =
        opened.certificates.iter().filter_map(|der| Numbers::of_certificate(der)).collect();
    keys.extend(bare);
    let answers = keys.iter().map(|key| match opened.algorithm {
        _ if signed_by(opened, key) => "right",
        Algorithm { family: Family::Rsa, hash: Hash::Sha1 } if right_by_rsa(opened, key) => {
            "right by SHA-1"
        }
        Algorithm { family: Family::Rsa, .. } if right_by_rsa(opened, key) => {
            "right with a short key"
        }
        Algorithm { family: Family::Ecdsa, hash: Hash::Sha1 } => "unjudged, ECDSA by SHA-1",
        _ => "wrong",
    });
    let best = answers.min_by_key(|answer| *answer == "wrong").unwrap_or("without a key");
    format!("{best}{intact}")
}

/// RSA with SHA-1 or a key under 2048 bits, which the product never takes: here it proves the
/// canonical form of SignedInfo.
fn right_by_rsa(opened: &Opened, key: &Numbers) -> bool {
    let Numbers::Rsa { modulus, exponent } = key else { return false };
    let [modulus, exponent] = [modulus, exponent].map(|bytes| BigUint::from_bytes_be(bytes));
    let Ok(key) = RsaPublicKey::new(modulus, exponent) else { return false };
    let hash = opened.algorithm.hash;
    let prefix: &[u8] = match hash {
        Hash::Sha1 => b"\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14",
        Hash::Sha256 => b"010\r\x06\x09`\x86H\x01e\x03\x04\x02\x01\x05\x00\x04 ",
        Hash::Sha384 => b"0A0\r\x06\x09`\x86H\x01e\x03\x04\x02\x02\x05\x00\x040",
        Hash::Sha512 => b"0Q0\r\x06\x09`\x86H\x01e\x03\x04\x02\x03\x05\x00\x04@",
    };
    let digest = lanes::digest(hash, opened.signed_info());
    let block = [prefix, digest.as_ref()].concat();
    key.verify(Pkcs1v15Sign::new_unprefixed(), &block, &opened.value).is_ok()
}

/// The key in KeyValue, if it is one of RSA or of a named curve.
fn bare_key(text: &str) -> Option<Numbers> {
    let value = |name: &str| {
        let at = text.find(&format!("{name}>"))? + name.len() + 1;
        let digits: String =
            text[at..at + text[at..].find('<')?].split_ascii_whitespace().collect();
        Some(STANDARD.decode(digits).expect("base64"))
    };
    if text.contains("RSAKeyValue>") {
        return Some(Numbers::Rsa {
            modulus: bare(&value("Modulus")?),
            exponent: bare(&value("Exponent")?),
        });
    }
    Some(Numbers::Point(value("PublicKey")?))
}

#[test]
fn every_signature_has_the_outcome_that_is_written_down() {
    let files = interop::files();
    let mut found = String::new();
    for path in files.keys().filter(|path| path.ends_with(".xml")) {
        if memchr::memmem::find(&files[path], b"SignatureValue").is_some() {
            let outcome = outcome(path, &files);
            let class = class(path, &outcome);
            writeln!(found, "{class}\t{path}\t{outcome}").expect("a String takes all");
        }
    }
    let written = include_str!("suites/xml/outcomes.txt");
    let changed: Vec<&str> = found.lines().filter(|line| !written.contains(line)).collect();
    let stale: Vec<&str> = written.lines().filter(|line| !found.contains(line)).collect();
    assert!(changed.is_empty() && stale.is_empty(), "now {changed:#?}, written {stale:#?}");
}

/// Pass: as its makers say. Skip: refused by a rule of ours that it was not made to break.
fn class(path: &str, outcome: &str) -> &'static str {
    let made_bad = path.contains("-bad-") || path.contains("invalid_");
    if made_bad {
        return if outcome.starts_with("right") { "KnownDivergence" } else { "Pass" };
    }
    let refused = outcome.contains("refused") || outcome.contains("unjudged");
    match outcome.contains("right") && !outcome.contains("digest wrong") {
        true => "Pass",
        false if refused => "Skip",
        false => "KnownDivergence",
    }
}
