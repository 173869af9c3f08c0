//! Topics that come, change and go: their history is filled without announcing it.

use chrono::TimeDelta;

use super::configuration;
use super::ordinary;
use super::papers;
use crate::support::net::Net;
use crate::support::site::Site;
use crate::support::wire;
use crate::support::wire::Item;

#[tokio::test]
async fn a_new_topic_is_filled_in_the_order_of_announcement_and_announces_nothing() {
    let net = Net::start().await;
    ordinary(&net);
    let mut site = Site::start(&configuration(&net)).await;
    site.harvest("arxiv").await;
    site.later(TimeDelta::days(1));
    net.at("/rss/cs.LG")
        .answers(wire::arxiv("Thu, 13 Aug 2026", &[Item::new("2608.00004", "A Fourth Flag")]));
    site.harvest("arxiv").await;
    site.later(TimeDelta::days(1));
    let added = "[[topic]]\nid = \"late\"\ntitle = \"Late\"\nquery = \"title:flag*\"\n";
    let before = site.feed("flags").await.bytes;
    site.adopt(&(configuration(&net) + added)).await;
    let late = site.feed("late").await;
    assert_eq!(late.titles()[0], "A Fourth Flag");
    assert_eq!(late.parsed.entries.len(), 4);
    for entry in &late.parsed.entries {
        assert_eq!(entry.updated, entry.published, "history is as old as its announcement");
    }
    assert!(site.feed("flags").await.bytes == before, "no other topic changed");
    // What comes from now on is news.
    net.at("/rss/cs.LG").answers(wire::arxiv("Fri, 14 Aug 2026", &[Item::new("2608.00005", "A Fifth Flag")]));
    site.harvest("arxiv").await;
    let late = site.feed("late").await;
    assert_eq!(late.titles()[0], "A Fifth Flag");
    assert!(late.parsed.entries[0].updated > late.parsed.entries[0].published);
}

#[tokio::test]
async fn an_edited_topic_gains_and_loses_papers_and_keeps_the_places_of_the_others() {
    let net = Net::start().await;
    ordinary(&net);
    let mut site = Site::start(&configuration(&net)).await;
    site.harvest("arxiv").await;
    let before = site.feed("flags").await;
    let edited =
        configuration(&net).replace("query = \"flag*\"", "query = \"title:counting OR title:third\"");
    site.adopt(&edited).await;
    let after = site.feed("flags").await;
    assert_eq!(after.parsed.entries.len(), 2);
    for entry in &after.parsed.entries {
        let known = before.parsed.entries.iter().find(|known| known.id == entry.id).unwrap();
        assert_eq!((known.updated, known.published), (entry.updated, entry.published));
    }
}

#[tokio::test]
async fn a_topic_that_was_removed_is_gone_and_its_papers_stay() {
    let net = Net::start().await;
    ordinary(&net);
    let mut site = Site::start(&configuration(&net)).await;
    site.harvest("arxiv").await;
    let id = site.desk().reader().papers().next().unwrap().unwrap().id;
    let all =
        configuration(&net).replace("[[topic]]\nid = \"flags\"\ntitle = \"Flags\"\nquery = \"flag*\"\n", "");
    site.adopt(&all).await;
    assert_eq!(site.get("/topics/flags.atom").await.status, 410);
    assert_eq!(site.get(&format!("/papers/{id}")).await.status, 200);
    assert_eq!(site.feed("all").await.parsed.entries.len(), 3);
    // Should it come back, it is filled again.
    site.adopt(&configuration(&net)).await;
    assert_eq!(site.feed("flags").await.parsed.entries.len(), 3);
}

#[tokio::test]
async fn each_topic_treats_revisions_as_it_says() {
    let net = Net::start().await;
    ordinary(&net);
    let policies = ["announce", "silent", "ignore"].map(|policy| {
        format!(
            "[[topic]]\nid = \"{policy}\"\ntitle = \"{policy}\"\nquery = \"flag*\"\nrevisions = \"{policy}\"\n"
        )
    });
    let site = Site::start(&(configuration(&net) + &policies.concat())).await;
    site.harvest("arxiv").await;
    let title = "Counting k-Flags in Sparse Gardens";
    let before = [site.feed("announce").await, site.feed("silent").await, site.feed("ignore").await];
    let place =
        |feed: &crate::support::site::Feed| feed.titles().iter().position(|other| *other == title).unwrap();
    let old_place = place(&before[0]);
    assert!(old_place > 0, "the revised paper is not at the top already");
    site.later(TimeDelta::days(1));
    net.at("/rss/cs.LG").answers(wire::arxiv("Thu, 13 Aug 2026", &[papers()[0].revised(2)]));
    site.harvest("arxiv").await;
    let after = [site.feed("announce").await, site.feed("silent").await, site.feed("ignore").await];
    assert_eq!(after.each_ref().map(place), [0, old_place, old_place]);
    let moved = |number: usize| after[number].entry(title).updated > before[number].entry(title).updated;
    assert_eq!([moved(0), moved(1), moved(2)], [true, true, false]);
}
