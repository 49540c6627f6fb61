//! Intake from outside: drops and files, each with one oddity, and what becomes of them.

// As in the library: a refusal is made once.
#![allow(clippy::result_large_err)]

mod drops;
mod encodings;
mod lines;
mod mutations;
mod reasons;
mod refusals;
mod rejects;
mod senders;
mod shop;
