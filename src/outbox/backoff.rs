//! How long something that fails is tried, and when next.

use chrono::TimeDelta;

use crate::model::outgoing::Tries;
use crate::model::time::Timestamp;

/// More of what went wrong is not kept, in characters.
const LONGEST_PROBLEM: usize = 300;

/// How patient to be.
pub(super) struct Backoff {
    /// The pause after the first failure; it doubles with each.
    pub(super) first: TimeDelta,
    /// The longest pause.
    pub(super) longest: TimeDelta,
    /// What fails for longer is given up.
    pub(super) given_up: TimeDelta,
}

impl Backoff {
    /// The tries after one more failure, none where it is given up. `asked` is the pause in seconds that was asked for.
    pub(super) fn after(
        &self,
        tries: &Tries,
        why: &str,
        asked: Option<u64>,
        now: Timestamp,
    ) -> Option<Tries> {
        let since = tries.since.unwrap_or(now);
        if now.since(since) > self.given_up {
            return None;
        }
        let doubled = (self.first * (1 << tries.failed.min(10))).min(self.longest);
        // A tenth more or less, so that what failed together does not come back together.
        let jitter = i32::try_from(fastrand::u32(90..110)).unwrap_or(100);
        let asked = asked.and_then(|seconds| i64::try_from(seconds).ok()).unwrap_or(0).min(86_400);
        Some(Tries {
            failed: tries.failed.saturating_add(1),
            since: Some(since),
            not_before: Some(now.plus((doubled * jitter / 100).max(TimeDelta::seconds(asked)))),
            problem: Some(why.chars().take(LONGEST_PROBLEM).collect()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_longest_until_it_is_given_up() {
        let backoff = Backoff {
            first: TimeDelta::minutes(5),
            longest: TimeDelta::hours(4),
            given_up: TimeDelta::days(5),
        };
        let begun = Timestamp::from_seconds(1_000_000);
        let (mut tries, mut now, mut last) = (Tries::default(), begun, TimeDelta::zero());
        for _failure in 0..200 {
            let Some(next) = backoff.after(&tries, "greylisted", None, now) else { break };
            let pause = next.not_before.unwrap().since(now);
            // Each is about twice the one before; a tenth of jitter is less than that.
            assert!(pause > last || pause >= TimeDelta::minutes(216), "{pause} after {last}");
            assert!(pause <= TimeDelta::minutes(264), "{pause}");
            (tries, now, last) = (next.clone(), next.not_before.unwrap(), pause);
        }
        let lasted = now.since(begun);
        assert!(lasted > TimeDelta::days(5) && lasted < TimeDelta::days(6), "{lasted}");
        let asked = backoff.after(&Tries::default(), "busy", Some(7_200), begun).unwrap();
        assert_eq!(asked.not_before, Some(begun.plus(TimeDelta::hours(2))));
        let endless = backoff.after(&Tries::default(), "busy", Some(u64::MAX), begun).unwrap();
        assert!(endless.not_before.unwrap() <= begun.plus(TimeDelta::days(1)));
    }
}
