//! The write-ahead log: the record of truth on disk. What [`Log::append`] acknowledged is there after a kill, a power
//! cut and a full disk; everything else is derived from it and can be built again.
//!
//! A folder holds segments (`wal-<first sequence>.log`) of frames, each with its length, CRC-32C, sequence and kind.
//! Compaction replaces all segments up to a sequence by one file (`snapshot-<sequence>.log`) that holds the whole
//! state; the rename of that file is the switch, so a crash leaves the old log or the new one, never half of each.
//! The log knows nothing of what its payloads mean, and there is no clock and no task here.

use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use crate::model::plan::Sequence;
use crate::wal::layout::Layout;
use crate::wal::replay::Replay;
use crate::wal::storage::Appender;
use crate::wal::storage::Storage;

pub mod packing;

pub mod replay;

pub mod storage;

mod compact;

mod frame;

mod layout;

mod open;

mod scan;

/// A new segment is begun before one grows beyond this.
pub const SEGMENT_BYTES: u64 = 64 << 20;

/// The most bytes one payload may have before it is compressed.
pub const PAYLOAD_BYTES: usize = 32 << 20;

/// Why the log could not do something.
#[derive(Debug, thiserror::Error)]
pub enum Error {
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
    /// A file was written by a later version of the program.
    #[error("{} has format {found} and this version reads {known}; install the version that wrote it", path.display())]
    Version {
        /// Which file.
        path: PathBuf,
        /// The format it has.
        found: u32,
        /// The newest format known here.
        known: u32,
    },
    /// A payload is larger than a frame may be.
    #[error("a payload of {bytes} bytes is over the limit of {PAYLOAD_BYTES}")]
    Oversized {
        /// Its size.
        bytes: usize,
    },
    /// An earlier write failed, so what is on disk is not certain until [`Log::reopen`].
    #[error("the write-ahead log refuses to go on after a failed write until it is opened again")]
    Refusing,
}

impl Error {
    fn io<'path>(doing: &'static str, path: &'path Path) -> impl FnOnce(io::Error) -> Self + use<'path> {
        move |source| {
            let path = path.to_owned();
            let is_full = matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
            if is_full { Self::DiskFull { doing, path, source } } else { Self::Io { doing, path, source } }
        }
    }
}

/// A stretch of the log that could not be read and was skipped.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Damage {
    /// The file's name.
    pub file: String,
    /// Where the damage begins.
    pub offset: u64,
    /// How many bytes are unreadable; 0 when frames are missing between two readable ones.
    pub bytes: u64,
    /// The first and the last sequence that are lost with it, where any are.
    pub missing: Option<(Sequence, Sequence)>,
}

/// What was found when the log was opened.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// Bytes of an unfinished append that were cut from the end.
    pub torn_bytes: u64,
    /// What else could not be read.
    pub damage: Vec<Damage>,
}

/// A log that was looked at and not opened.
pub struct Inspection {
    /// What [`Log::open`] would report.
    pub report: Report,
    /// The sequence of the snapshot it begins with; 0 when there is none.
    pub base: Sequence,
    /// The sequence of its last payload.
    pub last: Sequence,
    /// Everything in it.
    pub replay: Replay,
}

/// The log, opened for appending. There is one per folder; whoever opens it holds the lock of the store.
#[derive(Debug)]
pub struct Log {
    storage: Arc<dyn Storage>,
    layout: Layout,
    /// The sequence of the last frame acknowledged.
    last: u64,
    active: Option<Active>,
    is_refusing: bool,
}

/// The segment that grows.
#[derive(Debug)]
struct Active {
    path: PathBuf,
    file: Box<dyn Appender>,
    acknowledged: u64,
}

impl Log {
    /// Opens the log in `folder`, which is made when it is missing. The end of an append that was never acknowledged
    /// is cut; damage elsewhere is skipped. Both are reported.
    pub fn open(storage: Arc<dyn Storage>, folder: &Path) -> Result<(Self, Report), Error> {
        open::open(storage, folder)
    }

    /// Looks at a log without changing anything.
    pub fn inspect(storage: &Arc<dyn Storage>, folder: &Path) -> Result<Inspection, Error> {
        open::inspect(storage, folder)
    }

    /// The sequence of the last payload in the log.
    pub fn last(&self) -> Sequence {
        Sequence(self.last)
    }

    /// The sequence at which the log's snapshot stands; 0 when it has none.
    pub fn base(&self) -> Sequence {
        Sequence(self.layout.base())
    }

    /// Whether an append failed and [`Log::reopen`] is needed.
    pub fn is_refusing(&self) -> bool {
        self.is_refusing
    }

    /// Writes payloads as one group and returns once all are on disk. Returns the sequence of the first and of the one
    /// after the last. After an error none is acknowledged and the log refuses to go on.
    pub fn append(&mut self, payloads: &[Vec<u8>]) -> Result<std::ops::Range<Sequence>, Error> {
        if self.is_refusing {
            return Err(Error::Refusing);
        }
        let first = self.last.saturating_add(1);
        let mut frames = Vec::new();
        let mut next = first;
        for payload in payloads {
            frame::encode(&mut frames, next, frame::Kind::Plan, payload)?;
            next = next.saturating_add(1);
        }
        if let Err(error) = self.write(first, &frames) {
            self.is_refusing = true;
            // What was not acknowledged should not come back. If this fails too, `reopen` tries again.
            let _retried_when_reopened = self.cut_unacknowledged();
            return Err(error);
        }
        self.last = next.saturating_sub(1);
        Ok(Sequence(first)..Sequence(next))
    }

    /// Makes the log usable again after a failed append: removes from disk what was not acknowledged and goes on in a
    /// new segment, since the state of the old file's unwritten pages is not known.
    pub fn reopen(&mut self) -> Result<(), Error> {
        self.cut_unacknowledged()?;
        self.active = None;
        self.is_refusing = false;
        Ok(())
    }

    /// Reads what was logged after a sequence, oldest first. Where that reaches back before the snapshot, the snapshot
    /// comes first.
    pub fn replay(&self, after: Sequence) -> Replay {
        Replay::new(Arc::clone(&self.storage), &self.layout, after.0)
    }

    /// Replaces everything logged so far by a snapshot of the state it led to, given as payloads. A crash or an error
    /// leaves the old log or the new one.
    pub fn compact<E: From<Error>>(
        &mut self,
        payloads: impl Iterator<Item = Result<Vec<u8>, E>>,
    ) -> Result<(), E> {
        self.compact_at(Sequence(self.last), payloads)
    }

    /// Does what [`Log::compact`] does, for a state that reaches further than the log does: an import, or a store that
    /// kept what the log lost. Does nothing about sequences: the next append is numbered after `sequence`.
    pub fn compact_at<E: From<Error>>(
        &mut self,
        sequence: Sequence,
        payloads: impl Iterator<Item = Result<Vec<u8>, E>>,
    ) -> Result<(), E> {
        if self.is_refusing {
            return Err(Error::Refusing.into());
        }
        compact::compact(self, sequence.0.max(self.last), payloads)
    }

    /// The bytes the log takes on disk.
    pub fn bytes(&self) -> Result<u64, Error> {
        self.layout.files().try_fold(0_u64, |sum, path| {
            let length = self.storage.length(&path).map_err(Error::io("measure", &path))?;
            Ok(sum.saturating_add(length))
        })
    }

    fn write(&mut self, first: u64, frames: &[u8]) -> Result<(), Error> {
        let size = u64::try_from(frames.len()).unwrap_or(u64::MAX);
        let is_full = self.active.as_ref().is_some_and(|active| {
            active.acknowledged > frame::FILE_HEADER_BYTES
                && active.acknowledged.saturating_add(size) > SEGMENT_BYTES
        });
        if is_full {
            self.active = None;
        }
        if self.active.is_none() && !frames.is_empty() {
            self.active = Some(self.begin_segment(first)?);
        }
        let Some(active) = &mut self.active else { return Ok(()) };
        active.file.append(frames).map_err(Error::io("append to", &active.path))?;
        active.file.sync().map_err(Error::io("sync", &active.path))?;
        active.acknowledged = active.acknowledged.saturating_add(size);
        Ok(())
    }

    fn begin_segment(&mut self, first: u64) -> Result<Active, Error> {
        let path = self.layout.segment_path(first);
        let mut file = self.storage.create(&path).map_err(Error::io("create", &path))?;
        file.append(&frame::file_header(first)).map_err(Error::io("append to", &path))?;
        file.sync().map_err(Error::io("sync", &path))?;
        let folder = self.layout.folder();
        self.storage.sync_folder(folder).map_err(Error::io("sync", folder))?;
        self.layout.add_segment(first);
        Ok(Active { path, file, acknowledged: frame::FILE_HEADER_BYTES })
    }

    fn cut_unacknowledged(&mut self) -> Result<(), Error> {
        if let Some(active) = &self.active {
            self.storage
                .truncate(&active.path, active.acknowledged)
                .map_err(Error::io("truncate", &active.path))?;
        }
        // A segment that was begun for the next sequence holds nothing that was acknowledged.
        let next = self.last.saturating_add(1);
        let path = self.layout.segment_path(next);
        match self.storage.remove(&path) {
            Ok(()) => self.active = None,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::io("remove", &path)(error)),
        }
        self.layout.forget_segment(next);
        let folder = self.layout.folder();
        self.storage.sync_folder(folder).map_err(Error::io("sync", folder))
    }
}
