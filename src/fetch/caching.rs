//! What the headers of an answer say about the next request: validators, freshness, `Retry-After`.

use std::time::Duration;
use std::time::SystemTime;

use chrono::TimeDelta;
use reqwest::header::AGE;
use reqwest::header::CACHE_CONTROL;
use reqwest::header::DATE;
use reqwest::header::ETAG;
use reqwest::header::EXPIRES;
use reqwest::header::HeaderMap;
use reqwest::header::HeaderName;
use reqwest::header::HeaderValue;
use reqwest::header::LAST_MODIFIED;
use reqwest::header::RETRY_AFTER;

use crate::model::source::ExchangeMemory;
use crate::model::source::NextPoll;
use crate::model::time::Timestamp;

/// No answer keeps us away for longer than this.
pub(super) const LONGEST: Duration = Duration::from_hours(168);

/// A longer validator is not worth keeping.
const VALIDATOR_LIMIT: usize = 1024;

/// Keeps the validators of an answer: all of a 200's, for the old ones no longer hold; of a 304 those it carries.
pub(super) fn keep_validators(memory: &mut ExchangeMemory, headers: &HeaderMap, is_not_modified: bool) {
    let etag = validator(headers, &ETAG);
    let last_modified = validator(headers, &LAST_MODIFIED);
    if is_not_modified {
        memory.etag = etag.or(memory.etag.take());
        memory.last_modified = last_modified.or(memory.last_modified.take());
    } else {
        memory.etag = etag;
        memory.last_modified = last_modified;
    }
}

/// A validator to send back, byte for byte; `None` when the text cannot stand in a header.
pub(super) fn replay(validator: Option<&str>) -> Option<HeaderValue> {
    validator.filter(|text| is_sound(text)).and_then(|text| HeaderValue::from_str(text).ok())
}

fn validator(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    text(headers, name).filter(|text| is_sound(text)).map(str::to_owned)
}

fn is_sound(validator: &str) -> bool {
    let visible = validator.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    visible && (1..=VALIDATOR_LIMIT).contains(&validator.len())
}

/// Until when the answer says it stays fresh: `max-age` less `Age`, else `Expires` (RFC 9111 §4.2).
pub(super) fn fresh_until(headers: &HeaderMap, now: Timestamp) -> Option<NextPoll> {
    let directives = directives(headers);
    if directives.iter().any(|directive| matches!(directive.as_str(), "no-cache" | "no-store")) {
        return None;
    }
    let max_age = directives.iter().find_map(|directive| seconds(directive.strip_prefix("max-age=")?));
    let (wait, rule) = if let Some(max_age) = max_age {
        let age = text(headers, &AGE).and_then(seconds).unwrap_or_default();
        (max_age.saturating_sub(age), format!("max-age of {} s in the answer", max_age.as_secs()))
    } else {
        let expires = text(headers, &EXPIRES).and_then(date)?;
        (until(expires, headers, now), "Expires in the answer".to_owned())
    };
    if wait.is_zero() {
        return None;
    }
    let reason = if wait > LONGEST { format!("{rule}, cut to 7 days") } else { rule };
    Some(NextPoll { at: later(now, wait.min(LONGEST)), reason })
}

/// How long the answer asks us to wait (both forms), at most 7 days; nothing when it asks for no time at all.
pub(super) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = text(headers, &RETRY_AFTER)?;
    let wait = seconds(text).or_else(|| Some(until(date(text)?, headers, now)))?;
    (!wait.is_zero()).then(|| wait.min(LONGEST))
}

/// An instant so much later.
pub(super) fn later(now: Timestamp, wait: Duration) -> Timestamp {
    now.plus(TimeDelta::from_std(wait).unwrap_or(TimeDelta::MAX))
}

/// The span from when the answer was made, by its own clock where it tells (ours may differ), until a date.
fn until(date_: Timestamp, headers: &HeaderMap, now: Timestamp) -> Duration {
    let made = text(headers, &DATE).and_then(date).unwrap_or(now);
    date_.since(made).to_std().unwrap_or_default()
}

fn text<'headers>(headers: &'headers HeaderMap, name: &HeaderName) -> Option<&'headers str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

fn directives(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(|one| one.trim().to_ascii_lowercase()).collect()
}

/// Whole seconds, also in quotes; more digits than fit are the most seconds there are.
fn seconds(text: &str) -> Option<Duration> {
    let digits = text.trim_matches('"');
    let shaped = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    shaped.then(|| Duration::from_secs(digits.parse().unwrap_or(u64::MAX)))
}

fn date(text: &str) -> Option<Timestamp> {
    let date = httpdate::parse_http_date(text).ok()?;
    let since_1970 = date.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(Timestamp::from_seconds(i64::try_from(since_1970.as_secs()).ok()?))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reqwest::header::HeaderMap;
    use reqwest::header::HeaderName;
    use reqwest::header::HeaderValue;

    use super::fresh_until;
    use super::keep_validators;
    use super::replay;
    use super::retry_after;
    use crate::model::source::ExchangeMemory;
    use crate::model::time::Timestamp;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).unwrap())
        };
        pairs.iter().map(pair).collect()
    }

    fn now() -> Timestamp {
        Timestamp::parse_rfc3339("2026-08-12T04:00:00Z").unwrap()
    }

    fn fresh_for(pairs: &[(&'static str, &str)]) -> Option<i64> {
        fresh_until(&headers(pairs), now()).map(|next| next.at.since(now()).num_seconds())
    }

    fn wait(pairs: &[(&'static str, &str)]) -> Option<u64> {
        retry_after(&headers(pairs), now()).as_ref().map(Duration::as_secs)
    }

    #[test]
    fn max_age_counts_less_the_age() {
        assert_eq!(fresh_for(&[("cache-control", "public, Max-Age=3600")]), Some(3600));
        assert_eq!(fresh_for(&[("cache-control", "max-age=\"60\"")]), Some(60));
        assert_eq!(fresh_for(&[("cache-control", "max-age=3600"), ("age", "600")]), Some(3000));
        assert_eq!(fresh_for(&[("cache-control", "max-age=60"), ("age", "600")]), None);
        assert_eq!(fresh_for(&[("cache-control", "max-age=0")]), None);
        assert_eq!(fresh_for(&[("cache-control", "max-age=-1")]), None);
        assert_eq!(fresh_for(&[("cache-control", "no-cache, max-age=600")]), None);
        assert_eq!(fresh_for(&[]), None);
    }

    #[test]
    fn expires_is_read_by_the_clock_of_the_answer() {
        let expires = ("expires", "Wed, 12 Aug 2026 05:00:00 GMT");
        assert_eq!(fresh_for(&[expires]), Some(3600));
        assert_eq!(fresh_for(&[expires, ("date", "Wed, 12 Aug 2026 04:30:00 GMT")]), Some(1800));
        assert_eq!(fresh_for(&[expires, ("cache-control", "max-age=60")]), Some(60));
        assert_eq!(fresh_for(&[("expires", "0")]), None);
        assert_eq!(fresh_for(&[("expires", "Wed, 12 Aug 1999 05:00:00 GMT")]), None);
    }

    #[test]
    fn absurd_times_are_cut_to_a_week() {
        let week = 7 * 86_400;
        for absurd in ["max-age=31536000", "max-age=99999999999999999999999999"] {
            assert_eq!(fresh_for(&[("cache-control", absurd)]), Some(week));
        }
        assert_eq!(fresh_for(&[("expires", "Fri, 31 Dec 9999 23:59:59 GMT")]), Some(week));
        assert_eq!(wait(&[("retry-after", "99999999999999999999")]), Some(week.unsigned_abs()));
        let cut = fresh_until(&headers(&[("cache-control", "max-age=31536000")]), now()).unwrap();
        assert_eq!(cut.reason, "max-age of 31536000 s in the answer, cut to 7 days");
    }

    #[test]
    fn retry_after_has_two_forms() {
        assert_eq!(wait(&[("retry-after", "120")]), Some(120));
        assert_eq!(wait(&[("retry-after", "Wed, 12 Aug 2026 04:02:00 GMT")]), Some(120));
        for nothing in ["", "0", "soon", "-5", "1.5", "Wed, 12 Aug 2020 04:02:00 GMT"] {
            assert_eq!(wait(&[("retry-after", nothing)]), None, "{nothing}");
        }
    }

    #[test]
    fn a_200_replaces_both_validators_and_a_304_those_it_carries() {
        let old = ExchangeMemory {
            etag: Some("\"old\"".to_owned()),
            last_modified: Some("yesterday".to_owned()),
            ..ExchangeMemory::default()
        };
        let mut memory = old.clone();
        keep_validators(&mut memory, &headers(&[("etag", "W/\"new\"")]), true);
        assert_eq!(memory.etag.as_deref(), Some("W/\"new\""));
        assert_eq!(memory.last_modified, old.last_modified);
        let mut memory = old;
        keep_validators(&mut memory, &headers(&[("etag", "W/\"new\"")]), false);
        assert_eq!(memory.etag.as_deref(), Some("W/\"new\""));
        assert_eq!(memory.last_modified, None);
    }

    #[test]
    fn validators_that_are_not_visible_ascii_are_ignored() {
        let long = format!("\"{}\"", "x".repeat(2000));
        for odd in ["\"caf\u{e9}\"", "\"a\tb\"", "", &long] {
            let mut memory = ExchangeMemory::default();
            keep_validators(&mut memory, &headers(&[("etag", odd)]), false);
            assert_eq!(memory.etag, None, "{odd}");
            assert_eq!(replay(Some(odd)), None, "{odd}");
        }
        assert_eq!(replay(Some("not quoted, kept all the same")).unwrap(), "not quoted, kept all the same");
    }
}
