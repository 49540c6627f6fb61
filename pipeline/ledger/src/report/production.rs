//! What goes to the machines: sheets, envelopes, postage, trays, the files and the night's times.

use super::html::Html;
use super::plot::bar;
use super::{BatchReport, FileLink, ReportInput};
use crate::wide::grouped;

/// Sheets, envelopes, weight, postage and trays per batch.
pub fn production(page: &mut Html, input: &ReportInput) {
    page.raw("<section>").heading("印刷・封入・差出", "Print, insert, post");
    page.raw("<div class=\"scroll\"><table>").columns(&[
        ("差出人・案件", "sender, batch", false),
        ("種別・様式", "class, template", false),
        ("差出日", "posting date", false),
        ("用紙（枚）", "sheets", true),
        ("封筒（通）", "envelopes", true),
        ("重さ（kg）", "weight", true),
        ("郵便料金（円）", "postage", true),
        ("トレー", "trays", true),
        ("把束", "bundles", true),
    ]);
    let mut total = Figures::default();
    for batch in &input.batches {
        let figures = Figures::of(batch);
        page.raw("<tr><td>").text(&batch.sender_name).raw("　").element("code", "", batch.id());
        page.raw("</td><td>").text(&batch.class).element("small", "", &batch.template).raw("</td>");
        page.element("td", "date", &batch.posting_date.to_string());
        figures.cells(page);
        page.raw("</tr>\n");
        total.add(&figures);
    }
    page.raw("<tr class=\"total\"><td colspan=\"3\">合計<small>total</small></td>");
    total.cells(page);
    page.raw("</tr></table></div></section>\n");
}

#[derive(Default)]
struct Figures {
    sheets: u64,
    envelopes: u64,
    weight_mg: u64,
    postage_yen: u64,
    trays: u64,
    bundles: u64,
}

impl Figures {
    fn of(batch: &BatchReport) -> Self {
        let account = &batch.account;
        Self {
            sheets: account.sheets,
            envelopes: account.envelopes,
            weight_mg: account.weight_mg,
            postage_yen: account.postage_yen,
            trays: batch.trays.into(),
            bundles: batch.bundles.into(),
        }
    }

    fn add(&mut self, other: &Self) {
        self.sheets += other.sheets;
        self.envelopes += other.envelopes;
        self.weight_mg += other.weight_mg;
        self.postage_yen += other.postage_yen;
        self.trays += other.trays;
        self.bundles += other.bundles;
    }

    fn cells(&self, page: &mut Html) {
        page.element("td", "num", &grouped(self.sheets));
        page.element("td", "num", &grouped(self.envelopes));
        page.element("td", "num", &kilograms(self.weight_mg));
        page.element("td", "num", &grouped(self.postage_yen));
        page.element("td", "num", &grouped(self.trays));
        page.element("td", "num", &grouped(self.bundles));
    }
}

/// Returns milligrams as kilograms with one decimal.
fn kilograms(weight_mg: u64) -> String {
    let tenths = (weight_mg + 50_000) / 100_000;
    format!("{}.{}", grouped(tenths / 10), tenths % 10)
}

/// Where the files are.
pub fn files(page: &mut Html, input: &ReportInput) {
    page.raw("<section>").heading("ファイル", "Files");
    page.raw("<dl class=\"files\">");
    for batch in input.batches.iter().filter(|batch| !batch.files.is_empty()) {
        page.raw("<dt>").text(&batch.sender_name).raw("　").element("code", "", batch.id());
        page.raw("</dt>");
        links(page, &batch.files);
    }
    if !input.files.is_empty() {
        page.raw("<dt>全体<small>whole night</small></dt>");
        links(page, &input.files);
    }
    page.raw("</dl></section>\n");
}

fn links(page: &mut Html, files: &[FileLink]) {
    page.raw("<dd><ul>");
    for file in files {
        page.raw("<li>").link(&file.path, &file.label).element("small", "", &file.path);
        page.raw("</li>");
    }
    page.raw("</ul></dd>\n");
}

/// What each stage took, and letters a minute over the night.
pub fn times(page: &mut Html, input: &ReportInput) {
    page.raw("<section>").heading("所要時間", "Times");
    if input.stages.is_empty() {
        page.raw(
            "<p class=\"quiet\">この夜は時刻を固定して処理したため、所要時間は測っていません。",
        );
        page.raw("<small>The clock was fixed: times were not taken.</small></p></section>\n");
        return;
    }
    let max = input.stages.iter().map(|stage| stage.seconds).fold(0.0, f64::max);
    page.raw("<table class=\"plot\">");
    for stage in &input.stages {
        page.raw("<tr><th>").text(stage_japanese(&stage.stage));
        page.element("small", "", &stage.stage).raw("</th><td>");
        bar(page, "time", stage.seconds, max.max(f64::MIN_POSITIVE));
        page.raw("</td>").element("td", "num", &seconds(stage.seconds));
        page.element("td", "num share", &per_minute(stage.letters, stage.seconds)).raw("</tr>\n");
    }
    page.raw("</table>");
    if let Some(wall) = input.wall_seconds {
        let letters = input.total().records_in;
        page.raw("<p class=\"throughput\">全体 ").element("b", "", &seconds(wall)).raw("　");
        page.element("b", "", &per_minute(letters, wall));
        page.raw("<small>whole night, records in</small></p>");
    }
    page.raw("</section>\n");
}

fn seconds(seconds: f64) -> String {
    match seconds {
        s if s < 10.0 => format!("{s:.2} 秒"),
        s if s < 120.0 => format!("{s:.1} 秒"),
        s => format!("{} 分 {:02} 秒", (s / 60.0) as u64, (s % 60.0) as u64),
    }
}

fn per_minute(letters: u64, seconds: f64) -> String {
    if letters == 0 || seconds <= 0.0 {
        return "—".to_owned();
    }
    format!("{} 通/分", grouped((letters as f64 / seconds * 60.0).round() as u64))
}

/// Returns what operators call a stage; the stage's own name when they have no word for it.
fn stage_japanese(stage: &str) -> &str {
    match stage {
        "intake" | "receive" => "入稿",
        "resolve" | "address" => "住所照合",
        "route" | "split" => "書面・電子の振分け",
        "measure" => "組版（測定）",
        "plan" | "presort" => "区分・並べ替え",
        "paint" | "print" => "組版（印刷データ）",
        "deliver" | "mailbox" => "電子交付",
        "reconcile" | "close" => "照合",
        "report" => "報告",
        "ledger" => "台帳",
        _ => stage,
    }
}
