//! Europe PMC's search: MEDLINE, PubMed Central and the preprints of the life sciences, by a query of the operator's.
//!
//! Manners: one request a second and a mailbox in the address. Entries are asked for by the day on which they were created,
//! two days again each time; pages follow `cursorMark`, and the end is where it comes back unchanged. Truth values are "Y"
//! and "N", errors come with status 200 as `errCode`. What is deliberately absent: licences, which are named in short words
//! without a version, and patents, which are no papers.

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
use crate::sources::json_api;
use crate::sources::json_list;
use crate::sources::json_list::Entries;
use crate::sources::windows::Page;
use crate::sources::windows::Rules;
use crate::sources::windows::Walk;
use crate::sources::windows::Went;

mod item;

/// This kind.
pub(super) const KIND: Kind = Kind {
    name: "europepmc",
    about: "Papers and preprints of the life sciences that a query of Europe PMC finds, with abstracts and retractions.",
    authority: Authority::Publisher,
    manners: Manners {
        operator: Some("europepmc"),
        spacing: Duration::from_secs(1),
        every: Duration::from_hours(24),
        every_at_least: Duration::from_hours(1),
        rhythm: Rhythm::Daily { hour: 6, minute: 30 },
        believes_max_age: Duration::from_hours(1),
    },
    needs_contact: false,
    options: &[
        OptionKey {
            name: "query",
            form: OptionForm::Text,
            is_required: true,
            default: "",
            example: "\"SRC:PPR AND \\\"protein folding\\\"\"",
            about: "The query in the language of the site's search field; the days are added to it.",
        },
        OptionKey {
            name: "days",
            form: OptionForm::Number,
            is_required: false,
            default: "7",
            example: "",
            about: "How many days the very first harvest asks for, up to 60; `offprint backfill` fetches more.",
        },
        OptionKey {
            name: "limit",
            form: OptionForm::Number,
            is_required: false,
            default: "500",
            example: "",
            about: "How many papers are asked for in one request, 25 to 1,000.",
        },
        OptionKey {
            name: "url",
            form: OptionForm::Url,
            is_required: false,
            default: "\"https://www.ebi.ac.uk/europepmc/webservices/rest/search\"",
            example: "",
            about: "Where the search lies.",
        },
    ],
    build,
};

/// Where the search lies.
const BASE: &str = "https://www.ebi.ac.uk/europepmc/webservices/rest/search";

/// The largest page that is read.
const LIMIT_BYTES: usize = 32 * 1024 * 1024;

/// The mark of a first page.
const FIRST: &str = "*";

/// No token, count or word of an answer is longer.
const SMALL_BYTES: usize = 8 * 1024;

#[derive(Debug)]
struct EuropePmc {
    base: Url,
    query: String,
    part: String,
    rules: Rules,
    limit: u64,
    mailbox: Option<String>,
}

fn build(options: &Options) -> Result<Box<dyn Source>, OptionFault> {
    let query = options.text("query").unwrap_or_default().trim();
    if query.is_empty() {
        let message = "there is no query in it".to_owned();
        return Err(OptionFault { option: "query", index: None, message, hint: None });
    }
    let rules = Rules {
        first: json_api::within(options, "days", 7, 1, 60)?,
        overlap: 2,
        length: 30,
        place_lives: TimeDelta::hours(12),
        most_pages: 1_000,
    };
    Ok(Box::new(EuropePmc {
        base: json_api::base(options, BASE)?,
        query: query.to_owned(),
        part: query.chars().take(60).collect(),
        rules,
        limit: json_api::within(options, "limit", 500, 25, 1_000)?,
        mailbox: options.mailbox.clone(),
    }))
}

impl Source for EuropePmc {
    fn ask(&self, cursor: &Cursor, run: Timestamp) -> Option<Request> {
        let window = Walk::of(cursor, run, &self.rules).window(run, &self.rules)?;
        let (from, until) = (window.from, window.until);
        let mut url = self.base.clone();
        {
            let mut query = url.query_pairs_mut();
            query
                .append_pair("query", &format!("({}) AND CREATION_DATE:[{from} TO {until}]", self.query))
                .append_pair("resultType", "core")
                .append_pair("format", "json")
                .append_pair("pageSize", &self.limit.to_string())
                .append_pair("cursorMark", window.place.as_deref().unwrap_or(FIRST));
            if let Some(mailbox) = &self.mailbox {
                query.append_pair("email", mailbox);
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
        let days = format!("{} to {}", window.from, window.until);
        for (number, entry) in (window.rows.saturating_add(1)..).zip(&list.entries.kept) {
            match json_list::value(entry.get()).and_then(|entry| item::records(&entry)) {
                Ok(records) => batch.records.extend(records),
                Err(message) => {
                    batch.problems.push(Problem::new(format!("{days}, result {number}"), message));
                }
            }
        }
        let came = u64::try_from(list.entries.count).unwrap_or(u64::MAX);
        let behind = window.rows.saturating_add(came);
        // A short page is the last one, unless the list itself says that there are more.
        let is_last = came == 0 || came < self.limit && list.total.is_none_or(|total| behind >= total);
        // The end is where the mark that was sent comes back.
        let sent = window.place.as_deref().unwrap_or(FIRST);
        let next = list.next.clone().filter(|next| !is_last && next != sent);
        // Totals move a little while a list is read.
        let missing = list.total.map_or(0, |total| total.saturating_sub(behind));
        let is_short = next.is_none() && missing > list.total.unwrap_or_default() / 100;
        if let (true, Some(total)) = (is_short, list.total) {
            batch.problems.push(Problem::new(days, format!("{behind} of {total} results came")));
            batch.is_partial = true;
        }
        let known_by = list.entries.kept.first().and_then(|entry| key(entry.get()));
        let page = Page { rows: came, known_by, next, is_short };
        if let Went::Left(why) = walk.advance(window, page, run, &self.rules) {
            batch.problems.push(Problem::new("results", why));
            batch.is_partial = true;
        } else if walk.is_complete(run, &self.rules) {
            batch.coverage.push(Coverage {
                part: self.part.clone(),
                is_cut: is_short,
                ..Coverage::default()
            });
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
        error(&response.body).or_else(|| json_api::said(&response.body))
    }
}

/// The results of an answer.
#[derive(Debug, Default)]
struct List<'text> {
    entries: Entries<'text>,
    total: Option<u64>,
    next: Option<String>,
}

/// The results of an answer, or why there are none.
fn list(body: &[u8]) -> Result<List<'_>, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer<'text> {
        #[serde(borrow)]
        hit_count: Option<&'text RawValue>,
        #[serde(borrow)]
        next_cursor_mark: Option<&'text RawValue>,
        #[serde(borrow)]
        result_list: Option<Results<'text>>,
    }
    #[derive(Deserialize)]
    struct Results<'text> {
        #[serde(borrow)]
        result: Option<Entries<'text>>,
    }
    if let Some(fault) = error(body) {
        return Err(fault);
    }
    let wanted = "a page of results";
    let answer: Answer<'_> =
        serde_json::from_slice(body).map_err(|error| json_api::unreadable(body, wanted, error))?;
    let total = small(answer.hit_count).and_then(|count| json_api::number(&count));
    let next = small(answer.next_cursor_mark).and_then(|mark| mark.as_str().map(str::to_owned));
    let entries = match answer.result_list {
        Some(list) => list.result.unwrap_or_default(),
        None if total == Some(0) => Entries::default(),
        None => return Err(json_api::unreadable(body, wanted, "it has no resultList")),
    };
    Ok(List { entries, total, next: next.filter(|next| !next.is_empty()) })
}

/// What an error says that comes as a success.
fn error(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Refusal<'text> {
        #[serde(borrow)]
        err_code: &'text RawValue,
        #[serde(borrow)]
        err_msg: Option<&'text RawValue>,
    }
    let refusal: Refusal<'_> = serde_json::from_slice(body).ok()?;
    let code = small(Some(refusal.err_code))?;
    let code = code.as_str().map_or_else(|| code.to_string(), str::to_owned);
    let words = small(refusal.err_msg).and_then(|words| words.as_str().map(str::to_owned));
    let words = words.unwrap_or_else(|| "without words".to_owned());
    Some(format!("error {code}: {words}").chars().take(300).collect())
}

/// By what a result is known again.
fn key(entry: &str) -> Option<String> {
    let entry = json_list::value(entry).ok()?;
    let text = |key: &str| json_api::string(&entry, key).unwrap_or_default();
    Some(format!("{}:{}", text("source"), text("id")).chars().take(100).collect())
}

/// A value that is short enough to be what it should be.
fn small(raw: Option<&RawValue>) -> Option<Value> {
    let raw = raw?.get();
    (raw.len() <= SMALL_BYTES).then(|| serde_json::from_str(raw).ok()).flatten()
}

#[cfg(test)]
mod tests;
