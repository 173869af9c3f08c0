//! An item → a record: which of its fields means what (the extraction order for journal feeds).

use std::borrow::Cow;

use url::Url;

use crate::model::link::LinkKind;
use crate::model::record::RawDate;
use crate::model::record::RawSubject;
use crate::model::record::Record;
use crate::model::record::Role;
use crate::model::signal::SignalKind;
use crate::model::text::Raw;
use crate::sources::feed::head::Head;
use crate::sources::feed::ids;
use crate::sources::feed::item::Item;
use crate::sources::feed::item::free_text;
use crate::sources::feed::markup;
use crate::sources::feed::people;
use crate::sources::feed::places;
use crate::sources::feed::space::Family;
use crate::sources::feed::space::Space;

/// More subjects than this are noise.
const SUBJECTS_AT_MOST: usize = 50;

/// What is the same for every item of an answer.
#[derive(Debug)]
pub(super) struct Setting<'a> {
    /// The address of the feed.
    pub(super) base: &'a Url,
    /// The day on which the harvest began, as ISO 8601 has it.
    pub(super) today: &'a str,
    /// What the feed says of itself.
    pub(super) head: &'a Head,
    /// The language where the feed names none.
    pub(super) language: Option<&'a str>,
}

/// Makes a record of an item, or says what it lacks.
pub(super) fn record(item: &Item<'_>, setting: &Setting<'_>) -> Result<Record, String> {
    let title = item.title();
    let said = places::said(item, setting.base);
    let links = places::links(item, &said, setting.base);
    let page = links.iter().find(|link| link.kind == LinkKind::Page).map(|link| link.href.clone());
    let own = item.id();
    let own = own.as_deref().or(page.as_deref()).or_else(|| title.as_ref().map(|title| title.text.as_str()));
    let (key, version) = ids::key(own.ok_or("it has no id, no link and no title")?);
    let abstract_text = item.abstract_text();
    let ids = ids::ids(item, page.as_deref(), abstract_text.as_ref());
    let venue = item
        .text(Space::Prism, "publicationName")
        .or_else(|| setting.head.journal.as_deref().map(Cow::Borrowed));
    let citation = citation(item, venue.as_deref());
    Ok(Record {
        key,
        ids: ids.into_iter().filter(|id| !setting.head.ids.contains(&id.text)).collect(),
        authors: people::authors(item, abstract_text.as_ref()),
        subjects: subjects(item),
        announce: None,
        version,
        announced: announced(item, setting.today),
        submitted: first_date(item, SUBMITTED),
        revised: first_date(item, REVISED),
        comment: item.text(Space::Arxiv, "comment").map(|text| markup::plain(&text)),
        venue: venue.or_else(|| source_name(item)).map(|name| markup::guess(&name)),
        citation,
        license: places::license(item, &said),
        organisation: None,
        submitter: None,
        language: language(item, setting),
        links,
        is_withdrawn: title.as_ref().is_some_and(is_withdrawn),
        is_retracted: false,
        role: Role::Paper,
        signals: comments(item).map(|count| (SignalKind::Comments, count)).into_iter().collect(),
        title,
        abstract_text,
    })
}

/// When it was announced, best first. The cover date is left out: it lies months ahead or years back.
const ANNOUNCED: &[(Space, &str)] = &[
    (Space::Prism, "publicationDate"),
    (Space::Prism, "onlineDate"),
    (Space::Dc, "date"),
    (Space::Core, "pubDate"),
    (Space::Core, "published"),
    (Space::Core, "issued"),
    (Space::Atom, "published"),
    (Space::DcTerms, "issued"),
    (Space::DcTerms, "available"),
    (Space::DcTerms, "date"),
];

const SUBMITTED: &[(Space, &str)] =
    &[(Space::DcTerms, "dateSubmitted"), (Space::DcTerms, "created"), (Space::Core, "created")];

const REVISED: &[(Space, &str)] = &[
    (Space::Core, "updated"),
    (Space::Atom, "updated"),
    (Space::Core, "modified"),
    (Space::DcTerms, "modified"),
    (Space::Prism, "modificationDate"),
];

/// The first date of announcement that does not lie ahead, since publishers put issues of next year into PRISM.
fn announced(item: &Item<'_>, today: &str) -> Option<RawDate> {
    let stated: Vec<Cow<'_, str>> = ANNOUNCED
        .iter()
        .filter_map(|(space, name)| item.text(*space, name))
        .filter(|text| has_digit(text))
        .collect();
    let past = stated.iter().find(|text| !lies_ahead(text, today));
    past.or_else(|| stated.first()).map(|text| date(text))
}

/// Whether an ISO date is of a later day; other forms come from clocks and are believed.
fn lies_ahead(text: &str, today: &str) -> bool {
    let is_iso = text.bytes().take(4).all(|byte| byte.is_ascii_digit());
    let day = text.get(..10).unwrap_or(text);
    is_iso && day.len() >= 4 && day > today.get(..day.len()).unwrap_or(today)
}

fn first_date(item: &Item<'_>, names: &[(Space, &str)]) -> Option<RawDate> {
    let text =
        names.iter().find_map(|(space, name)| item.text(*space, name).filter(|text| has_digit(text)))?;
    Some(date(&text))
}

/// A date as it stands. One at midnight exactly means a day: a journal writes it for every paper of a batch, and none
/// of them appeared in that second.
fn date(text: &str) -> RawDate {
    let text = text.get(..text.floor_char_boundary(100)).unwrap_or_default().to_owned();
    let is_day = text.split(['T', 't', ' ']).any(|part| {
        part.strip_prefix("00:00").is_some_and(|rest| {
            let rest = rest.strip_prefix(":00").unwrap_or(rest);
            let rest = rest.strip_prefix('.').map_or(rest, |digits| digits.trim_start_matches('0'));
            rest.is_empty() || rest.starts_with(['Z', 'z', '+', '-'])
        })
    });
    RawDate { text, is_day }
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
}

/// Categories, sections and keywords, without repetition.
fn subjects(item: &Item<'_>) -> Vec<RawSubject> {
    let mut subjects: Vec<RawSubject> = Vec::new();
    let mut add = |term: &str, is_arxiv| {
        let term = term.trim();
        let is_known = subjects.iter().any(|subject| subject.term.eq_ignore_ascii_case(term));
        if !term.is_empty() && term.len() <= 300 && !is_known && subjects.len() < SUBJECTS_AT_MOST {
            subjects.push(RawSubject { is_arxiv, term: term.to_owned() });
        }
    };
    for category in item.entry.iter().flat_map(|entry| &entry.categories) {
        let is_arxiv = category.scheme.as_deref().is_some_and(|scheme| scheme.contains("arxiv.org/schemas"));
        let is_address = category.term.contains("://");
        let label = category.label.as_deref().filter(|_| is_address);
        add(label.unwrap_or(&category.term), is_arxiv);
    }
    for element in item.element.children() {
        match (element.space, element.name) {
            (Space::Core, "category") if item.entry.is_none() => {
                let is_arxiv =
                    element.attribute("scheme").is_some_and(|scheme| scheme.contains("arxiv.org/schemas"));
                add(&element.attribute("term").unwrap_or_else(|| element.trimmed()), is_arxiv);
            }
            (Space::Dc | Space::DcTerms, "subject") | (Space::Prism, "keyword" | "section" | "category") => {
                for term in element.trimmed().split(';') {
                    add(term, false);
                }
            }
            _ => {}
        }
    }
    subjects
}

/// The journal reference put together from PRISM's parts, or as arXiv and Atypon write it whole.
fn citation(item: &Item<'_>, venue: Option<&str>) -> Option<Raw> {
    if let Some(whole) = item.text(Space::Arxiv, "journal_ref") {
        return Some(markup::plain(&whole));
    }
    let prism = |name| item.text(Space::Prism, name);
    if let (Some(volume), Some(venue)) = (prism("volume"), venue) {
        let mut citation = format!("{venue} {volume}");
        if let Some(number) = prism("number") {
            citation.extend(["(", &number, ")"]);
        }
        let range = prism("pageRange").or_else(|| match (prism("startingPage"), prism("endingPage")) {
            (Some(first), Some(last)) if first != last => Some(format!("{first}\u{2013}{last}").into()),
            (first, last) => first.or(last),
        });
        if let Some(pages) = range.or_else(|| prism("articleNumber")) {
            citation.extend([", ", &pages]);
        }
        let dated =
            prism("coverDate").or_else(|| prism("publicationDate")).or_else(|| item.text(Space::Dc, "date"));
        let year = dated.and_then(|date| date.get(..4).map(str::to_owned));
        if let Some(year) = year.filter(|year| year.bytes().all(|byte| byte.is_ascii_digit())) {
            citation.extend([" (", &year, ")"]);
        }
        return Some(markup::plain(&citation));
    }
    let bibliographic = item.element.all(Space::DcTerms, "bibliographicCitation").next();
    bibliographic.filter(|element| !element.is_blank()).map(free_text)
}

/// The journal in `dc:source`, where it is a bare name (PubMed) and not a sentence with volume and date in it.
fn source_name<'i>(item: &'i Item<'_>) -> Option<Cow<'i, str>> {
    item.text(Space::Dc, "source")
        .filter(|name| name.len() <= 120 && !has_digit(name) && !name.contains("://"))
}

/// The language of the item, of its feed, or of the configuration, in that order.
fn language(item: &Item<'_>, setting: &Setting<'_>) -> Option<String> {
    let own = item.text(Space::Dc, "language").or_else(|| item.text(Space::DcTerms, "language"));
    let own = own.or_else(|| item.text(Space::Core, "language"));
    let own = own.or_else(|| item.element.attribute("xml:lang"));
    let own = own.as_deref().filter(|tag| is_tag(tag));
    let stated = own.or_else(|| setting.head.language.as_deref().filter(|tag| is_tag(tag)));
    stated.or(setting.language).map(str::to_owned)
}

/// Whether a text is shaped like an RFC 5646 tag.
pub(super) fn is_tag(text: &str) -> bool {
    let mut parts = text.split('-');
    let shaped = |part: &str, most| {
        (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let primary = parts.next().unwrap_or_default();
    (2..=3).contains(&primary.len())
        && primary.bytes().all(|byte| byte.is_ascii_alphabetic())
        && text.len() <= 35
        && parts.all(|part| shaped(part, 8))
}

/// Whether the title is marked as withdrawn or retracted (bioRxiv, Elsevier, Wiley).
fn is_withdrawn(title: &Raw) -> bool {
    let title = title.text.trim_start_matches(['[', '(', ' ']);
    let word: String = title.chars().take_while(|character| character.is_alphabetic()).collect();
    let after = title.get(word.len()..).unwrap_or_default().trim_start();
    let is_mark = after.starts_with([':', ']', ')']) || after.to_ascii_lowercase().starts_with("article:");
    is_mark && matches!(word.to_ascii_lowercase().as_str(), "withdrawn" | "retracted")
}

/// How many comments there are, where threading or slash count them.
fn comments(item: &Item<'_>) -> Option<u64> {
    let total = item.text(Space::Threading, "total").or_else(|| item.text(Space::Slash, "comments"));
    let attribute = || {
        let replies = item.element.children().filter(|element| element.name == "link");
        let mut replies = replies.filter(|element| element.attribute("rel").as_deref() == Some("replies"));
        replies.find_map(|element| element.attribute("thr:count"))
    };
    let is_atom = item.family == Family::Atom;
    total.or_else(|| if is_atom { attribute() } else { None })?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn midnight_means_the_day() {
        for text in [
            "Wed, 12 Aug 2026 00:00:00 -0400",
            "Wed, 12 Aug 2026 00:00 GMT",
            "2026-08-12T00:00:00Z",
            "2026-08-12T00:00:00.000+02:00",
        ] {
            assert!(date(text).is_day, "{text}");
        }
        for text in
            ["Wed, 12 Aug 2026 00:00:01 GMT", "2026-08-12T00:00:00.5Z", "2026-08-12", "2026-08-12T10:00:00Z"]
        {
            assert!(!date(text).is_day, "{text}");
        }
    }
}
