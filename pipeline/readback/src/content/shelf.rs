//! Resources by the names that content streams use (ISO 32000-2 §7.8.3).

use super::{ContentReader, SHELVES_MAX};
use crate::error::ReadError;
use crate::font::Font;
use crate::objects::{Body, Objects};
use crate::pages::ResourcesAt;
use crate::syntax::{Dict, Id, Name, Value};

/// One resources dictionary.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    fonts: Vec<(Vec<u8>, usize)>,
    /// Forms have their object, images have none.
    objects: Vec<(Vec<u8>, Option<Id>)>,
    /// Graphics states that leave the font alone.
    states: Vec<Vec<u8>>,
}

impl Shelf {
    pub(crate) fn font(&self, name: &[u8]) -> Option<usize> {
        self.fonts.iter().find(|(known, _)| known == name).map(|&(_, font)| font)
    }

    /// Returns the form of this name, or `Some(None)` for an image.
    pub(crate) fn object(&self, name: Name<'_>) -> Option<Option<Id>> {
        self.objects.iter().find(|(known, _)| name.is(known)).map(|&(_, id)| id)
    }

    pub(crate) fn has_state(&self, name: Name<'_>) -> bool {
        self.states.iter().any(|known| name.is(known))
    }
}

impl ContentReader {
    /// Finds or reads a resources dictionary.
    pub(super) fn shelf(
        &mut self,
        objects: &mut Objects<'_>,
        resources: Option<ResourcesAt>,
    ) -> Result<usize, ReadError> {
        // A page or form without resources has an empty dictionary of its own.
        let at = resources.unwrap_or(ResourcesAt::Within(Id::default()));
        if let Some((_, index)) = self.stock.shelf_index.iter().find(|(known, _)| *known == at) {
            return Ok(*index);
        }
        if self.stock.shelves.len() >= SHELVES_MAX {
            return Err(ReadError::structure("Resources", "more dictionaries than are kept"));
        }
        let shelf = match resources {
            None => Shelf::default(),
            Some(at) => self.traced(objects, |reader, objects| {
                let (ResourcesAt::Object(id) | ResourcesAt::Within(id)) = at;
                let body = objects.load(id)?;
                let mut dict = body.dict()?;
                if let ResourcesAt::Within(_) = at {
                    let inner = dict.get(b"Resources").and_then(Value::dict);
                    dict = inner.ok_or_else(|| body.fault("Resources is no dictionary"))?;
                }
                reader.read_shelf(objects, &body, dict)
            })?,
        };
        self.stock.shelves.push(shelf);
        self.stock.shelf_index.push((at, self.stock.shelves.len() - 1));
        Ok(self.stock.shelves.len() - 1)
    }

    fn read_shelf(
        &mut self,
        objects: &mut Objects<'_>,
        body: &Body,
        resources: Dict<'_>,
    ) -> Result<Shelf, ReadError> {
        let mut shelf = Shelf::default();
        let [mut fonts, mut inner, mut states] = [None, None, None];
        let fault = || body.fault("a list of resources is no dictionary");
        if let Some(list) = resources.get(b"Font") {
            let list = objects.resolve(list, &mut fonts)?.dict().ok_or_else(fault)?;
            for (name, value) in list.entries() {
                let font = self.font(objects, value)?;
                shelf.fonts.push((name.decoded().into_owned(), font));
            }
        }
        if let Some(list) = resources.get(b"XObject") {
            let list = objects.resolve(list, &mut inner)?.dict().ok_or_else(fault)?;
            for (name, value) in list.entries() {
                let id = value.reference().ok_or_else(fault)?;
                let object = objects.load(id)?;
                let form = object.dict()?.get(b"Subtype").is_some_and(|kind| kind.is_name(b"Form"));
                shelf.objects.push((name.decoded().into_owned(), form.then_some(id)));
            }
        }
        if let Some(list) = resources.get(b"ExtGState") {
            let list = objects.resolve(list, &mut states)?.dict().ok_or_else(fault)?;
            for (name, value) in list.entries() {
                let mut slot = None;
                let state = objects.resolve(value, &mut slot)?.dict().ok_or_else(fault)?;
                if state.get(b"Font").is_none() {
                    shelf.states.push(name.decoded().into_owned());
                }
            }
        }
        Ok(shelf)
    }

    fn font(&mut self, objects: &mut Objects<'_>, value: Value<'_>) -> Result<usize, ReadError> {
        let id = value.reference();
        if let Some(&index) = id.and_then(|id| self.stock.font_index.get(&id)) {
            return Ok(index);
        }
        let mut slot = None;
        let dict = objects.resolve(value, &mut slot)?.dict();
        let dict = dict.ok_or_else(|| ReadError::structure("a font", "not a dictionary"))?;
        let font = Font::read(objects, dict)?;
        self.stock.fonts.push(font);
        let index = self.stock.fonts.len() - 1;
        if let Some(id) = id {
            self.stock.font_index.insert(id, index);
        }
        Ok(index)
    }
}
