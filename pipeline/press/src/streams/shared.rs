//! A code made once for all streams of one kind, each of which is then packed by itself.

use super::code::{Code, Counts};
use super::repeats::{Notes, Repeats};

/// What a code is made of: some streams of the kind that it is for.
#[derive(Default)]
pub(crate) struct Lesson {
    repeats: Repeats,
    counts: Counts,
    is_begun: bool,
}

/// A code for streams of one kind; any number of threads pack with it.
pub(crate) struct SharedCode(Code);

/// A worker's own memory to pack with; what lies in it never reaches an output.
#[derive(Default)]
pub(crate) struct Packer {
    repeats: Repeats,
}

impl Lesson {
    /// Counts a stream.
    pub(crate) fn add(&mut self, raw: &[u8]) {
        let mut sequences = Vec::new();
        let mut notes = Notes::behind(&mut sequences);
        self.repeats.find(raw, &mut notes);
        notes.finish();
        self.counts.add(raw, &sequences);
        self.is_begun = true;
    }

    /// Returns the code, which has every symbol; none if there was no stream.
    pub(crate) fn code(mut self) -> Option<SharedCode> {
        self.counts.add_each();
        self.is_begun.then(|| SharedCode(Code::of(&self.counts)))
    }
}

impl Packer {
    /// Replaces what is in `out` by the zlib stream of `raw`.
    pub(crate) fn pack(&mut self, code: &SharedCode, raw: &[u8], out: &mut Vec<u8>) {
        let mut encoder = code.0.begin(raw.len(), out);
        self.repeats.find(raw, &mut encoder);
        let len = encoder.finish(libdeflater::adler32(raw));
        out.truncate(len);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_that_the_code_was_not_made_of_read_back_too() {
        let mut lesson = Lesson::default();
        assert!(Lesson::default().code().is_none());
        (0..20).for_each(|number| lesson.add(format!("{number} 0 R {number} 0 R").as_bytes()));
        let code = lesson.code().expect("something was counted");
        let (mut packer, mut packed) = (Packer::default(), Vec::new());
        let every_byte: Vec<u8> = (0..=255).chain(0..=255).chain([7; 70_000]).collect();
        for raw in [b"".as_slice(), b"21 0 R ", &every_byte] {
            packer.pack(&code, raw, &mut packed);
            let mut back = vec![0; raw.len()];
            let mut inflate = libdeflater::Decompressor::new();
            assert_eq!(inflate.zlib_decompress(&packed, &mut back).expect("zlib"), raw.len());
            assert_eq!(back, raw);
        }
    }
}
