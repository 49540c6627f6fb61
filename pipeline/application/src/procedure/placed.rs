//! A form's values at the places of a procedure's rules.

use super::Procedure;
use crate::form::{Field, Form, Kind};

/// A list has at most so many items, whatever its indices say.
const ITEMS_MAX: usize = 2_000;

/// Where a field's value lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// A field outside lists, by its number among those.
    Plain(usize),
    /// A field of a list's items, by its number among the list's fields.
    Item { group: usize, column: usize },
}

impl Slot {
    pub fn group(self) -> Option<usize> {
        match self {
            Self::Plain(_) => None,
            Self::Item { group, .. } => Some(group),
        }
    }
}

/// The values of one form, each at its rule's field.
#[derive(Clone, Debug)]
pub struct Placed<'f> {
    plain: Vec<Option<&'f str>>,
    lists: Vec<List<'f>>,
    unknown: Vec<Field<'f>>,
}

#[derive(Clone, Debug)]
struct List<'f> {
    width: usize,
    items: usize,
    cells: Vec<Option<&'f str>>,
}

impl<'f> Placed<'f> {
    pub(super) fn new(procedure: &Procedure, form: &'f Form) -> Self {
        let list = |&width| List { width, items: 0, cells: Vec::new() };
        let mut placed = Self {
            plain: vec![None; procedure.plain],
            lists: procedure.widths.iter().map(list).collect(),
            unknown: Vec::new(),
        };
        let mut pattern = String::new();
        for field in form.fields() {
            placed.put(procedure, field, &mut pattern);
        }
        placed
    }

    fn put(&mut self, procedure: &Procedure, field: Field<'f>, pattern: &mut String) {
        let (path, item) = match split_index(field.path) {
            Some((before, index, after)) => {
                pattern.clear();
                pattern.extend([before, "[]", after]);
                (pattern.as_str(), index)
            }
            None => (field.path, 0),
        };
        if field.kind == Kind::Nothing {
            let list =
                procedure.groups.iter().position(|g| path.strip_suffix("[]") == Some(&g.path));
            if let Some(group) = list {
                self.lists[group].grow(item);
                return;
            }
        }
        let found = procedure.places.binary_search_by(|(known, _)| known.as_str().cmp(path));
        let Ok(at) = found else {
            self.unknown.push(field);
            return;
        };
        let cell = match procedure.fields[procedure.places[at].1].slot {
            Slot::Plain(at) => Some(&mut self.plain[at]),
            Slot::Item { group, column } => self.lists[group].cell(item, column),
        };
        match cell {
            // Of a field under two names the first counts; the other is told as unknown.
            Some(cell) if cell.is_none() => *cell = Some(field.value),
            _ => self.unknown.push(field),
        }
    }

    /// Returns the value without blanks around it, `None` if nothing is left.
    pub(crate) fn value(&self, slot: Slot, item: usize) -> Option<&'f str> {
        let value = match slot {
            Slot::Plain(at) => self.plain[at],
            Slot::Item { group, column } => {
                let list = &self.lists[group];
                *list.cells.get(item * list.width + column)?
            }
        };
        value.map(str::trim).filter(|value| !value.is_empty())
    }

    /// Returns the value of a rule's field, `applicant.name`, or of its item for a list's field.
    pub fn get(&self, procedure: &Procedure, path: &str, item: usize) -> Option<&'f str> {
        self.value(procedure.field(path)?.slot, item)
    }

    /// Returns how many items a list has.
    pub(crate) fn items(&self, group: usize) -> usize {
        self.lists[group].items
    }

    /// Returns the fields that have no rule.
    pub fn unknown(&self) -> &[Field<'f>] {
        &self.unknown
    }
}

impl<'f> List<'f> {
    fn grow(&mut self, item: usize) {
        if item >= self.items && item < ITEMS_MAX {
            self.items = item + 1;
            self.cells.resize(self.items * self.width, None);
        }
    }

    fn cell(&mut self, item: usize, column: usize) -> Option<&mut Option<&'f str>> {
        self.grow(item);
        self.cells.get_mut(item * self.width + column)
    }
}

/// Splits `children[3].name` into `children`, 3 and `.name`.
fn split_index(path: &str) -> Option<(&str, usize, &str)> {
    let (before, rest) = path.split_once('[')?;
    let (index, after) = rest.split_once(']')?;
    Some((before, index.parse().ok()?, after))
}
