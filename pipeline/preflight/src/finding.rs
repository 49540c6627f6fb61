//! Why a sender's page is not taken: every stable code with its words and its remedy.

use letter::page::{SheetSize, A4};
use serde::{Deserialize, Serialize};

use crate::area::Area;
use crate::rules::ZoneKind;

/// One thing that was found in a sender's PDF.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The stable code, `text-in-zone`.
    pub code: String,
    /// What follows from it.
    pub weight: Weight,
    /// The page, from 1; `None` if it is of the whole file.
    pub page: Option<u32>,
    /// Where, as far as it has a place.
    pub place: Option<Area>,
    /// What was met, in Japanese.
    pub japanese: String,
    /// What was met, in English.
    pub english: String,
    /// How to mend it, in Japanese.
    pub fix_japanese: String,
    /// How to mend it, in English.
    pub fix_english: String,
}

/// What follows from a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// The file is not taken.
    Refusal,
    /// The file is taken; the sender should know.
    Note,
}

impl Finding {
    /// Returns it as one of a page, the first being 1.
    pub(crate) fn on(self, page: u32) -> Self {
        Self { page: Some(page), ..self }
    }

    /// Returns it with its place, rounded to hundredths of a millimetre.
    pub(crate) fn at(self, place: Area) -> Self {
        let round = |mm: f64| (mm * 100.0).round() / 100.0;
        let Area { left_mm, top_mm, right_mm, bottom_mm } = place;
        let place = Area {
            left_mm: round(left_mm),
            top_mm: round(top_mm),
            right_mm: round(right_mm),
            bottom_mm: round(bottom_mm),
        };
        Self { place: Some(place), ..self }
    }

    /// Returns page, place and what was met, in English.
    pub fn line_english(&self) -> String {
        let page = self.page.map(|page| format!("page {page}: ")).unwrap_or_default();
        let place = self.place.map(|place| format!("{place}: ")).unwrap_or_default();
        format!("{page}{place}{}", self.english)
    }

    /// Returns page, place and what was met, in Japanese.
    pub fn line_japanese(&self) -> String {
        let page = self.page.map(|page| format!("{page}ページ: ")).unwrap_or_default();
        let place = self.place.map(|place| format!("{place}: ")).unwrap_or_default();
        format!("{page}{place}{}", self.japanese)
    }
}

impl ZoneKind {
    fn japanese(self) -> &'static str {
        match self {
            Self::Window => "宛名窓（宛名とカスタマバーコードの領域）",
            Self::Mark => "制御マークの領域",
            Self::Barcode => "カスタマバーコードの領域",
        }
    }

    fn english(self) -> &'static str {
        match self {
            Self::Window => "the address window (address and customer barcode)",
            Self::Mark => "the inserter mark's zone",
            Self::Barcode => "the customer barcode's zone",
        }
    }
}

/// Returns the finding that the examination itself had to be ended.
pub fn limits_finding(why: &str) -> Finding {
    limits(why)
}

/// Returns the finding that a page of so many millimetres is not of the sheet's size.
pub(crate) fn page_size([width, height]: [f64; 2], sheet: SheetSize) -> Finding {
    let [wide, high] = sheet.to_mm();
    let found = format!("{width:.1} × {height:.1}");
    let (ja, en) = match sheet == A4 {
        true => ("A4 縦 210 × 297".to_owned(), "A4 upright is 210 × 297".to_owned()),
        false => (format!("{wide} × {high}"), format!("the sheet is {wide} × {high}")),
    };
    other_size(&found, &ja, &en)
}

/// Returns findings about marks in a zone.
pub(crate) fn in_zone(mark: MarkKind, zone: ZoneKind, count: usize) -> Finding {
    let (ja, en) = (zone.japanese(), zone.english());
    match mark {
        MarkKind::Text => text_in_zone(ja, en, count),
        MarkKind::Unseen => invisible_text_in_zone(ja, en, count),
        MarkKind::Painting => painting_in_zone(ja, en, count),
        MarkKind::Image => image_in_zone(ja, en, count),
    }
}

/// What kind of mark stands where it must not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum MarkKind {
    Text,
    /// Text that a reader does not see.
    Unseen,
    Painting,
    Image,
}

/// Declares one constructor a code; page and place are filled in by whoever knows them.
macro_rules! findings {
    ($($name:ident($($arg:ident : $ty:ty),*) => $weight:ident $code:literal,
        $ja:literal, $en:literal, $fix_ja:literal, $fix_en:literal;)*) => {
        /// Every stable code, in the order of the table.
        #[cfg(test)]
        const CODES: &[&str] = &[$($code),*];

        $(pub(crate) fn $name($($arg: $ty),*) -> Finding {
            Finding {
                code: $code.to_owned(),
                weight: Weight::$weight,
                page: None,
                place: None,
                japanese: format!($ja),
                english: format!($en),
                fix_japanese: $fix_ja.to_owned(),
                fix_english: $fix_en.to_owned(),
            }
        })*
    };
}

findings! {
    unreadable(why: &str) => Refusal "unreadable",
        "PDF を読めません: {why}", "the PDF cannot be read: {why}",
        "PDF を書き出し直してください", "export the PDF again";
    limits(why: &str) => Refusal "preflight-limits",
        "検査を打ち切りました: {why}", "the examination was ended: {why}",
        "簡素な PDF に書き出し直してください", "export a plainer PDF";
    too_much(what: &str, max: usize) => Refusal "too-much",
        "PDF が大きすぎるか複雑すぎます（{what} の上限 {max}）", "more {what} than the {max} that are looked at",
        "簡素な PDF に書き出し直してください", "export a plainer PDF";
    encrypted() => Refusal "encrypted",
        "PDF が暗号化されています", "the PDF is encrypted",
        "パスワードや権限設定のない PDF にしてください", "export without password and permissions";
    page_count(found: usize, max: usize) => Refusal "page-count",
        "{found} ページあります（1〜{max} ページ）", "it has {found} pages, 1 to {max} are taken",
        "必要なページだけにしてください", "keep only the pages that are needed";
    other_size(found: &str, ja: &str, en: &str) => Refusal "page-size",
        "用紙サイズが {found} mm です（{ja} mm）", "the page is {found} mm, {en} mm",
        "指定の用紙サイズで書き出してください", "export in the size that is asked for";
    page_cropped(place: &str) => Refusal "page-cropped",
        "トリミング領域（CropBox）が用紙と異なります: {place}", "the crop box is not the page: {place}",
        "トリミングなしで書き出してください", "export without cropping";
    page_rotated(degrees: i64) => Refusal "page-rotated",
        "ページが {degrees} 度回転しています", "the page is turned by {degrees} degrees",
        "回転なしで書き出してください", "export without rotation";
    page_scaled() => Refusal "page-scaled",
        "ページの単位（UserUnit）が変更されています", "the page has a unit of its own (UserUnit)",
        "標準の単位で書き出してください", "export in the ordinary unit of 1/72 inch";
    font_not_embedded(font: &str) => Refusal "font-not-embedded",
        "フォント {font} が埋め込まれていません", "font {font} is not embedded",
        "フォントをすべて埋め込んで書き出してください", "embed all fonts";
    font_type3(font: &str) => Refusal "font-type3",
        "フォント {font} は Type 3 フォントです", "font {font} is a Type 3 font",
        "TrueType または OpenType フォントにするか、アウトライン化してください", "use TrueType or OpenType, or turn the text into outlines";
    font_unmeasured(font: &str, why: &str) => Refusal "font-unmeasured",
        "フォント {font} の文字の位置を確認できません: {why}", "the places of text in font {font} cannot be told: {why}",
        "フォントをサブセットとして埋め込み（Identity-H）、書き出し直してください", "embed the font as a subset with Identity-H";
    javascript() => Refusal "javascript",
        "JavaScript が含まれています", "it has JavaScript",
        "JavaScript のない PDF にしてください", "export without JavaScript";
    action(kind: &str) => Refusal "action",
        "アクション（{kind}）が含まれています", "it has an action ({kind})",
        "アクションのない PDF にしてください", "export without actions";
    link() => Note "link",
        "リンクは印刷にも電子交付にも引き継がれません", "links are left behind, on paper and in copies",
        "対応は不要です", "nothing to do";
    form() => Refusal "form",
        "入力フォームが含まれています", "it has a form to fill in",
        "フォームを統合（フラット化）してください", "flatten the form";
    embedded_file() => Refusal "embedded-file",
        "添付ファイルが含まれています", "it has an embedded file",
        "添付ファイルのない PDF にしてください", "export without attachments";
    annotation(kind: &str) => Refusal "annotation",
        "印刷される注釈（{kind}）が含まれています", "it has an annotation that prints ({kind})",
        "注釈を削除するか、ページに統合してください", "delete the annotation or flatten it into the page";
    external_stream() => Refusal "external-stream",
        "PDF の外にあるデータを参照しています", "it refers to data outside the file",
        "すべてのデータを埋め込んで書き出してください", "embed all data";
    postscript() => Refusal "postscript",
        "PostScript が埋め込まれています", "it has PostScript code",
        "PostScript を含まない PDF にしてください", "export without PostScript";
    blend_mode(mode: &str) => Refusal "blend-mode",
        "描画モード {mode} が使われています", "it paints with blend mode {mode}",
        "透明効果を分割・統合して書き出してください", "flatten transparency";
    soft_mask() => Refusal "soft-mask",
        "ソフトマスク（半透明のマスク）が使われています", "it paints through a soft mask",
        "透明効果を分割・統合して書き出してください", "flatten transparency";
    hidden_layer() => Refusal "hidden-layer",
        "非表示になり得るレイヤーがあります", "it has a layer that may be hidden; all layers would print",
        "非表示のレイヤーを削除し、レイヤーを統合してください", "delete hidden layers and flatten the rest";
    text_in_zone(ja: &str, en: &str, count: usize) => Refusal "text-in-zone",
        "{ja}に文字が {count} か所あります", "text touches {en} ({count} runs)",
        "領域の外へ移してください", "move the text out of the zone";
    invisible_text_in_zone(ja: &str, en: &str, count: usize) => Refusal "invisible-text-in-zone",
        "{ja}に見えない文字が {count} か所あります", "invisible text touches {en} ({count} runs)",
        "透明・白色・隠れた文字を削除してください", "delete text that is transparent, white or clipped away";
    painting_in_zone(ja: &str, en: &str, count: usize) => Refusal "painting-in-zone",
        "{ja}に線や塗りが {count} か所あります", "lines or fills touch {en} ({count} of them)",
        "領域の外へ移すか、領域を白く抜いてください", "move them out of the zone or leave it blank";
    image_in_zone(ja: &str, en: &str, count: usize) => Refusal "image-in-zone",
        "{ja}に画像が {count} か所重なっています", "an image touches {en} ({count} of them)",
        "画像を領域の外へ移すか、切り抜いてください", "move or crop the image";
    text_outside(margin: f64, count: usize) => Refusal "text-outside",
        "印刷できない範囲（端から {margin:.0} mm 以内または用紙の外）に文字が {count} か所あります",
        "text lies within {margin:.0} mm of the edge or beyond it, where nothing prints ({count} runs)",
        "文字を内側へ移してください", "move the text inwards";
    painting_outside(margin: f64, count: usize) => Refusal "painting-outside",
        "印刷できない範囲（端から {margin:.0} mm 以内）だけに線や塗りが {count} か所あります",
        "lines or fills lie wholly within {margin:.0} mm of the edge, where nothing prints ({count} of them)",
        "内側へ移すか、削除してください", "move them inwards or delete them";
    painting_cut(margin: f64, count: usize) => Note "painting-cut",
        "端から {margin:.0} mm 以内にかかる線や塗りが {count} か所あり、端が印刷されません",
        "lines or fills reach within {margin:.0} mm of the edge and are cut off there ({count} of them)",
        "端まで印刷されないことを確認してください", "make sure that nothing is lost by that";
    window_unread(font: &str) => Refusal "window-unread",
        "宛名窓の文字（フォント {font}）を読み取れません", "text in the address window, in font {font}, says nothing to a reader",
        "文字情報（ToUnicode）を付けて書き出してください", "export text with its characters (ToUnicode)";
    content(why: &str) => Refusal "content",
        "ページの内容を読めません: {why}", "the page's content cannot be read: {why}",
        "PDF を書き出し直してください", "export the PDF again";
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
        assert!(codes
            .iter()
            .all(|c| c.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b == b'3')));
    }
}
