//! The structure tree of a copy: what is on its pages, element by element, in reading order.

use std::ops::Range;

use letter::page::{Mark, Page, Role, Scope, SheetSize};

use crate::content::number;
use crate::packed::PackedObjects;
use crate::xmp::text_string;

/// A passage with the number of its marked content.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    place: u32,
    /// Which of the pages, from 0.
    pub(crate) page: u16,
    /// Which of the page's passages.
    pub(crate) passage: u32,
    /// The marked content's number (MCID) on its page; a cell without marks has none.
    pub(crate) content: Option<u32>,
}

/// The elements of some pages.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tree {
    /// In reading order.
    pieces: Vec<Piece>,
    /// Every element before those in it.
    elements: Vec<Element>,
}

/// An element.
#[derive(Clone, Debug)]
struct Element {
    tag: Tag,
    place: u32,
    /// The element that it is in, by index; none is in the document itself.
    parent: Option<u32>,
    /// One past the last element in it.
    end: u32,
    /// Its own pieces.
    pieces: Range<u32>,
}

/// Standard structure types (ISO 32000-1 §14.8.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag {
    Heading(u8),
    Paragraph,
    List,
    Item,
    Label,
    ItemText,
    Table,
    Row,
    /// For what it is a head, and over how many columns and rows it reaches.
    Cell(Scope, [u8; 2]),
    Figure,
}

impl Tag {
    fn of(role: Role) -> Self {
        match role {
            Role::Heading(level) => Self::Heading(level.clamp(1, 6)),
            Role::Paragraph => Self::Paragraph,
            Role::Label(_) => Self::Label,
            Role::ItemText(_) => Self::ItemText,
            Role::Cell(cell) => Self::Cell(cell.scope, cell.over),
            Role::Figure { .. } => Self::Figure,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Heading(level) => ["H1", "H2", "H3", "H4", "H5", "H6"][usize::from(level - 1)],
            Self::Paragraph => "P",
            Self::List => "L",
            Self::Item => "LI",
            Self::Label => "Lbl",
            Self::ItemText => "LBody",
            Self::Table => "Table",
            Self::Row => "TR",
            Self::Cell(Scope::Own, _) => "TD",
            Self::Cell(Scope::Column | Scope::Row, _) => "TH",
            Self::Figure => "Figure",
        }
    }
}

/// Returns the standard structure type of a role, the tag of its marked content.
pub(crate) fn tag_name(role: Role) -> &'static str {
    Tag::of(role).name()
}

/// The two elements around a leaf, as table and row, with the ids by which they are known.
#[derive(Clone, Copy)]
struct Around {
    tags: [Tag; 2],
    ids: [u16; 2],
    at: [usize; 2],
}

/// Where a tree's objects stand in the file, and what they name.
pub(crate) struct Places<'a> {
    /// The number of the first element.
    pub(crate) first: u32,
    /// The document's element.
    pub(crate) document: u32,
    /// The object of page 0; the others follow.
    pub(crate) first_page: u32,
    /// The form that holds the marks, if they are not on the page itself.
    pub(crate) form: Option<u32>,
    /// The attributes of heads: of columns, of rows.
    pub(crate) scopes: [u32; 2],
    /// The size of the pages.
    pub(crate) sheet: SheetSize,
    /// The pages, for the words of figures.
    pub(crate) pages: &'a [Page],
}

impl Tree {
    /// Finds the elements of pages.
    pub(crate) fn of(pages: &[Page]) -> Self {
        let mut tree = Self::default();
        for (page, of_page) in (0..).zip(pages) {
            let passages = (0..).zip(&of_page.passages);
            tree.pieces.extend(passages.map(|(passage, &letter::page::Passage { place, .. })| {
                Piece { place, page, passage, content: None }
            }));
        }
        tree.pieces.sort_unstable_by_key(|piece| (piece.place, piece.page, piece.passage));
        let mut next = [0; PAGES_MAX];
        for piece in &mut tree.pieces {
            let passage = &pages[usize::from(piece.page)].passages[piece.passage as usize];
            if passage.end > passage.start {
                let next = &mut next[usize::from(piece.page)];
                piece.content = Some(*next);
                *next += 1;
            }
        }
        tree.find_elements(pages);
        tree
    }

    fn find_elements(&mut self, pages: &[Page]) {
        self.elements.reserve(2 * self.pieces.len());
        let mut around: Option<Around> = None;
        let mut first = 0;
        while first < self.pieces.len() {
            let piece = self.pieces[first];
            let same = self.pieces[first..].iter().take_while(|next| next.place == piece.place);
            let end = first + same.count();
            let role = pages[usize::from(piece.page)].passages[piece.passage as usize].role;
            around = self.surround(around, role, piece.place);
            let parent = around.map(|around| around.at[1] as u32);
            let pieces = first as u32..end as u32;
            self.push(Tag::of(role), piece.place, parent, pieces);
            first = end;
        }
        self.close(around, 0);
    }

    /// Opens and closes elements until those around a role are open.
    fn surround(&mut self, open: Option<Around>, role: Role, place: u32) -> Option<Around> {
        let (tags, ids) = match role {
            Role::Cell(cell) => ([Tag::Table, Tag::Row], [cell.table, cell.row]),
            Role::Label(item) | Role::ItemText(item) => {
                ([Tag::List, Tag::Item], [item.list, item.item])
            }
            Role::Heading(_) | Role::Paragraph | Role::Figure { .. } => {
                self.close(open, 0);
                return None;
            }
        };
        let outer = match open {
            Some(open) if open.tags == tags && open.ids == ids => return Some(open),
            Some(around) if around.tags == tags && around.ids[0] == ids[0] => {
                self.close(open, 1);
                around.at[0]
            }
            _ => {
                self.close(open, 0);
                self.push(tags[0], place, None, 0..0)
            }
        };
        let inner = self.push(tags[1], place, Some(outer as u32), 0..0);
        Some(Around { tags, ids, at: [outer, inner] })
    }

    /// Ends open elements from the outer (0) or the inner one (1) inwards.
    fn close(&mut self, open: Option<Around>, from: usize) {
        let end = self.elements.len() as u32;
        for at in open.iter().flat_map(|open| &open.at[from..]) {
            self.elements[*at].end = end;
        }
    }

    fn push(&mut self, tag: Tag, place: u32, parent: Option<u32>, pieces: Range<u32>) -> usize {
        let at = self.elements.len();
        self.elements.push(Element { tag, place, parent, end: at as u32 + 1, pieces });
        at
    }

    /// Returns the number of elements.
    pub(crate) fn len(&self) -> u32 {
        self.elements.len() as u32
    }

    /// Returns the pieces of a page in reading order.
    pub(crate) fn pieces(&self, page: u16) -> impl Iterator<Item = &Piece> {
        self.pieces.iter().filter(move |piece| piece.page == page)
    }

    /// Returns place and object number of each element that is in the document itself.
    pub(crate) fn tops(&self, first: u32) -> impl Iterator<Item = (u32, u32)> + '_ {
        let elements =
            (first..).zip(&self.elements).filter(|(_, element)| element.parent.is_none());
        elements.map(|(number, element)| (element.place, number))
    }

    /// Writes references to the element of each marked content of a page, by its number.
    pub(crate) fn write_parents(&self, page: u16, first: u32, out: &mut Vec<u8>) {
        out.push(b'[');
        for (number, element) in (first..).zip(&self.elements) {
            let pieces = &self.pieces[element.pieces.start as usize..element.pieces.end as usize];
            for _ in pieces.iter().filter(|piece| piece.page == page && piece.content.is_some()) {
                reference(out, number);
            }
        }
        out.push(b']');
    }

    /// Writes all elements as objects of a stream.
    pub(crate) fn write(&self, places: &Places<'_>, packed: &mut PackedObjects) {
        for at in 0..self.elements.len() {
            packed.begin(places.first + at as u32);
            self.write_element(at, places, &mut packed.bodies);
        }
    }

    /// Writes the dictionary of the element with this index.
    pub(crate) fn write_element(&self, at: usize, places: &Places<'_>, out: &mut Vec<u8>) {
        let element = &self.elements[at];
        out.extend_from_slice(b"<</S/");
        out.extend_from_slice(element.tag.name().as_bytes());
        out.extend_from_slice(b"/P ");
        reference(out, element.parent.map_or(places.document, |parent| places.first + parent));
        match element.tag {
            Tag::Cell(Scope::Own, [1, 1]) => {}
            Tag::Cell(Scope::Column, [1, 1]) => entry(out, "/A ", places.scopes[0]),
            Tag::Cell(Scope::Row, [1, 1]) => entry(out, "/A ", places.scopes[1]),
            Tag::Cell(scope, over) => write_reach(scope, over, out),
            Tag::Figure => self.write_figure(element, places, out),
            _ => {}
        }
        if element.end as usize > at + 1 {
            out.extend_from_slice(b"/K[");
            let mut inner = at + 1;
            while inner < element.end as usize {
                reference(out, places.first + inner as u32);
                inner = self.elements[inner].end as usize;
            }
            out.push(b']');
        } else {
            self.write_content(element, places, out);
        }
        out.extend_from_slice(b">>");
    }

    fn write_content(&self, element: &Element, places: &Places<'_>, out: &mut Vec<u8>) {
        let pieces = &self.pieces[element.pieces.start as usize..element.pieces.end as usize];
        let mut pieces = pieces.iter().filter_map(|piece| Some((piece.page, piece.content?)));
        let Some((page, content)) = pieces.next() else { return };
        entry(out, "/Pg ", places.first_page + u32::from(page));
        out.extend_from_slice(b"/K");
        let more: Vec<(u16, u32)> = pieces.collect();
        if let (None, []) = (places.form, &more[..]) {
            out.push(b' ');
            number(out, content as i32);
            return;
        }
        out.push(b'[');
        for (page, content) in [(page, content)].into_iter().chain(more) {
            out.extend_from_slice(b"<</Type/MCR/Pg ");
            reference(out, places.first_page + u32::from(page));
            if let Some(form) = places.form {
                entry(out, "/Stm ", form);
            }
            out.extend_from_slice(b"/MCID ");
            number(out, content as i32);
            out.extend_from_slice(b">>");
        }
        out.push(b']');
    }

    /// Writes the words that stand for a figure and its place (ISO 14289-1 §7.3, ISO 32000-1
    /// §14.8.5.4.3).
    fn write_figure(&self, element: &Element, places: &Places<'_>, out: &mut Vec<u8>) {
        let Some(piece) = self.pieces.get(element.pieces.start as usize) else { return };
        let page = &places.pages[usize::from(piece.page)];
        let passage = &page.passages[piece.passage as usize];
        let Role::Figure { start, end } = passage.role else { return };
        let words = page.alternatives.get(start as usize..end as usize).unwrap_or_default();
        out.extend_from_slice(b"/Alt");
        out.extend_from_slice(text_string(words).as_bytes());
        let marks = &page.marks[passage.start as usize..passage.end as usize];
        let mut edges: Option<[i32; 4]> = None;
        for mark in marks {
            let ink = match *mark {
                Mark::Rule { x, y, width, height, .. }
                | Mark::Picture { x, y, width, height, .. } => {
                    [x.0, y.0, (x + width).0, (y + height).0]
                }
                Mark::Layer(_) => [0, 0, places.sheet.width.0, places.sheet.height.0],
                Mark::Text { .. } | Mark::Barcode { .. } | Mark::Part { .. } => continue,
            };
            edges = Some(edges.map_or(ink, |[left, bottom, right, top]| {
                let [l, b, r, t] = ink;
                [left.min(l), bottom.min(b), right.max(r), top.max(t)]
            }));
        }
        if let Some(edges) = edges {
            out.extend_from_slice(b"/A<</O/Layout/BBox[");
            for edge in edges {
                crate::content::decimal(out, edge * 10);
                out.push(b' ');
            }
            out.extend_from_slice(b"]>>");
        }
    }
}

/// Writes the attributes of a cell that reaches over others (ISO 32000-1 §14.8.5.7, table 349).
fn write_reach(scope: Scope, [columns, rows]: [u8; 2], out: &mut Vec<u8>) {
    out.extend_from_slice(b"/A<</O/Table");
    out.extend_from_slice(match scope {
        Scope::Own => b"".as_slice(),
        Scope::Column => b"/Scope/Column",
        Scope::Row => b"/Scope/Row",
    });
    for (key, count) in [("/ColSpan ", columns), ("/RowSpan ", rows)] {
        if count > 1 {
            out.extend_from_slice(key.as_bytes());
            number(out, i32::from(count));
        }
    }
    out.extend_from_slice(b">>");
}

/// Writes a reference and a space.
pub(crate) fn reference(out: &mut Vec<u8>, object: u32) {
    number(out, object as i32);
    out.extend_from_slice(b" 0 R ");
}

fn entry(out: &mut Vec<u8>, key: &str, object: u32) {
    out.extend_from_slice(key.as_bytes());
    number(out, object as i32);
    out.extend_from_slice(b" 0 R");
}

/// As many pages as a copy has at most.
const PAGES_MAX: usize = crate::copy::COPY_PAGES_MAX;
