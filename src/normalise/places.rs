//! Subjects, links, licences and language tags of a record.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::arxiv_id::ArxivId;
use crate::model::link::Link;
use crate::model::link::LinkKind;
use crate::model::link::WebUrl;
use crate::model::record::RawLink;
use crate::model::record::RawSubject;
use crate::model::subject::Subject;
use crate::model::subject::SubjectScheme;
use crate::model::text::Text;
use crate::normalise::ids::head;
use crate::normalise::ids::pattern;

/// How many subjects of a paper are kept.
const SUBJECTS: usize = 64;
/// How many links of a paper are kept.
const LINKS: usize = 32;

/// The subjects, each once, the primary one first.
pub(crate) fn subjects(raw: &[RawSubject]) -> Vec<Subject> {
    let mut subjects: Vec<Subject> = Vec::new();
    for one in raw {
        let term = Text::line(head(&one.term, 200));
        let subject = Subject { scheme: scheme(term.as_str(), one.is_arxiv), term };
        if !subject.term.is_empty() && subjects.len() < SUBJECTS && !subjects.contains(&subject) {
            subjects.push(subject);
        }
    }
    subjects
}

fn scheme(term: &str, is_arxiv: bool) -> SubjectScheme {
    static ARXIV: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[a-z-]+(\.[A-Za-z-]+)?$"));
    static MSC: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^[0-9]{2}(?:[A-Z][0-9]{2}|[A-Z]xx|-[0-9]{2}|-[Xx]{2})\b"));
    static ACM: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[A-K]\.(?:[0-9]|m)(?:\.(?:[0-9]{1,2}|m))?\b"));
    match term {
        _not_arxivs if !is_arxiv => SubjectScheme::Keyword,
        category if ARXIV.is_match(category) => SubjectScheme::Arxiv,
        code if MSC.is_match(code) => SubjectScheme::Msc,
        code if ACM.is_match(code) => SubjectScheme::Acm,
        _word => SubjectScheme::Keyword,
    }
}

/// The links that are absolute and safe, each once; those of arXiv are added when the paper is on arXiv.
pub(crate) fn links(raw: &[RawLink], pages: &[WebUrl], arxiv: Option<&ArxivId>) -> Vec<Link> {
    let given = raw.iter().filter_map(|one| Some(Link { kind: one.kind, url: WebUrl::parse(&one.href)? }));
    let pages = pages.iter().map(|url| Link { kind: LinkKind::Page, url: url.clone() });
    let of_arxiv = arxiv.into_iter().flat_map(|id| {
        let link = |kind, path| Link { kind, url: WebUrl::on_arxiv(path, id) };
        [link(LinkKind::Page, "abs"), link(LinkKind::Pdf, "pdf")]
    });
    let mut links: Vec<Link> = Vec::new();
    for link in given.take(LINKS).chain(pages).chain(of_arxiv) {
        let is_known = links
            .iter()
            .any(|known| known.kind == link.kind && same_address(known.url.as_str(), link.url.as_str()));
        if !is_known {
            links.push(link);
        }
    }
    links
}

/// Addresses that differ in their scheme, `www.` or `.pdf` lead to the same place on arXiv.
fn same_address(one: &str, other: &str) -> bool {
    fn bare(address: &str) -> &str {
        let address = address.split_once("://").map_or(address, |(_scheme, rest)| rest);
        let address = address.strip_prefix("www.").unwrap_or(address);
        let is_arxiv = address.starts_with("arxiv.org/");
        if is_arxiv { address.strip_suffix(".pdf").unwrap_or(address) } else { address }
    }
    one == other || (bare(one) == bare(other) && bare(one).starts_with("arxiv.org/"))
}

/// The licence's address.
pub(crate) fn license(raw: &str) -> Option<WebUrl> {
    WebUrl::parse(raw.trim())
}

/// A language tag in the usual letters (`en`, `pt-BR`); `None` for what is none.
pub(crate) fn language(raw: &str) -> Option<Text> {
    static TAG: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}$"));
    let tag = raw.trim().replace('_', "-");
    TAG.is_match(&tag).then_some(())?;
    let parts: Vec<String> = tag
        .split('-')
        .enumerate()
        .map(|(place, part)| match (place, part.len()) {
            (0, _any) => part.to_ascii_lowercase(),
            (_later, 2) => part.to_ascii_uppercase(),
            _other => part.to_ascii_lowercase(),
        })
        .collect();
    Some(Text::line(&parts.join("-")))
}

#[cfg(test)]
mod tests {
    use super::language;
    use super::links;
    use super::subjects;
    use crate::model::arxiv_id::ArxivId;
    use crate::model::link::LinkKind;
    use crate::model::record::RawLink;
    use crate::model::record::RawSubject;
    use crate::model::subject::SubjectScheme;

    fn raw_link(kind: LinkKind, href: &str) -> RawLink {
        RawLink { kind, href: href.into() }
    }

    #[test]
    fn subjects_are_told_apart_by_their_scheme() {
        let raw = [
            ("cs.LG", true),
            ("68T07", true),
            ("I.2.6", true),
            ("math-ph", true),
            ("A word", true),
            ("cs.LG", false),
            ("cs.LG", true),
            ("", true),
        ]
        .map(|(term, is_arxiv)| RawSubject { is_arxiv, term: term.into() });
        let found: Vec<_> =
            subjects(&raw).into_iter().map(|subject| (subject.scheme, subject.term.to_string())).collect();
        let expected = [
            (SubjectScheme::Arxiv, "cs.LG"),
            (SubjectScheme::Msc, "68T07"),
            (SubjectScheme::Acm, "I.2.6"),
            (SubjectScheme::Arxiv, "math-ph"),
            (SubjectScheme::Keyword, "A word"),
            (SubjectScheme::Keyword, "cs.LG"),
        ];
        assert_eq!(found, expected.map(|(scheme, term)| (scheme, term.to_owned())));
    }

    #[test]
    fn unsafe_and_relative_links_are_dropped_and_arxivs_are_added() {
        let raw = [
            raw_link(LinkKind::Page, "http://arxiv.org/abs/2608.09999"),
            raw_link(LinkKind::Code, "javascript:alert(1)"),
            raw_link(LinkKind::Code, "/relative"),
            raw_link(LinkKind::Code, "https://user:secret@example.org/"),
            raw_link(LinkKind::Code, "https://example.org/code"),
            raw_link(LinkKind::Code, "https://example.org/code"),
        ];
        let (id, _version) = ArxivId::parse("2608.09999").unwrap();
        let found: Vec<_> =
            links(&raw, &[], Some(&id)).into_iter().map(|link| (link.kind, link.url.to_string())).collect();
        let expected = [
            (LinkKind::Page, "http://arxiv.org/abs/2608.09999"),
            (LinkKind::Code, "https://example.org/code"),
            (LinkKind::Pdf, "https://arxiv.org/pdf/2608.09999"),
        ];
        assert_eq!(found, expected.map(|(kind, url)| (kind, url.to_owned())));
    }

    #[test]
    fn language_tags_are_checked() {
        assert_eq!(language("en_us").unwrap().as_str(), "en-US");
        assert_eq!(language("DE").unwrap().as_str(), "de");
        assert!(language("English").is_none() && language("").is_none() && language("e").is_none());
    }
}
