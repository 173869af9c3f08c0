//! kill -9 while letters are sent, again and again: nobody misses a digest, and nobody gets two.
//!
//! The courier, which is not killed, reads the answer to a letter that the relay had whole at that moment.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;
use std::time::Instant;

use chrono::TimeDelta;
use offprint::clock::Clock;
use offprint::model::time::Timestamp;

use crate::mail;
use crate::mail::Program;
use crate::mail::post::Sink;
use crate::support::net::Net;
use crate::support::site::Site;

const SUBSCRIBERS: usize = 600;

const KILLS: usize = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_fifty_times_while_sending_nobody_misses_a_digest() {
    let Some(sink) = Sink::start() else { return };
    let net = Net::start().await;
    mail::announce(&net, mail::yesterday(), 0, 2);
    let mut configuration = mail::configuration(&net, mail::free_port()) + &mail::relay(&sink);
    for number in 0..SUBSCRIBERS {
        write!(configuration, "[[subscriber]]\naddress = \"s{number}@example.com\"\ntopics = [\"flags\"]\n")
            .unwrap();
    }
    let site = Site::start_at(&configuration, mail::yesterday()).await;
    site.desk().outbox().configure_subscribers().await.unwrap();
    site.later(TimeDelta::minutes(30));
    site.harvest("arxiv").await;
    let mut program = Program::start(site.close().await.0, &configuration);
    let (mut seed, mut in_the_middle, mut kills) = (fastrand::Rng::with_seed(7), 0, 0);
    let (begun, mut killed) = (Instant::now(), Vec::new());
    while kills < KILLS {
        // Some are killed while digests are cut, most while letters go out.
        let first = sink.count();
        if seed.u8(..) < 230 {
            mail::until("a letter comes", || sink.count() > first).await;
        }
        tokio::time::sleep(Duration::from_micros(seed.u64(..250_000))).await;
        let now = Clock::system().now().since(Timestamp::from_micros(0));
        killed.push(now.to_std().unwrap().as_secs_f64());
        program.kill();
        kills += 1;
        let came = sink.count();
        in_the_middle += usize::from(came > first && came < SUBSCRIBERS);
        assert!(begun.elapsed() < Duration::from_mins(8), "{kills} kills took too long");
        program.come_up();
    }
    mail::until("everybody has a digest", || {
        sink.envelopes().into_iter().map(|(to, _id)| to).collect::<BTreeSet<_>>().len() == SUBSCRIBERS
    })
    .await;
    mail::until("nothing waits", || program.run(&["--json", "outbox"]).contains("\"outbox\": []")).await;
    let mut got: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (to, message_id) in sink.envelopes() {
        got.entry(to).or_default().push(message_id);
    }
    let twice: Vec<_> = got.iter().filter(|(_to, ids)| ids.len() > 1).collect();
    for (to, ids) in &twice {
        assert!(ids.iter().all(|id| *id == ids[0]), "{to} got two letters: {ids:?}");
    }
    // How far from a kill the first of two was taken, at most: the answer was on its way, or the kernel still held the letter.
    let distance = |at: f64| -> f64 {
        let of = killed.iter().map(|kill| (at - kill).abs());
        of.fold(f64::INFINITY, f64::min)
    };
    let furthest = twice.iter().map(|(to, _ids)| distance(sink.times(to)[0])).fold(0.0, f64::max);
    eprintln!(
        "{KILLS} kills, {in_the_middle} while letters went out: {SUBSCRIBERS} subscribers, none without a digest, {} whose \
         letter was taken twice under one Message-ID, the first time at most {:.1} ms from a kill",
        twice.len(),
        furthest * 1e3,
    );
    assert!(twice.is_empty(), "{} letters were taken twice", twice.len());
    assert!(
        in_the_middle > KILLS / 2,
        "only {in_the_middle} kills fell between the first letter and the last"
    );
}
