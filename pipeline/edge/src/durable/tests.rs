//! What is left of files that were cut, damaged or written twice.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::{
    flush, publish, publish_bytes, publish_folder, AppendLog, LogError, Records, SYNCED_SINGLY_MAX,
};

/// Opens a log and returns it with its records as text.
fn open(path: &Path) -> Result<(AppendLog, Vec<String>), LogError> {
    let mut records = Vec::new();
    let log = AppendLog::open(path, |record| {
        records.push(String::from_utf8_lossy(record).into_owned());
        Ok(())
    })?;
    Ok((log, records))
}

/// Writes a log of five records, synced after each; returns its bytes and where records end.
fn five(path: &Path) -> (Vec<u8>, Vec<usize>) {
    let (mut log, _) = open(path).expect("a new log");
    let mut ends = vec![fs::metadata(path).expect("a file").len() as usize];
    for record in RECORDS {
        log.append(record.as_bytes()).expect("appended");
        log.sync().expect("synced");
        ends.push(fs::metadata(path).expect("a file").len() as usize);
    }
    (fs::read(path).expect("a file"), ends)
}

const RECORDS: [&str; 5] = ["one", "", "three", "四", "five"];

#[test]
fn a_log_cut_at_any_byte_keeps_its_whole_records_and_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("made/with/it/log");
    let (bytes, ends) = five(&path);
    for cut in ends[0]..=bytes.len() {
        fs::write(&path, &bytes[..cut]).expect("written");
        let whole = ends.iter().filter(|end| **end <= cut).count() - 1;
        let (mut log, records) = open(&path).expect("a torn tail is no damage");
        assert_eq!(records, RECORDS[..whole], "cut at {cut}");
        assert_eq!(log.records(), whole as u64);
        log.append(b"after").expect("appended");
        log.sync().expect("synced");
        drop(log);
        let (_, records) = open(&path).expect("sound");
        assert_eq!(records.last().map(String::as_str), Some("after"), "cut at {cut}");
        assert_eq!(records.len(), whole + 1);
    }
}

#[test]
fn a_changed_byte_below_a_record_that_knows_it_durable_is_damage() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("log");
    let (mut bytes, ends) = five(&path);
    for at in 0..bytes.len() {
        bytes[at] ^= 0x10;
        fs::write(&path, &bytes).expect("written");
        match open(&path) {
            Err(LogError::NotALog { .. }) => assert!(at < ends[0]),
            Err(LogError::Damaged { offset, .. }) => {
                let begin = ends.iter().rev().find(|end| **end <= at).expect("in a record");
                assert_eq!(offset, *begin as u64, "changed at {at}");
            }
            // The last record looks like a torn one: no later record knows that it was durable.
            Ok((_, records)) => {
                assert_eq!(
                    (at >= ends[4], records.as_slice()),
                    (true, &RECORDS.map(String::from)[..4])
                );
            }
            Err(error) => panic!("changed at {at}: {error}"),
        }
        bytes[at] ^= 0x10;
    }
}

#[test]
fn records_that_were_never_synced_may_be_lost_in_any_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("log");
    let (mut log, _) = open(&path).expect("a new log");
    log.append(b"durable").expect("appended");
    log.sync().expect("synced");
    log.append(b"first page lost").expect("appended");
    log.append(b"second page written").expect("appended");
    drop(log);
    let mut bytes = fs::read(&path).expect("a file");
    let lost = bytes.windows(5).position(|w| w == b"first").expect("there");
    bytes[lost] = 0;
    fs::write(&path, bytes).expect("written");
    assert_eq!(open(&path).expect("a torn tail").1, ["durable"]);
}

#[test]
fn a_second_run_cannot_append_but_may_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("log");
    let (mut log, _) = open(&path).expect("a new log");
    log.append(b"one").expect("appended");
    log.sync().expect("synced");
    assert!(matches!(open(&path), Err(LogError::InUse { .. })));
    let mut record = Vec::new();
    let mut records = Records::open(&path).expect("readable");
    assert!(records.next_into(&mut record).expect("readable"));
    assert_eq!(record, b"one");
    assert!(!records.next_into(&mut record).expect("readable"));
    drop(log);
    assert!(open(&path).is_ok());
}

#[test]
fn a_file_that_is_no_log_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("log");
    for bytes in ["", "LSLOG", "a letter to somebody"] {
        fs::write(&path, bytes).expect("written");
        assert!(matches!(open(&path), Err(LogError::NotALog { .. })), "{bytes:?}");
        assert_eq!(fs::read_to_string(&path).expect("a file"), bytes);
    }
}

#[test]
fn a_record_beyond_the_limit_is_refused_and_the_log_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut log, _) = open(&folder.path().join("log")).expect("a new log");
    let long = vec![0; AppendLog::RECORD_LEN_MAX + 1];
    assert!(matches!(log.append(&long), Err(LogError::TooLong { .. })));
    assert!(log.append(b"one").is_ok());
}

#[test]
fn a_publication_that_fails_leaves_the_old_file_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("deep").join("er").join("receipt.txt");
    publish_bytes(&path, b"old").expect("published");
    let failed = publish(&path, |file| {
        file.write_all(b"ne")?;
        Err(io::Error::other("the content could not be made"))
    });
    assert!(failed.is_err());
    assert_eq!(fs::read(&path).expect("a file"), b"old");
    let names = fs::read_dir(path.parent().expect("a folder")).expect("a folder").count();
    assert_eq!(names, 1);
}

#[test]
fn what_a_cut_publication_left_is_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.pdf");
    fs::write(folder.path().join(".a.pdf.new"), b"half of a longer one").expect("written");
    publish_bytes(&path, b"whole").expect("published");
    assert_eq!(fs::read(&path).expect("a file"), b"whole");
    assert!(!folder.path().join(".a.pdf.new").exists());
}

#[test]
fn a_folder_of_few_files_or_very_many_takes_the_place_of_the_old_one_whole() {
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("night");
    for files in [1, 3, SYNCED_SINGLY_MAX + 50] {
        publish_folder(&path, |folder| {
            fs::create_dir(folder.join("town"))?;
            (0..files).try_for_each(|file| {
                fs::write(folder.join("town").join(file.to_string()), format!("form {file}"))
            })
        })
        .expect("published");
        assert_eq!(fs::read_dir(path.join("town")).expect("a folder").count(), files);
        let last = fs::read(path.join("town").join((files - 1).to_string())).expect("a file");
        assert_eq!(last, format!("form {}", files - 1).into_bytes());
        assert_eq!(fs::read_dir(home.path()).expect("a folder").count(), 1, "nothing beside it");
    }
    let failed = publish_folder(&path, |folder| {
        fs::write(folder.join("half"), b"ha")?;
        Err(io::Error::other("the content could not be made"))
    });
    assert!(failed.is_err());
    assert!(path.join("town").join("0").exists() && !path.join("half").exists());
    publish_folder(&path, |folder| fs::write(folder.join("whole"), b"")).expect("published");
    assert_eq!(fs::read_dir(home.path()).expect("a folder").count(), 1, "the cut one is gone");
}

#[test]
fn what_is_no_file_system_of_a_disk_is_flushed_or_left_to_single_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let opened = fs::File::open(folder.path()).expect("a folder");
    flush::file_system(&opened).expect("no trouble with the disk");
}
