//! Words after each other, or near each other in any order, read from their places.

use tantivy::DocId;
use tantivy::DocSet;
use tantivy::Score;
use tantivy::SeekDangerResult;
use tantivy::SegmentReader;
use tantivy::TERMINATED;
use tantivy::TantivyError;
use tantivy::Term;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::Postings as _;
use tantivy::postings::SegmentPostings;
use tantivy::query::Bm25Weight;
use tantivy::query::EmptyScorer;
use tantivy::query::EnableScoring;
use tantivy::query::Explanation;
use tantivy::query::Query;
use tantivy::query::Scorer;
use tantivy::query::Weight;
use tantivy::schema::Field;
use tantivy::schema::IndexRecordOption;

/// Finds papers with words in places that belong together.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    /// The field.
    pub(super) field: Field,
    /// The words and how many stand before each; at least two.
    pub(super) terms: Vec<(u32, Term)>,
    /// How they belong together.
    pub(super) shape: Shape,
}

/// How words belong together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// Each right after the one before.
    Row,
    /// So far apart at most, in any order; the words are given once each.
    Within(u32),
}

struct PlacedWeight {
    placed: Placed,
    scoring: Option<Bm25Weight>,
}

struct PlacedScorer {
    words: Vec<Word>,
    shape: Shape,
    doc: DocId,
    /// How often the words stand so in the paper.
    count: u32,
    /// Where such rows begin.
    starts: Vec<u32>,
    scoring: Option<(Bm25Weight, FieldNormReader)>,
}

/// One of the words.
struct Word {
    postings: SegmentPostings,
    /// So many words stand before it.
    offset: u32,
    /// Its places in the paper that is looked at, in order.
    places: Vec<u32>,
    /// How many of them were passed.
    passed: usize,
}

impl Query for Placed {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let scoring = match scoring {
            EnableScoring::Disabled { .. } => None,
            EnableScoring::Enabled { statistics_provider, .. } => {
                let terms: Vec<Term> = self.terms.iter().map(|(_, term)| term.clone()).collect();
                Some(Bm25Weight::for_terms(statistics_provider, &terms)?)
            }
        };
        Ok(Box::new(PlacedWeight { placed: self.clone(), scoring }))
    }
}

impl PlacedWeight {
    /// The scorer before its first paper, or none where a word is missing.
    fn start(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Option<PlacedScorer>> {
        let index = reader.inverted_index(self.placed.field)?;
        let mut words = Vec::with_capacity(self.placed.terms.len());
        for (offset, term) in &self.placed.terms {
            let Some(info) = index.get_term_info(term)? else { return Ok(None) };
            let option = IndexRecordOption::WithFreqsAndPositions;
            let postings = index.read_postings_from_terminfo(&info, option)?;
            words.push((info.doc_freq, Word { postings, offset: *offset, places: Vec::new(), passed: 0 }));
        }
        words.sort_by_key(|(papers, _)| *papers);
        let words = words.into_iter().map(|(_, word)| word).collect();
        let scoring = match &self.scoring {
            Some(weight) => Some((weight.boost_by(boost), reader.get_fieldnorms_reader(self.placed.field)?)),
            None => None,
        };
        let (shape, starts) = (self.placed.shape, Vec::new());
        Ok(Some(PlacedScorer { words, shape, doc: 0, count: 0, starts, scoring }))
    }
}

impl Weight for PlacedWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let Some(mut scorer) = self.start(reader, boost)? else { return Ok(Box::new(EmptyScorer)) };
        scorer.find(0);
        Ok(Box::new(scorer))
    }

    fn scorer_danger(
        &self,
        reader: &SegmentReader,
        target: DocId,
        boost: Score,
    ) -> tantivy::Result<(SeekDangerResult, Box<dyn Scorer>)> {
        let Some(mut scorer) = self.start(reader, boost)? else {
            return Ok((SeekDangerResult::SeekLowerBound(TERMINATED), Box::new(EmptyScorer)));
        };
        Ok((scorer.seek_danger(target), Box::new(scorer)))
    }

    fn explain(&self, _reader: &SegmentReader, _doc: DocId) -> tantivy::Result<Explanation> {
        Err(TantivyError::InvalidArgument("words in their places are not explained".to_owned()))
    }
}

impl PlacedScorer {
    /// Goes to the first paper from `target` on that matches.
    fn find(&mut self, mut target: DocId) -> DocId {
        while target < TERMINATED {
            match self.seek_danger(target) {
                SeekDangerResult::Found => return self.doc,
                SeekDangerResult::SeekLowerBound(next) => target = next,
            }
        }
        self.doc = TERMINATED;
        TERMINATED
    }

    /// How many rows of the words there are in the paper that all stand at. The rarest word says where they may begin.
    fn rows(&mut self) -> u32 {
        let Some((first, rest)) = self.words.split_first_mut() else { return 0 };
        first.postings.positions(&mut first.places);
        self.starts.clear();
        self.starts.extend(first.places.iter().filter_map(|place| place.checked_sub(first.offset)));
        for word in rest {
            word.postings.positions(&mut word.places);
            let (places, offset) = (&word.places, word.offset);
            self.starts.retain(|start| places.binary_search(&start.saturating_add(offset)).is_ok());
            if self.starts.is_empty() {
                return 0;
            }
        }
        u32::try_from(self.starts.len()).unwrap_or(u32::MAX)
    }

    /// Whether some window holds every word of the paper that all stand at: of the places at hand the lowest is passed
    /// until all lie close enough.
    fn is_near(&mut self, width: u32) -> bool {
        for word in &mut self.words {
            word.postings.positions(&mut word.places);
            word.passed = 0;
        }
        loop {
            let (mut low, mut high) = (u32::MAX, 0);
            for word in &self.words {
                let Some(place) = word.places.get(word.passed) else { return false };
                (low, high) = (low.min(*place), high.max(*place));
            }
            if high - low <= width {
                return true;
            }
            for word in &mut self.words {
                word.passed += usize::from(word.places.get(word.passed) == Some(&low));
            }
        }
    }
}

impl DocSet for PlacedScorer {
    fn advance(&mut self) -> DocId {
        if self.doc >= TERMINATED { TERMINATED } else { self.find(self.doc + 1) }
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc >= target { self.doc } else { self.find(target) }
    }

    fn seek_danger(&mut self, target: DocId) -> SeekDangerResult {
        if target >= TERMINATED {
            self.doc = TERMINATED;
            return SeekDangerResult::SeekLowerBound(TERMINATED);
        }
        for word in &mut self.words {
            let mut doc = word.postings.doc();
            if doc < target {
                doc = word.postings.seek(target);
            }
            if doc > target {
                return SeekDangerResult::SeekLowerBound(doc);
            }
        }
        self.count = match self.shape {
            Shape::Row => self.rows(),
            Shape::Within(width) => u32::from(self.is_near(width)),
        };
        if self.count == 0 {
            return SeekDangerResult::SeekLowerBound(target + 1);
        }
        self.doc = target;
        SeekDangerResult::Found
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        self.words.first().map_or(0, |word| word.postings.size_hint() / 4)
    }

    fn cost(&self) -> u64 {
        // Reading places takes about as long as reading ten papers off a list.
        self.words.first().map_or(0, |word| word.postings.cost().saturating_mul(10))
    }
}

impl Scorer for PlacedScorer {
    fn score(&mut self) -> Score {
        match &self.scoring {
            Some((weight, lengths)) => weight.score(lengths.fieldnorm_id(self.doc), self.count),
            None => 1.0,
        }
    }
}
