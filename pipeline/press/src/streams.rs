//! Many small zlib streams (RFC 1950) that share one code, each readable alone.
//!
//! A page's content is a few KB, for which a general compressor spends much of its time on clearing
//! tables and on making a code. Here one code is made of a group's first streams, and its head is
//! copied into each. A group's streams depend on nothing but the group's bytes.

mod code;
mod even;
mod lengths;
mod repeats;
mod shared;

use self::code::{Code, Counts};
use self::repeats::{Notes, Repeats, Sequence};
pub(crate) use self::shared::{Lesson, Packer, SharedCode};

/// A group of streams on its way; its memory is used again.
#[derive(Default)]
pub struct Streams {
    /// Bytes of the streams that wait for the code: what is written here belongs to the one that
    /// ends next.
    pub raw: Vec<u8>,
    sequences: Vec<Sequence>,
    ends: Vec<End>,
    counts: Counts,
    repeats: Repeats,
    /// Made of the group's first streams.
    code: Option<Code>,
    packed: Vec<u8>,
}

/// Where a stream that waits for the code ends.
#[derive(Clone, Copy, Default)]
struct End {
    raw: usize,
    sequences: usize,
}

impl Streams {
    /// Starts a group.
    pub fn begin(&mut self) {
        self.forget_waiting();
        self.code = None;
    }

    /// Ends the stream whose bytes were written to `raw`, and gives each stream that is ready, in
    /// order.
    pub fn end_stream(&mut self, each: impl FnMut(&[u8])) {
        match self.code {
            Some(_) => self.pack(each),
            None => self.learn(each),
        }
    }

    /// Ends the group and gives what still waits.
    pub fn finish(&mut self, each: impl FnMut(&[u8])) {
        if self.code.is_none() {
            self.code = Some(Code::of(&self.counts));
            self.pack_waiting(each);
        }
    }

    /// Packs one stream by the code that is made of it, as a group of its own.
    pub(crate) fn alone(&mut self, bytes: &[u8]) -> &[u8] {
        self.begin();
        let mut notes = Notes::behind(&mut self.sequences);
        self.repeats.find(bytes, &mut notes);
        notes.finish();
        self.counts.add(bytes, &self.sequences);
        let code = Code::of(&self.counts);
        let mut encoder = code.begin(bytes.len(), &mut self.packed);
        encoder.sequences(bytes, &self.sequences);
        let len = encoder.finish(libdeflater::adler32(bytes));
        self.begin();
        &self.packed[..len]
    }

    /// Counts the stream and makes the code when it is time.
    fn learn(&mut self, each: impl FnMut(&[u8])) {
        let last = self.ends.last().copied().unwrap_or_default();
        let bytes = &self.raw[last.raw..];
        let mut notes = Notes::behind(&mut self.sequences);
        self.repeats.find(bytes, &mut notes);
        notes.finish();
        self.counts.add(bytes, &self.sequences[last.sequences..]);
        self.ends.push(End { raw: self.raw.len(), sequences: self.sequences.len() });
        if self.ends.len() == LEARNED {
            self.counts.add_each();
            self.code = Some(Code::of(&self.counts));
            self.pack_waiting(each);
        }
    }

    /// Packs the stream with the code of those before it.
    fn pack(&mut self, mut each: impl FnMut(&[u8])) {
        let Self { raw, repeats, code, packed, .. } = self;
        let code = code.as_ref().expect("the code was made");
        let mut encoder = code.begin(raw.len(), packed);
        repeats.find(raw, &mut encoder);
        let len = encoder.finish(libdeflater::adler32(raw));
        each(&packed[..len]);
        raw.clear();
    }

    fn pack_waiting(&mut self, mut each: impl FnMut(&[u8])) {
        let code = self.code.as_ref().expect("the code was made");
        let mut start = End::default();
        for &end in &self.ends {
            let bytes = &self.raw[start.raw..end.raw];
            let mut encoder = code.begin(bytes.len(), &mut self.packed);
            encoder.sequences(bytes, &self.sequences[start.sequences..end.sequences]);
            let len = encoder.finish(libdeflater::adler32(bytes));
            each(&self.packed[..len]);
            start = end;
        }
        self.forget_waiting();
    }

    fn forget_waiting(&mut self) {
        self.raw.clear();
        self.sequences.clear();
        self.ends.clear();
        self.counts = Counts::default();
    }
}

/// Streams of a group that the code is made of.
const LEARNED: usize = 8;

#[cfg(test)]
mod tests;
