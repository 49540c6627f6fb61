//! The operators' desk on the web: pages over the command line.
//!
//! The desk knows nothing of the shop that a command does not say: what a page shows is the JSON of
//! a command, and what a form does is a command with the operator's name in it. So everything that
//! can be done here can be typed, is checked by the same code, and stands in the same audit log.
//! Everything works without JavaScript.

mod accounts;
mod asks;
mod pages;
mod seat;
mod service;
mod tasks;
mod views;

pub use accounts::{Accounts, Role};
pub use service::{run, DeskPlan, Said, SenderLine};
