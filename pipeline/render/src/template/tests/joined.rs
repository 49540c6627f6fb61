//! Tables with cells over several columns and rows.

use letter::page::{Mark, Role, Scope};

use super::*;

/// The tax notice with heads in two rows and a total over two columns.
fn stock(heads: &str, total: &str) -> Stock {
    let mut stock = Stock::read("tax-notice");
    for head in ["期別", "納期限", "納付税額（円）"] {
        stock.toml = stock.toml.replacen(&format!("head = \"{head}\", "), "", 1);
    }
    let plain = "total = [\"合計\", \"\", \"{{ total | number }}\"]\n";
    assert!(stock.toml.contains(plain));
    stock.toml = stock.toml.replacen(plain, &format!("{heads}\n{total}\n"), 1);
    stock
}

const HEADS: &str =
    "head_rows = [[\"期別\", \"納付\", \"<\"], [\"^\", \"納期限\", \"税額（円）\"]]";
const TOTAL: &str = "total = [\"合計\", \"<\", \"{{ sum.amount | number }}\"]";

/// Sets a letter with so many rows; returns its pages.
fn set(stock: &Stock, rows: usize, form: Form) -> (FontChain, Vec<Page>) {
    let chain = chain();
    let template = stock.compile(&chain).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let mut scratch = Scratch::default();
    let mut letter = stock.sample.letters[0].clone();
    letter.rows = vec![letter.rows[0].clone(); rows];
    stock.typeset(&template, &mut scratch, &letter, form).expect("set");
    (chain, scratch.pages().to_vec())
}

/// Returns the left end and baseline of a text, mm from the sheet's upper left corner.
fn place(page: &Page, chain: &FontChain, text: &str) -> (f64, f64) {
    let texts = page.marks.iter().filter(|mark| matches!(mark, Mark::Text { .. }));
    let found = texts.zip(text_of(page, chain)).find(|(_, found)| found == text);
    match found.unwrap_or_else(|| panic!("{text} in {:?}", text_of(page, chain))).0 {
        Mark::Text { x, y, .. } => (x.to_mm(), 297.0 - y.to_mm()),
        _ => unreachable!("texts were chosen"),
    }
}

#[test]
fn heads_over_columns_and_rows_stand_in_their_middle() {
    let (chain, pages) = set(&stock(HEADS, TOTAL), 3, Form::Print);
    let at = |text| place(&pages[0], &chain, text);
    let (over, row, under) = (at("納付"), at("期別"), at("納期限"));
    assert!((under.1 - over.1 - 7.2).abs() < 0.02, "{over:?} {under:?}: a row is 7.2 mm");
    assert!((row.1 - over.1 - 3.6).abs() < 0.02, "{row:?}: the middle of two rows");
    // The table begins 40 mm from the left, its columns are 30, 50 and 50 mm wide.
    let middle = over.0 + 8.5 * 2.0 * 25.4 / 72.0 / 2.0;
    assert!((middle - 120.0).abs() < 0.2, "{middle}");
    let first_row = at("令和8年6月1日");
    assert!((first_row.1 - under.1 - 7.2).abs() < 1.0, "{first_row:?}");
}

#[test]
fn no_rule_crosses_a_joined_cell() {
    let (_, pages) = set(&stock(HEADS, TOTAL), 3, Form::Print);
    let mm = |mark: &Mark| match *mark {
        Mark::Rule { x, y, width, height, .. } => {
            Some([x.to_mm(), 297.0 - (y + height).to_mm(), (x + width).to_mm(), 297.0 - y.to_mm()])
        }
        _ => None,
    };
    let rules: Vec<[f64; 4]> = pages[0].marks.iter().filter_map(mm).collect();
    let top = rules.iter().filter(|r| r[2] - r[0] > 129.0).map(|r| r[1]).fold(297.0, f64::min);
    let meets = |left: f64, upper: f64, right: f64, lower: f64| {
        let thin = rules.iter().filter(|r| (r[2] - r[0]).min(r[3] - r[1]) < 0.5);
        thin.filter(|r| r[0] < right && r[2] > left && r[1] < lower && r[3] > upper).count()
    };
    // 期別, over two rows; 納付, over two columns; 合計, over two columns under three rows.
    assert_eq!(meets(41.0, top + 1.0, 69.0, top + 13.4), 0);
    assert_eq!(meets(71.0, top + 1.0, 169.0, top + 6.2), 0);
    assert_eq!(meets(41.0, top + 5.0 * 7.2 + 1.0, 119.0, top + 6.0 * 7.2 - 1.0), 0);
    // Between 納付 and what is under it; between 納期限 and 税額; between rows of the body.
    assert_eq!(meets(90.0, top + 6.7, 100.0, top + 7.7), 1);
    assert_eq!(meets(119.0, top + 9.0, 121.0, top + 12.0), 1);
    assert_eq!(meets(69.0, top + 16.0, 71.0, top + 21.0), 1);
}

#[test]
fn joined_heads_are_repeated_and_the_sum_stands_once() {
    let (chain, pages) = set(&stock(HEADS, TOTAL), 60, Form::Print);
    assert!(pages.len() > 1);
    let texts: Vec<Vec<String>> = pages.iter().map(|page| text_of(page, &chain)).collect();
    let count = |page: &Vec<String>, text: &str| page.iter().filter(|found| *found == text).count();
    for page in &texts {
        assert_eq!([count(page, "納付"), count(page, "期別"), count(page, "税額（円）")], [1; 3]);
    }
    let sum = format!("{},{:03},000", 60 * 36_500 / 1_000_000, 60 * 36_500 / 1000 % 1000);
    let sums: usize = texts.iter().map(|page| count(page, &sum)).sum();
    assert_eq!(sums, 1, "{sum}");
    let rows: usize = texts.iter().map(|page| count(page, "36,500")).sum();
    assert_eq!(rows, 60, "no row is lost at a page's end");
}

#[test]
fn who_hears_the_table_hears_a_joined_cell_once_and_how_far_it_reaches() {
    let (_, pages) = set(&stock(HEADS, TOTAL), 3, Form::Copy);
    let cells = pages[0].passages.iter().filter_map(|passage| match passage.role {
        Role::Cell(cell) => {
            assert!(passage.end > passage.start, "every cell has something in it: {cell:?}");
            Some((cell.row, cell.scope, cell.over))
        }
        _ => None,
    });
    let cells: Vec<_> = cells.collect();
    // Two rows of three heads, of which two are joined; three rows of three; a sum over two.
    let places: u32 = cells.iter().map(|(_, _, [columns, rows])| u32::from(columns * rows)).sum();
    assert_eq!((cells.len(), places), (4 + 3 * 3 + 2, 6 * 3));
    let of_row = |row| cells.iter().filter(move |cell| cell.0 == row).map(|cell| (cell.1, cell.2));
    assert_eq!(
        of_row(1).chain(of_row(2)).collect::<Vec<_>>(),
        [[1, 2], [2, 1], [1, 1], [1, 1]].map(|over| (Scope::Column, over))
    );
    assert_eq!(of_row(6).map(|cell| cell.1).collect::<Vec<_>>(), [[2, 1], [1, 1]]);
}

#[test]
fn cells_that_join_nothing_or_no_rectangle_are_faults() {
    for (heads, words) in [
        ("head_rows = [[\"<\", \"a\", \"b\"]]", "joins a cell that is not there"),
        ("head_rows = [[\"a\", \"^\", \"b\"]]", "joins a cell that is not there"),
        ("head_rows = [[\"a\", \"<\", \"b\"], [\"^\", \"c\", \"d\"]]", "a corner too many"),
        ("head_rows = [[\"a\", \"b\"]]", "the row has 2 cells"),
    ] {
        let faults = stock(heads, TOTAL).compile(&chain()).expect_err(heads);
        assert!(faults.iter().any(|fault| fault.message.contains(words)), "{heads}: {faults:#?}");
    }
}
