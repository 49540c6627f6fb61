//! A page's size, place and content (ISO 32000-1 7.7.3).

use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

use crate::finding;
use crate::gather::Gather;
use crate::shape::Matrix;

/// Returns an entry of a page or of the nodes above it.
pub fn inherited<'d>(document: &'d Document, page: ObjectId, key: &[u8]) -> Option<&'d Object> {
    let mut node = document.get_dictionary(page).ok()?;
    for _ in 0..DEPTH_MAX {
        if let Ok(entry) = node.get_deref(key, document) {
            return Some(entry);
        }
        let parent = node.get(b"Parent").and_then(Object::as_reference).ok()?;
        node = document.get_dictionary(parent).ok()?;
    }
    None
}

/// Checks a page's boxes, and returns the way from its user space to millimetres on the sheet.
pub fn placed(document: &Document, page: ObjectId, gather: &mut Gather<'_>) -> Option<Matrix> {
    let Some([left, bottom, right, top]) = rectangle(document, page, b"MediaBox") else {
        gather.note(finding::page_size([0.0; 2], gather.sheet()));
        return None;
    };
    let (width, height) = ((right - left) * MM, (top - bottom) * MM);
    let [wide, high] = gather.sheet().to_mm();
    if (width - wide).abs().max((height - high).abs()) > SIZE_TOLERANCE_MM {
        gather.note(finding::page_size([width, height], gather.sheet()));
    }
    if inherited(document, page, b"CropBox").is_some() {
        let crop = rectangle(document, page, b"CropBox");
        let same = crop.is_some_and(|crop| {
            let sides = crop.into_iter().zip([left, bottom, right, top]);
            sides.into_iter().all(|(a, b)| (a - b).abs() * MM <= SIZE_TOLERANCE_MM)
        });
        if !same {
            let place = crop.map(|[x0, y0, x1, y1]| {
                let [x0, x1] = [x0, x1].map(|x| (x - left) * MM);
                let [y0, y1] = [y0, y1].map(|y| (top - y) * MM);
                format!("x {x0:.1}-{x1:.1}, y {y1:.1}-{y0:.1} mm")
            });
            gather.note(finding::page_cropped(place.as_deref().unwrap_or("-")));
        }
    }
    match inherited(document, page, b"Rotate") {
        None => {}
        Some(turned) => match turned.as_i64() {
            Ok(0) => {}
            Ok(degrees) => gather.note(finding::page_rotated(degrees)),
            Err(_) => gather.note(finding::content("/Rotate is no number")),
        },
    }
    let dict = document.get_dictionary(page).ok()?;
    if dict
        .get_deref(b"UserUnit", document)
        .is_ok_and(|unit| !unit.as_float().is_ok_and(|unit| unit == 1.0))
    {
        gather.note(finding::page_scaled());
    }
    Some(Matrix([MM, 0.0, 0.0, -MM, -left * MM, top * MM]))
}

/// Returns left, bottom, right and top of a box.
fn rectangle(document: &Document, page: ObjectId, key: &[u8]) -> Option<[f64; 4]> {
    let sides = inherited(document, page, key)?.as_array().ok()?;
    let sides: Option<Vec<f64>> = sides.iter().map(|side| number(document, side)).collect();
    let [a, b, c, d] = sides?[..] else { return None };
    let far = [a, b, c, d].iter().any(|side| side.abs() > FAR);
    (!far).then_some([a.min(c), b.min(d), a.max(c), b.max(d)])
}

/// Returns a number, which may stand elsewhere.
pub fn number(document: &Document, object: &Object) -> Option<f64> {
    let (_, object) = document.dereference(object).ok()?;
    object.as_float().ok().map(f64::from).filter(|number| number.is_finite())
}

/// Returns the page's content, its streams one behind the other.
///
/// # Errors
/// A stream that is not there or cannot be decoded, in words.
pub fn content(document: &Document, page: ObjectId, left: &mut usize) -> Result<Vec<u8>, String> {
    let page = document.get_dictionary(page).map_err(|_| "the page is no dictionary")?;
    let Ok(contents) = page.get(b"Contents") else { return Ok(Vec::new()) };
    let contents = document.dereference(contents).map_err(|_| NOT_THERE)?.1;
    let mut content = Vec::new();
    match contents {
        Object::Stream(stream) => content = decoded(stream, left)?,
        Object::Array(streams) => {
            for stream in streams {
                let stream = document.dereference(stream).map_err(|_| NOT_THERE)?.1;
                content.extend(decoded(stream.as_stream().map_err(|_| NOT_THERE)?, left)?);
                content.push(b'\n');
            }
        }
        Object::Null => {}
        _ => return Err(NOT_THERE.to_owned()),
    }
    Ok(content)
}

/// Returns a stream's bytes, and takes them from those that are `left` to be looked at.
///
/// # Errors
/// What keeps it from being decoded, in words.
pub fn decoded(stream: &Stream, left: &mut usize) -> Result<Vec<u8>, String> {
    if stream.dict.get(b"Filter").is_ok_and(|filter| filter.as_reference().is_ok()) {
        return Err("a stream's filter stands elsewhere".to_owned());
    }
    let bytes = stream.get_plain_content_with_limit(*left);
    let bytes = bytes.map_err(|why| format!("a stream cannot be decoded ({why})"))?;
    *left -= bytes.len().min(*left);
    Ok(bytes)
}

/// Returns a dictionary's own resources.
pub fn resources<'d>(document: &'d Document, dict: &'d Dictionary) -> Option<&'d Dictionary> {
    dict.get_deref(b"Resources", document).and_then(Object::as_dict).ok()
}

const NOT_THERE: &str = "a content stream is not there";
/// A point of 1/72 inch in millimetres.
const MM: f64 = 25.4 / 72.0;
/// Design programs round sizes to whole points or millimetres.
const SIZE_TOLERANCE_MM: f64 = 1.0;
/// ISO 32000-1 Annex C: pages have at most 14,400 units.
const FAR: f64 = 1e6;
/// Nodes of the page tree above a page.
const DEPTH_MAX: u32 = 64;
