//! Relays that refuse, put off, break off and go away: every letter comes in the end, and comes once.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Instant;

use chrono::TimeDelta;
use serde_json::json;

use crate::mail;
use crate::mail::Postman;
use crate::mail::Program;
use crate::mail::post::Sink;
use crate::support::net::Net;
use crate::support::site::Site;
use crate::support::site::wednesday;

const SUBSCRIBERS: usize = 40;

fn address(number: usize) -> String {
    format!("s{number}@example.com")
}

fn configured(net: &Net, sink: &Sink, subscribers: usize, topics: &str) -> String {
    let mut text = mail::configuration(net, mail::free_port()) + &mail::relay(sink);
    for number in 0..subscribers {
        write!(text, "[[subscriber]]\naddress = \"{}\"\ntopics = [{topics}]\n", address(number)).unwrap();
    }
    text
}

/// A site with digests for all that wait.
async fn site(sink: &Sink) -> (Net, Site) {
    let net = Net::start().await;
    mail::announce(&net, wednesday(), 0, 1);
    let site = Site::start(&configured(&net, sink, SUBSCRIBERS, "\"flags\"")).await;
    site.desk().outbox().configure_subscribers().await.unwrap();
    site.later(TimeDelta::minutes(5));
    site.harvest("arxiv").await;
    site.at("2026-08-12T07:00:00Z");
    assert_eq!(site.cut().await, (SUBSCRIBERS, SUBSCRIBERS));
    (net, site)
}

fn waiting(site: &Site) -> usize {
    site.desk().outbox().overview().unwrap().waiting.len()
}

/// Lets time pass until nothing waits; how many hours that took.
async fn in_the_end(site: &Site) -> i64 {
    let (begun, mut minutes) = (Instant::now(), 0);
    while waiting(site) > 0 {
        assert!(begun.elapsed().as_secs() < 150, "{} letters wait for ever", waiting(site));
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        site.later(TimeDelta::minutes(10));
        minutes += 10;
        // Moving the clock wakes nobody by itself.
        site.desk().outbox().retry(None).await.unwrap();
    }
    minutes / 60
}

/// How often each letter was taken, under how many names.
fn taken(sink: &Sink) -> BTreeMap<String, Vec<String>> {
    let mut taken: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (to, message_id) in sink.envelopes() {
        taken.entry(to).or_default().push(message_id);
    }
    taken
}

fn assert_all_once(sink: &Sink) {
    let taken = taken(sink);
    assert_eq!(taken.len(), SUBSCRIBERS, "everybody has a letter");
    for (to, ids) in taken {
        assert_eq!(ids.len(), 1, "{to}: {ids:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_put_off_comes_again() {
    let Some(sink) = Sink::start() else { return };
    let (_net, site) = site(&sink).await;
    sink.behave(&json!({"greylist": 3}));
    let postman = Postman::start(&site);
    mail::until("all were put off", || {
        site.desk().outbox().overview().unwrap().waiting.iter().all(|letter| letter.tries.failed > 0)
    })
    .await;
    assert_eq!(sink.count(), 0);
    in_the_end(&site).await;
    assert_all_once(&sink);
    postman.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_breaks_off_in_the_middle_comes_once_and_after_the_end_at_most_twice() {
    let Some(sink) = Sink::start() else { return };
    let (_net, site) = site(&sink).await;
    sink.behave(&json!({"cut": 2, "poison": [address(0)]}));
    let postman = Postman::start(&site);
    mail::until("all others have theirs", || {
        let wait = waiting(&site);
        if wait > 1 {
            site.later(TimeDelta::minutes(1));
        }
        wait == 1
    })
    .await;
    assert_eq!(sink.count(), SUBSCRIBERS - 1, "a letter that never goes through keeps no other from going");
    sink.behave(&json!({}));
    in_the_end(&site).await;
    assert_all_once(&sink);
    postman.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_breaks_off_before_the_answer_comes_at_most_twice_under_one_name() {
    let Some(sink) = Sink::start() else { return };
    let (_net, site) = site(&sink).await;
    sink.behave(&json!({"mute": 1}));
    let postman = Postman::start(&site);
    in_the_end(&site).await;
    let taken = taken(&sink);
    assert_eq!(taken.len(), SUBSCRIBERS);
    for (to, ids) in taken {
        assert!(ids.len() == 2 && ids[0] == ids[1], "{to}: {ids:?}");
        let letters = sink.letters(&to);
        assert_eq!(letters[0], letters[1], "it is the same letter");
    }
    postman.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_wants_nothing_or_is_away_costs_nobody_a_letter() {
    let Some(sink) = Sink::start() else { return };
    let (_net, site) = site(&sink).await;
    let busy = json!({"greeting": "421 4.3.2 Too busy"});
    // Before anybody writes: a letter would else be through before the relay is busy.
    sink.behave(&busy);
    let postman = Postman::start(&site);
    // In turn: busy, closed for good by its own word, gone in the middle, and back.
    for (manners, seconds) in [
        (busy, 2),
        (json!({"greeting": "554 5.3.2 No service here"}), 6),
        (json!({"sender": "421 4.3.2 Shutting down"}), 6),
    ] {
        sink.behave(&manners);
        tokio::time::sleep(std::time::Duration::from_secs(seconds)).await;
        assert_eq!((sink.count(), waiting(&site)), (0, SUBSCRIBERS), "{manners}");
    }
    sink.behave(&json!({"slow": 0.1}));
    mail::until("some letters came", || sink.count() > 5).await;
    sink.close();
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let came = sink.count();
    assert!(came < SUBSCRIBERS);
    sink.behave(&json!({}));
    sink.open();
    in_the_end(&site).await;
    let overview = site.desk().outbox().overview().unwrap();
    assert!(overview.dead.is_empty() && overview.subscribers.iter().all(|one| one.bounced.is_empty()));
    let taken = taken(&sink);
    assert_eq!(taken.len(), SUBSCRIBERS);
    let twice = taken.values().filter(|ids| ids.len() > 1).count();
    assert!(taken.values().all(|ids| ids.iter().all(|id| *id == ids[0])), "{taken:?}");
    assert!(twice <= 4, "{twice} letters were under way when it went away");
    eprintln!(
        "a relay that went away in the middle, after {came} letters: {twice} of {SUBSCRIBERS} came twice"
    );
    postman.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_is_refused_twice_in_a_week_gets_nothing_more() {
    let Some(sink) = Sink::start() else { return };
    let (net, site) = site(&sink).await;
    sink.behave(&json!({"refuse": {address(3): "550 5.1.1 No such user", address(4): "550 5.7.1 We do not like you"}}));
    let postman = Postman::start(&site);
    mail::until("nothing waits", || waiting(&site) == 0).await;
    assert_eq!(sink.count(), SUBSCRIBERS - 2);
    site.at("2026-08-13T06:00:00Z");
    mail::announce(&net, site.desk().clock().now(), 5, 1);
    site.harvest("arxiv").await;
    site.at("2026-08-13T07:00:00Z");
    assert_eq!(site.cut().await.0, SUBSCRIBERS);
    mail::until("nothing waits", || waiting(&site) == 0).await;
    let overview = site.desk().outbox().overview().unwrap();
    let standing = |number: usize| {
        let found = overview.subscribers.iter().find(|one| one.address == address(number)).unwrap();
        found.standing.name()
    };
    assert_eq!((standing(3), standing(4), standing(5)), ("suspended", "active", "active"));
    assert_eq!(overview.dead.len(), 4);
    // Once the operator has spoken with the relay.
    sink.behave(&json!({}));
    let dead = overview.dead.iter().find(|letter| {
        overview.subscribers.iter().any(|one| one.id == letter.id.subscriber && one.address == address(4))
    });
    site.desk().outbox().retry(Some(dead.unwrap().id.to_string())).await.unwrap();
    sink.await_letter(&address(4), 1).await;
    postman.end().await;
}

/// The peak of the memory that a process held, in MB.
fn peak(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1_024
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_subscribers_of_five_topics_have_their_digests() {
    let Some(sink) = Sink::start() else { return };
    let net = Net::start().await;
    let subscribers = 1_000;
    mail::announce(&net, mail::yesterday(), 0, 20);
    let topics = mail::TOPICS.map(|(id, _title)| format!("\"{id}\"")).join(", ");
    let configuration = configured(&net, &sink, subscribers, &topics);
    let site = Site::start_at(&configuration, mail::yesterday()).await;
    site.desk().outbox().configure_subscribers().await.unwrap();
    site.later(TimeDelta::minutes(30));
    site.harvest("arxiv").await;
    let begun = Instant::now();
    let program = Program::start(site.close().await.0, &configuration);
    let up = begun.elapsed();
    mail::until("all came", || sink.count() >= subscribers).await;
    let all = begun.elapsed();
    mail::until("nothing waits", || program.run(&["--json", "outbox"]).contains("\"outbox\": []")).await;
    let taken = taken(&sink);
    assert_eq!((taken.len(), sink.count()), (subscribers, subscribers), "each once");
    let letter = sink.letters(&address(7)).pop().unwrap();
    let read = crate::mail::post::read(&letter, None);
    assert!(read["headers"]["subject"].as_str().unwrap().contains("100 papers"), "{}", read["headers"]);
    eprintln!(
        "1,000 subscribers × 5 topics, 100 papers each: {:.1} s from the start of the program ({:.1} s until it serves) to the \
         last letter; {} kB a letter; peak memory {} MB",
        all.as_secs_f64(),
        up.as_secs_f64(),
        letter.len() / 1_024,
        peak(program.daemon.as_ref().unwrap().id()),
    );
}
