//! What is asked of a host and what it answers. Plain values: sources make and read them without any I/O.

use url::Url;

/// What to ask. Sent as GET; validators, user agent and encodings are the client's business.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    /// The address.
    pub url: Url,
    /// The value of `Accept`.
    pub accept: &'static str,
    /// The most bytes the decoded body may have.
    pub limit_bytes: usize,
    /// What the body must look like, so that a bot wall is told from an answer.
    pub expects: Expects,
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
