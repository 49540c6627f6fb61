//! Municipalities' files: half take paper, the others take four kinds of files.

use super::form::Procedure;
use super::own_words;
use super::town::Municipality;

/// How a municipality takes applications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    /// On paper.
    Paper,
    /// CSV in CP932, days compact.
    CsvCp932,
    /// CSV in UTF-8, days with slashes.
    CsvUtf8,
    /// XML by a template.
    Xml,
    /// JSON.
    Json,
}

impl Takes {
    /// Returns how the municipality at an index does: every second one takes paper.
    pub fn at(index: usize) -> Self {
        match (index % 2, index / 2 % 4) {
            (0, _) => Self::Paper,
            (_, 0) => Self::CsvCp932,
            (_, 1) => Self::CsvUtf8,
            (_, 2) => Self::Xml,
            _ => Self::Json,
        }
    }
}

/// Writes `municipalities/<code>.toml`.
pub(crate) fn file(town: &Municipality<'_>, takes: Takes) -> String {
    let Municipality { code, name, office: (postal, address), .. } = town;
    let hall = match name.ends_with(['市', '区']) {
        true => "役所",
        false => "役場",
    };
    let head = format!(
        "code = \"{code:05}\"\nname = \"{name}\"\n\n[office]\nname = \"{name}{hall}\"\n\
         postal_code = \"{}-{}\"\naddress = \"{address}\"\n\n[basic_four]\n\
         grade = \"substituted\"\n\n[acknowledgement]\ndays = 3\n\n\
         [[format]]\nprocedure = \"*\"\nvalid_from = \"2020-01-01\"\nkind = \"paper\"\n",
        &postal[..3],
        &postal[3..]
    );
    let format = |procedure: &Procedure| match takes {
        Takes::Paper => String::new(),
        Takes::CsvCp932 => csv(*procedure, "cp932", "compact"),
        Takes::CsvUtf8 => csv(*procedure, "utf-8", "slash"),
        Takes::Xml => xml(*procedure),
        Takes::Json => json(*procedure),
    };
    head + &Procedure::ALL.iter().map(format).collect::<String>()
}

/// What a field holds, as far as formats ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    Text,
    Day,
}

use Holds::{Day, Text};

/// Fields of every form, by the paths of `config/procedures`.
const APPLICANT: [(&str, Holds); 7] = [
    ("applicant.name", Text),
    ("applicant.kana", Text),
    ("applicant.birth_date", Day),
    ("applicant.sex", Text),
    ("applicant.postal_code", Text),
    ("applicant.address", Text),
    ("applicant.phone", Text),
];
const CHILD_ALLOWANCE: [(&str, Holds); 11] = [
    ("applicant.email", Text),
    ("applicant.pension", Text),
    ("event.date", Day),
    ("account.bank", Text),
    ("account.branch", Text),
    ("account.number", Text),
    ("account.holder_kana", Text),
    ("children[].name", Text),
    ("children[].birth_date", Day),
    ("children[].relation", Text),
    ("children[].living_together", Text),
];
const MOVE_OUT: [(&str, Holds); 8] = [
    ("new.postal_code", Text),
    ("new.address", Text),
    ("new.householder", Text),
    ("moving.date", Day),
    ("moving.abroad", Text),
    ("members[].name", Text),
    ("members[].birth_date", Day),
    ("members[].relation", Text),
];
const NURSERY: [(&str, Holds); 9] = [
    ("child.name", Text),
    ("child.birth_date", Day),
    ("start.date", Day),
    ("wishes[].facility", Text),
    ("reason", Text),
    ("work.employer", Text),
    ("work.hours_month", Text),
    ("income.tax_yen", Text),
    ("allergy", Text),
];

/// Columns that a list has in CSV; no sample has more items.
const ITEMS: usize = 5;

fn fields(procedure: Procedure) -> Vec<(&'static str, Holds)> {
    let own: &[(&str, Holds)] = match procedure {
        Procedure::ChildAllowance => &CHILD_ALLOWANCE,
        Procedure::MoveOut => &MOVE_OUT,
        Procedure::Nursery => &NURSERY,
    };
    let free = own_words::fields(procedure).map(|(path, _)| (path, Text));
    APPLICANT.iter().chain(own).copied().chain(free).collect()
}

fn head(procedure: Procedure, kind: &str) -> String {
    format!(
        "\n[[format]]\nprocedure = \"{}\"\nvalid_from = \"2026-04-01\"\nkind = \"{kind}\"\n\
         omit = [\"municipality\"]\n",
        procedure.code()
    )
}

fn csv(procedure: Procedure, encoding: &str, style: &str) -> String {
    let mut text = head(procedure, "csv");
    text += &format!("encoding = \"{encoding}\"\n");
    let mut column = |name: &str, source: &str, holds: Holds| {
        let date = match holds {
            Day => format!(", date = \"{style}\""),
            Text => String::new(),
        };
        text += &format!("  {{ name = \"{name}\", {source}{date} }},\n");
    };
    column("受付番号", "meta = \"receipt\"", Text);
    column("受付日", "meta = \"received_date\"", Day);
    for (path, holds) in fields(procedure) {
        let items = if path.contains("[]") { ITEMS } else { 1 };
        for item in 0..items {
            let path = path.replace("[]", &format!("[{item}]"));
            column(&path, &format!("field = \"{path}\""), holds);
        }
    }
    text.replacen("  {", "column = [\n  {", 1) + "]\n"
}

fn json(procedure: Procedure) -> String {
    let mut text = head(procedure, "json") + "key = [\n";
    text += "  { name = \"receipt\", meta = \"receipt\" },\n";
    text += "  { name = \"received_at\", meta = \"received_at\" },\n";
    for (path, holds) in fields(procedure) {
        let date = if holds == Day { ", date = \"hyphen\"" } else { "" };
        text += &format!("  {{ name = \"{path}\", field = \"{path}\"{date} }},\n");
    }
    text + "]\n"
}

fn xml(procedure: Procedure) -> String {
    let mut text = head(procedure, "xml") + "template = '''\n";
    text += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    text += "<application receipt=\"{{ meta.receipt }}\" received=\"{{ meta.received_at }}\">\n";
    let mut list = None;
    for (path, holds) in fields(procedure) {
        let (group, name) = match path.split_once("[].") {
            Some((group, name)) => (Some(group), name),
            None => (None, path),
        };
        if list != group {
            text += &closed(list);
            if let Some(group) = group {
                text += &format!("  <{group}>{{{{#each {group}}}}}\n    <item>\n");
            }
            list = group;
        }
        let tag = name.replace('.', "-");
        let style = if holds == Day { " | hyphen" } else { "" };
        let (indent, dot) = if group.is_some() { ("      ", ".") } else { ("  ", "") };
        text += &format!("{indent}<{tag}>{{{{ {dot}{name}{style} }}}}</{tag}>\n");
    }
    text += &closed(list);
    text + "</application>\n'''\n"
}

fn closed(list: Option<&str>) -> String {
    list.map_or(String::new(), |group| format!("    </item>{{{{/each}}}}\n  </{group}>\n"))
}
