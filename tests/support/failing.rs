//! A file system whose Nth operation fails, for tests that ask what an interrupted write leaves behind.

use std::io;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;

use offprint::wal::storage::Appender;
use offprint::wal::storage::Disk;
use offprint::wal::storage::Storage;

/// How an operation fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Failure {
    /// The device reports an error (EIO).
    Device,
    /// The disk is full (ENOSPC); nothing is written.
    Full,
    /// Half of the bytes are written, then the disk is full.
    Short,
}

/// The real file system until operation `at` (from 1), which fails; later ones work again unless it stays broken.
#[derive(Clone, Debug)]
pub(crate) struct Failing {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    /// Operations to go before one fails; `None` once nothing fails any more.
    left: Option<u64>,
    failure: Failure,
    stays_broken: bool,
    has_failed: bool,
}

impl Failing {
    /// Fails at operation `at`, once or from then on.
    pub(crate) fn at(at: u64, failure: Failure, stays_broken: bool) -> Self {
        let state = State { left: Some(at), failure, stays_broken, has_failed: false };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Whether the operation was reached.
    pub(crate) fn has_failed(&self) -> bool {
        self.state.lock().unwrap().has_failed
    }

    /// Makes everything work again.
    pub(crate) fn mend(&self) {
        self.state.lock().unwrap().left = None;
    }

    fn step(&self) -> Result<(), Failure> {
        let mut state = self.state.lock().unwrap();
        match state.left {
            None => Ok(()),
            Some(left) if left > 1 => {
                state.left = Some(left - 1);
                Ok(())
            }
            Some(_) => {
                if !state.stays_broken {
                    state.left = None;
                }
                state.has_failed = true;
                Err(state.failure)
            }
        }
    }

    fn check(&self) -> io::Result<()> {
        self.step().map_err(error)
    }
}

fn error(failure: Failure) -> io::Error {
    match failure {
        Failure::Device => io::Error::from_raw_os_error(5),
        Failure::Full | Failure::Short => io::Error::from_raw_os_error(28),
    }
}

impl Storage for Failing {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.check()?;
        Disk.create_folder(path)
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        self.check()?;
        Disk.names(folder)
    }

    fn length(&self, path: &Path) -> io::Result<u64> {
        self.check()?;
        Disk.length(path)
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        self.check()?;
        Disk.open(path)
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn Appender>> {
        self.check()?;
        Ok(Box::new(FailingFile { file: Disk.create(path)?, failing: self.clone() }))
    }

    fn extend(&self, path: &Path) -> io::Result<Box<dyn Appender>> {
        self.check()?;
        Ok(Box::new(FailingFile { file: Disk.extend(path)?, failing: self.clone() }))
    }

    fn truncate(&self, path: &Path, length: u64) -> io::Result<()> {
        self.check()?;
        Disk.truncate(path, length)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.check()?;
        Disk.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.check()?;
        Disk.remove(path)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.check()?;
        Disk.sync_folder(folder)
    }
}

#[derive(Debug)]
struct FailingFile {
    file: Box<dyn Appender>,
    failing: Failing,
}

impl Appender for FailingFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self.failing.step() {
            Ok(()) => self.file.append(bytes),
            Err(failure) => {
                if failure == Failure::Short {
                    self.file.append(&bytes[..bytes.len() / 2])?;
                }
                Err(error(failure))
            }
        }
    }

    fn sync(&mut self) -> io::Result<()> {
        self.failing.check()?;
        self.file.sync()
    }
}
