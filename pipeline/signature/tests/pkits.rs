//! The certificate paths and revocation lists of the NIST PKITS, against their expected outcomes,
//! by the path alone and by the verifier's verdict.

#[path = "suites/pkits/cases.rs"]
mod cases;
#[path = "suites/pkits/oid.rs"]
mod oid;

use std::collections::BTreeMap;

use cases::{Archive, Case, Params};
use letter::Moment;
use signature::certificate::Certificate;
use signature::path::{build_and_check, Anchors, Failure, Path, Revocation, Settings};
use signature::revocation::{Crls, Gathering};
use signature::verdict::{Answer, Indication, Policy, Purpose, SubIndication, Verdict};
use signature::verifier::{Container, Request, Verifier};

/// 2022-05-01T00:00:00Z: the moment for which the expected outcomes are given.
const AT: i64 = 1_651_363_200;

/// Returns the anchor and the lists of a case.
fn ground(archive: &Archive, case: &Case) -> (Anchors, Crls) {
    let anchors = Anchors::read([archive.certificate("TrustAnchorRootCertificate.crt")])
        .expect("the suite's anchor");
    let signers = anchors.iter().map(|anchor| anchor.certificate().raw);
    let others = case.other_certs.iter().map(|name| archive.certificate(name));
    let mut gathering = Gathering::new(signers.chain(others));
    for name in case.crls.iter().map(String::as_str).chain(["TrustAnchorRootCRL.crl"]) {
        // A list that is refused is as if it were not there.
        let _ = gathering.take(archive.crl(name));
    }
    (anchors, gathering.finish())
}

/// Runs one case and returns the policies under which its path is acceptable, with their notices.
fn run(archive: &Archive, case: &Case) -> Result<BTreeMap<String, Vec<String>>, Failure> {
    let (anchors, crls) = ground(archive, case);
    let read = |name: &String| Certificate::read(archive.certificate(name));
    let malformed = |malformed| Failure::Malformed { depth: 0, malformed };
    let leaf = read(&case.cert).map_err(malformed)?;
    let others: Vec<Certificate<'_>> =
        case.other_certs.iter().map(read).collect::<Result<_, _>>().map_err(malformed)?;
    let initial_policies =
        case.params.user_initial_policy_set.iter().map(|p| oid::oid(p)).collect();
    let initial_policies: Vec<Vec<u8>> = initial_policies;
    let settings = Settings {
        initial_policies: initial_policies.iter().map(Vec::as_slice).collect(),
        require_explicit_policy: case.params.initial_explicit_policy,
        inhibit_policy_mapping: case.params.initial_policy_mapping_inhibit,
        inhibit_any_policy: case.params.initial_any_policy_inhibit,
        ..Settings::at(AT)
    };
    let revocation: Option<&dyn Revocation> = Some(&crls);
    let path: Path<'_> = build_and_check(&anchors, &others, &settings, revocation, &leaf)?;
    if let Some(failure) = path.failure() {
        return Err(failure);
    }
    let policies = path.policies.iter();
    Ok(policies.map(|p| (signature::der::dotted(p.policy), p.notices())).collect())
}

/// Returns the verifier's verdict on the leaf of a case.
fn verdict(archive: &Archive, case: &Case) -> Verdict {
    let (anchors, crls) = ground(archive, case);
    let request = Request {
        container: Container::Certificate { bytes: archive.certificate(&case.cert) },
        files: Vec::new(),
        certificates: case.other_certs.iter().map(|name| archive.certificate(name)).collect(),
        received: Moment(AT),
        form: None,
    };
    Verifier::new(&anchors, &crls, Policy::of(Purpose::Generic)).verify(&request)
}

/// Which failures stand for the outcome that the suite expects.
fn agrees(expected: &cases::Expected, met: &Failure) -> bool {
    let words = expected.msg_regex.as_str();
    match (expected.class.as_str(), met) {
        ("RevokedError", Failure::Revoked { .. }) => true,
        ("InsufficientRevinfoError" | "StaleRevinfoError", Failure::RevocationUnknown { .. }) => {
            true
        }
        ("PathValidationError", met) => match met {
            Failure::Signature { .. } => words.contains("signature of"),
            Failure::NoChain => words.contains("issuer name could not be matched"),
            Failure::NotYetValid { .. } => words.contains("is not valid until"),
            Failure::Expired { .. } => words.contains("expired"),
            Failure::NotCa { .. } => words.contains("is not a CA"),
            Failure::KeyUsage { .. } => words.contains("not allowed to sign certificates"),
            Failure::PathLen { .. } => words.contains("maximum path length"),
            Failure::Names { .. } | Failure::UnknownNames { .. } => {
                words.contains("names of the end-entity")
            }
            Failure::UnknownCritical { .. } => words.contains("unsupported critical extension"),
            Failure::NoPolicy { .. } => {
                words.contains("no valid set of policies") || words.contains("policy mapping for")
            }
            _ => false,
        },
        _ => false,
    }
}

#[test]
fn every_case_of_the_suite_has_its_outcome() {
    let archive = Archive::open();
    let cases = archive.cases("pkits.json");
    assert_eq!(cases.len(), 246);
    let mut exceptions = cases::exceptions();
    let mut faults = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        let met = run(&archive, case);
        let as_expected = match (&case.error, &met) {
            (None, Ok(_)) => true,
            (Some(expected), Err(met)) => agrees(expected, met),
            _ => false,
        };
        let id = case.id(&cases[..index]);
        match (exceptions.remove(&id), as_expected) {
            (Some(why), true) => faults.push(format!("{id} {}: stale: {why}", case.name)),
            (None, false) => {
                faults.push(format!("{id} {}: {met:?}, expected {:?}", case.name, case.error));
            }
            _ => {}
        }
    }
    faults.extend(exceptions.keys().map(|id| format!("{id}: there is no such case")));
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn the_verifier_says_of_every_case_under_default_settings_what_its_path_says() {
    let archive = Archive::open();
    let cases = archive.cases("pkits.json");
    let mut asked = 0;
    for case in cases.iter().filter(|case| case.params == Params::default()) {
        let verdict = verdict(&archive, case);
        let leaf = Certificate::read(archive.certificate(&case.cert));
        let expected = run(&archive, case).err().map(|failure| match (failure, leaf) {
            (Failure::Malformed { depth: 0, .. }, Err(_)) => SubIndication::FormatFailure,
            // An issuer that cannot be read is as if it were not there.
            (Failure::Malformed { depth: 0, .. }, Ok(_)) => SubIndication::NoCertificateChainFound,
            (failure, _) => failure.sub_indication(),
        });
        assert_eq!(verdict.sub_indication, expected, "{}: {verdict:?}", case.name);
        let passed = verdict.indication == Indication::TotalPassed;
        assert_eq!(passed, expected.is_none(), "{}: {verdict:?}", case.name);
        asked += 1;
    }
    assert_eq!(asked, 213);
}

#[test]
fn a_list_whose_signer_was_revoked_settles_nothing() {
    let archive = Archive::open();
    let cases = archive.cases("pkits.json");
    for (test, sub_indication, answer) in [
        ("valid_separate_certificate_and_crl_keys_test19", None, Answer::Passed),
        (
            "invalid_separate_certificate_and_crl_keys_test20",
            Some(SubIndication::Revoked),
            Answer::Failed,
        ),
        // The certificate of the key that signs the list stands in the list of its authority.
        (
            "invalid_separate_certificate_and_crl_keys_test21",
            Some(SubIndication::TryLater),
            Answer::Unknown,
        ),
    ] {
        let case = cases.iter().find(|case| case.name == test).expect("the suite has the case");
        let verdict = verdict(&archive, case);
        let found = (verdict.sub_indication, verdict.revocation);
        assert_eq!(found, (sub_indication, answer), "{test}: {verdict:?}");
    }
}

#[test]
fn every_case_with_a_user_notice_shows_it() {
    let archive = Archive::open();
    let cases = archive.cases("pkits-user-notice.json");
    assert_eq!(cases.len(), 10);
    for case in &cases {
        let policies = run(&archive, case).unwrap_or_else(|met| panic!("{}: {met:?}", case.name));
        let notices: Vec<&String> = policies.values().flatten().collect();
        assert_eq!(notices, [case.notice.as_ref().expect("a notice")], "{}", case.name);
    }
}
