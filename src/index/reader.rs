//! Searching. A reader sees what was committed last, and many may search at once.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveDate;
use tantivy::DocSet as _;
use tantivy::IndexReader;
use tantivy::TERMINATED;
use tantivy::TantivyError;
use tantivy::Term;
use tantivy::schema::IndexRecordOption;

use crate::index::Error;
use crate::index::candidates;
use crate::index::candidates::Candidate;
use crate::index::census::Census;
use crate::index::checked::Faults;
use crate::index::collect::Collect;
use crate::index::everything::Everything;
use crate::index::ids;
use crate::index::listed;
use crate::index::listed::Listed;
use crate::index::listed::Which;
use crate::index::schema::Fields;
use crate::index::translate;
use crate::index::translate::Translation;
use crate::model::paper::PaperId;
use crate::model::time::Timestamp;
use crate::query::Query;
use crate::relevance::coarse::Coarse;

/// Searches the index; cheap to clone.
#[derive(Clone)]
pub struct Reader {
    pub(super) path: PathBuf,
    pub(super) committed: IndexReader,
    pub(super) fields: Fields,
    pub(super) census: Arc<Census>,
}

/// How the results are wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Search {
    /// The present time, for relative dates.
    pub now: Timestamp,
    /// The order.
    pub sort: Sort,
    /// How many of the first are left out.
    pub offset: usize,
    /// How many are wanted.
    pub limit: usize,
    /// Whether facets are counted.
    pub facets: bool,
}

/// The order of results.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sort {
    /// The best first: rare words count more than frequent ones, and those of the title three times.
    Relevance,
    /// The day announced last first, and of one day the one seen last.
    Newest,
}

/// What was found.
#[derive(Clone, PartialEq, Debug)]
pub struct Found {
    /// How many papers match.
    pub total: u64,
    /// Those that were wanted, in order.
    pub hits: Vec<Hit>,
    /// What all that match have in common; empty unless asked for.
    pub facets: Facets,
}

/// One paper that was found.
#[derive(Clone, PartialEq, Debug)]
pub struct Hit {
    /// Which.
    pub paper: PaperId,
    /// How well it matches; 0 when sorted by date.
    pub score: f32,
}

/// How many of the papers share a property, the most frequent first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Facets {
    /// arXiv categories as they are written.
    pub categories: Vec<(String, u64)>,
    /// Years of announcement.
    pub years: Vec<(String, u64)>,
    /// Sources that reported them.
    pub sources: Vec<(String, u64)>,
}

impl Reader {
    /// Finds papers.
    pub fn search(&self, query: &Query, search: &Search) -> Result<Found, Error> {
        let kept = search.offset.saturating_add(search.limit);
        let kept = if search.limit == 0 { 0 } else { kept };
        let scores = translate::scores(query.root());
        let collect = Collect { sort: search.sort, kept, facets: search.facets, scores };
        let mut found = self.collect(query, search.now, &collect)?;
        let first = search.offset.min(found.best.len());
        found.best.drain(..first);
        Ok(Found { total: found.total, hits: found.best, facets: found.facets })
    }

    /// Every paper that matches, in no order.
    pub fn matching(&self, query: &Query, now: Timestamp) -> Result<Vec<PaperId>, Error> {
        let found = self.collect(query, now, &Everything)?;
        Ok(found.into_iter().map(|(high, low)| ids::whole(high, low)).collect())
    }

    /// What was listed between two days, both included, in no order. A paper that was on two lists is there twice.
    pub fn listed(&self, days: &RangeInclusive<NaiveDate>, which: Which) -> Result<Vec<Listed>, Error> {
        let mut found = Vec::new();
        for segment in self.committed.searcher().segment_readers() {
            listed::between(segment, days, which, &mut found).map_err(|error| self.error(&error))?;
        }
        Ok(found)
    }

    /// How many papers were listed on each of the days, of those that have any.
    pub fn listed_counts(
        &self,
        days: &RangeInclusive<NaiveDate>,
    ) -> Result<BTreeMap<NaiveDate, usize>, Error> {
        let counted = self.census.counts(self.committed.searcher().segment_readers(), days);
        counted.map_err(|error| self.error(&error))
    }

    /// At most so many papers that share some of these words, the nearest first: those that share the rarest and lie in the
    /// same direction.
    pub(super) fn candidates<'w>(
        &self,
        words: impl Iterator<Item = (&'w str, f32)>,
        sense: &Coarse,
        most: usize,
    ) -> Result<Vec<Candidate>, Error> {
        let found = candidates::find(&self.committed.searcher(), &self.fields, words, sense, most);
        found.map_err(|error| self.error(&error))
    }

    /// The newest day up to one on which anything was listed.
    pub fn newest_listed(&self, today: NaiveDate) -> Result<Option<NaiveDate>, Error> {
        let newest = self.census.newest(self.committed.searcher().segment_readers(), today);
        newest.map_err(|error| self.error(&error))
    }

    /// How many papers there are.
    pub fn count(&self) -> u64 {
        self.committed.searcher().num_docs()
    }

    /// Whether the paper is there.
    pub fn contains(&self, id: &PaperId) -> Result<bool, Error> {
        self.is_there(id).map_err(|error| self.error(&error))
    }

    fn is_there(&self, id: &PaperId) -> Result<bool, TantivyError> {
        let term = Term::from_field_text(self.fields.id, id.as_str());
        for segment in self.committed.searcher().segment_readers() {
            let index = segment.inverted_index(self.fields.id)?;
            let Some(mut postings) = index.read_postings(&term, IndexRecordOption::Basic)? else { continue };
            while postings.doc() != TERMINATED {
                if !segment.is_deleted(postings.doc()) {
                    return Ok(true);
                }
                postings.advance();
            }
        }
        Ok(false)
    }

    fn collect<C: tantivy::collector::Collector>(
        &self,
        query: &Query,
        now: Timestamp,
        collect: &C,
    ) -> Result<C::Fruit, Error> {
        let faults = Faults::default();
        let translation = Translation { fields: &self.fields, now, faults: faults.clone() };
        let query = translation.node(query.root());
        let found = self.committed.searcher().search(&*query, collect);
        match faults.take() {
            Some(fault) => Err(self.error(&fault)),
            None => found.map_err(|error| self.error(&error)),
        }
    }

    fn error(&self, error: &TantivyError) -> Error {
        Error::of(&self.path, error)
    }
}
