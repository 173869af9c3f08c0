//! arXiv's query API, asked by identifier alone: for papers of which no source has told yet, those that a list announced
//! and the examples of topics.
//!
//! Manners: one request every three seconds over all arXiv hosts, one connection; the metadata is CC0. Identifiers:
//! `http://arxiv.org/abs/ID` with a version. The API is fragile: pages come empty though it counts results, and papers are
//! missing for hours behind their announcement. So it is never the main source. What is deliberately absent: searches.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::NaiveDate;
use serde::Deserialize;
use serde::Serialize;
use url::Url;

use crate::fetch::exchange::Expects;
use crate::fetch::exchange::Request;
use crate::fetch::exchange::Response;
use crate::model::coverage::Target;
use crate::model::coverage::WantedBy;
use crate::model::coverage::Wants;
use crate::model::external_id::ExternalId;
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
use crate::sources::arxiv_api::entry::Entry;
use crate::sources::feed::decode;
use crate::sources::xml::Element;
use crate::sources::xml::document;
use crate::sources::xml::document::Document;
use crate::sources::xml::document::Reads;

mod entry;

#[cfg(test)]
mod tests;

/// This kind.
pub(super) const KIND: Kind = Kind {
    name: "arxiv-api",
    about: "arXiv's query API, asked only for papers that no source has told of yet: those that a list announced, and the \
            examples of topics.",
    authority: Authority::Repository,
    manners: Manners {
        operator: Some("arxiv"),
        spacing: Duration::from_secs(3),
        every: Duration::from_hours(24),
        every_at_least: Duration::from_hours(1),
        rhythm: Rhythm::Steady,
        believes_max_age: Duration::from_hours(1),
    },
    needs_contact: false,
    options: &[
        OptionKey {
            name: "batch",
            form: OptionForm::Number,
            is_required: false,
            default: "50",
            example: "",
            about: "How many papers are asked for in one request, 1 to 100.",
        },
        OptionKey {
            name: "url",
            form: OptionForm::Url,
            is_required: false,
            default: "\"https://export.arxiv.org/api/query\"",
            example: "",
            about: "Where the API answers.",
        },
    ],
    build,
};

/// Where the API answers.
const BASE: &str = "https://export.arxiv.org/api/query";

/// The largest body that is read.
const LIMIT_BYTES: usize = 8 * 1024 * 1024;

/// The most papers that are asked for in one run.
const TARGETS_AT_MOST: usize = 500;

/// How often a page is asked for again that came empty though it should not.
const TRIES_AT_MOST: usize = 3;

#[derive(Debug)]
struct ArxivApi {
    base: Url,
    batch: usize,
}

/// Papers that are asked for, each with the day that announced it where a list said so.
#[derive(Default)]
struct Wanted(BTreeMap<String, Option<NaiveDate>>);

/// An answer in parts; of its head, how many papers it says were found.
type Answer = Document<u64, Entry>;

impl Reads for Wanted {
    type Head = u64;
    type Item = Entry;

    fn head(&self, outside: &mut Element<'_>) -> u64 {
        outside.inner("totalResults").and_then(|total| total.text().parse().ok()).unwrap_or(0)
    }

    fn item(&self, _total: &u64, number: usize, item: &Element<'_>) -> Result<Entry, String> {
        entry::read(number, item, |id| self.0.get(id).copied().flatten())
    }
}

/// The papers that are asked for, and how far that got.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Progress {
    /// Identifiers, with the day that announced each where a list said so.
    #[serde(default)]
    targets: Vec<(String, Option<NaiveDate>)>,
    /// How many of them are done.
    #[serde(default)]
    done: usize,
    /// How often the page at hand came empty.
    #[serde(default)]
    tries: usize,
}

fn build(options: &Options) -> Result<Box<dyn Source>, OptionFault> {
    let fault = |option, message: String| OptionFault { option, index: None, message, hint: None };
    let number = options.number("batch").unwrap_or(50);
    let batch = usize::try_from(number).ok().filter(|batch| (1..=100).contains(batch));
    let batch = batch.ok_or_else(|| fault("batch", format!("{number} lies outside 1 to 100")))?;
    let base = match options.url("url") {
        Some(url) => url.clone(),
        None => Url::parse(BASE).map_err(|error| fault("url", error.to_string()))?,
    };
    Ok(Box::new(ArxivApi { base, batch }))
}

impl ArxivApi {
    fn at_hand<'a>(&self, progress: &'a Progress) -> &'a [(String, Option<NaiveDate>)] {
        let end = progress.done.saturating_add(self.batch).min(progress.targets.len());
        progress.targets.get(progress.done..end).unwrap_or_default()
    }

    /// The page at hand is done; behind the last one nothing is left to ask for.
    fn turn(&self, mut progress: Progress) -> Cursor {
        progress.done = progress.done.saturating_add(self.batch);
        progress.tries = 0;
        as_cursor(&if progress.done >= progress.targets.len() { Progress::default() } else { progress })
    }

    /// Asks for the page at hand once more, a little differently, so that no cache gives the same answer again.
    fn retry(&self, mut progress: Progress) -> Batch {
        if progress.tries < TRIES_AT_MOST {
            progress.tries += 1;
            return Batch { next: as_cursor(&progress), ..Batch::default() };
        }
        let message = format!("a page of {} papers stays empty", self.at_hand(&progress).len());
        let problems = vec![Problem::new("id_list", message)];
        Batch { is_partial: true, problems, next: self.turn(progress), ..Batch::default() }
    }

    /// An answer in parts; fails where it is no feed, or one that holds nothing but an error. `wanted` names papers and the
    /// days on which lists announced them.
    fn document(&self, wanted: &Wanted, response: &Response) -> Result<Answer, String> {
        let document = document::read(&decode::answer(response), 2 * self.batch, wanted);
        let document = document.ok_or("there is no markup in it, so it is not a feed")?;
        if document.root.rsplit(':').next() != Some("feed") {
            let root: String = document.root.chars().take(100).collect();
            return Err(format!("its root element is <{root}>, which is not a feed"));
        }
        complaint(&document).map_or(Ok(document), Err)
    }

    /// Reads an answer to the page at hand.
    fn read_document(&self, progress: Progress, mut wanted: Wanted, document: Answer) -> Batch {
        if document.count == 0 && document.head > 0 {
            return self.retry(progress);
        }
        let mut batch = Batch::default();
        let mut faults = document.faults;
        for item in document.items {
            match item {
                Entry::Paper(record) => {
                    wanted.0.remove(&record.key);
                    batch.records.push(*record);
                }
                Entry::Complaint(number, why) => faults.push((number, why)),
            }
        }
        faults.sort_by_key(|(number, _fault)| *number);
        let problem = |(number, fault)| Problem::new(format!("entry {number}"), fault);
        batch.problems.extend(faults.into_iter().map(problem));
        if !document.is_whole {
            batch.is_partial = true;
            batch.problems.push(Problem::new("end", "the document ends in the middle"));
        }
        if !wanted.0.is_empty() {
            let names: Vec<&str> = wanted.0.keys().map(String::as_str).collect();
            let message = format!("{} papers are not in the answer: {}", names.len(), names.join(", "));
            batch.problems.push(Problem::new("id_list", message));
        }
        batch.next = self.turn(progress);
        batch
    }
}

impl Source for ArxivApi {
    fn ask(&self, cursor: &Cursor, _run: Timestamp) -> Option<Request> {
        let progress = progress(cursor);
        let ids: Vec<&str> = self.at_hand(&progress).iter().map(|(id, _day)| id.as_str()).collect();
        if ids.is_empty() {
            return None;
        }
        let mut url = self.base.clone();
        url.query_pairs_mut()
            .append_pair("id_list", &ids.join(","))
            // Without it ten are given.
            .append_pair("max_results", &(ids.len() + progress.tries).to_string());
        Some(
            Request::get(url, "application/atom+xml, application/xml;q=0.9", LIMIT_BYTES, Expects::Xml)
                .afresh(),
        )
    }

    fn read(&self, cursor: &Cursor, _run: Timestamp, _request: &Request, response: &Response) -> Batch {
        let progress = progress(cursor);
        if self.at_hand(&progress).is_empty() {
            // Nothing was asked for; the run is over.
            return Batch { next: Cursor(format!("{} ", cursor.0)), ..Batch::default() };
        }
        if response.is_not_modified() {
            // What is missing was missing then, too.
            return self.retry(progress);
        }
        let wanted = Wanted(self.at_hand(&progress).iter().cloned().collect());
        match self.document(&wanted, response) {
            Ok(document) => self.read_document(progress, wanted, document),
            Err(why) => Batch { unusable: Some(why), ..Batch::default() },
        }
    }

    fn skip(&self, cursor: &Cursor, _run: Timestamp) -> Option<Cursor> {
        Some(self.turn(progress(cursor)))
    }

    fn wants(&self) -> Option<Wants> {
        Some(Wants { by: WantedBy::MissingArxiv, days: 30, again_hours: 24, at_most: TARGETS_AT_MOST })
    }

    fn aim(&self, _cursor: &Cursor, _run: Timestamp, targets: &[Target]) -> Cursor {
        let id = |target: &Target| match ExternalId::parse(&target.name) {
            Some(ExternalId::Arxiv(id)) => Some((id.to_string(), target.announced)),
            _other => None,
        };
        let targets = targets.iter().filter_map(id).take(TARGETS_AT_MOST).collect();
        as_cursor(&Progress { targets, ..Progress::default() })
    }

    fn explain(&self, response: &Response) -> Option<String> {
        complaint(&document::read(&decode::answer(response), 1, &Wanted::default())?)
    }
}

/// What an error says that stands in place of papers.
fn complaint(document: &Answer) -> Option<String> {
    let is_other = |item| matches!(item, &Entry::Paper(_));
    if document.items.len() < document.count || document.items.iter().any(is_other) {
        return None;
    }
    let Entry::Complaint(_number, words) = document.items.first()? else { return None };
    Some(words.chars().take(200).collect())
}

fn progress(cursor: &Cursor) -> Progress {
    serde_json::from_str(&cursor.0).unwrap_or_default()
}

fn as_cursor(progress: &Progress) -> Cursor {
    Cursor(serde_json::to_string(progress).unwrap_or_default())
}
