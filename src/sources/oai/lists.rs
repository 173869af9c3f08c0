//! One list of records after another, page by page, each set from its own mark: what to ask next, and where an answer leads.
//!
//! Days are what this protocol is exact to: a set is asked from two days before the first page of its last whole list, and
//! records that come twice are the same records. `until` stands in harvests of history alone, so that what changes while
//! a list is read comes at its end.

use chrono::Days;
use chrono::NaiveDate;
use url::Url;

use crate::fetch::exchange::Expects;
use crate::fetch::exchange::Request;
use crate::fetch::exchange::Response;
use crate::model::coverage::Coverage;
use crate::model::problem::Problem;
use crate::model::record::Record;
use crate::model::source::Cursor;
use crate::model::time::Timestamp;
use crate::sources::Batch;
use crate::sources::LeftOut;
use crate::sources::oai::Answer;
use crate::sources::oai::TOKEN_BYTES;
use crate::sources::oai::history::History;
use crate::sources::oai::history::Window;
use crate::sources::oai::page;
use crate::sources::oai::page::Meaning;
use crate::sources::oai::page::Scope;
use crate::sources::oai::progress::At;
use crate::sources::oai::progress::Mark;
use crate::sources::oai::progress::Progress;

/// The largest page that is read.
const LIMIT_BYTES: usize = 32 * 1024 * 1024;

/// So many days before the last whole list are asked for again (paper-like records change while they are listed).
const OVERLAP_DAYS: u64 = 2;

/// The most pages of one run, and of one list of a harvest of history.
const PAGES_AT_MOST: u32 = 1_000;

/// What is asked for, as it is configured.
#[derive(Debug)]
pub(in crate::sources) struct Lists {
    /// Where the repository answers.
    pub(in crate::sources) base: Url,
    /// The metadata format.
    pub(in crate::sources) prefix: String,
    /// The sets, at least one.
    pub(in crate::sources) sets: Vec<Set>,
    /// How many days back the very first run asks.
    pub(in crate::sources) first_days: u64,
    /// Since when its records certainly go back, to the day. Only a harvest of history from before that asks the repository
    /// what it is; where nothing is known, that is asked before all else.
    pub(in crate::sources) known_since: Option<NaiveDate>,
    /// Whether every whole list counts as a part that was covered; else only one that is shorter than it should be.
    pub(in crate::sources) covers: bool,
    /// What a record of this format is: a paper, nothing that is wanted, or a fault.
    pub(in crate::sources) record: Meaning,
}

/// A set that is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::sources) struct Set {
    /// Its name in the protocol; empty for the whole repository.
    pub(in crate::sources) name: String,
    /// Its name for people and in the ledger.
    pub(in crate::sources) part: String,
}

/// What is asked next.
enum Step<'a> {
    /// What the repository is.
    Identify,
    /// A page of a list.
    Page(&'a Set, At),
}

impl Lists {
    /// The next request.
    pub(in crate::sources) fn ask(&self, cursor: &Cursor, run: Timestamp) -> Option<Request> {
        let progress = Progress::of(cursor, run);
        let step = self.step(&progress, run)?;
        let mut url = self.base.clone();
        let is_exact = progress.identity.is_some_and(|identity| identity.is_to_the_second);
        let time =
            |day: NaiveDate, time: &str| if is_exact { format!("{day}{time}") } else { day.to_string() };
        match step {
            Step::Identify => {
                url.query_pairs_mut().append_pair("verb", "Identify");
            }
            Step::Page(_set, At { token: Some(token), .. }) => {
                url.query_pairs_mut()
                    .append_pair("verb", "ListRecords")
                    .append_pair("resumptionToken", &token);
            }
            Step::Page(set, At { from, until, .. }) => {
                let mut query = url.query_pairs_mut();
                query.append_pair("verb", "ListRecords").append_pair("metadataPrefix", &self.prefix);
                query.append_pair("from", &time(from, "T00:00:00Z"));
                if let Some(until) = until {
                    query.append_pair("until", &time(until, "T23:59:59Z"));
                }
                if !set.name.is_empty() {
                    query.append_pair("set", &set.name);
                }
            }
        }
        Some(Request::get(url, "text/xml, application/xml;q=0.9", LIMIT_BYTES, Expects::Xml).afresh())
    }

    /// What an answer means.
    pub(in crate::sources) fn read(&self, cursor: &Cursor, run: Timestamp, response: &Response) -> Batch {
        let mut progress = Progress::of(cursor, run);
        self.begin(&mut progress, run);
        let Some(step) = self.step(&progress, run) else {
            // Nothing was asked for; the run is over.
            return Batch { next: Cursor(format!("{} ", cursor.0)), ..Batch::default() };
        };
        if response.is_not_modified() {
            // It was asked for in full; a host that answers so all the same has told nothing.
            let next = self.skip(cursor, run).unwrap_or_default();
            return Batch { next, is_partial: true, ..Batch::default() };
        }
        let read = match step {
            Step::Identify => identify(&mut progress, response),
            Step::Page(set, at) => {
                Answer::read(response).and_then(|answer| self.page(&mut progress, run, set, at, &answer))
            }
        };
        match read {
            Ok(batch) => Batch { next: progress.cursor(), ..batch },
            Err(why) => Batch { unusable: Some(why), ..Batch::default() },
        }
    }

    /// Goes on without the answer at hand.
    pub(in crate::sources) fn skip(&self, cursor: &Cursor, run: Timestamp) -> Option<Cursor> {
        let mut progress = Progress::of(cursor, run);
        self.begin(&mut progress, run);
        match self.step(&progress, run)? {
            Step::Identify => progress.tried = true,
            Step::Page(_set, at) => self.pass_over(&mut progress, &at, None),
        }
        Some(progress.cursor())
    }

    /// The cursor of a harvest of history.
    pub(in crate::sources) fn history(since: NaiveDate, until: NaiveDate) -> Option<Cursor> {
        let history = Some(History::new(since, until)?);
        Some(Progress { history, ..Progress::default() }.cursor())
    }

    /// How much of a harvest of history is done.
    pub(in crate::sources) fn covered(&self, cursor: &Cursor) -> Option<f64> {
        let progress: Progress = serde_json::from_str(&cursor.0).ok()?;
        let (seen, size) = progress.at.as_ref().map_or((0, None), |at| (at.seen, at.size));
        Some(progress.history?.covered(self.sets.len(), seen, size))
    }

    /// What a harvest of history left out.
    pub(in crate::sources) fn left_out(&self, cursor: &Cursor) -> Option<LeftOut> {
        let progress: Progress = serde_json::from_str(&cursor.0).ok()?;
        let sets = self.sets.len();
        let history = progress.history.as_ref()?;
        let words = |window: &Window| {
            let days = format!("{} to {}", window.from, window.until);
            match self.sets.get(window.set).filter(|_| sets > 1) {
                Some(set) => format!("{days} of {}", set.part),
                None => days,
            }
        };
        let what: Vec<String> = history.lost(sets).iter().map(words).collect();
        let again = Progress { history: Some(history.again(sets)), at: None, ..progress };
        (!what.is_empty()).then(|| LeftOut { what, again: again.cursor() })
    }

    /// Notes from which day each set is asked for, so that a first run that fails is not forgotten.
    fn begin(&self, progress: &mut Progress, run: Timestamp) {
        if progress.history.is_some() {
            return;
        }
        for set in &self.sets {
            let from = self.first_day(run);
            let mark = || Mark { from, was_short: false };
            progress.marks.entry(set.name.clone()).or_insert_with(mark);
        }
    }

    fn first_day(&self, run: Timestamp) -> NaiveDate {
        run.day().checked_sub_days(Days::new(self.first_days)).unwrap_or(run.day())
    }

    fn step(&self, progress: &Progress, run: Timestamp) -> Option<Step<'_>> {
        let is_strange = self
            .known_since
            .is_none_or(|day| progress.history.as_ref().is_some_and(|history| history.wished < day));
        if is_strange && progress.identity.is_none() && !progress.tried {
            return Some(Step::Identify);
        }
        if let Some(history) = &progress.history {
            let window = history.window(self.sets.len())?;
            let set = self.sets.get(window.set)?;
            let is_at = |at: &&At| at.set == set.name && at.until == Some(window.until);
            let at = progress.at.as_ref().filter(is_at).cloned();
            return Some(Step::Page(
                set,
                at.unwrap_or_else(|| At::before(&set.name, window.from, Some(window.until))),
            ));
        }
        if progress.pages >= PAGES_AT_MOST {
            return None;
        }
        let is_open = |set: &&Set| !progress.done.contains(&set.name);
        if let Some(at) = &progress.at
            && let Some(set) = self.sets.iter().filter(is_open).find(|set| set.name == at.set)
        {
            return Some(Step::Page(set, at.clone()));
        }
        let set = self.sets.iter().find(is_open)?;
        let from = progress.marks.get(&set.name).map_or_else(|| self.first_day(run), |mark| mark.from);
        Some(Step::Page(set, At::before(&set.name, from, None)))
    }

    fn page(
        &self,
        progress: &mut Progress,
        run: Timestamp,
        set: &Set,
        mut at: At,
        answer: &Answer,
    ) -> Result<Batch, String> {
        let is_empty = answer.has_error("noRecordsMatch");
        let is_lost = answer.has_error("badResumptionToken") || is_empty;
        if at.token.is_some() && is_lost && !at.is_second_try {
            // From a day earlier: a cache may still hold the first page that gave this token.
            let from = at.from.pred_opt().unwrap_or(at.from);
            progress.at = Some(At { is_second_try: true, ..At::before(&at.set, from, at.until) });
            let words = "the token of its next page is no longer taken: it is asked for from its beginning";
            return Ok(Batch { problems: vec![Problem::new(&set.part, words)], ..Batch::default() });
        }
        if let Some(complaint) = answer.complaint().filter(|_| !is_empty) {
            return Err(complaint);
        }
        if !is_empty && !answer.is_list {
            return Err("it holds neither a list of records nor an error".to_owned());
        }
        if !answer.is_whole && progress.history.is_some() {
            return Err("the document ends in the middle".to_owned());
        }
        let since = progress.history.as_ref().map(|history| history.wished);
        let mut batch = page::records(answer, &Scope { part: &set.part, since }, self.record);
        let asked = at.clone();
        at.pages += 1;
        at.seen = at.seen.saturating_add(u64::try_from(answer.count()).unwrap_or(u64::MAX));
        at.size = answer.size.or(at.size);
        if at.made.is_none() {
            at.made = Some(answer.made.unwrap_or(run.day()).min(run.day()));
        }
        progress.pages = progress.pages.saturating_add(1);
        let fault = match &answer.token {
            _cut if !answer.is_whole => Some("the document ends in the middle".to_owned()),
            None => {
                batch.coverage.extend(self.finish(progress, set, &at, &batch.records));
                return Ok(batch);
            }
            Some(token) if token.len() > TOKEN_BYTES => {
                Some(format!("the token of its next page is {} bytes long", token.len()))
            }
            Some(token) if at.is_circle(token) => Some("its pages go round in a circle".to_owned()),
            Some(_endless) if at.pages >= PAGES_AT_MOST && progress.history.is_some() => {
                Some(format!("it has more than {PAGES_AT_MOST} pages"))
            }
            Some(token) => {
                at.turn(token.clone());
                None
            }
        };
        if let Some(fault) = fault {
            // Of a document that was cut the same page is asked for again in the next run, where it is not the first.
            let left = (!answer.is_whole && asked.token.is_some()).then_some(asked);
            self.pass_over(progress, &at, left);
            batch.problems.push(Problem::new(&set.part, fault));
            batch.is_partial = true;
            return Ok(batch);
        }
        if progress.history.is_none() && progress.pages >= PAGES_AT_MOST {
            let words = format!("{PAGES_AT_MOST} pages were read: the next run goes on");
            batch.problems.push(Problem::new(&set.part, words));
            batch.is_partial = true;
        }
        progress.at = Some(at);
        Ok(batch)
    }

    /// The list at hand was read to its end, `records` on its last page.
    fn finish(&self, progress: &mut Progress, set: &Set, at: &At, records: &[Record]) -> Option<Coverage> {
        progress.at = None;
        let missing = at.size.map_or(0, |size| size.saturating_sub(at.seen));
        if let Some(history) = &mut progress.history {
            // Sizes move a little while a list is read.
            if missing > at.size.unwrap_or_default() / 100 {
                history.pass_over(self.sets.len());
            } else {
                history.finish(self.sets.len(), at.seen);
            }
            return None;
        }
        progress.done.insert(set.name.clone());
        let is_short = missing > 0;
        let mut was_short = false;
        if let (Some(mark), Some(made)) = (progress.marks.get_mut(&set.name), at.made) {
            was_short = mark.was_short;
            // A clock that stands wrong over there moves no mark back, and none beyond today.
            let overlapping = made.checked_sub_days(Days::new(OVERLAP_DAYS)).unwrap_or(made);
            // A list shorter than it was said to be is asked for once more.
            if !is_short || was_short {
                mark.from = mark.from.max(overlapping);
            }
            mark.was_short = is_short && !was_short;
        }
        let coverage = Coverage {
            part: set.part.clone(),
            day: at.made,
            listed: records.iter().filter_map(page::arxiv_id).collect(),
            stated: None,
            is_cut: is_short,
        };
        (self.covers || is_short || was_short).then_some(coverage)
    }

    /// The list at hand is left for this run; where a page of it is named, the next one begins with that.
    fn pass_over(&self, progress: &mut Progress, at: &At, left: Option<At>) {
        if let Some(history) = &mut progress.history {
            history.pass_over(self.sets.len());
            progress.at = None;
        } else {
            progress.done.insert(at.set.clone());
            progress.at = left;
        }
    }
}

/// Reads what a repository says of itself.
fn identify(progress: &mut Progress, response: &Response) -> Result<Batch, String> {
    let answer = Answer::read(response)?;
    if let Some(complaint) = answer.complaint() {
        return Err(complaint);
    }
    let identity = answer.identity().ok_or("it does not say how exact its times are")?;
    if let (Some(history), Some(earliest)) = (&mut progress.history, identity.earliest) {
        history.not_before(earliest);
    }
    progress.identity = Some(identity);
    Ok(Batch::default())
}
