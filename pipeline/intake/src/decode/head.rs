//! 見出し (midashi): the head line, which says where each column stands.

use std::io::BufRead;

use letter::record::Place;
use letter::{Origin, Refusal};

use super::field::{FieldReader, FieldTrouble};
use super::frame::{Frame, Frames};
use super::{hex, in_file, DecodeError};
use crate::layout::{Column, Form, Kind};
use crate::refusal;

/// Characters of a column's name that a refusal shows.
const NAME_SHOWN_CHARS: usize = 40;

/// Reads the head and returns the place of each column of the layout within a row.
///
/// Fixed-width rows have no head; their places are those of the layout.
pub(super) fn read<R: BufRead>(
    frames: &mut Frames<R>,
    reader: &mut FieldReader<'_>,
    form: Form,
    columns: &[Column],
    file: &str,
) -> Result<Vec<usize>, DecodeError> {
    if let Form::Fixed { .. } = form {
        return Ok((0..columns.len()).collect());
    }
    let Some(frame) = frames.next()? else {
        return Err(in_file(file, refusal::empty_file()));
    };
    let names = names(frames, reader, &frame, file).map_err(DecodeError::Refusal)?;
    let places = places(columns, &names);
    let places = places.map_err(|(column, refusal)| {
        DecodeError::Refusal(Refusal { origin: origin(file, &frame.place, column), ..refusal })
    })?;
    frames.expected = Some(names.len());
    Ok(places)
}

fn names<R: BufRead>(
    frames: &Frames<R>,
    reader: &mut FieldReader<'_>,
    frame: &Frame,
    file: &str,
) -> Result<Vec<String>, Refusal> {
    if frame.broken.is_some() {
        let origin = origin(file, &frame.place, String::new());
        return Err(Refusal { origin, ..refusal::broken_quote() });
    }
    let column = name_column();
    let mut names = Vec::with_capacity(frames.field_count());
    for index in 0..frames.field_count() {
        let field = frames.field(index).expect("the head has this field");
        match reader.read(frames.coding(), &column, field) {
            Ok(name) => names.push(name.trim_start_matches(super::number::BLANKS).to_owned()),
            Err(trouble) => {
                let (at, len) = match trouble {
                    FieldTrouble::Undecodable { at, len } => (at, len),
                    FieldTrouble::Reason(_) => (field.offset, field.bytes.len().min(8)),
                };
                let (byte, bytes) = frames.raw_at(at, len);
                let number = (index + 1).to_string();
                let origin = Origin { byte, ..origin(file, &frame.place, number) };
                let refusal = refusal::undecodable_head(&hex(bytes), frames.coding().name());
                return Err(Refusal { origin, ..refusal });
            }
        }
    }
    Ok(names)
}

/// Matches the head's names with the layout's columns, in whatever order they stand.
fn places(columns: &[Column], names: &[String]) -> Result<Vec<usize>, (String, Refusal)> {
    let shown = |name: &str| name.chars().take(NAME_SHOWN_CHARS).collect::<String>();
    for (index, name) in names.iter().enumerate() {
        let known = columns.iter().any(|column| column.from == *name);
        if !known {
            return Err((shown(name), refusal::unknown_column(&shown(name))));
        }
        if names[..index].contains(name) {
            return Err((shown(name), refusal::duplicate_column(&shown(name))));
        }
    }
    let place = |column: &Column| names.iter().position(|name| *name == column.from);
    let missing: Vec<&str> =
        columns.iter().filter(|c| place(c).is_none()).map(|c| c.from.as_str()).collect();
    if let Some(first) = missing.first() {
        return Err(((*first).to_owned(), refusal::missing_column(&missing.join("・"))));
    }
    Ok(columns.iter().filter_map(place).collect())
}

fn origin(file: &str, place: &Place, column: String) -> Origin {
    Origin { file: file.to_owned(), line: place.line, column, byte: place.byte }
}

/// How a column's name itself is read.
fn name_column() -> Column {
    Column {
        from: String::new(),
        to: letter::record::field::KEY.to_owned(),
        kind: Kind::Text,
        date: Default::default(),
        required: false,
        max: crate::layout::FIELD_CHARS_MAX,
        span: (0, 0),
    }
}
