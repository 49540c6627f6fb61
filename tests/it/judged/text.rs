//! Text, judged by pdftotext: each letter gives back its name, address and amounts, in order.

use std::collections::BTreeMap;

use crate::drops::{wanted, Drop, Wanted};
use crate::shop::{children, file_name, judge, lettershop, Out, Shop};

#[test]
fn every_letter_of_two_thousand_gives_back_its_address_name_and_amounts_in_order() {
    let shop = Shop::letters(2000, 42, 0.01);
    let out = shop.after_a_night("out");
    let mut pieces: BTreeMap<String, Wanted> = BTreeMap::new();
    for (_, path) in shop.drops() {
        pieces.extend(wanted(shop.path(), &Drop::read(&path)));
    }
    let mut letters = 0;
    for (folder, rows) in out.controls() {
        let mut texts = BTreeMap::new();
        for (index, row) in rows.iter().enumerate() {
            let pages = texts.entry(row.file).or_insert_with(|| {
                let batch = folder.rsplit('/').next().expect("a batch");
                pages_of(&out.path().join(&folder).join(format!("{batch}-{:03}.pdf", row.file)))
            });
            let next = rows.get(index + 1).filter(|next| next.file == row.file);
            let end = next.map_or(pages.len(), |next| next.page as usize - 1);
            let text = pages[row.page as usize - 1..end].concat();
            let wanted = pieces.get(&row.piece);
            let wanted = wanted.unwrap_or_else(|| panic!("{row:?} is in no drop: {text}"));
            check(&format!("{row:?}"), &text, wanted);
            assert!(text.contains(&row.mark), "{row:?}: the mark's digits stand beside it");
            letters += 1;
        }
    }
    let accounts = out.ledger();
    let printed: u64 = accounts.iter().map(|account| account.printed).sum();
    assert_eq!(letters, printed, "every printed letter was looked at");
    let delivered: u64 = accounts.iter().map(|account| account.delivered).sum();
    let copies = check_copies(&shop, &out, &pieces);
    assert!(copies >= delivered, "{copies} copies for {delivered} electronic letters");
    assert!(printed > 500 && delivered > 300, "{printed} on paper, {delivered} electronic");
}

/// Looks at every electronic copy; returns how many there were.
fn check_copies(shop: &Shop, out: &Out, pieces: &BTreeMap<String, Wanted>) -> u64 {
    let folder = shop.beside("copies");
    lettershop()
        .args(["mailbox", "export"])
        .arg(out.path())
        .arg("--to")
        .arg(&folder)
        .must_succeed();
    let copies = children(&folder);
    for path in &copies {
        let name = file_name(path);
        let wanted = &pieces[name.strip_suffix(".pdf").expect("a PDF file")];
        check(&name, &pages_of(path).concat(), wanted);
    }
    copies.len() as u64
}

/// Returns the text of each page in the order of the content stream, without blanks.
fn pages_of(path: &std::path::Path) -> Vec<String> {
    let text = judge("pdftotext").args(["-raw", "-enc", "UTF-8"]).arg(path).arg("-");
    let text = text.must_succeed().text();
    let mut pages: Vec<String> = text.split('\u{c}').map(without_blanks).collect();
    pages.pop();
    pages
}

fn without_blanks(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Finds the address and the amounts in their order, and the other figures anywhere.
fn check(row: &str, text: &str, wanted: &Wanted) {
    for (what, parts) in [("address", &wanted.address), ("amounts", &wanted.amounts)] {
        let mut rest = text;
        for part in parts {
            let part = without_blanks(part);
            let at = rest.find(&part).unwrap_or_else(|| {
                panic!("{row}: {what}: {part:?} does not follow; wanted {parts:?} in {text}")
            });
            rest = &rest[at + part.len()..];
        }
    }
    for figure in &wanted.figures {
        assert!(text.contains(figure), "{row}: {figure} stands in {text}");
    }
}
