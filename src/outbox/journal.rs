//! Which letters a relay took: noted at once, before the store is, so that a process that is killed between the two sends
//! none of them again.
//!
//! A line in a file is there as soon as it is written, also when the process ends a moment later; only a power cut can lose
//! the last ones. Then, and when the connection breaks between the last byte and the answer, nobody can tell whether the relay
//! took the letter (RFC 1047): it comes again, under the same `Message-ID`. Not to send it would lose it at relays that drop
//! what they cannot answer for. That the sending process is killed just then is seen to by [`crate::outbox::courier`].

use std::collections::BTreeSet;
use std::fs::File;
use std::fs::OpenOptions;
use std::fs::TryLockError;
use std::io;
use std::io::Read as _;
use std::io::Seek as _;
use std::io::Write as _;
use std::path::Path;
use std::sync::Mutex;
use std::sync::PoisonError;

use crate::model::outgoing::LetterId;

/// Its name in the store's folder.
const FILE: &str = "sent-letters";

/// More than this is not read: it holds only what was sent since the store last knew.
const LONGEST: u64 = 16 << 20;

/// The file.
#[derive(Debug)]
pub struct Journal(Mutex<File>);

impl Journal {
    /// Whether nobody sends letters who was started earlier: a courier whose daemon is gone.
    pub fn is_free(store: &Path) -> io::Result<bool> {
        match file(store)?.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Opens it for whoever sends letters, as soon as nobody else does; blocks until then.
    pub fn hold(store: &Path) -> io::Result<Self> {
        let file = file(store)?;
        file.lock()?;
        Ok(Self(Mutex::new(file)))
    }

    /// Opens it beside a store; gives what it holds.
    pub fn open(store: &Path) -> io::Result<(Self, BTreeSet<LetterId>)> {
        let mut file = file(store)?;
        let mut text = String::new();
        let _as_much_as_is_text = (&mut file).take(LONGEST).read_to_string(&mut text);
        let sent = text.lines().filter_map(LetterId::parse).collect();
        Ok((Self(Mutex::new(file)), sent))
    }

    /// Notes that a letter was taken.
    pub fn note(&self, id: &LetterId) -> io::Result<()> {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(format!("\n{id}\n").as_bytes())
    }

    /// Forgets all: the store knows of them. Nobody must be sending.
    pub fn clear(&self) -> io::Result<()> {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        file.set_len(0)?;
        file.rewind()
    }
}

fn file(store: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).append(true).create(true).open(store.join(FILE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_noted_is_there_after_the_next_opening() {
        let folder = tempfile::tempdir().unwrap();
        let id = LetterId::parse("0123456789abcdef-7").unwrap();
        let (journal, sent) = Journal::open(folder.path()).unwrap();
        assert!(sent.is_empty());
        journal.note(&id).unwrap();
        drop(journal);
        let (journal, sent) = Journal::open(folder.path()).unwrap();
        assert_eq!(sent.into_iter().collect::<Vec<_>>(), [id]);
        journal.clear().unwrap();
        assert!(Journal::open(folder.path()).unwrap().1.is_empty());
    }
}
