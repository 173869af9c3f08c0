//! Points in time: ours (`Timestamp`) and theirs (`Moment`, which knows how precise it is).

use std::fmt;

use chrono::DateTime;
use chrono::Datelike as _;
use chrono::NaiveDate;
use chrono::SecondsFormat;
use chrono::TimeDelta;
use chrono::Utc;

/// An instant in UTC, to the microsecond.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant that many microseconds after 1970-01-01T00:00:00Z.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The instant that many whole seconds after 1970-01-01T00:00:00Z.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Reads an RFC 3339 date-time.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        DateTime::parse_from_rfc3339(text).ok().map(|at| Self::from(at.with_timezone(&Utc)))
    }

    /// Midnight UTC of a day.
    pub fn midnight(day: NaiveDate) -> Self {
        Self::from(day.and_time(chrono::NaiveTime::MIN).and_utc())
    }

    /// The day in UTC.
    pub fn day(self) -> NaiveDate {
        self.to_chrono().date_naive()
    }

    /// RFC 3339 in UTC with exactly as many fractional digits as are needed (none, three or six).
    pub fn to_rfc3339(self) -> String {
        self.to_chrono().to_rfc3339_opts(SecondsFormat::AutoSi, true)
    }

    /// The same instant as the time crate's own type, clamped to the years it can hold.
    pub fn to_chrono(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or(if self.0 < 0 {
            DateTime::<Utc>::MIN_UTC
        } else {
            DateTime::<Utc>::MAX_UTC
        })
    }

    /// This instant moved by a signed span; stays at the ends of the range instead of overflowing.
    #[must_use]
    pub fn plus(self, span: TimeDelta) -> Self {
        Self(self.0.saturating_add(span.num_microseconds().unwrap_or(i64::MAX)))
    }

    /// This instant moved back by a span.
    #[must_use]
    pub fn minus(self, span: TimeDelta) -> Self {
        Self(self.0.saturating_sub(span.num_microseconds().unwrap_or(i64::MAX)))
    }

    /// The signed span from `earlier` to this instant.
    pub fn since(self, earlier: Self) -> TimeDelta {
        TimeDelta::microseconds(self.0.saturating_sub(earlier.0))
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at.timestamp_micros())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.to_rfc3339())
    }
}

/// How much of a source's date is known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Precision {
    /// Only the year.
    Year,
    /// Year and month.
    Month,
    /// A calendar day; the time part of the moment is the start of that day where the source is.
    Day,
    /// A time of day was given.
    Second,
}

/// A point in time that a source stated, with the precision it had.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Moment {
    /// The start of the second, day, month or year meant.
    pub at: Timestamp,
    /// How much of it the source said.
    pub precision: Precision,
}

impl Moment {
    /// A moment known to the day, which starts at midnight UTC.
    pub fn on(day: NaiveDate) -> Self {
        Self { at: Timestamp::midnight(day), precision: Precision::Day }
    }

    /// The year in UTC.
    pub fn year(self) -> i32 {
        self.at.day().year()
    }
}
