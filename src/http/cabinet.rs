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
use std::time::SystemTime;

use arc_swap::ArcSwap;

use crate::http::caching::Fingerprint;
use crate::http::encoding::Encoding;

/// So many states of feeds are remembered; then the oldest half goes.
const MOST_STATES: usize = 8_192;

/// A state has at most so many entries: as many as a feed may list.
const MOST_ENTRIES: usize = 8_192;

/// The files.
#[derive(Clone, Debug)]
pub struct Cabinet {
    documents: PathBuf,
    states: PathBuf,
    /// How many states there are, once they were counted.
    count: Arc<Mutex<Option<usize>>>,
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
            known: Arc::default(),
        }
    }

    /// Whether the entries of a tag are known to be remembered.
    pub(super) fn is_remembered(&self, tag: Fingerprint) -> bool {
        self.known.load().contains(&tag)
    }

    /// The document of an address as it was served first.
    pub(super) fn document(&self, address: &str) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.documents.join(document_name(address))) {
            Ok(packed) => zstd::decode_all(packed.as_slice()).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Keeps a document; one that is kept already stays. Returns what is kept.
    pub(super) fn keep_document(&self, address: &str, bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        let packed = zstd::bulk::compress(&bytes, PACKING)?;
        let path = self.documents.join(document_name(address));
        if write_once(&path, &packed)? {
            return Ok(bytes);
        }
        Ok(self.document(address)?.unwrap_or(bytes))
    }

    /// The hashes of the entries that a reader has who was given a tag.
    pub(super) fn state(&self, tag: Fingerprint) -> io::Result<Option<Vec<u64>>> {
        match fs::read(self.states.join(state_name(tag))) {
            Ok(bytes) => {
                let (hashes, _rest) = bytes.as_chunks::<8>();
                Ok(Some(hashes.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect()))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Remembers the entries of a tag.
    pub(super) fn remember(&self, tag: Fingerprint, entries: &[u64]) -> io::Result<()> {
        if entries.len() > MOST_ENTRIES {
            return Ok(());
        }
        let bytes: Vec<u8> = entries.iter().flat_map(|hash| hash.to_le_bytes()).collect();
        if write_once(&self.states.join(state_name(tag)), &bytes)? {
            self.tidy()?;
        }
        self.known.rcu(|known| {
            // Forgetting all of them only means looking again.
            let mut known = if known.len() < MOST_KNOWN { HashSet::clone(known) } else { HashSet::new() };
            known.insert(tag);
            known
        });
        Ok(())
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
            states.push((file.metadata()?.modified()?, file.path()));
        }
        if states.len() > MOST_STATES {
            states.sort_unstable();
            for (_age, path) in states.drain(..MOST_STATES / 2) {
                fs::remove_file(path)?;
            }
        }
        *count = Some(states.len());
        Ok(())
    }
}

/// A document is packed tightly: it is read seldom.
const PACKING: i32 = 12;

/// The name of a document's file. Addresses may hold a token, so they are hashed.
fn document_name(address: &str) -> String {
    state_name(Fingerprint::of(address.as_bytes()))
}

fn state_name(tag: Fingerprint) -> String {
    tag.tag(Encoding::Identity).trim_matches('"').to_owned()
}

/// Writes a file that is whole or not there; says whether it was not there before.
fn write_once(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    let folder = path.parent().unwrap_or(path);
    if path.try_exists()? {
        return Ok(false);
    }
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
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
        assert_eq!(cabinet.document("a").unwrap(), None);
        assert_eq!(cabinet.keep_document("a", b"first".to_vec()).unwrap(), b"first");
        assert_eq!(cabinet.keep_document("a", b"second".to_vec()).unwrap(), b"first");
        assert_eq!(cabinet.document("a").unwrap().unwrap(), b"first");
    }

    #[test]
    fn states_are_remembered_and_the_oldest_go() {
        let folder = tempfile::tempdir().unwrap();
        let cabinet = Cabinet::beside(folder.path());
        let tag = |number: usize| Fingerprint::of(&number.to_le_bytes());
        for number in 0..=MOST_STATES {
            cabinet.remember(tag(number), &[7, 9]).unwrap();
        }
        assert_eq!(cabinet.state(tag(MOST_STATES)).unwrap(), Some(vec![7, 9]));
        let left = std::fs::read_dir(folder.path().join("served/states")).unwrap().count();
        assert!(left <= MOST_STATES, "{left}");
        assert_eq!(cabinet.state(tag(MOST_STATES + 1)).unwrap(), None);
    }
}
