//! Choices: what is compared with what, frames that stand only sometimes, the channel, the class.

use letter::page::Mark;

use super::*;

/// Sets the tax notice's ordinary letter with another body; returns the text of each page after
/// the address.
fn set(
    body: &str,
    form: Form,
    change: impl Fn(&mut Stock, &mut SampleLetter),
) -> Result<Vec<Vec<String>>, Reason> {
    let mut stock = Stock::read("tax-notice");
    stock.body = body.to_owned();
    let mut letter = stock.sample.letters[0].clone();
    change(&mut stock, &mut letter);
    let chain = chain();
    let template = stock.compile(&chain).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let mut scratch = Scratch::default();
    stock.typeset(&template, &mut scratch, &letter, form)?;
    let mut pages: Vec<Vec<String>> =
        scratch.pages().iter().map(|page| text_of(page, &chain)).collect();
    pages[0].drain(..4);
    Ok(pages)
}

/// Returns whether a condition is met with some fields.
fn is_met(cond: &str, fields: &[(&str, &str)]) -> Result<bool, Reason> {
    let body = format!("{{% if {cond} %}}はい{{% else %}}いいえ{{% end %}}\n");
    let pages = set(&body, Form::Print, |_, letter| {
        for (field, value) in fields {
            letter.fields.insert((*field).to_owned(), (*value).to_owned());
        }
    })?;
    Ok(pages == [["はい"]])
}

#[test]
fn values_are_compared_as_numbers_days_and_texts() {
    for (cond, total, expected) in [
        ("total > 0", "138500", true),
        ("total > 138500", "138500", false),
        ("total >= 138500", "138500", true),
        ("total < -3", "-12", true),
        ("total <= 9", "10", false),
        ("total == 7", "007", true),
        ("total == 7", "十", false),
        ("total != 7", "十", true),
        ("total != 7", "7", false),
        ("total != \"7\"", "07", true),
        ("total > 0", "", false),
        ("not total > 0", "", true),
        ("total == 0", "", false),
        ("total < \"2026-06-30\"", "2026-06-09", true),
        ("total < posting_date", "2026-05-01", false),
        ("total <= posting_date", "2026-05-01", true),
        ("total == sum.amount", "138500", true),
        ("total < sum.amount", "138499", true),
        ("total > 0 and total < 10", "5", true),
        ("total > 0 and total < 10", "10", false),
        ("total < 0 or total > 10 and not total == 12", "11", true),
        ("total < 0 or total > 10 and not total == 12", "12", false),
        ("total < 0 or total > 10 and not total == 12", "-1", true),
        ("rows == 4 and sum.amount > 1", "1", true),
        ("rows > 4", "1", false),
        ("posting_date >= \"2026-05-01\"", "1", true),
    ] {
        assert_eq!(is_met(cond, &[("total", total)]), Ok(expected), "{cond} with {total}");
    }
}

#[test]
fn what_cannot_be_ordered_holds_the_letter() {
    for (cond, total) in [("total > 0", "12.5"), ("total < \"2026-06-30\"", "3")] {
        let held = is_met(cond, &[("total", total)]).expect_err("cannot be ordered");
        assert!(
            matches!(&held, Reason::TemplateValue { field, .. } if field == "total"),
            "{held:?}"
        );
    }
}

#[test]
fn the_last_of_several_choices_is_reached() {
    let body =
        "{% if total > 100 %}\n多い\n{% elif total > 10 %}\n中\n{% else %}\n少ない\n{% end %}\n\
                {% if total > 100 %}A{% elif total > 10 %}B{% elif total > 5 %}C{% end %}計\n";
    for (total, expected) in
        [("101", ["多い", "A計"]), ("11", ["中", "B計"]), ("6", ["少ない", "C計"])]
    {
        let set = set(body, Form::Print, |_, letter| {
            letter.fields.insert("total".to_owned(), total.to_owned());
        });
        assert_eq!(set, Ok(vec![expected.map(str::to_owned).to_vec()]));
    }
}

#[test]
fn conditions_that_decide_nothing_are_faults() {
    for (cond, words) in [
        ("sum.amount", "a sum decides nothing"),
        ("total > \"many\"", "neither a whole number nor a day"),
        ("addressee > 1", "neither a number nor a day"),
        ("class > 1", "a letter class is a text"),
        ("total > sum.nothing", "not known"),
    ] {
        let mut stock = Stock::read("tax-notice");
        stock.body =
            format!("{{% if {cond} %}}\n{{% frame footer %}}\n1\n{{% end %}}\n行\n{{% end %}}");
        let faults = stock.compile(&chain()).expect_err(cond);
        assert!(faults[0].message.contains(words), "{cond}: {faults:?}");
        assert_eq!(faults.len(), 1, "told once: {faults:?}");
        assert_eq!((faults[0].file, faults[0].line), ("body.txt", 1));
    }
}

#[test]
fn a_frame_stands_with_its_border_only_where_its_condition_is_met() {
    let body =
        "本文\n{% if total > 100 %}\n{% frame legal %}\n多額\n{% end %}\n{% elif total > 10 %}\n\
                {% frame legal %}\n{{ total | yen }}\n{% end %}\n{% end %}\n";
    let marks = |total: &str| {
        let mut stock = Stock::read("tax-notice");
        stock.body = body.to_owned();
        let plain = "width_mm = 170\nheight_mm = 46\n";
        assert!(stock.toml.contains(plain));
        stock.toml = stock.toml.replace(plain, &format!("{plain}border_pt = 0.5\ntint = 8\n"));
        let chain = chain();
        let template = stock.compile(&chain).unwrap_or_else(|faults| panic!("{faults:#?}"));
        let mut scratch = Scratch::default();
        let letter = with(&stock.sample.letters[0], "total", total);
        stock.typeset(&template, &mut scratch, &letter, Form::Copy).expect("set");
        let page = &scratch.pages()[0];
        let is_rule = |mark: &&Mark| matches!(mark, Mark::Rule { .. });
        let tinted = |page: &Page| {
            page.marks.iter().filter(|mark| matches!(mark, Mark::Rule { tint: 8, .. })).count()
        };
        assert_eq!(tinted(&template.layers()[0]), 0, "the layer is every letter's");
        let texts = text_of(page, &chain);
        (texts[4..].to_vec(), page.marks.iter().filter(is_rule).count(), tinted(page))
    };
    assert_eq!(marks("5"), (vec!["本文".to_owned()], 0, 0));
    assert_eq!(marks("11"), (vec!["本文".to_owned(), "11円".to_owned()], 5, 1));
    assert_eq!(marks("101"), (vec!["本文".to_owned(), "多額".to_owned()], 5, 1));
}

#[test]
fn paper_and_electronic_copy_choose_by_the_channel() {
    let body =
        "{% if channel == \"electronic\" %}\nhttps://example.jp/{{ key }}\n{% page %}\n続き\n\
                {% else %}\n同封の納付書\n{% end %}\n{{ channel }}\n";
    let nothing = |_: &mut Stock, _: &mut SampleLetter| {};
    let paper = set(body, Form::Print, nothing).expect("set");
    assert_eq!(paper, [["同封の納付書", "paper"]]);
    let copy = set(body, Form::Copy, nothing).expect("set");
    assert!(copy[0][0].starts_with("https://example.jp/"), "{copy:?}");
    assert_eq!(copy[1], ["続き", "electronic"]);
    let stock = Stock::read("tax-notice");
    assert!(!stock.compile(&chain()).expect("sound").varies_by_channel());
    let asks = Stock { body: body.to_owned(), ..stock };
    assert!(asks.compile(&chain()).expect("sound").varies_by_channel());
}

#[test]
fn a_batchs_class_chooses_once_for_all_its_letters() {
    let body =
        "{% if class == \"reminder\" %}督促{% elif class %}{{ class }}{% else %}なし{% end %}\n";
    for (class, expected) in [("reminder", "督促"), ("notice", "notice"), ("", "なし")] {
        let set =
            set(body, Form::Print, |stock, _| class.clone_into(&mut stock.sample.sender.class));
        assert_eq!(set, Ok(vec![vec![expected.to_owned()]]));
    }
}

#[test]
fn the_last_page_is_known_to_its_frames() {
    let body =
        "{% frame footer %}\n{% if page < pages %}次へ{% else %}おわり{% end %}\n{% end %}\n\
                一\n{% page %}\n二\n";
    let pages = set(body, Form::Print, |_, _| {}).expect("set");
    assert_eq!(pages, [["一", "次へ"], ["二", "おわり"]]);
}
