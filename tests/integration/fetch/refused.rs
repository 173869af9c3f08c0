//! Addresses that are never connected to, however they are spelled and whoever leads there.

use offprint::fetch::Client;
use offprint::fetch::Settings;
use offprint::fetch::fault::Fault;
use offprint::fetch::fault::Retry;
use offprint::fetch::fault::Whose;
use offprint::model::source::Health;
use url::Url;

use super::ask;
use super::client;
use crate::support::net::Net;

/// Spellings of 127.0.0.2, where the tripwire listens.
const OF_THE_TRIPWIRE: &[&str] = &[
    "127.0.0.2",
    "127.0.0.2.",
    "127.0.2",
    "127.2",
    "2130706434",
    "0x7f000002",
    "0X7F000002",
    "017700000002",
    "0177.0.0.2",
    "0177.0.0.02",
    "0x7f.2",
    "0x7f.0.2",
    "0x7f.0x0.0x0.0x2",
    "127.0x2",
    "127.0.0.0x2",
    "00000177.0.0.2",
    "%31%32%37.0.0.2",
    "127%2e0%2e0%2e2",
    "\u{ff11}\u{ff12}\u{ff17}.0.0.2",
    "127\u{3002}0\u{3002}0\u{3002}2",
    "127\u{ff0e}0\u{ff0e}0\u{ff61}2",
    "\u{2460}\u{2461}\u{2466}.0.0.\u{2461}",
    "user@127.0.0.2",
    "example.org:80@127.0.0.2",
    "example.org%2f@127.0.0.2",
    "[::ffff:127.0.0.2]",
    "[::ffff:7f00:2]",
    "[0:0:0:0:0:ffff:127.0.0.2]",
    "[::127.0.0.2]",
    "[64:ff9b::127.0.0.2]",
    "[64:ff9b::7f00:2]",
    "[2002:7f00:2::]",
];

/// Other places that are not the public Internet.
const ELSEWHERE: &[&str] = &[
    "localhost",
    "LOCALHOST",
    "localhost.",
    "LocalHost.",
    "any.localhost",
    "127.0.0.1",
    "127.1",
    "127.255.255.254",
    "0.0.0.0",
    "0",
    "0x0",
    "00",
    "10.0.0.1",
    "10.1",
    "0xa.1",
    "012.0.0.1",
    "167772161",
    "100.64.0.1",
    "100.127.255.255",
    "169.254.169.254",
    "0xa9fea9fe",
    "2852039166",
    "0251.0376.0251.0376",
    "169.254.43518",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.257",
    "0xc0a80001",
    "192.0.0.8",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:10.0.0.1]",
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "[64:ff9b::10.0.0.1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::1.1.1.1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[2001:db8::1]",
    "[2001::1]",
    "[2002:a00:1::]",
    "[100::1]",
];

fn is_refused(fault: &Fault) -> bool {
    matches!(fault, Fault::Refused { .. })
}

#[tokio::test]
async fn no_spelling_of_a_private_address_is_connected_to() {
    let net = Net::start().await;
    let tripwire = net.tripwire("127.0.0.2").await;
    let client = client(&net);
    assert!(OF_THE_TRIPWIRE.len() + ELSEWHERE.len() >= 60);
    for (hosts, port) in [(OF_THE_TRIPWIRE, tripwire.port), (OF_THE_TRIPWIRE, 80), (ELSEWHERE, 80)] {
        for host in hosts {
            let spelled = format!("http://{host}:{port}/rss");
            // What cannot be read as an address cannot be configured.
            if let Ok(url) = Url::parse(&spelled) {
                let error = ask(&client, url).await.unwrap_err();
                assert!(is_refused(&error.fault), "{spelled}: {error}");
                assert_eq!(error.fault.whose(), Whose::Ours, "{spelled}");
            }
            net.at("/redirect").redirects_to(302, spelled.clone());
            let error = ask(&client, net.url("/redirect")).await.unwrap_err();
            let is_left = is_refused(&error.fault) || matches!(error.fault, Fault::Redirect(_));
            assert!(is_left, "{spelled} by redirect: {error}");
            assert_eq!(error.fault.whose(), Whose::Theirs, "{spelled} by redirect");
        }
    }
    assert_eq!(tripwire.connects(), 0);
    assert_eq!(net.requests().len(), net.requests_of("/redirect").len());
}

#[tokio::test]
async fn the_tripwire_would_have_noticed() {
    let net = Net::start().await;
    let tripwire = net.tripwire("127.0.0.2").await;
    let url = Url::parse(&format!("http://127.2:{}/", tripwire.port)).unwrap();
    let client = Client::new(&Settings { allowed_hosts: vec![url.clone()], ..Settings::default() }).unwrap();
    let error = ask(&client, url).await.unwrap_err();
    assert!(matches!(error.fault, Fault::Cut(_)), "{error}");
    assert_eq!(tripwire.connects(), 1);
}

#[tokio::test]
async fn a_named_host_opens_no_other_port_and_no_other_host() {
    let net = Net::start().await;
    let tripwire = net.tripwire("127.0.0.1").await;
    let client = client(&net);
    net.at("/port").redirects_to(302, format!("http://127.0.0.1:{}/", tripwire.port));
    net.at("/name").redirects_to(302, format!("http://localhost:{}/", net.url("/").port().unwrap()));
    for path in ["/port", "/name"] {
        let error = ask(&client, net.url(path)).await.unwrap_err();
        assert!(is_refused(&error.fault), "{path}: {error}");
    }
    assert_eq!(tripwire.connects(), 0);
    assert_eq!(net.connections(), 1);
}

#[tokio::test]
async fn a_redirect_to_the_cloud_s_metadata_says_so() {
    let net = Net::start().await;
    net.at("/rss").redirects_to(301, "http://169.254.169.254/latest/meta-data/");
    let error = ask(&client(&net), net.url("/rss")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "169.254.169.254 is refused (where 127.0.0.1 redirects): a link-local address"
    );
}

#[tokio::test]
async fn names_that_nobody_resolves_are_an_outage_once_there_are_two() {
    let net = Net::start().await;
    let client = client(&net);
    assert!(!client.network_is_down(super::noon()));
    // RFC 6761 §6.4: no name under "invalid" ever resolves, with or without a network.
    let mut errors = Vec::new();
    for name in ["one", "two"] {
        let url = Url::parse(&format!("http://{name}.invalid/rss")).unwrap();
        errors.push(ask(&client, url).await.unwrap_err());
    }
    assert!(matches!(errors[0].fault, Fault::Dns(_) | Fault::Offline(_)), "{}", errors[0]);
    assert_eq!(errors[1].fault.health(), Health::Offline, "{}", errors[1]);
    assert!(errors[1].to_string().starts_with("two.invalid cannot be reached, because the network is down"));
    assert_eq!(errors[1].fault.whose(), Whose::Network);
    assert_eq!(errors[1].retry, Retry::Backoff);
    assert!(client.network_is_down(super::noon()));
    net.at("/rss").answers(super::PAGE);
    assert!(ask(&client, net.url("/rss")).await.is_ok());
    assert!(client.network_is_down(super::noon()), "a host on this machine says nothing of the network");
}

#[tokio::test]
async fn one_unknown_name_is_an_outage_when_names_that_exist_are_unknown_too() {
    // The second stands for a name that exists; it is not found, as without a network.
    for (probe_names, is_down) in [(["probe.invalid"].as_slice(), true), (["localhost"].as_slice(), false)] {
        let probe_names: &'static [&'static str] = probe_names.to_vec().leak();
        let client = Client::new(&Settings { probe_names, ..Settings::default() }).unwrap();
        let url = Url::parse("http://one.invalid/rss").unwrap();
        let error = ask(&client, url).await.unwrap_err();
        assert_eq!(error.fault.health() == Health::Offline, is_down, "{probe_names:?}: {error}");
    }
}

#[tokio::test]
async fn a_named_public_host_counts_as_the_network_and_a_near_one_does_not() {
    let allowed_hosts =
        ["http://one.invalid/rss", "http://two.invalid/rss"].map(|url| Url::parse(url).unwrap());
    let settings =
        Settings { allowed_hosts: allowed_hosts.to_vec(), probe_names: &[], ..Settings::default() };
    let client = Client::new(&settings).unwrap();
    for url in allowed_hosts {
        let _not_resolved = ask(&client, url).await.unwrap_err();
    }
    assert!(client.network_is_down(super::noon()));
}

#[tokio::test]
async fn a_proxy_in_the_environment_is_not_used() {
    let net = Net::start().await;
    let tripwire = net.tripwire("127.0.0.2").await;
    let proxy = format!("http://127.0.0.2:{}", tripwire.port);
    // The environment is read when a client is made, so another test does that in a process of its own.
    let mut other = std::process::Command::new(std::env::current_exe().unwrap());
    other.args(["--exact", "integration::fetch::redirects::redirects_are_followed_and_named"]);
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        other.env(name, &proxy);
    }
    let output = other.env_remove("no_proxy").env_remove("NO_PROXY").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    assert_eq!(tripwire.connects(), 0);
}
