//! The language of body texts, on the tax notice's sheet.

use letter::page::Mark;

use super::*;

/// Sets the tax notice's ordinary letter with another running text; returns the lines of each page
/// after the address.
fn lines_of(body: &str, change: impl FnOnce(&mut SampleLetter)) -> Vec<Vec<String>> {
    let mut stock = Stock::read("tax-notice");
    stock.body = body.to_owned();
    let chain = chain();
    let template = stock.compile(&chain).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let mut letter = stock.sample.letters[0].clone();
    change(&mut letter);
    let mut scratch = Scratch::default();
    stock.typeset(&template, &mut scratch, &letter, Form::Print).expect("set");
    let mut pages: Vec<Vec<String>> =
        scratch.pages().iter().map(|page| text_of(page, &chain)).collect();
    // 〒, two lines of address, one of name.
    pages[0].drain(..4);
    pages
}

#[test]
fn rows_repeat_their_lines() {
    let body = "{% rows %}\n{{ row.term }}は{{ row.amount | yen }}\n{% end %}\n";
    let expected = ["第１期は36,500円", "第２期は34,000円", "第３期は34,000円", "第４期は34,000円"];
    assert_eq!(lines_of(body, |_| {}), [expected]);
    assert_eq!(lines_of(body, |letter| letter.rows.clear()), [[""; 0]]);
}

#[test]
fn choices_are_made_by_line_and_within_a_line() {
    let body = "{% if recipient %}\n番号あり\n{% else %}\n番号なし\n{% end %}\n\
                敬称は{% if honorific %}{{ honorific }}{% else %}なし{% end %}\n\
                {% if not recipient %}\n郵送\n{% end %}\n\
                {% if tax_kind == \"固定資産税・都市計画税\" %}\n両方\n{% end %}\n\
                {% if rows %}{{ rows }}期{% end %}\n";
    let with = lines_of(body, |letter| {
        letter.fields.insert("honorific".to_owned(), "殿".to_owned());
    });
    assert_eq!(with, [["番号あり", "敬称は殿", "両方", "4期"]]);
    let without = lines_of(body, |letter| {
        letter.fields.insert("recipient".to_owned(), String::new());
        letter.fields.insert("tax_kind".to_owned(), "固定資産税".to_owned());
        letter.rows.clear();
    });
    assert_eq!(without, [["番号なし", "敬称はなし", "郵送"]]);
}

#[test]
fn filters_follow_each_other_and_facts_have_names() {
    let body = "{{ total | number | fullwidth }}\n{{ posting_date | wareki }}\n\
                {{ letter.postal | postal }}\n{{ addressee }}へ\n{{ sender.name }}から\n";
    let expected =
        ["１３８，５００", "令和8年5月1日", "〒100-0013", "髙橋 花子\u{3000}様へ", "星見市から"];
    assert_eq!(lines_of(body, |_| {}), [expected]);
}

#[test]
fn a_page_break_and_a_full_page_go_on_on_the_next() {
    let pages = lines_of(
        "前\n{% page %}\n後\n{% frame footer %}\n{{ page }}/{{ pages }}\n{% end %}\n",
        |_| {},
    );
    assert_eq!(pages, [["前", "1/2"], ["後", "2/2"]]);
    let long = "行\n".repeat(40);
    let pages = lines_of(&long, |_| {});
    assert_eq!(pages.len(), 2);
    assert_eq!(pages.concat().len(), 40, "no line is lost");
}

#[test]
fn a_heading_does_not_stand_at_a_pages_end() {
    for filler in 15..30 {
        let body = format!("{}## 見出し\n本文\n", "行\n".repeat(filler));
        let pages = lines_of(&body, |_| {});
        let last = pages[0].last().map(String::as_str);
        assert_ne!(last, Some("見出し"), "after {filler} lines");
    }
}

#[test]
fn a_letter_beyond_all_sheets_is_held() {
    let mut stock = Stock::read("tax-notice");
    stock.body = "{% rows %}\n{{ row.term }}\n{% page %}\n{% end %}\n".to_owned();
    let template = stock.compile(&chain()).expect("sound");
    let mut letter = stock.sample.letters[0].clone();
    letter.rows = vec![letter.rows[0].clone(); 120];
    let result = stock.typeset(&template, &mut Scratch::default(), &letter, Form::Print);
    assert!(matches!(result, Err(Reason::TooManySheets { .. })), "{result:?}");
}

#[test]
fn stationery_has_a_layer_on_every_page_even_where_nothing_is_static() {
    let mut stock = Stock::read("annual-notice");
    stock.toml = stock.toml.split("[[rules]]").next().expect("a head").to_owned()
        + &stock.toml[stock.toml.find("[tables.contract]").expect("a table")..];
    stock.body = "{{ key }}\n{% page %}\n{{ name }}\n".to_owned();
    let chain = chain();
    let layers = |stationery: Option<&[u8]>| {
        let source = TemplateSource { stationery, ..stock.source() };
        let sender = stock.sample.sender();
        let template = Template::compile(&source, &chain, &stock.schema, &sender, &naga3())
            .unwrap_or_else(|faults| panic!("{faults:#?}"));
        let mut scratch = Scratch::default();
        let letter = &stock.sample.letters[0];
        stock.typeset(&template, &mut scratch, letter, Form::Print).expect("set");
        let first = |page: &Page| match page.marks[0] {
            Mark::Layer(layer) => Some(layer),
            _ => None,
        };
        scratch.pages().iter().map(first).collect::<Vec<_>>()
    };
    assert_eq!(layers(Some(b"%PDF-1.7")), [Some(0), Some(1)]);
    assert_eq!(layers(None), [None, None]);
}

#[test]
fn a_sum_adds_up_a_column_and_holds_what_is_no_number() {
    let mut stock = Stock::read("tax-notice");
    stock.toml = stock.toml.replace("\"{{ total | number }}\"", "\"{{ sum.amount | number }}\"");
    assert!(stock.toml.contains("sum.amount"));
    let chain = chain();
    let template = stock.compile(&chain).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let mut scratch = Scratch::default();
    let mut letter = stock.sample.letters[0].clone();
    for (row, amount) in letter.rows.iter_mut().zip(["1200000", "", "-34", "5"]) {
        row.insert("amount".to_owned(), amount.to_owned());
    }
    assert_eq!(letter.rows.len(), 4);
    stock.typeset(&template, &mut scratch, &letter, Form::Print).expect("numbers");
    let text = text_of(&scratch.pages()[0], &chain);
    assert!(text.contains(&"1,199,971".to_owned()), "{text:?}");
    for wrong in ["1.5", "+3", "十", "9223372036854775807"] {
        letter.rows[1].insert("amount".to_owned(), wrong.to_owned());
        // The column's own filter takes the last two as they are.
        stock.toml = stock.toml.replace("{{ row.amount | number }}", "{{ row.amount }}");
        let template = stock.compile(&chain).unwrap_or_else(|faults| panic!("{faults:#?}"));
        let held = stock.typeset(&template, &mut scratch, &letter, Form::Print);
        let Err(Reason::TemplateValue { field, .. }) = &held else { panic!("{wrong}: {held:?}") };
        assert_eq!(field, "sum.amount");
    }
    stock.toml = stock.toml.replace("sum.amount", "sum.nothing");
    assert!(stock.compile(&chain).is_err());
}
