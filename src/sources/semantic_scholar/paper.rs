//! One paper of Semantic Scholar. Nothing but identifier and title is needed.

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

/// Servers of preprints, which are named there as if they were journals.
const SERVERS: &[&str] = &[
    "arxiv",
    "arxiv.org",
    "biorxiv",
    "chemrxiv",
    "corr",
    "medrxiv",
    "preprints.org",
    "research square",
    "social science research network",
];

/// Reads the paper that was asked for by `asked`.
pub(super) fn record(paper: &Value, asked: Option<RawId>) -> Result<Record, String> {
    let key = string(paper, "paperId").ok_or("it has no paperId")?;
    let title = string(paper, "title").ok_or_else(|| format!("{key} has no title"))?;
    let text = |text: String| Raw::new(text, Markup::Tex);
    let member = |key: &str| paper.get(key).unwrap_or(&Value::Null);
    // A name alone under `journal` may be that of a list by mail; one with a volume prints.
    let journal = Some(member("journal")).filter(|journal| string(journal, "volume").is_some());
    let venue = string(member("publicationVenue"), "name")
        .or_else(|| string(paper, "venue"))
        .or_else(|| journal.and_then(|journal| string(journal, "name")))
        .filter(|venue| !SERVERS.contains(&venue.to_lowercase().as_str()));
    let citation = venue.as_ref().and_then(|venue| citation(venue, member("journal"), paper));
    let ids = asked.into_iter().chain(ids(member("externalIds"))).collect();
    let pdf = string(member("openAccessPdf"), "url");
    let citations = member("citationCount");
    Ok(Record {
        key,
        ids,
        title: Some(text(title)),
        abstract_text: string(paper, "abstract").map(text),
        authors: RawAuthors::List(authors(member("authors"))),
        venue: venue.map(|venue| Raw::new(venue, Markup::Plain)),
        citation: citation.map(|citation| Raw::new(citation, Markup::Plain)),
        links: pdf.map(|href| RawLink { kind: LinkKind::Pdf, href }).into_iter().collect(),
        role: Role::Enrichment,
        signals: json_api::number(citations)
            .map(|count| (SignalKind::Citations, count))
            .into_iter()
            .collect(),
        ..Record::default()
    })
}

fn ids(known: &Value) -> impl Iterator<Item = RawId> {
    let schemes = [
        (IdHint::Arxiv, "ArXiv", ""),
        (IdHint::Doi, "DOI", ""),
        (IdHint::Pmid, "PubMed", ""),
        (IdHint::Pmcid, "PubMedCentral", "PMC"),
        (IdHint::Any, "ACL", "https://aclanthology.org/"),
    ];
    schemes.into_iter().filter_map(|(hint, key, before)| {
        let value = string(known, key)?;
        let value = if hint == IdHint::Pmcid { value.trim_start_matches("PMC") } else { &value };
        Some(RawId { hint, text: format!("{before}{value}") })
    })
}

fn authors(listed: &Value) -> Vec<RawAuthor> {
    let listed = listed.as_array().map(Vec::as_slice).unwrap_or_default();
    let named = listed.iter().filter_map(|author| string(author, "name"));
    named.map(|name| RawAuthor { name, ..RawAuthor::default() }).collect()
}

/// The full reference, once the volume is known: earlier it would change with every step towards print.
fn citation(venue: &str, journal: &Value, paper: &Value) -> Option<String> {
    let volume = string(journal, "volume").filter(|volume| !volume.contains("abs/"))?;
    let pages = string(journal, "pages").map(|pages| {
        let pages: Vec<&str> = pages.split_whitespace().collect();
        format!(", {}", pages.join(" ").replace('-', "\u{2013}"))
    });
    let year = paper.get("year").and_then(Value::as_u64).map(|year| format!(" ({year})"));
    Some(format!("{venue} {volume}{}{}", pages.unwrap_or_default(), year.unwrap_or_default()))
}
