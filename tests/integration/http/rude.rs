//! Clients that do not keep to the rules, over raw sockets.

use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

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
