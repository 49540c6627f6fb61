//! Objects as they stand in the file: number, object, the data of a stream and how they are packed.

use crate::source::{ReadAt, Window};
use crate::syntax::{Dict, Fault, Id, Scanner, Value};

/// An object as it stands in the file.
pub(super) struct Indirect {
    pub(super) id: Id,
    /// The object itself, from the place on where it was looked for.
    pub(super) range: std::ops::Range<usize>,
    /// If it is a stream.
    pub(super) data: Option<StreamHead>,
}

/// What a stream's dictionary says of its data.
pub(super) struct StreamHead {
    /// Where they begin, from the place on where the object was looked for.
    pub(super) data: usize,
    pub(super) len: Length,
    pub(super) coding: Result<Coding, &'static str>,
}

/// Length, which may be an object of its own that is written after the data.
pub(super) enum Length {
    Here(i64),
    At(Id),
    Nowhere,
}

/// Reads `n g obj … endobj`, or up to the data of a stream (§7.3.8, §7.3.10).
pub(super) fn read_indirect(bytes: &[u8]) -> Result<Indirect, Fault> {
    let mut scanner = Scanner::new(bytes);
    if !bytes.first().is_some_and(u8::is_ascii_digit) {
        return Err(scanner.fault("no object begins here"));
    }
    let fault = scanner.fault("an object number too high");
    let number = u32::try_from(scanner.unsigned()?).map_err(|_| fault)?;
    let generation = u16::try_from(scanner.unsigned()?).map_err(|_| fault)?;
    scanner.keyword(b"obj", "no object begins here")?;
    let start = scanner.at;
    let value = scanner.value()?;
    let range = start..scanner.at;
    scanner.skip_blanks();
    let after = scanner.at;
    let data = match scanner.word() {
        b"endobj" => None,
        b"stream" if value.dict().is_some() => {
            let dict = value.dict().expect("it was asked for");
            let data = &bytes[scanner.at..];
            let line_end = match data {
                [b'\n', ..] => 1,
                [b'\r', b'\n', ..] => 2,
                _ => return Err(scanner.fault("no line end after stream")),
            };
            let len = match dict.get(b"Length") {
                Some(Value::Int(len)) => Length::Here(len),
                Some(Value::Reference(id)) => Length::At(id),
                _ => Length::Nowhere,
            };
            Some(StreamHead { data: scanner.at + line_end, len, coding: coding_of(dict) })
        }
        _ => return Err(Fault { at: after, trouble: "neither endobj nor stream after an object" }),
    };
    Ok(Indirect { id: Id { number, generation }, range, data })
}

pub(super) fn check_stream_end(bytes: &[u8]) -> Result<(), &'static str> {
    let mut scanner = Scanner::new(bytes);
    match bytes {
        [b'\r', b'\n', ..] => scanner.at = 2,
        [b'\r' | b'\n', ..] => scanner.at = 1,
        _ => {}
    }
    if scanner.word() != b"endstream" {
        return Err("no endstream where Length says");
    }
    scanner.skip_blanks();
    match scanner.word() == b"endobj" {
        true => Ok(()),
        false => Err("no endobj after endstream"),
    }
}

/// Reads with more and more bytes until it succeeds, or the file or all patience is at its end.
pub(super) fn grown<T>(
    window: &mut Window,
    source: &dyn ReadAt,
    at: u64,
    mut read: impl FnMut(&[u8]) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let mut len = OBJECT_LEN_USUAL;
    loop {
        let unread = Fault { at: 0, trouble: "it cannot be read from the disk" };
        let bytes = window.up_to(source, at, len).map_err(|_| unread)?;
        let whole = bytes.len() < len || len >= OBJECT_LEN_MAX;
        match read(bytes) {
            Err(_) if !whole => len *= 8,
            result => return result,
        }
    }
}

/// How a stream is packed.
#[derive(Clone, Copy)]
pub(super) enum Coding {
    Plain,
    Flate,
    /// Flate over PNG rows of so many columns.
    Predicted(usize),
}

fn coding_of(dict: Dict<'_>) -> Result<Coding, &'static str> {
    let (mut filter, mut parameters) = (None, None);
    for (key, value) in dict.entries() {
        match &*key.decoded() {
            b"F" => return Err("its data lie in another file"),
            b"Filter" => filter = Some(value),
            b"DecodeParms" => parameters = Some(value),
            _ => {}
        }
    }
    let single = |value: Value<'_>| -> Result<bool, &'static str> {
        match value {
            Value::Name(name) if name.is(b"FlateDecode") => Ok(true),
            Value::Array(names) => {
                let mut names = names.values();
                match (names.next(), names.next()) {
                    (None, _) => Ok(false),
                    (Some(name), None) if name.is_name(b"FlateDecode") => Ok(true),
                    _ => Err("a filter that is not known here"),
                }
            }
            _ => Err("a filter that is not known here"),
        }
    };
    let flate = filter.map(single).transpose()?.unwrap_or(false);
    let parameters = match parameters {
        None | Some(Value::Null) => None,
        Some(Value::Dict(parameters)) => Some(parameters),
        Some(Value::Array(each)) => {
            let mut each = each.values();
            match (each.next(), each.next()) {
                (None | Some(Value::Null), None) => None,
                (Some(Value::Dict(parameters)), None) => Some(parameters),
                _ => return Err("filter parameters that are not known here"),
            }
        }
        Some(_) => return Err("filter parameters that are not known here"),
    };
    let int = |key, default| match parameters.and_then(|parameters| parameters.get(key)) {
        None => Ok(default),
        Some(value) => value.int().ok_or("filter parameters that are not known here"),
    };
    let (predictor, columns) = (int(b"Predictor", 1)?, int(b"Columns", 1)?);
    let bytes = (int(b"Colors", 1)?, int(b"BitsPerComponent", 8)?) == (1, 8);
    match (flate, predictor) {
        (false, _) => Ok(Coding::Plain),
        (true, 1) => Ok(Coding::Flate),
        (true, 10..=15) if bytes && (1..=1024).contains(&columns) => {
            Ok(Coding::Predicted(columns as usize))
        }
        _ => Err("filter parameters that are not known here"),
    }
}

/// Bytes that hold most objects.
const OBJECT_LEN_USUAL: usize = 512;
/// The longest object that is no stream: a page tree of a million pages in one node.
const OBJECT_LEN_MAX: usize = 16 << 20;
