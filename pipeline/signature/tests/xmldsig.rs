//! XML signatures, good and bad: ours, those that others published, and the shapes of attacks.

#[path = "suites/keys.rs"]
mod keys;

use keys::{intact, opened, signed_by, Numbers};
use signature::xml::package::{open_package, FileState, Listed, Role};
use signature::xml::signature::{Covers, NamedIn, Opened};
use signature::xml::Rule;

macro_rules! sample {
    ($name:literal) => {
        include_str!(concat!("suites/xml/signed/", $name))
    };
}

const ENVELOPED: &str = sample!("enveloped.xml");
const BY_ID: &str = sample!("inclusive-id.xml");
const MANIFEST: &str = sample!("manifest.xml");
const FILES: &str = sample!("files.xml");
const BESIDE: &[(&str, &[u8])] =
    &[("form.xml", sample!("form.xml").as_bytes()), ("note.txt", sample!("note.txt").as_bytes())];

const KOUSEI: &str = include_str!("suites/xml/egov/kousei.xml");
const FORM: &[u8] = include_bytes!("suites/xml/egov/様式_01.xml");
const EGOV_NAMES: [&str; 2] = ["様式_01.xml", "tenpu.txt"];

/// Right, wrong, or refused by a rule.
fn outcome(text: &str) -> Result<bool, Rule> {
    let opened = opened(text.as_bytes(), BESIDE).map_err(|refused| refused.rule)?;
    Ok(intact(&opened, BESIDE) && signed_by_certificate(&opened))
}

fn signed_by_certificate(opened: &Opened) -> bool {
    let keys = opened.certificates.iter().filter_map(|der| Numbers::of_certificate(der));
    keys.into_iter().any(|key| signed_by(opened, &key))
}

/// The text with one passage put in another's place, which must be there.
fn with(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

fn part_of(text: &str, start: &str, end: &str) -> String {
    let from = text.find(start).expect("the start");
    let to = text[from..].find(end).expect("the end") + from + end.len();
    text[from..to].to_string()
}

#[test]
fn signatures_by_another_program_are_right() {
    for text in [
        ENVELOPED,
        BY_ID,
        MANIFEST,
        FILES,
        sample!("listed.xml"),
        sample!("ecdsa-p256.xml"),
        sample!("ecdsa-p384.xml"),
    ] {
        assert_eq!(outcome(text), Ok(true));
    }
}

#[test]
fn a_change_of_what_is_signed_is_found() {
    for (text, from, to) in [
        (ENVELOPED, "見本", "偽本"),
        (ENVELOPED, "転出", "転入"),
        (ENVELOPED, "<?style none?>", "<?style some?>"),
        (ENVELOPED, "<p:空/>", "<p:空> </p:空>"),
        (ENVELOPED, "1&quot;&#10;2", "1&quot;&#9;2"),
        (ENVELOPED, "[a < b", "[a > b"),
        (ENVELOPED, "</申請>", " </申請>"),
        (BY_ID, "xml:lang=\"ja\"", "xml:lang=\"en\""),
        (BY_ID, "xmlns=\"urn:example:d\"", "xmlns=\"urn:example:e\""),
        (BY_ID, ">z<", ">y<"),
        (FILES, "URI=\"form.xml\"", "URI=\"note.txt\""),
        (MANIFEST, "Id=\"data\">見本", "Id=\"data\">偽本"),
        (MANIFEST, "<SignatureValue>", "<SignatureValue>AAAA"),
    ] {
        assert_eq!(outcome(&with(text, from, to)), Ok(false), "{from}");
    }
}

#[test]
fn a_change_that_canonical_form_does_not_see_changes_nothing() {
    for (text, from, to) in [
        (ENVELOPED, "<!-- before -->", ""),
        (ENVELOPED, "<!-- a comment -->", "<!-- another -->"),
        (ENVELOPED, "<p:空/>", "<p:空  ></p:空>"),
        (ENVELOPED, "<![CDATA[a < b & c]]>", "a &lt; b &#38; c"),
        (BY_ID, "<!-- c -->", "<!-- with comments by its transform, without by its reference -->"),
        (BY_ID, " z=\"1\" a=\"2\"", " a='2' z='&#49;'"),
    ] {
        assert_eq!(outcome(&with(text, from, to)), Ok(true), "{from}");
    }
}

#[test]
fn algorithms_and_transforms_outside_the_lists_are_refused() {
    const MORE: &str = "http://www.w3.org/2001/04/xmldsig-more#";
    const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
    let method = format!("{MORE}rsa-sha256");
    let enveloped = format!("{DSIG}enveloped-signature");
    let hmac = with(ENVELOPED, &method, &format!("{DSIG}hmac-sha1"));
    let truncated = "<HMACOutputLength>8</HMACOutputLength></SignatureMethod>";
    for (text, rule) in [
        (hmac, Rule::Hmac),
        (
            with(ENVELOPED, &format!("{method}\"/>"), &format!("{method}\">{truncated}")),
            Rule::SignatureMethod,
        ),
        (with(ENVELOPED, &method, &format!("{MORE}hmac-sha256")), Rule::Hmac),
        (with(ENVELOPED, &method, &format!("{DSIG}dsa-sha1")), Rule::SignatureMethod),
        (with(ENVELOPED, &method, &format!("{MORE}ecdsa-sha512")), Rule::SignatureMethod),
        (with(ENVELOPED, &method, &format!("{MORE}rsa-md5")), Rule::SignatureMethod),
        (with(ENVELOPED, "xmlenc#sha256", "xmldsig-more#md5"), Rule::DigestMethod),
        (
            with(ENVELOPED, "xml-exc-c14n#\"/><SignatureM", "xml-c14n11\"/><SignatureM"),
            Rule::CanonicalizationMethod,
        ),
        (with(ENVELOPED, &enveloped, "http://www.w3.org/TR/1999/REC-xslt-19991116"), Rule::Xslt),
        (with(ENVELOPED, &enveloped, "http://www.w3.org/TR/1999/REC-xpath-19991116"), Rule::Xpath),
        (with(ENVELOPED, &enveloped, "http://www.w3.org/2002/06/xmldsig-filter2"), Rule::Xpath),
        (with(ENVELOPED, &enveloped, &format!("{DSIG}base64")), Rule::Base64Transform),
        (with(ENVELOPED, &enveloped, "urn:example:transform"), Rule::Transform),
        (
            with(ENVELOPED, &enveloped, "http://www.w3.org/2001/10/xml-exc-c14n#"),
            Rule::TransformOrder,
        ),
        (
            with(
                ENVELOPED,
                "<Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>",
                &format!("<Transform Algorithm=\"{enveloped}\"/>"),
            ),
            Rule::TransformOrder,
        ),
        (with(ENVELOPED, "URI=\"\"", "URI=\"http://example.org/\""), Rule::ExternalUri),
        (with(ENVELOPED, "URI=\"\"", "URI=\"#xpointer(/)\""), Rule::Xpointer),
        (with(ENVELOPED, "URI=\"\"", "URI=\"form.xml\""), Rule::Transform),
        (with(ENVELOPED, "<Reference URI=\"\">", "<Reference>"), Rule::NoUri),
        (with(FILES, "URI=\"form.xml\"", "URI=\"absent.xml\""), Rule::UnknownMember),
        (with(BY_ID, "URI=\"#本体-1\"", "URI=\"#absent\""), Rule::UnknownId),
        (with(ENVELOPED, "<DigestValue>", "<DigestValue>AAAA"), Rule::DigestValue),
        (with(ENVELOPED, "</DigestValue>", "*</DigestValue>"), Rule::Base64),
        (
            with(sample!("ecdsa-p256.xml"), "<SignatureValue>", "<SignatureValue>AAAA"),
            Rule::SignatureValue,
        ),
        (with(ENVELOPED, "<申請 ", "<!DOCTYPE a [<!ENTITY b 'c'>]><申請 "), Rule::Doctype),
    ] {
        assert_eq!(outcome(&text), Err(rule), "{}", rule.code());
    }
}

#[test]
fn a_key_that_no_certificate_vouches_for_gives_no_trust() {
    let key_info = part_of(ENVELOPED, "<KeyInfo>", "</KeyInfo>");
    for other in [
        "",
        "<KeyInfo/>",
        "<KeyInfo><KeyName>a</KeyName></KeyInfo>",
        "<KeyInfo><KeyValue><RSAKeyValue><Modulus>AQAB</Modulus></RSAKeyValue></KeyValue>\
         </KeyInfo>",
        "<KeyInfo><RetrievalMethod URI='#a'/></KeyInfo>",
        "<KeyInfo><X509Data><X509SubjectName>CN=a</X509SubjectName></X509Data></KeyInfo>",
    ] {
        assert_eq!(outcome(&with(ENVELOPED, &key_info, other)), Err(Rule::NoCertificate));
    }
    let many = "<X509Certificate>AAAA</X509Certificate>".repeat(16);
    let text = with(ENVELOPED, "<X509Data>", &format!("<X509Data>{many}"));
    assert_eq!(outcome(&text), Err(Rule::TooManyCertificates));
}

#[test]
fn an_id_that_stands_twice_is_refused_whichever_attribute_bears_it() {
    for twin in ["<y Id=\"本体-1\"", "<y ID=\"本体-1\"", "<y id=\"本体-1\"", "<y xml:id=\"本体-1\""]
    {
        assert_eq!(outcome(&with(BY_ID, "<y", twin)), Err(Rule::DuplicateId), "{twin}");
    }
    // An attribute of that name in another namespace is no id.
    assert_eq!(outcome(&with(BY_ID, "<箱 ", "<箱 q:Id=\"本体-1\" ")), Ok(true));
}

/// The signed element is moved aside and another put in its place: the signature stays right, and
/// what is handed out is the element that was signed, by its own bytes.
#[test]
fn a_moved_element_is_handed_out_from_where_it_stands_not_from_where_it_stood() {
    let signed = part_of(BY_ID, "<q:本体", "</q:本体>");
    let forged = "<q:本体><q:値>forged</q:値></q:本体>";
    let moved = with(BY_ID, &signed, forged);
    let moved = with(&moved, "</箱>", &format!("<aside>{signed}</aside></箱>"));
    assert_eq!(outcome(&moved), Ok(true));
    let opened = opened(moved.as_bytes(), BESIDE).unwrap();
    let Covers::Subtree { span, .. } = &opened.parts[0].covers else { panic!("a subtree") };
    assert_eq!(moved[span.clone()], signed);
    let octets = std::str::from_utf8(opened.octets(&opened.parts[0]).unwrap()).unwrap();
    assert!(octets.contains(">x<") && !octets.contains("forged"));
}

#[test]
fn what_is_put_into_an_enveloped_signature_is_not_covered() {
    let text = with(ENVELOPED, "</Signature>", "<Object><氏名>偽</氏名></Object></Signature>");
    assert_eq!(outcome(&text), Ok(true));
    let opened = opened(text.as_bytes(), BESIDE).unwrap();
    let Covers::Subtree { without, .. } = &opened.parts[0].covers else { panic!("a subtree") };
    let place = text.find("<氏名>偽").unwrap();
    assert!(without.clone().unwrap().contains(&place));
    assert!(!String::from_utf8_lossy(opened.octets(&opened.parts[0]).unwrap()).contains('偽'));
}

#[test]
fn known_shapes_of_attack_are_refused() {
    let signature = part_of(ENVELOPED, "<Signature ", "</Signature>");
    let signed_info = part_of(ENVELOPED, "<SignedInfo>", "</SignedInfo>");
    let object = |inside: &str| format!("<Object>{inside}</Object></Signature>");
    let fake = "<SignedInfo><forged/></SignedInfo>";
    for (what, text, rule) in [
        (
            "a second signature beside the first",
            with(ENVELOPED, "</申請>", &format!("{signature}</申請>")),
            Rule::SeveralSignatures,
        ),
        (
            "a signature within the signature",
            with(ENVELOPED, "</Signature>", &object(&signature)),
            Rule::NestedSignature,
        ),
        (
            "a second SignedInfo after the first",
            with(ENVELOPED, &signed_info, &format!("{signed_info}{fake}")),
            Rule::Structure,
        ),
        (
            "a second SignedInfo before the first",
            with(ENVELOPED, &signed_info, &format!("{fake}{signed_info}")),
            Rule::Structure,
        ),
        (
            "a comment within the digest",
            with(ENVELOPED, "<DigestValue>", "<DigestValue><!-- AAAA -->"),
            Rule::MixedValue,
        ),
        (
            "an element within the digest",
            with(ENVELOPED, "<DigestValue>", "<DigestValue><a/>"),
            Rule::MixedValue,
        ),
        (
            "a comment within the signature value",
            with(ENVELOPED, "<SignatureValue>", "<SignatureValue><!---->"),
            Rule::MixedValue,
        ),
        (
            "text among the references",
            with(ENVELOPED, "<Reference", "x<Reference"),
            Rule::Structure,
        ),
        (
            "a reference of another namespace",
            with(ENVELOPED, "<Reference URI", "<Reference xmlns='urn:example:a' URI"),
            Rule::Structure,
        ),
        (
            "enveloped-signature where the signature does not stand in what is signed",
            with(
                BY_ID,
                "<Transforms>",
                "<Transforms><Transform \
                 Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>",
            ),
            Rule::NotEnveloped,
        ),
        (
            "something else that is called a manifest",
            with(MANIFEST, "URI=\"#manifest\"", "URI=\"#data\""),
            Rule::Manifest,
        ),
        (
            "a manifest within a manifest",
            with(MANIFEST, "URI=\"#data\"", "URI=\"#manifest\""),
            Rule::Manifest,
        ),
        (
            "a manifest of another namespace",
            MANIFEST
                .replace("<Manifest ", "<Manifest xmlns='urn:example:a' ")
                .replace("<Reference URI=\"#data", "<Reference xmlns='urn:example:a' URI=\"#data"),
            Rule::Manifest,
        ),
    ] {
        assert_eq!(outcome(&text), Err(rule), "{what}");
    }
}

#[test]
fn files_count_as_covered_through_a_manifest_only_if_that_is_referred_to() {
    let right = opened(MANIFEST.as_bytes(), BESIDE).unwrap();
    assert_eq!(right.covered_files(), [0]);
    assert_eq!(right.parts[0].named_in, NamedIn::SignedInfo);
    assert!(right.parts[1..].iter().all(|part| part.named_in == NamedIn::Manifest(0)));

    // A manifest that nothing refers to says nothing, though it stands in the signature.
    let manifest = part_of(MANIFEST, "<Manifest ", "</Manifest>").replace("Id=\"manifest\"", "");
    let fake = format!("<Object>{manifest}</Object></Signature>");
    let text = with(FILES, "</Signature>", &fake.replace("form.xml", "other.pdf"));
    let beside = [BESIDE[0], BESIDE[1], ("other.pdf", b"x".as_slice())];
    let opened = opened(text.as_bytes(), &beside).unwrap();
    assert!(intact(&opened, &beside) && signed_by_certificate(&opened));
    assert_eq!(opened.covered_files(), [0, 1]);
}

#[test]
fn references_and_canonical_forms_are_bounded() {
    let reference = part_of(FILES, "<Reference ", "</Reference>");
    let text = with(FILES, &reference, &reference.repeat(1024));
    assert_eq!(outcome(&text), Err(Rule::TooManyReferences));

    // One mebibyte, seventy times.
    let long = "x".repeat(1 << 20);
    let reference = part_of(ENVELOPED, "<Reference ", "</Reference>");
    let text = with(ENVELOPED, &reference, &reference.repeat(70));
    let text = with(&text, "</氏名>", &format!("{long}</氏名>"));
    assert_eq!(outcome(&text), Err(Rule::CanonicalSize));
}

#[test]
fn a_package_says_of_every_file_whether_it_is_covered() {
    let package = open_package(KOUSEI.as_bytes(), &EGOV_NAMES).unwrap();
    let [signature] = package.signatures.as_slice() else { panic!("one signature") };
    assert!(signature.digests_right(&[FORM, b"anything"]).iter().all(|right| *right));
    assert!(signed_by_certificate(signature));
    assert_eq!(
        package.file_states(&EGOV_NAMES),
        [FileState { covered: true, listed: true }, FileState { covered: false, listed: true },]
    );
    assert_eq!(
        package.listed,
        [
            Listed { name: "様式_01.xml".into(), role: Role::Form },
            Listed { name: "tenpu.txt".into(), role: Role::Attachment },
        ]
    );
    assert_eq!(package.missing(&["様式_01.xml"]).collect::<Vec<_>>(), ["tenpu.txt"]);
    assert!(package.composition_octets().starts_with("<構成情報 ID=\"構成情報\">".as_bytes()));
    assert!(!signature.covers_document(&package.document));

    // Raw bytes: another line end is another file.
    let unix: Vec<u8> = FORM.iter().copied().filter(|byte| *byte != b'\r').collect();
    assert_eq!(signature.digests_right(&[&unix, b""]), [true, false]);
    let changed = with(KOUSEI, "新規申請", "変更申請");
    let package = open_package(changed.as_bytes(), &EGOV_NAMES).unwrap();
    assert_eq!(package.signatures[0].digests_right(&[FORM, b""]), [false, true]);
}

#[test]
fn a_package_whose_signed_element_is_not_in_its_place_is_refused() {
    let signed = part_of(KOUSEI, "<構成情報 ", "</構成情報>");
    let forged = signed.replace("ID=\"構成情報\"", "ID=\"x\"").replace("新規", "偽造");
    let object = format!("<Object>{signed}</Object></Signature>");
    let within = forged.replace("</構成情報>", &format!("{signed}</構成情報>"));
    let signature = part_of(KOUSEI, "<Signature ", "</Signature>");
    for (what, text, rule) in [
        (
            "moved into the signature",
            with(&with(KOUSEI, &signed, &forged), "</Signature>", &object),
            Rule::Wrapped,
        ),
        ("moved into the forged one", with(KOUSEI, &signed, &within), Rule::Wrapped),
        (
            "moved beside it",
            with(KOUSEI, &signed, &format!("{forged}<x>{signed}</x>")),
            Rule::Wrapped,
        ),
        (
            "two in its place",
            with(KOUSEI, &signed, &format!("{forged}{signed}")),
            Rule::PackageShape,
        ),
        (
            "two of one id",
            with(KOUSEI, &signed, &format!("{signed}<x>{signed}</x>")),
            Rule::DuplicateId,
        ),
        (
            "a signature elsewhere",
            with(&with(KOUSEI, &signature, ""), "</様式ID>", &format!("</様式ID>{signature}")),
            Rule::Wrapped,
        ),
        ("no signature", with(KOUSEI, &signature, ""), Rule::PackageShape),
        (
            "only its form is signed",
            with(KOUSEI, &part_of(KOUSEI, "<Reference URI=\"#", "</Reference>"), ""),
            Rule::Wrapped,
        ),
        ("another root", KOUSEI.replace("DataRoot", "Data"), Rule::PackageShape),
    ] {
        let refused = open_package(text.as_bytes(), &EGOV_NAMES).unwrap_err();
        assert_eq!(refused.rule, rule, "{what}");
    }
    let twice = ["様式_01.xml", "様式_01.xml"];
    let refused = open_package(KOUSEI.as_bytes(), &twice).unwrap_err();
    assert_eq!(refused.rule, Rule::DuplicateMember);
}
