//! One row of a list of openRxiv: one posted version of a preprint. Numbers may be strings; nothing but DOI and title is
//! needed.

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
use crate::sources::biorxiv::abstracts;

/// Reads a row of a server.
pub(super) fn record(row: &Value, server: &str) -> Result<Record, String> {
    let text = |key: &str| string(row, key);
    let doi = text("doi").ok_or("it has no doi")?;
    let key = doi.to_lowercase();
    let title = text("title").ok_or_else(|| format!("{key} has no title"))?;
    let version = row.get("version").and_then(number);
    let posted = text("date").map(|text| RawDate { text, is_day: true });
    let is_first = version.is_none_or(|version| version <= 1);
    let (announced, revised) = if is_first { (posted, None) } else { (None, posted) };
    let mut ids = vec![RawId { hint: IdHint::Doi, text: doi.clone() }];
    ids.extend(text("published").map(|text| RawId { hint: IdHint::Doi, text }));
    let kind = text("type").unwrap_or_default().to_lowercase();
    let page = format!("https://www.{server}.org/content/{doi}v{}", version.unwrap_or(1));
    let links = vec![
        RawLink { kind: LinkKind::Pdf, href: format!("{page}.full.pdf") },
        RawLink { kind: LinkKind::Page, href: page },
    ];
    let category = text("category").filter(|category| !category.eq_ignore_ascii_case("none"));
    Ok(Record {
        ids,
        // What title and abstract say besides is told from their words, as for every source.
        is_withdrawn: kind.contains("withdraw") || title.starts_with("WITHDRAWN"),
        is_retracted: kind.contains("retract"),
        title: Some(Raw::new(title, Markup::Html)),
        abstract_text: text("abstract").map(|text| Raw::new(abstracts::clean(&text), Markup::Html)),
        authors: RawAuthors::List(authors(row)),
        subjects: category.into_iter().map(|term| RawSubject { is_arxiv: false, term }).collect(),
        version,
        announced,
        submitted: submitted(&key).map(|day| RawDate { text: day.to_string(), is_day: true }),
        revised,
        license: text("license").and_then(|word| license(&word)),
        links,
        key,
        ..Record::default()
    })
}

/// The day of submission, which is part of DOIs since December 2019 (`10.1101/2026.07.31.741992`).
fn submitted(doi: &str) -> Option<NaiveDate> {
    let (_prefix, suffix) = doi.split_once('/')?;
    let mut parts = suffix.split('.');
    let year = parts.next().filter(|year| year.len() == 4)?.parse().ok()?;
    let mut two = || parts.next().filter(|part| part.len() == 2)?.parse::<u32>().ok();
    NaiveDate::from_ymd_opt(year, two()?, two()?)
}

/// The address of a licence that is told as a word. `cc_no` keeps all rights.
fn license(word: &str) -> Option<String> {
    let word = word.to_ascii_lowercase().replace('-', "_");
    match word.strip_prefix("cc_").or_else(|| word.strip_prefix("cc")).unwrap_or_default() {
        "0" => Some("https://creativecommons.org/publicdomain/zero/1.0/".to_owned()),
        terms @ ("by" | "by_nc" | "by_nd" | "by_sa" | "by_nc_nd" | "by_nc_sa") => {
            Some(format!("https://creativecommons.org/licenses/{}/4.0/", terms.replace('_', "-")))
        }
        _no_licence => None,
    }
}

/// The authors, "Last, F. M." each; the corresponding one has an institution.
fn authors(row: &Value) -> Vec<RawAuthor> {
    let joined = string(row, "authors").unwrap_or_default();
    let names = joined.split(';').map(str::trim).filter(|name| !name.is_empty());
    let mut authors: Vec<RawAuthor> =
        names.map(|name| RawAuthor { name: name.to_owned(), ..RawAuthor::default() }).collect();
    let corresponding = string(row, "author_corresponding");
    let institution = string(row, "author_corresponding_institution");
    if let (Some(corresponding), Some(institution)) = (corresponding, institution) {
        let mut alike = authors.iter_mut().filter(|author| is_alike(&author.name, &corresponding));
        // Two authors of one surname and initial: which of them is meant cannot be told.
        if let (Some(author), None) = (alike.next(), alike.next()) {
            author.affiliations.push(institution);
        }
    }
    authors
}

/// Whether "Last, F. M." may be "First Middle Last".
fn is_alike(short: &str, long: &str) -> bool {
    let (short, long) = (short.to_lowercase(), long.to_lowercase());
    let (last, initials) = short.split_once(',').unwrap_or((short.as_str(), ""));
    let rest = long.strip_suffix(last.trim());
    rest.is_some_and(|rest| {
        let is_word = rest.is_empty() || rest.ends_with(char::is_whitespace);
        let initial = initials.trim().chars().next();
        is_word && (initial.is_none() || rest.trim().chars().next() == initial)
    })
}

/// A text that says something: "NA" is how an empty field is told.
fn string(value: &Value, key: &str) -> Option<String> {
    let text = value.get(key)?.as_str()?.trim();
    (!text.is_empty() && !matches!(text, "NA" | "N/A")).then(|| text.to_owned())
}

/// A number, also one given as a string.
fn number(value: &Value) -> Option<u32> {
    let number = value.as_u64().or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()));
    number.and_then(|number| u32::try_from(number).ok())
}
