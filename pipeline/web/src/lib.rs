//! The doors on the web: the recipients' mailbox as pages.
//!
//! What people do is an [`act::Act`]: durable in an append-only file, then part of the
//! [`books::Books`]. A night takes over what concerns it ([`news`]). Nothing here opens the
//! embedded store, so pages answer while a night runs. Everything works without JavaScript.

pub mod act;
pub mod books;
mod challenge;
mod diary;
mod front;
pub mod news;
pub mod outward;
mod pages;
mod passcode;
mod people;
mod site;
mod visit;

use gate::{password, secret, throttle};

pub use front::{run, Bound};
pub use passcode::{Number, PasscodeKey};
pub use site::{CardReader, Class, OpenError, OutwardPlan, SenderCard, Site, SiteFiles, SitePlan};
