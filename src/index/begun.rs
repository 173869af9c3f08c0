//! Words after each other and after them one that is known by its beginning only, such as `low-rank*`.
//!
//! The papers with the whole words are gathered with the places at which the last one may stand, then the words that begin
//! so are looked for in these alone.

use tantivy::BitSet;
use tantivy::DocId;
use tantivy::DocSet as _;
use tantivy::Score;
use tantivy::SegmentReader;
use tantivy::TERMINATED;
use tantivy::TantivyError;
use tantivy::Term;
use tantivy::index::InvertedIndexReader;
use tantivy::postings::Postings as _;
use tantivy::postings::SegmentPostings;
use tantivy::query::Bm25Weight;
use tantivy::query::EnableScoring;
use tantivy::query::Explanation;
use tantivy::query::Query;
use tantivy::query::Scorer;
use tantivy::query::Weight;
use tantivy::schema::Field;
use tantivy::schema::IndexRecordOption;

use crate::index::counted::Counted;
use crate::index::counted::Scoring;
use crate::index::terms::Pick;
use crate::index::terms::Terms;

/// Finds papers with words in a row of which the last one is begun only.
#[derive(Clone, Debug)]
pub(super) struct Begun {
    /// The field.
    pub(super) field: Field,
    /// The words that are known whole; at least one.
    pub(super) terms: Vec<Term>,
    /// How the term of the last one begins.
    pub(super) last: String,
}

struct BegunWeight {
    begun: Begun,
    score: Score,
}

/// The papers with the whole words, in order, and the places where the last one may stand.
#[derive(Default)]
struct Ends {
    /// Each paper with where its places begin and end.
    papers: Vec<(DocId, usize, usize)>,
    places: Vec<u32>,
}

impl Query for Begun {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let score = match scoring {
            EnableScoring::Disabled { .. } => 1.0,
            EnableScoring::Enabled { statistics_provider, .. } => {
                Bm25Weight::for_terms(statistics_provider, &self.terms)?.score(1, 1)
            }
        };
        Ok(Box::new(BegunWeight { begun: self.clone(), score }))
    }
}

impl Begun {
    /// Those of some papers that have the whole words.
    fn ends(&self, index: &InvertedIndexReader, some: &BitSet) -> tantivy::Result<Ends> {
        let mut words: Vec<(u32, SegmentPostings)> = Vec::with_capacity(self.terms.len());
        for (offset, term) in (0..).zip(&self.terms) {
            let option = IndexRecordOption::WithFreqsAndPositions;
            let Some(info) = index.get_term_info(term)? else { return Ok(Ends::default()) };
            words.push((offset, index.read_postings_from_terminfo(&info, option)?));
        }
        words.sort_by_key(|(_, postings)| postings.size_hint());
        let length = u32::try_from(words.len()).unwrap_or(u32::MAX);
        let (mut ends, mut target, mut places) = (Ends::default(), 0, Vec::new());
        let mut starts = Vec::new();
        'papers: while target < TERMINATED {
            for (_, postings) in &mut words {
                let doc = if postings.doc() < target { postings.seek(target) } else { postings.doc() };
                if doc > target {
                    target = doc;
                    continue 'papers;
                }
            }
            if some.contains(target) {
                for (turn, (offset, postings)) in words.iter_mut().enumerate() {
                    postings.positions(&mut places);
                    if turn == 0 {
                        starts.clear();
                        starts.extend(places.iter().filter_map(|place| place.checked_sub(*offset)));
                    } else {
                        let is_there =
                            |start: &u32| places.binary_search(&start.saturating_add(*offset)).is_ok();
                        starts.retain(is_there);
                    }
                    if starts.is_empty() {
                        break;
                    }
                }
                let first = ends.places.len();
                ends.places.extend(starts.iter().map(|start| start.saturating_add(length)));
                if ends.places.len() > first {
                    ends.papers.push((target, first, ends.places.len()));
                }
            }
            target += 1;
        }
        Ok(ends)
    }

    /// The papers of a segment in which a word that begins so stands at one of the places.
    fn gather(&self, reader: &SegmentReader) -> tantivy::Result<BitSet> {
        let index = reader.inverted_index(self.field)?;
        let mut docs = BitSet::with_max_value(reader.max_doc());
        let mut infos = Vec::new();
        let last = Terms { field: self.field, start: self.last.clone(), pick: Pick::All };
        last.each(&index, |info| infos.push(info.clone()))?;
        let mut begun = BitSet::with_max_value(reader.max_doc());
        for info in &infos {
            let mut postings = index.read_postings_from_terminfo(info, IndexRecordOption::Basic)?;
            while postings.doc() != TERMINATED {
                begun.insert(postings.doc());
                postings.advance();
            }
        }
        let ends = self.ends(&index, &begun)?;
        let mut places = Vec::new();
        for info in infos {
            let option = IndexRecordOption::WithFreqsAndPositions;
            let mut postings = index.read_postings_from_terminfo(&info, option)?;
            let mut rest = ends.papers.as_slice();
            loop {
                // Both lists are in order: each is passed up to where the other stands.
                rest = rest.get(passed(rest, postings.doc())..).unwrap_or_default();
                let Some((doc, first, last)) = rest.first() else { break };
                if postings.doc() < *doc && postings.seek(*doc) != *doc {
                    continue;
                }
                if !docs.contains(*doc) {
                    postings.positions(&mut places);
                    let wanted = ends.places.get(*first..*last).unwrap_or_default();
                    if wanted.iter().any(|place| places.binary_search(place).is_ok()) {
                        docs.insert(*doc);
                    }
                }
                postings.advance();
            }
        }
        Ok(docs)
    }
}

/// How many papers stand before one. It is near most of the time, so the steps grow as they go.
fn passed(papers: &[(DocId, usize, usize)], doc: DocId) -> usize {
    let mut step = 1;
    while papers.get(step).is_some_and(|(other, ..)| *other < doc) {
        step *= 2;
    }
    let from = step / 2;
    let near = papers.get(from..(step + 1).min(papers.len())).unwrap_or_default();
    from + near.partition_point(|(other, ..)| *other < doc)
}

impl Weight for BegunWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let docs = self.begun.gather(reader)?;
        Ok(Box::new(Counted::new(docs, Scoring::Constant(self.score * boost))))
    }

    fn explain(&self, _reader: &SegmentReader, _doc: DocId) -> tantivy::Result<Explanation> {
        Err(TantivyError::InvalidArgument("words in a row are not explained".to_owned()))
    }
}
