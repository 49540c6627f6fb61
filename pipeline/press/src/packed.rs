//! Object streams: small objects that are compressed together.

use crate::deflate::Scratch;
use crate::parts::{write, write_stream};

/// Objects on their way into an object stream.
#[derive(Default)]
pub(crate) struct PackedObjects {
    /// Pairs of object number and offset, as the stream's head has them.
    head: Vec<u8>,
    pub(crate) bodies: Vec<u8>,
    count: u32,
}

impl PackedObjects {
    /// Starts the object `number`; its body goes to `bodies`.
    pub(crate) fn begin(&mut self, number: u32) {
        if self.count > 0 {
            self.bodies.push(b'\n');
        }
        write(&mut self.head, format_args!("{number} {} ", self.bodies.len()));
        self.count += 1;
    }

    /// Writes the object stream.
    pub(crate) fn write(self, number: u32, scratch: &mut Scratch, out: &mut Vec<u8>) {
        let first = self.head.len();
        let mut raw = self.head;
        raw.extend_from_slice(&self.bodies);
        scratch.pack(&raw);
        let entries = format!("/Type/ObjStm/N {}/First {first}", self.count);
        write_stream(out, number, &entries, &scratch.packed);
    }
}
