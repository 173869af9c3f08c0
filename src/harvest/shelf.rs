//! The store as the planner sees it.

use crate::harvest::plan::Shelf;
use crate::model::external_id::ExternalId;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;
use crate::model::signal::Signal;
use crate::model::source::SourceId;
use crate::model::topic::TimelineEntry;
use crate::store::Error;
use crate::store::Reader;

/// A [`Shelf`] over what the store holds.
pub(super) struct StoreShelf(pub(super) Reader);

impl Shelf for StoreShelf {
    type Error = Error;

    fn paper(&self, id: &PaperId) -> Result<Option<Paper>, Error> {
        self.0.paper(id)
    }

    fn by_external(&self, id: &ExternalId) -> Result<Option<PaperId>, Error> {
        self.0.paper_by_external(id)
    }

    fn by_key(&self, source: &SourceId, key: &str) -> Result<Option<PaperId>, Error> {
        self.0.paper_by_key(source, key)
    }

    fn topics_of(&self, id: &PaperId) -> Result<Vec<TimelineEntry>, Error> {
        self.0.topics_of(id)
    }

    fn signals(&self, id: &PaperId) -> Result<Vec<Signal>, Error> {
        self.0.signals(id)
    }
}
