//! Sheets other than A4: frames, window and edges are those of the template's own paper.

use letter::page::SheetSize;

use super::*;

/// An envelope for a slip of 210 × 99 mm, unfolded, and the tax notice's head on such a slip.
fn slip() -> Stock {
    let mut stock = Stock::read("tax-notice");
    let sized = "paper = { width_mm = 210, height_mm = 148 }";
    stock.toml = stock.toml.replacen("paper = \"A4\"", sized, 1);
    let [head, tables] = ["[frames.", "[tables."].map(|start| stock.toml.find(start).expect("one"));
    stock.toml.replace_range(head..tables, "");
    let from = stock.toml.find("[flow]").expect("a flow");
    let to = stock.toml[from..].find("style =").expect("its style") + from;
    let flow = "first = { left_mm = 20, top_mm = 70, width_mm = 170, height_mm = 70 }\n\
                continuation = { left_mm = 20, top_mm = 10, width_mm = 170, height_mm = 130 }\n";
    stock.toml.replace_range(from..to, &format!("[flow]\n{flow}"));
    let reserved = stock.toml.find("[[reserved]]").expect("reserved areas");
    let faces = stock.toml.find("[faces]").expect("faces");
    stock.toml.replace_range(reserved..faces, "");
    stock.body = "# {{ sender.name }}\n{% table instalments %}\n".to_owned();
    stock
}

#[test]
fn a_smaller_sheet_stands_on_its_own_lower_edge() {
    let chain = chain();
    let stock = slip();
    let template = stock.compile(&chain).expect("a sound template");
    assert_eq!(template.sheet(), SheetSize::from_mm(210.0, 148.0));
    let mut scratch = Scratch::default();
    let letter = &stock.sample.letters[0];
    assert_eq!(stock.typeset(&template, &mut scratch, letter, Form::Print), Ok(1));
    let page = whole(&template, &scratch.pages()[0]);
    // The address frame begins 22.4 mm from the upper edge: 〒 in 10 pt on a line of 12.5.
    let Some(Mark::Text { y, .. }) = page.marks.iter().find(|m| matches!(m, Mark::Text { .. }))
    else {
        panic!("no text");
    };
    let from_top = 148.0 - y.to_mm();
    let expected = 22.4 + (1.25 + 8.8) * 25.4 / 72.0;
    assert!((from_top - expected).abs() < 0.02, "{from_top} {expected}");
    let rules = page.marks.iter().filter_map(|mark| match mark {
        Mark::Rule { y, height, .. } => Some((y.to_mm(), (*y + *height).to_mm())),
        _ => None,
    });
    let edges = rules
        .fold((148.0, 0.0), |(low, high): (f64, f64), (from, to)| (low.min(from), high.max(to)));
    assert!(edges.0 > 8.0 && edges.1 < 78.0, "the table stands in the flow: {edges:?}");
    let texts = text_of(&page, &chain);
    assert!(texts.iter().any(|line| line.contains("36,500")), "{texts:?}");
}

#[test]
fn a_sheet_that_does_not_go_in_or_is_left_by_a_frame_is_a_fault() {
    let chain = chain();
    for (from, to, words) in [
        ("width_mm = 210, height_mm = 148", "width_mm = 240, height_mm = 148", "does not go into"),
        (
            "width_mm = 210, height_mm = 148",
            "width_mm = 210, height_mm = 20",
            "none that is printed",
        ),
        ("height_mm = 148", "height_mm = 140", "leaves the printable area"),
        ("width_mm = 210", "width_mm = 190", "leaves the printable area"),
        ("height_mm = 148", "height = 148", "paper"),
    ] {
        let mut stock = slip();
        assert!(stock.toml.contains(from), "{from}");
        stock.toml = stock.toml.replacen(from, to, 1);
        let faults = stock.compile(&chain).err().unwrap_or_default();
        assert!(faults.iter().any(|fault| fault.message.contains(words)), "{to}: {faults:#?}");
    }
}

#[test]
fn without_a_window_nothing_is_hidden_and_the_address_keeps_to_the_inside() {
    let card = EnvelopeProfile {
        name: "naga3-window".to_owned(),
        inner_width_mm: 210.0,
        inner_height_mm: 148.0,
        window: None,
        ..naga3()
    };
    let chain = chain();
    let mut stock = slip();
    // Behind a window this would be hidden at one end of the play.
    stock.toml = stock.toml.replacen("left_mm = 22.5", "left_mm = 120", 1);
    assert!(stock.compile_for(&chain, &card).is_ok());
    assert!(stock.compile(&chain).is_err());
    stock.toml = stock.toml.replacen("left_mm = 120", "left_mm = 137", 1);
    let faults = stock.compile_for(&chain, &card).err().unwrap_or_default();
    assert!(faults.iter().any(|f| f.message.contains("customer barcode")), "{faults:#?}");
}
