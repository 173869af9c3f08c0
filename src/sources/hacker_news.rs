//! Hacker News, as Algolia searches it: the points and comments of stories that lead to papers. It makes no paper.
//!
//! Manners: no key; a search gives at most 1,000 stories, so that a span of time with more of them is halved. Every run
//! reads the last seven days of each site anew, since stories gather points for days, and whatever was missed before.
//! Papers are found by the identifier in a story's address, never by its title; of several stories about one paper the
//! best counts, and it is remembered, so that a late repetition does not undo a success. Deliberately absent: the
//! comments, the users, and a link to each discussion, since a reading is of counters alone.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

use chrono::Days;
use chrono::NaiveDate;
use serde::Deserialize;
use serde::Serialize;
use serde_json::value::RawValue;
use url::Url;

use crate::fetch::exchange::Expects;
use crate::fetch::exchange::Request;
use crate::fetch::exchange::Response;
use crate::model::problem::Problem;
use crate::model::source::Authority;
use crate::model::source::Cursor;
use crate::model::time::Timestamp;
use crate::sources::Batch;
use crate::sources::Kind;
use crate::sources::LeftOut;
use crate::sources::Manners;
use crate::sources::OptionFault;
use crate::sources::OptionForm;
use crate::sources::OptionKey;
use crate::sources::Options;
use crate::sources::Rhythm;
use crate::sources::Source;
use crate::sources::hacker_news::story::Best;
use crate::sources::hacker_news::story::Site;
use crate::sources::json_api;
use crate::sources::json_list;
use crate::sources::json_list::Entries;

mod story;

/// This kind.
pub(super) const KIND: Kind = Kind {
    name: "hacker-news",
    about: "Points and comments of the Hacker News stories that lead to known papers.",
    authority: Authority::Aggregator,
    manners: Manners {
        operator: Some("algolia"),
        spacing: Duration::from_secs(1),
        every: Duration::from_hours(2),
        every_at_least: Duration::from_mins(15),
        rhythm: Rhythm::Steady,
        believes_max_age: Duration::from_hours(2),
    },
    needs_contact: false,
    options: &[
        OptionKey {
            name: "days",
            form: OptionForm::Number,
            is_required: false,
            default: "30",
            example: "",
            about: "How many days of history the very first harvest asks for, 1 to 2,000.",
        },
        OptionKey {
            name: "sites",
            form: OptionForm::TextList,
            is_required: false,
            default: "[\"arxiv.org\", \"openreview.net\", \"biorxiv.org\", \"huggingface.co/papers\"]",
            example: "",
            about: "To which sites a story must lead: hosts, each perhaps with the beginning of a path.",
        },
        OptionKey {
            name: "url",
            form: OptionForm::Url,
            is_required: false,
            default: "\"https://hn.algolia.com/api/v1/search_by_date\"",
            example: "",
            about: "Where stories are searched.",
        },
    ],
    build,
};

/// Where stories are searched.
const BASE: &str = "https://hn.algolia.com/api/v1/search_by_date";

/// Sites that most papers on Hacker News are of.
const SITES: &[&str] = &["arxiv.org", "openreview.net", "biorxiv.org", "huggingface.co/papers"];

/// The largest body that is read.
const LIMIT_BYTES: usize = 8 * 1024 * 1024;

/// How many stories one search gives at most.
const STORIES: u64 = 1_000;

/// So many seconds of a site are read anew in every run.
const GROWING: i64 = 7 * 86_400;

/// How many searches one run makes at most; what is left waits for the next.
const MOST_SEARCHES: u32 = 200;

#[derive(Debug)]
struct HackerNews {
    base: Url,
    days: u64,
    sites: Vec<Site>,
}

/// What has been read, and how far the run got.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Progress {
    /// The run that `left` belongs to.
    run: i64,
    /// For each site, from which second on stories are still to be read.
    #[serde(default)]
    from: BTreeMap<String, i64>,
    /// The spans still to be searched, the next one last.
    #[serde(default)]
    left: Vec<Span>,
    /// The sites of which a search failed in this run.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    failed: BTreeSet<String>,
    /// The searches of this run.
    #[serde(default)]
    searches: u32,
    /// The span of a harvest of history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    history: Option<(i64, i64)>,
    /// What that harvest left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    lost: Vec<Span>,
    /// The best story of each paper.
    #[serde(default)]
    best: BTreeMap<String, Best>,
}

/// A span of time of one site, in seconds; the end is not part of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Span {
    site: String,
    from: i64,
    to: Option<i64>,
}

/// The answer to a search.
#[derive(Deserialize)]
struct Found<'text> {
    #[serde(borrow)]
    hits: Entries<'text>,
    #[serde(borrow, default, rename = "nbHits")]
    stated: Option<&'text RawValue>,
    #[serde(borrow, default, rename = "nbPages")]
    pages: Option<&'text RawValue>,
}

fn build(options: &Options) -> Result<Box<dyn Source>, OptionFault> {
    let given = options.list("sites");
    let names: Vec<&str> =
        if given.is_empty() { SITES.to_vec() } else { given.iter().map(String::as_str).collect() };
    let mut sites: Vec<Site> = Vec::new();
    for (index, name) in names.into_iter().enumerate() {
        let site = Site::parse(name).ok_or_else(|| OptionFault {
            option: "sites",
            index: Some(index),
            message: format!("{name:?} is not a host, perhaps with a path"),
            hint: Some("write it without https://, as in \"arxiv.org\"".to_owned()),
        })?;
        if !sites.contains(&site) {
            sites.push(site);
        }
    }
    Ok(Box::new(HackerNews {
        base: json_api::base(options, BASE)?,
        days: json_api::within(options, "days", 30, 1, 2_000)?,
        sites,
    }))
}

impl HackerNews {
    /// What a cursor says; in a new run every site is to be searched from where its news begins.
    fn progress(&self, cursor: &Cursor, run: Timestamp) -> Progress {
        let mut progress: Progress = serde_json::from_str(&cursor.0).unwrap_or_default();
        if progress.run == run.micros() || progress.history.is_some() {
            return progress;
        }
        let first = run.day().checked_sub_days(Days::new(self.days)).unwrap_or(run.day());
        let first = Timestamp::midnight(first).seconds();
        progress.from.retain(|name, _from| self.sites.iter().any(|site| site.name == *name));
        progress.left.clear();
        for site in self.sites.iter().rev() {
            let from = *progress.from.entry(site.name.clone()).or_insert(first);
            progress.left.push(Span { site: site.name.clone(), from, to: None });
        }
        progress.run = run.micros();
        progress.failed.clear();
        progress.searches = 0;
        progress
    }

    fn keep(mut progress: Progress, run: Timestamp) -> Cursor {
        story::forget(&mut progress.best, run);
        Cursor(serde_json::to_string(&progress).unwrap_or_default())
    }
}

/// Splits a span in two halves, the older one to be searched first. One second cannot be split.
fn split(span: &Span, run: Timestamp) -> Option<[Span; 2]> {
    let end = span.to.unwrap_or(run.seconds().saturating_add(1));
    let middle = span.from.saturating_add(end.saturating_sub(span.from) / 2);
    let newer = Span { from: middle, ..span.clone() };
    let older = Span { to: Some(middle), ..span.clone() };
    (middle > span.from).then_some([newer, older])
}

fn count(raw: Option<&RawValue>) -> u64 {
    raw.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
}

impl Source for HackerNews {
    fn ask(&self, cursor: &Cursor, run: Timestamp) -> Option<Request> {
        let progress = self.progress(cursor, run);
        let Span { site, from, to } = progress.left.last()?;
        let until = to.map(|to| format!(",created_at_i<{to}")).unwrap_or_default();
        let mut url = self.base.clone();
        url.query_pairs_mut()
            .append_pair("query", site)
            .append_pair("restrictSearchableAttributes", "url")
            .append_pair("tags", "story")
            .append_pair("numericFilters", &format!("created_at_i>={from}{until}"))
            .append_pair("hitsPerPage", &STORIES.to_string())
            .append_pair("page", "0");
        Some(Request::get(url, "application/json", LIMIT_BYTES, Expects::Json).afresh())
    }

    fn read(&self, cursor: &Cursor, run: Timestamp, _request: &Request, response: &Response) -> Batch {
        let mut progress = self.progress(cursor, run);
        let mut batch = Batch::default();
        let Some(span) = progress.left.pop() else {
            // Nothing was asked for; the run is over.
            return Batch { next: Cursor(format!("{} ", cursor.0)), ..batch };
        };
        progress.searches = progress.searches.saturating_add(1);
        let mut is_full = false;
        if !response.is_not_modified() {
            let found: Found<'_> = match serde_json::from_slice(&response.body) {
                Ok(found) => found,
                Err(error) => {
                    let said = json_api::unreadable(&response.body, "a list of stories", error);
                    return Batch { unusable: Some(format!("{}: {said}", span.site)), ..batch };
                }
            };
            let site = self.sites.iter().find(|site| site.name == span.site);
            let mut stories = Vec::new();
            for (number, hit) in (1..).zip(&found.hits.kept) {
                match json_list::value(hit.get()).and_then(|hit| story::read(&hit, site)) {
                    Ok(story) => stories.extend(story),
                    Err(message) => {
                        batch.problems.push(Problem::new(format!("{}, story {number}", span.site), message));
                    }
                }
            }
            batch.readings = story::readings(stories, &mut progress.best);
            let shown = u64::try_from(found.hits.count).unwrap_or(u64::MAX);
            is_full = shown >= STORIES || count(found.stated) > STORIES || count(found.pages) > 1;
        }
        match split(&span, run).filter(|_| is_full) {
            Some(halves) => progress.left.extend(halves),
            None if is_full => {
                let message = "more stories in one second than a search gives";
                batch.problems.push(Problem::new(span.site.clone(), message));
                batch.is_partial = true;
                if progress.history.is_some() {
                    progress.lost.push(span.clone());
                }
            }
            None => {}
        }
        let is_done = !progress
            .left
            .iter()
            .any(|left| left.from < span.to.unwrap_or(i64::MAX) && left.site == span.site);
        if is_done && progress.history.is_none() && !progress.failed.contains(&span.site) {
            // Everything older was read before it; the last days are read anew in every run.
            let growing = run.seconds().saturating_sub(GROWING);
            let through = span.to.map_or(growing, |to| to.min(growing));
            if let Some(from) = progress.from.get_mut(&span.site) {
                *from = through.max(*from);
            }
        }
        if progress.searches >= MOST_SEARCHES && !progress.left.is_empty() && progress.history.is_none() {
            let message = format!("{} spans of time are left for the next harvest", progress.left.len());
            batch.problems.push(Problem::new("the searches", message));
            batch.is_partial = true;
            progress.left.clear();
        }
        batch.next = Self::keep(progress, run);
        batch
    }

    fn skip(&self, cursor: &Cursor, run: Timestamp) -> Option<Cursor> {
        let mut progress = self.progress(cursor, run);
        let span = progress.left.pop()?;
        progress.searches = progress.searches.saturating_add(1);
        if progress.history.is_some() {
            progress.lost.push(span.clone());
        }
        progress.failed.insert(span.site);
        Some(Self::keep(progress, run))
    }

    fn history(&self, since: NaiveDate, until: NaiveDate) -> Option<Cursor> {
        let (from, to) = (Timestamp::midnight(since), Timestamp::midnight(until.succ_opt()?));
        let (from, to) = (from.seconds(), to.seconds());
        let span = |site: &Site| Span { site: site.name.clone(), from, to: Some(to) };
        let left = self.sites.iter().rev().map(span).collect();
        let progress = Progress { left, history: Some((from, to)), ..Progress::default() };
        serde_json::to_string(&progress).ok().map(Cursor)
    }

    fn covered(&self, cursor: &Cursor) -> Option<f64> {
        let progress: Progress = serde_json::from_str(&cursor.0).ok()?;
        let (from, to) = progress.history?;
        let hours = |from: i64, to: i64| {
            let hours = to.saturating_sub(from).max(0) / 3_600;
            f64::from(u32::try_from(hours).unwrap_or(u32::MAX))
        };
        let whole = hours(from, to) * f64::from(u32::try_from(self.sites.len()).ok()?);
        let left: f64 = progress.left.iter().map(|span| hours(span.from, span.to.unwrap_or(to))).sum();
        (whole > 0.0).then(|| (1.0 - left / whole).clamp(0.0, 1.0))
    }

    fn left_out(&self, cursor: &Cursor) -> Option<LeftOut> {
        let progress: Progress = serde_json::from_str(&cursor.0).ok()?;
        let (_from, to) = progress.history?;
        let words = |span: &Span| {
            let time = |seconds: i64| Timestamp::from_seconds(seconds).to_rfc3339();
            format!("{} to {} of {}", time(span.from), time(span.to.unwrap_or(to)), span.site)
        };
        let what: Vec<String> = progress.lost.iter().map(words).collect();
        let again = Progress { left: progress.lost, history: progress.history, ..Progress::default() };
        (!what.is_empty()).then_some(LeftOut { what, again: Cursor(serde_json::to_string(&again).ok()?) })
    }

    fn explain(&self, response: &Response) -> Option<String> {
        json_api::said(&response.body)
    }
}

#[cfg(test)]
mod tests;
