//! Crossref: the works that publishers register, by journal, member, prefix or words; and, as a kind of its own, the
//! retractions that publishers and Retraction Watch tell of.
//!
//! Manners: a mailbox in the address, and with it three lists a second; we ask for one. Identifiers: DOIs. `created` is the
//! first registration and the only date that says what is new; bibliographic dates are parts that may be missing or lie
//! in the year 2106. A page is named by a cursor that lives some minutes and may stay the same for the next page, so that
//! pages are known by their works; after an interruption a window begins anew. What is deliberately absent: references,
//! subjects (which Crossref no longer gives) and corrections, which do not take a paper back.

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
use crate::sources::windows::rules::Rules;

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
    let rules = Rules::of(options, 7, 1, TimeDelta::minutes(4))?;
    Ok(Box::new(Listed(Crossref {
        base: json_api::base(options, BASE)?,
        mailbox: options.mailbox.clone(),
        scope,
        fields: scope::fields(options)?,
        rows: json_api::within(options, "rows", 1_000, 20, 1_000)?,
        rules,
        is_of_notices,
    })))
}

/// One work by itself, as it is asked for by its DOI.
pub(super) fn alone(work: &Value, run: Timestamp) -> Result<Record, String> {
    item::record(work, run)
}

impl List for Crossref {
    fn rules(&self) -> &Rules {
        &self.rules
    }

    fn part(&self) -> String {
        self.scope.part.clone()
    }

    fn words(&self) -> (&'static str, &'static str) {
        ("work", "works")
    }

    fn page_size(&self) -> u64 {
        self.rows
    }

    fn request(&self, window: &Window, is_of_history: bool) -> Option<Request> {
        let mut url = self.base.clone();
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("filter", &self.scope.filter(window, is_of_history));
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
        Some(Request::get(url, "application/json", LIMIT_BYTES, Expects::Json))
    }

    fn answer<'text>(&self, body: &'text [u8], _window: &Window) -> Result<Answer<'text>, String> {
        #[derive(Deserialize)]
        struct Found<'text> {
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
        let read = serde_json::from_slice::<Found<'_>>(body);
        let Found { message } = read.map_err(|error| {
            refusal(body).unwrap_or_else(|| json_api::unreadable(body, "a list of works", error))
        })?;
        let value = |raw: Option<&RawValue>| raw.and_then(|raw| json_list::value(raw.get()).ok());
        let next = value(message.next_cursor);
        Ok(Answer {
            entries: message.items,
            total: value(message.total_results).and_then(|total| total.as_u64()),
            next: next.as_ref().and_then(Value::as_str).filter(|next| is_cursor(next)).map(str::to_owned),
        })
    }

    /// A work itself, or what it says of papers that it takes back.
    fn records(&self, entry: &str, run: Timestamp) -> Result<Vec<Record>, String> {
        let work = json_list::value(entry)?;
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

    fn key(&self, entry: &str) -> Option<String> {
        Some(json_list::value(entry).ok()?.get("DOI")?.as_str()?.chars().take(300).collect())
    }

    fn explain(&self, response: &Response) -> Option<String> {
        refusal(&response.body)
    }
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

#[cfg(test)]
mod tests;
