//! The XJDF ticket of one print file, for a printer's own workflow (CIP4 XJDF 2.1).
//!
//! Ids only, never a name. What it may hold stands in `xjdf.rng` beside this room: the part of
//! CIP4's schema that it uses.

use letter::page::SheetSize;
use letter::{Date, Moment};

/// What a print file's ticket says.
#[derive(Clone, Debug, PartialEq)]
pub struct PrintTicket {
    /// The number in its marks, 8 digits.
    pub job: u32,
    /// The part, `hoshimi-city/tax-2026-1`.
    pub part: String,
    /// The file's name, beside which the ticket lies.
    pub file: String,
    /// The file's SHA-256, hexadecimal.
    pub sha256: String,
    /// Bytes of the file.
    pub len: u64,
    /// Letters in it.
    pub letters: u64,
    /// Pages, blank backs included.
    pub pages: u64,
    /// Sheets of paper.
    pub sheets: u64,
    /// When it was made.
    pub made: Moment,
    /// 差出日: printed and inserted before.
    pub posting_date: Date,
    /// Whether both sides are printed.
    pub duplex: bool,
    /// The sheet.
    pub sheet: SheetSize,
    /// Its weight, milligrams.
    pub sheet_mg: u32,
    /// The envelope, by its name.
    pub envelope: String,
    /// Height of the folded sheet, mm; that of the sheet if it is not folded.
    pub folded_height_mm: f64,
    /// The inserter, by its name.
    pub inserter: String,
}

/// Writes the ticket; the same facts give the same bytes.
pub fn print_ticket(ticket: &PrintTicket) -> String {
    let folds = folds(ticket.sheet, ticket.folded_height_mm);
    let types = match folds.is_empty() {
        true => "Interpreting Rendering DigitalPrinting",
        false => "Interpreting Rendering DigitalPrinting Folding",
    };
    let part_id = ticket.file.trim_end_matches(".pdf");
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let head = format!(
        "<XJDF xmlns=\"{NAMESPACE}\" Category=\"DigitalPrinting\" DescriptiveName=\"{}\" \
         JobID=\"{:08}\" JobPartID=\"{}\" Types=\"{types}\" Version=\"2.1\">\n",
        escaped(&ticket.part),
        ticket.job,
        escaped(part_id),
    );
    xml.push_str(&head);
    let made = ticket.made.rfc3339_jst();
    let agent = format!("AgentName=\"lettershop\" DeviceID=\"lettershop\" Time=\"{made}\"");
    xml.push_str(&format!(
        "  <AuditPool><AuditCreated><Header {agent}/></AuditCreated></AuditPool>\n"
    ));
    for (usage, value) in [("Envelope", &ticket.envelope), ("Inserter", &ticket.inserter)] {
        let value = escaped(value);
        xml.push_str(&format!("  <GeneralID IDUsage=\"{usage}\" IDValue=\"{value}\"/>\n"));
    }
    let due = format!("{}T00:00:00+09:00", ticket.posting_date);
    let node = format!("<NodeInfo LastEnd=\"{due}\" Status=\"Waiting\"/>");
    xml.push_str(&set("NodeInfo", "Input", None, &node));
    xml.push_str(&set("RunList", "Input", Some("0"), &run_list(ticket)));
    xml.push_str(&set("Media", "Input", Some("2"), &media(ticket)));
    let sides = if ticket.duplex { "TwoSided" } else { "OneSidedFront" };
    let printing = format!("<DigitalPrintingParams Collate=\"Sheet\" Sides=\"{sides}\"/>");
    xml.push_str(&set("DigitalPrintingParams", "Input", Some("2"), &printing));
    if !folds.is_empty() {
        let folding = format!("<FoldingParams>{folds}</FoldingParams>");
        xml.push_str(&set("FoldingParams", "Input", Some("3"), &folding));
    }
    let sheets = ticket.sheets;
    let made = format!("<AmountPool><PartAmount Amount=\"{sheets}\"/></AmountPool><Component/>");
    xml.push_str(&set("Component", "Output", None, &made));
    xml.push_str("</XJDF>\n");
    xml
}

fn set(name: &str, usage: &str, of_step: Option<&str>, resource: &str) -> String {
    let step = of_step.map_or(String::new(), |step| format!("CombinedProcessIndex=\"{step}\" "));
    format!(
        "  <ResourceSet {step}Name=\"{name}\" Usage=\"{usage}\">\n    \
         <Resource>{resource}</Resource>\n  </ResourceSet>\n"
    )
}

fn run_list(ticket: &PrintTicket) -> String {
    let (pages, sets) = (ticket.pages, ticket.letters);
    let file = format!(
        "<FileSpec FileSize=\"{}\" MimeType=\"application/pdf\" UID=\"sha256:{}\" URL=\"{}\"/>",
        ticket.len,
        ticket.sha256,
        escaped(&ticket.file),
    );
    let (last_page, last_set) = (pages.saturating_sub(1), sets.saturating_sub(1));
    format!(
        "<RunList NPage=\"{pages}\" Pages=\"0 {last_page}\" Sets=\"0 {last_set}\">{file}</RunList>"
    )
}

/// The sheet in points; its weight in g/m², to a tenth.
fn media(ticket: &PrintTicket) -> String {
    let [width, height] = ticket.sheet.to_mm();
    let weight = f64::from(ticket.sheet_mg) * 1000.0 / (width * height);
    let [width, height] = [width, height].map(|mm| mm * POINTS_PER_MM);
    format!(
        "<Media Dimension=\"{width:.2} {height:.2}\" MediaType=\"Paper\" MediaUnit=\"Sheet\" \
         Weight=\"{weight:.1}\"/>"
    )
}

/// Returns the folds from the upper edge on, each a folded height further.
fn folds(sheet: SheetSize, folded_height_mm: f64) -> String {
    let panels = (sheet.to_mm()[1] / folded_height_mm).round().max(1.0) as u32;
    let fold = |at: u32| {
        let travel = f64::from(at) * folded_height_mm * POINTS_PER_MM;
        format!("<Fold From=\"Front\" To=\"Up\" Travel=\"{travel:.2}\"/>")
    };
    (1..panels).map(fold).collect()
}

/// XJDF measures in points.
const POINTS_PER_MM: f64 = 72.0 / 25.4;

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}

/// The namespace of every XJDF 2.x.
const NAMESPACE: &str = "http://www.CIP4.org/JDFSchema_2_0";

#[cfg(test)]
mod tests {
    use letter::page::A4;

    use super::*;

    fn ticket() -> PrintTicket {
        PrintTicket {
            job: 12_345,
            part: "city/tax & more".to_owned(),
            file: "tax-001.pdf".to_owned(),
            sha256: "ab".repeat(32),
            len: 1_234,
            letters: 3,
            pages: 12,
            sheets: 6,
            made: Moment::parse_rfc3339("2026-11-22T02:00:00+09:00").expect("a moment"),
            posting_date: Date::parse("2026-11-25").expect("a day"),
            duplex: true,
            sheet: A4,
            sheet_mg: 3_990,
            envelope: "naga3-window".to_owned(),
            folded_height_mm: 99.0,
            inserter: "datamatrix-front".to_owned(),
        }
    }

    #[test]
    fn a_ticket_says_file_paper_folds_and_numbers() {
        let xml = print_ticket(&ticket());
        for part in [
            "JobID=\"00012345\" JobPartID=\"tax-001\"",
            "DescriptiveName=\"city/tax &amp; more\"",
            "Types=\"Interpreting Rendering DigitalPrinting Folding\"",
            "NPage=\"12\" Pages=\"0 11\" Sets=\"0 2\"",
            "URL=\"tax-001.pdf\"",
            "Weight=\"64.0\"",
            "Travel=\"280.63\"/><Fold From=\"Front\" To=\"Up\" Travel=\"561.26\"/>",
            "Amount=\"6\"",
        ] {
            assert!(xml.contains(part), "{part} in\n{xml}");
        }
    }

    #[test]
    fn a_sheet_that_is_not_folded_has_no_folding() {
        let flat = PrintTicket { folded_height_mm: 297.0, duplex: false, ..ticket() };
        let xml = print_ticket(&flat);
        assert!(!xml.contains("Fold"), "{xml}");
        assert!(xml.contains("Sides=\"OneSidedFront\""), "{xml}");
    }
}
