//! Document parts: which pages are one letter, by the file's own DPart tree.
//!
//! ISO 16612-2:2010 (PDF/VT) §6.5 as the Arlington model has it: inner nodes hold arrays of arrays
//! of parts, leaves hold Start and, with more than one page, End.

use std::ops::Range;

use letter::PieceId;
use lopdf::{Dictionary, Object, ObjectId};

use super::pdf::{PageObject, Pdf, TREE_DEPTH_MAX};
use crate::error::ReadError;

/// A leaf of the tree: one letter.
pub(crate) struct Leaf {
    pub(crate) id: PieceId,
    /// 通番, if the metadata name it.
    pub(crate) sequence: Option<i64>,
    /// Page indexes, from 0.
    pub(crate) pages: Range<usize>,
}

/// Returns the leaves in order.
///
/// # Errors
/// If they do not cover the pages once each and in order, a page does not point back at its leaf,
/// or a leaf does not name its piece.
pub(crate) fn leaves(pdf: &Pdf, pages: &[PageObject<'_>]) -> Result<Vec<Leaf>, ReadError> {
    let root = pdf.dict(pdf.catalog()?, b"DPartRoot")?;
    let root = root.ok_or_else(|| ReadError::structure("catalog", "no DPartRoot"))?;
    let node = root.get(b"DPartRootNode").and_then(Object::as_reference);
    let node = node.map_err(|_| ReadError::structure("DPartRoot", "no DPartRootNode"))?;
    let mut nodes = Vec::new();
    collect(pdf, node, 0, &mut nodes)?;
    let count = nodes.len();
    let fault = |leaf: usize, trouble: String| ReadError::Leaf { leaf, trouble };
    let mut leaves = Vec::with_capacity(count);
    let mut next = 0;
    for (i, &(id, dict)) in nodes.iter().enumerate() {
        let last = last_page(dict, pages, next).map_err(|trouble| fault(i + 1, trouble))?;
        for (number, page) in pages[next..=last].iter().enumerate() {
            if page.dict.get(b"DPart").and_then(Object::as_reference).ok() != Some(id) {
                let trouble = format!("page {} does not point back at it", next + number + 1);
                return Err(fault(i + 1, trouble));
            }
        }
        let (piece, sequence) = identity(pdf, dict)?;
        let id = piece.ok_or_else(|| fault(i + 1, "its metadata name no piece".to_owned()))?;
        leaves.push(Leaf { id, sequence, pages: next..last + 1 });
        next = last + 1;
    }
    if next < pages.len() {
        return Err(fault(count, format!("no leaf has page {} or a later one", next + 1)));
    }
    Ok(leaves)
}

fn collect<'a>(
    pdf: &'a Pdf,
    id: ObjectId,
    depth: usize,
    leaves: &mut Vec<(ObjectId, &'a Dictionary)>,
) -> Result<(), ReadError> {
    let dict = pdf.object(id)?.as_dict()?;
    if depth > TREE_DEPTH_MAX {
        let object = format!("document part object {}", id.0);
        return Err(ReadError::structure(object, "the tree is too deep or a circle"));
    }
    let Some(groups) = pdf.get(dict, b"DParts")? else {
        leaves.push((id, dict));
        return Ok(());
    };
    for group in groups.as_array()? {
        for part in pdf.resolve(group)?.as_array()? {
            let child = part.as_reference()?;
            let parent = pdf.object(child)?.as_dict()?.get(b"Parent");
            if parent.and_then(Object::as_reference).ok() != Some(id) {
                let object = format!("document part object {}", child.0);
                return Err(ReadError::structure(object, "Parent is not the node it hangs from"));
            }
            collect(pdf, child, depth + 1, leaves)?;
        }
    }
    Ok(())
}

/// Returns the index of the leaf's last page; its first must be page `next`.
fn last_page(leaf: &Dictionary, pages: &[PageObject<'_>], next: usize) -> Result<usize, String> {
    let start = leaf.get(b"Start").and_then(Object::as_reference).map_err(|_| "no Start")?;
    if pages.get(next).map(|page| page.id) != Some(start) {
        return Err(format!("Start is not page {}, the first that no leaf has yet", next + 1));
    }
    let Ok(end) = leaf.get(b"End") else {
        return Ok(next);
    };
    let end = end.as_reference().map_err(|_| "End is not a reference")?;
    let distance = pages[next..].iter().position(|page| page.id == end);
    distance.map(|distance| next + distance).ok_or_else(|| "End lies before Start".to_owned())
}

/// Reads what the metadata call the letter: the piece id, sixteen hexadecimal digits in the root's
/// or the recipient's ExternalID (ISO 21812-1), and the shop's own sequence.
fn identity(pdf: &Pdf, leaf: &Dictionary) -> Result<(Option<PieceId>, Option<i64>), ReadError> {
    let Some(metadata) = pdf.dict(leaf, b"DPM")? else {
        return Ok((None, None));
    };
    let sequence = pdf.get(metadata, b"LS_Sequence")?.map(Object::as_i64).transpose()?;
    let Some(root) = pdf.dict(metadata, b"CIP4_Root")? else {
        return Ok((None, sequence));
    };
    let id = match pdf.get(root, b"CIP4_ExternalID")? {
        Some(id) => Some(id),
        None => match pdf.dict(root, b"CIP4_Recipient")? {
            Some(recipient) => pdf.get(recipient, b"CIP4_ExternalID")?,
            None => None,
        },
    };
    Ok((id.and_then(|id| piece_id(id.as_name().ok()?)), sequence))
}

fn piece_id(name: &[u8]) -> Option<PieceId> {
    let digits = name.len() == 16 && name.iter().all(u8::is_ascii_hexdigit);
    let name = std::str::from_utf8(name).ok().filter(|_| digits)?;
    u64::from_str_radix(name, 16).ok().map(PieceId)
}
