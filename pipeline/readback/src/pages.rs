//! The pages in order, from a walk of the page tree that keeps one branch in memory.

use letter::page::SheetSize;

use crate::error::ReadError;
use crate::objects::{Body, Objects};
use crate::syntax::{Dict, Id, Shape, Value, Values};

/// The deepest page tree or part tree that is followed; ours have three levels.
pub(crate) const TREE_DEPTH_MAX: usize = 32;
/// Printed pages and blank backs, and what else a file may have.
const SHAPES_MAX: usize = 4;

/// One page with what it inherits.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) id: Id,
    pub(crate) resources: Option<ResourcesAt>,
    pub(crate) contents: Contents,
    /// The document part that it points to.
    pub(crate) part: Option<Id>,
}

/// The content streams of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Contents {
    None,
    /// An object that is a stream or an array of them.
    One(Id),
    Parts(Vec<Id>),
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
    /// How pages without resources of their own are written, and what the first of each shape says.
    shapes: Vec<(Shape, Entries)>,
    size: Size,
}

/// What the MediaBoxes say that were met.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Size {
    #[default]
    Unsaid,
    /// All the same: left, lower, right and upper edge, points.
    One([f32; 4]),
    Several,
}

impl Size {
    fn with(self, found: Option<[f32; 4]>) -> Self {
        match (self, found) {
            (_, None) => self,
            (Self::Unsaid, Some(found)) => Self::One(found),
            (Self::One(before), Some(found)) if before == found => self,
            _ => Self::Several,
        }
    }
}

/// What the entries of a page say.
#[derive(Clone, Debug, PartialEq)]
struct Entries {
    parent: Option<Id>,
    contents: Contents,
    part: Option<Id>,
    media: Option<[f32; 4]>,
}

impl Entries {
    /// Returns what a page of the same shape says.
    fn with(&self, values: &Values) -> Self {
        let contents = match self.contents {
            Contents::One(id) => Contents::One(id.within(values)),
            _ => Contents::None,
        };
        let [parent, part] = [self.parent, self.part].map(|id| Some(id?.within(values)));
        Self { parent, contents, part, media: self.media }
    }
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

    /// Returns whether all pages so far have the size of a sheet, to a hundredth of a point.
    pub(crate) fn are_on(&self, sheet: SheetSize) -> bool {
        let [wide, high] = [sheet.width, sheet.height].map(|length| length.0 as f32 / 100.0);
        let near = |a: f32, b: f32| (a - b).abs() < 0.01;
        match self.size {
            Size::One([left, low, right, top]) => near(right - left, wide) && near(top - low, high),
            Size::Unsaid | Size::Several => false,
        }
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
        let found =
            |(shape, entries): &(Shape, Entries)| Some(entries.with(&shape.read(body.bytes())?));
        if let Some(entries) = self.shapes.iter().find_map(found) {
            let resources = parent.and_then(|(_, resources)| resources);
            if entries.parent != parent.map(|(id, _)| id) {
                return Err(fault("Parent is not the node it hangs from"));
            }
            let Entries { contents, part, .. } = entries;
            return Ok(Some(Page { id, resources, contents, part }));
        }
        let dict = body.dict()?;
        let inherited = parent.and_then(|(_, resources)| resources);
        let (kind, own, entries) = read_entries(dict, id)?;
        self.size = self.size.with(entries.media);
        let resources = own.or(inherited);
        if entries.parent != parent.map(|(id, _)| id) {
            return Err(fault("Parent is not the node it hangs from"));
        }
        match kind {
            Kind::Page => {
                if own.is_none() && self.shapes.len() < SHAPES_MAX {
                    self.shapes.extend(learn(&body));
                }
                let Entries { contents, part, .. } = entries;
                Ok(Some(Page { id, resources, contents, part }))
            }
            Kind::Pages => {
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
        }
    }
}

/// What a dictionary of the tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Page,
    Pages,
}

/// Reads a node's or a page's entries, and its resources if it has its own.
fn read_entries(dict: Dict<'_>, id: Id) -> Result<(Kind, Option<ResourcesAt>, Entries), ReadError> {
    let fault = |trouble: &str| ReadError::structure(words(id), trouble);
    let (mut kind, mut contents, mut own) = (None, None, None);
    let mut entries = Entries { parent: None, contents: Contents::None, part: None, media: None };
    for (key, value) in dict.entries() {
        match &*key.decoded() {
            b"Type" => kind = value.name(),
            b"Contents" => contents = Some(value),
            b"DPart" => entries.part = value.reference(),
            b"Parent" => entries.parent = value.reference(),
            b"MediaBox" => {
                let edges =
                    value.array().and_then(|edges| edges.values().map(Value::number).collect());
                let edges: Vec<f32> = edges.ok_or_else(|| fault("MediaBox is no rectangle"))?;
                let edges = <[f32; 4]>::try_from(edges);
                entries.media = Some(edges.map_err(|_| fault("MediaBox is no rectangle"))?);
            }
            b"Resources" => {
                own = Some(match value {
                    Value::Reference(id) => ResourcesAt::Object(id),
                    Value::Dict(_) => ResourcesAt::Within(id),
                    _ => return Err(fault("Resources is no dictionary")),
                });
            }
            _ => {}
        }
    }
    let kind = match kind {
        Some(kind) if kind.is(b"Page") => Kind::Page,
        Some(kind) if kind.is(b"Pages") => Kind::Pages,
        _ => return Err(fault("neither Page nor Pages")),
    };
    if kind == Kind::Page {
        entries.contents = match contents {
            None | Some(Value::Null) => Contents::None,
            Some(Value::Reference(id)) => Contents::One(id),
            Some(Value::Array(parts)) => {
                let parts: Option<_> = parts.values().map(Value::reference).collect();
                Contents::Parts(parts.ok_or_else(|| fault("Contents has what is no stream"))?)
            }
            Some(_) => return Err(fault("Contents has what is no stream")),
        };
    }
    Ok((kind, own, entries))
}

/// Learns how a page is written.
fn learn(body: &Body) -> Option<(Shape, Entries)> {
    let shape = Shape::of(body.bytes())?;
    let numbered = shape.numbered();
    let (kind, own, entries) = read_entries(body.read(&numbered).ok()?.dict()?, body.id).ok()?;
    let simple = kind == Kind::Page && own.is_none();
    (simple && !matches!(entries.contents, Contents::Parts(_))).then_some((shape, entries))
}

fn words(id: Id) -> String {
    format!("page tree object {}", id.number)
}
