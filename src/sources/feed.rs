//! `feed`: any RSS 0.9x, 1.0 (RDF) or 2.0, Atom 0.3 or 1.0, or JSON Feed, with the vocabularies journals add to them.
//!
//! Manners: each host is asked on its own, two requests at least two seconds apart, as publishers of feeds ask. A feed
//! has no history: one request makes a run, and what left the feed between two runs is not found here.
//! Identifiers: a DOI from PRISM, Dublin Core, the item's id or link; else whatever address the item has.
//!
//! The folder reads in this order: bytes → characters (`decode`) → items, at once where the document is sound, else by way of
//! acceptable markup (`repair`), pieces (`cut`) and what stands in them (`elements`) → feed-rs (`standard`) beside all elements
//! in order (`element`) → one answer of both (`item`, `people`, `ids`, `places`) → records (`list`, `record`). Items whose
//! title meets `skip` are not papers; they are dropped without a problem.

use std::time::Duration;

use serde::Deserialize;
use serde::Serialize;
use url::Url;

use crate::fetch::exchange::Expects;
use crate::fetch::exchange::Request;
use crate::fetch::exchange::Response;
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
use crate::sources::feed::read::Context;
use crate::sources::feed::skip::Skip;

mod cut;

pub(super) mod decode;

mod element;

pub(super) mod elements;

pub(super) mod head;

mod ids;

mod inherited;

mod item;

mod json;

mod list;

pub(super) mod markup;

mod people;

mod places;

mod read;

mod record;

pub(super) mod repair;

mod skip;

mod space;

mod standard;

/// This kind.
pub(super) const KIND: Kind = Kind {
    name: "feed",
    about: "Any RSS, Atom or JSON Feed, such as a journal's, with Dublin Core and PRISM",
    authority: Authority::Publisher,
    manners: Manners {
        operator: None,
        spacing: Duration::from_secs(2),
        every: Duration::from_hours(1),
        every_at_least: Duration::from_mins(15),
        rhythm: Rhythm::Steady,
        believes_max_age: Duration::from_hours(24),
    },
    needs_contact: false,
    options: &[
        OptionKey {
            name: "url",
            form: OptionForm::Url,
            is_required: true,
            default: "",
            example: "\"https://papers.example.org/feed\"",
            about: "The address of the feed.",
        },
        OptionKey {
            name: "language",
            form: OptionForm::Text,
            is_required: false,
            default: "",
            example: "",
            about: "The language of its papers (RFC 5646) where the feed does not say.",
        },
        OptionKey {
            name: "skip",
            form: OptionForm::TextList,
            is_required: false,
            default: skip::DEFAULT_WRITTEN,
            example: "",
            about: "Titles that are not papers: whole parts between punctuation, or their beginning before a *.",
        },
    ],
    build,
};

/// Feeds of journals stay far below this.
const LIMIT_BYTES: usize = 8 * 1024 * 1024;

const ACCEPT: &str = "application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json, \
                      application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.1";

fn build(options: &Options) -> Result<Box<dyn Source>, OptionFault> {
    let Some(url) = options.url("url") else {
        return Err(fault("url", "it is missing", Some("give the address of the feed")));
    };
    let language = options.text("language").map(str::trim).filter(|tag| !tag.is_empty());
    if language.is_some_and(|tag| !record::is_tag(tag)) {
        return Err(fault("language", "it is not a language tag", Some("write it like \"en\" or \"pt-BR\"")));
    }
    let skip = options.list("skip");
    if let Some(index) = skip.iter().position(|pattern| pattern.trim().trim_end_matches('*').is_empty()) {
        let mut fault = fault("skip", "it would meet every title", Some("write words of the title"));
        fault.index = Some(index);
        return Err(fault);
    }
    Ok(Box::new(Feed { url: url.clone(), language: language.map(str::to_owned), skip: Skip::new(skip) }))
}

fn fault(option: &'static str, message: &str, hint: Option<&str>) -> OptionFault {
    OptionFault { option, index: None, message: message.to_owned(), hint: hint.map(str::to_owned) }
}

/// A configured feed.
#[derive(Clone, Debug)]
struct Feed {
    url: Url,
    language: Option<String>,
    skip: Skip,
}

/// How far a harvest got: there is one request, so it is done or not.
#[derive(Serialize, Deserialize)]
struct Progress {
    /// The run whose request was answered, in microseconds.
    done: i64,
}

impl Source for Feed {
    fn ask(&self, cursor: &Cursor, run: Timestamp) -> Option<Request> {
        let done = serde_json::from_str::<Progress>(&cursor.0).ok().map(|progress| progress.done);
        (done != Some(run.micros()))
            .then(|| Request::get(self.url.clone(), ACCEPT, LIMIT_BYTES, Expects::Feed))
    }

    fn read(&self, _cursor: &Cursor, run: Timestamp, _request: &Request, response: &Response) -> Batch {
        let next = serde_json::to_string(&Progress { done: run.micros() });
        let next = Cursor(next.unwrap_or_else(|_| run.micros().to_string()));
        if response.is_not_modified() {
            return Batch { next, ..Batch::default() };
        }
        let language = self.language.as_deref();
        let context = Context { base: &response.url, run, language, skip: &self.skip };
        let answer = read::read(&response.body, response.content_type.as_deref(), &context);
        Batch {
            records: answer.records,
            problems: answer.problems,
            next,
            is_partial: answer.is_partial,
            is_broken_off: answer.is_broken_off,
            pace: answer.pace,
            unusable: answer.unusable,
            ..Batch::default()
        }
    }

    /// The title of the page that came instead of a feed.
    fn explain(&self, response: &Response) -> Option<String> {
        let head = response.body.get(..65_536).unwrap_or(&response.body);
        let page = repair::repair(&decode::decode(head, response.content_type.as_deref()));
        let start = page.to_ascii_lowercase().find("<title")?;
        let inside = page.get(start..)?.split_once('>')?.1;
        let title = inside.split('<').next()?;
        let title = quick_xml::escape::unescape(title).map_or_else(|_| title.into(), std::convert::identity);
        let line: String = title.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect();
        (!line.is_empty()).then_some(line)
    }
}
