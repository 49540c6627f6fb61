//! Streams that are written like the one before: their heads are compared instead of read.

use super::indirect::{check_stream_end, read_indirect, Coding, Indirect, Length, StreamHead};
use super::{Kept, Objects, STREAM_END_LEN};
use crate::error::ReadError;
use crate::inflate::Buffer;
use crate::syntax::{Id, Shape};
use crate::xref::Place;

/// How the heads of streams are written, how the data are packed, and in which places the object's
/// number and the length of its data stand.
pub(super) type Head = (Shape, Coding, [usize; 2]);

impl Objects<'_> {
    /// Appends a stream's decoded bytes to `out` if it is written like the one before; else nothing
    /// is done but to look how it is written.
    ///
    /// # Errors
    /// If its data are damaged, or end elsewhere.
    pub(crate) fn decode_usual(&mut self, id: Id, out: &mut Buffer) -> Result<bool, ReadError> {
        let Place::At { offset, generation: 0 } = self.kept.xref.place(id.number) else {
            return Ok(false);
        };
        let head = self.kept.near.up_to(self.source, offset, USUAL_LEN)?;
        let read = |(shape, coding, slots): &Head| {
            let (values, end) = shape.read_start(head)?;
            let [number, len] = slots.map(|slot| values[slot]);
            (number == u64::from(id.number)).then_some((*coding, len as usize, end))
        };
        if id.generation != 0 || self.kept.trace.is_some() {
            return Ok(false);
        }
        let Some((coding, len, end)) = self.kept.usual.as_ref().and_then(read) else {
            self.kept.usual = learn(head).or(self.kept.usual.take());
            return Ok(false);
        };
        let at = offset + end as u64;
        let fault = |offset, trouble| ReadError::Byte { offset, trouble };
        let Kept { near, inflater, .. } = &mut self.kept;
        let data = near.up_to(self.source, at, len + STREAM_END_LEN)?;
        let (Some(packed), rest) = (data.get(..len), data.get(len..).unwrap_or_default()) else {
            return Err(fault(at, "a stream with a wrong Length, or none"));
        };
        check_stream_end(rest).map_err(|trouble| fault(at + len as u64, trouble))?;
        match coding {
            Coding::Flate => inflater.inflate(packed, out).map_err(|trouble| id.fault(at, trouble)),
            _ => {
                out.extend(packed);
                Ok(())
            }
        }?;
        Ok(true)
    }
}

/// Learns how a stream is written: from its number up to its data.
fn learn(head: &[u8]) -> Option<Head> {
    let data = read_indirect(head).ok()?.data?.data;
    let shape = Shape::of(&head[..data])?;
    let numbered = shape.numbered();
    let Indirect { id, data, .. } = read_indirect(&numbered).ok()?;
    let StreamHead { len: Length::Here(len), coding: Ok(coding), data } = data? else {
        return None;
    };
    let slots = [Shape::slot(id.number.into())?, Shape::slot(len.try_into().ok()?)?];
    let whole = data == numbered.len() && !matches!(coding, Coding::Predicted(_));
    whole.then_some((shape, coding, slots))
}

/// Bytes that hold the head of a page's stream.
const USUAL_LEN: usize = 256;
