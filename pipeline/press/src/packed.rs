//! Object streams: small objects that are compressed together.

use crate::deflate::Scratch;
use crate::parts::{whole, write_object, write_stream};

/// Objects on their way into an object stream.
#[derive(Default)]
pub(crate) struct PackedObjects {
    /// Number of each object and where its body starts.
    places: Vec<(u32, usize)>,
    pub(crate) bodies: Vec<u8>,
}

impl PackedObjects {
    /// Starts the object `number`; its body goes to `bodies`.
    pub(crate) fn begin(&mut self, number: u32) {
        if !self.places.is_empty() {
            self.bodies.push(b'\n');
        }
        self.places.push((number, self.bodies.len()));
    }

    /// Writes the object stream.
    pub(crate) fn write(self, number: u32, scratch: &mut Scratch, out: &mut Vec<u8>) {
        self.write_packed(number, out, |raw| scratch.objects.alone(raw));
    }

    /// Writes the object stream with the bytes to which `pack` compresses it.
    pub(crate) fn write_packed<'p>(
        self,
        number: u32,
        out: &mut Vec<u8>,
        pack: impl FnOnce(&[u8]) -> &'p [u8],
    ) {
        let mut raw = Vec::with_capacity(PLACE_LEN_USUAL * self.places.len() + self.bodies.len());
        for &(number, start) in &self.places {
            for value in [number, start as u32] {
                whole(&mut raw, value);
                raw.push(b' ');
            }
        }
        let first = raw.len();
        raw.extend_from_slice(&self.bodies);
        let entries = format!("/Type/ObjStm/N {}/First {first}", self.places.len());
        write_stream(out, number, &entries, pack(&raw));
    }

    /// Writes every object by itself; `place` is told its number and where it starts.
    pub(crate) fn write_each(&self, out: &mut Vec<u8>, mut place: impl FnMut(u32, usize)) {
        let ends = self.places.iter().skip(1).map(|&(_, start)| start - 1);
        let ends = ends.chain([self.bodies.len()]);
        for (&(number, start), end) in self.places.iter().zip(ends) {
            place(number, out.len());
            write_object(out, number, &self.bodies[start..end]);
        }
    }
}

/// Bytes of two numbers with their spaces.
const PLACE_LEN_USUAL: usize = 16;
