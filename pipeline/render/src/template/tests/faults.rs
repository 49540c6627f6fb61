//! Faults of templates, each with its place.

use super::*;

/// Compiles the tax notice after a change of its files.
fn faults_of(change: impl FnOnce(&mut Stock)) -> Vec<TemplateFault> {
    let mut stock = Stock::read("tax-notice");
    change(&mut stock);
    stock.compile(&chain()).expect_err("a fault")
}

/// Returns line and column of the first occurrence of `wanted`.
fn place_of(text: &str, wanted: &str) -> (u32, u32) {
    let at = text.find(wanted).expect("the text has it");
    let line = text[..at].matches('\n').count() as u32 + 1;
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    (line, text[start..at].chars().count() as u32 + 1)
}

#[test]
fn names_that_are_not_known_are_shown_where_they_stand() {
    let chain = chain();
    for (in_body, from, to, words) in [
        (true, "{{ total | yen }}", "{{ sum | yen }}", "field \"sum\" is not known"),
        (true, "{{ total | yen }}", "{{ total | dollar }}", "filter \"dollar\" is not known"),
        (true, "{{ total | yen }}", "{{ row.amount }}", "outside of rows"),
        (true, "{% frame title %}", "{% frame head %}", "frame \"head\" is not known"),
        (true, "{% table instalments %}", "{% table terms %}", "table \"terms\" is not known"),
        (true, "{% if recipient %}", "{% if receiver %}", "field \"receiver\" is not known"),
        (false, "\"legal\"\n", "\"law\"\n", "style \"law\" is not in [styles]"),
        (false, "\"BIZUDPGothic-Bold\"", "\"Hiragino\"", "not in the font chain"),
        (false, "\"naga3-window\"", "\"kaku2\"", "made for envelope"),
    ] {
        let mut stock = Stock::read("tax-notice");
        let text = if in_body { &mut stock.body } else { &mut stock.toml };
        assert!(text.contains(from), "{from}");
        *text = text.replacen(from, to, 1);
        let place = place_of(text, to);
        let file = if in_body { "body.txt" } else { "template.toml" };
        let faults = stock.compile(&chain).expect_err("a fault");
        let fault = faults.iter().find(|fault| fault.message.contains(words));
        let fault = fault.unwrap_or_else(|| panic!("{words}: {faults:#?}"));
        assert_eq!((fault.file, fault.line, fault.column), (file, place.0, place.1), "{words}");
        assert!(!fault.fix.is_empty());
    }
}

#[test]
fn a_key_that_template_toml_does_not_have_is_shown_where_it_stands() {
    let faults =
        faults_of(|stock| stock.toml = stock.toml.replacen("version = 1", "versoin = 1", 1));
    assert_eq!(faults[0].file, "template.toml");
    assert!(faults[0].message.contains("versoin"), "{faults:?}");
    assert_eq!((faults[0].line, faults[0].column), (4, 1));
}

#[test]
fn all_faults_are_told_at_once() {
    let faults = faults_of(|stock| {
        stock.body = stock.body.replace("{{ total | yen }}", "{{ sum }}");
        stock.toml = stock.toml.replacen("\"legal\"\n", "\"law\"\n", 1);
    });
    assert!(faults.len() >= 2, "{faults:?}");
}

#[test]
fn static_text_without_glyph_is_a_fault_of_the_template() {
    let faults = faults_of(|stock| stock.body.push_str("絵文字\u{1F600}\n"));
    assert!(faults[0].message.contains("U+1F600"), "{faults:?}");
    assert_eq!(faults[0].file, "body.txt");
}

#[test]
fn a_missing_address_field_is_a_fault() {
    let faults = faults_of(|stock| stock.schema.fields.retain(|field| field != "address1"));
    assert!(faults.iter().any(|fault| fault.message.contains("address1")), "{faults:?}");
}

#[test]
fn the_window_shows_the_whole_address_and_nothing_else_at_both_ends_of_the_play() {
    let chain = chain();
    let check = |from: &str, to: &str| {
        let mut stock = Stock::read("tax-notice");
        assert!(stock.toml.contains(from), "{from}");
        stock.toml = stock.toml.replacen(from, to, 1);
        stock.compile(&chain).err().unwrap_or_default()
    };
    // The field that always shows is x 20-89, y 22-49; ink within x -1-110, y 4-67 may show.
    for (from, to, words) in [
        ("left_mm = 22.5", "left_mm = 19.5", "the address frame"),
        ("top_mm = 22.4", "top_mm = 21.0", "the address frame"),
        ("height_mm = 24.6", "height_mm = 27.0", "the address frame"),
        ("left_mm = 22.5", "left_mm = 21.5", "customer barcode of 8 pt"),
        ("left_mm = 22.5", "left_mm = 24", "customer barcode of 8 pt"),
        ("barcode_pt = 8", "barcode_pt = 9", "customer barcode of 9 pt"),
        ("left_mm = 114", "left_mm = 109", "[frames.sender]"),
        ("top_mm = 69.5", "top_mm = 66", "[frames.title]"),
        ("top_mm = 85,", "top_mm = 60,", "[flow] first"),
        ("top_mm = 80.5", "top_mm = 30", "a rule"),
        ("left_mm = 6.0\ntop_mm = 278.0", "left_mm = 6.0\ntop_mm = 20.0", "reserved area"),
        ("barcode_gap_mm = 2.0", "barcode_gap_mm = 1.5", "clear zone"),
        ("left_mm = 114\ntop_mm = 14", "left_mm = 114\ntop_mm = 4", "printable area"),
        ("left_mm = 100\ntop_mm = 281", "left_mm = 30\ntop_mm = 281", "reserved area"),
    ] {
        let faults = check(from, to);
        assert!(faults.iter().any(|fault| fault.message.contains(words)), "{to}: {faults:#?}");
    }
    assert_eq!(check("top_mm = 14", "top_mm = 13"), [], "what stays out of reach is no fault");
}

#[test]
fn a_closer_envelope_takes_a_larger_barcode() {
    let mut stock = Stock::read("tax-notice");
    stock.toml = stock.toml.replacen("barcode_pt = 8", "barcode_pt = 9", 1);
    let mut close = naga3();
    (close.inner_width_mm, close.inner_height_mm) = (216.0, 107.0);
    let chain = chain();
    assert!(stock.compile(&chain).is_err());
    assert!(stock.compile_for(&chain, &close).is_ok());
}

#[test]
fn stationery_must_be_pdf() {
    let stock = Stock::read("tax-notice");
    let sender = SenderFacts { name: "星見市", office: &[], honorific: "様", class: "" };
    let source = TemplateSource {
        toml: &stock.toml,
        body: &stock.body,
        stationery: Some(b"<svg/>"),
        pictures: &[],
    };
    let faults = Template::compile(&source, &chain(), &stock.schema, &sender, &naga3());
    let faults = faults.expect_err("no PDF");
    assert_eq!(faults[0].file, "stationery.pdf");
}
