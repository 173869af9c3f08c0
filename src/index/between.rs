//! Papers with a number of a column between two bounds: a counter, or the day of announcement. The column is read by
//! blocks where papers are visited in order, and at one place where it only has to confirm.

use std::ops::RangeInclusive;
use std::sync::Arc;

use tantivy::DocId;
use tantivy::DocSet;
use tantivy::Score;
use tantivy::SeekDangerResult;
use tantivy::SegmentReader;
use tantivy::TERMINATED;
use tantivy::TantivyError;
use tantivy::columnar::ColumnValues;
use tantivy::query::EnableScoring;
use tantivy::query::Explanation;
use tantivy::query::Query;
use tantivy::query::Scorer;
use tantivy::query::Weight;

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

struct BetweenWeight {
    between: Between,
}

struct BetweenScorer {
    column: Arc<dyn ColumnValues<u64>>,
    range: RangeInclusive<u64>,
    max_doc: DocId,
    doc: DocId,
    score: Score,
    /// The papers of the block that was read last, the next one at the end.
    block: Vec<u32>,
    /// The first paper behind that block.
    after: DocId,
}

impl Query for Between {
    fn weight(&self, _scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(BetweenWeight { between: self.clone() }))
    }
}

impl BetweenWeight {
    /// The scorer before its first paper.
    fn start(&self, reader: &SegmentReader, score: Score) -> tantivy::Result<BetweenScorer> {
        let column = reader.fast_fields().column_first_or_default(self.between.column)?;
        let (range, max_doc) = (self.between.range.clone(), reader.max_doc());
        Ok(BetweenScorer { column, range, max_doc, doc: 0, score, block: Vec::new(), after: 0 })
    }
}

impl Weight for BetweenWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let mut scorer = self.start(reader, boost)?;
        scorer.find(0);
        Ok(Box::new(scorer))
    }

    fn scorer_danger(
        &self,
        reader: &SegmentReader,
        target: DocId,
        boost: Score,
    ) -> tantivy::Result<(SeekDangerResult, Box<dyn Scorer>)> {
        let mut scorer = self.start(reader, boost)?;
        Ok((scorer.seek_danger(target), Box::new(scorer)))
    }

    fn explain(&self, _reader: &SegmentReader, _doc: DocId) -> tantivy::Result<Explanation> {
        Err(TantivyError::InvalidArgument("numbers are not explained".to_owned()))
    }
}

impl BetweenScorer {
    /// Goes to the first paper from `target` on that matches.
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
        self.doc = self.block.pop().unwrap_or(TERMINATED);
        self.doc
    }
}

impl DocSet for BetweenScorer {
    fn advance(&mut self) -> DocId {
        if self.doc >= self.max_doc { TERMINATED } else { self.find(self.doc + 1) }
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc >= target { self.doc } else { self.find(target) }
    }

    fn seek_danger(&mut self, target: DocId) -> SeekDangerResult {
        if target >= self.max_doc {
            self.doc = TERMINATED;
            SeekDangerResult::SeekLowerBound(TERMINATED)
        } else if self.range.contains(&self.column.get_val(target)) {
            self.doc = target;
            SeekDangerResult::Found
        } else {
            SeekDangerResult::SeekLowerBound(target + 1)
        }
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        self.max_doc / 2
    }

    fn cost(&self) -> u64 {
        u64::from(self.max_doc)
    }
}

impl Scorer for BetweenScorer {
    fn score(&mut self) -> Score {
        self.score
    }
}
