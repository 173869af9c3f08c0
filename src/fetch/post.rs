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
use crate::fetch::guard::Route;
use crate::fetch::wire;

/// How much of an answer is read.
const ANSWER_BYTES: usize = 4_096;

/// Connections that are kept open to one host between deliveries.
const IDLE: usize = 16;

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
        let _installed_before = rustls::crypto::ring::default_provider().install_default();
        let guard = Guard::new(&settings.allowed_hosts);
        let public = build(settings, Route::Public, IDLE)?;
        let named = guard.names_any().then(|| build(settings, Route::Named, IDLE)).transpose()?;
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
