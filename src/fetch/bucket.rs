//! One request at a time for each operator, spaced, first come first served; different operators do not wait for
//! each other.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;
use tokio::time::Instant;

use crate::clock::Clock;
use crate::fetch::caching;
use crate::model::time::Timestamp;

/// Whose budget a request is counted to, and how far apart that operator's requests are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bucket {
    /// The operator's name (`arxiv`), or a host.
    pub operator: String,
    /// The least time between the starts of two requests.
    pub spacing: Duration,
}

/// The gates of all operators asked so far.
#[derive(Debug)]
pub(super) struct Gates {
    known: Mutex<BTreeMap<String, Arc<tokio::sync::Mutex<Gate>>>>,
    clock: Clock,
    /// As what an operator begins that was not asked yet.
    first: Gate,
}

/// What is known of an operator while the process runs; times that must outlive it are the scheduler's.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gate {
    last_start: Option<Instant>,
    /// The same by the clock in use.
    last_at: Option<Timestamp>,
    closed_until: Option<Timestamp>,
}

impl Gates {
    /// No operator was asked yet, as far as is known.
    pub(super) fn new(clock: Clock) -> Self {
        Self { known: Mutex::default(), clock, first: Gate::default() }
    }

    /// Every operator may have been asked until this moment, by the process before this one.
    pub(super) fn after_a_restart(clock: Clock) -> Self {
        let first = Gate { last_start: Some(Instant::now()), last_at: Some(clock.now()), closed_until: None };
        Self { known: Mutex::default(), clock, first }
    }

    /// Waits for the operator's turn, in the order of asking.
    pub(super) async fn turn(&self, bucket: &Bucket) -> Turn {
        let gate = {
            let mut gates = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            let first = || Arc::new(tokio::sync::Mutex::new(self.first));
            Arc::clone(gates.entry(bucket.operator.clone()).or_insert_with(first))
        };
        let asked = Instant::now();
        let gate = gate.lock_owned().await;
        Turn { gate, spacing: bucket.spacing, waited: asked.elapsed(), clock: self.clock.clone() }
    }
}

/// The right to ask one operator; held until the exchange is over.
#[derive(Debug)]
pub(super) struct Turn {
    gate: OwnedMutexGuard<Gate>,
    spacing: Duration,
    waited: Duration,
    clock: Clock,
}

impl Turn {
    /// Until when the operator wants to be left alone, if that is after `now`.
    pub(super) fn closed_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.gate.closed_until.filter(|until| *until > now)
    }

    /// Leaves the operator alone until then, whoever asks.
    pub(super) fn close(&mut self, until: Timestamp) {
        self.gate.closed_until = self.gate.closed_until.max(Some(until));
    }

    /// How long others were ahead, in whole seconds: what has to be added to the time at which we were called.
    pub(super) fn waited_seconds(&self) -> u64 {
        self.waited.as_secs()
    }

    /// Waits until the operator may be asked once more.
    pub(super) async fn space(&mut self) {
        if self.clock.is_standing() {
            // Nobody waits for a clock that stands: it is moved on, so that simulated time shows the spacing.
            let due = self.gate.last_at.map(|last| caching::later(last, self.spacing));
            // One that was set back further than that begins anew.
            let now = self.clock.now();
            let is_near = |due: &Timestamp| *due > now && *due <= caching::later(now, self.spacing);
            if let Some(due) = due.filter(is_near) {
                self.clock.set(due);
            }
        } else if let Some(last_start) = self.gate.last_start {
            tokio::time::sleep_until(last_start + self.spacing).await;
        }
        self.gate.last_start = Some(Instant::now());
        self.gate.last_at = Some(self.clock.now());
    }
}
