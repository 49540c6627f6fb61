//! XML signatures that xmlsec1 made, judged by xmlsec1.

use super::authority::{replaced, Authority, P256, RSA_2048};
use super::{verify, words_of, AT};
use crate::shop::judge;

const INCLUSIVE: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const RSA_SHA512: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512";
const ECDSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
const RSA_SHA1: &str = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// Writes a document that xmlsec1 fills in; `transforms` are those of its one reference.
fn template(c14n: &str, method: &str, uri: &str, transforms: &[&str]) -> String {
    let transforms: String =
        transforms.iter().map(|t| format!("<ds:Transform Algorithm=\"{t}\"/>")).collect();
    let transforms = match transforms.is_empty() {
        true => String::new(),
        false => format!("<ds:Transforms>{transforms}</ds:Transforms>"),
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <DataRoot xmlns=\"urn:sample\" xmlns:unused=\"urn:unused\">\n\
         <form Id=\"form\" b='2' a=\"1\"><!-- a comment --><名前>試験　花子</名前><empty/></form>\n\
         <ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo>\
         <ds:CanonicalizationMethod Algorithm=\"{c14n}\"/>\
         <ds:SignatureMethod Algorithm=\"{method}\"/>\
         <ds:Reference URI=\"{uri}\">{transforms}\
         <ds:DigestMethod Algorithm=\"{SHA256}\"/><ds:DigestValue/></ds:Reference>\
         </ds:SignedInfo><ds:SignatureValue/>\
         <ds:KeyInfo><ds:X509Data><ds:X509Certificate/></ds:X509Data></ds:KeyInfo>\
         </ds:Signature></DataRoot>\n"
    )
}

fn sign(authority: &Authority, template: &str, key: &str, out: &str) {
    authority.write("template.xml", template.as_bytes());
    judge("xmlsec1")
        .dir(&authority.path(""))
        .args(["--sign", "--id-attr:Id", "urn:sample:form", "--privkey-pem"])
        .arg(format!("{key}.key,{key}.pem"))
        .args(["--output", out, "template.xml"])
        .must_succeed();
}

fn xmlsec(authority: &Authority, file: &str) -> bool {
    let call = judge("xmlsec1")
        .dir(&authority.path(""))
        .env("TZ", "UTC")
        .args(["--verify", "--id-attr:Id", "urn:sample:form", "--trusted-pem", "ca.pem"])
        .args(["--verification-time", "2026-11-21 17:00:00", "--enabled-key-data", "x509", file]);
    call.run().code() == 0
}

fn authority() -> Authority {
    let authority = Authority::found();
    authority.self_signed("other", "/C=JP/O=Sample/CN=Other CA");
    authority.signer("rsa", RSA_2048, "ca", "signer", "0100");
    authority.signer("p256", P256, "ca", "signer", "0102");
    authority.signer("foreign", RSA_2048, "other", "signer", "0105");
    authority.list(&[]);
    authority
}

fn ours(authority: &Authority, file: &str) -> crate::shop::Answer {
    let (trust, lists) = authority.trust_and_lists();
    let call = verify("xml", &trust, &lists, "generic", AT).arg(authority.path(file));
    call.arg("--files").arg(authority.path("parcel")).run()
}

#[test]
fn xmlsec1_judges_xml_signatures_as_we_do() {
    let authority = authority();
    std::fs::create_dir(authority.path("parcel")).expect("a temporary directory");
    let comments = format!("{INCLUSIVE}#WithComments");
    let exclusive_comments = format!("{EXCLUSIVE}WithComments");
    let mut faults = Vec::new();
    for (name, c14n, method, uri, transforms, key, good, expected) in [
        ("enveloped", INCLUSIVE, RSA_SHA256, "", &[ENVELOPED][..], "rsa", true, "TOTAL_PASSED"),
        (
            "exclusive",
            EXCLUSIVE,
            RSA_SHA512,
            "",
            &[ENVELOPED, EXCLUSIVE],
            "rsa",
            true,
            "TOTAL_PASSED",
        ),
        ("by id", INCLUSIVE, RSA_SHA256, "#form", &[INCLUSIVE], "rsa", true, "TOTAL_PASSED"),
        ("comments", &comments, RSA_SHA256, "#form", &[&comments], "rsa", true, "TOTAL_PASSED"),
        (
            "exclusive with comments",
            &exclusive_comments,
            RSA_SHA256,
            "#form",
            &[&exclusive_comments],
            "rsa",
            true,
            "TOTAL_PASSED",
        ),
        ("without transform", EXCLUSIVE, RSA_SHA256, "#form", &[], "rsa", true, "TOTAL_PASSED"),
        ("ecdsa", INCLUSIVE, ECDSA_SHA256, "", &[ENVELOPED], "p256", true, "TOTAL_PASSED"),
        (
            "foreign",
            INCLUSIVE,
            RSA_SHA256,
            "",
            &[ENVELOPED],
            "foreign",
            false,
            "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND",
        ),
        // xmlsec1 still accepts SHA-1.
        (
            "sha-1",
            INCLUSIVE,
            RSA_SHA1,
            "",
            &[ENVELOPED],
            "rsa",
            true,
            "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE",
        ),
    ] {
        sign(&authority, &template(c14n, method, uri, transforms), key, "signed.xml");
        let judged = xmlsec(&authority, "signed.xml");
        let answer = ours(&authority, "signed.xml");
        let words = words_of(&answer);
        if (judged, words.as_str()) != (good, expected) {
            faults.push(format!("{name}: xmlsec1 {judged}, we {words}: {answer}"));
        }
        // An altered text, an altered comment, an altered attribute.
        let signed = authority.bytes("signed.xml");
        let altered = replaced(&signed, "花子".as_bytes(), "葉子".as_bytes());
        authority.write("altered.xml", &altered);
        let (judged, words) =
            (xmlsec(&authority, "altered.xml"), words_of(&ours(&authority, "altered.xml")));
        let failed = words == "TOTAL_FAILED/HASH_FAILURE";
        if judged || !failed {
            faults.push(format!("{name}, altered: xmlsec1 {judged}, we {words}"));
        }
        let comment = replaced(&signed, b"a comment", b"A COMMENT");
        authority.write("comment.xml", &comment);
        let judged = xmlsec(&authority, "comment.xml");
        let words = words_of(&ours(&authority, "comment.xml"));
        if good && (words == "TOTAL_FAILED/HASH_FAILURE") == judged {
            faults.push(format!("{name}, comment altered: xmlsec1 {judged}, we {words}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
