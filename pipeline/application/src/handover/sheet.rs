//! 検証結果票: what the shop found out about one application, for the municipality.

use letter::{Date, Moment};
use serde::Serialize;
use serde_json::Value;

use super::{jst, pretty};
use crate::completeness::Finding;
use crate::municipality::JisCode;
use crate::procedure::Severity;

/// A file that goes along.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Enclosure {
    /// Its name within the folder.
    pub name: String,
    /// Its SHA-256 in hexadecimal digits.
    pub sha256: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Whether the signature covers it.
    pub covered: bool,
}

/// The verdict sheet of one application.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sheet<'a> {
    /// 受付番号.
    pub receipt: &'a str,
    /// The procedure's code.
    pub procedure: &'a str,
    /// The procedure's name.
    pub name: &'a str,
    /// The version of the rules by which it was checked.
    pub rules: &'a str,
    /// Where it goes.
    pub municipality: JisCode,
    /// When the site took it.
    #[serde(with = "jst")]
    pub received_at: Moment,
    /// The day of the night's run.
    pub night: Date,
    /// The verdict on the signature, as `lettershop verify` writes it.
    pub verdict: &'a Value,
    /// What the completeness check found.
    pub findings: &'a [Finding],
    /// Fields with substituted characters, and how many.
    pub substituted: &'a [(String, usize)],
    /// The form and the attachments.
    pub enclosures: &'a [Enclosure],
}

impl Sheet<'_> {
    /// Returns the file's name, `A-1.verdict.json`.
    pub fn file_name(&self) -> String {
        format!("{}.verdict.json", self.receipt)
    }

    /// Writes the sheet as JSON.
    pub fn to_json(&self) -> Vec<u8> {
        pretty(self)
    }

    /// Writes the sheet as Japanese text for a clerk, for print as well; no value of the form.
    pub fn to_text(&self) -> String {
        let field = |key: &str| self.verdict.get(key).and_then(Value::as_str).unwrap_or_default();
        let indication = match field("indication") {
            "TOTAL_PASSED" => "有効",
            "TOTAL_FAILED" => "無効",
            _ => "判定不能",
        };
        let names: Vec<&str> = [field("indication"), field("sub_indication")]
            .into_iter()
            .filter(|name| !name.is_empty())
            .collect();
        let is_provisional = self.verdict.get("provisional").and_then(Value::as_bool);
        let provisional = match is_provisional {
            Some(true) => "\n　　　　　　暫定: 受付より後に発行される失効情報で確定します",
            _ => "",
        };
        let received = self.received_at.rfc3339_jst();
        let mut text = format!(
            "検証結果票\n\n受付番号　　{}\n手続　　　　{}（{}、規則 {}）\n提出先　　　{}\n\
             受付日時　　{}\n処理日　　　{}\n\n署名検証　　{indication}（{}）{provisional}\n\n不備チェック\n",
            self.receipt,
            self.name,
            self.procedure,
            self.rules,
            self.municipality,
            format_args!(
                "{}　{}時{}分",
                self.received_at.date_jst().wareki(),
                &received[11..13],
                &received[14..16]
            ),
            self.night.wareki(),
            names.join("/"),
        );
        for finding in self.findings {
            let mark = match finding.severity {
                Severity::Incomplete => "不備",
                Severity::Advice => "注意",
            };
            text.push_str(&format!("　[{mark}] {}（{}）\n", finding.japanese, finding.field));
        }
        if self.findings.is_empty() {
            text.push_str("　不備はありません\n");
        }
        text.push_str("\n添付\n");
        for enclosure in self.enclosures {
            let covered = if enclosure.covered { "署名対象" } else { "署名対象外" };
            text.push_str(&format!(
                "　{}（{covered}）\n　　{}\n",
                enclosure.name, enclosure.sha256
            ));
        }
        for (field, count) in self.substituted {
            text.push_str(&format!("　{field} の {count} 文字を代替文字に置き換えました\n"));
        }
        text
    }
}
