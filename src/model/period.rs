//! A day, a week or a month of announcements: what one page of the daily lists shows.

use std::fmt;

use chrono::Datelike as _;
use chrono::Days;
use chrono::Months;
use chrono::NaiveDate;
use chrono::Weekday;

/// Papers are listed in these years; the neighbours of a period beyond them could not be written.
const YEARS: std::ops::RangeInclusive<i32> = 1_900..=2_200;

/// How long a period is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Span {
    /// A day.
    Day,
    /// An ISO week, from Monday to Sunday.
    Week,
    /// A month of the calendar.
    Month,
}

impl Span {
    /// Every one, the shortest first.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// The name in addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The span of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|span| span.name() == name)
    }
}

/// A period of a length.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Period {
    span: Span,
    /// Its first day.
    first: NaiveDate,
}

impl Period {
    /// The period that holds a day.
    pub fn of(span: Span, day: NaiveDate) -> Self {
        let first = match span {
            Span::Day => Some(day),
            Span::Week => day.checked_sub_days(Days::new(u64::from(day.weekday().num_days_from_monday()))),
            Span::Month => day.with_day(1),
        };
        Self { span, first: first.unwrap_or(day) }
    }

    /// Reads what [`Display`](fmt::Display) writes: `2026-11-26`, `2026-W48`, `2026-11`.
    pub fn parse(span: Span, text: &str) -> Option<Self> {
        // A day is read that is surely in it; years have four digits.
        let day: NaiveDate = match span {
            Span::Day => text.parse().ok()?,
            Span::Week => {
                let (year, week) = text.split_once("-W")?;
                NaiveDate::from_isoywd_opt(year.parse().ok()?, week.parse().ok()?, Weekday::Mon)?
            }
            Span::Month => format!("{text}-01").parse().ok()?,
        };
        let period = Self::of(span, day);
        (period.to_string() == text && YEARS.contains(&day.year())).then_some(period)
    }

    /// How long it is.
    pub fn span(self) -> Span {
        self.span
    }

    /// Its first day.
    pub fn first(self) -> NaiveDate {
        self.first
    }

    /// Its last day.
    pub fn last(self) -> NaiveDate {
        self.after().first.pred_opt().unwrap_or(self.first)
    }

    /// The one before it.
    #[must_use]
    pub fn before(self) -> Self {
        Self::of(self.span, self.first.pred_opt().unwrap_or(self.first))
    }

    /// The one after it.
    #[must_use]
    pub fn after(self) -> Self {
        let next = match self.span {
            Span::Day => self.first.checked_add_days(Days::new(1)),
            Span::Week => self.first.checked_add_days(Days::new(7)),
            Span::Month => self.first.checked_add_months(Months::new(1)),
        };
        Self { first: next.unwrap_or(self.first), ..self }
    }

    /// What people call it: "Thursday, 26 November 2026", "Week 48 of 2026", "November 2026".
    pub fn title(self) -> String {
        let week = self.first.iso_week();
        match self.span {
            Span::Day => self.first.format("%A, %-d %B %Y").to_string(),
            Span::Week => format!("Week {} of {}", week.week(), week.year()),
            Span::Month => self.first.format("%B %Y").to_string(),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let week = self.first.iso_week();
        match self.span {
            Span::Day => write!(out, "{}", self.first),
            Span::Week => write!(out, "{:04}-W{:02}", week.year(), week.week()),
            Span::Month => write!(out, "{}", self.first.format("%Y-%m")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(span: Span, text: &str) -> Period {
        Period::parse(span, text).unwrap()
    }

    #[test]
    fn a_period_reads_back() {
        for (span, text, first, last) in [
            (Span::Day, "2026-11-26", "2026-11-26", "2026-11-26"),
            (Span::Week, "2026-W48", "2026-11-23", "2026-11-29"),
            (Span::Week, "2026-W53", "2026-12-28", "2027-01-03"),
            (Span::Week, "2025-W01", "2024-12-30", "2025-01-05"),
            (Span::Month, "2028-02", "2028-02-01", "2028-02-29"),
        ] {
            let period = period(span, text);
            assert_eq!(period.to_string(), text);
            assert_eq!((period.first().to_string(), period.last().to_string()), (first.into(), last.into()));
            assert_eq!(period.after().before(), period);
        }
    }

    #[test]
    fn each_period_has_one_spelling() {
        for (span, text) in [
            (Span::Day, "2026-11-5"),
            (Span::Day, "2026-02-30"),
            (Span::Day, "+2026-11-05"),
            (Span::Week, "2026-W1"),
            (Span::Week, "2025-W53"),
            (Span::Week, "2026-48"),
            (Span::Month, "2026-1"),
            (Span::Month, "2026-13"),
            (Span::Month, ""),
        ] {
            assert_eq!(Period::parse(span, text), None, "{text}");
        }
    }

    #[test]
    fn people_have_names_for_them() {
        assert_eq!(period(Span::Day, "2026-11-26").title(), "Thursday, 26 November 2026");
        assert_eq!(period(Span::Week, "2027-W01").title(), "Week 1 of 2027");
        assert_eq!(period(Span::Month, "2026-11").title(), "November 2026");
    }
}
