//! What a night did with applications, for the report: the equation, and counts of every kind.

use std::collections::BTreeMap;

use ledger::report::{ApplicationsReport, EndCount, Event, Figures};

use super::acknowledged::Noted;
use super::row::{End, Row};

/// Counts the applications of a night, and the acknowledgements that came for earlier ones.
pub fn report(
    rows: &[Row],
    received: u64,
    noted: &[Noted],
    events: Vec<Event>,
) -> ApplicationsReport {
    let ends = End::ALL.map(|end| EndCount {
        code: end.code().to_owned(),
        japanese: end.japanese().to_owned(),
        english: end.english().to_owned(),
        waits: end.waits(),
        count: rows.iter().filter(|row| row.end == end).count() as u64,
    });
    let tables = vec![
        by_procedure(rows),
        counted(
            ("検証結果", "Verdicts"),
            ("結果", "verdict"),
            rows.iter().map(|row| match &row.said {
                Some(said) if said.provisional => format!("{}（暫定）", said.words()),
                Some(said) => said.words(),
                None => "—".to_owned(),
            }),
        ),
        counted(
            ("基本4情報の照合", "Basic four"),
            ("程度", "grade"),
            rows.iter().filter_map(|row| row.said?.basic_four.map(|grade| grade.name().to_owned())),
        ),
        counted(
            ("不備", "Findings"),
            ("コード", "code"),
            rows.iter().flat_map(|row| row.findings.iter().map(|found| found.code.to_string())),
        ),
        counted(
            ("引き渡さなかった理由", "Why not handed over"),
            ("コード", "code"),
            rows.iter().filter_map(|row| row.why.as_ref().map(|why| why.code.clone())),
        ),
        by_municipality(rows),
        acknowledged(noted),
    ];
    let tables = tables.into_iter().filter(|table| !table.rows.is_empty()).collect();
    ApplicationsReport { received, ends: ends.into(), tables, events, discrepancies: Vec::new() }
}

/// Lists the acknowledgements that came.
fn acknowledged(noted: &[Noted]) -> Figures {
    let column = |japanese: &str, english: &str, is_number| {
        (japanese.to_owned(), english.to_owned(), is_number)
    };
    let cells = |one: &Noted| {
        let told = one.told.len();
        vec![
            one.folder.clone(),
            one.accepted.to_string(),
            one.refused.to_string(),
            told.to_string(),
        ]
    };
    Figures {
        japanese: "届いた受領確認".to_owned(),
        english: "Acknowledgements received".to_owned(),
        columns: vec![
            column("引渡し", "hand-over", false),
            column("受領", "taken", true),
            column("受領されず", "not taken", true),
            column("申請者へ通知", "applicants told", true),
        ],
        rows: noted.iter().map(cells).collect(),
    }
}

/// Counts how often each text comes, in the order of the texts.
fn counted(
    title: (&str, &str),
    column: (&str, &str),
    texts: impl Iterator<Item = String>,
) -> Figures {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    texts.for_each(|text| *counts.entry(text).or_default() += 1);
    Figures {
        japanese: title.0.to_owned(),
        english: title.1.to_owned(),
        columns: vec![
            (column.0.to_owned(), column.1.to_owned(), false),
            ("件数".to_owned(), "count".to_owned(), true),
        ],
        rows: counts.into_iter().map(|(text, count)| vec![text, count.to_string()]).collect(),
    }
}

fn by_procedure(rows: &[Row]) -> Figures {
    crossed(("手続ごとの行き先", "By procedure"), ("手続", "procedure"), rows, |row| {
        row.procedure.clone()
    })
}

fn by_municipality(rows: &[Row]) -> Figures {
    crossed(
        ("市区町村ごとの行き先", "By municipality"),
        ("市区町村", "municipality"),
        rows,
        |row| row.municipality.clone().unwrap_or_default(),
    )
}

/// Counts the ends of each group.
fn crossed(
    title: (&str, &str),
    column: (&str, &str),
    rows: &[Row],
    group: impl Fn(&Row) -> String,
) -> Figures {
    let mut counts: BTreeMap<String, [u64; End::ALL.len()]> = BTreeMap::new();
    for row in rows {
        let at = End::ALL.iter().position(|end| *end == row.end).expect("every end is listed");
        counts.entry(group(row)).or_default()[at] += 1;
    }
    let mut columns = vec![
        (column.0.to_owned(), column.1.to_owned(), false),
        ("受付".to_owned(), "received".to_owned(), true),
    ];
    let ends = End::ALL.iter();
    columns.extend(ends.map(|end| (end.japanese().to_owned(), end.english().to_owned(), true)));
    let cells = |(name, counts): (String, [u64; End::ALL.len()])| {
        let name = if name.is_empty() { "—".to_owned() } else { name };
        let mut cells = vec![name, counts.iter().sum::<u64>().to_string()];
        cells.extend(counts.iter().map(u64::to_string));
        cells
    };
    Figures {
        japanese: title.0.to_owned(),
        english: title.1.to_owned(),
        columns,
        rows: counts.into_iter().map(cells).collect(),
    }
}
