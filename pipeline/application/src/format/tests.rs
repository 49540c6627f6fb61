//! Every format of the example file against its golden, and back.

use super::*;
use crate::municipality::Municipality;
use crate::procedure::Procedures;
use crate::setting::Unusable;

const MUNICIPALITY: &str = include_str!("../../../../config/municipality.toml");
const PROCEDURES: [&str; 3] = [
    include_str!("../../../../config/procedures/child-allowance.toml"),
    include_str!("../../../../config/procedures/move-out.toml"),
    include_str!("../../../../config/procedures/nursery.toml"),
];

fn procedures() -> &'static Procedures {
    static ALL: std::sync::OnceLock<Procedures> = std::sync::OnceLock::new();
    ALL.get_or_init(|| {
        let all = PROCEDURES.map(|text| Procedure::parse(text).expect("a procedure"));
        Procedures::new(all.to_vec()).expect("distinct codes")
    })
}

fn municipality(text: &str) -> Result<Municipality, Unusable> {
    Municipality::parse(text, procedures())
}

fn night() -> Date {
    Date::new(2026, 11, 22).expect("a day")
}

/// Converts one form by the format in force, and checks that it reads back.
fn round(
    municipality: &Municipality,
    code: &str,
    fields: &[(&str, &str)],
) -> Result<(Vec<u8>, Carried), Uncarried> {
    let procedure = procedures().get(code).expect("a procedure");
    let form = Form::of(fields.iter().copied());
    let placed = procedure.place(&form);
    let filing = Filing {
        procedure,
        placed: &placed,
        receipt: "A-1",
        received_at: Moment::parse_rfc3339("2026-11-21T10:00:00+09:00").expect("a moment"),
        municipality: municipality.code,
        verdict: "TOTAL_PASSED",
        night: night(),
    };
    let format = municipality.format_on(code, night());
    let mut file = Vec::new();
    format.begin(&mut file);
    let carried = format.convert(&filing, &mut file)?;
    if carried.substituted.is_empty() {
        let back = format.read_back(&file).expect("the file reads back");
        let expected = Back { receipt: Some("A-1".into()), form: format.canonical(&filing) };
        assert_eq!(back, [expected]);
    }
    Ok((file, carried))
}

/// Compares with the golden file, or writes it when `REPLACE=1`.
fn check(name: &str, found: &[u8]) {
    let path = format!("{}/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("REPLACE").is_some() {
        std::fs::write(&path, found).expect("the golden can be written");
    }
    let golden = std::fs::read(&path).expect("the golden exists");
    assert!(found == golden, "{name} differs (REPLACE=1 writes it anew)");
}

const MOVING: &[(&str, &str)] = &[
    ("municipality", "141003"),
    ("applicant.name", "髙橋　\"花\"子"),
    ("applicant.kana", "タカハシ ハナコ"),
    ("applicant.birth_date", "平成2年4月1日"),
    ("applicant.sex", "female"),
    ("applicant.postal_code", "231-0005"),
    ("applicant.address", "神奈川県横浜市中区本町6-50-10, 3階"),
    ("applicant.phone", "+81 45 123 4567"),
    ("new.address", "'東京都千代田区九段南1-2-1"),
    ("new.householder", "髙橋　花子"),
    ("moving.date", "2026/11/30"),
    ("moving.abroad", "no"),
    ("members[0].name", "髙橋　一郎"),
    ("members[0].birth_date", "R2.5.5"),
    ("members[1].relation", "子"),
    ("members[1].name", "髙橋　二葉"),
    ("members[1].birth_date", "昭和64年1月7日"),
];

const CLAIM: &[(&str, &str)] = &[
    ("applicant.name", "𠮷野 <花子> & \"妹\""),
    ("applicant.kana", "ヨシノ ハナコ"),
    ("applicant.birth_date", "H2.4.1"),
    ("applicant.sex", "female"),
    ("applicant.postal_code", "231-0005"),
    ("applicant.address", "神奈川県横浜市中区\n本町6-50-10"),
    ("applicant.phone", "045-123-4567"),
    ("applicant.email", "hanako@example.jp"),
    ("applicant.pension", "national"),
    ("event.date", "2026-11-15"),
    ("account.bank", "星見銀行"),
    ("account.branch", "本店"),
    ("account.number", "0234567"),
    ("account.holder_kana", "ﾖｼﾉ ﾊﾅｺ"),
    ("children[0].name", "𠮷野 一郎"),
    ("children[0].birth_date", "令和2年5月5日"),
    ("children[0].relation", "child"),
    ("children[0].living_together", "yes"),
    ("children[1].name", "𠮷野 二葉"),
    ("children[1].birth_date", "2026-11-10"),
    ("children[1].relation", "child"),
    ("children[1].living_together", "no"),
];

const NURSERY: &[(&str, &str)] = &[
    ("applicant.name", "星見\t花子"),
    ("applicant.kana", "ホシミ ハナコ"),
    ("applicant.birth_date", "1990年4月1日"),
    ("applicant.sex", "female"),
    ("applicant.postal_code", "2310005"),
    ("applicant.address", "神奈川県横浜市中区本町\\6-50-10"),
    ("applicant.phone", "045-123-4567"),
    ("child.name", "星見 \"一郎\""),
    ("child.birth_date", "2025-05-05"),
    ("start.date", "令和9年4月1日"),
    ("wishes[0].facility", "星見保育園"),
    ("wishes[1].facility", "海の見える丘保育園"),
    ("reason", "work"),
    ("work.employer", "星見製作所"),
    ("work.hours_month", "１６０"),
    ("allergy", "no"),
    ("remarks", "一行目\n二行目 \u{1F431}"),
];

#[test]
fn every_format_is_that_of_its_golden_and_reads_back() {
    let yokohama = municipality(MUNICIPALITY).expect("a municipality");
    for (name, code, fields) in [
        ("move-out.csv", "move-out", MOVING),
        ("child-allowance.xml", "child-allowance", CLAIM),
        ("nursery.json", "nursery", NURSERY),
    ] {
        let (file, carried) = round(&yokohama, code, fields).expect(name);
        assert_eq!(carried, Carried::default());
        check(name, &file);
    }
    let sjis = MUNICIPALITY.replace("encoding = \"utf-8\"", "encoding = \"cp932\"");
    let sjis = sjis.replace("encoding=\"UTF-8\"?>", "encoding=\"Shift_JIS\"?>");
    let yokohama = municipality(&sjis).expect("a municipality");
    let (file, _) = round(&yokohama, "child-allowance", CLAIM).expect("references");
    assert!(file.windows(9).any(|w| w == b"&#x20BB7;"), "𠮷 is a reference in Shift_JIS");
    check("child-allowance.sjis.xml", &file);
}

#[test]
fn the_version_in_force_is_the_latest_that_has_begun() {
    let later =
        "\n[[format]]\nprocedure = \"move-out\"\nvalid_from = \"2026-11-23\"\nkind = \"paper\"\n";
    let yokohama = municipality(&format!("{MUNICIPALITY}{later}")).expect("a municipality");
    let on = |code, text| yokohama.format_on(code, Date::parse(text).expect("a day")).kind();
    assert_eq!(on("move-out", "2026-11-22"), FormatKind::Csv);
    assert_eq!(on("move-out", "2026-11-23"), FormatKind::Paper);
    assert_eq!(on("move-out", "2026-03-31"), FormatKind::Paper);
    assert_eq!(on("nursery", "2026-04-01"), FormatKind::Json);
    assert_eq!(on("marriage", "2026-04-01"), FormatKind::Paper);
    assert!(yokohama.version_on("move-out", Date::new(2019, 1, 1).expect("a day")).is_none());
}

fn with<'f>(base: &[(&'f str, &'f str)], path: &'f str, value: &'f str) -> Vec<(&'f str, &'f str)> {
    let mut fields: Vec<_> = base.iter().copied().filter(|(p, _)| *p != path).collect();
    fields.push((path, value));
    fields
}

#[test]
fn what_a_format_cannot_carry_goes_to_a_person_with_the_field() {
    let yokohama = municipality(MUNICIPALITY).expect("a municipality");
    let long = "子".repeat(61);
    for (code, base, path, value, why) in [
        ("move-out", MOVING, "applicant.name", "𠮷野", Why::OutsideEncoding),
        ("move-out", MOVING, "applicant.name", "5¥", Why::OutsideEncoding),
        ("move-out", MOVING, "applicant.name", &long, Why::TooLong),
        ("move-out", MOVING, "applicant.name", "a\u{0}b", Why::ControlCharacter),
        ("move-out", MOVING, "applicant.sex", "f", Why::UnknownValue),
        ("move-out", MOVING, "moving.date", "いつか", Why::NotADay),
        ("move-out", MOVING, "applicant.birth_date", "1850-01-01", Why::NotADay),
        ("move-out", MOVING, "members[2].name", "三", Why::NoPlace),
        ("move-out", MOVING, "旧氏", "星", Why::NoPlace),
        ("child-allowance", CLAIM, "account.bank", "a\u{1}", Why::ControlCharacter),
        ("child-allowance", CLAIM, "account.bank", "\u{FFFE}", Why::ControlCharacter),
        ("nursery", NURSERY, "work.hours_month", "多数", Why::NotANumber),
        ("nursery", NURSERY, "allergy", "maybe", Why::UnknownValue),
    ] {
        let uncarried = round(&yokohama, code, &with(base, path, value)).expect_err(path);
        assert_eq!(uncarried, Uncarried { field: path.to_owned(), why }, "{value}");
    }
}

#[test]
fn declared_substitutes_are_written_and_counted() {
    let text = MUNICIPALITY.replace("outside = \"person\"", "outside = \"〓\"");
    let yokohama = municipality(&text).expect("a municipality");
    let fields = with(MOVING, "new.householder", "𠮷野−𠮷子");
    let (file, carried) = round(&yokohama, "move-out", &fields).expect("it is carried");
    assert_eq!(carried.substituted, [("new.householder".to_owned(), 3)]);
    let (text, ..) = encoding_rs::SHIFT_JIS.decode(&file);
    assert!(text.contains("\"〓野－〓子\""), "{text}");
}

#[test]
fn a_formula_is_disarmed_and_comes_back_as_it_was() {
    let yokohama = municipality(MUNICIPALITY).expect("a municipality");
    let (file, _) = round(&yokohama, "move-out", MOVING).expect("it is carried");
    let (text, ..) = encoding_rs::SHIFT_JIS.decode(&file);
    assert!(text.contains("\"'+81 45 123 4567\"") && text.contains("\"''東京都"), "{text}");
}

#[test]
fn every_value_of_a_thousand_comes_back_from_every_format() {
    let alphabet: Vec<char> =
        "aZ09 ,;\"'<>&=+-@＝\t\n\r{}[]\\/漢字ｶﾅ髙①％\u{3000}".chars().collect();
    let mut state = 20_261_122u64;
    let mut random = |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let needed = MUNICIPALITY.replace("quote = \"always\"", "quote = \"needed\"\nheader = false");
    let needed = needed.replace("header = true\n", "").replace("max = 60\n", "");
    let utf8 =
        needed.replace("\"cp932\"\n", "\"utf-8-bom\"\n").replace("outside = \"person\"\n", "");
    let utf8 = utf8.replace("substitutes = { \"−\" = \"－\" }\n", "");
    let files = [&needed, &utf8].map(|text| municipality(text).expect("a municipality"));
    for turn in 0..1_000 {
        let len = 1 + random(12);
        let value: String = (0..len).map(|_| alphabet[random(alphabet.len())]).collect();
        let yokohama = &files[turn % 2];
        for (code, base, path) in [
            ("move-out", MOVING, "applicant.name"),
            ("child-allowance", CLAIM, "applicant.kana"),
            ("child-allowance", CLAIM, "children[1].name"),
            ("nursery", NURSERY, "wishes[1].facility"),
        ] {
            round(yokohama, code, &with(base, path, &value)).expect("nothing is outside");
        }
    }
}

#[test]
fn every_broken_municipality_file_says_its_line_and_key() {
    for (from, to, at, key) in [
        ("code = \"141003\"", "code = \"141004\"", "code = \"141004\"", "code"),
        ("code = \"141003\"", "code = \"14104\"", "code = \"14104\"", "code"),
        ("231-0005", "231-005", "postal_code", ""),
        ("days = 3", "days = 93", "code = \"141003\"", "acknowledgement.days"),
        ("kind = \"paper\"\n", "kind = \"fax\"\n", "kind = \"fax\"", ""),
        ("kind = \"paper\"\n", "kind = \"csv\"\n", "procedure = \"*\"", "format.procedure"),
        (
            "kind = \"paper\"\n",
            "kind = \"paper\"\nheader = true\n",
            "procedure = \"*\"",
            "format.header",
        ),
        ("procedure = \"*\"", "procedure = \"marriage\"", "procedure = \"marr", "format.procedure"),
        ("delimiter = \",\"", "delimiter = \"x\"", "procedure = \"move-out\"", "format.delimiter"),
        ("outside = \"person\"", "outside = \"𠮷\"", "procedure = \"move-out\"", "format.outside"),
        ("field = \"applicant.kana\"", "field = \"applicant.nom\"", "name = \"フリガナ", "field"),
        (
            "field = \"members[0].name\"",
            "field = \"members[].name\"",
            "name = \"同伴者1氏",
            "column.field",
        ),
        ("meta = \"receipt\"", "meta = \"receipt\"\ntext = \"x\"", "name = \"受付番号", "field"),
        ("female = \"2\", un", "female = \"1\", un", "name = \"性別", "values"),
        (
            "field = \"applicant.kana\"",
            "field = \"applicant.kana\"\ndate = \"slash\"",
            "name = \"フリガナ",
            "date",
        ),
        ("name = \"フリガナ\"", "name = \"𠮷\"", "name = \"𠮷", "column.name"),
        ("{{ applicant.name }}", "{{ applicant.nom }}", "{{ applicant.nom", "format.template"),
        ("{{ applicant.name }}", "{{ applicant.name }}様", "<?xml", "format.template"),
        (
            "{{ applicant.name }}",
            "{{ applicant.name | loud }}",
            "{{ applicant.name | ",
            "format.template",
        ),
        ("</認定請求>", "</認定>", "<?xml", "format.template"),
        ("</認定請求>", "<!-- x --></認定請求>", "<!-- x", "format.template"),
        ("{{/each}}", "", "'''\n\n#", "format.template"),
        ("{{#each children}}", "{{#each pets}}", "{{#each pets", "format.template"),
        ("{{ .name }}", "{{ name }}", "{{ name", "format.template"),
        ("{{/if}}\n    <年金>", "{{/if}}\n    <メール種別>", "<?xml", "format.template"),
        ("encoding=\"UTF-8\"", "encoding=\"Shift_JIS\"", "<?xml", "format.template"),
        ("name = \"児童.氏名\"", "name = \"保護者.氏名\"", "name = \"保護者.氏名\"", "key.name"),
        (
            "name = \"児童.氏名\"",
            "name = \"保護者.氏名.名\"",
            "name = \"保護者.氏名.名",
            "key.name",
        ),
        (
            "name = \"希望施設[].名称\"",
            "name = \"希望施設.名称\"",
            "name = \"希望施設.名称",
            "key.name",
        ),
        (
            "field = \"wishes[].facility\"",
            "field = \"wishes[0].facility\"",
            "name = \"希望施設",
            "key.field",
        ),
        ("field = \"remarks\"", "field = \"remarks\"\nas = \"number\"", "name = \"備考", "key.as"),
    ] {
        assert!(MUNICIPALITY.contains(from), "{from}");
        let text = match from.starts_with("{{") || from.contains('<') {
            // The template, not the explanation above it.
            true => {
                let (head, tail) = MUNICIPALITY.split_once("template = '''").expect("a template");
                format!("{head}template = '''{}", tail.replacen(from, to, 1))
            }
            false => MUNICIPALITY.replacen(from, to, 1),
        };
        let start = text.find("[office]").filter(|_| at.starts_with("{{")).unwrap_or(0);
        let start =
            if at.starts_with("{{") { text.find("template = '''").expect("one") } else { start };
        let place = start + text[start..].find(at).expect(at);
        let line = text[..place].matches('\n').count() + 1;
        let e = municipality(&text).expect_err(to);
        assert_eq!((e.line, e.key.as_str()), (line, key), "{to}: {e}");
    }
}

#[test]
fn a_file_of_another_format_does_not_read_back() {
    let yokohama = municipality(MUNICIPALITY).expect("a municipality");
    for (code, good, bad) in [
        ("move-out", "move-out.csv", &b"\"a\",\"b\"\r\n"[..]),
        ("move-out", "move-out.csv", b"\"a"),
        ("child-allowance", "child-allowance.xml", b"<x/>"),
        ("nursery", "nursery.json", b"{\"x\":1}"),
        ("nursery", "nursery.json", b"["),
    ] {
        let format = yokohama.format_on(code, night());
        let path = format!("{}/golden/{good}", env!("CARGO_MANIFEST_DIR"));
        let good = std::fs::read(path).expect("the golden exists");
        assert!(format.read_back(&good).is_some());
        assert_eq!(format.read_back(bad), None);
        assert_eq!(format.read_back(&[&good, bad].concat()), None);
    }
}
