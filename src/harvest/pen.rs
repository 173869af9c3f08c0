//! The store's one writer, shared: whoever wants to write waits for the others, on a thread that may block.

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

use crate::store::Error;
use crate::store::Writer;

/// A handle to the writer; its copies share it.
#[derive(Clone)]
pub struct Pen {
    writer: Arc<Mutex<Writer>>,
    /// Since when the writer is held, if it is.
    since: Arc<Mutex<Option<Instant>>>,
}

impl Pen {
    pub(super) fn new(writer: Writer) -> Self {
        Self { writer: Arc::new(Mutex::new(writer)), since: Arc::default() }
    }

    /// Runs work on the writer, off the async threads, one at a time. Waits for every commit that is under way.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let this = self.clone();
        match tokio::task::spawn_blocking(move || this.with(work)).await {
            Ok(result) => result,
            Err(panic) => resume_unwind(panic.into_panic()),
        }
    }

    /// Runs work on the writer, on this thread.
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Writer) -> T) -> T {
        // After a panic while writing the log is ahead of the store at worst, and the writer knows: it heals.
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        self.note(Some(Instant::now()));
        let done = catch_unwind(AssertUnwindSafe(|| work(&mut writer)));
        self.note(None);
        done.unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// For how long the writer has been held by whoever holds it.
    pub fn held_for(&self) -> Duration {
        let since = *self.since.lock().unwrap_or_else(PoisonError::into_inner);
        since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    fn note(&self, since: Option<Instant>) {
        *self.since.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }
}
