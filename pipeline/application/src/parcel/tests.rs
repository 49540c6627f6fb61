//! Parcels, whole and broken.

use super::*;

pub(super) fn site() -> Site {
    Site::parse(
        "site = \"one-stop\"\nname = \"ワンストップ\"\nprofile = \"jpki-sign\"\n\
         procedures = [\"move-out\", \"900A010200001000\"]\n",
    )
    .expect("a site")
}

fn members(files: &[(&str, &[u8])]) -> BTreeMap<String, Vec<u8>> {
    files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect()
}

fn two() -> BTreeMap<String, Vec<u8>> {
    members(&[
        ("manifest.json", b""),
        ("A-1/form.json", b"{\"name\":\"x\"}"),
        ("A-1/identity.pdf", b"%PDF-1.7"),
        ("A-1/signature.p7s", b"sig"),
        ("A-2/form.xml", b"<f><name>y</name></f>"),
        ("A-2/signature.xml", b"<s/>"),
        ("note.txt", b"?"),
    ])
}

const MANIFEST_OF_TWO: &str = r#"{"site":"one-stop","parcel":"p-1","applications":[
{"receipt":"A-1","received_at":"2026-11-21T10:00:00+09:00","procedure":"move-out",
 "form":"A-1/form.json","attachments":["A-1/identity.pdf"],
 "signature":{"kind":"cms","file":"A-1/signature.p7s","content":"A-1/form.json"}},
{"receipt":"A-2","received_at":"2026-11-21T11:00:00Z","procedure":"move-out",
 "form":"A-2/form.xml","attachments":[],"signature":{"kind":"xml","file":"A-2/signature.xml"}}]}"#;

#[test]
fn a_parcel_of_two_is_read_with_all_its_files() {
    let members = two();
    let parcel = Parcel::read(&site(), MANIFEST_OF_TWO.as_bytes(), &members).expect("a parcel");
    assert_eq!((parcel.parcel.as_str(), parcel.set_aside.len()), ("p-1", 0));
    let [first, second] = &parcel.applications[..] else { panic!("two applications") };
    assert_eq!(first.form.get("name"), Some("x"));
    assert_eq!(first.attachments[0].stem(), "identity");
    assert_eq!(first.signature.kind, SignatureKind::Cms);
    assert_eq!(first.signature.content.as_ref().map(|c| c.0.as_str()), Some("A-1/form.json"));
    assert_eq!(
        first.files().map(|f| f.0).collect::<Vec<_>>(),
        ["A-1/form.json", "A-1/identity.pdf"]
    );
    assert_eq!(second.form.get("name"), Some("y"));
    assert_eq!(parcel.unlisted, ["note.txt"]);
}

#[test]
fn a_parcel_of_one_may_leave_out_the_list() {
    let text = MANIFEST_OF_TWO.replace(",\"applications\":[\n{", ",");
    let text = format!("{}}}", text.split("},\n{\"receipt\":\"A-2\"").next().expect("the first"));
    let members = two();
    let parcel = Parcel::read(&site(), text.as_bytes(), &members).expect("a parcel");
    assert_eq!(parcel.applications[0].receipt, "A-1");
}

#[test]
fn every_broken_manifest_refuses_the_parcel_with_its_place() {
    for (from, to, code, line, column) in [
        ("one-stop", "other", "unknown-site", 0, "site"),
        ("p-1", "../p", "bad-parcel-name", 0, "parcel"),
        ("\"parcel\":\"p-1\",", "", "missing-key", 0, "parcel"),
        ("\"parcel\":\"p-1\"", "\"parcel\":1", "missing-key", 0, "parcel"),
        ("A-2\"", "A-1\"", "double-receipt", 0, "applications[1].receipt"),
        ("\"receipt\":\"A-1\",", "\"receipt\":\"A-1\",,", "bad-manifest", 2, "18"),
        ("\"receipt\":\"A-1\",", "\"receipt\":\"A-1\",\"receipt\":\"B\",", "bad-manifest", 2, "26"),
        ("\"site\":\"one-stop\"", "\"site\":\"one-stop\",\"form\":\"x\"", "unknown-key", 0, ""),
    ] {
        let members = two();
        let text = MANIFEST_OF_TWO.replacen(from, to, 1);
        let refusal = Parcel::read(&site(), text.as_bytes(), &members).expect_err("broken");
        assert_eq!(refusal.code, code, "{to}");
        assert_eq!((refusal.origin.line, refusal.origin.column.as_str()), (line, column), "{to}");
    }
    let members = two();
    let empty = br#"{"site":"one-stop","parcel":"p-1","applications":[]}"#;
    let refusal = Parcel::read(&site(), empty, &members).expect_err("no application");
    assert_eq!(refusal.code, "no-applications");
    let many = format!(
        "{{\"site\":\"one-stop\",\"parcel\":\"p\",\"applications\":[{}{{}}]}}",
        "{\"receipt\":\"A\"},".repeat(10_000) + "{\"receipt\":\"B\"},"
    );
    let refusal = Parcel::read(&site(), many.as_bytes(), &members).expect_err("too many");
    assert_eq!(refusal.code, "too-many-applications");
}

#[test]
fn a_broken_application_is_set_aside_alone_with_its_place() {
    for (from, to, code, column) in [
        ("\"receipt\":\"A-1\",", "", "missing-key", "receipt"),
        ("\"A-1\"", "\"A_1\"", "bad-receipt", "receipt"),
        ("T10:00:00+09:00", "", "bad-received-at", "received_at"),
        ("move-out", "marriage", "unknown-procedure", "procedure"),
        ("\"form\":\"A-1/form.json\",", "", "missing-key", "form"),
        ("A-1/form.json", "A-2/form.xml", "foreign-member", "form"),
        ("A-1/form.json", "A-1/other.json", "missing-member", "form"),
        ("A-1/identity.pdf", "A-1/none.pdf", "missing-member", "attachments[0]"),
        ("A-1/identity.pdf", "A-1/form.json", "double-member", "attachments[0]"),
        ("[\"A-1/identity.pdf\"]", "[1]", "missing-key", "attachments[0]"),
        ("\"signature\":{\"kind\":\"cms\",", "\"signature\":{", "missing-signature", "signature"),
        ("\"cms\"", "\"pgp\"", "unknown-signature-kind", "signature.kind"),
        ("\"procedure\"", "\"colour\":\"red\",\"procedure\"", "unknown-key", ""),
    ] {
        let members = two();
        let text = MANIFEST_OF_TWO.replacen(from, to, 1);
        let parcel = Parcel::read(&site(), text.as_bytes(), &members).expect("a parcel");
        let [aside] = &parcel.set_aside[..] else { panic!("{to}: {:?}", parcel.set_aside) };
        assert_eq!(aside.refusal.code, code, "{to}");
        assert_eq!(aside.refusal.origin.column, format!("applications[0].{column}"), "{to}");
        assert_eq!((aside.index, parcel.applications.len()), (0, 1), "{to}");
        assert_eq!(parcel.applications[0].receipt, "A-2");
    }
}

#[test]
fn an_item_that_is_no_application_is_set_aside() {
    let text = MANIFEST_OF_TWO.replace("[\n{", "[\n{},5,{").replace("}}]}", "}},null]}");
    let members = two();
    let parcel = Parcel::read(&site(), text.as_bytes(), &members).expect("a parcel");
    let codes: Vec<_> = parcel.set_aside.iter().map(|a| a.refusal.code.as_str()).collect();
    assert_eq!(
        (codes, parcel.applications.len()),
        (vec!["missing-key", "unknown-key", "missing-key"], 2)
    );
}

#[test]
fn a_form_that_cannot_be_read_sets_its_application_aside() {
    for (bytes, code, line) in
        [(&b"{\"a\":\n1,}"[..], "bad-form", 2), (b"{}", "empty-form", 0), (b"\xff", "bad-form", 1)]
    {
        let mut members = two();
        members.insert("A-1/form.json".into(), bytes.to_vec());
        let parcel = Parcel::read(&site(), MANIFEST_OF_TWO.as_bytes(), &members).expect("a parcel");
        let refusal = &parcel.set_aside[0].refusal;
        assert_eq!((refusal.code.as_str(), refusal.origin.line), (code, line));
        assert_eq!(refusal.origin.file, "A-1/form.json");
        assert_eq!(parcel.set_aside[0].procedure.as_deref(), Some("move-out"));
    }
}

const KOUSEI_TEXT: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<DataRoot><様式ID>999000000000000001</様式ID><構成情報 ID=\"構成情報\"><管理情報><手続番号>
<手続ID>900A010200001000</手続ID></手続番号><初回受付番号/></管理情報>
<添付書類属性情報><添付種別>添付</添付種別><添付書類名称>住民票の写し</添付書類名称>
<添付書類ファイル名称>tenpu.pdf</添付書類ファイル名称></添付書類属性情報>
<申請書属性情報><申請書ファイル名称>900A_01.xml</申請書ファイル名称></申請書属性情報></構成情報>
<署名情報><Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"/></署名情報></DataRoot>";

fn package(kousei: &str) -> BTreeMap<String, Vec<u8>> {
    members(&[
        (KOUSEI, kousei.as_bytes()),
        ("900A_01.xml", "<DataRoot><氏名>星</氏名></DataRoot>".as_bytes()),
        ("tenpu.pdf", b"%PDF-1.4"),
    ])
}

#[test]
fn a_package_of_the_egov_shape_becomes_a_parcel_of_one() {
    let members = package(KOUSEI_TEXT);
    let arrival = Arrival { parcel: "900A_(1)", received_at: Moment(1_795_000_000) };
    let parcel = Parcel::open(&site(), &Arrival { parcel: "900A_1", ..arrival }, &members);
    let parcel = parcel.expect("a parcel");
    let application = &parcel.applications[0];
    assert_eq!(application.receipt, "900A-1");
    assert_eq!(application.procedure, "900A010200001000");
    assert_eq!(application.received_at, Moment(1_795_000_000));
    assert_eq!(application.form.get("氏名"), Some("星"));
    assert_eq!(application.attachments[0].title, "住民票の写し");
    assert_eq!(application.signature.kind, SignatureKind::Xml);
    assert_eq!(application.signature.bytes, KOUSEI_TEXT.as_bytes());
    assert!(parcel.unlisted.is_empty());
    let refusal = Parcel::open(&site(), &arrival, &members).expect_err("a bad name");
    assert_eq!(refusal.code, "bad-parcel-name");
}

#[test]
fn a_broken_egov_package_says_what_is_missing() {
    let arrival = Arrival { parcel: "e-1", received_at: Moment(0) };
    for (from, to, code) in [
        ("900A_01.xml", "other.xml", "missing-member"),
        ("900A010200001000", "900A", "unknown-procedure"),
        ("<署名情報>", "<!--", "missing-signature"),
    ] {
        let text = KOUSEI_TEXT.replace(from, to);
        let text = if to == "<!--" { text.replace("</署名情報>", "-->") } else { text };
        let members = package(&text);
        let parcel = Parcel::open(&site(), &arrival, &members).expect("a parcel");
        assert_eq!(parcel.set_aside[0].refusal.code, code, "{to}");
    }
    for (text, code) in [
        ("<DataRoot><x>1</x></DataRoot>", "missing-key"),
        ("<!DOCTYPE x><DataRoot/>", "bad-manifest"),
    ] {
        let members = package(text);
        let refusal = Parcel::open(&site(), &arrival, &members).expect_err("broken");
        assert_eq!(refusal.code, code);
    }
    let mut both = package(KOUSEI_TEXT);
    both.insert(MANIFEST.into(), Vec::new());
    assert_eq!(
        Parcel::open(&site(), &arrival, &both).map_err(|r| r.code),
        Err("no-manifest".into())
    );
}

#[test]
fn an_object_of_a_hundred_thousand_keys_is_read_in_no_time() {
    let keys: String = (0..100_000).map(|i| format!("\"k{i}\":\"\",")).collect();
    let text = format!("{{{keys}\"site\":\"one-stop\",\"parcel\":\"p\"}}");
    let members = two();
    let refusal = Parcel::read(&site(), text.as_bytes(), &members).expect_err("unknown keys");
    assert_eq!(refusal.code, "unknown-key");
}

#[test]
fn a_parcel_with_broken_bytes_is_read_or_refused_and_never_loses_an_application() {
    let mut state = 3u64;
    let mut random = |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let arrival = Arrival { parcel: "e-1", received_at: Moment(0) };
    for turn in 0..6_000 {
        let mut members = if turn % 3 == 0 { package(KOUSEI_TEXT) } else { two() };
        if turn % 3 > 0 {
            members.insert(MANIFEST.into(), MANIFEST_OF_TWO.as_bytes().to_vec());
        }
        let names: Vec<String> = members.keys().cloned().collect();
        let bytes = members.get_mut(&names[random(names.len())]).expect("its own name");
        for _ in 0..=random(3) {
            let (at, len) = (random(bytes.len().max(1)), bytes.len());
            match random(3) {
                0 if at < len => bytes[at] = random(256) as u8,
                1 => bytes.truncate(at),
                _ => bytes.insert(at.min(len), b"{}[]\",<>&/\\\xff"[random(12)]),
            }
        }
        let count = if turn % 3 == 0 { 1 } else { 2 };
        if let Ok(parcel) = Parcel::open(&site(), &arrival, &members) {
            let found = parcel.applications.len() + parcel.set_aside.len();
            let text = members.get(MANIFEST).map(|m| String::from_utf8_lossy(m).into_owned());
            assert_eq!(found, count, "{text:?}");
        }
    }
}
