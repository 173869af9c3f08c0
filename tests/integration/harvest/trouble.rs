//! Harvests whose writes fail: whatever was acknowledged is there when the store is opened again, and nothing is half there.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::Mutex;

use offprint::clock::Clock;
use offprint::config;
use offprint::fetch;
use offprint::harvest::indexer::Indexer;
use offprint::harvest::job::Job;
use offprint::harvest::job::Progress;
use offprint::harvest::run::Harvester;
use offprint::index;
use offprint::model::source::Cursor;
use offprint::store;
use offprint::store::Settings;
use offprint::topics::Topics;
use offprint::topics::selector::Selector;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::support::failing::Failing;
use crate::support::failing::Failure;
use crate::support::net::Net;
use crate::support::site::environment;
use crate::support::site::wednesday;
use crate::support::wire;
use crate::support::wire::Item;

/// Papers in the feed: two plans.
const PAPERS: usize = 130;

fn configuration(net: &Net) -> String {
    format!(
        "contact = \"mailto:ops@example.org\"\n[[source]]\nid = \"arxiv\"\nkind = \"arxiv-rss\"\ncategories = [\"cs.LG\"]\n\
         url = \"{}\"\n[[topic]]\nid = \"flags\"\ntitle = \"Flags\"\nquery = \"flag*\"\n",
        net.url("/rss")
    )
}

/// Polls once over a disk whose operation number `at` fails. Says how many papers were acknowledged, and whether the
/// operation was reached at all.
async fn poll(config: &config::Config, settings: &Settings, failing: &Failing) -> (u64, bool) {
    let opened = match store::open_with(settings, Arc::new(failing.clone())) {
        Ok(opened) => opened,
        Err(_refused) => return (0, failing.has_failed()),
    };
    let (_news, topics) = watch::channel(Arc::new(Selector::from(Topics::new(config.topics.clone()))));
    let source = &config.sources[0];
    let allowed_hosts = source.named_urls.clone();
    let client =
        fetch::Client::new(&fetch::Settings { allowed_hosts, ..fetch::Settings::default() }).unwrap();
    let harvester = Harvester::new(
        client,
        opened.writer,
        Indexer::new(index::Settings::beside(&settings.path)),
        topics,
        Clock::standing(wednesday()),
    )
    .unwrap();
    let job = Job {
        id: source.id.clone(),
        kind: source.kind,
        manners: source.manners,
        every: source.every,
        source: Arc::clone(&source.source),
        quiet_days: Arc::default(),
        settings: source.settings.clone(),
    };
    let acknowledged = Mutex::new(0);
    let outcome = harvester
        .harvest(&job, &CancellationToken::new(), &|progress| {
            if let Progress::Committed(tally) = progress {
                *acknowledged.lock().unwrap() += tally.new;
            }
        })
        .await;
    assert_eq!(outcome.is_err(), failing.has_failed(), "{:?}", outcome.err());
    (acknowledged.into_inner().unwrap(), failing.has_failed())
}

#[tokio::test]
async fn a_poll_whose_write_fails_at_any_operation_loses_nothing_that_was_acknowledged() {
    let net = Net::start().await;
    let items: Vec<Item> = (0..PAPERS)
        .map(|number| Item::new(&format!("2608.{number:05}"), &format!("Flag number {number}")))
        .collect();
    net.at("/rss/cs.LG").answers(wire::arxiv("Wed, 12 Aug 2026", &items)).etag("\"one\"");
    let home = tempfile::tempdir().unwrap();
    let config =
        config::parse(&configuration(&net), "the test", &environment(home.path().to_owned())).unwrap();
    for failure in [Failure::Device, Failure::Full, Failure::Short] {
        for at in 1.. {
            let folder = tempfile::tempdir().unwrap();
            let settings = Settings { path: folder.path().join("store"), cache_bytes: 16 << 20 };
            let (acknowledged, was_reached) = poll(&config, &settings, &Failing::at(at, failure, true)).await;
            // Opened again on a disk that works.
            let opened = store::open(&settings).unwrap();
            let papers: Vec<_> = opened.reader.papers().map(Result::unwrap).collect();
            let count = u64::try_from(papers.len()).unwrap();
            assert!(count >= acknowledged, "{failure:?} at {at}: {acknowledged} acknowledged, {count} found");
            assert!(
                count.is_multiple_of(100) || count == 130,
                "{failure:?} at {at}: half a plan, {count} papers"
            );
            let in_topic = opened.reader.timeline_len(&config.topics[0].id).unwrap();
            assert_eq!(in_topic, count, "{failure:?} at {at}: a plan was applied in part");
            // The validators are remembered only with the papers of their answer.
            let memory = opened.reader.exchange(&format!("arxiv {}", net.url("/rss/cs.LG"))).unwrap();
            assert_eq!(memory.etag.is_some(), count == 130, "{failure:?} at {at}");
            drop(opened);
            // The next poll brings the rest, each paper once.
            let (_, _) = poll(&config, &settings, &Failing::at(u64::MAX, failure, false)).await;
            let opened = store::open(&settings).unwrap();
            let ids: BTreeSet<_> =
                opened.reader.papers().map(|paper| paper.unwrap().title().text.to_string()).collect();
            assert_eq!((ids.len(), opened.reader.paper_count()), (PAPERS, 130), "{failure:?} at {at}");
            for paper in papers {
                assert_eq!(opened.reader.paper(&paper.id).unwrap().unwrap().id, paper.id, "identifiers stay");
            }
            let source = opened.reader.source(&config.sources[0].id).unwrap().unwrap();
            assert_ne!(source.cursor, Cursor::default());
            if !was_reached {
                assert!(at > 10, "a poll has more than {at} operations");
                break;
            }
        }
    }
}
