//! The receipt as a page of Japanese text.

use letter::channel::Channel;
use letter::{Moment, Origin};

use super::{ChannelCount, Receipt, Refused, Status};
use crate::wide::{grouped, left, places, right, wrap};

/// The width of the page in half-width places; a line of a printed mail has 72.
const PAGE_PLACES: usize = 72;
/// Where the values beside a label start.
const LABEL_PLACES: usize = 14;
/// The width of a count with its unit.
const COUNT_PLACES: usize = 13;

/// Writes the receipt, line ends LF.
pub fn write(receipt: &Receipt) -> String {
    let mut page = Page::default();
    page.head(receipt);
    match &receipt.refusal {
        Some(refused) => page.refusal(refused),
        None => page.counts(receipt),
    }
    page.channels(&receipt.channels);
    page.faults(receipt);
    page.estimate(receipt);
    page.returned(receipt);
    page.foot(receipt);
    page.0
}

#[derive(Default)]
struct Page(String);

impl Page {
    fn head(&mut self, receipt: &Receipt) {
        self.rule('=');
        self.line("受付結果のお知らせ");
        self.rule('=');
        self.labelled("差出人", &format!("{}（{}）", receipt.sender_name, receipt.sender));
        self.labelled("案件", &format!("{}　第{}回", receipt.batch, receipt.part));
        self.labelled("受付日時", &moment(receipt.received));
        self.labelled("判定", &format!("【{}】", receipt.status.japanese()));
        self.labelled("", verdict(receipt.status));
    }

    fn counts(&mut self, receipt: &Receipt) {
        let counts = &receipt.counts;
        self.section("件数");
        self.count(2, "受付", receipt.records, "件");
        let ends = [
            ("書面（印刷）", counts.printed),
            ("電子交付", counts.delivered),
            ("エラー分（返却）", counts.set_aside),
            ("保留（センターで確認中）", counts.held),
            ("引抜き", counts.pulled),
        ];
        for (label, count) in ends {
            self.count(4, label, count, "件");
        }
        let terms: Vec<String> = ends.iter().map(|(_, count)| grouped(*count)).collect();
        let sum: u64 = ends.iter().map(|(_, count)| count).sum();
        let agreed = if sum == receipt.records {
            "受付件数と一致"
        } else {
            "受付件数と不一致"
        };
        self.line(&format!("  検算  {} = {}（{agreed}）", terms.join(" + "), grouped(sum)));
        if counts.also_delivered > 0 {
            let both = grouped(counts.also_delivered);
            self.line(&format!("  ※ 書面のうち {both} 件は、電子でも交付しました。"));
        }
    }

    fn channels(&mut self, channels: &[ChannelCount]) {
        if channels.is_empty() {
            return;
        }
        self.section("書面・電子の内訳と理由");
        for taken in channels {
            let channel = match taken.channel {
                Channel::Paper => "書面",
                Channel::Electronic => "電子",
                Channel::Both => "両方",
            };
            self.coded(&format!("{channel}　{}", taken.ja), taken.count, &taken.reason);
        }
    }

    fn faults(&mut self, receipt: &Receipt) {
        if receipt.faults.is_empty() {
            return;
        }
        self.section("エラー・保留の内容");
        for fault in &receipt.faults {
            self.coded(&fault.ja, fault.count, &fault.code);
        }
        self.line("  ※ 一つの記録に複数の内容があるときは、それぞれに数えます。");
    }

    fn estimate(&mut self, receipt: &Receipt) {
        let Some(estimate) = &receipt.estimate else { return };
        self.section("見込み");
        self.count(2, "用紙", estimate.sheets, "枚");
        self.count(2, "封筒", estimate.envelopes, "通");
        self.count(2, "郵便料金", estimate.postage_yen, "円");
    }

    fn returned(&mut self, receipt: &Receipt) {
        if receipt.counts.set_aside == 0 {
            return;
        }
        self.section("返却ファイル");
        let batch = &receipt.batch;
        for (suffix, what) in [
            ("rejects.csv", "返却した行（お送りいただいた形式のまま）"),
            ("rejects.report.csv", "行ごとの内容と直し方（表計算ソフトで開けます）"),
        ] {
            self.line(&format!("  {batch}.{suffix}"));
            self.line(&format!("      {what}"));
        }
        self.paragraph(
            2,
            "rejects.csv の行を直し、直した行だけを同じ案件の続きとして再送してください。",
        );
    }

    fn refusal(&mut self, refused: &Refused) {
        self.section("受付できない理由");
        self.labelled("  内容", &refused.ja);
        self.labelled("  位置", &position(&refused.position));
        self.labelled("  直し方", &refused.fix.ja);
        self.labelled("  コード", &refused.code);
        self.labelled("  English", &refused.en);
        self.labelled("", &refused.fix.en);
    }

    fn foot(&mut self, receipt: &Receipt) {
        self.rule('-');
        self.labelled("郵便番号簿", &receipt.dictionary);
        self.labelled("選択の写し", &receipt.snapshot);
        self.rule('=');
    }

    fn section(&mut self, title: &str) {
        self.line("");
        self.line(&format!("■ {title}"));
    }

    fn count(&mut self, indent: usize, label: &str, count: u64, unit: &str) {
        let label = left(&format!("{}{label}", " ".repeat(indent)), 34);
        let count = right(&format!("{} {unit}", grouped(count)), COUNT_PLACES);
        self.line(&format!("{label}{count}"));
    }

    fn coded(&mut self, label: &str, count: u64, code: &str) {
        let label = left(&format!("  {label}"), 34);
        let count = right(&format!("{} 件", grouped(count)), COUNT_PLACES);
        self.line(&format!("{label}{count}   {code}"));
    }

    fn labelled(&mut self, label: &str, value: &str) {
        for (i, part) in wrap(value, PAGE_PLACES - LABEL_PLACES).iter().enumerate() {
            let label = if i == 0 { label } else { "" };
            self.line(&format!("{}{part}", left(label, LABEL_PLACES)));
        }
    }

    fn paragraph(&mut self, indent: usize, text: &str) {
        for part in wrap(text, PAGE_PLACES - indent) {
            self.line(&format!("{}{part}", " ".repeat(indent)));
        }
    }

    fn rule(&mut self, c: char) {
        let rule: String = std::iter::repeat_n(c, PAGE_PLACES).collect();
        self.line(&rule);
    }

    fn line(&mut self, text: &str) {
        debug_assert!(places(text) <= 2 * PAGE_PLACES, "ids have at most 64 characters");
        self.0.push_str(text.trim_end());
        self.0.push('\n');
    }
}

fn verdict(status: Status) -> &'static str {
    match status {
        Status::Accepted => "全件を受け付けました。お手続きは不要です。",
        Status::Examined => {
            "受け付けました。次の夜間処理で印刷・交付します。締切まで取消し・引抜きができます。"
        }
        Status::Partly => {
            "正しい記録は処理しました。返却分があるときは、直して再送してください。"
        }
        Status::Refused => {
            "この入稿は一件も処理していません。下の理由をご確認のうえ、全件を再送してください。"
        }
        Status::AwaitingApproval => {
            "エラーが取り決めた割合を超えたため、処理を止めています。センターの承認、または修正データの再送をお待ちします。"
        }
    }
}

fn moment(moment: Moment) -> String {
    let stamp = moment.rfc3339_jst();
    format!("{} {}（日本時間）", moment.date_jst().wareki(), &stamp[11..19])
}

fn position(origin: &Origin) -> String {
    let mut text = origin.file.clone();
    if origin.line > 0 {
        text.push_str(&format!("　{}行目", grouped(origin.line)));
    }
    if !origin.column.is_empty() {
        text.push_str(&format!("　列「{}」", origin.column));
    }
    if origin.byte > 0 {
        text.push_str(&format!("　先頭から{}バイト目", grouped(origin.byte)));
    }
    if text.is_empty() {
        text.push_str("（入稿全体）");
    }
    text
}
