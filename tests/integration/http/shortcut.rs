//! What is ready is answered the short way, before hyper; hyper would have answered the same.

use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::filled;
use crate::support::net::Net;
use crate::support::site::Site;

const FEED: &str = "/topics/all.atom";

/// What a server said to several requests: of each answer the head's lines but the date, in order, and the body.
type Said = Vec<(Vec<String>, Vec<u8>)>;

/// Sends these pieces, the next one when the one before must have been read, and reads all answers. The last request has to
/// ask for an end.
async fn said(site: &Site, pieces: &[&str], methods: &[&str]) -> Said {
    let mut stream = TcpStream::connect(site.address()).await.unwrap();
    stream.set_nodelay(true).unwrap();
    for (number, piece) in pieces.iter().enumerate() {
        if number > 0 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        stream.write_all(piece.as_bytes()).await.unwrap();
    }
    let mut bytes = Vec::new();
    let reading = stream.read_to_end(&mut bytes);
    tokio::time::timeout(Duration::from_secs(20), reading).await.expect("the server closes").unwrap();
    let mut rest = bytes.as_slice();
    let mut said = Said::new();
    for method in methods {
        let end = rest.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(rest[..end].to_vec()).unwrap();
        rest = &rest[end + 4..];
        let mut lines: Vec<String> =
            head.split("\r\n").map(str::to_owned).filter(|line| !line.starts_with("date:")).collect();
        assert_eq!(head.split("\r\n").filter(|line| line.starts_with("date:")).count(), 1, "{head}");
        lines[1..].sort();
        let length = lines.iter().find_map(|line| line.strip_prefix("content-length: "));
        let has_body = *method != "HEAD" && !lines[0].contains("304");
        let length = length.filter(|_| has_body).map_or(0, |length| length.parse().unwrap());
        said.push((lines, rest[..length].to_vec()));
        rest = &rest[length..];
    }
    assert!(rest.is_empty(), "more came: {}", String::from_utf8_lossy(rest));
    said
}

/// The bodies of a feed in two encodings, its tag and date, ready to be sent.
async fn warm(site: &Site) -> (String, String) {
    site.get_with(FEED, &[("accept-encoding", "gzip")]).await;
    let got = site.get(FEED).await;
    (got.header("etag").to_owned(), got.header("last-modified").to_owned())
}

#[tokio::test]
async fn both_ways_answer_alike() {
    let net = Net::start().await;
    let site = filled(&net).await;
    let (etag, date) = warm(&site).await;
    let since = site.get_with(FEED, &[("a-im", "feed")]).await;
    assert_eq!(since.status, 200);
    let end = "Connection: close\r\n\r\n";
    for (method, path, lines) in [
        ("GET", FEED, String::new()),
        ("GET", FEED, "Accept-Encoding: gzip, br;q=0\r\n".to_owned()),
        ("HEAD", FEED, String::new()),
        ("HEAD", FEED, "accept-encoding: gzip\r\n".to_owned()),
        ("GET", FEED, format!("If-None-Match: {etag}\r\n")),
        ("GET", FEED, format!("IF-NONE-MATCH: W/\"x\",\r\nif-none-match: W/{etag}\r\n")),
        ("GET", FEED, format!("If-None-Match: \"x\"\r\nIf-Modified-Since: {date}\r\n")),
        ("GET", FEED, "If-None-Match: *\r\n".to_owned()),
        ("HEAD", FEED, format!("If-Modified-Since: {date}\r\n")),
        ("GET", FEED, format!("A-IM: feed\r\nIf-None-Match: {etag}\r\n")),
        ("GET", FEED, "A-IM: feed\r\n".to_owned()),
        ("GET", FEED, "Content-Length: 0\r\n".to_owned()),
        ("GET", FEED, "Range: bytes=0-9\r\n".to_owned()),
        ("GET", FEED, "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n".to_owned()),
        ("GET", FEED, format!("Accept: text/html\r\nIf-None-Match: {etag}\r\n")),
        ("GET", FEED, "Accept-Encoding: identity;q=0\r\n".to_owned()),
        ("GET", "/topics/none.atom", String::new()),
        ("GET", "/topics/all.atom?", String::new()),
        ("GET", "http://a/topics/all.atom", String::new()),
        ("GET", "/r/0123/topics/all.atom", String::new()),
        ("PUT", FEED, String::new()),
    ] {
        let request = format!("{method} {path} HTTP/1.1\r\nHost: a\r\n{lines}");
        let short = said(&site, &[&format!("{request}{end}")], &[method]).await;
        // A head that comes in two pieces goes the long way.
        let (before, behind) = request.split_at(7);
        let long = said(&site, &[before, &format!("{behind}{end}")], &[method]).await;
        assert_eq!(short, long, "{request}");
    }
}

#[tokio::test]
async fn requests_that_come_together_are_answered_in_order_and_the_rest_goes_the_long_way() {
    let net = Net::start().await;
    let site = filled(&net).await;
    let (etag, _date) = warm(&site).await;
    let whole = format!("GET {FEED} HTTP/1.1\r\nHost: a\r\n\r\n");
    let known =
        format!("GET {FEED} HTTP/1.1\r\nHost: a\r\nIf-None-Match: {etag}\r\nConnection: keep-alive\r\n\r\n");
    let head = format!("HEAD {FEED} HTTP/1.1\r\nHost: a\r\n\r\n");
    let other = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    let last = format!("GET {FEED} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    let all = [&whole, &known, &head, other, &known, &last].concat();
    let expected = ["200 OK", "304 Not Modified", "200 OK", "200 OK", "304 Not Modified", "200 OK"];
    let methods = ["GET", "GET", "HEAD", "GET", "GET", "GET"];
    let feed = site.get(FEED).await.body;
    // Cut at some places: in a head, between two requests, nowhere.
    for cut in [all.len(), 10, whole.len() - 2, whole.len(), whole.len() + 30, all.len() - 5] {
        let (before, behind) = all.split_at(cut);
        let said = said(&site, &[before, behind], &methods).await;
        let statuses: Vec<&str> = said.iter().map(|(lines, _body)| &lines[0][9..]).collect();
        assert_eq!(statuses, expected, "cut at {cut}");
        assert_eq!((&said[0].1, &said[5].1), (&feed, &feed));
        assert_eq!(said[2].0, said[0].0, "the head of both");
    }
}

#[tokio::test]
async fn what_is_kept_beside_is_not_reached_by_a_fragment() {
    let net = Net::start().await;
    let site = filled(&net).await;
    let page = site.get_with("/topics/all", &[("accept", "application/atom+xml")]).await;
    assert_eq!(page.status, 200);
    let ask = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    for path in ["/topics/all#negotiated", "/topics/all.atom#since\"0\"", "#negotiated"] {
        let request = ask(path);
        let short = said(&site, &[&request], &["GET"]).await;
        let (before, behind) = request.split_at(7);
        assert_eq!(short, said(&site, &[before, behind], &["GET"]).await, "{path}");
        let is_feed = short[0].0.iter().any(|line| line.contains("application/atom+xml"));
        assert_eq!(is_feed, path.contains(".atom"), "{path}");
    }
}

#[tokio::test]
async fn no_connection_changes_its_protocol_in_the_middle() {
    let net = Net::start().await;
    let site = filled(&net).await;
    warm(&site).await;
    let request = format!("GET {FEED} HTTP/1.1\r\nHost: a\r\n\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    // The connection ends without a frame of HTTP/2.
    let said = said(&site, &[&request], &["GET"]).await;
    assert_eq!(&said[0].0[0][9..], "200 OK");
}

#[tokio::test]
async fn a_rest_between_requests_ends_when_the_server_stops() {
    let net = Net::start().await;
    let site = filled(&net).await;
    warm(&site).await;
    let mut stream = TcpStream::connect(site.address()).await.unwrap();
    stream.write_all(format!("HEAD {FEED} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes()).await.unwrap();
    let mut bytes = [0; 4_096];
    let count = stream.read(&mut bytes).await.unwrap();
    assert!(bytes[..count].starts_with(b"HTTP/1.1 200 OK"));
    // Less than what connections have that do not end by themselves.
    let closed = tokio::time::timeout(Duration::from_secs(15), site.close()).await;
    assert!(closed.is_ok(), "the server waits for nobody who asks nothing");
    assert!(matches!(stream.read(&mut bytes).await, Ok(0) | Err(_)));
}
