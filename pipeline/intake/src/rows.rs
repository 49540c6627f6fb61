//! A reject list in the sender's own form: its head, its line ends, its own bytes.

use std::io::{self, BufRead};

use crate::decode::{raw_head, Coding};
use crate::layout::{Charset, Form, Layout, LineEnding};

/// What stands before and between the sender's own rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectForm {
    /// The byte-order mark and the head line as the sender wrote them, with the line end; empty
    /// for fixed-width rows.
    pub head: Vec<u8>,
    /// What follows each row.
    pub line_end: Vec<u8>,
}

/// Reads the form of a member, from its first byte.
///
/// A row of the reject list is `raw_len` bytes at the row's [`letter::record::Place`], followed by
/// the line end.
///
/// # Errors
/// If `member` cannot be read.
pub fn reject_form<R: BufRead>(layout: &Layout, member: R) -> io::Result<RejectForm> {
    if let Form::Fixed { ending, .. } = layout.form {
        let line_end = match ending {
            LineEnding::Crlf => b"\r\n".to_vec(),
            LineEnding::Lf => b"\n".to_vec(),
            LineEnding::None => Vec::new(),
        };
        return Ok(RejectForm { head: Vec::new(), line_end });
    }
    let raw = raw_head(layout, member)?;
    let line_end = if raw.line_end.is_empty() {
        raw.coding.unwrap_or(assumed(layout.charset())).ascii(b"\r\n")
    } else {
        raw.line_end
    };
    let head = [raw.head.as_slice(), &line_end].concat();
    Ok(RejectForm { head, line_end })
}

/// Returns the head line of a member as the sender wrote it, byte-order mark and line end
/// included; nothing for fixed-width rows.
///
/// # Errors
/// If `member` cannot be read.
pub fn head_bytes<R: BufRead>(layout: &Layout, member: R) -> io::Result<Vec<u8>> {
    Ok(reject_form(layout, member)?.head)
}

fn assumed(charset: Charset) -> Coding {
    match charset {
        Charset::Auto | Charset::Cp932 => Coding::Cp932,
        Charset::Utf8 => Coding::Utf8,
        Charset::Utf16 => Coding::Utf16Le,
    }
}
