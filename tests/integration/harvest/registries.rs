//! A preprint server, Crossref and its retractions tell of the same papers: one entry each, and no notice becomes one.

use chrono::TimeDelta;
use offprint::model::record::Role;
use offprint::model::source::Health;

use crate::support::net::Net;
use crate::support::site::Site;

const PREPRINT: &str = "10.64898/2026.08.10.700001";

fn configuration(net: &Net) -> String {
    format!(
        "contact = \"mailto:ops@example.org\"\n\
         [[source]]\nid = \"preprints\"\nkind = \"biorxiv\"\nurl = \"{}\"\n\
         [[source]]\nid = \"journals\"\nkind = \"crossref\"\nissn = [\"1234-5679\"]\nurl = \"{}\"\n\
         [[source]]\nid = \"retractions\"\nkind = \"crossref-retractions\"\nurl = \"{}\"\n\
         [[topic]]\nid = \"all\"\ntitle = \"All\"\nquery = \"flag*\"\n",
        net.url("/details/biorxiv"),
        net.url("/works"),
        net.url("/notices"),
    )
}

fn rows(version: u32, published: &str) -> String {
    format!(
        r#"{{"messages": [{{"status": "ok", "count": 1, "total": "1"}}], "collection": [{{"doi": "{PREPRINT}",
        "title": "Flags in gardens", "authors": "Example, A. A.; Test, B.", "date": "2026-08-11", "version": "{version}",
        "type": "new results", "category": "plant biology", "abstract": "We count.", "published": "{published}"}}]}}"#
    )
}

fn nothing() -> &'static str {
    r#"{"messages": [{"status": "no posts found"}], "collection": []}"#
}

fn works(items: &str) -> String {
    format!(r#"{{"status": "ok", "message": {{"next-cursor": "b", "items": [{items}]}}}}"#)
}

/// The article that the preprint became.
const ARTICLE: &str = r#"{"DOI": "10.1000/Flags.3.1", "title": ["Flags in gardens"], "type": "journal-article",
    "author": [{"given": "Ann A.", "family": "Example"}, {"given": "Bo", "family": "Test"}],
    "container-title": ["Journal of Flags"], "created": {"date-time": "2026-08-12T01:02:03Z"},
    "relation": {"has-preprint": [{"id-type": "doi", "id": "10.64898/2026.08.10.700001"}]}}"#;

#[tokio::test]
async fn a_preprint_and_its_article_are_one_entry_and_a_retraction_is_none() {
    let net = Net::start().await;
    net.at("/details/biorxiv/2026-08-10/2026-08-12/0/json").answers(rows(1, "NA"));
    net.at("/details/biorxiv/2026-08-10/2026-08-12/1/json").answers(nothing());
    net.at("/works").answers(works(ARTICLE));
    let notice = |dois: &[&str]| {
        let update =
            |doi: &&str| format!(r#"{{"DOI": "{doi}", "type": "retraction", "label": "Retraction"}}"#);
        let updates = dois.iter().map(update).collect::<Vec<_>>().join(",");
        works(&format!(
            r#"{{"DOI": "10.1000/flags.3.9", "title": ["Retraction: flags"], "update-to": [{updates}]}}"#
        ))
    };
    net.at("/notices").answers(notice(&["10.1000/FLAGS.3.1", "10.1000/flags.of.others"]));
    let site = Site::start(&configuration(&net)).await;
    for (source, new) in [("preprints", 1), ("journals", 0), ("retractions", 0)] {
        let summary = site.harvest(source).await;
        assert_eq!((summary.fault, summary.tally.new), (None, new), "{source}");
    }
    let feed = site.feed("all").await;
    assert_eq!(feed.titles(), ["[retracted] Flags in gardens"], "neither notice is an entry");
    let papers: Vec<_> = site.desk().reader().papers().map(Result::unwrap).collect();
    let [paper] = papers.as_slice() else { panic!("{papers:?}") };
    let ids: Vec<String> = paper.ids().iter().map(ToString::to_string).collect();
    assert_eq!(ids, ["doi:10.1000/flags.3.1", &format!("doi:{PREPRINT}")]);
    let notices: Vec<_> = paper.observations.iter().filter(|one| one.role == Role::Notice).collect();
    assert!(notices.len() == 1 && notices[0].is_retracted, "{notices:?}");
    let mailboxes =
        net.requests().iter().filter(|seen| seen.path.contains("mailto=ops%40example.org")).count();
    assert_eq!(mailboxes, 2, "Crossref is told who asks, and bioRxiv is not");
}

#[tokio::test]
async fn days_that_are_refused_come_with_the_next_harvest_even_after_a_restart() {
    let net = Net::start().await;
    net.at("/details/biorxiv/2026-08-10/2026-08-12/0/json").once().answers(rows(1, "NA"));
    let second = "/details/biorxiv/2026-08-10/2026-08-12/1/json";
    net.at(second).once().refuses(404);
    let site = Site::start(&configuration(&net)).await;
    let summary = site.harvest("preprints").await;
    assert_eq!((summary.tally.new, summary.health), (1, Health::Partial));
    let site = site.restart().await;
    site.later(TimeDelta::days(1));
    net.at("/details/biorxiv/2026-08-10/2026-08-12/0/json").answers(rows(2, "10.1000/flags.3.1"));
    net.at(second).answers(nothing());
    net.at("/details/biorxiv/2026-08-10/2026-08-13/0/json").answers(nothing());
    let summary = site.harvest("preprints").await;
    assert_eq!((summary.fault, summary.tally.new, summary.asked), (None, 0, 3));
    let paths: Vec<String> = net.requests_of(second).into_iter().map(|seen| seen.path).collect();
    assert_eq!(paths.len(), 2, "{paths:?}");
    let paper = site.desk().reader().papers().map(Result::unwrap).next().unwrap();
    assert_eq!((paper.version(), paper.ids().len()), (Some(2), 2), "the revision and its journal came");
}
