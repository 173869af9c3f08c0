//! A paper as an entry. Counters are not even an argument here, so no vote can change a byte of a feed.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use crate::feeds::content;
use crate::feeds::content::Content;
use crate::feeds::content::Said;
use crate::feeds::labels;
use crate::model::author::Authors;
use crate::model::change::Event;
use crate::model::external_id::ExternalId;
use crate::model::link::LinkKind;
use crate::model::paper::Paper;
use crate::model::subject::Subject;
use crate::model::subject::SubjectScheme;
use crate::model::text::Html;
use crate::model::text::Text;
use crate::model::time::Timestamp;
use crate::model::topic::TimelineEntry;
use crate::urls::Place;
use crate::urls::Urls;
use crate::urls::outside;

/// One paper in a feed.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Entry {
    /// The permanent identifier: of the paper as which the topic first served it.
    pub id: String,
    /// One line of plain text; never empty.
    pub title: Text,
    /// The people, each once and alone; a crowd is cut, and its size stands in the content.
    pub authors: Vec<Person>,
    /// When the paper was announced.
    pub published: Timestamp,
    /// When it last changed in a way that matters.
    pub updated: Timestamp,
    /// Addresses: the abstract page (`alternate`) first.
    pub links: Vec<EntryLink>,
    /// Subjects, the primary one first.
    pub categories: Vec<Category>,
    /// What the paper is known as elsewhere, such as `doi:10.1000/x`.
    pub identifiers: Vec<String>,
    /// The journal reference.
    pub citation: Option<Text>,
    /// The address of the licence.
    pub license: Option<String>,
    /// The language of the paper as an RFC 5646 tag, where it is not the feed's.
    pub language: Option<String>,
    /// The abstract as plain text.
    pub summary: Option<Text>,
    /// The body.
    pub content: Content,
}

/// One author.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Person {
    /// The name; never empty.
    pub name: Text,
    /// The address of the ORCID record.
    pub uri: Option<String>,
}

/// One link of an entry.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct EntryLink {
    /// The registered relation.
    pub rel: &'static str,
    /// The absolute address.
    pub href: String,
    /// The media type, where it is certain enough to be said.
    pub media_type: Option<&'static str>,
    /// What people read.
    pub title: Option<&'static str>,
}

/// One subject of an entry.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Category {
    /// The code or word.
    pub term: String,
    /// The IRI of the classification.
    pub scheme: Option<&'static str>,
    /// The name of the subject, where we know it.
    pub label: Option<&'static str>,
}

impl Entry {
    /// The address of the first link of a relation.
    pub fn link(&self, rel: &str) -> Option<&str> {
        self.links.iter().find(|link| link.rel == rel).map(|link| link.href.as_str())
    }
}

/// The scheme of arXiv categories, as arXiv's own Atom answers name it.
const ARXIV_SCHEME: &str = "http://arxiv.org/schemas/atom";

/// How many links and subjects one entry carries; a hostile source may send thousands.
const MOST: usize = 40;

/// A paper as an entry: a function of the paper and its place in the topic, of nothing else.
pub fn entry(paper: &Paper, place: &TimelineEntry, urls: &Urls) -> Entry {
    Prepared::of(paper, urls).at(place, urls)
}

/// A paper as an entry of any topic, but for what its place there says: made once for all topics that list it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Prepared {
    /// With an empty body.
    entry: Entry,
    body: content::Open,
}

impl Prepared {
    /// Prepares a paper.
    pub fn of(paper: &Paper, urls: &Urls) -> Self {
        let body = content::content(paper, &Said::default(), urls);
        Self { entry: plain(paper, Content::default(), urls), body }
    }

    /// The entry of a place.
    pub fn at(&self, place: &TimelineEntry, urls: &Urls) -> Entry {
        Entry {
            id: urls.paper_tag(&place.served_as),
            updated: plausible(place.updated),
            content: self.body.because(&place.reason),
            ..self.entry.clone()
        }
    }

    /// Its bytes, nearly.
    pub fn weight(&self) -> usize {
        let summary = self.entry.summary.as_ref().map_or(0, |text| text.as_str().len());
        let parts = self.entry.authors.len() + self.entry.links.len() + self.entry.categories.len();
        self.body.weight() + summary + parts * 96 + 768
    }
}

/// Why a paper stands in a list that nobody configured.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Standing {
    /// In words.
    pub reason: String,
    /// What an editor says of it.
    pub note: Option<Html>,
    /// When it was put there, where somebody put it: readers hear of it then, however old it is.
    pub since: Option<Timestamp>,
}

/// A paper in a list that nobody configured.
pub fn standing(paper: &Paper, standing: &Standing, urls: &Urls) -> Entry {
    let said = Said { note: standing.note.as_ref(), ..Said::default() };
    let body = content::content(paper, &said, urls).because(&standing.reason);
    let entry = plain(paper, body, urls);
    let updated = standing.since.map_or(entry.updated, |since| entry.updated.max(plausible(since)));
    Entry { updated, ..entry }
}

/// A paper as it is wherever it stands, with a body.
fn plain(paper: &Paper, content: Content, urls: &Urls) -> Entry {
    Entry {
        id: urls.paper_tag(&paper.id),
        title: title(paper),
        authors: people(paper),
        published: plausible(paper.published()),
        updated: plausible(paper.updated()),
        links: links(paper, urls),
        categories: paper.subjects().into_iter().filter_map(category).take(MOST).collect(),
        identifiers: paper.ids().into_iter().take(MOST).map(identifier).collect(),
        citation: paper.citation().or(paper.venue()).map(|text| Text::line(text.as_str())),
        license: paper.license().map(ToString::to_string),
        language: paper.language().map(Text::as_str).filter(|tag| is_language(tag)).map(str::to_owned),
        summary: paper.abstract_text().map(|text| text.text.clone()).filter(|text| !text.is_empty()),
        content,
    }
}

/// Something that happened to a paper as an entry of its own, so that every reader shows it as new.
pub fn update(paper: &Paper, event: Event, at: Timestamp, urls: &Urls) -> Entry {
    let version = |number: u32| format!("v{number}");
    let (name, label, news) = match event {
        Event::CodeReleased => {
            ("code".to_owned(), "code released".to_owned(), Some("Its code was released."))
        }
        Event::Published => ("published".to_owned(), "published".to_owned(), Some("It was published.")),
        // The body of such a paper says so in any case.
        Event::Withdrawn => ("withdrawn".to_owned(), "withdrawn".to_owned(), None),
        Event::Retracted => ("retracted".to_owned(), "retracted".to_owned(), None),
        Event::Version(number) => (version(number), version(number), Some("A new version was posted.")),
    };
    let body = content::content(paper, &Said { news, ..Said::default() }, urls).because("");
    let (id, at) = (urls.update_tag(paper.listed_as(event, at), &name), apart(paper, event, at));
    Entry {
        id,
        title: Text::line(&format!("[{label}] {}", bare_title(paper))),
        published: plausible(at),
        updated: plausible(at),
        ..plain(paper, body, urls)
    }
}

/// When an event is told: what was noticed of a paper at one moment is told a little apart, since no two entries shall have one
/// time. Events of other papers are at most some microseconds away.
fn apart(paper: &Paper, event: Event, at: Timestamp) -> Timestamp {
    let before = paper.updates().filter(|(other, time)| *time == at && *other < event).count();
    at.plus(TimeDelta::milliseconds(i64::try_from(before).unwrap_or_default()))
}

/// Validators take a date before 1990 for a mistake. A scanned paper of 1975 is told as the first hour of 1990; its own date
/// is in its record.
fn plausible(at: Timestamp) -> Timestamp {
    const START_OF_1990: i64 = 631_152_000_000_000;
    const HOUR: i64 = 3_600_000_000;
    if at.micros() >= START_OF_1990 {
        at
    } else {
        Timestamp::from_micros(START_OF_1990 + at.micros().rem_euclid(HOUR))
    }
}

fn title(paper: &Paper) -> Text {
    let line = bare_title(paper);
    match paper.state() {
        Some(state) => Text::line(&format!("[{state}] {line}")),
        None => line,
    }
}

fn bare_title(paper: &Paper) -> Text {
    let line = Text::line(paper.title().text.as_str());
    if line.is_empty() { Text::line("Untitled") } else { line }
}

fn people(paper: &Paper) -> Vec<Person> {
    let listed = paper.authors().map(|authors| authors.listed.as_slice()).unwrap_or_default();
    listed
        .iter()
        .take(Authors::KEPT)
        .map(|author| Person {
            name: Text::line(author.name.as_str()),
            uri: author.orcid.as_ref().and_then(|orcid| orcid_address(orcid.as_str())),
        })
        .filter(|person| !person.name.is_empty())
        .collect()
}

/// The address of an ORCID record, if the text has the identifier's shape.
pub(super) fn orcid_address(orcid: &str) -> Option<String> {
    let shaped = orcid.len() == 19
        && orcid.bytes().enumerate().all(|(at, byte)| match at {
            4 | 9 | 14 => byte == b'-',
            18 => byte.is_ascii_digit() || byte == b'X',
            _digit => byte.is_ascii_digit(),
        });
    shaped.then(|| format!("https://orcid.org/{orcid}"))
}

/// The abstract page, then everything else the paper has, each address once.
fn links(paper: &Paper, urls: &Urls) -> Vec<EntryLink> {
    let html = Some("text/html");
    let page = outside::abstract_page(paper)
        .map_or_else(|| urls.absolute(Place::Paper(&paper.id)), |url| url.to_string());
    let mut links = vec![EntryLink { rel: "alternate", href: page, media_type: html, title: None }];
    for link in paper.links() {
        let (rel, media_type, title) = match link.kind {
            LinkKind::Page => ("related", html, "Abstract page"),
            LinkKind::Pdf => ("related", Some("application/pdf"), "PDF"),
            LinkKind::Code => ("related", html, "Code"),
            LinkKind::Project => ("related", html, "Project page"),
            LinkKind::Discussion => ("replies", html, "Discussion"),
            LinkKind::Thumbnail => continue,
        };
        links.push(EntryLink { rel, href: link.url.to_string(), media_type, title: Some(title) });
    }
    for id in paper.ids() {
        if let (ExternalId::Doi(_), Some(url)) = (id, outside::address(id)) {
            links.push(EntryLink {
                rel: "related",
                href: url.to_string(),
                media_type: None,
                title: Some("DOI"),
            });
        }
    }
    if let Some(license) = paper.license() {
        links.push(EntryLink { rel: "license", href: license.to_string(), media_type: None, title: None });
    }
    let mut seen = BTreeSet::new();
    links.retain(|link| seen.insert(link.href.clone()));
    links.truncate(MOST);
    links
}

fn category(subject: &Subject) -> Option<Category> {
    let term = Text::line(subject.term.as_str()).as_str().to_owned();
    let (scheme, label) = match subject.scheme {
        SubjectScheme::Arxiv => (Some(ARXIV_SCHEME), labels::arxiv(&term)),
        SubjectScheme::Msc => (Some("https://zbmath.org/classification/"), None),
        SubjectScheme::Acm => (Some("https://dl.acm.org/ccs"), None),
        SubjectScheme::Keyword => (None, None),
    };
    (!term.is_empty()).then_some(Category { term, scheme, label })
}

fn identifier(id: &ExternalId) -> String {
    match id {
        ExternalId::Page(url) => url.to_string(),
        ExternalId::Arxiv(_)
        | ExternalId::Doi(_)
        | ExternalId::Pmid(_)
        | ExternalId::Pmcid(_)
        | ExternalId::OpenReview(_)
        | ExternalId::Acl(_) => id.to_string(),
    }
}

/// Whether a text has the shape of an RFC 5646 tag of a language other than the feed's.
fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let primary = parts.next().unwrap_or_default();
    let rest = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let shaped = (2..=3).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_alphabetic());
    shaped && tag.len() <= 35 && parts.all(rest) && !primary.eq_ignore_ascii_case("en")
}

#[cfg(test)]
mod tests {
    use super::is_language;
    use super::orcid_address;

    #[test]
    fn only_shaped_language_tags_are_printed() {
        for tag in ["de", "pt-BR", "zh-Hant-TW"] {
            assert!(is_language(tag), "{tag}");
        }
        for tag in ["", "en", "en-GB", "german", "d", "de-", "de--x", "de\"", "12"] {
            assert!(!is_language(tag), "{tag}");
        }
    }

    #[test]
    fn only_shaped_orcids_become_addresses() {
        assert_eq!(
            orcid_address("0000-0002-1825-009X").as_deref(),
            Some("https://orcid.org/0000-0002-1825-009X")
        );
        assert_eq!(orcid_address("0000-0002-1825-00\u{e9}"), None);
        assert_eq!(orcid_address("000X-0002-1825-0097"), None);
    }
}
