//! Papers by the days on which lists had them, with their counters: what daily pages and trends are made of. Read off columns
//! alone, so that it costs as much as counting.

use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::NaiveDate;
use tantivy::DocId;
use tantivy::SegmentReader;
use tantivy::columnar::Column;
use tantivy::columnar::ColumnValues;

use crate::index::entry;
use crate::index::ids;
use crate::index::schema;
use crate::model::paper::PaperId;
use crate::model::signal::SignalKind;

/// A paper on a day's list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// The halves of its identifier.
    pub id: (u64, u64),
    /// The day of the list.
    pub day: NaiveDate,
    /// The day of its announcement.
    pub announced: NaiveDate,
    /// When we first saw it, in microseconds since 1970.
    pub first_seen: i64,
    /// What its counters say, in the order of [`SignalKind::ALL`].
    pub counts: [u64; SignalKind::ALL.len()],
}

/// Which of the papers that lists had are wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Which {
    /// All.
    All,
    /// Those of which some counter says anything.
    Counted,
}

impl Listed {
    /// The paper.
    pub fn paper(&self) -> PaperId {
        ids::whole(self.id.0, self.id.1)
    }

    /// What a counter says; 0 where it was never read.
    pub fn count(&self, kind: SignalKind) -> u64 {
        let counts = SignalKind::ALL.into_iter().zip(self.counts);
        counts.filter(|(counted, _count)| *counted == kind).map(|(_kind, count)| count).sum()
    }
}

/// What one segment has of papers listed between two days, both included.
pub(super) fn between(
    segment: &SegmentReader,
    days: &RangeInclusive<NaiveDate>,
    which: Which,
    found: &mut Vec<Listed>,
) -> tantivy::Result<()> {
    let columns = segment.fast_fields();
    let (listed, days) = (columns.u64(schema::LISTED)?, entry::day(*days.start())..=entry::day(*days.end()));
    let docs = docs_between(segment, &listed, days.clone());
    if docs.is_empty() {
        return Ok(());
    }
    let announced: Arc<dyn ColumnValues<u64>> = columns.column_first_or_default(schema::DAY)?;
    let first_seen: Arc<dyn ColumnValues<i64>> = columns.column_first_or_default(schema::FIRST_SEEN)?;
    let id_high: Arc<dyn ColumnValues<u64>> = columns.column_first_or_default(schema::ID_HIGH)?;
    let id_low: Arc<dyn ColumnValues<u64>> = columns.column_first_or_default(schema::ID_LOW)?;
    let counters = SignalKind::ALL.into_iter().map(|kind| columns.column_first_or_default(kind.name()));
    let counters: Vec<Arc<dyn ColumnValues<u64>>> = counters.collect::<tantivy::Result<_>>()?;
    for doc in docs {
        let mut counts = [0; SignalKind::ALL.len()];
        for (count, column) in counts.iter_mut().zip(&counters) {
            *count = column.get_val(doc);
        }
        if which == Which::Counted && counts == [0; SignalKind::ALL.len()] {
            continue;
        }
        let on = listed.values_for_doc(doc).filter(|day| days.contains(day)).filter_map(entry::day_of);
        let Some(announced) = entry::day_of(announced.get_val(doc)) else { continue };
        found.extend(on.map(|day| Listed {
            id: (id_high.get_val(doc), id_low.get_val(doc)),
            day,
            announced,
            first_seen: first_seen.get_val(doc),
            counts,
        }));
    }
    Ok(())
}

/// The papers of a segment that are still there and have a day in a range, each once. The column is read in blocks.
fn docs_between(segment: &SegmentReader, listed: &Column<u64>, days: RangeInclusive<u64>) -> Vec<DocId> {
    let mut docs = Vec::new();
    listed.get_docids_for_value_range(days, 0..segment.max_doc(), &mut docs);
    docs.dedup();
    docs.retain(|doc| !segment.is_deleted(*doc));
    docs
}
