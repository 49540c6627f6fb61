//! DER as a tree whose elements can be changed while every length above them stays right.

/// An element, in the order in which its first bytes stand.
#[derive(Clone, Debug)]
struct Node {
    tag: u8,
    /// Where the element, its content and what follows it begin.
    start: usize,
    content: usize,
    end: usize,
    /// The last element within, if the content is a row of elements.
    last: Option<usize>,
    /// The element before this one in the same row.
    before: Option<usize>,
}

/// The elements of some bytes; strings that hold elements are opened too.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    bytes: Vec<u8>,
    nodes: Vec<Node>,
    last: Option<usize>,
}

/// A change of one element.
#[derive(Clone, Debug)]
pub enum Change {
    /// The element goes.
    Remove,
    /// The element stands so many times.
    Repeat(usize),
    /// Another tag.
    Tag(u8),
    /// Another content.
    Content(Vec<u8>),
    /// These bytes in the element's place.
    Instead(Vec<u8>),
    /// These bytes before the element.
    Before(Vec<u8>),
    /// The element stands within so many elements of this tag.
    Wrap(u8, usize),
    /// These bytes in the place of the length.
    Length(Vec<u8>),
}

/// Elements within one another that are opened.
const DEPTH_MAX: usize = 40;
/// Elements are repeated up to so many bytes.
const LEN_MAX: usize = 1 << 20;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;

impl Tree {
    /// Reads as much as can be read.
    pub fn read(bytes: &[u8]) -> Self {
        let mut tree = Self { bytes: bytes.to_vec(), ..Self::default() };
        tree.last = tree.row(0, bytes.len(), 0);
        tree
    }

    /// Returns the number of elements.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Returns an element's bytes.
    pub fn raw(&self, node: usize) -> &[u8] {
        &self.bytes[self.nodes[node].start..self.nodes[node].end]
    }

    /// Returns an element's content.
    pub fn content(&self, node: usize) -> &[u8] {
        &self.bytes[self.nodes[node].content..self.nodes[node].end]
    }

    /// Returns the elements right within `node`, or the outermost ones.
    pub fn within(&self, node: Option<usize>) -> Vec<usize> {
        let mut at = node.map_or(self.last, |node| self.nodes[node].last);
        let mut found = Vec::new();
        while let Some(one) = at {
            found.push(one);
            at = self.nodes[one].before;
        }
        found.reverse();
        found
    }

    /// Writes the tree with changes.
    pub fn write(&self, changes: &[(usize, Change)]) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.bytes.len() + 64);
        match self.last {
            Some(last) => self.put_row(last, changes, &mut out),
            None => out.extend(self.bytes.iter().rev()),
        }
        out.reverse();
        out
    }

    /// Opens a row of elements that ends at `end`; returns the last of them, `None` if it is none.
    fn row(&mut self, mut at: usize, end: usize, depth: usize) -> Option<usize> {
        let before = self.nodes.len();
        let mut last = None;
        while at < end {
            let Some((content, until)) = self.head(at, end).filter(|_| depth < DEPTH_MAX) else {
                self.nodes.truncate(before);
                return None;
            };
            let (tag, node) = (self.bytes[at], self.nodes.len());
            let one = Node { tag, start: at, content, end: until, last: None, before: last };
            self.nodes.push(one);
            let from = match tag {
                BIT_STRING if self.bytes[content..until].starts_with(&[0, 0x30]) => content + 1,
                OCTET_STRING => content,
                _ if tag & 0x20 != 0 => content,
                _ => until,
            };
            self.nodes[node].last = self.row(from, until, depth + 1);
            (last, at) = (Some(node), until);
        }
        last
    }

    /// Reads tag and length at `at`; returns where the content begins and ends.
    fn head(&self, at: usize, end: usize) -> Option<(usize, usize)> {
        let &[tag, first] = self.bytes.get(at..at + 2)? else { return None };
        let extra = if first < 0x80 { 0 } else { usize::from(first & 0x7f) };
        if tag & 0x1f == 0x1f || (first >= 0x80 && !(1..=4).contains(&extra)) {
            return None;
        }
        let content = at + 2 + extra;
        let octets = self.bytes.get(at + 2..content)?.iter();
        let long = octets.fold(0, |len, octet| len << 8 | usize::from(*octet));
        let until = content + if first < 0x80 { usize::from(first) } else { long };
        (until <= end).then_some((content, until))
    }

    /// Writes a row, which ends with `last`, from its end to its begin.
    fn put_row(&self, last: usize, changes: &[(usize, Change)], out: &mut Vec<u8>) {
        let mut at = Some(last);
        while let Some(node) = at {
            self.put(node, changes, out);
            at = self.nodes[node].before;
        }
    }

    fn put(&self, node: usize, changes: &[(usize, Change)], out: &mut Vec<u8>) {
        let change = changes.iter().find(|(at, _)| *at == node).map(|(_, change)| change);
        let start = out.len();
        match change {
            Some(Change::Remove) => return,
            Some(Change::Instead(bytes)) => return out.extend(bytes.iter().rev()),
            Some(Change::Content(bytes)) => out.extend(bytes.iter().rev()),
            _ => self.put_content(node, changes, out),
        }
        let own = self.nodes[node].tag;
        match change {
            Some(Change::Tag(tag)) => put_head(*tag, start, out),
            Some(Change::Length(bytes)) => {
                out.extend(bytes.iter().rev());
                out.push(own);
            }
            _ => put_head(own, start, out),
        }
        match change {
            Some(Change::Repeat(times)) => {
                let end = out.len();
                let times = (*times).min(LEN_MAX / (end - start));
                (0..times).for_each(|_| out.extend_from_within(start..end));
            }
            Some(Change::Before(bytes)) => out.extend(bytes.iter().rev()),
            Some(Change::Wrap(tag, times)) => {
                (0..*times).for_each(|_| put_head(*tag, start, out));
            }
            _ => {}
        }
    }

    fn put_content(&self, node: usize, changes: &[(usize, Change)], out: &mut Vec<u8>) {
        let one = &self.nodes[node];
        match one.last {
            Some(last) => {
                self.put_row(last, changes, out);
                if one.tag == BIT_STRING {
                    out.push(0);
                }
            }
            None => out.extend(self.bytes[one.content..one.end].iter().rev()),
        }
    }
}

/// Writes, from end to begin, the head of the content that stands from `start` on.
fn put_head(tag: u8, start: usize, out: &mut Vec<u8>) {
    let mut len = out.len() - start;
    if len < 0x80 {
        out.push(len as u8);
    } else {
        let mut octets = 0;
        while len > 0 {
            out.push(len as u8);
            len >>= 8;
            octets += 1;
        }
        out.push(0x80 | octets);
    }
    out.push(tag);
}

/// Returns an element.
pub fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let mut out: Vec<u8> = parts.concat();
    out.reverse();
    put_head(tag, 0, &mut out);
    out.reverse();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_above_a_change_stay_right() {
        let inner = element(0x30, &[&element(2, &[&[5]]), &element(4, &[&[9; 200]])]);
        let outer = element(0x30, &[&inner, &element(5, &[])]);
        let tree = Tree::read(&outer);
        assert_eq!((tree.len(), tree.write(&[])), (5, outer));
        let changed = tree.write(&[(3, Change::Content(vec![7])), (4, Change::Wrap(0xa0, 2))]);
        let wanted = [0x30, 14, 0x30, 6, 2, 1, 5, 4, 1, 7, 0xa0, 4, 0xa0, 2, 5, 0];
        assert_eq!(changed, wanted);
    }
}
