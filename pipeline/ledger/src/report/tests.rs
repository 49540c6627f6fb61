//! The report of made-up nights.

use letter::channel::{Channel, ChannelReason};
use letter::{BatchId, Origin, Reason};

use super::*;
use crate::account::tests::placed;
use crate::reconcile::Check;

fn sender(id: &str) -> SenderId {
    SenderId::parse(id).expect("an id")
}

fn account(id: &str, batch: &str, printed: u64, delivered: u64, both: u64) -> Account {
    let batch = BatchId::parse(batch).expect("an id");
    let mut account = Account::open(sender(id), batch, printed + delivered + both);
    for i in 0..printed {
        let why = ChannelReason::ALL[[0, 1, 2, 3, 4, 5, 6, 7, 2, 2, 2, 3, 6][(i % 13) as usize]];
        account.print(&placed(Channel::Paper, why));
    }
    for _ in 0..delivered {
        account.deliver(ChannelReason::PrefersElectronic);
    }
    for _ in 0..both {
        account.print(&placed(Channel::Both, ChannelReason::PrefersBoth));
        account.also_deliver();
    }
    account
}

fn stop(account: &mut Account, reason: &Reason, count: u64) {
    for _ in 0..count {
        account.ends.records_in += 1;
        account.stop(reason);
    }
}

fn batch(account: Account, name: &str, template: &str, class: &str) -> BatchReport {
    let (sender, id) = (account.sender.clone(), account.batch.clone());
    let print = format!("print/{sender}/{id}");
    let link = |label: &str, path: String| FileLink { label: label.into(), path };
    BatchReport {
        status: Status::of(&account.ends),
        sender_name: name.into(),
        part: 1,
        template: template.into(),
        class: class.into(),
        posting_date: Date::parse("2026-11-25").expect("a day"),
        trays: (account.envelopes / 500 + 1) as u32,
        bundles: (account.envelopes / 60 + 1) as u32,
        files: vec![
            link("印刷ファイル 1", format!("{print}/{id}-001.pdf")),
            link("制御ファイル", format!("{print}/control.csv")),
            link("トレー札", format!("{print}/tray-labels.pdf")),
            link("作業票", format!("{print}/job-ticket.pdf")),
            link("受付結果", format!("outbox/{sender}/{id}.receipt.txt")),
        ],
        account,
    }
}

/// A night in which every record is accounted for and nothing waits.
fn good() -> ReportInput {
    let mut water = account("kawase-water", "bill-2026-11", 600, 180, 0);
    stop(&mut water, &Reason::BadPostalCode { value: "x".into() }, 4);
    ReportInput {
        shop: "見本印刷センター".into(),
        now: Moment::parse_rfc3339("2026-11-22T02:00:00+09:00").expect("a moment"),
        snapshot: "pref-2026-11-22-3f9a".into(),
        dictionary: "2026-10".into(),
        version: "lettershop 0.1.0".into(),
        batches: vec![
            batch(
                account("hoshimi-city", "tax-2026-1", 1_100, 90, 10),
                "星見市",
                "tax-notice",
                "tax",
            ),
            batch(water, "川瀬水道", "water-bill", "bill"),
        ],
        refusals: Vec::new(),
        discrepancies: Vec::new(),
        applications: None,
        tables: Vec::new(),
        stages: Vec::new(),
        wall_seconds: None,
        files: vec![FileLink { label: "台帳".into(), path: "ledger.parquet".into() }],
    }
}

/// A night with everything that can wait, and times.
fn waiting() -> ReportInput {
    let mut input = good();
    let mut insurer = account("mirai-life", "annual-2026", 240, 740, 20);
    stop(
        &mut insurer,
        &Reason::UnknownPostalCode { postal: String::new(), dictionary: String::new() },
        9,
    );
    stop(
        &mut insurer,
        &Reason::AddressMismatch { postal: String::new(), expected: String::new() },
        5,
    );
    stop(&mut insurer, &Reason::MissingField { field: "name".into() }, 3);
    stop(&mut insurer, &Reason::MissingGlyph { field: "name".into(), character: String::new() }, 4);
    stop(&mut insurer, &Reason::UnknownGaiji { field: "name".into(), code: 0xE001 }, 2);
    stop(&mut insurer, &Reason::PulledByOperator { note: "R-1".into() }, 1);
    input.batches.push(batch(insurer, "未来生命", "annual-notice", "annual"));
    let mut held = account("hoshimi-city", "tax-2026-2", 0, 0, 0);
    stop(&mut held, &Reason::BadDate { field: "issued".into(), value: String::new() }, 12);
    stop(&mut held, &Reason::AwaitsApproval { set_aside: 12, records: 100 }, 88);
    let mut held = batch(held, "星見市", "tax-notice", "tax");
    held.status = Status::AwaitingApproval;
    input.batches.push(held);
    input.refusals.push(RefusedDrop {
        sender: sender("mirai-life"),
        sender_name: "未来生命".into(),
        batch: "annual-2026.zip".into(),
        refusal: Refusal {
            origin: Origin {
                file: "recipients.csv".into(),
                line: 0,
                column: String::new(),
                byte: 0,
            },
            code: "bad-hash".into(),
            japanese: "recipients.csv のハッシュ値がマニフェストと一致しません".into(),
            english: "the hash of recipients.csv is not that of the manifest".into(),
            fix_japanese: String::new(),
            fix_english: String::new(),
        },
    });
    let stage = |stage: &str, seconds, letters| StageTime { stage: stage.into(), seconds, letters };
    input.stages = vec![
        stage("intake", 0.42, 3_000),
        stage("resolve", 0.21, 2_990),
        stage("route", 0.08, 2_990),
        stage("measure", 1.9, 2_900),
        stage("plan", 0.03, 1_970),
        stage("paint", 2.4, 1_970),
        stage("deliver", 0.9, 1_040),
        stage("reconcile", 0.7, 3_000),
    ];
    input.wall_seconds = Some(6.64);
    input
}

/// A night in which a letter is lost.
fn bad() -> ReportInput {
    let mut input = waiting();
    let (sender, batch) = (sender("kawase-water"), BatchId::parse("bill-2026-11").expect("an id"));
    for (code, place, expected, found) in [
        (Check::FileLetters, "print file 1", 600, 599),
        (Check::Letters, "", 600, 599),
        (Check::Equation, "", 784, 783),
    ] {
        let (sender, batch, place) = (sender.clone(), batch.clone(), place.to_owned());
        input.discrepancies.push(Discrepancy { sender, batch, code, place, expected, found });
    }
    input
}

#[test]
fn the_verdict_follows_accounts_and_closing_check() {
    assert_eq!(good().verdict(), Verdict::Good);
    assert_eq!(waiting().verdict(), Verdict::Waiting);
    assert_eq!(bad().verdict(), Verdict::Bad);
    let mut lost = good();
    lost.batches[0].account.ends.records_in += 1;
    assert_eq!(lost.verdict(), Verdict::Bad, "an account that does not close");
}

#[test]
fn the_report_says_at_its_head_whether_the_night_is_good() {
    for (input, class, words) in [
        (good(), "verdict good", "全件照合済み<small>"),
        (waiting(), "verdict waiting", "全件照合済み・確認待ちあり"),
        (bad(), "verdict bad", "照合不一致<small>"),
    ] {
        let html = report_html(&input);
        let head = html.find(class).expect("the verdict's class");
        let said = html.find(words).expect("the verdict's words");
        assert!(html.contains("<path d=\"M"), "the sign is drawn");
        assert!(head < said && said < html.find("<h2>").expect("a section"));
    }
}

#[test]
fn discrepancies_come_before_every_other_section() {
    let html = report_html(&bad());
    let first = &html[html.find("<h2>").expect("a section")..];
    assert!(first.starts_with("<h2>照合不一致<small>"), "{}", &first[..60]);
    assert!(html.contains("file-letters") && html.contains(">-1</td>"));
    assert!(!report_html(&good()).contains("Discrepancies"));
}

#[test]
fn the_report_needs_nothing_from_outside() {
    for input in [good(), waiting(), bad()] {
        let html = report_html(&input);
        for outside in ["http:", "https:", "url(", "<script", "<link", "<img", "@import", "src="] {
            assert!(!html.contains(outside), "{outside}");
        }
    }
}

#[test]
fn a_name_cannot_become_markup() {
    let mut input = waiting();
    let evil = "<img src=x onerror=alert(1)>\"'";
    input.shop = evil.into();
    input.snapshot = evil.into();
    input.batches[0].sender_name = evil.into();
    input.batches[0].template = evil.into();
    input.batches[0].files[0] = FileLink { label: evil.into(), path: evil.into() };
    input.refusals[0].refusal.japanese = evil.into();
    input.refusals[0].batch = evil.into();
    input.stages[0].stage = evil.into();
    let html = report_html(&input);
    assert!(!html.contains("<img") && !html.contains("\"'"), "an escaped value only");
    assert!(html.contains("&lt;img src=x onerror=alert(1)&gt;&quot;&#39;"));
}

#[test]
fn a_night_without_times_says_so_and_one_with_times_shows_them() {
    assert!(report_html(&good()).contains("所要時間は測っていません"));
    let html = report_html(&waiting());
    assert!(html.contains("49,250 通/分"), "1,970 letters painted in 2.4 s");
}

#[test]
fn the_equation_is_summed_over_batches() {
    let total = waiting().total();
    assert_eq!((total.records_in, total.ended()), (3_108, 3_108));
    assert!(report_html(&waiting()).contains("<b>3,108</b><span>受付</span>"));
}

#[test]
fn an_empty_night_is_good() {
    let mut input = good();
    input.batches.clear();
    assert_eq!(input.verdict(), Verdict::Good);
    assert!(report_html(&input).contains("<b>0</b><span>受付</span>"));
}

#[test]
fn the_input_reads_back_from_json() {
    let input = bad();
    let json = serde_json::to_string(&input).expect("plain data");
    assert_eq!(serde_json::from_str::<ReportInput>(&json).expect("its own JSON"), input);
}

/// Leaves the made-up nights where `REPORTS` names a directory, to be looked at.
#[test]
fn reports_can_be_looked_at() {
    let Some(directory) = std::env::var_os("REPORTS").map(std::path::PathBuf::from) else { return };
    for (name, input) in [("good", good()), ("waiting", waiting()), ("bad", bad())] {
        std::fs::write(directory.join(name).with_extension("html"), report_html(&input))
            .expect("the directory can be written");
    }
}
