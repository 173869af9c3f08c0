//! The other side of WebSub: sources whose feeds name a hub tell us when something is new, and are polled at once. Polling goes
//! on beside it, so that a hub that forgets us costs time and no paper.
//!
//! Nothing of this is stored: a hub that is asked again renews the lease, and the secret is made from the installation's key.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use url::Host;
use url::Url;

use crate::fetch::post::Sending;
use crate::model::secret::Secret;
use crate::model::source::SourceId;
use crate::outbox::Outbox;
use crate::outbox::tokens::Mint;
use crate::push::discovery;
use crate::push::signature;
use crate::push::subscriber;
use crate::push::subscriber::Expected;
use crate::push::subscriber::Verification;
use crate::urls::Place;

/// A feed is asked for its hub so often.
const LOOKED_FOR: Duration = Duration::from_hours(24);

/// The leases are looked at so often, the first time soon after the start.
const LOOKED_AT: Duration = Duration::from_mins(10);
const FIRST: Duration = Duration::from_secs(5);

/// For how long we ask.
const LEASE: u64 = 10 * 86_400;

/// How long a host may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is known of one source's hub.
#[derive(Clone, Debug)]
struct Followed {
    hub: Url,
    topic: Url,
    /// When to ask the hub again.
    renew: Instant,
    is_granted: bool,
}

/// What is followed; copies share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Following(Arc<Mutex<HashMap<SourceId, Followed>>>);

impl Following {
    fn with<T>(&self, look: impl FnOnce(&mut HashMap<SourceId, Followed>) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What is answered to a hub.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Heard {
    /// The challenge.
    Challenge(String),
    /// It was taken.
    Taken,
    /// It was not asked for.
    Unwanted,
}

impl Outbox {
    /// Follows the hubs of sources until `stop`; `sources` says which there are now. Whatever a hub tells of is passed to
    /// whoever polls.
    pub async fn follow(
        self,
        sources: impl Fn() -> Vec<(SourceId, Url)> + Send + 'static,
        stop: CancellationToken,
    ) {
        let mut looked: HashMap<SourceId, (Url, Instant)> = HashMap::new();
        let mut pause = FIRST;
        while stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_some() {
            pause = LOOKED_AT;
            if !self.settings().follows {
                continue;
            }
            let there_are = sources();
            self.following.with(|known| known.retain(|id, _| there_are.iter().any(|(one, _url)| one == id)));
            for (id, url) in there_are {
                let is_fresh =
                    looked.get(&id).is_some_and(|(of, at)| *of == url && at.elapsed() < LOOKED_FOR);
                if !is_fresh {
                    looked.insert(id.clone(), (url.clone(), Instant::now()));
                    self.discover(&id, &url).await;
                }
                let due = self.following.with(|known| known.get(&id).cloned());
                if let Some(followed) = due.filter(|followed| followed.renew <= Instant::now()) {
                    self.ask_hub(&id, &url, &followed).await;
                }
            }
        }
    }

    /// Whether a hub could reach us: only this machine reaches its own address.
    fn is_reachable_from(&self, hub: &Url) -> bool {
        let public = Url::parse(&self.urls().absolute(Place::Front)).ok();
        public.is_some_and(|public| !is_local(&public) || is_local(hub))
    }

    /// Looks whether a source's feed names a hub.
    async fn discover(&self, id: &SourceId, url: &Url) {
        let headers =
            vec![("accept".to_owned(), "application/atom+xml, application/rss+xml, */*;q=0.5".to_owned())];
        let body = hyper::body::Bytes::new();
        let sending = Sending { method: "GET", url: url.clone(), headers, body, limit: PATIENCE };
        let Ok(taken) = self.settings().own.send(sending).await else { return };
        if taken.status != 200 {
            return;
        }
        let found = discovery::discover(&taken.links, taken.content_type.as_deref(), &taken.body, url);
        self.following.with(|known| match found {
            Some(found) => {
                let is_known =
                    known.get(id).is_some_and(|one| one.hub == found.hub && one.topic == found.topic);
                if !is_known {
                    tracing::info!(source.id = %id, "source {id}: its feed names the hub {}", found.hub);
                    let (hub, topic, renew) = (found.hub, found.topic, Instant::now());
                    known.insert(id.clone(), Followed { hub, topic, renew, is_granted: false });
                }
            }
            None => {
                known.remove(id);
            }
        });
    }

    async fn ask_hub(&self, id: &SourceId, source: &Url, followed: &Followed) {
        if !self.is_reachable_from(&followed.hub) {
            return;
        }
        let Some(secret) = self.hub_secret(id, &followed.topic).await else { return };
        let Ok(callback) = Url::parse(&self.urls().absolute(Place::Notice(id.as_str()))) else { return };
        let body = subscriber::subscribe_form(&callback, &followed.topic, &secret, LEASE);
        let headers = vec![("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())];
        let url = followed.hub.clone();
        let sending = Sending { method: "POST", url, headers, body: body.into(), limit: PATIENCE };
        // Unless it grants a lease, it is asked again in an hour.
        let again = Instant::now() + Duration::from_hours(1);
        self.following.with(|known| {
            if let Some(one) = known.get_mut(id) {
                one.renew = again;
            }
        });
        // Where the operator reads a feed, its hub may be asked too; any other is one that a stranger named.
        let is_beside = followed.hub.origin() == source.origin();
        let settings = self.settings();
        let poster = if is_beside { &settings.own } else { &settings.poster };
        match poster.send(sending).await {
            Ok(taken) if (200..300).contains(&taken.status) => {}
            Ok(taken) => {
                tracing::debug!(source.id = %id, "the hub {} answers {}", followed.hub, taken.status);
            }
            Err(why) => tracing::debug!(source.id = %id, "the hub {}: {why}", followed.hub),
        }
    }

    /// What the hub of a source signs with.
    async fn hub_secret(&self, id: &SourceId, topic: &Url) -> Option<Secret> {
        let made = self.change(|reader| Mint::of(reader).map(|(mint, op)| (op.into_iter().collect(), mint)));
        let mint = made.await.inspect_err(|error| tracing::error!(%error, "websub: {error}")).ok()?;
        Some(mint.hub_secret(id.as_str(), topic.as_str()))
    }

    /// A hub asks whether we meant it: `GET /websub/{source}`.
    pub fn asked_by_hub(&self, id: &str, query: &str) -> Heard {
        let Some(verification) = Verification::read(query) else { return Heard::Unwanted };
        let Some(id) = SourceId::parse(id) else { return Heard::Unwanted };
        self.following.with(|known| {
            let Some(followed) = known.get_mut(&id) else { return Heard::Unwanted };
            let expected = Expected { topic: followed.topic.to_string(), is_wanted: true };
            match subscriber::answer(&verification, &expected) {
                Ok(challenge) => {
                    if let Some(lease) = verification.lease {
                        followed.renew = Instant::now() + Duration::from_secs(subscriber::renewal(lease));
                    }
                    if !std::mem::replace(&mut followed.is_granted, true) {
                        tracing::info!(source.id = %id, "source {id}: its hub tells us from now on");
                    }
                    Heard::Challenge(challenge)
                }
                Err(_unwanted) => Heard::Unwanted,
            }
        })
    }

    /// A hub tells of something new: `POST /websub/{source}`. What it sends is not read, since a poll reads all of it; only the
    /// signature counts.
    pub fn told_by_hub(&self, id: &str, signature: Option<&str>, body: &[u8]) -> Heard {
        let Some(id) = SourceId::parse(id) else { return Heard::Unwanted };
        let Some(followed) = self.following.with(|known| known.get(&id).cloned()) else {
            return Heard::Unwanted;
        };
        let Ok((mint, None)) = Mint::of(self.reader()) else { return Heard::Taken };
        let secret = mint.hub_secret(id.as_str(), followed.topic.as_str());
        if signature.is_some_and(|header| signature::verify(&secret, header, body)) {
            // Whoever polls has gone when the daemon stops.
            let _is_heard = self.noticed.send(id);
        } else {
            tracing::debug!(source.id = %id, "a notice without a good signature is ignored");
        }
        // As WebSub section 8 wants: whoever sent it learns nothing.
        Heard::Taken
    }
}

fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback() || address.is_unspecified(),
        Some(Host::Ipv6(address)) => address.is_loopback() || address.is_unspecified(),
        None => true,
    }
}

/// Where notices go.
pub(super) type Notices = mpsc::UnboundedSender<SourceId>;
