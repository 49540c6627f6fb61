//! The words of heads, the shapes of values, and groups of columns like 第１期納期限.

use letter::record::field;
use letter::Schema;

use super::{ColumnGuess, Ground};
use crate::layout::Kind;

/// Returns our fields that a head's word may mean, the likeliest first.
pub fn fields_of(head: &str) -> &'static [&'static str] {
    let plain = plain(head);
    let known = WORDS.iter().find(|(words, _)| words.contains(&plain.as_str()));
    known.map_or(&[], |(_, fields)| *fields)
}

/// Makes heads alike: half-width digits, no blanks, lower case.
fn plain(head: &str) -> String {
    let narrow = |c: char| match c {
        '０'..='９' => char::from(b'0' + (u32::from(c) - u32::from('０')) as u8),
        '\u{3000}' | ' ' | '_' | '-' => ' ',
        _ => c.to_ascii_lowercase(),
    };
    head.chars().map(narrow).filter(|c| *c != ' ').collect()
}

/// Turns columns like 第１期納期限 and 第１期税額 into groups, if the template's letters have rows.
///
/// Within a group a day goes to the rows' day, an amount to their amount; a group that does not
/// fill the same columns as the first is none.
pub fn folds(columns: &mut [ColumnGuess], wanted: &Schema) -> Vec<(String, Vec<(String, String)>)> {
    let mut folds: Vec<(String, Vec<(String, String)>)> = Vec::new();
    if wanted.column("term").is_none() {
        return folds;
    }
    let kinds: Vec<Kind> = columns.iter().map(|column| column.kind).collect();
    for (column, kind) in columns.iter_mut().zip(kinds) {
        let Some(term) = term_of(&column.from) else { continue };
        let ours = match kind {
            Kind::Date => "due",
            Kind::Number => "amount",
            Kind::Text | Kind::Kana => continue,
        };
        if wanted.column(ours).is_none() {
            continue;
        }
        let member = (ours.to_owned(), column.from.clone());
        match folds.iter_mut().find(|(known, _)| known == term) {
            Some((_, group)) => group.push(member),
            None => folds.push((term.to_owned(), vec![member])),
        }
        column.ground = Ground::Group;
    }
    folds
}

/// Returns 第１期 of 第１期納期限.
fn term_of(head: &str) -> Option<&str> {
    let digits = head.strip_prefix('第')?;
    let rest = digits
        .trim_start_matches(|c: char| c.is_ascii_digit() || "０１２３４５６７８９".contains(c));
    let rest = rest.strip_prefix('期').filter(|rest| !rest.is_empty())?;
    Some(&head[..head.len() - rest.len()])
}

/// Returns whether a value is a day like 2026-06-30, 2026/6/30 or 2026年6月30日.
pub fn is_western_day(value: &str) -> bool {
    let parts: Vec<&str> = value.split(['-', '/', '年', '月', '日']).collect();
    let numbers: Vec<u32> = parts.iter().filter_map(|part| part.parse().ok()).collect();
    let [year, month, day] = numbers[..] else { return false };
    (1868..2200).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day)
}

/// Returns whether a value is a day of a Japanese era, 令和8年6月30日 or R8.6.30.
pub fn is_japanese_day(value: &str) -> bool {
    const ERAS: [&str; 9] = ["令和", "平成", "昭和", "大正", "明治", "R", "H", "S", "T"];
    let rest = ERAS.iter().find_map(|era| value.strip_prefix(era));
    let Some(rest) = rest else { return false };
    let rest = rest.replace('元', "1");
    let numbers: Vec<u32> = rest
        .split(['.', '-', '/', '年', '月', '日'])
        .filter_map(|part| part.parse().ok())
        .collect();
    let [year, month, day] = numbers[..] else { return false };
    (1..100).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day)
}

/// Returns whether a value is a number that is counted with, and no code: no leading zero.
pub fn is_amount(value: &str) -> bool {
    let digits: String = value.trim_start_matches('-').chars().filter(|c| *c != ',').collect();
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number && (digits == "0" || !digits.starts_with('0')) && digits.len() <= 12
}

/// Returns whether a value looks like a key: digits, letters, hyphens.
pub fn is_number_like(value: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    value.bytes().all(plain) && value.bytes().any(|byte| byte.is_ascii_digit())
}

/// Returns whether a value begins with one of the 47 prefectures.
pub fn begins_with_a_prefecture(value: &str) -> bool {
    let named = |name: &&str| value.starts_with(*name);
    ["北海道", "東京都", "京都府", "大阪府"].iter().any(named)
        || value.chars().take(4).skip(2).any(|c| c == '県')
}

/// Words of heads as senders write them, without blanks, and our fields.
const WORDS: &[(&[&str], &[&str])] = &[
    (
        &[
            "key",
            "id",
            "行id",
            "番号",
            "通知書番号",
            "お客さま番号",
            "お客様番号",
            "証券番号",
            "整理番号",
            "管理番号",
            "明細番号",
            "契約番号",
            "顧客番号",
            "発送番号",
            "連番",
            "no",
            "no.",
            "rowid",
            "recordid",
        ],
        &[field::KEY],
    ),
    (
        &[
            "宛名番号",
            "宛名コード",
            "お客様id",
            "お客さまid",
            "住民番号",
            "個人コード",
            "顧客id",
            "recipient",
            "recipientid",
            "customerid",
        ],
        &[field::RECIPIENT],
    ),
    (&["郵便番号", "〒", "郵便", "postal", "postalcode", "zip", "zipcode"], &[field::POSTAL]),
    (
        &[
            "住所",
            "住所1",
            "所在地",
            "送付先住所",
            "送付先",
            "宛先住所",
            "現住所",
            "address",
            "address1",
        ],
        &[field::ADDRESS1],
    ),
    (
        &["方書", "住所2", "建物名", "建物", "マンション名", "アパート名", "address2", "building"],
        &[field::ADDRESS2],
    ),
    (
        &[
            "氏名",
            "名前",
            "お名前",
            "契約者名",
            "使用者名",
            "宛名",
            "氏名漢字",
            "漢字氏名",
            "納税義務者名",
            "世帯主名",
            "受取人名",
            "name",
            "fullname",
        ],
        &[field::NAME],
    ),
    (&["氏名2", "宛名2", "担当者", "担当者名", "部署名", "name2"], &[field::NAME2]),
    (&["敬称", "honorific"], &[field::HONORIFIC]),
    (&["カナ", "氏名カナ", "使用者カナ", "フリガナ", "ふりがな", "カナ氏名", "kana"], &["kana"]),
    (&["年度", "課税年度", "fiscalyear"], &["fiscal_year"]),
    (&["税目", "taxkind"], &["tax_kind"]),
    (&["年税額", "合計額", "合計", "合計金額", "税額合計", "total"], &["total", "amount"]),
    (&["発行日", "発行年月日", "通知日", "issued"], &["issued", "as_of"]),
    (&["検針開始日", "使用開始日", "前回検針日"], &["meter_from"]),
    (&["検針終了日", "使用終了日", "今回検針日"], &["meter_to"]),
    (&["使用水量", "使用量", "usage"], &["usage"]),
    (&["請求金額", "請求額", "金額", "ご請求額", "amount"], &["amount", "total"]),
    (&["納期限", "支払期限", "お支払期限", "納付期限", "due"], &["due"]),
    (&["保険種類", "商品名", "product"], &["product"]),
    (&["被保険者", "被保険者名", "insured"], &["insured"]),
    (&["契約日", "contractdate"], &["contract_date"]),
    (&["基準日", "作成基準日", "asof"], &["as_of"]),
    (&["解約返戻金額", "解約返戻金", "surrendervalue"], &["surrender_value"]),
    (&["積立配当金額", "積立配当金", "配当金", "dividend"], &["dividend"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_however_wide_they_are_written() {
        assert_eq!(fields_of("住所２"), [field::ADDRESS2]);
        assert_eq!(fields_of("Row ID"), [field::KEY]);
        assert!(fields_of("備考").is_empty());
        assert_eq!(term_of("第１２期税額"), Some("第１２期"));
        assert_eq!((term_of("第一章"), term_of("第1期")), (None, None));
    }

    #[test]
    fn days_amounts_and_codes_are_told_apart() {
        assert!(is_western_day("2026/6/30") && is_western_day("2026年6月30日"));
        assert!(!is_western_day("100-0013") && !is_western_day("2026-13-01"));
        assert!(is_japanese_day("令和元年5月1日") && is_japanese_day("R8.6.30"));
        assert!(is_amount("1,200") && is_amount("0") && !is_amount("0012") && !is_amount("A1"));
        assert!(
            begins_with_a_prefecture("神奈川県横浜市") && begins_with_a_prefecture("三重県津市")
        );
        assert!(!begins_with_a_prefecture("山田太郎"));
    }
}
