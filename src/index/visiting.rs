//! Finding papers by looking at one after the other: what a question has to say of one paper, and all that the engine
//! wants to hear besides.

use tantivy::DocId;
use tantivy::DocSet;
use tantivy::Score;
use tantivy::SeekDangerResult;
use tantivy::SegmentReader;
use tantivy::TERMINATED;
use tantivy::TantivyError;
use tantivy::query::EmptyScorer;
use tantivy::query::Explanation;
use tantivy::query::Scorer;
use tantivy::query::Weight;

/// A question about the papers of a segment.
pub(super) trait Visit: Send + Sync + 'static {
    /// Whether a paper matches, else the next one that may. It is behind all that was looked at before.
    fn look(&mut self, doc: DocId) -> SeekDangerResult;

    /// The first paper from `target` on that matches, [`TERMINATED`] where none does.
    fn find(&mut self, mut target: DocId) -> DocId {
        while target < TERMINATED {
            match self.look(target) {
                SeekDangerResult::Found => return target,
                SeekDangerResult::SeekLowerBound(next) => target = next,
            }
        }
        TERMINATED
    }

    /// What a paper scores that was found.
    fn score(&mut self, doc: DocId) -> Score;

    /// About how many papers match.
    fn size_hint(&self) -> u32;

    /// How long finding all of them takes, in papers read off a list.
    fn cost(&self) -> u64;
}

/// What is asked of every segment.
pub(super) trait Ask: Send + Sync + 'static {
    /// The question to one segment.
    type Visit: Visit;

    /// Asks a segment; `None` where it cannot have any such paper.
    fn visit(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Option<Self::Visit>>;
}

/// [`Ask`] as the engine wants it.
pub(super) struct Asking<A>(pub(super) A);

/// [`Visit`] as the engine wants it.
struct Visiting<V> {
    visit: V,
    doc: DocId,
}

impl<A: Ask> Weight for Asking<A> {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let Some(mut visit) = self.0.visit(reader, boost)? else { return Ok(Box::new(EmptyScorer)) };
        let doc = visit.find(0);
        Ok(Box::new(Visiting { visit, doc }))
    }

    fn scorer_danger(
        &self,
        reader: &SegmentReader,
        target: DocId,
        boost: Score,
    ) -> tantivy::Result<(SeekDangerResult, Box<dyn Scorer>)> {
        let Some(visit) = self.0.visit(reader, boost)? else {
            return Ok((SeekDangerResult::SeekLowerBound(TERMINATED), Box::new(EmptyScorer)));
        };
        let mut visiting = Visiting { visit, doc: 0 };
        Ok((visiting.seek_danger(target), Box::new(visiting)))
    }

    fn explain(&self, _reader: &SegmentReader, _doc: DocId) -> tantivy::Result<Explanation> {
        Err(TantivyError::InvalidArgument(
            "papers that are looked at one by one are not explained".to_owned(),
        ))
    }
}

impl<V: Visit> Visiting<V> {
    fn go(&mut self, target: DocId) -> DocId {
        self.doc = self.visit.find(target);
        self.doc
    }
}

impl<V: Visit> DocSet for Visiting<V> {
    fn advance(&mut self) -> DocId {
        if self.doc >= TERMINATED { TERMINATED } else { self.go(self.doc + 1) }
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc >= target { self.doc } else { self.go(target) }
    }

    fn seek_danger(&mut self, target: DocId) -> SeekDangerResult {
        if target >= TERMINATED {
            self.doc = TERMINATED;
            return SeekDangerResult::SeekLowerBound(TERMINATED);
        }
        let found = self.visit.look(target);
        if found == SeekDangerResult::Found {
            self.doc = target;
        }
        found
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        self.visit.size_hint()
    }

    fn cost(&self) -> u64 {
        self.visit.cost()
    }
}

impl<V: Visit> Scorer for Visiting<V> {
    fn score(&mut self) -> Score {
        self.visit.score(self.doc)
    }
}
