//! The pages in order, from a walk of the page tree that keeps one branch in memory.

use crate::error::ReadError;
use crate::objects::Objects;
use crate::syntax::{Dict, Id, Value};

/// The deepest page tree or part tree that is followed; ours have three levels.
pub(crate) const TREE_DEPTH_MAX: usize = 32;

/// One page with what it inherits.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) id: Id,
    pub(crate) resources: Option<ResourcesAt>,
    /// The content streams, or one object that is a stream or an array of them.
    pub(crate) contents: Vec<Id>,
    /// The document part that it points to.
    pub(crate) part: Option<Id>,
}

/// Where a resources dictionary lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResourcesAt {
    /// An object of its own.
    Object(Id),
    /// Written out within a page, node or form.
    Within(Id),
}

/// A walk of the page tree (ISO 32000-2 §7.7.3).
#[derive(Debug, Default)]
pub(crate) struct Pages {
    branch: Vec<Node>,
    found: u64,
}

#[derive(Debug)]
struct Node {
    id: Id,
    kids: std::vec::IntoIter<Id>,
    resources: Option<ResourcesAt>,
    /// Pages below, by the node's own Count.
    count: i64,
    /// Pages found before the node was entered.
    before: u64,
}

impl Pages {
    /// Begins at the root that the catalog names.
    pub(crate) fn open(objects: &mut Objects<'_>, catalog: Dict<'_>) -> Result<Self, ReadError> {
        let root = catalog.get(b"Pages").and_then(Value::reference);
        let root = root.ok_or_else(|| ReadError::structure("catalog", "Pages is not a reference"));
        let mut pages = Self::default();
        match pages.enter(objects, root?, None)? {
            None => Ok(pages),
            Some(_) => Err(ReadError::structure("catalog", "Pages is a page")),
        }
    }

    /// Returns how many pages were found.
    pub(crate) fn found(&self) -> u64 {
        self.found
    }

    /// Returns the next page.
    ///
    /// # Errors
    /// If the tree is not a tree of nodes and pages, or a node's Count is not the number of pages
    /// below it.
    pub(crate) fn next(&mut self, objects: &mut Objects<'_>) -> Result<Option<Page>, ReadError> {
        while let Some(node) = self.branch.last_mut() {
            let Some(kid) = node.kids.next() else {
                let below = self.found - node.before;
                if i64::try_from(below) != Ok(node.count) {
                    let trouble = format!("Count is {}, {below} pages lie below", node.count);
                    return Err(ReadError::structure(words(node.id), trouble));
                }
                self.branch.pop();
                continue;
            };
            let parent = (node.id, node.resources);
            if let Some(page) = self.enter(objects, kid, Some(parent))? {
                self.found += 1;
                return Ok(Some(page));
            }
        }
        Ok(None)
    }

    /// Goes into a node, or returns the page that the object is.
    fn enter(
        &mut self,
        objects: &mut Objects<'_>,
        id: Id,
        parent: Option<(Id, Option<ResourcesAt>)>,
    ) -> Result<Option<Page>, ReadError> {
        let fault = |trouble: &str| ReadError::structure(words(id), trouble);
        let body = objects.load(id)?;
        let dict = body.dict()?;
        let (mut kind, mut contents, mut part, mut parent_found) = (None, None, None, None);
        let mut resources = parent.and_then(|(_, resources)| resources);
        for (key, value) in dict.entries() {
            match &*key.decoded() {
                b"Type" => kind = value.name(),
                b"Contents" => contents = Some(value),
                b"DPart" => part = value.reference(),
                b"Parent" => parent_found = value.reference(),
                b"Resources" => {
                    resources = Some(match value {
                        Value::Reference(id) => ResourcesAt::Object(id),
                        Value::Dict(_) => ResourcesAt::Within(id),
                        _ => return Err(fault("Resources is no dictionary")),
                    });
                }
                _ => {}
            }
        }
        if parent_found != parent.map(|(id, _)| id) {
            return Err(fault("Parent is not the node it hangs from"));
        }
        match kind {
            Some(kind) if kind.is(b"Page") => {
                let contents = match contents {
                    None | Some(Value::Null) => Vec::new(),
                    Some(Value::Reference(id)) => vec![id],
                    Some(Value::Array(parts)) => {
                        let parts: Option<_> = parts.values().map(Value::reference).collect();
                        parts.ok_or_else(|| fault("Contents has what is no stream"))?
                    }
                    Some(_) => return Err(fault("Contents has what is no stream")),
                };
                Ok(Some(Page { id, resources, contents, part }))
            }
            Some(kind) if kind.is(b"Pages") => {
                if self.branch.len() > TREE_DEPTH_MAX {
                    return Err(fault("the tree is too deep or a circle"));
                }
                let (mut slot, mut other) = (None, None);
                let kids = dict.get(b"Kids").ok_or_else(|| fault("no Kids"))?;
                let kids = objects.resolve(kids, &mut slot)?.array();
                let kids = kids.and_then(|kids| kids.values().map(Value::reference).collect());
                let kids: Vec<Id> = kids.ok_or_else(|| fault("Kids has what is no page"))?;
                let count = dict.get(b"Count").ok_or_else(|| fault("no Count"))?;
                let count = objects.resolve(count, &mut other)?.int();
                let count = count.ok_or_else(|| fault("Count is no number"))?;
                // A page stands once in the tree, so there are no more than objects.
                if usize::try_from(count).map_or(true, |count| count > objects.count()) {
                    return Err(fault("Count is more than the file has objects"));
                }
                let (kids, before) = (kids.into_iter(), self.found);
                self.branch.push(Node { id, kids, resources, count, before });
                Ok(None)
            }
            _ => Err(fault("neither Page nor Pages")),
        }
    }
}

fn words(id: Id) -> String {
    format!("page tree object {}", id.number)
}
