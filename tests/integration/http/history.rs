//! What a reader who was away gets: closed documents (RFC 5005), and only what is new (RFC 3229).

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::Days;
use chrono::NaiveDate;
use chrono::TimeDelta;
use offprint::harvest::archives;
use offprint::model::plan::Op;
use offprint::model::plan::Plan;

use super::super::harvest;
use crate::support::net::Net;
use crate::support::site::Feed;
use crate::support::site::Got;
use crate::support::site::Site;
use crate::support::stored::topic_id;
use crate::support::wire;
use crate::support::wire::Item;

const FEED: &str = "/topics/all.atom";

/// New papers with numbers in a range, as arXiv announces them.
fn items(numbers: std::ops::Range<u32>) -> Vec<Item> {
    numbers.map(|number| Item::new(&format!("2608.{number:05}"), &format!("Flag number {number}."))).collect()
}

async fn announce(net: &Net, site: &Site, day: &str, items: &[Item]) {
    net.at("/rss/cs.LG").answers(wire::arxiv(day, items));
    site.harvest("arxiv").await;
    let now = offprint::model::time::Timestamp::from_seconds(0);
    while site.desk().pen().write(move |writer| archives::close(writer, now)).await.unwrap() > 0 {}
}

/// A site with 450 papers in a topic, of which 300 stand in three closed documents.
async fn closed(net: &Net) -> Site {
    let site = Site::start(&harvest::configuration(net)).await;
    announce(net, &site, "Wed, 12 Aug 2026", &items(0..450)).await;
    site
}

fn link(feed: &Feed, rel: &str) -> Option<String> {
    let link = feed.parsed.links.iter().find(|link| link.rel.as_deref() == Some(rel))?;
    Some(link.href.strip_prefix("http://127.0.0.1:4287").unwrap().to_owned())
}

/// Every entry that a walk along `prev-archive` meets, with its newest `updated`, and the addresses of the walk.
async fn walk(site: &Site) -> (BTreeMap<String, i64>, Vec<String>) {
    let (mut met, mut visited, mut next) = (BTreeMap::new(), Vec::new(), Some(FEED.to_owned()));
    while let Some(path) = next {
        let feed = site.feed_at(&path).await;
        assert!(feed.bytes.len() < 5_000_000);
        for entry in &feed.parsed.entries {
            let updated = entry.updated.unwrap().timestamp_micros();
            let known = met.entry(entry.id.clone()).or_insert(updated);
            *known = updated.max(*known);
        }
        next = link(&feed, "prev-archive");
        if let Some(newer) = visited.last().filter(|_| visited.len() > 1) {
            assert_eq!(link(&feed, "next-archive").as_ref(), Some(newer), "{path}");
        }
        if !visited.is_empty() {
            assert_eq!(link(&feed, "current").as_deref(), Some(FEED), "{path}");
        }
        visited.push(path);
    }
    (met, visited)
}

/// What the store lists in the topic.
fn stored(site: &Site) -> BTreeMap<String, i64> {
    let reader = site.desk().reader();
    let entries = reader.timeline(&topic_id("all"), None, 10_000).unwrap();
    let urls = site.desk().urls();
    entries.into_iter().map(|entry| (urls.paper_tag(&entry.served_as), entry.updated.micros())).collect()
}

#[tokio::test]
async fn a_walk_through_all_documents_meets_what_the_store_lists() {
    let net = Net::start().await;
    let site = closed(&net).await;
    let (met, visited) = walk(&site).await;
    assert_eq!(visited.len(), 4, "{visited:?}");
    assert_eq!((met.len(), met), (450, stored(&site)));
    // A paper that was closed is revised, old ones come late, new ones come.
    site.later(TimeDelta::days(1));
    let mut later = items(450..520);
    later.push(Item { announce: "replace", ..items(7..8)[0].revised(2) });
    announce(&net, &site, "Thu, 13 Aug 2026", &later).await;
    let (met, _visited) = walk(&site).await;
    assert_eq!((met.len(), met), (520, stored(&site)));
    site.later(TimeDelta::days(1));
    announce(&net, &site, "Fri, 14 Aug 2026", &items(520..760)).await;
    let (met, visited) = walk(&site).await;
    assert_eq!((met.len(), met), (760, stored(&site)));
    assert!(visited.len() > 6, "{visited:?}");
    // Another start finds the same.
    let site = site.restart().await;
    assert_eq!(walk(&site).await, (stored(&site), visited));
}

#[tokio::test]
async fn a_closed_document_stays_as_it_was_served_first() {
    let net = Net::start().await;
    let site = closed(&net).await;
    let (_met, visited) = walk(&site).await;
    let [_feed, newest, middle, oldest] = visited.as_slice() else { panic!("{visited:?}") };
    assert!(!site.get(newest).await.header("cache-control").contains("immutable"), "it has no newer one yet");
    let before = [site.get(middle).await, site.get(oldest).await];
    for document in &before {
        assert_eq!(document.header("cache-control"), "public, max-age=31536000, immutable");
    }
    // Every paper of theirs is revised, and the topic comes to list only some of them.
    site.later(TimeDelta::days(1));
    let revised: Vec<Item> = items(0..450).iter().map(|item| item.revised(2)).collect();
    let revised: Vec<Item> = revised.into_iter().map(|item| Item { announce: "replace", ..item }).collect();
    announce(&net, &site, "Thu, 13 Aug 2026", &revised).await;
    let mut site = site.restart().await;
    let same =
        |before: &Got, now: &Got| before.body == now.body && before.header("etag") == now.header("etag");
    for (path, before) in [middle, oldest].into_iter().zip(&before) {
        assert!(same(before, &site.get(path).await), "{path}");
    }
    let narrow = harvest::configuration(&net).replace("cat:cs.*", "title:number-44*");
    assert_ne!(narrow, harvest::configuration(&net));
    site.adopt(&narrow).await;
    for (path, before) in [middle, oldest].into_iter().zip(&before) {
        assert!(same(before, &site.get(path).await), "{path}");
    }
    let (met, visited) = walk(&site).await;
    assert_eq!((met.len(), met), (11, stored(&site)), "it leads to no former document");
    assert_eq!(visited.len(), 1);
}

#[tokio::test]
async fn only_what_is_new_is_sent_to_who_asks_for_that() {
    let net = Net::start().await;
    let site = super::filled(&net).await;
    let first = site.get_with(FEED, &[("a-im", "feed")]).await;
    assert_eq!(first.status, 200);
    let base = first.header("etag").to_owned();
    let known = [("a-im", "feed"), ("if-none-match", base.as_str())];
    assert_eq!(site.get_with(FEED, &known).await.status, 304);
    site.later(TimeDelta::days(1));
    let revised = Item { announce: "replace", version: 2, ..Item::new("2608.00001", r"Counting $k$-Flags") };
    let news = wire::arxiv("Thu, 13 Aug 2026", &[Item::new("2608.00009", "A Ninth Flag"), revised]);
    net.at("/rss/cs.LG").answers(news);
    site.harvest("arxiv").await;
    // Also after a restart, and with the tag of another encoding.
    let site = site.restart().await;
    let whole = site.feed("all").await;
    let gzipped = format!("{}-gzip\"", base.trim_end_matches('"'));
    for base in [base.clone(), format!("W/{base}"), format!("\"x\", {base}"), gzipped] {
        let delta = site.get_with(FEED, &[("a-im", "feed;q=1"), ("if-none-match", &base)]).await;
        assert_eq!((delta.status, delta.header("im")), (226, "feed"), "{base}");
        assert_eq!(delta.header("cache-control"), "no-store, im");
        let full = site.get(FEED).await;
        assert_eq!(delta.header("etag"), full.header("etag"));
        let parsed = feed_rs::parser::parse(delta.body.as_slice()).unwrap();
        let titles: Vec<_> =
            parsed.entries.iter().map(|entry| entry.title.clone().unwrap().content).collect();
        assert_eq!(titles.len(), 2, "{titles:?}");
        assert!(titles.contains(&"A Ninth Flag".to_owned()), "{titles:?}");
        assert_eq!(parsed.title, whole.parsed.title, "what a feed says of itself is in every part");
        // Whoever has the new whole has nothing to get.
        let again = site.get_with(FEED, &[("a-im", "feed"), ("if-none-match", delta.header("etag"))]).await;
        assert_eq!(again.status, 304);
    }
    // Who asked for the whole first, and for news only later, is known from then on.
    let plain = site.get("/topics/flags.atom").await;
    let known = [("a-im", "feed"), ("if-none-match", plain.header("etag"))];
    assert_eq!(site.get_with("/topics/flags.atom", &known).await.status, 304);
    site.later(TimeDelta::days(1));
    net.at("/rss/cs.LG").answers(wire::arxiv("Fri, 14 Aug 2026", &[Item::new("2608.00010", "A Tenth Flag")]));
    site.harvest("arxiv").await;
    assert_eq!(site.get_with("/topics/flags.atom", &known).await.status, 226);
    let shouted = plain.header("etag").to_uppercase();
    let shouted = [("a-im", "feed"), ("if-none-match", shouted.as_str())];
    assert_eq!(site.get_with("/topics/flags.atom", &shouted).await.status, 200, "that is no tag of ours");
    let unknown = [("a-im", "feed"), ("if-none-match", "\"0123456789abcdef0123456789abcdef\"")];
    assert_eq!(site.get_with(FEED, &unknown).await.status, 200, "what the reader has is not known");
    assert_eq!(site.get_with(FEED, &[("if-none-match", &base)]).await.status, 200, "nobody asked for a part");
    assert_eq!(site.get_with(FEED, &[("a-im", "gzip"), ("if-none-match", &base)]).await.status, 200);
}

#[tokio::test]
async fn a_reader_who_asks_once_a_day_sees_each_entry_once_also_after_a_month() {
    let net = Net::start().await;
    let site = Site::start(&harvest::configuration(&net)).await;
    let (mut seen, mut tag) = (BTreeMap::<String, u32>::new(), String::new());
    for day in 0..60_u32 {
        let from = day * 7;
        let today = NaiveDate::from_ymd_opt(2026, 8, 12).unwrap() + Days::new(u64::from(day));
        let today = today.format("%a, %d %b %Y").to_string();
        net.at("/rss/cs.LG").answers(wire::arxiv(&today, &items(from..from + 7)));
        site.harvest("arxiv").await;
        let now = offprint::model::time::Timestamp::from_seconds(0);
        site.desk().pen().write(move |writer| archives::close(writer, now)).await.unwrap();
        site.later(TimeDelta::days(1));
        if (20..50).contains(&day) {
            continue;
        }
        let got = site.get_with(FEED, &[("a-im", "feed"), ("if-none-match", &tag)]).await;
        assert!([200, 226].contains(&got.status), "{}", got.status);
        got.header("etag").clone_into(&mut tag);
        let mut feed = feed_rs::parser::parse(got.body.as_slice()).unwrap();
        loop {
            let fresh: Vec<_> = feed.entries.iter().filter(|entry| !seen.contains_key(&entry.id)).collect();
            let is_all_new = fresh.len() == feed.entries.len();
            let ids: Vec<String> = fresh.into_iter().map(|entry| entry.id.clone()).collect();
            for id in ids {
                *seen.entry(id).or_default() += 1;
            }
            // A reader walks back as long as all that it meets is new.
            let older = feed.links.iter().find(|link| link.rel.as_deref() == Some("prev-archive"));
            let Some(older) = older.filter(|_| is_all_new && got.status == 200 || day == 50) else { break };
            let path = older.href.strip_prefix("http://127.0.0.1:4287").unwrap();
            feed = site.feed_at(path).await.parsed;
        }
    }
    assert_eq!(seen.len(), 60 * 7);
    assert!(seen.values().all(|times| *times == 1));
}

#[tokio::test]
async fn a_crash_in_the_middle_of_an_edit_leaves_no_former_document_in_force() {
    let net = Net::start().await;
    let mut site = Site::start(&harvest::configuration(&net)).await;
    // 111 papers will stay; those that leave fill a plan, and the one behind it is lost.
    let mut papers = items(0..511);
    for paper in &mut papers[400..] {
        paper.title = paper.title.replace("Flag", "Pennant");
    }
    announce(&net, &site, "Wed, 12 Aug 2026", &papers).await;
    assert_eq!(walk(&site).await.1.len(), 5);
    let narrow = harvest::configuration(&net).replace("cat:cs.*", "title:pennant");
    site.adopt(&narrow).await;
    let site = site
        .restart_after(|folder| {
            let store = folder.join("store");
            for file in std::fs::read_dir(&store).unwrap() {
                let path = file.unwrap().path();
                if path.file_name().unwrap().to_string_lossy().starts_with("sled-") {
                    std::fs::remove_dir_all(path).unwrap();
                }
            }
            let logs = std::fs::read_dir(store.join("wal")).unwrap().map(|file| file.unwrap().path());
            let last = logs.filter(|path| path.extension().is_some_and(|end| end == "log")).max().unwrap();
            let log = std::fs::OpenOptions::new().write(true).open(&last).unwrap();
            log.set_len(log.metadata().unwrap().len() - 5).unwrap();
        })
        .await;
    let (met, visited) = walk(&site).await;
    assert_eq!((met.len(), met), (111, stored(&site)));
    assert_eq!(visited, [FEED]);
}

#[tokio::test]
async fn the_newest_document_shows_its_papers_as_they_are_also_those_that_left() {
    let net = Net::start().await;
    let site = closed(&net).await;
    let (_met, visited) = walk(&site).await;
    let newest = &visited[1];
    let entry = site.desk().reader().open_entries(&topic_id("all"), 1, |_paper| false).unwrap().remove(0);
    let number: u32 = {
        let closed = site.feed_at(newest).await;
        let title = closed.titles()[0].to_owned();
        title.trim_start_matches("Flag number ").trim_end_matches('.').parse().unwrap()
    };
    let reader = site.desk().reader();
    let paper = reader.papers().map(Result::unwrap);
    let paper = paper.into_iter().find(|paper| {
        paper.title().text.as_str() == format!("Flag number {number}.") && paper.id != entry.paper
    });
    let (topic, paper, at) = (topic_id("all"), paper.unwrap().id, entry.at);
    let leave = Plan { at, ops: vec![Op::Leave { topic, paper }] };
    site.desk().pen().write(move |writer| writer.commit(&[leave])).await.unwrap();
    assert_eq!(site.get(newest).await.status, 200);
    site.later(TimeDelta::days(1));
    let revised = items(number..number + 1)[0].revised(2);
    let revised = Item { announce: "replace", title: "A Flag with Another Name".to_owned(), ..revised };
    net.at("/rss/cs.LG").answers(wire::arxiv("Thu, 13 Aug 2026", &[revised]));
    site.harvest("arxiv").await;
    assert!(site.get(newest).await.text().contains("A Flag with Another Name"));
}

#[tokio::test]
async fn papers_of_one_moment_are_all_on_the_pages_and_go_on_in_a_renamed_topic() {
    let net = Net::start().await;
    let mut site = Site::start(&harvest::configuration(&net)).await;
    // Announced long ago, told of on many days: their places in the topic are the same few moments.
    for day in 0..30_u32 {
        site.later(TimeDelta::days(1));
        net.at("/rss/cs.LG").answers(wire::arxiv("Wed, 5 Aug 2026", &items(day * 9..day * 9 + 9)));
        site.harvest("arxiv").await;
    }
    let places = site.desk().reader().timeline(&topic_id("all"), None, 1_000).unwrap();
    let moments: BTreeSet<_> = places.iter().map(|place| place.at).collect();
    assert_eq!(places.len(), 270);
    assert!(moments.len() < 100, "{}", moments.len());
    let (mut met, mut path) = (BTreeSet::new(), "/topics/all".to_owned());
    loop {
        let page = site.get(&path).await.text().to_owned();
        for (_before, rest) in page.match_indices("Flag number ").map(|(at, _)| page.split_at(at)) {
            met.insert(rest["Flag number ".len()..].split('.').next().unwrap().to_owned());
        }
        let Some((_, rest)) = page.split_once("/topics/all?before=") else { break };
        path = format!("/topics/all?before={}", rest.split('"').next().unwrap());
    }
    assert_eq!(met.len(), 270);
    let renamed =
        harvest::configuration(&net).replace("id = \"all\"", "id = \"every\"\nformerly = [\"all\"]");
    site.adopt(&renamed).await;
    let after = site.desk().reader().timeline(&topic_id("every"), None, 1_000).unwrap();
    assert_eq!(after.len(), 270);
}
