//! A paper's page: the merged record, and which source each field was taken from.
//!
//! The `citation_*` tags are those that Zotero and search engines for scholars read.

use std::collections::BTreeSet;

use askama::Template;

use crate::model::author::Author;
use crate::model::change::Event;
use crate::model::link::LinkKind;
use crate::model::link::WebUrl;
use crate::model::observation::Observation;
use crate::model::paper::Paper;
use crate::model::signal::Signal;
use crate::model::signal::SignalKind;
use crate::model::text::Text;
use crate::model::time::Moment;
use crate::model::time::Precision;
use crate::model::topic::TimelineEntry;
use crate::pages;
use crate::pages::Error;
use crate::pages::Frame;
use crate::pages::cite::Facts;
use crate::pages::parts;
use crate::pages::parts::Stamp;
use crate::urls::Place;
use crate::urls::Urls;
use crate::urls::outside;

/// How many rows of one kind (identifiers, links) are shown.
const MOST: usize = 60;

/// What a paper's page shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PaperRecord {
    /// The paper.
    pub paper: Paper,
    /// The topics it is in, each with its title.
    pub topics: Vec<(TimelineEntry, String)>,
    /// The latest reading of its counters.
    pub signals: Vec<Signal>,
}

/// Writes the page.
pub fn page(site: &str, record: &PaperRecord, urls: &Urls) -> Result<String, Error> {
    let paper = &record.paper;
    let listed = paper.authors().map(|authors| authors.listed.as_slice()).unwrap_or_default();
    let total = paper.authors().and_then(|authors| usize::try_from(authors.total).ok()).unwrap_or_default();
    let view = PaperView {
        frame: Frame::new(site, urls),
        title: &paper.title().text,
        canonical: urls.absolute(Place::Paper(&paper.id)),
        citation_tags: Facts::of(paper).tags(),
        state: paper.state(),
        people: listed.iter().map(PersonView::new).collect(),
        total: if total > listed.len() { total } else { 0 },
        abstract_html: parts::abstract_html(paper),
        links: outside::reading_links(paper),
        rows: rows(record),
        topics: record
            .topics
            .iter()
            .map(|(place, title)| TopicView {
                page: urls.path(Place::Topic(&place.topic)),
                title: Text::line(title),
                since: Stamp::day(place.at),
                reason: Text::line(&place.reason),
            })
            .collect(),
    };
    pages::render("a paper", &view)
}

#[derive(Template)]
#[template(path = "paper.html")]
struct PaperView<'page> {
    frame: Frame,
    title: &'page Text,
    canonical: String,
    citation_tags: Vec<(&'static str, String)>,
    state: Option<&'static str>,
    people: Vec<PersonView<'page>>,
    total: usize,
    abstract_html: &'page str,
    links: Vec<(&'static str, WebUrl)>,
    rows: Vec<Row>,
    topics: Vec<TopicView>,
}

struct PersonView<'page> {
    name: &'page Text,
    orcid: Option<String>,
    affiliations: String,
}

impl<'page> PersonView<'page> {
    fn new(author: &'page Author) -> Self {
        let affiliations: Vec<_> = author.affiliations.iter().map(Text::as_str).collect();
        Self {
            name: &author.name,
            orcid: author.orcid.as_ref().map(|orcid| format!("https://orcid.org/{orcid}")),
            affiliations: affiliations.join("; "),
        }
    }
}

struct TopicView {
    page: String,
    title: Text,
    since: Stamp,
    reason: Text,
}

/// One line of the record.
struct Row {
    name: &'static str,
    value: String,
    url: Option<String>,
    source: String,
}

fn rows(record: &PaperRecord) -> Vec<Row> {
    let paper = &record.paper;
    let chosen = &paper.chosen;
    let source = |index: Option<usize>| {
        let observation = index.and_then(|index| paper.observations.get(index));
        observation.map(|observation| observation.source.to_string()).unwrap_or_default()
    };
    let text = |name, value: Option<&Text>, index| {
        value.map(|value| Row { name, value: value.to_string(), url: None, source: source(index) })
    };
    let moment = |name, moment: Option<Moment>, index| {
        moment.map(|moment| Row { name, value: print(moment), url: None, source: source(index) })
    };
    let plain = |name, value: String| Row { name, value, url: None, source: String::new() };
    let subjects: Vec<_> = paper.subjects().iter().map(|subject| subject.term.as_str()).take(MOST).collect();
    let mut rows: Vec<Row> = [
        text("Title", Some(&paper.title().text), Some(chosen.title)),
        text("Title in TeX", paper.title().tex.as_ref(), Some(chosen.title)),
        (!subjects.is_empty()).then(|| Row {
            name: "Subjects",
            value: subjects.join(", "),
            url: None,
            source: source(chosen.subjects),
        }),
        moment("Announced", paper.announced(), chosen.announced),
        moment("Submitted", paper.submitted(), chosen.submitted),
        text("Comment", paper.comment(), chosen.comment),
        text("Venue", paper.venue(), chosen.venue),
        text("Published in", paper.citation(), chosen.citation),
        text("Organisation", paper.organisation(), chosen.organisation),
        text("Language", paper.language(), chosen.language),
        paper.license().map(|license| Row {
            name: "Licence",
            value: license.to_string(),
            url: Some(license.to_string()),
            source: source(chosen.license),
        }),
    ]
    .into_iter()
    .flatten()
    .collect();
    if chosen.abstract_text.is_some() {
        let value = "as shown above".to_owned();
        rows.push(Row { name: "Abstract", value, url: None, source: source(chosen.abstract_text) });
    }
    if chosen.authors.is_some() {
        let value = "as listed above".to_owned();
        rows.push(Row { name: "Authors", value, url: None, source: source(chosen.authors) });
    }
    rows.extend(identifiers(paper));
    rows.extend(addresses(paper));
    rows.extend(paper.version().map(|version| plain("Version", version.to_string())));
    rows.push(plain("First seen", Stamp::minute(paper.first_seen).people));
    rows.extend(paper.updates().map(|(event, at)| {
        let name = match event {
            Event::CodeReleased => "Code released, noticed".to_owned(),
            Event::Published => "Published, noticed".to_owned(),
            Event::Withdrawn => "Withdrawn, noticed".to_owned(),
            Event::Retracted => "Retracted, noticed".to_owned(),
            Event::Version(number) => format!("Version {number}, noticed"),
        };
        plain("Event", format!("{name} {}", Stamp::minute(at).people))
    }));
    rows.extend(record.signals.iter().map(|signal| {
        let name = match signal.kind {
            SignalKind::Votes => "Votes",
            SignalKind::Comments => "Comments",
            SignalKind::Stars => "Stars",
            SignalKind::Points => "Points on Hacker News",
            SignalKind::Replies => "Comments on Hacker News",
            SignalKind::Citations => "Citations",
        };
        plain(name, format!("{} on {}", signal.value, Stamp::minute(signal.at).people))
    }));
    rows
}

fn identifiers(paper: &Paper) -> impl Iterator<Item = Row> {
    paper.ids().into_iter().take(MOST).map(|id| Row {
        name: "Identifier",
        value: id.to_string(),
        url: outside::address(id).map(|url| url.to_string()),
        source: said_by(paper, |observation| observation.ids.contains(id)),
    })
}

fn addresses(paper: &Paper) -> impl Iterator<Item = Row> {
    paper.links().into_iter().take(MOST).map(|link| Row {
        name: match link.kind {
            LinkKind::Page => "Page",
            LinkKind::Pdf => "PDF",
            LinkKind::Code => "Code",
            LinkKind::Project => "Project page",
            LinkKind::Discussion => "Discussion",
            LinkKind::Thumbnail => "Thumbnail",
        },
        value: link.url.to_string(),
        url: Some(link.url.to_string()),
        source: said_by(paper, |observation| observation.links.contains(link)),
    })
}

/// The sources whose observations satisfy a condition.
fn said_by(paper: &Paper, says: impl Fn(&Observation) -> bool) -> String {
    let names: BTreeSet<_> = paper
        .observations
        .iter()
        .filter(|observation| says(observation))
        .map(|observation| observation.source.as_str())
        .collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// A moment with no more precision than its source gave.
fn print(moment: Moment) -> String {
    let at = moment.at.to_chrono();
    match moment.precision {
        Precision::Year => at.format("%Y").to_string(),
        Precision::Month => at.format("%B %Y").to_string(),
        Precision::Day => at.format("%-d %B %Y").to_string(),
        Precision::Second => Stamp::minute(moment.at).people,
    }
}
