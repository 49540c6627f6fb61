//! The report's upper half: verdict, equation, discrepancies, batches and senders.

use super::html::Html;
use super::{BatchReport, ReportInput, Verdict};
use crate::account::Ends;
use crate::receipt::Status;
use crate::reconcile::{Check, Discrepancy};
use crate::wide::grouped;

/// The shop, the night and when it ran.
pub fn head(page: &mut Html, input: &ReportInput) {
    let stamp = input.now.rfc3339_jst();
    page.raw("<header><h1>").text(&input.shop).raw("　夜間処理報告");
    page.element("small", "", "Nightly report").raw("</h1><p>");
    page.text(&format!("{} {}", input.now.date_jst().wareki(), &stamp[11..16]));
    page.element("small", "", &stamp).raw("</p></header>\n");
}

/// The sign that is seen from across the room, and the equation below it.
pub fn verdict(page: &mut Html, input: &ReportInput) {
    let verdict = input.verdict();
    let (class, sign, japanese, english) = match verdict {
        Verdict::Good => {
            ("good", "M14 34 27 47 51 18", "全件照合済み", "Every record is accounted for")
        }
        Verdict::Waiting => (
            "waiting",
            "M32 13V37M32 49V51",
            "全件照合済み・確認待ちあり",
            "Every record is accounted for; some wait for you",
        ),
        Verdict::Bad => (
            "bad",
            "M18 18 46 46M46 18 18 46",
            "照合不一致",
            "Figures do not agree: let nothing leave the house",
        ),
    };
    page.raw("<section class=\"verdict ").raw(class).raw("\"><svg viewBox=\"0 0 64 64\" ");
    page.raw("aria-hidden=\"true\"><circle cx=\"32\" cy=\"32\" r=\"29\"/><path d=\"").raw(sign);
    page.raw("\"/></svg><div><p class=\"words\">").text(japanese);
    page.element("small", "", english).raw("</p>");
    tasks(page, input);
    page.raw("</div></section>\n");
    let recounted = input.discrepancies.iter().all(|one| one.code != Check::Equation);
    let total = input.total();
    equation(page, &total, total.equation_holds() && recounted);
}

fn tasks(page: &mut Html, input: &ReportInput) {
    let total = input.total();
    let approvals = input.batches.iter().filter(|b| b.status == Status::AwaitingApproval).count();
    let tasks = [
        (input.discrepancies.len() as u64, "不一致", "discrepancies", "alarm"),
        (approvals as u64, "承認待ちの案件", "batches to approve", "wait"),
        (total.held, "保留", "records held", "wait"),
        (input.refusals.len() as u64, "受付不可の入稿", "drops refused", ""),
        (total.set_aside, "返却", "records sent back", ""),
    ];
    page.raw("<ul class=\"tasks\">");
    for (count, japanese, english, class) in tasks.into_iter().filter(|task| task.0 > 0) {
        page.open("li", class).element("b", "", &grouped(count)).raw(" ").text(japanese);
        page.element("small", "", english).raw("</li>");
    }
    page.raw("</ul>");
}

fn equation(page: &mut Html, ends: &Ends, holds: bool) {
    page.raw("<section class=\"equation\" aria-label=\"受付 = 行き先の合計\">");
    let terms = [
        ("", ends.records_in, "受付", "records in", "in"),
        (if holds { "=" } else { "≠" }, ends.printed, "印刷", "printed", "paper"),
        ("+", ends.delivered, "電子交付", "delivered", "electronic"),
        ("+", ends.set_aside, "返却", "set aside", "aside"),
        ("+", ends.held, "保留", "held", "held"),
        ("+", ends.pulled, "引抜き", "pulled", "pulled"),
    ];
    for (operator, count, japanese, english, class) in terms {
        if !operator.is_empty() {
            let class = if operator == "≠" { "operator differs" } else { "operator" };
            page.element("span", class, operator);
        }
        page.raw("<div class=\"term ").raw(class).raw("\">");
        page.element("b", "", &grouped(count)).element("span", "", japanese);
        page.element("small", "", english).raw("</div>");
    }
    page.raw("</section>\n");
}

/// What does not agree, before anything else.
pub fn discrepancies(page: &mut Html, found: &[Discrepancy]) {
    if found.is_empty() {
        return;
    }
    page.raw("<section class=\"alarm\">").heading("照合不一致", "Discrepancies");
    page.raw("<div class=\"scroll\"><table>").columns(&[
        ("差出人・案件", "sender, batch", false),
        ("項目", "check", false),
        ("場所", "where", false),
        ("帳簿", "expected", true),
        ("成果物", "found", true),
        ("差", "difference", true),
    ]);
    for one in found {
        page.raw("<tr><td>").text(one.sender.as_str()).raw("<br>").text(one.batch.as_str());
        page.raw("</td><td>").text(one.code.japanese()).element("small", "", one.code.code());
        page.raw("</td>").element("td", "", &one.place);
        page.element("td", "num", &grouped(one.expected)).element("td", "num", &grouped(one.found));
        let difference = i128::from(one.found) - i128::from(one.expected);
        page.element("td", "num strong", &format!("{difference:+}")).raw("</tr>\n");
    }
    page.raw("</table></div></section>\n");
}

/// The equation of every batch and of all together.
pub fn batches(page: &mut Html, input: &ReportInput) {
    page.raw("<section>").heading("案件ごとの照合", "Equation per batch");
    page.raw("<div class=\"scroll\"><table class=\"equations\">").columns(&[
        ("差出人・案件", "sender, batch", false),
        ("受付", "in", true),
        ("印刷", "printed", true),
        ("電子交付", "delivered", true),
        ("返却", "set aside", true),
        ("保留", "held", true),
        ("引抜き", "pulled", true),
        ("両方の写し", "also delivered", true),
        ("照合", "agrees", true),
    ]);
    for batch in &input.batches {
        page.raw("<tr><td>").text(&batch.sender_name).raw("　").element("code", "", batch.id());
        page.raw("</td>");
        ends(page, &batch.account.ends, batch_agrees(input, batch));
        page.raw("</tr>\n");
    }
    let agrees = input.verdict() != Verdict::Bad;
    page.raw("<tr class=\"total\"><td>合計<small>total</small></td>");
    ends(page, &input.total(), agrees);
    page.raw("</tr></table></div></section>\n");
}

fn ends(page: &mut Html, ends: &Ends, agrees: bool) {
    let figures = [
        (ends.records_in, ""),
        (ends.printed, ""),
        (ends.delivered, ""),
        (ends.set_aside, "aside"),
        (ends.held, "held"),
        (ends.pulled, ""),
        (ends.also_delivered, "beside"),
    ];
    for (figure, class) in figures {
        let class = if figure == 0 { "num zero".to_owned() } else { format!("num {class}") };
        page.element("td", &class, &grouped(figure));
    }
    page.raw(if agrees {
        "<td class=\"num agrees\">✓</td>"
    } else {
        "<td class=\"num differs\">✕</td>"
    });
}

/// A batch agrees when its account closes and the closing check found nothing in it.
fn batch_agrees(input: &ReportInput, batch: &BatchReport) -> bool {
    let account = &batch.account;
    let found = input
        .discrepancies
        .iter()
        .any(|one| one.sender == account.sender && one.batch == account.batch);
    !found && account.clone().close().is_ok()
}

/// What each sender was told.
pub fn senders(page: &mut Html, input: &ReportInput) {
    page.raw("<section>").heading("差出人への回答", "What the senders were told");
    page.raw("<div class=\"scroll\"><table>").columns(&[
        ("差出人", "sender", false),
        ("案件", "batch", false),
        ("判定", "status", false),
        ("内容", "what", false),
    ]);
    for batch in &input.batches {
        sender_cells(page, &batch.sender_name, batch.account.sender.as_str(), batch.id());
        badge(page, batch.status);
        page.raw("<td>").text(&format!("第{}回　{}", batch.part, batch_words(batch)));
        page.raw("</td></tr>\n");
    }
    for drop in &input.refusals {
        sender_cells(page, &drop.sender_name, drop.sender.as_str(), &drop.batch);
        badge(page, Status::Refused);
        let refusal = &drop.refusal;
        page.raw("<td>").text(&refusal.japanese);
        let place = place(&refusal.origin);
        page.element("small", "", &format!("{} {place} {}", refusal.code, refusal.english));
        page.raw("</td></tr>\n");
    }
    page.raw("</table></div></section>\n");
}

fn sender_cells(page: &mut Html, name: &str, id: &str, batch: &str) {
    page.raw("<tr><td>").text(name).element("small", "", id).raw("</td><td>");
    page.element("code", "", batch).raw("</td>");
}

fn badge(page: &mut Html, status: Status) {
    page.raw("<td><span class=\"badge ").raw(status.name()).raw("\">").text(status.japanese());
    page.raw("</span><small>").text(status.name()).raw("</small></td>");
}

fn batch_words(batch: &BatchReport) -> String {
    let ends = &batch.account.ends;
    let mut words = Vec::new();
    for (count, what) in [(ends.set_aside, "返却"), (ends.held, "保留"), (ends.pulled, "引抜き")]
    {
        if count > 0 {
            words.push(format!("{what} {}", grouped(count)));
        }
    }
    if words.is_empty() {
        return "全件処理".to_owned();
    }
    words.join("・")
}

fn place(origin: &letter::Origin) -> String {
    match origin.line {
        0 => origin.file.clone(),
        line => format!("{}:{line}", origin.file),
    }
}

/// What the night was made with.
pub fn foot(page: &mut Html, input: &ReportInput) {
    page.raw("<footer><p>");
    for (japanese, value) in [
        ("選択の写し", &input.snapshot),
        ("郵便番号簿", &input.dictionary),
        ("処理系", &input.version),
    ] {
        page.raw("<span>").text(japanese).raw(" ").element("code", "", value).raw("</span> ");
    }
    page.raw("</p><p>この報告には識別子と件数だけを載せています。");
    page.raw("<small>Ids and counts only.</small></p></footer>\n");
}
