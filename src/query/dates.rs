//! Days and ranges of days in queries: `2026-11-01..2026-11-30`, `2026-11`, `>=-7d`.

use std::fmt;

use chrono::Datelike as _;
use chrono::Days;
use chrono::Months;
use chrono::NaiveDate;

use crate::model::time::Timestamp;

/// One end of a range.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Day {
    /// A calendar day.
    On(NaiveDate),
    /// So many days before the present one.
    Ago(u32),
}

/// Days from one to another, both included; an open end has none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DateRange {
    /// The first day.
    pub from: Option<Day>,
    /// The last day.
    pub to: Option<Day>,
}

/// The longest way back that is read, in days: 200 years.
const FARTHEST: u32 = 73_000;

impl Day {
    /// The calendar day, seen from `now`.
    pub fn resolve(self, now: Timestamp) -> NaiveDate {
        match self {
            Self::On(day) => day,
            Self::Ago(days) => {
                now.day().checked_sub_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MIN)
            }
        }
    }
}

impl DateRange {
    /// Whether a day lies in the range, seen from `now`.
    pub fn contains(&self, day: NaiveDate, now: Timestamp) -> bool {
        self.from.is_none_or(|from| from.resolve(now) <= day)
            && self.to.is_none_or(|to| day <= to.resolve(now))
    }

    /// Reads what stands after `date:` (`day`, `month`, `year`, `from..to`, `-7d`).
    pub fn parse(text: &str) -> Option<Self> {
        if let Some((from, to)) = text.split_once("..") {
            let from = if from.is_empty() { None } else { Some(span(from)?.0) };
            let to = if to.is_empty() { None } else { Some(span(to)?.1) };
            return (from.is_some() || to.is_some()).then_some(Self { from, to });
        }
        let (from, to) = span(text)?;
        Some(Self { from: Some(from), to: Some(to) })
    }

    /// Whether it ends before it begins, so that no day lies in it.
    pub fn is_reversed(&self) -> bool {
        match (self.from, self.to) {
            (Some(Day::On(from)), Some(Day::On(to))) => to < from,
            (Some(Day::Ago(from)), Some(Day::Ago(to))) => to > from,
            _mixed_or_open => false,
        }
    }

    /// Reads what stands after a comparison.
    pub fn compared(operator: &str, text: &str) -> Option<Self> {
        let (first, last) = span(text)?;
        let open = Self { from: None, to: None };
        match operator {
            ">=" => Some(Self { from: Some(first), ..open }),
            ">" => Some(Self { from: Some(shift(last, true)?), ..open }),
            "<=" => Some(Self { to: Some(last), ..open }),
            "<" => Some(Self { to: Some(shift(first, false)?), ..open }),
            "=" | ":" => Some(Self { from: Some(first), to: Some(last) }),
            _other => None,
        }
    }
}

/// The day after or before.
fn shift(day: Day, is_later: bool) -> Option<Day> {
    match (day, is_later) {
        (Day::On(day), true) => day.succ_opt().map(Day::On),
        (Day::On(day), false) => day.pred_opt().map(Day::On),
        (Day::Ago(days), true) => days.checked_sub(1).map(Day::Ago),
        (Day::Ago(days), false) => days.checked_add(1).map(Day::Ago),
    }
}

/// The first and the last day of a day, month, year or way back.
fn span(text: &str) -> Option<(Day, Day)> {
    if let Some(back) = text.strip_prefix('-') {
        let number: u32 = back.get(..back.len().checked_sub(1)?)?.parse().ok()?;
        let factor = match back.chars().last()? {
            'd' => 1,
            'w' => 7,
            'm' => 30,
            'y' => 365,
            _other => return None,
        };
        let days = number.checked_mul(factor).filter(|days| *days <= FARTHEST)?;
        return Some((Day::Ago(days), Day::Ago(days)));
    }
    let shaped = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    match (text.len(), shaped) {
        (10, true) => text.parse().ok().map(|day| (Day::On(day), Day::On(day))),
        (7, true) => {
            let first: NaiveDate = format!("{text}-01").parse().ok()?;
            let last = first.checked_add_months(Months::new(1))?.pred_opt()?;
            Some((Day::On(first), Day::On(last)))
        }
        (4, true) => {
            let year: i32 = text.parse().ok()?;
            Some((
                Day::On(NaiveDate::from_ymd_opt(year, 1, 1)?),
                Day::On(NaiveDate::from_ymd_opt(year, 12, 31)?),
            ))
        }
        _other => None,
    }
}

impl fmt::Display for Day {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::On(day) => write!(out, "{:04}-{:02}-{:02}", day.year(), day.month(), day.day()),
            Self::Ago(days) => write!(out, "-{days}d"),
        }
    }
}

impl fmt::Display for DateRange {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.from, self.to) {
            (Some(from), Some(to)) if from == to => write!(out, "{from}"),
            (Some(from), Some(to)) => write!(out, "{from}..{to}"),
            (Some(from), None) => write!(out, "{from}.."),
            (None, Some(to)) => write!(out, "..{to}"),
            (None, None) => write!(out, ".."),
        }
    }
}
