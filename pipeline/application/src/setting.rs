//! Why a file of settings cannot be used: the line, the key and what is wrong there.

use serde::de::DeserializeOwned;

/// The fault of a procedure, municipality or site file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {key}: {why}")]
pub struct Unusable {
    /// The line, from 1; 0 if the whole file is meant.
    pub line: usize,
    /// The key, `field.required`; empty if the whole file is meant.
    pub key: String,
    /// What was met.
    pub why: String,
}

impl Unusable {
    pub(crate) fn new(text: &str, byte: usize, key: &str, why: impl Into<String>) -> Self {
        Self { line: line_at(text, byte), key: key.to_owned(), why: why.into() }
    }
}

/// Reads TOML into the shape of a file.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Unusable> {
    toml::from_str(text).map_err(|e| {
        let byte = e.span().map_or(0, |span| span.start);
        Unusable::new(text, byte, "", e.message())
    })
}

fn line_at(text: &str, byte: usize) -> usize {
    1 + text.bytes().take(byte).filter(|b| *b == b'\n').count()
}
