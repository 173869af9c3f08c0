//! PubMed, Europe PMC and DataCite tell of a preprint, its article and their retraction: one entry, and no notice becomes one.

use chrono::TimeDelta;
use offprint::model::record::Role;
use offprint::model::source::Health;

use crate::support::net::Net;
use crate::support::site::Site;

fn configuration(net: &Net) -> String {
    format!(
        "contact = \"mailto:ops@example.org\"\n\
         [[source]]\nid = \"pubmed\"\nkind = \"pubmed\"\nterm = \"flags\"\ndays = 1\nurl = \"{}\"\n\
         [[source]]\nid = \"europepmc\"\nkind = \"europepmc\"\nquery = \"flags\"\nurl = \"{}\"\n\
         [[source]]\nid = \"datacite\"\nkind = \"datacite\"\nurl = \"{}\"\n\
         [[topic]]\nid = \"all\"\ntitle = \"All\"\nquery = \"flag*\"\n",
        net.url("/eutils/"),
        net.url("/search"),
        net.url("/dois"),
    )
}

fn found(ids: &str) -> String {
    let count = ids.split(',').filter(|id| !id.is_empty()).count();
    format!(
        r#"{{"header": {{"type": "esearch"}}, "esearchresult": {{"count": "{count}", "idlist": [{ids}]}}}}"#
    )
}

/// The article, which PubMed says is an update of its preprint on arXiv.
const ARTICLE: &str = "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID Version=\"1\">42000001</PMID><Article>\
    <ArticleTitle>Flags in gardens.</ArticleTitle><ELocationID EIdType=\"doi\" ValidYN=\"Y\">10.1000/flags.3.1</ELocationID>\
    <AuthorList><Author><LastName>Example</LastName><ForeName>Ann A</ForeName></Author></AuthorList></Article>\
    <CommentsCorrectionsList><CommentsCorrections RefType=\"UpdateOf\"><RefSource>ArXiv. 2026 Aug 1:arXiv:2608.00001v1.\
    </RefSource></CommentsCorrections></CommentsCorrectionsList></MedlineCitation></PubmedArticle></PubmedArticleSet>";

const PREPRINT: &str = r#"{"data": [{"id": "10.48550/arxiv.2608.00001", "type": "dois", "attributes": {
    "doi": "10.48550/arxiv.2608.00001", "titles": [{"title": "Flags in gardens"}], "types": {"resourceTypeGeneral": "Preprint"},
    "creators": [{"name": "Example, Ann A.", "familyName": "Example", "givenName": "Ann A."}],
    "dates": [{"date": "2026-08-10T10:00:00Z", "dateType": "Submitted", "dateInformation": "v1"}]}}],
    "meta": {"total": 1}, "links": {}}"#;

/// A notice that takes back the article, and a paper of nobody here.
const NOTICE: &str = r#"{"hitCount": 1, "resultList": {"result": [{"id": "42000021", "source": "MED", "title": "Retraction: flags.",
    "pubTypeList": {"pubType": ["Retraction of Publication"]}, "commentCorrectionList": {"commentCorrection": [
    {"id": "42000001", "source": "MED", "reference": "J Flags. 2026;3:1", "type": "Retraction of"},
    {"id": "31000009", "source": "MED", "reference": "J Flags. 2020;1:9", "type": "Retraction of"}]}}]}}"#;

#[tokio::test]
async fn a_preprint_its_article_and_their_retraction_are_one_entry() {
    let net = Net::start().await;
    net.at("/eutils/esearch.fcgi").once().answers(found("\"42000001\""));
    net.at("/eutils/esearch.fcgi").answers(found(""));
    net.at("/eutils/efetch.fcgi").answers(ARTICLE);
    net.at("/dois").answers(PREPRINT);
    net.at("/search").answers(NOTICE);
    let site = Site::start(&configuration(&net)).await;
    for (source, new) in [("datacite", 1), ("pubmed", 0), ("europepmc", 0)] {
        let summary = site.harvest(source).await;
        assert_eq!((summary.fault, summary.tally.new), (None, new), "{source}");
    }
    assert_eq!(site.feed("all").await.titles().len(), 1, "neither notice is an entry");
    let papers: Vec<_> = site.desk().reader().papers().map(Result::unwrap).collect();
    let [paper] = papers.as_slice() else { panic!("{papers:?}") };
    let ids: Vec<String> = paper.ids().iter().map(ToString::to_string).collect();
    assert_eq!(ids, ["arxiv:2608.00001", "doi:10.1000/flags.3.1", "pmid:42000001"]);
    let notices: Vec<_> = paper.observations.iter().filter(|one| one.role == Role::Notice).collect();
    assert!(notices.len() == 1 && notices[0].is_retracted, "{notices:?}");
    let asked = net.requests();
    let asked_by = asked.iter().filter(|seen| seen.path.contains("email=ops%40example.org")).count();
    assert_eq!(asked_by, 4, "a search, a batch, a search for retractions and Europe PMC's");
}

#[tokio::test]
async fn papers_that_are_refused_come_with_the_next_harvest_even_after_a_restart() {
    let net = Net::start().await;
    net.at("/eutils/esearch.fcgi").answers(found("\"42000001\""));
    net.at("/eutils/efetch.fcgi")
        .answers("<eFetchResult><ERROR>Cannot process the ids</ERROR></eFetchResult>");
    let site = Site::start(&configuration(&net)).await;
    let summary = site.harvest("pubmed").await;
    assert_eq!((summary.tally.new, summary.health), (0, Health::Partial));
    let site = site.restart().await;
    site.later(TimeDelta::days(1));
    net.at("/eutils/efetch.fcgi").answers(ARTICLE);
    let summary = site.harvest("pubmed").await;
    assert_eq!((summary.fault, summary.tally.new), (None, 1));
    assert_eq!(site.feed("all").await.titles(), ["Flags in gardens"]);
}
