//! What people see in a browser: plain pages that work without script, and the subscription list.
//!
//! Each page is a function of what it shows; nothing here reads the store, the clock or a request. Text is escaped by the
//! templates; the only markup that passes is the abstract that `normalise` made. The pages are well-formed XML too, so
//! that tests can take them apart strictly.

use askama::Template;

use crate::model::format::Format;
use crate::model::link::WebUrl;
use crate::model::paper::Paper;
use crate::model::text::Text;
use crate::model::time::Timestamp;
use crate::model::topic::TimelineEntry;
use crate::model::topic::TopicId;
use crate::pages::parts::Stamp;
use crate::urls::List;
use crate::urls::Place;
use crate::urls::Urls;
use crate::urls::outside;

pub mod cite;

pub mod opml;

pub mod paper;

mod parts;

/// The style sheet of all pages.
pub const STYLESHEET: &str = include_str!("../templates/offprint.css");

/// The media type of all pages.
pub const MEDIA_TYPE: &str = "text/html; charset=utf-8";

/// A page could not be written.
#[derive(Debug, thiserror::Error)]
#[error("writing the page of {page}")]
pub struct Error {
    page: &'static str,
    #[source]
    source: askama::Error,
}

/// A topic as lists show it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TopicLine {
    /// The topic.
    pub id: TopicId,
    /// Its title.
    pub title: String,
    /// What it is about, or nothing.
    pub description: String,
    /// How many papers are in it.
    pub count: u64,
    /// When the newest paper entered.
    pub last: Option<Timestamp>,
    /// What decides over its papers, by the names that the configuration has for it.
    pub rules: Vec<(&'static str, String)>,
}

/// An address that a list can be subscribed to at.
struct FeedLink {
    name: &'static str,
    media_type: &'static str,
    address: String,
}

/// The feeds of a list, the preferred one first.
fn feeds(list: List<'_>, urls: &Urls) -> Vec<FeedLink> {
    let link = |format: Format| FeedLink {
        name: format.name(),
        media_type: format.media_type(),
        address: urls.path(Place::Feed(list, format)),
    };
    Format::ALL.into_iter().map(link).collect()
}

/// The front page: every topic, and how to subscribe.
pub fn front(site: &str, topics: &[TopicLine], urls: &Urls) -> Result<String, Error> {
    let topics = topics.iter().map(|line| FrontTopic {
        title: Text::line(&line.title),
        description: Text::line(&line.description),
        page: urls.path(Place::Topic(&line.id)),
        feeds: feeds(List::Topic(&line.id), urls),
        count: parts::papers(line.count),
        last: line.last.map(Stamp::minute),
    });
    let view = FrontView {
        frame: Frame::new(site, urls),
        updates: urls.path(Place::Feed(List::Updates, Format::Atom)),
        topics: topics.collect(),
    };
    render("the front", &view)
}

/// One stretch of a topic's timeline.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TopicStretch {
    /// The topic.
    pub line: TopicLine,
    /// Its query in canonical form.
    pub query: String,
    /// The papers, newest first, each with its place.
    pub entries: Vec<(TimelineEntry, Paper)>,
    /// Whether the stretch begins at the newest paper.
    pub is_newest: bool,
    /// Where the next stretch begins, if there is more.
    pub older: Option<Timestamp>,
}

/// A topic's page.
pub fn topic(site: &str, stretch: &TopicStretch, urls: &Urls) -> Result<String, Error> {
    let line = &stretch.line;
    let view = TopicView {
        frame: Frame::new(site, urls),
        title: Text::line(&line.title),
        description: Text::line(&line.description),
        query: Text::line(&stretch.query),
        count: parts::papers(line.count),
        feeds: feeds(List::Topic(&line.id), urls),
        entries: stretch.entries.iter().map(|(place, paper)| EntryView::new(place, paper, urls)).collect(),
        newest: (!stretch.is_newest).then(|| urls.path(Place::Topic(&line.id))),
        older: stretch.older.map(|before| urls.path(Place::TopicBefore(&line.id, before))),
    };
    render("a topic", &view)
}

/// A page that says what went wrong and where to go on.
pub fn error(site: &str, title: &str, explanation: &str, urls: &Urls) -> Result<String, Error> {
    render("an error", &ErrorView { frame: Frame::new(site, urls), title, explanation })
}

fn render(page: &'static str, view: &impl Template) -> Result<String, Error> {
    view.render().map_err(|source| Error { page, source })
}

/// What surrounds every page.
struct Frame {
    site: Text,
    front: String,
    opml: String,
    stylesheet: String,
    home: &'static str,
    version: &'static str,
}

impl Frame {
    fn new(site: &str, urls: &Urls) -> Self {
        let site = Text::line(site);
        Self {
            site: if site.is_empty() { Text::line(urls.host()) } else { site },
            front: urls.path(Place::Front),
            opml: urls.path(Place::Opml),
            stylesheet: urls.path(Place::Stylesheet),
            home: env!("CARGO_PKG_HOMEPAGE"),
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

#[derive(Template)]
#[template(path = "front.html")]
struct FrontView {
    frame: Frame,
    updates: String,
    topics: Vec<FrontTopic>,
}

struct FrontTopic {
    title: Text,
    description: Text,
    page: String,
    feeds: Vec<FeedLink>,
    count: String,
    last: Option<Stamp>,
}

#[derive(Template)]
#[template(path = "topic.html")]
struct TopicView<'page> {
    frame: Frame,
    title: Text,
    description: Text,
    query: Text,
    count: String,
    feeds: Vec<FeedLink>,
    entries: Vec<EntryView<'page>>,
    newest: Option<String>,
    older: Option<String>,
}

struct EntryView<'page> {
    page: String,
    title: &'page Text,
    state: Option<&'static str>,
    people: String,
    abstract_html: &'page str,
    date: Stamp,
    links: Vec<(&'static str, WebUrl)>,
    sources: String,
    reason: Text,
}

impl<'page> EntryView<'page> {
    fn new(place: &TimelineEntry, paper: &'page Paper, urls: &Urls) -> Self {
        Self {
            page: urls.path(Place::Paper(&paper.id)),
            title: &paper.title().text,
            state: paper.state(),
            people: parts::people_in_brief(paper),
            abstract_html: parts::abstract_html(paper),
            date: Stamp::day(place.at),
            links: outside::reading_links(paper),
            sources: parts::sources(paper),
            reason: Text::line(&place.reason),
        }
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorView<'page> {
    frame: Frame,
    title: &'page str,
    explanation: &'page str,
}
