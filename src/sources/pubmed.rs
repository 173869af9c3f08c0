//! PubMed by the E-utilities: for every day the papers that a query finds among those added then, and what was retracted.
//!
//! Manners: three requests a second without a key, and a mailbox in the address. Identifiers: PubMed's own numbers, DOIs,
//! those of PubMed Central and, for preprints, arXiv's. A search names at most 10,000 papers, so that each day is searched
//! alone, a thousand numbers at a time; the papers follow in hundreds, and a request for them that fails is halved until
//! the bad one stands alone. Behind the days a search for records that changed finds retractions of older papers, which
//! become notices. What is deliberately absent: the history server, whose searches expire; and corrections, concerns and
//! partial retractions, which do not take a paper back.

use std::time::Duration;

use chrono::NaiveDate;
use chrono::TimeDelta;
use url::Url;

use crate::fetch::exchange::Credential;
use crate::fetch::exchange::CredentialPlace;
use crate::fetch::exchange::Expects;
use crate::fetch::exchange::Request;
use crate::fetch::exchange::Response;
use crate::model::coverage::Coverage;
use crate::model::problem::Problem;
use crate::model::secret::Secret;
use crate::model::source::Authority;
use crate::model::source::Cursor;
use crate::model::time::Timestamp;
use crate::sources::Batch;
use crate::sources::Kind;
use crate::sources::LeftOut;
use crate::sources::Manners;
use crate::sources::OptionFault;
use crate::sources::OptionForm;
use crate::sources::OptionKey;
use crate::sources::Options;
use crate::sources::Rhythm;
use crate::sources::Source;
use crate::sources::json_api;
use crate::sources::pubmed::progress::NAMED_AT_MOST;
use crate::sources::pubmed::progress::Place;
use crate::sources::pubmed::progress::Progress;
use crate::sources::pubmed::progress::Search;
use crate::sources::pubmed::progress::Ways;
use crate::sources::windows::Walk;
use crate::sources::windows::Went;
use crate::sources::windows::Window;
use crate::sources::windows::listed;
use crate::sources::windows::rules;
use crate::sources::windows::rules::Rules;

mod article;

mod fetched;

mod inline;

mod progress;

mod searched;

/// This kind.
pub(super) const KIND: Kind = Kind {
    name: "pubmed",
    about: "New papers that a query of PubMed finds, with abstracts, ORCID identifiers, preprints and retractions.",
    authority: Authority::Publisher,
    manners: Manners {
        operator: Some("ncbi"),
        spacing: Duration::from_millis(500),
        every: Duration::from_hours(24),
        every_at_least: Duration::from_hours(1),
        rhythm: Rhythm::Daily { hour: 6, minute: 0 },
        believes_max_age: Duration::from_hours(1),
    },
    needs_contact: true,
    options: &[
        OptionKey {
            name: "term",
            form: OptionForm::Text,
            is_required: true,
            default: "",
            example: "\"protein folding[tiab]\"",
            about: "The query in the language of PubMed's search field; the days are added to it.",
        },
        rules::DAYS,
        OptionKey {
            name: "key",
            form: OptionForm::Secret,
            is_required: false,
            default: "",
            example: "",
            about: "A key of an NCBI account, which allows ten requests a second.",
        },
        OptionKey {
            name: "url",
            form: OptionForm::Url,
            is_required: false,
            default: "\"https://eutils.ncbi.nlm.nih.gov/entrez/eutils/\"",
            example: "",
            about: "Where the utilities lie.",
        },
    ],
    build,
};

/// Where the utilities lie.
const BASE: &str = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/";

/// The largest answer that is read.
const LIMIT_BYTES: usize = 32 * 1024 * 1024;

/// Papers that are named by one answer to a search.
const AT_ONCE: u64 = 1_000;

/// What finds retracted papers.
const RETRACTED: &str = "(\"retracted publication\"[pt] OR hasretractionin)";

#[derive(Debug)]
struct PubMed {
    base: Url,
    term: String,
    ways: Ways,
    mailbox: Option<String>,
    key: Option<Secret>,
}

fn build(options: &Options) -> Result<Box<dyn Source>, OptionFault> {
    let fault =
        |option, message: &str| OptionFault { option, index: None, message: message.to_owned(), hint: None };
    let term = options.text("term").unwrap_or_default().trim();
    if term.is_empty() {
        return Err(fault("term", "there is no query in it"));
    }
    let monthly = Rules::of(options, 7, 2, TimeDelta::hours(48))?;
    let base = json_api::base(options, BASE)?;
    if base.cannot_be_a_base() {
        return Err(fault("url", "nothing can lie below this address"));
    }
    Ok(Box::new(PubMed {
        base,
        term: term.to_owned(),
        ways: Ways { added: Rules { length: 1, ..monthly }, retracted: monthly },
        mailbox: options.mailbox.clone(),
        key: options.secret("key").cloned(),
    }))
}

impl PubMed {
    /// The address of a utility with the arguments that it always has.
    fn utility(&self, name: &str, arguments: &[(&str, &str)]) -> Option<Url> {
        let mut url = json_api::below(&self.base, [name])?;
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("db", "pubmed").extend_pairs(arguments).append_pair("tool", "offprint");
            if let Some(mailbox) = &self.mailbox {
                query.append_pair("email", mailbox);
            }
        }
        Some(url)
    }

    /// The address of a search, from a place in its results.
    fn found_by(&self, search: Search, window: &Window, place: &Place) -> Option<Url> {
        let day = |day: NaiveDate| day.format("%Y/%m/%d").to_string();
        let (term, kind) = match search {
            Search::Added => (self.term.clone(), "edat"),
            Search::Retracted => (format!("({}) AND {RETRACTED}", self.term), "mdat"),
        };
        self.utility(
            "esearch.fcgi",
            &[
                ("term", &term),
                ("retmode", "json"),
                ("retmax", &AT_ONCE.to_string()),
                ("retstart", &place.named.to_string()),
                ("datetype", kind),
                ("mindate", &day(window.from)),
                ("maxdate", &day(window.until)),
            ],
        )
    }
}

/// Reads the answer to a search, or says why it cannot be used.
fn read_search(place: &mut Place, name: &str, response: &Response) -> Result<Batch, String> {
    let found = searched::found(&response.body)?;
    let mut batch = Batch::default();
    batch.problems.extend(found.warnings.into_iter().map(|words| Problem::new(name, words)));
    let total = found.count.unwrap_or(found.named);
    if total > NAMED_AT_MOST && place.named == 0 {
        batch.is_partial = true;
        let message = format!("{total} papers were found, of which PubMed names the first {NAMED_AT_MOST}");
        batch.problems.push(Problem::new(name, message));
    }
    place.found(found.ids, found.named, total);
    Ok(batch)
}

/// Reads an answer with papers, or says why it cannot be used.
fn read_papers(place: &mut Place, name: &str, search: Search, response: &Response) -> Result<Batch, String> {
    let papers = fetched::papers(response, place.papers(), search == Search::Retracted)?;
    if !papers.is_cut {
        place.fetched();
    } else if !place.failed(|id| papers.missing.contains(id)) {
        return Err("every answer ends before its papers do".to_owned());
    }
    let of = |problem: Problem| Problem::new(format!("{name}, {}", problem.place), problem.message);
    Ok(Batch {
        records: papers.records,
        problems: papers.problems.into_iter().map(of).collect(),
        is_partial: papers.is_cut,
        ..Batch::default()
    })
}

/// What a window is called where it goes wrong.
fn name(search: Search, window: &Window) -> String {
    match search {
        Search::Added => window.from.to_string(),
        Search::Retracted => format!("retractions from {} to {}", window.from, window.until),
    }
}

impl Source for PubMed {
    fn ask(&self, cursor: &Cursor, run: Timestamp) -> Option<Request> {
        let progress = Progress::of(cursor, run, &self.ways);
        let (search, window) = progress.search(run, &self.ways)?;
        let place = Place::of(&window);
        let request = if place.papers().is_empty() {
            let url = self.found_by(search, &window, &place)?;
            Request::get(url, "application/json", LIMIT_BYTES, Expects::Json)
        } else {
            let ids = place.papers().join(",");
            let url = self.utility("efetch.fcgi", &[("id", &ids), ("retmode", "xml")])?;
            Request::get(url, "text/xml, application/xml;q=0.9", LIMIT_BYTES, Expects::Xml)
        };
        let key = self.key.clone();
        let at = CredentialPlace::Query("api_key");
        Some(request.afresh().known_by(key.map(|secret| Credential { place: at, secret })))
    }

    fn read(&self, cursor: &Cursor, run: Timestamp, _request: &Request, response: &Response) -> Batch {
        let mut progress = Progress::of(cursor, run, &self.ways);
        let Some((search, window)) = progress.search(run, &self.ways) else {
            return Batch { next: Cursor(format!("{} ", cursor.0)), ..Batch::default() };
        };
        if response.is_not_modified() {
            // It was asked for in full; a host that answers so all the same has told nothing.
            progress.pass_over(search, &window, run, &self.ways);
            return Batch { next: progress.cursor(), is_partial: true, ..Batch::default() };
        }
        let name = name(search, &window);
        let mut place = Place::of(&window);
        let read = if place.papers().is_empty() {
            read_search(&mut place, &name, response)
        } else {
            read_papers(&mut place, &name, search, response)
        };
        let mut batch = match read {
            Ok(batch) => batch,
            Err(fault) => return Batch { unusable: Some(format!("{name}: {fault}")), ..Batch::default() },
        };
        batch.problems.extend(progress.take_lost().into_iter().map(listed::given_up));
        let rows = u64::try_from(batch.records.len()).unwrap_or(u64::MAX);
        let page = place.page(rows);
        let is_last = page.next.is_none();
        batch.is_partial |= is_last && page.is_short;
        if let Went::Left(why) = progress.advance(search, window, page, run, &self.ways) {
            batch.problems.push(Problem::new("papers", why));
            batch.is_partial = true;
        } else if is_last && progress.is_complete(search, run, &self.ways) {
            let part = match search {
                Search::Added => "papers",
                Search::Retracted => "retractions",
            };
            batch.coverage.push(Coverage { part: part.to_owned(), ..Coverage::default() });
        }
        batch.next = progress.cursor();
        batch
    }

    fn skip(&self, cursor: &Cursor, run: Timestamp) -> Option<Cursor> {
        let mut progress = Progress::of(cursor, run, &self.ways);
        let (search, window) = progress.search(run, &self.ways)?;
        let mut place = Place::of(&window);
        // A search is left for the next run; of papers fewer are asked for at once.
        if !place.papers().is_empty() && place.failed(|_id| true) {
            progress.advance(search, window, place.page(0), run, &self.ways);
        } else {
            progress.pass_over(search, &window, run, &self.ways);
        }
        Some(progress.cursor())
    }

    fn history(&self, since: NaiveDate, until: NaiveDate) -> Option<Cursor> {
        Some(Progress::through(Walk::through(since, until)).cursor())
    }

    fn covered(&self, cursor: &Cursor) -> Option<f64> {
        Progress::of(cursor, Timestamp::from_micros(0), &self.ways).covered()
    }

    fn left_out(&self, cursor: &Cursor) -> Option<LeftOut> {
        Progress::of(cursor, Timestamp::from_micros(0), &self.ways).left_out(&self.ways)
    }

    fn explain(&self, response: &Response) -> Option<String> {
        searched::fault(&response.body).or_else(|| json_api::said(&response.body))
    }
}

#[cfg(test)]
mod tests;
