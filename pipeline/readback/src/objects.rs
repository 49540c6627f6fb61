//! A file as numbered objects, read where the cross-references say they lie.

mod indirect;
mod usual;

use std::rc::Rc;

use crate::error::ReadError;
use crate::inflate::{unpredict, Buffer, Inflater};
use crate::source::{ReadAt, Window};
use crate::syntax::{Dict, Fault, Id, Scanner, Value};
use crate::xref::{start_of, Entry, Place, Trailer, Xref};
use indirect::{check_stream_end, grown, read_indirect, Coding, Indirect, Length, StreamHead};

/// A file being read, and the memory that is kept from file to file.
pub(crate) struct Objects<'s> {
    source: &'s dyn ReadAt,
    kept: Kept,
    root: Id,
    info: Option<Id>,
}

/// What outlives a file: buffers and tables.
pub(crate) struct Kept {
    xref: Xref,
    /// Pages' contents and everything else that lies in a row.
    near: Window,
    /// Object streams, which lie before or behind what they tell of.
    far: Window,
    streams: Vec<Rc<ObjectStream>>,
    /// Object streams of the file before, for their memory.
    spare: Vec<ObjectStream>,
    inflater: Inflater,
    scratch: Buffer,
    /// How the streams of pages are written in this file, and how they are packed.
    usual: Option<usual::Head>,
    /// The objects that were read since tracing began, and the end of the furthest.
    trace: Option<(Vec<(u32, Entry)>, u64)>,
}

/// The bytes of one object.
#[derive(Clone)]
pub(crate) struct Body {
    pub(crate) id: Id,
    /// Where it lies in the file, or the object stream that it lies in.
    at: u64,
    bytes: Bytes,
    data: Option<Packed>,
}

/// The data of a stream as they lie in the file.
#[derive(Clone, Copy)]
struct Packed {
    at: u64,
    len: usize,
    coding: Result<Coding, &'static str>,
}

#[derive(Clone)]
enum Bytes {
    Own(Rc<[u8]>),
    Within(Rc<ObjectStream>, u32, u32),
}

/// A decoded object stream (§7.5.7).
struct ObjectStream {
    number: u32,
    at: u64,
    bytes: Buffer,
    /// Object number, start and end within the bytes.
    index: Vec<(u32, u32, u32)>,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            xref: Xref::default(),
            near: Window::new(NEAR_LEN),
            far: Window::new(FAR_LEN),
            streams: Vec::new(),
            spare: Vec::new(),
            inflater: Inflater::default(),
            scratch: Buffer::default(),
            usual: None,
            trace: None,
        }
    }
}

/// Through which window an object is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Near,
    Far,
}

impl Kept {
    fn window(&mut self, way: Way) -> &mut Window {
        match way {
            Way::Near => &mut self.near,
            Way::Far => &mut self.far,
        }
    }
}

impl<'s> Objects<'s> {
    /// Opens a file: its header, the end, the cross-references.
    ///
    /// # Errors
    /// If one of them is malformed or says what is not understood here.
    pub(crate) fn open(source: &'s dyn ReadAt, mut kept: Kept) -> Result<Self, ReadError> {
        kept.near.forget();
        kept.far.forget();
        kept.spare.extend(kept.streams.drain(..).filter_map(|stream| Rc::try_unwrap(stream).ok()));
        kept.usual = None;
        kept.xref.begin(source.size());
        let mut objects = Self { source, kept, root: Id::default(), info: None };
        objects.check_header()?;
        objects.read_xref()?;
        Ok(objects)
    }

    /// Gives the memory back for the next file.
    pub(crate) fn close(self) -> Kept {
        self.kept
    }

    pub(crate) fn root(&self) -> Id {
        self.root
    }

    /// Returns the document information dictionary.
    pub(crate) fn info(&self) -> Option<Id> {
        self.info
    }

    /// Returns how many object numbers the file has.
    pub(crate) fn count(&self) -> usize {
        self.kept.xref.size()
    }

    fn check_header(&mut self) -> Result<(), ReadError> {
        let mut head = [0; HEADER_LEN];
        if self.source.size() >= HEADER_LEN as u64 {
            self.source.read_exact_at(0, &mut head)?;
        }
        match head.strip_prefix(b"%PDF-") {
            Some([b'1', b'.', b'0'..=b'7'] | b"2.0") => Ok(()),
            _ => Err(ReadError::Byte { offset: 0, trouble: "no header of PDF 1.0 to 2.0" }),
        }
    }

    /// Reads all sections, the last one first.
    fn read_xref(&mut self) -> Result<(), ReadError> {
        let end_at = self.source.size().saturating_sub(END_LEN as u64);
        let end = self.kept.far.up_to(self.source, end_at, END_LEN)?;
        let mut next = Some(start_of(end, end_at)?);
        let mut root = None;
        for _ in 0..SECTIONS_MAX {
            let Some(offset) = next else {
                let missing = ReadError::structure("trailer", "no Root");
                self.root = root.ok_or(missing)?;
                return Ok(());
            };
            let trailer = self.section(offset)?;
            root = root.or(trailer.root);
            self.info = self.info.or(trailer.info);
            next = trailer.previous;
        }
        Err(ReadError::structure("trailer", "too many sections, or a circle of them"))
    }

    fn section(&mut self, offset: u64) -> Result<Trailer, ReadError> {
        let fault = |trouble| ReadError::Byte { offset, trouble };
        let head = self.kept.far.up_to(self.source, offset, 4)?;
        if head == b"xref" {
            let (xref, source) = (&mut self.kept.xref, self.source);
            return grown(&mut self.kept.far, source, offset, |bytes| {
                let mut scanner = Scanner::at(bytes, 4);
                xref.read_table(&mut scanner)?;
                let start = scanner.at;
                let trailer = scanner.value()?.dict().map(Trailer::read);
                let trouble = |trouble| Fault { at: start, trouble };
                trailer.ok_or(trouble("no trailer dictionary"))?.map_err(trouble)
            })
            .map_err(|found| fault(found.trouble));
        }
        let body = self.read_at(offset, None, Way::Far)?;
        let dict = body.dict()?;
        if !dict.get(b"Type").is_some_and(|kind| kind.is_name(b"XRef")) {
            return Err(fault("neither a cross-reference table nor a stream of that type"));
        }
        let trailer = Trailer::read(dict).map_err(fault)?;
        let rows = self.decoded(&body)?;
        self.kept.xref.read_rows(dict, &trailer, &rows).map_err(fault)?;
        Ok(trailer)
    }

    /// Reads the object of this number.
    ///
    /// # Errors
    /// If there is none, or it is malformed.
    pub(crate) fn load(&mut self, id: Id) -> Result<Body, ReadError> {
        let entry = self.kept.xref.entry(id.number);
        if let (Some((trace, _)), Some(entry)) = (&mut self.kept.trace, entry) {
            trace.push((id.number, entry));
        }
        match self.kept.xref.place(id.number) {
            Place::At { offset, generation } if generation == id.generation => {
                self.read_at(offset, Some(id), Way::Near)
            }
            Place::Within { stream, index } if id.generation == 0 => {
                let stream = self.object_stream(stream)?;
                match stream.index.get(index as usize) {
                    Some(&(number, start, end)) if number == id.number => {
                        let at = stream.at;
                        Ok(Body { id, at, bytes: Bytes::Within(stream, start, end), data: None })
                    }
                    _ => Err(id.fault(stream.at, "the object stream has another one there")),
                }
            }
            _ => Err(ReadError::structure(id.words(), "the cross-references have no such object")),
        }
    }

    /// Follows a reference into `slot`; anything else is returned as it is.
    pub(crate) fn resolve<'v>(
        &mut self,
        value: Value<'v>,
        slot: &'v mut Option<Body>,
    ) -> Result<Value<'v>, ReadError> {
        match value {
            Value::Reference(id) => {
                let body = slot.insert(self.load(id)?);
                match body.value()? {
                    Value::Reference(_) => Err(body.fault("an object that is a reference")),
                    value => Ok(value),
                }
            }
            value => Ok(value),
        }
    }

    /// Appends a stream's decoded bytes to `out`.
    ///
    /// # Errors
    /// If the body is no stream, has a filter that is not known here, or its data are damaged.
    pub(crate) fn decode(&mut self, body: &Body, out: &mut Buffer) -> Result<(), ReadError> {
        self.decode_through(body, Way::Near, out)
    }

    fn decode_through(&mut self, body: &Body, way: Way, out: &mut Buffer) -> Result<(), ReadError> {
        let Packed { at, len, coding } = body.data.ok_or_else(|| body.fault("not a stream"))?;
        let Kept { near, far, inflater, scratch, .. } = &mut self.kept;
        let window = if way == Way::Near { near } else { far };
        let data = window.exactly(self.source, at, len)?;
        let columns = match coding.map_err(|trouble| body.fault(trouble))? {
            Coding::Plain => {
                out.extend(data);
                return Ok(());
            }
            Coding::Flate => None,
            Coding::Predicted(columns) => Some(columns),
        };
        let Some(columns) = columns else {
            let inflated = inflater.inflate(data, out);
            return inflated.map_err(|trouble| body.fault(trouble));
        };
        scratch.clear();
        let inflated = inflater.inflate(data, scratch);
        let plain = inflated.and_then(|()| unpredict(scratch.as_slice(), columns));
        out.extend(&plain.map_err(|trouble| body.fault(trouble))?);
        Ok(())
    }

    /// Returns a stream's decoded bytes.
    pub(crate) fn decoded(&mut self, body: &Body) -> Result<Vec<u8>, ReadError> {
        let mut out = Buffer::default();
        self.decode(body, &mut out)?;
        Ok(out.into_vec())
    }

    /// Starts to note which objects are read.
    pub(crate) fn trace(&mut self) {
        self.kept.trace.get_or_insert_default();
    }

    /// Stops noting and returns the objects that were read, and where the furthest ends.
    pub(crate) fn traced(&mut self) -> (Vec<(u32, Entry)>, u64) {
        self.kept.trace.take().unwrap_or_default()
    }

    /// Returns the entry of an object number.
    pub(crate) fn entry(&self, number: u32) -> Option<Entry> {
        self.kept.xref.entry(number)
    }

    fn object_stream(&mut self, number: u32) -> Result<Rc<ObjectStream>, ReadError> {
        if let Some(at) = self.kept.streams.iter().position(|stream| stream.number == number) {
            self.kept.streams[..=at].rotate_right(1);
            return Ok(Rc::clone(&self.kept.streams[0]));
        }
        let id = Id { number, generation: 0 };
        let Place::At { offset, generation: 0 } = self.kept.xref.place(number) else {
            return Err(ReadError::structure(id.words(), "an object stream that is no object"));
        };
        let body = self.read_at(offset, Some(id), Way::Far)?;
        let stream = Rc::new(self.read_object_stream(&body)?);
        self.kept.streams.truncate(STREAMS_KEPT - 1);
        self.kept.streams.insert(0, Rc::clone(&stream));
        Ok(stream)
    }

    fn read_object_stream(&mut self, body: &Body) -> Result<ObjectStream, ReadError> {
        let dict = body.dict()?;
        let int = |key| dict.get(key).and_then(Value::int).and_then(|int| u32::try_from(int).ok());
        if !dict.get(b"Type").is_some_and(|kind| kind.is_name(b"ObjStm")) {
            return Err(body.fault("not an object stream"));
        }
        let (Some(count), Some(first)) = (int(b"N"), int(b"First")) else {
            return Err(body.fault("an object stream without N and First"));
        };
        let spare = self.kept.spare.pop();
        let (mut buffer, mut index) = spare.map_or_else(Default::default, |s| (s.bytes, s.index));
        buffer.clear();
        index.clear();
        self.decode_through(body, Way::Far, &mut buffer)?;
        let bytes = buffer.as_slice();
        let malformed = || body.fault("the head of the object stream is malformed");
        let head = bytes.get(..first as usize).ok_or_else(malformed)?;
        let mut scanner = Scanner::new(head);
        for _ in 0..count {
            let mut number = || scanner.short_unsigned();
            let (Some(number), Some(offset)) = (number(), number()) else {
                return Err(malformed());
            };
            let start = first.checked_add(offset).filter(|start| *start as usize <= bytes.len());
            let start = start.ok_or_else(malformed)?;
            if let Some(before) = index.last_mut() {
                // Offsets rise (§7.5.7).
                if start < before.1 {
                    return Err(malformed());
                }
                before.2 = start;
            }
            index.push((number, start, bytes.len() as u32));
        }
        Ok(ObjectStream { number: body.id.number, at: body.at, bytes: buffer, index })
    }

    /// Reads the object at a byte of the file.
    fn read_at(&mut self, at: u64, id: Option<Id>, way: Way) -> Result<Body, ReadError> {
        let source = self.source;
        let window = self.kept.window(way);
        let found = grown(window, source, at, read_indirect);
        let words =
            |found: Fault| ReadError::Byte { offset: at + found.at as u64, trouble: found.trouble };
        let Indirect { id: found, range, data } = found.map_err(words)?;
        if id.is_some_and(|id| id != found) {
            return Err(ReadError::Byte { offset: at, trouble: "another object than expected" });
        }
        let bytes = window.exactly(source, at, range.end)?[range.start..].into();
        let mut body = Body { id: found, at, bytes: Bytes::Own(bytes), data: None };
        let mut end = at + range.end as u64;
        if let Some(StreamHead { data, len, coding }) = data {
            let len = self.stream_len(&body, len)?;
            let data_at = at + data as u64;
            body.data = Some(Packed { at: data_at, len, coding });
            end = data_at + len as u64;
            // A picture is not taken into memory for its end.
            let seen = if len > FAR_LEN { len } else { 0 };
            let (from, span) = (data_at + seen as u64, len - seen + STREAM_END_LEN);
            let rest = self.kept.window(way).up_to(source, from, span)?;
            let rest = rest.get(len - seen..).unwrap_or_default();
            check_stream_end(rest).map_err(|trouble| ReadError::Byte { offset: end, trouble })?;
        }
        if let Some((_, furthest)) = &mut self.kept.trace {
            *furthest = end.max(*furthest);
        }
        Ok(body)
    }

    fn stream_len(&mut self, body: &Body, len: Length) -> Result<usize, ReadError> {
        let mut slot = None;
        let len = match len {
            Length::Here(len) => Some(len),
            Length::At(id) if id != body.id => self.resolve(Value::Reference(id), &mut slot)?.int(),
            _ => None,
        };
        let len = len.and_then(|len| usize::try_from(len).ok());
        let rest = self.source.size().saturating_sub(body.at);
        let len = len.filter(|&len| len <= RAW_LEN_MAX && len as u64 <= rest);
        len.ok_or_else(|| body.fault("a stream with a wrong Length, or none"))
    }
}

impl Id {
    pub(crate) fn words(self) -> String {
        format!("object {}", self.number)
    }

    fn fault(self, at: u64, trouble: &str) -> ReadError {
        ReadError::Object { object: self.number, at, trouble: trouble.to_owned() }
    }
}

impl Body {
    pub(crate) fn is_stream(&self) -> bool {
        self.data.is_some()
    }

    /// Returns the object as it is written; for a stream, its dictionary.
    pub(crate) fn bytes(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Own(bytes) => bytes,
            Bytes::Within(stream, start, end) => {
                &stream.bytes.as_slice()[*start as usize..*end as usize]
            }
        }
    }

    /// Reads the object; for a stream, its dictionary.
    pub(crate) fn value(&self) -> Result<Value<'_>, ReadError> {
        self.read(self.bytes())
    }

    /// Reads an object that is written like this one, for its shape.
    pub(crate) fn read<'v>(&self, bytes: &'v [u8]) -> Result<Value<'v>, ReadError> {
        let mut scanner = Scanner::new(bytes);
        let value = scanner.value().map_err(|found| self.fault(found.trouble))?;
        scanner.skip_blanks();
        match scanner.peek() {
            None => Ok(value),
            Some(_) => Err(self.fault("more than one object")),
        }
    }

    /// Reads the object as a dictionary.
    pub(crate) fn dict(&self) -> Result<Dict<'_>, ReadError> {
        self.value()?.dict().ok_or_else(|| self.fault("not a dictionary"))
    }

    pub(crate) fn fault(&self, trouble: impl Into<String>) -> ReadError {
        ReadError::Object { object: self.id.number, at: self.at, trouble: trouble.into() }
    }
}

/// What is read at a time: some thirty pages.
const NEAR_LEN: usize = 96 << 10;
const FAR_LEN: usize = 24 << 10;
/// Object streams in memory: a block's own, the next one's, two of the file's end.
const STREAMS_KEPT: usize = 4;
/// The longest stream as it lies in the file.
const RAW_LEN_MAX: usize = 64 << 20;
const HEADER_LEN: usize = 8;
/// Where startxref is looked for.
const END_LEN: usize = 1024;
/// Enough for line end, endstream, line end, endobj and what ends the word.
const STREAM_END_LEN: usize = 32;
/// More sections than a file that was changed a hundred times has.
const SECTIONS_MAX: usize = 128;
