//! What is talked about, gathered at most once a minute: readings of counters come in slowly, and gathering asks the store for
//! the stars of every paper that has code.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use arc_swap::ArcSwapOption;
use chrono::TimeDelta;

use crate::finding::Error;
use crate::finding::Library;
use crate::finding::trending;
use crate::finding::trending::Candidates;
use crate::model::time::Timestamp;

/// What was gathered is used for so long.
const FRESH: TimeDelta = TimeDelta::seconds(60);

/// While somebody gathers anew, the others may use what is this old.
const USABLE: TimeDelta = TimeDelta::minutes(30);

/// What was gathered last; copies share it.
#[derive(Clone, Debug, Default)]
pub struct Trends(Arc<Kept>);

#[derive(Debug, Default)]
struct Kept {
    candidates: ArcSwapOption<Candidates>,
    gathering: Mutex<()>,
}

impl Trends {
    /// The candidates of the last minute.
    pub fn candidates(&self, library: &Library, now: Timestamp) -> Result<Arc<Candidates>, Error> {
        if let Some(kept) = self.kept(now, FRESH) {
            return Ok(kept);
        }
        let _gathering = match self.0.gathering.try_lock() {
            Ok(gathering) => gathering,
            Err(_another) => {
                if let Some(kept) = self.kept(now, USABLE) {
                    return Ok(kept);
                }
                self.0.gathering.lock().unwrap_or_else(PoisonError::into_inner)
            }
        };
        if let Some(kept) = self.kept(now, FRESH) {
            return Ok(kept);
        }
        let candidates = Arc::new(trending::candidates(library, now)?);
        self.0.candidates.store(Some(Arc::clone(&candidates)));
        Ok(candidates)
    }

    fn kept(&self, now: Timestamp, for_so_long: TimeDelta) -> Option<Arc<Candidates>> {
        let kept = self.0.candidates.load_full()?;
        let age = now.since(kept.at);
        (TimeDelta::zero() <= age && age < for_so_long).then_some(kept)
    }
}
