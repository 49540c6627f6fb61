//! Accounts for every record: receipt, reject list, control file, equation, reconciliation.
//!
//! Floor 1: bytes in, bytes out. Start with [`Account`]: each record of a batch ends in exactly one
//! of its five ends, and only an account whose equation holds can be [closed](Account::close).

pub mod account;
pub mod audit;
pub mod control;
pub mod line;
pub mod receipt;
pub mod reconcile;
pub mod rejects;
pub mod report;
pub mod wide;
pub mod words;

pub use account::{Account, Closed, Ends, Imbalance};
pub use control::{ControlLine, ControlRow, ControlWriter};
pub use receipt::{Head, Receipt, Status};
pub use reconcile::{reconcile, Discrepancy, Plan, PrintFileCount, Recounted};
pub use rejects::{FaultList, RejectList};
pub use report::{
    report_html, BatchReport, FileLink, RefusedDrop, ReportInput, StageTime, Verdict,
};
