//! Recorded data, read from the folder that `OFFPRINT_DATA` names; a test says so when it is skipped.

use std::path::PathBuf;

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
