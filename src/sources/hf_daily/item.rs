//! One entry of a daily list. Every key set of the years since 2024 is read; nothing but identifier and title is needed.

use chrono::NaiveDate;
use serde_json::Value;

use crate::model::link::LinkKind;
use crate::model::record::IdHint;
use crate::model::record::RawAuthor;
use crate::model::record::RawAuthors;
use crate::model::record::RawDate;
use crate::model::record::RawId;
use crate::model::record::RawLink;
use crate::model::record::Record;
use crate::model::signal::SignalKind;
use crate::model::text::Markup;
use crate::model::text::Raw;
use crate::sources::hf_daily::python_literal;

/// Reads an entry of the list of `day`. Some archived lists hold entries as strings of a Python dict.
pub(super) fn record(entry: Value, day: NaiveDate) -> Result<Record, String> {
    let entry = if let Value::String(literal) = &entry {
        python_literal::parse(literal).map_err(|error| format!("a string that is no Python dict: {error}"))?
    } else {
        entry
    };
    let paper = entry.get("paper").filter(|paper| paper.is_object()).unwrap_or(&entry);
    let text = |key: &str| string(paper, key).or_else(|| string(&entry, key));
    let id = string(paper, "id").ok_or("it has no paper.id")?;
    let title = text("title").ok_or_else(|| format!("{id} has no title"))?;
    let listed = string(paper, "submittedOnDailyAt").unwrap_or_else(|| day.to_string());
    let submitted =
        string(paper, "publishedAt").map(|text| RawDate { is_day: text.contains("T00:00:00"), text });
    let mut links =
        vec![RawLink { kind: LinkKind::Discussion, href: format!("https://huggingface.co/papers/{id}") }];
    let kinds = [
        (LinkKind::Code, "githubRepo"),
        (LinkKind::Project, "projectPage"),
        (LinkKind::Thumbnail, "thumbnail"),
    ];
    links.extend(kinds.into_iter().filter_map(|(kind, key)| text(key).map(|href| RawLink { kind, href })));
    let counters = [
        (SignalKind::Votes, "upvotes"),
        (SignalKind::Comments, "numComments"),
        (SignalKind::Stars, "githubStars"),
    ];
    let count = |key: &str| paper.get(key).or_else(|| entry.get(key)).and_then(number);
    let organisation = paper.get("organization").or_else(|| entry.get("organization"));
    let organisation = organisation.and_then(|it| string(it, "fullname").or_else(|| string(it, "name")));
    let submitter = ["submittedOnDailyBy", "submittedBy"];
    let submitter = submitter.iter().find_map(|key| person(paper.get(*key).or_else(|| entry.get(*key))?));
    Ok(Record {
        key: id.clone(),
        ids: vec![RawId { hint: IdHint::Arxiv, text: id }],
        title: Some(copied(title)),
        abstract_text: text("summary").map(copied),
        authors: RawAuthors::List(authors(paper)),
        announced: Some(RawDate { text: listed, is_day: true }),
        submitted,
        organisation: organisation.map(|name| Raw::new(name, Markup::Plain)),
        submitter: submitter.map(|name| Raw::new(name, Markup::Plain)),
        links,
        is_withdrawn: paper.get("withdrawnAt").is_some_and(|at| !at.is_null()),
        signals: counters
            .into_iter()
            .filter_map(|(kind, key)| count(key).map(|count| (kind, count)))
            .collect(),
        ..Record::default()
    })
}

/// Text copied from arXiv, which has lost most of its TeX: one backslash that was left does not say that the rest is
/// whole. Only where a formula still stands between its dollar signs nothing is repaired, since repairs would reach
/// into it.
fn copied(text: String) -> Raw {
    let markup = if has_formula(&text) { Markup::Tex } else { Markup::DamagedTex };
    Raw::new(text, markup)
}

/// Whether two dollar signs of one line hold a formula between them rather than two prices apart.
fn has_formula(text: &str) -> bool {
    text.lines().any(|line| {
        let mut pieces = line.split('$').peekable();
        let mut before = pieces.next().unwrap_or_default();
        while let Some(inner) = pieces.next() {
            let Some(after) = pieces.peek() else { return false };
            let is_tight = !inner.is_empty()
                && !inner.starts_with(char::is_whitespace)
                && !inner.ends_with(char::is_whitespace);
            let is_price = after.starts_with(|next: char| next.is_ascii_digit());
            if is_tight && !is_price && !before.ends_with('\\') && !inner.ends_with('\\') {
                return true;
            }
            before = inner;
        }
        false
    })
}

fn authors(paper: &Value) -> Vec<RawAuthor> {
    // An author marked as hidden has only not claimed the paper on the site; the name is printed on the paper.
    let listed = paper.get("authors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let name = |author: &Value| string(author, "name").or_else(|| author.as_str().map(str::to_owned));
    let named = listed.iter().filter_map(name);
    named.map(|name| RawAuthor { name, ..RawAuthor::default() }).collect()
}

/// A user: the full name, and the account's where it is another.
fn person(user: &Value) -> Option<String> {
    let names = (string(user, "fullname"), string(user, "name").or_else(|| string(user, "user")));
    match names {
        (Some(full), Some(account)) if !full.eq_ignore_ascii_case(&account) => {
            Some(format!("{full} ({account})"))
        }
        (full, account) => full.or(account),
    }
}

fn string(value: &Value, key: &str) -> Option<String> {
    let text = value.get(key)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A count, also one given as a string.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(entry: Value) -> Record {
        record(entry, NaiveDate::from_ymd_opt(2026, 8, 12).unwrap()).unwrap()
    }

    #[test]
    fn one_backslash_does_not_switch_the_repair_off() {
        let markup = |summary: &str| {
            let entry = json!({"paper": {"id": "2608.09999", "title": "t", "summary": summary}});
            read(entry).abstract_text.unwrap().markup
        };
        assert_eq!(markup("3.2times faster, 5\\% of it"), Markup::DamagedTex);
        assert_eq!(markup("from $5 to $10, 3.2times"), Markup::DamagedTex);
        assert_eq!(markup("costs $5 and 3times $ more"), Markup::DamagedTex);
        assert_eq!(markup("bounds of $a + n^2$ here"), Markup::Tex);
    }

    #[test]
    fn hidden_authors_are_authors() {
        let authors = json!([{"name": "Ann Test", "hidden": true}, {"name": "Bo Test", "hidden": false}]);
        let entry = json!({"paper": {"id": "2608.09999", "title": "t", "authors": authors}});
        let RawAuthors::List(list) = read(entry).authors else { panic!("no list") };
        assert_eq!(list.len(), 2);
    }
}
