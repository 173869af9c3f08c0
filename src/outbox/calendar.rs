//! When a digest is due: at an hour of the day where the subscriber lives.

use std::ops::RangeInclusive;

use chrono::DateTime;
use chrono::Datelike as _;
use chrono::NaiveDate;
use chrono::NaiveTime;
use chrono::TimeDelta;
use chrono::TimeZone as _;
use chrono::Utc;
use chrono_tz::Tz;

use crate::model::subscriber::Rhythm;
use crate::model::subscriber::Wishes;
use crate::model::time::Timestamp;

/// The last moment, now or before, at which a digest was due.
pub fn last_due(wishes: &Wishes, now: Timestamp) -> Timestamp {
    // A week back there is always one; today's hour may still be ahead.
    due(wishes, now, -8..=0).filter(|at| *at <= now).max().unwrap_or(now.minus(TimeDelta::days(8)))
}

/// The first moment after now at which a digest is due.
pub fn next_due(wishes: &Wishes, now: Timestamp) -> Timestamp {
    due(wishes, now, 0..=8).filter(|at| *at > now).min().unwrap_or(now.plus(TimeDelta::days(8)))
}

/// The moments at which a digest is due on some days, counted from today.
fn due(wishes: &Wishes, now: Timestamp, days: RangeInclusive<i64>) -> impl Iterator<Item = Timestamp> {
    let today = now.to_chrono().with_timezone(&wishes.zone).date_naive();
    let days = days.filter_map(move |days| today.checked_add_signed(TimeDelta::days(days)));
    let is_day = |day: &NaiveDate| match wishes.rhythm {
        Rhythm::Daily => true,
        Rhythm::Weekly(weekday) => day.weekday() == weekday,
    };
    days.filter(is_day).map(|day| moment(day, wishes.hour, wishes.zone))
}

/// An hour of a day in a zone: the first of two where clocks go back, the next that exists where they go forward.
fn moment(day: NaiveDate, hour: u8, zone: Tz) -> Timestamp {
    let time = NaiveTime::from_hms_opt(u32::from(hour), 0, 0).unwrap_or_default();
    let local = day.and_time(time);
    let ahead = (0..=4).filter_map(|half| {
        let later = local.checked_add_signed(TimeDelta::minutes(30 * half))?;
        zone.from_local_datetime(&later).earliest()
    });
    let found: Option<DateTime<Tz>> = { ahead }.next();
    Timestamp::from(found.map_or_else(|| local.and_utc(), |at| at.with_timezone(&Utc)))
}

#[cfg(test)]
mod tests {
    use chrono::Weekday;

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn wishes(rhythm: Rhythm, hour: u8, zone: &str) -> Wishes {
        Wishes { rhythm, hour, zone: zone.parse().unwrap(), ..Wishes::default() }
    }

    #[test]
    fn a_day_begins_where_the_subscriber_lives() {
        let tokyo = wishes(Rhythm::Daily, 7, "Asia/Tokyo");
        assert_eq!(last_due(&tokyo, at("2026-11-26T21:59:59Z")), at("2026-11-25T22:00:00Z"));
        assert_eq!(last_due(&tokyo, at("2026-11-26T22:00:00Z")), at("2026-11-26T22:00:00Z"));
        assert_eq!(next_due(&tokyo, at("2026-11-26T22:00:00Z")), at("2026-11-27T22:00:00Z"));
    }

    #[test]
    fn a_week_begins_on_the_chosen_day() {
        let weekly = wishes(Rhythm::Weekly(Weekday::Thu), 7, "UTC");
        assert_eq!(last_due(&weekly, at("2026-11-26T06:59:00Z")), at("2026-11-19T07:00:00Z"));
        assert_eq!(last_due(&weekly, at("2026-11-26T07:00:00Z")), at("2026-11-26T07:00:00Z"));
        assert_eq!(next_due(&weekly, at("2026-11-26T07:00:00Z")), at("2026-12-03T07:00:00Z"));
    }

    #[test]
    fn clocks_that_change_skip_nothing_and_repeat_nothing() {
        // 2026-03-29 02:00 does not exist in Berlin, 2026-10-25 02:00 exists twice.
        let berlin = wishes(Rhythm::Daily, 2, "Europe/Berlin");
        assert_eq!(last_due(&berlin, at("2026-03-29T12:00:00Z")), at("2026-03-29T01:00:00Z"));
        assert_eq!(last_due(&berlin, at("2026-10-25T12:00:00Z")), at("2026-10-25T00:00:00Z"));
        let mut now = at("2026-03-01T00:00:00Z");
        for _day in 0..300 {
            let next = next_due(&berlin, now);
            let hours = next.since(now).num_hours();
            assert!((1..=26).contains(&hours), "{now} {next}");
            assert_eq!(last_due(&berlin, next), next);
            now = next;
        }
    }
}
