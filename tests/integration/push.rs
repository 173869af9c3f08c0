//! Subscriptions at the hub as time passes: renewed, kept, ended.

use std::time::Duration;

use chrono::TimeDelta;
use offprint::model::outgoing::Destination;
use offprint::model::outgoing::Way;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::support::net::Net;
use crate::support::site::Site;
use crate::support::site::wednesday;

const TOPIC: &str = "https://papers.example.org/topics/flags.atom";

fn feed(titles: &[&str]) -> String {
    let item = |title: &&str| {
        format!("<item><title>{title}</title><link>https://journal.example.org/{}</link></item>", title.len())
    };
    let items: String = titles.iter().map(item).collect();
    format!("<rss version=\"2.0\"><channel><title>Journal</title>{items}</channel></rss>")
}

async fn start(net: &Net) -> Site {
    net.lives("/cb", |path| {
        let query = path.split_once('?').map_or("", |(_path, query)| query);
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        let challenge = pairs.find(|(name, _value)| name == "hub.challenge");
        (200, challenge.map(|(_name, value)| value.into_owned()).unwrap_or_default())
    });
    Site::start(&format!(
        "contact = \"mailto:ops@example.org\"\npublic_url = \"https://papers.example.org/\"\n\
         [push]\ncallbacks = [\"{}\"]\n\
         [[source]]\nid = \"journal\"\nkind = \"feed\"\nurl = \"{}\"\n\
         [[topic]]\nid = \"flags\"\ntitle = \"Flags\"\nquery = \"flags\"\n",
        net.url("/"),
        net.url("/feed"),
    ))
    .await
}

async fn subscribe(site: &Site, net: &Net, seconds: &str) {
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("hub.mode", "subscribe")
        .append_pair("hub.topic", TOPIC)
        .append_pair("hub.callback", net.url("/cb").as_str())
        .append_pair("hub.lease_seconds", seconds)
        .finish();
    let asked = net.requests_of("/cb").len();
    assert_eq!(site.post("/hub", None, &form).await.status, 202);
    await_that("the callback is asked", || net.requests_of("/cb").len() > asked).await;
}

fn destinations(site: &Site) -> Vec<Destination> {
    site.desk().reader().destinations().unwrap()
}

async fn await_that(what: &str, is_so: impl Fn() -> bool) {
    for _time in 0..600 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("never: {what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_ends_with_its_lease_unless_it_is_renewed() {
    let net = Net::start().await;
    let site = start(&net).await;
    net.at("/feed").answers(feed(&["The flags of Avignon"]));
    site.harvest("journal").await;
    let stop = CancellationToken::new();
    let mut pushing = JoinSet::new();
    pushing.spawn(site.desk().outbox().clone().push(stop.clone()));
    // A minute is asked for, and the least is a day.
    subscribe(&site, &net, "60").await;
    await_that("it is written", || destinations(&site).len() == 1).await;
    site.later(TimeDelta::hours(23));
    subscribe(&site, &net, "60").await;
    let until = |one: &Destination| match one.way {
        Way::Callback { until, .. } => until,
        Way::Webhook(_) | Way::Hub(_) => panic!("{one:?}"),
    };
    let tomorrow = wednesday().plus(TimeDelta::hours(47));
    await_that("it is renewed", || destinations(&site).iter().any(|one| until(one) == tomorrow)).await;
    // The first lease would have ended.
    site.later(TimeDelta::hours(23));
    net.at("/feed").answers(feed(&["The flags of Avignon", "The flags of Bergen-op-Zoom"]));
    site.harvest("journal").await;
    await_that("the paper is delivered", || destinations(&site).iter().any(|one| one.delivered == 1)).await;
    assert_eq!(net.requests_of("/cb").len(), 3);
    site.later(TimeDelta::hours(2));
    await_that("it is forgotten", || destinations(&site).is_empty()).await;
    net.at("/feed").answers(feed(&[
        "The flags of Avignon",
        "The flags of Bergen-op-Zoom",
        "The flags of Como",
    ]));
    site.harvest("journal").await;
    stop.cancel();
    pushing.join_next().await.unwrap().unwrap();
    assert_eq!(net.requests_of("/cb").len(), 3);
}
