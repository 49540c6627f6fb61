//! Parts the frames' text from the running text, with the conditions about frames.

use super::bars::is_text;
use super::{decoration, millimetres, rect, Compiler};
use crate::template::fault::Place;
use crate::template::parse::{self, Node};
use crate::template::program::*;
use crate::template::sheet::{FrameSheet, Sheet, Writing};

/// Conditions about a frame, each with whether the frame stands in its first branch.
type When<'n> = Vec<(&'n parse::Cond, bool)>;

impl Compiler<'_> {
    /// Parts the frames from the running text's nodes.
    pub(super) fn split(&mut self, sheet: &Sheet, nodes: Vec<Node>) -> (Vec<Node>, Vec<Frame>) {
        let mut frames = Vec::new();
        self.frames_within(sheet, &nodes, &mut Vec::new(), &mut frames);
        (without_frames(nodes), frames)
    }

    fn frames_within<'n>(
        &mut self,
        sheet: &Sheet,
        nodes: &'n [Node],
        when: &mut When<'n>,
        frames: &mut Vec<Frame>,
    ) {
        for node in nodes {
            match node {
                Node::Frame(name, inner, place) => {
                    frames.extend(self.frame(sheet, name, inner, *place, when));
                }
                Node::If(cond, then, otherwise) => {
                    for (inner, is_first) in [(then, true), (otherwise, false)] {
                        when.push((cond, is_first));
                        self.frames_within(sheet, inner, when, frames);
                        when.pop();
                    }
                }
                _ => {}
            }
        }
    }

    fn frame(
        &mut self,
        sheet: &Sheet,
        name: &str,
        inner: &[Node],
        place: Place,
        when: &When<'_>,
    ) -> Option<Frame> {
        let Some(frame) = sheet.frames.get(name) else {
            let known: Vec<&str> = sheet.frames.keys().map(String::as_str).collect();
            let fix = format!("template.toml has the frames {}", known.join(", "));
            self.faults.push(place.fault(format!("frame {name:?} is not known"), fix));
            return None;
        };
        let conds = when.iter().map(|(cond, is_first)| Some((self.cond(cond, false)?, *is_first)));
        let when: Vec<_> = conds.collect::<Option<_>>()?;
        let style = self.style(&frame.style);
        self.is_vertical = frame.writing == Writing::Vertical;
        self.in_cell = frame.barcode.is_some() || self.is_vertical;
        let blocks = self.blocks(inner, style, false);
        (self.is_vertical, self.in_cell) = (false, false);
        let vertical = self.vertical(frame, &blocks, place);
        let outer = rect(frame.area());
        let padding = millimetres(frame.padding_mm);
        let rect = Rect {
            left: outer.left + padding,
            top: outer.top + padding,
            width: outer.width - 2 * padding,
            height: outer.height - 2 * padding,
        };
        Some(Frame {
            bars: self.bars(frame, rect, &blocks, style, place),
            name: name.to_owned(),
            rect,
            pages: frame.pages,
            shrink_to_percent: frame.shrink_to_percent.clamp(1, 100),
            one_line: frame.one_line,
            blocks,
            slot: None,
            vertical,
            ground: if when.is_empty() { Vec::new() } else { ground(sheet, frame) },
            when,
        })
    }

    /// Returns how many digits stand side by side in the frame, if its text is vertical.
    fn vertical(&mut self, frame: &FrameSheet, blocks: &[Block], place: Place) -> Option<usize> {
        if frame.writing == Writing::Horizontal {
            return None;
        }
        if frame.barcode.is_some() || !is_text(blocks) {
            let message = "a vertical frame is made of more than text";
            let fix = "leave only lines without labels and {% if %} in it";
            self.faults.push(place.fault(message, fix));
        }
        if !(1..=3).contains(&frame.upright_digits) {
            let message = format!("upright_digits {} is not 1 to 3", frame.upright_digits);
            self.faults.push(place.fault(message, "write 2 or 3, or 1 for none"));
        }
        Some(frame.upright_digits)
    }
}

fn ground(sheet: &Sheet, frame: &FrameSheet) -> Vec<letter::page::Mark> {
    let mut marks = letter::page::Page::default();
    decoration::ground(sheet.paper.size(), frame, &mut marks);
    marks.marks
}

/// Returns the nodes of the running text; a choice between frames alone is none of it.
fn without_frames(nodes: Vec<Node>) -> Vec<Node> {
    let keep = |node: Node| match node {
        Node::Frame(..) => None,
        Node::If(cond, then, otherwise) if has_frames(&then) || has_frames(&otherwise) => {
            let (then, otherwise) = (without_frames(then), without_frames(otherwise));
            let is_text = then.iter().chain(&otherwise).any(|node| *node != Node::Blank);
            is_text.then_some(Node::If(cond, then, otherwise))
        }
        other => Some(other),
    };
    nodes.into_iter().filter_map(keep).collect()
}

fn has_frames(nodes: &[Node]) -> bool {
    nodes.iter().any(|node| match node {
        Node::Frame(..) => true,
        Node::If(_, then, otherwise) => has_frames(then) || has_frames(otherwise),
        _ => false,
    })
}
