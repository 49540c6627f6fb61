//! Revocation lists: one oddity each.

use signature::certificate::Certificate;
use signature::revocation::{
    Answer, Crls, Gathering, Missing, Query, Reason, Refusal, Status, Taken,
};

use super::forge::*;

const MORNING: &str = "2026-01-10T09:00:00Z";

/// Returns the refusal's code, or what the list was taken as.
fn take(gathering: &mut Gathering, list: &[u8]) -> Result<Taken, &'static str> {
    gathering.take(list).map_err(Refusal::code)
}

fn gathering(authorities: &[&Key]) -> Gathering {
    let signers: Vec<Vec<u8>> = authorities.iter().map(|key| authority(key)).collect();
    Gathering::new(signers.iter().map(Vec::as_slice))
}

fn crls(authorities: &[&Key], lists: &[Vec<u8>]) -> Crls {
    let mut gathering = gathering(authorities);
    for list in lists {
        gathering.take(list).expect("a good list");
    }
    gathering.finish()
}

/// Asks about a citizen of a town, one by one and in a batch, which must agree.
fn ask(crls: &Crls, serial: &[u8], town: &str, issuer: &Key, moment: &str) -> Answer {
    let der = citizen(serial, town, &Key::of(3), issuer);
    let certificate = Certificate::read(&der).expect("a good certificate");
    let query = Query { certificate: &certificate, issuer_key: &issuer.spki, at: at(moment) };
    let mut many = Vec::new();
    crls.answer_many(&[query, query], &mut many);
    let one = crls.answer(query);
    assert_eq!(many, [one.clone(), one.clone()]);
    one
}

#[test]
fn a_serial_is_answered_from_the_list_of_its_town_only() {
    let ca = Key::of(0);
    let wako = ListDraft::of("Wako-shi", 7, &[(&[5], "260105000000"), (&[9], "260110120000")]);
    let asaka = ListDraft::of("Asaka-shi", 7, &[(&[6], "260105000000")]);
    let lists = [wako.signed_by(&ca), asaka.signed_by(&ca)];
    let crls = crls(&[&ca], &lists);
    assert_eq!(crls.counts(), (2, 3));

    let good = ask(&crls, &[6], "Wako-shi", &ca, MORNING);
    assert_eq!(good.status, Status::Good, "6 is revoked in another town's list");
    let listed = crls.listed(good.lists[0].expect("a list"));
    assert_eq!(listed.number.as_deref(), Some(&[7][..]));
    assert_eq!(listed.this_update, at("2026-01-10T00:00:00Z"));
    assert_eq!(listed.sha256, lanes_sha256(&lists[0]));
    assert_eq!(listed.point().expect("a point").raw(), town_name("Wako-shi"));

    let Status::Revoked(revoked) = ask(&crls, &[5], "Wako-shi", &ca, MORNING).status else {
        panic!("5 is revoked")
    };
    assert_eq!(revoked.date, at("2026-01-05T00:00:00Z"));
    assert_eq!(revoked.reason, Some(Reason::AffiliationChanged));

    let missing = ask(&crls, &[5], "Niiza-shi", &ca, MORNING).status;
    assert_eq!(missing, Status::Unknown(Missing::Partition));
}

fn lanes_sha256(bytes: &[u8]) -> [u8; 32] {
    lanes::digest(lanes::Hash::Sha256, bytes).as_ref().try_into().expect("32 octets")
}

#[test]
fn a_revocation_after_receipt_is_told_and_does_not_count() {
    let ca = Key::of(0);
    let list = ListDraft::of("Wako-shi", 7, &[(&[9], "260109120000")]).signed_by(&ca);
    let crls = crls(&[&ca], &[list]);
    let before = ask(&crls, &[9], "Wako-shi", &ca, "2026-01-09T11:59:59Z");
    assert_eq!(before.status, Status::Good);
    assert_eq!(before.later.map(|later| later.date), Some(at("2026-01-09T12:00:00Z")));
    assert!(before.is_final(at("2026-01-09T11:59:59Z")), "the list is younger than the receipt");
    let same = ask(&crls, &[9], "Wako-shi", &ca, "2026-01-09T12:00:00Z");
    assert!(matches!(same.status, Status::Revoked(_)), "revoked at that very second");
    let other = ask(&crls, &[8], "Wako-shi", &ca, MORNING);
    assert_eq!((other.status, other.later), (Status::Good, None));
    assert!(!other.is_final(at(MORNING)), "a list older than the receipt is provisional");
}

#[test]
fn a_stale_list_says_good_of_nobody_and_still_says_revoked() {
    let ca = Key::of(0);
    let list = ListDraft::of("Wako-shi", 7, &[(&[5], "260105000000")]).signed_by(&ca);
    let crls = crls(&[&ca], &[list]);
    let late = "2026-01-12T00:00:01Z";
    let status = |serial, moment| ask(&crls, serial, "Wako-shi", &ca, moment).status;
    assert_eq!(status(&[6], "2026-01-12T00:00:00Z"), Status::Good);
    assert_eq!(status(&[6], late), Status::Unknown(Missing::Stale));
    assert!(matches!(status(&[5], late), Status::Revoked(_)));
}

#[test]
fn a_list_long_after_a_certificates_end_says_good_of_it_no_more() {
    let ca = Key::of(0);
    let mut list = ListDraft::of("Wako-shi", 9, &[]);
    (list.this_update, list.next_update) = ("300103000000", Some("300105000000"));
    let crls = crls(&[&ca], &[list.signed_by(&ca)]);
    let status = ask(&crls, &[6], "Wako-shi", &ca, MORNING).status;
    assert_eq!(status, Status::Unknown(Missing::Expired));
}

#[test]
fn generations_of_one_name_are_told_apart_by_their_keys() {
    let (old, new) = (Key::of(0), Key::of(1));
    let of_old = ListDraft::of("Wako-shi", 7, &[(&[5], "260105000000")]).signed_by(&old);
    let of_new = ListDraft::of("Wako-shi", 3, &[]).signed_by(&new);
    let both = crls(&[&old, &new], &[of_old.clone(), of_new]);
    let status = |crls: &Crls, issuer: &Key| ask(crls, &[5], "Wako-shi", issuer, MORNING).status;
    assert!(matches!(status(&both, &old), Status::Revoked(_)));
    assert_eq!(status(&both, &new), Status::Good);
    let only_old = crls(&[&old, &new], &[of_old]);
    assert_eq!(status(&only_old, &new), Status::Unknown(Missing::Issuer));
}

#[test]
fn a_town_is_the_same_in_other_letters() {
    let ca = Key::of(0);
    let list = ListDraft::of("WAKO-SHI", 7, &[(&[5], "260105000000")]).signed_by(&ca);
    let crls = crls(&[&ca], &[list]);
    let status = ask(&crls, &[5], "Wako-shi", &ca, MORNING).status;
    assert!(matches!(status, Status::Revoked(_)));
}

#[test]
fn the_list_with_the_higher_number_counts_in_any_order() {
    let ca = Key::of(0);
    let old = ListDraft::of("Wako-shi", 7, &[]).signed_by(&ca);
    let mut draft = ListDraft::of("Wako-shi", 8, &[(&[5], "260110120000")]);
    (draft.this_update, draft.next_update) = ("260111000000", Some("260113000000"));
    let new = draft.signed_by(&ca);
    for (first, second, expected) in
        [(&old, &new, Taken::Complete(1)), (&new, &old, Taken::Superseded)]
    {
        let mut gathering = gathering(&[&ca]);
        gathering.take(first).expect("a good list");
        assert_eq!(take(&mut gathering, second), Ok(expected));
        let crls = gathering.finish();
        assert_eq!(crls.counts(), (1, 1));
        let answer = ask(&crls, &[5], "Wako-shi", &ca, "2026-01-10T12:00:00Z");
        assert!(matches!(answer.status, Status::Revoked(_)));
        assert!(answer.is_final(at("2026-01-10T12:00:00Z")));
    }
    let mut draft = ListDraft::of("Wako-shi", 6, &[]);
    draft.this_update = "260111000000";
    let fallen = draft.signed_by(&ca);
    let mut gathering = gathering(&[&ca]);
    gathering.take(&old).expect("a good list");
    assert_eq!(take(&mut gathering, &fallen), Err("number-fell-back"));
}

#[test]
fn a_delta_counts_on_a_matching_base_only() {
    let ca = Key::of(0);
    let base = ListDraft::of("Wako-shi", 7, &[(&[5], "260105000000"), (&[6], "260105000000")]);
    let base = base.signed_by(&ca);
    let delta = |number: u8, base: u8, town: &str| {
        let mut draft = ListDraft::of(town, number, &[]);
        draft.entries =
            vec![entry(&[6], "260111000000", Some(8)), entry(&[7], "260110180000", Some(1))];
        (draft.this_update, draft.next_update) = ("260111000000", Some("260114000000"));
        draft.extensions.push(extension(&[0x55, 0x1d, 27], true, &integer(&[base])));
        draft.signed_by(&ca)
    };
    let moment = "2026-01-13T00:00:00Z";
    let fits = crls(&[&ca], &[delta(8, 6, "Wako-shi"), base.clone()]);
    let answer = ask(&fits, &[8], "Wako-shi", &ca, moment);
    assert_eq!(answer.status, Status::Good, "the delta makes the older list current");
    assert_eq!(answer.this_update, Some(at("2026-01-11T00:00:00Z")));
    assert_eq!(answer.lists().count(), 2);
    let status = |crls: &Crls, serial: u8| ask(crls, &[serial], "Wako-shi", &ca, moment).status;
    assert!(matches!(status(&fits, 5), Status::Revoked(_)));
    assert_eq!(status(&fits, 6), Status::Good, "removeFromCRL");
    assert!(matches!(status(&fits, 7), Status::Revoked(_)));
    for (why, delta) in [
        ("its base is younger than the list", delta(9, 8, "Wako-shi")),
        ("it is not newer than the list", delta(7, 6, "Wako-shi")),
        ("it is of another town", delta(8, 7, "Asaka-shi")),
    ] {
        let crls = crls(&[&ca], &[delta, base.clone()]);
        assert_eq!(status(&crls, 7), Status::Unknown(Missing::Stale), "{why}");
    }
    let alone = crls(&[&ca], &[delta(8, 6, "Wako-shi")]);
    assert_eq!(status(&alone, 8), Status::Unknown(Missing::Issuer), "a delta alone is no list");
}

#[test]
fn a_list_with_an_oddity_is_refused_by_its_name() {
    let (ca, stranger) = (Key::of(0), Key::of(2));
    let draft = || ListDraft::of("Wako-shi", 7, &[(&[5], "260105000000")]);
    let mut cases: Vec<(&str, Vec<u8>)> = Vec::new();
    let mut case = |code, change: &dyn Fn(&mut ListDraft)| {
        let mut draft = draft();
        change(&mut draft);
        cases.push((code, draft.signed_by(&ca)));
    };
    let strange = |critical| extension(&[0x2a, 3, 4], critical, &[5, 0]);
    case("bad-version", &|list| list.version = Vec::new());
    case("no-next-update", &|list| list.next_update = None);
    case("backwards", &|list| list.next_update = Some("260109000000"));
    case("unknown-critical", &|list| list.extensions.push(strange(true)));
    case("duplicate-extension", &|list| list.extensions.push(list.extensions[0].clone()));
    case("malformed-entry", &|list| list.entries.push(entry(&[9], "261301000000", None)));
    case("malformed-entry", &|list| list.entries.push(entry(&[9], "260105000000", Some(7))));
    case("removed-in-complete-list", &|list| {
        list.entries.push(entry(&[9], "260105000000", Some(8)));
    });
    case("long-serial", &|list| list.entries.push(entry(&[1; 21], "260105000000", None)));
    case("unknown-critical-entry", &|list| {
        let parts = [integer(&[9]), utc("260105000000"), sequence(&[strange(true)])];
        list.entries.push(sequence(&parts));
    });
    case("entry-of-another-issuer", &|list| {
        let issuer = sequence(&[tlv(0xa4, &name(&["other"]))]);
        let issuer = sequence(&[extension(&[0x55, 0x1d, 29], true, &issuer)]);
        list.entries.push(sequence(&[integer(&[9]), utc("260105000000"), issuer]));
    });
    case("no-number", &|list| {
        list.extensions[0] = extension(&[0x55, 0x1d, 27], true, &integer(&[1]));
    });
    cases.push(("unknown-issuer", draft().signed_by(&stranger)));
    let mut altered = draft().signed_by(&ca);
    let last = altered.len() - 1;
    altered[last] ^= 1;
    cases.push(("signature", altered));
    let mut long = draft().signed_by(&ca);
    long.push(0);
    cases.push(("trailing-bytes", long));
    for (code, list) in cases {
        let mut gathering = gathering(&[&ca]);
        assert_eq!(take(&mut gathering, &list), Err(code));
        assert_eq!(gathering.finish().counts(), (0, 0), "{code}");
    }
    let mut list = draft();
    list.extensions.push(strange(false));
    assert_eq!(take(&mut gathering(&[&ca]), &list.signed_by(&ca)), Ok(Taken::Complete(1)));
}
