//! A store follows its log from wherever it was, and damage never stops a run.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::durable::AppendLog;

/// A view that holds each record of a log under itself, and how often it came.
fn follow(store: &Store, log: &Path) -> (View, AppendLog, u64) {
    let view = store.view("registry").expect("a tree");
    let mut applied = 0;
    let opened = view.follow::<StoreError>(log, |batch, record| {
        applied += 1;
        batch.put([b"r", record].concat(), record);
        Ok(())
    });
    (view, opened.expect("followed"), applied)
}

fn records(view: &View) -> Vec<Vec<u8>> {
    view.scan(b"r").map(|pair| pair.expect("sound").1.to_vec()).collect()
}

fn paths(folder: &tempfile::TempDir) -> (PathBuf, PathBuf) {
    (folder.path().join("state/index"), folder.path().join("state/registry.log"))
}

#[test]
fn a_view_reads_on_where_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let (index, log_path) = paths(&folder);
    let (store, opening) = Store::open(&index).expect("opened");
    assert_eq!(opening, Opening::New);
    let (_, mut log, _) = follow(&store, &log_path);
    for record in [b"a", b"b"] {
        log.append(record).expect("appended");
    }
    log.sync().expect("synced");
    drop(log);
    let (view, mut log, applied) = follow(&store, &log_path);
    assert_eq!((applied, records(&view).len(), view.position().expect("sound")), (2, 2, 2));
    log.append(b"c").expect("appended");
    drop((log, view, store));
    let (store, opening) = Store::open(&index).expect("opened");
    assert_eq!(opening, Opening::Sound);
    let (view, _, applied) = follow(&store, &log_path);
    assert_eq!((applied, records(&view)), (1, vec![b"a".to_vec(), b"b".to_vec(), b"c".to_vec()]));
}

#[test]
fn a_view_that_is_ahead_of_its_log_starts_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let (index, log_path) = paths(&folder);
    let (store, _) = Store::open(&index).expect("opened");
    let (_, mut log, _) = follow(&store, &log_path);
    for record in [b"a", b"b"] {
        log.append(record).expect("appended");
    }
    drop(log);
    drop(follow(&store, &log_path));
    fs::remove_file(&log_path).expect("removed");
    let mut log = AppendLog::open(&log_path, |_| Ok(())).expect("a new log");
    log.append(b"z").expect("appended");
    drop(log);
    let (view, ..) = follow(&store, &log_path);
    assert_eq!(records(&view), [b"z"]);
}

#[test]
fn a_block_that_changed_or_moved_is_damage() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, _) = Store::open(&paths(&folder).0).expect("opened");
    let view = store.view("registry").expect("a tree");
    let mut batch = view.batch();
    batch.put(b"ra".to_vec(), b"value");
    batch.write(1).expect("written");
    let sealed = view.tree.get(b"#").expect("read").expect("there");
    view.tree.insert(b"#rb", sealed.clone()).expect("written");
    assert!(matches!(view.get(b"rb"), Err(StoreError::Damaged { tree: "registry" })));
    assert_eq!(view.get(b"ra").expect("sound").as_deref(), Some(b"value".as_slice()));
    for at in 0..sealed.len() {
        let mut changed = sealed.to_vec();
        changed[at] ^= 1;
        view.tree.insert(b"#", changed).expect("written");
        assert!(view.get(b"ra").is_err(), "changed at {at}");
        assert!(view.scan(b"").any(|pair| pair.is_err()), "changed at {at}");
    }
    view.tree.insert(b"#", b"").expect("written");
    assert!(view.get(b"ra").is_err());
}

#[test]
fn a_view_is_an_ordered_map_however_it_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, _) = Store::open(&paths(&folder).0).expect("opened");
    let view = store.view("registry").expect("a tree");
    let mut expected = BTreeMap::new();
    let mut number = 1u32;
    for round in 1..=40 {
        let mut batch = view.batch();
        for _ in 0..200 {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let key =
                format!("{}{}", ["a", "b", "ba"][number as usize % 3], number >> 20).into_bytes();
            if number & 0x400 == 0 {
                let value = vec![round; (number >> 8) as usize % 90];
                batch.put(key.clone(), &value);
                expected.insert(key, value);
            } else {
                batch.remove(key.clone());
                expected.remove(&key);
            }
        }
        batch.write(round.into()).expect("written");
    }
    assert!(view.tree.len() > 20, "the entries fill many blocks");
    for prefix in ["", "a", "b", "ba", "ba3", "c"] {
        let found: Vec<_> = view.scan(prefix.as_bytes()).map(|pair| pair.expect("sound")).collect();
        let of_prefix =
            expected.clone().into_iter().filter(|(k, _)| k.starts_with(prefix.as_bytes()));
        assert_eq!(found, of_prefix.collect::<Vec<_>>(), "{prefix}");
    }
    for (key, value) in &expected {
        assert_eq!(view.get(key).expect("sound").as_ref(), Some(value));
    }
    let asked: Vec<Vec<u8>> =
        expected.keys().flat_map(|k| [k.clone(), [k, &b"0"[..]].concat()]).collect();
    for asked in [&asked[..], &[], &[b"".to_vec(), b"a".to_vec(), b"zz".to_vec(), b"zz".to_vec()]] {
        let found = view.get_sorted(asked.iter().map(Vec::as_slice)).expect("sound");
        let alone: Vec<_> = asked.iter().map(|key| expected.get(key).cloned()).collect();
        assert_eq!(found, alone);
    }
    let mut batch = view.batch();
    expected.into_keys().for_each(|key| batch.remove(key));
    batch.write(41).expect("written");
    assert_eq!((view.scan(b"").count(), view.tree.len()), (0, 1), "the position is left");
}

#[test]
fn a_batch_reads_its_own_changes() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, _) = Store::open(&paths(&folder).0).expect("opened");
    let view = store.view("registry").expect("a tree");
    let mut batch = view.batch();
    batch.put(b"ra".to_vec(), b"1");
    assert_eq!(batch.get(b"ra").expect("sound").as_deref(), Some(b"1".as_slice()));
    assert_eq!(view.get(b"ra").expect("sound"), None);
    batch.write(1).expect("written");
    batch.remove(b"ra".to_vec());
    assert_eq!(batch.get(b"ra").expect("sound"), None);
    assert_eq!(view.get(b"ra").expect("sound").as_deref(), Some(b"1".as_slice()));
}

#[test]
fn a_second_process_is_told_and_harms_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (index, _) = paths(&folder);
    let (store, _) = Store::open(&index).expect("opened");
    assert!(matches!(Store::open(&index), Err(StoreError::InUse { .. })));
    drop(store);
    assert_eq!(Store::open(&index).expect("opened").1, Opening::Sound);
}

#[test]
fn a_store_damaged_anywhere_opens_and_follows_its_log_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let (index, log_path) = paths(&folder);
    let (store, _) = Store::open(&index).expect("opened");
    let (_, mut log, _) = follow(&store, &log_path);
    for number in 0..2_000u32 {
        log.append(&number.to_be_bytes()).expect("appended");
    }
    drop(log);
    drop(follow(&store, &log_path));
    drop(store);
    let sound: Vec<_> = files(&index);
    assert!(!sound.is_empty());
    let mut moved = 0;
    for (path, bytes) in &sound {
        for damage in [cut(bytes, 0), cut(bytes, 2), cut(bytes, 3), noise(bytes)] {
            for (path, bytes) in &sound {
                fs::write(path, bytes).expect("written");
            }
            fs::write(path, damage).expect("written");
            let (store, opening) = Store::open(&index).expect("opened");
            moved += u32::from(matches!(opening, Opening::Rebuilt { .. }));
            let view = follow_or_rebuild(store, &index, &log_path);
            assert_eq!(records(&view).len(), 2_000, "{} {opening:?}", path.display());
            drop(view);
            fs::remove_dir_all(&index).expect("removed");
            for (path, _) in &sound {
                fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            }
        }
    }
    assert!(moved > 0, "no damage was seen at open");
}

/// What [`Memory`](crate::Memory) does: a view that cannot be read is made again.
fn follow_or_rebuild(store: Store, index: &Path, log_path: &Path) -> View {
    let view = store.view("registry").expect("a tree");
    let apply = |batch: &mut Batch<'_>, record: &[u8]| {
        batch.put([b"r", record].concat(), record);
        Ok(())
    };
    let followed = view.follow::<StoreError>(log_path, apply);
    let sound = followed.is_ok() && view.scan(b"r").all(|pair| pair.is_ok());
    if sound {
        return view;
    }
    drop((followed, view, store));
    let (store, _) = Store::rebuild(index).expect("opened");
    follow(&store, log_path).0
}

fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            files.push((path.clone(), fs::read(&path).expect("a file")));
        }
    }
    files.sort();
    files
}

/// Keeps `thirds` thirds less one byte of a file.
fn cut(bytes: &[u8], thirds: usize) -> Vec<u8> {
    bytes[..(bytes.len() * thirds / 3).saturating_sub(1)].to_vec()
}

fn noise(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for at in (7..bytes.len()).step_by(97) {
        bytes[at] ^= 0x55;
    }
    bytes
}
