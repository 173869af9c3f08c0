//! Counting what the papers that match have in common. Strings are counted by their numbers in a segment's column, and only
//! those that were met are looked up by name.

use std::collections::HashMap;
use std::sync::Arc;

use tantivy::DocId;
use tantivy::columnar::ColumnValues;
use tantivy::columnar::StrColumn;
use tantivy::fastfield::FastFieldReaders;

use crate::index::reader::Facets;
use crate::index::schema;

/// What is counted for the facets of one segment.
pub(super) struct Counts {
    categories: Strings,
    sources: Strings,
    years: Arc<dyn ColumnValues<i64>>,
    by_year: HashMap<i64, u64>,
    /// The year counted last, since neighbours often share it.
    year: (i64, u64),
}

/// How often each string of a column was met.
struct Strings {
    column: Option<StrColumn>,
    counts: Vec<u64>,
}

/// How many papers share each property.
#[derive(Default)]
pub(super) struct Counted {
    categories: HashMap<String, u64>,
    years: HashMap<String, u64>,
    sources: HashMap<String, u64>,
}

impl Counts {
    /// Nothing yet, of the columns of a segment.
    pub(super) fn new(columns: &FastFieldReaders) -> tantivy::Result<Self> {
        Ok(Self {
            categories: Strings::new(columns.str(schema::CATEGORY)?),
            sources: Strings::new(columns.str(schema::SOURCE)?),
            years: columns.column_first_or_default(schema::YEAR)?,
            by_year: HashMap::new(),
            year: (0, 0),
        })
    }

    /// Counts a paper.
    pub(super) fn count(&mut self, doc: DocId) {
        self.categories.count(doc);
        self.sources.count(doc);
        let year = self.years.get_val(doc);
        if year != self.year.0 {
            let (before, count) = std::mem::replace(&mut self.year, (year, 0));
            *self.by_year.entry(before).or_default() += count;
        }
        self.year.1 += 1;
    }

    /// The counts by name.
    pub(super) fn named(mut self) -> Counted {
        *self.by_year.entry(self.year.0).or_default() += self.year.1;
        Counted {
            categories: self.categories.named(),
            years: self.by_year.into_iter().map(|(year, count)| (year.to_string(), count)).collect(),
            sources: self.sources.named(),
        }
    }
}

impl Counted {
    /// Adds those of another segment.
    pub(super) fn add(&mut self, other: Self) {
        add(&mut self.categories, other.categories);
        add(&mut self.years, other.years);
        add(&mut self.sources, other.sources);
    }

    /// The most frequent first.
    pub(super) fn sorted(self) -> Facets {
        Facets {
            categories: by_count(self.categories),
            years: by_count(self.years),
            sources: by_count(self.sources),
        }
    }
}

impl Strings {
    fn new(column: Option<StrColumn>) -> Self {
        let terms = column.as_ref().map_or(0, |column| column.num_terms());
        Self { column, counts: vec![0; terms] }
    }

    fn count(&mut self, doc: DocId) {
        for ord in self.column.iter().flat_map(|column| column.term_ords(doc)) {
            let count = usize::try_from(ord).ok().and_then(|ord| self.counts.get_mut(ord));
            if let Some(count) = count {
                *count += 1;
            }
        }
    }

    fn named(self) -> HashMap<String, u64> {
        let Some(column) = self.column else { return HashMap::new() };
        let met = (0..).zip(self.counts).filter(|(_, count)| *count > 0);
        let named = met.filter_map(|(ord, count)| {
            let mut name = String::new();
            column.ord_to_str(ord, &mut name).ok().filter(|is_there| *is_there).map(|_| (name, count))
        });
        named.collect()
    }
}

fn add(all: &mut HashMap<String, u64>, more: HashMap<String, u64>) {
    for (term, count) in more {
        *all.entry(term).or_default() += count;
    }
}

/// The most frequent first, equals by name.
fn by_count(counts: HashMap<String, u64>) -> Vec<(String, u64)> {
    let mut counts: Vec<_> = counts.into_iter().filter(|(_, count)| *count > 0).collect();
    counts.sort_unstable_by(|(term, count), (other, more)| more.cmp(count).then_with(|| term.cmp(other)));
    counts
}
