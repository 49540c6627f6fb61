//! The outside view: the shop as its operators, senders and inspectors see it.

mod tidy;
