//! What is wrong with a template, and where.

use std::fmt;

/// A fault of a template, found when it is compiled; nothing is printed with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateFault {
    /// `template.toml`, `body.txt`, `sample.toml` or `stationery.pdf`.
    pub file: &'static str,
    /// The line, from 1; 0 when the file as a whole is meant.
    pub line: u32,
    /// The column in characters, from 1; 0 when the line or file as a whole is meant.
    pub column: u32,
    /// What was met.
    pub message: String,
    /// How to mend it.
    pub fix: String,
}

impl fmt::Display for TemplateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {} ({})", self.file, self.line, self.column, self.message, self.fix)
    }
}

impl std::error::Error for TemplateFault {}

/// The file with the frames.
pub const TOML: &str = "template.toml";
/// The file with the text.
pub const BODY: &str = "body.txt";
/// The file with the sample letters.
pub const SAMPLE: &str = "sample.toml";
/// The sender's stationery.
pub const STATIONERY: &str = "stationery.pdf";

impl TemplateFault {
    /// Returns a fault at byte `at` of a file's text.
    pub(crate) fn at(
        file: &'static str,
        text: &str,
        at: usize,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Place::at(file, text, at).fault(message, fix)
    }
}

/// A place in one of the template's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: &'static str,
    /// The line, from 1; 0 when the whole file is meant.
    pub line: u32,
    /// The column in characters, from 1; 0 when the whole file is meant.
    pub column: u32,
}

impl Place {
    /// Returns the whole of a file.
    pub fn of(file: &'static str) -> Self {
        Self { file, line: 0, column: 0 }
    }

    /// Returns the place of byte `at` of `text`.
    pub fn at(file: &'static str, text: &str, at: usize) -> Self {
        let before = &text[..text.floor_char_boundary(at)];
        let line = before.matches('\n').count() as u32 + 1;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self { file, line, column: before[start..].chars().count() as u32 + 1 }
    }

    /// Returns the place `characters` further on the same line.
    pub fn right(self, characters: usize) -> Self {
        Self { column: self.column + characters as u32, ..self }
    }

    /// Returns a fault at this place.
    pub fn fault(self, message: impl Into<String>, fix: impl Into<String>) -> TemplateFault {
        let Self { file, line, column } = self;
        TemplateFault { file, line, column, message: message.into(), fix: fix.into() }
    }
}
