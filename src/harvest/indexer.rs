//! Keeps the search index in step with the store: what the plans since its last commit touched is put or removed. The index
//! holds the sequence that it has come to, so that a crash in between only means that this is done again; where nobody
//! knows any more what was touched, it is made anew from all papers.

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use crate::harvest::pen::Pen;
use crate::index;
use crate::index::OpenReport;
use crate::index::Settings;
use crate::index::handle::Handle;
use crate::index::writer::Writer;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;
use crate::model::plan::Sequence;
use crate::model::time::Timestamp;
use crate::query::Query;
use crate::query::document::Document;
use crate::store;
use crate::store::Reader;

/// While the index is made anew it is committed after so many papers, so that memory stays small.
const BATCH: usize = 50_000;

/// An index of so few papers is made anew while others wait.
const FEW: u64 = 20_000;

/// Why the index could not follow.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store refused.
    #[error("store: {0}")]
    Store(#[from] store::Error),
    /// The index refused.
    #[error(transparent)]
    Index(#[from] index::Error),
}

/// What catching up did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Caught {
    /// Papers put.
    pub put: u64,
    /// Papers removed.
    pub removed: u64,
    /// Whether it was made anew.
    pub is_anew: bool,
}

/// The writing side of the index.
#[derive(Clone)]
pub struct Indexer {
    settings: Settings,
    writer: Arc<Mutex<Option<Writer>>>,
    handle: Handle,
}

impl Indexer {
    /// An indexer of an index that is opened when it first catches up.
    pub fn new(settings: Settings) -> Self {
        Self { settings, writer: Arc::default(), handle: Handle::waiting() }
    }

    /// What searches hold.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Brings the index to where the store is. After an error it is closed, and opened again by the next call.
    pub fn catch_up(&self, reader: &Reader, pen: &Pen) -> Result<Caught, Error> {
        let mut slot = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if self.handle.is_suspect() {
            // Opened again, with every file verified; what is damaged is made anew.
            drop(slot.take());
            index::distrust(&self.settings);
        }
        let mut writer = slot.take().map_or_else(|| self.open(), Ok)?;
        let followed = catch_unwind(AssertUnwindSafe(|| self.follow(&mut writer, reader, pen)));
        let failed = match followed {
            Ok(Ok(caught)) => {
                *slot = Some(writer);
                return Ok(caught);
            }
            Ok(Err(error)) => error,
            // The engine panics over damage that it meets while it reads.
            Err(_panic) => {
                let detail = "reading or writing it panicked".to_owned();
                Error::Index(index::Error::Damaged { path: self.settings.path.clone(), detail })
            }
        };
        self.handle.close(format!("the search index cannot follow: {failed}"));
        drop(writer);
        index::distrust(&self.settings);
        Err(failed)
    }

    /// Does the same unless that takes long, since the index is to be made anew of many papers. Says whether it did.
    pub fn catch_up_if_soon(&self, reader: &Reader, pen: &Pen) -> Result<bool, Error> {
        {
            let mut slot = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
            let writer = slot.take().map_or_else(|| self.open(), Ok)?;
            let is_soon = writer.applied() > 0 || reader.paper_count() <= FEW;
            *slot = Some(writer);
            if !is_soon {
                return Ok(false);
            }
        }
        self.catch_up(reader, pen).map(|_caught| true)
    }

    /// The papers that match a query, where the index is where the store is.
    pub fn matching(&self, query: &Query, reader: &Reader, now: Timestamp) -> Option<Vec<PaperId>> {
        if !self.is_current(reader) {
            return None;
        }
        let found = self.handle.reader().ok()?.matching(query, now);
        found.inspect_err(|error| tracing::warn!(%error, "search index: asked for a topic's papers")).ok()
    }

    /// Whether the index is where the store is.
    pub fn is_current(&self, reader: &Reader) -> bool {
        let slot = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        slot.as_ref().is_some_and(|writer| writer.applied() == reader.revision().0)
    }

    fn open(&self) -> Result<Writer, Error> {
        let (writer, reader, report) = index::open(&self.settings)?;
        let OpenReport { begun_anew, applied, papers } = report;
        if let Some(why) = begun_anew {
            tracing::warn!("search index: made anew: {why}");
        } else {
            tracing::debug!(applied, papers, "search index: opened");
        }
        if applied == 0 {
            self.handle.close("the search index is being made; try again in a moment".to_owned());
        } else {
            self.handle.serve(reader);
        }
        Ok(writer)
    }

    fn follow(&self, writer: &mut Writer, reader: &Reader, pen: &Pen) -> Result<Caught, Error> {
        let mut caught = Caught::default();
        loop {
            // First where the store is, then what is read: what changes in between is read once more.
            let revision = reader.revision();
            let applied = Sequence(writer.applied());
            if applied == revision && applied.0 > 0 {
                self.handle.serve(writer.reader().clone());
                return Ok(caught);
            }
            let known = match reader.touched_since(applied) {
                Some(known) => Some(known),
                None => pen.with(|writer| writer.touched_since(applied))?,
            };
            match known.filter(|_| applied.0 > 0) {
                Some(touched) => {
                    for id in touched {
                        take(writer, reader, &id, &mut caught)?;
                    }
                }
                None => self.begin_anew(writer, reader, &mut caught)?,
            }
            writer.commit(revision.0.max(1))?;
            if revision.0 == 0 {
                self.handle.serve(writer.reader().clone());
                return Ok(caught);
            }
        }
    }

    fn begin_anew(&self, writer: &mut Writer, reader: &Reader, caught: &mut Caught) -> Result<(), Error> {
        let papers = reader.paper_count();
        if papers > 0 {
            tracing::info!(papers, "search index: making it anew of {papers} papers");
        }
        caught.is_anew = true;
        writer.clear()?;
        writer.commit(0)?;
        for (place, paper) in (1..).zip(reader.papers()) {
            let paper = paper?;
            put(writer, reader, &paper, caught)?;
            if place % BATCH == 0 {
                let done = (100 * caught.put).checked_div(papers).unwrap_or(0).min(99);
                self.handle.close(format!("the search index is being made anew ({done} % done)"));
                // A crash here begins again: the sequence is still that of an empty index.
                writer.commit(0)?;
            }
        }
        Ok(())
    }
}

/// Puts a paper as it is now, or removes it when it is none any more.
fn take(writer: &mut Writer, reader: &Reader, id: &PaperId, caught: &mut Caught) -> Result<(), Error> {
    if let Some(paper) = reader.paper(id)?.filter(|paper| paper.id == *id) {
        put(writer, reader, &paper, caught)
    } else {
        writer.remove(id)?;
        caught.removed += 1;
        Ok(())
    }
}

fn put(writer: &mut Writer, reader: &Reader, paper: &Paper, caught: &mut Caught) -> Result<(), Error> {
    writer.put(paper, &Document::new(paper, &reader.beside(&paper.id)?))?;
    caught.put += 1;
    Ok(())
}
