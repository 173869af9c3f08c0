//! What outlives a restart, a lost database and a move to another machine: feeds, byte for byte, and the memory of manners.

use chrono::TimeDelta;
use offprint::store;
use offprint::store::Settings;

use super::configuration;
use super::ordinary;
use super::papers;
use crate::support::net::Net;
use crate::support::site::Site;
use crate::support::wire;

async fn feeds(site: &Site) -> Vec<Vec<u8>> {
    // What is talked about is found in the index, which follows the store.
    site.desk().harvester().catch_up().await.unwrap();
    let mut feeds = Vec::new();
    for path in ["/topics/flags.atom", "/topics/all.atom", "/topics/all", "/opml"] {
        feeds.push(site.get(path).await.body);
    }
    feeds
}

/// A site that has seen papers of three sources, a second version and other votes.
async fn lived(net: &Net) -> Site {
    ordinary(net);
    let site = Site::start(&configuration(net)).await;
    site.poll().await;
    site.later(TimeDelta::days(1));
    net.at("/rss/cs.LG").answers(wire::arxiv("Thu, 13 Aug 2026", &[papers()[1].revised(2)]));
    net.at("/daily?date=2026-08-13&limit=100&p=0")
        .answers(wire::daily("2026-08-13", &[("2608.00001", "Counting", 3, 0)]));
    site.poll().await;
    site
}

#[tokio::test]
async fn a_restart_changes_no_feed_and_no_etag() {
    let net = Net::start().await;
    let site = lived(&net).await;
    let (before, etag) = (feeds(&site).await, site.get("/topics/all.atom").await.header("etag").to_owned());
    let site = site.restart().await;
    assert!(feeds(&site).await == before);
    assert_eq!(site.get_with("/topics/all.atom", &[("if-none-match", &etag)]).await.status, 304);
}

#[tokio::test]
async fn a_database_that_was_deleted_is_built_from_the_log_with_every_feed_the_same() {
    let net = Net::start().await;
    let site = lived(&net).await;
    let before = feeds(&site).await;
    let site = site
        .restart_after(|folder| {
            let mut removed = 0;
            for entry in std::fs::read_dir(folder.join("store")).unwrap() {
                let entry = entry.unwrap();
                if entry.file_name().to_string_lossy().starts_with("sled-") {
                    std::fs::remove_dir_all(entry.path()).unwrap();
                    removed += 1;
                }
            }
            assert!(removed > 0, "there was a database to delete");
        })
        .await;
    assert!(feeds(&site).await == before);
}

#[tokio::test]
async fn an_export_read_into_an_empty_store_gives_every_feed_the_same() {
    let net = Net::start().await;
    let site = lived(&net).await;
    let before = feeds(&site).await;
    let file = site.folder().join("all.jsonl.zst");
    store::export(site.desk().reader(), &file).unwrap();
    let site = site
        .restart_after(|folder| {
            let path = folder.join("store");
            std::fs::remove_dir_all(&path).unwrap();
            let manifest = store::import(&Settings { path, cache_bytes: 16 << 20 }, &file).unwrap();
            assert_eq!(manifest.papers, 3);
        })
        .await;
    assert!(feeds(&site).await == before);
    // What is known of the sources came along: nothing is new to the imported store.
    site.later(TimeDelta::days(1));
    let rows = site.poll().await;
    assert_eq!(rows.iter().map(|row| row.new + row.revised).sum::<u64>(), 0, "{rows:?}");
}

#[tokio::test]
async fn validators_are_replayed_byte_for_byte_after_a_restart() {
    let net = Net::start().await;
    ordinary(&net);
    net.at("/rss/cs.LG").answers(wire::arxiv("Wed, 12 Aug 2026", &papers())).etag("W/\"odd, tag\"");
    net.at("/journal.rdf").answers(wire::journal(&[])).last_modified("Wed, 12 Aug 2026 04:00:00 GMT");
    let site = Site::start(&configuration(&net)).await;
    site.poll().await;
    let site = site.restart().await;
    site.later(TimeDelta::hours(2));
    let rows = site.poll().await;
    let last = |path: &str| net.requests_of(path).pop().unwrap();
    assert_eq!(last("/rss/cs.LG").header("if-none-match"), Some("W/\"odd, tag\""));
    assert_eq!(last("/journal.rdf").header("if-modified-since"), Some("Wed, 12 Aug 2026 04:00:00 GMT"));
    assert_eq!(rows.iter().find(|row| row.source == "arxiv").unwrap().records, 0);
}

#[tokio::test]
async fn a_wish_of_the_host_outlives_a_restart() {
    let net = Net::start().await;
    ordinary(&net);
    net.at("/rss/cs.LG").limited(7_200);
    let site = Site::start(&configuration(&net)).await;
    site.poll().await;
    let site = site.restart().await;
    let asked = net.requests_of("/rss/cs.LG").len();
    site.later(TimeDelta::hours(1));
    let row = site.poll().await.into_iter().find(|row| row.source == "arxiv").unwrap();
    assert!(row.next_poll.unwrap().starts_with("2026-08-12T08:00:0"));
    assert!(row.reason.unwrap().contains("asks to wait 7200 s"));
    assert_eq!(net.requests_of("/rss/cs.LG").len(), asked, "the host asked for two hours");
    site.later(TimeDelta::minutes(61));
    net.at("/rss/cs.LG").answers(wire::arxiv("Wed, 12 Aug 2026", &papers()));
    let row = site.poll().await.into_iter().find(|row| row.source == "arxiv").unwrap();
    assert_eq!((row.records, row.fault), (3, None));
}

#[tokio::test]
async fn days_missed_are_asked_for_and_nothing_is_asked_twice() {
    let net = Net::start().await;
    ordinary(&net);
    let site = Site::start(&configuration(&net)).await;
    site.harvest("hf-daily").await;
    site.at("2026-08-16T07:00:00Z");
    let before = net.requests_of("/daily").len();
    site.harvest("hf-daily").await;
    let dates: Vec<String> = net.requests_of("/daily")[before..]
        .iter()
        .map(|seen| seen.path.split("date=").nth(1).unwrap().split('&').next().unwrap().to_owned())
        .collect();
    // The day of the last success was not over then; the days since were missed; today is read while it fills. The day
    // before the first harvest is asked again for its votes.
    let mut sorted = dates.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(sorted.len(), dates.len(), "{dates:?}");
    for day in ["2026-08-12", "2026-08-13", "2026-08-14", "2026-08-15", "2026-08-16"] {
        assert!(dates.iter().any(|date| date == day), "{day} is missing from {dates:?}");
    }
}

#[tokio::test]
async fn a_source_with_another_address_is_due_at_once_and_reads_it_whole() {
    let net = Net::start().await;
    ordinary(&net);
    net.at("/journal.rdf").refuses(410);
    let mut site = Site::start(&configuration(&net)).await;
    site.poll().await;
    assert!(site.source("journal").await.reason.unwrap().contains("gone for good"));
    net.at("/new.rdf").answers(wire::journal(&[("10.5555/flags.9", "A Ninth Flag")])).etag("\"nine\"");
    site.adopt(&configuration(&net).replace("/journal.rdf", "/new.rdf")).await;
    assert!(site.source("journal").await.reason.unwrap().contains("its settings changed"));
    let row = site.poll().await.into_iter().find(|row| row.source == "journal").unwrap();
    assert_eq!((row.new, row.fault), (1, None));
    // Another source of the same address has read nothing of it yet: it is not told that nothing changed.
    let renamed =
        configuration(&net).replace("/journal.rdf", "/new.rdf").replace("id = \"journal\"", "id = \"other\"");
    site.adopt(&renamed).await;
    let row = site.poll().await.into_iter().find(|row| row.source == "other").unwrap();
    assert_eq!((row.records, row.merged), (1, 1));
}

#[tokio::test]
async fn what_was_known_of_a_category_goes_with_it() {
    let net = Net::start().await;
    ordinary(&net);
    let mut site = Site::start(&configuration(&net)).await;
    site.poll().await;
    let parts = |row: offprint::daemon::asks::SourceRow| {
        row.parts.into_iter().map(|part| part.part).collect::<Vec<_>>()
    };
    assert_eq!(parts(site.source("arxiv").await), ["cs.LG"]);
    site.adopt(&configuration(&net).replace("\"cs.LG\"", "\"cs.CL\"")).await;
    site.later(TimeDelta::days(1));
    site.harvest("arxiv").await;
    assert!(!parts(site.source("arxiv").await).contains(&"cs.LG".to_owned()), "it would stay stale for ever");
}

#[tokio::test]
async fn a_source_that_waits_for_another_of_its_host_has_not_failed() {
    let net = Net::start().await;
    ordinary(&net);
    net.at("/journal.rdf").limited(120);
    let site = Site::start(&configuration(&net)).await;
    site.harvest("journal").await;
    let asked = net.requests().len();
    let summary = site.harvest("hf-daily").await;
    assert_eq!(net.requests().len(), asked, "it was not asked");
    let wait = summary.next_poll.at.since(site.desk().clock().now());
    assert!(wait >= TimeDelta::minutes(2) && wait < TimeDelta::minutes(5), "{:?}", summary.next_poll);
    let state =
        site.desk().reader().sources().unwrap().into_iter().find(|state| state.source.as_str() == "hf-daily");
    assert_eq!(state.unwrap().failures, 0);
}
