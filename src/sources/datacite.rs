//! DataCite: what a repository registers there (arXiv, Zenodo, a university), or what a query finds; a way around arXiv when
//! it is down.
//!
//! Manners: 1,000 requests in five minutes for a client that names a contact, which stands in the user agent. Records are
//! asked for by the day of their creation, two days again each time; pages follow the cursor in `links.next`, of which
//! nothing else is believed. What is deliberately absent: data sets, pictures and samples, unless `types` names them, and
//! every relation that does not say that two records are the same work.

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
        rules::DAYS,
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
    let rules = Rules::of(options, 7, 2, TimeDelta::hours(12))?;
    let by = match given("by") {
        None | Some("created") => By::Created,
        Some("updated") => By::Updated,
        Some(other) => {
            let message = format!("{other:?} is neither \"created\" nor \"updated\"");
            return Err(OptionFault { option: "by", index: None, message, hint: None });
        }
    };
    let client = given("client").or(usual).map(str::to_owned);
    Ok(Box::new(Listed(DataCite {
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
    })))
}

/// One record by itself, as it is asked for by its DOI; nothing where it is of no paper.
pub(super) fn alone(entry: &Value) -> Result<Option<Record>, String> {
    item::record(entry, TYPES)
}

impl List for DataCite {
    fn rules(&self) -> &Rules {
        &self.rules
    }

    fn part(&self) -> String {
        self.part.clone()
    }

    fn words(&self) -> (&'static str, &'static str) {
        ("record", "records")
    }

    fn page_size(&self) -> u64 {
        self.limit
    }

    fn request(&self, window: &Window, _is_of_history: bool) -> Option<Request> {
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
        let accept = "application/vnd.api+json, application/json;q=0.9";
        Some(Request::get(url, accept, LIMIT_BYTES, Expects::Json))
    }

    fn answer<'text>(&self, body: &'text [u8], _window: &Window) -> Result<Answer<'text>, String> {
        #[derive(Deserialize)]
        struct Found<'text> {
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
        let found: Found<'_> = serde_json::from_slice(body).map_err(|error| fault(body, wanted, error))?;
        let entries = found.data.ok_or_else(|| fault(body, wanted, "it has no data"))?;
        let total = found
            .meta
            .and_then(|meta| json_list::small(meta.total, SMALL_BYTES))
            .and_then(|total| json_api::number(&total));
        let next = found.links.and_then(|links| json_list::small(links.next, SMALL_BYTES));
        let next = next.and_then(|next| Url::parse(next.as_str()?).ok()).and_then(|next| {
            next.query_pairs().find(|(name, _)| name == "page[cursor]").map(|(_, value)| value.into_owned())
        });
        Ok(Answer { entries, total, next: next.filter(|next| !next.is_empty()) })
    }

    fn records(&self, entry: &str, _run: Timestamp) -> Result<Vec<Record>, String> {
        let record = item::record(&json_list::value(entry)?, &self.types)?;
        Ok(record.into_iter().collect())
    }

    fn key(&self, entry: &str) -> Option<String> {
        let entry = json_list::value(entry).ok()?;
        json_api::string(&entry, "id").map(|id| id.chars().take(300).collect())
    }

    fn explain(&self, response: &Response) -> Option<String> {
        title(&response.body).or_else(|| json_api::said(&response.body))
    }
}

/// A value that is short enough to be what it should be.
fn fault(body: &[u8], wanted: &str, error: impl std::fmt::Display) -> String {
    title(body).unwrap_or_else(|| json_api::unreadable(body, wanted, error))
}

/// The title of the first of JSON:API's errors.
fn title(body: &[u8]) -> Option<String> {
    if body.len() > SMALL_BYTES {
        return None;
    }
    let value: Value = serde_json::from_slice(body).ok()?;
    let first = value.get("errors")?.get(0)?;
    let words = json_api::string(first, "title").or_else(|| json_api::string(first, "detail"))?;
    Some(words.chars().take(300).collect())
}

#[cfg(test)]
mod tests;
