//! What the client sends, remembers and waits for.

use std::time::Duration;
use std::time::Instant;

use chrono::TimeDelta;
use offprint::fetch::Client;
use offprint::fetch::Settings;
use offprint::fetch::bucket::Bucket;
use offprint::fetch::exchange::Expects;
use offprint::fetch::exchange::Request;
use offprint::fetch::fault::Fault;
use offprint::fetch::fault::Retry;
use offprint::fetch::fault::Scope;
use offprint::model::source::ExchangeMemory;
use offprint::model::source::Health;

use super::PAGE;
use super::ask;
use super::ask_again;
use super::bucket;
use super::client;
use super::noon;
use super::request;
use crate::support::net::Net;

#[tokio::test]
async fn a_first_request_says_who_asks_and_what_it_takes_and_nothing_else() {
    let net = Net::start().await;
    net.at("/rss").answers(PAGE);
    let settings = Settings {
        allowed_hosts: vec![net.url("/")],
        user_agent_contact: Some("mailto:ops@example.org".to_owned()),
        home_page: "https://offprint.example",
        ..Settings::default()
    };
    let fetched = ask(&Client::new(&settings).unwrap(), net.url("/rss?cat=cs.LG")).await.unwrap();
    assert_eq!(fetched.response.body, PAGE.as_bytes());
    assert_eq!(fetched.response.content_type.as_deref(), Some("application/xml"));
    let seen = &net.requests()[0];
    let version = env!("CARGO_PKG_VERSION");
    let user_agent = format!("offprint/{version} (+https://offprint.example; mailto:ops@example.org)");
    assert_eq!(seen.header("user-agent"), Some(user_agent.as_str()));
    assert_eq!(seen.path, "/rss?cat=cs.LG");
    let mut names: Vec<&str> = seen.headers.iter().map(|(name, _value)| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "accept-encoding", "host", "user-agent"]);
    assert_eq!(seen.header("accept"), Some("application/rss+xml"));
    assert_eq!(seen.header("accept-encoding"), Some("gzip, br, zstd"));
}

#[tokio::test]
async fn a_contact_that_cannot_stand_in_a_header_is_a_fault_of_the_configuration() {
    let settings =
        Settings { user_agent_contact: Some("a\r\nX-Injected: b".to_owned()), ..Settings::default() };
    assert!(Client::new(&settings).is_err());
}

#[tokio::test]
async fn validators_are_replayed_byte_for_byte_and_answered_by_304() {
    let net = Net::start().await;
    let client = client(&net);
    let (etag, date) = ("W/\"a, 'odd'  one;-gzip\"", "Wed, 12 Aug 2026 04:00:09 +0000 (about)");
    net.at("/rss").answers(PAGE).etag(etag).last_modified(date).max_age(1800);
    let first = ask(&client, net.url("/rss")).await.unwrap();
    assert_eq!(first.memory.etag.as_deref(), Some(etag));
    assert_eq!(first.manners.not_before.unwrap().at, noon().plus(TimeDelta::minutes(30)));
    let second = ask_again(&client, net.url("/rss"), &first.memory).await.unwrap();
    assert!(second.response.is_not_modified());
    assert!(second.response.body.is_empty());
    assert_eq!(second.memory, first.memory);
    let seen = &net.requests()[1];
    assert_eq!(seen.header("if-none-match"), Some(etag));
    assert_eq!(seen.header("if-modified-since"), Some(date));
}

#[tokio::test]
async fn a_304_may_bring_a_new_validator() {
    let net = Net::start().await;
    net.at("/rss").answers("").status(304).header("ETag", "\"new\"");
    let memory = ExchangeMemory {
        etag: Some("\"old\"".to_owned()),
        last_modified: Some("then".to_owned()),
        ..Default::default()
    };
    let fetched = ask_again(&client(&net), net.url("/rss"), &memory).await.unwrap();
    assert_eq!(fetched.memory.etag.as_deref(), Some("\"new\""));
    assert_eq!(fetched.memory.last_modified.as_deref(), Some("then"));
}

#[tokio::test]
async fn a_304_that_nobody_asked_for_is_a_fault() {
    let net = Net::start().await;
    net.at("/rss").answers("").status(304);
    assert_eq!(ask(&client(&net), net.url("/rss")).await.unwrap_err().fault, Fault::Status(304));
}

#[tokio::test]
async fn every_offered_encoding_is_decoded_and_both_sizes_are_counted() {
    let net = Net::start().await;
    let client = client(&net);
    let page = format!("<rss>{}</rss>", "an invented abstract, ".repeat(1000));
    for coding in ["gzip", "br", "zstd", "deflate"] {
        net.at("/rss").answers(page.clone()).encoded(coding);
        let fetched = ask(&client, net.url("/rss")).await.unwrap();
        assert_eq!(fetched.response.body, page.as_bytes(), "{coding}");
        assert!((1..2000).contains(&fetched.wire_bytes), "{coding}: {}", fetched.wire_bytes);
    }
    net.at("/rss").answers(page.clone());
    let plain = ask(&client, net.url("/rss")).await.unwrap();
    assert_eq!(plain.wire_bytes, u64::try_from(page.len()).unwrap());
}

#[tokio::test]
async fn an_operator_that_asks_to_wait_is_left_alone_whoever_asks() {
    let net = Net::start().await;
    let client = client(&net);
    net.at("/api").limited(120);
    net.at("/rss").answers(PAGE);
    let limited = ask(&client, net.url("/api")).await.unwrap_err();
    let until = noon().plus(TimeDelta::seconds(120));
    assert_eq!(limited.retry, Retry::At { not_before: until, scope: Scope::Operator });
    assert_eq!(limited.to_string(), "127.0.0.1 answered 429 and asks to wait 120 s");
    assert_eq!(limited.fault.health(), Health::Limited);
    assert_eq!(limited.response.unwrap().body, b"no");
    let held = ask(&client, net.url("/rss")).await.unwrap_err();
    assert_eq!(held.fault, Fault::Held { operator: "test".to_owned(), until });
    assert_eq!(net.requests().len(), 1);
    let elsewhere =
        client.fetch(&request(net.url("/rss")), &bucket("another"), &ExchangeMemory::default(), noon()).await;
    assert!(elsewhere.is_ok());
    let later =
        client.fetch(&request(net.url("/rss")), &bucket("test"), &ExchangeMemory::default(), until).await;
    assert!(later.is_ok());
}

#[tokio::test]
async fn refusals_say_when_to_ask_again() {
    let net = Net::start().await;
    let hour = TimeDelta::hours(1);
    let at = |wait, scope| Retry::At { not_before: noon().plus(wait), scope };
    let until = "Wed, 12 Aug 2026 12:05:00 GMT";
    for (status, retry_after, retry) in [
        (429, None, at(hour, Scope::Operator)),
        (503, None, at(hour, Scope::Operator)),
        (503, Some(until), at(TimeDelta::minutes(5), Scope::Operator)),
        (503, Some("99999999"), at(TimeDelta::days(7), Scope::Operator)),
        (403, None, at(hour * 6, Scope::Operator)),
        (403, Some("60"), at(hour * 6, Scope::Operator)),
        (404, None, at(hour * 24, Scope::Url)),
        (410, None, Retry::Never),
        (401, None, Retry::Backoff),
        (400, None, Retry::Backoff),
        (500, None, Retry::Backoff),
        (502, Some("60"), at(TimeDelta::minutes(1), Scope::Url)),
        (204, None, Retry::Backoff),
        (206, None, Retry::Backoff),
    ] {
        let reply = net.at("/x").refuses(status);
        if let Some(retry_after) = retry_after {
            reply.header("Retry-After", retry_after);
        }
        let error = ask(&client(&net), net.url("/x")).await.unwrap_err();
        assert_eq!(error.retry, retry, "{status} {retry_after:?}: {error}");
        assert_eq!(error.response.unwrap().status, status);
    }
}

#[tokio::test]
async fn the_words_of_a_refusal_reach_the_source_cut_to_64_kib() {
    let net = Net::start().await;
    net.at("/long").answers("e".repeat(100_000)).status(400).gzip();
    let error = ask(&client(&net), net.url("/long")).await.unwrap_err();
    assert_eq!(error.fault, Fault::Status(400));
    assert_eq!(error.response.unwrap().body, "e".repeat(65_536).into_bytes());
}

#[tokio::test]
async fn what_is_gone_is_remembered_since_it_was_first_said() {
    let net = Net::start().await;
    let client = client(&net);
    net.at("/rss").refuses(410);
    let gone = ask(&client, net.url("/rss")).await.unwrap_err();
    assert_eq!((gone.fault, gone.retry), (Fault::Gone, Retry::Never));
    let memory = gone.memory.unwrap();
    assert_eq!(memory.gone_since, Some(noon()));
    let later = noon().plus(TimeDelta::days(3));
    let gone = client.fetch(&request(net.url("/rss")), &bucket("test"), &memory, later).await.unwrap_err();
    assert_eq!(gone.memory.unwrap().gone_since, Some(noon()));
    net.at("/rss").answers(PAGE);
    let back = ask_again(&client, net.url("/rss"), &memory).await.unwrap();
    assert_eq!(back.memory.gone_since, None);
}

#[tokio::test]
async fn pages_that_look_like_success_are_told_from_answers() {
    let net = Net::start().await;
    for (body, status) in [
        ("<!DOCTYPE html><html><title>Just a moment...</title></html>", 200),
        ("<html><body>Sign in to continue</body></html>", 200),
        ("Please confirm that you are not a bot", 200),
        ("<html><title>Attention Required! | Cloudflare</title></html>", 503),
        ("<html>captcha</html>", 500),
        ("", 403),
    ] {
        net.at("/rss").answers(body).status(status);
        let error = ask(&client(&net), net.url("/rss")).await.unwrap_err();
        assert!(matches!(error.fault, Fault::Blocked { .. }), "{body} {status}: {error}");
        assert_eq!(error.fault.health(), Health::Blocked);
    }
    for status in [200, 403, 429, 500] {
        net.at("/rss").answers("Rate exceeded.").status(status);
        let error = ask(&client(&net), net.url("/rss")).await.unwrap_err();
        assert!(matches!(error.fault, Fault::Limited { is_asked: false, .. }), "{status}: {error}");
    }
    net.at("/rss").answers("{}");
    let json = Request { expects: Expects::Json, accept: "application/json", ..request(net.url("/rss")) };
    assert!(client(&net).fetch(&json, &bucket("test"), &ExchangeMemory::default(), noon()).await.is_ok());
}

#[tokio::test]
async fn requests_of_one_operator_go_one_by_one_in_order() {
    let net = Net::start().await;
    let client = client(&net);
    let paths = ["/1", "/2", "/3", "/4"];
    for path in paths {
        // Slow answers, so that a second request would meet the first still under way, on a connection of its own.
        net.at(path).answers(PAGE).drips(20, Duration::from_millis(20));
    }
    let requests = paths.map(|path| request(net.url(path)));
    let (bucket, memory) = (bucket("arxiv"), ExchangeMemory::default());
    let all = requests.iter().map(|request| client.fetch(request, &bucket, &memory, noon()));
    assert!(futures_util::future::join_all(all).await.iter().all(Result::is_ok));
    let order: Vec<String> = net.requests().into_iter().map(|seen| seen.path).collect();
    assert_eq!(order, paths);
    assert_eq!(net.connections(), 1);
}

#[tokio::test]
async fn requests_of_one_operator_are_spaced() {
    let net = Net::start().await;
    let client = client(&net);
    net.at("/rss").answers(PAGE);
    let bucket = Bucket { operator: "arxiv".to_owned(), spacing: Duration::from_millis(150) };
    let (request, memory) = (request(net.url("/rss")), ExchangeMemory::default());
    let begun = Instant::now();
    let all = (0..3).map(|_time| client.fetch(&request, &bucket, &memory, noon()));
    assert!(futures_util::future::join_all(all).await.iter().all(Result::is_ok));
    for (seen, starts_before) in net.requests().iter().zip(0..) {
        // Counted from before the first start, this holds however late the log is written.
        assert!(seen.at.duration_since(begun) >= bucket.spacing * starts_before);
    }
}

#[tokio::test]
async fn two_operators_do_not_wait_for_each_other() {
    let net = Net::start().await;
    let client = client(&net);
    net.host("arxiv").at("/rss").stalls();
    net.host("journal").at("/rss").answers(PAGE);
    let memory = ExchangeMemory::default();
    let far = Duration::from_hours(1);
    let (arxiv, journal) = (bucket("arxiv"), Bucket { operator: "journal".to_owned(), spacing: far });
    let (slow, fast) = (request(net.host("arxiv").url("/rss")), request(net.host("journal").url("/rss")));
    let slow = client.fetch(&slow, &arxiv, &memory, noon());
    let fast = client.fetch(&fast, &journal, &memory, noon());
    tokio::select! {
        biased;
        _never = slow => panic!("a server that stalls has answered"),
        fetched = fast => assert!(fetched.is_ok()),
    }
    let hosts: Vec<String> = net.requests().into_iter().map(|seen| seen.host).collect();
    assert!(hosts.iter().any(|host| host.starts_with("journal.localhost:")), "{hosts:?}");
}

#[tokio::test]
async fn a_turn_that_is_given_up_does_not_stop_the_others() {
    let net = Net::start().await;
    let client = client(&net);
    net.at("/stalls").stalls();
    net.at("/rss").answers(PAGE);
    let given_up = tokio::time::timeout(Duration::from_millis(50), ask(&client, net.url("/stalls"))).await;
    assert!(given_up.is_err());
    assert!(ask(&client, net.url("/rss")).await.is_ok());
}

#[tokio::test]
async fn a_failure_costs_one_request_and_the_next_fetch_begins_afresh() {
    let net = Net::start().await;
    let client = client(&net);
    net.at("/rss").once().refuses(500);
    net.at("/rss").answers_once("<rss>once</rss>").etag("\"once\"");
    net.at("/rss").answers(PAGE);
    assert_eq!(ask(&client, net.url("/rss")).await.unwrap_err().fault, Fault::Status(500));
    assert_eq!(net.requests().len(), 1);
    let once = ask(&client, net.url("/rss")).await.unwrap();
    assert_eq!(once.response.body, b"<rss>once</rss>");
    // The next answer has no tag: the old one no longer holds, and is not sent again.
    let then = ask_again(&client, net.url("/rss"), &once.memory).await.unwrap();
    assert_eq!((then.response.body.as_slice(), &then.memory.etag), (PAGE.as_bytes(), &None));
}
