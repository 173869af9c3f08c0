//! arXiv's listing pages (`arxiv.org/list/CATEGORY/new`): which papers a day announced, and how many. Counts and
//! identifiers only, to find what the other doors left out.
//!
//! Manners: arXiv's, one request every three seconds over all its hosts; `/list` is open to robots. After a pause the page
//! of the past five announcement days is read too. A page whose count, shown and listed papers do not agree, or whose
//! weekday does not fit its date, is no evidence: it is refused, never taken for "no papers". What is deliberately absent:
//! titles, authors and abstracts, whose TeX these pages print differently; and identifiers in `dd`, which belong to papers
//! that are spoken of.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::Datelike as _;
use chrono::NaiveDate;
use chrono::Weekday;
use serde::Deserialize;
use serde::Serialize;
use url::Url;

use crate::fetch::exchange::Expects;
use crate::fetch::exchange::Request;
use crate::fetch::exchange::Response;
use crate::model::announcements;
use crate::model::arxiv_id::ArxivId;
use crate::model::coverage::Coverage;
use crate::model::external_id::ExternalId;
use crate::model::source::Authority;
use crate::model::source::Cursor;
use crate::model::time::Timestamp;
use crate::sources::Batch;
use crate::sources::Kind;
use crate::sources::Manners;
use crate::sources::OptionFault;
use crate::sources::OptionForm;
use crate::sources::OptionKey;
use crate::sources::Options;
use crate::sources::Rhythm;
use crate::sources::Source;
use crate::sources::arxiv;

/// This kind.
pub(super) const KIND: Kind = Kind {
    name: "arxiv-listing",
    about: "The counts and identifiers of arXiv's daily listings: a check that no announced paper is missing.",
    authority: Authority::Repository,
    manners: Manners {
        operator: Some("arxiv"),
        spacing: Duration::from_secs(3),
        every: Duration::from_hours(24),
        every_at_least: Duration::from_hours(1),
        rhythm: Rhythm::Weekdays { hour: 6, minute: 0 },
        believes_max_age: Duration::from_hours(1),
    },
    needs_contact: false,
    options: &[
        OptionKey {
            name: "categories",
            form: OptionForm::TextList,
            is_required: true,
            default: "",
            example: "[\"cs.LG\", \"hep-th\"]",
            about: "The categories, such as `cs.LG`, or whole archives, such as `hep-th`.",
        },
        OptionKey {
            name: "url",
            form: OptionForm::Url,
            is_required: false,
            default: "\"https://arxiv.org/list\"",
            example: "",
            about: "Where the listings lie.",
        },
    ],
    build,
};

/// Where the listings lie.
const BASE: &str = "https://arxiv.org/list";

/// The largest page that is read.
const LIMIT_BYTES: usize = 8 * 1024 * 1024;

#[derive(Debug)]
struct ArxivListing {
    base: String,
    categories: Vec<String>,
}

/// How far the run got, and the day of the last complete one.
#[derive(Default, Serialize, Deserialize)]
struct Progress {
    run: i64,
    done: usize,
    #[serde(default)]
    through: Option<NaiveDate>,
    /// Whether some page of this run failed.
    #[serde(default)]
    has_failed: bool,
}

/// One page to ask for.
struct Page<'a> {
    category: &'a str,
    is_past_week: bool,
}

fn build(options: &Options) -> Result<Box<dyn Source>, OptionFault> {
    let categories = arxiv::categories(options)?;
    let base = options.url("url").map_or(BASE, Url::as_str).trim_end_matches('/').to_owned();
    Ok(Box::new(ArxivListing { base, categories }))
}

impl ArxivListing {
    /// The pages of a run: today's of every category and, after a pause, those of the past week.
    fn page(&self, progress: &Progress, run: Timestamp) -> Option<Page<'_>> {
        let today = announcements::eastern_day(run);
        let is_behind = progress.through.is_some_and(|through| {
            let between = through.iter_days().skip(1).take_while(|day| *day < today).take(30);
            between.into_iter().any(announcements::is_announcement_day)
        });
        let count = self.categories.len();
        let is_past_week = progress.done >= count;
        let category = self.categories.get(progress.done.checked_rem(count)?)?;
        let pages = if is_behind { count * 2 } else { count };
        (progress.done < pages).then_some(Page { category, is_past_week })
    }

    fn after(&self, mut progress: Progress, run: Timestamp, is_read: bool) -> Cursor {
        progress.done += 1;
        progress.has_failed |= !is_read;
        if self.page(&progress, run).is_none() && !progress.has_failed {
            progress.through = Some(announcements::eastern_day(run));
            // The pause is over with this run; its pages stay done.
            progress.done = progress.done.max(self.categories.len() * 2);
        }
        Cursor(serde_json::to_string(&progress).unwrap_or_default())
    }
}

impl Source for ArxivListing {
    fn ask(&self, cursor: &Cursor, run: Timestamp) -> Option<Request> {
        let page = self.page(&progress(cursor, run), run)?;
        let which = if page.is_past_week { "pastweek" } else { "new" };
        let url = format!("{}/{}/{which}?skip=0&show=2000", self.base, page.category);
        let url = Url::parse(&url).ok()?;
        Some(Request::get(url, "text/html", LIMIT_BYTES, Expects::Html))
    }

    fn read(&self, cursor: &Cursor, run: Timestamp, _request: &Request, response: &Response) -> Batch {
        let progress = progress(cursor, run);
        let Some(page) = self.page(&progress, run) else {
            return Batch { next: Cursor(format!("{} ", cursor.0)), ..Batch::default() };
        };
        let (category, is_past_week) = (page.category.to_owned(), page.is_past_week);
        if response.is_not_modified() {
            return Batch { next: self.after(progress, run, true), ..Batch::default() };
        }
        let text = String::from_utf8_lossy(&response.body);
        let read = if is_past_week { past_week(&text, &category) } else { today(&text, &category) };
        match read {
            Ok(coverage) => {
                // The oldest day of a past week may be shown in part: that says nothing of what we have.
                Batch { next: self.after(progress, run, true), coverage, ..Batch::default() }
            }
            Err(fault) => Batch { unusable: Some(format!("{category}: {fault}")), ..Batch::default() },
        }
    }

    fn skip(&self, cursor: &Cursor, run: Timestamp) -> Option<Cursor> {
        let progress = progress(cursor, run);
        self.page(&progress, run)?;
        Some(self.after(progress, run, false))
    }
}

fn progress(cursor: &Cursor, run: Timestamp) -> Progress {
    let known: Progress = serde_json::from_str(&cursor.0).unwrap_or_default();
    if known.run == run.micros() {
        return known;
    }
    Progress { run: run.micros(), through: known.through, ..Progress::default() }
}

/// A heading or the head of one paper, in the order of the page.
#[derive(Debug)]
enum Mark {
    Heading(String),
    Paper { id: ArxivId, is_replaced: bool },
}

/// The announcement of one day.
fn today(text: &str, category: &str) -> Result<Vec<Coverage>, String> {
    let mut day = None;
    let mut section = None;
    let mut sections: BTreeMap<Section, Shown> = BTreeMap::new();
    for mark in marks(text)? {
        match mark {
            Mark::Heading(heading) => {
                if let Some(said) = heading.strip_prefix("Showing new listings for ") {
                    day = Some(long_day(said)?);
                    continue;
                }
                section = Section::of(&heading);
                if let Some(section) = section {
                    sections.insert(section, Shown { counts: counts(&heading)?, ids: Vec::new() });
                }
            }
            Mark::Paper { id, .. } => {
                let section = section.ok_or("a paper stands before every heading")?;
                sections.entry(section).or_default().ids.push(id);
            }
        }
    }
    let day = day.ok_or("it names no day")?;
    for shown in sections.values() {
        shown.check()?;
    }
    let announced =
        [Section::New, Section::Cross].map(|section| sections.remove(&section).unwrap_or_default());
    let total: u64 = announced.iter().map(|shown| shown.counts.1).sum();
    let listed: Vec<ExternalId> =
        announced.into_iter().flat_map(|shown| shown.ids).map(ExternalId::Arxiv).collect();
    let is_cut = u64::try_from(listed.len()).is_ok_and(|count| count < total);
    Ok(vec![Coverage { part: category.to_owned(), day: Some(day), listed, stated: Some(total), is_cut }])
}

/// The announcements of the past five days.
fn past_week(text: &str, category: &str) -> Result<Vec<Coverage>, String> {
    let mut days: Vec<(NaiveDate, Shown)> = Vec::new();
    for mark in marks(text)? {
        match mark {
            Mark::Heading(heading) => {
                if let Some((day, _)) = heading.split_once(" (").filter(|(day, _)| day.contains(',')) {
                    days.push((short_day(day)?, Shown { counts: counts(&heading)?, ids: Vec::new() }));
                }
            }
            Mark::Paper { is_replaced: true, .. } => {}
            Mark::Paper { id, .. } => match days.last_mut() {
                Some((_, shown)) => shown.ids.push(id),
                None => return Err("a paper stands before every day".to_owned()),
            },
        }
    }
    if days.is_empty() {
        return Err("it names no day".to_owned());
    }
    let coverage = |(day, shown): (NaiveDate, Shown)| Coverage {
        part: format!("{category} {day}"),
        day: Some(day),
        listed: shown.ids.into_iter().map(ExternalId::Arxiv).collect(),
        stated: None,
        is_cut: false,
    };
    Ok(days.into_iter().map(coverage).collect())
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Section {
    New,
    Cross,
    Replacement,
}

impl Section {
    fn of(heading: &str) -> Option<Self> {
        let begins = |word: &str| heading.starts_with(word);
        if begins("New submissions") {
            Some(Self::New)
        } else if begins("Cross submissions") || begins("Cross-lists") {
            Some(Self::Cross)
        } else {
            begins("Replacement").then_some(Self::Replacement)
        }
    }
}

/// What a section says of itself and shows.
#[derive(Debug, Default)]
struct Shown {
    /// Papers shown and papers in all.
    counts: (u64, u64),
    ids: Vec<ArxivId>,
}

impl Shown {
    /// Whether as many papers are here as the heading says are shown, each once.
    fn check(&self) -> Result<(), String> {
        let count = u64::try_from(self.ids.len()).unwrap_or(u64::MAX);
        if count != self.counts.0 || self.counts.0 > self.counts.1 {
            return Err(format!(
                "it holds {count} papers where it says {} of {}",
                self.counts.0, self.counts.1
            ));
        }
        let mut once = self.ids.clone();
        once.sort();
        once.dedup();
        if once.len() == self.ids.len() {
            Ok(())
        } else {
            Err("it names a paper twice in one list".to_owned())
        }
    }
}

/// `(showing 79 of 79 entries)`, with blanks where arXiv puts them.
fn counts(heading: &str) -> Result<(u64, u64), String> {
    let inside = heading.split_once("(showing ").and_then(|(_, rest)| rest.split_once(" entries"));
    let (shown, total) = inside
        .and_then(|(inside, _)| inside.trim().trim_start_matches("first ").split_once(" of "))
        .ok_or_else(|| format!("\"{heading}\" does not say how many papers it shows"))?;
    let number = |text: &str| {
        text.trim().parse::<u64>().map_err(|_no_number| format!("\"{heading}\" has no count of papers"))
    };
    Ok((number(shown)?, number(total)?))
}

/// `Wednesday, 12 August 2026`.
fn long_day(text: &str) -> Result<NaiveDate, String> {
    checked_day(text, "%d %B %Y")
}

/// `Fri, 21 Aug 2026`.
fn short_day(text: &str) -> Result<NaiveDate, String> {
    checked_day(text, "%d %b %Y")
}

/// A day behind its weekday; the two must agree.
fn checked_day(text: &str, form: &str) -> Result<NaiveDate, String> {
    let no_day = || format!("\"{text}\" is not a day");
    let (weekday, day) = text.split_once(", ").ok_or_else(no_day)?;
    let day = NaiveDate::parse_from_str(day.trim(), form).map_err(|_no_day| no_day())?;
    let weekday: Weekday = weekday.trim().parse().map_err(|_no_weekday| no_day())?;
    if day.weekday() == weekday { Ok(day) } else { Err(format!("{day} is no {weekday}")) }
}

/// Headings and papers of the page, in order.
fn marks(text: &str) -> Result<Vec<Mark>, String> {
    let start = text.find("id=\"dlpage\"").or_else(|| text.find("id='dlpage'"));
    let mut rest = start.and_then(|start| text.get(start..)).ok_or("it has no list of papers in it")?;
    let mut marks = Vec::new();
    while let Some(at) = rest.find('<') {
        let tag = rest.get(at + 1..).unwrap_or_default();
        let heads = |name: &str| {
            tag.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
                && tag.get(name.len()..).is_some_and(|after| after.starts_with(['>', ' ', '\n', '\t']))
        };
        let (inside, after) = if heads("h3") {
            tag.split_once("</h3>").ok_or("a heading does not end")?
        } else if heads("dt") {
            let end = ["</dt>", "<dd"].into_iter().filter_map(|end| tag.find(end)).min();
            tag.split_at_checked(end.ok_or("a paper's line does not end")?)
                .ok_or("a paper's line does not end")?
        } else {
            rest = tag;
            continue;
        };
        let content = inside.split_once('>').map_or("", |(_, content)| content);
        marks.push(if heads("h3") { Mark::Heading(words(content)) } else { paper(content)? });
        rest = after;
    }
    Ok(marks)
}

/// The one paper that a `dt` names.
fn paper(content: &str) -> Result<Mark, String> {
    let named = content.split("/abs/").skip(1).filter_map(|rest| rest.split(['"', '\'', '?', '#']).next());
    let mut ids: Vec<ArxivId> =
        named.filter_map(|name| ArxivId::parse(name).map(|(id, _version)| id)).collect();
    ids.dedup();
    match <[ArxivId; 1]>::try_from(ids) {
        Ok([id]) => Ok(Mark::Paper { id, is_replaced: content.contains("(replaced") }),
        Err(ids) => Err(format!("a line names {} papers", ids.len())),
    }
}

/// The words of a piece of markup.
fn words(markup: &str) -> String {
    let mut text = String::new();
    for (index, piece) in markup.split('<').enumerate() {
        let words = if index == 0 { piece } else { piece.split_once('>').map_or("", |(_, words)| words) };
        text.push_str(words);
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
