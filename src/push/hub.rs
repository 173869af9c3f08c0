//! What a hub is asked (WebSub section 5), and how it makes sure that a subscriber means it (section 5.3).
//!
//! Whether a callback may be reached at all is decided where it is connected to; whether a topic is ours, by the caller.

use std::collections::BTreeSet;

use url::Url;

use crate::model::secret::Secret;
use crate::push::form::Form;
use crate::push::signature::same;

/// No request is longer, in bytes.
const REQUEST_BYTES: usize = 64 * 1024;

/// No address is longer, in bytes.
const ADDRESS_BYTES: usize = 2_048;

/// A secret is shorter, in bytes (section 5.1).
const SECRET_BYTES: usize = 200;

/// No ping names more topics.
const TOPICS_AT_MOST: usize = 200;

/// What the hub itself adds to a callback.
const OURS: [&str; 5] = ["hub.mode", "hub.topic", "hub.challenge", "hub.lease_seconds", "hub.reason"];

/// What a hub is asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Request {
    /// To begin, renew or end a subscription.
    Intent(Intent),
    /// A publisher says that topics moved. The Recommendation leaves open how this is said; all hubs are told it like this.
    Ping {
        /// Their addresses, each once.
        topics: Vec<String>,
    },
}

/// A subscription that is asked for, or shall end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Intent {
    /// Which of both.
    pub mode: Mode,
    /// Where deliveries go: `http` or `https`, without a name, a password or a fragment.
    pub callback: Url,
    /// The feed, as it was written.
    pub topic: String,
    /// What deliveries are to be signed with.
    pub secret: Option<Secret>,
    /// For how many seconds it is wanted.
    pub lease: Option<u64>,
}

/// Whether a subscription begins (or goes on) or ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// It begins, or goes on.
    Subscribe,
    /// It ends.
    Unsubscribe,
}

impl Mode {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Subscribe => "subscribe",
            Self::Unsubscribe => "unsubscribe",
        }
    }
}

/// Why a request is refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{reason}")]
pub struct Refusal {
    /// The status of the answer.
    pub status: u16,
    /// A sentence for whoever wrote the subscriber; nothing of the request is repeated in it.
    pub reason: String,
}

impl Refusal {
    fn new(reason: &str) -> Self {
        Self { status: 400, reason: reason.to_owned() }
    }
}

impl Request {
    /// Reads the form of a request. What is not known in it is ignored, as section 5.1 wants.
    pub fn read(body: &[u8]) -> Result<Self, Refusal> {
        if body.len() > REQUEST_BYTES {
            let reason = format!("a request has at most {REQUEST_BYTES} bytes");
            return Err(Refusal { status: 413, reason });
        }
        let form = Form::read(body);
        match one(&form, "hub.mode")? {
            Some("subscribe") => Intent::read(&form, Mode::Subscribe).map(Self::Intent),
            Some("unsubscribe") => Intent::read(&form, Mode::Unsubscribe).map(Self::Intent),
            Some("publish") => ping(&form),
            Some(_other) => Err(Refusal::new("hub.mode is subscribe, unsubscribe or publish")),
            None => Err(Refusal::new("hub.mode is missing; this is a WebSub hub, and wants a form")),
        }
    }
}

impl Intent {
    fn read(form: &Form, mode: Mode) -> Result<Self, Refusal> {
        let callback = one(form, "hub.callback")?.ok_or_else(|| Refusal::new("hub.callback is missing"))?;
        let topic = one(form, "hub.topic")?.ok_or_else(|| Refusal::new("hub.topic is missing"))?;
        if topic.len() > ADDRESS_BYTES {
            return Err(Refusal::new("hub.topic is longer than any topic of this hub"));
        }
        let (callback, topic) = (callback_of(callback)?, topic.to_owned());
        let secret = one(form, "hub.secret")?.map(secret_of).transpose()?;
        let lease = one(form, "hub.lease_seconds")?.map(lease_of).transpose()?.flatten();
        Ok(Self { mode, callback, topic, secret, lease })
    }
}

/// The value of a field that may stand there once; one that is empty is not there.
fn one<'form>(form: &'form Form, name: &'form str) -> Result<Option<&'form str>, Refusal> {
    let mut values = form.all(name);
    let value = values.next().filter(|value| !value.is_empty());
    if values.next().is_some() {
        return Err(Refusal::new(&format!("{name} is there more than once")));
    }
    Ok(value)
}

fn callback_of(text: &str) -> Result<Url, Refusal> {
    if text.len() > ADDRESS_BYTES {
        return Err(Refusal::new("hub.callback is too long"));
    }
    let Ok(callback) = Url::parse(text) else {
        return Err(Refusal::new("hub.callback is no whole address"));
    };
    if !matches!(callback.scheme(), "http" | "https") {
        return Err(Refusal::new("hub.callback begins with https:// or http://"));
    }
    if !callback.username().is_empty() || callback.password().is_some() {
        return Err(Refusal::new("hub.callback has no name and no password in it"));
    }
    if callback.fragment().is_some() {
        return Err(Refusal::new("hub.callback has no # in it"));
    }
    // Else a subscriber could be made to read what somebody else says in our name.
    if callback.query_pairs().any(|(name, _)| OURS.contains(&&*name)) {
        return Err(Refusal::new("hub.callback has no parameters in it that the hub itself adds"));
    }
    if callback.as_str().len() > ADDRESS_BYTES {
        return Err(Refusal::new("hub.callback is too long"));
    }
    Ok(callback)
}

fn secret_of(text: &str) -> Result<Secret, Refusal> {
    if text.len() >= SECRET_BYTES {
        return Err(Refusal::new("hub.secret has less than 200 bytes"));
    }
    let secret = Secret::new(text);
    if secret.reveal() != text || text.contains(char::REPLACEMENT_CHARACTER) {
        return Err(Refusal::new("hub.secret is text in UTF-8 without white space at its ends"));
    }
    Ok(secret)
}

/// Nought was once the word for "as long as the hub likes".
fn lease_of(text: &str) -> Result<Option<u64>, Refusal> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refusal::new("hub.lease_seconds is a number of seconds"));
    }
    Ok(Some(text.parse().unwrap_or(u64::MAX)).filter(|seconds| *seconds > 0))
}

/// Reads a ping: some publishers name topics as `hub.url`, others as `hub.topic`, many as both.
fn ping(form: &Form) -> Result<Request, Refusal> {
    let mut seen = BTreeSet::new();
    let named = form.all("hub.url").chain(form.all("hub.topic")).filter(|topic| !topic.is_empty());
    let topics: Vec<String> = named.filter(|topic| seen.insert(*topic)).map(str::to_owned).collect();
    if topics.is_empty() {
        return Err(Refusal::new("hub.url is missing"));
    }
    if topics.len() > TOPICS_AT_MOST {
        return Err(Refusal::new("these are too many topics at once"));
    }
    if topics.iter().any(|topic| topic.len() > ADDRESS_BYTES) {
        return Err(Refusal::new("hub.url is longer than any topic of this hub"));
    }
    Ok(Request::Ping { topics })
}

/// For how many seconds subscriptions are granted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Leases {
    /// At least.
    pub shortest: u64,
    /// At most.
    pub longest: u64,
    /// Where nothing is asked for.
    pub usual: u64,
}

impl Leases {
    /// For how many seconds it is granted where so many are asked for; never for ever.
    pub fn grant(self, asked: Option<u64>) -> u64 {
        asked.unwrap_or(self.usual).max(self.shortest).min(self.longest)
    }
}

/// The address at which a subscriber is asked whether it meant this: its callback with more parameters. `lease` is what is
/// granted, and belongs to a subscription that begins.
pub fn verification_url(callback: &Url, mode: Mode, topic: &str, challenge: &str, lease: Option<u64>) -> Url {
    let mut url = callback.clone();
    {
        let mut pairs = url.query_pairs_mut();
        pairs.append_pair("hub.mode", mode.name());
        pairs.append_pair("hub.topic", topic);
        pairs.append_pair("hub.challenge", challenge);
        if let Some(seconds) = lease {
            pairs.append_pair("hub.lease_seconds", &seconds.to_string());
        }
    }
    url
}

/// The address at which a subscriber is told that it gets nothing (section 5.2).
pub fn denial_url(callback: &Url, topic: &str, reason: &str) -> Url {
    let mut url = callback.clone();
    url.query_pairs_mut()
        .append_pair("hub.mode", "denied")
        .append_pair("hub.topic", topic)
        .append_pair("hub.reason", reason);
    url
}

/// Whether an answer at the [`verification_url`] says yes: any success, and nothing but the challenge.
pub fn is_verified(status: u16, body: &[u8], challenge: &str) -> bool {
    (200..300).contains(&status) && !challenge.is_empty() && same(body, challenge.as_bytes())
}

#[cfg(test)]
mod tests;
