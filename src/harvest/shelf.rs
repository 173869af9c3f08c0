//! The store as the planner sees it.

use crate::harvest::plan::Shelf;
use crate::identity::keys::Block;
use crate::model::external_id::ExternalId;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;
use crate::model::ruling::Ruling;
use crate::model::signal::Signal;
use crate::model::source::SourceId;
use crate::model::topic::TimelineEntry;
use crate::store::Error;
use crate::store::Reader;

/// A [`Shelf`] over what the store holds.
#[derive(Debug)]
pub struct StoreShelf(pub Reader);

impl Shelf for StoreShelf {
    type Error = Error;

    fn paper(&self, id: &PaperId) -> Result<Option<Paper>, Error> {
        self.0.paper(id)
    }

    fn by_external(&self, id: &ExternalId) -> Result<Option<PaperId>, Error> {
        self.0.paper_by_external(id)
    }

    fn by_block(&self, block: Block, limit: usize) -> Result<Vec<PaperId>, Error> {
        self.0.papers_of_block(block, limit)
    }

    fn rulings(&self) -> Result<Vec<Ruling>, Error> {
        self.0.rulings()
    }

    fn by_key(&self, source: &SourceId, key: &str) -> Result<Option<PaperId>, Error> {
        self.0.paper_by_key(source, key)
    }

    fn topics_of(&self, id: &PaperId) -> Result<Vec<TimelineEntry>, Error> {
        self.0.topics_of(id)
    }

    fn is_picked(&self, id: &PaperId) -> Result<bool, Error> {
        Ok(self.0.pick(id)?.is_some())
    }

    fn signals(&self, id: &PaperId) -> Result<Vec<Signal>, Error> {
        self.0.signals(id)
    }
}
