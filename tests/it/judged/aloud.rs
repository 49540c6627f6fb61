//! Copies as they are heard: the structure tree, judged by pdfinfo.

use crate::shop::{children, file_name, judge, lettershop, Shop};

#[test]
fn every_copy_is_heard_from_the_address_by_the_title_to_its_tables() {
    let shop = Shop::letters(200, 44, 0.0);
    let out = shop.after_a_night("out");
    let folder = shop.beside("copies");
    lettershop()
        .args(["mailbox", "export"])
        .arg(out.path())
        .arg("--to")
        .arg(&folder)
        .must_succeed();
    let copies = children(&folder);
    assert!(copies.len() > 20, "only {} copies", copies.len());
    for path in &copies {
        let name = file_name(path);
        let answer = judge("pdfinfo").arg("-struct-text").arg(path).must_succeed();
        let tree = answer.text();
        assert_eq!(answer.errors(), "", "{name}");
        let lines: Vec<&str> = tree.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
        assert_eq!(lines[..2], ["Document", "P (block)"], "{name}: {tree}");
        assert!(lines[2].starts_with("\"〒"), "{name} begins with the address: {tree}");
        let first = |tag: &str| lines.iter().position(|line| line.starts_with(tag));
        let count = |tag: &str| lines.iter().filter(|line| line.starts_with(tag)).count();
        let (title, table) = (first("H1 ("), first("Table ("));
        assert_eq!(count("H1 ("), 1, "{name} has one title: {tree}");
        assert!(first("H2 (").is_none_or(|other| Some(other) > title), "{name}: {tree}");
        assert!(title < table, "{name}: the title comes before the tables: {tree}");
        assert!(count("TH") > 0 && count("/Scope") == count("TH"), "{name}: heads: {tree}");
        assert!(count("TD") >= count("TR") - count("Table ("), "{name}: cells: {tree}");
        // The footer has the page's number, which nobody wants to hear.
        assert!(!tree.contains(" / 1\""), "{name}: {tree}");
    }
}
