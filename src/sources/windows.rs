//! A walk through days in windows: what sources share that are asked for everything between two days, page by page.
//!
//! A window that was read to its last page moves the mark to its last day; the next run begins some days before the mark,
//! since lists of days shift while they are harvested. The place within a window survives a crash or an interrupted run as
//! long as the source's places live; then the window begins anew. A window that fails is owed: the run goes on behind it
//! and the next one begins with it; one that fails again is halved, until a day that never comes stands alone, and is told.
//! What is deliberately absent: what a page is and how the next one is named; both are the source's own. Of a plain JSON list
//! [`listed`] makes a whole source.

use chrono::Days;
use chrono::NaiveDate;
use chrono::TimeDelta;
use serde::Deserialize;
use serde::Serialize;

use crate::model::source::Cursor;
use crate::model::time::Timestamp;
use crate::sources::windows::rules::Rules;
use crate::sources::windows::stretch::Stretch;

mod history;

pub(in crate::sources) mod listed;

pub(in crate::sources) mod rules;

mod stretch;

/// With more stretches owed, a failure is no accident: the run ends there, and the mark stays.
const OWED_AT_MOST: usize = 16;

/// A single day that failed in so many runs in which others came is given up.
const TRIES_AT_MOST: u32 = 40;

/// How far a walk got.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Walk {
    /// The run that the rest belongs to, in microseconds.
    run: i64,
    /// Every day through this one was read to its end or is owed.
    #[serde(skip_serializing_if = "Option::is_none")]
    mark: Option<NaiveDate>,
    /// The first day behind the windows of this run.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<NaiveDate>,
    /// The window at hand, once something came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    window: Option<Window>,
    /// What failed in earlier runs and is asked for in this one, first of all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    due: Vec<Stretch>,
    /// What failed in this run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    owed: Vec<Stretch>,
    /// Whether a window was read to its end in this run.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_answered: bool,
    /// Whether this run asks for nothing more, although it did not come to the present day.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_cut: bool,
    /// The days of a harvest of history.
    #[serde(skip_serializing_if = "Option::is_none")]
    history: Option<(NaiveDate, NaiveDate)>,
    /// What that harvest left out, or the days that were given up in this run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lost: Vec<Stretch>,
}

/// Some days that are asked for together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Window {
    /// The first day.
    pub(super) from: NaiveDate,
    /// The last day.
    pub(super) until: NaiveDate,
    /// The place of the next page in the source's own words; none for the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<String>,
    /// Records that came so far.
    #[serde(default)]
    pub(super) rows: u64,
    /// The run in which the place was given, in microseconds.
    #[serde(default)]
    given: i64,
    /// In how many runs it failed.
    #[serde(default)]
    tries: u32,
    /// Pages read, and those of them that were read in this run.
    #[serde(default)]
    pages: u32,
    #[serde(default)]
    pages_of_run: u32,
    /// By what the last page is known again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<String>,
    /// By what a page some pages ago is known again: should it come, the list goes round in a circle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    anchor: Option<String>,
    /// Whether an earlier run began it.
    #[serde(default)]
    is_carried: bool,
    /// Whether the last run left it for its length.
    #[serde(default)]
    is_long: bool,
    /// Whether it was begun a second time, in a harvest of history.
    #[serde(default)]
    is_second_try: bool,
}

/// What one page says of the walk.
#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    /// How many records it holds.
    pub(super) rows: u64,
    /// By what it is known, should it come again; the key of its first record.
    pub(super) known_by: Option<String>,
    /// The place of the page behind it, or none when it is the last.
    pub(super) next: Option<String>,
    /// Whether the list ends with it before everything came that it said there is.
    pub(super) is_short: bool,
}

/// What a page meant for the walk.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Went {
    /// The window goes on.
    On,
    /// The window is read to its end.
    Finished,
    /// The window was left before its end, for this reason. What is missing of it is asked for later, if it can be.
    Left(String),
}

impl Window {
    fn new(from: NaiveDate, until: NaiveDate, tries: u32, run: Timestamp) -> Self {
        Self {
            from,
            until,
            place: None,
            rows: 0,
            given: run.micros(),
            tries,
            pages: 0,
            pages_of_run: 0,
            last: None,
            anchor: None,
            is_carried: false,
            is_long: false,
            is_second_try: false,
        }
    }

    fn stretch(&self) -> Stretch {
        Stretch { from: self.from, until: self.until, tries: self.tries }
    }

    /// Whether a page came before. Brent's method: the page whose number was the last power of two is met again in every
    /// circle.
    fn knows(&self, page: &Page) -> bool {
        page.known_by.is_some() && [&self.last, &self.anchor].contains(&&page.known_by)
    }
}

impl Walk {
    /// The walk behind a cursor, in the run that began then.
    pub(super) fn of(cursor: &Cursor, run: Timestamp, rules: &Rules) -> Self {
        serde_json::from_str::<Self>(&cursor.0).unwrap_or_default().in_run(run, rules)
    }

    /// This walk in the run that began then.
    pub(super) fn in_run(mut self, run: Timestamp, rules: &Rules) -> Self {
        if self.history.is_none() && self.run != run.micros() {
            self.begin(run, rules);
        }
        self
    }

    /// Whether every day was read that this run is to read, none of them owed. Of a harvest of history it is never said.
    pub(super) fn is_complete(&self, run: Timestamp, rules: &Rules) -> bool {
        !self.is_of_history() && self.owed.is_empty() && !self.is_cut && self.window(run, rules).is_none()
    }

    /// The cursor of this walk.
    pub(super) fn cursor(&self) -> Cursor {
        Cursor(serde_json::to_string(self).unwrap_or_default())
    }

    /// The window at hand, or none when the run is over.
    pub(super) fn window(&self, run: Timestamp, rules: &Rules) -> Option<Window> {
        if self.is_cut {
            return None;
        }
        if let Some(window) = &self.window {
            return Some(window.clone());
        }
        if let Some(due) = self.due.first() {
            return Some(Window::new(due.from, due.until, due.tries, run));
        }
        let (first, last) = match self.history {
            Some((since, until)) => (since, until),
            None => (self.first_day(run, rules), run.day()),
        };
        let from = self.next.unwrap_or(first);
        let end = from.checked_add_days(Days::new(rules.length.saturating_sub(1))).unwrap_or(last);
        (from <= last).then(|| Window::new(from, end.min(last), 0, run))
    }

    /// Goes on behind a page of the window at hand.
    pub(super) fn advance(&mut self, mut window: Window, page: Page, run: Timestamp, rules: &Rules) -> Went {
        self.take(&window);
        window.pages = window.pages.saturating_add(1);
        window.pages_of_run = window.pages_of_run.saturating_add(1);
        window.rows = window.rows.saturating_add(page.rows);
        let days = format!("{} to {}", window.from, window.until);
        let is_repeated = window.knows(&page);
        let Some(next) = page.next else {
            // Perhaps it fills later. A list that stays short is taken as it is; a harvest of history tells it.
            if page.is_short && self.is_of_history() {
                if window.is_second_try {
                    self.lose(window.stretch());
                    self.close(&window, run, true);
                } else {
                    self.begin_anew(&window, run);
                }
            } else if page.is_short && window.tries == 0 {
                self.fail(&window, run, rules);
                self.is_answered = true;
            } else {
                self.close(&window, run, true);
            }
            return Went::Finished;
        };
        if is_repeated {
            self.fail(&window, run, rules);
            return Went::Left(format!("{days}: the same page came twice"));
        }
        if window.pages.is_power_of_two() {
            window.anchor.clone_from(&page.known_by);
        }
        window.last = page.known_by;
        window.place = Some(next);
        window.given = run.micros();
        if window.pages_of_run < rules.most_pages {
            self.window = Some(window);
            return Went::On;
        }
        if self.is_of_history() {
            self.halve(&window, run);
        } else {
            window.is_long = true;
            self.window = Some(window);
            self.is_cut = true;
        }
        Went::Left(format!("{days}: there are more than {} pages", rules.most_pages))
    }

    /// Passes over the window at hand, whose request failed. The next run begins with it. A harvest of history begins it
    /// anew if a later page than its first failed, since places can die, and then goes on in halves.
    pub(super) fn pass_over(&mut self, window: &Window, run: Timestamp, rules: &Rules) {
        self.take(window);
        if self.is_of_history() && window.place.is_some() && !window.is_second_try {
            self.begin_anew(window, run);
        } else {
            self.fail(window, run, rules);
        }
    }

    /// The days that this run gave up for good, in words; said once.
    pub(super) fn take_lost(&mut self) -> Vec<String> {
        if self.is_of_history() { Vec::new() } else { stretch::in_words(&std::mem::take(&mut self.lost)) }
    }

    /// Begins another run with what is left of an earlier one.
    fn begin(&mut self, run: Timestamp, rules: &Rules) {
        self.run = run.micros();
        self.next = None;
        self.is_cut = false;
        let is_answered = std::mem::take(&mut self.is_answered);
        for owed in std::mem::take(&mut self.owed) {
            self.dun(&owed, is_answered, rules);
        }
        let Some(window) = self.window.take() else { return };
        let age = run.since(Timestamp::from_micros(window.given));
        if window.place.is_some() && (TimeDelta::zero()..=rules.place_lives).contains(&age) {
            self.window = Some(Window { pages_of_run: 0, is_carried: true, is_long: false, ..window });
        } else if window.is_long {
            self.halve(&window, run);
        } else {
            self.window = Some(Window::new(window.from, window.until, window.tries, run));
        }
    }

    fn lose(&mut self, stretch: Stretch) {
        let last = self.lost.last_mut();
        match last.filter(|last| last.until.succ_opt() == Some(stretch.from)) {
            Some(last) => last.until = stretch.until,
            None => stretch::add(&mut self.lost, stretch, u64::MAX),
        }
    }

    fn first_day(&self, run: Timestamp, rules: &Rules) -> NaiveDate {
        let today = run.day();
        let (from, back) = match self.mark {
            Some(mark) => (mark.min(today), rules.overlap),
            None => (today, rules.first.saturating_sub(1)),
        };
        from.checked_sub_days(Days::new(back)).unwrap_or(from)
    }

    /// Makes a window the one at hand: it is due no more.
    fn take(&mut self, window: &Window) {
        self.window = None;
        if window.tries > 0 {
            let stretch = window.stretch();
            self.due.retain(|due| *due != stretch);
        }
    }

    /// Puts a window behind. What an earlier run began is old in its first pages, so that the walk goes on before its end.
    fn close(&mut self, window: &Window, run: Timestamp, is_read: bool) {
        self.window = None;
        self.is_answered |= is_read;
        if window.tries > 0 {
            return;
        }
        self.mark = self.mark.max(Some(window.until));
        let is_old = is_read && window.is_carried && window.until < run.day();
        self.next = if is_old { None } else { window.until.succ_opt() };
    }

    /// Leaves a window that cannot be read to its end, now.
    fn fail(&mut self, window: &Window, run: Timestamp, rules: &Rules) {
        if self.is_of_history() {
            self.halve(window, run);
            return;
        }
        if window.tries == 0 && self.owed.len() + self.due.len() >= OWED_AT_MOST {
            self.is_cut = true;
            return;
        }
        self.close(window, run, false);
        let tries = window.tries.saturating_add(1);
        stretch::add(&mut self.owed, Stretch { tries, ..window.stretch() }, rules.length);
    }

    /// Asks again for what an earlier run left owing. Where nothing came at all, no day is at fault.
    fn dun(&mut self, owed: &Stretch, is_answered: bool, rules: &Rules) {
        let halves = owed.halves().filter(|_| owed.tries > 1 && self.due.len() < OWED_AT_MOST);
        match halves.filter(|_| is_answered) {
            Some(halves) => {
                for half in halves {
                    stretch::add(&mut self.due, half, rules.length);
                }
            }
            None if owed.tries > TRIES_AT_MOST && owed.from == owed.until => self.lose(owed.clone()),
            None => {
                let tries = owed.tries.saturating_sub(u32::from(!is_answered)).max(1);
                stretch::add(&mut self.due, Stretch { tries, ..owed.clone() }, rules.length);
            }
        }
    }
}

#[cfg(test)]
mod tests;
