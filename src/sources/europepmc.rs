//! Europe PMC's search: MEDLINE, PubMed Central and the preprints of the life sciences, by a query of the operator's.
//!
//! Manners: one request a second and a mailbox in the address. Entries are asked for by the day on which they were created,
//! two days again each time; pages follow `cursorMark`, and the end is where it comes back unchanged. Truth values are "Y"
//! and "N", errors come with status 200 as `errCode`. What is deliberately absent: licences, which are named in short words
//! without a version, and patents, which are no papers.

use std::time::Duration;

use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use crate::fetch::exchange::Expects;
use crate::fetch::exchange::Request;
use crate::fetch::exchange::Response;
use crate::model::record::Record;
use crate::model::source::Authority;
use crate::model::time::Timestamp;
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
use crate::sources::windows::Window;
use crate::sources::windows::listed::Answer;
use crate::sources::windows::listed::List;
use crate::sources::windows::listed::Listed;
use crate::sources::windows::rules;
use crate::sources::windows::rules::Rules;

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
        rules::DAYS,
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
    let rules = Rules::of(options, 7, 2, TimeDelta::hours(12))?;
    Ok(Box::new(Listed(EuropePmc {
        base: json_api::base(options, BASE)?,
        query: query.to_owned(),
        part: query.chars().take(60).collect(),
        rules,
        limit: json_api::within(options, "limit", 500, 25, 1_000)?,
        mailbox: options.mailbox.clone(),
    })))
}

impl List for EuropePmc {
    fn rules(&self) -> &Rules {
        &self.rules
    }

    fn part(&self) -> String {
        self.part.clone()
    }

    fn words(&self) -> (&'static str, &'static str) {
        ("result", "results")
    }

    fn page_size(&self) -> u64 {
        self.limit
    }

    fn request(&self, window: &Window, _is_of_history: bool) -> Option<Request> {
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
        Some(Request::get(url, "application/json", LIMIT_BYTES, Expects::Json))
    }

    fn answer<'text>(&self, body: &'text [u8], window: &Window) -> Result<Answer<'text>, String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Found<'text> {
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
        let found: Found<'_> =
            serde_json::from_slice(body).map_err(|error| json_api::unreadable(body, wanted, error))?;
        let total = json_list::small(found.hit_count, SMALL_BYTES).and_then(|count| json_api::number(&count));
        let next = json_list::small(found.next_cursor_mark, SMALL_BYTES)
            .and_then(|mark| mark.as_str().map(str::to_owned));
        let entries = match found.result_list {
            Some(list) => list.result.unwrap_or_default(),
            None if total == Some(0) => Entries::default(),
            None => return Err(json_api::unreadable(body, wanted, "it has no resultList")),
        };
        // The end is where the mark that was sent comes back.
        let sent = window.place.as_deref().unwrap_or(FIRST);
        Ok(Answer { entries, total, next: next.filter(|next| !next.is_empty() && next != sent) })
    }

    fn records(&self, entry: &str, _run: Timestamp) -> Result<Vec<Record>, String> {
        item::records(&json_list::value(entry)?)
    }

    fn key(&self, entry: &str) -> Option<String> {
        let entry = json_list::value(entry).ok()?;
        let text = |key: &str| json_api::string(&entry, key).unwrap_or_default();
        Some(format!("{}:{}", text("source"), text("id")).chars().take(100).collect())
    }

    fn explain(&self, response: &Response) -> Option<String> {
        error(&response.body).or_else(|| json_api::said(&response.body))
    }
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
    let code = json_list::small(Some(refusal.err_code), SMALL_BYTES)?;
    let code = code.as_str().map_or_else(|| code.to_string(), str::to_owned);
    let words =
        json_list::small(refusal.err_msg, SMALL_BYTES).and_then(|words| words.as_str().map(str::to_owned));
    let words = words.unwrap_or_else(|| "without words".to_owned());
    Some(format!("error {code}: {words}").chars().take(300).collect())
}

/// A value that is short enough to be what it should be.
#[cfg(test)]
mod tests;
