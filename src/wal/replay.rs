//! Reads the log in order, across files and over damage. Changes nothing on disk.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use crate::model::plan::Sequence;
use crate::wal::Damage;
use crate::wal::Error;
use crate::wal::frame::Frame;
use crate::wal::frame::Kind;
use crate::wal::layout::Layout;
use crate::wal::scan::HeaderState;
use crate::wal::scan::Scanner;
use crate::wal::scan::Step;
use crate::wal::storage::Storage;

/// What was logged, oldest first.
pub struct Replay {
    walk: Walk,
    after: u64,
}

/// One thing found in the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Found {
    /// A part of the state as it was at a sequence. All parts come before the first plan.
    Snapshot {
        /// The snapshot's sequence.
        sequence: Sequence,
        /// The part as it was given.
        payload: Vec<u8>,
    },
    /// A plan.
    Plan {
        /// Its number.
        sequence: Sequence,
        /// The plan as it was given.
        payload: Vec<u8>,
    },
    /// Something that cannot be read.
    Damage(Damage),
}

impl Replay {
    pub(super) fn new(storage: Arc<dyn Storage>, layout: &Layout, after: u64) -> Self {
        Self { walk: Walk::new(storage, layout, after), after }
    }
}

impl Iterator for Replay {
    type Item = Result<Found, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (file, offset, frame) = match self.walk.next_event() {
                Err(error) => return Some(Err(error)),
                Ok(Event::End) => return None,
                Ok(Event::Damage(damage)) => return Some(Ok(Found::Damage(damage))),
                // Only an append that is going on, or a log that was not opened yet, has a torn end.
                Ok(Event::Torn { .. }) => continue,
                Ok(Event::Frame { file, offset, frame }) => (file, offset, frame),
            };
            let (sequence, kind) = (Sequence(frame.sequence), frame.kind);
            if kind == Kind::SnapshotEnd || (kind == Kind::Plan && sequence.0 <= self.after) {
                continue;
            }
            let Some(payload) = frame.payload() else {
                let missing = Some((sequence, sequence));
                return Some(Ok(Found::Damage(Damage { file, offset, bytes: 0, missing })));
            };
            return Some(Ok(if kind == Kind::Snapshot {
                Found::Snapshot { sequence, payload }
            } else {
                Found::Plan { sequence, payload }
            }));
        }
    }
}

/// Frames and damage in order, payloads untouched.
pub(super) struct Walk {
    storage: Arc<dyn Storage>,
    files: VecDeque<File>,
    current: Option<Current>,
    /// The sequence the next plan should have.
    pub(super) expected: u64,
    pending: Option<Damage>,
    ready: VecDeque<Event>,
}

struct File {
    path: PathBuf,
    name: String,
    sequence: u64,
    is_snapshot: bool,
    is_last: bool,
}

struct Current {
    scanner: Scanner,
    file: File,
    good_to: u64,
    parts: u64,
    is_complete: bool,
}

/// One thing in the log.
pub(super) enum Event {
    /// A frame.
    Frame { file: String, offset: u64, frame: Frame },
    /// Something unreadable between, before or after frames.
    Damage(Damage),
    /// The end of the last segment is no frame: it is good up to `keep`.
    Torn { keep: u64, bytes: u64 },
    /// Nothing more.
    End,
}

impl Walk {
    pub(super) fn new(storage: Arc<dyn Storage>, layout: &Layout, after: u64) -> Self {
        let snapshot = layout.snapshot().filter(|sequence| after < *sequence);
        let segments = layout.segments();
        let successors = segments.iter().skip(1).map(Some).chain([None]);
        let wanted: Vec<u64> = segments
            .iter()
            .zip(successors)
            .filter(|(_first, next)| next.is_none_or(|next| next.saturating_sub(1) > after))
            .map(|(first, _next)| *first)
            .collect();
        let last = segments.last().copied();
        let name = |path: &std::path::Path| {
            path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
        };
        let mut files = VecDeque::new();
        if let Some(sequence) = snapshot {
            let path = layout.snapshot_path(sequence);
            files.push_back(File { name: name(&path), path, sequence, is_snapshot: true, is_last: false });
        }
        let begin = wanted.first().copied().unwrap_or(after.saturating_add(1));
        for first in wanted {
            let path = layout.segment_path(first);
            let is_last = Some(first) == last;
            files.push_back(File { name: name(&path), path, sequence: first, is_snapshot: false, is_last });
        }
        let expected = snapshot.unwrap_or_else(|| begin.min(after.saturating_add(1)));
        Self { storage, files, current: None, expected, pending: None, ready: VecDeque::new() }
    }

    pub(super) fn next_event(&mut self) -> Result<Event, Error> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Ok(event);
            }
            let Some(mut current) = self.current.take() else {
                let Some(file) = self.files.pop_front() else {
                    return Ok(self.pending.take().map_or(Event::End, Event::Damage));
                };
                self.begin(file)?;
                continue;
            };
            let least = if current.file.is_snapshot {
                current.file.sequence
            } else {
                self.expected.max(current.file.sequence)
            };
            let step = current.scanner.next(least).map_err(Error::io("read", &current.file.path))?;
            match step {
                Step::Frame { frame, end } => {
                    self.accept(&mut current, frame, end);
                    self.current = Some(current);
                }
                Step::Gap { offset, bytes, is_last } => {
                    if is_last && current.file.is_last {
                        self.ready.push_back(Event::Torn { keep: current.good_to, bytes });
                    } else {
                        self.suspect(&current.file.name, offset, bytes);
                    }
                    self.current = Some(current);
                }
                Step::End => self.finish(&current),
            }
        }
    }

    fn begin(&mut self, file: File) -> Result<(), Error> {
        let (scanner, state) = Scanner::open(&self.storage, &file.path)?;
        let good_to = match state {
            HeaderState::Whole => crate::wal::frame::FILE_HEADER_BYTES,
            HeaderState::Cut | HeaderState::Damaged => 0,
        };
        if state == HeaderState::Cut && file.is_last {
            self.ready.push_back(Event::Torn { keep: 0, bytes: scanner.length() });
        } else if state != HeaderState::Whole {
            let bytes = scanner.length().min(crate::wal::frame::FILE_HEADER_BYTES);
            self.suspect(&file.name, 0, bytes);
        }
        self.current = Some(Current { scanner, file, good_to, parts: 0, is_complete: false });
        Ok(())
    }

    fn accept(&mut self, current: &mut Current, frame: Frame, end: u64) {
        let offset = current.good_to;
        current.good_to = end;
        match frame.kind {
            Kind::Plan => {
                self.settle(&current.file.name, offset, frame.sequence);
                self.expected = frame.sequence.saturating_add(1);
            }
            Kind::Snapshot => current.parts = current.parts.saturating_add(1),
            Kind::SnapshotEnd => {
                let stated = frame.clone().payload().and_then(|payload| payload.try_into().ok());
                current.is_complete = stated.map(u64::from_le_bytes) == Some(current.parts);
            }
        }
        self.ready.push_back(Event::Frame { file: current.file.name.clone(), offset, frame });
    }

    fn finish(&mut self, current: &Current) {
        if current.file.is_snapshot {
            if !current.is_complete && self.pending.is_none() {
                self.suspect(&current.file.name, current.scanner.length(), 0);
            }
            self.expected = current.file.sequence.saturating_add(1);
        } else if self.expected < current.file.sequence {
            // An empty segment still says by its name how far the log had come.
            self.settle(&current.file.name, 0, current.file.sequence);
            self.expected = current.file.sequence;
        }
    }

    /// Remembers unreadable bytes until the next frame tells which sequences they held.
    fn suspect(&mut self, file: &str, offset: u64, bytes: u64) {
        let damage = Damage { file: file.to_owned(), offset, bytes, missing: None };
        if let Some(before) = self.pending.replace(damage) {
            self.ready.push_back(Event::Damage(before));
        }
    }

    fn settle(&mut self, file: &str, offset: u64, sequence: u64) {
        let missing = (sequence > self.expected)
            .then(|| (Sequence(self.expected), Sequence(sequence.saturating_sub(1))));
        if let Some(damage) = self.pending.take() {
            self.ready.push_back(Event::Damage(Damage { missing, ..damage }));
        } else if missing.is_some() {
            let damage = Damage { file: file.to_owned(), offset, bytes: 0, missing };
            self.ready.push_back(Event::Damage(damage));
        }
    }
}
