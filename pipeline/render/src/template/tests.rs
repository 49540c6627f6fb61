//! Stock templates compiled and filled.

use std::borrow::Cow;
use std::path::Path;

use super::*;

/// Reads the stock chain from the repository.
pub(crate) fn chain() -> FontChain {
    let fonts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fonts");
    let names =
        ["BIZUDPMincho-Regular", "BIZUDPGothic-Regular", "BIZUDPGothic-Bold", "NotoSerifJP-Regular"];
    let faces = names.map(|name| {
        let bytes = std::fs::read(fonts.join(format!("{name}.ttf"))).expect("a stock font");
        (name.to_owned(), Cow::Owned(bytes))
    });
    FontChain::load(faces.into()).expect("stock fonts load")
}
