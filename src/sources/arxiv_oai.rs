//! arXiv's OAI-PMH (`oaipmh.arxiv.org`): every record that changed since a day, with history; what repairs all other doors.
//!
//! Manners: arXiv's, one request every three seconds over all its hosts; metadata is CC0. The datestamp is the day (UTC) of
//! the last change, administrative ones among them: it is neither submission nor announcement. New records appear about
//! 22:30 US Eastern of the evening of an announcement, so that the datestamp of a record without `updated` is the day that
//! listings show; for others that day is reckoned from the submission by arXiv's schedule. What is deliberately absent:
//! versions, which the format `arXiv` does not tell, and `acm-class`, which repeats the MSC value.

use std::time::Duration;

use chrono::DateTime;
use chrono::Datelike as _;
use chrono::NaiveDate;
use chrono::TimeDelta;
use url::Url;

use crate::fetch::exchange::Expects;
use crate::fetch::exchange::Request;
use crate::fetch::exchange::Response;
use crate::model::announcements;
use crate::model::arxiv_id::ArxivId;
use crate::model::coverage::Coverage;
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
use crate::sources::arxiv_rss;
use crate::sources::oai;
use crate::sources::oai::Walk;
use crate::sources::xml::Element;

/// This kind.
pub(super) const KIND: Kind = Kind {
    name: "arxiv-oai",
    about: "Every new and changed record of arXiv categories, with history: it repairs what their feeds missed.",
    authority: Authority::Repository,
    manners: Manners {
        operator: Some("arxiv"),
        spacing: Duration::from_secs(3),
        every: Duration::from_hours(24),
        every_at_least: Duration::from_hours(1),
        rhythm: Rhythm::Weekdays { hour: 3, minute: 45 },
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
            name: "days",
            form: OptionForm::Number,
            is_required: false,
            default: "7",
            example: "",
            about: "How many days of changes the very first harvest asks for, up to 60; `offprint backfill` fetches more.",
        },
        OptionKey {
            name: "url",
            form: OptionForm::Url,
            is_required: false,
            default: "\"https://oaipmh.arxiv.org/oai\"",
            example: "",
            about: "Where the interface lies.",
        },
    ],
    build,
};

/// Where the interface lies.
const BASE: &str = "https://oaipmh.arxiv.org/oai";

/// The largest page: 2,000 records, some with thousands of authors.
const LIMIT_BYTES: usize = 32 * 1024 * 1024;

/// Archives of the group `physics`; every other archive is a group of its own.
const PHYSICS: &[&str] = &[
    "astro-ph", "cond-mat", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph", "nlin", "nucl-ex",
    "nucl-th", "physics", "quant-ph",
];

/// A new record is listed on the day of its datestamp if that is at most so long after its submission.
const NEW_WITHIN: TimeDelta = TimeDelta::days(7);

#[derive(Debug)]
struct ArxivOai {
    base: Url,
    categories: Vec<String>,
    sets: Vec<Option<String>>,
    days: u64,
}

fn build(options: &Options) -> Result<Box<dyn Source>, OptionFault> {
    let categories = arxiv_rss::categories(options)?;
    let fault = |option, message: String| OptionFault { option, index: None, message, hint: None };
    let days = options.number("days").unwrap_or(7);
    if !(1..=60).contains(&days) {
        return Err(fault("days", format!("{days} lies outside 1 to 60")));
    }
    let base = options.url("url").cloned().map_or_else(|| Url::parse(BASE), Ok);
    let base = base.map_err(|error| fault("url", error.to_string()))?;
    let sets = categories.iter().map(|category| Some(set(category))).collect();
    Ok(Box::new(ArxivOai { base, categories, sets, days }))
}

/// The set of a category: `cs:cs:LG`, `physics:hep-th`.
fn set(category: &str) -> String {
    let (archive, class) =
        category.split_once('.').map_or((category, None), |(archive, class)| (archive, Some(class)));
    let group = if PHYSICS.contains(&archive) { "physics" } else { archive };
    match class {
        Some(class) => format!("{group}:{archive}:{class}"),
        None => format!("{group}:{archive}"),
    }
}

impl ArxivOai {
    /// The category as the operator wrote it.
    fn category(&self, set: &str) -> Option<&String> {
        let place = self.sets.iter().position(|known| known.as_deref() == Some(set))?;
        self.categories.get(place)
    }
}

impl Source for ArxivOai {
    fn ask(&self, cursor: &Cursor, run: Timestamp) -> Option<Request> {
        let walk = Walk::of(cursor, run);
        let list = walk.list(&self.sets, run, self.days)?;
        let url = walk.arguments(&self.base, &list, "arXiv");
        Some(Request::get(url, "text/xml, application/xml;q=0.9", LIMIT_BYTES, Expects::Xml).afresh())
    }

    fn read(&self, cursor: &Cursor, run: Timestamp, _request: &Request, response: &Response) -> Batch {
        let mut walk = Walk::of(cursor, run);
        let Some(list) = walk.list(&self.sets, run, self.days) else {
            return Batch { next: Cursor(format!("{} ", cursor.0)), ..Batch::default() };
        };
        if response.is_not_modified() {
            walk.pass_over(&list);
            return Batch { next: walk.cursor(), ..Batch::default() };
        }
        let page = match oai::page(response) {
            Ok(page) => page,
            Err(fault) => return Batch { unusable: Some(fault), ..Batch::default() },
        };
        let mut batch = Batch { problems: page.problems.clone(), ..Batch::default() };
        let since = walk.history.map(|(since, _)| since);
        for (index, element) in page.records.iter().enumerate() {
            match record(element) {
                Ok(record) if since.is_none_or(|since| is_of(&record, since)) => batch.records.push(record),
                Ok(_older) => {}
                Err(message) => batch.problems.push(Problem::new(format!("record {}", index + 1), message)),
            }
        }
        let advanced = walk.advance(&page, &list, run);
        batch.problems.extend(advanced.problems);
        batch.is_partial = advanced.is_partial;
        batch.unusable = advanced.unusable;
        if let Some(part) = advanced.finished.as_deref().and_then(|set| self.category(set)) {
            batch.coverage.push(Coverage { part: part.clone(), ..Coverage::default() });
        }
        batch.next = walk.cursor();
        batch
    }

    fn skip(&self, cursor: &Cursor, run: Timestamp) -> Option<Cursor> {
        let mut walk = Walk::of(cursor, run);
        let list = walk.list(&self.sets, run, self.days)?;
        walk.pass_over(&list);
        Some(walk.cursor())
    }

    fn history(&self, since: NaiveDate, until: NaiveDate) -> Option<Cursor> {
        Some(Walk::through(since, until).cursor())
    }

    fn covered(&self, cursor: &Cursor) -> Option<f64> {
        Walk::of(cursor, Timestamp::from_micros(0)).covered(self.sets.len())
    }

    fn explain(&self, response: &Response) -> Option<String> {
        let errors = oai::page(response).ok()?.errors;
        errors.into_iter().next().map(|(code, words)| format!("{code}: {words}"))
    }
}

/// Whether a paper was first announced in the month of a day or later.
fn is_of(record: &Record, since: NaiveDate) -> bool {
    let month = ArxivId::parse(&record.key).and_then(|(id, _)| id.announced());
    month.is_none_or(|(year, month)| (year, month) >= (since.year(), since.month()))
}

/// A record in the format `arXiv`, or in `arXivRaw`, which some mirrors serve.
fn record(element: &Element) -> Result<Record, String> {
    let header = element.inner("header").ok_or("it has no header")?;
    let named = header.inner_text("identifier").unwrap_or_default();
    if header.attribute("status") == Some("deleted") {
        return Err(format!("{named} was deleted"));
    }
    let metadata = element.inner("metadata").ok_or_else(|| format!("{named} has no metadata"))?;
    let format = metadata.children().next().ok_or_else(|| format!("{named} has no metadata"))?;
    let text = |name: &str| format.inner_text(name);
    let id = text("id").or_else(|| named.strip_prefix("oai:arXiv.org:").map(str::to_owned));
    let key = id
        .filter(|id| ArxivId::parse(id).is_some())
        .ok_or_else(|| format!("\"{named}\" is no arXiv identifier"))?;
    let title = text("title").ok_or_else(|| format!("{key} has no title"))?;
    let tex = |text: String| Raw::new(text, Markup::Tex);
    let mut ids = vec![RawId { hint: IdHint::Arxiv, text: key.clone() }];
    let dois = text("doi").unwrap_or_default();
    ids.extend(dois.split_whitespace().map(|doi| RawId { hint: IdHint::Doi, text: doi.to_owned() }));
    let versions: Vec<&Element> = format.children().filter(|child| child.local() == "version").collect();
    let (created, updated) = if versions.is_empty() {
        (text("created"), text("updated"))
    } else {
        let date = |version: &&Element| version.inner_text("date");
        (versions.first().and_then(date), versions.last().filter(|_| versions.len() > 1).and_then(date))
    };
    let stamp = header.inner_text("datestamp").and_then(|stamp| stamp.get(..10)?.parse::<NaiveDate>().ok());
    let submitted = created.as_deref().and_then(day_of);
    let announced = announced(&key, submitted, stamp, updated.is_some());
    let is_withdrawn = versions.last().is_some_and(|last| {
        last.inner_text("source_type").is_some_and(|letters| letters.contains('I'))
            || last.inner_text("size").is_some_and(|size| size == "0kb")
    });
    let date = |text: String| RawDate { is_day: text.len() == 10, text };
    let links = [(LinkKind::Page, "abs"), (LinkKind::Pdf, "pdf")];
    Ok(Record {
        title: Some(tex(title)),
        abstract_text: text("abstract").map(tex),
        authors: authors(format),
        subjects: text("categories")
            .unwrap_or_default()
            .split_whitespace()
            .map(|term| RawSubject { is_arxiv: true, term: term.to_owned() })
            .collect(),
        version: u32::try_from(versions.len()).ok().filter(|count| *count > 0),
        announced: announced.map(|text| RawDate { text, is_day: true }),
        submitted: created.map(date),
        revised: updated.map(date),
        comment: text("comments").map(tex),
        citation: text("journal-ref").map(tex),
        license: text("license"),
        links: links
            .map(|(kind, path)| RawLink { kind, href: format!("https://arxiv.org/{path}/{key}") })
            .into(),
        is_withdrawn,
        ids,
        key,
        ..Record::default()
    })
}

/// The day of a date of either format.
fn day_of(date: &str) -> Option<NaiveDate> {
    let plain = date.get(..10).and_then(|day| day.parse::<NaiveDate>().ok());
    plain.or_else(|| Some(DateTime::parse_from_rfc2822(date).ok()?.date_naive()))
}

/// The day that listings showed the paper: the datestamp of a record that is new, else the day that follows from the
/// submission, kept within the month that the identifier names.
fn announced(
    key: &str,
    submitted: Option<NaiveDate>,
    stamp: Option<NaiveDate>,
    is_updated: bool,
) -> Option<String> {
    let (year, month) = ArxivId::parse(key).and_then(|(id, _)| id.announced())?;
    let is_of_the_id = |day: &NaiveDate| (day.year(), day.month()) == (year, month);
    let is_new = |day: &NaiveDate| {
        let after = submitted.map(|submitted| *day - submitted);
        !is_updated && after.is_some_and(|after| after >= TimeDelta::zero() && after <= NEW_WITHIN)
    };
    let stamped = stamp.filter(|day| is_new(day) && announcements::is_announcement_day(*day));
    let reckoned = submitted.map(announcements::announced_after_day);
    let day = stamped.or(reckoned).filter(is_of_the_id);
    Some(day.map_or_else(|| format!("{year:04}-{month:02}"), |day| day.to_string()))
}

/// The authors, with what stands behind a family name; one string in `arXivRaw`.
fn authors(format: &Element) -> RawAuthors {
    let Some(list) = format.inner("authors") else { return RawAuthors::default() };
    let one = |author: &Element| {
        let parts = ["forenames", "keyname", "suffix"].map(|name| author.inner_text(name));
        let name = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let places = author.children().filter(|child| child.local() == "affiliation").map(Element::text);
        RawAuthor { name, affiliations: places.collect(), orcid: None }
    };
    let listed: Vec<RawAuthor> = list
        .children()
        .filter(|child| child.local() == "author")
        .map(one)
        .filter(|one| !one.name.is_empty())
        .collect();
    if listed.is_empty() { RawAuthors::Joined(list.text()) } else { RawAuthors::List(listed) }
}

#[cfg(test)]
mod tests;
