//! The sled database: opened so that its panics and hangs stay inside, and made durable, which its own `flush` is not.
//!
//! sled 0.34 panics in `open` on some damage, and its `flush` never calls `fsync` (spacejam/sled#1452, #1351). So it is
//! opened on a thread of its own with a time limit, and every flush is followed by an `fdatasync` of its file.

use std::fmt;
use std::fs::File;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::time::Duration;

use crate::model::plan::Sequence;
use crate::store::Error;
use crate::store::changes;
use crate::store::keys;

/// How long sled may take to open before it is taken for hung; half a million papers take under a second.
const OPEN_LIMIT: Duration = Duration::from_mins(2);

/// How often, and how far apart, the lock of a database that is being closed is tried.
const LOCK_ATTEMPTS: u32 = 1_000;

const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// The layout of the rows; another one means that the tree is built anew from the log. Since 2 there are blocks, since 3
/// what happened to papers, since 4 which entries stand in no closed document, since 5 those
/// are known by the identifier they are served under.
pub(super) const FORMAT: u64 = 5;

/// One database. Fields are dropped in order: the database is closed before its folder is removed.
pub(super) struct Index {
    tree: sled::Db,
    folder: Folder,
}

#[derive(Debug)]
struct Folder {
    path: PathBuf,
    is_retired: AtomicBool,
}

impl fmt::Debug for Index {
    /// Names the folder; sled's own form prints every row.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Index").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.is_retired.load(Ordering::SeqCst) {
            // What stays is removed at the next start.
            let _removed_when_opened = std::fs::remove_dir_all(&self.path);
        }
    }
}

impl Index {
    /// Opens the database in `folder`, making it when there is none.
    pub(super) fn open(folder: &Path, cache_bytes: u64) -> Result<Self, Error> {
        let (sender, receiver) = mpsc::sync_channel(1);
        let config = sled::Config::new().path(folder).cache_capacity(cache_bytes).flush_every_ms(None);
        let opening = move || {
            let _nobody_waits_any_more = sender.send(contained("open", || open_once_free(&config)));
        };
        let spawned = std::thread::Builder::new().name("store-open".to_owned()).spawn(opening);
        let _thread = spawned.map_err(Error::io("start a thread to open", folder))?;
        let tree = receiver.recv_timeout(OPEN_LIMIT).map_err(|_timeout| Error::Index {
            doing: "open",
            message: format!("it did not open within {} seconds", OPEN_LIMIT.as_secs()),
        })??;
        let folder = Folder { path: folder.to_owned(), is_retired: AtomicBool::new(false) };
        Ok(Self { tree, folder })
    }

    /// Makes an empty database, so that its files and their names survive a power cut.
    pub(super) fn create(folder: &Path, cache_bytes: u64) -> Result<Self, Error> {
        match std::fs::remove_dir_all(folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::io("remove", folder)(error));
            }
            Ok(()) | Err(_) => {}
        }
        std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
        let index = Self::open(folder, cache_bytes)?;
        index.tree.insert(keys::FORMAT, &FORMAT.to_be_bytes()).map_err(Error::index("write to"))?;
        index.write_applied(Sequence(0))?;
        Ok(index)
    }

    pub(super) fn tree(&self) -> &sled::Tree {
        &self.tree
    }

    /// Removes the folder once nobody uses the database any more.
    pub(super) fn retire(&self) {
        self.folder.is_retired.store(true, Ordering::SeqCst);
    }

    /// Fails unless the rows are laid out as this version does it.
    pub(super) fn demand_layout(&self) -> Result<(), Error> {
        match self.number(keys::FORMAT)? {
            FORMAT => Ok(()),
            other => {
                let message = format!("its layout is {other}, that of another version, and not {FORMAT}");
                Err(Error::Index { doing: "go on with", message })
            }
        }
    }

    /// The number of the last plan applied.
    pub(super) fn applied(&self) -> Result<Sequence, Error> {
        self.number(keys::APPLIED).map(Sequence)
    }

    pub(super) fn write_applied(&self, sequence: Sequence) -> Result<(), Error> {
        let value = sequence.0.to_be_bytes();
        self.tree.insert(keys::APPLIED, &value).map(|_old| ()).map_err(Error::index("write to"))
    }

    /// Whether plans are missing that the log had lost already, so that this database cannot mend the log.
    pub(super) fn is_incomplete(&self) -> Result<bool, Error> {
        self.tree.contains_key(keys::INCOMPLETE).map_err(Error::index("read from"))
    }

    pub(super) fn mark_incomplete(&self) -> Result<(), Error> {
        self.tree.insert(keys::INCOMPLETE, b"").map(|_old| ()).map_err(Error::index("write to"))
    }

    /// Says that the log now holds this state and nothing else, so that nothing is missing any more.
    pub(super) fn mark_complete(&self) -> Result<(), Error> {
        self.tree.remove(keys::INCOMPLETE).map(|_old| ()).map_err(Error::index("write to"))
    }

    /// The number in a counter's row.
    pub(super) fn number(&self, key: &[u8]) -> Result<u64, Error> {
        let value = self.tree.get(key).map_err(Error::index("read from"))?;
        Ok(value.and_then(|value| changes::number(&value)).unwrap_or(0))
    }

    /// Writes rows whole or not at all.
    pub(super) fn write(&self, batch: sled::Batch) -> Result<(), Error> {
        contained("write to", || self.tree.apply_batch(batch))
    }

    /// Returns once everything written is on disk.
    pub(super) fn checkpoint(&self) -> Result<(), Error> {
        contained("flush", || self.tree.flush())?;
        let path = self.folder.path.join("db");
        let file = File::open(&path).map_err(Error::io("open", &path))?;
        file.sync_data().map_err(Error::io("sync", &path))
    }

    /// A checkpoint that makes the names of a new database's files durable too.
    pub(super) fn settle(&self) -> Result<(), Error> {
        self.checkpoint()?;
        let folder = self.folder.path.as_path();
        for path in [folder.join("conf"), folder.join("db"), folder.join("blobs"), folder.to_owned()] {
            if path.exists() {
                let file = File::open(&path).map_err(Error::io("open", &path))?;
                file.sync_all().map_err(Error::io("sync", &path))?;
            }
        }
        folder.parent().map_or(Ok(()), sync_folder)
    }

    /// The bytes its files take.
    pub(super) fn bytes(&self) -> Result<u64, Error> {
        self.tree.size_on_disk().map_err(Error::index("measure"))
    }
}

/// Opens a database, waiting for the lock on its file. Nobody else can hold it, since the store has a lock of its own;
/// but sled's threads may still be writing for a database that was dropped a moment ago.
fn open_once_free(config: &sled::Config) -> Result<sled::Db, sled::Error> {
    for _attempt in 1..LOCK_ATTEMPTS {
        match config.open() {
            Err(sled::Error::Io(error)) if error.to_string().contains("could not acquire lock") => {
                std::thread::sleep(LOCK_PAUSE);
            }
            outcome => return outcome,
        }
    }
    config.open()
}

/// Makes the names in a folder durable.
pub(super) fn sync_folder(folder: &Path) -> Result<(), Error> {
    let file = File::open(folder).map_err(Error::io("open", folder))?;
    file.sync_all().map_err(Error::io("sync", folder))
}

/// Runs something of sled's and makes its panic an error.
fn contained<T>(doing: &'static str, run: impl FnOnce() -> Result<T, sled::Error>) -> Result<T, Error> {
    match std::panic::catch_unwind(AssertUnwindSafe(run)) {
        Ok(outcome) => outcome.map_err(Error::index(doing)),
        Err(panic) => {
            let words = panic.downcast_ref::<String>().cloned();
            let words = words.or_else(|| panic.downcast_ref::<&str>().map(|words| (*words).to_owned()));
            let message = format!("it panicked: {}", words.unwrap_or_default());
            Err(Error::Index { doing, message })
        }
    }
}
