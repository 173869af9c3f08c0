//! Identifiers in the forms that sources and people write.

use super::find;
use super::lookup;

fn first(text: &str) -> Option<(String, Option<u32>)> {
    find(text).into_iter().next().map(|(id, version)| (id.to_string(), version))
}

fn all(text: &str) -> Vec<String> {
    find(text).into_iter().map(|(id, _version)| id.to_string()).collect()
}

#[test]
fn every_address_of_an_arxiv_paper_gives_its_identifier() {
    for (address, version) in [
        ("https://arxiv.org/abs/2608.09999", None),
        ("http://arxiv.org/abs/2608.09999v2", Some(2)),
        ("https://www.arxiv.org/pdf/2608.09999v3.pdf", Some(3)),
        ("https://arxiv.org/pdf/2608.09999.pdf", None),
        ("https://export.arxiv.org/html/2608.09999v1#S2", Some(1)),
        ("http://xxx.lanl.gov/ps/2608.09999", None),
        ("https://arxiv.org/e-print/2608.09999", None),
        ("https://arxiv.org/src/2608.09999", None),
        ("https://arxiv.org/format/2608.09999", None),
        ("https://ar5iv.labs.arxiv.org/html/2608.09999", None),
        ("https://ar5iv.org/abs/2608.09999", None),
        ("https://www.alphaxiv.org/abs/2608.09999v4", Some(4)),
        ("https://huggingface.co/papers/2608.09999", None),
        ("https://scirate.com/arxiv/2608.09999", None),
        ("oai:arXiv.org:2608.09999v12", Some(12)),
        ("arXiv:2608.09999v2 [cs.LG] Announce", Some(2)),
        ("https://doi.org/10.48550/arXiv.2608.09999", None),
        ("10.48550/ARXIV.2608.09999", None),
        ("https://doi.org/10.48550%2FarXiv.2608.09999", None),
        ("journals/corr/abs-2608-09999", None),
    ] {
        assert_eq!(first(address), Some(("arxiv:2608.09999".into(), version)), "{address}");
        assert_eq!(all(address).len(), 1, "{address}");
    }
    assert_eq!(
        first("https://arxiv.org/abs/math.CA/0611800v2"),
        Some(("arxiv:math/0611800".into(), Some(2)))
    );
    assert_eq!(first("oai:arXiv.org:hep-th/9901001"), Some(("arxiv:hep-th/9901001".into(), None)));
}

#[test]
fn what_only_resembles_an_arxiv_identifier_is_left() {
    for text in [
        "https://arxiv.org/abs/2613.09999",
        "https://arxiv.org/abs/2608.099999",
        "https://arxiv.org/abs/2608.09999x",
        "https://notarxiv.org/abs/2608.09999",
        "2608.09999",
        "https://arxiv.org/list/cs.LG/recent",
    ] {
        assert_eq!(first(text), None, "{text}");
    }
}

#[test]
fn a_doi_is_found_in_every_dress() {
    for (text, doi, version) in [
        ("10.1000/Flags.3.1", "10.1000/flags.3.1", None),
        ("doi:10.1000/flags.3.1", "10.1000/flags.3.1", None),
        ("DOI: 10.1000/flags.3.1.", "10.1000/flags.3.1", None),
        ("info:doi/10.1000/flags.3.1", "10.1000/flags.3.1", None),
        ("https://doi.org/10.1000/flags.3.1", "10.1000/flags.3.1", None),
        ("http://dx.doi.org/10.1000%2Fflags.3.1", "10.1000/flags.3.1", None),
        ("https://www.nature.com/articles/s41586-026-01234-5", "10.1038/s41586-026-01234-5", None),
        ("https://www.nature.com/articles/d41586-026-01234-5?utm=x", "10.1038/d41586-026-01234-5", None),
        ("https://www.science.org/doi/abs/10.1126/science.abc1234?af=R", "10.1126/science.abc1234", None),
        ("https://www.science.org/doi/full/10.1126/sciadv.abc1234", "10.1126/sciadv.abc1234", None),
        (
            "https://onlinelibrary.wiley.com/doi/10.1002/test.202600123/abstract",
            "10.1002/test.202600123",
            None,
        ),
        ("https://dl.acm.org/doi/pdf/10.1145/3600000.3600001", "10.1145/3600000.3600001", None),
        ("https://pubs.acs.org/doi/10.1021/jacs.6c01234", "10.1021/jacs.6c01234", None),
        (
            "https://www.tandfonline.com/doi/full/10.1080/01234567.2026.1234567?src=",
            "10.1080/01234567.2026.1234567",
            None,
        ),
        ("https://link.springer.com/article/10.1007/s00220-026-01234-5", "10.1007/s00220-026-01234-5", None),
        (
            "https://link.springer.com/content/pdf/10.1007/s00220-026-01234-5.pdf",
            "10.1007/s00220-026-01234-5",
            None,
        ),
        (
            "https://link.springer.com/chapter/10.1007/978-3-031-12345-6_7",
            "10.1007/978-3-031-12345-6_7",
            None,
        ),
        (
            "https://www.biorxiv.org/content/10.1101/2026.01.02.123456v3.full.pdf",
            "10.1101/2026.01.02.123456",
            Some(3),
        ),
        (
            "https://www.medrxiv.org/content/10.64898/2026.01.02.26123456v1?rss=1",
            "10.64898/2026.01.02.26123456",
            Some(1),
        ),
        (
            "https://journals.plos.org/plosone/article?id=10.1371/journal.pone.0312345&type=printable",
            "10.1371/journal.pone.0312345",
            None,
        ),
        ("(see doi:10.1016/S0092-8674(02)01015-3).", "10.1016/s0092-8674(02)01015-3", None),
        ("10.26434/chemrxiv-2026-abcde-v2", "10.26434/chemrxiv-2026-abcde", Some(2)),
        ("10.21203/rs.3.rs-1234567/v1", "10.21203/rs.3.rs-1234567", Some(1)),
        ("10.20944/preprints202601.0123.v4", "10.20944/preprints202601.0123", Some(4)),
        ("10.6084/m9.figshare.1234567.v2", "10.6084/m9.figshare.1234567", Some(2)),
        ("10.12688/f1000research.12345.2", "10.12688/f1000research.12345", Some(2)),
        ("https://arxiv.example/10.1103/PhysRevLett.130.123456", "10.1103/physrevlett.130.123456", None),
    ] {
        assert_eq!(first(text), Some((format!("doi:{doi}"), version)), "{text}");
    }
}

#[test]
fn the_doi_of_a_journal_is_not_a_papers() {
    for text in [
        "10.1002/(ISSN)1521-3773",
        "doi:10.1021/jacsat",
        "https://journals.plos.org/plosone/article?id=10.1371/journal.pone",
        "10.1126/science",
    ] {
        assert_eq!(first(text), None, "{text}");
    }
    assert!(first("10.5555/letters-only").is_some(), "other registrants may use letters only");
}

#[test]
fn the_other_schemes_are_found_in_their_addresses() {
    for (text, id) in [
        ("https://pubmed.ncbi.nlm.nih.gov/01234567/", "pmid:1234567"),
        ("https://www.ncbi.nlm.nih.gov/pubmed/34567890?dopt=Abstract", "pmid:34567890"),
        ("PMID: 34567890", "pmid:34567890"),
        ("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC7654321/", "pmcid:PMC7654321"),
        ("https://pmc.ncbi.nlm.nih.gov/articles/PMC7654321/pdf/", "pmcid:PMC7654321"),
        ("https://openreview.net/forum?id=aB-3_xYz12", "openreview:aB-3_xYz12"),
        ("https://openreview.net/pdf?id=aB-3_xYz12", "openreview:aB-3_xYz12"),
        ("https://openreview.net/forum?referrer=home&id=aB-3_xYz12", "openreview:aB-3_xYz12"),
        ("https://aclanthology.org/2026.acl-long.12/", "acl:2026.acl-long.12"),
        ("https://aclanthology.org/2026.findings-emnlp.7.pdf", "acl:2026.findings-emnlp.7"),
        ("https://www.aclweb.org/anthology/P19-1001/", "acl:P19-1001"),
    ] {
        assert_eq!(all(text), [id], "{text}");
    }
    assert_eq!(
        all("10.18653/v1/2026.acl-long.12"),
        ["doi:10.18653/v1/2026.acl-long.12", "acl:2026.acl-long.12"]
    );
}

#[test]
fn the_best_identifier_comes_first() {
    let text = "https://doi.org/10.1000/x1, also arXiv:2608.09999v2 and PMID: 7";
    assert_eq!(all(text), ["arxiv:2608.09999", "doi:10.1000/x1", "pmid:7"]);
}

#[test]
fn what_a_person_types_is_looked_up() {
    for (text, id) in [
        (" 2608.09999 ", "arxiv:2608.09999"),
        ("2608.09999v3", "arxiv:2608.09999"),
        ("arXiv:hep-th/9901001v2", "arxiv:hep-th/9901001"),
        ("https://huggingface.co/papers/2608.09999", "arxiv:2608.09999"),
        ("10.1000/Abc", "doi:10.1000/abc"),
        ("DOI: 10.1000/Abc", "doi:10.1000/abc"),
        ("doi:10.48550/arXiv.2608.09999", "arxiv:2608.09999"),
        ("pmid:1234", "pmid:1234"),
        ("PMID: 1234", "pmid:1234"),
        ("PMC1234", "pmcid:PMC1234"),
        ("openreview:aB-3_xYz12", "openreview:aB-3_xYz12"),
        ("acl:P19-1001", "acl:P19-1001"),
        ("https://example.org/paper#top", "page:https://example.org/paper"),
    ] {
        assert_eq!(lookup(text).map(|id| id.to_string()).as_deref(), Some(id), "{text}");
    }
    for text in ["", "hello", "12345678", "10.1000", "javascript:alert(1)"] {
        assert_eq!(lookup(text), None, "{text}");
    }
}
