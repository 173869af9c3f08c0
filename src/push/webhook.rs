//! Webhooks: what an address is sent when a topic lists new entries, in the form that the program behind it understands.
//!
//! Titles, names and abstracts were written by anybody. Whatever they hold, it calls nobody and is no markup: each form
//! escapes them in its own way.

mod json;

mod mastodon;

mod matrix;

mod ntfy;

mod slack;

mod words;

use std::fmt;

use sha2::Digest as _;
use sha2::Sha256;
use url::Url;

use crate::model::digits::hexadecimal;
use crate::model::secret::Secret;
use crate::model::time::Timestamp;
use crate::push::signature::is_sound;

/// The form of what is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Template {
    /// All entries at once, with everything that is known of them, signed as Standard Webhooks are.
    Json,
    /// A notification for each, by a server of ntfy.
    Ntfy,
    /// A notice for each in a room of Matrix.
    Matrix,
    /// Messages in a channel of Slack, Mattermost and what understands the same.
    Slack,
    /// A status for each on a server of Mastodon.
    Mastodon,
}

impl Template {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Json, Self::Ntfy, Self::Matrix, Self::Slack, Self::Mastodon];

    /// Its name in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Ntfy => "ntfy",
            Self::Matrix => "matrix",
            Self::Slack => "slack",
            Self::Mastodon => "mastodon",
        }
    }

    /// Reads the name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|template| template.name() == name)
    }
}

/// Where to, in which form.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    template: Template,
    url: Url,
    secret: Option<Secret>,
}

/// What a topic lists.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Announcement {
    /// The topic's id.
    pub topic_id: String,
    /// Its title.
    pub topic_title: String,
    /// Its page.
    pub topic_url: String,
    /// Its feed.
    pub feed_url: String,
    /// The entries, in the order in which they are sent.
    pub entries: Vec<Announced>,
}

/// An entry that is listed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Announced {
    /// Its Atom id.
    pub id: String,
    /// The title.
    pub title: String,
    /// Where the paper can be read.
    pub url: String,
    /// The names as they are printed.
    pub authors: Vec<String>,
    /// The abstract.
    pub summary: String,
    /// When the paper was announced.
    pub published: Option<Timestamp>,
    /// When the entry last changed in a way that matters.
    pub updated: Timestamp,
    /// The DOI.
    pub doi: Option<String>,
    /// The arXiv identifier.
    pub arxiv: Option<String>,
    /// Why it is listed.
    pub reason: Option<String>,
}

/// A request that is to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// `POST` or `PUT`.
    pub method: &'static str,
    /// Where to.
    pub url: Url,
    /// Its headers; there may be a token among them.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
    /// The same whenever the same entries in the same state are sent to the same place for the same topic.
    pub key: String,
}

impl Endpoint {
    /// Whether each entry has a request of its own.
    pub const fn tells_one_by_one(&self) -> bool {
        match self.template {
            Template::Ntfy | Template::Matrix | Template::Mastodon => true,
            Template::Json | Template::Slack => false,
        }
    }

    /// Checks what was configured; says what is wrong.
    pub fn new(template: Template, url: Url, secret: Option<Secret>) -> Result<Self, String> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err("the address begins with https:// or http://".to_owned());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(
                "no name and no password stand in the address; a token is given as the secret".to_owned()
            );
        }
        if url.fragment().is_some() {
            return Err("no # stands in the address".to_owned());
        }
        if secret.as_ref().is_some_and(|secret| secret.reveal().is_empty()) {
            return Err("the secret is empty".to_owned());
        }
        match template {
            Template::Json => {
                if !secret.as_ref().is_none_or(is_sound) {
                    return Err("after whsec_ stands the base64 of a key".to_owned());
                }
            }
            Template::Slack => {
                if secret.is_some() {
                    return Err("for slack the address itself is the secret; there is no other".to_owned());
                }
            }
            Template::Ntfy | Template::Matrix | Template::Mastodon => {
                if url.query().is_some() {
                    return Err("no ? stands in the address; a token is given as the secret".to_owned());
                }
                let is_token = |secret: &Secret| secret.reveal().bytes().all(|byte| byte.is_ascii_graphic());
                if !secret.as_ref().is_none_or(is_token) {
                    return Err("the secret has characters that no access token has".to_owned());
                }
                if secret.is_none() && template != Template::Ntfy {
                    return Err(format!("{} needs an access token as the secret", template.name()));
                }
            }
        }
        let url = match template {
            Template::Json | Template::Slack => url,
            Template::Ntfy => ntfy::checked(url)?,
            Template::Matrix => matrix::checked(url)?,
            Template::Mastodon => mastodon::checked(url),
        };
        Ok(Self { template, url, secret })
    }

    /// The requests that announce the entries, in order; none where there are none. They differ between two calls in the time
    /// of a signature alone.
    pub fn requests(&self, announcement: &Announcement, now: Timestamp) -> Vec<Outgoing> {
        let each = |request: fn(&Self, &Announcement, &Announced) -> Outgoing| {
            announcement.entries.iter().map(|entry| request(self, announcement, entry)).collect()
        };
        match self.template {
            Template::Json => json::request(self, announcement, now).into_iter().collect(),
            Template::Ntfy => each(ntfy::request),
            Template::Matrix => each(matrix::request),
            Template::Slack => slack::requests(self, announcement),
            Template::Mastodon => each(mastodon::request),
        }
    }

    /// By what a receiver recognises entries that it has been sent.
    fn key(&self, topic: &str, entries: &[&Announced]) -> String {
        let mut hash = Sha256::new();
        let mut add = |part: &[u8]| {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        };
        for part in [self.template.name(), self.url.as_str(), topic] {
            add(part.as_bytes());
        }
        for entry in entries {
            add(entry.id.as_bytes());
            add(&entry.updated.micros().to_be_bytes());
        }
        hexadecimal(hash.finalize().get(..16).unwrap_or_default())
    }

    /// The headers of a JSON body, with the token where there is one.
    fn headers(&self) -> Vec<(String, String)> {
        let mut headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        if let Some(token) = &self.secret {
            headers.push((AUTHORIZATION.to_owned(), format!("Bearer {}", token.reveal())));
        }
        headers
    }
}

const AUTHORIZATION: &str = "Authorization";

/// A body; nothing that is sent here can fail to be written.
fn body(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

/// The rest of an address may be a secret.
impl fmt::Debug for Endpoint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Endpoint({} at {})", self.template.name(), self.url.host_str().unwrap_or_default())
    }
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Outgoing({} {} {})", self.method, self.url.host_str().unwrap_or_default(), self.key)
    }
}

#[cfg(test)]
mod tests;
