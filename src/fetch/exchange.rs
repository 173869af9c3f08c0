//! What is asked of a host and what it answers. Plain values: sources make and read them without any I/O.

use url::Url;

use crate::model::secret::Secret;

/// What to ask. Validators, user agent and encodings are the client's business.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    /// The address, without credentials.
    pub url: Url,
    /// The value of `Accept`.
    pub accept: &'static str,
    /// The most bytes the decoded body may have.
    pub limit_bytes: usize,
    /// What the body must look like, so that a bot wall is told from an answer.
    pub expects: Expects,
    /// Whether it is asked in full each time, and nothing of the exchange is remembered: a page that a cursor names once.
    pub is_afresh: bool,
    /// JSON to be sent with POST; GET without it.
    pub json: Option<String>,
    /// By what the host knows the operator. Sent to the host of `url` alone, never to one that it redirects to.
    pub credential: Option<Credential>,
}

impl Request {
    /// A plain GET.
    pub fn get(url: Url, accept: &'static str, limit_bytes: usize, expects: Expects) -> Self {
        Self { url, accept, limit_bytes, expects, is_afresh: false, json: None, credential: None }
    }

    /// The same, asked in full each time.
    #[must_use]
    pub fn afresh(self) -> Self {
        Self { is_afresh: true, ..self }
    }

    /// The same with a credential, where there is one.
    #[must_use]
    pub fn known_by(self, credential: Option<Credential>) -> Self {
        Self { credential, ..self }
    }
}

/// A key and where it is put.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Credential {
    /// Where.
    pub place: CredentialPlace,
    /// The key.
    pub secret: Secret,
}

/// Where a host looks for a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CredentialPlace {
    /// In a header, behind a prefix such as `Bearer `.
    Header {
        /// The header's name in lower case.
        name: &'static str,
        /// What stands before the key.
        prefix: &'static str,
    },
    /// In the query, under this name.
    Query(&'static str),
}

/// The form of a useful body.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expects {
    /// XML with a feed or a protocol's envelope at its root.
    Xml,
    /// JSON.
    Json,
    /// Any kind of feed, XML or JSON.
    Feed,
    /// A page for people that a source reads all the same.
    Html,
    /// Anything: only that there was an answer counts.
    Any,
}

/// What a host answered: 200 with a body, or 304 without one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Response {
    /// The status: 200 to 299, 304, or the status of a refusal handed to [`crate::sources`] for its words.
    pub status: u16,
    /// The address that answered, after redirects.
    pub url: Url,
    /// The value of `Content-Type`.
    pub content_type: Option<String>,
    /// The decoded body; empty for 304.
    pub body: Vec<u8>,
}

impl Response {
    /// Whether the host said that nothing changed.
    pub fn is_not_modified(&self) -> bool {
        self.status == 304
    }

    /// A 200 with a body, as tests and the demonstration make it.
    pub fn ok(url: Url, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, url, content_type: Some(content_type.to_owned()), body: body.into() }
    }
}
