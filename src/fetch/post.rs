//! Sends something to an address that is not a source: a delivery, a question whether one is wanted.
//!
//! The same guard as for everything that is fetched, before the name is looked up and after; no redirect is followed, and of
//! the answer only a little is read.

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;
use reqwest::Method;
use reqwest::header::HeaderMap;
use reqwest::header::HeaderName;
use reqwest::header::HeaderValue;
use url::Url;

use crate::fetch::Error;
use crate::fetch::Settings;
use crate::fetch::build;
use crate::fetch::guard::Guard;
use crate::fetch::guard::Resolver;
use crate::fetch::guard::Route;
use crate::fetch::wire;

/// How much of an answer is read.
const ANSWER_BYTES: usize = 4_096;

/// Connections that are kept open to one host between deliveries.
const IDLE: usize = 32;

/// Sends. Its copies share connections.
#[derive(Clone, Debug)]
pub struct Poster(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    public: reqwest::Client,
    named: Option<reqwest::Client>,
    guard: Guard,
    connect_timeout: Duration,
}

/// What is sent.
#[derive(Clone, Debug)]
pub struct Sending {
    /// `GET`, `POST` or `PUT`.
    pub method: &'static str,
    /// Where to.
    pub url: Url,
    /// Its headers; one that cannot be sent is left out.
    pub headers: Vec<(String, String)>,
    /// Its body; copies share it.
    pub body: Bytes,
    /// How long it may take in all.
    pub limit: Duration,
}

/// What was answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Taken {
    /// The status.
    pub status: u16,
    /// After how many seconds to come again, if it says so.
    pub retry_after: Option<u64>,
    /// What its `Link` headers say.
    pub links: Vec<String>,
    /// The type of its body.
    pub content_type: Option<String>,
    /// The first 4,096 bytes of its body.
    pub body: Vec<u8>,
}

impl Poster {
    /// Makes it; nothing is contacted.
    pub fn new(settings: &Settings) -> Result<Self, Error> {
        Self::looking_up(settings, Resolver::new)
    }

    fn looking_up(settings: &Settings, resolver: impl Fn(Route) -> Resolver) -> Result<Self, Error> {
        let _installed_before = rustls::crypto::ring::default_provider().install_default();
        let guard = Guard::new(&settings.allowed_hosts);
        let public = build(settings, resolver(Route::Public), IDLE)?;
        let named = guard.names_any().then(|| build(settings, resolver(Route::Named), IDLE)).transpose()?;
        Ok(Self(Arc::new(Shared { public, named, guard, connect_timeout: settings.connect_timeout })))
    }

    /// Whether an address may be sent to as it is written, or why not.
    pub fn check(&self, url: &Url) -> Result<(), String> {
        self.0.guard.check(url, url).map(|_route| ()).map_err(|refusal| refusal.to_string())
    }

    /// Sends once. An error says in words why no answer came; any status is an answer.
    pub async fn send(&self, sending: Sending) -> Result<Taken, String> {
        let limit = sending.limit;
        match tokio::time::timeout(limit, self.exchange(sending)).await {
            Ok(taken) => taken,
            Err(_elapsed) => Err(format!("no answer within {} s", limit.as_secs())),
        }
    }

    async fn exchange(&self, sending: Sending) -> Result<Taken, String> {
        let Sending { method, url, headers, body, .. } = sending;
        let client = match self.0.guard.check(&url, &url).map_err(|refusal| refusal.to_string())? {
            Route::Public | Route::NamedPublic => &self.0.public,
            Route::Named => self.0.named.as_ref().unwrap_or(&self.0.public),
        };
        let method = Method::from_bytes(method.as_bytes()).map_err(|error| error.to_string())?;
        let mut head = HeaderMap::new();
        for (name, value) in &headers {
            if let (Ok(name), Ok(value)) =
                (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value))
            {
                head.append(name, value);
            }
        }
        let sent = client.request(method, url).headers(head).body(body).send().await;
        let mut response = sent.map_err(|error| {
            let (fault, _outcome) = wire::fault(&error.without_url(), self.0.connect_timeout);
            fault.to_string()
        })?;
        let status = response.status().as_u16();
        let retry_after =
            response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
        let texts = |name| {
            response.headers().get_all(name).iter().filter_map(|value| value.to_str().ok().map(str::to_owned))
        };
        let (links, content_type) = (texts("link").collect(), texts("content-type").next());
        let mut body = Vec::new();
        // What breaks off after the status was said changes nothing about it.
        while let Ok(Some(chunk)) = response.chunk().await {
            body.extend_from_slice(&chunk);
            if body.len() >= ANSWER_BYTES {
                body.truncate(ANSWER_BYTES);
                break;
            }
        }
        Ok(Taken { status, retry_after, links, content_type, body })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::io::Write as _;
    use std::net::IpAddr;
    use std::net::SocketAddr;
    use std::net::TcpListener;
    use std::sync::Mutex;
    use std::sync::atomic::AtomicUsize;
    use std::sync::atomic::Ordering;

    use super::*;

    /// A server that says something to everybody who comes, and counts them.
    fn server(says: String) -> (SocketAddr, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, visitors) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
        let count = Arc::clone(&visitors);
        std::thread::spawn(move || {
            while let Ok((mut stream, _visitor)) = listener.accept() {
                count.fetch_add(1, Ordering::SeqCst);
                let _read = stream.read(&mut [0; 4_096]);
                let _is_written = stream.write_all(says.as_bytes());
            }
        });
        (address, visitors)
    }

    const YES: &str = "HTTP/1.1 200 OK\r\ncontent-length: 3\r\nconnection: close\r\n\r\nyes";

    fn get(url: &str) -> Sending {
        let (url, limit) = (Url::parse(url).unwrap(), Duration::from_secs(30));
        Sending { method: "GET", url, headers: Vec::new(), body: Bytes::new(), limit }
    }

    /// A poster to whom a name server gives one answer after the other, and what was looked up.
    fn poster(allowed: &[&str], answers: &[&str]) -> (Poster, Arc<AtomicUsize>) {
        let allowed_hosts = allowed.iter().map(|url| Url::parse(url).unwrap()).collect();
        let mut answers: Vec<IpAddr> = answers.iter().map(|text| text.parse().unwrap()).collect();
        answers.reverse();
        let (answers, lookups) = (Arc::new(Mutex::new(answers)), Arc::new(AtomicUsize::new(0)));
        let count = Arc::clone(&lookups);
        let answer = move |_name: &str| {
            count.fetch_add(1, Ordering::SeqCst);
            vec![answers.lock().unwrap().pop().unwrap()]
        };
        let settings = Settings { allowed_hosts, ..Settings::default() };
        let poster = Poster::looking_up(&settings, |route| Resolver::asking(route, answer.clone())).unwrap();
        (poster, lookups)
    }

    #[tokio::test]
    async fn a_public_name_that_leads_into_a_private_network_is_not_asked() {
        let (poster, lookups) =
            poster(&[], &["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1", "::ffff:127.0.0.1"]);
        for number in 1..=6 {
            let url = "http://callback.example/cb";
            assert_eq!(poster.check(&Url::parse(url).unwrap()), Ok(()));
            let refused = poster.send(get(url)).await.unwrap_err();
            assert!(refused.contains("the name leads to"), "{refused}");
            assert_eq!(lookups.load(Ordering::SeqCst), number);
        }
    }

    #[tokio::test]
    async fn each_connection_goes_where_its_one_lookup_led_and_no_other() {
        let (address, visitors) = server(YES.to_owned());
        let url = format!("http://box.test:{}/cb", address.port());
        // The second answer is what the name turns into once it was let through.
        let (poster, lookups) = poster(&[&url], &["127.0.0.1", "169.254.169.254", "127.0.0.1"]);
        assert_eq!(poster.send(get(&url)).await.unwrap().body, b"yes");
        assert_eq!((lookups.load(Ordering::SeqCst), visitors.load(Ordering::SeqCst)), (1, 1));
        assert!(poster.send(get(&url)).await.unwrap_err().contains("the name leads to"));
        assert_eq!((lookups.load(Ordering::SeqCst), visitors.load(Ordering::SeqCst)), (2, 1));
        assert_eq!(poster.send(get(&url)).await.unwrap().status, 200);
        assert_eq!((lookups.load(Ordering::SeqCst), visitors.load(Ordering::SeqCst)), (3, 2));
    }

    #[tokio::test]
    async fn a_redirection_is_an_answer_and_is_not_followed() {
        let (secret, asked) = server(YES.to_owned());
        let says = format!("HTTP/1.1 302 Found\r\nlocation: http://{secret}/\r\ncontent-length: 0\r\n\r\n");
        let (address, _visitors) = server(says);
        let url = format!("http://{address}/cb");
        let (poster, _lookups) = poster(&[&url, &format!("http://{secret}/")], &[]);
        assert_eq!(poster.send(get(&url)).await.unwrap().status, 302);
        assert_eq!(asked.load(Ordering::SeqCst), 0);
    }

    #[tokio::test]
    async fn addresses_of_private_networks_are_refused_however_they_are_written() {
        let (poster, _lookups) = poster(&[], &[]);
        for url in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0177.0.0.1/",
            "http://127.1/",
            "http://0/",
            "http://[::1]/",
            "http://[::ffff:10.0.0.1]/",
            "http://10.20.30.40/",
            "http://192.168.1.1/",
            "http://172.16.0.1/",
            "http://100.64.0.1/",
            "http://169.254.169.254/latest/meta-data/",
            "http://[fe80::1]/",
            "http://[fd00::1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://1.1.1.1:22/",
            "http://user@1.1.1.1/",
        ] {
            let url = Url::parse(url).unwrap();
            assert!(poster.check(&url).is_err(), "{url}");
            let sending = Sending { url: url.clone(), ..get("http://example.org/") };
            assert!(poster.send(sending).await.is_err(), "{url}");
        }
    }
}
