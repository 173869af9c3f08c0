//! arXiv's own feeds (`rss.arxiv.org`), RSS 2.0 or Atom, and the RDF of before 2024, which mirrors still serve: exactly
//! one announcement day, no history.
//!
//! Manners: one request every three seconds over all arXiv hosts, one connection; the metadata is CC0. Identifiers:
//! `oai:arXiv.org:ID` with a version, so that each replacement has a new `guid`. A feed holds at most 2,000 rows, and
//! the rows cut off are the new papers with the smallest identifiers: such a feed is reported as partial. Empty feeds
//! on Saturdays and Sundays are healthy. What is deliberately absent: judging freshness by the dates in the feed, which
//! lie when a stale body is served.

use std::time::Duration;

use serde::Deserialize;
use serde::Serialize;
use url::Url;

use crate::fetch::exchange::Expects;
use crate::fetch::exchange::Request;
use crate::fetch::exchange::Response;
use crate::model::arxiv_id::ArxivId;
use crate::model::coverage::Coverage;
use crate::model::external_id::ExternalId;
use crate::model::problem::Problem;
use crate::model::record::Announce;
use crate::model::record::Record;
use crate::model::source::Authority;
use crate::model::source::Cursor;
use crate::model::source::Pace;
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
use crate::sources::feed::decode;
use crate::sources::feed::head;
use crate::sources::xml;
use crate::sources::xml::Element;
use crate::sources::xml::document;
use crate::sources::xml::document::Document;
use crate::sources::xml::document::Reads;

mod item;

/// This kind.
pub(super) const KIND: Kind = Kind {
    name: "arxiv-rss",
    about: "The announcements of arXiv categories, day by day.",
    authority: Authority::Repository,
    manners: Manners {
        operator: Some("arxiv"),
        spacing: Duration::from_secs(3),
        every: Duration::from_hours(1),
        every_at_least: Duration::from_mins(15),
        rhythm: Rhythm::Announcements,
        // Feeds are kept until midnight, and a stale one that was kept would hide a whole day.
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
            name: "together",
            form: OptionForm::Number,
            is_required: false,
            default: "1",
            example: "",
            about: "How many categories are asked for in one request, 1 to 5; a feed of 2,000 papers is cut.",
        },
        OptionKey {
            name: "url",
            form: OptionForm::Url,
            is_required: false,
            default: "\"https://rss.arxiv.org/rss\"",
            example: "",
            about: "Where the feeds lie; `…/atom` gives the Atom form.",
        },
    ],
    build,
};

/// Where the feeds lie.
const BASE: &str = "https://rss.arxiv.org/rss";

/// The most rows a feed holds.
const ROW_LIMIT: usize = 2_000;

/// The largest body that is read.
const LIMIT_BYTES: usize = 8 * 1024 * 1024;

#[derive(Debug)]
struct ArxivRss {
    /// What is asked for in one request, and the categories in it.
    requests: Vec<(String, Url)>,
}

/// How far the run got: the requests are made in order.
#[derive(Default, Serialize, Deserialize)]
struct Progress {
    run: i64,
    done: usize,
}

fn fault(option: &'static str, index: Option<usize>, message: &str, hint: &str) -> OptionFault {
    OptionFault { option, index, message: message.to_owned(), hint: Some(hint.to_owned()) }
}

fn build(options: &Options) -> Result<Box<dyn Source>, OptionFault> {
    let categories = arxiv::categories(options)?;
    let together = options.number("together").unwrap_or(1);
    let together = usize::try_from(together).ok().filter(|together| (1..=5).contains(together));
    let together =
        together.ok_or_else(|| fault("together", None, "it lies outside 1 to 5", "write together = 1"))?;
    let base = options.url("url").map_or(BASE, Url::as_str).trim_end_matches('/').to_owned();
    let requests = categories.chunks(together).map(|group| {
        let part = group.join("+");
        Url::parse(&format!("{base}/{part}")).map(|url| (part, url))
    });
    let requests = requests.collect::<Result<Vec<_>, _>>();
    let requests =
        requests.map_err(|error| fault("url", None, &error.to_string(), "write an absolute address"))?;
    Ok(Box::new(ArxivRss { requests }))
}

impl Source for ArxivRss {
    fn ask(&self, cursor: &Cursor, run: Timestamp) -> Option<Request> {
        let progress = progress(cursor, run);
        let (_part, url) = self.requests.get(progress.done)?.clone();
        let accept = "application/rss+xml, application/atom+xml;q=0.9, application/xml;q=0.8, text/xml;q=0.7";
        Some(Request::get(url, accept, LIMIT_BYTES, Expects::Xml))
    }

    fn read(&self, cursor: &Cursor, run: Timestamp, _request: &Request, response: &Response) -> Batch {
        let next = self.skip(cursor, run).unwrap_or_default();
        if response.is_not_modified() {
            return Batch { next, ..Batch::default() };
        }
        match read_feed(response) {
            Ok(batch) => {
                // A list that broke off says nothing of what the day holds: it is asked for again.
                let asked = self.requests.get(progress(cursor, run).done).filter(|_| !batch.is_broken_off);
                let coverage = asked.map(|(part, _url)| coverage(part, &batch));
                Batch { next, coverage: coverage.into_iter().collect(), ..batch }
            }
            Err(fault) => Batch { unusable: Some(fault), ..Batch::default() },
        }
    }

    fn skip(&self, cursor: &Cursor, run: Timestamp) -> Option<Cursor> {
        let mut progress = progress(cursor, run);
        progress.done += 1;
        serde_json::to_string(&progress).ok().map(Cursor)
    }

    fn explain(&self, response: &Response) -> Option<String> {
        let head = document::read(&decode::answer(response), 0, &Announcements)?.head;
        if head.is_error() { head.said } else { None }
    }
}

fn progress(cursor: &Cursor, run: Timestamp) -> Progress {
    let known: Progress = serde_json::from_str(&cursor.0).unwrap_or_default();
    if known.run == run.micros() { known } else { Progress { run: run.micros(), done: 0 } }
}

/// What the feed of some categories announces.
fn coverage(part: &str, batch: &Batch) -> Coverage {
    let is_announced =
        |record: &&Record| matches!(record.announce, None | Some(Announce::New | Announce::Cross));
    let listed = batch.records.iter().filter(is_announced).filter_map(|record| ArxivId::parse(&record.key));
    let day = batch.records.iter().find_map(item::day_of);
    Coverage {
        part: part.to_owned(),
        day,
        listed: listed.map(|(id, _version)| ExternalId::Arxiv(id)).collect(),
        stated: None,
        is_cut: batch.is_partial,
    }
}

/// What the feed says of itself.
struct Head {
    title: String,
    /// Its description.
    said: Option<String>,
    /// Its date; the old form dates the feed alone, not its items.
    day: Option<String>,
    pace: Pace,
}

impl Head {
    /// Whether it is the feed that is sent in place of one.
    fn is_error(&self) -> bool {
        self.title.starts_with("Feed error")
    }
}

/// How the feed is read.
struct Announcements;

impl Reads for Announcements {
    type Head = Head;
    type Item = Record;

    fn head(&self, outside: &mut Element<'_>) -> Head {
        let text = |name: &str| {
            let mut places = std::iter::once(&*outside).chain(outside.inner("channel"));
            places.find_map(|place| place.inner_text(name))
        };
        Head {
            title: text("title").unwrap_or_default(),
            said: ["description", "subtitle", "summary"].into_iter().find_map(text),
            day: text("date"),
            pace: head::of(outside).pace,
        }
    }

    fn item(&self, head: &Head, _number: usize, item: &Element<'_>) -> Result<Record, String> {
        item::record(item, head.day.as_deref())
    }
}

/// What is read of an answer that is a feed, or why it is none.
fn read_feed(response: &Response) -> Result<Batch, String> {
    let document = document::read(&decode::answer(response), usize::MAX, &Announcements);
    let Document { root, head, items, faults, count, is_whole } =
        document.ok_or("there is no markup in it, so it is not a feed")?;
    let local = xml::local(&root);
    if !["rss", "feed", "rdf"].iter().any(|name| name.eq_ignore_ascii_case(local)) {
        return Err(format!("its root element is <{root}>, which is not a feed"));
    }
    if head.is_error() {
        return Err(format!("{}: {}", head.title, head.said.unwrap_or_default()));
    }
    let fault = |(number, fault)| Problem::new(format!("item {number}"), fault);
    let problems = faults.into_iter().map(fault).collect();
    let mut batch = Batch { pace: head.pace, records: items, problems, ..Batch::default() };
    if !is_whole {
        (batch.is_partial, batch.is_broken_off) = (true, true);
        batch.problems.push(Problem::new("end", format!("the document ends before </{root}>")));
    }
    if count >= ROW_LIMIT {
        batch.is_partial = true;
        let message = format!(
            "the feed holds {count} rows, its limit: new papers are cut off; ask for fewer categories"
        );
        batch.problems.push(Problem::new("feed", message));
    }
    Ok(batch)
}

#[cfg(test)]
mod tests;
