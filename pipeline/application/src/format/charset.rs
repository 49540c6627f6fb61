//! Text into a municipality's encoding: whole, with declared substitutes, or not at all.

use std::borrow::Cow;
use std::collections::BTreeMap;

use encoding_rs::SHIFT_JIS;
use letter::cell::BOM;

use crate::cp932;

/// An encoding of a municipality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Encoding {
    Cp932,
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "utf-8-bom")]
    Utf8Bom,
}

/// An encoding with what becomes of characters outside it.
#[derive(Clone, Debug)]
pub(super) struct Charset {
    pub encoding: Encoding,
    /// What single characters become before anything else.
    pub substitutes: BTreeMap<char, String>,
    /// What every other character outside the encoding becomes; `None` sends to a person.
    pub outside: Option<String>,
}

impl Charset {
    /// Substitutes as declared and tells how many characters it were; `None` if one has no
    /// substitute.
    pub fn fit<'t>(&self, text: &'t str) -> Option<(Cow<'t, str>, usize)> {
        if self.encoding != Encoding::Cp932 || text.chars().all(is_cp932) {
            return Some((Cow::Borrowed(text), 0));
        }
        let (mut fitted, mut lost) = (String::with_capacity(text.len()), 0);
        for c in text.chars() {
            if is_cp932(c) {
                fitted.push(c);
                continue;
            }
            lost += 1;
            fitted.push_str(self.substitutes.get(&c).or(self.outside.as_ref())?);
        }
        Some((Cow::Owned(fitted), lost))
    }

    /// Appends text that fits.
    pub fn push(&self, out: &mut Vec<u8>, text: &str) {
        match self.encoding {
            Encoding::Cp932 => {
                let fits = cp932::push(out, text);
                debug_assert!(fits, "only fitted text is pushed");
            }
            Encoding::Utf8 | Encoding::Utf8Bom => out.extend_from_slice(text.as_bytes()),
        }
    }

    /// Decodes a file, its byte order mark taken off.
    pub fn decode<'f>(&self, file: &'f [u8]) -> Option<Cow<'f, str>> {
        match self.encoding {
            Encoding::Cp932 => SHIFT_JIS.decode_without_bom_handling_and_without_replacement(file),
            Encoding::Utf8 => std::str::from_utf8(file).ok().map(Cow::Borrowed),
            Encoding::Utf8Bom => {
                std::str::from_utf8(file.strip_prefix(BOM)?).ok().map(Cow::Borrowed)
            }
        }
    }
}

fn is_cp932(c: char) -> bool {
    cp932::code(c).is_some()
}
