//! Papers by the days on which lists had them, with their counters: what daily pages and trends are made of. Read off columns
//! alone, so that it costs as much as counting.

use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::NaiveDate;
use tantivy::DocId;
use tantivy::Score;
use tantivy::SegmentOrdinal;
use tantivy::SegmentReader;
use tantivy::collector::Collector;
use tantivy::collector::SegmentCollector;
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

/// Collects what was listed between two days, both included.
pub(super) struct ListedBetween(pub(super) RangeInclusive<NaiveDate>);

/// The papers of one segment.
pub(super) struct Segment {
    days: RangeInclusive<u64>,
    listed: Column<u64>,
    announced: Arc<dyn ColumnValues<u64>>,
    first_seen: Arc<dyn ColumnValues<i64>>,
    id_high: Arc<dyn ColumnValues<u64>>,
    id_low: Arc<dyn ColumnValues<u64>>,
    counters: Vec<Arc<dyn ColumnValues<u64>>>,
    found: Vec<Listed>,
}

impl Collector for ListedBetween {
    type Fruit = Vec<Listed>;
    type Child = Segment;

    fn for_segment(&self, _place: SegmentOrdinal, reader: &SegmentReader) -> tantivy::Result<Segment> {
        let columns = reader.fast_fields();
        let counters = SignalKind::ALL.into_iter().map(|kind| columns.column_first_or_default(kind.name()));
        Ok(Segment {
            days: entry::day(*self.0.start())..=entry::day(*self.0.end()),
            listed: columns.u64(schema::LISTED)?,
            announced: columns.column_first_or_default(schema::DAY)?,
            first_seen: columns.column_first_or_default(schema::FIRST_SEEN)?,
            id_high: columns.column_first_or_default(schema::ID_HIGH)?,
            id_low: columns.column_first_or_default(schema::ID_LOW)?,
            counters: counters.collect::<tantivy::Result<_>>()?,
            found: Vec::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, parts: Vec<Vec<Listed>>) -> tantivy::Result<Vec<Listed>> {
        Ok(parts.into_iter().flatten().collect())
    }
}

impl Segment {
    fn keep(&mut self, doc: DocId, day: u64) {
        let announced = entry::day_of(self.announced.get_val(doc));
        let Some((day, announced)) = entry::day_of(day).zip(announced) else { return };
        let mut counts = [0; SignalKind::ALL.len()];
        for (count, column) in counts.iter_mut().zip(&self.counters) {
            *count = column.get_val(doc);
        }
        self.found.push(Listed {
            id: (self.id_high.get_val(doc), self.id_low.get_val(doc)),
            day,
            announced,
            first_seen: self.first_seen.get_val(doc),
            counts,
        });
    }
}

impl SegmentCollector for Segment {
    type Fruit = Vec<Listed>;

    fn collect(&mut self, doc: DocId, _score: Score) {
        let days: Vec<u64> = self.listed.values_for_doc(doc).filter(|day| self.days.contains(day)).collect();
        for day in days {
            self.keep(doc, day);
        }
    }

    fn harvest(self) -> Vec<Listed> {
        self.found
    }
}

/// Finds the newest day on which anything was listed, up to a day.
pub(super) struct NewestListed(pub(super) NaiveDate);

/// That of one segment.
pub(super) struct NewestOf {
    today: u64,
    listed: Column<u64>,
    newest: Option<u64>,
}

impl Collector for NewestListed {
    type Fruit = Option<NaiveDate>;
    type Child = NewestOf;

    fn for_segment(&self, _place: SegmentOrdinal, reader: &SegmentReader) -> tantivy::Result<NewestOf> {
        let listed = reader.fast_fields().u64(schema::LISTED)?;
        Ok(NewestOf { today: entry::day(self.0), listed, newest: None })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, parts: Vec<Option<u64>>) -> tantivy::Result<Option<NaiveDate>> {
        Ok(parts.into_iter().flatten().max().and_then(entry::day_of))
    }
}

impl SegmentCollector for NewestOf {
    type Fruit = Option<u64>;

    fn collect(&mut self, doc: DocId, _score: Score) {
        let newest = self.listed.values_for_doc(doc).filter(|day| *day <= self.today).max();
        self.newest = self.newest.max(newest);
    }

    fn harvest(self) -> Option<u64> {
        self.newest
    }
}
