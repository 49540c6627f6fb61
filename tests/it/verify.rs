//! `lettershop verify` as scripts see it, with OpenSSL as judge.

mod authority;
mod chain;
mod cms;
mod evidence;
mod xml;

use std::path::Path;

use serde_json::Value;

use crate::shop::{lettershop, Answer, Call};

/// The receipt time of every signature here.
pub const AT: &str = "2026-11-22T02:00:00+09:00";

/// Returns the call of `verify` under a profile.
pub fn verify(kind: &str, trust: &Path, crl: &Path, profile: &str, at: &str) -> Call {
    let call = lettershop().args(["verify", kind, "--profile", profile, "--at", at, "--json"]);
    call.arg("--trust").arg(trust).arg("--crl").arg(crl)
}

/// Returns `TOTAL_FAILED/REVOKED` of an answer whose exit code says the same.
pub fn words_of(answer: &Answer) -> String {
    let verdict: Value = answer.json();
    let indication = verdict["indication"].as_str().expect("an indication");
    let code = match indication {
        "TOTAL_PASSED" => 0,
        "TOTAL_FAILED" => 1,
        "INDETERMINATE" => 2,
        other => panic!("{other}: {answer}"),
    };
    assert_eq!(answer.code(), code, "{answer}");
    match verdict["sub_indication"].as_str() {
        None => indication.to_owned(),
        Some(sub) => format!("{indication}/{sub}"),
    }
}

#[test]
fn arguments_that_cannot_be_used_exit_with_3() {
    lettershop().args(["verify"]).must_exit_with(3);
    lettershop().args(["verify", "cms"]).must_exit_with(3);
    lettershop().args(["verify", "cms", "/no/such/file", "--trust", "."]).must_exit_with(3);
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    lettershop().args(["verify", "cms", manifest, "--trust", "/no/such"]).must_exit_with(3);
    let profile = ["--trust", ".", "--profile", "driving-licence"];
    lettershop().args(["verify", "cms", manifest]).args(profile).must_exit_with(3);
    let at = ["--trust", ".", "--at", "yesterday"];
    lettershop().args(["verify", "cms", manifest]).args(at).must_exit_with(3);
    lettershop().args(["verify", "evidence", "/no/such/pack"]).must_exit_with(3);
}
