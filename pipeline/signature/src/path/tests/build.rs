//! Tests of the search for a path: how far it goes, what it chooses, when it gives up.

use crate::certificate::Certificate;
use crate::path::{
    build_and_check, certificates_of, Anchors, Failure, Link, Revocation, Settings, Standing,
};

const DEEP: &[u8] = include_bytes!("../../../tests/certificates/deep.pem");
const CROSSED: &[u8] = include_bytes!("../../../tests/certificates/crossed.pem");

/// 2026-11-22T00:00:00Z.
const AT: i64 = 1_795_305_600;

/// Searches a path from a leaf and returns how many certificates it has.
fn search(anchors: &Anchors, others: &[&[u8]], leaf: &[u8]) -> Result<usize, Failure> {
    let others: Vec<_> = others.iter().map(|der| read(der)).collect();
    let path = build_and_check(anchors, &others, &Settings::at(AT), None, &read(leaf))?;
    assert_eq!(path.certificates[0].raw, leaf);
    path.failure().map_or(Ok(path.certificates.len()), Err)
}

fn read(der: &[u8]) -> Certificate<'_> {
    Certificate::read(der).expect("a good certificate")
}

fn pem(file: &[u8]) -> Vec<Vec<u8>> {
    certificates_of(file).expect("certificates")
}

#[test]
fn six_certificates_are_followed_and_seven_are_not() {
    let deep = pem(DEEP);
    let anchors = Anchors::read([deep[0].as_slice()]).expect("an anchor");
    let mut others: Vec<&[u8]> = deep[1..7].iter().map(Vec::as_slice).collect();
    for _ in 0..2 {
        assert_eq!(search(&anchors, &others, &deep[7]), Ok(6));
        assert_eq!(search(&anchors, &others, &deep[8]), Err(Failure::TooLong));
        others.reverse();
    }
    others.remove(2);
    assert_eq!(search(&anchors, &others, &deep[7]), Err(Failure::NoChain));
}

#[test]
fn authorities_that_certify_each_other_end_the_search() {
    let (deep, crossed) = (pem(DEEP), pem(CROSSED));
    let anchors = Anchors::read([deep[0].as_slice()]).expect("an anchor");
    let both: Vec<&[u8]> = crossed[..2].iter().map(Vec::as_slice).collect();
    assert_eq!(search(&anchors, &both, &crossed[2]), Err(Failure::NoChain));
}

#[test]
fn the_path_that_holds_is_chosen_whatever_the_order() {
    let (deep, crossed) = (pem(DEEP), pem(CROSSED));
    let anchors = Anchors::read([deep[0].as_slice()]).expect("an anchor");
    let (expired, valid) = (crossed[3].as_slice(), crossed[4].as_slice());
    for others in [[expired, valid], [valid, expired]] {
        assert_eq!(search(&anchors, &others, &crossed[2]), Ok(2));
    }
    let met = search(&anchors, &[expired], &crossed[2]);
    assert_eq!(met, Err(Failure::Expired { depth: 1 }));
}

#[test]
fn a_crowd_of_false_issuers_ends_the_search() {
    let (deep, crossed) = (pem(DEEP), pem(CROSSED));
    let anchors = Anchors::read([deep[0].as_slice()]).expect("an anchor");
    let genuine = &crossed[4];
    let point = read(genuine).key.bits;
    let at = genuine.windows(point.len()).position(|window| window == point).expect("its key");
    let crowd: Vec<Vec<u8>> = (0..200u8)
        .map(|number| {
            let mut false_issuer = genuine.clone();
            false_issuer[at + 1] ^= number + 1;
            false_issuer
        })
        .collect();
    let mut others: Vec<&[u8]> = crowd.iter().map(Vec::as_slice).collect();
    assert_eq!(search(&anchors, &others, &crossed[2]), Err(Failure::TooMuchWork));
    others.truncate(20);
    let met = search(&anchors, &others, &crossed[2]);
    assert_eq!(met, Err(Failure::Signature { depth: 0 }));
    others.push(genuine);
    assert_eq!(search(&anchors, &others, &crossed[2]), Ok(2));
}

#[test]
fn a_changed_certificate_breaks_the_chain_where_it_stands() {
    let deep = pem(DEEP);
    let anchors = Anchors::read([deep[0].as_slice()]).expect("an anchor");
    let mut changed = deep.clone();
    // The last octet of the serial number of CA 3.
    let serial = read(&deep[3]).serial;
    let place = deep[3].windows(3).position(|w| w == [2, 1, serial[0]]).expect("its serial");
    changed[3][place + 2] ^= 1;
    let others: Vec<&[u8]> = changed[1..7].iter().map(Vec::as_slice).collect();
    let met = search(&anchors, &others, &deep[7]);
    assert_eq!(met, Err(Failure::Signature { depth: 3 }));
}

/// Says that the certificate at one depth stands so, and all others well.
struct At(usize, Standing);

impl Revocation for At {
    fn standing(&self, link: &Link<'_, '_>) -> Standing {
        assert!(link.issuer.signs_crls);
        assert_eq!(link.issuer.name.raw(), link.certificate.issuer.raw());
        assert_eq!((link.at, link.anchors.len()), (AT, 1));
        if link.depth == self.0 {
            self.1
        } else {
            Standing::Good
        }
    }
}

#[test]
fn revocation_is_asked_about_every_link() {
    let deep = pem(DEEP);
    let files = [deep[0].as_slice(), include_bytes!("../../../tests/certificates/sign-ca-3.cer")];
    let anchors = Anchors::read(files).expect("two anchors");
    let others: Vec<_> = deep[1..7].iter().map(|der| read(der)).collect();
    let leaf = read(&deep[7]);
    let ask = |revocation: &dyn Revocation| {
        build_and_check(&anchors, &others, &Settings::at(AT), Some(revocation), &leaf)
            .map(|path| path.failure())
    };
    for depth in 0..6 {
        let revoked = Failure::Revoked { depth, date: 7, reason: 1 };
        assert_eq!(ask(&At(depth, Standing::Revoked { date: 7, reason: 1 })), Ok(Some(revoked)));
        let unknown = Failure::RevocationUnknown { depth, code: "stale-list" };
        assert_eq!(ask(&At(depth, Standing::Unknown { code: "stale-list" })), Ok(Some(unknown)));
    }
    assert_eq!(ask(&At(6, Standing::Unknown { code: "nobody" })), Ok(None));
}
