//! Cleaning: from what a source said (`Record`, untrusted) to what we keep of it (`Observation`, clean and typed).
//!
//! Pure: the time of the fetch and the source's standing are arguments. Nothing is looked up and nothing is invented:
//! what cannot be read is left out, and only a record without a title or a key is refused.

use std::collections::BTreeSet;

use crate::model::arxiv_id::ArxivId;
use crate::model::external_id::ExternalId;
use crate::model::link::WebUrl;
use crate::model::observation::Observation;
use crate::model::problem::Problem;
use crate::model::record::IdHint;
use crate::model::record::RawId;
use crate::model::record::Record;
use crate::model::short_ids::PageUrl;
use crate::model::source::Authority;
use crate::model::source::SourceId;
use crate::model::text::Abstract;
use crate::model::text::Html;
use crate::model::text::Raw;
use crate::model::text::Text;
use crate::model::text::Title;
use crate::model::time::Timestamp;

mod damaged;

mod dates;

mod escape;

pub mod html;

pub mod ids;

mod people;

mod places;

mod preamble;

pub mod tex;

mod text;

#[cfg(test)]
mod tests;

/// The longest key kept, in bytes.
const LONGEST_KEY: usize = 512;
/// The most identifiers of a record that are looked at.
const MOST_IDS: usize = 64;
/// Versions above this are a misreading.
const HIGHEST_VERSION: u32 = 999;

/// What is known of a record besides itself.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Which source gave it.
    pub source: &'a SourceId,
    /// How much the source's words weigh.
    pub authority: Authority,
    /// When it was read.
    pub fetched_at: Timestamp,
    /// The language of the whole answer, where it states one.
    pub language: Option<&'a str>,
}

/// Cleans a record. Fails when it cannot be a paper: without a title, or without a usable key.
pub fn observe(record: &Record, context: &Context<'_>) -> Result<Observation, Problem> {
    let named = Named::of(&record.ids);
    let key = key(record, &named)?;
    let refused = |message: &str| Problem::new(key.as_str(), message);
    let raw_title = record.title.as_ref().ok_or_else(|| refused("record has no title"))?;
    let title = text::title(raw_title, named.arxiv())
        .ok_or_else(|| refused("title has no characters left after cleaning"))?;
    let abstract_text = record.abstract_text.as_ref().and_then(text::abstract_text);
    let comment = field(record.comment.as_ref());
    let date = |date: &Option<_>| date.as_ref().and_then(|date| dates::moment(date, context.fetched_at));
    let is_withdrawn = record.is_withdrawn || is_withdrawn(&title, abstract_text.as_ref(), comment.as_ref());
    Ok(Observation {
        source: context.source.clone(),
        authority: context.authority,
        fetched_at: context.fetched_at,
        links: places::links(&record.links, &named.pages, named.arxiv()),
        version: record.version.or(named.version).filter(|version| (1..=HIGHEST_VERSION).contains(version)),
        ids: named.ids,
        key,
        title,
        earlier: BTreeSet::new(),
        abstract_text,
        authors: people::authors(&record.authors),
        subjects: places::subjects(&record.subjects),
        announce: record.announce,
        announced: date(&record.announced),
        submitted: date(&record.submitted),
        revised: date(&record.revised),
        comment,
        venue: field(record.venue.as_ref()),
        citation: field(record.citation.as_ref()),
        license: record.license.as_deref().and_then(places::license),
        organisation: field(record.organisation.as_ref()),
        submitter: field(record.submitter.as_ref()),
        language: record.language.as_deref().or(context.language).and_then(places::language),
        is_withdrawn,
        is_retracted: record.is_retracted,
        role: record.role,
    })
}

/// A note that somebody wrote in Markdown (as `CommonMark` has it) as a fragment that can be shown: formulas between dollar signs become
/// MathML, markup that is not Markdown's is cleaned like that of any source.
pub fn note(markdown: &str) -> Html {
    let mut html = String::with_capacity(markdown.len() * 2);
    pulldown_cmark::html::push_html(&mut html, pulldown_cmark::Parser::new(markdown));
    Html::trusted(html::blocks(&html).into_iter().map(|block| block.html).collect())
}

/// The identifiers that texts and addresses hold, as those of a record are read.
pub fn identify(raw: &[RawId]) -> BTreeSet<ExternalId> {
    Named::of(raw).ids
}

fn field(raw: Option<&Raw>) -> Option<Text> {
    raw.and_then(text::field)
}

/// The key as the source wrote it, else the best identifier.
fn key(record: &Record, named: &Named) -> Result<Text, Problem> {
    let key = Text::line(ids::head(&record.key, LONGEST_KEY));
    if !key.is_empty() {
        return Ok(key);
    }
    let best = named.ids.first().map(|id| Text::line(ids::head(&id.to_string(), LONGEST_KEY)));
    best.ok_or_else(|| Problem::new("record", "record has neither a key nor an identifier"))
}

/// The identifiers of a record, and the pages that it calls its own.
#[derive(Default)]
struct Named {
    ids: BTreeSet<ExternalId>,
    version: Option<u32>,
    pages: Vec<WebUrl>,
}

impl Named {
    /// Reads the identifiers, best first. A scheme is taken from one text only: further identifiers of the same
    /// scheme in text or addresses are works that are spoken of. Only what the source itself calls a DOI may be one
    /// of several, a preprint's and its article's.
    fn of(raw: &[RawId]) -> Self {
        let mut named = Self::default();
        for one in raw.iter().take(MOST_IDS) {
            named.read(one);
        }
        if named.ids.is_empty() {
            let pages = raw.iter().filter(|one| one.hint == IdHint::Page);
            named.ids.extend(pages.filter_map(|one| PageUrl::parse(&one.text)).take(1).map(ExternalId::Page));
        }
        for one in raw.iter().filter(|one| one.hint == IdHint::Page).take(MOST_IDS) {
            named.pages.extend(WebUrl::parse(&one.text).filter(|url| !named.pages.contains(url)));
        }
        named
    }

    fn read(&mut self, raw: &RawId) {
        let text = ids::head(&raw.text, 4 * 1024).trim();
        let found = match raw.hint {
            IdHint::Arxiv => match ArxivId::parse(text) {
                Some((id, version)) => vec![(ExternalId::Arxiv(id), version)],
                None => ids::find(text),
            },
            IdHint::Doi => match ids::dois::parse(text) {
                Some(found) if !text.contains(char::is_whitespace) => vec![found],
                _several => ids::find(text),
            },
            IdHint::Pmid => ids::lookup(&format!("pmid:{text}")).map(|id| (id, None)).into_iter().collect(),
            IdHint::Pmcid => ids::lookup(&format!("pmcid:{text}")).map(|id| (id, None)).into_iter().collect(),
            IdHint::Any | IdHint::Page => ids::find(text),
        };
        let may_repeat = raw.hint == IdHint::Doi;
        let before = self.ids.clone();
        let mut schemes: Vec<&'static str> = Vec::new();
        for (id, version) in found {
            let scheme = id.scheme();
            let is_known = self.ids.contains(&id);
            let is_taken = before.iter().any(|known| known.scheme() == scheme) || schemes.contains(&scheme);
            if is_known || !is_taken || may_repeat && matches!(id, ExternalId::Doi(_)) {
                schemes.push(scheme);
                self.version = self.version.or(version);
                self.ids.insert(id);
            }
        }
    }

    fn arxiv(&self) -> Option<&ArxivId> {
        self.ids.iter().find_map(|id| if let ExternalId::Arxiv(id) = id { Some(id) } else { None })
    }
}

/// How an abstract or a comment begins that says nothing else.
const PHRASES: &[&str] = &[
    "this paper has been withdrawn",
    "this article has been withdrawn",
    "this submission has been withdrawn",
    "this manuscript has been withdrawn",
    "this work has been withdrawn",
    "the paper has been withdrawn",
    "this paper is withdrawn",
    "this paper was withdrawn",
    "paper withdrawn",
    "withdrawn by",
    "withdrawn due to",
    "withdrawn.",
    "withdrawn;",
    "this version has been withdrawn",
    "this arxiv paper has been withdrawn",
    "the author has withdrawn",
    "the authors have withdrawn",
    "arxiv admin: this paper has been withdrawn",
    "arxiv admin note: this paper has been withdrawn",
    "this paper has been removed by arxiv",
    "arxiv admin note: this version has been removed",
    "this submission has been removed",
];
/// How a title begins that a server has marked.
const TITLES: &[&str] =
    &["withdrawn:", "withdrawn article", "withdrawn]", "withdrawn -", "retracted:", "retracted article"];

/// Whether the words of the record say that the paper was withdrawn.
fn is_withdrawn(title: &Title, abstract_text: Option<&Abstract>, comment: Option<&Text>) -> bool {
    let begins = |text: &str, phrases: &[&str]| {
        let start = text.trim_start_matches(['[', '(', '*', ' ']);
        let is_start =
            |phrase: &&str| start.get(..phrase.len()).is_some_and(|start| start.eq_ignore_ascii_case(phrase));
        phrases.iter().any(is_start)
    };
    let in_comment = comment.is_some_and(|comment| {
        let lower = comment.as_str().to_lowercase();
        let by_arxiv = lower.contains("arxiv admin") && lower.contains("withdrawn");
        by_arxiv
            || lower == "withdrawn"
            || lower.contains("withdrawn by the author")
            || lower.contains("has been withdrawn")
    });
    let in_abstract = abstract_text.is_some_and(|abstract_text| begins(abstract_text.text.as_str(), PHRASES));
    begins(title.text.as_str(), TITLES)
        || in_abstract
        || in_comment
        || comment.is_some_and(|comment| begins(comment.as_str(), PHRASES))
}
