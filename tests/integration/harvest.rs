//! Harvests from a loopback internet into a store on disk, seen through the feeds that are served from it.

use chrono::TimeDelta;
use offprint::model::source::Health;

use crate::support::net::Net;
use crate::support::site::Site;
use crate::support::wire;
use crate::support::wire::Item;

mod history;

mod hostile;

mod keeping;

mod medline;

mod oai;

mod recorded;

mod registries;

mod topics;

mod trouble;

mod wanted;

/// arXiv, Hugging Face and a journal on the net, and topics over them.
pub(crate) fn configuration(net: &Net) -> String {
    format!(
        "contact = \"mailto:ops@example.org\"\n\
         [[source]]\nid = \"arxiv\"\nkind = \"arxiv-rss\"\ncategories = [\"cs.LG\"]\nurl = \"{}\"\n\
         [[source]]\nid = \"hf-daily\"\nkind = \"hf-daily\"\ndays = 2\nurl = \"{}\"\n\
         [[source]]\nid = \"journal\"\nkind = \"feed\"\nurl = \"{}\"\n\
         [[topic]]\nid = \"flags\"\ntitle = \"Flags\"\nquery = \"flag*\"\n\
         [[topic]]\nid = \"all\"\ntitle = \"All\"\nquery = \"cat:cs.* OR source:journal OR source:hf-daily\"\n",
        net.url("/rss"),
        net.url("/daily"),
        net.url("/journal.rdf"),
    )
}

/// Three papers on arXiv, one of them on the daily list, one of them in the journal.
pub(crate) fn ordinary(net: &Net) {
    net.at("/rss/cs.LG").answers(wire::arxiv("Wed, 12 Aug 2026", &papers()));
    net.at("/daily").answers("[]");
    let listed = [("2608.00002", "Flags in O(n^2) Time", 7, 1)];
    net.at("/daily?date=2026-08-12&limit=100&p=0").answers(wire::daily("2026-08-12", &listed));
    net.at("/journal.rdf").answers(wire::journal(&[("10.5555/flags.3", "A Third Flag, in Print")]));
}

pub(crate) fn papers() -> Vec<Item> {
    vec![
        Item::new("2608.00001", r"Counting $k$-Flags in Sparse Gardens"),
        Item::new("2608.00002", r"Flags in $O(n^2)$ Time"),
        Item { doi: Some("10.5555/flags.3".to_owned()), ..Item::new("2608.00003", "A Third Flag") },
    ]
}

#[tokio::test]
async fn a_paper_of_three_sources_is_one_entry_that_names_them() {
    let net = Net::start().await;
    ordinary(&net);
    let site = Site::start(&configuration(&net)).await;
    let rows = site.poll().await;
    assert!(rows.iter().all(|row| row.fault.is_none() && row.problems.is_empty()), "{rows:?}");
    assert_eq!(rows.iter().map(|row| row.new).sum::<u64>(), 3);
    let feed = site.feed("all").await;
    assert_eq!(feed.parsed.entries.len(), 3);
    let listed = feed.entry("Flags in O(n²) Time");
    let body = listed.content.as_ref().unwrap().body.as_ref().unwrap();
    assert!(body.contains("arxiv") && body.contains("hf-daily"), "{body}");
    let authors: Vec<_> = listed.authors.iter().map(|person| person.name.as_deref().unwrap()).collect();
    assert_eq!(authors, ["Ann A. Example", "Bo van der Test Jr."]);
    // arXiv's own abstract, not the copy that lost its TeX.
    assert!(listed.summary.as_ref().unwrap().content.contains("2.5× faster"), "{:?}", listed.summary);
    let printed = feed.entry("A Third Flag");
    assert!(printed.content.as_ref().unwrap().body.as_ref().unwrap().contains("Journal of Flags"));
}

#[tokio::test]
async fn the_order_of_the_sources_does_not_matter() {
    let net = Net::start().await;
    ordinary(&net);
    let (one, other) = (Site::start(&configuration(&net)).await, Site::start(&configuration(&net)).await);
    for source in ["arxiv", "hf-daily", "journal"] {
        one.harvest(source).await;
    }
    for source in ["journal", "hf-daily", "arxiv"] {
        other.harvest(source).await;
    }
    let titles = |feed: &crate::support::site::Feed| {
        let mut titles: Vec<String> = feed.titles().into_iter().map(str::to_owned).collect();
        titles.sort();
        titles
    };
    assert_eq!(titles(&one.feed("all").await), titles(&other.feed("all").await));
    assert_eq!(other.feed("all").await.parsed.entries.len(), 3);
}

#[tokio::test]
async fn ten_polls_with_other_votes_change_not_one_byte() {
    let net = Net::start().await;
    ordinary(&net);
    let site = Site::start(&configuration(&net)).await;
    site.poll().await;
    let before = site.feed("all").await.bytes;
    for poll in 1..=10 {
        site.later(TimeDelta::minutes(90));
        let listed = [("2608.00002", "Flags in O(n^2) Time", 7 + poll * 3, 1 + poll)];
        net.at("/daily?date=2026-08-12&limit=100&p=0").answers(wire::daily("2026-08-12", &listed));
        let summary = site.harvest("hf-daily").await;
        assert_eq!((summary.tally.new, summary.tally.revised, summary.tally.merged), (0, 0, 0));
        site.harvest("arxiv").await;
        assert!(site.feed("all").await.bytes == before, "poll {poll} changed the feed");
    }
    let stored = site.desk().reader();
    let paper = stored
        .papers()
        .map(Result::unwrap)
        .find(|paper| paper.title().text.as_str() == "Flags in O(n²) Time");
    let votes = stored.signals(&paper.unwrap().id).unwrap();
    assert!(votes.iter().any(|signal| signal.value == 37), "the votes themselves are kept: {votes:?}");
}

#[tokio::test]
async fn a_second_version_moves_exactly_one_entry_to_the_top_and_keeps_its_id() {
    let net = Net::start().await;
    ordinary(&net);
    let site = Site::start(&configuration(&net)).await;
    site.harvest("arxiv").await;
    let before = site.feed("flags").await;
    let (titles, ids): (Vec<_>, Vec<_>) = (before.titles(), before.ids());
    assert_eq!(titles.len(), 3);
    site.later(TimeDelta::days(1));
    let revised = papers()[0].revised(2);
    let moved = before.entry("Counting k-Flags in Sparse Gardens").id.clone();
    net.at("/rss/cs.LG").answers(wire::arxiv("Thu, 13 Aug 2026", &[revised]));
    let summary = site.harvest("arxiv").await;
    assert_eq!((summary.tally.new, summary.tally.revised), (0, 1));
    let after = site.feed("flags").await;
    assert_eq!(after.ids()[0], moved);
    let rest: Vec<_> = ids.iter().filter(|id| **id != moved).collect();
    assert_eq!(after.ids()[1..].iter().collect::<Vec<_>>(), rest);
    assert!(after.parsed.entries[0].updated > after.parsed.entries[1].updated);
    assert_eq!(
        after.parsed.entries[0].published,
        before.entry("Counting k-Flags in Sparse Gardens").published
    );
    for entry in &after.parsed.entries[1..] {
        let same = before.parsed.entries.iter().find(|known| known.id == entry.id).unwrap();
        assert_eq!(same.updated, entry.updated, "{:?}", entry.title);
    }
    // The same version again, and then an older one from a stale cache: nothing moves.
    let bytes = after.bytes;
    for stale in [papers()[0].revised(2), papers()[0].clone()] {
        site.later(TimeDelta::hours(1));
        net.at("/rss/cs.LG").answers(wire::arxiv("Thu, 13 Aug 2026", &[stale]));
        site.harvest("arxiv").await;
        assert!(site.feed("flags").await.bytes == bytes);
    }
}

#[tokio::test]
async fn a_category_that_does_not_exist_keeps_no_other_from_being_read() {
    let net = Net::start().await;
    let error = "<?xml version='1.0'?><rss version=\"2.0\"><channel><title>Feed error for query: \
                 http://rss.arxiv.org/rss/cs.ZZ</title><description>Bad subject class: ZZ</description></channel></rss>";
    net.at("/rss/cs.ZZ").answers(error).status(400);
    net.at("/rss/cs.LG").answers(wire::arxiv("Wed, 12 Aug 2026", &papers()));
    let config = configuration(&net).replace("[\"cs.LG\"]", "[\"cs.ZZ\", \"cs.LG\"]");
    let site = Site::start(&config).await;
    let summary = site.harvest("arxiv").await;
    assert_eq!((summary.tally.new, summary.health), (3, Health::Partial));
    let fault = summary.fault.unwrap();
    assert!(fault.contains("Bad subject class: ZZ"), "{fault}");
    assert_eq!(site.source("arxiv").await.fault, Some(fault));
}

#[tokio::test]
async fn a_broken_item_loses_no_other() {
    let net = Net::start().await;
    let page = wire::arxiv("Wed, 12 Aug 2026", &papers());
    let broken = page.replacen(
        "<item>",
        "<item><title>Broken</titel><link>https://arxiv.org/abs/<x></link></itme>\n<item>",
        1,
    );
    net.at("/rss/cs.LG").answers(broken);
    let site = Site::start(&configuration(&net)).await;
    let summary = site.harvest("arxiv").await;
    assert_eq!(summary.tally.new, 3);
    assert_eq!(summary.problems.len(), 1, "{:?}", summary.problems);
}
