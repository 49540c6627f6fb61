//! Why a whole drop is refused: every stable code with its words and its remedy.

letter::refusals! {
    /// The file does not begin like a ZIP.
    not_a_zip() => "not-a-zip",
        "ZIP ファイルではありません", "the file is not a ZIP",
        "ZIP 形式で入稿してください", "drop a ZIP";
    /// The file begins like a ZIP and its central directory is missing: it is not whole yet.
    half_zip(len: u64) => "half-zip",
        "ZIP が途中で切れています（{len} バイト）", "the ZIP ends before its directory, after {len} bytes",
        "転送を最後まで行い、再送してください", "finish the transfer or send the file again";
    /// The ZIP contradicts itself or its data do not unpack.
    damaged_zip(why: &str) => "damaged-zip",
        "ZIP が壊れています: {why}", "the ZIP is damaged: {why}",
        "ZIP を作り直してください", "make the ZIP again";
    /// A member unpacks to far more than its compressed bytes.
    zip_bomb(name: &str, ratio: u64) => "zip-bomb",
        "{name:?} の圧縮率が異常です（{ratio} 倍を超えます）", "{name:?} unpacks to more than {ratio} times its compressed size",
        "通常の圧縮で作り直してください", "compress plain data in the ordinary way";
    /// A member or the sum of all unpacks to more than the shop takes.
    too_large(name: &str, found: u64, max: u64) => "too-large",
        "{name:?} は展開すると {found} バイトになります（上限 {max} バイト）", "{name:?} unpacks to {found} bytes, the limit is {max}",
        "ロットを分けてください", "split the batch";
    /// The ZIP has more members than a drop ever needs.
    too_many_entries(found: u64, max: usize) => "too-many-entries",
        "ZIP に {found} 個のファイルがあります（上限 {max} 個）", "the ZIP has {found} entries, the limit is {max}",
        "取り決めたファイルだけを入れてください", "pack only the agreed members";
    /// A member's name is not plain.
    bad_name(name: &str, why: &str) => "bad-name",
        "ファイル名 {name:?} は使えません: {why}", "the name {name:?} cannot be used: {why}",
        "半角英数字のファイル名にしてください", "use letters, digits, dot, hyphen and underscore";
    /// A member's name leaves the drop.
    path_traversal(name: &str) => "path-traversal",
        "ファイル名 {name:?} が ZIP の外を指しています", "the name {name:?} points outside the drop",
        "フォルダー指定のない名前にしてください", "use plain names without .. or a root";
    /// Two members have names that differ at most in case.
    duplicate_name(name: &str) => "duplicate-name",
        "ファイル名 {name:?} が重複しています", "the name {name:?} stands twice, case aside",
        "同じ名前のファイルを一つにしてください", "keep one member of that name";
    /// A member is a link or another special file.
    link(name: &str) => "link",
        "{name:?} はリンクまたは特殊ファイルです", "{name:?} is a link or a special file",
        "実体のファイルを入れてください", "pack the file itself";
    /// A member is an archive itself.
    nested_archive(name: &str) => "nested-archive",
        "{name:?} は圧縮ファイルです", "{name:?} is an archive itself",
        "中身を直接 ZIP に入れてください", "pack its content directly";
    /// A member is encrypted.
    encrypted(name: &str) => "encrypted",
        "{name:?} は暗号化されています", "{name:?} is encrypted",
        "パスワードなしの ZIP にしてください（通信路は暗号化されています）",
        "send a ZIP without a password; the way is encrypted";
    /// A member is compressed by a method other than stored and deflate.
    unknown_compression(name: &str) => "unknown-compression",
        "{name:?} の圧縮方式には対応していません", "{name:?} is compressed by a method other than stored or deflate",
        "Deflate で圧縮してください", "compress with deflate";
    /// Two members share bytes of the ZIP.
    overlapping_files() => "overlapping-files",
        "ZIP の中のファイルが重なり合っています", "members of the ZIP overlap",
        "ZIP を作り直してください", "make the ZIP again";
    /// The drop has no manifest.
    missing_manifest() => "missing-manifest",
        "manifest.toml（または manifest.json）がありません", "there is no manifest.toml or manifest.json",
        "マニフェストを入れてください", "add the manifest";
    /// The manifest cannot be read.
    bad_manifest(why: &str) => "bad-manifest",
        "マニフェストを読めません: {why}", "the manifest cannot be read: {why}",
        "マニフェストを直してください", "mend the manifest";
    /// The manifest names another sender than the one whose inbox it lies in.
    wrong_sender(found: &str, expected: &str) => "wrong-sender",
        "マニフェストの差出人 {found} は入稿先 {expected} と異なります", "the manifest says sender {found}, the inbox is that of {expected}",
        "差出人と入稿先を確認してください", "check the sender and the inbox";
    /// A member's bytes are not those that the manifest promises.
    bad_hash(name: &str, found: &str, expected: &str) => "bad-hash",
        "{name:?} の SHA-256 が {found} です（マニフェストは {expected}）", "{name:?} has SHA-256 {found}, the manifest says {expected}",
        "転送し直すか、マニフェストを作り直してください", "transfer again or make the manifest again";
    /// The manifest or the layout names a member that is not in the ZIP.
    missing_member(name: &str) => "missing-member",
        "{name:?} がありません", "{name:?} is missing",
        "ファイルを ZIP に入れ、マニフェストに記載してください", "add the member and list it in the manifest";
    /// A member is not agreed or not listed in the manifest.
    unexpected_member(name: &str) => "unexpected-member",
        "{name:?} はマニフェストにないか、取り決めにないファイルです", "{name:?} is not listed or not agreed",
        "取り決めたファイルだけを入れ、すべて記載してください", "pack only agreed members and list them all";
    /// A ready PDF cannot be read.
    bad_ready(name: &str, why: &str, why_ja: &str) => "bad-ready-pdf",
        "完成原稿 {name:?} を読めません: {why_ja}", "the ready PDF {name:?} cannot be read: {why}",
        "PDF を書き出し直してください", "export the PDF again";
    /// The rows are more or fewer than promised.
    wrong_count(found: u64, expected: u64) => "wrong-count",
        "件数が {found} 件です（申告は {expected} 件）", "there are {found} records, {expected} were declared",
        "欠落や重複がないか確認し、再送してください", "look for lost or repeated rows and send again";
    /// The sum of the postal codes is another than promised.
    wrong_hash_total(found: u64, expected: u64) => "wrong-hash-total",
        "郵便番号の合計が {found} です（申告は {expected}）", "the postal codes sum to {found}, {expected} was declared",
        "データの化けや入れ替わりがないか確認し、再送してください", "look for changed rows and send again";
    /// The last row is not the agreed trailer.
    missing_trailer(marker: &str) => "missing-trailer",
        "最終行がトレーラーレコード（{marker:?}）ではありません", "the last row is not the trailer that begins with {marker:?}",
        "ファイルを最後まで転送し、再送してください", "finish the transfer or write the trailer";
    /// The trailer's figures cannot be read.
    bad_trailer(found: &str) => "bad-trailer",
        "トレーラーレコードの値 {found:?} を読めません", "the trailer holds {found:?}, which is not a number",
        "トレーラーレコードを直してください", "mend the trailer";
    /// The file holds no row at all.
    empty_file() => "empty-file",
        "ファイルが空です", "the file is empty",
        "データを入れて再送してください", "send the file with its rows";
    /// The head has a column that the layout does not know.
    unknown_column(name: &str) => "unknown-column",
        "見出しの列 {name:?} は取り決めにありません", "the head's column {name:?} is not in the layout",
        "取り決めた列だけにするか、設定の変更を依頼してください", "keep to the agreed columns or have the layout changed";
    /// The head lacks columns of the layout.
    missing_column(names: &str) => "missing-column",
        "見出しに列「{names}」がありません", "the head lacks {names}",
        "取り決めた列をすべて入れてください", "write all agreed columns";
    /// A column stands twice in the head.
    duplicate_column(name: &str) => "duplicate-column",
        "見出しの列 {name:?} が重複しています", "the head's column {name:?} stands twice",
        "列名を一つにしてください", "keep one column of that name";
    /// The head's quotes are broken.
    broken_quote() => "broken-quote",
        "見出しの引用符が閉じていません", "a quote of the head is not closed",
        "見出しの引用符を直してください", "mend the quotes of the head";
    /// The head is not text of the agreed encoding.
    undecodable_head(bytes: &str, encoding: &str) => "undecodable-head",
        "見出しのバイト列 {bytes} を {encoding} として読めません", "bytes {bytes} of the head are not {encoding}",
        "取り決めた文字コードで作り直してください", "write the file in the agreed encoding";
    /// The sender has no such template.
    unknown_template(name: &str, version: &str) => "unknown-template",
        "様式「{name}」{version} は登録されていません", "template {name:?} {version} is not registered for this sender",
        "様式名と版を確認してください", "check the template's name and version";
    /// The stationery in the drop cannot be laid under its letters.
    bad_stationery(why: &str) => "bad-stationery",
        "stationery.pdf を台紙として使えません: {why}", "stationery.pdf cannot be laid under the letters: {why}",
        "フォントを埋め込み、暗号化や透明効果のない PDF にしてください", "write a PDF with embedded fonts, without encryption or transparency";
    /// The sender has no such letter class.
    unknown_class(name: &str) => "unknown-class",
        "種別「{name}」は登録されていません", "letter class {name:?} is not registered for this sender",
        "種別を確認してください", "check the letter class";
    /// The shop has no such sender.
    unknown_sender(name: &str) => "unknown-sender",
        "差出人「{name}」は登録されていません", "sender {name:?} is not registered",
        "センターへ登録を依頼してください", "have the sender registered";
    /// The same bytes were dropped before.
    duplicate_file(first_name: &str) => "duplicate-file",
        "同じ内容のファイルを {first_name} として受付済みです", "the same file was taken before as {first_name}",
        "対応は不要です。別の内容であれば確認してください", "nothing to do, unless another file was meant";
    /// The batch and part were taken before.
    duplicate_batch(batch: &str, part: u32) => "duplicate-batch",
        "ロット {batch}（第{part}便）は受付済みです", "part {part} of batch {batch} was taken before",
        "新しいロット番号か便番号にしてください", "use a new batch id or part number";
    /// A continuation names a batch that was never taken.
    unknown_continuation(batch: &str, part: u32) => "unknown-continuation",
        "第{part}便の元になるロット {batch} がありません", "part {part} continues batch {batch}, which was never taken",
        "ロット番号を確認してください", "check the batch id";
    /// More records have faults than the sender's agreement allows.
    too_many_faults(faults: u64, records: u64) => "too-many-faults",
        "エラーが {records} 件中 {faults} 件あるため、全件を受け付けません", "{faults} of {records} records have faults, so none is taken",
        "元データを確認し、全件を再送してください", "check the source and send the whole batch again";
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
        let refusal = path_traversal("../\u{1b}[31m");
        assert!(refusal.english.contains("\\u{1b}"), "{}", refusal.english);
    }
}
