//! The search index as those who search hold it: it may be made anew beneath them.

use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use crate::index::Settings;
use crate::index::reader::Reader;

/// A reader that is replaced when the index is; its copies share it.
#[derive(Clone)]
pub struct Handle {
    state: Arc<RwLock<State>>,
    /// How often what can be found became another.
    moves: Arc<AtomicU64>,
}

#[derive(Clone)]
struct State {
    reader: Option<Reader>,
    /// Why nothing can be searched, in words for whoever wanted to.
    excuse: String,
    is_suspect: bool,
}

impl Handle {
    /// A handle to an index that is not there yet.
    pub fn waiting() -> Self {
        let excuse = "the search index is being opened; try again in a moment".to_owned();
        let state = Arc::new(RwLock::new(State { reader: None, excuse, is_suspect: false }));
        Self { state, moves: Arc::default() }
    }

    /// A number that changes whenever what can be found does: what was made of the index is current until then.
    pub fn moves(&self) -> u64 {
        self.moves.load(Ordering::Acquire)
    }

    /// Lets searches go to a reader from now on.
    pub fn serve(&self, reader: Reader) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.reader = Some(reader);
        state.is_suspect = false;
        self.moves.fetch_add(1, Ordering::Release);
    }

    /// Notes that the index was found damaged while it was searched.
    pub fn suspect(&self) {
        self.state.write().unwrap_or_else(PoisonError::into_inner).is_suspect = true;
    }

    /// Whether that was noted since the last reader came.
    pub fn is_suspect(&self) -> bool {
        self.state.read().unwrap_or_else(PoisonError::into_inner).is_suspect
    }

    /// Has searches wait, for a reason.
    pub fn close(&self, excuse: String) {
        *self.state.write().unwrap_or_else(PoisonError::into_inner) =
            State { reader: None, excuse, is_suspect: false };
        self.moves.fetch_add(1, Ordering::Release);
    }

    /// The reader, or why there is none at the moment.
    pub fn reader(&self) -> Result<Reader, String> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state.reader.clone().ok_or_else(|| state.excuse.clone())
    }
}

impl std::fmt::Debug for Handle {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Handle").finish_non_exhaustive()
    }
}

impl Settings {
    /// The settings of an index in its place beside a store.
    pub fn beside(store: &std::path::Path) -> Self {
        Self { path: store.join("index"), heap_bytes: HEAP }
    }
}

/// Memory for papers that are not written out yet.
const HEAP: usize = 48 << 20;
