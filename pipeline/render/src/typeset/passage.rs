//! 読上げ順 (yomiage-jun): notes what the marks of a copy are to a reader who does not see them.

use letter::page::{Cell, Item, Passage, Role, Scope};

use super::Setter;

/// How far the passages of a letter are counted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Count {
    /// Whether marks are noted now: those of paper never are, nor is what belongs to the page.
    is_noting: bool,
    /// The place of the next passage.
    next: u32,
    tables: u16,
    rows: u16,
    lists: u16,
    items: u16,
}

impl Setter<'_> {
    /// Goes to a slot of the reading order; in none, marks are not noted.
    pub(super) fn enter_slot(&mut self, slot: Option<u32>) {
        let slot = slot.filter(|_| self.notes_passages);
        self.count.is_noting = slot.is_some();
        self.count.next = slot.unwrap_or(0) << PLACES_BITS;
        self.end_list();
    }

    /// Stops noting and returns how far it was counted.
    pub(super) fn pause(&mut self) -> Count {
        let before = self.count;
        self.count.is_noting = false;
        before
    }

    /// Goes on as [`Setter::pause`] found it.
    pub(super) fn resume(&mut self, before: Count) {
        self.count = before;
    }

    /// Returns where the next marks of a page will stand.
    pub(super) fn mark_count(&self, page: usize) -> usize {
        self.scratch.pages[page].marks.len()
    }

    /// Takes the next places of the reading order and returns the first.
    pub(super) fn take_places(&mut self, count: u32) -> u32 {
        let first = self.count.next;
        self.count.next += count;
        first
    }

    /// Notes the marks of a page from `start` on.
    pub(super) fn note(&mut self, page: usize, start: usize, place: u32, role: Role) {
        let end = self.mark_count(page);
        let may_be_empty = matches!(role, Role::Cell(_));
        if self.count.is_noting && (end > start || may_be_empty) {
            let (start, end) = (start as u32, end as u32);
            self.scratch.pages[page].passages.push(Passage { place, role, start, end });
        }
    }

    /// Takes a place for the marks of a page from `start` on and notes them.
    pub(super) fn note_next(&mut self, page: usize, start: usize, role: Role) {
        let place = self.take_places(1);
        self.note(page, start, place, role);
    }

    /// Notes marks that are a code, with the words that stand for it.
    pub(super) fn note_figure(&mut self, page: usize, start: usize, words: &[&str]) {
        if !self.count.is_noting {
            return;
        }
        let alternatives = &mut self.scratch.pages[page].alternatives;
        let first = alternatives.len() as u32;
        words.iter().for_each(|word| alternatives.push_str(word));
        let end = alternatives.len() as u32;
        self.note_next(page, start, Role::Figure { start: first, end });
    }

    /// Returns the next item of the list that is under way, or the first of a new one.
    pub(super) fn next_item(&mut self) -> Item {
        if self.count.items == 0 {
            self.count.lists += 1;
        }
        self.count.items += 1;
        Item { list: self.count.lists, item: self.count.items }
    }

    /// Ends a list: what follows is none of its items.
    pub(super) fn end_list(&mut self) {
        self.count.items = 0;
    }

    pub(super) fn begin_table(&mut self) {
        self.count.tables += 1;
        self.count.rows = 0;
    }

    pub(super) fn begin_row(&mut self) {
        self.count.rows = self.count.rows.saturating_add(1);
    }

    /// Returns the role of a cell of the row that is under way.
    pub(super) fn cell_role(&self, scope: Scope) -> Role {
        self.joined_role(scope, [1, 1])
    }

    /// Returns the role of such a cell that reaches over some columns and rows.
    pub(super) fn joined_role(&self, scope: Scope, over: [usize; 2]) -> Role {
        // A hundred columns do not fit any sheet.
        let over = over.map(|count| u8::try_from(count).unwrap_or(u8::MAX));
        Role::Cell(Cell { table: self.count.tables, row: self.count.rows, scope, over })
    }
}

/// A slot holds a million passages, more than 99 pages have marks.
const PLACES_BITS: u32 = 20;
