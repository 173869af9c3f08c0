//! What many pages show alike. What is talked about is gathered at most once a minute: readings of counters come in slowly, and
//! gathering asks the store for the stars of every paper that has code. How busy a topic is changes when it moves.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use arc_swap::ArcSwapOption;
use chrono::NaiveDate;
use chrono::TimeDelta;

use crate::finding::Error;
use crate::finding::Library;
use crate::finding::trending;
use crate::finding::trending::Candidates;
use crate::model::plan::Sequence;
use crate::model::time::Timestamp;
use crate::model::topic::TopicId;

/// What was gathered is used for so long.
const FRESH: TimeDelta = TimeDelta::seconds(60);

/// While somebody gathers anew, the others may use what is this old.
const USABLE: TimeDelta = TimeDelta::minutes(30);

/// So many charts are kept; no page shows more.
const CHARTS: usize = 4_096;

/// What was gathered last; copies share it.
#[derive(Clone, Debug, Default)]
pub struct Trends(Arc<Kept>);

#[derive(Debug, Default)]
struct Kept {
    /// How many papers entered each topic on the last days, while none enters and the day lasts.
    charts: Mutex<HashMap<TopicId, Chart>>,
    candidates: ArcSwapOption<Candidates>,
    gathering: Mutex<()>,
}

/// The days of a topic, which moved last then, as they are seen from a day on.
type Chart = (Sequence, NaiveDate, Vec<u64>);

impl Trends {
    /// The chart of a topic as it is since it moved last, made where it is not known.
    pub(super) fn chart<E>(
        &self,
        topic: &TopicId,
        (moved, today): (Sequence, NaiveDate),
        make: impl FnOnce() -> Result<Vec<u64>, E>,
    ) -> Result<Vec<u64>, E> {
        let known = {
            let charts = self.0.charts.lock().unwrap_or_else(PoisonError::into_inner);
            charts
                .get(topic)
                .filter(|(at, day, _)| (*at, *day) == (moved, today))
                .map(|(.., days)| days.clone())
        };
        if let Some(days) = known {
            return Ok(days);
        }
        let days = make()?;
        let mut charts = self.0.charts.lock().unwrap_or_else(PoisonError::into_inner);
        if charts.len() >= CHARTS && !charts.contains_key(topic) {
            charts.clear();
        }
        charts.insert(topic.clone(), (moved, today, days.clone()));
        Ok(days)
    }

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
