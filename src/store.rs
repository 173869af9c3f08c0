//! The store: everything is read from here, and one writer changes it, a whole plan at a time.
//!
//! A plan is first appended to the write-ahead log, which is the record of truth, and then applied as one batch to
//! a sled database, which is derived: it holds the number of the last plan applied, catches up with the log when it is
//! opened, and is built anew from the log when it is damaged, missing or grown too large. This is the only place that
//! names sled. There is no clock, no task and no network here, and nothing decides what a paper is.

use std::fs::File;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::RwLock;

use tokio::sync::watch;

use crate::model::plan::Sequence;
use crate::store::codec::Fault;
use crate::store::index::Index;
use crate::store::moves::Moves;
use crate::store::news::News;
use crate::wal;
use crate::wal::Damage;
use crate::wal::Log;
use crate::wal::storage::Disk;
use crate::wal::storage::Storage;

mod apply;

mod archives;

mod changes;

mod codec;

mod commit;

mod digest;

mod entered;

mod export;

pub mod history;

mod index;

mod keys;

mod moves;

mod news;

mod outgoing;

mod read;

mod recover;

mod report;

mod rows;

mod snapshot;

mod verify;

/// The most bytes of encoded values that one plan may have. A hundred ordinary papers take about half of it; a plan
/// over the limit is refused, so whoever makes plans splits them.
pub const PLAN_BYTES: usize = 256 << 10;

/// Where the store is and how much memory it may use.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// The folder that holds it. It belongs to the store alone.
    pub path: PathBuf,
    /// Memory for the database's pages.
    pub cache_bytes: u64,
}

/// Opens the store, making it where there is none. On return it has everything that was ever acknowledged, as far as
/// the disk still gives it back; what was mended or is lost stands in the report.
pub fn open(settings: &Settings) -> Result<Opened, Error> {
    open_with(settings, Arc::new(Disk))
}

/// Does what [`open`] does, with the log's files on another file system.
pub fn open_with(settings: &Settings, storage: Arc<dyn Storage>) -> Result<Opened, Error> {
    recover::open(settings, storage)
}

/// Writes everything in the store to a file (JSON Lines, zstd), as it was at one moment. Commits wait meanwhile.
///
/// The first line states format, version and sequence, the last one the counts and the SHA-256 of all lines before it;
/// the lines between are changes that make the store again, in one fixed order.
pub fn export(reader: &Reader, file: &Path) -> Result<Manifest, Error> {
    export::write(reader, file)
}

/// Makes a store from an exported file, where there is none yet. The file is checked whole before anything is made of
/// it. Its markup is trusted, so it must come from someone who is.
pub fn import(settings: &Settings, file: &Path) -> Result<Manifest, Error> {
    export::read(settings, file)
}

/// Compares the log of a store that is not in use with what was derived from it. Changes nothing.
pub fn verify(settings: &Settings) -> Result<Verification, Error> {
    verify::verify(settings)
}

/// A store that was opened.
#[derive(Debug)]
pub struct Opened {
    /// The one that changes it.
    pub writer: Writer,
    /// One that reads it; clone it for more.
    pub reader: Reader,
    /// What was found and done.
    pub report: OpenReport,
}

/// What was found and done when a store was opened.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OpenReport {
    /// The last plan in the log.
    pub sequence: Sequence,
    /// How many logged plans were applied to the database, which had not seen them or was built anew.
    pub replayed: u64,
    /// Bytes of an append that was never acknowledged, cut from the log's end.
    pub torn_bytes: u64,
    /// Parts of the log that cannot be read.
    pub damage: Vec<Damage>,
    /// Plans that are whole but make no sense, and why; they were skipped.
    pub unreadable: Vec<(Sequence, String)>,
    /// Why the database was built anew, if it was.
    pub rebuilt: Option<String>,
    /// Whether everything the damaged log had lost was still in the database and was written to a new log.
    pub is_healed: bool,
}

/// Changes the store. There is one; it closes the store properly when dropped.
#[derive(Debug)]
pub struct Writer {
    shared: Arc<Shared>,
    log: Log,
    settings: Settings,
    /// Encoded values and plans applied since the last checkpoint.
    pending_bytes: usize,
    pending_plans: usize,
    /// The database failed, so that it must be built anew before it is used.
    is_broken: bool,
}

/// Reads the store, from any thread. What it reads is never half a plan where one row is concerned; two calls may see
/// two revisions.
#[derive(Clone, Debug)]
pub struct Reader {
    shared: Arc<Shared>,
}

/// What the writer and all readers share.
#[derive(Debug)]
struct Shared {
    /// Replaced when the database is built anew; whoever reads at that moment keeps the old one.
    index: RwLock<Arc<Index>>,
    revision: watch::Sender<Sequence>,
    /// Which papers the last plans touched.
    news: Mutex<News>,
    /// When topics last moved.
    moves: RwLock<Moves>,
    /// Held for writing while a plan is applied, for reading by whoever needs one moment of the whole store.
    applying: RwLock<()>,
    /// Keeps other processes out as long as anyone here uses the store.
    _lock: File,
}

impl Shared {
    fn index(&self) -> Arc<Index> {
        Arc::clone(&self.index.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The size of a store.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Space {
    /// The database's files.
    pub index_bytes: u64,
    /// The log's files.
    pub log_bytes: u64,
    /// The keys and values in the database; when files are over three times this, [`Writer::care`] makes them smaller.
    pub logical_bytes: u64,
}

/// What looking after the store gave back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Cared {
    /// Bytes by which compaction made the log smaller; 0 when it was left alone.
    pub log_bytes_saved: u64,
    /// Bytes by which building anew made the database smaller; 0 when it was left alone.
    pub index_bytes_saved: u64,
}

/// What an export says of itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Manifest {
    /// The revision it shows.
    pub sequence: Sequence,
    /// Papers in it.
    pub papers: u64,
    /// Topics in it.
    pub topics: u64,
    /// Entries of all topics.
    pub entries: u64,
    /// Lines between the first and the last.
    pub items: u64,
    /// SHA-256 of all lines but the last, in hexadecimal.
    pub sha256: String,
}

/// What a comparison of the log and the database found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verification {
    /// The last plan in the log.
    pub sequence: Sequence,
    /// The last plan applied to the database; what comes after it is applied when the store is opened.
    pub applied: Sequence,
    /// Bytes after the log's last whole frame.
    pub torn_bytes: u64,
    /// Parts of the log that cannot be read.
    pub damage: Vec<Damage>,
    /// Plans that make no sense, and why.
    pub unreadable: Vec<(Sequence, String)>,
    /// Rows of each kind in the database: name, as the log has it, as the database has it.
    pub counts: Vec<(&'static str, u64, u64)>,
    /// SHA-256 of all rows as the log has them and as the database has them, in hexadecimal.
    pub digests: (String, String),
    /// Why the database could not be compared, if it could not.
    pub fault: Option<String>,
}

impl Verification {
    /// Whether log and database are whole and agree.
    pub fn is_sound(&self) -> bool {
        let is_log_whole = self.torn_bytes == 0 && self.damage.is_empty() && self.unreadable.is_empty();
        is_log_whole && self.fault.is_none() && self.digests.0 == self.digests.1
    }
}

/// Why the store could not do something.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process has it open.
    #[error(
        "the store {} is in use by another offprint: wait until that one has ended, stop it, or give this one a store.path of \
         its own",
        path.display()
    )]
    InUse {
        /// The store.
        path: PathBuf,
    },
    /// There is something else at its path.
    #[error("the store {} is not a directory", path.display())]
    NotADirectory {
        /// Its path.
        path: PathBuf,
    },
    /// The disk is full, or the quota is used up.
    #[error("no space is left to {doing} {}; free some space, then try again", path.display())]
    DiskFull {
        /// What was attempted.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system refused.
    #[error("could not {doing} {}: {source}", path.display())]
    Io {
        /// What was attempted.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The log could not do it.
    #[error(transparent)]
    Log(#[from] wal::Error),
    /// The database could not do it.
    #[error("could not {doing} the database: {message}")]
    Index {
        /// What was attempted.
        doing: &'static str,
        /// What it said.
        message: String,
    },
    /// Something stored cannot be read.
    #[error("{what} cannot be read: {fault}")]
    Stored {
        /// What it is.
        what: &'static str,
        /// What is wrong with it.
        fault: Fault,
    },
    /// A plan has too much in it.
    #[error("a plan of {bytes} bytes is over the limit of {PLAN_BYTES}; split it")]
    Oversized {
        /// The size of its encoded values.
        bytes: usize,
    },
    /// A plan cannot be stored.
    #[error("a plan cannot be stored: {0}")]
    Unstorable(Fault),
    /// A file is no export of a store, or it is damaged.
    #[error("{} cannot be imported: {message}", path.display())]
    Import {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// There is a store already where one was to be made.
    #[error("the store {} is not empty; import into a new one", path.display())]
    NotEmpty {
        /// The store.
        path: PathBuf,
    },
}

impl Error {
    fn io<'path>(doing: &'static str, path: &'path Path) -> impl FnOnce(io::Error) -> Self + use<'path> {
        move |source| {
            let path = path.to_owned();
            let is_full = matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
            if is_full { Self::DiskFull { doing, path, source } } else { Self::Io { doing, path, source } }
        }
    }

    fn index(doing: &'static str) -> impl FnOnce(sled::Error) -> Self {
        move |error| Self::Index { doing, message: error.to_string() }
    }

    fn stored(what: &'static str) -> impl FnOnce(Fault) -> Self {
        move |fault| Self::Stored { what, fault }
    }

    /// Whether the disk is full: nothing is wrong with the store, and the same may work later.
    pub fn is_disk_full(&self) -> bool {
        matches!(self, Self::DiskFull { .. } | Self::Log(wal::Error::DiskFull { .. }))
    }
}
