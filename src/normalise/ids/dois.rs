//! DOIs in every dress: resolvers, publishers' addresses, versions of preprints, and DOIs that name a journal.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::arxiv_id::ArxivId;
use crate::model::doi::Doi;
use crate::model::external_id::ExternalId;
use crate::normalise::ids::Found;
use crate::normalise::ids::group;
use crate::normalise::ids::pattern;
use crate::normalise::ids::percent_decoded;

/// Where a DOI may begin: a registrant's number that is not the tail of another number.
static DOI: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?:^|[^0-9.])(10\.[0-9]{4,9}(?:\.[0-9]+)*/[^\s"<>\\^`{|}]+)"#));

/// Nature's addresses hold the suffix alone.
static NATURE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)nature\.com/articles/([a-z]{0,12}[0-9]{3,6}(?:-[0-9]{2,4})?-[0-9]{3,6}-[0-9a-z]{1,3}|(?:n[a-z]{2,12}|srep|sdata|am|emm)\.?[0-9]{4}\.?[0-9]{1,5}|nature[0-9]{4,6})",
    )
});

/// What publishers put behind a DOI in an address.
const TAILS: &[&str] = &[
    "/full/html",
    "/full/pdf",
    "/full",
    "/abstract",
    "/fulltext",
    "/fulltext.html",
    "/epdf",
    "/pdf",
    "/pdfdirect",
    "/html",
    "/meta",
    "/references",
    "/summary",
    "/suppl_file",
    "/tables",
    "/figures",
    ".full.pdf+html",
    ".full.pdf",
    ".full-text",
    ".full",
    ".abstract",
    ".short",
    ".pdf",
    ".xml",
    ".epub",
];

/// Reads one DOI, with its resolver, `doi:`, `info:doi/` or percent escapes; arXiv's own become [`ExternalId::Arxiv`].
pub(crate) fn parse(text: &str) -> Option<Found> {
    let decoded = percent_decoded(text.trim());
    let lower = decoded.to_ascii_lowercase();
    let at = lower.find("10.")?;
    let (dress, rest) = decoded.split_at_checked(at)?;
    let dress = dress.to_ascii_lowercase();
    let bare = dress.is_empty()
        || dress.ends_with("doi.org/")
        || dress.trim_end().ends_with("doi:")
        || dress.ends_with("info:doi/");
    if bare && !rest.contains(char::is_whitespace) { typed(rest) } else { find(&decoded).into_iter().next() }
}

/// The DOIs inside a text that is already percent-decoded.
pub(crate) fn find(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for captures in DOI.captures_iter(text) {
        let Some(matched) = captures.get(1) else { continue };
        let before = text.get(..matched.start()).unwrap_or_default();
        let in_resolver =
            before.ends_with("doi.org/") || before.ends_with("doi:") || before.ends_with("info:doi/");
        let in_address = !in_resolver && !before.is_empty() && before.ends_with(['/', '=']);
        let candidate =
            if in_address { without_query(matched.as_str()) } else { without_fragment(matched.as_str()) };
        let candidate = if in_resolver { candidate } else { without_tail(candidate) };
        found.extend(typed(candidate));
    }
    let nature = NATURE.captures_iter(text).filter_map(|captures| {
        Doi::parse(&format!("10.1038/{}", group(&captures, 1))).map(|doi| (ExternalId::Doi(doi), None))
    });
    found.extend(nature);
    found
}

/// Whether a DOI names a journal, not a paper; feeds of some publishers give theirs in every entry.
pub(crate) fn is_of_a_journal(doi: &Doi) -> bool {
    /// Publishers whose journals have DOIs made of letters only, and whose articles never do.
    const LETTERS_ONLY: &[&str] = &[
        "10.1002", "10.1016", "10.1021", "10.1038", "10.1039", "10.1063", "10.1080", "10.1093", "10.1103",
        "10.1111", "10.1126", "10.1145", "10.1371", "10.3389", "10.3390",
    ];
    let suffix = doi.as_str().split_once('/').map_or("", |(_prefix, suffix)| suffix);
    let issn = suffix.starts_with("(issn)") || suffix.starts_with("issn") || ISSN.is_match(suffix);
    issn || (LETTERS_ONLY.contains(&doi.prefix()) && !suffix.bytes().any(|byte| byte.is_ascii_digit()))
}

static ISSN: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?:issn[.:-]?)?[0-9]{4}-[0-9]{3}[0-9x]$"));

fn typed(text: &str) -> Option<Found> {
    let doi = Doi::parse(text)?;
    if let Some(id) = doi.as_str().strip_prefix("10.48550/arxiv.") {
        return ArxivId::parse(id).map(|(id, version)| (ExternalId::Arxiv(id), version));
    }
    if is_of_a_journal(&doi) {
        return None;
    }
    let (family, version) = family(&doi);
    Some((ExternalId::Doi(family), version))
}

/// Preprint servers that register a DOI for each version: the DOI of the family, and the version's number.
fn family(doi: &Doi) -> (Doi, Option<u32>) {
    static VERSION: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(.*?[^/.-])[/.-]?v([1-9][0-9]{0,3})$"));
    static GLUED: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(.*[0-9])v([1-9][0-9]{0,3})$"));
    static NUMBERED: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^(10\.12688/[a-z0-9]+\.[0-9]+)\.([1-9][0-9]{0,3})$"));
    let shape = match doi.prefix() {
        "10.26434" | "10.21203" | "10.20944" | "10.6084" | "10.5281" | "10.31234" | "10.31219"
        | "10.36227" => &VERSION,
        "10.1101" | "10.64898" => &GLUED,
        "10.12688" => &NUMBERED,
        _other => return (doi.clone(), None),
    };
    let parts = shape.captures(doi.as_str()).and_then(|captures| {
        let version = group(&captures, 2).parse().ok()?;
        Some((Doi::parse(group(&captures, 1))?, Some(version)))
    });
    parts.unwrap_or_else(|| (doi.clone(), None))
}

fn without_query(text: &str) -> &str {
    text.split(['?', '#', '&']).next().unwrap_or_default()
}

/// In running text a DOI may hold `?` and `&`, but `#` is a fragment unless it ends an old SICI.
fn without_fragment(text: &str) -> &str {
    text.split_once('#').map_or(text, |(doi, rest)| if rest.is_empty() { text } else { doi })
}

fn without_tail(mut text: &str) -> &str {
    text = text
        .trim_end_matches(['.', ',', ';', ')', ']', '/'])
        .max(text.trim_end_matches(['.', ',', ';', '/']));
    while let Some(cut) = TAILS.iter().find_map(|tail| {
        let at = text.len().checked_sub(tail.len())?;
        text.get(at..).filter(|end| end.eq_ignore_ascii_case(tail)).and(text.get(..at))
    }) {
        text = cut;
    }
    text
}
