//! When a source is polled next, and why. Pure: the time and the jitter are arguments.

use std::time::Duration;

use chrono::Datelike as _;
use chrono::NaiveDate;
use chrono::TimeDelta;
use chrono::Timelike as _;

use crate::harvest::ledger::Calendar;
use crate::model::announcements;
use crate::model::source::NextPoll;
use crate::model::source::Pace;
use crate::model::time::Timestamp;
use crate::sources::Rhythm;

/// The longest back-off after failures.
const LONGEST_BACKOFF: Duration = Duration::from_hours(24);

/// The longest wait that a source's own words (`max-age`, `ttl`, `Retry-After`) are obeyed for.
const LONGEST_WISH: Duration = Duration::from_hours(7 * 24);

/// How soon a network that is down is tried again, doubled up to an hour.
const OFFLINE_FIRST: Duration = Duration::from_mins(2);

/// How long after midnight in New York a feed of the new day is asked for.
const FEED_AFTER: Duration = Duration::from_mins(10);

/// How often a feed is asked for whose papers are due, and how long after midnight that goes on; then as often as usual.
const PROBE_EVERY: Duration = Duration::from_mins(15);
const PROBING: TimeDelta = TimeDelta::minutes(160);

/// Daily polls are spread over so much time.
const JITTER_OF_A_DAY: Duration = Duration::from_mins(10);

/// How a harvest ended, as far as the next one depends on it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ending<'a> {
    /// It worked.
    Complete {
        /// What the feed says about its own rhythm.
        pace: &'a Pace,
        /// What the HTTP answer says (`max-age`, `Expires`).
        not_before: Option<&'a NextPoll>,
    },
    /// The source failed us; `failures` counts this one.
    Failed {
        /// Failures in a row.
        failures: u32,
        /// The time the host asked for, if it did.
        not_before: Option<&'a NextPoll>,
    },
    /// Our own network is down; it is no fault of the source.
    Offline {
        /// Failures in a row.
        failures: u32,
    },
    /// The source is gone for good (410): asked again only by hand or after a year.
    Gone,
}

/// The time of the next poll: the latest of everything that has a say.
///
/// `every` is the interval wished for, `at_least` the floor of the source's manners; `jitter` lies in 0..1 and spreads
/// polls over a quarter of the interval.
pub fn next_poll(
    now: Timestamp,
    every: Duration,
    at_least: Duration,
    ending: &Ending<'_>,
    jitter: f64,
) -> NextPoll {
    let every = every.max(at_least);
    match ending {
        Ending::Complete { pace, not_before } => {
            let own = NextPoll {
                at: after(now, spread(every, jitter)),
                reason: format!("every {}, with jitter", words(every)),
            };
            let ttl = pace.ttl.map(|ttl| NextPoll {
                at: after(now, ttl.min(LONGEST_WISH)),
                reason: format!("the feed asks for {} between polls (ttl)", words(ttl)),
            });
            let latest = [Some(own), ttl, not_before.map(|wish| at_most(now, wish.clone(), LONGEST_WISH))]
                .into_iter()
                .flatten();
            let latest =
                latest.max_by_key(|poll| poll.at).unwrap_or(NextPoll { at: now, reason: String::new() });
            skip(latest, pace)
        }
        Ending::Failed { failures, not_before } => {
            let wait = doubled(every, *failures).min(LONGEST_BACKOFF);
            let own = NextPoll {
                at: after(now, spread(wait, jitter)),
                reason: format!(
                    "back-off after {failures} failure{} in a row",
                    if *failures == 1 { "" } else { "s" }
                ),
            };
            match not_before.map(|wish| at_most(now, wish.clone(), LONGEST_WISH)) {
                Some(wish) if wish.at > own.at => wish,
                _shorter => own,
            }
        }
        Ending::Offline { failures } => {
            let wait = doubled(OFFLINE_FIRST, *failures).min(Duration::from_hours(1));
            NextPoll { at: after(now, spread(wait, jitter)), reason: "the network is unreachable".to_owned() }
        }
        Ending::Gone => NextPoll {
            at: after(now, Duration::from_hours(365 * 24)),
            reason: "the source says that it is gone for good (410); remove it or change its url".to_owned(),
        },
    }
}

/// The next poll of a source that has news at certain times, beside the usual one, which holds the wishes of the answer.
pub fn by_rhythm(
    usual: NextPoll,
    calendar: &Calendar<'_>,
    is_settled: bool,
    every: Duration,
    jitter: f64,
) -> NextPoll {
    let now = calendar.now;
    match calendar.rhythm {
        Rhythm::Steady => usual,
        Rhythm::Daily { hour, minute } => daily(now, hour, minute, jitter, &|_day| true),
        Rhythm::Weekdays { hour, minute } => {
            daily(now, hour, minute, jitter, &announcements::is_announcement_day)
        }
        Rhythm::Announcements if is_settled => {
            let today = announcements::eastern_day(now);
            let days = today.iter_days().skip(1).take(30);
            // Asked on quiet days too, once: that it is quiet is seen, not taken for granted.
            let next = days.into_iter().find(|day| announcements::is_announcement_day(*day));
            let next = next.unwrap_or(today);
            let at = after(announcements::eastern_midnight(next), spread(FEED_AFTER, jitter));
            NextPoll { at, reason: format!("the papers of {next} appear at midnight in New York") }
        }
        Rhythm::Announcements => {
            let today = announcements::eastern_day(now);
            let is_early = now < announcements::eastern_midnight(today).plus(PROBING);
            let wait = if is_early { PROBE_EVERY } else { every };
            NextPoll {
                at: after(now, spread(wait, jitter)),
                reason: format!("the papers of {today} are not all here: every {}", words(wait)),
            }
        }
    }
}

/// From how long a failed source with news once a day waits, doubled with each failure; its interval would cost a day.
pub fn retry_base(rhythm: Rhythm, every: Duration, at_least: Duration) -> Duration {
    match rhythm {
        Rhythm::Steady | Rhythm::Announcements => every,
        Rhythm::Daily { .. } | Rhythm::Weekdays { .. } => every.min(Duration::from_hours(1).max(at_least)),
    }
}

/// Moves a poll of a source that is silent at weekends to the next weekday.
pub fn off_weekends(poll: NextPoll, rhythm: Rhythm) -> NextPoll {
    let day = match rhythm {
        Rhythm::Steady | Rhythm::Daily { .. } => return poll,
        // Both days count: what is Friday in New York may be Saturday in UTC.
        Rhythm::Weekdays { .. } | Rhythm::Announcements => poll.at.day(),
    };
    if announcements::is_announcement_day(day) {
        return poll;
    }
    let monday = day.iter_days().find(|day| announcements::is_announcement_day(*day)).unwrap_or(day);
    let at = Timestamp::midnight(monday).plus(TimeDelta::hours(4));
    NextPoll { at, reason: format!("{}; not at weekends", poll.reason) }
}

/// The next such time of day on a day that fits, a few minutes later by jitter so that not all installations ask at once.
fn daily(now: Timestamp, hour: u32, minute: u32, jitter: f64, fits: &dyn Fn(NaiveDate) -> bool) -> NextPoll {
    let at = |day: NaiveDate| {
        let start = Timestamp::midnight(day).plus(TimeDelta::minutes(i64::from(hour * 60 + minute)));
        after(start, JITTER_OF_A_DAY.mul_f64(jitter.clamp(0.0, 1.0)))
    };
    let next = now.day().iter_days().take(30).filter(|day| fits(*day)).map(at).find(|at| *at > now);
    NextPoll {
        at: next.unwrap_or_else(|| now.plus(TimeDelta::days(1))),
        reason: format!("once a day, at {hour:02}:{minute:02} UTC with jitter"),
    }
}

/// The wish, but no later than `longest` from now.
pub fn at_most(now: Timestamp, wish: NextPoll, longest: Duration) -> NextPoll {
    let latest = after(now, longest);
    if wish.at <= latest {
        return wish;
    }
    NextPoll { at: latest, reason: format!("{}, believed for {}", wish.reason, words(longest)) }
}

fn doubled(wait: Duration, failures: u32) -> Duration {
    wait.saturating_mul(1_u32.checked_shl(failures.saturating_sub(1).min(20)).unwrap_or(u32::MAX))
}

fn spread(wait: Duration, jitter: f64) -> Duration {
    wait.saturating_add(wait.mul_f64(jitter.clamp(0.0, 1.0) / 4.0))
}

/// The time so long after another.
pub fn after(now: Timestamp, wait: Duration) -> Timestamp {
    now.plus(TimeDelta::from_std(wait).unwrap_or(TimeDelta::days(365)))
}

/// Moves a poll out of the hours and days that the feed asks to be left alone in (RSS 2.0 `skipHours`, `skipDays`).
fn skip(poll: NextPoll, pace: &Pace) -> NextPoll {
    let is_skipped = |at: Timestamp| {
        let at = at.to_chrono();
        let hour = u8::try_from(at.hour()).unwrap_or(u8::MAX);
        pace.skip_days.contains(&at.weekday()) || pace.skip_hours.contains(&hour)
    };
    if !is_skipped(poll.at) {
        return poll;
    }
    let to_the_hour = TimeDelta::microseconds(3_600_000_000 - poll.at.micros().rem_euclid(3_600_000_000));
    let hours = (0..24 * 8).map(|hours| poll.at.plus(to_the_hour).plus(TimeDelta::hours(hours)));
    // A feed that skips every hour of every day is polled as if it skipped none.
    match hours.into_iter().find(|at| !is_skipped(*at)) {
        Some(at) => {
            NextPoll { at, reason: "the feed asks not to be polled before (skipDays, skipHours)".to_owned() }
        }
        None => poll,
    }
}

/// A span as people say it: `90 min`, `2 h`, `3 days`.
pub fn words(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", seconds / 60),
        7_200..=172_799 => format!("{} h", seconds / 3_600),
        _longer => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn complete(pace: &Pace) -> Ending<'_> {
        Ending::Complete { pace, not_before: None }
    }

    #[test]
    fn the_latest_wish_wins_and_says_why() {
        let now = at("2026-11-23T08:00:00Z");
        let pace = Pace { ttl: Some(Duration::from_hours(3)), ..Pace::default() };
        let poll = next_poll(now, HOUR, HOUR, &complete(&pace), 0.0);
        assert_eq!(poll.at, at("2026-11-23T11:00:00Z"));
        assert!(poll.reason.contains("ttl"), "{}", poll.reason);
        let wish = NextPoll { at: at("2026-11-24T05:00:00Z"), reason: "max-age of the answer".into() };
        let ending = Ending::Complete { pace: &pace, not_before: Some(&wish) };
        assert_eq!(next_poll(now, HOUR, HOUR, &ending, 0.5), wish);
    }

    #[test]
    fn manners_set_the_floor_of_the_interval() {
        let now = at("2026-11-23T08:00:00Z");
        let poll = next_poll(now, Duration::from_secs(1), HOUR, &complete(&Pace::default()), 0.0);
        assert_eq!(poll.at, at("2026-11-23T09:00:00Z"));
    }

    #[test]
    fn a_weekend_is_skipped_to_monday() {
        let friday = at("2026-11-20T23:30:00Z");
        let skip_days = vec![chrono::Weekday::Sat, chrono::Weekday::Sun];
        let poll = next_poll(friday, HOUR, HOUR, &complete(&Pace { skip_days, ..Pace::default() }), 0.0);
        assert_eq!(poll.at, at("2026-11-23T00:00:00Z"));
    }

    #[test]
    fn a_feed_that_skips_everything_is_still_polled() {
        let now = at("2026-11-23T08:00:00Z");
        let pace = Pace { skip_hours: (0..24).collect(), ..Pace::default() };
        assert_eq!(next_poll(now, HOUR, HOUR, &complete(&pace), 0.0).at, at("2026-11-23T09:00:00Z"));
    }

    #[test]
    fn failures_double_the_wait_up_to_a_day() {
        let now = at("2026-11-23T08:00:00Z");
        let wait = |failures| {
            let ending = Ending::Failed { failures, not_before: None };
            next_poll(now, HOUR, HOUR, &ending, 0.0).at.since(now)
        };
        assert_eq!(
            (wait(1), wait(2), wait(3)),
            (TimeDelta::hours(1), TimeDelta::hours(2), TimeDelta::hours(4))
        );
        assert_eq!(wait(40), TimeDelta::hours(24));
    }

    #[test]
    fn retry_after_is_obeyed_but_not_for_ever() {
        let now = at("2026-11-23T08:00:00Z");
        let wish = NextPoll { at: at("2027-11-23T08:00:00Z"), reason: "Retry-After".into() };
        let poll = next_poll(now, HOUR, HOUR, &Ending::Failed { failures: 1, not_before: Some(&wish) }, 0.0);
        assert_eq!(poll.at, at("2026-11-30T08:00:00Z"));
        assert!(poll.reason.contains("7 days"));
    }

    #[test]
    fn jitter_stays_within_a_quarter_of_the_interval() {
        let now = at("2026-11-23T08:00:00Z");
        let poll = next_poll(now, HOUR, HOUR, &complete(&Pace::default()), 1.0);
        assert_eq!(poll.at, at("2026-11-23T09:15:00Z"));
    }
}
