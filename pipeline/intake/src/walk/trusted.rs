//! A reader that remembers its own failures, so that they are never blamed on the drop.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

/// The last failure of a watched reader, shared with whoever asks for it.
#[derive(Clone, Debug, Default)]
pub(super) struct Trouble(Arc<Mutex<Option<(io::ErrorKind, String)>>>);

impl Trouble {
    /// Returns the failure, if the reader itself had one since the last question.
    pub fn take(&self) -> Option<io::Error> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.take().map(|(kind, text)| io::Error::new(kind, text))
    }

    fn note(&self, error: &io::Error) {
        if error.kind() != io::ErrorKind::Interrupted {
            let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            *last = Some((error.kind(), error.to_string()));
        }
    }
}

/// A reader whose failures are noted in a [`Trouble`].
///
/// A seek to before the start is the drop's doing (a false offset) and is not noted.
#[derive(Debug)]
pub(super) struct Watched<R> {
    reader: R,
    trouble: Trouble,
}

impl<R> Watched<R> {
    pub fn new(reader: R, trouble: Trouble) -> Self {
        Self { reader, trouble }
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer).inspect_err(|e| self.trouble.note(e))
    }
}

impl<R: Seek> Seek for Watched<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let result = self.reader.seek(to);
        result.inspect_err(|e| {
            if e.kind() != io::ErrorKind::InvalidInput {
                self.trouble.note(e);
            }
        })
    }
}
