//! When something may be new: the next time at which a source is asked. Until then nobody need ask us.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use arc_swap::ArcSwap;

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
#[derive(Debug, Default)]
pub(super) struct Outlook {
    known: ArcSwap<Known>,
    is_looking: Arc<AtomicBool>,
}

#[derive(Debug, Default)]
struct Known {
    revision: Sequence,
    next: Option<Timestamp>,
}

impl Outlook {
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
