//! The outside view: the shop as its operators, senders and inspectors see it.

mod broken;
mod cli;
mod drops;
mod judged;
mod mailbox;
mod night;
mod resume;
mod shop;
mod tidy;
