//! The short way: reads over HTTP/1.1 whose answer is ready are answered from the bytes of the connection, before hyper sees
//! them. Nine of ten requests of feed readers are such, and most of what they cost would be the ways to a general server and
//! back.
//!
//! Only what is beyond doubt is taken: a whole head that came at once, a read of a path, one plain host, no body, nothing
//! hop-by-hop but `Connection: close` or `keep-alive`. With the first request that is anything else the connection goes
//! over to hyper, with all that was read of it, and stays there; what hyper would have answered to the others is
//! answered here with the same status, headers and bytes (`tests/integration/http/shortcut.rs` holds one against the other).

use std::io;
use std::mem::MaybeUninit;
use std::pin::pin;

use axum::http::Method;
use axum::http::Version;
use axum::http::header;
use hyper::body::Buf;
use tokio::io::AsyncRead;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWrite;
use tokio::io::AsyncWriteExt as _;
use tokio_util::sync::CancellationToken;

use crate::http::answers::App;
use crate::http::answers::Ready;
use crate::http::caching;
use crate::http::guard;
use crate::http::headers::Headers as _;
use crate::http::headers::Lines;
use crate::http::paced::Paced;
use crate::http::paced::Phase;
use crate::http::rates::Bucket;
use crate::model::time::Timestamp;

/// The longest head that is taken; those of feed readers have a few hundred bytes.
const LONGEST_HEAD: usize = 2 * 1_024;

/// The most lines of a head that is taken.
const MOST_LINES: usize = 32;

/// Answers what is ready until another request comes, and returns what is left for hyper; `None` when the connection has ended.
/// `bucket` counts the requests of the network it comes from. With `closing` a connection ends behind its present request.
pub(super) async fn serve<IO>(
    stream: &mut Paced<IO>,
    app: &App,
    bucket: Option<&Bucket>,
    phase: &Phase,
    closing: &CancellationToken,
) -> io::Result<Option<Rest>>
where
    IO: AsyncRead + AsyncWrite + Unpin,
{
    let mut closed = pin!(closing.cancelled());
    let mut came = Vec::with_capacity(LONGEST_HEAD);
    let mut lines = Vec::with_capacity(1_024);
    let mut date = Date::default();
    let mut is_answered = false;
    loop {
        let count = tokio::select! {
            biased;
            count = stream.read_buf(&mut came) => count?,
            () = &mut closed => return Ok(None),
        };
        if count == 0 {
            return Ok(None);
        }
        // Requests may be sent without waiting for the answers.
        let mut rest = came.as_slice();
        while !rest.is_empty() {
            let Some(mut answer) = answer(rest, app, bucket) else {
                return Ok(Some(Rest { read: rest.to_vec(), is_answered }));
            };
            // A server that stops says so with its last answer.
            answer.closes |= closing.is_cancelled();
            is_answered = true;
            phase.asked(false);
            lines.clear();
            answer.write_head(&mut lines, &mut date);
            let head = lines.as_slice();
            match answer.body() {
                Some(body) => stream.write_all_buf(&mut Buf::chain(head, body)).await?,
                None => stream.write_all(head).await?,
            }
            phase.answered();
            if answer.closes {
                stream.shutdown().await?;
                return Ok(None);
            }
            rest = rest.get(answer.length..).unwrap_or_default();
        }
        came.clear();
    }
}

/// What of a connection is left for hyper.
pub(super) struct Rest {
    /// What was read and not answered.
    pub(super) read: Vec<u8>,
    /// Whether something was answered, so that it goes on with HTTP/1.1.
    pub(super) is_answered: bool,
}

/// What is answered to one request.
struct Answer {
    ready: Ready,
    /// The bytes of the request.
    length: usize,
    is_head: bool,
    /// Whether the reader has the very bytes.
    is_known: bool,
    /// Whether the reader asks no more.
    closes: bool,
}

/// The answer to the request that begins here, if it is one of these.
fn answer(came: &[u8], app: &App, bucket: Option<&Bucket>) -> Option<Answer> {
    let mut storage = [const { MaybeUninit::uninit() }; MOST_LINES];
    let mut request = httparse::Request::new(&mut []);
    let parsed = request.parse_with_uninit_headers(came, &mut storage).ok()?;
    let httparse::Status::Complete(length) = parsed else { return None };
    let is_head = match request.method? {
        "GET" => false,
        "HEAD" => true,
        _other => return None,
    };
    // A fragment is no part of a request; keys of ours may hold its sign.
    let path = request.path.filter(|path| path.starts_with('/') && !path.contains('#'))?;
    let lines = Lines(request.headers);
    let is_plain = request.version == Some(1)
        && guard::is_plain(&Method::GET, Version::HTTP_11, &lines)
        && !lines.has(&header::EXPECT)
        && !lines.has(&header::UPGRADE);
    if !is_plain {
        return None;
    }
    let mut closes = false;
    for wish in lines.all(&header::CONNECTION) {
        match wish {
            close if close.eq_ignore_ascii_case("close") => closes = true,
            keep if keep.eq_ignore_ascii_case("keep-alive") => {}
            _other => return None,
        }
    }
    let ready = app.ready(path, &lines)?;
    if ready.body.is_shown(&lines) {
        return None;
    }
    // Whoever asks too often is told so with all the words that it takes.
    bucket.is_none_or(|bucket| bucket.take(app.rate).is_ok()).then(|| {
        let is_known = ready.body.is_known(&lines);
        Answer { ready, length, is_head, is_known, closes }
    })
}

impl Answer {
    fn write_head(&self, out: &mut Vec<u8>, date: &mut Date) {
        self.ready.body.write_head(self.is_known, &self.ready.terms, out);
        if self.closes {
            out.extend_from_slice(b"connection: close\r\n");
        }
        out.extend_from_slice(b"date: ");
        out.extend_from_slice(date.of(self.ready.at).as_bytes());
        out.extend_from_slice(b"\r\n\r\n");
    }

    fn body(&self) -> Option<&[u8]> {
        let body = self.ready.body.body.as_ref();
        (!self.is_known && !self.is_head && !body.is_empty()).then_some(body)
    }
}

/// The time in words, which stay the same for as long as a second lasts.
#[derive(Default)]
struct Date {
    second: i64,
    words: String,
}

impl Date {
    fn of(&mut self, at: Timestamp) -> &str {
        let second = at.seconds();
        if self.words.is_empty() || self.second != second {
            *self = Self { second, words: caching::http_date(second).unwrap_or_default() };
        }
        &self.words
    }
}
