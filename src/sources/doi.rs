//! One work by its DOI, asked for because an editor picks it or a topic names it as an example: of Crossref and, where that
//! does not know it, of DataCite.
//!
//! Manners: a request a second to either; Crossref is told the operator's mailbox where there is one. Identifiers: DOIs and
//! what the registries say is the same work. What is deliberately absent: lists, searches, and every other agency.

use std::time::Duration;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;
use url::Url;

use crate::fetch::exchange::Expects;
use crate::fetch::exchange::Request;
use crate::fetch::exchange::Response;
use crate::model::coverage::Target;
use crate::model::coverage::WantedBy;
use crate::model::coverage::Wants;
use crate::model::external_id::ExternalId;
use crate::model::problem::Problem;
use crate::model::record::Record;
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
use crate::sources::crossref;
use crate::sources::datacite;
use crate::sources::json_api;
use crate::sources::json_list;

#[cfg(test)]
mod tests;

/// This kind.
pub(super) const KIND: Kind = Kind {
    name: "doi",
    about: "Crossref, and behind it DataCite, asked by DOI alone: for papers that an editor picks and the examples of topics, \
            of which no source has told yet. For picks it is there without being configured.",
    authority: Authority::Publisher,
    manners: Manners {
        operator: None,
        spacing: Duration::from_secs(1),
        every: Duration::from_hours(24),
        every_at_least: Duration::from_secs(1),
        rhythm: Rhythm::Steady,
        believes_max_age: Duration::from_hours(1),
    },
    needs_contact: false,
    options: &[
        OptionKey {
            name: "datacite",
            form: OptionForm::Url,
            is_required: false,
            default: "\"https://api.datacite.org/dois\"",
            example: "",
            about: "Where DataCite's records lie.",
        },
        OptionKey {
            name: "url",
            form: OptionForm::Url,
            is_required: false,
            default: "\"https://api.crossref.org/works\"",
            example: "",
            about: "Where Crossref's works lie.",
        },
    ],
    build,
};

/// Where they lie.
const CROSSREF: &str = "https://api.crossref.org/works";
const DATACITE: &str = "https://api.datacite.org/dois";

/// The largest body that is read.
const LIMIT_BYTES: usize = 4 * 1024 * 1024;

/// The most works that are asked for in one run.
const WORKS_AT_MOST: usize = 100;

/// Who is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
enum Registry {
    Crossref,
    DataCite,
}

#[derive(Debug)]
struct Works {
    crossref: Url,
    datacite: Url,
    mailbox: Option<String>,
}

fn build(options: &Options) -> Result<Box<dyn Source>, OptionFault> {
    let datacite = match options.url("datacite") {
        Some(url) => url.clone(),
        None => Url::parse(DATACITE).map_err(|error| OptionFault {
            option: "datacite",
            index: None,
            message: error.to_string(),
            hint: None,
        })?,
    };
    let crossref = json_api::base(options, CROSSREF)?;
    Ok(Box::new(Works { crossref, datacite, mailbox: options.mailbox.clone() }))
}

impl Works {
    fn address(&self, doi: &str, registry: Registry) -> Option<Url> {
        // Both take the whole DOI as one segment.
        match registry {
            Registry::Crossref => {
                let mut url = json_api::below(&self.crossref, [doi])?;
                if let Some(mailbox) = &self.mailbox {
                    url.query_pairs_mut().append_pair("mailto", mailbox);
                }
                Some(url)
            }
            Registry::DataCite => json_api::below(&self.datacite, [doi]),
        }
    }
}

impl Source for Works {
    fn wants(&self) -> Option<Wants> {
        Some(Wants { by: WantedBy::MissingDoi, days: 30, again_hours: 24, at_most: WORKS_AT_MOST })
    }

    fn aim(&self, _cursor: &Cursor, run: Timestamp, targets: &[Target]) -> Cursor {
        let doi = |target: &Target| match ExternalId::parse(&target.name) {
            Some(ExternalId::Doi(doi)) => Some((doi.to_string(), Registry::Crossref)),
            _other => None,
        };
        let dois = targets.iter().filter_map(doi);
        let dois = dois.filter(|(doi, registry)| self.address(doi, *registry).is_some());
        Aimed::cursor(run, dois.take(WORKS_AT_MOST).collect())
    }

    fn ask(&self, cursor: &Cursor, _run: Timestamp) -> Option<Request> {
        let aimed = Aimed::<(String, Registry)>::read(cursor);
        let (doi, registry) = aimed.first(1).first()?;
        let url = self.address(doi, *registry)?;
        Some(Request::get(url, "application/json", LIMIT_BYTES, Expects::Json).afresh())
    }

    fn read(&self, cursor: &Cursor, run: Timestamp, _request: &Request, response: &Response) -> Batch {
        let aimed = Aimed::<(String, Registry)>::read(cursor);
        let Some((doi, registry)) = aimed.first(1).first().cloned() else {
            // Nothing was asked for; the run is over.
            return Batch { next: Cursor(format!("{} ", cursor.0)), ..Batch::default() };
        };
        let mut batch = Batch::default();
        if !response.is_not_modified() {
            let text = std::str::from_utf8(&response.body).map_err(|error| error.to_string());
            match text.and_then(json_list::value).and_then(|answer| record(&answer, registry, run)) {
                Ok(Some(record)) => batch.records.push(record),
                Ok(None) => batch.problems.push(Problem::new(&doi, "it is no paper")),
                Err(error) => {
                    let why = json_api::unreadable(&response.body, "a work", error);
                    return Batch { unusable: Some(format!("{doi}: {why}")), ..Batch::default() };
                }
            }
        }
        batch.next = aimed.behind(1);
        batch
    }

    /// Who does not know a work at the one registry is asked for it at the other.
    fn skip(&self, cursor: &Cursor, run: Timestamp) -> Option<Cursor> {
        let aimed = Aimed::<(String, Registry)>::read(cursor);
        let mut left = aimed.first(usize::MAX).to_vec();
        match left.first_mut() {
            Some((_doi, registry @ Registry::Crossref)) => *registry = Registry::DataCite,
            Some((_doi, Registry::DataCite)) => {
                left.remove(0);
            }
            None => return None,
        }
        Some(Aimed::cursor(run, left))
    }

    fn is_absence(&self, response: &Response) -> bool {
        response.status == 404
    }

    fn explain(&self, response: &Response) -> Option<String> {
        json_api::said(&response.body)
    }
}

/// The work of an answer; nothing where it is none that could be a paper.
fn record(answer: &Value, registry: Registry, run: Timestamp) -> Result<Option<Record>, String> {
    match registry {
        Registry::Crossref => {
            let work =
                answer.get("message").filter(|work| work.is_object()).ok_or("there is no work in it")?;
            crossref::alone(work, run).map(Some)
        }
        Registry::DataCite => {
            let entry =
                answer.get("data").filter(|entry| entry.is_object()).ok_or("there is no record in it")?;
            datacite::alone(entry)
        }
    }
}
