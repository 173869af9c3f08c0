//! Reads one file frame by frame and finds the next frame after damage.

use std::io;
use std::io::Read;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;

use crate::wal::Error;
use crate::wal::frame;
use crate::wal::frame::Found;
use crate::wal::frame::Frame;
use crate::wal::storage::Storage;

/// How much is read at once.
const CHUNK_BYTES: usize = 256 << 10;

/// One file being read.
pub(super) struct Scanner {
    input: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    start: usize,
    /// The place in the file of `buffer[start]`.
    offset: u64,
    length: u64,
    is_at_end: bool,
}

/// What comes next in a file.
pub(super) enum Step {
    /// A frame; the file is good up to `end`.
    Frame {
        /// What it holds.
        frame: Frame,
        /// Where it ends.
        end: u64,
    },
    /// Bytes that are no frame, before a frame or before the end of the file.
    Gap {
        /// Where they begin.
        offset: u64,
        /// How many there are.
        bytes: u64,
        /// Whether nothing follows.
        is_last: bool,
    },
    /// The end of the file.
    End,
}

impl Scanner {
    /// Opens a file and reads its header. A damaged header is skipped and reported by the number of its bytes.
    pub(super) fn open(storage: &Arc<dyn Storage>, path: &Path) -> Result<(Self, HeaderState), Error> {
        let length = storage.length(path).map_err(Error::io("measure", path))?;
        let input = storage.open(path).map_err(Error::io("open", path))?;
        let mut scanner = Self { input, buffer: Vec::new(), start: 0, offset: 0, length, is_at_end: false };
        let wanted = usize::try_from(frame::FILE_HEADER_BYTES).unwrap_or_default();
        let header = scanner.look(wanted).map_err(Error::io("read", path))?;
        let available = header.len().min(wanted);
        let state = match frame::format_of(header) {
            Some(frame::FORMAT) => HeaderState::Whole,
            Some(found) => {
                return Err(Error::Version { path: path.to_owned(), found, known: frame::FORMAT });
            }
            None if available < wanted => HeaderState::Cut,
            None => HeaderState::Damaged,
        };
        scanner.skip(available);
        Ok((scanner, state))
    }

    /// The file's length when it was opened.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// The next frame whose sequence is at least `least`, or the bytes that stand in its way.
    ///
    /// After damage any sequence is accepted that the bytes left could hold a run of frames up to.
    pub(super) fn next(&mut self, least: u64) -> io::Result<Step> {
        let room = self.length.saturating_sub(self.offset) / 17;
        let expected = least..=least.saturating_add(room);
        let (from, mut skipped) = (self.offset, 0_u64);
        loop {
            if skipped > 0
                && let Found::Frame(..) = self.frame_here(&expected)?
            {
                return Ok(Step::Gap { offset: from, bytes: skipped, is_last: false });
            }
            if skipped == 0
                && let Found::Frame(frame, size) = self.frame_here(&expected)?
            {
                self.skip(size);
                return Ok(Step::Frame { frame, end: self.offset });
            }
            if self.look(1)?.is_empty() {
                return Ok(if skipped == 0 {
                    Step::End
                } else {
                    Step::Gap { offset: from, bytes: skipped, is_last: true }
                });
            }
            self.skip(1);
            skipped = skipped.saturating_add(1);
        }
    }

    fn frame_here(&mut self, expected: &RangeInclusive<u64>) -> io::Result<Found> {
        let mut wanted = frame::FRAME_HEADER_BYTES;
        loop {
            let available = self.look(wanted)?;
            if available.len() < wanted {
                return Ok(Found::Nothing);
            }
            match frame::decode(available, expected) {
                Found::More(more) => wanted = more,
                Found::Nothing => return Ok(Found::Nothing),
                Found::Frame(frame, size) => return Ok(Found::Frame(frame, size)),
            }
        }
    }

    /// What lies ahead: at least `wanted` bytes unless the file ends before.
    fn look(&mut self, wanted: usize) -> io::Result<&[u8]> {
        while self.buffer.len().saturating_sub(self.start) < wanted && !self.is_at_end {
            if self.start > CHUNK_BYTES {
                self.buffer.drain(..self.start);
                self.start = 0;
            }
            let missing = wanted.saturating_sub(self.buffer.len().saturating_sub(self.start));
            let most = u64::try_from(missing.max(CHUNK_BYTES)).unwrap_or(u64::MAX);
            let read = self.input.by_ref().take(most).read_to_end(&mut self.buffer)?;
            self.is_at_end = read == 0;
        }
        Ok(self.buffer.get(self.start..).unwrap_or_default())
    }

    fn skip(&mut self, bytes: usize) {
        self.start = self.start.saturating_add(bytes);
        self.offset = self.offset.saturating_add(u64::try_from(bytes).unwrap_or_default());
    }
}

/// How a file begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum HeaderState {
    /// As it should.
    Whole,
    /// The file ends inside it.
    Cut,
    /// Its checksum is wrong.
    Damaged,
}
