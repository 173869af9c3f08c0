//! One entry of an answer of arXiv's query API.

use std::borrow::Cow;

use chrono::NaiveDate;

use crate::model::announcements;
use crate::model::arxiv_id::ArxivId;
use crate::model::record::IdHint;
use crate::model::record::RawAuthor;
use crate::model::record::RawAuthors;
use crate::model::record::RawDate;
use crate::model::record::RawId;
use crate::model::record::RawSubject;
use crate::model::record::Record;
use crate::model::text::Markup;
use crate::model::text::Raw;
use crate::model::time::Timestamp;
use crate::sources::arxiv;
use crate::sources::xml::Element;

/// The most DOIs of an entry that are read.
const DOIS_AT_MOST: usize = 8;

/// The most categories of an entry that are read.
const CATEGORIES_AT_MOST: usize = 64;

/// What an entry is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Entry {
    /// A paper.
    Paper(Box<Record>),
    /// An error of the API's, in its words.
    Complaint(String),
}

/// Reads an entry. `listed` gives the day on which a list announced the paper of an identifier, where one did.
pub(super) fn read(
    entry: &Element<'_>,
    listed: impl FnOnce(&str) -> Option<NaiveDate>,
) -> Result<Entry, String> {
    let address = entry.inner_text("id").ok_or("it has no id")?;
    if address.contains("/api/errors") {
        let words = entry.inner_text("summary").unwrap_or_else(|| "an error without a word".to_owned());
        return Ok(Entry::Complaint(words));
    }
    record(entry, &address, listed).map(|record| Entry::Paper(Box::new(record)))
}

fn record(
    entry: &Element<'_>,
    address: &str,
    listed: impl FnOnce(&str) -> Option<NaiveDate>,
) -> Result<Record, String> {
    let named = address.split_once("/abs/").map_or(address, |(_, named)| named);
    let (id, version) =
        ArxivId::parse(named).ok_or_else(|| format!("{named:?} is no identifier of arXiv"))?;
    let title = entry.inner_text("title").ok_or_else(|| format!("{id} has no title"))?;
    let tex = |name: &str| entry.inner_text(name).map(|text| Raw::new(text, Markup::Tex));
    let published = entry.inner_text("published");
    let reckoned = || {
        let published = Timestamp::parse_rfc3339(published.as_deref()?)?;
        Some(announcements::announced_after(published))
    };
    // Where the identifier names another month, the day is that of a cross-listing, or wrongly reckoned.
    let announced = id.announced().map(|month| {
        let day = listed(id.as_str()).or_else(reckoned).filter(|day| arxiv::is_near(month, *day));
        match day {
            Some(day) => arxiv::announced_on(day),
            None => arxiv::announced_in(month),
        }
    });
    let time = |text: String| RawDate { text, is_day: false };
    let dois = entry.inner_text("doi").unwrap_or_default();
    let dois = dois.split_whitespace().take(DOIS_AT_MOST);
    let dois = dois.map(|doi| RawId { hint: IdHint::Doi, text: doi.to_owned() });
    let author = |author: &Element<'_>| RawAuthor {
        name: author.inner_text("name").unwrap_or_default(),
        affiliations: author.every("affiliation").map(|place| place.text().into_owned()).collect(),
        ..RawAuthor::default()
    };
    Ok(Record {
        key: id.to_string(),
        ids: std::iter::once(RawId { hint: IdHint::Arxiv, text: id.to_string() }).chain(dois).collect(),
        title: Some(Raw::new(title, Markup::Tex)),
        abstract_text: tex("summary"),
        authors: RawAuthors::List(
            entry.every("author").map(author).filter(|author| !author.name.is_empty()).collect(),
        ),
        subjects: subjects(entry),
        version,
        announced,
        revised: entry.inner_text("updated").filter(|updated| published.as_ref() != Some(updated)).map(time),
        submitted: published.map(time),
        comment: tex("comment"),
        citation: tex("journal_ref"),
        links: arxiv::links(id.as_str()),
        ..Record::default()
    })
}

/// The categories, the primary one first, then codes of other classifications, of which one term may hold several.
fn subjects(entry: &Element<'_>) -> Vec<RawSubject> {
    let all = entry.every("primary_category").chain(entry.every("category")).take(CATEGORIES_AT_MOST);
    let terms: Vec<Cow<'_, str>> = all.map(|element| element.attribute("term").unwrap_or_default()).collect();
    let (categories, others): (Vec<&str>, Vec<&str>) =
        terms.iter().map(|term| term.trim()).partition(|term| arxiv::is_category(term));
    let codes = others.into_iter().flat_map(arxiv::codes);
    let subject = |term: &str| RawSubject { is_arxiv: true, term: term.to_owned() };
    categories.into_iter().chain(codes).map(subject).collect()
}
