//! OAI-PMH 2.0, the protocol: what an answer says beside its records. [`lists`] asks for one list after another; what a
//! record means in its metadata format is the business of each kind.
//!
//! An answer is cut into its records before anything of it is parsed, so that a page of 32 MiB is never a tree and a broken
//! record costs only itself. What is deliberately absent: sets and formats are not looked up; they are configured.

use std::collections::BTreeSet;
use std::ops::Range;

use chrono::NaiveDate;
use serde::Deserialize;
use serde::Serialize;

use crate::fetch::exchange::Response;
use crate::model::time::Timestamp;
use crate::sources::feed::decode;
use crate::sources::feed::repair;
use crate::sources::xml;
use crate::sources::xml::Element;

mod history;

pub(super) mod lists;

pub(super) mod page;

mod progress;

#[cfg(test)]
mod tests;

/// The most records of one page that are read. arXiv sends 2,000, and most others a hundred.
const RECORDS_AT_MOST: usize = 20_000;

/// No record is longer, in bytes; parsed it takes many times its length.
const RECORD_BYTES: usize = 1024 * 1024;

/// No identifier of a record is longer, in bytes.
const IDENTIFIER_BYTES: usize = 500;

/// No token is longer, in bytes: it has to fit into an address.
const TOKEN_BYTES: usize = 4 * 1024;

/// The most errors of one answer that are told.
const ERRORS_AT_MOST: usize = 8;

/// What an answer says, its records unparsed.
#[derive(Debug, Default)]
pub(super) struct Answer {
    text: String,
    records: Vec<Range<usize>>,
    /// The day in UTC on which it was made.
    pub(super) made: Option<NaiveDate>,
    /// Its errors: code and words.
    pub(super) errors: Vec<(String, String)>,
    /// Whether it holds a list at all, be it of one record.
    pub(super) is_list: bool,
    /// Whether it goes on to its end.
    pub(super) is_whole: bool,
    /// With what the list goes on, if it does: never an empty token.
    pub(super) token: Option<String>,
    /// How many records the whole list has, in the words of the repository.
    pub(super) size: Option<u64>,
}

/// One record of a list.
#[derive(Debug)]
pub(super) struct Item<'t> {
    /// Its identifier in the repository.
    pub(super) identifier: String,
    /// The day of its last change, in UTC.
    pub(super) changed: Option<NaiveDate>,
    /// Whether the repository has deleted it.
    pub(super) is_deleted: bool,
    /// What its `metadata` holds.
    pub(super) metadata: Option<Element<'t>>,
    /// What is wrong with its markup, in spite of which it was read.
    pub(super) fault: Option<String>,
}

/// What a repository says of itself, as far as it matters here.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Identity {
    /// Whether its times are to the second.
    pub(super) is_to_the_second: bool,
    /// The day of its oldest record.
    pub(super) earliest: Option<NaiveDate>,
}

impl Answer {
    /// Reads an answer; fails where it is none of this protocol.
    pub(super) fn read(response: &Response) -> Result<Self, String> {
        let text = repair::repair(&decode::answer(response));
        let root = xml::root(&text).ok_or("there is no markup in it, so it is no answer of OAI-PMH")?;
        if !local(root).eq_ignore_ascii_case("OAI-PMH") {
            return Err(format!("its root element is <{}>, which is no answer of OAI-PMH", short(root)));
        }
        let is_whole = text.contains(&format!("</{root}>"));
        let records = xml::cut(&text, &["record"]);
        let (head, tail) = match (records.first(), records.last()) {
            (Some(first), Some(last)) => (text.get(..first.start), text.get(last.start..)),
            _none => (Some(text.as_str()), Some(text.as_str())),
        };
        let (head, tail) = (head.unwrap_or_default(), tail.unwrap_or_default());
        let made = all(head, "responseDate").next().and_then(|element| day(&element.text()));
        let errors = all(head, "error")
            .map(|element| (element.attribute("code").unwrap_or_default(), element.text().into_owned()))
            .map(|(code, words)| (short(&code).to_owned(), short(&words).to_owned()));
        let errors = errors.take(ERRORS_AT_MOST).collect();
        let is_list = ["ListRecords", "GetRecord"].iter().any(|verb| !xml::cut(head, &[verb]).is_empty());
        // A token belongs to the list, behind its last record.
        let token = all(tail, "resumptionToken").last();
        let size = token.as_ref().and_then(|token| token.attribute("completeListSize")?.trim().parse().ok());
        let token = token.map(|token| token.text().into_owned()).filter(|token| !token.is_empty());
        Ok(Self { text, records, made, errors, is_list, is_whole, token, size })
    }

    /// How many records it holds.
    pub(super) fn count(&self) -> usize {
        self.records.len()
    }

    /// Its records one after the other, each parsed when it is asked for, those of one identifier once; where one cannot
    /// be read, its number and why. Behind the most that are read there is one last fault.
    pub(super) fn items(&self) -> impl Iterator<Item = Result<Item<'_>, (usize, String)>> {
        let mut seen = BTreeSet::new();
        let kept = (1..).zip(self.records.iter().take(RECORDS_AT_MOST));
        let items = kept.filter_map(move |(number, range)| {
            let text = self.text.get(range.clone()).unwrap_or_default();
            match item(text) {
                Ok(item) => seen.insert(item.identifier.clone()).then_some(Ok(item)),
                Err(why) => Some(Err((number, why))),
            }
        });
        let more = self.count().checked_sub(RECORDS_AT_MOST).filter(|more| *more > 0);
        items.chain(more.map(|more| Err((RECORDS_AT_MOST + 1, format!("{more} more records are not read")))))
    }

    /// What the repository says of itself, where this is the answer to that question.
    pub(super) fn identity(&self) -> Option<Identity> {
        let said = |name: &str| all(&self.text, name).next().map(|element| element.text().into_owned());
        let granularity = said("granularity")?;
        Some(Identity {
            is_to_the_second: granularity.contains(['h', 'H', 'T']),
            earliest: said("earliestDatestamp").and_then(|text| day(&text)),
        })
    }

    /// Its errors in words.
    pub(super) fn complaint(&self) -> Option<String> {
        let told: Vec<String> = self
            .errors
            .iter()
            .map(|(code, words)| if words.is_empty() { code.clone() } else { format!("{code}: {words}") })
            .collect();
        (!told.is_empty()).then(|| told.join("; "))
    }

    /// Whether it has an error of that code.
    pub(super) fn has_error(&self, code: &str) -> bool {
        self.errors.iter().any(|(known, _)| known.eq_ignore_ascii_case(code))
    }
}

fn item(text: &str) -> Result<Item<'_>, String> {
    if text.len() > RECORD_BYTES {
        return Err(format!("it is {} bytes long, more than any record", text.len()));
    }
    let (record, fault) = xml::parse_leniently(text)?;
    let (mut header, mut metadata) = (None, None);
    for (element, _behind) in record.parts {
        if element.is("header") {
            header = header.or(Some(element));
        } else if element.is("metadata") {
            metadata = metadata.or(Some(element));
        }
    }
    let header = header.ok_or("it has no header")?;
    let identifier = header.inner_text("identifier").ok_or("its header has no identifier")?;
    if identifier.len() > IDENTIFIER_BYTES {
        return Err(format!("its identifier is {} bytes long", identifier.len()));
    }
    let inside = metadata.and_then(|metadata| metadata.parts.into_iter().next());
    Ok(Item {
        identifier,
        changed: header.inner_text("datestamp").and_then(|text| day(&text)),
        is_deleted: header.attribute("status").is_some_and(|status| status.trim() == "deleted"),
        fault,
        metadata: inside.map(|(element, _behind)| element),
    })
}

/// The elements of that name in a text, whatever their prefix, each parsed when it is asked for.
fn all<'text>(text: &'text str, name: &str) -> impl Iterator<Item = Element<'text>> {
    xml::cut(text, &[name]).into_iter().filter_map(|range| xml::parse(text.get(range)?).ok())
}

/// A day, alone or before a time. Times in this protocol are in UTC.
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    Timestamp::parse_rfc3339(text).map(Timestamp::day).or_else(|| text.get(..10)?.parse().ok())
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or_default()
}

/// The beginning of what a stranger says, for a sentence.
fn short(text: &str) -> &str {
    text.char_indices().nth(200).map_or(text, |(end, _)| text.get(..end).unwrap_or_default())
}
