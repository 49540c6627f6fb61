//! The S/MIME messages of the NIST PKITS: message, path and revocation lists against one oracle.
//!
//! Certificates and lists come out of the message; only the anchor is given. A message must pass or
//! fail as its name says under default settings, and as the suite's cases of its name say under
//! theirs; where it must fail, its own digest and signature must be right all the same.

#[path = "suites/pkits/cases.rs"]
#[expect(dead_code, reason = "the program that judges the cases needs more of them")]
mod cases;
#[path = "suites/pkits/oid.rs"]
mod oid;

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use cases::{Archive, Case, Params};
use signature::certificate::Certificate;
use signature::cms::{Fault, SignedData};
use signature::path::{build_and_check, Anchors, Failure, Settings};
use signature::revocation::Gathering;

/// 2022-05-01T00:00:00Z, as for the cases.
const AT: i64 = 1_651_363_200;

/// Why a message does not pass.
#[derive(Debug)]
#[expect(dead_code, reason = "the reasons within are for whoever reads a failed assertion")]
enum Refused {
    Cms(Fault),
    /// The signer's certificate is not in the message, or is malformed.
    NoCertificate,
    /// The content is not the one that was signed.
    Digest,
    /// The signature over the attributes is wrong, or its key is not verified here.
    Signature,
    Path(Failure),
}

/// A multipart/signed message (RFC 8551 §3.5.3): the signed part as it stands, and the signature.
struct Message<'m> {
    content: &'m [u8],
    cms: Vec<u8>,
}

impl<'m> Message<'m> {
    fn read(mail: &'m [u8]) -> Self {
        let text = std::str::from_utf8(mail).expect("the messages are ASCII");
        let (_, after) = text.split_once("boundary=\"").expect("a boundary");
        let (boundary, _) = after.split_once('"').expect("the boundary ends");
        let line = format!("--{boundary}");
        let (_, parts) = text.split_once(&format!("\n{line}")).expect("a first part");
        let parts = parts.trim_start_matches(['\r']).strip_prefix('\n').expect("a line end");
        let (content, signature) = parts.split_once(&format!("\n{line}")).expect("two parts");
        let content = content.strip_suffix('\r').unwrap_or(content);
        let signature = signature.replace('\r', "");
        let (_, body) = signature.split_once("\n\n").expect("a head and a body");
        let (body, _) = body.split_once(&line).expect("a last boundary");
        let cms = STANDARD.decode(body.replace('\n', "")).expect("base64");
        Self { content: content.as_bytes(), cms }
    }

    /// Verifies every signer, and the path of its certificate.
    fn verify(&self, anchors: &Anchors, params: &Params) -> Result<(), Refused> {
        let signed = SignedData::read(&self.cms).map_err(Refused::Cms)?;
        let content = signed.signed_content(Some(self.content)).map_err(Refused::Cms)?;
        let others: Vec<Certificate<'_>> =
            signed.certificates().filter_map(|der| Certificate::read(der).ok()).collect();
        let signers = anchors.iter().map(|anchor| anchor.certificate().raw);
        let mut gathering = Gathering::new(signers.chain(signed.certificates()));
        for der in signed.crls() {
            // A list that is refused is as if it were not there.
            let _ = gathering.take(der);
        }
        let crls = gathering.finish();
        let policies: Vec<Vec<u8>> =
            params.user_initial_policy_set.iter().map(|policy| oid::oid(policy)).collect();
        let settings = Settings {
            initial_policies: policies.iter().map(Vec::as_slice).collect(),
            require_explicit_policy: params.initial_explicit_policy,
            inhibit_policy_mapping: params.initial_policy_mapping_inhibit,
            inhibit_any_policy: params.initial_any_policy_inhibit,
            ..Settings::at(AT)
        };
        for signer in signed.signers() {
            let signer = signer.map_err(Refused::Cms)?;
            let certificate = signer.certificate(signed.certificates());
            let certificate = certificate.ok_or(Refused::NoCertificate)?;
            let work = signer.work(content).map_err(Refused::Cms)?;
            let digest = lanes::digest(work.hash, work.content);
            let mut attributes = Vec::new();
            let over = match signer.attributes {
                Some(own) if work.expected == Some(digest.as_ref()) => {
                    own.write(&mut attributes);
                    lanes::digest(work.hash, &attributes)
                }
                Some(_) => return Err(Refused::Digest),
                None => digest,
            };
            let item = signer.item(&certificate, over.as_ref()).ok_or(Refused::Signature)?;
            let mut answers = Vec::new();
            lanes::verify(&[item], &mut answers);
            if answers != [true] {
                return Err(Refused::Signature);
            }
            let path = build_and_check(anchors, &others, &settings, Some(&crls), &certificate);
            let failure = path.map_or_else(Some, |path| path.failure());
            failure.map_or(Ok(()), |failure| Err(Refused::Path(failure)))?;
        }
        Ok(())
    }
}

/// Returns the messages by their names.
fn messages() -> BTreeMap<String, Vec<u8>> {
    let archive = Cursor::new(include_bytes!("suites/pkits/smime.zip"));
    let mut archive = zip::ZipArchive::new(archive).expect("the archive is a ZIP");
    let mut messages = BTreeMap::new();
    for at in 0..archive.len() {
        let mut member = archive.by_index(at).expect("the archive has this member");
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).expect("the member can be read");
        let name = member.name().expect("the name is UTF-8").trim_end_matches(".eml").to_string();
        messages.insert(name, bytes);
    }
    messages
}

fn anchors() -> Anchors {
    let archive = Archive::open();
    Anchors::read([archive.certificate("TrustAnchorRootCertificate.crt")])
        .expect("the suite's anchor")
}

/// Returns the committed exceptions: why, by the message's name.
fn exceptions() -> BTreeMap<&'static str, &'static str> {
    let lines = include_str!("suites/pkits/smime-outcomes.txt").lines();
    let lines = lines.filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split_once(' ').expect("a name and why")).collect()
}

#[test]
fn every_message_of_the_suite_has_its_outcome() {
    let (messages, anchors) = (messages(), anchors());
    assert_eq!(messages.len(), 224);
    let archive = Archive::open();
    let mut cases = archive.cases("pkits.json");
    cases.extend(archive.cases("pkits-user-notice.json"));
    let mut by_leaf: BTreeMap<&[u8], Vec<&Case>> = BTreeMap::new();
    for case in &cases {
        by_leaf.entry(archive.certificate(&case.cert)).or_default().push(case);
    }
    let (mut exceptions, mut faults, mut runs) = (exceptions(), Vec::new(), 0);
    for (name, mail) in &messages {
        let message = Message::read(mail);
        let short = name.strip_prefix("Signed").expect("every name begins so");
        let by_its_name = match short {
            _ if short.starts_with("Valid") => Some((true, Params::default())),
            // PKITS 1.0.1 §4.8.20: valid; the list of cases leaves it out.
            "CPSPointerQualifierTest20" => Some((true, Params::default())),
            _ if short.starts_with("Invalid") => Some((false, Params::default())),
            _ => None,
        };
        let signed = SignedData::read(&message.cms).expect("strict DER");
        let of_leaf = signed.certificates().find_map(|der| by_leaf.get(der));
        let asked =
            of_leaf.into_iter().flatten().map(|case| (case.error.is_none(), case.params.clone()));
        let asked: Vec<(bool, Params)> = by_its_name.into_iter().chain(asked).collect();
        assert!(!asked.is_empty(), "{name}: nothing says what to expect");
        runs += asked.len();
        let differs = asked.iter().find_map(|(passes, params)| {
            let met = message.verify(&anchors, params);
            let agrees = match &met {
                Ok(()) => *passes,
                Err(Refused::Path(_)) => !passes,
                Err(_) => false,
            };
            (!agrees).then(|| format!("{name}: {met:?}, expected to pass: {passes}"))
        });
        match (exceptions.remove(name.as_str()), differs) {
            (Some(why), None) => faults.push(format!("{name}: stale: {why}")),
            (None, Some(fault)) => faults.push(fault),
            _ => {}
        }
    }
    faults.extend(exceptions.keys().map(|name| format!("{name}: there is no such message")));
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    assert!(runs > 400, "only {runs} expectations");
}

#[test]
fn a_message_altered_in_one_octet_never_passes() {
    let (messages, anchors) = (messages(), anchors());
    let mut message = Message::read(&messages["SignedValidSignaturesTest1"]);
    let params = Params::default();
    assert!(message.verify(&anchors, &params).is_ok());
    let altered: Vec<u8> = message.content.iter().map(|octet| octet ^ 0x20).collect();
    let whole = message.content;
    message.content = &altered;
    assert!(matches!(message.verify(&anchors, &params), Err(Refused::Digest)));
    message.content = whole;
    let signed = SignedData::read(&message.cms).expect("strict DER");
    let signer = signed.signers().next().expect("a signer").expect("strict DER");
    let leaf = signer.certificate(signed.certificates()).expect("the signer's certificate");
    let mut attributes = Vec::new();
    signer.attributes.expect("signed attributes").write(&mut attributes);
    let parts = [leaf.raw.to_vec(), attributes[1..].to_vec(), signer.signature.to_vec()];
    for part in parts {
        let mut found = message.cms.windows(part.len());
        let start = found.position(|window| window == part).expect("the part is in the message");
        for at in (start..start + part.len()).step_by(5) {
            message.cms[at] ^= 1;
            assert!(message.verify(&anchors, &params).is_err(), "byte {at}");
            message.cms[at] ^= 1;
        }
    }
}
