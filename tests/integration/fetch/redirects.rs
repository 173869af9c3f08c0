//! What the client follows, how far, and what it makes of it for next time.

use std::time::Duration;
use std::time::Instant;

use chrono::TimeDelta;
use offprint::fetch::Client;
use offprint::fetch::Fetched;
use offprint::fetch::bucket::Bucket;
use offprint::fetch::fault::Fault;
use offprint::fetch::fault::FetchError;
use offprint::fetch::fault::Retry;
use offprint::model::source::ExchangeMemory;
use offprint::model::source::Moved;

use super::PAGE;
use super::ask;
use super::ask_again;
use super::bucket;
use super::client;
use super::noon;
use super::request;
use crate::support::net::Net;

#[tokio::test]
async fn redirects_are_followed_and_named() {
    let net = Net::start().await;
    net.at("/a").redirects_to(302, "/b?x=1#fragment");
    net.at("/b").redirects_to(307, net.url("/c"));
    net.at("/c").answers(PAGE);
    let fetched = ask(&client(&net), net.url("/a")).await.unwrap();
    assert_eq!(fetched.response.url, net.url("/c"));
    assert_eq!(fetched.memory.moved, None);
    assert_eq!(fetched.notes.len(), 2);
    assert_eq!(fetched.notes[0], format!("{} redirects to {} (302)", net.url("/a"), net.url("/b?x=1")));
    assert_eq!(net.requests()[1].header("referer"), None);
}

#[tokio::test]
async fn five_redirects_are_followed_and_a_sixth_is_not() {
    let net = Net::start().await;
    let client = client(&net);
    for hop in 0..6 {
        net.at(&format!("/{hop}")).redirects_to(302, format!("/{}", hop + 1));
    }
    net.at("/6").answers(PAGE);
    assert!(ask(&client, net.url("/1")).await.is_ok());
    let error = ask(&client, net.url("/0")).await.unwrap_err();
    assert_eq!(error.fault, Fault::Redirect("more than 5 times in a row".to_owned()));
    assert_eq!(net.requests_of("/6").len(), 1);
}

#[tokio::test]
async fn a_ring_is_left_at_once() {
    let net = Net::start().await;
    net.at("/a").redirects_to(301, "/b");
    net.at("/b").redirects_to(301, "/a#again");
    let error = ask(&client(&net), net.url("/a#first")).await.unwrap_err();
    assert_eq!(error.to_string(), "127.0.0.1 redirects in a ring");
    assert_eq!(net.requests().len(), 2);
}

#[tokio::test]
async fn a_redirect_to_nowhere_is_a_fault() {
    let net = Net::start().await;
    net.at("/none").refuses(302);
    net.at("/odd").redirects_to(302, "http://");
    net.at("/mail").redirects_to(302, "mailto:someone@example.org");
    net.at("/file").redirects_to(301, "file:///etc/passwd");
    let client = client(&net);
    for (path, words) in [
        ("/none", "127.0.0.1 redirects without saying where to"),
        ("/odd", "127.0.0.1 redirects to what is not an address"),
        (
            "/mail",
            "an address without a host is refused (where 127.0.0.1 redirects): only http and https are asked",
        ),
        (
            "/file",
            "an address without a host is refused (where 127.0.0.1 redirects): only http and https are asked",
        ),
    ] {
        let error = ask(&client, net.url(path)).await.unwrap_err();
        assert_eq!(error.to_string(), words);
        assert_eq!(error.retry, Retry::Backoff);
    }
}

async fn poll(
    client: &Client,
    net: &Net,
    memory: &ExchangeMemory,
    hours: i64,
) -> Result<Fetched, Box<FetchError>> {
    let now = noon().plus(TimeDelta::hours(hours));
    client.fetch(&request(net.url("/old")), &bucket("test"), memory, now).await
}

#[tokio::test]
async fn a_permanent_move_is_believed_after_ten_answers_over_more_than_a_day() {
    let net = Net::start().await;
    let client = client(&net);
    net.at("/old").redirects_to(301, "/new");
    net.at("/new").answers(PAGE).etag("\"1\"");
    let mut memory = ExchangeMemory::default();
    for hours in 0..10 {
        memory = poll(&client, &net, &memory, hours * 3).await.unwrap().memory;
    }
    assert_eq!(memory.moved, Some(Moved { to: net.url("/new").to_string(), times: 10, since: noon() }));
    let direct = poll(&client, &net, &memory, 30).await.unwrap();
    assert_eq!(direct.memory, memory);
    assert_eq!(net.requests_of("/old").len(), 10);
    assert_eq!(net.requests_of("/new").len(), 11);
    assert_eq!(net.requests_of("/new")[10].header("if-none-match"), Some("\"1\""));
}

#[tokio::test]
async fn the_configured_address_is_asked_again_when_its_new_one_is_gone() {
    let net = Net::start().await;
    let client = client(&net);
    let moved =
        Moved { to: net.url("/new").to_string(), times: 10, since: noon().minus(TimeDelta::days(30)) };
    let memory = ExchangeMemory { moved: Some(moved), ..ExchangeMemory::default() };
    net.at("/old").answers(PAGE);
    net.at("/new").refuses(410);
    let error = poll(&client, &net, &memory, 0).await.unwrap_err();
    assert_eq!((error.fault, error.retry), (Fault::Gone, Retry::Backoff));
    let forgotten = error.memory.unwrap();
    assert_eq!(forgotten, ExchangeMemory::default());
    assert_eq!(poll(&client, &net, &forgotten, 1).await.unwrap().response.url, net.url("/old"));
}

#[tokio::test]
async fn a_move_is_remembered_only_when_it_leads_to_what_was_expected() {
    let net = Net::start().await;
    let client = client(&net);
    net.at("/old").redirects_to(308, "/somewhere");
    net.at("/somewhere").answers("words");
    assert_eq!(poll(&client, &net, &ExchangeMemory::default(), 0).await.unwrap().memory.moved, None);
    net.at("/somewhere").answers("<html>Please sign in</html>");
    let error = poll(&client, &net, &ExchangeMemory::default(), 0).await.unwrap_err();
    assert!(matches!(error.fault, Fault::Blocked { .. }));
    assert_eq!(error.memory, None);
    let client = super::client(&net);
    net.at("/old").redirects_to(301, "/login?next=/old");
    net.at("/login").answers(PAGE);
    assert_eq!(poll(&client, &net, &ExchangeMemory::default(), 0).await.unwrap().memory.moved, None);
}

#[tokio::test]
async fn an_answer_without_a_redirect_ends_a_move() {
    let net = Net::start().await;
    net.at("/old").answers(PAGE);
    let moved = Moved { to: net.url("/new").to_string(), times: 4, since: noon() };
    let memory = ExchangeMemory { moved: Some(moved), ..ExchangeMemory::default() };
    let fetched = ask_again(&client(&net), net.url("/old"), &memory).await.unwrap();
    assert_eq!(fetched.memory.moved, None);
}

#[tokio::test]
async fn a_redirect_stays_in_the_bucket_and_is_spaced() {
    let net = Net::start().await;
    net.at("/a").redirects_to(302, "/b");
    net.at("/b").answers(PAGE);
    let bucket = Bucket { spacing: Duration::from_millis(150), ..bucket("test") };
    let memory = ExchangeMemory::default();
    let begun = Instant::now();
    client(&net).fetch(&request(net.url("/a")), &bucket, &memory, noon()).await.unwrap();
    assert!(net.requests_of("/b")[0].at.duration_since(begun) >= bucket.spacing);
}
