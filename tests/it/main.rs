//! The outside view: the shop as its operators, senders and inspectors see it.

mod applications;
mod applications_later;
mod broken;
#[path = "../../pipeline/web/tests/door/browser.rs"]
mod browser;
mod chromium;
mod cli;
mod desk;
mod doors;
mod drops;
mod envelopes;
mod first_proof;
mod judged;
mod later;
mod line;
mod linking;
mod mailbox;
mod mended;
mod night;
mod operator;
mod outward;
mod package;
mod pictures;
mod postbox;
mod preflight;
mod pulled;
mod ready;
mod rehearsal;
mod resume;
mod sample_applications;
mod shop;
mod tidy;
mod together;
mod unattended;
mod verify;
mod xml_judged;
