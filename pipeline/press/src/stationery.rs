//! A sender's stationery, a PDF from a design program, taken over page by page as forms.
//!
//! Read strictly; what a print file or an archival copy must not hold is refused with its name:
//! fonts that are not embedded, CMYK colour (the output intents are black and sRGB), LZW, external
//! streams, encryption, pages of another size. Annotations and actions are left behind.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use letter::page::{SheetSize, A4};
use lopdf::content::Content;
use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId, Stream};
use pdf_writer::Name;

use crate::deflate::pack_static;
use crate::error::PressError;
use crate::fonts::FIRST_OBJECT;
use crate::icc;
use crate::parts::{whole, write, Parts};

/// Writes every page as a form in units of 1/100 point and returns their numbers.
pub(crate) fn import(
    parts: &mut Parts,
    pdf: &[u8],
    sheet: SheetSize,
) -> Result<Vec<u32>, PressError> {
    let document = load(pdf)?;
    let pages: Vec<ObjectId> = document.get_pages().into_values().collect();
    if !(1..=PAGES_MAX).contains(&pages.len()) {
        return fault(format!("it has {} pages, 1 to {PAGES_MAX} are taken", pages.len()));
    }
    let profile = parts.packed_stream(&icc::srgb(), |stream| {
        stream.pair(Name(b"N"), 3);
    });
    let default_rgb = parts.raw(format!("[/ICCBased {profile} 0 R]").as_bytes());
    let first_form = parts.next();
    let first_shared = first_form + pages.len() as u32;
    let mut import = Import::of(&document, sheet, first_shared, default_rgb);
    for &page in &pages {
        let body = import.form(page)?;
        parts.raw(&body);
    }
    let mut next = 0;
    while let Some(&id) = import.queue.get(next) {
        let mut body = Vec::new();
        import.encode_shared(id, &mut body)?;
        parts.raw(&body);
        next += 1;
    }
    Ok((first_form..first_form + pages.len() as u32).collect())
}

/// Checks that stationery can be laid under letters on such sheets.
///
/// # Errors
/// [`PressError::Stationery`]: what of it cannot be taken over.
pub fn check_stationery(pdf: &[u8], sheet: SheetSize) -> Result<(), PressError> {
    import(&mut Parts::new(FIRST_OBJECT), pdf, sheet).map(|_| ())
}

pub(crate) fn load(pdf: &[u8]) -> Result<Document, PressError> {
    let options = LoadOptions {
        strict: true,
        max_decompressed_size: Some(STREAM_LEN_MAX),
        ..LoadOptions::default()
    };
    let document = Document::load_mem_with_options(pdf, options)
        .map_err(|e| PressError::Stationery(e.to_string()))?;
    if document.is_encrypted() {
        return fault("it is encrypted".to_owned());
    }
    Ok(document)
}

pub(crate) fn fault<T>(why: String) -> Result<T, PressError> {
    Err(PressError::Stationery(why))
}

/// Copies what pages reach, each object once, in the order in which it is met.
pub(crate) struct Import<'d> {
    document: &'d Document,
    /// The size that every page must have.
    sheet: SheetSize,
    numbers: BTreeMap<ObjectId, u32>,
    pub(crate) queue: Vec<ObjectId>,
    /// The number of the first object of the queue.
    first_number: u32,
    default_rgb: u32,
    /// Where the digits of each number stand in the body that was written last, and the number.
    pub(crate) links: Vec<(Range<usize>, u32)>,
    /// Whether resources are left behind that the content beside them does not name.
    pub(crate) prunes: bool,
    /// What that content names.
    named: Option<Names>,
    objects_max: usize,
}

/// The names that are operands in a content stream.
type Names = BTreeSet<Vec<u8>>;

impl<'d> Import<'d> {
    /// Starts with nothing met; objects get their numbers from `first_number` on.
    pub(crate) fn of(
        document: &'d Document,
        sheet: SheetSize,
        first_number: u32,
        default_rgb: u32,
    ) -> Self {
        Self {
            document,
            sheet,
            numbers: BTreeMap::new(),
            queue: Vec::new(),
            first_number,
            default_rgb,
            links: Vec::new(),
            prunes: false,
            named: None,
            objects_max: OBJECTS_MAX,
        }
    }

    /// Takes over so many objects at most.
    pub(crate) fn with_objects_max(self, objects_max: usize) -> Self {
        Self { objects_max, ..self }
    }
}

impl Import<'_> {
    /// Returns a page as the body of a form.
    pub(crate) fn form(&mut self, page: ObjectId) -> Result<Vec<u8>, PressError> {
        let [x, y] = self.origin(page)?;
        let content = self
            .document
            .get_page_content_with_limit(page, STREAM_LEN_MAX)
            .map_err(|e| PressError::Stationery(e.to_string()))?;
        let named = check_content(&content)?;
        self.named = self.prunes.then_some(named);
        self.links.clear();
        let packed = pack_static(&content);
        let mut out = Vec::new();
        let [width, height] = self.size();
        let (right, top) = (x + width, y + height);
        write(
            &mut out,
            format_args!(
                "<</Type/XObject/Subtype/Form/BBox[{x} {y} {right} {top}]\
                 /Matrix[100 0 0 100 {} {}]/Resources ",
                -100.0 * x,
                -100.0 * y
            ),
        );
        let resources = self.inherited(page, b"Resources").unwrap_or(Object::Null);
        self.encode_resources(&resources, &mut out, 0)?;
        write(&mut out, format_args!("/Filter/FlateDecode/Length {}>>\nstream\n", packed.len()));
        out.extend_from_slice(&packed);
        out.extend_from_slice(b"\nendstream");
        Ok(out)
    }

    /// Returns the lower left corner of a page, which must be of the sheet's size.
    fn origin(&self, page: ObjectId) -> Result<[f32; 2], PressError> {
        let rotated = self.inherited(page, b"Rotate").is_some_and(|o| o.as_i64().ok() != Some(0));
        let scaled = self.inherited(page, b"UserUnit").is_some();
        let media_box = self.inherited(page, b"MediaBox");
        let sides: Vec<f32> = match &media_box {
            Some(Object::Array(sides)) => sides.iter().filter_map(|s| s.as_float().ok()).collect(),
            _ => Vec::new(),
        };
        let [left, bottom, right, top] = sides[..] else {
            return fault("a page has no MediaBox".to_owned());
        };
        let [width, height] = self.size();
        let fits = (right - left - width).abs() <= SIZE_TOLERANCE_PT
            && (top - bottom - height).abs() <= SIZE_TOLERANCE_PT;
        if rotated || scaled || !fits {
            let (found, up) = (right - left, top - bottom);
            let wanted =
                if self.sheet == A4 { "A4".to_owned() } else { format!("{width} × {height}") };
            return fault(format!("a page of {found} × {up} pt is not {wanted}"));
        }
        Ok([left, bottom])
    }

    /// Returns width and height of the sheet in points.
    fn size(&self) -> [f32; 2] {
        [self.sheet.width, self.sheet.height].map(|length| length.0 as f32 / 100.0)
    }

    /// Returns an entry of a page or of the nodes above it.
    fn inherited(&self, page: ObjectId, key: &[u8]) -> Option<Object> {
        let mut node = self.document.get_dictionary(page).ok()?;
        for _ in 0..DEPTH_MAX {
            if let Ok(entry) = node.get(key) {
                return Some(self.resolve(entry).clone());
            }
            let parent = node.get(b"Parent").and_then(Object::as_reference).ok()?;
            node = self.document.get_dictionary(parent).ok()?;
        }
        None
    }

    fn resolve<'o>(&'o self, object: &'o Object) -> &'o Object {
        self.document.dereference(object).map_or(&Object::Null, |(_, object)| object)
    }

    fn number(&mut self, id: ObjectId) -> Result<u32, PressError> {
        if let Some(&number) = self.numbers.get(&id) {
            return Ok(number);
        }
        if self.queue.len() == self.objects_max {
            return fault(format!("it has more than {} objects", self.objects_max));
        }
        let number = self.first_number + self.queue.len() as u32;
        self.numbers.insert(id, number);
        self.queue.push(id);
        Ok(number)
    }

    pub(crate) fn encode_shared(
        &mut self,
        id: ObjectId,
        out: &mut Vec<u8>,
    ) -> Result<(), PressError> {
        let document = self.document;
        self.links.clear();
        self.named = None;
        match document.get_object(id) {
            Ok(object) if !is_of_the_tree(object) => self.encode(object, out, 0),
            _ => {
                out.extend_from_slice(b"null");
                Ok(())
            }
        }
    }

    fn encode(&mut self, object: &Object, out: &mut Vec<u8>, depth: u32) -> Result<(), PressError> {
        if depth > DEPTH_MAX {
            return fault("its objects are nested too deep".to_owned());
        }
        match object {
            Object::Null => out.extend_from_slice(b"null"),
            Object::Boolean(value) => write(out, format_args!("{value}")),
            Object::Integer(value) => write(out, format_args!("{value}")),
            Object::Real(value) => write(out, format_args!("{value}")),
            Object::Name(name) => encode_name(name, out)?,
            Object::String(bytes, _) => {
                out.push(b'<');
                bytes.iter().for_each(|byte| write(out, format_args!("{byte:02X}")));
                out.push(b'>');
            }
            Object::Array(items) => {
                out.push(b'[');
                for item in items {
                    self.encode(item, out, depth + 1)?;
                    out.push(b' ');
                }
                out.push(b']');
            }
            Object::Dictionary(dictionary) => {
                check_font(self.document, dictionary)?;
                out.extend_from_slice(b"<<");
                self.encode_entries(dictionary, out, depth)?;
                out.extend_from_slice(b">>");
            }
            Object::Stream(stream) => self.encode_stream(stream, out, depth)?,
            Object::Reference(id) => {
                let number = self.number(*id)?;
                self.refer(number, out);
            }
        }
        Ok(())
    }

    fn refer(&mut self, number: u32, out: &mut Vec<u8>) {
        let start = out.len();
        whole(out, number);
        self.links.push((start..out.len(), number));
        out.extend_from_slice(b" 0 R");
    }

    fn encode_entries(
        &mut self,
        dictionary: &Dictionary,
        out: &mut Vec<u8>,
        depth: u32,
    ) -> Result<(), PressError> {
        for (key, value) in dictionary.iter().filter(|(key, _)| !LEFT_BEHIND.contains(&&key[..])) {
            encode_name(key, out)?;
            out.push(b' ');
            if key == b"Resources" {
                let resources = self.resolve(value).clone();
                self.encode_resources(&resources, out, depth + 1)?;
            } else {
                self.encode(value, out, depth + 1)?;
            }
        }
        Ok(())
    }

    /// Writes a resource dictionary whose device RGB is sRGB, whatever the output intent.
    fn encode_resources(
        &mut self,
        resources: &Object,
        out: &mut Vec<u8>,
        depth: u32,
    ) -> Result<(), PressError> {
        let mut entries = resources.as_dict().cloned().unwrap_or_default();
        if self.prunes {
            self.prune(&mut entries);
        }
        let spaces = entries.remove(b"ColorSpace");
        let spaces = spaces.map(|spaces| self.resolve(&spaces).clone()).unwrap_or(Object::Null);
        out.extend_from_slice(b"<</ColorSpace<</DefaultRGB ");
        self.refer(self.default_rgb, out);
        if let Ok(spaces) = spaces.as_dict() {
            let mut spaces = spaces.clone();
            spaces.remove(b"DefaultRGB");
            self.encode_entries(&spaces, out, depth + 1)?;
        }
        out.extend_from_slice(b">>");
        self.encode_entries(&entries, out, depth)?;
        out.extend_from_slice(b">>");
        Ok(())
    }

    /// Leaves behind what the content does not name: one dictionary often lists what all pages of
    /// a file have, and nobody's letter may take along another's.
    fn prune(&self, entries: &mut Dictionary) {
        let Some(named) = &self.named else { return };
        for (category, all) in entries.iter_mut() {
            let resolved = self.resolve(all);
            let Ok(all_of_it) = resolved.as_dict() else { continue };
            let is_default = category == b"ColorSpace";
            let kept = all_of_it.iter().filter(|(name, _)| {
                named.contains(*name) || is_default && name.starts_with(b"Default")
            });
            *all = Object::Dictionary(kept.map(|(k, v)| (k.clone(), v.clone())).collect());
        }
    }

    fn encode_stream(
        &mut self,
        stream: &Stream,
        out: &mut Vec<u8>,
        depth: u32,
    ) -> Result<(), PressError> {
        let named = |key: &[u8], name: &[u8]| {
            stream.dict.get(key).and_then(Object::as_name).is_ok_and(|found| found == name)
        };
        if stream.dict.has(b"F") {
            return fault("it has a stream outside the file".to_owned());
        }
        if stream.filters().is_ok_and(|filters| filters.contains(&b"LZWDecode".as_slice())) {
            return fault("it has a stream in LZW, which archival copies forbid".to_owned());
        }
        if named(b"Subtype", b"Form") || stream.dict.has(b"PatternType") {
            let content = stream.get_plain_content_with_limit(STREAM_LEN_MAX);
            let named =
                check_content(&content.map_err(|e| PressError::Stationery(e.to_string()))?)?;
            if self.prunes && stream.dict.get(b"Resources").is_err() && !named.is_empty() {
                return fault("it has a form without resources of its own".to_owned());
            }
            self.named = self.prunes.then_some(named);
        }
        out.extend_from_slice(b"<<");
        self.encode_entries(&stream.dict, out, depth)?;
        write(out, format_args!("/Length {}>>\nstream\n", stream.content.len()));
        out.extend_from_slice(&stream.content);
        out.extend_from_slice(b"\nendstream");
        Ok(())
    }
}

/// Whether an object belongs to the foreign file's page tree, which is not copied.
fn is_of_the_tree(object: &Object) -> bool {
    let kind = object.as_dict().ok().and_then(|dict| dict.get(b"Type").ok()?.as_name().ok());
    matches!(kind, Some(b"Page" | b"Pages" | b"Catalog"))
}

fn encode_name(name: &[u8], out: &mut Vec<u8>) -> Result<(), PressError> {
    if name == b"DeviceCMYK" {
        return fault(CMYK.to_owned());
    }
    out.push(b'/');
    for &byte in name {
        if byte.is_ascii_alphanumeric() || b"_-.+:*".contains(&byte) {
            out.push(byte);
        } else {
            write(out, format_args!("#{byte:02X}"));
        }
    }
    Ok(())
}

/// Refuses content that paints in CMYK or cannot be parsed, and returns what it names.
fn check_content(content: &[u8]) -> Result<Names, PressError> {
    let content = Content::decode_strict(content)
        .map_err(|e| PressError::Stationery(format!("its content cannot be read: {e}")))?;
    let is_cmyk = |operand: &Object| operand.as_name().is_ok_and(|name| name == b"DeviceCMYK");
    let mut named = Names::new();
    for operation in &content.operations {
        let cmyk = matches!(operation.operator.as_str(), "k" | "K");
        if cmyk || operation.operands.iter().any(is_cmyk) {
            return fault(CMYK.to_owned());
        }
        // The tag of marked content is no resource.
        let tags = match operation.operator.as_str() {
            "BMC" | "BDC" | "MP" | "DP" | "ri" => 1,
            _ => 0,
        };
        for operand in operation.operands.iter().skip(tags) {
            match operand {
                Object::Name(name) => drop(named.insert(name.clone())),
                // An inline image, whose colours may stand among the resources.
                Object::Stream(image) => {
                    let names = image.dict.iter().filter_map(|(_, value)| value.as_name().ok());
                    named.extend(names.map(<[u8]>::to_vec));
                }
                _ => {}
            }
        }
    }
    Ok(named)
}

/// Refuses a font whose program is not in the file.
fn check_font(document: &Document, font: &Dictionary) -> Result<(), PressError> {
    let name_of = |key: &[u8]| font.get(key).and_then(Object::as_name).unwrap_or_default();
    let has_program = !matches!(name_of(b"Subtype"), b"Type0" | b"Type3");
    if name_of(b"Type") != b"Font" || !has_program {
        return Ok(());
    }
    let descriptor = font.get(b"FontDescriptor").ok();
    let descriptor =
        descriptor.and_then(|object| document.dereference(object).ok()?.1.as_dict().ok());
    let programs: [&[u8]; 3] = [b"FontFile", b"FontFile2", b"FontFile3"];
    if descriptor.is_some_and(|d| programs.iter().any(|program| d.has(program))) {
        return Ok(());
    }
    fault(format!("font {} is not embedded", String::from_utf8_lossy(name_of(b"BaseFont"))))
}

const CMYK: &str = "it paints in CMYK; black and sRGB are taken";
/// Entries that lead out of the page's picture, or that archival copies forbid.
const LEFT_BEHIND: [&[u8]; 12] = [
    b"Length",
    b"Parent",
    b"StructParent",
    b"StructParents",
    b"PieceInfo",
    b"Metadata",
    b"OC",
    b"OPI",
    b"Alternates",
    b"Interpolate",
    b"AF",
    b"Measure",
];
/// Pages of stationery: first page, continuation, back and some to spare.
const PAGES_MAX: usize = 16;
/// Objects that all pages together reach.
pub(crate) const OBJECTS_MAX: usize = 10_000;
/// The most bytes one stream may decode to: an A4 picture at 600 dpi in RGB has 104 MB.
const STREAM_LEN_MAX: usize = 128 << 20;
/// Nesting of arrays and dictionaries, and of page tree nodes.
const DEPTH_MAX: u32 = 64;
/// Design programs round sizes to whole points or millimetres.
const SIZE_TOLERANCE_PT: f32 = 1.0;
