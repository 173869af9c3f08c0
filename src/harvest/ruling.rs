//! Rulings of the operator about identity, drawn up and carried out while no harvest commits.

use std::sync::Arc;

use crate::harvest::plan;
use crate::harvest::run::Harvester;
use crate::harvest::shelf::StoreShelf;
use crate::model::paper::PaperId;
use crate::model::plan::Plan;
use crate::model::ruling::Ruling;
use crate::model::time::Timestamp;
use crate::store;
use crate::store::Reader;
use crate::store::Writer;

/// A ruling, and the papers that it speaks of as they are so far.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Case {
    /// The ruling.
    pub ruling: Ruling,
    /// The papers.
    pub papers: Vec<PaperId>,
}

impl Harvester {
    /// Draws a ruling up from what is stored and carries it out, whole or, when the inner error says why not, not at all.
    pub async fn rule<E: Send + 'static>(
        &self,
        draw_up: impl FnOnce(&Reader, Timestamp) -> Result<Case, E> + Send + 'static,
    ) -> Result<Result<Case, E>, store::Error> {
        let (topics, now) = (self.topics.clone(), self.stamp());
        let work = move |writer: &mut Writer| {
            writer.heal()?;
            let case = match draw_up(&writer.reader(), now) {
                Ok(case) => case,
                Err(error) => return Ok(Err(error)),
            };
            let topics = Arc::clone(&topics.borrow());
            let shelf = StoreShelf(writer.reader());
            let mint = &mut || PaperId::mint(fastrand::u128(..));
            let planned = plan::rule(case.ruling.clone(), &case.papers, &shelf, &topics, now, mint)?;
            writer.commit(&[Plan { at: now, ops: planned.ops }])?;
            Ok(Ok(case))
        };
        self.pen.write(work).await
    }
}
