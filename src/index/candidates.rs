//! Papers that may be like one: they share some of its words. Seen from afar, by lists of papers and columns alone, so that
//! thousands are weighed and hundreds compared in the time in which a few are read.

use std::cell::RefCell;
use std::cmp::Reverse;

use tantivy::DocId;
use tantivy::DocSet as _;
use tantivy::Score;
use tantivy::Searcher;
use tantivy::SegmentReader;
use tantivy::TERMINATED;
use tantivy::Term;
use tantivy::postings::Postings as _;
use tantivy::query::Bm25Weight;
use tantivy::schema::IndexRecordOption;

use crate::index::counted::place;
use crate::index::ids;
use crate::index::schema;
use crate::index::schema::Fields;
use crate::index::translate;
use crate::model::paper::PaperId;
use crate::relevance::coarse::Coarse;
use crate::relevance::coarse::Compass;
use crate::relevance::similar;

/// So many mentions are weighed at most, those of the rarest words first: what is everywhere tells little and takes long.
const MENTIONS: u64 = 60_000;

thread_local! {
    /// The scores of the papers of a segment, to be filled anew.
    static SCORES: RefCell<Vec<Score>> = const { RefCell::new(Vec::new()) };
}

/// A paper that may be like another one.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Candidate {
    /// Which.
    pub(super) paper: PaperId,
    /// How near it is in sense: about the cosine of the angle between both.
    pub(super) sense: f32,
}

/// At most so many papers that share some of these words, each with what it weighs in the one, the nearest first.
pub(super) fn find<'w>(
    searcher: &Searcher,
    fields: &Fields,
    words: impl Iterator<Item = (&'w str, f32)>,
    sense: &Coarse,
    most: usize,
) -> tantivy::Result<Vec<Candidate>> {
    let mut terms = Vec::new();
    for (word, gain) in words {
        if let Some(term) = translate::stem(fields.any, word) {
            terms.push((searcher.doc_freq(&term)?, term, gain));
        }
    }
    terms.retain(|(papers, ..)| *papers > 0);
    terms.sort_unstable_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
    let mut mentions = 0;
    let mut weighed: Vec<(Term, Bm25Weight)> = Vec::new();
    for (papers, term, gain) in terms {
        mentions += papers;
        if mentions > MENTIONS && !weighed.is_empty() {
            break;
        }
        let weight = Bm25Weight::for_terms(searcher, std::slice::from_ref(&term))?;
        weighed.push((term, weight.boost_by(gain)));
    }
    let mut best: Vec<(Score, usize, DocId)> = Vec::new();
    for (number, segment) in searcher.segment_readers().iter().enumerate() {
        weigh(segment, number, fields, &weighed, most, &mut best)?;
    }
    keep(&mut best, most);
    best.sort_unstable_by_key(|(_score, segment, doc)| (*segment, *doc));
    let compass = sense.compass();
    let mut seen = Vec::with_capacity(best.len());
    for found in best.chunk_by(|(_, one, _), (_, other, _)| one == other) {
        let number = found.first().map_or(0, |(_score, segment, _doc)| *segment);
        if let Some(segment) = searcher.segment_readers().get(number) {
            look(segment, found, &compass, &mut seen)?;
        }
    }
    Ok(similar::joined(seen).into_iter().map(|(candidate, _nearness)| candidate).collect())
}

/// Adds the best of a segment, by the words alone.
fn weigh(
    segment: &SegmentReader,
    number: usize,
    fields: &Fields,
    terms: &[(Term, Bm25Weight)],
    most: usize,
    best: &mut Vec<(Score, usize, DocId)>,
) -> tantivy::Result<()> {
    let lists = segment.inverted_index(fields.any)?;
    let lengths = segment.get_fieldnorms_reader(fields.any)?;
    // Kept from one look to the next: a table of all papers is large, and clean memory is dear.
    let mut scores = SCORES.take();
    scores.clear();
    scores.resize(place(segment.max_doc()), 0.0);
    for (term, weight) in terms {
        let Some(mut list) = lists.read_postings(term, IndexRecordOption::WithFreqs)? else { continue };
        while list.doc() != TERMINATED {
            if let Some(score) = scores.get_mut(place(list.doc())) {
                *score += weight.score(lengths.fieldnorm_id(list.doc()), list.term_freq());
            }
            list.advance();
        }
    }
    let (mut found, mut least) = (Vec::with_capacity(2 * most), 0.0);
    for (doc, score) in (0..).zip(&scores) {
        if *score > least && !segment.is_deleted(doc) {
            found.push((*score, number, doc));
            if found.len() == 2 * most {
                keep(&mut found, most);
                least = found.iter().fold(Score::MAX, |least, (score, ..)| least.min(*score));
            }
        }
    }
    SCORES.set(scores);
    keep(&mut found, most);
    best.append(&mut found);
    Ok(())
}

/// Drops all but the best; of equal ones those that came first stay.
fn keep(found: &mut Vec<(Score, usize, DocId)>, most: usize) {
    if found.len() > most {
        // Scores are positive, and the bits of such numbers are in their order.
        found.select_nth_unstable_by_key(most, |(score, segment, doc)| {
            (Reverse(score.to_bits()), *segment, *doc)
        });
        found.truncate(most);
    }
}

/// Reads off the columns of a segment what they say of papers.
fn look(
    segment: &SegmentReader,
    found: &[(Score, usize, DocId)],
    compass: &Compass,
    seen: &mut Vec<(Candidate, Score, f32)>,
) -> tantivy::Result<()> {
    let columns = segment.fast_fields();
    let column = |name: &str| columns.column_first_or_default::<u64>(name);
    let (high, low) = (column(schema::ID_HIGH)?, column(schema::ID_LOW)?);
    let mut words = Vec::with_capacity(schema::SENSE.len());
    for name in schema::SENSE {
        words.push(column(name)?);
    }
    for (score, _segment, doc) in found {
        let mut sense = Coarse::default();
        for (word, column) in sense.0.iter_mut().zip(&words) {
            *word = column.get_val(*doc);
        }
        let paper = ids::whole(high.get_val(*doc), low.get_val(*doc));
        let sense = compass.cosine(&sense);
        seen.push((Candidate { paper, sense }, *score, sense));
    }
    Ok(())
}
