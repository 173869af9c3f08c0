//! arXiv's listing pages: what was announced in a category, by identifier. It brings no paper; it shows which are missing.
//!
//! Manners: one request every three seconds over all arXiv hosts, one connection; robots may read `/list`. The page `new`
//! shows today's announcement. After a pause of more than one announcement day `pastweek` shows the last five. What is
//! deliberately absent: titles and abstracts, which are rendered otherwise than in the metadata, and the older pages by
//! month, which do not name the day of an announcement. A page that does not add up is a failed check, never "no papers".

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

use chrono::Days;
use chrono::NaiveDate;
use chrono::TimeDelta;
use serde::Deserialize;
use serde::Serialize;
use url::Url;

use crate::fetch::exchange::Expects;
use crate::fetch::exchange::Request;
use crate::fetch::exchange::Response;
use crate::model::announcements;
use crate::model::coverage::Coverage;
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
use crate::sources::arxiv_listing::page::Page;
use crate::sources::arxiv_listing::page::Part;
use crate::sources::arxiv_listing::page::Section;
use crate::sources::feed::decode;

mod page;

#[cfg(test)]
mod tests;

/// This kind.
pub(super) const KIND: Kind = Kind {
    name: "arxiv-listing",
    about: "The listing pages of arXiv categories: which papers were announced, so that missing ones are noticed.",
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
            name: "list",
            form: OptionForm::Text,
            is_required: false,
            default: "\"auto\"",
            example: "",
            about: "`new` for today's page alone, `pastweek` for that of five days, `auto` for both after a pause.",
        },
        OptionKey {
            name: "show",
            form: OptionForm::Number,
            is_required: false,
            default: "2000",
            example: "",
            about: "How many papers are asked for in one request, 25 to 2000.",
        },
        OptionKey {
            name: "url",
            form: OptionForm::Url,
            is_required: false,
            default: "\"https://arxiv.org/list\"",
            example: "",
            about: "Where the listing pages lie.",
        },
    ],
    build,
};

/// Where the listing pages lie.
const BASE: &str = "https://arxiv.org/list";

/// The largest page that is read.
const LIMIT_BYTES: usize = 8 * 1024 * 1024;

/// The days that `pastweek` shows.
const PAST_DAYS: usize = 5;

/// The most pages of `pastweek` that are asked for in one category.
const PAST_PAGES: u32 = 5;

/// A listing is of the next day from this long before midnight US Eastern, when its papers are announced.
const ANNOUNCED_BEFORE: TimeDelta = TimeDelta::hours(4);

#[derive(Debug)]
struct ArxivListing {
    base: String,
    categories: Vec<String>,
    list: List,
    show: u64,
}

/// Which pages are asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum List {
    Auto,
    New,
    PastWeek,
}

/// How far the run got: category by category, in each the past week before today.
#[derive(Default, Serialize, Deserialize)]
struct Progress {
    #[serde(default)]
    run: i64,
    /// Categories that are done.
    #[serde(default)]
    done: usize,
    /// Whether the past week of the category at hand is done.
    #[serde(default)]
    is_past_done: bool,
    /// At which paper of the past week the page at hand begins, and how many pages came before it.
    #[serde(default)]
    offset: u64,
    #[serde(default)]
    pages: u32,
    /// The day of the last listing that was read, for each category.
    #[serde(default)]
    seen: BTreeMap<String, NaiveDate>,
}

/// What is asked next.
enum Step<'a> {
    New(&'a str),
    PastWeek(&'a str),
}

fn build(options: &Options) -> Result<Box<dyn Source>, OptionFault> {
    let fault = |option, message: String, hint: &str| OptionFault {
        option,
        index: None,
        message,
        hint: Some(hint.to_owned()),
    };
    let mut categories: Vec<String> = Vec::new();
    for category in arxiv::categories(options)? {
        if !categories.contains(&category) {
            categories.push(category);
        }
    }
    let list = match options.text("list") {
        None | Some("auto") => List::Auto,
        Some("new") => List::New,
        Some("pastweek") => List::PastWeek,
        Some(other) => {
            let message = format!("there is no list \"{other}\"");
            return Err(fault("list", message, "write \"auto\", \"new\" or \"pastweek\""));
        }
    };
    let show = options.number("show").unwrap_or(2_000);
    if !(25..=2_000).contains(&show) {
        return Err(fault("show", format!("{show} lies outside 25 to 2000"), "write show = 2000"));
    }
    let base = options.url("url").map_or(BASE, Url::as_str).trim_end_matches('/').to_owned();
    if Url::parse(&base).is_err() {
        return Err(fault("url", format!("\"{base}\" is no address"), "write an absolute address"));
    }
    Ok(Box::new(ArxivListing { base, categories, list, show }))
}

impl ArxivListing {
    fn step(&self, progress: &Progress, run: Timestamp) -> Option<Step<'_>> {
        let category = self.categories.get(progress.done)?;
        let is_past = match self.list {
            List::New => false,
            List::PastWeek => true,
            List::Auto => progress.seen.get(category).is_some_and(|seen| has_missed(*seen, run)),
        };
        let is_past = is_past && !progress.is_past_done;
        Some(if is_past { Step::PastWeek(category) } else { Step::New(category) })
    }

    /// The past week of the category at hand is done.
    fn pass_past(&self, progress: &mut Progress) {
        (progress.is_past_done, progress.offset, progress.pages) = (true, 0, 0);
        if self.list == List::PastWeek {
            next_category(progress);
        }
    }

    /// Reads a page of the past week. Its last day may be cut: that is asked for again from its first paper.
    fn past(&self, progress: &mut Progress, category: &str, page: Page) -> Result<Batch, String> {
        let sections: Vec<Section> = page.sections;
        if sections.is_empty() && progress.offset == 0 {
            return Err("it has no heading with a day".to_owned());
        }
        let (mut batch, mut shown, count) = (Batch::default(), 0, sections.len());
        let mut rest = None;
        for (index, section) in sections.into_iter().enumerate() {
            let Part::Day(day) = section.part else { return Err(format!("{} is no day", section.part)) };
            let is_last = index + 1 == count;
            if is_last && section.is_cut() && shown > 0 && progress.pages + 1 < PAST_PAGES {
                rest = Some(progress.offset.saturating_add(shown));
                break;
            }
            shown = shown.saturating_add(section.shown);
            batch.coverage.push(coverage(format!("{category} {day}"), day, &[&section]));
        }
        // A page that is full without a cut day ends with one by chance.
        let is_full = shown >= self.show && count < PAST_DAYS && progress.pages + 1 < PAST_PAGES;
        let rest = rest.or_else(|| is_full.then(|| progress.offset.saturating_add(shown)));
        batch.is_partial = batch.coverage.iter().any(|part| part.is_cut);
        match rest {
            Some(offset) => (progress.offset, progress.pages) = (offset, progress.pages + 1),
            None => self.pass_past(progress),
        }
        Ok(batch)
    }
}

impl Source for ArxivListing {
    fn ask(&self, cursor: &Cursor, run: Timestamp) -> Option<Request> {
        let progress = progress(cursor, run);
        let (base, show) = (&self.base, self.show);
        let address = match self.step(&progress, run)? {
            Step::New(category) => format!("{base}/{category}/new?skip=0&show={show}"),
            Step::PastWeek(category) => {
                format!("{base}/{category}/pastweek?skip={}&show={show}", progress.offset)
            }
        };
        let url = Url::parse(&address).ok()?;
        Some(Request::get(url, "text/html, application/xhtml+xml;q=0.9", LIMIT_BYTES, Expects::Html))
    }

    fn read(&self, cursor: &Cursor, run: Timestamp, _request: &Request, response: &Response) -> Batch {
        let mut progress = progress(cursor, run);
        let Some(step) = self.step(&progress, run) else {
            // Nothing was asked for; the run is over.
            return Batch { next: Cursor(format!("{} ", cursor.0)), ..Batch::default() };
        };
        if response.is_not_modified() {
            return Batch { next: self.skip(cursor, run).unwrap_or_default(), ..Batch::default() };
        }
        let page = Page::read(&decode::answer(response));
        let read = page.and_then(|page| match step {
            Step::New(category) => new(&mut progress, category, &page),
            Step::PastWeek(category) => self.past(&mut progress, category, page),
        });
        match read {
            Ok(batch) => Batch { next: as_cursor(&progress), ..batch },
            Err(why) => Batch { unusable: Some(why), ..Batch::default() },
        }
    }

    fn skip(&self, cursor: &Cursor, run: Timestamp) -> Option<Cursor> {
        let mut progress = progress(cursor, run);
        match self.step(&progress, run)? {
            Step::New(_category) => next_category(&mut progress),
            Step::PastWeek(_category) => self.pass_past(&mut progress),
        }
        Some(as_cursor(&progress))
    }
}

/// Reads the page of today.
fn new(progress: &mut Progress, category: &str, page: &Page) -> Result<Batch, String> {
    let day = page.day.ok_or("it has no heading with a day")?;
    if page.sections.is_empty() && !page.says_none {
        return Err(format!("it lists nothing for {day}, and does not say that there is nothing"));
    }
    let mut announced = Vec::new();
    for section in &page.sections {
        match section.part {
            Part::New | Part::Cross => announced.push(section),
            Part::Replaced => {}
            Part::Day(other) => return Err(format!("{other} stands among the papers of {day}")),
        }
    }
    let part = coverage(category.to_owned(), day, &announced);
    progress.seen.insert(category.to_owned(), day);
    next_category(progress);
    Ok(Batch { is_partial: part.is_cut, coverage: vec![part], ..Batch::default() })
}

/// What sections list together. A paper that stands in two of them is one paper.
fn coverage(part: String, day: NaiveDate, sections: &[&Section]) -> Coverage {
    let (mut listed, mut twice) = (BTreeSet::new(), 0);
    for id in sections.iter().flat_map(|section| &section.listed) {
        twice += u64::from(!listed.insert(id.clone()));
    }
    let stated = sections.iter().map(|section| section.stated).fold(0, u64::saturating_add);
    Coverage {
        part,
        day: Some(day),
        listed: listed.into_iter().collect(),
        stated: Some(stated.saturating_sub(twice)),
        is_cut: sections.iter().any(|section| section.is_cut()),
    }
}

fn next_category(progress: &mut Progress) {
    (progress.done, progress.is_past_done, progress.offset, progress.pages) =
        (progress.done + 1, false, 0, 0);
}

/// Whether a day of announcements lies between the last listing that was read and that of now.
fn has_missed(seen: NaiveDate, run: Timestamp) -> bool {
    let today = announcements::eastern_day(run.plus(ANNOUNCED_BEFORE));
    let now = (0..7).filter_map(|back| today.checked_sub_days(Days::new(back)));
    let Some(now) = now.into_iter().find(|day| announcements::is_announcement_day(*day)) else {
        return false;
    };
    let between = seen.iter_days().skip(1).take_while(|day| *day < now);
    between.take(7).any(announcements::is_announcement_day)
}

fn progress(cursor: &Cursor, run: Timestamp) -> Progress {
    let known: Progress = serde_json::from_str(&cursor.0).unwrap_or_default();
    if known.run == run.micros() {
        known
    } else {
        Progress { run: run.micros(), seen: known.seen, ..Progress::default() }
    }
}

fn as_cursor(progress: &Progress) -> Cursor {
    Cursor(serde_json::to_string(progress).unwrap_or_default())
}
