//! When something may be new: the next time at which a source is asked. Until then nobody need ask us.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use arc_swap::ArcSwap;

use crate::http::caching::Terms;
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

/// The next poll of any source, as of a revision.
#[derive(Debug)]
pub(super) struct Outlook {
    known: ArcSwap<Known>,
    /// The terms of the present second, for everybody.
    terms: ArcSwap<(u32, Arc<Terms>)>,
    is_looking: Arc<AtomicBool>,
}

#[derive(Debug, Default)]
struct Known {
    revision: Sequence,
    next: Option<Timestamp>,
}

impl Default for Outlook {
    fn default() -> Self {
        let terms = (0, Arc::new(Terms::new(0, false)));
        Self { known: ArcSwap::default(), terms: ArcSwap::from_pointee(terms), is_looking: Arc::default() }
    }
}

impl Outlook {
    /// On what terms answers may be used from now on.
    pub(super) fn terms(&self, reader: &Reader, now: Timestamp) -> Arc<Terms> {
        let wait = self.wait(reader, now);
        let known = self.terms.load();
        if known.0 == wait {
            return Arc::clone(&known.1);
        }
        let terms = Arc::new(Terms::new(wait, false));
        self.terms.store(Arc::new((wait, Arc::clone(&terms))));
        terms
    }

    /// Seconds until something may be new. Looks into the store where it moved; one looks for all.
    pub(super) fn wait(&self, reader: &Reader, now: Timestamp) -> u32 {
        let revision = reader.revision();
        if self.known.load().revision != revision && !self.is_looking.swap(true, Ordering::AcqRel) {
            // What cannot be read now is looked for at the next revision.
            let next = next_poll(reader).unwrap_or(None);
            self.known.store(Arc::new(Known { revision, next }));
            self.is_looking.store(false, Ordering::Release);
        }
        let seconds = self.known.load().next.map_or(UNKNOWN, |next| next.seconds() - now.seconds());
        u32::try_from(seconds.clamp(LEAST, MOST)).unwrap_or(60)
    }
}

fn next_poll(reader: &Reader) -> Result<Option<Timestamp>, Error> {
    let sources = reader.sources()?;
    Ok(sources.into_iter().filter_map(|state| state.next_poll.map(|poll| poll.at)).min())
}
