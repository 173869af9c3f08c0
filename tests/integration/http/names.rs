//! One topic under several addresses: its formats, former names, and the private ones of readers.

use chrono::TimeDelta;
use offprint::daemon::asks::Answer;
use offprint::daemon::asks::Ask;
use offprint::daemon::readers::ReaderAsk;
use tokio_util::sync::CancellationToken;

use super::super::harvest;
use crate::support::net::Net;
use crate::support::site::Feed;
use crate::support::site::Site;
use crate::support::wire;
use crate::support::wire::Item;

#[tokio::test]
async fn a_topic_is_a_page_or_a_feed_as_the_request_accepts() {
    let net = Net::start().await;
    let site = super::filled(&net).await;
    let page = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for (accept, content_type) in [
        (page, "text/html; charset=utf-8"),
        ("*/*", "text/html; charset=utf-8"),
        ("application/atom+xml", "application/atom+xml; charset=utf-8"),
        ("application/rss+xml, */*;q=0.1", "application/rss+xml; charset=utf-8"),
        ("application/feed+json", "application/feed+json"),
    ] {
        let got = site.get_with("/topics/all", &[("accept", accept)]).await;
        assert_eq!((got.status, got.header("content-type")), (200, content_type), "{accept}");
        assert_eq!(got.header("vary"), "accept, accept-encoding", "{accept}");
        let known = [("accept", accept), ("if-none-match", got.header("etag"))];
        let again = site.get_with("/topics/all", &known).await;
        assert_eq!((again.status, again.header("vary")), (304, "accept, accept-encoding"), "{accept}");
    }
    for end in [".atom", ".rss", ".json"] {
        let path = format!("/topics/all{end}");
        let plain = site.get(&path).await;
        let got = site.get_with(&path, &[("accept", page)]).await;
        assert_eq!((got.status, &got.body), (200, &plain.body), "an extension always wins");
        assert_eq!(got.header("etag"), plain.header("etag"));
        if end == ".json" {
            assert_eq!(
                (got.header("content-type"), got.header("vary")),
                ("application/feed+json", "accept-encoding")
            );
            continue;
        }
        // A browser shows by its style sheet what is called XML; called a feed, as bare source.
        assert_eq!(got.header("content-type"), "application/xml; charset=utf-8");
        assert!(plain.header("content-type").starts_with(if end == ".atom" {
            "application/atom"
        } else {
            "application/rss"
        }));
        for answer in [&plain, &got] {
            assert_eq!(answer.header("vary"), "accept, accept-encoding");
        }
        let known = [("accept", page), ("if-none-match", plain.header("etag"))];
        let again = site.get_with(&path, &known).await;
        assert_eq!((again.status, again.header("vary")), (304, "accept, accept-encoding"));
    }
}

#[tokio::test]
async fn every_list_has_every_format() {
    let net = Net::start().await;
    let site = super::filled(&net).await;
    site.desk().harvester().catch_up().await.unwrap();
    let paper = site.desk().reader().papers().next().unwrap().unwrap().id;
    let similar = format!("/papers/{paper}/similar");
    let lists = ["/topics/all", "/updates", "/search", "/authors/Example", "/categories/cs.LG", &similar];
    for list in lists {
        let query = if list == "/search" { "?q=flag" } else { "" };
        for (end, content_type) in [
            (".atom", "application/atom+xml; charset=utf-8"),
            (".rss", "application/rss+xml; charset=utf-8"),
            (".json", "application/feed+json"),
        ] {
            let path = format!("{list}{end}{query}");
            let got = site.get(&path).await;
            assert_eq!((got.status, got.header("content-type")), (200, content_type), "{path}");
            let parsed = feed_rs::parser::parse(got.body.as_slice()).unwrap();
            let atom = site.feed_at(&format!("{list}.atom{query}")).await;
            let ids: Vec<_> = parsed.entries.iter().map(|entry| entry.id.as_str()).collect();
            assert_eq!(ids, atom.ids(), "{path}");
        }
    }
}

#[tokio::test]
async fn a_topic_that_is_gone_says_so_and_a_renamed_one_where_it_is() {
    let net = Net::start().await;
    let mut site = super::filled(&net).await;
    let before = harvest::configuration(&net);
    let after = before.replace("id = \"all\"", "id = \"everything\"\nformerly = [\"all\"]");
    assert_ne!(before, after);
    site.adopt(&after).await;
    for (path, now) in [
        ("/topics/all.atom", "/topics/everything.atom"),
        ("/topics/all.json", "/topics/everything.json"),
        ("/topics/all", "/topics/everything"),
    ] {
        let got = site.get(path).await;
        let expected = format!("http://127.0.0.1:4287{now}");
        assert_eq!((got.status, got.header("location")), (301, expected.as_str()), "{path}");
        assert_eq!((got.header("vary"), got.header("cache-control")), ("accept", "public, max-age=60"));
    }
    let private = add(&site, "Ann").await;
    let got = site.get(&format!("{private}/topics/all.atom")).await;
    assert_eq!(got.header("location"), format!("http://127.0.0.1:4287{private}/topics/everything.atom"));
    assert_eq!((got.status, got.header("cache-control")), (301, "private, max-age=60"));
    site.adopt(&after.replace("\nformerly = [\"all\"]", "")).await;
    for path in ["/topics/all.atom", "/topics/all.rss", "/topics/all", "/topics/all/archive/100.atom"] {
        assert_eq!(site.get(path).await.status, 410, "{path}");
    }
    let site = site.restart().await;
    assert_eq!(site.get("/topics/all.atom").await.status, 410, "it is remembered");
    assert_eq!(site.get("/topics/never.atom").await.status, 404);
}

async fn reader(site: &Site, ask: ReaderAsk) -> Result<Answer, String> {
    let stop = CancellationToken::new();
    site.desk().answer(Ask::Reader(ask), &|_step| {}, &stop).await.map_err(|error| error.to_string())
}

/// Adds a reader; the path below which its feeds are.
async fn add(site: &Site, name: &str) -> String {
    match reader(site, ReaderAsk::Add(name.to_owned())).await.unwrap() {
        Answer::ReaderAdded { feeds, .. } => {
            let path = feeds.strip_prefix("http://127.0.0.1:4287").unwrap();
            path.strip_suffix("/opml").unwrap().to_owned()
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_private_address_has_the_same_entries_and_is_for_no_cache() {
    let net = Net::start().await;
    let site = super::filled(&net).await;
    let private = add(&site, "Ann").await;
    let public = site.feed("all").await;
    for end in [".atom", ".rss", ".json"] {
        let got = site.get(&format!("{private}/topics/all{end}")).await;
        assert_eq!(got.status, 200, "{end}");
        assert!(got.header("cache-control").starts_with("private, max-age="), "{end}");
        let own = format!("http://127.0.0.1:4287{private}/topics/all{end}");
        assert!(got.text().contains(&own), "the feed names its own address");
        let parsed = feed_rs::parser::parse(got.body.as_slice()).unwrap();
        let ids: Vec<_> = parsed.entries.iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(ids, public.ids(), "{end}");
    }
    let token = private.rsplit('/').next().unwrap();
    assert!(!std::str::from_utf8(&public.bytes).unwrap().contains(token));
    let list = site.get(&format!("{private}/opml")).await;
    assert!(list.text().contains(&format!("{private}/topics/all.atom")), "{}", list.text());
    for path in [format!("{private}/"), format!("{private}/topics/all"), format!("{private}/healthz")] {
        assert_eq!(site.get(&path).await.status, 404, "{path}");
    }
    let wrong = format!("/r/{}/topics/all.atom", "0".repeat(token.len()));
    assert_eq!(site.get(&wrong).await.status, 404);
}

#[tokio::test]
async fn the_use_of_a_private_address_is_told_and_it_can_be_revoked() {
    let net = Net::start().await;
    let site = super::filled(&net).await;
    let (ann, bo) = (add(&site, "Ann").await, add(&site, "Bo").await);
    let path = format!("{ann}/topics/all.atom");
    let first = site.get(&path).await;
    for _again in 0..3 {
        let known = [("if-none-match", first.header("etag"))];
        assert_eq!(site.get_with(&path, &known).await.status, 304);
    }
    let rows = |answer| match answer {
        Answer::Readers { readers } => readers,
        other => panic!("{other:?}"),
    };
    let told = rows(reader(&site, ReaderAsk::List).await.unwrap());
    let told: Vec<_> = told.iter().map(|row| (row.name.as_str(), row.answers, row.unchanged)).collect();
    assert_eq!(told, [("Ann", 4, 3), ("Bo", 0, 0)]);
    offprint::daemon::readers::write_usage(site.desk()).await.unwrap();
    let site = site.restart().await;
    let told = rows(reader(&site, ReaderAsk::List).await.unwrap());
    assert_eq!((told[0].answers, told[0].unchanged, told[0].last_use.is_some()), (4, 3, true));
    site.get(&path).await;
    reader(&site, ReaderAsk::Revoke("Ann".to_owned())).await.unwrap();
    offprint::daemon::readers::write_usage(site.desk()).await.unwrap();
    assert_eq!(site.get(&path).await.status, 410, "noting the use gives no address back");
    assert_eq!(site.get(&format!("{bo}/topics/all.atom")).await.status, 200);
    assert!(reader(&site, ReaderAsk::Revoke("Ann".to_owned())).await.is_err());
    assert!(reader(&site, ReaderAsk::Add("Bo".to_owned())).await.is_err());
    let again = add(&site, "Ann").await;
    assert_eq!(site.get(&format!("{again}/topics/all.atom")).await.status, 200);
    assert_eq!(site.get(&path).await.status, 410, "a former address stays closed");
}

#[tokio::test]
async fn who_asks_too_often_is_told_to_wait() {
    let net = Net::start().await;
    harvest::ordinary(&net);
    let limited = format!("{}\n[server]\nrequests_per_minute = 20\n", harvest::configuration(&net));
    let site = Site::start(&limited).await;
    let path = format!("{}/topics/all.atom", add(&site, "Ann").await);
    for _request in 0..20 {
        assert_eq!(site.get(&path).await.status, 200);
    }
    let refused = site.get(&path).await;
    assert_eq!(refused.status, 429);
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=4).contains(&wait), "{wait}");
    assert_eq!(site.get("/topics/all.atom").await.status, 200, "what others do is their own matter");
}

#[tokio::test]
async fn a_topic_under_another_name_lists_the_same_at_the_same_times() {
    let net = Net::start().await;
    let mut site = super::filled(&net).await;
    site.later(TimeDelta::days(1));
    let revised = Item { announce: "replace", version: 2, ..Item::new("2608.00001", "Counting Flags") };
    let news = wire::arxiv("Thu, 13 Aug 2026", &[Item::new("2608.00009", "A Ninth Flag"), revised]);
    net.at("/rss/cs.LG").answers(news);
    site.harvest("arxiv").await;
    let listed = |feed: &Feed| {
        let entries = feed.parsed.entries.iter();
        entries.map(|entry| (entry.id.clone(), entry.updated, entry.published)).collect::<Vec<_>>()
    };
    let before = listed(&site.feed("all").await);
    let after = harvest::configuration(&net);
    let after = after.replace("id = \"all\"", "id = \"everything\"\nformerly = [\"all\"]");
    site.adopt(&after).await;
    assert_eq!(listed(&site.feed("everything").await), before);
    // With another query it keeps what it still lists.
    let after =
        after.replace("id = \"everything\"\nformerly = [", "id = \"flagged\"\nformerly = [\"everything\", ");
    let after = after.replace("cat:cs.* OR source:journal OR source:hf-daily", "title:flag");
    site.adopt(&after).await;
    let narrowed = listed(&site.feed("flagged").await);
    assert!(!narrowed.is_empty());
    assert!(narrowed.iter().all(|entry| before.contains(entry)), "{narrowed:?}\n{before:?}");
    let got = site.get("/topics/all.atom").await;
    assert_eq!(got.header("location"), "http://127.0.0.1:4287/topics/flagged.atom");
    assert_eq!(listed(&site.restart().await.feed("flagged").await), narrowed);
}
