//! 組版 (kumihan): how text becomes sorts, sorts become lines, and lines become marks.

pub(crate) mod address;
pub mod class;
pub(crate) mod honorific;
pub(crate) mod line;
pub(crate) mod numerals;
pub(crate) mod paint;
pub(crate) mod ruby;
pub(crate) mod shape;
