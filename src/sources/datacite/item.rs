//! One record of DataCite in JSON:API. Of its relations only those that name the same work become identifiers.

use chrono::NaiveDate;
use serde_json::Value;

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
use crate::sources::json_api;
use crate::sources::json_api::string;
use crate::sources::medline;

/// arXiv's records, whose texts are TeX as arXiv's own are.
const ARXIV_PREFIX: &str = "10.48550/";

/// Relations to the same work.
const SAME_WORK: &[&str] = &[
    "IsVersionOf",
    "IsIdenticalTo",
    "IsPreprintOf",
    "HasPreprint",
    "IsNewVersionOf",
    "IsPreviousVersionOf",
    "HasVersion",
];

/// Related records kept of one; some repositories list every version of years.
const SAME_WORKS: usize = 20;

/// Subjects kept of one record.
const SUBJECTS: usize = 60;

/// The record, unless its type is no paper's.
pub(super) fn record(entry: &Value, types: &[impl AsRef<str>]) -> Result<Option<Record>, String> {
    let attributes = entry.get("attributes").unwrap_or(entry);
    let doi = string(attributes, "doi").or_else(|| string(entry, "id")).ok_or("it has no DOI")?;
    let key = doi.to_lowercase();
    let general = attributes.get("types").and_then(|types| string(types, "resourceTypeGeneral"));
    if general
        .is_some_and(|general| !types.iter().any(|wanted| wanted.as_ref().eq_ignore_ascii_case(&general)))
    {
        return Ok(None);
    }
    let is_arxiv = key.starts_with(ARXIV_PREFIX);
    let markup = if is_arxiv { Markup::Tex } else { Markup::Html };
    let titles = list(attributes, "titles");
    // A title of a type is an alternative or a translated one.
    let main = titles.iter().find(|title| string(title, "titleType").is_none()).or_else(|| titles.first());
    let title = main.and_then(|title| string(title, "title")).ok_or_else(|| format!("{key} has no title"))?;
    let descriptions = list(attributes, "descriptions");
    let is_abstract = |one: &&Value| string(one, "descriptionType").as_deref() == Some("Abstract");
    let abstract_text =
        descriptions.iter().filter(|one| is_abstract(one)).find_map(|one| string(one, "description"));
    let dates = list(attributes, "dates");
    let dated = |kind: &'static str| {
        let one = dates.iter().filter(move |date| string(date, "dateType").as_deref() == Some(kind));
        one.filter_map(|date| string(date, "date")).map(|text| RawDate { is_day: text.len() == 10, text })
    };
    let registered = string(attributes, "registered").or_else(|| string(attributes, "created"));
    let mut ids = vec![RawId { hint: IdHint::Doi, text: key.clone() }];
    ids.extend(list(attributes, "relatedIdentifiers").into_iter().filter_map(same_work).take(SAME_WORKS));
    let rights = list(attributes, "rightsList");
    let version = string(attributes, "version").and_then(|text| numbered(&text));
    // arXiv writes the version beside each date.
    let of_dates =
        dates.iter().filter_map(|date| string(date, "dateInformation")).filter_map(|text| numbered(&text));
    let version = if is_arxiv { version.max(of_dates.max()) } else { version };
    let submitted = dated("Submitted").next();
    let withdrawn = dates.iter().filter(|date| string(date, "dateType").as_deref() == Some("Withdrawn"));
    let is_withdrawn = withdrawn.clone().next().is_some();
    // A retraction is a withdrawal whose date or description says so; there is no relation for it.
    let reasons = withdrawn.filter_map(|date| string(date, "dateInformation"));
    let reasons = reasons.chain(descriptions.iter().filter_map(|one| string(one, "description")));
    let is_retracted =
        is_withdrawn && reasons.into_iter().any(|text| text.to_lowercase().contains("retract"));
    let page = string(attributes, "url").unwrap_or_else(|| format!("https://doi.org/{key}"));
    let container = attributes.get("container");
    let container = container.filter(|one| string(one, "type").as_deref() != Some("DataRepository"));
    let venue = container.and_then(|container| string(container, "title"));
    let citation = container.and_then(|container| cited(container, attributes));
    let subjects = list(attributes, "subjects").into_iter().filter_map(subject);
    let subjects: Vec<RawSubject> = subjects.take(SUBJECTS).collect();
    // Beside arXiv's own codes stand those of a coarser scheme, derived from them.
    let has_codes = subjects.iter().any(|subject| subject.is_arxiv);
    Ok(Some(Record {
        ids,
        title: Some(Raw::new(title, markup)),
        abstract_text: abstract_text.map(|text| Raw::new(text, markup)),
        authors: RawAuthors::List(list(attributes, "creators").into_iter().filter_map(author).collect()),
        subjects: subjects.into_iter().filter(|subject| subject.is_arxiv || !has_codes).collect(),
        version,
        announced: registered
            .filter(|text| !is_arxiv || is_soon_after(text, submitted.as_ref()))
            .map(|text| RawDate { text, is_day: false }),
        submitted,
        revised: dated("Updated").next_back().filter(|_date| version != Some(1)),
        venue: venue.map(|name| Raw::new(name, Markup::Plain)),
        citation: citation.map(|citation| Raw::new(citation, Markup::Plain)),
        license: rights.iter().find_map(|right| string(right, "rightsUri")),
        language: string(attributes, "language").and_then(|code| medline::language(&code)),
        links: vec![RawLink { kind: LinkKind::Page, href: page }],
        is_withdrawn: is_withdrawn && !is_retracted,
        is_retracted,
        key,
        ..Record::default()
    }))
}

/// The full reference of what a journal printed.
fn cited(container: &Value, attributes: &Value) -> Option<String> {
    let part = |key: &str| string(container, key);
    let pages = match (part("firstPage"), part("lastPage")) {
        (Some(first), Some(last)) if first != last => Some(format!("{first}-{last}")),
        (first, _) => first,
    };
    let year = attributes.get("publicationYear").and_then(json_api::number).map(|year| year.to_string());
    medline::citation(
        part("title").as_deref(),
        part("volume").as_deref(),
        part("issue").as_deref(),
        pages.as_deref(),
        year.as_deref(),
    )
}

/// A version's number: `2`, `v2`. Others (`1.0`) number no text.
fn numbered(text: &str) -> Option<u32> {
    text.trim_start_matches(['v', 'V']).parse().ok()
}

/// Whether a DOI was registered within some days of the first version. arXiv registered those of its older papers in
/// 2022, which says nothing of when these were announced.
fn is_soon_after(registered: &str, submitted: Option<&RawDate>) -> bool {
    let day = |text: &str| text.get(..10).and_then(|day| day.parse::<NaiveDate>().ok());
    let days = day(registered).zip(submitted.and_then(|date| day(&date.text)));
    days.is_some_and(|(registered, submitted)| (0..=14).contains(&(registered - submitted).num_days()))
}

/// The identifier of a related record that is the same work.
fn same_work(related: &Value) -> Option<RawId> {
    let relation = string(related, "relationType")?;
    if !SAME_WORK.contains(&relation.as_str()) {
        return None;
    }
    let text = string(related, "relatedIdentifier")?;
    match string(related, "relatedIdentifierType")?.to_ascii_lowercase().as_str() {
        "doi" => Some(RawId { hint: IdHint::Doi, text }),
        "arxiv" => Some(RawId { hint: IdHint::Arxiv, text }),
        _other => None,
    }
}

/// A creator, unless it stands for nobody (`(:unav)`, `Unknown`).
fn author(creator: &Value) -> Option<RawAuthor> {
    let family = string(creator, "familyName");
    let given = string(creator, "givenName");
    let is_group = string(creator, "nameType").as_deref() == Some("Organizational");
    let name = match (family, given) {
        (Some(family), Some(given)) if !is_group => {
            let parts = given.rsplit_once(',').filter(|(_, behind)| medline::rank(behind).is_some());
            let (given, suffix) =
                parts.map_or((given.as_str(), None), |(given, behind)| (given, Some(behind)));
            medline::person(&family, Some(given), suffix)
        }
        _single => string(creator, "name")?,
    };
    if is_nobody(&name) {
        return None;
    }
    let place = |place: &&Value| string(place, "name").or_else(|| place.as_str().map(str::to_owned));
    let identifiers = list(creator, "nameIdentifiers");
    let is_orcid = |one: &&&Value| {
        string(one, "nameIdentifierScheme").is_some_and(|scheme| scheme.eq_ignore_ascii_case("ORCID"))
    };
    let orcid = identifiers.iter().find(is_orcid).and_then(|one| string(one, "nameIdentifier"));
    Some(RawAuthor {
        name,
        affiliations: list(creator, "affiliation").iter().filter_map(place).collect(),
        orcid,
        is_group,
    })
}

/// Whether a name stands for one that is not known: DataCite's codes (`(:unav)`), or a word.
fn is_nobody(name: &str) -> bool {
    let bare = name.trim_matches(['(', ')', '[', ']', ':', ' ']).to_lowercase();
    let is_code = name.starts_with("(:") || name.starts_with(":(");
    is_code
        || matches!(bare.as_str(), "unknown" | "anonymous" | "unavailable" | "not available" | "none" | "n/a")
}

/// A subject; arXiv's are written `Machine Learning (cs.LG)`.
fn subject(subject: &Value) -> Option<RawSubject> {
    let term = string(subject, "subject")?;
    let is_arxiv =
        string(subject, "subjectScheme").is_some_and(|scheme| scheme.eq_ignore_ascii_case("arXiv"));
    let code = term.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')).map(|(_, code)| code.to_owned());
    match code {
        Some(code) if is_arxiv => Some(RawSubject { is_arxiv, term: code }),
        _word => Some(RawSubject { is_arxiv: false, term }),
    }
}

/// The members of a list; one alone may stand there bare.
fn list<'a>(value: &'a Value, key: &str) -> Vec<&'a Value> {
    match value.get(key) {
        Some(Value::Array(members)) => members.iter().collect(),
        Some(Value::Null) | None => Vec::new(),
        Some(one) => vec![one],
    }
}
