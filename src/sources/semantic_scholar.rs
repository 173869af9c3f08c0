//! Semantic Scholar: more about known papers, asked for in lists of up to five hundred.
//!
//! Manners: one call a second with a key. Without one all the world shares a pool, so that 429 is the usual answer and the
//! next harvest tries again. Identifiers: arXiv's, DOIs, PubMed's, PubMed Central's, the ACL Anthology's; the answer has
//! them in the order of the question, `null` where nothing is known. Deliberately absent: the machine's one-line summary,
//! which is no abstract; fields of study, which a model guessed; and the day of publication, which for a preprint is the
//! day of its submission and would move every paper before its announcement.

use std::time::Duration;

use serde::Deserialize;
use serde::Serialize;
use url::Url;

use crate::fetch::exchange::Credential;
use crate::fetch::exchange::CredentialPlace;
use crate::fetch::exchange::Expects;
use crate::fetch::exchange::Request;
use crate::fetch::exchange::Response;
use crate::model::coverage::Target;
use crate::model::coverage::WantedBy;
use crate::model::coverage::Wants;
use crate::model::external_id::ExternalId;
use crate::model::problem::Problem;
use crate::model::record::IdHint;
use crate::model::record::RawId;
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
use crate::sources::aimed::Aimed;
use crate::sources::json_api;
use crate::sources::json_list;
use crate::sources::json_list::Entries;

mod paper;

/// This kind.
pub(super) const KIND: Kind = Kind {
    name: "semantic-scholar",
    about: "Semantic Scholar, asked for known papers: further identifiers, journal, open copies and citations.",
    authority: Authority::Aggregator,
    manners: Manners {
        operator: Some("semantic-scholar"),
        spacing: Duration::from_secs(3),
        every: Duration::from_hours(6),
        every_at_least: Duration::from_hours(1),
        rhythm: Rhythm::Steady,
        believes_max_age: Duration::from_hours(6),
    },
    needs_contact: false,
    options: &[
        OptionKey {
            name: "key",
            form: OptionForm::Secret,
            is_required: false,
            default: "",
            example: "",
            about: "A key of semanticscholar.org; without one most requests are refused for others' haste.",
        },
        OptionKey {
            name: "papers",
            form: OptionForm::Number,
            is_required: false,
            default: "1000",
            example: "",
            about: "How many papers are asked for in one harvest, 1 to 10,000.",
        },
        OptionKey {
            name: "batch",
            form: OptionForm::Number,
            is_required: false,
            default: "500",
            example: "",
            about: "How many papers are asked for in one request, 1 to 500.",
        },
        OptionKey {
            name: "url",
            form: OptionForm::Url,
            is_required: false,
            default: "\"https://api.semanticscholar.org/graph/v1/paper/batch\"",
            example: "",
            about: "Where lists of papers are asked for.",
        },
    ],
    build,
};

/// Where lists of papers are asked for.
const BASE: &str = "https://api.semanticscholar.org/graph/v1/paper/batch";

/// What is asked of each paper.
const FIELDS: &str =
    "externalIds,title,abstract,authors,year,venue,publicationVenue,journal,citationCount,openAccessPdf";

/// The largest body that is read: five hundred papers, some of them with thousands of authors.
const LIMIT_BYTES: usize = 16 * 1024 * 1024;

#[derive(Debug)]
struct SemanticScholar {
    base: Url,
    key: Option<Credential>,
    papers: usize,
    batch: usize,
}

/// The question.
#[derive(Serialize)]
struct Asked<'names> {
    ids: Vec<&'names str>,
}

/// A paper to be asked for: as we know it, and as it is called there.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Named {
    ours: String,
    theirs: String,
}

fn build(options: &Options) -> Result<Box<dyn Source>, OptionFault> {
    let number = |option, usual, high| {
        let number = json_api::within(options, option, usual, 1, high)?;
        Ok(usize::try_from(number).unwrap_or(usize::MAX))
    };
    let place = CredentialPlace::Header { name: "x-api-key", prefix: "" };
    Ok(Box::new(SemanticScholar {
        base: json_api::base(options, BASE)?,
        key: options.secret("key").map(|secret| Credential { place, secret: secret.clone() }),
        papers: number("papers", 1_000, 10_000)?,
        batch: number("batch", 500, 500)?,
    }))
}

/// What an identifier is called there.
fn named(target: &Target) -> Option<Named> {
    let theirs = match ExternalId::parse(&target.name)? {
        ExternalId::Arxiv(id) => format!("ARXIV:{id}"),
        ExternalId::Doi(doi) => format!("DOI:{doi}"),
        ExternalId::Pmid(id) => format!("PMID:{id}"),
        ExternalId::Pmcid(id) => format!("PMCID:{}", id.as_str().trim_start_matches("PMC")),
        ExternalId::Acl(id) => format!("ACL:{id}"),
        ExternalId::OpenReview(_) | ExternalId::Page(_) => return None,
    };
    Some(Named { ours: target.name.clone(), theirs })
}

/// The identifier that a paper was asked by.
fn asked_by(name: &Named) -> Option<RawId> {
    let (hint, text) = match ExternalId::parse(&name.ours)? {
        ExternalId::Arxiv(id) => (IdHint::Arxiv, id.to_string()),
        ExternalId::Doi(doi) => (IdHint::Doi, doi.to_string()),
        ExternalId::Pmid(id) => (IdHint::Pmid, id.to_string()),
        ExternalId::Pmcid(id) => (IdHint::Pmcid, id.to_string()),
        ExternalId::Acl(id) => (IdHint::Any, format!("https://aclanthology.org/{id}")),
        ExternalId::OpenReview(_) | ExternalId::Page(_) => return None,
    };
    Some(RawId { hint, text })
}

impl Source for SemanticScholar {
    fn wants(&self) -> Option<Wants> {
        Some(Wants { by: WantedBy::ArxivOrDoi, days: 60, again_hours: 7 * 24, at_most: self.papers })
    }

    fn aim(&self, _cursor: &Cursor, run: Timestamp, targets: &[Target]) -> Cursor {
        Aimed::cursor(run, targets.iter().filter_map(named).take(self.papers).collect())
    }

    fn ask(&self, cursor: &Cursor, _run: Timestamp) -> Option<Request> {
        let aimed = Aimed::<Named>::read(cursor);
        let ids: Vec<&str> = aimed.first(self.batch).iter().map(|name| name.theirs.as_str()).collect();
        if ids.is_empty() {
            return None;
        }
        let mut url = self.base.clone();
        url.query_pairs_mut().append_pair("fields", FIELDS);
        let request = Request::get(url, "application/json", LIMIT_BYTES, Expects::Json);
        let json = serde_json::to_string(&Asked { ids }).ok()?;
        Some(Request { json: Some(json), ..request }.known_by(self.key.clone()))
    }

    fn read(&self, cursor: &Cursor, _run: Timestamp, _request: &Request, response: &Response) -> Batch {
        let aimed = Aimed::<Named>::read(cursor);
        let names = aimed.first(self.batch);
        let mut batch = Batch::default();
        if !response.is_not_modified() {
            let entries: Entries<'_> = match serde_json::from_slice(&response.body) {
                Ok(entries) => entries,
                Err(error) => {
                    let said = json_api::unreadable(&response.body, "a list of papers", error);
                    return Batch { unusable: Some(said), ..Batch::default() };
                }
            };
            let is_in_order = entries.count == names.len();
            if !is_in_order {
                let message = format!("{} answers to {} questions", entries.count, names.len());
                batch.problems.push(Problem::new("the list", message));
            }
            for (index, entry) in entries.kept.iter().enumerate() {
                if entry.get() == "null" {
                    // It is not known there, or not yet.
                    continue;
                }
                let name = names.get(index).filter(|_name| is_in_order);
                let place = name.map_or_else(|| format!("answer {}", index + 1), |name| name.ours.clone());
                let asked = name.and_then(asked_by);
                match json_list::value(entry.get()).and_then(|entry| paper::record(&entry, asked)) {
                    Ok(record) => batch.records.push(record),
                    Err(message) => batch.problems.push(Problem::new(place, message)),
                }
            }
        }
        batch.next = aimed.behind(self.batch);
        batch
    }

    fn skip(&self, cursor: &Cursor, _run: Timestamp) -> Option<Cursor> {
        Some(Aimed::<Named>::read(cursor).behind(self.batch))
    }

    fn is_absence(&self, response: &Response) -> bool {
        // What is said of a list of which it knows no paper at all.
        let says_so = |words: String| words.to_ascii_lowercase().contains("no valid paper ids");
        response.status == 404 || response.status == 400 && self.explain(response).is_some_and(says_so)
    }

    fn explain(&self, response: &Response) -> Option<String> {
        json_api::said(&response.body)
    }
}

#[cfg(test)]
mod tests;
