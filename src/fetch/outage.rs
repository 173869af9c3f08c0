//! Tells "this host is down" from "our network is down": by what became of all hosts asked lately.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::PoisonError;

use chrono::TimeDelta;

use crate::model::time::Timestamp;

/// What an attempt says about the network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    /// Somebody answered, if only to refuse.
    Reached,
    /// Nobody did; it may be the host's own fault.
    Failed,
    /// There is no way out: no route, no name server.
    NoRoute,
}

/// How long an attempt says something about the present.
const LATELY: TimeDelta = TimeDelta::hours(1);

/// The last attempt at each public host.
#[derive(Debug, Default)]
pub(super) struct Outage(Mutex<BTreeMap<String, (Timestamp, Outcome)>>);

impl Outage {
    pub(super) fn record(&self, host: &str, outcome: Outcome, now: Timestamp) {
        let mut attempts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        attempts.retain(|_host, (at, _outcome)| is_late(*at, now));
        attempts.insert(host.to_owned(), (now, outcome));
    }

    /// Whether enough was tried lately to know how the network is doing.
    pub(super) fn is_decided(&self, now: Timestamp) -> bool {
        let attempts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lately = attempts.values().filter(|(at, _outcome)| is_late(*at, now));
        lately.any(|(_at, outcome)| *outcome != Outcome::Failed)
    }

    /// Whether every host that was tried lately could not be reached: one is enough where there was no way out, two are
    /// needed where it may be the host's own fault.
    pub(super) fn is_total(&self, now: Timestamp) -> bool {
        let attempts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let outcomes = attempts.values().filter(|(at, _outcome)| is_late(*at, now));
        let outcomes: Vec<Outcome> = outcomes.map(|(_at, outcome)| *outcome).collect();
        let is_sure = outcomes.len() > 1 || outcomes.contains(&Outcome::NoRoute);
        is_sure && !outcomes.contains(&Outcome::Reached)
    }
}

fn is_late(at: Timestamp, now: Timestamp) -> bool {
    now.since(at).abs() <= LATELY
}

#[cfg(test)]
mod tests {
    use super::Outage;
    use super::Outcome;
    use crate::model::time::Timestamp;

    fn minute(number: i64) -> Timestamp {
        Timestamp::from_seconds(number * 60)
    }

    #[test]
    fn one_unknown_name_is_not_an_outage_but_two_are() {
        let outage = Outage::default();
        assert!(!outage.is_total(minute(0)));
        outage.record("one.example", Outcome::Failed, minute(0));
        assert!(!outage.is_total(minute(0)));
        outage.record("one.example", Outcome::Failed, minute(1));
        assert!(!outage.is_total(minute(1)));
        outage.record("two.example", Outcome::Failed, minute(2));
        assert!(outage.is_total(minute(2)));
    }

    #[test]
    fn no_way_out_is_an_outage_at_once_until_a_host_is_reached() {
        let outage = Outage::default();
        outage.record("one.example", Outcome::NoRoute, minute(0));
        assert!(outage.is_total(minute(0)));
        outage.record("two.example", Outcome::Reached, minute(1));
        assert!(!outage.is_total(minute(1)));
    }

    #[test]
    fn what_was_long_ago_says_nothing() {
        let outage = Outage::default();
        outage.record("one.example", Outcome::Reached, minute(0));
        outage.record("two.example", Outcome::NoRoute, minute(61));
        assert!(outage.is_total(minute(61)));
        assert!(!outage.is_total(minute(200)));
    }
}
