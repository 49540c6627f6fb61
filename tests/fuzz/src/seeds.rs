//! Sound inputs, of which damaged ones are made.

use application::SignatureKind;
use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use lanes::{digest, Hash};
use letter::Moment;
use signature::certificate::Certificate;
use signature::evidence::{Block, Keep, Kind, Writer};
use signature::verdict::{Policy, Purpose};
use signature::verifier::{Body, Container, File, Request};

use crate::ground::{Ground, Zip};
use crate::suites;
use crate::tree::{element, Tree};

/// An input.
pub struct Seed {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its elements, if it is DER.
    pub tree: Tree,
    /// Which signature of the shop or which parcel it is.
    pub case: usize,
}

impl Seed {
    fn der(bytes: Vec<u8>) -> Self {
        Self { tree: Tree::read(&bytes), bytes, case: 0 }
    }

    fn plain(bytes: Vec<u8>) -> Self {
        Self { tree: Tree::default(), bytes, case: 0 }
    }
}

/// A signature of the sample shop with what it is over.
pub struct Signed {
    kind: SignatureKind,
    /// The signature.
    pub bytes: Vec<u8>,
    member: String,
    content: Option<String>,
    files: Vec<(String, Vec<u8>)>,
    received: Moment,
}

impl Signed {
    /// Returns what the verifier is asked, with other bytes as the signature.
    pub fn request<'r>(&'r self, bytes: &'r [u8]) -> Request<'r> {
        let content = self.content.as_deref();
        let container = match self.kind {
            SignatureKind::Cms => Container::Cms { bytes, content },
            SignatureKind::Digests => Container::Digests { bytes },
            SignatureKind::Xml => Container::Xml { bytes, name: Some(&self.member) },
        };
        let file = |(name, bytes): &'r (String, Vec<u8>)| File { name, body: Body::Bytes(bytes) };
        Request {
            container,
            files: self.files.iter().map(file).collect(),
            certificates: Vec::new(),
            received: self.received,
            form: Some(FORM),
        }
    }
}

/// What an applicant may have written.
pub const FORM: signature::basic_four::Form<'static> = signature::basic_four::Form {
    name: Some("山田　太郎"),
    birth: Some("平成元年5月3日"),
    sex: Some("男"),
    address: Some("埼玉県和光市本町1番5号"),
};

/// Returns every signature of the shop.
pub fn signed(ground: &Ground) -> Vec<Signed> {
    let mut all = Vec::new();
    for zip in &ground.zips {
        let Some(parcel) = Zip::open(&ground.sites[&zip.site], &zip.name, &zip.members) else {
            continue;
        };
        all.extend(parcel.applications.iter().map(|one| {
            let signature = &one.signature;
            let folder = format!("{}/", one.receipt);
            let name = |member: &str| match signature.kind {
                SignatureKind::Xml => member.strip_prefix(&folder).unwrap_or(member).to_owned(),
                _ => member.to_owned(),
            };
            Signed {
                kind: signature.kind,
                bytes: signature.bytes.to_vec(),
                member: name(&signature.member),
                content: signature.content.as_ref().map(|(member, _)| name(member)),
                files: one.files().map(|(member, bytes)| (name(member), bytes.to_vec())).collect(),
                received: one.received_at,
            }
        }));
    }
    all
}

/// Returns the signatures of one kind.
pub fn signatures(signed: &[Signed], kind: SignatureKind) -> Vec<Seed> {
    let all = signed.iter().enumerate().filter(|(_, one)| one.kind == kind);
    let seed = |(case, one): (usize, &Signed)| {
        let tree = match kind {
            SignatureKind::Cms => Tree::read(&one.bytes),
            _ => Tree::default(),
        };
        Seed { bytes: one.bytes.clone(), tree, case }
    };
    let mut seeds: Vec<Seed> = all.map(seed).collect();
    let case = seeds.first().expect("the shop has every kind").case;
    let more = match kind {
        SignatureKind::Cms => suites::messages(),
        SignatureKind::Xml => suites::documents(),
        SignatureKind::Digests => Vec::new(),
    };
    seeds.extend(more.into_iter().map(|bytes| Seed { tree: Tree::read(&bytes), bytes, case }));
    seeds
}

/// Returns certificates, every second one ready to be sealed by our key.
pub fn certificates(ground: &Ground, signed: &[Signed]) -> Vec<Seed> {
    let mut all = ground.real.authorities.clone();
    for one in signed.iter().filter(|one| one.kind == SignatureKind::Cms) {
        let read = signature::cms::SignedData::read(&one.bytes);
        all.extend(read.iter().flat_map(|data| data.certificates()).map(<[u8]>::to_vec));
    }
    all.extend(suites::pkits("certs/"));
    let ready = all.iter().map(|der| ground.seal.ready(der)).collect::<Vec<_>>();
    all.into_iter().chain(ready).map(Seed::der).collect()
}

/// Returns revocation lists, ready to be sealed by our key.
pub fn lists(ground: &Ground) -> Vec<Seed> {
    let all = ground.real.lists.iter().cloned().chain(suites::pkits("crls/"));
    all.map(|list| Seed::der(ground.seal.ready(&list))).collect()
}

/// Returns OCSP responses of ours: BasicOCSPResponses of a CA and of one whom it allows.
pub fn responses(ground: &Ground) -> Vec<Seed> {
    let authority = &ground.ours.authorities[0];
    let authority = Certificate::read(authority).expect("a good certificate");
    let time = |text: &str| element(0x18, &[text.as_bytes()]);
    let sha1 = |bytes: &[u8]| element(4, &[digest(Hash::Sha1, bytes).as_ref()]);
    let algorithm = element(0x30, &[&element(6, &[&[0x2b, 0x0e, 3, 2, 0x1a]]), &[5, 0]]);
    let (of_name, of_key) = (sha1(authority.subject.raw()), sha1(ground.seal.point()));
    let serial = element(2, &[&[5]]);
    let id = element(0x30, &[&algorithm, &of_name, &of_key, &serial]);
    let revoked = element(0xa1, &[&time("20261109000000Z"), &element(0xa0, &[&[0x0a, 1, 6]])]);
    let next = element(0xa0, &[&time("20261123000000Z")]);
    let single = |status: &[u8]| element(0x30, &[&id, status, &time("20261121000000Z"), &next]);
    let singles = [
        element(0x30, &[&single(&[0x80, 0])]),
        element(0x30, &[&single(&revoked), &single(&[0x82, 0]), &single(&[0x80, 0])]),
    ];
    let by_name = element(0xa1, &[authority.subject.raw()]);
    let by_key = element(0xa2, &[&of_key]);
    let certificates = element(0xa0, &[&element(0x30, &[&delegate(ground, &authority)])]);
    let mut seeds = Vec::new();
    for singles in &singles {
        for (by, more) in [(&by_name, &[][..]), (&by_key, &[][..]), (&by_key, &certificates)] {
            let tbs = element(0x30, &[by, &time("20261121000001Z"), singles]);
            seeds.push(Seed::der(ground.seal.seal(&tbs, more)));
        }
    }
    seeds
}

/// Puts a BasicOCSPResponse into an OCSPResponse (RFC 6960 §4.2.1).
pub fn response(basic: &[u8]) -> Vec<u8> {
    let kind = element(6, &[&[0x2b, 6, 1, 5, 5, 7, 0x30, 1, 1]]);
    let bytes = element(0x30, &[&kind, &element(4, &[basic])]);
    element(0x30, &[&[0x0a, 1, 0], &element(0xa0, &[&bytes])])
}

/// A responder that a CA allows (RFC 6960 §4.2.2.2).
fn delegate(ground: &Ground, authority: &Certificate<'_>) -> Vec<u8> {
    let name = authority.subject.raw();
    let algorithm = ground.seal.seal(&[], &[]);
    let algorithm = Tree::read(&algorithm).raw(1).to_vec();
    let day = |text: &str| element(0x17, &[text.as_bytes()]);
    let purpose = element(6, &[&[0x2b, 6, 1, 5, 5, 7, 3, 9]]);
    let usage = element(4, &[&element(0x30, &[&purpose])]);
    let usage = element(0x30, &[&element(6, &[&[0x55, 0x1d, 37]]), &usage]);
    let kind = element(6, &[&[0x2b, 6, 1, 5, 5, 7, 0x30, 1, 5]]);
    let no_check = element(0x30, &[&kind, &element(4, &[&[5, 0]])]);
    let parts: [&[u8]; 8] = [
        &element(0xa0, &[&[2, 1, 2]]),
        &[2, 1, 77],
        &algorithm,
        name,
        &element(0x30, &[&day("250101000000Z"), &day("291231145959Z")]),
        name,
        &ground.seal.spki(),
        &element(0xa3, &[&element(0x30, &[&usage, &no_check])]),
    ];
    ground.seal.seal(&element(0x30, &parts), &[])
}

/// Returns parcels; their members are damaged by name.
pub fn parcels(ground: &Ground) -> Vec<Seed> {
    let seed = |(case, zip): (usize, &Zip)| Seed { case, ..Seed::plain(zip.bytes.clone()) };
    ground.zips.iter().enumerate().map(seed).collect()
}

/// Returns evidence packs of a few applications.
pub fn packs(ground: &Ground, signed: &[Signed]) -> Vec<Seed> {
    let policy = Policy::of(Purpose::JpkiSignTest);
    let pack = |few: &[Signed]| {
        let mut writer = Writer::begin(Vec::new()).expect("memory takes all");
        writer.share(Kind::Anchor, &ground.real.authorities[2]).expect("memory takes all");
        writer.share(Kind::List, &ground.real.lists[0]).expect("memory takes all");
        for (one, keep) in few.iter().zip([Keep::Bytes, Keep::DigestsAbove(0)]) {
            let block = Block::application("K-1", &one.request(&one.bytes), &policy, keep);
            writer.push(&block).expect("memory takes all");
        }
        Seed::plain(writer.finish().expect("memory takes all").0)
    };
    signed.chunks(2).map(pack).collect()
}

/// Returns DER of every kind, and the certificates of arrays of digests.
pub fn elements(ground: &Ground, signed: &[Signed]) -> Vec<Seed> {
    let mut seeds = certificates(ground, signed);
    seeds.truncate(60);
    seeds.extend(lists(ground).into_iter().take(20));
    seeds.extend(signatures(signed, SignatureKind::Cms).into_iter().take(20));
    seeds.extend(responses(ground));
    for one in signed.iter().filter(|one| one.kind == SignatureKind::Digests) {
        let text = String::from_utf8_lossy(&one.bytes);
        let value = text.split('"').find_map(|part| STANDARD.decode(part).ok().filter(is_long));
        seeds.extend(value.map(Seed::der));
    }
    seeds
}

fn is_long(der: &Vec<u8>) -> bool {
    der.len() > 500
}
