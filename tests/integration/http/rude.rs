//! Clients that do not keep to the rules, over raw sockets.

use std::time::Duration;

use offprint::daemon::asks::Answer;
use offprint::daemon::asks::Ask;
use offprint::daemon::readers::ReaderAsk;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use super::filled;
use crate::support::net::Net;
use crate::support::site::Site;

/// Sends bytes and reads until the server closes.
async fn say(site: &Site, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(site.address()).await.unwrap();
    // The server may have closed already.
    let _is_sent = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let reading = stream.read_to_end(&mut answer);
    // A reset after the answer is a way to close.
    let _is_closed = tokio::time::timeout(Duration::from_secs(20), reading).await.expect("the server closes");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn framing_that_two_parsers_could_read_differently_is_refused() {
    let net = Net::start().await;
    let site = filled(&net).await;
    for (what, head) in [
        ("no host", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n"),
        ("two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n"),
        ("two lengths", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx"),
        (
            "length and chunks",
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ),
        ("a signed length", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +4\r\n\r\nabcd"),
        ("a folded header", "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\nConnection: close\r\n\r\n"),
        ("a blank before the colon", "GET / HTTP/1.1\r\nHost : a\r\nConnection: close\r\n\r\n"),
        ("a null", "GET /\0 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
        ("no such protocol", "GET / HTTP/9.9\r\nHost: a\r\n\r\n"),
    ] {
        let answer = say(&site, head.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400") || answer.is_empty(), "{what}: {answer}");
    }
    assert_eq!(site.get("/").await.status, 200);
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let net = Net::start().await;
    let site = filled(&net).await;
    let answer =
        say(&site, format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(100_000)).as_bytes())
            .await;
    assert!(
        answer.starts_with("HTTP/1.1 431") || answer.starts_with("HTTP/1.1 400") || answer.is_empty(),
        "{answer}"
    );
    let many: String = (0..500).map(|number| format!("X{number}: 1\r\n")).collect::<Vec<_>>().concat();
    let answer = say(&site, format!("GET / HTTP/1.1\r\nHost: a\r\n{many}\r\n").as_bytes()).await;
    assert!(
        answer.starts_with("HTTP/1.1 431") || answer.starts_with("HTTP/1.1 400") || answer.is_empty(),
        "{answer}"
    );
}

#[tokio::test]
async fn a_head_that_never_ends_is_cut_while_others_are_served() {
    let net = Net::start().await;
    let site = filled(&net).await;
    let mut slow = Vec::new();
    for _visitor in 0..50 {
        let mut stream = TcpStream::connect(site.address()).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nX: ").await.unwrap();
        slow.push(stream);
    }
    let mut served = 0;
    for mut stream in slow {
        assert_eq!(site.get("/healthz").await.status, 200);
        served += 1;
        let mut rest = Vec::new();
        // An answer of 408 or none; either way the connection ends, long before the test's patience does.
        let _is_closed =
            tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut rest)).await.unwrap();
    }
    assert_eq!(served, 50);
}

#[tokio::test]
async fn a_reader_that_takes_nothing_keeps_nobody_waiting() {
    let net = Net::start().await;
    let site = filled(&net).await;
    let mut idle = Vec::new();
    for _reader in 0..20 {
        let mut stream = TcpStream::connect(site.address()).await.unwrap();
        stream.write_all(b"GET /topics/all.atom HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        idle.push(stream);
    }
    for _other in 0..20 {
        assert_eq!(site.get("/topics/all.atom").await.status, 200);
    }
    drop(idle);
}

/// Pieces of which hostile requests are made.
const METHODS: [&str; 9] = ["GET", "GET", "GET", "HEAD", "POST", "PUT", "TRACE", "PROPFIND", "G\u{0}T"];
const PATHS: [&str; 26] = [
    "/",
    "/topics/all.atom",
    "/topics/all.rss",
    "/topics/all.json",
    "/topics/all",
    "/topics/all/archive/100.atom",
    "/topics/all/archive/18446744073709551616.atom",
    "/topics/all/archive/-1.atom",
    "/topics/all?before=yesterday",
    "/updates.atom",
    "/search.atom?q=flag",
    "/search.atom?q=%22%22%7E999999999999",
    "/search.json?q=((((((((((",
    "/search.rss?q=/(a*)*b/",
    "/authors/%00.atom",
    "/categories/..%2f..%2fetc%2fpasswd.atom",
    "/papers/0000000000000000",
    "/papers/0000000000000000/similar.atom",
    "/arxiv/../../etc/passwd",
    "/doi/10.5555/flags.3%0d%0aX-Injected:%201",
    "/opml",
    "/assets/../../../etc/passwd",
    "/r//topics/all.atom",
    "/r/TOKEN/topics/all.atom",
    "/r/TOKEN/../healthz",
    "/api/v1/search?q=flag&limit=99999999999999999999",
];
const HEADERS: [&str; 20] = [
    "If-None-Match: *",
    "If-None-Match: W/\"",
    "If-None-Match: \"0123456789abcdef0123456789abcdef-gzip\", \"x\"",
    "If-Modified-Since: Thu, 99 Foo 99999 99:99:99 GMT",
    "A-IM: feed, gzip;q=x",
    "Range: bytes=0-0,-1,5-2",
    "Range: bytes=18446744073709551615-",
    "Accept: application/rss+xml;q=9, */*;q=-1",
    "Accept: \u{ff}\u{fe}",
    "Accept-Encoding: identity;q=0, *;q=0",
    "Accept-Encoding: br;q=1.0001, zstd;q=0.5, gzip;q=",
    "Expect: 100-continue",
    "Upgrade: websocket",
    "Cookie: a=b",
    "Authorization: Bearer ../../x",
    "X-Forwarded-For: 10.0.0.1",
    "X-Original-URL: /admin",
    "Content-Length: 3",
    "Transfer-Encoding: gzip, chunked",
    "Connection: keep-alive, upgrade",
];

#[tokio::test]
async fn a_thousand_hostile_requests_are_answered_without_a_fault_or_a_secret() {
    let net = Net::start().await;
    let site = filled(&net).await;
    let ask = Ask::Reader(ReaderAsk::Add("Ann".to_owned()));
    let added = site.desk().answer(ask, &|_step| {}, &CancellationToken::new()).await.unwrap();
    let Answer::ReaderAdded { feeds, .. } = added else { panic!("{added:?}") };
    let token = feeds.split('/').rev().nth(1).unwrap().to_owned();
    let folder = site.folder().to_string_lossy().into_owned();
    let mut random = fastrand::Rng::with_seed(9_110);
    let mut statuses = std::collections::BTreeMap::<String, u32>::new();
    for _request in 0..1_000 {
        let mut path = PATHS[random.usize(..PATHS.len())].to_owned();
        let is_private = path.contains("TOKEN") && random.bool();
        path = path.replace("TOKEN", if is_private { &token } else { "0123" });
        if random.u8(..4) == 0 {
            let at = random.usize(1..=path.len());
            let piece = ["%", "%00", "\u{e9}", "//", "..", "?", "#", " ", "\t", "%ff"][random.usize(..10)];
            if path.is_char_boundary(at) {
                path.insert_str(at, piece);
            }
        }
        let method = METHODS[random.usize(..METHODS.len())];
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        for _header in 0..random.usize(..4) {
            head.push_str(HEADERS[random.usize(..HEADERS.len())]);
            head.push_str("\r\n");
        }
        head.push_str("\r\n");
        let answer = say(&site, head.as_bytes()).await;
        let status = answer.get(9..12).unwrap_or("none").to_owned();
        assert!(!status.starts_with('5'), "{head}\n{answer}");
        assert!(!answer.contains(&folder), "a path of this machine is told: {head}\n{answer}");
        assert!(!answer.contains("root:"), "{head}\n{answer}");
        assert!(is_private || !answer.contains(&token), "a token is told: {head}\n{answer}");
        assert!(!answer.to_ascii_lowercase().contains("\nx-injected"), "{head}\n{answer}");
        *statuses.entry(status).or_default() += 1;
    }
    assert!(statuses.len() > 4 && statuses["200"] > 50, "{statuses:?}");
    assert_eq!(site.get("/topics/all.atom").await.status, 200);
}
