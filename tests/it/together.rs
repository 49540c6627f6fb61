//! Batches that are posted together, and what their senders are told about their addresses.

use std::collections::BTreeSet;

use crate::resume::must_resume_wherever_the_journal_is_cut;
use crate::shop::{judge, tree, Out, Shop};

/// A shop whose senders post under one contract.
fn shop_with_contract(records: u32, seed: u32) -> Shop {
    let shop = Shop::letters(records, seed, 0.05);
    let senders: BTreeSet<String> = shop.drops().into_iter().map(|(sender, _)| sender).collect();
    assert!(senders.len() > 1, "{senders:?}");
    let senders: Vec<String> = senders.into_iter().collect();
    shop.configure(&format!(
        "[posting.contracts.city-hall]\nholder = \"星見市\"\nsenders = {senders:?}"
    ));
    shop
}

/// Returns the postage of all pieces, yen.
fn postage(out: &Out) -> u64 {
    let parts = tree(&out.path().join("state/batches"));
    let rows = parts.into_iter().filter(|(path, _)| path.ends_with("/ledger-rows"));
    let yen = |line: &str| line.split('\t').nth(9).and_then(|yen| yen.parse::<u64>().ok());
    let of = |rows| String::from_utf8(rows).expect("UTF-8").lines().filter_map(yen).sum::<u64>();
    rows.map(|(_, rows)| of(rows)).sum()
}

#[test]
fn batches_of_one_contract_pay_less_than_each_alone() {
    let apart = Shop::letters(2_400, 31, 0.05);
    let alone = apart.after_a_night("out");
    let shop = shop_with_contract(2_400, 31);
    let out = shop.after_a_night("out");
    out.verify().must_succeed();
    assert_eq!(out.find("postings/", "-city-hall.posting-slips.pdf").len(), 1);
    assert!(alone.find("postings/", ".pdf").is_empty(), "without a contract none are joined");
    let (together, each) = (postage(&out), postage(&alone));
    let report = std::fs::read_to_string(out.path().join("report.html")).expect("a report");
    for figure in [together, each] {
        assert!(report.contains(&format!(">{figure}<")), "{figure} yen is in the report");
    }
    assert!(together < each, "{together} yen together, {each} alone");
    assert!(report.contains("契約ごとの一括差出し"), "the contract is in the report");
}

#[test]
fn a_night_of_one_contract_that_is_cut_anywhere_resumes_to_the_same_postings() {
    let shop = shop_with_contract(240, 32);
    let whole = shop.after_a_night("whole");
    must_resume_wherever_the_journal_is_cut(&shop, &whole);
}

#[test]
fn the_front_of_the_envelope_has_its_indicia_where_the_shop_prints_them() {
    let shop = Shop::letters(60, 35, 0.0);
    shop.configure("[posting]\nindicia = \"circle\"\noffice = \"星見中央郵便局\"");
    let out = shop.after_a_night("out");
    out.verify().must_succeed();
    let fronts = out.find("print/", "/envelope-0-days.pdf");
    assert_eq!(fronts.len(), out.find("print/", "/posting-slips.pdf").len());
    let text = judge("pdftotext").arg(&fronts[0]).arg("-").must_succeed().text();
    assert!(text.contains("料金後納") && text.contains("星見中央郵便局"), "{text}");
}

#[test]
fn a_sender_in_two_contracts_is_refused_by_name() {
    let shop = shop_with_contract(60, 33);
    let sender = shop.drops().remove(0).0;
    shop.configure(&format!("[posting.contracts.two]\nholder = \"二\"\nsenders = [{sender:?}]"));
    let errors = shop.night(&shop.out("out")).must_exit_with(3).errors();
    assert!(errors.contains(&format!("sender {sender} is in the contracts")), "{errors}");
}

#[test]
fn senders_are_told_which_addresses_are_doubtful_and_what_was_perhaps_meant() {
    let shop = Shop::letters(600, 34, 0.1);
    let out = shop.after_a_night("out");
    let lists = out.find("outbox/", ".addresses.csv");
    assert!(!lists.is_empty(), "a tenth of the records is not whole");
    let mut codes = BTreeSet::new();
    for path in &lists {
        let list = std::fs::read_to_string(path).expect("a list");
        let list = list.strip_prefix('\u{FEFF}').expect("a mark for spreadsheets");
        let mut lines = list.lines();
        assert!(lines.next().is_some_and(|head| head.starts_with("行,キー,所見コード,所見")));
        codes.extend(lines.filter_map(|line| line.split(',').nth(2)).map(str::to_owned));
        let text = path.to_string_lossy().replace(".addresses.csv", ".addresses.txt");
        let text = std::fs::read_to_string(text).expect("a summary");
        assert!(text.starts_with("住所品質報告") && text.contains("code and town agree"), "{text}");
    }
    assert!(codes.contains("bad-code") || codes.contains("unknown-code"), "{codes:?}");
    let report = std::fs::read_to_string(out.path().join("report.html")).expect("a report");
    assert!(report.contains("住所の品質"), "the report counts them");
}
