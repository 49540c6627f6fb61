//! Tests of the ways to an anchor.

mod step;
