//! Words after each other, or near each other in any order, read from their places.

use tantivy::DocId;
use tantivy::DocSet as _;
use tantivy::Score;
use tantivy::SeekDangerResult;
use tantivy::SegmentReader;
use tantivy::Term;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::Postings as _;
use tantivy::postings::SegmentPostings;
use tantivy::query::Bm25Weight;
use tantivy::query::EnableScoring;
use tantivy::query::Query;
use tantivy::query::Weight;
use tantivy::schema::Field;
use tantivy::schema::IndexRecordOption;

use crate::index::visiting::Ask;
use crate::index::visiting::Asking;
use crate::index::visiting::Visit;

/// Finds papers with words in places that belong together.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    /// The field.
    pub(super) field: Field,
    /// The words and how many stand before each; at least two.
    pub(super) terms: Vec<(u32, Term)>,
    /// How they belong together.
    pub(super) shape: Shape,
    /// Terms that none but papers with such words have, which spares most papers of very frequent words the reading of
    /// places.
    pub(super) certain: Vec<Term>,
}

/// How words belong together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// Each right after the one before.
    Row,
    /// So far apart at most, in any order; the words are given once each.
    Within(u32),
}

/// What is asked of every segment.
struct PlacedIn {
    placed: Placed,
    scoring: Option<Bm25Weight>,
}

/// The question to one segment.
struct PlacedOf {
    words: Vec<Word>,
    certain: Vec<SegmentPostings>,
    shape: Shape,
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
        Ok(Box::new(Asking(PlacedIn { placed: self.clone(), scoring })))
    }
}

impl Ask for PlacedIn {
    type Visit = PlacedOf;

    fn visit(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Option<PlacedOf>> {
        let index = reader.inverted_index(self.placed.field)?;
        let mut words = Vec::with_capacity(self.placed.terms.len());
        for (offset, term) in &self.placed.terms {
            let Some(info) = index.get_term_info(term)? else { return Ok(None) };
            let option = IndexRecordOption::WithFreqsAndPositions;
            let postings = index.read_postings_from_terminfo(&info, option)?;
            words.push((info.doc_freq, Word { postings, offset: *offset, places: Vec::new(), passed: 0 }));
        }
        let mut certain = Vec::new();
        for term in &self.placed.certain {
            certain.extend(index.read_postings(term, IndexRecordOption::Basic)?);
        }
        words.sort_by_key(|(papers, _)| *papers);
        let words = words.into_iter().map(|(_, word)| word).collect();
        let scoring = match &self.scoring {
            Some(weight) => Some((weight.boost_by(boost), reader.get_fieldnorms_reader(self.placed.field)?)),
            None => None,
        };
        let (shape, starts) = (self.placed.shape, Vec::new());
        Ok(Some(PlacedOf { words, certain, shape, count: 0, starts, scoring }))
    }
}

impl PlacedOf {
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

    /// Whether a paper has a term that says so at once.
    fn is_certain(&mut self, doc: DocId) -> bool {
        self.certain.iter_mut().any(|postings| {
            let at = postings.doc();
            (if at < doc { postings.seek(doc) } else { at }) == doc
        })
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

impl Visit for PlacedOf {
    fn look(&mut self, doc: DocId) -> SeekDangerResult {
        for word in &mut self.words {
            let mut at = word.postings.doc();
            if at < doc {
                at = word.postings.seek(doc);
            }
            if at > doc {
                return SeekDangerResult::SeekLowerBound(at);
            }
        }
        self.count = match self.shape {
            Shape::Row => self.rows(),
            Shape::Within(width) => u32::from(self.is_certain(doc) || self.is_near(width)),
        };
        if self.count == 0 { SeekDangerResult::SeekLowerBound(doc + 1) } else { SeekDangerResult::Found }
    }

    fn score(&mut self, doc: DocId) -> Score {
        match &self.scoring {
            Some((weight, lengths)) => weight.score(lengths.fieldnorm_id(doc), self.count),
            None => 1.0,
        }
    }

    fn size_hint(&self) -> u32 {
        self.words.first().map_or(0, |word| word.postings.size_hint() / 4)
    }

    fn cost(&self) -> u64 {
        // Reading places takes about as long as reading ten papers off a list.
        self.words.first().map_or(0, |word| word.postings.cost().saturating_mul(10))
    }
}
