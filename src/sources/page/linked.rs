//! A paper as schema.org describes it in the JSON-LD of its page.

use serde_json::Value;

use crate::model::record::IdHint;
use crate::model::record::RawAuthor;
use crate::model::record::RawAuthors;
use crate::model::record::RawDate;
use crate::model::record::RawId;
use crate::model::record::RawSubject;
use crate::model::record::Record;
use crate::model::text::Markup;
use crate::model::text::Raw;
use crate::sources::json_api::string;
use crate::sources::json_list;

/// What a paper may be called.
const TYPES: &[&str] =
    &["ScholarlyArticle", "MedicalScholarlyArticle", "TechArticle", "Thesis", "Report", "Chapter", "Article"];

/// The last of them is a newspaper's word too, and is believed only of what has an identifier.
const VAGUE: &str = "Article";

/// So deep may a paper lie within what describes its page.
const DEPTH: usize = 6;

/// So many authors and subjects are read.
const AUTHORS_AT_MOST: usize = 10_000;
const SUBJECTS_AT_MOST: usize = 40;

/// The paper that a piece of JSON-LD describes, if it does.
pub(super) fn record(text: &str) -> Option<Record> {
    let value = json_list::value(text).ok()?;
    let article = article(&value, DEPTH)?;
    let title = string(article, "headline").or_else(|| string(article, "name"))?;
    let ids = ids(article);
    if is_of(article, VAGUE) && ids.is_empty() {
        return None;
    }
    let raw = |text: String| Raw::new(text, Markup::Html);
    let keywords = each(article.get("keywords")).filter_map(Value::as_str).flat_map(|line| line.split(','));
    let subject = |word: &str| RawSubject { is_arxiv: false, term: word.to_owned() };
    Some(Record {
        title: Some(raw(title)),
        abstract_text: string(article, "abstract").or_else(|| string(article, "description")).map(raw),
        authors: RawAuthors::List(
            each(article.get("author").or_else(|| article.get("creator")))
                .filter_map(author)
                .take(AUTHORS_AT_MOST)
                .collect(),
        ),
        subjects: keywords
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .take(SUBJECTS_AT_MOST)
            .map(subject)
            .collect(),
        announced: string(article, "datePublished").map(|text| RawDate { is_day: true, text }),
        venue: venue(article.get("isPartOf"), DEPTH).map(raw),
        license: each(article.get("license")).find_map(|one| text_of(one, &["url", "@id"])),
        language: each(article.get("inLanguage")).find_map(|one| text_of(one, &["alternateName", "name"])),
        ids,
        ..Record::default()
    })
}

/// The members of a list, or the one value that stands for one.
fn each(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    let members = value.map(|value| value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice));
    members.unwrap_or_default().iter()
}

/// A string, or what an object says under the first of some names that it has.
fn text_of(value: &Value, names: &[&str]) -> Option<String> {
    match value.as_str() {
        Some(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        None => names.iter().find_map(|name| string(value, name)),
    }
}

fn is_of(value: &Value, kind: &str) -> bool {
    each(value.get("@type")).filter_map(Value::as_str).any(|name| {
        let name = name.rsplit(['/', ':', '#']).next().unwrap_or_default();
        name == kind
    })
}

/// The paper itself: what describes a page often wraps it.
fn article(value: &Value, depth: usize) -> Option<&Value> {
    if let Some(members) = value.as_array() {
        return members.iter().find_map(|member| article(member, depth.checked_sub(1)?));
    }
    if TYPES.iter().any(|kind| is_of(value, kind)) {
        return Some(value);
    }
    let inner = ["@graph", "mainEntity", "about", "mainEntityOfPage"].into_iter();
    inner.filter_map(|key| value.get(key)).find_map(|inner| article(inner, depth.checked_sub(1)?))
}

fn ids(article: &Value) -> Vec<RawId> {
    let named = each(article.get("identifier")).filter_map(|one| {
        let kind = text_of(one.get("propertyID").unwrap_or(&Value::Null), &["name"]).unwrap_or_default();
        let hint = match kind.to_ascii_lowercase().as_str() {
            "doi" => IdHint::Doi,
            "arxiv" => IdHint::Arxiv,
            "pmid" => IdHint::Pmid,
            "pmcid" => IdHint::Pmcid,
            _other => IdHint::Any,
        };
        Some(RawId { hint, text: text_of(one, &["value", "@id", "url"])? })
    });
    let same = each(article.get("sameAs")).chain(each(article.get("@id"))).filter_map(Value::as_str);
    let same = same.map(|text| RawId { hint: IdHint::Any, text: text.to_owned() });
    // What holds no identifier is nobody's.
    named
        .chain(same)
        .filter(|id| id.hint != IdHint::Any || id.text.contains("10.") || id.text.contains("arxiv"))
        .take(20)
        .collect()
}

fn author(author: &Value) -> Option<RawAuthor> {
    let family = string(author, "familyName").zip(string(author, "givenName"));
    let name = match family {
        Some((family, given)) => format!("{family}, {given}"),
        None => text_of(author, &["name"])?,
    };
    let addresses =
        each(author.get("@id")).chain(each(author.get("sameAs"))).chain(each(author.get("identifier")));
    let orcid =
        addresses.filter_map(|one| text_of(one, &["value", "@id"])).find(|text| text.contains("orcid.org/"));
    let places = each(author.get("affiliation")).filter_map(|one| text_of(one, &["name"]));
    Some(RawAuthor {
        name,
        affiliations: places.take(10).collect(),
        orcid,
        is_group: is_of(author, "Organization"),
    })
}

/// The journal, which stands around the issue and the volume.
fn venue(part: Option<&Value>, depth: usize) -> Option<String> {
    let part = part?;
    let outer = depth.checked_sub(1).and_then(|depth| venue(part.get("isPartOf"), depth));
    outer.or_else(|| text_of(part, &["name"]))
}
