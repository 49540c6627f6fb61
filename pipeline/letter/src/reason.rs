//! What can be wrong with a record or a whole drop, with stable codes and words for the sender.

use serde::{Deserialize, Serialize};

/// Where a record came from in the sender's file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The member of the drop, `recipients.csv`.
    pub file: String,
    /// The line, counted from 1 (physical line on which the record starts).
    pub line: u64,
    /// The column by the sender's own name or number, empty when the whole row is meant.
    pub column: String,
    /// The byte in the file at which the record starts, from 0.
    pub byte: u64,
}

/// One record's trouble with its place: the record is set aside or held, the batch goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Where.
    pub origin: Origin,
    /// What.
    pub reason: Reason,
}

/// What becomes of a record that cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// 保留外・エラー分: goes back to the sender, who mends it.
    SetAside,
    /// Waits for the operator: a glyph, a gaiji code or an approval is missing.
    Held,
    /// 引抜き: taken out by the operator on the sender's word.
    Pulled,
}

impl Disposition {
    /// Returns the stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::SetAside => "set_aside",
            Self::Held => "held",
            Self::Pulled => "pulled",
        }
    }
}

/// Declares the enum and its table in one place: variant, fields, code, disposition and words.
macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident $({ $($(#[$fdoc:meta])* $field:ident : $ty:ty),* })? =>
        $code:literal, $disposition:ident, $ja:literal, $en:literal, $fix_ja:literal, $fix_en:literal;)*) => {
        /// Why one record is set aside or held; one variant a rule, with the values that broke it.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Reason {
            $($(#[$doc])* $name $({ $($(#[$fdoc])* $field: $ty),* })?,)*
        }

        impl Reason {
            /// Every stable code, in the order of the table.
            pub const CODES: &'static [&'static str] = &[$($code),*];

            /// Returns the stable code, which outside scripts may rely on.
            pub fn code(&self) -> &'static str {
                match self { $(Self::$name $({ $($field: _),* })? => $code,)* }
            }

            /// Returns what becomes of the record.
            pub fn disposition(&self) -> Disposition {
                match self { $(Self::$name $({ $($field: _),* })? => Disposition::$disposition,)* }
            }

            /// Says in Japanese what was met.
            #[allow(unused_variables, reason = "some values are words of the other language")]
            pub fn japanese(&self) -> String {
                match self { $(Self::$name $({ $($field),* })? => format!($ja),)* }
            }

            /// Says in English what was met.
            #[allow(unused_variables, reason = "some values are words of the other language")]
            pub fn english(&self) -> String {
                match self { $(Self::$name $({ $($field),* })? => format!($en),)* }
            }

            /// Says in Japanese how to mend it.
            pub fn fix_japanese(&self) -> &'static str {
                match self { $(Self::$name $({ $($field: _),* })? => $fix_ja,)* }
            }

            /// Says in English how to mend it.
            pub fn fix_english(&self) -> &'static str {
                match self { $(Self::$name $({ $($field: _),* })? => $fix_en,)* }
            }
        }
    };
}

reasons! {
    /// The bytes are not text of the declared encoding.
    UndecodableBytes { /** The bytes, in hexadecimal. */ bytes: String } =>
        "undecodable-bytes", SetAside,
        "文字コードとして読めないバイト列 {bytes} があります", "bytes {bytes} are not text of the declared encoding",
        "宣言した文字コードで該当箇所を入力し直してください", "write the field again in the declared encoding";
    /// The row has another number of columns than the head.
    ColumnCount { /** Columns met. */ found: usize, /** Columns of the head. */ expected: usize } =>
        "column-count", SetAside,
        "列数が {found} です（見出しは {expected} 列）", "the row has {found} columns, the head has {expected}",
        "区切り文字と引用符を確認し、列数をそろえてください", "check separators and quotes so that the row has as many columns as the head";
    /// A quoted field is never closed, or text follows its closing quote.
    BrokenQuote =>
        "broken-quote", SetAside,
        "引用符が閉じていません", "a quoted field is not closed",
        "フィールド中の引用符は二重にし、末尾の引用符を補ってください", "double quotes inside a field and close the field";
    /// A fixed-width row has another length than the layout.
    RowLength { /** Bytes met. */ found: usize, /** Bytes of the layout. */ expected: usize } =>
        "row-length", SetAside,
        "レコード長が {found} バイトです（定義は {expected} バイト）", "the row has {found} bytes, the layout has {expected}",
        "レコード長を定義に合わせてください", "make the row as long as the layout says";
    /// A row is longer than the shop takes; a lost line end or a lost quote makes such rows.
    RowTooLong { /** Bytes met. */ found: u64, /** The limit in bytes. */ max: usize } =>
        "row-too-long", SetAside,
        "1行が {found} バイトです（上限 {max} バイト）", "the row has {found} bytes, the limit is {max}",
        "改行の抜けと引用符を確認してください", "look for a lost line end or a lost quote";
    /// A record has more table rows than the shop takes.
    TooManyRows { /** Table rows met. */ found: usize, /** The limit. */ max: usize } =>
        "too-many-rows", SetAside,
        "明細が {found} 行あります（上限 {max} 行）", "the record has {found} table rows, the limit is {max}",
        "明細を分けてください", "split the record";
    /// A field that must be there is empty.
    MissingField { /** Our name of the field. */ field: String } =>
        "missing-field", SetAside,
        "必須項目「{field}」が空です", "the required field {field} is empty",
        "項目に値を入れてください", "fill the field";
    /// A field is longer than the shop takes.
    FieldTooLong { /** Our name of the field. */ field: String, /** Characters met. */ found: usize, /** The limit in characters. */ max: usize } =>
        "field-too-long", SetAside,
        "項目「{field}」が {found} 文字です（上限 {max} 文字）", "field {field} has {found} characters, the limit is {max}",
        "短くしてください", "shorten the field";
    /// A control character stands in a field.
    ControlCharacter { /** Our name of the field. */ field: String, /** The code point. */ code: u32 } =>
        "control-character", SetAside,
        "項目「{field}」に制御文字 U+{code:04X} があります", "field {field} contains the control character U+{code:04X}",
        "制御文字を取り除いてください", "remove the control character";
    /// A date cannot be read in the sender's style.
    BadDate { /** Our name of the field. */ field: String, /** The text met. */ value: String } =>
        "bad-date", SetAside,
        "項目「{field}」の日付「{value}」を読めません", "field {field} holds {value:?}, which is not a date of the agreed style",
        "取り決めた形式の実在する日付にしてください", "write a real day in the agreed style";
    /// A number cannot be read.
    BadNumber { /** Our name of the field. */ field: String, /** The text met. */ value: String } =>
        "bad-number", SetAside,
        "項目「{field}」の数値「{value}」を読めません", "field {field} holds {value:?}, which is not a whole number",
        "半角数字の整数にしてください", "write a whole number in digits";
    /// A record key stands twice in one batch.
    DuplicateKey { /** The line of the first record of that key, 0 when it came in an earlier part. */ first_line: u64 } =>
        "duplicate-key", SetAside,
        "同じレコード番号が既にあります（先の行 {first_line}）", "the record key was met before, on line {first_line}",
        "重複した行を削除するか、番号を直してください", "remove the repeated row or mend its key";
    /// A mended row names a record that was not set aside.
    NotSetAside =>
        "not-set-aside", SetAside,
        "再送行のレコード番号は返却分にありません", "the record key of this mended row is not among those sent back",
        "返却分の行だけを再送してください", "send back only rows of the reject list";
    /// A table row names a record that is not in the batch; reported on the row's own line.
    OrphanLine { /** How many table rows. */ rows: usize } =>
        "orphan-line", SetAside,
        "明細 {rows} 行に対応する宛先がありません", "{rows} table rows belong to no recipient",
        "明細のレコード番号を確認してください", "check the record keys of the table rows";
    /// A gaiji code has no entry in the sender's table, or the entry says hold.
    UnknownGaiji { /** Our name of the field. */ field: String, /** The user-defined code point, E000-E757. */ code: u32 } =>
        "unknown-gaiji", Held,
        "項目「{field}」の外字 U+{code:04X} が外字表にありません", "field {field} holds the user-defined character U+{code:04X}, which the gaiji table does not resolve",
        "外字表に登録するか、別の文字にしてください", "add the code to the gaiji table or write another character";
    /// The postal code is not seven digits.
    BadPostalCode { /** The text met. */ value: String } =>
        "bad-postal-code", SetAside,
        "郵便番号「{value}」は7桁の数字ではありません", "{value:?} is not a seven-digit postal code",
        "7桁の郵便番号にしてください", "write the seven-digit code";
    /// The dictionary has no such code.
    UnknownPostalCode { /** The code. */ postal: String, /** The month of the dictionary. */ dictionary: String } =>
        "unknown-postal-code", SetAside,
        "郵便番号 {postal} は {dictionary} の郵便番号簿にありません", "postal code {postal} is not in the dictionary of {dictionary}",
        "郵便番号を確認してください", "check the postal code";
    /// Postal code and address name different places.
    AddressMismatch { /** The code. */ postal: String, /** What the dictionary has for it. */ expected: String } =>
        "address-mismatch", SetAside,
        "郵便番号 {postal}（{expected}）と住所が一致しません", "postal code {postal} is {expected}, which the address does not name",
        "郵便番号か住所を直してください", "mend the postal code or the address";
    /// No font of the chain draws this character.
    MissingGlyph { /** Our name of the field. */ field: String, /** The character and its selector as code points. */ character: String } =>
        "missing-glyph", Held,
        "項目「{field}」の文字 {character} を印字できる書体がありません", "no font of the chain draws {character} in field {field}",
        "別の文字にするか、書体を追加してください", "write another character, or have a font added";
    /// A text does not fit its frame at the smallest size.
    DoesNotFit { /** The frame. */ frame: String, /** Lines needed. */ lines: usize, /** Lines that fit. */ max: usize } =>
        "does-not-fit", Held,
        "「{frame}」に収まりません（{lines} 行必要、{max} 行まで）", "{frame} needs {lines} lines at the smallest size, {max} fit",
        "短くしてください", "shorten the text";
    /// The letter has more sheets than its envelope takes.
    TooManySheets { /** Sheets needed. */ found: u32, /** The limit. */ max: u32 } =>
        "too-many-sheets", Held,
        "用紙が {found} 枚になります（上限 {max} 枚）", "the letter has {found} sheets, the envelope takes {max}",
        "明細を分けてください", "split the letter";
    /// The letter is heavier than the last step of the tariff for its envelope.
    TooHeavy { /** Weight with envelope, milligrams. */ found_mg: u32, /** The limit, grams. */ max_g: u32 } =>
        "too-heavy", Held,
        "重さが {found_mg} mg になります（料金表の上限 {max_g} g）", "the letter weighs {found_mg} mg, the tariff ends at {max_g} g",
        "明細を分けてください", "split the letter";
    /// The template asks for a value that the record lacks or that has the wrong form.
    TemplateValue { /** The field of the template. */ field: String, /** What is wrong. */ why: String } =>
        "template-value", SetAside,
        "項目「{field}」を様式に差し込めません: {why}", "field {field} cannot be placed in the template: {why}",
        "項目の値を確認してください", "check the value of the field";
    /// The record names no pages of the drop's ready PDFs, or pages of another record.
    ReadyPages { /** The member and pages met. */ pages: String, /** What is wrong, in Japanese. */ japanese: String, /** What is wrong. */ english: String } =>
        "ready-pages", SetAside,
        "完成原稿「{pages}」を割り当てられません: {japanese}", "the ready pages {pages:?} cannot be given to this record: {english}",
        "ファイル名とページ範囲を直してください", "mend the name of the file or the range of pages";
    /// A page of the sender's ready PDF breaks a rule of the house; the words name page and place.
    ReadyFinding { /** The stable code of the first finding. */ finding: String, /** What was found, in Japanese. */ japanese: String, /** What was found. */ english: String } =>
        "ready-finding", SetAside,
        "完成原稿を印刷できません（{finding}）: {japanese}", "the ready pages cannot be printed ({finding}): {english}",
        "検査結果と画像を見て PDF を直してください", "mend the PDF by the findings and their picture";
    /// The address that a ready page shows in the window is not the record's.
    ReadyAddress { /** The page of the file, from 1. */ page: u32, /** What the window does not show, in Japanese. */ japanese: String, /** What the window does not show. */ english: String } =>
        "ready-address", SetAside,
        "{page}ページの宛名窓に、データの{japanese}がありません", "the window of page {page} does not show the record's {english}",
        "データとページの対応、および宛名を確認してください", "check which page belongs to which record, and the address";
    /// The batch waits for the operator's approval because too many of its records are set aside.
    AwaitsApproval { /** Records set aside. */ set_aside: usize, /** Records of the batch. */ records: usize } =>
        "awaits-approval", Held,
        "エラー {set_aside} 件／全 {records} 件のため承認待ちです", "{set_aside} of {records} records are set aside; the batch waits for approval",
        "センターの承認、または修正データの再送をお待ちします", "wait for the centre's approval or send a mended batch";
    /// The batch waits for approval because it is mostly an earlier one again.
    LooksRepeated { /** The earlier batch. */ batch: String, /** Records that are alike, of a hundred. */ percent: u32 } =>
        "looks-repeated", Held,
        "案件 {batch} と {percent}％ が同じ内容のため承認待ちです", "{percent} of a hundred records are those of batch {batch} again; the batch waits for approval",
        "二重の送付でなければ承認してください", "approve it unless it was sent twice";
    /// The batch waits for approval because the sender's batches are usually far smaller.
    UnusualVolume { /** Records of the batch. */ records: usize, /** Records of its usual batches. */ usual: usize } =>
        "unusual-volume", Held,
        "件数 {records} が、ふだんの {usual} を大きく上回るため承認待ちです", "{records} records where {usual} are usual; the batch waits for approval",
        "件数が正しければ承認してください", "approve it if the number is right";
    /// The batch waits until somebody has looked at the proof of its template's version.
    AwaitsProof { /** The template. */ template: String, /** Its version. */ version: u32 } =>
        "awaits-proof", Held,
        "様式 {template} 第{version}版の初校の承認待ちです", "version {version} of template {template} has not been approved; the batch waits",
        "校正刷りを確認して承認してください", "look at the proof and approve it";
    /// The operator pulled the piece.
    PulledByOperator { /** The operator's note: a code, never a name. */ note: String } =>
        "pulled", Pulled,
        "差出人の依頼により引き抜きました（{note}）", "pulled at the sender's request ({note})",
        "対応は不要です", "nothing to do";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_unique_and_kebab_case() {
        let mut codes = Reason::CODES.to_vec();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Reason::CODES.len());
        assert!(codes.iter().all(|c| c.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
    }

    #[test]
    fn the_words_carry_the_values() {
        let reason = Reason::ColumnCount { found: 8, expected: 12 };
        assert_eq!(reason.code(), "column-count");
        assert_eq!(reason.disposition(), Disposition::SetAside);
        assert!(reason.japanese().contains('8') && reason.english().contains("12"));
    }
}
