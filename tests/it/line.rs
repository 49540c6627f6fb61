//! The enveloping line: marks where its inserter reads them.

use crate::shop::{children, must_copy, Shop};

#[test]
fn a_night_for_a_line_without_marks_counts_by_its_control_files_alone() {
    let shop = Shop::letters(300, 23, 0.01);
    let marked = shop.after_a_night("marked");
    shop.configure("[print]\ninserter = \"no-mark\"");
    let out = shop.after_a_night("unmarked");
    shop.must_come_to_what_is_expected(&out);
    out.verify().must_succeed();
    let mut letters = 0;
    for file in out.find("print/", ".pdf") {
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        let is_print_file = name.rsplit('-').next().is_some_and(|end| end.parse::<u32>().is_ok());
        if is_print_file {
            let bytes = std::fs::read(&file).expect("a print file");
            let facts = readback::read_print_file(&bytes).expect_err("it has no marks");
            assert!(facts.to_string().contains("no mark on any page"), "{facts}");
            letters += 1;
        }
    }
    assert!(letters > 0, "something was printed");
    let rows = |out: &crate::shop::Out| {
        let controls = out.controls().into_values().flatten();
        controls.map(|row| (row.sequence, row.piece, row.mark)).collect::<Vec<_>>()
    };
    assert_eq!(rows(&out), rows(&marked), "control files say the same");

    // The same files where marks are due: none may pass.
    for (folder, _) in marked.controls() {
        for file in children(&out.path().join(&folder)) {
            must_copy(&file, &marked.path().join(&folder).join(file.file_name().expect("a name")));
        }
    }
    let answer = marked.verify().must_exit_with(2);
    let faults = answer.json()["faults"].to_string();
    assert!(faults.contains("no mark on any page"), "{faults}");
}
