//! How far a harvest of PubMed got: the days on which papers were added and, behind them, those on which older ones were
//! retracted; and within a search the papers that are still to be fetched.

use serde::Deserialize;
use serde::Serialize;

use crate::model::source::Cursor;
use crate::model::time::Timestamp;
use crate::sources::LeftOut;
use crate::sources::windows::Page;
use crate::sources::windows::Walk;
use crate::sources::windows::Went;
use crate::sources::windows::Window;
use crate::sources::windows::rules::Rules;

/// Papers fetched in one request: more make an address too long.
const TOGETHER: usize = 200;

/// So many papers of one search may fail, each asked for alone, before the rest of it is left for the next run.
const LOST_AT_MOST: u32 = 20;

/// No search names more papers.
pub(super) const NAMED_AT_MOST: u64 = 10_000;

/// How the two walks go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ways {
    /// Through the days on which papers were added.
    pub(super) added: Rules,
    /// Through those on which records of retracted papers changed.
    pub(super) retracted: Rules,
}

/// What is searched for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Search {
    /// What was added in the days of a window.
    Added,
    /// Retracted papers whose records changed in the days of a window.
    Retracted,
}

/// How far both walks got.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Progress {
    added: Walk,
    retracted: Walk,
}

impl Progress {
    /// The progress behind a cursor, in the run that began then.
    pub(super) fn of(cursor: &Cursor, run: Timestamp, ways: &Ways) -> Self {
        let known: Self = serde_json::from_str(&cursor.0).unwrap_or_default();
        Self {
            added: known.added.in_run(run, &ways.added),
            retracted: known.retracted.in_run(run, &ways.retracted),
        }
    }

    /// A harvest of history. It looks for no retractions: papers that are harvested now say themselves that they are.
    pub(super) fn through(walk: Walk) -> Self {
        Self { added: walk, ..Self::default() }
    }

    /// The cursor of this progress.
    pub(super) fn cursor(&self) -> Cursor {
        Cursor(serde_json::to_string(self).unwrap_or_default())
    }

    /// The search at hand, or none when the run is over.
    pub(super) fn search(&self, run: Timestamp, ways: &Ways) -> Option<(Search, Window)> {
        if let Some(window) = self.added.window(run, &ways.added) {
            return Some((Search::Added, window));
        }
        if self.added.is_of_history() {
            return None;
        }
        self.retracted.window(run, &ways.retracted).map(|window| (Search::Retracted, window))
    }

    /// Goes on behind an answer.
    pub(super) fn advance(
        &mut self,
        search: Search,
        window: Window,
        page: Page,
        run: Timestamp,
        ways: &Ways,
    ) -> Went {
        let (walk, rules) = self.of_search(search, ways);
        walk.advance(window, page, run, rules)
    }

    /// Leaves a search for the next run.
    pub(super) fn pass_over(&mut self, search: Search, window: &Window, run: Timestamp, ways: &Ways) {
        let (walk, rules) = self.of_search(search, ways);
        walk.pass_over(window, run, rules);
    }

    /// Whether every search of that kind was read to its end.
    pub(super) fn is_complete(&mut self, search: Search, run: Timestamp, ways: &Ways) -> bool {
        let (walk, rules) = self.of_search(search, ways);
        walk.is_complete(run, rules)
    }

    /// How much of a harvest of history is done, from 0 to 1.
    pub(super) fn covered(&self) -> Option<f64> {
        self.added.covered()
    }

    /// What a harvest of history left out.
    pub(super) fn left_out(&self, ways: &Ways) -> Option<LeftOut> {
        let LeftOut { what, again } = self.added.left_out(&ways.added)?;
        let again = Self::through(serde_json::from_str(&again.0).unwrap_or_default());
        Some(LeftOut { what, again: again.cursor() })
    }

    /// The days that this run gave up for good; said once.
    pub(super) fn take_lost(&mut self) -> Vec<String> {
        let mut lost = self.added.take_lost();
        lost.extend(self.retracted.take_lost().into_iter().map(|days| format!("retractions of {days}")));
        lost
    }

    fn of_search<'a>(&mut self, search: Search, ways: &'a Ways) -> (&mut Walk, &'a Rules) {
        match search {
            Search::Added => (&mut self.added, &ways.added),
            Search::Retracted => (&mut self.retracted, &ways.retracted),
        }
    }
}

/// The place within a search, as it stands in the cursor: `1000 of 2300, 200 at once, 0 lost: 42000001 42000002`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Place {
    /// How many papers the search has named so far.
    pub(super) named: u64,
    /// How many it found.
    pub(super) total: u64,
    /// How many are fetched together.
    together: usize,
    /// How many could not be fetched.
    lost: u32,
    /// Those that are still to be fetched.
    ids: Vec<String>,
}

impl Default for Place {
    fn default() -> Self {
        Self { named: 0, total: 0, together: TOGETHER, lost: 0, ids: Vec::new() }
    }
}

impl Place {
    /// The place in a window; before its search where there is none.
    pub(super) fn of(window: &Window) -> Self {
        window.place.as_deref().and_then(Self::parse).unwrap_or_default()
    }

    fn parse(text: &str) -> Option<Self> {
        let (head, ids) = text.split_once(':')?;
        let mut numbers = head.split([' ', ',']).filter_map(|word| word.parse::<u64>().ok());
        let (named, total) = (numbers.next()?, numbers.next()?);
        let together = usize::try_from(numbers.next()?).ok()?.clamp(1, TOGETHER);
        let lost = u32::try_from(numbers.next()?).ok()?;
        let ids = ids.split_whitespace().filter(|id| is_number(id)).map(str::to_owned).collect();
        Some(Self { named, total, together, lost, ids })
    }

    /// The papers that are fetched next; none where the next request is a search.
    pub(super) fn papers(&self) -> &[String] {
        self.ids.get(..self.together.min(self.ids.len())).unwrap_or_default()
    }

    /// Goes on behind a search that named papers.
    pub(super) fn found(&mut self, ids: Vec<String>, named: u64, total: u64) {
        self.named = self.named.saturating_add(named);
        self.total = total;
        if named == 0 && self.named < total.min(NAMED_AT_MOST) {
            // It names no more, although it says that there are some.
            self.lost = self.lost.saturating_add(1);
            self.named = total;
        }
        self.ids = ids;
    }

    /// Goes on behind an answer that was whole, in which what is missing does not exist.
    pub(super) fn fetched(&mut self) {
        self.ids.drain(..self.together.min(self.ids.len()));
        self.together = self.together.saturating_mul(2).min(TOGETHER);
    }

    /// Goes on behind an answer that was cut off, or that did not come: the missing papers are asked for again, fewer at
    /// once, and one that is alone is given up. Whether there is reason to go on with this search at all.
    pub(super) fn failed(&mut self, is_missing: impl Fn(&String) -> bool) -> bool {
        let asked: Vec<String> = self.ids.drain(..self.together.min(self.ids.len())).collect();
        let is_alone = asked.len() == 1;
        let mut missing: Vec<String> = asked.into_iter().filter(|id| is_missing(id)).collect();
        if is_alone && !missing.is_empty() {
            missing.clear();
            self.lost = self.lost.saturating_add(1);
        }
        self.together = (self.together.min(missing.len().max(1)) / 2).max(1);
        missing.append(&mut self.ids);
        self.ids = missing;
        self.lost <= LOST_AT_MOST
    }

    /// The page of the walk that ends here.
    pub(super) fn page(&self, rows: u64) -> Page {
        let is_over = self.ids.is_empty() && self.named >= self.total.min(NAMED_AT_MOST);
        let ids = self.ids.join(" ");
        let Self { named, total, together, lost, .. } = self;
        let next = format!("{named} of {total}, {together} at once, {lost} lost: {ids}");
        Page {
            rows,
            known_by: None,
            next: (!is_over).then_some(next),
            is_short: *lost > 0 || *total > NAMED_AT_MOST,
        }
    }
}

/// Whether a text is a number that PubMed gives a paper.
pub(super) fn is_number(id: &str) -> bool {
    (1..=10).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::Place;

    fn ids(numbers: std::ops::RangeInclusive<u32>) -> Vec<String> {
        numbers.map(|number| number.to_string()).collect()
    }

    #[test]
    fn a_place_is_read_as_it_was_written() {
        let mut place = Place::default();
        place.found(ids(1..=3), 3, 9);
        let text = place.page(0).next.unwrap();
        assert_eq!(text, "3 of 9, 200 at once, 0 lost: 1 2 3");
        assert_eq!(Place::parse(&text), Some(place));
        for text in ["", "x", "1 of 2: 3", "1 of 2, 3 at once, 99999999999999999999 lost: 4"] {
            assert_eq!(Place::parse(text), None, "{text}");
        }
        let hostile = Place::parse("1 of 2, 999 at once, 0 lost: 4 five 66666666666").unwrap();
        assert_eq!(hostile.papers(), ["4"]);
    }

    #[test]
    fn a_batch_that_fails_is_halved_until_the_bad_paper_stands_alone() {
        let mut place = Place::default();
        place.found(ids(1..=5), 5, 5);
        let mut asked = Vec::new();
        while !place.papers().is_empty() {
            asked.push(place.papers().join(" "));
            if place.papers().iter().any(|id| id == "3") {
                assert!(place.failed(|_id| true));
            } else {
                place.fetched();
            }
        }
        assert_eq!(asked, ["1 2 3 4 5", "1 2", "3 4 5", "3", "4", "5"]);
        let page = place.page(0);
        assert!(page.next.is_none() && page.is_short, "it is asked for again with the next run");
    }

    #[test]
    fn of_an_answer_that_was_cut_off_the_rest_is_asked_for_again() {
        let mut place = Place::default();
        place.found(ids(1..=4), 4, 4);
        assert!(place.failed(|id| id == "3" || id == "4"));
        assert_eq!(place.papers(), ["3"]);
        place.fetched();
        assert_eq!(place.papers(), ["4"]);
        place.fetched();
        assert!(place.page(4).next.is_none() && !place.page(4).is_short);
    }

    #[test]
    fn a_host_that_fails_every_paper_is_left_after_some() {
        let mut place = Place::default();
        place.found(ids(1..=200), 200, 200);
        let failures = (0..1_000).take_while(|_| place.failed(|_id| true)).count();
        assert!(failures < 60, "{failures}");
    }

    #[test]
    fn a_search_that_names_fewer_papers_than_it_found_is_short() {
        let mut place = Place::default();
        place.found(ids(1..=2), 2, 7);
        place.fetched();
        assert!(place.page(2).next.is_some(), "the search goes on behind those");
        place.found(Vec::new(), 0, 7);
        assert!(place.page(0).next.is_none() && place.page(0).is_short);
    }
}
