//! Documents about the job: job ticket, tray labels, posting slips, bundle slips and the fronts of
//! envelopes with their indicia, as PDF.
//!
//! Floor 1: bytes in, bytes out. The same input gives the same bytes: dates come from the input,
//! and the file identifier is a digest of the document (printpdf would take it from a process
//! counter).
//! The font is cut to the characters that occur; a character that the font lacks is printed as its
//! code point, `[U+20BB7]`, never as another character.

mod closing;
mod document;
mod face;
mod indicia;
mod labels;
mod postage;
mod posting;
mod sheet;
mod slips;
mod ticket;
mod xjdf;

pub use closing::{closing_sheet, ClosingEnd, ClosingGeneration, ClosingSheet};
pub use indicia::{indicia, Front, Indicia, Outline, INDICIA_MM};
pub use labels::{tray_labels, TrayLabel, LABELS_PER_PAGE};
pub use postage::{PostageTip, PostingRow, PostingSheet};
pub use posting::{posting_slips, GroupRow, PostingForm, PostingSlips};
pub use slips::{bundle_slips, BundleSlip, SlipBatch, SLIPS_PER_PAGE};
pub use ticket::{job_ticket, JobTicket, TicketFile};
pub use xjdf::{print_ticket, PrintTicket};

use thiserror::Error;

/// Why a document cannot be made: the machine's trouble, never a letter's.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PaperworkError {
    /// The font file cannot be read.
    #[error("the font cannot be read: {0}")]
    Font(String),
    /// The font cannot be cut.
    #[error("the font cannot be cut to its used characters: {0}")]
    Cut(String),
    /// The font lacks a character by which missing ones are named.
    #[error("the font lacks U+{0:04X}, by which missing characters are named")]
    NoLatin(u32),
    /// There is no tray, so that there is no label to print.
    #[error("a batch without trays has no labels")]
    NoTrays,
    /// The document cannot be written.
    #[error("the document cannot be written: {0}")]
    Write(String),
}

#[cfg(test)]
mod tests;
