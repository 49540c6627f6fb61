//! Bars as inline SVG, which scale with the page and print in any colour.

use super::html::Html;
use crate::wide::grouped;

/// The length of a full bar in its own units.
const FULL: f64 = 1000.0;
/// The shortest bar of a count above zero, so that one in a million is still seen.
const LEAST: f64 = 3.0;

/// One part of a stacked bar.
pub struct Part<'a> {
    /// The class that gives its colour.
    pub class: &'a str,
    /// What it counts, for the tooltip.
    pub label: &'a str,
    /// How many.
    pub count: u64,
}

/// Appends one horizontal bar of `value` against `max`.
pub fn bar(page: &mut Html, class: &str, value: f64, max: f64) {
    let length = if value <= 0.0 { 0.0 } else { (value / max * FULL).clamp(LEAST, FULL) };
    page.raw(SVG_BAR).raw("<rect class=\"track\" width=\"1000\" height=\"12\"/>");
    page.raw(&format!("<rect class=\"{class}\" width=\"{length:.1}\" height=\"12\"/></svg>"));
}

/// Appends a bar that is split into `parts`, which together are the whole.
pub fn stacked(page: &mut Html, parts: &[Part]) {
    let total: u64 = parts.iter().map(|part| part.count).sum();
    page.raw(SVG_STACK);
    let mut x = 0.0;
    for part in parts.iter().filter(|part| part.count > 0) {
        let length = part.count as f64 / total as f64 * FULL;
        page.raw(&format!(
            "<rect class=\"{}\" x=\"{x:.1}\" width=\"{length:.1}\" height=\"36\"><title>",
            part.class
        ));
        page.text(&format!("{} {}", part.label, grouped(part.count))).raw("</title></rect>");
        x += length;
    }
    page.raw("</svg>\n");
}

const SVG_BAR: &str =
    "<svg class=\"bar\" viewBox=\"0 0 1000 12\" preserveAspectRatio=\"none\" aria-hidden=\"true\">";
const SVG_STACK: &str =
    "<svg class=\"stack\" viewBox=\"0 0 1000 36\" preserveAspectRatio=\"none\" role=\"img\">";

/// Returns `12.3%`, or `0.0%` of nothing.
pub fn percent(part: u64, whole: u64) -> String {
    let share = if whole == 0 { 0.0 } else { part as f64 / whole as f64 * 100.0 };
    format!("{share:.1}%")
}
