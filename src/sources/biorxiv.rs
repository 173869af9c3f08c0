//! bioRxiv and medRxiv: every version that was posted between two days, from the interface of openRxiv.
//!
//! Manners: no limit is published; one call a second. Identifiers: DOIs without a version, of the prefix 10.1101 until
//! November 2025 and 10.64898 since. A page holds 30 or 100 rows and there is no telling before: the next page begins
//! behind the rows that came, and the list ends with an empty page, never by its `total`, which can exceed the rows. Days
//! are probably those of the eastern United States; two days are asked for again. What is deliberately absent: search,
//! which the interface does not have, and the funders, which say nothing of what a paper is about.

use std::time::Duration;

use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::Value;
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

mod abstracts;

mod item;

/// bioRxiv.
pub(super) const KIND: Kind = Kind {
    name: "biorxiv",
    about: "Every preprint and revision that bioRxiv posts, with the journal's DOI once there is one.",
    authority: Authority::Repository,
    manners: MANNERS,
    needs_contact: false,
    options: &[CATEGORY, DAYS, OptionKey { default: "\"https://api.biorxiv.org/details/biorxiv\"", ..URL }],
    build: |options| build(options, "biorxiv", "https://api.biorxiv.org/details/biorxiv"),
};

/// medRxiv.
pub(super) const MEDRXIV_KIND: Kind = Kind {
    name: "medrxiv",
    about: "Every preprint and revision that medRxiv posts, with the journal's DOI once there is one.",
    authority: Authority::Repository,
    manners: MANNERS,
    needs_contact: false,
    options: &[CATEGORY, DAYS, OptionKey { default: "\"https://api.biorxiv.org/details/medrxiv\"", ..URL }],
    build: |options| build(options, "medrxiv", "https://api.biorxiv.org/details/medrxiv"),
};

/// Both servers are run by one operator.
const MANNERS: Manners = Manners {
    operator: Some("openrxiv"),
    spacing: Duration::from_secs(1),
    every: Duration::from_hours(6),
    every_at_least: Duration::from_hours(1),
    rhythm: Rhythm::Steady,
    believes_max_age: Duration::from_hours(6),
};

const CATEGORY: OptionKey = OptionKey {
    name: "category",
    form: OptionForm::Text,
    is_required: false,
    default: "",
    example: "",
    about: "One category, such as `cell biology`; without it every category is harvested.",
};

const DAYS: OptionKey = OptionKey { default: "3", ..rules::DAYS };

const URL: OptionKey = OptionKey {
    name: "url",
    form: OptionForm::Url,
    is_required: false,
    default: "",
    example: "",
    about: "Where the interface lies, up to the name of the server.",
};

/// The largest page that is read: a hundred rows with their abstracts are half a mebibyte.
const LIMIT_BYTES: usize = 8 * 1024 * 1024;

#[derive(Debug)]
struct Openrxiv {
    base: Url,
    server: &'static str,
    category: Option<String>,
    rules: Rules,
}

fn build(options: &Options, server: &'static str, base: &str) -> Result<Box<dyn Source>, OptionFault> {
    let category = options.text("category").map(|text| {
        let words = text.split(|letter: char| letter.is_whitespace() || letter == '_');
        words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_").to_lowercase()
    });
    if category.as_deref() == Some("") {
        let hint = Some("write category = \"cell biology\", or leave it out for every category".to_owned());
        return Err(OptionFault { option: "category", index: None, message: "it is empty".to_owned(), hint });
    }
    let rules = Rules::of(options, 3, 2, TimeDelta::hours(48))?;
    Ok(Box::new(Listed(Openrxiv { base: json_api::base(options, base)?, server, category, rules })))
}

impl List for Openrxiv {
    fn rules(&self) -> &Rules {
        &self.rules
    }

    fn part(&self) -> String {
        self.category.clone().unwrap_or_else(|| self.server.to_owned())
    }

    fn words(&self) -> (&'static str, &'static str) {
        ("row", self.server)
    }

    fn page_size(&self) -> u64 {
        0
    }

    fn request(&self, window: &Window, _is_of_history: bool) -> Option<Request> {
        let (from, until) = (window.from.to_string(), window.until.to_string());
        let place = offset(window).to_string();
        let mut url = json_api::below(&self.base, [from.as_str(), &until, &place, "json"])?;
        if let Some(category) = &self.category {
            url.query_pairs_mut().append_pair("category", category);
        }
        Some(Request::get(url, "application/json", LIMIT_BYTES, Expects::Json))
    }

    fn answer<'text>(&self, body: &'text [u8], window: &Window) -> Result<Answer<'text>, String> {
        let entries = rows(body)?;
        let came = u64::try_from(entries.count).unwrap_or(u64::MAX);
        let next = Some(offset(window).saturating_add(came).to_string());
        Ok(Answer { entries, total: None, next })
    }

    fn records(&self, entry: &str, _run: Timestamp) -> Result<Vec<Record>, String> {
        item::record(&json_list::value(entry)?, self.server).map(|record| vec![record])
    }

    fn key(&self, entry: &str) -> Option<String> {
        Some(digest(&entry.chars().take(2_000).collect::<String>()))
    }

    fn explain(&self, response: &Response) -> Option<String> {
        match rows(&response.body) {
            Err(words) if !words.starts_with("it is ") => Some(words),
            Err(_) | Ok(_) => None,
        }
    }
}

/// How many rows of the window are behind.
fn offset(window: &Window) -> u64 {
    window.place.as_deref().and_then(|place| place.parse().ok()).unwrap_or_default()
}

/// The rows of an answer, or what it says instead. An interval without rows has no `collection`, or an empty one.
fn rows(body: &[u8]) -> Result<Entries<'_>, String> {
    #[derive(Deserialize)]
    struct Answer<'text> {
        #[serde(borrow, default)]
        messages: Option<&'text RawValue>,
        #[serde(borrow, default)]
        collection: Option<Entries<'text>>,
    }
    let read = serde_json::from_slice::<Answer<'_>>(body);
    let answer = read.map_err(|error| json_api::unreadable(body, "a list of preprints", error))?;
    let messages = answer.messages.map(RawValue::get).and_then(|text| json_list::value(text).ok());
    let messages = messages.unwrap_or_default();
    let message = messages.get(0).unwrap_or(&messages);
    let status = message.get("status").and_then(Value::as_str).map(str::trim).unwrap_or_default();
    let is_empty = status.to_ascii_lowercase().starts_with("no posts found");
    match answer.collection {
        Some(rows)
            if rows.count > 0 || is_empty || status.is_empty() || status.eq_ignore_ascii_case("ok") =>
        {
            Ok(rows)
        }
        None if is_empty => Ok(Entries::default()),
        _refused if !status.is_empty() => Err(status.chars().take(200).collect()),
        _foreign => {
            Err(json_api::unreadable(body, "a list of preprints", "it has neither rows nor a status"))
        }
    }
}

/// A short name for a row, so that the cursor stays small.
fn digest(row: &str) -> String {
    let value: u64 = row
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("{value:016x}")
}

#[cfg(test)]
mod tests;
