//! Floors only point down, rooms of one floor never meet.

use std::collections::BTreeMap;

use super::{report, root, sources};

/// The nouns, and the vectors that know none.
const GROUND: [&str; 2] = ["letter", "lanes"];
/// The only room with unsafe code: vector instructions behind one safe function.
const VECTORS: &str = "lanes";
/// The rooms that know an outside world: disk, columnar files, the sample shop.
const SECOND_FLOOR: [&str; 4] = ["edge", "columnar", "sample", "gate"];
/// The doors, which stand on the second floor.
const DOORS: [&str; 2] = ["web", "desk"];

fn floor(room: &str) -> u8 {
    match room {
        _ if GROUND.contains(&room) => 0,
        _ if SECOND_FLOOR.contains(&room) => 2,
        _ if DOORS.contains(&room) => 3,
        _ => 1,
    }
}

/// Returns every room's manifest.
fn manifests() -> BTreeMap<String, toml::Table> {
    let rooms = std::fs::read_dir(root().join("pipeline")).expect("the rooms can be listed");
    let mut manifests = BTreeMap::new();
    for room in rooms {
        let path = room.expect("the rooms can be listed").path();
        let Ok(manifest) = std::fs::read_to_string(path.join("Cargo.toml")) else { continue };
        let name = path.file_name().expect("a room has a name").to_string_lossy().into_owned();
        manifests.insert(name, manifest.parse().expect("a manifest is TOML"));
    }
    assert!(manifests.len() > 10, "only {} rooms", manifests.len());
    manifests
}

fn dependencies<'a>(manifest: &'a toml::Table, section: &str) -> Vec<&'a str> {
    let table = manifest.get(section).and_then(toml::Value::as_table);
    table.map(|table| table.keys().map(String::as_str).collect()).unwrap_or_default()
}

#[test]
fn floors_only_point_down_and_crafts_never_meet() {
    let manifests = manifests();
    let mut faults = Vec::new();
    for (room, manifest) in &manifests {
        for dependency in dependencies(manifest, "dependencies") {
            if manifests.contains_key(dependency) && floor(dependency) >= floor(room) {
                faults.push(format!("{room} (floor {}) uses {dependency}", floor(room)));
            }
        }
        for dependency in dependencies(manifest, "dev-dependencies") {
            if manifests.contains_key(dependency) && floor(dependency) > floor(room) {
                faults.push(format!("tests of {room} use {dependency}, a floor above"));
            }
        }
    }
    report("a room uses only rooms of lower floors", faults);
}

/// Libraries that have one place, and their place.
const ONE_PLACE: [(&str, &[&str]); 25] = [
    ("aws-lc-rs", &["lanes"]),
    ("x509-parser", &["signature"]),
    ("roxmltree", &["signature", "application"]),
    ("rsa", &["sample", "edge"]),
    ("rayon", &["runner"]),
    ("crossbeam", &["runner"]),
    ("csv", &["intake", "address", "registry"]),
    ("encoding_rs", &["intake", "address", "ledger", "sample", "application"]),
    ("zip", &["intake", "sample"]),
    ("polars-core", &["columnar"]),
    ("polars-io", &["columnar"]),
    ("polars-ops", &["columnar"]),
    ("printpdf", &["paperwork"]),
    ("lopdf", &["readback", "press", "preflight"]),
    ("pdf-writer", &["press"]),
    ("sled", &["edge"]),
    ("icu_segmenter", &["render"]),
    ("axum", &["gate", "web", "desk"]),
    ("askama", &["gate", "web", "desk"]),
    ("tokio", &["gate", "web", "desk"]),
    ("argon2", &["gate"]),
    ("ureq", &["edge"]),
    ("mail-builder", &[]),
    ("anyhow", &[]),
    ("clap", &[]),
];

#[test]
fn every_library_stays_in_its_place() {
    let mut faults = Vec::new();
    for (room, manifest) in manifests() {
        for dependency in dependencies(&manifest, "dependencies") {
            let place = ONE_PLACE.iter().find(|(library, _)| *library == dependency);
            if place.is_some_and(|(_, rooms)| !rooms.contains(&room.as_str())) {
                faults.push(format!("{room} uses {dependency}"));
            }
        }
    }
    report("a library is used in its one place", faults);
}

#[test]
fn every_room_forbids_unsafe_code_by_the_lints_of_the_house() {
    let mut faults = Vec::new();
    let house = std::fs::read_to_string(root().join("Cargo.toml")).expect("the root manifest");
    let house: toml::Table = house.parse().expect("the root manifest is TOML");
    let of_the_house = &house["workspace"]["lints"];
    assert_eq!(of_the_house["rust"]["unsafe_code"].as_str(), Some("forbid"));
    for (room, manifest) in manifests() {
        if room == VECTORS {
            // The same lints, but for the one thing that this room is there for.
            let mut lints = manifest["lints"].clone();
            let unsafe_code = lints["rust"].as_table_mut().expect("a table").remove("unsafe_code");
            assert_eq!(
                unsafe_code.and_then(|level| level.as_str().map(str::to_owned)).as_deref(),
                Some("deny")
            );
            let mut expected = of_the_house.clone();
            expected["rust"].as_table_mut().expect("a table").remove("unsafe_code");
            assert_eq!(lints, expected, "the vector crate keeps every other lint of the house");
            continue;
        }
        let lints = manifest.get("lints").and_then(toml::Value::as_table);
        let inherited = lints.and_then(|lints| lints.get("workspace"));
        if inherited.and_then(toml::Value::as_bool) != Some(true) {
            faults.push(format!("{room} has lints of its own"));
        }
    }
    report("lints come from the workspace", faults);
}

/// What only some rooms may name: threads, the disk, the network, the clock, the environment.
/// `lettershop` is the root package.
const POWERS: [(&str, &[&str]); 10] = [
    ("thread::Builder", &["runner"]),
    ("thread::spawn", &["runner"]),
    ("thread::scope", &["runner"]),
    ("rayon::", &["runner"]),
    ("std::fs", &["edge", "lettershop"]),
    ("std::net", &["edge", "gate", "web", "desk"]),
    ("std::process", &["edge", "lettershop"]),
    ("std::env", &["lettershop"]),
    ("SystemTime", &["lettershop"]),
    ("Instant::now", &["lettershop"]),
];

#[test]
fn only_the_runner_starts_threads_and_only_the_edge_touches_the_world() {
    let mut faults = Vec::new();
    for file in sources() {
        let Some(room) = file.room() else { continue };
        for (number, line) in file.product_lines() {
            for (power, rooms) in POWERS {
                if line.contains(power) && !rooms.contains(&room) {
                    faults.push(format!("{}:{number}: {power}", file.path));
                }
            }
        }
    }
    report("threads, disk, clock and environment stay in their rooms", faults);
}
