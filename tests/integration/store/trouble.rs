//! What is left after a failed write, a damaged log and a damaged database.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use offprint::model::plan::Sequence;
use offprint::store;
use offprint::store::Error;
use offprint::wal::Log;
use offprint::wal::replay::Found;
use offprint::wal::storage::Disk;
use offprint::wal::storage::Storage;

use super::all_papers;
use super::filled;
use crate::support::failing::Failing;
use crate::support::failing::Failure;
use crate::support::stored::papers;
use crate::support::stored::settings;

const FAILURES: [Failure; 3] = [Failure::Device, Failure::Full, Failure::Short];

/// Runs something with a file system that fails at operation 1, then 2, and so on until it does not fail any more.
fn fail_at_each(mut run: impl FnMut(&Failing, u64)) {
    for failure in FAILURES {
        for stays_broken in [false, true] {
            let mut at = 1;
            loop {
                let failing = Failing::at(at, failure, stays_broken);
                run(&failing, at);
                if !failing.has_failed() {
                    break;
                }
                at += 1;
            }
            assert!(at > 5, "the operations were not reached");
        }
    }
}

#[test]
fn every_acknowledged_plan_survives_a_failure_at_any_operation() {
    fail_at_each(|failing, at| {
        let folder = tempfile::tempdir().unwrap();
        let mut acknowledged = 0;
        if let Ok(mut opened) = store::open_with(&settings(folder.path()), Arc::new(failing.clone())) {
            for round in 0..3 {
                match opened.writer.commit(&[papers(round * 3..round * 3 + 3)]) {
                    Ok(_sequence) => acknowledged += 1,
                    Err(error) => assert!(matches!(error, Error::Log(_)), "{error}"),
                }
            }
            failing.mend();
            // A failure is not for ever: once the disk works again, so does the store.
            opened.writer.commit(&[papers(20..23)]).unwrap();
            acknowledged += 1;
            assert_eq!(opened.reader.paper_count(), acknowledged * 3, "operation {at}");
            assert_eq!(opened.reader.revision(), Sequence(acknowledged));
        }
        let opened = store::open(&settings(folder.path())).unwrap();
        assert_eq!(opened.report.damage, [], "operation {at}");
        assert_eq!(opened.report.sequence, Sequence(acknowledged), "operation {at}");
        assert_eq!(opened.reader.paper_count(), acknowledged * 3, "operation {at}");
        drop(opened);
        assert!(store::verify(&settings(folder.path())).unwrap().is_sound());
    });
}

#[test]
fn every_acknowledged_plan_survives_a_stop_right_after_a_failure() {
    fail_at_each(|failing, at| {
        let folder = tempfile::tempdir().unwrap();
        let mut acknowledged = 0;
        if let Ok(mut opened) = store::open_with(&settings(folder.path()), Arc::new(failing.clone())) {
            while acknowledged < 3 {
                match opened.writer.commit(&[papers(acknowledged * 3..acknowledged * 3 + 3)]) {
                    Ok(_sequence) => acknowledged += 1,
                    Err(_) => break,
                }
            }
        }
        let opened = store::open(&settings(folder.path())).unwrap();
        let found = opened.reader.paper_count();
        assert_eq!(found % 3, 0, "operation {at}: a plan is there whole or not at all");
        // What failed may have reached the disk before it failed; what succeeded must have.
        assert!((acknowledged * 3..=acknowledged * 3 + 3).contains(&found), "operation {at}: {found}");
        assert_eq!(opened.report.damage, []);
        drop(opened);
        assert!(store::verify(&settings(folder.path())).unwrap().is_sound());
    });
}

#[test]
fn a_failed_compaction_leaves_the_old_log_or_the_new_one() {
    fail_at_each(|failing, at| {
        let folder = tempfile::tempdir().unwrap();
        drop(filled(folder.path()));
        if let Ok(mut opened) = store::open_with(&settings(folder.path()), Arc::new(failing.clone())) {
            let _either_way = opened.writer.compact_log();
            failing.mend();
            opened.writer.commit(&[papers(10..13)]).unwrap();
            drop(opened);
            fs::remove_file(folder.path().join("current")).unwrap();
            let opened = store::open(&settings(folder.path())).unwrap();
            assert_eq!(opened.report.damage, [], "operation {at}");
            assert_eq!(opened.reader.paper_count(), 13, "operation {at}");
            assert_eq!(opened.reader.revision(), Sequence(3), "operation {at}");
        }
        assert!(store::verify(&settings(folder.path())).unwrap().is_sound(), "operation {at}");
    });
}

#[test]
fn a_stop_in_the_middle_of_a_compaction_leaves_one_whole_log() {
    fail_at_each(|failing, at| {
        let folder = tempfile::tempdir().unwrap();
        drop(filled(folder.path()));
        if let Ok(mut opened) = store::open_with(&settings(folder.path()), Arc::new(failing.clone())) {
            let _stopped = opened.writer.compact_log();
        }
        fs::remove_file(folder.path().join("current")).unwrap();
        let opened = store::open(&settings(folder.path())).unwrap();
        assert_eq!(opened.report.damage, [], "operation {at}");
        assert_eq!(opened.reader.paper_count(), 10, "operation {at}");
        assert_eq!(opened.reader.revision(), Sequence(2), "operation {at}");
    });
}

#[test]
fn a_full_disk_is_called_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let failing = Failing::at(9, Failure::Full, true);
    let error = loop {
        let opened = store::open_with(&settings(folder.path()), Arc::new(failing.clone()));
        match opened.and_then(|mut opened| opened.writer.commit(&[papers(0..3)])) {
            Ok(_sequence) => {}
            Err(error) => break error,
        }
    };
    assert!(error.is_disk_full());
    assert!(error.to_string().contains("free some space"), "{error}");
}

/// Damages a store.
type Harm = fn(&Path);

fn database(folder: &Path) -> PathBuf {
    folder.join(fs::read_to_string(folder.join("current")).unwrap())
}

#[test]
fn a_database_that_is_missing_or_damaged_is_built_anew() {
    let harms: [(&str, Harm); 4] = [
        ("removed", |folder| fs::remove_dir_all(database(folder)).unwrap()),
        ("its file emptied", |folder| fs::write(database(folder).join("db"), b"").unwrap()),
        ("its file overwritten", |folder| {
            fs::write(database(folder).join("db"), vec![0xA5; 900_000]).unwrap();
        }),
        ("the pointer overwritten", |folder| fs::write(folder.join("current"), b"../..").unwrap()),
    ];
    for (harm, damage) in harms {
        let folder = tempfile::tempdir().unwrap();
        drop(filled(folder.path()));
        damage(folder.path());
        let opened = store::open(&settings(folder.path())).unwrap();
        assert!(opened.report.rebuilt.is_some(), "{harm}");
        assert_eq!(opened.report.replayed, 2, "{harm}");
        assert_eq!(all_papers(&opened.reader).len(), 10, "{harm}");
        drop(opened);
        assert!(store::verify(&settings(folder.path())).unwrap().is_sound(), "{harm}");
    }
}

#[test]
fn a_database_beyond_the_end_of_the_log_is_built_anew() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = filled(folder.path());
    let segment = folder.path().join("wal/wal-00000000000000000001.log");
    let length = fs::metadata(&segment).unwrap().len();
    opened.writer.commit(&[papers(10..13)]).unwrap();
    drop(opened);
    fs::OpenOptions::new().write(true).open(&segment).unwrap().set_len(length).unwrap();
    let opened = store::open(&settings(folder.path())).unwrap();
    assert!(opened.report.rebuilt.is_some_and(|why| why.contains("beyond the end")));
    assert_eq!(opened.reader.revision(), Sequence(2));
    assert_eq!(opened.reader.paper_count(), 10);
}

/// Flips one bit of a file.
fn flip(file: &Path, place: usize) {
    let mut bytes = fs::read(file).unwrap();
    bytes[place] ^= 0x10;
    fs::write(file, bytes).unwrap();
}

#[test]
fn what_a_damaged_log_lost_is_written_down_again_from_the_database() {
    let whole = tempfile::tempdir().unwrap();
    drop(filled(whole.path()));
    let length = fs::metadata(whole.path().join("wal/wal-00000000000000000001.log")).unwrap().len();
    for place in (24..usize::try_from(length).unwrap()).step_by(211) {
        let folder = tempfile::tempdir().unwrap();
        drop(filled(folder.path()));
        flip(&folder.path().join("wal/wal-00000000000000000001.log"), place);
        let opened = store::open(&settings(folder.path())).unwrap();
        let report = opened.report;
        assert!(report.is_healed && report.rebuilt.is_none(), "byte {place}: {report:?}");
        assert!(!report.damage.is_empty() || report.torn_bytes > 0, "byte {place} was not reported");
        assert_eq!(opened.reader.revision(), Sequence(2));
        drop((opened.writer, opened.reader));
        assert!(store::verify(&settings(folder.path())).unwrap().is_sound(), "byte {place}");
        fs::remove_file(folder.path().join("current")).unwrap();
        let opened = store::open(&settings(folder.path())).unwrap();
        assert_eq!(opened.reader.paper_count(), 10, "byte {place}");
    }
}

#[test]
fn a_failure_while_a_damaged_log_is_mended_loses_nothing() {
    fail_at_each(|failing, at| {
        let folder = tempfile::tempdir().unwrap();
        drop(filled(folder.path()));
        let segment = folder.path().join("wal/wal-00000000000000000001.log");
        // The end of the last frame: without the database this would be cut as an unfinished append.
        flip(&segment, usize::try_from(fs::metadata(&segment).unwrap().len()).unwrap() - 1);
        drop(store::open_with(&settings(folder.path()), Arc::new(failing.clone())));
        let opened = store::open(&settings(folder.path())).unwrap();
        assert_eq!(opened.report.rebuilt, None, "operation {at}");
        assert_eq!(opened.reader.revision(), Sequence(2), "operation {at}");
        assert_eq!(opened.report.sequence, Sequence(2), "operation {at}");
        assert!(opened.reader.installation().unwrap().is_some(), "operation {at}");
    });
}

#[test]
fn a_plan_that_makes_no_sense_is_reported_and_one_of_a_later_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path()));
    let (mut log, _report) = Log::open(Arc::new(Disk), &folder.path().join("wal")).unwrap();
    log.append(&[b"{\"v\":1}".to_vec()]).unwrap();
    let opened = store::open(&settings(folder.path())).unwrap();
    assert_eq!(opened.report.unreadable.len(), 1);
    assert_eq!(opened.report.unreadable[0].0, Sequence(3));
    assert_eq!(opened.reader.revision(), Sequence(3));
    drop(opened);
    log.append(&[b"{\"v\":2,\"at\":0,\"ops\":[]}".to_vec()]).unwrap();
    let error = store::open(&settings(folder.path())).unwrap_err();
    assert!(error.to_string().contains("format 2 is newer"), "{error}");
    assert!(database(folder.path()).join("db").exists());
}

#[test]
fn without_the_database_a_damaged_log_gives_the_rest_and_says_what_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path()));
    flip(&folder.path().join("wal/wal-00000000000000000001.log"), 200);
    fs::remove_dir_all(database(folder.path())).unwrap();
    let opened = store::open(&settings(folder.path())).unwrap();
    assert_eq!(opened.report.damage.len(), 1);
    assert_eq!(opened.report.damage[0].missing, Some((Sequence(1), Sequence(1))));
    assert_eq!(opened.reader.paper_count(), 0);
    assert_eq!(opened.reader.installation().unwrap(), Some(crate::support::stored::installation()));
    drop(opened);
    let mut opened = store::open(&settings(folder.path())).unwrap();
    assert_eq!(opened.report.damage.len(), 1, "it is said again until someone accepts the loss");
    assert!(!opened.report.is_healed, "what is lost is not in the database either");
    opened.writer.compact_log().unwrap();
    drop(opened);
    assert_eq!(store::open(&settings(folder.path())).unwrap().report.damage, []);
}

#[test]
fn a_log_damaged_while_it_is_open_loses_nothing_to_a_rebuild() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = filled(folder.path());
    flip(&folder.path().join("wal/wal-00000000000000000001.log"), 200);
    opened.writer.rebuild().unwrap();
    assert_eq!(opened.reader.paper_count(), 10);
    opened.writer.commit(&[papers(10..13)]).unwrap();
    drop(opened);
    assert!(store::verify(&settings(folder.path())).unwrap().is_sound());
    let opened = store::open(&settings(folder.path())).unwrap();
    assert_eq!((opened.report.damage.len(), opened.reader.paper_count()), (0, 13));
}

#[test]
fn an_unfinished_append_is_cut_and_reported() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path()));
    let segment = folder.path().join("wal/wal-00000000000000000001.log");
    let mut bytes = fs::read(&segment).unwrap();
    let length = bytes.len();
    bytes.extend_from_slice(&bytes.clone()[24..90]);
    fs::write(&segment, &bytes).unwrap();
    let mut opened = store::open(&settings(folder.path())).unwrap();
    assert_eq!((opened.report.torn_bytes, opened.report.damage.len()), (66, 0));
    assert_eq!(fs::metadata(&segment).unwrap().len(), u64::try_from(length).unwrap());
    opened.writer.commit(&[papers(10..11)]).unwrap();
    drop(opened);
    let opened = store::open(&settings(folder.path())).unwrap();
    assert_eq!((opened.report.torn_bytes, opened.reader.paper_count()), (0, 11));
}

#[test]
fn segments_are_begun_before_one_grows_too_large() {
    let folder = tempfile::tempdir().unwrap();
    let storage: Arc<dyn Storage> = Arc::new(Disk);
    let (mut log, _report) = Log::open(Arc::clone(&storage), folder.path()).unwrap();
    let mut random = fastrand::Rng::with_seed(3);
    let payload: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(8 << 20).collect();
    for _part in 0..10 {
        log.append(std::slice::from_ref(&payload)).unwrap();
    }
    let names = Disk.names(folder.path()).unwrap();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names.iter().all(|name| Disk.length(&folder.path().join(name)).unwrap() <= 64 << 20));
    drop(log);
    let (log, report) = Log::open(storage, folder.path()).unwrap();
    assert_eq!((log.last(), report.torn_bytes), (Sequence(10), 0));
    let plans = log.replay(Sequence(7)).map(|found| match found.unwrap() {
        Found::Plan { sequence, payload: found } => {
            assert_eq!(found, payload);
            sequence.0
        }
        Found::Snapshot { .. } | Found::Damage(_) => panic!("only plans were logged"),
    });
    assert_eq!(plans.collect::<Vec<_>>(), [8, 9, 10]);
}
