//! All terms of a stretch of the dictionary together: the words that begin so, the names that fit.

use tantivy::BitSet;
use tantivy::DocId;
use tantivy::DocSet as _;
use tantivy::Score;
use tantivy::SegmentReader;
use tantivy::TERMINATED;
use tantivy::TantivyError;
use tantivy::index::InvertedIndexReader;
use tantivy::postings::Postings as _;
use tantivy::postings::TermInfo;
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
use crate::index::counted::place;
use crate::index::entry;
use crate::query::ast::AuthorPattern;

/// Finds papers with any term of a stretch of a field's dictionary.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    /// The field.
    pub(super) field: Field,
    /// How the terms begin.
    pub(super) start: String,
    /// Which of them count.
    pub(super) pick: Pick,
}

/// Which terms of a stretch count.
#[derive(Clone, Debug)]
pub(super) enum Pick {
    /// Every one.
    All,
    /// Whole names that fit, and this one term besides.
    Names(AuthorPattern, String),
}

struct TermsWeight {
    terms: Terms,
    /// The weight of all of them as if they were one word, and whether they are counted.
    scoring: Option<(Bm25Weight, bool)>,
}

impl Query for Terms {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let scoring = match scoring {
            EnableScoring::Disabled { .. } => None,
            EnableScoring::Enabled { searcher, statistics_provider } => {
                let mut found = 0_u64;
                // Names are rare, and counting them would take as long as finding them.
                let segments = match self.pick {
                    Pick::All => searcher.segment_readers(),
                    Pick::Names(..) => &[],
                };
                for segment in segments {
                    let index = segment.inverted_index(self.field)?;
                    self.each(&index, |info| found += u64::from(info.doc_freq))?;
                }
                let has_counts = searcher.schema().get_field_entry(self.field).has_fieldnorms();
                let all = statistics_provider.total_num_docs()?.max(1);
                let tokens = statistics_provider.total_num_tokens(self.field)?;
                let length = if has_counts { ratio(tokens, all) } else { 1.0 };
                Some((Bm25Weight::for_one_term(found.min(all), all, length), has_counts))
            }
        };
        Ok(Box::new(TermsWeight { terms: self.clone(), scoring }))
    }
}

/// The quotient of two counts, near enough for a score.
fn ratio(number: u64, by: u64) -> Score {
    let tenths = number.saturating_mul(10) / by.max(1);
    f32::from(u16::try_from(tenths.max(1)).unwrap_or(u16::MAX)) / 10.0
}

impl Terms {
    /// Gives every term that counts.
    pub(super) fn each(
        &self,
        index: &InvertedIndexReader,
        mut found: impl FnMut(&TermInfo),
    ) -> tantivy::Result<()> {
        let mut stream = index.terms().range().ge(&self.start).into_stream()?;
        while stream.advance() && stream.key().starts_with(self.start.as_bytes()) {
            let counts = match &self.pick {
                Pick::All => true,
                Pick::Names(pattern, _) => {
                    let term = std::str::from_utf8(stream.key()).unwrap_or_default();
                    entry::may_be_named(term, pattern)
                        && entry::name_of_term(term).is_some_and(|name| pattern.fits(&name))
                }
            };
            if counts {
                found(stream.value());
            }
        }
        if let Pick::Names(_, also) = &self.pick
            && let Some(info) = index.terms().get(also)?
        {
            found(&info);
        }
        Ok(())
    }

    /// Gathers the papers of a segment, and gives each that is found to `count` with how often.
    fn gather(&self, reader: &SegmentReader, mut count: impl FnMut(DocId, u32)) -> tantivy::Result<BitSet> {
        let index = reader.inverted_index(self.field)?;
        let mut infos = Vec::new();
        self.each(&index, |info| infos.push(info.clone()))?;
        let mut docs = BitSet::with_max_value(reader.max_doc());
        for info in infos {
            let mut postings = index.read_postings_from_terminfo(&info, IndexRecordOption::WithFreqs)?;
            let mut doc = postings.doc();
            while doc != TERMINATED {
                docs.insert(doc);
                count(doc, postings.term_freq());
                doc = postings.advance();
            }
        }
        Ok(docs)
    }
}

impl Weight for TermsWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let Some((weight, has_counts)) = &self.scoring else {
            let docs = self.terms.gather(reader, |_doc, _count| ())?;
            return Ok(Box::new(Counted::new(docs, Scoring::Constant(boost))));
        };
        let weight = weight.boost_by(boost);
        if !has_counts {
            let docs = self.terms.gather(reader, |_doc, _count| ())?;
            let score = weight.score(1, 1);
            return Ok(Box::new(Counted::new(docs, Scoring::Constant(score))));
        }
        let mut counts = vec![0_u16; place(reader.max_doc())];
        let docs = self.terms.gather(reader, |doc, more| {
            if let Some(count) = counts.get_mut(place(doc)) {
                *count = count.saturating_add(u16::try_from(more).unwrap_or(u16::MAX));
            }
        })?;
        let lengths = reader.get_fieldnorms_reader(self.terms.field)?;
        Ok(Box::new(Counted::new(docs, Scoring::Counts { weight, lengths, counts })))
    }

    fn explain(&self, _reader: &SegmentReader, _doc: DocId) -> tantivy::Result<Explanation> {
        Err(TantivyError::InvalidArgument("terms are not explained".to_owned()))
    }
}
