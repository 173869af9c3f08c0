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
use crate::sources::xml;
use crate::sources::xml::Element;

/// The most DOIs of an entry that are read.
const DOIS_AT_MOST: usize = 8;

/// The most categories of an entry that are read.
const CATEGORIES_AT_MOST: usize = 64;

/// What an entry is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::sources) enum Entry {
    /// A paper.
    Paper(Box<Record>),
    /// An error of the API's, in its words, and its number among the entries.
    Complaint(usize, String),
}

/// The elements that are read of an entry, whatever their prefix and case: the first of each name, but all authors and
/// no more than [`CATEGORIES_AT_MOST`] categories.
#[derive(Default)]
struct Parts<'e, 't> {
    id: Option<&'e Element<'t>>,
    title: Option<&'e Element<'t>>,
    summary: Option<&'e Element<'t>>,
    published: Option<&'e Element<'t>>,
    updated: Option<&'e Element<'t>>,
    comment: Option<&'e Element<'t>>,
    journal: Option<&'e Element<'t>>,
    doi: Option<&'e Element<'t>>,
    authors: Vec<RawAuthor>,
    /// The terms of primary categories.
    primary: Vec<Cow<'t, str>>,
    /// Those of categories.
    terms: Vec<Cow<'t, str>>,
}

impl<'e, 't> Parts<'e, 't> {
    fn of(entry: &'e Element<'t>) -> Self {
        let (authors, terms) = (Vec::with_capacity(8), Vec::with_capacity(8));
        let mut parts = Self { authors, terms, ..Self::default() };
        for element in entry.children() {
            if !parts.add(element.name, element) {
                parts.add(&element.local().to_ascii_lowercase(), element);
            }
        }
        parts
    }

    /// Keeps an element, unless that name is none that is known.
    fn add(&mut self, name: &str, element: &'e Element<'t>) -> bool {
        let place = match name {
            "author" => {
                self.authors.extend(author(element));
                return true;
            }
            "category" | "arxiv:primary_category" | "primary_category" => {
                let terms = if name == "category" { &mut self.terms } else { &mut self.primary };
                terms.extend(element.attribute("term").filter(|_term| terms.len() < CATEGORIES_AT_MOST));
                return true;
            }
            "link" => return true,
            "id" => &mut self.id,
            "title" => &mut self.title,
            "summary" => &mut self.summary,
            "published" => &mut self.published,
            "updated" => &mut self.updated,
            "arxiv:comment" | "comment" => &mut self.comment,
            "arxiv:journal_ref" | "journal_ref" => &mut self.journal,
            "arxiv:doi" | "doi" => &mut self.doi,
            _other => return false,
        };
        place.get_or_insert(element);
        true
    }
}

/// Reads the entry of that number. `listed` gives the day on which a list announced the paper of an identifier, where one did.
pub(super) fn read(
    number: usize,
    entry: &Element<'_>,
    listed: impl FnOnce(&str) -> Option<NaiveDate>,
) -> Result<Entry, String> {
    let parts = Parts::of(entry);
    let address = xml::text(parts.id).ok_or("it has no id")?;
    if address.contains("/api/errors") {
        let words = xml::text(parts.summary).unwrap_or(Cow::Borrowed("an error without a word"));
        return Ok(Entry::Complaint(number, words.into_owned()));
    }
    let record = record(&address, &parts, listed)?;
    Ok(Entry::Paper(Box::new(Record {
        authors: RawAuthors::List(parts.authors),
        subjects: subjects(&parts.primary, &parts.terms),
        ..record
    })))
}

/// The record of a paper, but for its authors and subjects.
fn record(
    address: &str,
    parts: &Parts<'_, '_>,
    listed: impl FnOnce(&str) -> Option<NaiveDate>,
) -> Result<Record, String> {
    let named = address.split_once("/abs/").map_or(address, |(_, named)| named);
    let (id, version) =
        ArxivId::parse(named).ok_or_else(|| format!("{named:?} is no identifier of arXiv"))?;
    let title = xml::text(parts.title).ok_or_else(|| format!("{id} has no title"))?;
    let tex = |element| xml::text(element).map(|text| Raw::new(text, Markup::Tex));
    let published = xml::text(parts.published);
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
    let time = |text: Cow<'_, str>| RawDate { text: text.into_owned(), is_day: false };
    let dois = xml::text(parts.doi).unwrap_or_default();
    let doi = |doi: &str| RawId { hint: IdHint::Doi, text: doi.to_owned() };
    let mut ids = vec![RawId { hint: IdHint::Arxiv, text: id.as_str().to_owned() }];
    ids.extend(dois.split_whitespace().take(DOIS_AT_MOST).map(doi));
    Ok(Record {
        key: id.as_str().to_owned(),
        ids,
        title: Some(Raw::new(title, Markup::Tex)),
        abstract_text: tex(parts.summary),
        version,
        announced,
        revised: xml::text(parts.updated).filter(|updated| published.as_ref() != Some(updated)).map(time),
        submitted: published.map(time),
        comment: tex(parts.comment),
        citation: tex(parts.journal),
        ..Record::default()
    })
}

/// An author, unless nobody is named.
fn author(author: &Element<'_>) -> Option<RawAuthor> {
    let name = xml::text(author.inner("name"))?.into_owned();
    let affiliations = author.every("affiliation").map(|place| place.text().into_owned()).collect();
    Some(RawAuthor { name, affiliations, ..RawAuthor::default() })
}

/// The categories, the primary one first, then codes of other classifications, of which one term may hold several.
fn subjects(primary: &[Cow<'_, str>], terms: &[Cow<'_, str>]) -> Vec<RawSubject> {
    let is_category = |term: &&str| arxiv::is_category(term);
    let subject = |term: &str| RawSubject { is_arxiv: true, term: term.to_owned() };
    let terms = || primary.iter().chain(terms).take(CATEGORIES_AT_MOST).map(|term| term.trim());
    let mut subjects = Vec::with_capacity(8);
    subjects.extend(terms().filter(is_category).map(subject));
    subjects.extend(terms().filter(|term| !is_category(term)).flat_map(arxiv::codes).map(subject));
    subjects
}
