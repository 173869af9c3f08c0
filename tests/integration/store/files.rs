//! Export, import, rebuilding, compaction, comparison, and what an opening refuses.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use offprint::model::plan::Op;
use offprint::model::plan::Sequence;
use offprint::store;
use offprint::store::Error;
use offprint::wal;

use super::all_papers;
use super::filled;
use super::votes;
use crate::support::stored::arxiv;
use crate::support::stored::entry;
use crate::support::stored::paper;
use crate::support::stored::paper_id;
use crate::support::stored::papers;
use crate::support::stored::plan;
use crate::support::stored::settings;
use crate::support::stored::topic_id;

/// The digest of a closed store, whose log and database must agree.
fn digest(folder: &Path) -> String {
    let verification = store::verify(&settings(folder)).unwrap();
    assert!(verification.is_sound(), "{verification:?}");
    verification.digests.0
}

fn databases(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("sled-")).collect()
}

/// A store with everything that makes one hard to copy: an identifier that two papers claim, absorbed papers, repeated readings.
fn intricate(folder: &Path) {
    let mut opened = filled(folder);
    let mut thief = paper(5);
    thief.observations[0].ids.insert(arxiv(6));
    opened
        .writer
        .commit(&[
            plan([
                Op::Paper(Box::new(thief)),
                Op::Absorb { from: paper_id(2), into: paper_id(1) },
                Op::Absorb { from: paper_id(1), into: paper_id(0) },
                Op::Signals { paper: paper_id(3), signals: vec![votes(1, 0), votes(2, 90_000)] },
            ]),
            plan([Op::Signals { paper: paper_id(3), signals: vec![votes(1, 90_001)] }]),
        ])
        .unwrap();
}

#[test]
fn an_export_makes_an_equal_store_and_an_equal_export() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    intricate(from.path());
    let opened = store::open(&settings(from.path())).unwrap();
    let (first, second) = (from.path().join("first.jsonl.zst"), from.path().join("second.jsonl.zst"));
    let written = store::export(&opened.reader, &first).unwrap();
    assert_eq!((written.papers, written.entries, written.sequence), (8, 3, Sequence(4)));
    drop(opened);

    let target = to.path().join("new");
    let read = store::import(&settings(&target), &first).unwrap();
    assert_eq!(read, written);
    assert_eq!(digest(&target), digest(from.path()));
    let mut opened = store::open(&settings(&target)).unwrap();
    assert_eq!(opened.report.sequence, Sequence(4));
    store::export(&opened.reader, &second).unwrap();
    assert_eq!(fs::read(&first).unwrap(), fs::read(&second).unwrap());
    assert_eq!(opened.reader.paper_by_external(&arxiv(6)).unwrap(), Some(paper_id(6)));
    assert_eq!(opened.writer.commit(&[papers(20..21)]).unwrap(), Sequence(5));

    let refused = store::import(&settings(&target), &first);
    assert!(matches!(refused, Err(Error::InUse { .. })));
    drop(opened);
    assert!(matches!(store::import(&settings(&target), &first), Err(Error::NotEmpty { .. })));
}

#[test]
fn a_store_exported_by_the_first_version_can_be_imported() {
    let folder = tempfile::tempdir().unwrap();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/store/v1.jsonl.zst");
    if std::env::var_os("OFFPRINT_ACCEPT").is_some() && !golden.exists() {
        intricate(&folder.path().join("made"));
        let opened = store::open(&settings(&folder.path().join("made"))).unwrap();
        fs::create_dir_all(golden.parent().unwrap()).unwrap();
        store::export(&opened.reader, &golden).unwrap();
    }
    let target = folder.path().join("store");
    let manifest = store::import(&settings(&target), &golden).unwrap();
    assert_eq!((manifest.papers, manifest.entries, manifest.items), (8, 3, 17));
    let reader = store::open(&settings(&target)).unwrap().reader;
    // That version did not read who submitted a paper.
    let mut third = paper(3);
    third.observations.iter_mut().for_each(|one| one.submitter = None);
    assert_eq!(reader.paper(&paper_id(3)).unwrap(), Some(third));
    assert_eq!(reader.resolve(&paper_id(2)).unwrap(), Some(paper_id(0)));
    assert_eq!(reader.signals(&paper_id(3)).unwrap(), [votes(1, 90_001)]);
}

#[test]
fn a_damaged_export_is_refused_before_anything_is_made_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let export = folder.path().join("export");
    let opened = filled(&folder.path().join("from"));
    store::export(&opened.reader, &export).unwrap();
    let target = folder.path().join("to");
    let lines = String::from_utf8(zstd::decode_all(fs::File::open(&export).unwrap()).unwrap()).unwrap();
    let cut = lines.rsplit_once("{\"end\"").unwrap().0.to_owned();
    let faults = [
        (lines.replacen("Test Jr.", "Test Sr.", 1), "checksum"),
        (cut, "end is missing"),
        (format!("{lines}\n"), "follows"),
        (lines.replacen("\"v\":1,\"sequence\"", "\"v\":2,\"sequence\"", 1), "format 2"),
        (lines.replacen("offprint-store", "other", 1), "no export"),
        (lines.replacen("arxiv:2608.00003", "arxiv:nonsense", 1), "not an identifier"),
        (String::new(), "empty"),
    ];
    for (lines, expected) in faults {
        fs::write(&export, zstd::encode_all(lines.as_bytes(), 1).unwrap()).unwrap();
        let error = store::import(&settings(&target), &export).unwrap_err().to_string();
        assert!(error.contains(expected), "{error} should say {expected}");
        assert!(!target.exists());
    }
    fs::write(&export, b"no zstd at all").unwrap();
    assert!(matches!(store::import(&settings(&target), &export), Err(Error::Import { .. })));
}

#[test]
fn rebuilding_gives_an_equal_database_and_readers_go_on() {
    let folder = tempfile::tempdir().unwrap();
    intricate(folder.path());
    let before = digest(folder.path());
    let mut opened = store::open(&settings(folder.path())).unwrap();
    let mut half_read = opened.reader.papers();
    let first = half_read.next().unwrap().unwrap();
    assert_eq!(opened.writer.rebuild().unwrap(), 4);
    assert_eq!(half_read.count() + 1, 8);
    assert_eq!(opened.reader.paper(&first.id).unwrap(), Some(first));
    assert_eq!(opened.reader.revision(), Sequence(4));
    assert_eq!(databases(folder.path()).len(), 1, "the old one goes once nobody reads it");
    opened.writer.commit(&[papers(30..31)]).unwrap();
    assert_eq!(opened.reader.paper_count(), 9);
    drop(opened);
    assert_ne!(digest(folder.path()), before);
}

#[test]
fn a_compacted_log_is_small_and_leads_to_the_same_state() {
    let folder = tempfile::tempdir().unwrap();
    intricate(folder.path());
    let before = digest(folder.path());
    let mut opened = store::open(&settings(folder.path())).unwrap();
    for _round in 0..20 {
        opened.writer.commit(&[plan([Op::Paper(Box::new(paper(7)))])]).unwrap();
    }
    assert!(opened.writer.compact_log().unwrap() > 0);
    let reads = opened.writer.commit(&[plan([Op::Enter(entry("flags", 7, 99))])]).unwrap();
    assert_eq!(reads, Sequence(25));
    opened.writer.commit(&[plan([Op::Leave { topic: topic_id("flags"), paper: paper_id(7) }])]).unwrap();
    drop(opened);
    assert_eq!(digest(folder.path()), before);
    for database in databases(folder.path()) {
        fs::remove_dir_all(database).unwrap();
    }
    let opened = store::open(&settings(folder.path())).unwrap();
    assert!(opened.report.rebuilt.is_some());
    assert_eq!((opened.report.replayed, opened.reader.revision()), (2, Sequence(26)));
    drop(opened);
    assert_eq!(digest(folder.path()), before);
}

#[test]
fn a_comparison_finds_a_database_that_differs_from_the_log() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    drop(filled(one.path()));
    let mut opened = filled(other.path());
    opened.writer.commit(&[papers(11..12)]).unwrap();
    drop(opened);
    fs::remove_dir_all(other.path().join("wal")).unwrap();
    let copied = copy_files(&one.path().join("wal"), &other.path().join("wal"));
    assert_eq!(copied, 1);
    let verification = store::verify(&settings(other.path())).unwrap();
    assert!(!verification.is_sound());
    let papers = verification.counts.iter().find(|(name, ..)| *name == "papers");
    assert_eq!(papers, Some(&("papers", 10, 11)));
    assert_eq!((verification.sequence, verification.applied), (Sequence(2), Sequence(3)));
}

/// Copies the files of a folder; returns how many.
fn copy_files(from: &Path, to: &Path) -> usize {
    fs::create_dir_all(to).unwrap();
    let files: Vec<_> = fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()).collect();
    for file in &files {
        fs::copy(file, to.join(file.file_name().unwrap())).unwrap();
    }
    files.len()
}

#[test]
fn space_counts_log_database_and_content() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = filled(folder.path());
    opened.writer.checkpoint().unwrap();
    let space = opened.writer.space().unwrap();
    assert!(space.logical_bytes > 10_000, "{space:?}");
    assert!(space.index_bytes > space.logical_bytes, "{space:?}");
    assert!(space.log_bytes > 1_000, "{space:?}");
}

#[test]
fn a_store_in_use_says_so_until_its_last_reader_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let opened = filled(folder.path());
    let again = store::open(&settings(folder.path())).unwrap_err();
    assert!(again.to_string().contains("in use by another offprint"), "{again}");
    let reader = opened.reader.clone();
    drop(opened);
    assert!(matches!(store::open(&settings(folder.path())), Err(Error::InUse { .. })));
    assert_eq!(all_papers(&reader).len(), 10);
    drop(reader);
    assert!(store::open(&settings(folder.path())).is_ok());
}

#[test]
fn a_file_in_the_stores_place_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, b"mine").unwrap();
    assert!(matches!(store::open(&settings(&path)), Err(Error::NotADirectory { .. })));
    assert_eq!(fs::read(&path).unwrap(), b"mine");
}

#[test]
fn a_log_of_a_later_version_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path()));
    let segment = folder.path().join("wal/wal-00000000000000000001.log");
    let mut bytes = fs::read(&segment).unwrap();
    bytes[8] = 2;
    let checksum = crc32c::crc32c(&bytes[..20]).to_le_bytes();
    bytes[20..24].copy_from_slice(&checksum);
    fs::write(&segment, &bytes).unwrap();
    let error = store::open(&settings(folder.path())).unwrap_err();
    assert!(matches!(error, Error::Log(wal::Error::Version { found: 2, known: 1, .. })), "{error}");
    assert_eq!(fs::read(&segment).unwrap(), bytes);
}
