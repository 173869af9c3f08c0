//! OpenAlex: more about known papers, asked for one by one by their DOI, which costs nothing there.
//!
//! Manners: up to 100 calls a second; a single work is free, with a key or without. What is used up answers 429 with a
//! `Retry-After` of up to fifteen hours. Identifiers: DOIs, arXiv's own among them, PubMed's, PubMed Central's; a work
//! that was merged into another redirects to it. Terms: CC0. Deliberately absent: lists and searches, which cost money,
//! and topics and keywords, which a model guessed and no person gave.

use std::time::Duration;

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
use url::Url;

mod work;

/// This kind.
pub(super) const KIND: Kind = Kind {
    name: "openalex",
    about: "OpenAlex, asked for known papers: journal, open copies, retractions, further identifiers and citations.",
    authority: Authority::Aggregator,
    manners: Manners {
        operator: Some("openalex"),
        spacing: Duration::from_millis(250),
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
            about: "A free key of openalex.org, which raises its daily limits.",
        },
        OptionKey {
            name: "papers",
            form: OptionForm::Number,
            is_required: false,
            default: "200",
            example: "",
            about: "How many papers are asked for in one harvest, 1 to 1,500, each with a request of its own.",
        },
        OptionKey {
            name: "url",
            form: OptionForm::Url,
            is_required: false,
            default: "\"https://api.openalex.org/works\"",
            example: "",
            about: "Where the works lie.",
        },
    ],
    build,
};

/// Where the works lie.
const BASE: &str = "https://api.openalex.org/works";

/// The largest body that is read. A review that names thousands of works takes a third of it.
const LIMIT_BYTES: usize = 1024 * 1024;

#[derive(Debug)]
struct OpenAlex {
    base: Url,
    key: Option<Credential>,
    papers: usize,
}

fn build(options: &Options) -> Result<Box<dyn Source>, OptionFault> {
    let papers = json_api::within(options, "papers", 200, 1, 1_500)?;
    let place = CredentialPlace::Query("api_key");
    Ok(Box::new(OpenAlex {
        base: json_api::base(options, BASE)?,
        key: options.secret("key").map(|secret| Credential { place, secret: secret.clone() }),
        papers: usize::try_from(papers).unwrap_or(usize::MAX),
    }))
}

/// The DOI by which a paper is asked for: its own, or the one that arXiv gave it.
fn doi(name: &str) -> Option<String> {
    match ExternalId::parse(name)? {
        ExternalId::Arxiv(id) => Some(format!("10.48550/arxiv.{id}")),
        ExternalId::Doi(doi) => Some(doi.as_str().to_owned()),
        ExternalId::Pmid(_)
        | ExternalId::Pmcid(_)
        | ExternalId::OpenReview(_)
        | ExternalId::Acl(_)
        | ExternalId::Page(_) => None,
    }
}

impl OpenAlex {
    fn address(&self, name: &str) -> Option<Url> {
        let doi = format!("doi:{}", doi(name)?);
        json_api::below(&self.base, doi.split('/'))
    }
}

impl Source for OpenAlex {
    fn wants(&self) -> Option<Wants> {
        Some(Wants { by: WantedBy::Doi, days: 60, again_hours: 7 * 24, at_most: self.papers })
    }

    fn aim(&self, _cursor: &Cursor, run: Timestamp, targets: &[Target]) -> Cursor {
        let names = targets.iter().map(|target| &target.name).filter(|name| self.address(name).is_some());
        Aimed::cursor(run, names.take(self.papers).cloned().collect())
    }

    fn ask(&self, cursor: &Cursor, _run: Timestamp) -> Option<Request> {
        let aimed = Aimed::<String>::read(cursor);
        let url = self.address(aimed.first(1).first()?)?;
        Some(Request::get(url, "application/json", LIMIT_BYTES, Expects::Json).known_by(self.key.clone()))
    }

    fn read(&self, cursor: &Cursor, _run: Timestamp, _request: &Request, response: &Response) -> Batch {
        let aimed = Aimed::<String>::read(cursor);
        let name = aimed.first(1).first().cloned().unwrap_or_default();
        let mut batch = Batch::default();
        if !response.is_not_modified() {
            let said = |error: String| json_api::unreadable(&response.body, "a work", error);
            let text = std::str::from_utf8(&response.body).map_err(|error| error.to_string());
            match text.and_then(json_list::value).and_then(|work| work::record(&work, &name)) {
                Ok(record) if record.title.is_some() => batch.records.push(record),
                Ok(record) => batch.problems.push(Problem::new(name, format!("{} has no title", record.key))),
                Err(error) => {
                    return Batch { unusable: Some(format!("{name}: {}", said(error))), ..Batch::default() };
                }
            }
        }
        batch.next = aimed.behind(1);
        batch
    }

    fn skip(&self, cursor: &Cursor, _run: Timestamp) -> Option<Cursor> {
        Some(Aimed::<String>::read(cursor).behind(1))
    }

    fn is_absence(&self, response: &Response) -> bool {
        response.status == 404
    }

    fn explain(&self, response: &Response) -> Option<String> {
        json_api::said(&response.body)
    }
}

#[cfg(test)]
mod tests;
