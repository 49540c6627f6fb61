//! The report's look: sober, printable, light or dark as the operator's desk is.

/// The style sheet.
pub const CSS: &str = include_str!("report.css");
