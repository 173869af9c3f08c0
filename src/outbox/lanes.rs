//! How many deliveries are under way at one time, so that whoever takes long keeps others who do waiting, and nobody else.

use std::collections::HashMap;
use std::collections::HashSet;
use std::future::Future;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::model::outgoing::DestinationId;

/// Deliveries at one time, and to one host.
const AT_ONCE: usize = 128;
const TO_ONE_HOST: usize = 32;

/// Deliveries beside these that take long.
const ASIDE: usize = 256;

/// What takes longer goes aside.
const SOON: Duration = Duration::from_millis(300);

/// More hosts are not remembered where nothing is under way.
const HOSTS: usize = 10_000;

/// The lanes.
pub(super) struct Lanes {
    at_once: Arc<Semaphore>,
    aside: Arc<Semaphore>,
    hosts: HashMap<String, Arc<Semaphore>>,
    slow: Slow,
}

/// Who took long the last time.
type Slow = Arc<Mutex<HashSet<DestinationId>>>;

/// The way of one delivery.
pub(super) struct Lane {
    id: DestinationId,
    of_host: Arc<Semaphore>,
    at_once: Arc<Semaphore>,
    aside: Arc<Semaphore>,
    slow: Slow,
}

impl Default for Lanes {
    fn default() -> Self {
        Self {
            at_once: Arc::new(Semaphore::new(AT_ONCE)),
            aside: Arc::new(Semaphore::new(ASIDE)),
            hosts: HashMap::new(),
            slow: Slow::default(),
        }
    }
}

impl Lanes {
    /// The lane of a destination on a host.
    pub(super) fn of(&mut self, id: &DestinationId, host: &str) -> Lane {
        if self.hosts.len() > HOSTS {
            self.hosts.retain(|_host, permits| Arc::strong_count(permits) > 1);
        }
        let of_host = self.hosts.entry(host.to_owned());
        Lane {
            id: id.clone(),
            of_host: Arc::clone(of_host.or_insert_with(|| Arc::new(Semaphore::new(TO_ONE_HOST)))),
            at_once: Arc::clone(&self.at_once),
            aside: Arc::clone(&self.aside),
            slow: Arc::clone(&self.slow),
        }
    }
}

impl Lane {
    /// Waits for its turn, and does it.
    pub(super) async fn run<T>(self, delivering: impl Future<Output = T>) -> T {
        tokio::pin!(delivering);
        let is_slow = self.slow.lock().unwrap_or_else(PoisonError::into_inner).contains(&self.id);
        // None of them is ever closed.
        let (came, took_long) = if is_slow {
            let _aside = self.aside.acquire().await;
            let begun = tokio::time::Instant::now();
            (delivering.await, begun.elapsed() > SOON)
        } else {
            let of_host = self.of_host.acquire().await;
            let at_once = self.at_once.acquire().await;
            match tokio::time::timeout(SOON, &mut delivering).await {
                Ok(came) => (came, false),
                Err(_elapsed) => {
                    let aside = self.aside.try_acquire();
                    if aside.is_ok() {
                        drop((of_host, at_once));
                    }
                    (delivering.await, true)
                }
            }
        };
        if took_long != is_slow {
            let mut slow = self.slow.lock().unwrap_or_else(PoisonError::into_inner);
            if took_long {
                slow.insert(self.id);
            } else {
                slow.remove(&self.id);
            }
        }
        came
    }
}
