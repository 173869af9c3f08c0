//! Recorded data, read from the folder that `OFFPRINT_DATA` names; a test says so when it is skipped.

use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Read as _;
use std::path::Path;
use std::path::PathBuf;

use flate2::read::GzDecoder;

/// A path inside the recorded data, or `None` (after saying on standard error that `test` is skipped).
pub(crate) fn recorded(test: &str, path: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("OFFPRINT_DATA") else {
        eprintln!("SKIPPED {test}: OFFPRINT_DATA is not set, so there is no recorded data to read");
        return None;
    };
    let found = PathBuf::from(folder).join(path);
    assert!(found.exists(), "{test}: {} is missing although OFFPRINT_DATA is set", found.display());
    Some(found)
}

/// The lines of a file of compressed JSON lines.
pub(crate) fn lines(path: &Path) -> impl Iterator<Item = serde_json::Value> + use<> {
    let file = std::fs::File::open(path).unwrap();
    BufReader::new(GzDecoder::new(file)).lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap())
}

/// Name and bytes of every file of an archive.
pub(crate) fn files(path: &Path) -> Vec<(String, Vec<u8>)> {
    let mut archive = tar::Archive::new(GzDecoder::new(std::fs::File::open(path).unwrap()));
    let mut files = Vec::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        if entry.header().entry_type().is_file() {
            let name = entry.path().unwrap().to_string_lossy().into_owned();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            files.push((name, bytes));
        }
    }
    files
}
