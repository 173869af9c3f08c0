//! A walk through history: once from the first day to the last. What never comes is halved until a day stands alone, which
//! is left out and told.

use chrono::NaiveDate;

use crate::model::time::Timestamp;
use crate::sources::LeftOut;
use crate::sources::windows::Walk;
use crate::sources::windows::Window;
use crate::sources::windows::rules::Rules;
use crate::sources::windows::stretch;
use crate::sources::windows::stretch::Stretch;

impl Walk {
    /// A walk through history.
    pub(in crate::sources) fn through(since: NaiveDate, until: NaiveDate) -> Self {
        Self { history: Some((since, until)), ..Self::default() }
    }

    /// Whether it harvests history.
    pub(in crate::sources) fn is_of_history(&self) -> bool {
        self.history.is_some()
    }

    /// How much of a walk through history is done, from 0 to 1.
    pub(in crate::sources) fn covered(&self) -> Option<f64> {
        let (since, until) = self.history?;
        let days = |from: NaiveDate, behind: NaiveDate| {
            f64::from(i32::try_from((behind - from).num_days()).unwrap_or(i32::MAX))
        };
        let whole = days(since, until) + 1.0;
        let at_hand = self.window.as_ref().filter(|window| window.tries > 0).map(Window::stretch);
        let due = self.due.iter().filter(|due| due.tries > 0).chain(&at_hand);
        let due: f64 = due.map(|due| days(due.from, due.until) + 1.0).sum();
        let done = self.next.map_or(0.0, |next| days(since, next));
        Some(((done - due) / whole.max(1.0)).clamp(0.0, 1.0))
    }

    /// What a walk through history left out, for an operator and for another walk.
    pub(in crate::sources) fn left_out(&self, rules: &Rules) -> Option<LeftOut> {
        let (_since, until) = self.history?;
        let mut due = Vec::new();
        for lost in &self.lost {
            stretch::add(&mut due, Stretch { tries: 1, ..lost.clone() }, rules.length);
        }
        let again = Self { history: self.history, next: until.succ_opt(), due, ..Self::default() };
        let what = stretch::in_words(&self.lost);
        (!what.is_empty()).then(|| LeftOut { what, again: again.cursor() })
    }

    /// Begins a window once more.
    pub(super) fn begin_anew(&mut self, window: &Window, run: Timestamp) {
        let anew = Window::new(window.from, window.until, window.tries, run);
        self.window = Some(Window { is_second_try: true, ..anew });
    }

    /// Goes on with the first half of a window; a single day is put behind.
    pub(super) fn halve(&mut self, window: &Window, run: Timestamp) {
        let Some([first, second]) = window.stretch().halves() else {
            self.lose(window.stretch());
            self.close(window, run, false);
            return;
        };
        self.window = Some(Window::new(first.from, first.until, first.tries, run));
        if second.tries > 0 {
            self.due.insert(0, second);
        }
    }
}
