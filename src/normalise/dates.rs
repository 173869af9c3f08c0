//! Dates in the formats that sources use, with the precision they have. What is not a date gives none: nothing is
//! invented, and nothing lies in the future.

use chrono::FixedOffset;
use chrono::NaiveDate;
use chrono::NaiveDateTime;
use chrono::NaiveTime;
use chrono::TimeDelta;
use chrono::TimeZone as _;

use crate::model::record::RawDate;
use crate::model::time::Moment;
use crate::model::time::Precision;
use crate::model::time::Timestamp;

#[cfg(test)]
mod tests;

/// The years in which a paper may have appeared.
const YEARS: std::ops::RangeInclusive<i32> = 1600..=2200;

/// A source's date, unless it cannot be read or lies more than a day after the fetch.
pub(crate) fn moment(date: &RawDate, fetched_at: Timestamp) -> Option<Moment> {
    let moment = parse(&date.text, date.is_day)?;
    (moment.at <= fetched_at.plus(TimeDelta::days(1))).then_some(moment)
}

/// Reads a date. `is_day` says that only the day is meant; the moment is then the start of that day at the offset
/// that stands in the text.
pub(crate) fn parse(text: &str, is_day: bool) -> Option<Moment> {
    let text = text.trim();
    if text.len() > 80 || !text.is_ascii() {
        return None;
    }
    let parts = iso(text).or_else(|| words(text))?;
    parts.moment(is_day)
}

/// The parts of a date as they were read.
#[derive(Clone, Copy, Default)]
struct Parts {
    year: i32,
    month: Option<u32>,
    day: Option<u32>,
    time: Option<NaiveTime>,
    offset_seconds: i32,
}

impl Parts {
    fn moment(self, is_day: bool) -> Option<Moment> {
        YEARS.contains(&self.year).then_some(())?;
        let date = NaiveDate::from_ymd_opt(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1))?;
        let precision = match (self.month, self.day, self.time) {
            (None, _, _) => Precision::Year,
            (Some(_), None, _) => Precision::Month,
            (Some(_), Some(_), Some(_)) if !is_day => Precision::Second,
            (Some(_), Some(_), _) => Precision::Day,
        };
        let time = self.time.filter(|_time| precision == Precision::Second).unwrap_or(NaiveTime::MIN);
        let local = NaiveDateTime::new(date, time);
        let offset = FixedOffset::east_opt(self.offset_seconds)?;
        let at = offset.from_local_datetime(&local).single()?;
        Some(Moment { at: Timestamp::from(at.with_timezone(&chrono::Utc)), precision })
    }
}

/// `2026`, `2026-08`, `2026-08-15`, `2026/08/15`, `20260815`, each day with a time and an offset or without.
fn iso(text: &str) -> Option<Parts> {
    let (year, rest) = number(text, 4)?;
    let mut parts = Parts { year: i32::try_from(year).ok()?, ..Parts::default() };
    let Some(separator) = rest.chars().next() else { return Some(parts) };
    if separator.is_ascii_digit() {
        let (month, rest) = number(rest, 2)?;
        let (day, rest) = number(rest, 2)?;
        parts.month = Some(month);
        parts.day = Some(day);
        return rest.is_empty().then_some(parts);
    }
    if !matches!(separator, '-' | '/') {
        return None;
    }
    let (month, rest) = one_or_two(rest.get(1..)?)?;
    parts.month = Some(month);
    (1..=12).contains(&month).then_some(())?;
    let Some(rest) = rest.strip_prefix(separator) else { return rest.is_empty().then_some(parts) };
    let (day, rest) = one_or_two(rest)?;
    parts.day = Some(day);
    let rest = rest.trim_start_matches(['T', 't', ' ']);
    if rest.is_empty() {
        return Some(parts);
    }
    let zone = if let Some((time, zone)) = clock(rest) {
        parts.time = Some(time);
        zone.trim_start()
    } else {
        rest
    };
    parts.offset_seconds = if zone.is_empty() { 0 } else { offset(zone)? };
    Some(parts)
}

/// RFC 822 and its kin, asctime, and dates in words: the order of the words does not matter, unknown words do.
fn words(text: &str) -> Option<Parts> {
    let text = text.split('(').next().unwrap_or_default();
    let mut year = None;
    let mut parts = Parts::default();
    let mut has_zone = false;
    for word in text.split([' ', ',', '\t']).filter(|word| !word.is_empty()) {
        let word = word.trim_end_matches('.');
        if let Some(month) = month(word) {
            parts.month.is_none().then_some(())?;
            parts.month = Some(month);
        } else if is_weekday(word) {
        } else if let Some((time, "")) = clock(word) {
            parts.time.is_none().then_some(())?;
            parts.time = Some(time);
        } else if parts.time.is_some()
            && !has_zone
            && let Some(seconds) = offset(word)
        {
            parts.offset_seconds = seconds;
            has_zone = true;
        } else if let Some(half) = half_of_day(word) {
            parts.time = Some(half(parts.time?)?);
        } else if let Some(digits) = plain_digits(word) {
            match digits.len() {
                4 if year.is_none() => year = Some(digits.parse().ok()?),
                1 | 2 if parts.day.is_none() => parts.day = Some(digits.parse().ok()?),
                2 if year.is_none() && parts.month.is_some() => {
                    let short: i32 = digits.parse().ok()?;
                    year = Some(if short < 70 { 2000 + short } else { 1900 + short });
                }
                _other => return None,
            }
        } else {
            return None;
        }
    }
    parts.year = year?;
    parts.month?;
    (parts.day.is_some() || parts.time.is_none()).then_some(parts)
}

/// `15`, `15th`.
fn plain_digits(word: &str) -> Option<&str> {
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|ending| word.strip_suffix(ending)).unwrap_or(word);
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

fn half_of_day(word: &str) -> Option<fn(NaiveTime) -> Option<NaiveTime>> {
    fn shifted(time: NaiveTime, is_afternoon: bool) -> Option<NaiveTime> {
        use chrono::Timelike as _;
        let hour = time.hour();
        (1..=12).contains(&hour).then_some(())?;
        time.with_hour(hour % 12 + if is_afternoon { 12 } else { 0 })
    }
    match word.to_ascii_lowercase().as_str() {
        "am" => Some(|time| shifted(time, false)),
        "pm" => Some(|time| shifted(time, true)),
        _other => None,
    }
}

/// `10:20`, `10:20:30`, `10:20:30.123456`; what follows is returned. A leap second is the second before it.
fn clock(text: &str) -> Option<(NaiveTime, &str)> {
    let (hour, rest) = one_or_two(text)?;
    let (minute, mut rest) = number(rest.strip_prefix(':')?, 2)?;
    let mut second = 0;
    let mut micros = 0;
    if let Some(tail) = rest.strip_prefix(':') {
        (second, rest) = number(tail, 2)?;
        if let Some(tail) = rest.strip_prefix(['.', ',']) {
            let length = tail.bytes().take_while(u8::is_ascii_digit).count();
            (1..=12).contains(&length).then_some(())?;
            let digits = format!("{:0<6}", tail.get(..length.min(6))?);
            micros = digits.parse().ok()?;
            rest = tail.get(length..)?;
        }
    }
    if second == 60 {
        second = 59;
    }
    Some((NaiveTime::from_hms_micro_opt(hour, minute, second, micros)?, rest))
}

/// `Z`, `+02:00`, `-0400`, `+02`, or a name.
fn offset(zone: &str) -> Option<i32> {
    const HOUR: i32 = 3_600;
    let Some(digits) = zone.strip_prefix(['+', '-']) else {
        let hours = match zone.to_ascii_uppercase().as_str() {
            "Z" | "UT" | "UTC" | "GMT" | "WET" => 0,
            "EST" | "CDT" => -5,
            "EDT" => -4,
            "CST" | "MDT" => -6,
            "MST" | "PDT" => -7,
            "PST" => -8,
            "BST" | "CET" | "MET" | "WEST" => 1,
            "CEST" | "MEST" | "EET" => 2,
            "EEST" | "MSK" => 3,
            "JST" | "KST" => 9,
            _unknown => return None,
        };
        return Some(hours * HOUR);
    };
    let (hours, rest) = number(digits, 2)?;
    let rest = rest.strip_prefix(':').unwrap_or(rest);
    let minutes = if rest.is_empty() {
        0
    } else {
        let (minutes, rest) = number(rest, 2)?;
        rest.is_empty().then_some(minutes)?
    };
    (hours <= 14 && minutes < 60).then_some(())?;
    let seconds = i32::try_from(hours * 3_600 + minutes * 60).ok()?;
    Some(if zone.starts_with('-') { -seconds } else { seconds })
}

fn month(word: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.to_ascii_lowercase();
    let is_short = word.len() >= 3;
    let place = MONTHS
        .iter()
        .position(|name| is_short && (name.starts_with(&word) && word.len() <= 4 || *name == word))?;
    u32::try_from(place + 1).ok()
}

fn is_weekday(word: &str) -> bool {
    const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let word = word.to_ascii_lowercase();
    word.len() >= 3 && DAYS.iter().any(|name| name.starts_with(&word))
}

/// Exactly so many digits at the start, and what follows.
fn number(text: &str, digits: usize) -> Option<(u32, &str)> {
    let (head, rest) = text.split_at_checked(digits)?;
    head.bytes().all(|byte| byte.is_ascii_digit()).then_some(())?;
    Some((head.parse().ok()?, rest))
}

fn one_or_two(text: &str) -> Option<(u32, &str)> {
    number(text, 2).or_else(|| number(text, 1))
}
