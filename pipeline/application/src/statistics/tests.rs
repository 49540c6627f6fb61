//! Counts that add up, in any order, and those that do not.

use super::*;
use crate::procedure::Severity;

fn finding(code: &'static str, severity: Severity) -> Finding {
    let text = String::new();
    Finding {
        code: code.into(),
        field: text.clone(),
        severity,
        japanese: text.clone(),
        english: text,
    }
}

fn counted(order: impl Iterator<Item = u32>) -> Statistics {
    let findings =
        [finding("missing", Severity::Incomplete), finding("unknown-field", Severity::Advice)];
    let mut statistics = Statistics::default();
    for i in order {
        statistics.add(&Item {
            municipality: JisCode::new(13_101 + i % 3).filter(|_| i % 7 != 0),
            procedure: (i % 5 != 0).then_some("move-out"),
            day: Date::new(2026, 11, 20 + (i % 2) as u8).expect("a day"),
            end: End::ALL[i as usize % 5],
            indication: ["TOTAL_PASSED", "TOTAL_FAILED", "INDETERMINATE", ""][i as usize % 4],
            findings: &findings[..i as usize % 3],
        });
    }
    statistics
}

#[test]
fn the_sum_of_all_rows_is_the_items_in_any_order_and_any_chunks() {
    let forward = counted(0..100);
    let mut chunks = counted((50..100).rev());
    chunks.merge(counted((0..50).rev()));
    assert_eq!(forward, chunks);
    let table = forward.close(100).expect("it adds up");
    let total = table.total();
    assert_eq!((total.received, total.paper, total.passed, total.incomplete), (100, 20, 25, 66));
    assert_eq!(total.findings.get("unknown-field"), Some(&33));
    assert!(table.rows().next().is_some_and(|(municipality, ..)| municipality.is_empty()));
    let csv = String::from_utf8(table.to_csv()).expect("UTF-8");
    assert!(csv.lines().last().is_some_and(|l| l.starts_with("\"合計\",\"\",\"\",\"100\",\"20\"")));
    assert_eq!(csv.lines().count(), table.rows().count() + 2);
    let json: serde_json::Value = serde_json::from_slice(&table.to_json()).expect("JSON");
    let sum: u64 =
        json.as_array().expect("a list").iter().filter_map(|r| r["received"].as_u64()).sum();
    assert_eq!(sum, 100);
    let findings = String::from_utf8(table.findings_to_csv()).expect("UTF-8");
    assert!(findings.contains("\"missing\""));
}

#[test]
fn a_sum_that_is_not_the_items_is_an_error() {
    let statistics = counted(0..10);
    assert_eq!(statistics.clone().close(11), Err(Unbalanced { received: 11, ended: 10 }));
    let mut broken = statistics;
    broken.rows.values_mut().next().expect("a row").held += 1;
    assert!(broken.close(10).is_err());
}
