//! Where a file's bytes come from: any place of it, a window at a time.

use std::io;

use crate::error::ReadError;

/// Bytes that can be read at any place: a file, or memory.
pub trait ReadAt {
    /// Returns the length in bytes; it does not change while a file is read.
    fn size(&self) -> u64;

    /// Fills `into` with the bytes from `offset` on.
    ///
    /// # Errors
    /// The disk's; or there are fewer bytes.
    fn read_exact_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()>;
}

impl ReadAt for &[u8] {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read_exact_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(offset).ok();
        let found = start.and_then(|start| self.get(start..start.checked_add(into.len())?));
        into.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

/// A stretch of the file in memory, moved where it is needed.
#[derive(Debug)]
pub(crate) struct Window {
    bytes: Vec<u8>,
    /// Where the stretch begins in the file.
    start: u64,
    chunk_len: usize,
}

impl Window {
    /// Makes a window that reads `chunk_len` bytes at a time, more where one object needs more.
    pub(crate) fn new(chunk_len: usize) -> Self {
        Self { bytes: Vec::new(), start: 0, chunk_len }
    }

    /// Forgets what was read, when the window is taken to another file.
    pub(crate) fn forget(&mut self) {
        self.bytes.clear();
    }

    /// Returns `len` bytes from `at` on, fewer at the end of the file.
    pub(crate) fn up_to(
        &mut self,
        source: &dyn ReadAt,
        at: u64,
        len: usize,
    ) -> Result<&[u8], ReadError> {
        let rest = source.size().saturating_sub(at);
        if rest == 0 {
            return Ok(&[]);
        }
        let len = usize::try_from(rest).unwrap_or(usize::MAX).min(len);
        let within = at.checked_sub(self.start).and_then(|from| usize::try_from(from).ok());
        let within = within.filter(|from| from + len <= self.bytes.len());
        let from = match within {
            Some(from) => from,
            None => {
                let chunk = usize::try_from(rest).unwrap_or(usize::MAX).min(self.chunk_len);
                self.bytes.resize(len.max(chunk), 0);
                self.start = at;
                source.read_exact_at(at, &mut self.bytes).inspect_err(|_| self.bytes.clear())?;
                0
            }
        };
        Ok(&self.bytes[from..from + len])
    }

    /// Returns exactly `len` bytes from `at` on.
    pub(crate) fn exactly(
        &mut self,
        source: &dyn ReadAt,
        at: u64,
        len: usize,
    ) -> Result<&[u8], ReadError> {
        let found = self.up_to(source, at, len)?;
        if found.len() == len {
            return Ok(found);
        }
        Err(ReadError::Byte { offset: at, trouble: "the file ends within an object" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_gives_what_the_file_has_and_no_more() {
        let bytes: Vec<u8> = (0..=255).collect();
        let source = &bytes[..];
        let mut window = Window::new(16);
        for at in [0u64, 3, 14, 200, 100, 250, 256, 300] {
            for len in [0usize, 1, 7, 40] {
                let from = (at as usize).min(bytes.len());
                let expected = &bytes[from..(from + len).min(bytes.len())];
                assert_eq!(window.up_to(&source, at, len).expect("memory"), expected);
            }
        }
        assert!(window.exactly(&source, 250, 7).is_err());
    }
}
