//! The report's part on applications: their equation, what was found, where they went.

use serde::{Deserialize, Serialize};

use super::html::Html;
use crate::wide::grouped;

/// What a night did with applications.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationsReport {
    /// Applications in the parcels that were taken.
    pub received: u64,
    /// What became of them, in the order of the equation; their sum is [`Self::received`].
    pub ends: Vec<EndCount>,
    /// Counts by verdict, finding, municipality and the like.
    pub tables: Vec<Figures>,
    /// What somebody must look into: acknowledgements that are overdue, for one.
    pub events: Vec<Event>,
    /// Where the artefacts, counted again, are not what the rows say.
    #[serde(default)]
    pub discrepancies: Vec<Event>,
}

/// One end of the equation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndCount {
    /// The stable code, `handed-over-paper`.
    pub code: String,
    /// In Japanese.
    pub japanese: String,
    /// In English.
    pub english: String,
    /// Whether somebody of the centre must act.
    pub waits: bool,
    /// Applications.
    pub count: u64,
}

/// A table of figures under a heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Heading in Japanese.
    pub japanese: String,
    /// Heading in English.
    pub english: String,
    /// Columns: Japanese, English, and whether they hold figures.
    pub columns: Vec<(String, String, bool)>,
    /// Cells, row by row.
    pub rows: Vec<Vec<String>>,
}

/// One thing that somebody must look into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The stable code, `acknowledgement-overdue`.
    pub code: String,
    /// What it is about: a municipality's code, a receipt number.
    pub about: String,
    /// In Japanese.
    pub japanese: String,
    /// In English.
    pub english: String,
}

impl ApplicationsReport {
    /// Returns whether every application came to one end, and the artefacts say the same.
    pub fn equation_holds(&self) -> bool {
        let ended: u64 = self.ends.iter().map(|end| end.count).sum();
        self.received == ended && self.discrepancies.is_empty()
    }

    /// Returns whether somebody of the centre must act.
    pub fn waits(&self) -> bool {
        !self.events.is_empty() || self.ends.iter().any(|end| end.waits && end.count > 0)
    }
}

/// Appends the part on applications.
pub fn applications(page: &mut Html, report: &ApplicationsReport) {
    page.raw("<section>").heading("申請", "Applications");
    let sign = if report.equation_holds() { "=" } else { "≠" };
    page.raw("<div class=\"equation\" aria-label=\"受付 = 行き先の合計\">");
    term(page, "in", report.received, "受付", "received");
    for (at, end) in report.ends.iter().enumerate() {
        let operator = if at == 0 { sign } else { "+" };
        let class = if operator == "≠" { "operator differs" } else { "operator" };
        page.element("span", class, operator);
        term(page, class_of(&end.code), end.count, &end.japanese, &end.english);
    }
    page.raw("</div></section>\n");
    let told = [
        ("照合不一致", "Discrepancies", &report.discrepancies),
        ("要確認", "To look into", &report.events),
    ];
    for (japanese, english, events) in told.into_iter().filter(|(.., events)| !events.is_empty()) {
        page.raw("<section class=\"alarm\">").heading(japanese, english).raw("<ul>");
        for event in events {
            page.raw("<li>").element("code", "", &event.about).raw(" ").text(&event.japanese);
            page.element("small", "", &event.english).raw("</li>");
        }
        page.raw("</ul></section>\n");
    }
    report.tables.iter().for_each(|table| figures(page, table));
}

fn term(page: &mut Html, class: &str, count: u64, japanese: &str, english: &str) {
    page.raw("<div class=\"term ").raw(class).raw("\">");
    page.element("b", "", &grouped(count)).element("span", "", japanese);
    page.element("small", "", english).raw("</div>");
}

/// Returns the colour's class of an end: ours, whatever the code says.
fn class_of(code: &str) -> &'static str {
    match code {
        "handed-over-paper" => "paper",
        "handed-over-electronic" => "electronic",
        "set-aside" | "rejected" => "aside",
        _ => "held",
    }
}

/// Appends a table.
pub fn figures(page: &mut Html, table: &Figures) {
    page.raw("<section>").heading(&table.japanese, &table.english);
    page.raw("<div class=\"scroll\"><table>");
    let columns: Vec<(&str, &str, bool)> =
        table.columns.iter().map(|(ja, en, number)| (ja.as_str(), en.as_str(), *number)).collect();
    page.columns(&columns);
    for row in &table.rows {
        page.raw("<tr>");
        for (cell, (_, _, number)) in row.iter().zip(&table.columns) {
            page.element("td", if *number { "num" } else { "" }, cell);
        }
        page.raw("</tr>\n");
    }
    page.raw("</table></div></section>\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(code: &str, waits: bool, count: u64) -> EndCount {
        let words = code.to_owned();
        EndCount { code: words.clone(), japanese: words.clone(), english: words, waits, count }
    }

    #[test]
    fn an_application_without_an_end_breaks_the_equation_for_all_to_see() {
        let mut report = ApplicationsReport {
            received: 3,
            ends: vec![end("handed-over-paper", false, 2), end("person", true, 1)],
            ..ApplicationsReport::default()
        };
        let html = |report: &ApplicationsReport| {
            let mut page = Html::default();
            applications(&mut page, report);
            page.finish()
        };
        assert!(report.equation_holds() && report.waits());
        assert!(html(&report).contains("<span class=\"operator\">=</span>"));
        report.received = 4;
        assert!(!report.equation_holds());
        assert!(html(&report).contains("<span class=\"operator differs\">≠</span>"));
    }

    #[test]
    fn what_stands_in_a_table_is_escaped() {
        let columns = vec![("手続".to_owned(), "procedure".to_owned(), false)];
        let rows = vec![vec!["<script>".to_owned()]];
        let table = Figures { japanese: String::new(), english: String::new(), columns, rows };
        let mut page = Html::default();
        figures(&mut page, &table);
        assert!(page.finish().contains("<td>&lt;script&gt;</td>"));
    }
}
