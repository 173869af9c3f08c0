//! Reads and decodes a body while counting both its bytes on the wire and its decoded bytes, and stops at every limit.

use std::error::Error;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_compression::tokio::bufread::BrotliDecoder;
use async_compression::tokio::bufread::GzipDecoder;
use async_compression::tokio::bufread::ZlibDecoder;
use async_compression::tokio::bufread::ZstdDecoder;
use async_compression::zstd::DParameter;
use futures_util::stream;
use reqwest::Response;
use reqwest::header::CONTENT_ENCODING;
use reqwest::header::HeaderMap;
use tokio::io::AsyncBufRead;
use tokio::io::AsyncBufReadExt as _;
use tokio::io::AsyncRead;
use tokio::io::AsyncReadExt as _;
use tokio_util::bytes::Bytes;
use tokio_util::io::StreamReader;

use crate::fetch::fault::Fault;
use crate::fetch::fault::Wait;
use crate::fetch::wire;

/// The encodings that are offered.
pub(super) const ACCEPTED: &str = "gzip, br, zstd";

/// A decoded body may be this many times as large as it was on the wire, once it is larger than [`RATIO_FROM`].
const RATIO: u64 = 200;

const RATIO_FROM: u64 = 1024 * 1024;

/// What the bytes on the wire may exceed the decoded limit by: a tiny body grows when it is compressed.
const WIRE_SLACK: u64 = 64 * 1024;

/// RFC 9659: a zstd body needs no window over 8 MiB.
const ZSTD_WINDOW_LOG: u32 = 23;

const STEP: usize = 32 * 1024;

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub(super) bytes: Vec<u8>,
    pub(super) wire_bytes: u64,
}

/// Reads the body whole, or says why not.
pub(super) async fn read(response: Response, limit_bytes: usize, idle: Duration) -> Result<Body, Fault> {
    let too_large = Fault::TooLarge { limit_bytes };
    let coding = coding(response.headers())?;
    let wire_limit = u64::try_from(limit_bytes).unwrap_or(u64::MAX).saturating_add(WIRE_SLACK);
    if response.content_length().is_some_and(|length| length > wire_limit) {
        return Err(too_large);
    }
    let wire_bytes = Arc::new(AtomicU64::new(0));
    let wire = Wire { response, idle, limit: wire_limit, count: Arc::clone(&wire_bytes) };
    let mut reader = decoder(coding, wire).await.map_err(|error| fault(error, limit_bytes))?;
    let mut bytes = Vec::new();
    let mut step = vec![0; STEP];
    loop {
        let length = reader.read(&mut step).await.map_err(|error| fault(error, limit_bytes))?;
        let wire_bytes = wire_bytes.load(Ordering::Relaxed);
        if length == 0 {
            return Ok(Body { bytes, wire_bytes });
        }
        bytes.extend_from_slice(step.get(..length).unwrap_or_default());
        let decoded_bytes = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if decoded_bytes > RATIO_FROM && decoded_bytes > wire_bytes.saturating_mul(RATIO) {
            return Err(Fault::Bomb { wire_bytes, decoded_bytes });
        }
        if bytes.len() > limit_bytes {
            return Err(too_large);
        }
    }
}

/// Reads what can be read of a refusal's body, up to `limit_bytes`; the words of a refusal are never worth a fault.
pub(super) async fn read_some(response: Response, limit_bytes: usize, idle: Duration) -> Body {
    let Ok(coding) = coding(response.headers()) else { return Body::default() };
    let wire_bytes = Arc::new(AtomicU64::new(0));
    let wire = Wire { response, idle, limit: WIRE_SLACK * 2, count: Arc::clone(&wire_bytes) };
    let Ok(reader) = decoder(coding, wire).await else { return Body::default() };
    let mut bytes = Vec::new();
    let mut reader = reader.take(u64::try_from(limit_bytes).unwrap_or(u64::MAX));
    let _what_was_read_by_then_is_kept = tokio::time::timeout(idle, reader.read_to_end(&mut bytes)).await;
    Body { bytes, wire_bytes: wire_bytes.load(Ordering::Relaxed) }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Coding {
    Identity,
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

/// The one encoding of a body. Several, one inside the other, only serve to hide a bomb.
fn coding(headers: &HeaderMap) -> Result<Coding, Fault> {
    let mut found = Vec::new();
    for value in headers.get_all(CONTENT_ENCODING) {
        let text = String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase();
        let names = text.split(',').map(|name| name.trim().to_owned());
        found.extend(names.filter(|name| !name.is_empty() && name != "identity"));
    }
    match found.as_slice() {
        [] => Ok(Coding::Identity),
        [one] => match one.as_str() {
            "gzip" | "x-gzip" => Ok(Coding::Gzip),
            "deflate" => Ok(Coding::Deflate),
            "br" => Ok(Coding::Brotli),
            "zstd" => Ok(Coding::Zstd),
            unknown => Err(Fault::Encoding(format!("its encoding {unknown:.40?} is unknown"))),
        },
        [..] => Err(Fault::Encoding(format!("{} encodings are stacked", found.len()))),
    }
}

type Reader = Pin<Box<dyn AsyncRead + Send>>;

async fn decoder(coding: Coding, wire: Wire) -> io::Result<Reader> {
    let chunks = stream::try_unfold(wire, Wire::next);
    let mut raw: Pin<Box<dyn AsyncBufRead + Send>> = Box::pin(StreamReader::new(Box::pin(chunks)));
    let Some(first) = raw.fill_buf().await?.first().copied() else { return Ok(Box::pin(tokio::io::empty())) };
    Ok(match coding {
        Coding::Identity => Box::pin(raw),
        Coding::Deflate => Box::pin(ZlibDecoder::new(raw)),
        Coding::Gzip => {
            let mut decoder = GzipDecoder::new(raw);
            decoder.multiple_members(true);
            Box::pin(decoder)
        }
        Coding::Zstd => {
            let limits = [DParameter::window_log_max(ZSTD_WINDOW_LOG)];
            let mut decoder = ZstdDecoder::with_params(raw, &limits);
            decoder.multiple_members(true);
            Box::pin(decoder)
        }
        Coding::Brotli => {
            // The decoder also reads "large window" streams, which HTTP does not know and which may want a gigabyte
            // for their window. Their first seven bits are a pattern that RFC 7932 reserves.
            if first & 0x7F == 0x11 {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "its window is too large"));
            }
            Box::pin(BrotliDecoder::new(raw))
        }
    })
}

/// The chunks of a body, counted and timed.
struct Wire {
    response: Response,
    idle: Duration,
    limit: u64,
    count: Arc<AtomicU64>,
}

impl Wire {
    async fn next(mut self) -> io::Result<Option<(Bytes, Self)>> {
        let Ok(chunk) = tokio::time::timeout(self.idle, self.response.chunk()).await else {
            return Err(io::Error::other(Stop::Idle(self.idle)));
        };
        let Some(chunk) = chunk.map_err(|error| io::Error::other(Stop::Wire(error)))? else {
            return Ok(None);
        };
        let length = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        if self.count.fetch_add(length, Ordering::Relaxed).saturating_add(length) > self.limit {
            return Err(io::Error::other(Stop::TooLarge));
        }
        Ok(Some((chunk, self)))
    }
}

/// Why the wire stopped, carried through the decoder as an I/O error.
#[derive(Debug, thiserror::Error)]
enum Stop {
    #[error("nothing came for {0:?}")]
    Idle(Duration),
    #[error(transparent)]
    Wire(reqwest::Error),
    #[error("too many bytes")]
    TooLarge,
}

fn fault(error: io::Error, limit_bytes: usize) -> Fault {
    let detail = error.to_string();
    match error.into_inner().map(<dyn Error + Send + Sync>::downcast::<Stop>) {
        Some(Ok(stop)) => match *stop {
            Stop::Idle(limit) => Fault::Timeout { wait: Wait::Idle, limit },
            Stop::Wire(error) => Fault::Cut(wire::innermost(&error)),
            Stop::TooLarge => Fault::TooLarge { limit_bytes },
        },
        Some(Err(_)) | None => Fault::Encoding(detail),
    }
}
