//! The task group: every task of the daemon has a name and is awaited at the end.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The daemon's tasks.
#[derive(Clone, Debug)]
pub struct Tasks {
    tracker: TaskTracker,
    stop: CancellationToken,
    has_panicked: Arc<AtomicBool>,
}

impl Tasks {
    /// An empty group. A task that panics cancels `stop`, so that the daemon drains and says so.
    pub fn new(stop: CancellationToken) -> Self {
        Self { tracker: TaskTracker::new(), stop, has_panicked: Arc::default() }
    }

    /// Starts a task.
    pub fn spawn(&self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        let guard =
            PanicGuard { name, stop: self.stop.clone(), has_panicked: Arc::clone(&self.has_panicked) };
        self.tracker.spawn(async move {
            let _guard = guard;
            task.await;
        });
    }

    /// Whether any task has panicked.
    pub fn has_panicked(&self) -> bool {
        self.has_panicked.load(Ordering::SeqCst)
    }

    /// Waits until every task has ended, but no longer than `limit`; says whether all have.
    pub async fn drain(&self, limit: Duration) -> bool {
        self.tracker.close();
        tokio::time::timeout(limit, self.tracker.wait()).await.is_ok()
    }
}

/// Notices a panic: it is dropped while its task unwinds.
struct PanicGuard {
    name: &'static str,
    stop: CancellationToken,
    has_panicked: Arc<AtomicBool>,
}

impl Drop for PanicGuard {
    fn drop(&mut self) {
        if std::thread::panicking() {
            tracing::error!(task = self.name, "a task of the daemon panicked; stopping");
            self.has_panicked.store(true, Ordering::SeqCst);
            self.stop.cancel();
        }
    }
}
