//! Crossref: the works that publishers register, by journal, member, prefix or words; and, as a kind of its own, the
//! retractions that publishers and Retraction Watch tell of.
//!
//! Manners: a mailbox in the address, and with it three lists a second; we ask for one. Identifiers: DOIs. `created` is the
//! first registration and the only date that says what is new; bibliographic dates are parts that may be missing or lie
//! in the year 2106. A page is named by a cursor that lives some minutes and may stay the same for the next page, so that
//! pages are known by their works; after an interruption a window begins anew. What is deliberately absent: references,
//! subjects (which Crossref no longer gives) and corrections, which do not take a paper back.

use std::time::Duration;

use chrono::NaiveDate;
use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use url::Url;

use crate::fetch::exchange::Expects;
use crate::fetch::exchange::Request;
use crate::fetch::exchange::Response;
use crate::model::coverage::Coverage;
use crate::model::problem::Problem;
use crate::model::record::Record;
use crate::model::source::Authority;
use crate::model::source::Cursor;
use crate::model::time::Timestamp;
use crate::sources::Batch;
use crate::sources::Kind;
use crate::sources::Manners;
use crate::sources::OptionFault;
use crate::sources::Options;
use crate::sources::Rhythm;
use crate::sources::Source;
use crate::sources::json_api;
use crate::sources::json_list;
use crate::sources::json_list::Entries;
use crate::sources::windows::Page;
use crate::sources::windows::Rules;
use crate::sources::windows::Walk;
use crate::sources::windows::Went;
use crate::sources::windows::Window;

mod item;

mod notices;

mod scope;

/// The works of journals, members, prefixes or words.
pub(super) const KIND: Kind = Kind {
    name: "crossref",
    about: "The works that publishers register with Crossref, by journal, member, prefix or words.",
    authority: Authority::Publisher,
    manners: MANNERS,
    needs_contact: true,
    options: scope::OPTIONS,
    build: |options| scope::of(options).and_then(|scope| build(options, scope, false)),
};

/// Retractions of any paper.
pub(super) const RETRACTIONS_KIND: Kind = Kind {
    name: "crossref-retractions",
    about: "The retractions, withdrawals and removals that Crossref knows of; they mark papers that are here.",
    authority: Authority::Publisher,
    manners: Manners {
        every: Duration::from_hours(24),
        every_at_least: Duration::from_hours(6),
        rhythm: Rhythm::Daily { hour: 5, minute: 0 },
        ..MANNERS
    },
    needs_contact: true,
    options: scope::COMMON,
    build: |options| build(options, scope::of_retractions(), true),
};

const MANNERS: Manners = Manners {
    operator: Some("crossref"),
    spacing: Duration::from_secs(1),
    every: Duration::from_hours(6),
    every_at_least: Duration::from_hours(1),
    rhythm: Rhythm::Steady,
    believes_max_age: Duration::from_hours(6),
};

/// Where the interface lies.
const BASE: &str = "https://api.crossref.org/works";

/// The largest page that is read: a thousand works with their abstracts.
const LIMIT_BYTES: usize = 32 * 1024 * 1024;

/// No refusal is longer.
const REFUSAL_BYTES: usize = 64 * 1024;

#[derive(Debug)]
struct Crossref {
    base: Url,
    mailbox: Option<String>,
    scope: scope::Scope,
    fields: String,
    rows: u64,
    rules: Rules,
    is_of_notices: bool,
}

fn build(
    options: &Options,
    scope: scope::Scope,
    is_of_notices: bool,
) -> Result<Box<dyn Source>, OptionFault> {
    let rules = Rules {
        first: json_api::within(options, "days", 7, 1, 60)?,
        overlap: 1,
        length: 30,
        place_lives: TimeDelta::minutes(4),
        most_pages: 1_000,
    };
    Ok(Box::new(Crossref {
        base: json_api::base(options, BASE)?,
        mailbox: options.mailbox.clone(),
        scope,
        fields: scope::fields(options)?,
        rows: json_api::within(options, "rows", 1_000, 20, 1_000)?,
        rules,
        is_of_notices,
    }))
}

impl Crossref {
    /// The records of a work: itself, or what it says of papers that it takes back.
    fn records(&self, text: &str, run: Timestamp) -> Result<Vec<Record>, String> {
        let work = json_list::value(text)?;
        if !work.is_object() {
            return Err("it is no work".to_owned());
        }
        let notices = notices::of(&work)?;
        // What takes only itself back is no notice but a paper that is no more.
        let is_a_notice = !notices.is_empty() && !notices::is_only_of_itself(&work);
        if self.is_of_notices || is_a_notice {
            return Ok(notices);
        }
        if !self.scope.takes(&work) {
            return Ok(Vec::new());
        }
        item::record(&work, run).map(|record| vec![record])
    }
}

impl Source for Crossref {
    fn ask(&self, cursor: &Cursor, run: Timestamp) -> Option<Request> {
        let walk = Walk::of(cursor, run, &self.rules);
        let window = walk.window(run, &self.rules)?;
        let mut url = self.base.clone();
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("filter", &self.scope.filter(&window, walk.is_of_history()));
            if let Some(words) = &self.scope.words {
                query.append_pair("query", words);
            }
            query.append_pair("select", &self.fields);
            query.append_pair("rows", &self.rows.to_string());
            query.append_pair("cursor", window.place.as_deref().unwrap_or("*"));
            if let Some(mailbox) = &self.mailbox {
                query.append_pair("mailto", mailbox);
            }
        }
        Some(Request::get(url, "application/json", LIMIT_BYTES, Expects::Json).afresh())
    }

    fn read(&self, cursor: &Cursor, run: Timestamp, _request: &Request, response: &Response) -> Batch {
        let mut walk = Walk::of(cursor, run, &self.rules);
        let Some(window) = walk.window(run, &self.rules) else {
            return Batch { next: Cursor(format!("{} ", cursor.0)), ..Batch::default() };
        };
        if response.is_not_modified() {
            // It was asked for in full; a host that answers so all the same has told nothing.
            walk.pass_over(&window, run, &self.rules);
            return Batch { next: walk.cursor(), is_partial: true, ..Batch::default() };
        }
        let list = match list(&response.body) {
            Ok(list) => list,
            Err(fault) => return Batch { unusable: Some(fault), ..Batch::default() },
        };
        let mut batch = Batch::default();
        for (number, work) in (window.rows.saturating_add(1)..).zip(&list.items.kept) {
            match self.records(work.get(), run) {
                Ok(records) => batch.records.extend(records),
                Err(message) => batch.problems.push(Problem::new(place(&window, number), message)),
            }
        }
        let came = u64::try_from(list.items.count).unwrap_or(u64::MAX);
        let behind = window.rows.saturating_add(came);
        // A short page is the last one, unless the list itself says that there are more.
        let is_last = came == 0 || came < self.rows && list.total.is_none_or(|total| behind >= total);
        let next = list.next.clone().filter(|_next| !is_last);
        // Totals move a little while a list is read.
        let missing = list.total.map_or(0, |total| total.saturating_sub(behind));
        let is_short = next.is_none() && missing > list.total.unwrap_or_default() / 100;
        if let (true, Some(total)) = (is_short, list.total) {
            let days = format!("{} to {}", window.from, window.until);
            batch.problems.push(Problem::new(days, format!("{behind} of {total} works came")));
            batch.is_partial = true;
        }
        let known_by = list.items.kept.first().and_then(|work| doi(work.get()));
        let page = Page { rows: came, known_by, next, is_short };
        if let Went::Left(why) = walk.advance(window, page, run, &self.rules) {
            batch.problems.push(Problem::new("works", why));
            batch.is_partial = true;
        } else if walk.is_complete(run, &self.rules) {
            let part = self.scope.part.clone();
            batch.coverage.push(Coverage { part, is_cut: is_short, ..Coverage::default() });
        }
        batch.next = walk.cursor();
        batch
    }

    fn skip(&self, cursor: &Cursor, run: Timestamp) -> Option<Cursor> {
        let mut walk = Walk::of(cursor, run, &self.rules);
        let window = walk.window(run, &self.rules)?;
        walk.pass_over(&window, run, &self.rules);
        Some(walk.cursor())
    }

    fn history(&self, since: NaiveDate, until: NaiveDate) -> Option<Cursor> {
        Some(Walk::through(since, until).cursor())
    }

    fn covered(&self, cursor: &Cursor) -> Option<f64> {
        Walk::of(cursor, Timestamp::from_micros(0), &self.rules).covered()
    }

    fn explain(&self, response: &Response) -> Option<String> {
        refusal(&response.body)
    }
}

fn place(window: &Window, number: u64) -> String {
    format!("{} to {}, work {number}", window.from, window.until)
}

/// The works of an answer.
#[derive(Debug, Default)]
struct List<'text> {
    items: Entries<'text>,
    total: Option<u64>,
    next: Option<String>,
}

fn list(body: &[u8]) -> Result<List<'_>, String> {
    #[derive(Deserialize)]
    struct Answer<'text> {
        #[serde(borrow)]
        message: Message<'text>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case")]
    struct Message<'text> {
        #[serde(borrow)]
        items: Entries<'text>,
        #[serde(borrow, default)]
        total_results: Option<&'text RawValue>,
        #[serde(borrow, default)]
        next_cursor: Option<&'text RawValue>,
    }
    let read = serde_json::from_slice::<Answer<'_>>(body);
    let Answer { message } = read.map_err(|error| {
        refusal(body).unwrap_or_else(|| json_api::unreadable(body, "a list of works", error))
    })?;
    let value = |raw: Option<&RawValue>| raw.and_then(|raw| json_list::value(raw.get()).ok());
    let next = value(message.next_cursor);
    Ok(List {
        items: message.items,
        total: value(message.total_results).and_then(|total| total.as_u64()),
        next: next.as_ref().and_then(Value::as_str).filter(|next| is_cursor(next)).map(str::to_owned),
    })
}

/// Whether a text can be the cursor of a next page, which is kept with ours and put into an address.
fn is_cursor(next: &str) -> bool {
    !next.is_empty() && next.len() <= 8 * 1024
}

/// What a refusal says: the first fault of the address, or a line of plain text.
fn refusal(body: &[u8]) -> Option<String> {
    if body.len() > REFUSAL_BYTES {
        return None;
    }
    let words = if let Ok(said) = serde_json::from_slice::<Value>(body) {
        let fault = said.get("message")?;
        let fault = fault.get(0).unwrap_or(fault);
        fault.get("message").unwrap_or(fault).as_str()?.trim().to_owned()
    } else {
        let text = std::str::from_utf8(body).ok()?.trim();
        let is_a_line = text.len() < 200 && !text.contains(['<', '{', '[', '\0', '\n']);
        (is_a_line && text.contains(' ')).then(|| text.to_owned())?
    };
    (!words.is_empty()).then(|| words.chars().take(200).collect())
}

/// The DOI of a work, by which a page is known again.
fn doi(work: &str) -> Option<String> {
    Some(json_list::value(work).ok()?.get("DOI")?.as_str()?.chars().take(300).collect())
}

#[cfg(test)]
mod tests;
