//! When something may be new: the next time at which a source is asked. Until then nobody need ask us.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use arc_swap::ArcSwap;

use crate::http::Site;
use crate::http::freshness::Terms;
use crate::model::plan::Sequence;
use crate::model::time::Timestamp;
use crate::store::Error;
use crate::store::Reader;

/// Marks and edits come at any time, and a poll takes its time: an answer is good for a minute at least.
const LEAST: i64 = 60;

/// Sources that announce once a day are asked once a day. Edits of topics shall not wait that long.
const MOST: i64 = 6 * 3_600;

/// Where no source is asked.
const UNKNOWN: i64 = 900;

/// The next poll of any source.
#[derive(Debug)]
pub(super) struct Outlook {
    known: ArcSwap<Known>,
    /// The terms of the present second, for everybody.
    terms: ArcSwap<(u32, Arc<Terms>)>,
    is_looking: AtomicBool,
}

#[derive(Debug, Default)]
struct Known {
    /// The last change of a source that it shows; none at the beginning.
    moved: Option<Sequence>,
    /// The site whose sources it looked at.
    site: Option<Arc<Site>>,
    next: Option<Timestamp>,
}

impl Default for Outlook {
    fn default() -> Self {
        let terms = (0, Arc::new(Terms::new(0, false)));
        Self {
            known: ArcSwap::default(),
            terms: ArcSwap::from_pointee(terms),
            is_looking: AtomicBool::new(false),
        }
    }
}

impl Outlook {
    /// On what terms answers may be used from now on.
    pub(super) fn terms(&self, reader: &Reader, site: &Arc<Site>, now: Timestamp) -> Arc<Terms> {
        let wait = self.wait(reader, site, now);
        let known = self.terms.load();
        if known.0 == wait {
            return Arc::clone(&known.1);
        }
        let terms = Arc::new(Terms::new(wait, false));
        self.terms.store(Arc::new((wait, Arc::clone(&terms))));
        terms
    }

    /// Seconds until something may be new. Looks into the store where a source or the site changed; one looks for
    /// all.
    pub(super) fn wait(&self, reader: &Reader, site: &Arc<Site>, now: Timestamp) -> u32 {
        let moved = Some(reader.sources_moved());
        let is_known = |known: &Known| {
            known.moved == moved && known.site.as_ref().is_some_and(|known| Arc::ptr_eq(known, site))
        };
        if !is_known(&self.known.load()) && !self.is_looking.swap(true, Ordering::AcqRel) {
            // What cannot be read now is looked for when a source changes again.
            let next = next_poll(reader, site, now).unwrap_or(None);
            self.known.store(Arc::new(Known { moved, site: Some(Arc::clone(site)), next }));
            self.is_looking.store(false, Ordering::Release);
        }
        let seconds = self.known.load().next.map_or(UNKNOWN, |next| next.seconds() - now.seconds());
        u32::try_from(seconds.clamp(LEAST, MOST)).unwrap_or(60)
    }
}

/// When one of the configured sources is asked next; one that never was is asked at once.
fn next_poll(reader: &Reader, site: &Site, now: Timestamp) -> Result<Option<Timestamp>, Error> {
    let polls = site.sources.iter().map(|source| {
        let poll = reader.source(&source.id)?.and_then(|state| state.next_poll);
        Ok(poll.map_or(now, |poll| poll.at))
    });
    polls.collect::<Result<Vec<_>, Error>>().map(|polls| polls.into_iter().min())
}
