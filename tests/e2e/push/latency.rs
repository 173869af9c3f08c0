//! How long it takes from a paper's arrival to its receipt by a thousand subscribers. Figures are printed; none is asserted.

use std::time::Duration;
use std::time::Instant;

use serde_json::Value;
use tokio::task::JoinSet;

use crate::push::PUSH;
use crate::push::Stage;
use crate::push::titles;

const SUBSCRIBERS: usize = 1_000;

/// Callbacks that ask the hub at one time.
const AT_ONCE: usize = 50;

/// Rounds whose figures are printed.
const ROUNDS: &[&str] = &["Bergen", "Como", "Delft"];

impl Stage {
    /// Subscribes all callbacks, each to one of the feeds in turn.
    fn subscribe_many(&self, feeds: &[String]) {
        let (hub, begun) = (format!("{}/hub", self.address), Instant::now());
        self.runtime.block_on(async {
            let mut asking = JoinSet::new();
            for number in 0..SUBSCRIBERS {
                let topic = format!("{}/{}", self.address, feeds[number % feeds.len()]);
                let callback = format!("{}/cb/s{number}", self.subscriber.address);
                let body = url::form_urlencoded::Serializer::new(String::new())
                    .append_pair("hub.mode", "subscribe")
                    .append_pair("hub.topic", &topic)
                    .append_pair("hub.callback", &callback)
                    .append_pair("hub.secret", "invented")
                    .finish();
                let (client, hub) = (self.client.clone(), hub.clone());
                asking.spawn(async move {
                    loop {
                        let taken = client.post(&hub).body(body.clone()).send().await.unwrap();
                        match taken.status().as_u16() {
                            202 => return,
                            503 => tokio::time::sleep(Duration::from_millis(100)).await,
                            _other => panic!("{}", taken.text().await.unwrap()),
                        }
                    }
                });
                while asking.len() >= AT_ONCE {
                    asking.join_next().await.unwrap().unwrap();
                }
            }
            while let Some(asked) = asking.join_next().await {
                asked.unwrap();
            }
        });
        self.await_rows(SUBSCRIBERS);
        eprintln!(
            "{SUBSCRIBERS} callbacks are verified and written after {:.1} s",
            begun.elapsed().as_secs_f64()
        );
    }

    /// Waits until all callbacks together got so many deliveries; when each of the round that began at `since` came.
    fn arrivals(&self, deliveries: usize, since: f64) -> Vec<f64> {
        let told = self.look(&format!("deliveries={deliveries}&timeout=120&bodies=0"));
        let all = told.as_object().unwrap().values();
        let times = all.flat_map(|one| one["deliveries"].as_array().unwrap());
        let times: Vec<f64> = times.map(|one| one["time"].as_f64().unwrap()).collect();
        assert_eq!(times.len(), deliveries);
        let mut arrivals: Vec<f64> = times.into_iter().filter(|time| *time > since).collect();
        arrivals.sort_by(f64::total_cmp);
        arrivals
    }

    /// Publishes in rounds, and prints the figures of each.
    fn measure(&mut self, what: &str, topics: &[String]) {
        for (round, place) in ROUNDS.iter().enumerate() {
            let titles: Vec<String> = topics.iter().map(|topic| format!("The {topic} of {place}")).collect();
            let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
            let answered = self.publish(&titles);
            let arrivals = self.arrivals((round + 1) * SUBSCRIBERS, answered);
            assert_eq!(arrivals.len(), SUBSCRIBERS);
            let after = |share: usize| (arrivals[share * (SUBSCRIBERS - 1) / 100] - answered) * 1_000.0;
            eprintln!(
                "{what}, round {}: from the source's request to the receipt: first {:.0} ms, p50 {:.0} ms, p99 {:.0} ms, \
                 last {:.0} ms",
                round + 1,
                after(0),
                after(50),
                after(99),
                after(100)
            );
        }
    }
}

fn first_paper(topic: &str) -> String {
    format!("The {topic} of Avignon")
}

#[test]
fn a_thousand_subscribers_of_one_topic_are_told() {
    let mut stage = Stage::start(&["flags"], PUSH);
    stage.publish(&[&first_paper("flags")]);
    stage.subscribe_many(&["topics/flags.atom".to_owned()]);
    stage.measure("1,000 subscribers of one topic", &["flags".to_owned()]);
    let deliveries = stage.await_deliveries("s7", ROUNDS.len());
    let came: Vec<Vec<String>> = deliveries.iter().map(titles).collect();
    assert_eq!(came, [["The flags of Bergen"], ["The flags of Como"], ["The flags of Delft"]]);
}

#[test]
fn a_thousand_subscribers_of_a_hundred_topics_are_told() {
    let topics: Vec<String> = (100..200).map(|number| format!("topic{number}")).collect();
    let names: Vec<&str> = topics.iter().map(String::as_str).collect();
    let mut stage = Stage::start(&names, PUSH);
    let first: Vec<String> = topics.iter().map(|topic| first_paper(topic)).collect();
    stage.publish(&first.iter().map(String::as_str).collect::<Vec<_>>());
    let feeds: Vec<String> = topics.iter().map(|topic| format!("topics/{topic}.atom")).collect();
    stage.subscribe_many(&feeds);
    stage.measure("1,000 subscribers of 100 topics", &topics);
    let told = stage.look("bodies=0");
    let counts =
        told.as_object().unwrap().values().map(|one: &Value| one["deliveries"].as_array().unwrap().len());
    assert!(counts.into_iter().all(|count| count == ROUNDS.len()));
}
