//! Tests of the file of vectors.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::encoder::vectors;
use crate::encoder::vectors::Error;
use crate::encoder::vectors::Vectors;

const COLUMNS: usize = 5;

const RECORD: usize = 16 + 4 + COLUMNS + 4;

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vectors");
    (folder, path)
}

fn open(path: &std::path::Path) -> Vectors {
    Vectors::open(path, "f1", COLUMNS).unwrap()
}

fn values(number: i8) -> [i8; COLUMNS] {
    [number, -number, 127, -128, 0]
}

/// A file of the texts "0", "1", … with their vectors.
fn filled(path: &std::path::Path, texts: i8) -> Vectors {
    let mut vectors = open(path);
    for number in 0..texts {
        vectors.put(vectors::key(&number.to_string()), f32::from(number), &values(number)).unwrap();
    }
    vectors
}

fn has(vectors: &Vectors, number: i8) -> bool {
    let found = vectors.get(&vectors::key(&number.to_string()));
    if let Some(found) = found {
        assert_eq!(found, (f32::from(number), values(number).as_slice()));
    }
    found.is_some()
}

#[test]
fn what_was_put_is_there_after_opening_again() {
    let (_folder, path) = place();
    assert!(open(&path).is_empty());
    drop(filled(&path, 10));
    let vectors = open(&path);
    assert_eq!((vectors.len(), vectors.dropped_bytes()), (10, 0));
    assert!((0..10).all(|number| has(&vectors, number)));
    assert!(vectors.get(&vectors::key("another")).is_none());
}

#[test]
fn the_later_of_two_counts() {
    let (_folder, path) = place();
    let mut vectors = filled(&path, 3);
    vectors.put(vectors::key("1"), 9.0, &values(9)).unwrap();
    assert_eq!(vectors.get(&vectors::key("1")), Some((9.0, values(9).as_slice())));
    let vectors = open(&path);
    assert_eq!(vectors.get(&vectors::key("1")), Some((9.0, values(9).as_slice())));
    assert_eq!(vectors.len(), 3);
}

#[test]
fn a_torn_end_is_cut_off_wherever_it_tore() {
    let (_folder, path) = place();
    drop(filled(&path, 3));
    let whole = fs::read(&path).unwrap();
    for end in 0..whole.len() {
        fs::write(&path, &whole[..end]).unwrap();
        let mut vectors = open(&path);
        let left = end.saturating_sub(32) / RECORD;
        assert_eq!(vectors.len(), left, "cut at {end}");
        vectors.put(vectors::key("7"), 7.0, &values(7)).unwrap();
        let vectors = open(&path);
        assert!(has(&vectors, 7) && vectors.len() == left + 1 && vectors.dropped_bytes() == 0);
    }
}

#[test]
fn damage_costs_what_is_behind_it_and_nothing_before() {
    let (_folder, path) = place();
    drop(filled(&path, 4));
    let whole = fs::read(&path).unwrap();
    for at in 8..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        fs::write(&path, damaged).unwrap();
        let vectors = open(&path);
        let left = if at < 32 { 0 } else { (at - 32) / RECORD };
        assert_eq!(vectors.len(), left, "damaged at {at}");
        assert!((0..4).take(left).all(|number| has(&vectors, number)));
        assert!(vectors.dropped_bytes() > 0);
    }
}

#[test]
fn the_vectors_of_another_encoder_are_dropped() {
    let (_folder, path) = place();
    drop(filled(&path, 4));
    assert!(Vectors::open(&path, "f2", COLUMNS).unwrap().is_empty());
    assert!(open(&path).is_empty());
    drop(filled(&path, 4));
    assert!(Vectors::open(&path, "f1", COLUMNS + 1).unwrap().is_empty());
}

#[test]
fn a_file_that_is_not_ours_is_left_alone() {
    let (folder, path) = place();
    fs::write(&path, "my only copy of the thesis").unwrap();
    let error = Vectors::open(&path, "f1", COLUMNS).unwrap_err();
    assert!(error.to_string().ends_with("vectors is not a file of vectors; move it away"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), b"my only copy of the thesis");
    assert!(matches!(Vectors::open(folder.path(), "f1", COLUMNS), Err(Error::Foreign { .. })));
    let nowhere = folder.path().join("no").join("vectors");
    let error = Vectors::open(&nowhere, "f1", COLUMNS).unwrap_err();
    assert!(error.to_string().starts_with("vectors: could not open "), "{error}");
}

#[test]
fn vectors_of_a_wrong_length_are_refused() {
    let (_folder, path) = place();
    let mut vectors = open(&path);
    let error = vectors.put(vectors::key("1"), 1.0, &[1, 2]).unwrap_err();
    assert_eq!(error.to_string(), "vectors: a vector of 2 columns does not fit a file of 5");
    assert!(Vectors::open(&path, "f1", 0).is_err());
    assert!(Vectors::open(&path, "f1", 70_000).is_err());
}

#[test]
fn retaining_rewrites_the_file_without_the_others() {
    let (folder, path) = place();
    let mut vectors = filled(&path, 10);
    vectors.put(vectors::key("2"), 2.0, &values(2)).unwrap();
    let wanted = [2, 5, 7].map(|number: i8| vectors::key(&number.to_string()));
    vectors.retain(|key| wanted.contains(key)).unwrap();
    vectors.put(vectors::key("11"), 11.0, &values(11)).unwrap();
    for vectors in [vectors, open(&path)] {
        assert_eq!((vectors.len(), vectors.dropped_bytes()), (4, 0));
        assert!([2, 5, 7, 11].iter().all(|number| has(&vectors, *number)));
        assert!(!has(&vectors, 3));
    }
    assert_eq!(fs::metadata(&path).unwrap().len(), u64::try_from(32 + 4 * RECORD).unwrap());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
