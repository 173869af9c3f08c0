//! One walk: from the address that is asked, over redirects, to an answer.
//!
//! Redirects are followed here and not by the client library, since each hop is checked, spaced and told.

use std::collections::BTreeSet;
use std::time::Duration;

use reqwest::header;
use reqwest::header::HeaderMap;
use reqwest::header::HeaderName;
use reqwest::header::HeaderValue;
use tokio::time::Instant;
use url::Url;

use crate::fetch::Shared;
use crate::fetch::body;
use crate::fetch::body::Body;
use crate::fetch::bucket::Turn;
use crate::fetch::caching;
use crate::fetch::exchange::CredentialPlace;
use crate::fetch::exchange::Request;
use crate::fetch::fault::Fault;
use crate::fetch::fault::Wait;
use crate::fetch::guard::Route;
use crate::fetch::moves::Hop;
use crate::fetch::outage::Outcome;
use crate::fetch::verdict::Answer;
use crate::fetch::verdict::Asked;
use crate::fetch::wire;
use crate::model::source::ExchangeMemory;
use crate::model::time::Timestamp;

/// Redirects followed for one request.
const MOST_HOPS: usize = 5;

/// The most a head may hold, names and values together.
pub(super) const HEAD_LIMIT_BYTES: usize = 64 * 1024;

/// How long a refusal's body may take, so that a slow one does not cost us the `Retry-After` above it.
const REFUSAL_PATIENCE: Duration = Duration::from_secs(2);

/// How much of a refusal's body is kept for its words.
const REFUSAL_LIMIT_BYTES: usize = 64 * 1024;

impl Shared {
    /// Asks at `start` and follows redirects to an answer.
    pub(super) async fn walk(
        &self,
        request: &Request,
        start: Url,
        asked: &mut Asked<'_>,
        turn: &mut Turn,
    ) -> Result<Answer, (Url, Fault)> {
        let mut url = start;
        url.set_fragment(None);
        let first = url.clone();
        let mut seen = BTreeSet::new();
        let mut left = self.settings.total_timeout;
        loop {
            let route = match self.guard.check(&url, &first) {
                Ok(route) => route,
                Err(why) => return Err((url, Fault::Refused { why, redirected_by: asked.redirector() })),
            };
            turn.space().await;
            let begun = Instant::now();
            let step = self.ask(request, asked, &url, route);
            let answer = match tokio::time::timeout(left, step).await {
                Ok(Ok(answer)) => answer,
                Ok(Err(fault)) => return Err((url, fault)),
                Err(_elapsed) => {
                    let limit = self.settings.total_timeout;
                    return Err((url, Fault::Timeout { wait: Wait::Total, limit }));
                }
            };
            left = left.saturating_sub(begun.elapsed());
            if !is_redirect(answer.status) {
                return Ok(answer);
            }
            if request.json.is_some() {
                return Err((url, Fault::Redirect("although something was sent".to_owned())));
            }
            seen.insert(url.clone());
            match target(&answer) {
                Ok(to) if seen.contains(&to) => return Err((url, Fault::Redirect("in a ring".to_owned()))),
                Ok(_further) if asked.hops.len() >= MOST_HOPS => {
                    return Err((url, Fault::Redirect(format!("more than {MOST_HOPS} times in a row"))));
                }
                Ok(to) => {
                    asked.hops.push(Hop { status: answer.status, from: url, to: to.clone() });
                    url = to;
                }
                Err(why) => return Err((url, Fault::Redirect(why.to_owned()))),
            }
        }
    }

    /// One request, one answer.
    async fn ask(
        &self,
        request: &Request,
        asked: &Asked<'_>,
        url: &Url,
        route: Route,
    ) -> Result<Answer, Fault> {
        let client = match route {
            Route::Public | Route::NamedPublic => &self.public,
            Route::Named => self.named.as_ref().unwrap_or(&self.public),
        };
        let mut sent_to = url.clone();
        let mut headers = headers(request, asked.memory);
        if url.origin() == request.url.origin() {
            identify(request, &mut sent_to, &mut headers);
        }
        let asking = match &request.json {
            Some(json) => client.post(sent_to).body(json.clone()),
            None => client.get(sent_to),
        };
        let sent = asking.headers(headers).send().await;
        let response = match sent {
            Ok(response) => response,
            Err(error) => {
                let (fault, outcome) = wire::fault(&error.without_url(), self.settings.connect_timeout);
                if matches!(fault, Fault::Dns(_)) && counts(route) {
                    self.probe(asked.now).await;
                }
                return Err(self.fault(fault, outcome, url, route, asked));
            }
        };
        self.record(url, route, Outcome::Reached, asked.now);
        let headers = response.headers().clone();
        let head_bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        if head_bytes > HEAD_LIMIT_BYTES {
            return Err(Fault::Cut(format!("its head has more than {HEAD_LIMIT_BYTES} bytes")));
        }
        let status = response.status().as_u16();
        let idle = self.settings.idle_timeout;
        let Body { bytes: body, wire_bytes } = match status {
            200 | 203 => body::read(response, request.limit_bytes, idle).await?,
            304 => Body::default(),
            redirect if is_redirect(redirect) => Body::default(),
            // Its status and headers count; its words are taken if they come at once.
            _refusal => body::read_some(response, REFUSAL_LIMIT_BYTES, REFUSAL_PATIENCE.min(idle)).await,
        };
        let body = match &request.credential {
            Some(credential) => credential.secret.hide_in(body),
            None => body,
        };
        Ok(Answer { status, url: url.clone(), headers, body, wire_bytes })
    }

    /// Records what an attempt says of the network, and blames the network where it is to blame.
    fn fault(
        &self,
        fault: Fault,
        outcome: Option<Outcome>,
        url: &Url,
        route: Route,
        asked: &Asked<'_>,
    ) -> Fault {
        if let Fault::Refused { why, .. } = fault {
            return Fault::Refused { why, redirected_by: asked.redirector() };
        }
        let Some(outcome) = outcome else { return fault };
        self.record(url, route, outcome, asked.now);
        let is_unreached = counts(route) && outcome != Outcome::Reached;
        if is_unreached && self.outage.is_total(asked.now) {
            Fault::Offline(fault.to_string())
        } else {
            fault
        }
    }

    /// Looks up names that are known to exist, unless it is known already how the network is doing.
    async fn probe(&self, now: Timestamp) {
        if self.outage.is_decided(now) {
            return;
        }
        for name in self.settings.probe_names {
            let lookup = tokio::net::lookup_host((*name, 443));
            let found = tokio::time::timeout(self.settings.connect_timeout, lookup).await;
            // A name server that answers is somebody reached.
            let outcome = if matches!(found, Ok(Ok(_))) { Outcome::Reached } else { Outcome::Failed };
            self.outage.record(name, outcome, now);
        }
    }

    fn record(&self, url: &Url, route: Route, outcome: Outcome, now: Timestamp) {
        if counts(route) {
            self.outage.record(&host(url), outcome, now);
        }
    }
}

impl Asked<'_> {
    /// The host whose redirect led to where we are.
    fn redirector(&self) -> Option<String> {
        self.hops.last().map(|hop| host(&hop.from))
    }
}

/// Whether a host says something of the network: a private one that the operator named is on this machine or beside it.
fn counts(route: Route) -> bool {
    route != Route::Named
}

fn headers(request: &Request, memory: &ExchangeMemory) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Ok(accept) = HeaderValue::from_str(request.accept) {
        headers.insert(header::ACCEPT, accept);
    }
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(body::ACCEPTED));
    if request.json.is_some() {
        // What is asked for stands in the body; validators of the address say nothing of it.
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        return headers;
    }
    if let Some(etag) = caching::replay(memory.etag.as_deref()) {
        headers.insert(header::IF_NONE_MATCH, etag);
    }
    if let Some(last_modified) = caching::replay(memory.last_modified.as_deref()) {
        headers.insert(header::IF_MODIFIED_SINCE, last_modified);
    }
    headers
}

/// Puts the credential where the host looks for it; one that cannot stand in a header is not sent.
fn identify(request: &Request, url: &mut Url, headers: &mut HeaderMap) {
    let Some(credential) = &request.credential else { return };
    let secret = credential.secret.reveal();
    match credential.place {
        CredentialPlace::Query(name) => {
            url.query_pairs_mut().append_pair(name, secret);
        }
        CredentialPlace::Header { name, prefix } => {
            if let Ok(mut value) = HeaderValue::from_str(&format!("{prefix}{secret}")) {
                value.set_sensitive(true);
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

const fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// Where a redirect leads, without a fragment.
fn target(answer: &Answer) -> Result<Url, &'static str> {
    let location = answer.headers.get(header::LOCATION).ok_or("without saying where to")?;
    let location = location.to_str().map_err(|_not_ascii| "to what is not an address")?;
    let mut to = answer.url.join(location).map_err(|_not_a_url| "to what is not an address")?;
    to.set_fragment(None);
    Ok(to)
}

pub(super) fn host(url: &Url) -> String {
    url.host_str().unwrap_or("an address without a host").to_owned()
}
