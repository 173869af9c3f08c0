//! Rendered bodies, kept by path and encoding up to a number of bytes.
//!
//! A body is current while what it was rendered from, its stamp, is. Rendering again may well give the same bytes; then the
//! entity tag, a hash, is the same too. One body is rendered once, however many readers ask at the same moment, and only a
//! few bodies are rendered at one time. What a stamp is made of is the caller's business.

use std::collections::HashMap;
use std::hash::DefaultHasher;
use std::hash::Hash as _;
use std::hash::Hasher as _;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use crate::http::caching::Representation;
use crate::http::encoding::Encoding;

/// How many bodies are rendered at one time.
const DESKS: usize = 8;

/// The cache.
#[derive(Debug)]
pub(super) struct Bodies<S> {
    limit_bytes: usize,
    shelf: Mutex<Shelf<S>>,
    desks: [tokio::sync::Mutex<()>; DESKS],
}

#[derive(Debug)]
struct Shelf<S> {
    bodies: HashMap<(String, Encoding), Slot<S>>,
    weight: usize,
    tick: u64,
}

#[derive(Debug)]
struct Slot<S> {
    stamp: S,
    body: Arc<Representation>,
    used: u64,
}

impl<S: PartialEq> Bodies<S> {
    pub(super) fn new(limit_bytes: usize) -> Self {
        let shelf = Shelf { bodies: HashMap::new(), weight: 0, tick: 0 };
        Self { limit_bytes, shelf: Mutex::new(shelf), desks: Default::default() }
    }

    /// The body kept for a path, if it is current.
    pub(super) fn current(&self, path: &str, encoding: Encoding, stamp: &S) -> Option<Arc<Representation>> {
        let mut shelf = self.lock();
        shelf.tick += 1;
        let tick = shelf.tick;
        let slot = shelf.bodies.get_mut(&(path.to_owned(), encoding))?;
        slot.used = tick;
        (slot.stamp == *stamp).then(|| Arc::clone(&slot.body))
    }

    /// The body kept for a path, current or not.
    pub(super) fn former(&self, path: &str, encoding: Encoding) -> Option<Arc<Representation>> {
        self.lock().bodies.get(&(path.to_owned(), encoding)).map(|slot| Arc::clone(&slot.body))
    }

    /// Keeps a body. Beyond the limit the least recently used ones go, an eighth of the shelf at once.
    pub(super) fn keep(&self, path: &str, stamp: S, body: &Arc<Representation>) {
        let weight = body.weight();
        if weight > self.limit_bytes / 4 {
            return;
        }
        let mut shelf = self.lock();
        let used = shelf.tick;
        let slot = Slot { stamp, body: Arc::clone(body), used };
        let former = shelf.bodies.insert((path.to_owned(), body.encoding), slot);
        let former = former.map_or(0, |slot| slot.body.weight());
        shelf.weight = shelf.weight.saturating_add(weight).saturating_sub(former);
        if shelf.weight > self.limit_bytes {
            shelf.shrink(self.limit_bytes / 8 * 7);
        }
    }

    /// A place to render this path: whoever asks for the same one waits, and then finds it kept.
    pub(super) async fn desk(&self, path: &str) -> Option<tokio::sync::MutexGuard<'_, ()>> {
        let mut hasher = DefaultHasher::new();
        path.hash(&mut hasher);
        let place = usize::try_from(hasher.finish() % 8).unwrap_or_default();
        match self.desks.get(place) {
            Some(desk) => Some(desk.lock().await),
            None => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Shelf<S>> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S> Shelf<S> {
    fn shrink(&mut self, goal: usize) {
        let mut by_use: Vec<_> = self.bodies.iter().map(|(key, slot)| (slot.used, key.clone())).collect();
        by_use.sort_unstable();
        for (_used, key) in by_use {
            if self.weight <= goal {
                return;
            }
            let gone = self.bodies.remove(&key).map_or(0, |slot| slot.body.weight());
            self.weight = self.weight.saturating_sub(gone);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::body::Bytes;

    use super::Bodies;
    use crate::http::caching::Fingerprint;
    use crate::http::caching::Representation;
    use crate::http::encoding::Encoding;

    fn body(size: usize) -> Arc<Representation> {
        let bytes = Bytes::from(vec![b'x'; size]);
        let fingerprint = Fingerprint::of(&bytes);
        Arc::new(Representation::new(fingerprint, Encoding::Identity, bytes, "text/plain", "no-store", None))
    }

    #[test]
    fn a_body_is_current_until_what_it_was_made_from_moves() {
        let bodies = Bodies::new(1 << 20);
        bodies.keep("/a", 1, &body(10));
        assert!(bodies.current("/a", Encoding::Identity, &1).is_some());
        assert!(bodies.current("/a", Encoding::Identity, &2).is_none());
        assert!(bodies.current("/a", Encoding::Gzip, &1).is_none());
        assert!(bodies.former("/a", Encoding::Identity).is_some(), "it may still turn out to be the same");
    }

    #[test]
    fn beyond_the_limit_what_was_asked_for_longest_ago_goes() {
        let bodies = Bodies::new(10 * 1_512);
        let path = |number: u32| format!("/{number}");
        for number in 0..10 {
            bodies.keep(&path(number), 1, &body(1_000));
            assert!(bodies.current(&path(number), Encoding::Identity, &1).is_some());
        }
        assert!(bodies.current("/0", Encoding::Identity, &1).is_some());
        bodies.keep("/10", 1, &body(1_000));
        let kept = |number| bodies.former(&path(number), Encoding::Identity).is_some();
        assert_eq!([kept(0), kept(1), kept(2), kept(9)], [true, false, false, true]);
        assert!(bodies.lock().weight <= 10 * 1_512);
    }

    #[test]
    fn replacing_a_body_does_not_count_it_twice() {
        let bodies = Bodies::new(10_000);
        for stamp in 0..100 {
            bodies.keep("/a", stamp, &body(1_000));
        }
        assert_eq!(bodies.lock().weight, 1_512);
    }

    #[test]
    fn one_giant_does_not_drive_out_the_rest() {
        let bodies = Bodies::new(10_000);
        bodies.keep("/a", 1, &body(100));
        bodies.keep("/giant", 1, &body(9_000));
        assert!(bodies.former("/giant", Encoding::Identity).is_none());
        assert!(bodies.former("/a", Encoding::Identity).is_some());
    }

    #[tokio::test]
    async fn one_path_is_worked_on_once_at_a_time() {
        let bodies = Bodies::<u32>::new(10_000);
        let first = bodies.desk("/a").await;
        let second = bodies.desk("/a");
        let mut second = std::pin::pin!(second);
        assert!(futures_util::poll!(&mut second).is_pending());
        drop(first);
        assert!(futures_util::poll!(&mut second).is_ready());
    }
}
