//! The hub (W3C WebSub): programs ask to be told what is new in a feed, prove that the address is theirs, and are told until
//! their lease ends.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use url::Url;

use crate::fetch::post::Sending;
use crate::model::outgoing::Destination;
use crate::model::outgoing::DestinationId;
use crate::model::outgoing::Outgoing;
use crate::model::outgoing::OutgoingKey;
use crate::model::outgoing::Tries;
use crate::model::outgoing::Way;
use crate::model::plan::Op;
use crate::outbox::Outbox;
use crate::outbox::VERIFYING;
use crate::outbox::feeds::Fed;
use crate::outbox::tokens;
use crate::push::hub;
use crate::push::hub::Intent;
use crate::push::hub::Leases;
use crate::push::hub::Mode;
use crate::push::hub::Refusal;
use crate::push::hub::Request;
use crate::store::Error;
use crate::urls::Place;

/// How long a callback may take to answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// More subscriptions are not taken.
const MOST: usize = 50_000;

/// The longest address of a feed that can be subscribed.
const LONGEST: usize = 1_000;

/// Leases, in seconds: a day at least, two weeks at most, ten days where nobody asks (as most hubs do).
const LEASES: Leases = Leases { shortest: 86_400, longest: 14 * 86_400, usual: 10 * 86_400 };

impl Outbox {
    /// Takes a request to the hub; whether the callback wants it is asked later.
    pub async fn hub(&self, body: &[u8], network: &str) -> Result<(), Refusal> {
        let settings = self.settings();
        let refused = |status, reason: &str| Refusal { status, reason: reason.to_owned() };
        if !self.site().is_hub {
            return Err(refused(404, "there is no hub here"));
        }
        let intent = match Request::read(body)? {
            // Our feeds are watched by ourselves.
            Request::Ping { .. } => return Ok(()),
            Request::Intent(intent) => intent,
        };
        let Some(feed) = self.feed_of(&intent.topic) else {
            return Err(refused(
                404,
                "hub.topic is not a feed of this site; take the address that its rel=self says",
            ));
        };
        if let Err(why) = settings.poster.check(&intent.callback) {
            return Err(refused(422, &format!("hub.callback cannot be asked from here: {why}")));
        }
        let host = intent.callback.host_str().unwrap_or_default();
        let Some(permit) = self.may_verify_now(host) else {
            return Err(refused(
                503,
                "too many subscriptions wait to be verified; please come again in a minute",
            ));
        };
        if !self.limits.may_verify(network, host) {
            return Err(refused(429, "too many requests; please come again in a minute"));
        }
        match self.news(&feed, None).await {
            Fed::News(_) | Fed::Nothing => {}
            Fed::Missing => return Err(refused(404, "hub.topic is not a feed of this site")),
            Fed::NotNow => {
                return Err(refused(503, "the feed cannot be read now; please come again in a minute"));
            }
        }
        let this = self.clone();
        self.under_way.spawn(async move {
            this.verify(intent, feed).await;
            drop(permit);
        });
        Ok(())
    }

    /// A turn to verify a callback on a host; one host has half of them at most, so that slow ones leave room for others.
    fn may_verify_now(&self, host: &str) -> Option<Turn> {
        let permit = self.verifying.clone().try_acquire_owned().ok()?;
        let of_hosts = Arc::clone(&self.verified_on);
        {
            let mut of_hosts = of_hosts.lock().unwrap_or_else(PoisonError::into_inner);
            let count = of_hosts.entry(host.to_owned()).or_default();
            if *count >= VERIFYING / 2 {
                return None;
            }
            *count += 1;
        }
        Some(Turn { of_hosts, host: host.to_owned(), _permit: permit })
    }

    /// The feed that an address of ours names: its path and query below the public address, without a slash in front. Secret
    /// addresses are none: whoever has one asks for it alone.
    fn feed_of(&self, topic: &str) -> Option<String> {
        let public = self.urls().absolute(Place::Front);
        let feed = topic.strip_prefix(&public)?;
        let is_plain =
            feed.len() <= LONGEST && feed.bytes().all(|byte| byte.is_ascii_graphic()) && !feed.contains('#');
        (is_plain && !feed.starts_with("r/") && !feed.contains("/archive/")).then(|| feed.to_owned())
    }

    /// Asks the callback whether it wants this, and does it.
    async fn verify(&self, intent: Intent, feed: String) {
        let Some(challenge) = tokens::random() else { return };
        let lease = (intent.mode == Mode::Subscribe).then(|| LEASES.grant(intent.lease));
        let url = hub::verification_url(&intent.callback, intent.mode, &intent.topic, &challenge, lease);
        let host = intent.callback.host_str().unwrap_or_default().to_owned();
        match self.poster().send(get(url)).await {
            Ok(taken) if hub::is_verified(taken.status, &taken.body, &challenge) => {}
            Ok(taken) => {
                tracing::debug!(host, status = taken.status, "hub: a callback did not confirm");
                return;
            }
            Err(why) => {
                tracing::debug!(host, "hub: a callback did not confirm: {why}");
                return;
            }
        }
        // From now on: what the feed has at this moment is what the subscriber can fetch itself.
        let seen = match self.news(&feed, None).await {
            Fed::News(news) => Some(news.tag),
            Fed::Nothing | Fed::Missing | Fed::NotNow => None,
        };
        let done = match lease {
            Some(lease) => self.lease(&intent, feed, lease, seen).await,
            None => self.release(&intent).await,
        };
        if let Err(error) = done {
            tracing::error!(%error, "hub: a subscription could not be written: {error}");
        }
    }

    async fn lease(
        &self,
        intent: &Intent,
        feed: String,
        lease: u64,
        seen: Option<String>,
    ) -> Result<(), Error> {
        let now = self.clock().now();
        let until =
            now.plus(chrono::TimeDelta::seconds(i64::try_from(lease).unwrap_or(i64::MAX / 2_000_000)));
        let (id, secret) = (destination_id(&intent.callback, &intent.topic), intent.secret.clone());
        let way = Way::Callback { url: intent.callback.to_string(), secret, until };
        let count = Arc::clone(&self.pushed_to);
        self.change(move |reader| {
            let known = reader.destination(&id)?;
            if known.is_none() && count.fetch_add(1, Ordering::Relaxed) >= MOST {
                tracing::warn!("hub: there are {MOST} subscriptions; another one is not taken");
                return Ok((Vec::new(), ()));
            }
            let fresh = Destination {
                id,
                feed,
                way: way.clone(),
                place: now,
                recent: Vec::new(),
                seen,
                tries: Tries::default(),
                delivered: 0,
                lost: 0,
            };
            // Who renews goes on where it is, and is tried at once.
            let destination =
                known.map_or(fresh, |known| Destination { way, tries: Tries::default(), ..known });
            Ok((vec![Op::Outgoing(Box::new(Outgoing::Destination(destination)))], ()))
        })
        .await
    }

    async fn release(&self, intent: &Intent) -> Result<(), Error> {
        let key = OutgoingKey::destination(&destination_id(&intent.callback, &intent.topic));
        self.change(move |reader| {
            let is_known = reader.outgoing(&key)?.is_some();
            Ok((is_known.then_some(Op::Forget(key)).into_iter().collect(), ()))
        })
        .await
    }

    /// Tells a subscriber that a feed is no more.
    pub(super) async fn deny(&self, callback: &Url, feed: &str) {
        let topic = format!("{}{feed}", self.urls().absolute(Place::Front));
        let url = hub::denial_url(callback, &topic, "the feed is no more");
        let _is_heard = self.poster().send(get(url)).await;
    }
}

/// A turn to verify a callback; it ends when it is dropped.
struct Turn {
    of_hosts: Arc<Mutex<HashMap<String, usize>>>,
    host: String,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut of_hosts = self.of_hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = of_hosts.get_mut(&self.host) {
            *count -= 1;
            if *count == 0 {
                of_hosts.remove(&self.host);
            }
        }
    }
}

fn get(url: Url) -> Sending {
    Sending { method: "GET", url, headers: Vec::new(), body: hyper::body::Bytes::new(), limit: PATIENCE }
}

/// One callback has one subscription to one feed.
fn destination_id(callback: &Url, topic: &str) -> DestinationId {
    DestinationId(tokens::name(&[callback.as_str(), topic]))
}
