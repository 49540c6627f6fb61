//! How long an application takes: read, checked, assigned, converted, read back.
//!
//! `cargo run --release -p application --example application_speed -- 200000`; on a machine that is
//! shared, only the user seconds of `time` count.

#![allow(clippy::print_stdout, reason = "an example speaks to its caller")]

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use application::completeness::check_placed;
use application::form::{read_json, FORM_LIMITS};
use application::municipality::assign_placed;
use application::{Attachment, Filing, Form, JisCode, Municipality, Places, Procedure, Procedures};
use letter::{Date, Moment, PostalCode};

const RULES: [&str; 3] = [
    include_str!("../../../config/procedures/child-allowance.toml"),
    include_str!("../../../config/procedures/move-out.toml"),
    include_str!("../../../config/procedures/nursery.toml"),
];
const MUNICIPALITY: &str = include_str!("../../../config/municipality.toml");
const FORMS: [(&str, &str, &[&str]); 3] = [
    (
        "child-allowance",
        include_str!("../golden/child-allowance.form.json"),
        &["account", "custody"],
    ),
    ("move-out", include_str!("../golden/move-out.form.json"), &["identity"]),
    ("nursery", include_str!("../golden/nursery.form.json"), &["employment"]),
];

/// Without a dictionary: the forms name their municipality.
struct NoPlaces;

impl Places for NoPlaces {
    fn find(&self, _: Option<PostalCode>, _: &str) -> Option<u32> {
        None
    }

    fn is_registered(&self, _: JisCode) -> bool {
        true
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let count: usize = std::env::args().nth(1).map_or(Ok(100_000), |n| n.parse())?;
    let rules: Result<Vec<Procedure>, _> =
        RULES.iter().map(|text| Procedure::parse(text)).collect();
    let procedures = Procedures::new(rules?)?;
    let yokohama = Municipality::parse(MUNICIPALITY, &procedures)?;
    let day = Date::new(2026, 11, 21).ok_or("a day")?;
    for (code, text, attached) in FORMS {
        let procedure = procedures.get(code).ok_or("a procedure")?;
        let format = yokohama.format_on(code, day);
        let attachment = |name: &&str| Attachment {
            member: format!("A-1/{name}.pdf"),
            title: String::new(),
            bytes: b"%PDF-1.7",
        };
        let attachments: Vec<Attachment<'_>> = attached.iter().map(attachment).collect();
        let mut seconds = [0.0; 4];
        let (mut out, mut findings) = (Vec::with_capacity(64 << 20), 0);
        for _ in 0..count {
            let start = Instant::now();
            let form: Form = read_json(black_box(text.as_bytes()), &FORM_LIMITS)
                .map_err(|e| e.rule.english())?;
            let read = Instant::now();
            let placed = procedure.place(&form);
            findings += check_placed(procedure, &placed, &attachments, day).len();
            let checked = Instant::now();
            black_box(assign_placed(procedure, &placed, &NoPlaces));
            let assigned = Instant::now();
            let filing = Filing {
                procedure,
                placed: &placed,
                receipt: "A-0000001",
                received_at: Moment(1_795_000_000),
                municipality: yokohama.code,
                verdict: "TOTAL_PASSED",
                night: day,
            };
            let before = out.len();
            format.convert(&filing, &mut out).map_err(|u| format!("{u:?}"))?;
            let end = Instant::now();
            if before > 60 << 20 {
                out.clear();
            }
            for (sum, (from, to)) in seconds.iter_mut().zip([
                (start, read),
                (read, checked),
                (checked, assigned),
                (assigned, end),
            ]) {
                *sum += (to - from).as_secs_f64();
            }
        }
        let micros = seconds.map(|sum| sum / count as f64 * 1e6);
        let [read, checked, assigned, converted] = micros;
        let all = checked + assigned + converted;
        println!(
            "{code:16} {:5} read {read:5.2} µs, check {checked:5.2}, assign {assigned:5.2}, \
             convert {converted:5.2}; without reading {all:5.2} µs, {:9.0} a second; findings {}",
            format.kind().name(),
            1e6 / all,
            findings / count,
        );
    }
    Ok(())
}
