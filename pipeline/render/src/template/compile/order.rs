//! Finds the order in which a letter's frames and its running text are read.

use super::ADDRESS_SLOT;
use crate::template::program::{Block, Flow, Frame, Rect};
use crate::template::sheet::Pages;

/// Gives every frame of the first page and the running text its slot, from the top of the sheet
/// downwards and from left to right, vertical frames from right to left, after the address; after
/// them those of a card's back. Then the headings get their levels.
///
/// PDF/UA-1 §7.4.2: the first heading is of level 1. Subheadings above the title, as that of the
/// sender's name, are paragraphs.
pub(super) fn put_in_order(frames: &mut [Frame], flow: &mut Flow) {
    let mut order: Vec<((usize, i32, i32), Option<usize>)> =
        vec![((0, flow.first.top, flow.first.left), None)];
    for (at, frame) in frames.iter().enumerate() {
        let page = match frame.pages {
            Pages::First => 0,
            Pages::Second => 1,
            Pages::Continuation | Pages::All => continue,
        };
        let Rect { left, top, .. } = frame.rect;
        let across = if frame.vertical.is_some() { -left } else { left };
        order.push(((page, top, across), Some(at)));
    }
    order.sort();
    for (slot, (_, at)) in (ADDRESS_SLOT + 1..).zip(order) {
        match at {
            Some(at) => frames[at].slot = Some(slot),
            None => flow.slot = slot,
        }
    }
    let mut all: Vec<(u32, &mut [Block])> = vec![(flow.slot, &mut flow.blocks)];
    all.extend(frames.iter_mut().filter_map(|frame| Some((frame.slot?, &mut frame.blocks[..]))));
    let title = all.iter().filter(|(_, blocks)| has_title(blocks)).map(|(slot, _)| *slot).min();
    for (slot, blocks) in all {
        match title {
            Some(title) if slot < title => set_level(blocks, 0),
            Some(_) => {}
            None => set_level(blocks, 1),
        }
    }
}

fn has_title(blocks: &[Block]) -> bool {
    blocks.iter().any(|block| match block {
        Block::Paragraph(paragraph) => paragraph.level == 1,
        Block::If(_, then, otherwise) => has_title(then) || has_title(otherwise),
        Block::Rows(inner) => has_title(inner),
        Block::Blank(_) | Block::Table(_) | Block::PageBreak => false,
    })
}

/// Makes all headings of this level.
fn set_level(blocks: &mut [Block], level: u8) {
    for block in blocks {
        match block {
            Block::Paragraph(paragraph) if paragraph.level > 0 => paragraph.level = level,
            Block::If(_, then, otherwise) => {
                set_level(then, level);
                set_level(otherwise, level);
            }
            Block::Rows(inner) => set_level(inner, level),
            _ => {}
        }
    }
}
