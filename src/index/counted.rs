//! Papers that were gathered beforehand, with or without a count from which they are scored.

use tantivy::BitSet;
use tantivy::COLLECT_BLOCK_BUFFER_LEN;
use tantivy::DocId;
use tantivy::DocSet;
use tantivy::Score;
use tantivy::SeekDangerResult;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::query::BitSetDocSet;
use tantivy::query::Bm25Weight;
use tantivy::query::Scorer;

/// The gathered papers of a segment.
pub(super) struct Counted {
    docs: BitSetDocSet,
    scoring: Scoring,
}

/// How they are scored.
pub(super) enum Scoring {
    /// All alike.
    Constant(Score),
    /// As if all that was found were one word.
    Counts {
        /// The weight of that word.
        weight: Bm25Weight,
        /// How long the texts are.
        lengths: FieldNormReader,
        /// How often it was found in each paper of the segment.
        counts: Vec<u16>,
    },
}

impl Counted {
    /// The papers of a set.
    pub(super) fn new(docs: BitSet, scoring: Scoring) -> Self {
        Self { docs: BitSetDocSet::from(docs), scoring }
    }
}

/// A paper's place in a table.
pub(super) fn place(doc: DocId) -> usize {
    usize::try_from(doc).unwrap_or(usize::MAX)
}

impl DocSet for Counted {
    fn advance(&mut self) -> DocId {
        self.docs.advance()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        self.docs.seek(target)
    }

    fn seek_danger(&mut self, target: DocId) -> SeekDangerResult {
        self.docs.seek_danger(target)
    }

    fn fill_buffer(&mut self, buffer: &mut [DocId; COLLECT_BLOCK_BUFFER_LEN]) -> usize {
        self.docs.fill_buffer(buffer)
    }

    fn doc(&self) -> DocId {
        self.docs.doc()
    }

    fn size_hint(&self) -> u32 {
        self.docs.size_hint()
    }
}

impl Scorer for Counted {
    fn score(&mut self) -> Score {
        match &self.scoring {
            Scoring::Constant(score) => *score,
            Scoring::Counts { weight, lengths, counts } => {
                let doc = self.docs.doc();
                let count = counts.get(place(doc)).copied().unwrap_or_default();
                weight.score(lengths.fieldnorm_id(doc), u32::from(count))
            }
        }
    }
}
