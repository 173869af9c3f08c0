//! Conditional requests, encodings and the headers that caches believe (RFC 9110, RFC 9111).

use std::io::Read as _;

use chrono::TimeDelta;
use reqwest::Method;

use super::filled;
use crate::support::net::Net;
use crate::support::wire;
use crate::support::wire::Item;

const FEED: &str = "/topics/all.atom";

#[tokio::test]
async fn the_second_time_is_304_by_tag_and_by_date() {
    let net = Net::start().await;
    let site = filled(&net).await;
    let first = site.get(FEED).await;
    assert_eq!((first.status, first.header("content-type")), (200, "application/atom+xml; charset=utf-8"));
    let (etag, date) = (first.header("etag").to_owned(), first.header("last-modified").to_owned());
    assert!(etag.starts_with('"'), "a strong tag: {etag}");
    for known in [etag.clone(), format!("W/{etag}"), format!("\"x\", {etag}"), "*".to_owned()] {
        let again = site.get_with(FEED, &[("if-none-match", &known)]).await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{known}");
        assert_eq!((again.header("etag"), again.header("last-modified")), (etag.as_str(), date.as_str()));
        for name in ["cache-control", "vary"] {
            assert_eq!(again.header(name), first.header(name), "{name}");
        }
    }
    assert_eq!(site.get_with(FEED, &[("if-modified-since", &date)]).await.status, 304);
    assert_eq!(
        site.get_with(FEED, &[("if-none-match", "\"other\""), ("if-modified-since", &date)]).await.status,
        200
    );
}

#[tokio::test]
async fn each_encoding_has_its_own_tag_and_the_same_words() {
    let net = Net::start().await;
    let site = filled(&net).await;
    let plain = site.get(FEED).await;
    let gzip = site.get_with(FEED, &[("accept-encoding", "gzip")]).await;
    assert_eq!((plain.header("content-encoding"), gzip.header("content-encoding")), ("", "gzip"));
    assert_ne!(plain.header("etag"), gzip.header("etag"));
    assert_eq!(
        (plain.header("vary"), gzip.header("vary")),
        ("accept, accept-encoding", "accept, accept-encoding")
    );
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(gzip.body.as_slice()).read_to_end(&mut unpacked).unwrap();
    assert_eq!(unpacked, plain.body);
    assert!(gzip.body.len() * 2 < plain.body.len());
    let known = [("accept-encoding", "gzip"), ("if-none-match", gzip.header("etag"))];
    assert_eq!(site.get_with(FEED, &known).await.status, 304);
    assert_eq!(site.get_with(FEED, &[("if-none-match", gzip.header("etag"))]).await.status, 200);
}

#[tokio::test]
async fn head_gives_the_head_of_get() {
    let net = Net::start().await;
    let site = filled(&net).await;
    for path in
        ["/", FEED, "/topics/all", "/opml", "/assets/offprint.css", "/assets/feed.css", "/topics/none"]
    {
        let (get, head) = (site.get(path).await, site.ask(Method::HEAD, path, &[]).await);
        assert_eq!((head.status, head.body.len()), (get.status, 0), "{path}");
        for name in ["etag", "last-modified", "content-type", "content-length", "cache-control", "vary"] {
            assert_eq!(head.header(name), get.header(name), "{name} of {path}");
        }
    }
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
        let refused = site.ask(method.clone(), FEED, &[]).await;
        assert_eq!(refused.status, 405, "{method}");
        assert!(refused.header("allow").contains("GET"));
    }
}

#[tokio::test]
async fn a_tag_changes_exactly_when_the_bytes_do() {
    let net = Net::start().await;
    let site = filled(&net).await;
    let first = site.get(FEED).await;
    // A harvest that changes the store and not this feed: another source is asked and says nothing new.
    site.later(TimeDelta::hours(2));
    site.poll().await;
    let same = site.get(FEED).await;
    assert_eq!((same.header("etag"), &same.body), (first.header("etag"), &first.body));
    net.at("/rss/cs.LG").answers(wire::arxiv("Thu, 13 Aug 2026", &[Item::new("2608.00009", "A Ninth Flag")]));
    site.harvest("arxiv").await;
    let changed = site.get_with(FEED, &[("if-none-match", first.header("etag"))]).await;
    assert_eq!(changed.status, 200);
    assert_ne!(changed.header("etag"), first.header("etag"));
    assert_ne!(changed.header("last-modified"), first.header("last-modified"));
}

#[tokio::test]
async fn no_header_of_a_reader_gets_into_a_feed() {
    let net = Net::start().await;
    let site = filled(&net).await;
    let plain = site.get(FEED).await;
    for (name, value) in [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "gopher"),
        ("x-forwarded-prefix", "/evil"),
        ("forwarded", "host=evil.example"),
    ] {
        let got = site.get_with(FEED, &[(name, value)]).await;
        assert_eq!((got.status, &got.body), (200, &plain.body), "{name}");
        assert_eq!(got.header("etag"), plain.header("etag"), "{name}");
    }
}

#[tokio::test]
async fn over_http_2_a_head_has_no_body_either() {
    let net = Net::start().await;
    let site = filled(&net).await;
    // Its client breaks off when a body comes.
    let client = reqwest::Client::builder().no_proxy().http2_prior_knowledge().build().unwrap();
    for path in [FEED, FEED, "/topics/all", "/topics/none", "/r/0123/topics/all.atom"] {
        let got = site.get(path).await;
        let head = client.head(format!("http://{}{path}", site.address())).send().await.unwrap();
        assert_eq!(
            (head.version(), head.status().as_u16()),
            (reqwest::Version::HTTP_2, got.status),
            "{path}"
        );
        let length = head.headers().get("content-length").unwrap().to_str().unwrap().to_owned();
        assert_eq!(length, got.body.len().to_string(), "{path}");
        assert_eq!(head.bytes().await.unwrap().len(), 0, "{path}");
    }
}

#[tokio::test]
async fn a_feed_is_fresh_until_one_of_the_configured_sources_is_asked() {
    let net = Net::start().await;
    let mut site = filled(&net).await;
    site.later(TimeDelta::hours(40));
    assert_eq!(site.get(FEED).await.header("cache-control"), "public, max-age=60", "every source is due");
    site.harvest("arxiv").await;
    assert_eq!(site.get(FEED).await.header("cache-control"), "public, max-age=60", "two others are");
    let configuration = super::super::harvest::configuration(&net);
    let (before, others) = configuration.split_once("[[source]]\nid = \"hf-daily\"").unwrap();
    let topics = others.find("[[topic]]").unwrap();
    site.adopt(&format!("{before}{}", &others[topics..])).await;
    let fresh = site.get(FEED).await.header("cache-control").to_owned();
    let seconds: u32 = fresh.strip_prefix("public, max-age=").unwrap().parse().unwrap();
    assert!(seconds > 60, "{fresh}");
}
