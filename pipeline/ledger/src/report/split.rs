//! Paper or electronic, and why; what was set aside or held, and why.

use letter::channel::{Channel, ChannelReason};

use super::html::Html;
use super::plot::{bar, percent, stacked, Part};
use super::ReportInput;
use crate::wide::grouped;
use crate::words::{fault_english, fault_japanese};

/// The split of all routed records, and the reasons in the order of the rule.
pub fn split(page: &mut Html, input: &ReportInput) {
    let reasons = reasons(input);
    let in_channel = |channel| {
        reasons.iter().filter(|reason| reason.0 == channel).map(|reason| reason.2).sum::<u64>()
    };
    let parts = CHANNELS.map(|(channel, label, _, class)| Part {
        class,
        label,
        count: in_channel(channel),
    });
    let total: u64 = parts.iter().map(|part| part.count).sum();
    page.raw("<section>").heading("書面と電子の内訳", "Paper, electronic, and why");
    if total == 0 {
        page.raw("<p class=\"quiet\">印刷も電子交付もありません。</p></section>\n");
        return;
    }
    stacked(page, &parts);
    page.raw("<ul class=\"legend\">");
    for (part, (_, _, english, class)) in parts.iter().zip(CHANNELS) {
        page.raw("<li><i class=\"").raw(class).raw("\"></i>").text(part.label);
        page.element("small", "", english).raw(" ").element("b", "", &grouped(part.count));
        page.raw(" ").text(&percent(part.count, total)).raw("</li>");
    }
    page.raw("</ul>\n");
    let max = reasons.iter().map(|reason| reason.2).max().unwrap_or(1);
    page.raw("<table class=\"plot\">");
    for (channel, why, count) in reasons {
        let class = class_of(channel);
        bar_row(page, class, (why.japanese(), why.code()), (count, max, total));
    }
    page.raw("</table></section>\n");
}

/// Faults by their code, over all batches.
pub fn faults(page: &mut Html, input: &ReportInput) {
    let mut counts = std::collections::BTreeMap::<&str, u64>::new();
    for (code, count) in input.batches.iter().flat_map(|batch| &batch.account.by_fault) {
        *counts.entry(code).or_default() += count;
    }
    let mut faults: Vec<(&str, u64)> = counts.into_iter().collect();
    faults.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    page.raw("<section>").heading("返却・保留の理由", "Why records were set aside or held");
    if faults.is_empty() {
        page.raw("<p class=\"quiet\">返却・保留はありません。<small>None.</small></p></section>\n");
        return;
    }
    let (max, total) = (faults[0].1, faults.iter().map(|fault| fault.1).sum());
    page.raw("<table class=\"plot\">");
    for (code, count) in faults {
        let english = format!("{code} · {}", fault_english(code));
        bar_row(page, "fault", (fault_japanese(code), &english), (count, max, total));
    }
    page.raw("</table><p class=\"quiet\">一つの記録に複数の理由があるときは、それぞれに数えます。");
    page.raw("<small>A record with several faults counts under each.</small></p></section>\n");
}

fn bar_row(page: &mut Html, class: &str, words: (&str, &str), figures: (u64, u64, u64)) {
    let (count, max, total) = figures;
    page.raw("<tr><th>").text(words.0).element("small", "", words.1).raw("</th><td>");
    bar(page, class, count as f64, max as f64);
    page.raw("</td>").element("td", "num", &grouped(count));
    page.element("td", "num share", &percent(count, total)).raw("</tr>\n");
}

/// Channel and reason with their counts over all batches, in the order of channel and rule.
fn reasons(input: &ReportInput) -> Vec<(Channel, ChannelReason, u64)> {
    let mut counts = std::collections::BTreeMap::new();
    for (channel, why, count) in input.batches.iter().flat_map(|batch| batch.account.channels()) {
        *counts.entry((channel, why)).or_insert(0) += count;
    }
    counts.into_iter().map(|((channel, why), count)| (channel, why, count)).collect()
}

fn class_of(channel: Channel) -> &'static str {
    match channel {
        Channel::Paper => "paper",
        Channel::Electronic => "electronic",
        Channel::Both => "both",
    }
}

const CHANNELS: [(Channel, &str, &str, &str); 3] = [
    (Channel::Paper, "書面", "paper", "paper"),
    (Channel::Electronic, "電子", "electronic", "electronic"),
    (Channel::Both, "両方", "both", "both"),
];
