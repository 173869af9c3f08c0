//! What a place of the loopback internet answers, and the words by which a test changes it.

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

/// One answer, before it is put on the wire.
#[derive(Clone, Debug)]
pub(super) struct Script {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Body,
    /// Encodings to apply to the body.
    pub(super) coding: Option<&'static str>,
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
    /// The body goes out in pieces of so many bytes with a pause before each.
    pub(super) pace: Option<(usize, Duration)>,
    /// The connection is closed after so many bytes of the body.
    pub(super) cut: Option<usize>,
    /// What `Content-Length` says, true or not.
    pub(super) claimed_length: Option<usize>,
}

#[derive(Clone, Debug)]
pub(super) enum Body {
    Whole(Vec<u8>),
    /// A beginning and a piece that is repeated, sent in chunks.
    Repeated {
        start: Vec<u8>,
        piece: Vec<u8>,
        times: usize,
    },
    /// Not even a head.
    Silence,
    /// Head and body as they are.
    Raw(Vec<u8>),
}

impl Script {
    pub(super) fn of(status: u16, body: Vec<u8>) -> Self {
        let guess = match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'<') if body.to_ascii_lowercase().windows(5).any(|part| part == b"<html") => "text/html",
            Some(b'<') => "application/xml",
            Some(b'{' | b'[') => "application/json",
            _other => "text/plain",
        };
        let headers = vec![("Content-Type".to_owned(), guess.to_owned())];
        Self { status, headers, ..Self::with(Body::Whole(body)) }
    }

    pub(super) fn endless(piece: Vec<u8>) -> Self {
        Self::with(Body::Repeated { start: Vec::new(), piece, times: usize::MAX })
    }

    pub(super) fn silence() -> Self {
        Self::with(Body::Silence)
    }

    pub(super) fn raw(bytes: Vec<u8>) -> Self {
        Self::with(Body::Raw(bytes))
    }

    pub(super) fn with(body: Body) -> Self {
        Self {
            status: 200,
            headers: Vec::new(),
            body,
            coding: None,
            etag: None,
            last_modified: None,
            pace: None,
            cut: None,
            claimed_length: None,
        }
    }
}

/// An answer that was scripted and can still be changed, until someone asks for it and after.
#[derive(Clone, Debug)]
pub(crate) struct Reply(pub(super) Arc<Mutex<Script>>);

impl Reply {
    /// One more header, as it is.
    pub(crate) fn header(self, name: &str, value: impl Into<String>) -> Self {
        self.change(|script| script.headers.push((name.to_owned(), value.into())))
    }

    /// Another status.
    pub(crate) fn status(self, status: u16) -> Self {
        self.change(|script| script.status = status)
    }

    /// `Cache-Control: max-age`.
    pub(crate) fn max_age(self, seconds: u64) -> Self {
        self.header("Cache-Control", format!("max-age={seconds}"))
    }

    /// An entity tag, quotes included; whoever brings it back byte for byte gets 304.
    pub(crate) fn etag(self, etag: &str) -> Self {
        self.change(|script| script.etag = Some(etag.to_owned()))
    }

    /// A date of change; whoever brings it back byte for byte gets 304, unless there is also an entity tag.
    pub(crate) fn last_modified(self, date: &str) -> Self {
        self.change(|script| script.last_modified = Some(date.to_owned()))
    }

    /// Compresses the body with `gzip`, `deflate`, `br` or `zstd` and says so.
    pub(crate) fn encoded(self, coding: &'static str) -> Self {
        self.change(|script| script.coding = Some(coding)).header("Content-Encoding", coding)
    }

    /// Compresses the body with gzip and says so.
    pub(crate) fn gzip(self) -> Self {
        self.encoded("gzip")
    }

    /// Sends the body in pieces of so many bytes, with a pause before each.
    pub(crate) fn drips(self, size: usize, pause: Duration) -> Self {
        self.change(|script| script.pace = Some((size, pause)))
    }

    /// Closes the connection after so many bytes of the body.
    pub(crate) fn cuts_after(self, bytes: usize) -> Self {
        self.change(|script| script.cut = Some(bytes))
    }

    /// Says another `Content-Length` than the true one.
    pub(crate) fn claims_length(self, bytes: usize) -> Self {
        self.change(|script| script.claimed_length = Some(bytes))
    }

    fn change(self, change: impl FnOnce(&mut Script)) -> Self {
        change(&mut self.0.lock().unwrap());
        self
    }
}
