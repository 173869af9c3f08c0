//! Observations, the papers we know and the topics give a plan. Pure: the papers are asked of a [`Shelf`].
//!
//! Here is what goes in and what comes out; `draft` is the shelf as it will be, `regroup` lets identity decide over
//! everything that an observation is connected with, `places` says where papers stand in topics.

use crate::harvest::plan::draft::Draft;
use crate::identity::keys::Block;
use crate::model::external_id::ExternalId;
use crate::model::observation::Observation;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;
use crate::model::plan::Op;
use crate::model::problem::Problem;
use crate::model::ruling::Ruling;
use crate::model::signal::Signal;
use crate::model::source::SourceId;
use crate::model::time::Timestamp;
use crate::model::topic::TimelineEntry;
use crate::topics::selector::Selector;

mod draft;

pub mod places;

mod regroup;

/// More papers than these under one block, or connected in one piece, are a crowd: what they share proves nothing.
pub const CROWD: usize = 50;

/// The papers that are known. The store is one; a test may bring its own.
pub trait Shelf {
    /// Why a paper could not be looked up.
    type Error;

    /// The paper of that identifier or alias.
    fn paper(&self, id: &PaperId) -> Result<Option<Paper>, Self::Error>;

    /// The paper that is known by that identifier.
    fn by_external(&self, id: &ExternalId) -> Result<Option<PaperId>, Self::Error>;

    /// The papers of a block, at most `limit`.
    fn by_block(&self, block: Block, limit: usize) -> Result<Vec<PaperId>, Self::Error>;

    /// Everything the operator has ruled about identity.
    fn rulings(&self) -> Result<Vec<Ruling>, Self::Error>;

    /// The paper that a source reported under that key.
    fn by_key(&self, source: &SourceId, key: &str) -> Result<Option<PaperId>, Self::Error>;

    /// The places of a paper in topics.
    fn topics_of(&self, id: &PaperId) -> Result<Vec<TimelineEntry>, Self::Error>;

    /// Whether an editor picked a paper.
    fn is_picked(&self, id: &PaperId) -> Result<bool, Self::Error>;

    /// The last readings of a paper's counters.
    fn signals(&self, id: &PaperId) -> Result<Vec<Signal>, Self::Error>;
}

/// How many observations had which effect.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Papers that were not known.
    pub new: u64,
    /// Papers whose text, people, version or state changed.
    pub revised: u64,
    /// Reports of known papers by a further source, and papers that turned out to be one.
    pub merged: u64,
    /// Reports that told nothing new.
    pub unchanged: u64,
    /// Places taken in topics.
    pub entered: u64,
}

impl Tally {
    /// The sum of two tallies.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            new: self.new + other.new,
            revised: self.revised + other.revised,
            merged: self.merged + other.merged,
            unchanged: self.unchanged + other.unchanged,
            entered: self.entered + other.entered,
        }
    }
}

/// Whether what is said was said just now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Telling {
    /// It is news: papers enter topics as such, and what happened to a paper is noticed now.
    News,
    /// A harvest of history tells what was so long ago: papers enter topics at the time of their announcement, those that
    /// are there move in none, and what happened to a paper counts as having been so when we first saw it.
    History,
}

/// What is to be written, and what came of each observation.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Planned {
    /// The changes, in an order in which they may be applied.
    pub ops: Vec<Op>,
    /// What came of the observations.
    pub tally: Tally,
    /// Contradictions between identifiers.
    pub problems: Vec<Problem>,
}

/// Decides over observations one after the other, then over readings of the counters of papers. Each sees what those
/// before it changed.
///
/// `mint` gives the identifier of a paper that was not known.
pub fn plan<S: Shelf>(
    observations: Vec<(Observation, Vec<Signal>)>,
    readings: Vec<(PaperId, Vec<Signal>)>,
    telling: Telling,
    shelf: &S,
    topics: &Selector,
    now: Timestamp,
    mint: &mut dyn FnMut() -> PaperId,
) -> Result<Planned, S::Error> {
    let mut draft = Draft::new(shelf, topics, now, telling)?;
    for (observation, signals) in observations {
        draft.take(observation, signals, mint)?;
    }
    for (paper, signals) in readings {
        draft.count(paper, signals)?;
    }
    Ok(draft.finish(None))
}

/// Carries out a ruling about the records of some papers: decides over them, and everything connected, anew. The ruling's
/// other side keeps a parted paper's identifier, unless that was the one side's before both became one.
pub fn rule<S: Shelf>(
    ruling: Ruling,
    papers: &[PaperId],
    shelf: &S,
    topics: &Selector,
    now: Timestamp,
    mint: &mut dyn FnMut() -> PaperId,
) -> Result<Planned, S::Error> {
    let mut draft = Draft::new(shelf, topics, now, Telling::News)?;
    draft.heed(&ruling, papers, mint)?;
    Ok(draft.finish(Some(ruling)))
}
