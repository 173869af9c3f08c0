//! What happens to papers that are known: an entry of its own for each event, and the policy of each topic.

use chrono::TimeDelta;

use crate::support::net::Net;
use crate::support::site::Site;
use crate::support::wire;
use crate::support::wire::Item;

fn configuration(net: &Net) -> String {
    let topic = |policy: &str| {
        format!(
            "[[topic]]\nid = \"{policy}\"\ntitle = \"{policy}\"\nquery = \"cat:cs.*\"\nrevisions = \"{policy}\"\n"
        )
    };
    format!(
        "{}{}{}{}",
        super::super::harvest::configuration(net),
        topic("announce"),
        topic("silent"),
        topic("ignore")
    )
}

#[tokio::test]
async fn every_event_is_an_entry_and_what_papers_came_with_is_none() {
    let net = Net::start().await;
    super::super::harvest::ordinary(&net);
    let site = Site::start(&configuration(&net)).await;
    site.poll().await;
    // The third paper was announced with its journal's DOI: that the journal has it is no news.
    let first = site.feed_at("/updates.atom").await;
    assert!(first.titles().is_empty(), "{:?}", first.titles());

    site.later(TimeDelta::days(1));
    let revised = Item {
        version: 2,
        announce: "replace",
        ..Item::new("2608.00001", r"Counting $k$-Flags in Sparse Gardens")
    };
    let new = Item::new("2608.00009", "A Ninth Flag");
    net.at("/rss/cs.LG").answers(wire::arxiv("Thu, 13 Aug 2026", &[revised, new]));
    site.harvest("arxiv").await;
    site.later(TimeDelta::days(5));
    net.at("/journal.rdf").answers(wire::journal(&[
        ("10.5555/flags.3", "A Third Flag, in Print"),
        ("10.5555/flags.9", "A Ninth Flag"),
    ]));
    site.harvest("journal").await;

    let feed = site.feed_at("/updates.atom").await;
    assert_eq!(feed.titles(), ["[published] A Ninth Flag", "[v2] Counting k-Flags in Sparse Gardens"]);
    let ids: Vec<_> = feed.parsed.entries.iter().map(|entry| entry.id.clone()).collect();
    assert!(ids[0].ends_with("/published") && ids[1].ends_with("/v2"), "{ids:?}");
    let body = feed.parsed.entries[1].content.as_ref().unwrap().body.as_ref().unwrap();
    assert!(body.contains("A new version was posted."), "{body}");
    let page = site.get("/topics").await;
    assert!(page.text().contains("href=\"/updates.atom\""));

    // Each topic does with it what its policy says.
    let order = |feed: &crate::support::site::Feed| {
        feed.titles().iter().map(|title| (*title).to_owned()).collect::<Vec<_>>()
    };
    let (announced, silent, ignored) =
        (site.feed("announce").await, site.feed("silent").await, site.feed("ignore").await);
    assert_eq!(order(&announced)[..2], ["A Ninth Flag", "Counting k-Flags in Sparse Gardens"]);
    assert_eq!(order(&silent), order(&ignored));
    assert_ne!(order(&silent)[1], "Counting k-Flags in Sparse Gardens");
    let updated =
        |feed: &crate::support::site::Feed| feed.entry("Counting k-Flags in Sparse Gardens").updated.unwrap();
    assert_eq!(updated(&announced), updated(&silent));
    assert!(updated(&ignored) < updated(&silent));
}
