//! What is done with an input: all that the product does with such bytes, up to the verdict's JSON.

use std::collections::BTreeMap;
use std::io::Cursor;

use application::{completeness, municipality, Application, Assignment, Filing, FormatKind};
use intake::Limits;
use signature::certificate::Certificate;
use signature::cms::SignedData;
use signature::der::{Reader, Tlv};
use signature::evidence::{Again, Pack};
use signature::path::{certificates_of, Anchors};
use signature::profile;
use signature::revocation::{Gathering, List, Query};
use signature::verdict::{Policy, Purpose};
use signature::verifier::{Body, Container, File, Request, Verifier};
use signature::xml::c14n::{canonical, Method, Subset};
use signature::xml::{package, signature as dsig, Document};

use crate::ground::{Ground, Trust, Zip};
use crate::seeds::{Signed, FORM};

/// Elements within one another that the walk enters; the readers of the product have no recursion.
const DEPTH_MAX: usize = 100;
/// The longest canonical form that is asked for.
const CANONICAL_MAX: usize = 4 << 20;
/// 2026-11-21T12:00:00+09:00.
const AT: i64 = 1_795_230_000;
/// The limits of a parcel; the whole program must do with 512 MB.
const LIMITS: Limits = Limits {
    entries: 60_000,
    member_bytes: 64 << 20,
    total_bytes: 96 << 20,
    ratio: 200,
    name_len: 128,
    depth: 2,
};

/// Reads every element in every way.
pub fn walk(bytes: &[u8]) {
    descend(Reader::new(bytes), 0);
    let _ = Tlv::only(bytes).map(|tlv| tlv.reader().ascending());
    if let Ok(read) = certificates_of(bytes) {
        read.iter().for_each(|der| drop(Certificate::read(der)));
    }
    let _ = Anchors::default().add(bytes);
}

fn descend(mut reader: Reader<'_>, depth: usize) {
    while depth < DEPTH_MAX && !reader.is_empty() {
        let ways = reader.clone();
        let _ = ways.clone().integer();
        let _ = ways.clone().unsigned();
        let _ = ways.clone().small();
        let _ = ways.clone().boolean();
        let _ = ways.clone().bit_string();
        let _ = ways.clone().bit_octets().map(|octets| descend(Reader::new(octets), depth + 1));
        let _ = ways.clone().octet_string().map(|octets| descend(Reader::new(octets), depth + 1));
        let _ = ways.clone().time();
        let _ = ways.clone().null();
        let _ = ways.clone().set_of();
        let _ = ways.clone().oid().map(signature::der::dotted);
        let Ok(tlv) = reader.next() else { return };
        let _ = (tlv.utf8(), tlv.bits(), tlv.unsigned());
        if let Ok(name) = signature::name::Name::read(tlv) {
            name.attributes().for_each(|attribute| drop(attribute.text()));
            assert!(name.matches(name), "a name is itself");
        }
        if tlv.tag & 0x20 != 0 {
            descend(tlv.reader(), depth + 1);
        }
    }
}

/// Reads a certificate, its profile and its holder, and verifies it.
pub fn certificate(bytes: &[u8], trust: &Trust) {
    if let Ok(read) = Certificate::read(bytes) {
        for purpose in Purpose::ALL {
            let _ = profile::check(purpose, &read);
        }
        let _ = (profile::partition(&read), read.is_self_issued(), read.is_ca());
        if let Some(holder) = profile::holder(&read) {
            drop(signature::basic_four::compare(&holder.four, &FORM));
        }
    }
    let container = Container::Certificate { bytes };
    let received = letter::Moment(AT);
    let request = Request {
        container,
        files: Vec::new(),
        certificates: vec![bytes],
        received,
        form: Some(FORM),
    };
    verify(&request, trust, &[Purpose::JpkiSignTest, Purpose::Generic]);
}

/// Reads a CMS message with everything in it, and verifies it.
pub fn message(bytes: &[u8], signed: &Signed, trust: &Trust) {
    if let Ok(data) = SignedData::read(bytes) {
        data.certificates().for_each(|der| drop(Certificate::read(der)));
        data.crls().for_each(|der| drop(List::read(der)));
        for signer in data.signers().flatten() {
            drop(signer.certificate(data.certificates()));
            let _ = signer.work(data.content.unwrap_or_default());
        }
    }
    signature(bytes, signed, trust);
}

/// Reads and opens an XML document, writes it canonically, and verifies it.
pub fn document(bytes: &[u8], signed: &Signed, trust: &Trust) {
    if let Ok(read) = Document::read(bytes) {
        let mut listed = Method::EXCLUSIVE;
        listed.comments = signature::xml::c14n::Comments::Kept;
        for method in [Method::INCLUSIVE, listed] {
            for apex in [read.root(), read.root_element()] {
                let subset = Subset { apex, left_out: None };
                drop(canonical(&read, subset, &method, CANONICAL_MAX));
            }
        }
        for one in dsig::signatures(&read).unwrap_or_default() {
            drop(dsig::open(&read, one, &["kousei.xml", "form.xml"]));
        }
    }
    if let Ok(package) = package::open_package(bytes, &["tenpu.txt", "form.xml"]) {
        let _ = (package.composition_octets(), package.file_states(&["tenpu.txt", "form.xml"]));
    }
    signature(bytes, signed, trust);
}

/// Verifies a signature of the shop with these bytes in its place.
pub fn signature(bytes: &[u8], signed: &Signed, trust: &Trust) {
    let request = signed.request(bytes);
    drop(request.all_certificates());
    // The general way takes five times as long.
    let purposes = [Purpose::JpkiSignTest, Purpose::Generic];
    verify(&request, trust, &purposes[..if bytes.len() % 4 == 0 { 2 } else { 1 }]);
}

fn verify(request: &Request<'_>, trust: &Trust, purposes: &[Purpose]) {
    for purpose in purposes {
        let policy = Policy::of(*purpose);
        let verdict = Verifier::new(&trust.anchors, &trust.crls, policy).verify(request);
        drop(serde_json::to_vec(&verdict).expect("a verdict is plain data"));
    }
}

/// Takes a list after a sound one and asks it.
pub fn list(bytes: &[u8], trust: &Trust) {
    let mut gathering = Gathering::new(trust.authorities.iter().map(Vec::as_slice));
    let _ = gathering.take(&trust.lists[0]);
    if gathering.take(bytes).is_ok() {
        // The same list again is no news.
        let _ = gathering.take(bytes);
    }
    ask(gathering, trust);
}

/// Takes a response and asks it.
pub fn response(bytes: &[u8], trust: &Trust) {
    let mut gathering = Gathering::new(trust.authorities[..4].iter().map(Vec::as_slice));
    let _ = gathering.take_response(bytes);
    ask(gathering, trust);
}

fn ask(gathering: Gathering, trust: &Trust) {
    let crls = gathering.finish();
    for authority in &trust.authorities[..4] {
        let certificate = Certificate::read(authority).expect("a good certificate");
        let issuer_key = certificate.key.spki;
        let answer = crls.answer(Query { certificate: &certificate, issuer_key, at: AT });
        let _ = (answer.is_final(AT), crls.counts(), crls.bytes());
        assert!(answer.lists().all(|number| !crls.listed(number).issuer().is_empty()));
    }
}

/// Unpacks a parcel, reads and checks every application, verifies it and converts it.
pub fn parcel(bytes: &[u8], zip: &Zip, ground: &Ground) {
    let Ok(mut archive) = intake::walk::open(Cursor::new(bytes), &LIMITS) else { return };
    let names: Vec<String> = archive.names().map(str::to_owned).collect();
    let mut members = BTreeMap::new();
    for name in names {
        let mut content = Vec::new();
        if archive.extract(&name, &mut content).is_err() {
            return;
        }
        members.insert(name, content);
    }
    let site = &ground.sites[&zip.site];
    let Some(parcel) = Zip::open(site, &zip.name, &members) else { return };
    for one in &parcel.applications {
        application(one, ground);
    }
}

fn application(one: &Application<'_>, ground: &Ground) {
    let (bytes, mut form) = (one.signature.bytes, None);
    let placed = ground.procedures.get(&one.procedure).map(|rules| (rules, rules.place(&one.form)));
    if let Some((rules, placed)) = &placed {
        let day = one.received_at.date_jst();
        drop(completeness::check_placed(rules, placed, &one.attachments, day));
        let role = |role: &Option<String>| placed.get(rules, role.as_deref()?, 0);
        form = Some(signature::basic_four::Form {
            name: role(&rules.roles.name),
            birth: role(&rules.roles.birth),
            sex: role(&rules.roles.sex),
            address: role(&rules.roles.address),
        });
        if let Assignment::To(municipality) = municipality::assign_placed(rules, placed, ground) {
            let format = ground.municipalities[&municipality.number()].format_on(&rules.code, day);
            let filing = Filing {
                procedure: rules,
                placed,
                receipt: &one.receipt,
                received_at: one.received_at,
                municipality,
                verdict: "TOTAL_PASSED",
                night: day,
            };
            let mut file = Vec::new();
            format.begin(&mut file);
            let carried = format.convert(&filing, &mut file).is_ok();
            if carried && format.kind() != FormatKind::Paper {
                let back = format.read_back(&file).expect("what was written can be read");
                assert_eq!(back[0].form, format.canonical(&filing), "the way back is lossless");
            }
        }
    }
    let content = one.signature.content.as_ref().map(|(name, _)| name.as_str());
    let container = match one.signature.kind {
        application::SignatureKind::Cms => Container::Cms { bytes, content },
        application::SignatureKind::Digests => Container::Digests { bytes },
        application::SignatureKind::Xml => {
            Container::Xml { bytes, name: Some(&one.signature.member) }
        }
    };
    let file = |(name, bytes)| File { name, body: Body::Bytes(bytes) };
    let files = one.files().map(file).collect();
    let received = one.received_at;
    let request = Request { container, files, certificates: Vec::new(), received, form };
    verify(&request, &ground.real, &[Purpose::JpkiSignTest]);
}

/// Opens an evidence pack and gives its verdicts again.
pub fn pack(bytes: &[u8]) {
    let mut source = Cursor::new(bytes);
    let Ok(pack) = Pack::open(&mut source) else { return };
    for index in 0..pack.len() {
        let _ = pack.application(&mut source, index).map(|kept| kept.receipt().len());
    }
    if bytes.len() % 8 != 0 {
        // Verdicts take twenty times as long as reading.
        return;
    }
    let verdicts = Again::new(&pack, &[]).verdicts(&mut source, 0..pack.len());
    for (_, verdict) in verdicts.unwrap_or_default() {
        drop(serde_json::to_vec(&verdict).expect("a verdict is plain data"));
    }
}
