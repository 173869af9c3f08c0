//! Full text over all papers: every query of the language is translated so that the index finds exactly the papers that
//! the plain evaluator would.
//!
//! The index is derived: whatever is wrong with it, it is deleted and begun anew, and the caller puts all papers again
//! from the sequence that [`Writer::applied`] tells. Synchronous. What is deliberately absent: the topic language itself
//! (`query`), and any knowledge of the store beyond a number that it counts up.

use std::path::Path;
use std::path::PathBuf;

use tantivy::TantivyError;

use crate::index::reader::Reader;
use crate::index::writer::Writer;

mod begun;

mod between;

mod candidates;

mod census;

mod checked;

mod collect;

mod counted;

mod entry;

mod everything;

mod facets;

pub mod handle;

mod ids;

pub mod listed;

mod open;

mod packed;

mod pairs;

mod placed;

pub mod reader;

mod schema;

pub mod similar;

pub mod snippet;

mod terms;

mod translate;

mod visiting;

pub mod writer;

/// Where the index is, and how much memory writing it may take.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// The folder; it belongs to the index alone.
    pub path: PathBuf,
    /// How many bytes of papers are gathered before they are written out as a segment.
    pub heap_bytes: usize,
}

/// What opening found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenReport {
    /// Why the index was begun anew, where it was.
    pub begun_anew: Option<String>,
    /// The store's sequence up to which the index is committed.
    pub applied: u64,
    /// How many papers it holds.
    pub papers: u64,
}

/// What may go wrong with the index.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The disk does not do what it is asked.
    #[error(
        "search index {path}: {detail}; look whether the disk is full or read-only, and who owns the folder"
    )]
    Io {
        /// The folder of the index.
        path: PathBuf,
        /// What the system says.
        detail: String,
    },
    /// Another process writes it.
    #[error("search index {path}: another process writes it; stop that one first")]
    Busy {
        /// The folder of the index.
        path: PathBuf,
    },
    /// It was found damaged while it was used.
    #[error("search index {path} is damaged: {detail}; start again to have it made anew")]
    Damaged {
        /// The folder of the index.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
}

/// Opens the index, and makes it where there is none; one that cannot be used is deleted and begun anew.
pub fn open(settings: &Settings) -> Result<(Writer, Reader, OpenReport), Error> {
    open::open(settings)
}

/// Has the next opening verify every file: something was found damaged while the index was used.
pub fn distrust(settings: &Settings) {
    open::distrust(&settings.path);
}

impl Error {
    /// The engine's error as ours.
    fn of(path: &Path, error: &TantivyError) -> Self {
        let path = path.to_owned();
        let detail = error.to_string();
        let is_disk = matches!(
            error,
            TantivyError::OpenDirectoryError(_)
                | TantivyError::OpenWriteError(_)
                | TantivyError::ErrorInThread(_)
        );
        // What is no fault of the system's is one of the files.
        let is_disk =
            is_disk || matches!(error, TantivyError::IoError(error) if error.raw_os_error().is_some());
        if matches!(error, TantivyError::LockFailure(..)) {
            Self::Busy { path }
        } else if is_disk {
            Self::Io { path, detail }
        } else {
            Self::Damaged { path, detail }
        }
    }

    /// The system's error as ours.
    fn io(path: &Path, error: &std::io::Error) -> Self {
        Self::Io { path: path.to_owned(), detail: error.to_string() }
    }
}
