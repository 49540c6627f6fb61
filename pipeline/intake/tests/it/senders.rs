//! Sender files that contradict themselves are told with their line.

use intake::{Layout, LayoutError, Sender};

use crate::shop::SENDER;

#[test]
fn every_contradiction_of_a_sender_file_has_its_line_and_words() {
    for (from, to, words) in [
        ("name = \"星見市\"", "nome = \"星見市\"", "unknown field `nome`"),
        ("sender = \"hoshimi-city\"", "sender = \"星見\"", "not an id"),
        ("office =", "approve_above = 0.9\noffice =", "not in order"),
        ("identity_level = 2", "identity_level = 4", "above 3"),
        ("template = \"trailer\"", "template = \"auto\"", "no trailer"),
        ("class = \"tax\" }", "class = \"bill\" }", "not declared"),
        ("\"E001\" = \"hold\"", "\"E758\" = \"hold\"", "not within E000 to E757"),
        ("\"E001\" = \"hold\"", "\"e000\" = \"hold\"", "stands twice"),
        ("\"E001\" = \"hold\"", "\"E001\" = \"\"", "stands for nothing"),
        ("delimiter = \"\\t\"", "delimiter = \"\\\"\"", "delimiter"),
        ("encoding = \"utf-8\"\ndelimiter = \"\\t\"", "delimiter = \"|\"", "delimiter"),
        ("to = \"kana\", kind = \"kana\" }", "to = \"Kana\" }", "our name \"Kana\""),
        ("to = \"kana\", kind = \"kana\" }", "to = \"name\" }", "two columns are mapped"),
        ("from = \"備考\"", "from = \"内部\"", "stands twice"),
        ("kind = \"number\" }", "kind = \"number\", date = \"host\" }", "date style"),
        ("{ from = \"番号\", to = \"key\" },", "{ from = \"番号\" },", "mapped to \"key\""),
        (
            "{ from = \"番号\", to = \"key\" },",
            "{ from = \"番号\", to = \"key\", width = 3 },",
            "width",
        ),
        ("to = \"address1\", width = 10", "to = \"address1\"", "no width"),
        ("amount = \"a2\"", "amount = \"a3\"", "not among the columns"),
        ("amount = \"a2\", due = \"d2\"", "amount = \"a2\"", "different columns"),
        ("from = \"no\", to = \"key\"", "from = \"no\", to = \"number\"", "not the key"),
        ("count = [2, 4]", "count = 2", "does not fit"),
        ("count = [2, 4]", "count = [1, 4]", "does not fit"),
        ("encoding = \"cp932\"\nform", "encoding = \"utf-8\"\nform", "cp932 only"),
    ] {
        assert!(SENDER.contains(from), "{from}");
        let fault = Sender::parse(&SENDER.replacen(from, to, 1)).expect_err(to);
        assert!(fault.to_string().contains(words), "{to}: {fault}");
        assert!(fault.line > 0, "{to}: {fault}");
    }
    let fault = Sender::parse(&SENDER.replacen("encoding = \"cp932\"", "encoding = \"sjis\"", 1));
    assert_eq!(fault.expect_err("no such encoding").line, 9);
}

#[test]
fn defaults_are_those_of_the_agreement() {
    let sender = Sender::parse("sender = \"s\"\nname = \"s\"\n[classes.tax]").expect("a sender");
    assert_eq!(
        (sender.honorific.as_str(), sender.approve_above, sender.refuse_above),
        ("様", 0.05, 0.5)
    );
    let class = sender.class("tax").expect("a class");
    assert_eq!(
        (class.paper_only, class.identity_level, class.copy_bytes_max),
        (false, 0, 5_000_000)
    );
    assert_eq!(sender.class("bill").map_err(|r| r.code), Err("unknown-class".to_owned()));
    let missing = Layout::compile(&sender, "tax");
    assert!(matches!(missing, Err(LayoutError::Refusal(r)) if r.code == "unknown-template"));
}
