//! Why a parcel is refused or one application of it is set aside: stable codes, words, remedies.
//!
//! No text repeats what an applicant wrote: names of members, keys and numbers only.

use letter::{Origin, Refusal};

letter::refusals! {
    /// The parcel has neither `manifest.json` nor `kousei.xml`, or both. Whole parcel.
    no_manifest() => "no-manifest",
        "manifest.json または kousei.xml のどちらか一つが必要です",
        "the parcel needs either manifest.json or kousei.xml",
        "マニフェストを一つだけ入れてください",
        "pack one of them";
    /// The manifest is not JSON or XML within the limits. Whole parcel.
    bad_manifest(why_ja: &str, why_en: &str) => "bad-manifest",
        "マニフェストを読めません: {why_ja}",
        "the manifest cannot be read: {why_en}",
        "マニフェストを直して再送してください",
        "mend the manifest and send the parcel again";
    /// The manifest names another site than the one whose inbox it lies in. Whole parcel.
    unknown_site(found: &str, expected: &str) => "unknown-site",
        "マニフェストのサイト {found:?} は受付先 {expected:?} と異なります",
        "the manifest says site {found:?}, the inbox is that of {expected:?}",
        "サイト名と送付先を確認してください",
        "check the site and the inbox";
    /// The parcel's name is no id. Whole parcel.
    bad_parcel_name() => "bad-parcel-name",
        "parcel が名前として使えません",
        "parcel is not a plain name of 1 to 64 characters",
        "半角英数字とハイフンにしてください",
        "use letters, digits, dot, hyphen and underscore";
    /// The parcel holds no application. Whole parcel.
    no_applications() => "no-applications",
        "申請が一件もありません",
        "the parcel holds no application",
        "申請を入れて再送してください",
        "send the parcel with its applications";
    /// The parcel holds more applications than the shop takes at once. Whole parcel.
    too_many_applications(max: usize) => "too-many-applications",
        "申請が上限 {max} 件を超えています",
        "the parcel holds more than {max} applications",
        "分けて送付してください",
        "send several parcels";
    /// Two applications have one receipt number. Whole parcel.
    double_receipt(receipt: &str) => "double-receipt",
        "受付番号 {receipt:?} が二度使われています",
        "receipt number {receipt:?} stands twice",
        "受付番号を申請ごとに別にしてください",
        "give every application its own number";
    /// The receipt number stood in an earlier parcel; the caller knows those.
    received_before(receipt: &str) => "received-before",
        "受付番号 {receipt:?} は受付済みです",
        "receipt number {receipt:?} was taken before",
        "対応は不要です。別の申請であれば新しい受付番号にしてください",
        "nothing to do, unless another application was meant";
    /// A key of an application is missing or no text.
    missing_key(key: &str) => "missing-key",
        "{key} がないか、文字列ではありません",
        "{key} is missing or no text",
        "マニフェストに記載してください",
        "write it into the manifest";
    /// The manifest has a key that is not agreed.
    unknown_key() => "unknown-key",
        "マニフェストに取り決めにない項目があります",
        "the manifest has a key that is not agreed",
        "取り決めた項目だけにしてください",
        "keep to the agreed keys";
    /// The receipt number has another form than agreed.
    bad_receipt() => "bad-receipt",
        "受付番号の形が正しくありません",
        "the receipt number is not 1 to 40 letters, digits and hyphens",
        "半角英数字とハイフン、40 文字以内にしてください",
        "use 1 to 40 of A-Z, a-z, 0-9 and the hyphen";
    /// The moment of receipt is not RFC 3339.
    bad_received_at() => "bad-received-at",
        "受付日時が RFC 3339 の形ではありません",
        "received_at is not a moment of RFC 3339",
        "2026-11-22T02:00:00+09:00 の形で記載してください",
        "write it like 2026-11-22T02:00:00+09:00";
    /// The site may not send this procedure.
    unknown_procedure(procedure: &str) => "unknown-procedure",
        "手続 {procedure:?} はこのサイトに登録されていません",
        "procedure {procedure:?} is not registered for this site",
        "手続コードを確認するか、登録を依頼してください",
        "check the code or have the procedure registered";
    /// A member that the manifest names is not in the parcel.
    missing_member(name: &str) => "missing-member",
        "{name:?} がありません",
        "{name:?} is missing",
        "ファイルを入れて再送してください",
        "send the application with the file";
    /// A member lies outside the folder of its application.
    foreign_member(name: &str) => "foreign-member",
        "{name:?} がこの申請のフォルダーの外にあります",
        "{name:?} lies outside the folder of its application",
        "受付番号と同じ名前のフォルダーに入れてください",
        "put it into the folder named by the receipt number";
    /// A member is named twice by its application.
    double_member(name: &str) => "double-member",
        "{name:?} が二度記載されています",
        "{name:?} is named twice",
        "一度だけ記載してください",
        "name it once";
    /// There are more attachments than the shop takes.
    too_many_attachments(max: usize) => "too-many-attachments",
        "添付書類が上限 {max} 個を超えています",
        "there are more than {max} attachments",
        "添付書類をまとめてください",
        "join the attachments";
    /// The form is neither JSON nor XML by its name.
    unknown_form(name: &str) => "unknown-form",
        "{name:?} は .json でも .xml でもありません",
        "{name:?} is neither .json nor .xml",
        "申請データを JSON か XML にしてください",
        "send the form as JSON or XML";
    /// The form cannot be read.
    bad_form(why_ja: &str, why_en: &str) => "bad-form",
        "申請データを読めません: {why_ja}",
        "the form cannot be read: {why_en}",
        "申請データを直して再送してください",
        "mend the form and send the application again";
    /// The form has no field at all.
    empty_form() => "empty-form",
        "申請データが空です",
        "the form has no field",
        "申請データを入れて再送してください",
        "send the form with its fields";
    /// The application is not signed.
    missing_signature() => "missing-signature",
        "署名がありません",
        "there is no signature",
        "署名を付けて再送してください",
        "send the application with its signature";
    /// The signature is of a kind that is not agreed.
    unknown_signature_kind() => "unknown-signature-kind",
        "署名の種類が cms、digests、xml のどれでもありません",
        "the kind of signature is none of cms, digests and xml",
        "取り決めた種類の署名にしてください",
        "use one of the agreed kinds";
    /// An acknowledgement cannot be read.
    bad_acknowledgement(why: &str) => "bad-acknowledgement",
        "受領確認を読めません: {why}",
        "the acknowledgement cannot be read: {why}",
        "送付した様式に記入して返送してください",
        "fill in the form that came with the hand-over";
    /// An acknowledgement names another hand-over or another manifest.
    wrong_manifest() => "wrong-manifest",
        "受領確認が引渡しの manifest.json と一致しません",
        "the acknowledgement is not of this hand-over's manifest.json",
        "届いた manifest.json の SHA-256 を確認してください",
        "look at the SHA-256 of the manifest.json that arrived";
    /// An acknowledgement refuses an application that was not handed over, or refuses it twice.
    unknown_receipt(receipt: &str) => "unknown-receipt",
        "受付番号 {receipt:?} はこの引渡しにないか、二度記載されています",
        "receipt number {receipt:?} is not of this hand-over or stands twice",
        "受付番号を確認してください",
        "check the receipt number";
    /// The applications acknowledged are more or fewer than handed over.
    wrong_count(found: u64, expected: u64) => "wrong-count",
        "受領件数が {found} 件です（引渡しは {expected} 件）",
        "{found} applications are acknowledged, {expected} were handed over",
        "件数を確認して返送してください",
        "count again and send the acknowledgement again";
}

/// Places a refusal at a line and column of a member; 0 where it has none.
pub(crate) fn at(refusal: Refusal, file: &str, line: u64, column: String) -> Refusal {
    Refusal { origin: Origin { file: file.to_owned(), line, column, byte: 0 }, ..refusal }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_unique_and_kebab_case() {
        let mut codes = CODES.to_vec();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), CODES.len());
        assert!(codes.iter().all(|c| c.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
    }

    #[test]
    fn a_name_with_control_characters_is_escaped_in_the_words() {
        let refusal = missing_member("a\u{1b}[31m");
        assert!(refusal.english.contains("\\u{1b}"), "{}", refusal.english);
    }
}
