//! One pass over the papers that match: how many they are, the best of them, and what they have in common.

use std::cmp::Reverse;
use std::sync::Arc;

use tantivy::DocId;
use tantivy::Score;
use tantivy::SegmentOrdinal;
use tantivy::SegmentReader;
use tantivy::collector::Collector;
use tantivy::collector::SegmentCollector;
use tantivy::columnar::ColumnValues;

use crate::index::facets::Counted;
use crate::index::facets::Counts;
use crate::index::ids;
use crate::index::reader::Facets;
use crate::index::reader::Hit;
use crate::index::reader::Sort;
use crate::index::schema;

/// What is collected.
pub(super) struct Collect {
    /// The order.
    pub(super) sort: Sort,
    /// How many of the best are kept.
    pub(super) kept: usize,
    /// Whether facets are counted.
    pub(super) facets: bool,
    /// Whether anything in the query scores.
    pub(super) scores: bool,
}

/// What was collected.
#[derive(Default)]
pub(super) struct Collected {
    /// How many match.
    pub(super) total: u64,
    /// The best, in order.
    pub(super) best: Vec<Hit>,
    /// What they have in common.
    pub(super) facets: Facets,
}

/// A paper's rank: the score, the day of announcement, when we first saw it, and its identifier, so that no two are equal.
type Rank = (u32, u64, i64, Reverse<(u64, u64)>);

/// The papers of one segment.
pub(super) struct Segment {
    sort: Sort,
    kept: usize,
    total: u64,
    best: Vec<Rank>,
    /// What a paper must exceed to be among the best.
    threshold: Option<Rank>,
    days: Arc<dyn ColumnValues<u64>>,
    first_seen: Arc<dyn ColumnValues<i64>>,
    id_high: Arc<dyn ColumnValues<u64>>,
    id_low: Arc<dyn ColumnValues<u64>>,
    facets: Option<Counts>,
}

/// What a segment gave.
pub(super) struct Part {
    total: u64,
    best: Vec<Rank>,
    facets: Counted,
}

impl Collector for Collect {
    type Fruit = Collected;
    type Child = Segment;

    fn for_segment(&self, _place: SegmentOrdinal, reader: &SegmentReader) -> tantivy::Result<Segment> {
        let columns = reader.fast_fields();
        let facets = if self.facets { Some(Counts::new(columns)?) } else { None };
        Ok(Segment {
            sort: self.sort,
            kept: self.kept,
            total: 0,
            best: Vec::new(),
            threshold: None,
            days: columns.column_first_or_default(schema::DAY)?,
            first_seen: columns.column_first_or_default(schema::FIRST_SEEN)?,
            id_high: columns.column_first_or_default(schema::ID_HIGH)?,
            id_low: columns.column_first_or_default(schema::ID_LOW)?,
            facets,
        })
    }

    fn requires_scoring(&self) -> bool {
        self.sort == Sort::Relevance && self.kept > 0 && self.scores
    }

    fn merge_fruits(&self, parts: Vec<Part>) -> tantivy::Result<Collected> {
        let (mut total, mut best, mut facets) = (0, Vec::new(), Counted::default());
        for part in parts {
            total += part.total;
            best.extend(part.best);
            facets.add(part.facets);
        }
        best.sort_unstable_by_key(|rank| Reverse(*rank));
        best.truncate(self.kept);
        let hit = |rank: Rank| {
            let (score, _day, _seen, Reverse((high, low))) = rank;
            Hit { paper: ids::whole(high, low), score: f32::from_bits(score) }
        };
        Ok(Collected { total, best: best.into_iter().map(hit).collect(), facets: facets.sorted() })
    }
}

impl Segment {
    /// Keeps a paper that is among the best so far.
    fn offer(&mut self, doc: DocId, score: Score) {
        // Scores are not negative, and the bits of such numbers are in their order.
        let score = if self.sort == Sort::Relevance { score.max(0.0).to_bits() } else { 0 };
        if let Some((least, ..)) = self.threshold
            && score < least
        {
            return;
        }
        let day = self.days.get_val(doc);
        if let Some((least, earliest, ..)) = self.threshold
            && (score, day) < (least, earliest)
        {
            return;
        }
        let id = (self.id_high.get_val(doc), self.id_low.get_val(doc));
        let rank = (score, day, self.first_seen.get_val(doc), Reverse(id));
        if self.threshold.is_some_and(|threshold| rank < threshold) {
            return;
        }
        self.best.push(rank);
        if self.best.len() >= self.kept.saturating_mul(2).max(64) {
            self.shrink();
        }
    }

    /// Drops all but the best.
    fn shrink(&mut self) {
        if let Some(last) = self.kept.checked_sub(1).filter(|last| *last < self.best.len()) {
            let (_, least, _) = self.best.select_nth_unstable_by_key(last, |rank| Reverse(*rank));
            self.threshold = Some(*least);
        }
        self.best.truncate(self.kept);
    }
}

impl SegmentCollector for Segment {
    type Fruit = Part;

    fn collect(&mut self, doc: DocId, score: Score) {
        self.total += 1;
        if self.kept > 0 {
            self.offer(doc, score);
        }
        if let Some(facets) = &mut self.facets {
            facets.count(doc);
        }
    }

    fn harvest(mut self) -> Part {
        self.shrink();
        Part {
            total: self.total,
            best: self.best,
            facets: self.facets.map(Counts::named).unwrap_or_default(),
        }
    }
}
