//! The tags by which pages of papers tell those who cite what they are of: `citation_…`, else those of PRISM, else Dublin
//! Core's.

use crate::model::link::LinkKind;
use crate::model::record::IdHint;
use crate::model::record::RawAuthor;
use crate::model::record::RawAuthors;
use crate::model::record::RawDate;
use crate::model::record::RawId;
use crate::model::record::RawLink;
use crate::model::record::RawSubject;
use crate::model::record::Record;
use crate::model::text::Markup;
use crate::model::text::Raw;
use crate::sources::medline;
use crate::sources::page::head::Head;

const TITLES: &[&str] = &["citation_title", "prism.title", "dc.title", "dcterms.title", "eprints.title"];

const ABSTRACTS: &[&str] = &[
    "citation_abstract",
    "dcterms.abstract",
    "dc.description.abstract",
    "eprints.abstract",
    "dc.description",
];

/// Descriptions for those who share an address; only long ones are abstracts.
const DESCRIPTIONS: &[&str] = &["og:description", "description"];

/// A shorter description says what the site is.
const SHORTEST_DESCRIPTION: usize = 200;

const DATES: &[&str] = &[
    "citation_online_date",
    "citation_publication_date",
    "citation_date",
    "prism.publicationdate",
    "dcterms.issued",
    "dc.date.issued",
    "dc.date",
    "article:published_time",
    "citation_year",
];

const VENUES: &[&str] = &[
    "citation_journal_title",
    "citation_conference_title",
    "citation_inbook_title",
    "citation_book_title",
    "prism.publicationname",
];

const IDENTIFIERS: &[(&str, IdHint)] = &[
    ("citation_doi", IdHint::Doi),
    ("prism.doi", IdHint::Doi),
    ("bepress_citation_doi", IdHint::Doi),
    ("citation_arxiv_id", IdHint::Arxiv),
    ("citation_pmid", IdHint::Pmid),
    ("dc.identifier", IdHint::Any),
    ("dcterms.identifier", IdHint::Any),
    ("dc.identifier.doi", IdHint::Doi),
];

/// No paper has more words that are kept.
const SUBJECTS_AT_MOST: usize = 40;

/// What the tags of a page say; nothing where none names a title.
pub(super) fn record(head: &Head) -> Option<Record> {
    let title = head.first(TITLES)?;
    let raw = |text: String| Raw::new(text, Markup::Html);
    let ids = IDENTIFIERS.iter().flat_map(|(name, hint)| {
        head.all(name).take(4).map(|text| RawId { hint: *hint, text: text.to_owned() })
    });
    let pdf = head.first(&["citation_pdf_url"]).map(|href| RawLink { kind: LinkKind::Pdf, href });
    let venue = head.first(VENUES);
    Some(Record {
        ids: ids.collect(),
        title: Some(raw(title)),
        abstract_text: abstract_text(head).map(raw),
        authors: authors(head),
        subjects: subjects(head),
        announced: head.first(DATES).map(|text| RawDate { is_day: true, text }),
        citation: cited(head, venue.as_deref()).map(raw),
        venue: venue.map(raw),
        license: head
            .first(&["dcterms.license", "dc.rights.license", "dc.rights"])
            .filter(|text| is_address(text)),
        language: head.first(&["citation_language", "dc.language", "dcterms.language"]),
        links: pdf.into_iter().collect(),
        ..Record::default()
    })
}

fn is_address(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

fn abstract_text(head: &Head) -> Option<String> {
    let told = ABSTRACTS.iter().find_map(|name| head.all(name).max_by_key(|text| text.len()));
    let described = || {
        let texts = DESCRIPTIONS.iter().flat_map(|name| head.all(name));
        texts.filter(|text| text.len() >= SHORTEST_DESCRIPTION).max_by_key(|text| text.len())
    };
    told.or_else(described).map(str::to_owned)
}

/// One `citation_author` a person, followed by institutions and ORCID; else one joined line; else Dublin Core's creators.
fn authors(head: &Head) -> RawAuthors {
    let mut listed: Vec<RawAuthor> = Vec::new();
    for (name, content) in &head.metas {
        match (name.as_str(), listed.last_mut()) {
            ("citation_author", _before) => {
                listed.push(RawAuthor { name: content.clone(), ..RawAuthor::default() });
            }
            ("citation_author_institution", Some(author)) => author.affiliations.push(content.clone()),
            ("citation_author_orcid", Some(author)) => author.orcid = Some(content.clone()),
            _other => {}
        }
    }
    if !listed.is_empty() {
        return RawAuthors::List(listed);
    }
    if let Some(joined) = head.first(&["citation_authors"]) {
        return RawAuthors::Joined(joined);
    }
    let named = |name: &str| -> Vec<RawAuthor> {
        let names = head.all(name).map(|name| RawAuthor { name: name.to_owned(), ..RawAuthor::default() });
        names.collect()
    };
    let creators = ["dc.creator", "dcterms.creator", "eprints.creators_name"].into_iter().map(named);
    RawAuthors::List(creators.into_iter().find(|found| !found.is_empty()).unwrap_or_default())
}

fn subjects(head: &Head) -> Vec<RawSubject> {
    let lines = head.all("citation_keywords").chain(head.all("dc.subject"));
    let words = lines.flat_map(|line| line.split(';')).map(str::trim).filter(|word| !word.is_empty());
    let subject = |word: &str| RawSubject { is_arxiv: false, term: word.to_owned() };
    words.take(SUBJECTS_AT_MOST).map(subject).collect()
}

/// The full reference, where volume or pages are told.
fn cited(head: &Head, venue: Option<&str>) -> Option<String> {
    let part = |name: &str| head.first(&[name]);
    let (volume, issue) = (part("citation_volume"), part("citation_issue"));
    let pages = match (part("citation_firstpage"), part("citation_lastpage")) {
        (Some(first), Some(last)) if first != last => Some(format!("{first}-{last}")),
        (first, _last) => first,
    };
    if volume.is_none() && pages.is_none() {
        return None;
    }
    let date = head.first(&["citation_publication_date", "citation_date", "citation_year"]);
    let year = date.and_then(|date| {
        let years = date.split(|letter: char| !letter.is_ascii_digit()).find(|digits| digits.len() == 4);
        years.map(str::to_owned)
    });
    medline::citation(venue, volume.as_deref(), issue.as_deref(), pages.as_deref(), year.as_deref())
}
