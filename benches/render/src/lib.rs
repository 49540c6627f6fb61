//! The standard letter: synthetic recipients, the engine that sets and prints it, and how it shows
//! their values.

pub mod engine;
pub mod recipients;
pub mod shown;
