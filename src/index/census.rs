//! How many papers each day's lists had. A segment never changes but for what is deleted in it, so that each is counted
//! once: what came last is small, and the rest is known.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use chrono::NaiveDate;
use tantivy::Opstamp;
use tantivy::SegmentReader;
use tantivy::index::SegmentId;

use crate::index::entry;
use crate::index::schema;

/// A segment with what was deleted in it.
type State = (SegmentId, Option<Opstamp>);

/// Papers by the days of their lists, as [`entry::day`] counts them.
type Counts = BTreeMap<u64, usize>;

/// What is known of the segments that were there last.
#[derive(Debug, Default)]
pub(super) struct Census(Mutex<HashMap<State, Arc<Counts>>>);

impl Census {
    /// How many papers were listed on each of the days, of those that have any.
    pub(super) fn counts(
        &self,
        segments: &[SegmentReader],
        days: &RangeInclusive<NaiveDate>,
    ) -> tantivy::Result<BTreeMap<NaiveDate, usize>> {
        let range = entry::day(*days.start())..=entry::day(*days.end());
        let mut all = BTreeMap::new();
        if range.is_empty() {
            return Ok(all);
        }
        for counts in self.of(segments)? {
            for (day, count) in counts.range(range.clone()) {
                if let Some(day) = entry::day_of(*day) {
                    *all.entry(day).or_default() += count;
                }
            }
        }
        Ok(all)
    }

    /// The newest day up to one on which anything was listed.
    pub(super) fn newest(
        &self,
        segments: &[SegmentReader],
        today: NaiveDate,
    ) -> tantivy::Result<Option<NaiveDate>> {
        let newest =
            |counts: Arc<Counts>| counts.range(..=entry::day(today)).next_back().map(|(day, _)| *day);
        Ok(self.of(segments)?.into_iter().filter_map(newest).max().and_then(entry::day_of))
    }

    /// The counts of each segment; those that are gone are forgotten.
    fn of(&self, segments: &[SegmentReader]) -> tantivy::Result<Vec<Arc<Counts>>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut now = HashMap::with_capacity(segments.len());
        let mut all = Vec::with_capacity(segments.len());
        for segment in segments {
            let state = (segment.segment_id(), segment.delete_opstamp());
            let counts = match known.get(&state) {
                Some(counts) => Arc::clone(counts),
                None => Arc::new(count(segment)?),
            };
            now.insert(state, Arc::clone(&counts));
            all.push(counts);
        }
        *known = now;
        Ok(all)
    }
}

fn count(segment: &SegmentReader) -> tantivy::Result<Counts> {
    let listed = segment.fast_fields().u64(schema::LISTED)?;
    let mut counts = Counts::new();
    for doc in segment.doc_ids_alive() {
        for day in listed.values_for_doc(doc) {
            *counts.entry(day).or_default() += 1;
        }
    }
    Ok(counts)
}
