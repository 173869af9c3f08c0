//! One work of Crossref as a record. Nothing but DOI and title is needed; what has another type than it should is passed over.

use chrono::Datelike as _;
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
use crate::model::signal::SignalKind;
use crate::model::text::Markup;
use crate::model::text::Raw;
use crate::model::time::Timestamp;
use crate::sources::crossref::notices;
use crate::sources::json_api::string;

/// Relations between works that are the same one.
const SAME_WORK: &[&str] = &[
    "has-manuscript",
    "has-preprint",
    "has-version",
    "is-identical-to",
    "is-manuscript-of",
    "is-preprint-of",
    "is-version-of",
];

/// What publishers put before the title of a paper that was retracted.
const RETRACTED: &[&str] =
    &["retracted:", "retracted article", "[retracted", "(retracted", "retracted chapter"];

/// No work has more relations that are read.
const RELATIONS_AT_MOST: usize = 40;

/// Reads a work.
pub(super) fn record(work: &Value, run: Timestamp) -> Result<Record, String> {
    let doi = doi(work).ok_or("it has no DOI")?;
    let key = doi.to_lowercase();
    let title = title(work).ok_or_else(|| format!("{key} has no title"))?;
    let mut ids = vec![RawId { hint: IdHint::Doi, text: doi }];
    ids.extend(related(work));
    let venue = first(work, "container-title").or_else(|| string(work.get("event")?, "name"));
    let cited = work.get("is-referenced-by-count").and_then(Value::as_u64);
    let is_marked = RETRACTED.iter().any(|mark| starts_with(&title.text, mark));
    Ok(Record {
        ids,
        is_retracted: is_marked || notices::is_taken_back(work),
        title: Some(title),
        abstract_text: string(work, "abstract").map(|text| Raw::new(text, Markup::Jats)),
        authors: RawAuthors::List(list(work, "author").iter().filter_map(author).collect()),
        subjects: string(work, "group-title")
            .into_iter()
            .map(|term| RawSubject { is_arxiv: false, term })
            .collect(),
        announced: created(work),
        citation: venue.as_deref().and_then(|venue| citation(work, venue, run)),
        venue: venue.map(|venue| Raw::new(venue, Markup::Html)),
        license: license(work),
        language: string(work, "language"),
        links: links(work),
        signals: cited.map(|count| (SignalKind::Citations, count)).into_iter().collect(),
        key,
        ..Record::default()
    })
}

/// The DOI of a work or of what names one.
pub(super) fn doi(value: &Value) -> Option<String> {
    string(value, "DOI").filter(|doi| doi.contains('/'))
}

/// The title with its subtitle.
pub(super) fn title(work: &Value) -> Option<Raw> {
    let title = first(work, "title").or_else(|| first(work, "original-title"))?;
    let title = match first(work, "subtitle") {
        Some(subtitle) if !title.to_lowercase().contains(&subtitle.to_lowercase()) => {
            let title = title.trim_end_matches(':');
            let mark = if title.ends_with(['?', '!', '.']) { "" } else { ":" };
            format!("{title}{mark} {subtitle}")
        }
        _none_or_told => title,
    };
    Some(Raw::new(title, Markup::Html))
}

/// When the DOI was registered.
pub(super) fn created(work: &Value) -> Option<RawDate> {
    let text = string(work.get("created")?, "date-time")?;
    Some(RawDate { text, is_day: false })
}

/// Whether a text begins with a mark, in letters of any case.
fn starts_with(text: &str, mark: &str) -> bool {
    text.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark))
}

/// The first text of a list, or the text that stands for one.
fn first(work: &Value, key: &str) -> Option<String> {
    let texts = list(work, key).iter().filter_map(Value::as_str).map(str::trim);
    texts.filter(|text| !text.is_empty()).map(str::to_owned).next().or_else(|| string(work, key))
}

fn list<'work>(work: &'work Value, key: &str) -> &'work [Value] {
    work.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// A person, "Family, Given", or an organisation by its name.
fn author(author: &Value) -> Option<RawAuthor> {
    let (family, given) = (string(author, "family"), string(author, "given"));
    let suffix = string(author, "suffix");
    let is_group = family.is_none() && given.is_none();
    let name = match (family, given, suffix) {
        (Some(family), Some(given), None) => format!("{family}, {given}"),
        (Some(family), Some(given), Some(suffix)) => format!("{given} {family} {suffix}"),
        (Some(family), None, _) => family,
        (None, given, _) => string(author, "name").or(given)?,
    };
    let affiliations = list(author, "affiliation").iter().filter_map(|place| string(place, "name"));
    Some(RawAuthor { name, affiliations: affiliations.collect(), orcid: string(author, "ORCID"), is_group })
}

/// Further identifiers of the same work: by its relations, and those of its other versions. A relation holds a list or, in old answers, one alone.
fn related(work: &Value) -> Vec<RawId> {
    let relation = work.get("relation");
    let named = SAME_WORK.iter().filter_map(|name| relation?.get(name));
    let each = named.flat_map(|one| one.as_array().map_or(std::slice::from_ref(one), Vec::as_slice));
    let ids = each.filter_map(|one| {
        let hint = match string(one, "id-type")?.to_lowercase().as_str() {
            "doi" => IdHint::Doi,
            "arxiv" => IdHint::Arxiv,
            "pmid" => IdHint::Pmid,
            "pmcid" => IdHint::Pmcid,
            _other => return None,
        };
        Some(RawId { hint, text: string(one, "id")? })
    });
    let versions = ["update-to", "updated-by"].into_iter().flat_map(|key| list(work, key));
    let versions = versions.filter(|update| string(update, "type").is_some_and(|kind| kind == "new_version"));
    let versions = versions.filter_map(doi).map(|text| RawId { hint: IdHint::Doi, text });
    ids.chain(versions).take(RELATIONS_AT_MOST).collect()
}

/// "Journal of Flags 3(1), 7–9 (2026)". A year that lies after the next one is a mistake (2106) and is left out.
fn citation(work: &Value, venue: &str, run: Timestamp) -> Option<Raw> {
    let volume = string(work, "volume");
    let pages = string(work, "page").or_else(|| string(work, "article-number"));
    if volume.is_none() && pages.is_none() {
        return None;
    }
    let mut text = venue.to_owned();
    if let Some(volume) = volume {
        let issue = string(work, "issue").map(|issue| format!("({issue})")).unwrap_or_default();
        text = format!("{text} {volume}{issue}");
    }
    if let Some(pages) = pages {
        text = format!("{text}, {pages}");
    }
    let years = ["published-online", "published", "issued"];
    let year = years.iter().find_map(|key| work.get(key)?.get("date-parts")?.get(0)?.get(0)?.as_i64());
    if let Some(year) = year.filter(|year| (1600..=i64::from(run.day().year()) + 1).contains(year)) {
        text = format!("{text} ({year})");
    }
    Some(Raw::new(text, Markup::Html))
}

/// The licence for readers: a free one before that of the published version. Licences for mining say nothing to readers.
fn license(work: &Value) -> Option<String> {
    let told = list(work, "license").iter().filter_map(|one| {
        let url = string(one, "URL")?;
        let version = string(one, "content-version").unwrap_or_default();
        let rank = match version.as_str() {
            _any if url.contains("creativecommons.org") => 0,
            "vor" => 1,
            "tdm" => return None,
            _other => 2,
        };
        Some((rank, url))
    });
    told.min_by_key(|(rank, _url)| *rank).map(|(_rank, url)| url)
}

/// The paper's page, and its text as PDF where that is not a copy for checkers of similarity.
fn links(work: &Value) -> Vec<RawLink> {
    let primary = work.get("resource").and_then(|resource| string(resource.get("primary")?, "URL"));
    let page = primary.or_else(|| string(work, "URL"));
    let is_pdf = |link: &&Value| {
        string(link, "content-type").is_some_and(|kind| kind == "application/pdf")
            && string(link, "intended-application").is_none_or(|purpose| purpose != "similarity-checking")
    };
    let pdf = list(work, "link").iter().filter(is_pdf).find_map(|link| string(link, "URL"));
    let page = page.map(|href| RawLink { kind: LinkKind::Page, href });
    page.into_iter().chain(pdf.map(|href| RawLink { kind: LinkKind::Pdf, href })).collect()
}
