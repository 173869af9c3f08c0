//! Papers with a number of a column between two bounds: a counter, or the day of announcement. The column is read by
//! blocks where papers are visited in order, and at one place where it only has to confirm.

use std::ops::RangeInclusive;
use std::sync::Arc;

use tantivy::DocId;
use tantivy::Score;
use tantivy::SeekDangerResult;
use tantivy::SegmentReader;
use tantivy::TERMINATED;
use tantivy::columnar::ColumnValues;
use tantivy::query::EnableScoring;
use tantivy::query::Query;
use tantivy::query::Weight;

use crate::index::visiting::Ask;
use crate::index::visiting::Asking;
use crate::index::visiting::Visit;

/// So many papers are looked at together.
const BLOCK: u32 = 2_048;

/// Finds papers by a number.
#[derive(Clone, Debug)]
pub(super) struct Between {
    /// The name of the column.
    pub(super) column: &'static str,
    /// The numbers that count.
    pub(super) range: RangeInclusive<u64>,
}

/// The question to one segment.
pub(super) struct BetweenOf {
    column: Arc<dyn ColumnValues<u64>>,
    range: RangeInclusive<u64>,
    max_doc: DocId,
    score: Score,
    /// The papers of the block that was read last, the next one at the end.
    block: Vec<u32>,
    /// The first paper behind that block.
    after: DocId,
}

impl Query for Between {
    fn weight(&self, _scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(Asking(self.clone())))
    }
}

impl Ask for Between {
    type Visit = BetweenOf;

    fn visit(&self, reader: &SegmentReader, score: Score) -> tantivy::Result<Option<BetweenOf>> {
        let column = reader.fast_fields().column_first_or_default(self.column)?;
        let (range, max_doc) = (self.range.clone(), reader.max_doc());
        Ok(Some(BetweenOf { column, range, max_doc, score, block: Vec::new(), after: 0 }))
    }
}

impl Visit for BetweenOf {
    fn look(&mut self, doc: DocId) -> SeekDangerResult {
        if doc >= self.max_doc {
            SeekDangerResult::SeekLowerBound(TERMINATED)
        } else if self.range.contains(&self.column.get_val(doc)) {
            SeekDangerResult::Found
        } else {
            SeekDangerResult::SeekLowerBound(doc + 1)
        }
    }

    fn find(&mut self, target: DocId) -> DocId {
        while self.block.last().is_some_and(|doc| *doc < target) {
            self.block.pop();
        }
        if self.block.is_empty() {
            self.after = self.after.max(target);
        }
        while self.block.is_empty() && self.after < self.max_doc {
            let end = self.after.saturating_add(BLOCK).min(self.max_doc);
            let (range, docs) = (self.range.clone(), self.after..end);
            self.column.get_row_ids_for_value_range(range, docs, &mut self.block);
            self.block.reverse();
            self.after = end;
        }
        self.block.pop().unwrap_or(TERMINATED)
    }

    fn score(&mut self, _doc: DocId) -> Score {
        self.score
    }

    fn size_hint(&self) -> u32 {
        self.max_doc / 2
    }

    fn cost(&self) -> u64 {
        u64::from(self.max_doc)
    }
}
