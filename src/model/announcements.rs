//! arXiv's calendar in US Eastern time: when a submission is announced, and which days have an announcement.
//!
//! The day that listings, feeds and mail show is the day after the evening of the announcement (arXiv help, "Submission
//! schedule"): Monday to Friday. Holidays are deferred ad hoc, so none is known here; operators list them.

use chrono::Datelike as _;
use chrono::Days;
use chrono::NaiveDate;
use chrono::NaiveTime;
use chrono::TimeZone as _;
use chrono::Timelike as _;
use chrono::Utc;
use chrono::Weekday;
use chrono_tz::America::New_York;

use crate::model::time::Timestamp;

/// Submissions before this hour, US Eastern, are announced in the evening of the same day.
const DEADLINE_HOUR: u32 = 14;

/// The day in US Eastern time.
pub fn eastern_day(at: Timestamp) -> NaiveDate {
    at.to_chrono().with_timezone(&New_York).date_naive()
}

/// Midnight US Eastern of a day: when the feeds of that day appear.
pub fn eastern_midnight(day: NaiveDate) -> Timestamp {
    let local = New_York.from_local_datetime(&day.and_time(NaiveTime::MIN)).earliest();
    // Clocks never change at midnight in New York.
    local.map_or_else(|| Timestamp::midnight(day), |at| Timestamp::from(at.with_timezone(&Utc)))
}

/// Whether listings and feeds of that day usually hold papers.
pub fn is_announcement_day(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// The day that listings show for what is submitted at a time.
pub fn announced_after(submitted: Timestamp) -> NaiveDate {
    let local = submitted.to_chrono().with_timezone(&New_York);
    let day = local.date_naive();
    listed_after(if local.hour() < DEADLINE_HOUR { day } else { next(day) })
}

/// The day that listings show for what is submitted at some hour of a day. Most submissions come before the deadline.
pub fn announced_after_day(submitted: NaiveDate) -> NaiveDate {
    listed_after(submitted)
}

/// The day that listings show for what made the deadline of a day; deadlines of Saturday and Sunday are Monday's.
fn listed_after(deadline: NaiveDate) -> NaiveDate {
    let deadline = match deadline.weekday() {
        Weekday::Sat => deadline.checked_add_days(Days::new(2)).unwrap_or(deadline),
        Weekday::Sun => next(deadline),
        Weekday::Mon | Weekday::Tue | Weekday::Wed | Weekday::Thu | Weekday::Fri => deadline,
    };
    // What made Friday's deadline is announced on Sunday evening and listed on Monday.
    let days = if deadline.weekday() == Weekday::Fri { 3 } else { 1 };
    deadline.checked_add_days(Days::new(days)).unwrap_or(deadline)
}

fn next(day: NaiveDate) -> NaiveDate {
    day.succ_opt().unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn after(text: &str) -> NaiveDate {
        announced_after(Timestamp::parse_rfc3339(text).unwrap())
    }

    #[test]
    fn submissions_are_listed_as_the_schedule_of_arxiv_says() {
        // 14:00 US Eastern is 18:00 UTC in summer and 19:00 in winter; 2026-08-10 is a Monday.
        assert_eq!(after("2026-08-10T17:59:59Z"), day("2026-08-11"));
        assert_eq!(after("2026-08-10T18:00:00Z"), day("2026-08-12"));
        assert_eq!(after("2026-08-13T18:00:00Z"), day("2026-08-17"), "Thursday after the deadline");
        assert_eq!(after("2026-08-14T17:00:00Z"), day("2026-08-17"), "Friday before the deadline");
        assert_eq!(after("2026-08-14T18:00:00Z"), day("2026-08-18"), "Friday after the deadline");
        assert_eq!(after("2026-08-16T12:00:00Z"), day("2026-08-18"), "Sunday");
        assert_eq!(after("2026-12-07T18:30:00Z"), day("2026-12-08"), "winter, before the deadline");
        assert_eq!(after("2026-12-07T19:00:00Z"), day("2026-12-09"), "winter, after it");
    }

    #[test]
    fn a_day_begins_at_midnight_in_new_york() {
        assert_eq!(eastern_midnight(day("2026-08-12")).to_rfc3339(), "2026-08-12T04:00:00Z");
        assert_eq!(eastern_midnight(day("2026-12-08")).to_rfc3339(), "2026-12-08T05:00:00Z");
        assert_eq!(eastern_day(Timestamp::parse_rfc3339("2026-08-12T03:59:59Z").unwrap()), day("2026-08-11"));
        assert!(is_announcement_day(day("2026-08-14")) && !is_announcement_day(day("2026-08-15")));
    }
}
