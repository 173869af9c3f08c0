//! How often strangers may make us write to somebody: subscription forms are a favourite of people who bomb a mailbox.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

use crate::mail::address::Address;

const HOUR: Duration = Duration::from_hours(1);

/// One confirmation to a person a day, however the address is written.
const A_PERSON: (usize, Duration) = (1, Duration::from_hours(24));

/// From one network, to one domain, and in all.
const A_NETWORK: (usize, Duration) = (5, HOUR);
const A_DOMAIN: (usize, Duration) = (20, HOUR);
const ALL: (usize, Duration) = (500, HOUR);

/// Requests to the hub from one network, and verifications of callbacks on one host.
const ASKED: (usize, Duration) = (1_200, Duration::from_mins(1));
const VERIFIED: (usize, Duration) = (1_200, Duration::from_mins(1));

/// More is not remembered: then nothing is allowed until something is long enough ago.
const MOST: usize = 50_000;

/// A name, and how often it may come within a time.
type Limit = (String, (usize, Duration));

/// What was asked for lately, by whom and for whom: of each name for how long it counts, and when it came.
#[derive(Debug, Default)]
pub(super) struct Limits(Mutex<HashMap<String, (Duration, Vec<Instant>)>>);

/// Whether a confirmation may be sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    /// Yes.
    Yes,
    /// That person got one today.
    KnownPerson,
    /// Too many are asked for from there.
    TooMany,
}

impl Limits {
    /// Counts a confirmation to an address for a network, if it may be sent.
    pub(super) fn invite(&self, address: &Address, network: &str) -> Verdict {
        let person = [(format!("person {}", address.victim()), A_PERSON)];
        let mut others = vec![(format!("domain {}", address.domain()), A_DOMAIN), ("all".to_owned(), ALL)];
        // Behind a proxy on this machine all networks look alike.
        let network = (!network.is_empty()).then(|| (format!("network {network}"), A_NETWORK));
        if !self.has_room(&person) {
            // Only the network is held back: what is asked for one person shuts nobody else out.
            let is_free = network.is_none_or(|network| self.take(&[network]));
            return if is_free { Verdict::KnownPerson } else { Verdict::TooMany };
        }
        others.extend(network);
        others.extend(person);
        if self.take(&others) { Verdict::Yes } else { Verdict::TooMany }
    }

    /// Counts a request to the hub for a callback on a host.
    pub(super) fn may_verify(&self, network: &str, host: &str) -> bool {
        let mut asked = vec![(format!("callback {host}"), VERIFIED)];
        if !network.is_empty() {
            asked.push((format!("hub {network}"), ASKED));
        }
        self.take(&asked)
    }

    /// Whether one of each may come.
    fn has_room(&self, wanted: &[Limit]) -> bool {
        let now = Instant::now();
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        wanted.iter().all(|(name, (most, span))| {
            let times = known.get(name).map(|(_span, times)| times.as_slice()).unwrap_or_default();
            times.iter().filter(|time| now - **time < *span).count() < *most
        })
    }

    /// Counts one of each, or none where one would be too many.
    fn take(&self, wanted: &[Limit]) -> bool {
        let now = Instant::now();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() > MOST {
            known.retain(|_name, (span, times)| times.last().is_some_and(|last| now - *last < *span));
            if known.len() > MOST {
                return false;
            }
        }
        let is_free = wanted.iter().all(|(name, (most, span))| {
            let Some((_span, times)) = known.get_mut(name) else { return true };
            times.retain(|time| now - *time < *span);
            times.len() < *most
        });
        if is_free {
            for (name, (_most, span)) in wanted {
                known.entry(name.clone()).or_insert_with(|| (*span, Vec::new())).1.push(now);
            }
        }
        is_free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_is_written_to_once_however_often_it_is_asked_for() {
        let limits = Limits::default();
        let mut sent = 0;
        for number in 0..10_000 {
            let spelling = ["ann.lee@example.org", "annlee+x@example.org", "Ann.Lee@example.org"][number % 3];
            let address = Address::parse(spelling).unwrap();
            sent += usize::from(limits.invite(&address, &format!("n{number}")) == Verdict::Yes);
        }
        assert_eq!(sent, 1);
    }

    #[test]
    fn one_network_and_one_domain_are_held_back() {
        let limits = Limits::default();
        let of = |name: usize, host: &str| Address::parse(&format!("n{name}@{host}")).unwrap();
        let sent = (0..50)
            .filter(|n| limits.invite(&of(*n, &format!("h{n}.example.org")), "one") == Verdict::Yes)
            .count();
        assert_eq!(sent, A_NETWORK.0);
        let sent = (0..50)
            .filter(|n| limits.invite(&of(*n, "busy.example.org"), &format!("n{n}")) == Verdict::Yes)
            .count();
        assert_eq!(sent, A_DOMAIN.0);
    }

    #[test]
    fn what_is_asked_for_one_person_shuts_nobody_else_out() {
        let limits = Limits::default();
        let victim = Address::parse("ann@busy.example.org").unwrap();
        for number in 0..1_000 {
            limits.invite(&victim, &format!("n{number}"));
        }
        let other = Address::parse("bob@busy.example.org").unwrap();
        assert_eq!(limits.invite(&other, "home"), Verdict::Yes);
    }

    #[test]
    fn what_was_asked_long_ago_makes_room() {
        let limits = Limits::default();
        let brief = |number: usize| [(format!("callback {number}"), (1, Duration::ZERO))];
        assert!((0..MOST + 10).all(|number| limits.take(&brief(number))));
    }
}
