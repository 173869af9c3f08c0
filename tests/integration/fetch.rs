//! The client against a loopback internet: what it sends, what it follows, what it refuses and when it stops.

use std::time::Duration;

use offprint::fetch::Client;
use offprint::fetch::Fetched;
use offprint::fetch::Settings;
use offprint::fetch::bucket::Bucket;
use offprint::fetch::exchange::Expects;
use offprint::fetch::exchange::Request;
use offprint::fetch::fault::FetchError;
use offprint::model::source::ExchangeMemory;
use offprint::model::time::Timestamp;
use url::Url;

use crate::support::net::Net;

mod hostile;

mod manners;

mod redirects;

mod refused;

/// A small feed.
const PAGE: &str = "<rss version=\"2.0\"><channel><title>invented</title></channel></rss>";

/// The limit of a body in these tests.
const LIMIT: usize = 8 * 1024 * 1024;

/// When these tests take place.
fn noon() -> Timestamp {
    Timestamp::parse_rfc3339("2026-08-12T12:00:00Z").unwrap()
}

fn request(url: Url) -> Request {
    Request::get(url, "application/rss+xml", LIMIT, Expects::Feed)
}

fn bucket(operator: &str) -> Bucket {
    Bucket { operator: operator.to_owned(), spacing: Duration::ZERO }
}

/// A client that may ask the net.
fn client(net: &Net) -> Client {
    let allowed_hosts = vec![net.url("/"), net.host("arxiv").url("/"), net.host("journal").url("/")];
    Client::new(&Settings { allowed_hosts, probe_names: &[], ..Settings::default() }).unwrap()
}

/// A client that may ask the net and soon loses patience.
fn hasty(net: &Net) -> Client {
    let settings = Settings {
        allowed_hosts: vec![net.url("/")],
        probe_names: &[],
        connect_timeout: Duration::from_millis(200),
        idle_timeout: Duration::from_millis(200),
        total_timeout: Duration::from_millis(600),
        ..Settings::default()
    };
    Client::new(&settings).unwrap()
}

async fn ask(client: &Client, url: Url) -> Result<Fetched, Box<FetchError>> {
    ask_again(client, url, &ExchangeMemory::default()).await
}

async fn ask_again(client: &Client, url: Url, memory: &ExchangeMemory) -> Result<Fetched, Box<FetchError>> {
    client.fetch(&request(url), &bucket("test"), memory, noon()).await
}
