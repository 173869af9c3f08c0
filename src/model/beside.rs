//! What stands beside a paper and changes without it.

use crate::model::signal::Signal;
use crate::model::signal::SignalKind;

/// What queries ask of a paper that its sources' texts do not say.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Beside {
    /// The last readings of its counters; one without a reading counts as 0.
    pub signals: Vec<Signal>,
    /// Whether an editor picked it.
    pub is_picked: bool,
}

impl Beside {
    /// The reading of a counter.
    pub fn count(&self, kind: SignalKind) -> u64 {
        self.signals.iter().rev().find(|signal| signal.kind == kind).map_or(0, |signal| signal.value)
    }
}
