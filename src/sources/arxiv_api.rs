//! arXiv's query interface, asked for papers by name alone: those that a listing announced and no other door told of.
//!
//! Manners: arXiv's, one request every three seconds over all its hosts; 429 is seen well below that. An answer can lack
//! papers that exist: those are asked for again, up to three times in a run. Errors come as an entry of their own. What is
//! deliberately absent: searching, since this interface misses new papers for hours.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

use chrono::Datelike as _;
use chrono::NaiveDate;
use serde::Deserialize;
use serde::Serialize;
use url::Url;

use crate::fetch::exchange::Expects;
use crate::fetch::exchange::Request;
use crate::fetch::exchange::Response;
use crate::model::announcements;
use crate::model::arxiv_id::ArxivId;
use crate::model::coverage::Target;
use crate::model::coverage::WantedBy;
use crate::model::coverage::Wants;
use crate::model::link::LinkKind;
use crate::model::problem::Problem;
use crate::model::record::IdHint;
use crate::model::record::RawAuthor;
use crate::model::record::RawAuthors;
use crate::model::record::RawDate;
use crate::model::record::RawId;
use crate::model::record::RawLink;
use crate::model::record::RawSubject;
use crate::model::record::Record;
use crate::model::source::Authority;
use crate::model::source::Cursor;
use crate::model::text::Markup;
use crate::model::text::Raw;
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
use crate::sources::feed::decode;
use crate::sources::feed::repair;
use crate::sources::xml;
use crate::sources::xml::Element;

/// This kind.
pub(super) const KIND: Kind = Kind {
    name: "arxiv-api",
    about: "The records of papers that an arXiv listing announced and nothing else told of.",
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
    options: &[OptionKey {
        name: "url",
        form: OptionForm::Url,
        is_required: false,
        default: "\"https://export.arxiv.org/api/query\"",
        example: "",
        about: "Where the interface lies.",
    }],
    build,
};

/// Where the interface lies.
const BASE: &str = "https://export.arxiv.org/api/query";

/// The largest answer that is read.
const LIMIT_BYTES: usize = 8 * 1024 * 1024;

/// Papers asked for in one request.
const TOGETHER: usize = 50;

/// How often a paper is asked for in one run.
const TRIES: u32 = 3;

#[derive(Debug)]
struct ArxivApi {
    base: Url,
}

/// What is still to be asked for.
#[derive(Default, Serialize, Deserialize)]
struct Progress {
    run: i64,
    /// Identifiers and the days that announced them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    wanted: Vec<(String, Option<NaiveDate>)>,
    /// Those that the answers of this round lacked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    lacking: Vec<(String, Option<NaiveDate>)>,
    #[serde(default)]
    round: u32,
}

fn build(options: &Options) -> Result<Box<dyn Source>, OptionFault> {
    let base = options.url("url").cloned().map_or_else(|| Url::parse(BASE), Ok);
    let base = base.map_err(|error| OptionFault {
        option: "url",
        index: None,
        message: error.to_string(),
        hint: None,
    })?;
    Ok(Box::new(ArxivApi { base }))
}

impl Progress {
    fn cursor(&self) -> Cursor {
        Cursor(serde_json::to_string(self).unwrap_or_default())
    }

    /// Goes on behind a request; those that it did not give are kept for another round.
    fn after(&mut self, lacking: Vec<(String, Option<NaiveDate>)>) {
        let count = self.wanted.len().min(TOGETHER);
        self.wanted.drain(..count);
        self.lacking.extend(lacking);
        if self.wanted.is_empty() {
            self.round += 1;
            let lacking = std::mem::take(&mut self.lacking);
            if self.round < TRIES {
                self.wanted = lacking;
            }
        }
    }
}

impl Source for ArxivApi {
    fn wants(&self) -> Option<Wants> {
        Some(Wants { by: WantedBy::MissingArxiv, days: 30, again_hours: 24, at_most: 500 })
    }

    fn aim(&self, _cursor: &Cursor, run: Timestamp, targets: &[Target]) -> Cursor {
        let id = |target: &Target| Some((target.name.strip_prefix("arxiv:")?.to_owned(), target.announced));
        let wanted = targets.iter().filter_map(id).collect();
        Progress { run: run.micros(), wanted, ..Progress::default() }.cursor()
    }

    fn ask(&self, cursor: &Cursor, run: Timestamp) -> Option<Request> {
        let progress = progress(cursor, run);
        let ids: Vec<&str> = progress.wanted.iter().take(TOGETHER).map(|(id, _)| id.as_str()).collect();
        if ids.is_empty() {
            return None;
        }
        let mut url = self.base.clone();
        url.query_pairs_mut()
            .append_pair("id_list", &ids.join(","))
            .append_pair("max_results", &ids.len().to_string())
            // A second try is another address, so that no cache answers it.
            .append_pair("start", "0");
        if progress.round > 0 {
            url.query_pairs_mut().append_pair("try", &(progress.round + 1).to_string());
        }
        Some(
            Request::get(url, "application/atom+xml, application/xml;q=0.9", LIMIT_BYTES, Expects::Xml)
                .afresh(),
        )
    }

    fn read(&self, cursor: &Cursor, run: Timestamp, _request: &Request, response: &Response) -> Batch {
        let mut progress = progress(cursor, run);
        let asked: Vec<_> = progress.wanted.iter().take(TOGETHER).cloned().collect();
        if response.is_not_modified() || asked.is_empty() {
            progress.after(Vec::new());
            return Batch { next: progress.cursor(), ..Batch::default() };
        }
        let days: BTreeMap<&str, Option<NaiveDate>> =
            asked.iter().map(|(id, day)| (id.as_str(), *day)).collect();
        let mut batch = match answer(response, &days) {
            Ok(batch) => batch,
            Err(fault) => return Batch { unusable: Some(fault), ..Batch::default() },
        };
        let given: BTreeSet<&str> = batch.records.iter().map(|record| record.key.as_str()).collect();
        let lacking = asked.iter().filter(|(id, _)| !given.contains(id.as_str())).cloned().collect();
        progress.after(lacking);
        batch.next = progress.cursor();
        batch
    }

    fn skip(&self, cursor: &Cursor, run: Timestamp) -> Option<Cursor> {
        let mut progress = progress(cursor, run);
        if progress.wanted.is_empty() {
            return None;
        }
        progress.after(Vec::new());
        Some(progress.cursor())
    }

    fn explain(&self, response: &Response) -> Option<String> {
        answer(response, &BTreeMap::new()).err()
    }
}

fn progress(cursor: &Cursor, run: Timestamp) -> Progress {
    let known: Progress = serde_json::from_str(&cursor.0).unwrap_or_default();
    if known.run == run.micros() { known } else { Progress { run: run.micros(), ..Progress::default() } }
}

/// What an answer holds, or what it says is wrong.
fn answer(response: &Response, days: &BTreeMap<&str, Option<NaiveDate>>) -> Result<Batch, String> {
    let text = repair::repair(&decode::decode(&response.body, response.content_type.as_deref()));
    let root = xml::root(&text).ok_or("there is no markup in it")?;
    if root.rsplit(':').next() != Some("feed") {
        return Err(format!("its root element is <{root}>, which is no Atom feed"));
    }
    let mut batch = Batch::default();
    for (index, range) in xml::cut(&text, &["entry"]).into_iter().enumerate() {
        let place = || format!("entry {}", index + 1);
        let element = match xml::parse(text.get(range).unwrap_or_default()) {
            Ok(element) => element,
            Err(fault) => {
                batch.problems.push(Problem::new(place(), fault));
                continue;
            }
        };
        let id = element.inner_text("id").unwrap_or_default();
        if id.contains("/api/errors") {
            return Err(element
                .inner_text("summary")
                .unwrap_or_else(|| "it is an error without words".to_owned()));
        }
        match record(&element, &id, days) {
            Ok(record) => batch.records.push(record),
            Err(message) => batch.problems.push(Problem::new(place(), message)),
        }
    }
    if !text.trim_end().ends_with(&format!("</{root}>")) {
        batch.problems.push(Problem::new("end", format!("the document ends before </{root}>")));
    }
    Ok(batch)
}

fn record(entry: &Element, id: &str, days: &BTreeMap<&str, Option<NaiveDate>>) -> Result<Record, String> {
    let named = id.split("/abs/").nth(1).unwrap_or(id);
    let (arxiv, version) = ArxivId::parse(named).ok_or_else(|| format!("\"{id}\" names no arXiv paper"))?;
    let key = arxiv.as_str().to_owned();
    let text = |name: &str| entry.inner_text(name);
    let tex = |text: String| Raw::new(text, Markup::Tex);
    let title = text("title").ok_or_else(|| format!("{key} has no title"))?;
    let mut ids = vec![RawId { hint: IdHint::Arxiv, text: key.clone() }];
    ids.extend(text("doi").map(|text| RawId { hint: IdHint::Doi, text }));
    let primary = entry.inner("primary_category").and_then(|element| element.attribute("term"));
    let terms = entry
        .children()
        .filter(|child| child.local() == "category")
        .filter_map(|child| child.attribute("term"));
    let rest =
        terms.flat_map(|terms| terms.split([';', ','])).map(str::trim).filter(|term| Some(*term) != primary);
    let subject = |term: &str| RawSubject { is_arxiv: is_category(term), term: term.to_owned() };
    let submitted = text("published");
    let reckoned =
        submitted.as_deref().and_then(Timestamp::parse_rfc3339).map(announcements::announced_after);
    let day = days.get(key.as_str()).copied().flatten().or(reckoned);
    let announced = arxiv.announced().map(|(year, month)| {
        // Where the identifier names another month the day is that of a cross-listing, or reckoned wrongly.
        let day = day.filter(|day| (day.year(), day.month()) == (year, month));
        day.map_or_else(|| format!("{year:04}-{month:02}"), |day| day.to_string())
    });
    let updated = text("updated").filter(|updated| Some(updated) != submitted.as_ref());
    let author = |element: &Element| RawAuthor {
        name: element.inner_text("name").unwrap_or_default(),
        affiliations: element
            .children()
            .filter(|child| child.local() == "affiliation")
            .map(Element::text)
            .collect(),
        orcid: None,
    };
    let authors = entry.children().filter(|child| child.local() == "author").map(author);
    let links = [(LinkKind::Page, "abs"), (LinkKind::Pdf, "pdf")];
    Ok(Record {
        title: Some(tex(title)),
        abstract_text: text("summary").map(tex),
        authors: RawAuthors::List(authors.filter(|author| !author.name.is_empty()).collect()),
        subjects: primary.into_iter().chain(rest).filter(|term| !term.is_empty()).map(subject).collect(),
        version,
        announced: announced.map(|text| RawDate { text, is_day: true }),
        submitted: submitted.map(|text| RawDate { text, is_day: false }),
        revised: updated.map(|text| RawDate { text, is_day: false }),
        comment: text("comment").map(tex),
        citation: text("journal_ref").map(tex),
        links: links
            .map(|(kind, path)| RawLink { kind, href: format!("https://arxiv.org/{path}/{key}") })
            .into(),
        ids,
        key,
        ..Record::default()
    })
}

/// Whether a term is an arXiv category; ACM and MSC classes stand beside them.
fn is_category(term: &str) -> bool {
    term.starts_with(|first: char| first.is_ascii_lowercase())
        && term.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'.' | b'-'))
}
