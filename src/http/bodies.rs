//! Bodies that are ready to be sent, kept by path and encoding up to a number of bytes.
//!
//! A body is current while what it was rendered from, its stamp, is. Rendering again may well give the same bytes; then the
//! entity tag, a hash, is the same too. One body is rendered once, however many readers ask at the same moment, and only a
//! few bodies are rendered at one time. Tables are replaced and never changed, so that looking a body up takes no lock.
//! What a stamp is made of is the caller's business.

use std::hash::BuildHasher as _;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use arc_swap::ArcSwap;
use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::http::caching::Representation;
use crate::http::encoding::Encoding;

/// How the keys of bodies end whose address answers in several formats; no request's path does.
pub(super) const NEGOTIATED: &str = "#negotiated";

/// How many bodies are rendered at one time.
const DESKS: usize = 8;

/// How many tables there are: placing a body copies one of them.
const SHELVES: usize = 32;

/// The bodies of one path by [`Encoding::place`].
type Forms<S> = [Option<Arc<Slot<S>>>; 4];

/// The cache.
#[derive(Debug)]
pub(super) struct Bodies<S> {
    limit_bytes: usize,
    shelves: [ArcSwap<Shelf<S>>; SHELVES],
    /// Held by whoever replaces a shelf: the bytes of all bodies.
    placing: Mutex<usize>,
    /// Counts placings: how recently a body was used is told in these.
    tick: AtomicU64,
    desks: [tokio::sync::Mutex<()>; DESKS],
}

/// Some of the bodies.
type Shelf<S> = HashMap<Arc<str>, Forms<S>>;

/// A body, and what it was made of.
#[derive(Debug)]
pub(super) struct Slot<S> {
    /// What it was made of.
    pub(super) stamp: S,
    /// The body.
    pub(super) body: Arc<Representation>,
    /// The last revision at which it was found to be current, for whoever asks next.
    pub(super) current_at: AtomicU64,
    used: AtomicU64,
}

impl<S> Bodies<S> {
    pub(super) fn new(limit_bytes: usize) -> Self {
        Self {
            limit_bytes,
            shelves: std::array::from_fn(|_place| ArcSwap::default()),
            placing: Mutex::default(),
            tick: AtomicU64::new(0),
            desks: Default::default(),
        }
    }

    /// The body kept for a path, current or not.
    pub(super) fn find(&self, path: &str, encoding: Encoding) -> Option<Arc<Slot<S>>> {
        let shelf = self.shelves.get(place(path, SHELVES))?.load();
        let slot = shelf.get(path)?.get(encoding.place())?.as_ref()?;
        let tick = self.tick.load(Ordering::Relaxed);
        // Written only when it changes: readers of one feed would else fight over the line it is in.
        if slot.used.load(Ordering::Relaxed) != tick {
            slot.used.store(tick, Ordering::Relaxed);
        }
        Some(Arc::clone(slot))
    }

    /// Keeps a body. Beyond the limit the least recently used ones go, an eighth of all at once.
    pub(super) fn keep(&self, path: &str, stamp: S, revision: u64, body: &Arc<Representation>) {
        let weight = body.weight();
        let shelf = self.shelves.get(place(path, SHELVES));
        let Some(shelf) = shelf.filter(|_| weight <= self.limit_bytes / 2) else { return };
        let mut held = self.placing.lock().unwrap_or_else(PoisonError::into_inner);
        let used = self.tick.fetch_add(1, Ordering::Relaxed) + 1;
        let slot = Slot {
            stamp,
            body: Arc::clone(body),
            current_at: AtomicU64::new(revision),
            used: AtomicU64::new(used),
        };
        let mut bodies = Shelf::clone(&shelf.load());
        let forms = bodies.entry(Arc::from(path)).or_default();
        let Some(form) = forms.get_mut(body.encoding.place()) else { return };
        let former = form.replace(Arc::new(slot)).map_or(0, |slot| slot.body.weight());
        shelf.store(Arc::new(bodies));
        *held = held.saturating_add(weight).saturating_sub(former);
        if *held > self.limit_bytes {
            self.shrink(&mut held);
        }
    }

    /// Lets go of what was used least recently.
    fn shrink(&self, held: &mut usize) {
        let mut by_use: Vec<(u64, usize, Arc<str>)> = Vec::new();
        for (place, shelf) in self.shelves.iter().enumerate() {
            by_use.extend(shelf.load().iter().map(|(path, forms)| {
                let used = forms.iter().flatten().map(|slot| slot.used.load(Ordering::Relaxed)).max();
                (used.unwrap_or(0), place, Arc::clone(path))
            }));
        }
        by_use.sort_unstable();
        let mut kept: Vec<Shelf<S>> = self.shelves.iter().map(|shelf| Shelf::clone(&shelf.load())).collect();
        for (_used, place, path) in by_use {
            if *held <= self.limit_bytes / 8 * 7 {
                break;
            }
            let forms = kept.get_mut(place).and_then(|shelf| shelf.remove(&path)).unwrap_or_default();
            let gone: usize = forms.iter().flatten().map(|slot| slot.body.weight()).sum();
            *held = held.saturating_sub(gone);
        }
        for (shelf, kept) in self.shelves.iter().zip(kept) {
            shelf.store(Arc::new(kept));
        }
    }

    /// A place to render this path: whoever asks for the same one waits, and then finds it kept.
    pub(super) async fn desk(&self, path: &str) -> Option<tokio::sync::MutexGuard<'_, ()>> {
        match self.desks.get(place(path, DESKS)) {
            Some(desk) => Some(desk.lock().await),
            None => None,
        }
    }
}

/// The place of a path among so many.
fn place(path: &str, places: usize) -> usize {
    let number = FixedState::default().hash_one(path);
    let places = u64::try_from(places).unwrap_or(1).max(1);
    usize::try_from(number % places).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::body::Bytes;

    use super::Bodies;
    use crate::http::caching::Fingerprint;
    use crate::http::caching::Representation;
    use crate::http::encoding::Encoding;
    use crate::http::freshness::Freshness;

    fn body(size: usize) -> Arc<Representation> {
        let bytes = Bytes::from(vec![b'x'; size]);
        let fingerprint = Fingerprint::of(&bytes);
        Arc::new(Representation::new(fingerprint, Encoding::Identity, bytes, "text/plain", Freshness::Page))
    }

    fn stamp(bodies: &Bodies<u64>, path: &str) -> Option<u64> {
        bodies.find(path, Encoding::Identity).map(|slot| slot.stamp)
    }

    #[test]
    fn a_body_is_kept_with_what_it_was_made_of() {
        let bodies = Bodies::new(1 << 20);
        bodies.keep("/a", 1, 1, &body(10));
        bodies.keep("/a", 2, 2, &body(10));
        assert_eq!(stamp(&bodies, "/a"), Some(2));
        assert!(bodies.find("/a", Encoding::Gzip).is_none());
        assert!(bodies.find("/b", Encoding::Identity).is_none());
    }

    #[test]
    fn the_least_recently_used_bodies_go_first() {
        let bodies = Bodies::new(64 * 1_024);
        for path in ["/a", "/b", "/c", "/d"] {
            bodies.keep(path, 1, 1, &body(12 * 1_024));
        }
        assert!(stamp(&bodies, "/a").is_some());
        bodies.keep("/e", 1, 1, &body(12 * 1_024));
        assert!(stamp(&bodies, "/a").is_some(), "it was used last");
        assert!(stamp(&bodies, "/b").is_none());
        assert!(stamp(&bodies, "/e").is_some());
    }

    #[test]
    fn what_is_too_large_is_not_kept() {
        let bodies = Bodies::new(1_024);
        bodies.keep("/a", 1, 1, &body(2_048));
        assert!(stamp(&bodies, "/a").is_none());
    }
}
