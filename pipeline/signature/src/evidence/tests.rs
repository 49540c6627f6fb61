//! What a pack gives back, and what it refuses.

use std::io::Cursor;

use letter::Moment;

use super::*;
use crate::basic_four::Form;
use crate::verdict::{Policy, Purpose};
use crate::verifier::{Body, Container, File, Request};

fn request() -> Request<'static> {
    Request {
        container: Container::Cms { bytes: b"the container", content: Some("form.xml") },
        files: vec![
            File { name: "form.xml", body: Body::Bytes(b"<form/>") },
            File { name: "long.pdf", body: Body::Bytes(&[7; 1000]) },
        ],
        certificates: vec![b"further"],
        received: Moment(1_795_000_000),
        form: Some(Form { name: Some("試験　花子"), ..Form::default() }),
    }
}

fn policy() -> Policy {
    Policy { purpose: Purpose::JpkiSignTest, grace_seconds: 60 }
}

fn pack(keep: Keep) -> Vec<u8> {
    let mut writer = Writer::begin(Vec::new()).expect("a Vec takes all");
    writer.share(Kind::Anchor, b"anchor").expect("a Vec takes all");
    writer.share(Kind::List, b"list").expect("a Vec takes all");
    for receipt in ["A-1", "A-2"] {
        let block = Block::application(receipt, &request(), &policy(), keep);
        writer.push(&block).expect("a Vec takes all");
    }
    writer.finish().expect("a Vec takes all").0
}

#[test]
fn a_pack_gives_back_what_was_put_in() {
    let mut source = Cursor::new(pack(Keep::Bytes));
    let pack = Pack::open(&mut source).expect("a pack");
    assert_eq!(
        (&pack.anchors[..], &pack.lists[..]),
        (&[b"anchor".to_vec()][..], &[b"list".to_vec()][..])
    );
    assert_eq!((pack.len(), pack.seals.len()), (2, 1));
    let kept = pack.application(&mut source, 1).expect("an application");
    assert_eq!((kept.receipt(), kept.policy()), ("A-2", Some(policy())));
    assert_eq!(format!("{:?}", kept.request()), format!("{:?}", request()));
}

#[test]
fn a_long_file_may_be_kept_as_digests_only() {
    let mut source = Cursor::new(pack(Keep::DigestsAbove(100)));
    let pack = Pack::open(&mut source).expect("a pack");
    let kept = pack.application(&mut source, 0).expect("an application");
    let files = kept.request().files;
    assert!(matches!(files[0].body, Body::Bytes(b"<form/>")));
    let Body::Digests { sha512, .. } = files[1].body else { panic!("{files:?}") };
    assert_eq!(&sha512[..], lanes::digest(lanes::Hash::Sha512, &[7; 1000]).as_ref());
}

#[test]
fn a_second_segment_brings_newer_lists() {
    let mut writer = Writer::begin(pack(Keep::Bytes)).expect("a Vec takes all");
    writer.share(Kind::List, b"newer list").expect("a Vec takes all");
    let (bytes, seal) = writer.finish().expect("a Vec takes all");
    let pack = Pack::open(&mut Cursor::new(bytes)).expect("a pack");
    assert_eq!(pack.lists, [b"list".to_vec(), b"newer list".to_vec()]);
    assert_eq!((pack.len(), pack.seals.len(), pack.seals[1]), (2, 2, seal));
}

#[test]
fn no_bit_of_a_pack_can_be_turned_unseen() {
    let whole = pack(Keep::Bytes);
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        let mut source = Cursor::new(bytes);
        let Ok(pack) = Pack::open(&mut source) else { continue };
        let read = (0..pack.len()).all(|i| pack.application(&mut source, i).is_ok());
        assert!(!read, "byte {at} can be turned");
    }
}

#[test]
fn a_pack_that_is_cut_off_anywhere_is_refused() {
    let whole = pack(Keep::Bytes);
    for len in 0..whole.len() {
        let cut = Pack::open(&mut Cursor::new(&whole[..len]));
        assert!(cut.is_err(), "{len} of {} bytes", whole.len());
    }
    let garbage = [&whole[..], b"garbage"].concat();
    let error = Pack::open(&mut Cursor::new(garbage)).expect_err("garbage follows");
    assert_eq!(
        error.to_string(),
        format!("byte {}: no segment of an evidence pack starts here", whole.len())
    );
}
