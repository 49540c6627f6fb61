//! Batches of signatures become verdicts.

mod request;

pub use request::{Body, Container, File, Request};
