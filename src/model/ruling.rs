//! What the operator has ruled about identity: that records are of one paper, or that they are not. Rulings outlive the
//! papers they were made about, so they name records and outside identifiers, never ours.

use std::collections::BTreeSet;
use std::fmt;

use crate::model::external_id::ExternalId;
use crate::model::observation::Observation;
use crate::model::source::SourceId;
use crate::model::time::Timestamp;

/// One ruling. A later one prevails over an earlier one about the same records.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ruling {
    /// When it was made; unique among the rulings of a store.
    pub at: Timestamp,
    /// What it says of the two sides.
    pub verdict: Ruled,
    /// The records of the one side.
    pub one: BTreeSet<Mark>,
    /// The records of the other side.
    pub other: BTreeSet<Mark>,
}

/// What a ruling says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ruled {
    /// Both sides are one paper, whatever their identifiers say.
    Same,
    /// No paper has records of both sides.
    Different,
}

/// What a record is recognised by.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Mark {
    /// It is this source's under this key.
    Record(SourceId, String),
    /// It names this identifier.
    Id(ExternalId),
}

impl Mark {
    /// The mark of one record.
    pub fn of(observation: &Observation) -> Self {
        let (source, key) = observation.record();
        Self::Record(source, key)
    }

    /// Everything by which a ruling may speak of a record.
    pub fn all_of(observation: &Observation) -> impl Iterator<Item = Self> {
        std::iter::once(Self::of(observation)).chain(observation.ids.iter().cloned().map(Self::Id))
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record(source, key) => write!(out, "{source}/{key}"),
            Self::Id(id) => write!(out, "{id}"),
        }
    }
}

impl Ruling {
    /// A ruling about two sets of records: each side is known by its records and by the identifiers that it has and the
    /// other side does not, so that later reports of either fall under it too.
    pub fn between(at: Timestamp, verdict: Ruled, one: &[&Observation], other: &[&Observation]) -> Self {
        let ids = |side: &[&Observation]| -> BTreeSet<ExternalId> {
            side.iter().flat_map(|observation| observation.ids.iter().cloned()).collect()
        };
        let (ids_of_one, ids_of_other) = (ids(one), ids(other));
        let marks = |side: &[&Observation], own: &BTreeSet<ExternalId>, others: &BTreeSet<ExternalId>| {
            let records = side.iter().map(|observation| Mark::of(observation));
            records.chain(own.difference(others).cloned().map(Mark::Id)).collect()
        };
        Self {
            at,
            verdict,
            one: marks(one, &ids_of_one, &ids_of_other),
            other: marks(other, &ids_of_other, &ids_of_one),
        }
    }

    /// Whether a record is of the one side.
    pub fn has_in_one(&self, observation: &Observation) -> bool {
        Mark::all_of(observation).any(|mark| self.one.contains(&mark))
    }

    /// Whether a record is of the other side.
    pub fn has_in_other(&self, observation: &Observation) -> bool {
        Mark::all_of(observation).any(|mark| self.other.contains(&mark))
    }
}
