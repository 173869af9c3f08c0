//! Writing: papers are put and removed, and a commit makes it all durable and visible at once, together with the store's
//! sequence up to which it was applied.

use std::collections::HashSet;
use std::path::PathBuf;

use tantivy::IndexWriter;
use tantivy::TantivyError;
use tantivy::Term;

use crate::index::Error;
use crate::index::entry;
use crate::index::open;
use crate::index::reader::Reader;
use crate::index::schema;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;
use crate::query::document::Document;

/// Writes the index; there is one of it.
///
/// What was not committed is lost when it is dropped, and is to be applied again from [`Writer::applied`].
pub struct Writer {
    pub(super) path: PathBuf,
    pub(super) engine: Option<IndexWriter>,
    pub(super) reader: Reader,
    pub(super) applied: u64,
    /// What was put since the last commit, so that only papers which may be there are deleted first.
    pub(super) put: HashSet<PaperId>,
}

impl Writer {
    /// The store's sequence up to which the index is committed; 0 when it is empty.
    pub fn applied(&self) -> u64 {
        self.applied
    }

    /// Adds a paper, or replaces it.
    pub fn put(&mut self, paper: &Paper, document: &Document) -> Result<(), Error> {
        // Deleting what is not there costs as much as deleting what is, in every segment.
        if !self.put.insert(paper.id.clone()) || self.reader.contains(&paper.id)? {
            self.delete(&paper.id)?;
        }
        let entry = entry::entry(&self.reader.fields, paper, document);
        let added = self.writer()?.add_document(entry);
        added.map(|_stamp| ()).map_err(|error| self.error(&error))
    }

    /// Removes a paper; one that is not there is none the less removed.
    pub fn remove(&mut self, id: &PaperId) -> Result<(), Error> {
        self.delete(id)
    }

    /// Makes everything durable and visible, and notes the store's sequence that it belongs to.
    pub fn commit(&mut self, sequence: u64) -> Result<(), Error> {
        let path = self.path.clone();
        let writer = self.engine.as_mut().ok_or_else(|| closed(&path))?;
        let committed = writer.prepare_commit().and_then(|mut commit| {
            commit.set_payload(&open::payload(schema::VERSION, sequence));
            commit.commit()
        });
        committed.and_then(|_stamp| self.reader.committed.reload()).map_err(|error| self.error(&error))?;
        self.applied = sequence;
        self.put.clear();
        Ok(())
    }

    /// Removes all papers, as if nothing had ever been put.
    pub fn clear(&mut self) -> Result<(), Error> {
        let cleared = self.writer()?.delete_all_documents();
        cleared.map_err(|error| self.error(&error))?;
        self.put.clear();
        self.applied = 0;
        Ok(())
    }

    /// What searches it.
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    fn delete(&self, id: &PaperId) -> Result<(), Error> {
        let term = Term::from_field_text(self.reader.fields.id, id.as_str());
        let _stamp = self.writer()?.delete_term(term);
        Ok(())
    }

    fn writer(&self) -> Result<&IndexWriter, Error> {
        self.engine.as_ref().ok_or_else(|| closed(&self.path))
    }

    fn error(&self, error: &TantivyError) -> Error {
        Error::of(&self.path, error)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // The threads are joined and the lock is given back before the folder is marked as closed in order.
        drop(self.engine.take());
        open::mark_closed(&self.path);
    }
}

fn closed(path: &std::path::Path) -> Error {
    Error::Damaged { path: path.to_owned(), detail: "its writer is closed".to_owned() }
}
