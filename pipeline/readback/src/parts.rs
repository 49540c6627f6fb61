//! Document parts: which pages are one letter, by the file's own DPart tree.
//!
//! ISO 16612-2:2010 (PDF/VT) §6.5 as the Arlington model has it: inner nodes hold arrays of arrays
//! of parts, leaves hold Start and, with more than one page, End.

use letter::PieceId;

use crate::error::ReadError;
use crate::objects::{Body, Objects};
use crate::pages::TREE_DEPTH_MAX;
use crate::syntax::{Dict, Id, Shape, Value, Values};

/// A leaf of the tree: one letter.
#[derive(Debug)]
pub(crate) struct Leaf {
    /// The part's own object.
    pub(crate) object: Id,
    pub(crate) piece: PieceId,
    /// 通番, if the metadata name it.
    pub(crate) sequence: Option<i64>,
    /// The first page.
    pub(crate) start: Id,
    /// The last page, if there is more than one.
    pub(crate) end: Option<Id>,
}

/// A walk of the part tree, which keeps one branch in memory.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    branch: Vec<(Id, std::vec::IntoIter<Id>)>,
    found: usize,
    /// How leaves are written, and what the first of each shape says.
    shapes: Vec<(Shape, LeafEntries)>,
}

/// What the entries of a leaf say.
#[derive(Clone, Copy, Debug)]
struct LeafEntries {
    parent: Option<Id>,
    start: Id,
    end: Option<Id>,
    piece: PieceId,
    sequence: Option<i64>,
}

impl LeafEntries {
    /// Returns what a leaf of the same shape says.
    fn with(&self, values: &Values) -> Self {
        let number = |number: u64| Shape::slot(number).map_or(number, |slot| values[slot]);
        let whole = |int: i64| u64::try_from(int).map_or(int, |int| number(int) as i64);
        Self {
            parent: self.parent.map(|id| id.within(values)),
            start: self.start.within(values),
            end: self.end.map(|id| id.within(values)),
            piece: PieceId(number(self.piece.0)),
            sequence: self.sequence.map(whole),
        }
    }
}

impl Parts {
    /// Begins at the root node that the catalog's DPartRoot names.
    pub(crate) fn open(objects: &mut Objects<'_>, catalog: Dict<'_>) -> Result<Self, ReadError> {
        let root = catalog.get(b"DPartRoot");
        let root = root.ok_or_else(|| ReadError::structure("catalog", "no DPartRoot"))?;
        let mut slot = None;
        let root = objects.resolve(root, &mut slot)?.dict();
        let node = root.and_then(|root| root.get(b"DPartRootNode")).and_then(Value::reference);
        let node = node.ok_or_else(|| ReadError::structure("DPartRoot", "no DPartRootNode"))?;
        // The root node points back at the dictionary that names it, or at nothing.
        let branch = vec![(Id::default(), vec![node].into_iter())];
        Ok(Self { branch, ..Self::default() })
    }

    /// Returns how many leaves were found.
    pub(crate) fn found(&self) -> usize {
        self.found
    }

    /// Returns the next leaf.
    ///
    /// # Errors
    /// If the tree is none, or a leaf does not name its pages and its piece.
    pub(crate) fn next(&mut self, objects: &mut Objects<'_>) -> Result<Option<Leaf>, ReadError> {
        while let Some((parent, kids)) = self.branch.last_mut() {
            let parent = *parent;
            let Some(id) = kids.next() else {
                self.branch.pop();
                continue;
            };
            if let Some(leaf) = self.enter(objects, id, parent)? {
                return Ok(Some(leaf));
            }
        }
        Ok(None)
    }

    fn enter(
        &mut self,
        objects: &mut Objects<'_>,
        id: Id,
        parent: Id,
    ) -> Result<Option<Leaf>, ReadError> {
        let body = objects.load(id)?;
        let found = |(shape, entries): &(Shape, LeafEntries)| {
            Some(entries.with(&shape.read(body.bytes())?))
        };
        let known = self.shapes.iter().find_map(found);
        let entries = match known {
            Some(entries) => entries,
            None => match self.read(objects, &body, body.bytes())? {
                Node::Leaf(entries) => entries,
                Node::Inner(found, kids) => {
                    self.check_parent(id, found, parent)?;
                    if self.branch.len() > TREE_DEPTH_MAX {
                        return Err(fault(id, "the tree is too deep or a circle"));
                    }
                    self.branch.push((id, kids.into_iter()));
                    return Ok(None);
                }
            },
        };
        self.check_parent(id, entries.parent, parent)?;
        if known.is_none() && self.shapes.len() < SHAPES_MAX {
            let learnt = self.learn(objects, &body);
            self.shapes.extend(learnt);
        }
        self.found += 1;
        if self.found > objects.count() {
            let trouble = "more parts than the file has objects".to_owned();
            return Err(ReadError::Leaf { leaf: self.found, trouble });
        }
        let LeafEntries { start, end, piece, sequence, .. } = entries;
        Ok(Some(Leaf { object: id, piece, sequence, start, end }))
    }

    fn check_parent(&self, id: Id, found: Option<Id>, parent: Id) -> Result<(), ReadError> {
        match self.branch.len() <= 1 || found == Some(parent) {
            true => Ok(()),
            false => Err(fault(id, "Parent is not the node it hangs from")),
        }
    }

    /// Learns how a leaf is written.
    fn learn(&self, objects: &mut Objects<'_>, body: &Body) -> Option<(Shape, LeafEntries)> {
        let shape = Shape::of(body.bytes())?;
        match self.read(objects, body, &shape.numbered()).ok()? {
            Node::Leaf(entries) => Some((shape, entries)),
            Node::Inner(..) => None,
        }
    }

    /// Reads a node or a leaf from `bytes`, which are the body's own or written like them.
    fn read(
        &self,
        objects: &mut Objects<'_>,
        body: &Body,
        bytes: &[u8],
    ) -> Result<Node, ReadError> {
        let (mut start, mut end, mut metadata, mut parts) = (None, None, None, None);
        let mut parent = None;
        let dict = body.read(bytes)?.dict().ok_or_else(|| body.fault("not a dictionary"))?;
        for (key, value) in dict.entries() {
            match &*key.decoded() {
                b"Type" if !value.is_name(b"DPart") => return Err(fault(body.id, "it is none")),
                b"Parent" => parent = value.reference(),
                b"Start" => start = Some(value),
                b"End" => end = Some(value),
                b"DPM" => metadata = Some(value),
                b"DParts" => parts = Some(value),
                _ => {}
            }
        }
        if let Some(parts) = parts {
            return Ok(Node::Inner(parent, self.kids(objects, body, parts)?));
        }
        let leaf = self.found + 1;
        let fault = |trouble: &str| ReadError::Leaf { leaf, trouble: trouble.to_owned() };
        let start = start.ok_or_else(|| fault("no Start"))?.reference();
        let start = start.ok_or_else(|| fault("Start is not a reference"))?;
        let end = end.map(|end| end.reference().ok_or_else(|| fault("End is not a reference")));
        let (piece, sequence) = match metadata {
            Some(metadata) => identity(objects, metadata)?,
            None => (None, None),
        };
        let piece = piece.ok_or_else(|| fault("its metadata name no piece"))?;
        Ok(Node::Leaf(LeafEntries { parent, start, end: end.transpose()?, piece, sequence }))
    }

    fn kids(
        &self,
        objects: &mut Objects<'_>,
        body: &Body,
        parts: Value<'_>,
    ) -> Result<Vec<Id>, ReadError> {
        let fault = || body.fault("DParts is not an array of arrays of parts");
        let mut slot = None;
        let groups = objects.resolve(parts, &mut slot)?.array().ok_or_else(fault)?;
        let mut kids = Vec::new();
        for group in groups.values() {
            let mut slot = None;
            let group = objects.resolve(group, &mut slot)?.array().ok_or_else(fault)?;
            for part in group.values() {
                kids.push(part.reference().ok_or_else(fault)?);
            }
        }
        Ok(kids)
    }
}

/// A part of the tree.
enum Node {
    /// Its parent and its kids.
    Inner(Option<Id>, Vec<Id>),
    Leaf(LeafEntries),
}

fn fault(id: Id, trouble: &str) -> ReadError {
    ReadError::structure(format!("document part object {}", id.number), trouble)
}

/// Leaves of one page and of several, and what else a file may have.
const SHAPES_MAX: usize = 4;

/// Reads what the metadata call the letter: the piece id, sixteen hexadecimal digits in the root's
/// or the recipient's ExternalID (ISO 21812-1), and the shop's own sequence.
fn identity(
    objects: &mut Objects<'_>,
    metadata: Value<'_>,
) -> Result<(Option<PieceId>, Option<i64>), ReadError> {
    let [mut first, mut second, mut third] = [None, None, None];
    let Some(metadata) = objects.resolve(metadata, &mut first)?.dict() else {
        return Err(ReadError::structure("DPM", "not a dictionary"));
    };
    let sequence = match metadata.get(b"LS_Sequence") {
        None => None,
        Some(value) => {
            let sequence = objects.resolve(value, &mut second)?.int();
            Some(sequence.ok_or_else(|| ReadError::structure("LS_Sequence", "no whole number"))?)
        }
    };
    let Some(root) = metadata.get(b"CIP4_Root") else {
        return Ok((None, sequence));
    };
    let root = objects.resolve(root, &mut third)?.dict();
    let root = root.ok_or_else(|| ReadError::structure("CIP4_Root", "not a dictionary"))?;
    let [mut recipient_slot, mut id_slot] = [None, None];
    let id = match root.get(b"CIP4_ExternalID") {
        Some(id) => Some(id),
        None => match root.get(b"CIP4_Recipient") {
            None => None,
            Some(recipient) => {
                let recipient = objects.resolve(recipient, &mut recipient_slot)?.dict();
                recipient.and_then(|recipient| recipient.get(b"CIP4_ExternalID"))
            }
        },
    };
    let Some(id) = id else { return Ok((None, sequence)) };
    let name = objects.resolve(id, &mut id_slot)?.name();
    Ok((name.and_then(|name| piece_id(&name.decoded())), sequence))
}

pub(crate) fn piece_id(name: &[u8]) -> Option<PieceId> {
    let digits = name.len() == 16 && name.iter().all(u8::is_ascii_hexdigit);
    let name = std::str::from_utf8(name).ok().filter(|_| digits)?;
    u64::from_str_radix(name, 16).ok().map(PieceId)
}
