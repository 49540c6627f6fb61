//! A sender's kit: a ZIP with its columns, a good and a bad sample drop, and how to, in Japanese.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context, Result};
use intake::layout::{ColumnSpec, DateStyle, Encoding, FormName, Gaiji, Kind, LayoutSpec};
use intake::write::{csv_row, encode_cp932, pad, zip_drop};
use intake::Sender;
use letter::record::field;
use letter::{Date, PostalCode};
use render::SampleLetter;
use sha2::{Digest, Sha256};

use super::agreement::Wanted;
use crate::out::hex;

/// A kit is written from these.
pub struct Kit<'k> {
    /// The agreement.
    pub sender: &'k Sender,
    /// The account by which the sender signs in.
    pub account: &'k str,
    /// The template.
    pub wanted: &'k Wanted,
    /// The day that the samples are posted on.
    pub posting_date: Date,
}

/// The batch of the good sample.
pub const GOOD: &str = "sample-good";
/// The batch of the bad one.
pub const BAD: &str = "sample-bad";
/// Records of a sample at least.
const RECORDS: usize = 3;
/// A postal code that no place has.
const NO_PLACE: &str = "9999999";

impl Kit<'_> {
    /// Returns the kit's ZIP.
    ///
    /// # Errors
    /// If no letter of the template's sample can be written in the sender's form.
    pub fn zip(&self) -> Result<Vec<u8>> {
        let good = self.good()?;
        let bad = self.drop(BAD, true)?;
        let how = self.how();
        Ok(zip_drop(&[
            ("はじめにお読みください.txt", how.as_bytes()),
            ("columns.csv", self.columns().as_bytes()),
            ("sample-good.zip", &good),
            ("sample-bad.zip", &bad),
        ]))
    }

    /// Returns the good sample, a drop that is taken as it is.
    ///
    /// # Errors
    /// As [`Kit::zip`].
    pub fn good(&self) -> Result<Vec<u8>> {
        self.drop(GOOD, false)
    }

    fn layout(&self) -> Result<&LayoutSpec> {
        let layout = self.sender.layouts.get(&self.wanted.template);
        layout.with_context(|| format!("no layout for {}", self.wanted.template))
    }

    /// Returns a drop with the letters of the template's sample; a bad one has a wrong postal code
    /// in its first row.
    fn drop(&self, batch: &str, is_bad: bool) -> Result<Vec<u8>> {
        let layout = self.layout()?;
        let gaiji = self.sender.gaiji_table()?;
        let form = Form { layout, gaiji: &gaiji };
        let mut file = form.head(&layout.columns)?;
        let mut lines = layout.lines.as_ref().map(|of| form.head(&of.columns)).transpose()?;
        let (mut records, mut hash_total) = (0, 0);
        let letters = self.wanted.sample.letters.iter();
        let fitting: Vec<&SampleLetter> = letters.filter(|one| form.row(one).is_some()).collect();
        for letter in fitting.iter().cycle().take(RECORDS.max(fitting.len())) {
            let mut letter = (*letter).clone();
            letter.fields.insert(field::KEY.to_owned(), format!("S{:04}", records + 1));
            let broken = is_bad && records == 0;
            let postal = if broken { NO_PLACE.to_owned() } else { letter.postal.to_string() };
            letter.fields.insert(field::POSTAL.to_owned(), postal.clone());
            let Some(row) = form.row(&letter) else { continue };
            file.extend_from_slice(&row);
            if let (Some(lines), Some(spec)) = (&mut lines, &layout.lines) {
                for cells in &letter.rows {
                    let value = |column: &ColumnSpec| {
                        let ours = column.to.as_deref().unwrap_or_default();
                        let value = cells.get(ours).map_or("", String::as_str);
                        written(column, if ours == field::KEY { letter.field(ours) } else { value })
                    };
                    lines.extend(form.cells(spec.columns.iter().map(value)).unwrap_or_default());
                }
            }
            records += 1;
            hash_total += PostalCode::parse(&postal).map_or(0, |code| u64::from(code.number()));
        }
        anyhow::ensure!(records > 0, "no letter of the template's sample fits the sender's form");
        let member = match layout.form {
            FormName::Delimited => intake::manifest::RECIPIENTS[0],
            FormName::Fixed => intake::manifest::RECIPIENTS[1],
        };
        let mut members = BTreeMap::from([(member, file)]);
        members.extend(lines.map(|lines| (intake::manifest::LINES, lines)));
        let manifest = self.manifest(batch, records, hash_total, &members);
        let mut all: Vec<(&str, &[u8])> = vec![(intake::manifest::TOML, manifest.as_bytes())];
        all.extend(members.iter().map(|(name, bytes)| (*name, bytes.as_slice())));
        Ok(zip_drop(&all))
    }

    fn manifest(
        &self,
        batch: &str,
        records: u64,
        hash_total: u64,
        members: &BTreeMap<&str, Vec<u8>>,
    ) -> String {
        let Self { sender, wanted, posting_date, .. } = self;
        let class = sender.classes.keys().next().map_or("", String::as_str);
        let mut text = format!(
            "sender = \"{}\"\nbatch = \"{batch}\"\ntemplate = \"{}\"\ntemplate_version = {}\n\
             class = \"{class}\"\nposting_date = \"{posting_date}\"\nrecords = {records}\n\
             hash_total = {hash_total}\n\n[members]\n",
            sender.sender, wanted.template, wanted.version
        );
        for (name, bytes) in members {
            let digest = hex(&Sha256::digest(bytes));
            writeln!(text, "\"{name}\" = \"{digest}\"").expect("memory takes all text");
        }
        text
    }

    /// Writes the columns as a table.
    fn columns(&self) -> String {
        let mut text = String::from("\u{FEFF}項目名,内容,種類,必須,最大文字数,バイト数\r\n");
        let Ok(layout) = self.layout() else { return text };
        for column in &layout.columns {
            let kind = match (column.kind, column.date.unwrap_or_default()) {
                (Kind::Text, _) => "文字",
                (Kind::Number, _) => "数字",
                (Kind::Kana, _) => "カナ",
                (Kind::Date, DateStyle::Western) => "日付（2026-06-30）",
                (Kind::Date, DateStyle::Wareki) => "日付（令和8年6月30日）",
                (Kind::Date, DateStyle::Host) => "日付（5080630）",
            };
            let ours = column.to.as_deref().unwrap_or_default();
            let must = [field::KEY, field::POSTAL, field::ADDRESS1, field::NAME].contains(&ours);
            let number = |n: Option<usize>| n.map(|n| n.to_string()).unwrap_or_default();
            let from = column.from.replace('"', "\"\"");
            let must = if must || column.required { "○" } else { "" };
            let (max, width) = (number(column.max), number(column.width));
            let line = format!("\"{from}\",{ours},{kind},{must},{max},{width}\r\n");
            text.push_str(&line);
        }
        text
    }

    fn how(&self) -> String {
        let Self { sender, account, .. } = self;
        let (id, name) = (&sender.sender, &sender.name);
        let class = sender.classes.keys().next().map_or("", String::as_str);
        format!(
            "{name} 様  入稿のご案内\r\n\
             \r\n\
             1. 接続\r\n\
             \u{3000}SFTP（鍵認証のみ）。アカウント名は {account} です。\r\n\
             \u{3000}inbox に置き、outbox から受け取ります。ほかの場所は見えません。\r\n\
             \r\n\
             2. 入稿するもの\r\n\
             \u{3000}ZIPファイル1つに、manifest.toml（入稿票）と明細のCSVを入れます。\r\n\
             \u{3000}sample-good.zip がそのまま手本になります。columns.csv が項目の一覧です。\r\n\
             \u{3000}入稿票の sender は必ず {id}、class は {class} としてください。\r\n\
             \u{3000}members には明細のSHA-256（64桁の16進）を書きます。\r\n\
             \r\n\
             3. 送り終わりの見分け方（強い順）\r\n\
             \u{3000}(1) 入稿票のハッシュが合えば、届いた時点で受け付けます。\r\n\
             \u{3000}(2) 送り終えたあと、同じ名前に .done を付けた空のファイルを置く。\r\n\
             \u{3000}(3) 名前.part で送り、終わったら .part を外す。\r\n\
             \u{3000}(4) 何もしなければ、しばらく変化がなく、ZIPが最後までそろったときに受け付けます。\r\n\
             \u{3000}受け付けたファイルは inbox から消えます。\r\n\
             \r\n\
             4. 返ってくるもの（outbox）\r\n\
             \u{3000}status.json                 いまの状態と、出したファイルの通番・ハッシュ\r\n\
             \u{3000}<案件>.receipt.txt / .json  受付票（件数、内訳、見積り）\r\n\
             \u{3000}<案件>.rejects.csv          直していただく行（お送りいただいた形のまま）\r\n\
             \u{3000}<案件>.rejects.report.csv   その行番号と理由\r\n\
             \u{3000}<案件>.proof.pdf            校正：いちばん長い宛名、いちばん多い枚数など\r\n\
             \u{3000}<案件>.delivered.csv        行ごとの結果（印刷・電子）\r\n\
             \u{3000}<案件>.opened.csv           開封（電子）\r\n\
             \u{3000}<案件>.returns.csv          返戻（紙）\r\n\
             \r\n\
             5. 締切までにできること（inbox に置くファイル）\r\n\
             \u{3000}<案件>.approve   承認します（空のファイル）\r\n\
             \u{3000}<案件>.cancel    取り消します（空のファイル）\r\n\
             \u{3000}<案件>.pull.csv  引き抜きます（1行目 key、2行目から明細のキー）\r\n\
             \u{3000}<案件>.mended.csv  rejects.csv を直したもの（.done を忘れずに）\r\n\
             \r\n\
             6. お試し\r\n\
             \u{3000}sample-bad.zip は1件目の郵便番号が実在しません。置くと、その1件だけが\r\n\
             \u{3000}sample-bad.rejects.csv で返り、ほかは受け付けられます。\r\n\
             \u{3000}お試しが済んだら sample-good.cancel と sample-bad.cancel を置いてください。\r\n"
        )
    }
}

/// Rows in the sender's form.
struct Form<'f> {
    layout: &'f LayoutSpec,
    gaiji: &'f Gaiji,
}

impl Form<'_> {
    fn head(&self, columns: &[ColumnSpec]) -> Result<Vec<u8>> {
        let mut head = match (self.layout.encoding, self.layout.form) {
            (Encoding::Auto, FormName::Delimited) => b"\xEF\xBB\xBF".to_vec(),
            (Encoding::Utf16, _) => b"\xFF\xFE".to_vec(),
            _ => Vec::new(),
        };
        if self.layout.form == FormName::Delimited {
            let names = columns.iter().map(|column| column.from.clone());
            head.extend(self.cells(names).context("the sender's head cannot be encoded")?);
        }
        Ok(head)
    }

    /// Returns a letter's row; nothing if the form cannot hold it.
    fn row(&self, letter: &SampleLetter) -> Option<Vec<u8>> {
        if !self.layout.fold.is_empty() && letter.rows.len() > self.layout.fold.len() {
            return None;
        }
        let values: Vec<String> =
            self.layout.columns.iter().map(|column| self.value(column, letter)).collect();
        if self.layout.form == FormName::Delimited {
            return self.cells(values.into_iter());
        }
        let mut row = Vec::new();
        for (column, value) in self.layout.columns.iter().zip(values) {
            pad(&self.encoded(&value)?, column.width?, &mut row).ok()?;
        }
        row.extend_from_slice(b"\r\n");
        Some(row)
    }

    fn value(&self, column: &ColumnSpec, letter: &SampleLetter) -> String {
        if let Some(ours) = &column.to {
            return written(column, letter.field(ours));
        }
        for (row, group) in letter.rows.iter().zip(&self.layout.fold) {
            let ours = group.iter().find(|(_, from)| **from == column.from).map(|(ours, _)| ours);
            if let Some(value) = ours.and_then(|ours| row.get(ours)) {
                return written(column, value);
            }
        }
        String::new()
    }

    fn cells(&self, values: impl Iterator<Item = String>) -> Option<Vec<u8>> {
        let delimiter = self.layout.delimiter.as_bytes().first().copied().unwrap_or(b',');
        let mut row = Vec::new();
        if self.layout.encoding == Encoding::Utf16 {
            let values: Vec<String> = values.collect();
            csv_row(values.iter().map(String::as_bytes), delimiter, &mut row);
            let text = String::from_utf8(row).ok()?;
            return Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
        }
        let values: Vec<Vec<u8>> =
            values.map(|value| self.encoded(&value)).collect::<Option<_>>()?;
        csv_row(values.iter().map(Vec::as_slice), delimiter, &mut row);
        Some(row)
    }

    fn encoded(&self, text: &str) -> Option<Vec<u8>> {
        match self.layout.encoding {
            Encoding::Cp932 => encode_cp932(text, self.gaiji).ok(),
            _ => Some(text.as_bytes().to_vec()),
        }
    }
}

/// Writes a value as the sender does.
fn written(column: &ColumnSpec, value: &str) -> String {
    match (column.kind, column.date, Date::parse(value)) {
        (Kind::Date, Some(DateStyle::Wareki), Some(day)) => day.wareki(),
        (Kind::Date, Some(DateStyle::Host), Some(day)) => {
            format!("5{:02}{:02}{:02}", day.year().saturating_sub(2018), day.month(), day.day())
        }
        _ => value.to_owned(),
    }
}
