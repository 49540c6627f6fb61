//! One module a subcommand.

pub mod address;
pub mod desk;
pub mod doctor;
pub mod ledger;
pub mod line;
pub mod mailbox;
pub mod night;
pub mod operator;
pub mod pages;
pub mod postbox;
pub mod postcodes;
pub mod preflight;
pub mod registry;
pub mod report;
pub mod sample;
pub mod sender;
pub mod status;
pub mod template;
pub mod verify;
pub mod verify_output;
pub mod watch;
