//! What no list of terms can answer, a regular expression, is asked of the texts themselves, and only of the papers that
//! the rest of the query leaves over.

use std::fmt;
use std::sync::Arc;
use std::sync::Mutex;

use tantivy::DocId;
use tantivy::Score;
use tantivy::SeekDangerResult;
use tantivy::SegmentReader;
use tantivy::TERMINATED;
use tantivy::TantivyDocument;
use tantivy::TantivyError;
use tantivy::query::EnableScoring;
use tantivy::query::Query;
use tantivy::query::Weight;
use tantivy::schema::Field;
use tantivy::schema::Value as _;
use tantivy::store::StoreReader;

use crate::index::entry;
use crate::index::visiting::Ask;
use crate::index::visiting::Asking;
use crate::index::visiting::Visit;
use crate::query::ast::TextField;
use crate::query::document::covers;
use crate::query::regex::TextRegex;

/// How many blocks of texts are kept unpacked; papers are visited in order, so few are needed.
const BLOCKS_KEPT: usize = 2;

/// Finds papers whose text an expression matches.
#[derive(Clone)]
pub(super) struct Checked {
    /// Where the texts are kept.
    pub(super) texts: Field,
    /// Which of them count.
    pub(super) field: TextField,
    /// The expression.
    pub(super) regex: TextRegex,
    /// Where a fault is put that was met on the way.
    pub(super) faults: Faults,
}

/// The first fault that was met while papers were visited, when none can be returned.
#[derive(Clone, Default, Debug)]
pub(super) struct Faults(Arc<Mutex<Option<TantivyError>>>);

/// The question to one segment.
pub(super) struct CheckedOf {
    checked: Checked,
    store: StoreReader,
    max_doc: DocId,
    score: Score,
}

impl Faults {
    /// Keeps a fault.
    fn put(&self, error: TantivyError) {
        if let Ok(mut first) = self.0.lock() {
            first.get_or_insert(error);
        }
    }

    /// The fault, where one was met.
    pub(super) fn take(&self) -> Option<TantivyError> {
        self.0.lock().ok().and_then(|mut first| first.take())
    }
}

impl fmt::Debug for Checked {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Checked({:?}, /{}/)", self.field, self.regex.as_str())
    }
}

impl Query for Checked {
    fn weight(&self, _scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(Asking(self.clone())))
    }
}

impl Ask for Checked {
    type Visit = CheckedOf;

    fn visit(&self, reader: &SegmentReader, score: Score) -> tantivy::Result<Option<CheckedOf>> {
        let store = reader.get_store_reader(BLOCKS_KEPT)?;
        Ok(Some(CheckedOf { checked: self.clone(), store, max_doc: reader.max_doc(), score }))
    }
}

impl CheckedOf {
    /// Whether the expression matches a text of the paper.
    fn holds(&self, doc: DocId) -> bool {
        match self.store.get::<TantivyDocument>(doc) {
            Ok(paper) => paper
                .get_all(self.checked.texts)
                .filter_map(|value| value.as_str().and_then(entry::stored))
                .any(|(region, text)| {
                    covers(self.checked.field, region) && self.checked.regex.is_match(text)
                }),
            Err(error) => {
                self.checked.faults.put(error);
                false
            }
        }
    }
}

impl Visit for CheckedOf {
    fn look(&mut self, doc: DocId) -> SeekDangerResult {
        if doc >= self.max_doc {
            SeekDangerResult::SeekLowerBound(TERMINATED)
        } else if self.holds(doc) {
            SeekDangerResult::Found
        } else {
            SeekDangerResult::SeekLowerBound(doc + 1)
        }
    }

    fn score(&mut self, _doc: DocId) -> Score {
        self.score
    }

    fn size_hint(&self) -> u32 {
        self.max_doc
    }

    fn cost(&self) -> u64 {
        u64::from(self.max_doc).saturating_mul(1_000)
    }
}
