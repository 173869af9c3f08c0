//! One paper of PubMed (`PubmedArticle`, or a book's chapter). A notice of retraction gives a record for each paper that it
//! names, and none of its own.

use std::borrow::Cow;

use crate::model::link::LinkKind;
use crate::model::record::IdHint;
use crate::model::record::RawAuthor;
use crate::model::record::RawAuthors;
use crate::model::record::RawDate;
use crate::model::record::RawId;
use crate::model::record::RawLink;
use crate::model::record::RawSubject;
use crate::model::record::Record;
use crate::model::record::Role;
use crate::model::text::Markup;
use crate::model::text::Raw;
use crate::sources::medline;
use crate::sources::pubmed::inline;
use crate::sources::pubmed::progress::is_number;
use crate::sources::xml::Element;

/// Keywords and headings kept of one paper.
const SUBJECTS: usize = 60;

/// A paper's number and what is told of it.
#[derive(Debug)]
pub(super) struct Article {
    /// The number, by which it was asked for.
    pub(super) pmid: String,
    /// The paper, or the papers that a notice retracts.
    pub(super) records: Vec<Record>,
}

/// Reads a paper; for its retraction alone where `is_notice` says so.
pub(super) fn read(element: &Element<'_>, is_notice: bool) -> Result<Article, String> {
    let citation = element.inner("medlinecitation").or_else(|| element.inner("bookdocument"));
    let citation = citation.ok_or("it has no MedlineCitation")?;
    let pmid = citation.inner_text("pmid").ok_or("it has no PMID")?;
    if !is_number(&pmid) {
        return Err(format!("its PMID, {pmid}, is no number"));
    }
    let article = citation.inner("article").unwrap_or(citation);
    let title = title(article).ok_or_else(|| format!("{pmid} has no title"))?;
    let data = element.inner("pubmeddata").or_else(|| element.inner("pubmedbookdata"));
    let related = all(citation, "commentscorrectionslist", "commentscorrections");
    let is_of = |one: &Element<'_>, kind: &str| one.attribute("RefType").as_deref() == Some(kind);
    if related.iter().any(|one| is_of(one, "RetractionOf")) {
        let retracted = related.iter().filter(|one| is_of(one, "RetractionOf"));
        let records: Vec<Record> = retracted.filter_map(|one| notice(&pmid, &title, one)).collect();
        let fault = || format!("{pmid} is a retraction that identifies no paper");
        return if records.is_empty() { Err(fault()) } else { Ok(Article { pmid, records }) };
    }
    let kinds: Vec<String> = all(article, "publicationtypelist", "publicationtype")
        .into_iter()
        .map(|kind| kind.text().into_owned())
        .collect();
    let is_kind = |wanted: &str| kinds.iter().any(|kind| kind.eq_ignore_ascii_case(wanted));
    if is_kind("Retraction of Publication") && !is_kind("Retracted Publication") {
        return Err(format!("{pmid} is a retraction that names no paper"));
    }
    let is_retracted =
        is_kind("Retracted Publication") || related.iter().any(|one| is_of(one, "RetractionIn"));
    let mut ids = vec![RawId { hint: IdHint::Pmid, text: pmid.clone() }];
    ids.extend(own_ids(article, citation, data));
    if is_notice {
        let notice = Record {
            key: format!("retraction of {pmid}"),
            ids,
            title: Some(title),
            is_retracted: true,
            role: Role::Notice,
            ..Record::default()
        };
        return Ok(Article { records: is_retracted.then_some(notice).into_iter().collect(), pmid });
    }
    let is_preprint = is_kind("Preprint");
    for one in &related {
        let source = one.inner_text("refsource").unwrap_or_default();
        let is_same = is_of(one, "UpdateIn") && is_preprint
            || is_of(one, "UpdateOf") && medline::names_a_preprint(&source);
        if is_same {
            ids.extend(medline::referred(&source));
        }
    }
    let plain = |text: String| Raw::new(text, Markup::Plain);
    let day = |text: String| RawDate { text, is_day: true };
    let history = data.map(|data| all(data, "history", "pubmedpubdate")).unwrap_or_default();
    let marked = |status: &str| {
        history
            .iter()
            .find(|date| date.attribute("PubStatus").as_deref() == Some(status))
            .and_then(|date| written(date))
    };
    let journal = article.inner("journal");
    let issue = journal.and_then(|journal| journal.inner("journalissue"));
    let printed = issue.and_then(|issue| issue.inner("pubdate")).and_then(written);
    let electronic = article.inner("articledate").and_then(written);
    let announced = marked("entrez").or_else(|| marked("pubmed")).or(electronic).or_else(|| printed.clone());
    let citation_text = medline::citation(
        journal.and_then(|journal| journal.inner_text("isoabbreviation")).as_deref(),
        issue.and_then(|issue| issue.inner_text("volume")).as_deref(),
        issue.and_then(|issue| issue.inner_text("issue")).as_deref(),
        article.inner("pagination").and_then(|pages| pages.inner_text("medlinepgn")).as_deref(),
        printed.as_deref().and_then(|date| date.get(..4)),
    );
    let venue = journal.and_then(|journal| journal.inner_text("title"));
    let venue = venue.or_else(|| article.inner("book").and_then(|book| book.inner_text("booktitle")));
    let record = Record {
        key: pmid.clone(),
        ids,
        title: Some(title),
        abstract_text: article
            .inner("abstract")
            .and_then(inline::sections)
            .map(|text| Raw::new(text, Markup::Html)),
        authors: RawAuthors::List(authors(article)),
        subjects: subjects(citation),
        announced: announced.map(day),
        submitted: marked("received").map(day),
        venue: venue.map(plain),
        citation: citation_text.map(plain),
        language: article.inner_text("language").and_then(|code| medline::language(&code)),
        links: vec![RawLink {
            kind: LinkKind::Page,
            href: format!("https://pubmed.ncbi.nlm.nih.gov/{pmid}/"),
        }],
        is_retracted,
        ..Record::default()
    };
    Ok(Article { pmid, records: vec![record] })
}

/// The elements of a name in the first list of another name.
fn all<'a, 't>(element: &'a Element<'t>, list: &str, name: &str) -> Vec<&'a Element<'t>> {
    let list = element.inner(list).into_iter().flat_map(Element::children);
    list.filter(|child| child.is(name)).collect()
}

/// The title; that of its own language where there is no English one.
fn title(article: &Element<'_>) -> Option<Raw> {
    let of = |name: &str| article.inner(name).map(inline::html).map(|text| medline::title(&text));
    let is_title = |text: &String| !text.is_empty() && text != "Not Available";
    let english = of("articletitle").filter(is_title);
    let book = || article.inner("book").and_then(|book| book.inner("booktitle")).map(inline::html);
    let title = english.or_else(|| of("vernaculartitle").filter(is_title)).or_else(book).filter(is_title)?;
    Some(Raw::new(title, Markup::Html))
}

/// Its own DOI, its number in PubMed Central and, of a preprint, that of arXiv, which stands where others name a page.
/// References list identifiers too, deeper in.
fn own_ids(article: &Element<'_>, citation: &Element<'_>, data: Option<&Element<'_>>) -> Vec<RawId> {
    let valid = |child: &&Element<'_>| child.attribute("ValidYN").as_deref() != Some("N");
    let located = article.every("elocationid").filter(valid).map(|id| (id.attribute("EIdType"), id.text()));
    let held =
        data.into_iter().chain([citation]).flat_map(|holder| all(holder, "articleidlist", "articleid"));
    let all: Vec<(Option<Cow<'_, str>>, Cow<'_, str>)> =
        held.map(|id| (id.attribute("IdType"), id.text())).chain(located).collect();
    let of = |kind: &str| all.iter().find(|(known, text)| known.as_deref() == Some(kind) && !text.is_empty());
    let is_arxiv = |text: &str| text.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("arxiv:"));
    let id = |hint, text: &str| RawId { hint, text: text.to_owned() };
    let doi = of("doi").map(|(_, text)| id(IdHint::Doi, text));
    let central = of("pmc").map(|(_, text)| id(IdHint::Pmcid, text));
    let arxiv = all.iter().find(|(_, text)| is_arxiv(text)).map(|(_, text)| id(IdHint::Arxiv, text));
    doi.into_iter().chain(central).chain(arxiv).collect()
}

/// That a paper was retracted, told by the notice.
fn notice(pmid: &str, title: &Raw, one: &Element<'_>) -> Option<Record> {
    let mut ids: Vec<RawId> =
        one.inner_text("pmid").map(|text| RawId { hint: IdHint::Pmid, text }).into_iter().collect();
    ids.extend(medline::referred(&one.inner_text("refsource").unwrap_or_default()));
    let first = ids.first()?.text.clone();
    Some(Record {
        key: format!("{pmid} of {first}"),
        ids,
        title: Some(title.clone()),
        is_retracted: true,
        role: Role::Notice,
        ..Record::default()
    })
}

fn authors(article: &Element<'_>) -> Vec<RawAuthor> {
    let one = |author: &Element<'_>| {
        let text = |name: &str| author.inner_text(name);
        let given = text("forename").or_else(|| text("initials").map(|letters| medline::initials(&letters)));
        let name = match text("lastname") {
            Some(family) => medline::person(&family, given.as_deref(), text("suffix").as_deref()),
            None => text("collectivename")?,
        };
        let is_orcid = |child: &&Element<'_>| {
            child.is("identifier") && child.attribute("Source").as_deref() == Some("ORCID")
        };
        let places = author.children().filter(|child| child.is("affiliationinfo"));
        Some(RawAuthor {
            name,
            affiliations: places.filter_map(|place| place.inner_text("affiliation")).collect(),
            orcid: author.children().find(is_orcid).map(|id| id.text().into_owned()),
            is_group: text("lastname").is_none(),
        })
    };
    // A wrong spelling stays in the list beside the right one.
    let valid = |author: &&Element<'_>| author.attribute("ValidYN").as_deref() != Some("N");
    // Books list their editors apart.
    let lists = article.children().filter(|child| {
        child.is("authorlist") && child.attribute("Type").is_none_or(|kind| kind == "authors")
    });
    lists
        .flat_map(Element::children)
        .filter(|child| child.is("author"))
        .filter(valid)
        .filter_map(one)
        .collect()
}

fn subjects(citation: &Element<'_>) -> Vec<RawSubject> {
    let words = all(citation, "keywordlist", "keyword").into_iter().map(|word| word.text().into_owned());
    let headings = all(citation, "meshheadinglist", "meshheading");
    let headings = headings.into_iter().filter_map(|heading| heading.inner_text("descriptorname"));
    let terms = words.chain(headings).filter(|term| !term.is_empty()).take(SUBJECTS);
    terms.map(|term| RawSubject { is_arxiv: false, term }).collect()
}

/// A date of any of the forms: `2026-04-13`, `2026-04` or `2026`. Seasons say no more than their year.
fn written(date: &Element<'_>) -> Option<String> {
    if let Some(year) = date.inner_text("year") {
        let month = date.inner_text("month").and_then(|month| month_of(&month));
        let day = date.inner_text("day").and_then(|day| day.parse::<u32>().ok());
        return Some(match (month, day) {
            (Some(month), Some(day)) => format!("{year}-{month:02}-{day:02}"),
            (Some(month), None) => format!("{year}-{month:02}"),
            (None, _) => year,
        });
    }
    // "2026 Jan-Feb", "2025 Dec-2026 Jan", "2026 Spring", "2026 Jan 5-11", "2025-2026".
    let text = date.inner_text("medlinedate")?;
    let mut words = text.split([' ', '-']).filter(|word| !word.is_empty());
    let year =
        words.next().filter(|year| year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()))?;
    let month = words.next().filter(|word| word.starts_with(|first: char| first.is_ascii_alphabetic()));
    let month = month.and_then(month_of);
    Some(month.map_or_else(|| year.to_owned(), |month| format!("{year}-{month:02}")))
}

/// A month's number or name.
fn month_of(text: &str) -> Option<u32> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    if let Ok(number) = text.parse::<u32>() {
        return (1..=12).contains(&number).then_some(number);
    }
    let start: String = text.chars().take(3).flat_map(char::to_lowercase).collect();
    (1..).zip(MONTHS).find(|(_, name)| *name == start).map(|(number, _)| number)
}
