//! A JSON list of everything between two days as a source: the walk is the same for all of them, and so is what a page
//! means for it. What is deliberately absent: addresses, the shape of an answer and its records, which are the source's own.

use std::fmt;

use chrono::NaiveDate;

use crate::fetch::exchange::Request;
use crate::fetch::exchange::Response;
use crate::model::coverage::Coverage;
use crate::model::problem::Problem;
use crate::model::record::Record;
use crate::model::source::Cursor;
use crate::model::time::Timestamp;
use crate::sources::Batch;
use crate::sources::LeftOut;
use crate::sources::Source;
use crate::sources::json_list::Entries;
use crate::sources::windows::Page;
use crate::sources::windows::Walk;
use crate::sources::windows::Went;
use crate::sources::windows::Window;
use crate::sources::windows::rules::Rules;

/// What the list of one source is like.
pub(in crate::sources) trait List: fmt::Debug + Send + Sync {
    /// How it is walked through.
    fn rules(&self) -> &Rules;

    /// What is harvested, as the operator calls it.
    fn part(&self) -> String;

    /// What people call one of its entries, and all of them.
    fn words(&self) -> (&'static str, &'static str);

    /// How many entries a page holds that is not the last one; 0 where only an empty page ends the list.
    fn page_size(&self) -> u64;

    /// The request for a page of a window.
    fn request(&self, window: &Window, is_of_history: bool) -> Option<Request>;

    /// Reads the answer for a page of a window, or says why it is none.
    fn answer<'text>(&self, body: &'text [u8], window: &Window) -> Result<Answer<'text>, String>;

    /// The records that an entry holds.
    fn records(&self, entry: &str, run: Timestamp) -> Result<Vec<Record>, String>;

    /// By what an entry is known again.
    fn key(&self, entry: &str) -> Option<String>;

    /// What a refusal says in the source's own words.
    fn explain(&self, response: &Response) -> Option<String>;
}

/// One page of a list.
#[derive(Debug, Default)]
pub(in crate::sources) struct Answer<'text> {
    /// Its entries.
    pub(in crate::sources) entries: Entries<'text>,
    /// How many the whole window has, where the source says so.
    pub(in crate::sources) total: Option<u64>,
    /// The place of the next page.
    pub(in crate::sources) next: Option<String>,
}

/// What is told of days that are not asked for any more.
pub(in crate::sources) fn given_up(days: String) -> Problem {
    let words = "did not come in 40 harvests, and is not asked for any more; `offprint backfill` asks again";
    Problem::new(days, words)
}

/// A list as a source.
#[derive(Debug)]
pub(in crate::sources) struct Listed<L>(pub(in crate::sources) L);

impl<L: List> Listed<L> {
    fn walk(&self, cursor: &Cursor, run: Timestamp) -> Walk {
        Walk::of(cursor, run, self.0.rules())
    }
}

impl<L: List> Source for Listed<L> {
    fn ask(&self, cursor: &Cursor, run: Timestamp) -> Option<Request> {
        let walk = self.walk(cursor, run);
        let request = self.0.request(&walk.window(run, self.0.rules())?, walk.is_of_history())?;
        Some(request.afresh())
    }

    fn read(&self, cursor: &Cursor, run: Timestamp, _request: &Request, response: &Response) -> Batch {
        let (list, rules) = (&self.0, self.0.rules());
        let mut walk = self.walk(cursor, run);
        let Some(window) = walk.window(run, rules) else {
            return Batch { next: Cursor(format!("{} ", cursor.0)), ..Batch::default() };
        };
        if response.is_not_modified() {
            // It was asked for in full; a host that answers so all the same has told nothing.
            walk.pass_over(&window, run, rules);
            return Batch { next: walk.cursor(), is_partial: true, ..Batch::default() };
        }
        let answer = match list.answer(&response.body, &window) {
            Ok(answer) => answer,
            Err(fault) => return Batch { unusable: Some(fault), ..Batch::default() },
        };
        let (one, all) = list.words();
        let days = format!("{} to {}", window.from, window.until);
        let mut batch = Batch::default();
        batch.problems.extend(walk.take_lost().into_iter().map(given_up));
        for (number, entry) in (window.rows.saturating_add(1)..).zip(&answer.entries.kept) {
            match list.records(entry.get(), run) {
                Ok(records) => batch.records.extend(records),
                Err(message) => batch.problems.push(Problem::new(format!("{days}, {one} {number}"), message)),
            }
        }
        let came = u64::try_from(answer.entries.count).unwrap_or(u64::MAX);
        let behind = window.rows.saturating_add(came);
        let total = answer.total;
        // A short page is the last one, unless the list itself says that there are more.
        let is_last = came == 0 || came < list.page_size() && total.is_none_or(|total| behind >= total);
        let next = answer.next.filter(|_next| !is_last);
        // Totals move a little while a list is read.
        let missing = total.map_or(0, |total| total.saturating_sub(behind));
        let is_short = next.is_none() && missing > total.unwrap_or_default() / 100;
        if let (true, Some(total)) = (is_short, total) {
            batch.problems.push(Problem::new(days, format!("{behind} of {total} {all} came")));
            batch.is_partial = true;
        }
        let known_by = answer.entries.kept.first().and_then(|entry| list.key(entry.get()));
        let page = Page { rows: came, known_by, next, is_short };
        if let Went::Left(why) = walk.advance(window, page, run, rules) {
            batch.problems.push(Problem::new(all, why));
            batch.is_partial = true;
        } else if walk.is_complete(run, rules) {
            let part = list.part();
            batch.coverage.push(Coverage { part, is_cut: is_short, ..Coverage::default() });
        }
        batch.next = walk.cursor();
        batch
    }

    fn skip(&self, cursor: &Cursor, run: Timestamp) -> Option<Cursor> {
        let mut walk = self.walk(cursor, run);
        let window = walk.window(run, self.0.rules())?;
        walk.pass_over(&window, run, self.0.rules());
        Some(walk.cursor())
    }

    fn history(&self, since: NaiveDate, until: NaiveDate) -> Option<Cursor> {
        Some(Walk::through(since, until).cursor())
    }

    fn covered(&self, cursor: &Cursor) -> Option<f64> {
        self.walk(cursor, Timestamp::from_micros(0)).covered()
    }

    fn left_out(&self, cursor: &Cursor) -> Option<LeftOut> {
        self.walk(cursor, Timestamp::from_micros(0)).left_out(self.0.rules())
    }

    fn explain(&self, response: &Response) -> Option<String> {
        self.0.explain(response)
    }
}
