//! How far the lists of venues were read: the mark of each, its page where it was not read to its end, and the harvest of
//! history.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Deserialize;
use serde::Serialize;

use crate::model::source::Cursor;
use crate::model::time::Timestamp;
use crate::sources::LeftOut;
use crate::sources::json_api;

/// A day in milliseconds: how far before its mark a list is read anew, and how often notices are asked for.
const DAY: i64 = 86_400_000;

/// How many pages of one list are read in one run; the rest waits for the next.
pub(super) const MOST_PAGES: u32 = 40;

/// How many pages of one list a harvest of history reads; no venue has so many papers.
const MOST_PAGES_OF_HISTORY: u32 = 1_000;

/// One list of a venue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct List {
    /// The `venueid` of its notes.
    pub(super) name: String,
    /// Whether its papers were taken back.
    pub(super) is_notices: bool,
}

/// Where in a list the next request begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Page {
    /// The earliest change of its notes, in milliseconds; none begins with the oldest.
    pub(super) from: Option<i64>,
    /// How many notes from there on are passed over.
    pub(super) offset: u64,
    /// When the list was begun, in milliseconds: its next mark.
    pub(super) began: i64,
}

impl Page {
    /// The first page of a list.
    pub(super) fn start(from: Option<i64>, began: i64) -> Self {
        Self { from, offset: 0, began }
    }

    /// The page that is so many notes further on.
    pub(super) fn counted(self, length: u64) -> Self {
        Self { offset: self.offset.saturating_add(length.max(1)), ..self }
    }

    /// The page behind notes that were changed at these times. It begins with the last of them, if the host keeps the
    /// order and the times move on.
    pub(super) fn after(self, changes: &[Option<i64>], length: u64) -> Self {
        let known: Option<Vec<i64>> = changes.iter().copied().collect();
        let ordered = known.filter(|times| times.is_sorted());
        let ends = ordered.as_ref().and_then(|times| Some((*times.first()?, *times.last()?)));
        match (ends, self.from) {
            (Some((_first, last)), None) => Self::start(Some(last), self.began),
            (Some((first, last)), Some(from)) if first >= from && last > from => {
                Self::start(Some(last), self.began)
            }
            _unordered => self.counted(length),
        }
    }
}

/// What has been read of all lists.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Progress {
    /// The run that `done` and `pages` belong to.
    run: i64,
    /// For each list, when it was last begun and then read to its end, in milliseconds.
    #[serde(default)]
    marks: BTreeMap<String, i64>,
    /// Where each list goes on that was not read to its end.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    places: BTreeMap<String, Page>,
    /// The lists of which nothing more is asked in this run.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    done: BTreeSet<String>,
    /// The pages of the list at hand that were read in this run.
    #[serde(default)]
    pages: u32,
    /// The days of a harvest of history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) history: Option<(NaiveDate, NaiveDate)>,
    /// The lists that such a harvest gave up.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    lost: BTreeSet<String>,
}

impl Progress {
    /// What a cursor says, as it stands.
    pub(super) fn stored(cursor: &Cursor) -> Self {
        serde_json::from_str(&cursor.0).unwrap_or_default()
    }

    /// What a cursor says in a run.
    pub(super) fn read(cursor: &Cursor, run: Timestamp) -> Self {
        let known = Self::stored(cursor);
        if known.run == run.micros() {
            return known;
        }
        let done = if known.history.is_some() { known.done } else { BTreeSet::new() };
        Self { run: run.micros(), done, pages: 0, ..known }
    }

    /// A harvest of history: of everything changed since its first day, since nothing is announced after its last change.
    pub(super) fn of_history(since: NaiveDate, until: NaiveDate) -> Self {
        Self { history: Some((since, until)), ..Self::default() }
    }

    pub(super) fn write(&self) -> Cursor {
        Cursor(serde_json::to_string(self).unwrap_or_default())
    }

    fn now(&self) -> i64 {
        json_api::millis_of(Timestamp::from_micros(self.run))
    }

    /// The list that is asked next: papers in every run, notices once a day from the second day on, since no paper is
    /// known before.
    pub(super) fn due<'lists>(&self, lists: &'lists [List]) -> Option<&'lists List> {
        lists.iter().find(|list| {
            let is_due = match (list.is_notices, &self.history, self.marks.get(&list.name)) {
                (false, _, _) => true,
                (true, Some(_), _) | (true, None, None) => false,
                (true, None, Some(mark)) => {
                    self.places.contains_key(&list.name) || self.now().saturating_sub(*mark) >= DAY
                }
            };
            is_due && !self.done.contains(&list.name)
        })
    }

    /// Where a list goes on, or begins.
    pub(super) fn page(&self, list: &List) -> Page {
        if let Some(place) = self.places.get(&list.name) {
            return *place;
        }
        let first = self.history.map(|(since, _until)| json_api::millis_of(Timestamp::midnight(since)));
        let overlapped = self.marks.get(&list.name).map(|mark| mark.saturating_sub(DAY));
        Page::start(first.or(overlapped), self.now())
    }

    /// Notes that a list was read to its end.
    pub(super) fn finish(&mut self, list: &List, lists: &[List]) {
        let began = self.page(list).began;
        self.marks.insert(list.name.clone(), began);
        self.places.remove(&list.name);
        self.leave(list, lists);
    }

    /// Asks for no more of a list in this run; it begins at its mark in the next.
    pub(super) fn give_up(&mut self, list: &List, lists: &[List]) {
        self.places.remove(&list.name);
        self.leave(list, lists);
        if self.history.is_some() {
            self.lost.insert(list.name.clone());
        }
    }

    /// What a harvest of history left out.
    pub(super) fn left_out(&self) -> Option<LeftOut> {
        let mut again = Self { run: 0, pages: 0, lost: BTreeSet::new(), ..self.clone() };
        again.done.retain(|name| !self.lost.contains(name));
        let what: Vec<String> = self.lost.iter().cloned().collect();
        (!what.is_empty()).then(|| LeftOut { what, again: again.write() })
    }

    /// Goes on with the next page. At the bound that waits for the next run; says whether it does.
    pub(super) fn turn(&mut self, list: &List, next: Page, lists: &[List]) -> bool {
        self.places.insert(list.name.clone(), next);
        self.pages = self.pages.saturating_add(1);
        if self.history.is_some() {
            // A list that goes round in a circle is none.
            if self.pages >= MOST_PAGES_OF_HISTORY {
                self.give_up(list, lists);
            }
            return false;
        }
        let is_cut = self.pages >= MOST_PAGES;
        if is_cut {
            self.leave(list, lists);
        }
        is_cut
    }

    fn leave(&mut self, list: &List, lists: &[List]) {
        self.pages = 0;
        self.done.insert(list.name.clone());
        let now = self.now();
        for list in lists.iter().filter(|list| list.is_notices) {
            self.marks.entry(list.name.clone()).or_insert(now);
        }
        let is_known = |name: &String| lists.iter().any(|list| list.name == *name);
        self.marks.retain(|name, _mark| is_known(name));
        self.places.retain(|name, _place| is_known(name));
        self.done.retain(is_known);
    }

    /// Whether a paper was announced on a day that is harvested; every day is where no history is.
    pub(super) fn is_within_history(&self, announced: Option<i64>) -> bool {
        let (Some((since, until)), Some(announced)) = (self.history, announced) else { return true };
        let day = Timestamp::from_micros(announced.saturating_mul(1_000)).day();
        (since..=until).contains(&day)
    }

    /// How much of a harvest of history is done, as far as the times of changes tell.
    pub(super) fn covered(&self, lists: &[List]) -> Option<f64> {
        let (since, _until) = self.history?;
        let since = json_api::millis_of(Timestamp::midnight(since));
        let papers = || lists.iter().filter(|list| !list.is_notices);
        let seconds = |span: i64| f64::from(u32::try_from(span.max(0) / 1_000).unwrap_or(u32::MAX));
        let part = |list: &List| {
            if self.done.contains(&list.name) {
                return 1.0;
            }
            let Some(Page { from: Some(from), began, .. }) = self.places.get(&list.name) else { return 0.0 };
            let whole = seconds(began.saturating_sub(since));
            if whole > 0.0 { (seconds(from.saturating_sub(since)) / whole).min(1.0) } else { 0.0 }
        };
        let count = u32::try_from(papers().count()).ok().filter(|count| *count > 0)?;
        Some(papers().map(part).sum::<f64>() / f64::from(count))
    }
}
