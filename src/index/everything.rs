//! Collecting every paper that matches, by its identifier alone.

use std::sync::Arc;

use tantivy::DocId;
use tantivy::Score;
use tantivy::SegmentOrdinal;
use tantivy::SegmentReader;
use tantivy::collector::Collector;
use tantivy::collector::SegmentCollector;
use tantivy::columnar::ColumnValues;

use crate::index::schema;

/// Collects the identifiers of all papers that match.
pub(super) struct Everything;

/// Those of one segment.
pub(super) struct EverythingOf {
    id_high: Arc<dyn ColumnValues<u64>>,
    id_low: Arc<dyn ColumnValues<u64>>,
    found: Vec<(u64, u64)>,
}

impl Collector for Everything {
    type Fruit = Vec<(u64, u64)>;
    type Child = EverythingOf;

    fn for_segment(&self, _place: SegmentOrdinal, reader: &SegmentReader) -> tantivy::Result<EverythingOf> {
        let columns = reader.fast_fields();
        Ok(EverythingOf {
            id_high: columns.column_first_or_default(schema::ID_HIGH)?,
            id_low: columns.column_first_or_default(schema::ID_LOW)?,
            found: Vec::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, parts: Vec<Vec<(u64, u64)>>) -> tantivy::Result<Vec<(u64, u64)>> {
        Ok(parts.into_iter().flatten().collect())
    }
}

impl SegmentCollector for EverythingOf {
    type Fruit = Vec<(u64, u64)>;

    fn collect(&mut self, doc: DocId, _score: Score) {
        self.found.push((self.id_high.get_val(doc), self.id_low.get_val(doc)));
    }

    fn harvest(self) -> Vec<(u64, u64)> {
        self.found
    }
}
