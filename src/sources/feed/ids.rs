//! Identifiers of the paper of an item, best first, and the source's own key for it.

use std::sync::LazyLock;

use regex::Regex;
use sha2::Digest as _;
use sha2::Sha256;

use crate::model::record::IdHint;
use crate::model::record::RawId;
use crate::model::text::Raw;
use crate::sources::feed::item::Item;
use crate::sources::feed::space::Space;

/// A DOI inside text.
static DOI: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"10\.\d{4,9}/[^\s"'<>&]+"#).ok());

/// Registrants of data, code and protocols: their DOI in a description is not the paper's.
const DATA_REGISTRANTS: &[&str] = &[
    "10.5281/",
    "10.6084/",
    "10.5061/",
    "10.17605/",
    "10.7910/",
    "10.17632/",
    "10.24433/",
    "10.17504/",
    "10.5066/",
    "10.5067/",
    "10.15468/",
    "10.1594/",
    "10.25377/",
    "10.13140/",
];

/// No more identifiers of one item are kept.
const IDS_AT_MOST: usize = 64;

/// The longest key kept as it is.
const KEY_BYTES: usize = 512;

/// The source's own key for the work and the version that it named, if any.
pub(super) fn key(id: &str) -> (String, Option<u32>) {
    let (stem, version) = match versioned(id) {
        Some((stem, tail, version)) => ([stem, tail].concat(), Some(version)),
        None => (id.to_owned(), None),
    };
    if stem.len() <= KEY_BYTES {
        return (stem, version);
    }
    let digest = Sha256::digest(stem.as_bytes());
    (digest.iter().fold("sha256:".to_owned(), |hex, byte| format!("{hex}{byte:02x}")), version)
}

/// What stands before and behind the version at the end of the address of a preprint, such as bioRxiv's `…/743294v1?rss=1` and
/// arXiv's `…/abs/2608.09999v2`, and the version. The address may be a part of another's query.
fn versioned(id: &str) -> Option<(&str, &str, u32)> {
    let before_query = id.split('?').next().filter(|path| path.len() < id.len());
    let before_last = id.rsplit_once('?').map(|(path, _query)| path);
    let (stem, path, version) =
        before_query.into_iter().chain(before_last).chain([id]).find_map(version_at_end)?;
    Some((stem, id.get(path.len()..)?, version))
}

/// The same of an address without a query, with what is left of it without its ending.
fn version_at_end(path: &str) -> Option<(&str, &str, u32)> {
    let is_ending = |ending: &&str| {
        let at = path.len().checked_sub(ending.len()).filter(|at| path.is_char_boundary(*at));
        at.is_some_and(|at| path.get(at..).is_some_and(|own| own.eq_ignore_ascii_case(ending)))
    };
    let ending = [".short", ".full", ".abstract"].into_iter().find(is_ending).unwrap_or_default();
    let path = path.get(..path.len() - ending.len())?;
    let before = path.trim_end_matches(|digit: char| digit.is_ascii_digit());
    let version = path.get(before.len()..).filter(|digits| digits.len() <= 3 && !digits.starts_with('0'))?;
    let stem = before
        .strip_suffix(['v', 'V'])
        .filter(|stem| stem.ends_with(|digit: char| digit.is_ascii_digit()))?;
    let lower = stem.to_ascii_lowercase();
    let mut hosts = ["biorxiv.org", "medrxiv.org", "arxiv.org"].into_iter();
    hosts
        .any(|host| lower.split_once(host).is_some_and(|(_, behind)| behind.starts_with(['/', ':'])))
        .then_some((stem, path, version.parse().ok()?))
}

/// Everything in an item that may name its paper.
pub(super) fn ids(item: &Item<'_>, page: Option<&str>, abstract_text: Option<&Raw>) -> Vec<RawId> {
    let mut ids = Vec::new();
    let mut add = |hint, text: &str| {
        let text = text.trim();
        let id = RawId { hint, text: text.to_owned() };
        if !text.is_empty() && text.len() <= 2_048 && ids.len() < IDS_AT_MOST && !ids.contains(&id) {
            ids.push(id);
        }
    };
    for element in item.element.children() {
        if matches!((element.space, element.name), (Space::Prism, "doi") | (Space::Arxiv, "doi" | "DOI")) {
            add(IdHint::Doi, &element.trimmed());
        }
    }
    for element in item.element.children() {
        if matches!(element.space, Space::Dc | Space::DcTerms) && element.name == "identifier" {
            let text = element.trimmed();
            add(hint(&text), &text);
        }
    }
    if let Some(id) = item.id() {
        add(hint(&id), &id);
    }
    if let Some(page) = page {
        add(IdHint::Any, page);
    }
    for name in ["url", "link"] {
        if let Some(url) = item.text(Space::Prism, name) {
            add(IdHint::Any, &url);
        }
    }
    let is_known = ids.iter().any(|id| id.hint != IdHint::Any || find_doi(&id.text).is_some());
    if !is_known && let Some(doi) = abstract_text.and_then(|raw| find_doi(&raw.text)) {
        ids.push(RawId { hint: IdHint::Any, text: doi.to_owned() });
    }
    if let Some(page) = page {
        ids.push(RawId { hint: IdHint::Page, text: page.to_owned() });
    }
    ids
}

/// What an identifier says it is.
fn hint(text: &str) -> IdHint {
    let behind = |prefix: &str| {
        let (head, rest) = text.split_at_checked(prefix.len())?;
        head.eq_ignore_ascii_case(prefix).then_some(rest)
    };
    let begins = |prefix| behind(prefix).is_some();
    let has_digits = |rest: &str| rest.trim().bytes().next().is_some_and(|byte| byte.is_ascii_digit());
    if ["doi:", "info:doi/", "urn:doi:"].into_iter().any(begins)
        || text.contains("/10.") && text.to_ascii_lowercase().contains("doi.org/10.")
        || (text.starts_with("10.") && text.contains('/'))
    {
        IdHint::Doi
    } else if behind("pmid:").or_else(|| behind("pubmed:")).is_some_and(has_digits) {
        IdHint::Pmid
    } else if begins("pmc:") || begins("pmcid:") || begins("pmc") && text.len() < 12 {
        IdHint::Pmcid
    } else if begins("oai:arxiv.org:") || begins("arxiv:") {
        IdHint::Arxiv
    } else {
        IdHint::Any
    }
}

/// The first DOI in a text that can be a paper's.
fn find_doi(text: &str) -> Option<&str> {
    let pattern = LazyLock::force(&DOI).as_ref()?;
    let found = pattern.find_iter(text).map(|found| found.as_str());
    found.map(|doi| doi.trim_end_matches(['.', ',', ';', ')', ']', ':'])).find(|doi| {
        !DATA_REGISTRANTS.iter().any(|registrant| doi.to_ascii_lowercase().starts_with(registrant))
    })
}

#[cfg(test)]
mod tests {
    use super::find_doi;
    use super::hint;
    use super::key;
    use crate::model::record::IdHint;

    #[test]
    fn a_version_is_no_part_of_the_key() {
        let (stem, version) = key("http://biorxiv.org/cgi/content/short/743294v1?rss=1");
        assert_eq!((stem.as_str(), version), ("http://biorxiv.org/cgi/content/short/743294?rss=1", Some(1)));
        assert_eq!(
            key("http://arxiv.org/abs/2608.09999v12"),
            ("http://arxiv.org/abs/2608.09999".into(), Some(12))
        );
        assert_eq!(
            key("https://proxy.example/login?url=https://www.biorxiv.org/content/10.1101/743294v1"),
            (
                "https://proxy.example/login?url=https://www.biorxiv.org/content/10.1101/743294".into(),
                Some(1)
            )
        );
        assert_eq!(
            key("https://www.medrxiv.org/content/10.1101/743294v3.Full?a=1"),
            ("https://www.medrxiv.org/content/10.1101/743294.Full?a=1".into(), Some(3))
        );
        assert_eq!(key("oai:arXiv.org:2608.09999v2"), ("oai:arXiv.org:2608.09999".into(), Some(2)));
        assert_eq!(key("https://journal.example/a1v2"), ("https://journal.example/a1v2".into(), None));
        assert_eq!(key(&"x".repeat(9_000)).0.len(), 71);
    }

    #[test]
    fn identifiers_say_what_they_are() {
        assert_eq!(hint("doi:10.1000/x"), IdHint::Doi);
        assert_eq!(hint("10.1000/x"), IdHint::Doi);
        assert_eq!(hint("https://doi.org/10.1000/x"), IdHint::Doi);
        assert_eq!(hint("pmid:123"), IdHint::Pmid);
        assert_eq!(hint("pubmed:123"), IdHint::Pmid);
        assert_eq!(hint("pmc:PMC123"), IdHint::Pmcid);
        assert_eq!(hint("oai:arXiv.org:2608.09999v1"), IdHint::Arxiv);
        assert_eq!(hint("S0022-3476(18)31119-3"), IdHint::Any);
    }

    #[test]
    fn the_doi_of_a_data_set_is_not_the_papers() {
        assert_eq!(find_doi("Code: https://doi.org/10.5281/zenodo.1"), None);
        assert_eq!(find_doi("data 10.6084/m9 (doi:10.1000/flags.3.1)."), Some("10.1000/flags.3.1"));
    }
}
