//! The answer to a search: numbers of papers, all of them strings, and what PubMed says of the query.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::sources::json_api;
use crate::sources::json_list;
use crate::sources::json_list::Entries;
use crate::sources::pubmed::progress::is_number;

/// No count, error or list of warnings is longer.
const SMALL_BYTES: usize = 16 * 1024;

/// Numbers that are read of one answer.
const NAMES_AT_MOST: usize = 10_000;

/// What PubMed warns of where a day has no papers.
const NOTHING: &str = "No items found.";

/// Warnings that are told of one search.
const WARNINGS: usize = 5;

/// What a search found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Each number once, in the order of the answer.
    pub(super) ids: Vec<String>,
    /// How many papers the answer names, those without a number among them.
    pub(super) named: u64,
    /// How many papers there are.
    pub(super) count: Option<u64>,
    /// What PubMed says of the query: words that were ignored, fields that it does not know.
    pub(super) warnings: Vec<String>,
}

#[derive(Deserialize)]
struct Answer<'text> {
    #[serde(borrow)]
    esearchresult: Option<Outcome<'text>>,
}

#[derive(Deserialize)]
struct Outcome<'text> {
    #[serde(borrow, rename = "ERROR")]
    error: Option<&'text RawValue>,
    #[serde(borrow)]
    count: Option<&'text RawValue>,
    #[serde(borrow)]
    idlist: Option<Entries<'text>>,
    #[serde(borrow)]
    warninglist: Option<&'text RawValue>,
    #[serde(borrow)]
    errorlist: Option<&'text RawValue>,
}

/// The papers that were found, or why the answer tells of none.
pub(super) fn found(body: &[u8]) -> Result<Found, String> {
    let wanted = "the result of a search";
    let unreadable = |error: &dyn std::fmt::Display| json_api::unreadable(body, wanted, error);
    let answer: Answer<'_> = serde_json::from_slice(body).map_err(|error| unreadable(&error))?;
    let outcome = answer.esearchresult.ok_or_else(|| unreadable(&"it has no esearchresult"))?;
    if let Some(words) = error(&outcome) {
        return Err(words);
    }
    let entries = outcome.idlist.ok_or_else(|| unreadable(&"it has no idlist"))?;
    let mut found = Found {
        named: u64::try_from(entries.count).unwrap_or(u64::MAX),
        count: json_list::small(outcome.count, SMALL_BYTES).and_then(|count| json_api::number(&count)),
        ..Found::default()
    };
    for (name, list) in [("error", outcome.errorlist), ("warning", outcome.warninglist)] {
        found.warnings.extend(told(name, json_list::small(list, SMALL_BYTES)));
    }
    found.warnings.truncate(WARNINGS);
    let mut seen = BTreeSet::new();
    let mut strange = 0_usize;
    // A host that names more than it was asked for is believed so far.
    for entry in entries.kept.iter().take(NAMES_AT_MOST) {
        let id = entry.get().trim_matches('"');
        if !is_number(id) {
            strange += 1;
        } else if seen.insert(id) {
            found.ids.push(id.to_owned());
        }
    }
    if strange > 0 {
        found.warnings.push(format!("papers without a number: {strange}"));
    }
    Ok(found)
}

/// The error that an answer states, whatever its status.
pub(super) fn fault(body: &[u8]) -> Option<String> {
    error(&serde_json::from_slice::<Answer<'_>>(body).ok()?.esearchresult?)
}

fn error(outcome: &Outcome<'_>) -> Option<String> {
    let said = json_list::small(outcome.error, SMALL_BYTES)?;
    let words = said.as_str().map_or_else(|| said.to_string(), str::to_owned);
    Some(words.chars().take(300).collect())
}

/// What a list of warnings says: one line for each kind of them that is not empty.
fn told(name: &str, list: Option<Value>) -> Vec<String> {
    let Some(Value::Object(kinds)) = list else { return Vec::new() };
    let line = |(kind, words): (String, Value)| {
        let words = words.as_array()?.iter().filter_map(Value::as_str).filter(|words| *words != NOTHING);
        let words = words.collect::<Vec<_>>().join("; ");
        (!words.is_empty()).then(|| format!("{name}: {kind}: {words}"))
    };
    kinds.into_iter().filter_map(line).collect()
}
