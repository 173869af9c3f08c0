//! We as a subscriber of somebody's hub: what the hub is asked, and how its questions are answered (WebSub sections 5 and 6).
//! Also what a publisher tells a hub.

use url::Url;

use crate::model::secret::Secret;
use crate::push::form::Form;
use crate::push::form::write;

/// No query of a hub is longer, in bytes.
const QUERY_BYTES: usize = 16 * 1024;

/// No challenge is longer, in bytes: it is sent back.
const CHALLENGE_BYTES: usize = 1_024;

/// A subscription is renewed no sooner and no later than so many seconds after it was granted.
const RENEWAL: (u64, u64) = (60, 30 * 86_400);

/// The form that asks a hub to begin a subscription, or to renew it.
pub fn subscribe_form(callback: &Url, topic: &Url, secret: &Secret, lease: u64) -> Vec<u8> {
    let lease = lease.to_string();
    write([
        ("hub.mode", "subscribe"),
        ("hub.topic", topic.as_str()),
        ("hub.callback", callback.as_str()),
        ("hub.secret", secret.reveal()),
        ("hub.lease_seconds", &lease),
    ])
}

/// The form that asks a hub to end a subscription.
pub fn unsubscribe_form(callback: &Url, topic: &Url) -> Vec<u8> {
    write([("hub.mode", "unsubscribe"), ("hub.topic", topic.as_str()), ("hub.callback", callback.as_str())])
}

/// The form that tells a hub that feeds moved. The Recommendation leaves its fields open; some hubs look for `hub.url`, others
/// for `hub.topic`.
pub fn ping_form(topics: &[Url]) -> Vec<u8> {
    let named = topics.iter().flat_map(|topic| [("hub.url", topic.as_str()), ("hub.topic", topic.as_str())]);
    write([("hub.mode", "publish")].into_iter().chain(named))
}

/// What a hub asks at a callback, or tells it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verification {
    /// What it is about.
    pub mode: Mode,
    /// The feed.
    pub topic: String,
    /// What is to be sent back; empty where nothing is asked.
    pub challenge: String,
    /// For how many seconds the subscription is granted.
    pub lease: Option<u64>,
    /// Why it is not.
    pub reason: Option<String>,
}

/// What a question of a hub is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Whether the subscription is wanted.
    Subscribe,
    /// Whether its end is wanted.
    Unsubscribe,
    /// No question: there is no subscription, or no longer.
    Denied,
}

impl Verification {
    /// Reads the query of a request at a callback. None is what no hub asks.
    pub fn read(query: &str) -> Option<Self> {
        let form = Form::read(Some(query).filter(|query| query.len() <= QUERY_BYTES)?.as_bytes());
        let mode = match form.first("hub.mode")? {
            "subscribe" => Mode::Subscribe,
            "unsubscribe" => Mode::Unsubscribe,
            "denied" => Mode::Denied,
            _other => return None,
        };
        let topic = form.first("hub.topic").filter(|topic| !topic.is_empty())?.to_owned();
        let challenge = match mode {
            Mode::Subscribe | Mode::Unsubscribe => {
                let is_plausible = |text: &&str| !text.is_empty() && text.len() <= CHALLENGE_BYTES;
                form.first("hub.challenge").filter(is_plausible)?.to_owned()
            }
            Mode::Denied => String::new(),
        };
        let lease = form.first("hub.lease_seconds").and_then(|seconds| seconds.parse().ok());
        let reason = form.first("hub.reason").filter(|reason| !reason.is_empty()).map(str::to_owned);
        Some(Self { mode, topic, challenge, lease, reason })
    }
}

/// What we want of the hub at a callback.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Expected {
    /// The feed that the callback is for.
    pub topic: String,
    /// Whether a subscription is wanted, or its end.
    pub is_wanted: bool,
}

/// We did not ask for it: the answer is 404 (section 5.3).
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("nobody asked for this")]
pub struct NotAsked;

/// The body with which a hub is answered. It is whatever the hub wrote, so it is sent as plain text.
pub fn answer(verification: &Verification, expected: &Expected) -> Result<String, NotAsked> {
    let is_meant = match verification.mode {
        Mode::Subscribe => expected.is_wanted,
        Mode::Unsubscribe => !expected.is_wanted,
        Mode::Denied => true,
    };
    if is_meant && is_same(&verification.topic, &expected.topic) {
        Ok(verification.challenge.clone())
    } else {
        Err(NotAsked)
    }
}

/// Hubs write an address anew now and then: with its slash, its host in lower case, its port left out.
fn is_same(a: &str, b: &str) -> bool {
    a == b || Url::parse(a).is_ok_and(|a| Url::parse(b).is_ok_and(|b| a == b))
}

/// How many seconds after it was granted a subscription is renewed: after three quarters, never in a rush.
pub fn renewal(granted_seconds: u64) -> u64 {
    let (soonest, latest) = RENEWAL;
    (granted_seconds / 4).saturating_mul(3).clamp(soonest, latest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::push::hub;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn our_own_hub_understands_us() {
        let (callback, topic) =
            (url("https://papers.example.org/callback/7f?a=1"), url("https://site.example.net/a?b&c=%20"));
        let secret = Secret::new("invented");
        let read = hub::Request::read(&subscribe_form(&callback, &topic, &secret, 864_000)).unwrap();
        let mut intent = hub::Intent {
            mode: hub::Mode::Subscribe,
            callback: callback.clone(),
            topic: topic.to_string(),
            secret: Some(secret),
            lease: Some(864_000),
        };
        assert_eq!(read, hub::Request::Intent(intent.clone()));
        let asked = hub::verification_url(&callback, hub::Mode::Subscribe, topic.as_str(), "c 1", Some(600));
        let verification = Verification::read(asked.query().unwrap()).unwrap();
        assert_eq!((verification.mode, verification.lease), (Mode::Subscribe, Some(600)));
        let expected = Expected { topic: topic.to_string(), is_wanted: true };
        assert_eq!(answer(&verification, &expected), Ok("c 1".to_owned()));

        (intent.mode, intent.secret, intent.lease) = (hub::Mode::Unsubscribe, None, None);
        let read = hub::Request::read(&unsubscribe_form(&callback, &topic)).unwrap();
        assert_eq!(read, hub::Request::Intent(intent));
        let read = hub::Request::read(&ping_form(&[topic.clone(), callback.clone()])).unwrap();
        let topics = vec![topic.to_string(), callback.to_string()];
        assert_eq!(read, hub::Request::Ping { topics });

        let denied = hub::denial_url(&callback, topic.as_str(), "no such topic");
        let verification = Verification::read(denied.query().unwrap()).unwrap();
        assert_eq!(
            (verification.mode, verification.reason.as_deref()),
            (Mode::Denied, Some("no such topic"))
        );
        assert_eq!(answer(&verification, &expected), Ok(String::new()));
    }

    #[test]
    fn only_what_was_asked_for_is_confirmed() {
        let read = |query: &str| Verification::read(query).unwrap();
        let subscribe = read("hub.mode=subscribe&hub.topic=https://site.example.net&hub.challenge=c");
        let unsubscribe = read("hub.mode=unsubscribe&hub.topic=https://site.example.net/&hub.challenge=c");
        let denied = read("hub.mode=denied&hub.topic=https://other.example.net/");
        let expected = |is_wanted| Expected { topic: "https://site.example.net/".to_owned(), is_wanted };
        assert_eq!(answer(&subscribe, &expected(true)), Ok("c".to_owned()));
        assert_eq!(answer(&subscribe, &expected(false)), Err(NotAsked));
        assert_eq!(answer(&unsubscribe, &expected(false)), Ok("c".to_owned()));
        assert_eq!(answer(&unsubscribe, &expected(true)), Err(NotAsked));
        assert_eq!(answer(&denied, &expected(true)), Err(NotAsked));
        let other = Expected { topic: "https://site.example.net/b".to_owned(), is_wanted: true };
        assert_eq!(answer(&subscribe, &other), Err(NotAsked));
        assert_eq!(answer(&subscribe, &Expected { topic: String::new(), is_wanted: true }), Err(NotAsked));
    }

    #[test]
    fn what_no_hub_asks_is_not_answered() {
        let long =
            format!("hub.mode=subscribe&hub.topic=t&hub.challenge={}", "c".repeat(CHALLENGE_BYTES + 1));
        for query in [
            "",
            "&",
            "%",
            "hub.mode=subscribe",
            "hub.mode=subscribe&hub.topic=t",
            "hub.mode=subscribe&hub.topic=t&hub.challenge=",
            "hub.mode=subscribe&hub.challenge=c",
            "hub.mode=unsubscribe&hub.topic=&hub.challenge=c",
            "hub.mode=publish&hub.topic=t&hub.challenge=c",
            "hub.mode=denied",
            &long,
            &"a".repeat(QUERY_BYTES + 1),
        ] {
            assert_eq!(Verification::read(query), None, "{query}");
        }
        let odd = Verification::read("hub.mode=subscribe&hub.topic=t&hub.challenge=c&hub.lease_seconds=-1")
            .unwrap();
        assert_eq!(odd.lease, None);
    }

    #[test]
    fn a_subscription_is_renewed_before_it_ends() {
        let renewed = [0, 60, 80, 400, 864_000, u64::MAX].map(renewal);
        assert_eq!(renewed, [60, 60, 60, 300, 648_000, 30 * 86_400]);
    }
}
