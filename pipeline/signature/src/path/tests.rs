//! Tests of the ways to an anchor.

mod build;
mod failure;
mod step;
