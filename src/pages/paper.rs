//! A paper's page: the merged record, and which source each field was taken from.
//!
//! The `citation_*` tags are those that Zotero and search engines for scholars read.

use askama::Template;
use chrono::NaiveDate;
use serde_json::json;

use crate::model::author::Author;
use crate::model::change::Event;
use crate::model::format::CitationForm;
use crate::model::link::WebUrl;
use crate::model::paper::Paper;
use crate::model::signal::Signal;
use crate::model::signal::SignalKind;
use crate::model::text::Html;
use crate::model::text::Text;
use crate::model::topic::TimelineEntry;
use crate::pages;
use crate::pages::Around;
use crate::pages::Error;
use crate::pages::card;
use crate::pages::card::Line;
use crate::pages::charts;
use crate::pages::charts::Steps;
use crate::pages::cite;
use crate::pages::cite::Facts;
use crate::pages::frame;
use crate::pages::frame::Frame;
use crate::pages::frame::Head;
use crate::pages::frame::Here;
use crate::pages::parts;
use crate::pages::parts::Stamp;
use crate::pages::record;
use crate::pages::record::Row;
use crate::trending::Trend;
use crate::urls::Place;
use crate::urls::SearchOf;
use crate::urls::Urls;
use crate::urls::list::List;
use crate::urls::outside;

/// So many authors are shown with what is known of them; the others are folded.
const NAMED: usize = 30;

/// What a paper's page shows.
#[derive(Clone, PartialEq, Debug)]
pub struct PaperRecord {
    /// The paper.
    pub paper: Paper,
    /// The topics it is in, each with its title.
    pub topics: Vec<(TimelineEntry, String)>,
    /// The readings of its counters, by counter, the oldest first.
    pub signals: Vec<Signal>,
    /// What an editor says of it.
    pub note: Option<Html>,
    /// How much it is talked about.
    pub trend: Option<Trend>,
    /// Papers like it.
    pub similar: Vec<Line>,
    /// Today.
    pub today: NaiveDate,
}

/// Writes the page.
pub fn page(around: Around<'_>, record: &PaperRecord) -> Result<String, Error> {
    let (paper, urls) = (&record.paper, around.urls);
    let listed = paper.authors().map(|authors| authors.listed.as_slice()).unwrap_or_default();
    let total = paper.authors().and_then(|authors| usize::try_from(authors.total).ok()).unwrap_or_default();
    let title = &paper.title().text;
    let text = paper.abstract_text().map(|form| form.text.as_str()).unwrap_or_default();
    let head = Head {
        kind: "article",
        ..Head::new(title.to_string(), parts::shortened(text, 200))
            .at(urls.absolute(Place::Paper(&paper.id)))
            .with_feeds(frame::feeds(List::Similar(&paper.id), "Papers like this one", urls))
            .saying(&scholarly(paper, urls))
    };
    let first = paper.published().day();
    let first = record.signals.iter().map(|signal| signal.at.day()).fold(first, NaiveDate::min);
    let view = PaperView {
        head,
        frame: Frame::new(around, Here::Nowhere),
        id: paper.id.as_str(),
        page: urls.path(Place::Paper(&paper.id)),
        kicker: kicker(paper),
        title,
        lang: paper.language(),
        dir: parts::direction(title.as_str()),
        citation_tags: Facts::of(paper).tags(),
        state: paper.state(),
        people: listed.iter().take(NAMED).map(|author| PersonView::new(author, urls)).collect(),
        more: listed.iter().skip(NAMED).map(|author| &author.name).collect(),
        all: total.max(listed.len()),
        organisation: paper.organisation(),
        total: if total > listed.len() { total } else { 0 },
        abstract_html: parts::abstract_html(paper),
        note: record.note.as_ref().map(Html::as_str),
        links: card::links(paper, &record.signals),
        rows: record::rows(paper),
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
        signals: signals(&record.signals, first, record.today),
        first_day: charts::short(first),
        last_day: charts::short(record.today),
        trend: record.trend.as_ref().filter(|trend| trend.score > 0.0).map(|trend| {
            format!(
                "Trending {:.2} of 1 today: {trend}; {:.2} before its age took its toll.",
                trend.score, trend.raw
            )
        }),
        similar: &record.similar,
        similar_page: urls.path(Place::Similar(&paper.id)),
        forms: forms(paper, urls),
        bibtex: cite::write(paper, CitationForm::Bibtex),
        versions: versions(paper),
        code: card::code(paper).map(|url| code_line(url, &record.signals)).collect(),
        discussion: card::links(paper, &record.signals)
            .into_iter()
            .filter(|(_label, url)| matches!(outside::site(url), Some("Hugging Face" | "Hacker News")))
            .collect(),
    };
    pages::render("a paper", &view)
}

#[derive(Template)]
#[template(path = "paper.html")]
struct PaperView<'page> {
    frame: Frame,
    head: Head,
    id: &'page str,
    page: String,
    kicker: String,
    title: &'page Text,
    lang: Option<&'page Text>,
    dir: Option<&'static str>,
    citation_tags: Vec<(&'static str, String)>,
    state: Option<&'static str>,
    people: Vec<PersonView<'page>>,
    more: Vec<&'page Text>,
    all: usize,
    organisation: Option<&'page Text>,
    total: usize,
    abstract_html: &'page str,
    note: Option<&'page str>,
    links: Vec<(String, WebUrl)>,
    rows: Vec<Row>,
    topics: Vec<TopicView>,
    signals: Vec<SignalView>,
    first_day: String,
    last_day: String,
    trend: Option<String>,
    similar: &'page [Line],
    similar_page: String,
    forms: Vec<FormView>,
    bibtex: String,
    versions: Vec<VersionView>,
    code: Vec<(String, WebUrl, String)>,
    discussion: Vec<(String, WebUrl)>,
}

struct PersonView<'page> {
    name: &'page Text,
    search: String,
    orcid: Option<String>,
    affiliations: String,
}

impl<'page> PersonView<'page> {
    fn new(author: &'page Author, urls: &Urls) -> Self {
        let affiliations: Vec<_> = author.affiliations.iter().map(Text::as_str).collect();
        let query = format!("author:\"{}\"", author.name.as_str().replace(['"', '\\'], ""));
        let search = SearchOf { query: &query, newest_first: true, offset: 0 };
        Self {
            name: &author.name,
            search: urls.path(Place::Search(search)),
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

struct SignalView {
    name: &'static str,
    steps: Steps,
    now: u64,
    gain: String,
    words: String,
}

struct FormView {
    name: &'static str,
    media_type: &'static str,
    address: String,
}

struct VersionView {
    number: u32,
    url: Option<String>,
    date: Option<Stamp>,
}

/// What kind of text it is, and of what.
fn kicker(paper: &Paper) -> String {
    let subjects: Vec<&str> = paper.subjects().iter().map(|subject| subject.term.as_str()).take(4).collect();
    let kind = paper.venue().map_or_else(|| "Preprint".to_owned(), ToString::to_string);
    if subjects.is_empty() { kind } else { format!("{kind} · {}", subjects.join(", ")) }
}

/// What search engines may know of it (schema.org).
fn scholarly(paper: &Paper, urls: &Urls) -> serde_json::Value {
    let listed = paper.authors().map(|authors| authors.listed.as_slice()).unwrap_or_default();
    let people: Vec<_> = listed
        .iter()
        .take(60)
        .map(|author| json!({"@type": "Person", "name": author.name.as_str()}))
        .collect();
    let same: Vec<String> =
        paper.ids().into_iter().filter_map(outside::address).map(|url| url.to_string()).take(8).collect();
    let mut value = json!({
        "@context": "https://schema.org",
        "@type": "ScholarlyArticle",
        "headline": paper.title().text.as_str(),
        "author": people,
        "datePublished": paper.published().day().to_string(),
        "dateModified": paper.updated().day().to_string(),
        "url": urls.absolute(Place::Paper(&paper.id)),
        "sameAs": same,
    });
    if let Some(fields) = value.as_object_mut() {
        fields.extend(paper.license().map(|license| ("license".to_owned(), json!(license.to_string()))));
        fields.extend(paper.version().map(|version| ("version".to_owned(), json!(version.to_string()))));
    }
    value
}

fn name_of(kind: SignalKind) -> &'static str {
    match kind {
        SignalKind::Votes => "Votes on Hugging Face",
        SignalKind::Comments => "Comments on Hugging Face",
        SignalKind::Stars => "Stars of the code",
        SignalKind::Points => "Points on Hacker News",
        SignalKind::Replies => "Comments on Hacker News",
        SignalKind::Citations => "Citations",
    }
}

fn signals(history: &[Signal], first: NaiveDate, today: NaiveDate) -> Vec<SignalView> {
    let of = |kind: SignalKind| {
        let readings: Vec<&Signal> = history.iter().filter(|signal| signal.kind == kind).collect();
        let (begin, last) = (readings.first()?, readings.last()?);
        if last.value == 0 {
            return None;
        }
        let week = today.checked_sub_days(chrono::Days::new(7)).unwrap_or(today);
        let before = readings.iter().rev().find(|signal| signal.at.day() <= week).unwrap_or(begin);
        let is_old = begin.at.day() <= week;
        let gain = match last.value.saturating_sub(before.value) {
            0 if is_old => "none".to_owned(),
            // Known for less than a week, and it has not moved since.
            0 => "–".to_owned(),
            some => format!("+{some}"),
        };
        let name = name_of(kind);
        let (from, to) = (charts::short(begin.at.day()), charts::short(last.at.day()));
        let words = format!("{name}: {} on {from}, {} on {to}", begin.value, last.value);
        Some(SignalView { name, steps: Steps::new(&readings, first, today), now: last.value, gain, words })
    };
    SignalKind::ALL.into_iter().filter_map(of).collect()
}

fn forms(paper: &Paper, urls: &Urls) -> Vec<FormView> {
    let form = |form: CitationForm| FormView {
        name: match form {
            CitationForm::Bibtex => "BibTeX",
            CitationForm::Ris => "RIS",
            CitationForm::Csl => "CSL-JSON",
            CitationForm::Json => "Record as JSON",
        },
        media_type: form.media_type().split(';').next().unwrap_or_default(),
        address: urls.path(Place::Citation(&paper.id, form)),
    };
    CitationForm::ALL.into_iter().map(form).collect()
}

/// The versions that we know of, the newest first: those that came since the paper was here, and the first.
fn versions(paper: &Paper) -> Vec<VersionView> {
    let Some(newest) = paper.version() else { return Vec::new() };
    let at_arxiv = outside::abstract_page(paper).map(|url| url.to_string());
    let at_arxiv = at_arxiv.filter(|url| url.starts_with("https://arxiv.org/abs/"));
    let noticed = |number: u32| {
        paper
            .updates()
            .find(|(event, _at)| *event == Event::Version(number))
            .map(|(_event, at)| Stamp::day(at))
    };
    let version = |number: u32| VersionView {
        number,
        url: at_arxiv.as_ref().map(|url| format!("{url}v{number}")),
        date: if number == 1 { Some(Stamp::day(paper.published())) } else { noticed(number) },
    };
    (1..=newest.min(99)).rev().map(version).collect()
}

fn code_line(url: &WebUrl, signals: &[Signal]) -> (String, WebUrl, String) {
    let name = url.as_str().trim_start_matches("https://").trim_start_matches("github.com/").to_owned();
    let words = match card::count(signals, SignalKind::Stars) {
        0 => String::new(),
        stars => format!("{stars} {}", card::plural(stars, "star")),
    };
    (name, url.clone(), words)
}
