//! DataCite: what a repository registers there (arXiv, Zenodo, a university), or what a query finds; a way around arXiv when
//! it is down.
//!
//! Manners: 1,000 requests in five minutes for a client that names a contact, which stands in the user agent. Records are
//! asked for by the day of their creation, two days again each time; pages follow the cursor in `links.next`, of which
//! nothing else is believed. What is deliberately absent: data sets, pictures and samples, unless `types` names them, and
//! every relation that does not say that two records are the same work.

use std::time::Duration;

use chrono::NaiveDate;
use chrono::TimeDelta;
use serde::Deserialize;
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
    name: "datacite",
    about: "What a repository registers with DataCite, or what a query finds there: arXiv, Zenodo, university servers.",
    authority: Authority::Aggregator,
    manners: Manners {
        operator: Some("datacite"),
        spacing: Duration::from_secs(1),
        every: Duration::from_hours(12),
        every_at_least: Duration::from_hours(1),
        rhythm: Rhythm::Steady,
        believes_max_age: Duration::from_hours(1),
    },
    needs_contact: false,
    options: &[
        OptionKey {
            name: "by",
            form: OptionForm::Text,
            is_required: false,
            default: "\"created\"",
            example: "",
            about: "Which records are asked for: those just created, or all that changed (`updated`), which is much more.",
        },
        OptionKey {
            name: "client",
            form: OptionForm::Text,
            is_required: false,
            default: "\"arxiv.content\"",
            example: "",
            about: "Whose records, such as `cern.zenodo`; everybody's where `query` is given without it.",
        },
        OptionKey {
            name: "query",
            form: OptionForm::Text,
            is_required: false,
            default: "",
            example: "",
            about: "A query in DataCite's language, such as `titles.title:flags`; the days are added to it.",
        },
        OptionKey {
            name: "types",
            form: OptionForm::TextList,
            is_required: false,
            default: "[\"Preprint\", \"JournalArticle\", \"ConferencePaper\", \"DataPaper\", \"Text\", \"Report\", \"Dissertation\"]",
            example: "",
            about: "The general types that are taken for papers; records without a type are taken as well.",
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
            about: "How many records are asked for in one request, 25 to 1,000.",
        },
        OptionKey {
            name: "url",
            form: OptionForm::Url,
            is_required: false,
            default: "\"https://api.datacite.org/dois\"",
            example: "",
            about: "Where the interface lies.",
        },
    ],
    build,
};

/// Where the interface lies.
const BASE: &str = "https://api.datacite.org/dois";

/// Whose records are asked for where nothing else is said.
const CLIENT: &str = "arxiv.content";

/// The types that are papers where nothing else is said.
const TYPES: &[&str] =
    &["Preprint", "JournalArticle", "ConferencePaper", "DataPaper", "Text", "Report", "Dissertation"];

/// The largest page that is read.
const LIMIT_BYTES: usize = 32 * 1024 * 1024;

/// No address or count of an answer is longer.
const SMALL_BYTES: usize = 16 * 1024;

/// By which of their days records are asked for.
#[derive(Clone, Copy, Debug)]
enum By {
    Created,
    Updated,
}

#[derive(Debug)]
struct DataCite {
    base: Url,
    client: Option<String>,
    query: Option<String>,
    types: Vec<String>,
    part: String,
    by: By,
    rules: Rules,
    limit: u64,
}

fn build(options: &Options) -> Result<Box<dyn Source>, OptionFault> {
    let given = |name: &str| options.text(name).map(str::trim).filter(|text| !text.is_empty());
    let query = given("query").map(str::to_owned);
    let usual = if query.is_none() { Some(CLIENT) } else { None };
    let types = options.list("types");
    let rules = Rules {
        first: json_api::within(options, "days", 7, 1, 60)?,
        overlap: 2,
        length: 30,
        place_lives: TimeDelta::hours(12),
        most_pages: 1_000,
    };
    let by = match given("by") {
        None | Some("created") => By::Created,
        Some("updated") => By::Updated,
        Some(other) => {
            let message = format!("{other:?} is neither \"created\" nor \"updated\"");
            return Err(OptionFault { option: "by", index: None, message, hint: None });
        }
    };
    let client = given("client").or(usual).map(str::to_owned);
    Ok(Box::new(DataCite {
        base: json_api::base(options, BASE)?,
        part: client
            .as_ref()
            .or(query.as_ref())
            .map(|part| part.chars().take(60).collect())
            .unwrap_or_default(),
        client,
        by,
        rules,
        query,
        types: if types.is_empty() {
            TYPES.iter().map(|name| (*name).to_owned()).collect()
        } else {
            types.to_vec()
        },
        limit: json_api::within(options, "limit", 500, 25, 1_000)?,
    }))
}

impl Source for DataCite {
    fn ask(&self, cursor: &Cursor, run: Timestamp) -> Option<Request> {
        let window = Walk::of(cursor, run, &self.rules).window(run, &self.rules)?;
        let by = match self.by {
            By::Created => "created",
            By::Updated => "updated",
        };
        let days = format!("{by}:[{}T00:00:00.000Z TO {}T23:59:59.999Z]", window.from, window.until);
        let query = self.query.as_ref().map_or_else(|| days.clone(), |query| format!("({query}) AND {days}"));
        let mut url = self.base.clone();
        {
            let mut pairs = url.query_pairs_mut();
            if let Some(client) = &self.client {
                pairs.append_pair("client-id", client);
            }
            pairs
                .append_pair("query", &query)
                .append_pair("page[cursor]", window.place.as_deref().unwrap_or("1"))
                .append_pair("page[size]", &self.limit.to_string());
        }
        Some(
            Request::get(url, "application/vnd.api+json, application/json;q=0.9", LIMIT_BYTES, Expects::Json)
                .afresh(),
        )
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
            match json_list::value(entry.get()).and_then(|entry| item::record(&entry, &self.types)) {
                Ok(records) => batch.records.extend(records),
                Err(message) => {
                    batch.problems.push(Problem::new(format!("{days}, record {number}"), message));
                }
            }
        }
        let came = u64::try_from(list.entries.count).unwrap_or(u64::MAX);
        let behind = window.rows.saturating_add(came);
        // A short page is the last one, unless the list itself says that there are more.
        let is_last = came == 0 || came < self.limit && list.total.is_none_or(|total| behind >= total);
        let next = list.next.clone().filter(|_next| !is_last);
        // Totals move a little while a list is read.
        let missing = list.total.map_or(0, |total| total.saturating_sub(behind));
        let is_short = next.is_none() && missing > list.total.unwrap_or_default() / 100;
        if let (true, Some(total)) = (is_short, list.total) {
            batch.problems.push(Problem::new(days, format!("{behind} of {total} records came")));
            batch.is_partial = true;
        }
        let known_by = list.entries.kept.first().and_then(|entry| key(entry.get()));
        let page = Page { rows: came, known_by, next, is_short };
        if let Went::Left(why) = walk.advance(window, page, run, &self.rules) {
            batch.problems.push(Problem::new("records", why));
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
        title(&response.body).or_else(|| json_api::said(&response.body))
    }
}

/// The records of an answer.
#[derive(Debug, Default)]
struct List<'text> {
    entries: Entries<'text>,
    total: Option<u64>,
    next: Option<String>,
}

/// The records of an answer, or why there are none.
fn list(body: &[u8]) -> Result<List<'_>, String> {
    #[derive(Deserialize)]
    struct Answer<'text> {
        #[serde(borrow)]
        data: Option<Entries<'text>>,
        #[serde(borrow)]
        meta: Option<Meta<'text>>,
        #[serde(borrow)]
        links: Option<Links<'text>>,
    }
    #[derive(Deserialize)]
    struct Meta<'text> {
        #[serde(borrow)]
        total: Option<&'text RawValue>,
    }
    #[derive(Deserialize)]
    struct Links<'text> {
        #[serde(borrow)]
        next: Option<&'text RawValue>,
    }
    let wanted = "a list of records";
    let answer: Answer<'_> = serde_json::from_slice(body).map_err(|error| fault(body, wanted, error))?;
    let entries = answer.data.ok_or_else(|| fault(body, wanted, "it has no data"))?;
    let small = |raw: Option<&RawValue>| {
        let raw = raw?.get();
        (raw.len() <= SMALL_BYTES).then(|| serde_json::from_str::<serde_json::Value>(raw).ok()).flatten()
    };
    let total = answer.meta.and_then(|meta| small(meta.total)).and_then(|total| json_api::number(&total));
    let next = answer.links.and_then(|links| small(links.next));
    let next = next.and_then(|next| Url::parse(next.as_str()?).ok()).and_then(|next| {
        next.query_pairs().find(|(name, _)| name == "page[cursor]").map(|(_, value)| value.into_owned())
    });
    Ok(List { entries, total, next: next.filter(|next| !next.is_empty()) })
}

/// By what a record is known again.
fn key(entry: &str) -> Option<String> {
    let entry = json_list::value(entry).ok()?;
    json_api::string(&entry, "id").map(|id| id.chars().take(300).collect())
}

fn fault(body: &[u8], wanted: &str, error: impl std::fmt::Display) -> String {
    title(body).unwrap_or_else(|| json_api::unreadable(body, wanted, error))
}

/// The title of the first of JSON:API's errors.
fn title(body: &[u8]) -> Option<String> {
    if body.len() > SMALL_BYTES {
        return None;
    }
    let value: serde_json::Value = serde_json::from_slice(body).ok()?;
    let first = value.get("errors")?.get(0)?;
    let words = json_api::string(first, "title").or_else(|| json_api::string(first, "detail"))?;
    Some(words.chars().take(300).collect())
}

#[cfg(test)]
mod tests;
