//! Verdicts on whole messages: an authority that was revoked, and forms beside the certificate.

use letter::Moment;
use signature::basic_four::{Form, Grade, Note};
use signature::der::tag;
use signature::path::Anchors;
use signature::revocation::{Crls, Gathering};
use signature::verdict::{Answer, Indication, Policy, Purpose, Question, SubIndication, Verdict};
use signature::verifier::{Body, Container, File, Request, Verifier};

use super::forge::*;
use super::messages::{Draft as Message, CONTENT};

const MORNING: &str = "2026-01-10T09:00:00Z";
const TOWN: &str = "Wako-shi";
const SERIAL: &[u8] = &[5];

/// Gathers lists of these authorities, the first of which is the anchor.
fn ground(authorities: &[&[u8]], lists: &[Vec<u8>]) -> (Anchors, Crls) {
    let anchors = Anchors::read([authorities[0]]).expect("an anchor");
    let mut gathering = Gathering::new(authorities.iter().copied());
    for list in lists {
        gathering.take(list).expect("a good list");
    }
    (anchors, gathering.finish())
}

/// Asks about an application and the message that signs it, received in the morning.
fn request<'a>(message: &'a [u8], form: Option<Form<'a>>) -> Request<'a> {
    Request {
        container: Container::Cms { bytes: message, content: Some("form.xml") },
        files: vec![File { name: "form.xml", body: Body::Bytes(CONTENT) }],
        certificates: Vec::new(),
        received: Moment(at(MORNING)),
        form,
    }
}

/// A commercial CA below the anchor, and a signer below it, each in a list of its issuer.
struct Chain {
    root: Vec<u8>,
    authority: Vec<u8>,
    message: Vec<u8>,
}

impl Chain {
    fn new() -> Self {
        let (root, middle, key) = (Key::of(0), Key::of(1), Key::of(3));
        let usage = extension(&[0x55, 0x1d, 15], true, &[3, 2, 1, 6]);
        let basic = extension(&[0x55, 0x1d, 19], true, &sequence(&[tlv(tag::BOOLEAN, &[0xff])]));
        let authority = Draft {
            serial: &[9],
            issuer: authority_name(),
            subject: below(),
            key: &middle,
            extensions: vec![usage, basic],
        };
        let signer = Draft {
            serial: SERIAL,
            issuer: below(),
            subject: name(&["company"]),
            key: &key,
            extensions: Vec::new(),
        };
        let signer = signer.signed_by(&middle);
        let message = Message::new(&signer).signed_by(&key, &signer);
        Self { root: self::authority(&root), authority: authority.signed_by(&root), message }
    }

    /// Verifies by what the anchor's list and that of the CA hold.
    fn verify(&self, above: &[(&[u8], &str)], own: &[(&[u8], &str)]) -> Verdict {
        let whole = |issuer, entries| {
            let mut list = ListDraft { issuer, ..ListDraft::of(TOWN, 7, entries) };
            list.extensions.truncate(1);
            list
        };
        let lists = [
            whole(authority_name(), above).signed_by(&Key::of(0)),
            whole(below(), own).signed_by(&Key::of(1)),
        ];
        let (anchors, crls) = ground(&[&self.root, &self.authority], &lists);
        let mut request = request(&self.message, None);
        request.certificates.push(&self.authority);
        Verifier::new(&anchors, &crls, Policy::of(Purpose::Generic)).verify(&request)
    }
}

fn below() -> Vec<u8> {
    name(&["commercial authority"])
}

#[test]
fn an_authority_that_was_revoked_leaves_the_verdict_open() {
    let chain = Chain::new();
    let verdict = chain.verify(&[(&[9], "260109000000")], &[]);
    assert_eq!(verdict.indication, Indication::Indeterminate);
    assert_eq!(verdict.sub_indication, Some(SubIndication::RevokedCaNoPoe));
    assert_eq!(verdict.exit_code(), 2);
    // All else is known, and said apart.
    assert_eq!((verdict.authority, verdict.validity), (Answer::Passed, Answer::Passed));
    assert_eq!((verdict.signer, verdict.integrity), (Answer::Passed, Answer::Passed));
    assert_ne!(verdict.revocation, Answer::Passed);
    assert_eq!(verdict.covered, ["form.xml"]);
    assert_eq!(verdict.crl.len(), 2, "it stands on the lists of both");
    let [finding] = &verdict.findings[..] else { panic!("one finding: {:?}", verdict.findings) };
    assert_eq!(finding.question, Some(Question::Revocation));
    assert_eq!(finding.code, "revoked-authority");
    let words = "an authority (1 above the signer) was revoked on 2026-01-09T09:00:00+09:00";
    assert_eq!(finding.words, words);
    let json = serde_json::to_value(&verdict).expect("a verdict is JSON");
    assert_eq!(json["sub_indication"], "REVOKED_CA_NO_POE");
}

#[test]
fn only_a_revocation_before_receipt_counts_against_an_authority() {
    let chain = Chain::new();
    for (above, own, expected) in [
        (&[][..], &[][..], None),
        // The anchor's serial, and that of the signer in the wrong list, are others' business.
        (&[(&[1][..], "260109000000"), (SERIAL, "260109000000")], &[], None),
        (&[(&[9], "260110090001")], &[], None),
        (&[(&[9], "260110090000")], &[], Some(SubIndication::RevokedCaNoPoe)),
        (&[], &[(SERIAL, "260109000000")], Some(SubIndication::Revoked)),
        // What is proved against the signer outranks what is open about the authority.
        (&[(&[9], "260109000000")], &[(SERIAL, "260109000000")], Some(SubIndication::Revoked)),
    ] {
        let verdict = chain.verify(above, own);
        assert_eq!(verdict.sub_indication, expected, "{above:?} {own:?}: {verdict:?}");
    }
}

/// A citizen of the test environment, with these entries on its holder.
fn citizen_with(entries: &[(u8, &str)], key: &Key, issuer: &Key) -> Vec<u8> {
    let other_name = |(number, text): &(u8, &str)| {
        let kind = oid(&[JPKI, &[5, 5, *number]].concat());
        let value = tlv(0xa0, &tlv(tag::UTF8_STRING, text.as_bytes()));
        tlv(0xa0, &[kind, value].concat())
    };
    let names: Vec<Vec<u8>> = entries.iter().map(other_name).collect();
    let policy = sequence(&[sequence(&[oid(&[JPKI, &[5, 1, 0, 20]].concat())])]);
    let point = sequence(&[sequence(&[point_name(&town_name(TOWN))])]);
    let mut extensions = vec![
        extension(&[0x55, 0x1d, 15], true, &[3, 2, 6, 0xc0]),
        extension(&[0x55, 0x1d, 32], true, &policy),
        extension(&[0x55, 0x1d, 31], false, &point),
        extension(&[0x55, 0x1d, 35], false, &sequence(&[tlv(0x80, &issuer.id())])),
    ];
    if !names.is_empty() {
        extensions.push(extension(&[0x55, 0x1d, 17], false, &sequence(&names)));
    }
    let (issuer_name, subject) = (authority_name(), name(&["citizen"]));
    Draft { serial: SERIAL, issuer: issuer_name, subject, key, extensions }.signed_by(issuer)
}

/// Verifies one message a form, all in one batch and with nothing wrong but what forms say.
fn verify_forms(entries: &[(u8, &str)], forms: &[Option<Form<'_>>]) -> Vec<Verdict> {
    let (ca, key) = (Key::of(0), Key::of(3));
    let certificate = citizen_with(entries, &key, &ca);
    let message = Message::new(&certificate).signed_by(&key, &certificate);
    let (anchors, crls) = ground(&[&authority(&ca)], &[ListDraft::of(TOWN, 7, &[]).signed_by(&ca)]);
    let verifier = Verifier::new(&anchors, &crls, Policy::of(Purpose::JpkiSignTest));
    let requests: Vec<_> = forms.iter().map(|form| request(&message, *form)).collect();
    let verdicts = verifier.verify_batch(&requests);
    for (request, verdict) in requests.iter().zip(&verdicts) {
        // Whatever the form says: the signature is one matter, who the applicant is another.
        assert_eq!(verdict.indication, Indication::TotalPassed, "{verdict:?}");
        assert_eq!(verifier.verify(request), *verdict);
    }
    verdicts
}

const HOLDER: [(u8, &str); 6] = [
    (1, "髙橋　花子"),
    (2, "00001"),
    (3, "2"),
    (4, "319801231"),
    (5, "埼玉県和光市広沢1番5号"),
    (6, "000000000000"),
];

const OWN: Form<'_> = Form {
    name: Some("髙橋　花子"),
    birth: Some("1980-12-31"),
    sex: Some("女"),
    address: Some("埼玉県和光市広沢1番5号"),
};

#[test]
fn each_form_of_a_batch_is_compared_with_the_certificate_of_its_own_signer() {
    let forms = [
        (OWN, Grade::Substituted),
        (Form { name: None, ..OWN }, Grade::Exact),
        (Form { name: None, address: Some("和光市広沢1-5"), ..OWN }, Grade::Normalised),
        (Form { name: Some("高橋花子"), ..OWN }, Grade::Substituted),
        (Form { name: Some("髙橋　花代"), ..OWN }, Grade::Substituted),
        (Form { name: Some("髙橋　葉子"), ..OWN }, Grade::Different),
        (Form { birth: Some("1980-12-30"), ..OWN }, Grade::Different),
        (Form { sex: Some("男"), ..OWN }, Grade::Different),
        (Form { address: Some("埼玉県和光市広沢1番6号"), ..OWN }, Grade::Different),
    ];
    let asked: Vec<_> = forms.iter().map(|(form, _)| Some(*form)).collect();
    let verdicts = verify_forms(&HOLDER, &asked);
    assert_eq!(verdicts.len(), forms.len());
    for ((form, grade), verdict) in forms.iter().zip(&verdicts) {
        let four = verdict.basic_four.as_ref().expect("certificate and form have them");
        assert_eq!(four.grade, *grade, "{form:?}: {four:?}");
        let compared = [&four.name, &four.birth, &four.sex, &four.address];
        let asked = [form.name, form.birth, form.sex, form.address];
        assert_eq!(compared.map(Option::is_some), asked.map(|field| field.is_some()));
    }
}

#[test]
fn a_verdict_says_where_form_and_certificate_differ() {
    let form = Form { name: Some("高橋　葉子"), ..OWN };
    let verdicts = verify_forms(&HOLDER, &[Some(form)]);
    let json = serde_json::to_value(&verdicts[0]).expect("a verdict is JSON");
    let four = &json["basic_four"];
    assert_eq!(four["grade"], "different");
    assert_eq!(
        (&four["birth"]["grade"], &four["sex"]["grade"]),
        (&"exact".into(), &"exact".into())
    );
    let places = four["name"]["differences"].as_array().expect("a list");
    let places: Vec<_> = places
        .iter()
        .map(|place| (&place["at"], &place["certificate"], &place["form"], &place["grade"]))
        .map(|(at, own, form, grade)| format!("{at} {own} {form} {grade}"))
        .collect();
    let expected = [
        r#"1 "U+9AD9" "U+9AD8" "variant""#,
        r#"4 "U+82B1" "U+8449" "different""#,
        // The last character is masked: even equal code points are no proof.
        r#"5 "U+5B50" "U+5B50" "substituted""#,
    ];
    assert_eq!(places, expected);
}

#[test]
fn nothing_is_compared_where_form_or_certificate_have_nothing() {
    let forms = [None, Some(Form::default())];
    for verdict in verify_forms(&HOLDER, &forms) {
        assert_eq!(verdict.basic_four, None);
    }
    assert_eq!(verify_forms(&[], &[Some(OWN)])[0].basic_four, None);
    // An entry that the certificate lacks is different, not passed over.
    let without_sex: Vec<_> = HOLDER.into_iter().filter(|(number, _)| *number != 3).collect();
    let verdicts = verify_forms(&without_sex, &[Some(OWN)]);
    let four = verdicts[0].basic_four.as_ref().expect("the other three");
    let sex = four.sex.as_ref().expect("the form asks");
    assert_eq!((sex.grade, &sex.notes[..]), (Grade::Different, &[Note::NotInCertificate][..]));
    assert_eq!(four.grade, Grade::Different);
}

#[test]
fn odd_entries_on_the_holder_are_warned_of_and_change_no_answer() {
    let mut odd = HOLDER.to_vec();
    odd[1] = (2, "000");
    odd.push((9, "タカハシ　ハナコ"));
    let verdicts = verify_forms(&odd, &[Some(OWN), None]);
    let codes = |verdict: &Verdict| -> Vec<_> {
        verdict.warnings.iter().map(|warning| warning.code.to_string()).collect()
    };
    assert_eq!(codes(&verdicts[0]), ["holder-entry-unknown", "name-mask-length"]);
    assert_eq!(codes(&verdicts[1]), [""; 0], "nobody asked about the holder");
    let four = verdicts[0].basic_four.as_ref().expect("compared");
    let name = four.name.as_ref().expect("the form asks");
    assert_eq!((name.grade, &name.notes[..]), (Grade::Exact, &[Note::MaskLength][..]));
}

/// 1.2.392.200149.8, the arc of JPKI.
const JPKI: &[u8] = &[0x2a, 0x83, 0x08, 0x8c, 0x9b, 0x55, 8];
