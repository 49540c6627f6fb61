//! Tables whose rows grow with their cells.

use letter::page::{Len, Mark};

use super::*;

/// The application form, compiled once.
struct Forms {
    chain: FontChain,
    stock: Stock,
    template: Template,
}

impl Forms {
    fn new() -> Self {
        let (chain, stock) = (chain(), Stock::read("application-form"));
        let template = stock.compile(&chain).unwrap_or_else(|faults| panic!("{faults:#?}"));
        Self { chain, stock, template }
    }

    /// Sets these rows of label and value; returns the lines of each page from its first to its
    /// last of the running text, with the height of each line's baseline.
    fn pages(
        &self,
        rows: &[(&str, String)],
        findings: &str,
    ) -> Result<Vec<Vec<(i32, String)>>, Reason> {
        let mut letter = with(&self.stock.sample.letters[0], "findings", findings);
        let row = |(label, value): &(&str, String)| {
            let cells = [("no", "1"), ("label", label), ("value", value), ("remark", "")];
            cells.map(|(name, text)| (name.to_owned(), text.to_owned())).into()
        };
        letter.rows = rows.iter().map(row).collect();
        let mut scratch = Scratch::default();
        self.stock.typeset(&self.template, &mut scratch, &letter, Form::Print)?;
        let lines = scratch.pages().iter().map(|page| {
            let heights = page.marks.iter().filter_map(|mark| match *mark {
                Mark::Text { y, .. } => Some(y.0),
                _ => None,
            });
            let lines = heights.zip(text_of(page, &self.chain));
            let text = Len::from_mm(22.0).0..Len::from_mm(275.0).0;
            lines.filter(|(y, _)| text.contains(y)).collect()
        });
        Ok(lines.collect())
    }
}

/// Returns the height of the line that holds a text.
fn height_of(page: &[(i32, String)], text: &str) -> i32 {
    let line = page.iter().find(|(_, line)| line.contains(text));
    line.unwrap_or_else(|| panic!("{text} in {page:?}")).0
}

#[test]
fn a_long_cell_breaks_into_lines_and_the_next_row_stands_below_them() {
    let long = "備考の文字が続きます。".repeat(12) + "末尾";
    let rows = [("短い", "一行".to_owned()), ("長い", long.clone()), ("次", "終わり".to_owned())];
    let pages = Forms::new().pages(&rows, "").expect("set");
    let [page] = &pages[..] else { panic!("{} pages", pages.len()) };
    let lines: Vec<&(i32, String)> =
        page.iter().filter(|(_, line)| line.contains("文字") || line.contains("末尾")).collect();
    assert!(lines.len() >= 4, "{lines:?}");
    let text: String = lines.iter().map(|(_, line)| line.as_str()).collect();
    assert_eq!(text, long, "no character is lost");
    // Lines stand 14.5 pt apart, rows of one line 7.2 mm.
    assert!(lines.windows(2).all(|pair| pair[0].0 - pair[1].0 == 1450), "{lines:?}");
    assert_eq!(height_of(page, "長い"), lines[0].0);
    assert_eq!(height_of(page, "一行") - lines[0].0, Len::from_mm(7.2).0);
    assert_eq!(lines[lines.len() - 1].0 - height_of(page, "終わり"), Len::from_mm(7.2).0);
}

#[test]
fn a_values_own_lines_stay_lines() {
    let rows = [("備考", "一行目\n二行目\n\n四行目".to_owned())];
    let pages = Forms::new().pages(&rows, "甲の不備\n乙の不備").expect("set");
    let height = |text| height_of(&pages[0], text);
    assert_eq!(height("一行目") - height("二行目"), 1450);
    assert_eq!(height("一行目") - height("四行目"), 3 * 1450, "an empty line keeps its height");
    assert_eq!(height("甲の不備") - height("乙の不備"), 1450);
}

#[test]
fn a_row_that_a_page_can_hold_is_never_split() {
    let forms = Forms::new();
    for filler in 9..22 {
        let mut rows = vec![("項", "値".to_owned()); filler];
        rows.push(("五行", "あ\nい\nう\nえ\nお".to_owned()));
        let pages = forms.pages(&rows, "").expect("set");
        let with_row: Vec<usize> = (0..pages.len())
            .filter(|&page| {
                let is_of_row = |line: &str| ["あ", "い", "う", "え", "お"].contains(&line);
                pages[page].iter().any(|(_, line)| is_of_row(line))
            })
            .collect();
        assert_eq!(with_row.len(), 1, "after {filler} rows: {pages:?}");
    }
}

#[test]
fn a_row_higher_than_a_page_goes_on_under_repeated_heads() {
    let value: Vec<String> = (1..=120).map(|line| format!("第{line}行")).collect();
    let rows = [("項", "値".to_owned()), ("長い", value.join("\n")), ("次", "終わり".to_owned())];
    let pages = Forms::new().pages(&rows, "").expect("set");
    assert!(pages.len() >= 3, "{} pages", pages.len());
    let found: Vec<&String> = pages
        .iter()
        .flatten()
        .map(|(_, line)| line)
        .filter(|line| line.starts_with('第') && line.ends_with('行'))
        .collect();
    assert_eq!(found, value.iter().collect::<Vec<_>>(), "every line once, in order");
    for page in &pages {
        assert_eq!(page.iter().filter(|(_, line)| line == "内容").count(), 1, "{page:?}");
        // Nothing runs into the foot.
        assert!(page.iter().all(|(y, _)| *y > Len::from_mm(297.0 - 273.0).0), "{page:?}");
    }
    height_of(&pages[pages.len() - 1], "終わり");
}

#[test]
fn a_cell_beyond_all_sheets_holds_the_letter() {
    let rows = [("長い", "行\n".repeat(5000))];
    let held = Forms::new().pages(&rows, "").err();
    assert_eq!(held, Some(Reason::TooManySheets { found: 100, max: 99 }));
}
