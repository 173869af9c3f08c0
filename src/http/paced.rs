//! A connection that ends when its peer is too slow, whichever way it is slow.
//!
//! hyper's own timer starts a new count for every head, so it cannot tell a connection that rests between requests from one
//! that dribbles a head, and before it knows the protocol it keeps no time at all. Here three spans are kept instead: from
//! the first byte of a head (or from the connection) to its end, without a request, and without progress of an answer.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicU8;
use std::sync::atomic::Ordering;
use std::task::Context;
use std::task::Poll;
use std::time::Duration;

use axum::body::Bytes;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::io::ReadBuf;
use tokio::time::Instant;
use tokio::time::Sleep;

use crate::http::Settings;

/// A head is being read.
const HEAD: u8 = 0;
/// A request is being answered.
const BUSY: u8 = 1;
/// The last answer is made; the next request is awaited.
const REST: u8 = 2;
/// HTTP/2: requests overlap, so only silence is timed.
const STREAMS: u8 = 3;

/// Where a connection is, told by the service that answers its requests.
#[derive(Clone, Debug, Default)]
pub(super) struct Phase(Arc<AtomicU8>);

impl Phase {
    /// A head was read whole, and its request is being answered.
    pub(super) fn asked(&self, is_http2: bool) {
        self.0.store(if is_http2 { STREAMS } else { BUSY }, Ordering::Relaxed);
    }

    /// The answer is made, and is being sent.
    pub(super) fn answered(&self) {
        if self.0.load(Ordering::Relaxed) == BUSY {
            self.0.store(REST, Ordering::Relaxed);
        }
    }
}

/// A stream with time limits.
#[derive(Debug)]
pub(super) struct Paced<IO> {
    stream: IO,
    /// What was read before and is read again.
    ahead: Bytes,
    phase: Phase,
    head_timeout: Duration,
    keep_alive: Duration,
    write_timeout: Duration,
    /// When the peer last moved: the limits of reading count from here.
    moved: Instant,
    /// Since when the peer takes nothing.
    stuck: Option<Instant>,
    read_alarm: Pin<Box<Sleep>>,
    write_alarm: Pin<Box<Sleep>>,
}

impl<IO> Paced<IO> {
    pub(super) fn new(stream: IO, phase: Phase, settings: &Settings) -> Self {
        let now = Instant::now();
        Self {
            stream,
            ahead: Bytes::new(),
            phase,
            head_timeout: settings.head_timeout,
            keep_alive: settings.keep_alive,
            write_timeout: settings.write_timeout,
            moved: now,
            stuck: None,
            read_alarm: Box::pin(tokio::time::sleep_until(now + settings.head_timeout)),
            write_alarm: Box::pin(tokio::time::sleep_until(now + settings.write_timeout)),
        }
    }

    /// Gives back what was read, for whoever reads next.
    pub(super) fn unread(&mut self, bytes: Vec<u8>) {
        self.ahead = Bytes::from(bytes);
    }

    /// Whether the peer has been silent for too long; otherwise it will be asked again when it has.
    fn is_late(&mut self, context: &mut Context<'_>) -> bool {
        let limit = match self.phase.0.load(Ordering::Relaxed) {
            HEAD => self.head_timeout,
            BUSY => return false,
            _rest_or_streams => self.keep_alive,
        };
        ring(&mut self.read_alarm, self.moved + limit, context)
    }

    fn sent<T>(&mut self, outcome: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.stuck = None;
            self.moved = Instant::now();
            return outcome;
        }
        let since = *self.stuck.get_or_insert_with(Instant::now);
        if ring(&mut self.write_alarm, since + self.write_timeout, context) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Poll::Pending
    }
}

/// Sees to it that an alarm rings at a time or before, and says whether the time has come. One that rings too early is set
/// again only then: with every request the time moves on, and setting an alarm takes longer than answering.
fn ring(alarm: &mut Pin<Box<Sleep>>, at: Instant, context: &mut Context<'_>) -> bool {
    if alarm.deadline() > at {
        alarm.as_mut().reset(at);
    }
    while alarm.as_mut().poll(context).is_ready() {
        if Instant::now() >= at {
            return true;
        }
        alarm.as_mut().reset(at);
    }
    false
}

impl<IO: AsyncRead + Unpin> AsyncRead for Paced<IO> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.ahead.is_empty() {
            let count = self.ahead.len().min(buffer.remaining());
            buffer.put_slice(&self.ahead.split_to(count));
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(context, buffer);
        if outcome.is_pending() {
            if self.is_late(context) {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
        } else if buffer.filled().len() > before {
            match self.phase.0.load(Ordering::Relaxed) {
                // A dribbled head does not win time.
                HEAD => {
                    if self.moved + self.head_timeout < Instant::now() {
                        return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
                    }
                }
                REST => {
                    self.phase.0.store(HEAD, Ordering::Relaxed);
                    self.moved = Instant::now();
                }
                _busy_or_streams => self.moved = Instant::now(),
            }
        }
        outcome
    }
}

impl<IO: AsyncWrite + Unpin> AsyncWrite for Paced<IO> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.sent(outcome, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.sent(outcome, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
