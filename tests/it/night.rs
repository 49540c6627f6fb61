//! A whole night, looked at from outside.

use crate::shop::{must_be_the_same, tree, Out, Shop};

#[test]
fn every_record_of_a_night_comes_to_one_end_and_the_artefacts_agree() {
    let shop = Shop::letters(600, 11, 0.05);
    let before = tree(shop.path());
    let out = shop.after_a_night("out");
    let accounts = out.ledger();
    assert!(!accounts.is_empty(), "the night has batches");
    for account in &accounts {
        assert!(account.balances(), "{account:?}");
    }
    assert_eq!(accounts.iter().map(|account| account.records).sum::<u64>(), 600);
    assert!(accounts.iter().any(|account| account.set_aside > 0), "defects are set aside");
    assert!(accounts.iter().any(|account| account.delivered > 0), "some go to mailboxes");
    out.verify().must_succeed();
    shop.must_come_to_what_is_expected(&out);
    assert!(before == tree(shop.path()), "the shop's directory stays as it was");
    let controls = out.controls();
    let printed: usize = controls.values().map(Vec::len).sum();
    assert_eq!(printed as u64, accounts.iter().map(|account| account.printed).sum::<u64>());
}

#[test]
fn the_sample_shop_comes_to_its_expected_counts() {
    let shop = Shop::sample();
    let out = shop.after_a_night("out");
    out.verify().must_succeed();
    shop.must_come_to_what_is_expected(&out);
}

#[test]
fn one_thread_and_many_give_the_same_bytes() {
    let shop = Shop::letters(900, 12, 0.03);
    let one = shop.out("one");
    shop.night(&one).args(["--threads", "1"]).must_succeed();
    let expected = one.outputs();
    assert!(expected.len() > 8, "only {} outputs", expected.len());
    for threads in ["2", "3", "8"] {
        let many = shop.out(threads);
        shop.night(&many).args(["--threads", threads]).must_succeed();
        must_be_the_same(&expected, &many, &format!("{threads} threads"));
    }
}

#[test]
fn time_zone_locale_and_directory_never_reach_an_output() {
    let shop = Shop::letters(150, 13, 0.05);
    let expected = shop.after_a_night("here").outputs();
    let there = shop.out("there");
    let call = shop.night(&there).env("TZ", "Asia/Tokyo").env("LC_ALL", "C").env("HOME", "/");
    call.dir(std::path::Path::new("/")).must_succeed();
    must_be_the_same(&expected, &there, "another time zone, locale and directory");
}

#[test]
fn a_second_night_on_the_same_drops_prints_and_delivers_nothing_again() {
    let shop = Shop::letters(200, 14, 0.05);
    let out = shop.after_a_night("out");
    let before = out.outputs();
    shop.night(&out).must_succeed();
    let after = out.outputs();
    for (path, bytes) in &before {
        if path.starts_with("print/") || path.starts_with("mailboxes/") {
            assert!(after.get(path) == Some(bytes), "{path} stays as it was");
        }
    }
    let effects = |path: &&String| path.starts_with("print/") || path.starts_with("mailboxes/");
    assert_eq!(before.keys().filter(effects).count(), after.keys().filter(effects).count());
    out.verify().must_succeed();
}

/// Damages one artefact of a finished night and runs the closing check, which must notice.
fn check_damage(name: &str, shop: &Shop, damage: impl FnOnce(&Out)) {
    let out = shop.after_a_night(name);
    out.verify().must_succeed();
    damage(&out);
    out.verify().must_exit_with(2);
}

#[test]
fn the_closing_check_notices_whatever_is_missing_or_damaged() {
    let shop = Shop::letters(120, 15, 0.1);
    let first = |out: &Out, prefix: &str, suffix: &str| {
        let found = out.find(prefix, suffix).into_iter().next();
        found.unwrap_or_else(|| panic!("no output {prefix}…{suffix}"))
    };
    let remove = |path| std::fs::remove_file(path).expect("an output that was just found");
    check_damage("no-print-file", &shop, |out| remove(first(out, "print/", "-001.pdf")));
    check_damage("no-pack", &shop, |out| remove(first(out, "mailboxes/", ".pack")));
    check_damage("no-reject-list", &shop, |out| remove(first(out, "outbox/", ".rejects.csv")));
    check_damage("half-print-file", &shop, |out| {
        let path = first(out, "print/", "-001.pdf");
        let bytes = std::fs::read(&path).expect("a print file");
        std::fs::write(path, &bytes[..bytes.len() / 2]).expect("a print file");
    });
    check_damage("shorter-control-file", &shop, |out| {
        let path = first(out, "print/", "/control.csv");
        let text = std::fs::read_to_string(&path).expect("a control file");
        let end = text.trim_end().rfind('\n').expect("more than one line") + 1;
        std::fs::write(path, &text[..end]).expect("a control file");
    });
}
