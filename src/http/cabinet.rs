//! What readers have been given and must get again as it was: files that are written once, beside the store.
//!
//! A closed document of a feed stays, byte for byte, as it was served first; of a feed, the hashes of the entries that a
//! reader has are kept under the entity tag that the reader was given, so that only what is new need be sent next time, also
//! after a restart. Both can be lost without harm: the document is rendered anew, and the reader gets the whole feed.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

use arc_swap::ArcSwap;

use crate::http::caching::Fingerprint;
use crate::http::encoding::Encoding;

/// So many states of feeds are remembered; then the oldest half goes.
const MOST_STATES: usize = 8_192;

/// The files.
#[derive(Clone, Debug)]
pub struct Cabinet {
    documents: PathBuf,
    states: PathBuf,
    /// How many states there are, once they were counted.
    count: Arc<Mutex<Option<usize>>>,
    /// Whether the folder failed since something was written to it.
    is_in_trouble: Arc<AtomicBool>,
    /// States that were written or found a moment ago: nobody need look for them again.
    known: Arc<ArcSwap<HashSet<Fingerprint>>>,
}

/// So many states are known to be there.
const MOST_KNOWN: usize = 1_024;

impl Cabinet {
    /// In a folder beside a store.
    pub fn beside(store: &Path) -> Self {
        let folder = store.join("served");
        Self {
            documents: folder.join("documents"),
            states: folder.join("states"),
            count: Arc::default(),
            is_in_trouble: Arc::default(),
            known: Arc::default(),
        }
    }

    /// Whether the entries of a tag are known to be remembered.
    pub(super) fn is_remembered(&self, tag: Fingerprint) -> bool {
        self.known.load().contains(&tag)
    }

    /// The document of an address as it was served first. One that cannot be read is none.
    pub(super) fn document(&self, address: &str) -> Option<Vec<u8>> {
        let path = self.documents.join(document_name(address));
        let packed = self.told(read(&path))??;
        match zstd::decode_all(packed.as_slice()) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                tracing::warn!(%error, path = %path.display(), "a kept document is damaged; it is rendered anew");
                self.told(fs::remove_file(&path))?;
                None
            }
        }
    }

    /// Keeps a document; one that is kept already stays. Returns what is kept, nothing where that cannot be done.
    pub(super) fn keep_document(&self, address: &str, bytes: Vec<u8>) -> Option<Vec<u8>> {
        let path = self.documents.join(document_name(address));
        let packed = zstd::bulk::compress(&bytes, PACKING);
        let is_new = self.told(packed.and_then(|packed| write_once(&path, &packed, Durable::Yes)))?;
        if is_new {
            self.is_in_trouble.store(false, Ordering::Relaxed);
            Some(bytes)
        } else {
            self.document(address)
        }
    }

    /// The hashes of the page that a reader has who was given a tag.
    pub(super) fn state(&self, tag: Fingerprint) -> Option<Vec<u64>> {
        let bytes = self.told(read(&self.states.join(state_name(tag))))??;
        let (hashes, _rest) = bytes.as_chunks::<8>();
        Some(hashes.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect())
    }

    /// Remembers the hashes of the page that has a tag. Where that cannot be done, the reader gets the whole feed next time.
    pub(super) fn remember(&self, tag: Fingerprint, hashes: &[u64]) {
        let bytes: Vec<u8> = hashes.iter().flat_map(|hash| hash.to_le_bytes()).collect();
        let written = write_once(&self.states.join(state_name(tag)), &bytes, Durable::No);
        let done = written.and_then(|is_new| if is_new { self.tidy() } else { Ok(()) });
        if self.told(done).is_none() {
            return;
        }
        self.known.rcu(|known| {
            // Forgetting all of them only means looking again.
            let mut known = if known.len() < MOST_KNOWN { HashSet::clone(known) } else { HashSet::new() };
            known.insert(tag);
            known
        });
    }

    /// Tells of trouble with the folder, once until something can be written again: every request would else be told of.
    fn told<T>(&self, outcome: io::Result<T>) -> Option<T> {
        match outcome {
            Ok(done) => Some(done),
            Err(error) => {
                if !self.is_in_trouble.swap(true, Ordering::Relaxed) {
                    let folder = self.documents.parent().unwrap_or(&self.documents).display();
                    tracing::warn!(
                        %error,
                        "{folder}: {error}; closed documents are not kept as they are, and readers get whole feeds"
                    );
                }
                None
            }
        }
    }

    /// Removes the oldest half of the states when there are too many.
    fn tidy(&self) -> io::Result<()> {
        let mut count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = count.as_mut()
            && *known < MOST_STATES
        {
            *known += 1;
            return Ok(());
        }
        let mut states: Vec<(SystemTime, PathBuf)> = Vec::new();
        for file in fs::read_dir(&self.states)? {
            let file = file?;
            // A file that another thread is writing has its name for a moment only.
            if let Ok(metadata) = file.metadata() {
                states.push((metadata.modified()?, file.path()));
            }
        }
        if states.len() > MOST_STATES {
            states.sort_unstable();
            for (_age, path) in states.drain(..MOST_STATES / 2) {
                match fs::remove_file(path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    Ok(()) | Err(_) => {}
                }
            }
        }
        *count = Some(states.len());
        Ok(())
    }
}

/// A document is packed tightly: it is read seldom.
const PACKING: i32 = 12;

/// The name of a document's file: addresses are no file names.
fn document_name(address: &str) -> String {
    state_name(Fingerprint::of(address.as_bytes()))
}

fn state_name(tag: Fingerprint) -> String {
    tag.tag(Encoding::Identity).trim_matches('"').to_owned()
}

/// The bytes of a file, if it is there.
fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        read => read.map(Some),
    }
}

/// Whether a file must be whole after a power cut.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Durable {
    Yes,
    No,
}

/// Writes a file that is whole or not there; says whether it was not there before.
fn write_once(path: &Path, bytes: &[u8], durable: Durable) -> io::Result<bool> {
    let folder = path.parent().unwrap_or(path);
    if path.try_exists()? {
        return Ok(false);
    }
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    if durable == Durable::Yes {
        file.as_file().sync_all()?;
    }
    match file.persist_noclobber(path) {
        Ok(_file) => Ok(true),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error.error),
    }
}

#[cfg(test)]
mod tests {
    use super::Cabinet;
    use super::MOST_STATES;
    use crate::http::caching::Fingerprint;

    #[test]
    fn a_document_stays_as_it_was_served_first() {
        let folder = tempfile::tempdir().unwrap();
        let cabinet = Cabinet::beside(folder.path());
        assert_eq!(cabinet.document("a"), None);
        assert_eq!(cabinet.keep_document("a", b"first".to_vec()).unwrap(), b"first");
        assert_eq!(cabinet.keep_document("a", b"second".to_vec()).unwrap(), b"first");
        assert_eq!(cabinet.document("a").unwrap(), b"first");
    }

    #[test]
    fn a_damaged_document_is_none_and_is_kept_anew() {
        let folder = tempfile::tempdir().unwrap();
        let cabinet = Cabinet::beside(folder.path());
        cabinet.keep_document("a", b"first".to_vec()).unwrap();
        let file =
            std::fs::read_dir(folder.path().join("served/documents")).unwrap().next().unwrap().unwrap();
        std::fs::write(file.path(), b"(\xb5/\xfd").unwrap();
        assert_eq!(cabinet.document("a"), None);
        assert_eq!(cabinet.keep_document("a", b"again".to_vec()).unwrap(), b"again");
        assert_eq!(cabinet.document("a").unwrap(), b"again");
    }

    #[test]
    fn states_are_remembered_and_the_oldest_go() {
        let folder = tempfile::tempdir().unwrap();
        let cabinet = Cabinet::beside(folder.path());
        let tag = |number: usize| Fingerprint::of(&number.to_le_bytes());
        for number in 0..=MOST_STATES {
            cabinet.remember(tag(number), &[7, 9]);
        }
        assert_eq!(cabinet.state(tag(MOST_STATES)), Some(vec![7, 9]));
        let left = std::fs::read_dir(folder.path().join("served/states")).unwrap().count();
        assert!(left <= MOST_STATES, "{left}");
        assert_eq!(cabinet.state(tag(MOST_STATES + 1)), None);
    }
}
