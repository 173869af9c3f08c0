//! One work of OpenAlex. Nothing but its identifier is needed; the rest is null more often than not.

use serde_json::Value;

use crate::model::link::LinkKind;
use crate::model::record::IdHint;
use crate::model::record::RawAuthor;
use crate::model::record::RawAuthors;
use crate::model::record::RawId;
use crate::model::record::RawLink;
use crate::model::record::Record;
use crate::model::record::Role;
use crate::model::signal::SignalKind;
use crate::model::text::Markup;
use crate::model::text::Raw;
use crate::sources::json_api;
use crate::sources::json_api::string;

/// Words behind this place belong to no abstract.
const WORDS: usize = 20_000;

/// So many places where a work lies are looked at.
const LOCATIONS: usize = 50;

/// Places that publish; others (`repository`, `metadata`) only keep copies.
const VENUES: &[&str] = &["journal", "conference", "book series"];

/// Reads the work that the paper `name` was asked as.
pub(super) fn record(work: &Value, name: &str) -> Result<Record, String> {
    let id = string(work, "id").ok_or("it has no id")?;
    let key = id.rsplit('/').next().unwrap_or(&id).to_owned();
    let member = |key: &str| work.get(key).filter(|value| value.is_object());
    let title = string(work, "title").or_else(|| string(work, "display_name"));
    let venue = member("primary_location")
        .and_then(|place| place.get("source"))
        .filter(|source| string(source, "type").is_some_and(|kind| VENUES.contains(&kind.as_str())));
    let venue = venue.and_then(|source| string(source, "display_name"));
    let citation = venue.as_ref().and_then(|venue| citation(venue, member("biblio")?, work));
    Ok(Record {
        key,
        ids: ids(work, name),
        // Crossref's markup and character references are passed on as they came.
        title: title.map(|title| Raw::new(title, Markup::Html)),
        abstract_text: member("abstract_inverted_index")
            .and_then(abstract_text)
            .map(|text| Raw::new(text, Markup::Html)),
        authors: RawAuthors::List(authors(work)),
        venue: venue.map(|venue| Raw::new(venue, Markup::Html)),
        citation: citation.map(|citation| Raw::new(citation, Markup::Html)),
        language: string(work, "language"),
        links: links(member("best_oa_location"), member("open_access")),
        is_retracted: work.get("is_retracted").and_then(Value::as_bool).unwrap_or_default(),
        role: Role::Enrichment,
        signals: work
            .get("cited_by_count")
            .and_then(json_api::number)
            .map(|count| (SignalKind::Citations, count))
            .into_iter()
            .collect(),
        ..Record::default()
    })
}

/// What the paper was asked by comes first: a preprint may be known there as the article that it became.
fn ids(work: &Value, name: &str) -> Vec<RawId> {
    let asked = name.split_once(':').map(|(scheme, value)| {
        let hint = if scheme == "arxiv" { IdHint::Arxiv } else { IdHint::Doi };
        RawId { hint, text: value.to_owned() }
    });
    let ids = work.get("ids").unwrap_or(&Value::Null);
    let doi = string(work, "doi").or_else(|| string(ids, "doi"));
    let of = |hint, text: Option<String>| text.map(|text| RawId { hint, text });
    let last = |address: String| address.trim_end_matches('/').rsplit('/').next().map(str::to_owned);
    let listed = [
        asked,
        of(IdHint::Doi, doi),
        of(IdHint::Pmid, string(ids, "pmid").and_then(last)),
        of(IdHint::Pmcid, string(ids, "pmcid").and_then(last)),
    ];
    let mut all: Vec<RawId> = listed.into_iter().flatten().collect();
    let locations = work.get("locations").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let pages = locations.iter().take(LOCATIONS).filter_map(|place| string(place, "landing_page_url"));
    // Other copies are often of other works: conference volumes, data, translations.
    let of_arxiv = pages.filter(|page| page.contains("arxiv.org/abs/"));
    all.extend(of_arxiv.take(1).map(|text| RawId { hint: IdHint::Any, text }));
    all
}

/// The words in their places. Places are numbers of the answer's and may be any.
fn abstract_text(index: &Value) -> Option<String> {
    let mut placed: Vec<(usize, &str)> = Vec::new();
    for (word, places) in index.as_object()? {
        let places = places.as_array().map(Vec::as_slice).unwrap_or_default();
        let known = places.iter().filter_map(Value::as_u64).filter_map(|place| usize::try_from(place).ok());
        placed.extend(known.filter(|place| *place < WORDS).map(|place| (place, word.as_str())));
        if placed.len() > WORDS {
            return None;
        }
    }
    placed.sort_unstable();
    placed.dedup_by_key(|(place, _word)| *place);
    let words: Vec<&str> = placed.into_iter().map(|(_place, word)| word).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

fn authors(work: &Value) -> Vec<RawAuthor> {
    let listed = work.get("authorships").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let named = listed.iter().filter_map(|authorship| {
        let author = authorship.get("author").unwrap_or(&Value::Null);
        let name = string(authorship, "raw_author_name").or_else(|| string(author, "display_name"))?;
        let at = authorship.get("raw_affiliation_strings").and_then(Value::as_array);
        let affiliations = at.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        Some(RawAuthor { name, affiliations, orcid: string(author, "orcid"), ..RawAuthor::default() })
    });
    named.collect()
}

/// Where the text is free: the best copy's file, else its page.
fn links(best: Option<&Value>, access: Option<&Value>) -> Vec<RawLink> {
    let pdf = best.and_then(|place| string(place, "pdf_url"));
    let page = best.and_then(|place| string(place, "landing_page_url"));
    let page = page.or_else(|| access.and_then(|access| string(access, "oa_url")));
    let link = |kind, href: Option<String>| href.map(|href| RawLink { kind, href });
    match link(LinkKind::Pdf, pdf) {
        Some(pdf) => vec![pdf],
        None => link(LinkKind::Page, page).into_iter().collect(),
    }
}

/// The full reference, once the volume is known: earlier it would change with every step towards print.
fn citation(venue: &str, biblio: &Value, work: &Value) -> Option<String> {
    let volume = string(biblio, "volume")?;
    let issue = string(biblio, "issue").map(|issue| format!("({issue})")).unwrap_or_default();
    let pages = match (string(biblio, "first_page"), string(biblio, "last_page")) {
        (Some(first), Some(last)) if first != last => format!(", {first}\u{2013}{last}"),
        (Some(first), _) => format!(", {first}"),
        (None, _) => String::new(),
    };
    let year = work.get("publication_year").and_then(Value::as_u64);
    let year = year.map(|year| format!(" ({year})")).unwrap_or_default();
    Some(format!("{venue} {volume}{issue}{pages}{year}"))
}
