//! Bodies and heads that want our memory or our time.

use std::io::Read as _;
use std::io::Write as _;
use std::net::TcpListener;
use std::time::Duration;

use offprint::fetch::Client;
use offprint::fetch::Settings;
use offprint::fetch::exchange::Request;
use offprint::fetch::fault::Fault;
use offprint::fetch::fault::Wait;
use offprint::model::source::ExchangeMemory;
use url::Url;

use super::LIMIT;
use super::PAGE;
use super::ask;
use super::bucket;
use super::client;
use super::hasty;
use super::noon;
use super::request;
use crate::support::net::Net;

/// A page that does not compress well.
fn numbers(count: usize) -> String {
    let numbers: Vec<String> = (0..count).map(|number| (number * 7919).to_string()).collect();
    format!("<rss>{}</rss>", numbers.join(" "))
}

#[tokio::test]
async fn bombs_are_cut_soon_after_a_mebibyte() {
    let net = Net::start().await;
    for coding in ["gzip", "br", "zstd"] {
        net.at("/bomb").bombs(coding);
        let error = ask(&client(&net), net.url("/bomb")).await.unwrap_err();
        let Fault::Bomb { wire_bytes, decoded_bytes } = error.fault else { panic!("{coding}: {error}") };
        assert!(decoded_bytes < 9 * 1024 * 1024, "{coding}: {decoded_bytes}");
        assert!(decoded_bytes > wire_bytes * 200, "{coding}: {wire_bytes}");
    }
}

#[tokio::test]
async fn an_honest_body_over_the_limit_is_cut_at_the_limit() {
    let net = Net::start().await;
    let client = client(&net);
    let page = numbers(5_000);
    for coding in ["identity", "gzip", "br", "zstd", "deflate"] {
        net.at("/rss").answers(page.clone()).encoded(coding);
        for (limit_bytes, is_read) in [(page.len(), true), (page.len() - 1, false)] {
            let request = Request { limit_bytes, ..request(net.url("/rss")) };
            let memory = ExchangeMemory::default();
            let result = client.fetch(&request, &bucket("test"), &memory, noon()).await;
            match result {
                Ok(fetched) => assert!(is_read && fetched.response.body == page.as_bytes()),
                Err(error) => assert!(!is_read && error.fault == Fault::TooLarge { limit_bytes }, "{error}"),
            }
        }
    }
}

#[tokio::test]
async fn a_length_over_the_limit_is_refused_before_the_body() {
    let net = Net::start().await;
    net.at("/rss").answers(PAGE).claims_length(1 << 40);
    let error = ask(&client(&net), net.url("/rss")).await.unwrap_err();
    assert_eq!(error.fault, Fault::TooLarge { limit_bytes: LIMIT });
}

#[tokio::test]
async fn endless_chunks_end_at_the_limit() {
    let net = Net::start().await;
    net.at("/plain").never_ends("<rss>".repeat(10_000));
    // Empty members of gzip: for ever bytes on the wire, and never one decoded.
    let empty = [31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    net.at("/empty").never_ends(empty.repeat(1000)).header("Content-Encoding", "gzip");
    for path in ["/plain", "/empty"] {
        let error = ask(&client(&net), net.url(path)).await.unwrap_err();
        assert_eq!(error.fault, Fault::TooLarge { limit_bytes: LIMIT }, "{path}");
    }
}

#[tokio::test]
async fn windows_that_want_gigabytes_are_refused() {
    let net = Net::start().await;
    // RFC 8878: a window descriptor of 2 GiB, then one block of a byte.
    net.at("/zstd")
        .answers(vec![0x28, 0xB5, 0x2F, 0xFD, 0x00, 21 << 3, 0x09, 0x00, 0x00, b'<'])
        .header("Content-Encoding", "zstd");
    // "Large window" brotli with a window of 2^30 bytes, well formed and empty.
    net.at("/br").answers(vec![0x11, 0b1101_1110]).header("Content-Encoding", "br");
    for path in ["/zstd", "/br"] {
        let error = ask(&client(&net), net.url(path)).await.unwrap_err();
        assert!(matches!(error.fault, Fault::Encoding(_)), "{path}: {error}");
    }
}

#[tokio::test]
async fn stacked_unknown_and_false_encodings_are_refused() {
    let net = Net::start().await;
    let client = client(&net);
    for coding in ["gzip, gzip", "br, identity, gzip", "compress", "aes128gcm"] {
        net.at("/rss").answers(PAGE).header("Content-Encoding", coding);
        let error = ask(&client, net.url("/rss")).await.unwrap_err();
        assert!(matches!(error.fault, Fault::Encoding(_)), "{coding}: {error}");
    }
    net.at("/rss").answers(PAGE).gzip().header("Content-Encoding", "gzip");
    let error = ask(&client, net.url("/rss")).await.unwrap_err();
    assert_eq!(error.fault, Fault::Encoding("2 encodings are stacked".to_owned()));
    for coding in ["gzip", "br", "zstd", "deflate"] {
        net.at("/rss").answers(PAGE).header("Content-Encoding", coding);
        let error = ask(&client, net.url("/rss")).await.unwrap_err();
        assert!(matches!(error.fault, Fault::Encoding(_)), "{coding}: {error}");
    }
    net.at("/rss").answers(PAGE).header("Content-Encoding", "Identity");
    assert!(ask(&client, net.url("/rss")).await.is_ok());
}

#[tokio::test]
async fn a_body_that_is_cut_short_is_never_taken_for_whole() {
    let net = Net::start().await;
    let client = client(&net);
    let page = numbers(500);
    for coding in ["identity", "gzip", "br", "zstd", "deflate"] {
        for bytes in [0, 1, 10, 100, 500] {
            net.at("/rss").answers(page.clone()).encoded(coding).cuts_after(bytes);
            let error = ask(&client, net.url("/rss")).await.unwrap_err();
            assert!(matches!(error.fault, Fault::Cut(_)), "{coding} after {bytes}: {error}");
            assert_eq!(error.memory, None);
        }
    }
    net.at("/rss").answers(page.clone()).claims_length(page.len() + 1);
    let error = ask(&client, net.url("/rss")).await.unwrap_err();
    assert!(matches!(error.fault, Fault::Cut(_)), "{error}");
}

#[tokio::test]
async fn an_encoded_body_that_ends_early_is_not_whole_whatever_its_length_says() {
    let net = Net::start().await;
    let client = client(&net);
    for coding in ["gzip", "br", "zstd", "deflate"] {
        net.at("/rss").answers(PAGE).encoded(coding).cuts_after(30).claims_length(30);
        let error = ask(&client, net.url("/rss")).await.unwrap_err();
        assert!(matches!(error.fault, Fault::Encoding(_)), "{coding}: {error}");
    }
}

#[tokio::test]
async fn an_answer_cut_at_any_byte_is_a_fault() {
    let net = Net::start().await;
    let client = client(&net);
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nETag: \"1\"\r\n\r\n{PAGE}", PAGE.len());
    for end in (0..answer.len()).step_by(3) {
        net.at("/rss").says(&answer[..end]);
        let error = ask(&client, net.url("/rss")).await.unwrap_err();
        assert!(matches!(error.fault, Fault::Cut(_)), "at {end}: {error}");
    }
    net.at("/rss").says(answer);
    assert!(ask(&client, net.url("/rss")).await.is_ok());
}

#[tokio::test]
async fn what_is_not_http_is_a_fault() {
    let net = Net::start().await;
    let client = client(&net);
    for odd in [
        "SSH-2.0-OpenSSH_9.9\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n<rss>",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 999999 OK\r\n\r\n",
        "\0\0\0\0",
    ] {
        net.at("/rss").says(odd);
        let error = ask(&client, net.url("/rss")).await.unwrap_err();
        assert!(matches!(error.fault, Fault::Cut(_)), "{odd:?}: {error}");
    }
}

#[tokio::test]
async fn a_huge_head_is_refused() {
    let net = Net::start().await;
    let client = client(&net);
    net.at("/long").answers(PAGE).header("X-Long", "x".repeat(70_000));
    net.at("/endless").answers(PAGE).header("X-Endless", "x".repeat(10_000_000));
    let many = net.at("/many").answers(PAGE);
    (0..5000).fold(many, |many, number| many.header(&format!("X-{number}"), "x"));
    for path in ["/long", "/endless", "/many"] {
        let error = ask(&client, net.url(path)).await.unwrap_err();
        assert!(matches!(error.fault, Fault::Cut(_)), "{path}: {error}");
    }
}

#[tokio::test]
async fn each_wait_has_an_end() {
    let net = Net::start().await;
    let client = hasty(&net);
    let second = Duration::from_secs(1);
    net.at("/stalls").stalls();
    net.at("/idles").answers(PAGE).drips(30, second);
    net.at("/drips").answers("<".repeat(1000)).drips(1, Duration::from_millis(50));
    for (path, wait) in [("/stalls", Wait::Total), ("/idles", Wait::Idle), ("/drips", Wait::Total)] {
        let error = ask(&client, net.url(path)).await.unwrap_err();
        let Fault::Timeout { wait: waited, .. } = error.fault else { panic!("{path}: {error}") };
        assert_eq!(waited, wait, "{path}: {error}");
    }
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_a_connection_that_was_not_made() {
    let net = Net::start().await;
    let mut url = net.url("/");
    // A server that takes a TLS greeting for the beginning of an endless request, and says nothing.
    url.set_scheme("https").unwrap();
    let error = ask(&hasty(&net), url).await.unwrap_err();
    assert!(matches!(error.fault, Fault::Timeout { wait: Wait::Connect, .. }), "{error}");
}

#[tokio::test]
async fn nobody_there_is_told_from_not_secure() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let plain = TcpListener::bind("127.0.0.1:0").unwrap();
    let [nobody_s, plain_s] = [&nobody, &plain]
        .map(|listener| Url::parse(&format!("https://{}/", listener.local_addr().unwrap())).unwrap());
    drop(nobody);
    let answering = std::thread::spawn(move || {
        let (mut stream, _visitor) = plain.accept().unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        // Read to the end: closing with unread bytes would cut the answer off.
        let _visitor_left = stream.read_to_end(&mut Vec::new());
    });
    let allowed_hosts = vec![nobody_s.clone(), plain_s.clone()];
    let client = Client::new(&Settings { allowed_hosts, ..Settings::default() }).unwrap();
    let error = ask(&client, nobody_s).await.unwrap_err();
    assert!(matches!(error.fault, Fault::Connect(_)), "{error}");
    let error = ask(&client, plain_s).await.unwrap_err();
    assert!(matches!(error.fault, Fault::Tls(_)), "{error}");
    answering.join().unwrap();
}
