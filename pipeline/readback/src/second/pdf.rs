//! A PDF file as objects: loading, following references, the page tree, decoded streams.

use std::cell::RefCell;

use flate2::{Decompress, FlushDecompress, Status};
use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId, Stream};

use crate::error::ReadError;

/// The most bytes one stream may decode to; a page of text has some thousands, a font some hundred
/// thousand, an object stream of a block of pages less than a million.
const STREAM_LEN_MAX: usize = 64 << 20;

/// The first guess at the length of an inflated stream.
const INFLATED_LEN_MIN: usize = 8 << 10;

/// The deepest page tree or part tree that is followed; ours have three levels.
pub(crate) const TREE_DEPTH_MAX: usize = 32;

/// A loaded file.
pub(crate) struct Pdf {
    document: Document,
    inflater: RefCell<Decompress>,
}

/// One page with what it inherits.
pub(crate) struct PageObject<'a> {
    pub(crate) id: ObjectId,
    pub(crate) dict: &'a Dictionary,
    pub(crate) resources: Option<&'a Object>,
}

impl Pdf {
    /// Loads a file strictly: nothing is repaired, a wrong offset or object is an error.
    pub(crate) fn load(bytes: &[u8]) -> Result<Self, ReadError> {
        let options = LoadOptions {
            strict: true,
            max_decompressed_size: Some(STREAM_LEN_MAX),
            ..LoadOptions::default()
        };
        let document = Document::load_mem_with_options(bytes, options)?;
        if document.is_encrypted() {
            return Err(ReadError::structure("trailer", "the file is encrypted"));
        }
        Ok(Self { document, inflater: RefCell::new(Decompress::new(true)) })
    }

    pub(crate) fn catalog(&self) -> Result<&Dictionary, ReadError> {
        Ok(self.document.catalog()?)
    }

    /// Returns the object behind `object`, which may be a reference.
    pub(crate) fn resolve<'a>(&'a self, object: &'a Object) -> Result<&'a Object, ReadError> {
        Ok(self.document.dereference(object)?.1)
    }

    /// Returns what `dict` has under `key`, with references followed; `None` if it has nothing.
    pub(crate) fn get<'a>(
        &'a self,
        dict: &'a Dictionary,
        key: &[u8],
    ) -> Result<Option<&'a Object>, ReadError> {
        match dict.get(key) {
            Ok(Object::Null) | Err(_) => Ok(None),
            Ok(object) => self.resolve(object).map(Some),
        }
    }

    /// Returns the dictionary that `dict` has under `key`.
    pub(crate) fn dict<'a>(
        &'a self,
        dict: &'a Dictionary,
        key: &[u8],
    ) -> Result<Option<&'a Dictionary>, ReadError> {
        match self.get(dict, key)? {
            None => Ok(None),
            Some(object) => Ok(Some(object.as_dict()?)),
        }
    }

    /// Returns the object of this number.
    pub(crate) fn object(&self, id: ObjectId) -> Result<&Object, ReadError> {
        Ok(self.document.get_object(id)?)
    }

    /// Appends a stream's decoded bytes to `out`.
    ///
    /// # Errors
    /// If a compressed stream ends early or fails its checksum: the library takes what it got of
    /// such a stream for the whole, which is no way to prove a file.
    pub(crate) fn decode(&self, stream: &Stream, out: &mut Vec<u8>) -> Result<(), ReadError> {
        let filter = stream.dict.get(b"Filter").and_then(Object::as_name).ok();
        if filter == Some(b"FlateDecode") && !stream.dict.has(b"DecodeParms") {
            let inflated = self.inflate(&stream.content, out);
            return inflated.map_err(|trouble| ReadError::structure("a stream", trouble));
        }
        out.extend_from_slice(&stream.get_plain_content_with_limit(STREAM_LEN_MAX)?);
        Ok(())
    }

    fn inflate(&self, packed: &[u8], out: &mut Vec<u8>) -> Result<(), &'static str> {
        let mut inflater = self.inflater.borrow_mut();
        inflater.reset(true);
        loop {
            if out.len() == out.capacity() {
                out.reserve(out.len().max(INFLATED_LEN_MIN));
            }
            let rest = &packed[inflater.total_in() as usize..];
            match inflater.decompress_vec(rest, out, FlushDecompress::None) {
                Ok(Status::StreamEnd) => return Ok(()),
                Ok(_) if out.len() > STREAM_LEN_MAX => return Err("it inflates beyond all need"),
                Ok(_) if out.len() == out.capacity() => {}
                Ok(_) => return Err("its compressed data end early"),
                Err(_) => return Err("its compressed data are damaged"),
            }
        }
    }

    /// Writes a page's whole content into `out`; the parts of an array are joined by a line end
    /// (ISO 32000-2 §7.7.3.3, Contents).
    pub(crate) fn page_content(
        &self,
        page: &PageObject<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), ReadError> {
        out.clear();
        match self.get(page.dict, b"Contents")? {
            None => Ok(()),
            Some(Object::Array(parts)) => {
                for part in parts {
                    self.decode(self.resolve(part)?.as_stream()?, out)?;
                    out.push(b'\n');
                }
                Ok(())
            }
            Some(object) => self.decode(object.as_stream()?, out),
        }
    }

    /// Returns the pages in order.
    ///
    /// # Errors
    /// If the tree is not a tree of nodes and pages, or a node's Count is not the number of pages
    /// below it.
    pub(crate) fn pages(&self) -> Result<Vec<PageObject<'_>>, ReadError> {
        let root = self
            .catalog()?
            .get(b"Pages")
            .and_then(Object::as_reference)
            .map_err(|_| ReadError::structure("catalog", "Pages is not a reference"))?;
        let mut pages = Vec::new();
        self.walk_pages(root, None, 0, &mut pages)?;
        Ok(pages)
    }

    fn walk_pages<'a>(
        &'a self,
        id: ObjectId,
        inherited: Option<&'a Object>,
        depth: usize,
        pages: &mut Vec<PageObject<'a>>,
    ) -> Result<(), ReadError> {
        let name = || format!("page tree object {}", id.0);
        if depth > TREE_DEPTH_MAX {
            return Err(ReadError::structure(name(), "the tree is too deep or a circle"));
        }
        let dict = self.object(id)?.as_dict()?;
        let resources = dict.get(b"Resources").ok().or(inherited);
        match dict.get(b"Type").and_then(Object::as_name) {
            Ok(b"Page") => {
                pages.push(PageObject { id, dict, resources });
                Ok(())
            }
            Ok(b"Pages") => {
                let before = pages.len();
                let kids = self.get(dict, b"Kids")?;
                let kids = kids.ok_or_else(|| ReadError::structure(name(), "no Kids"))?;
                for kid in kids.as_array()? {
                    self.walk_pages(kid.as_reference()?, resources, depth + 1, pages)?;
                }
                let found = pages.len() - before;
                let count = self.get(dict, b"Count")?.and_then(|count| count.as_i64().ok());
                if count == Some(found as i64) {
                    return Ok(());
                }
                let trouble = format!("Count is {count:?}, {found} pages lie below");
                Err(ReadError::structure(name(), trouble))
            }
            _ => Err(ReadError::structure(name(), "neither Page nor Pages")),
        }
    }
}
