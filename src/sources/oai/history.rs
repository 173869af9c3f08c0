//! A harvest of history over OAI-PMH: the list of every month and set, one after the other, oldest month first.
//!
//! A list that fails is asked for once more behind all others, so that one fault of a host leaves no hole in the middle.

use chrono::Datelike as _;
use chrono::Months;
use chrono::NaiveDate;
use serde::Deserialize;
use serde::Serialize;

/// No record was changed in an earlier year: the first repositories of papers are as old.
const FIRST_YEAR: i32 = 1991;

/// How many records a list is taken to have before any was read.
const USUAL_RECORDS: u64 = 10_000;

/// How far a harvest of history got.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct History {
    /// The first day that was wished for; papers of earlier months are left out.
    pub(super) wished: NaiveDate,
    /// The first day that is asked for.
    since: NaiveDate,
    /// The last day.
    until: NaiveDate,
    /// The list at hand: month by month, in each month set by set.
    step: usize,
    /// Lists that failed once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    later: Vec<usize>,
    /// Lists that failed twice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    lost: Vec<usize>,
    /// The records of the lists that are done.
    #[serde(default)]
    records: u64,
}

/// One list of a harvest of history.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Window {
    /// Which of the sets.
    pub(super) set: usize,
    /// Changed on this day or later.
    pub(super) from: NaiveDate,
    /// Changed on this day or earlier.
    pub(super) until: NaiveDate,
}

impl History {
    /// From one day through another; `None` where there is none between them.
    pub(super) fn new(since: NaiveDate, until: NaiveDate) -> Option<Self> {
        let first = NaiveDate::from_ymd_opt(FIRST_YEAR, 1, 1).map_or(since, |first| since.max(first));
        let history = Self {
            wished: since,
            since: first,
            until,
            step: 0,
            later: Vec::new(),
            lost: Vec::new(),
            records: 0,
        };
        (first <= until).then_some(history)
    }

    /// Asks for nothing before the oldest record; a day before it is a fault to many repositories.
    pub(super) fn not_before(&mut self, earliest: NaiveDate) {
        self.since = self.since.max(earliest);
    }

    /// The list at hand.
    pub(super) fn window(&self, sets: usize) -> Option<Window> {
        let total = self.months().checked_mul(sets)?;
        let step = if self.step < total { self.step } else { *self.later.first()? };
        self.list(step, sets)
    }

    fn list(&self, step: usize, sets: usize) -> Option<Window> {
        let months = u32::try_from(step.checked_div(sets)?).ok()?;
        let month = self.since.with_day(1)?.checked_add_months(Months::new(months))?;
        let last = month.checked_add_months(Months::new(1))?.pred_opt()?;
        Some(Window {
            set: step.checked_rem(sets)?,
            from: month.max(self.since),
            until: last.min(self.until),
        })
    }

    /// The list at hand was read to its end.
    pub(super) fn finish(&mut self, sets: usize, records: u64) {
        self.records = self.records.saturating_add(records);
        self.go_on(sets);
    }

    /// The list at hand failed.
    pub(super) fn pass_over(&mut self, sets: usize) {
        if self.step < self.months().saturating_mul(sets) {
            self.later.push(self.step);
        } else {
            self.lost.extend(self.later.first());
        }
        self.go_on(sets);
    }

    /// The lists that never came whole.
    pub(super) fn lost(&self, sets: usize) -> Vec<Window> {
        self.lost.iter().filter_map(|step| self.list(*step, sets)).collect()
    }

    /// A harvest of those alone.
    pub(super) fn again(&self, sets: usize) -> Self {
        let step = self.months().saturating_mul(sets);
        Self { step, later: self.lost.clone(), lost: Vec::new(), ..self.clone() }
    }

    fn go_on(&mut self, sets: usize) {
        if self.step < self.months().saturating_mul(sets) {
            self.step += 1;
        } else if !self.later.is_empty() {
            self.later.remove(0);
        }
    }

    /// How much is done, from 0 to 1, where the list at hand has given `seen` records of `size`, if that is known. Without
    /// it, the list is taken to be as long as those before it were.
    pub(super) fn covered(&self, sets: usize, seen: u64, size: Option<u64>) -> f64 {
        let total = u64::try_from(self.months().saturating_mul(sets)).unwrap_or(u64::MAX);
        let done = u64::try_from(self.step.saturating_sub(self.later.len())).unwrap_or(u64::MAX);
        if done >= total {
            return 1.0;
        }
        let expected = size.or_else(|| self.records.checked_div(done)).unwrap_or(USUAL_RECORDS);
        let within = ratio(seen, expected.max(seen).saturating_add(1));
        ratio(done, total) + within * ratio(1, total)
    }

    fn months(&self) -> usize {
        if self.since > self.until {
            return 0;
        }
        let index = |day: NaiveDate| i64::from(day.year()) * 12 + i64::from(day.month0());
        usize::try_from(index(self.until) - index(self.since) + 1).unwrap_or(0)
    }
}

fn ratio(part: u64, whole: u64) -> f64 {
    let number = |count: u64| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    number(part) / number(whole.max(1))
}

#[cfg(test)]
mod tests {
    use super::History;
    use super::Window;

    fn day(text: &str) -> chrono::NaiveDate {
        text.parse().unwrap()
    }

    fn windows(mut history: History, sets: usize) -> Vec<(usize, String, String)> {
        let mut found = Vec::new();
        while let Some(Window { set, from, until }) = history.window(sets) {
            found.push((set, from.to_string(), until.to_string()));
            history.finish(sets, 5);
        }
        assert!((history.covered(sets, 0, None) - 1.0).abs() < 1e-9);
        found
    }

    #[test]
    fn every_set_is_asked_for_month_by_month_oldest_first() {
        let history = History::new(day("2025-12-30"), day("2026-02-03")).unwrap();
        let wanted = [
            (0, "2025-12-30", "2025-12-31"),
            (1, "2025-12-30", "2025-12-31"),
            (0, "2026-01-01", "2026-01-31"),
            (1, "2026-01-01", "2026-01-31"),
            (0, "2026-02-01", "2026-02-03"),
            (1, "2026-02-01", "2026-02-03"),
        ];
        let wanted = wanted.map(|(set, from, until)| (set, from.to_owned(), until.to_owned()));
        assert_eq!(windows(history, 2), wanted);
        assert!(History::new(day("2026-02-03"), day("2026-02-02")).is_none());
        assert!(History::new(day("1901-02-03"), day("1902-02-02")).is_none());
    }

    #[test]
    fn nothing_is_asked_for_before_the_oldest_record() {
        let mut history = History::new(day("2025-01-15"), day("2025-03-31")).unwrap();
        history.not_before(day("2025-03-05"));
        assert_eq!(windows(history.clone(), 1), [(0, "2025-03-05".to_owned(), "2025-03-31".to_owned())]);
        assert_eq!(history.wished, day("2025-01-15"));
        history.not_before(day("2025-04-01"));
        assert_eq!(history.window(1), None);
    }

    #[test]
    fn a_list_that_fails_is_asked_for_once_more_at_the_end() {
        let mut history = History::new(day("2026-01-01"), day("2026-02-28")).unwrap();
        let first = history.window(1).unwrap();
        history.pass_over(1);
        assert_eq!(history.window(1).unwrap().from, day("2026-02-01"));
        history.finish(1, 10);
        assert_eq!(history.window(1), Some(first));
        assert!(history.covered(1, 0, None) < 0.9);
        history.pass_over(1);
        assert_eq!(history.window(1), None);
        assert_eq!(history.lost(1), [first]);
        let mut again = history.again(1);
        assert!(again.covered(1, 0, None) < 0.6);
        assert_eq!(again.window(1), Some(first));
        again.finish(1, 10);
        assert_eq!((again.window(1), again.lost(1)), (None, Vec::new()));
    }

    #[test]
    fn what_is_covered_grows_with_every_page() {
        let mut history = History::new(day("2026-01-01"), day("2026-04-30")).unwrap();
        let mut before = -1.0;
        for _month in 0..4 {
            for seen in [0, 2_000, 4_000, 40_000] {
                let covered = history.covered(1, seen, None);
                assert!(covered > before && covered < 1.0, "{covered} after {before}");
                before = covered;
            }
            let half = (history.covered(1, 50, Some(99)) * 4.0).fract();
            assert!((half - 0.5).abs() < 1e-9, "{half}");
            history.finish(1, 10_000);
        }
    }
}
