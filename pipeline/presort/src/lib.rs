//! 区分 (kubun): print order, bundles, trays, print files and postage of a batch, from keys only.
//!
//! The one barrier of the shop is [`plan()`]: it needs every piece of the batch and no page of it.
//! A piece costs [24 bytes](letter::piece::Measured) in a plan, so ten million fit in 240 MB, while
//! what a plan says of a piece ([`letter::piece::Placed`]) is worked out when it is asked for.

mod calendar;
mod districts;
mod file;
mod franking;
mod group;
mod holidays;
mod joint;
mod limits;
mod lots;
mod mark;
#[cfg(test)]
mod numbers;
mod order;
mod plan;
mod posting;
mod split;
mod tariff;
mod tray;
mod yen;

pub use calendar::{Calendar, Haste, Schedule};
pub use districts::{DistrictFault, Districts};
pub use file::FileSummary;
pub use franking::{Franking, Weighed};
pub use group::{District, Group};
pub use holidays::{holiday, weekday, Holiday};
pub use joint::{JointPlan, PartPosting};
pub use limits::{Limits, PostingRules, Rules};
pub use mark::marks;
pub use plan::{lots, plan, plan_as, Plan, Posted, Totals};
pub use posting::{Lot, PostDesk, Posting, PostingLine, PostingPlan, Tip};
pub use tariff::{
    After, InForce, MailKind, Offer, Percent, Product, Service, Step, Tariff, TariffBook,
    TariffFault, Tier, TierPrice,
};
pub use tray::{BundleSummary, TraySummary};
pub use yen::{Myriadths, Rounding, RoundingOf, RoundingTo, YEN};
