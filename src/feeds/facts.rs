//! What a paper is in every list: made once, and kept with what was made of it.

use std::collections::BTreeSet;
use std::hash::BuildHasher as _;
use std::hash::Hash;
use std::hash::Hasher;
use std::ops::Deref;
use std::sync::OnceLock;

use foldhash::quality::FixedState;

use crate::feeds::atom::Stencil;
use crate::feeds::content;
use crate::feeds::content::Body;
use crate::feeds::content::Said;
use crate::feeds::entry;
use crate::feeds::labels;
use crate::model::author::Authors;
use crate::model::external_id::ExternalId;
use crate::model::link::LinkKind;
use crate::model::paper::Paper;
use crate::model::subject::Subject;
use crate::model::subject::SubjectScheme;
use crate::model::text::Text;
use crate::model::time::Timestamp;
use crate::urls::Place;
use crate::urls::Urls;
use crate::urls::outside;

/// What a paper is in every list.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Facts {
    /// One line of plain text; never empty.
    pub title: Text,
    /// The people, each once and alone; a crowd is cut, and its size stands in the content.
    pub authors: Vec<Person>,
    /// When the paper was announced.
    pub published: Timestamp,
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
    /// The body but for the reason.
    pub body: Body,
}

/// The facts of a paper, made once for all lists that it stands in; with them is kept what was made of them.
#[derive(Debug)]
pub struct Prepared {
    facts: Facts,
    hash: u64,
    /// The entry in Atom, made when it is needed; none where it cannot be.
    pub(super) stencil: OnceLock<Option<Stencil>>,
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

impl Deref for Prepared {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        &self.facts
    }
}

impl PartialEq for Prepared {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash && self.facts == other.facts
    }
}

impl Eq for Prepared {}

impl Hash for Prepared {
    /// The facts were hashed when they were made: a feed of a hundred papers is half a megabyte.
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.hash.hash(state);
    }
}

impl From<Facts> for Prepared {
    fn from(facts: Facts) -> Self {
        // The same in every process of one build: they are kept. After an upgrade that changes them readers get the whole once.
        let hash = FixedState::with_seed(0).hash_one(&facts);
        Self { facts, hash, stencil: OnceLock::new() }
    }
}

/// The scheme of arXiv categories, as arXiv's own Atom answers name it.
const ARXIV_SCHEME: &str = "http://arxiv.org/schemas/atom";

/// How many links and subjects one entry carries; a hostile source may send thousands.
const MOST: usize = 40;

impl Prepared {
    /// Prepares a paper.
    pub fn of(paper: &Paper, urls: &Urls) -> Self {
        facts(paper, content::body(paper, &Said::default(), urls), urls).into()
    }

    /// Its bytes, nearly, with what may be made of it.
    pub fn weight(&self) -> usize {
        2 * self.bytes()
    }
}

impl Facts {
    /// About how many bytes they are in a document.
    pub(super) fn bytes(&self) -> usize {
        let text = |text: &Option<Text>| text.as_ref().map_or(0, |text| text.as_str().len());
        let authors = self.authors.iter().map(|person| person.name.as_str().len() + 64).sum::<usize>();
        let links = self.links.iter().map(|link| link.href.len() + 64).sum::<usize>();
        let categories = self.categories.iter().map(|category| category.term.len() + 96).sum::<usize>();
        let identifiers = self.identifiers.iter().map(|id| id.len() + 40).sum::<usize>();
        let texts = text(&self.summary) + text(&self.citation) + self.title.as_str().len();
        self.body.bytes() + texts + authors + links + categories + identifiers + 768
    }
}

/// A paper as it is wherever it stands, with a body.
pub(super) fn facts(paper: &Paper, body: Body, urls: &Urls) -> Facts {
    Facts {
        title: title(paper),
        authors: people(paper),
        published: entry::plausible(paper.published()),
        links: links(paper, urls),
        categories: paper.subjects().into_iter().filter_map(category).take(MOST).collect(),
        identifiers: paper.ids().into_iter().take(MOST).map(identifier).collect(),
        citation: paper.citation().or(paper.venue()).map(|text| Text::line(text.as_str())),
        license: paper.license().map(ToString::to_string),
        language: paper.language().map(Text::as_str).filter(|tag| is_language(tag)).map(str::to_owned),
        summary: paper.abstract_text().map(|text| text.text.clone()).filter(|text| !text.is_empty()),
        body,
    }
}

fn title(paper: &Paper) -> Text {
    let line = bare_title(paper);
    match paper.state() {
        Some(state) => Text::line(&format!("[{state}] {line}")),
        None => line,
    }
}

pub(super) fn bare_title(paper: &Paper) -> Text {
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
