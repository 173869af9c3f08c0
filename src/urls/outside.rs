//! Addresses of papers at their registries and publishers.
//!
//! Built from identifiers alone; what a source said is in the paper's links. Nothing here is ever fetched.

use std::collections::BTreeSet;

use url::Url;

use crate::model::external_id::ExternalId;
use crate::model::link::LinkKind;
use crate::model::link::WebUrl;
use crate::model::paper::Paper;

/// Where an identifier leads.
pub fn address(id: &ExternalId) -> Option<WebUrl> {
    let (base, before, after) = match id {
        ExternalId::Arxiv(id) => return Some(WebUrl::on_arxiv("abs", id)),
        ExternalId::Doi(_) => ("https://doi.org/", "", ""),
        ExternalId::Pmid(_) => ("https://pubmed.ncbi.nlm.nih.gov/", "", "/"),
        ExternalId::Pmcid(_) => ("https://pmc.ncbi.nlm.nih.gov/", "articles/", "/"),
        ExternalId::Acl(_) => ("https://aclanthology.org/", "", "/"),
        ExternalId::OpenReview(id) => return WebUrl::parse(&format!("https://openreview.net/forum?id={id}")),
        ExternalId::Page(id) => return WebUrl::parse(id.as_str()),
    };
    let mut url = Url::parse(base).ok()?;
    // `set_path` escapes `?` and `#`, which are legal in DOIs, but leaves `%` alone.
    url.set_path(&format!("{before}{}{after}", id.value().replace('%', "%25")));
    WebUrl::parse(url.as_str())
}

/// The paper's abstract page: at arXiv where it is there, else the page its sources name first, else what its most
/// trusted identifier leads to.
pub fn abstract_page(paper: &Paper) -> Option<WebUrl> {
    let links = paper.links();
    let pages = || links.iter().filter(|link| link.kind == LinkKind::Page).map(|link| &link.url);
    let at_arxiv = pages().find(|url| url.as_str().starts_with("https://arxiv.org/abs/"));
    let ids = paper.ids();
    let arxiv = || ids.iter().find(|id| matches!(id, ExternalId::Arxiv(_))).and_then(|id| address(id));
    at_arxiv
        .cloned()
        .or_else(arxiv)
        .or_else(|| pages().next().cloned())
        .or_else(|| ids.iter().find_map(|id| address(id)))
}

/// The addresses worth a click, each with its label and once, the abstract page first.
pub fn reading_links(paper: &Paper) -> Vec<(&'static str, WebUrl)> {
    const MOST: usize = 12;
    let named = paper.links().into_iter().filter_map(|link| {
        let label = match link.kind {
            LinkKind::Pdf => "PDF",
            LinkKind::Code => "Code",
            LinkKind::Project => "Project page",
            LinkKind::Discussion => "Discussion",
            LinkKind::Page | LinkKind::Thumbnail => return None,
        };
        Some((label, link.url.clone()))
    });
    let page = abstract_page(paper).map(|url| ("Abstract", url));
    let mut seen = BTreeSet::new();
    page.into_iter().chain(named).filter(|(_label, url)| seen.insert(url.clone())).take(MOST).collect()
}

/// What people call the site of an address, where it is one that most papers lead to.
pub fn site(url: &WebUrl) -> Option<&'static str> {
    let url = Url::parse(url.as_str()).ok()?;
    let host = url.host_str()?.trim_start_matches("www.");
    let sites = [
        ("arxiv.org", "arXiv"),
        ("huggingface.co", "Hugging Face"),
        ("news.ycombinator.com", "Hacker News"),
        ("biorxiv.org", "bioRxiv"),
        ("medrxiv.org", "medRxiv"),
        ("openreview.net", "OpenReview"),
        ("pubmed.ncbi.nlm.nih.gov", "PubMed"),
        ("pmc.ncbi.nlm.nih.gov", "PubMed Central"),
        ("aclanthology.org", "ACL Anthology"),
        ("doi.org", "DOI"),
        ("github.com", "GitHub"),
    ];
    sites.into_iter().find(|(known, _name)| host == *known).map(|(_host, name)| name)
}

#[cfg(test)]
mod tests {
    use super::address;
    use crate::model::external_id::ExternalId;

    #[test]
    fn every_scheme_leads_somewhere() {
        for (id, expected) in [
            ("arxiv:hep-th/9901001", "https://arxiv.org/abs/hep-th/9901001"),
            ("doi:10.1000/a?b#c%20<d>1", "https://doi.org/10.1000/a%3Fb%23c%2520%3Cd%3E1"),
            ("pmid:123", "https://pubmed.ncbi.nlm.nih.gov/123/"),
            ("pmcid:PMC123", "https://pmc.ncbi.nlm.nih.gov/articles/PMC123/"),
            ("openreview:aBc_1-x", "https://openreview.net/forum?id=aBc_1-x"),
            ("acl:2026.acl-long.1", "https://aclanthology.org/2026.acl-long.1/"),
            ("page:https://example.org/p?x=1", "https://example.org/p?x=1"),
        ] {
            let id = ExternalId::parse(id).unwrap();
            assert_eq!(address(&id).unwrap().as_str(), expected);
        }
    }
}
