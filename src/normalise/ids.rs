//! Identifiers of papers inside addresses and text: [`find`] for what sources send, [`lookup`] for what people type.
//!
//! Only the characters are looked at: nothing is resolved, and no identifier is guessed from a title.

use std::sync::LazyLock;

use regex::Captures;
use regex::Regex;

use crate::model::arxiv_id::ArxivId;
use crate::model::external_id::ExternalId;
use crate::model::short_ids::AclId;
use crate::model::short_ids::OpenReviewId;
use crate::model::short_ids::PageUrl;
use crate::model::short_ids::Pmcid;
use crate::model::short_ids::Pmid;

pub(crate) mod dois;

#[cfg(test)]
mod tests;

/// No more of a text is searched: identifiers stand at the start of what sources send as such.
const LONGEST: usize = 16 * 1024;

/// An identifier with the version that stood behind it.
type Found = (ExternalId, Option<u32>);

/// The identifiers inside any address or text, the most trusted scheme first, each once; within a scheme in the order
/// of the text. The number is the version that stood behind the identifier.
pub fn find(text: &str) -> Vec<Found> {
    let text = head(text, LONGEST);
    let decoded = percent_decoded(text);
    let mut found: Vec<Found> = Vec::new();
    for scheme in [arxiv, doi, pmid, pmcid, openreview, acl] {
        for one in scheme(&decoded) {
            if !found.iter().any(|(id, _version)| *id == one.0) {
                found.push(one);
            }
        }
    }
    found.sort_by_key(|(id, _version)| rank(id));
    found
}

/// The identifier that a person means by what they typed or pasted: `2608.09999`, `arXiv:hep-th/9901001v2`, a DOI in
/// any dress, `pmid:…`, `PMC…`, the printed form of an [`ExternalId`], or the address of a paper.
pub fn lookup(text: &str) -> Option<ExternalId> {
    let text = head(text.trim(), LONGEST);
    if let Some((id, _version)) = ArxivId::parse(text) {
        return Some(ExternalId::Arxiv(id));
    }
    if let Some(id) = printed(text) {
        return Some(id);
    }
    if let Some(id) = text.to_ascii_uppercase().starts_with("PMC").then(|| Pmcid::parse(text)).flatten() {
        return Some(ExternalId::Pmcid(id));
    }
    if let Some((id, _version)) = find(text).into_iter().next() {
        return Some(id);
    }
    let web = text.starts_with("http://") || text.starts_with("https://");
    web.then(|| PageUrl::parse(text)).flatten().map(ExternalId::Page)
}

/// Reads `scheme:value` with the scheme in any case and blanks behind the colon.
fn printed(text: &str) -> Option<ExternalId> {
    let (scheme, value) = text.split_once(':')?;
    let scheme = scheme.trim().to_ascii_lowercase();
    let value = value.trim();
    if scheme == "doi" {
        return dois::parse(value).map(|(id, _version)| id);
    }
    ExternalId::parse(&format!("{scheme}:{value}"))
}

fn rank(id: &ExternalId) -> u8 {
    match id {
        ExternalId::Arxiv(_) => 0,
        ExternalId::Doi(_) => 1,
        ExternalId::Pmid(_) => 2,
        ExternalId::Pmcid(_) => 3,
        ExternalId::OpenReview(_) => 4,
        ExternalId::Acl(_) => 5,
        ExternalId::Page(_) => 6,
    }
}

/// A pattern that is part of the program.
#[expect(clippy::expect_used, reason = "the patterns are constants, and a test compiles each of them")]
pub(crate) fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is valid")
}

fn group<'text>(captures: &Captures<'text>, index: usize) -> &'text str {
    captures.get(index).map_or("", |found| found.as_str())
}

const ARXIV_ID: &str = r"((?:[0-9]{4}\.[0-9]{4,5}|[a-z]+(?:-[a-z]+)?(?:\.[a-z]{2})?/[0-9]{7})(?:v[1-9][0-9]{0,3})?)([0-9A-Za-z]?)";

/// The text before an identifier that makes it one: a host and a path, or a prefix.
static ARXIV: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)(?:^|[^a-z0-9-])(?:(?:arxiv\.org|xxx\.lanl\.gov|alphaxiv\.org|ar5iv\.labs\.arxiv\.org|ar5iv\.org)/(?:abs|pdf|html|ps|e-print|src|format|overview|list)/|huggingface\.co/papers/|hf\.co/papers/|scirate\.com/arxiv/|oai:arxiv\.org:|10\.48550/arxiv\.|arxiv:\s?){ARXIV_ID}"
    ))
});

/// DBLP's key of an arXiv paper.
static DBLP: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)journals/corr/abs-([0-9]{4})-([0-9]{4,5})(?:[^0-9]|$)"));

fn arxiv(text: &str) -> Vec<Found> {
    let addresses = ARXIV.captures_iter(text).filter_map(|captures| {
        let follows = group(&captures, 2);
        let cut = follows.is_empty();
        cut.then(|| ArxivId::parse(group(&captures, 1))).flatten()
    });
    let dblp = DBLP
        .captures_iter(text)
        .filter_map(|captures| ArxivId::parse(&format!("{}.{}", group(&captures, 1), group(&captures, 2))));
    addresses.chain(dblp).map(|(id, version)| (ExternalId::Arxiv(id), version)).collect()
}

fn doi(text: &str) -> Vec<Found> {
    dois::find(text)
}

static PMID: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:pubmed\.ncbi\.nlm\.nih\.gov/|ncbi\.nlm\.nih\.gov/pubmed/|europepmc\.org/(?:article|abstract)/med/|info:pmid/|\bpmid:\s?)([0-9]{1,9})(?:[^0-9]|$)",
    )
});

fn pmid(text: &str) -> Vec<Found> {
    let ids = PMID.captures_iter(text).filter_map(|captures| Pmid::parse(group(&captures, 1)));
    ids.map(|id| (ExternalId::Pmid(id), None)).collect()
}

static PMCID: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:/pmc/articles/|pmc\.ncbi\.nlm\.nih\.gov/articles/|europepmc\.org/article/pmc/|europepmc\.org/articles/|\bpmcid:\s?)(?:pmc)?([0-9]{1,9})(?:[^0-9]|$)",
    )
});

fn pmcid(text: &str) -> Vec<Found> {
    let ids =
        PMCID.captures_iter(text).filter_map(|captures| Pmcid::parse(&format!("PMC{}", group(&captures, 1))));
    ids.map(|id| (ExternalId::Pmcid(id), None)).collect()
}

static OPENREVIEW: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)openreview\.net/(?:forum|pdf|attachment)/?\?(?:[a-z]+=[^&\s]*&(?:amp;)?)*id=([A-Za-z0-9_-]{4,32})",
    )
});

fn openreview(text: &str) -> Vec<Found> {
    let ids = OPENREVIEW.captures_iter(text).filter_map(|captures| OpenReviewId::parse(group(&captures, 1)));
    ids.map(|id| (ExternalId::OpenReview(id), None)).collect()
}

static ACL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:aclanthology\.org/|aclanthology\.info/papers/|aclweb\.org/anthology/(?:papers/[a-z]/[a-z][0-9]{2}/)?|10\.18653/v1/|10\.3115/v1/)([A-Z][0-9]{2}-[0-9]{4}|[0-9]{4}\.[a-z0-9_]+-[a-z0-9_]+\.[0-9]{1,5})(?:[^0-9]|$)",
    )
});

fn acl(text: &str) -> Vec<Found> {
    let ids = ACL.captures_iter(text).filter_map(|captures| {
        let id = group(&captures, 1);
        // The letter of the old scheme is a capital one; DOIs have lost it.
        let id = if id.contains('.') { id.to_ascii_lowercase() } else { id.to_ascii_uppercase() };
        AclId::parse(&id)
    });
    ids.map(|id| (ExternalId::Acl(id), None)).collect()
}

/// The start of a text, at most so many bytes and whole characters.
pub(crate) fn head(text: &str, limit_bytes: usize) -> &str {
    let mut end = limit_bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// Decodes `%2F` and the like where the bytes make valid UTF-8; otherwise the text stays as it is.
pub(crate) fn percent_decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let byte = (first == b'%')
            .then(|| tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok()))
            .flatten()
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(first));
        rest = if byte.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
    }
    String::from_utf8(bytes).unwrap_or_else(|_not_text| text.to_owned())
}
