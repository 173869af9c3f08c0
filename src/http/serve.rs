//! Accepts connections, limits them, and lets them finish when the server stops.
//!
//! Order of a stop, as measured under socket activation: accept no more, serve on for a moment (what was accepted last has
//! its request still on the way), ask every connection to end after its present request, wait with a limit, cut the rest.

use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::BoxError;
use axum::http::Request;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use hyper_util::rt::TokioTimer;
use hyper_util::server::conn::auto;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::net::UnixListener;
use tokio::net::UnixStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::http::Settings;
use crate::http::crowd::Crowd;
use crate::http::crowd::Seat;
use crate::http::paced::Paced;
use crate::http::paced::Phase;
use crate::http::router::Server;
use crate::http::shortcut;

/// A bound socket; the caller bound it.
#[derive(Debug)]
pub enum Listener {
    /// A TCP socket.
    Tcp(TcpListener),
    /// A Unix socket.
    Unix(UnixListener),
}

/// How a stop went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Drained {
    /// Connections that were cut because they did not end in time.
    pub cut: usize,
}

/// Serves on sockets, from a thread of its own: a request is then read, answered and written by one thread, with nothing else
/// between, and only what must be made from the store is handed to others. Moving a request from thread to thread would take
/// as long as answering it.
///
/// The outcome is that of each socket; it is an error when the thread could not be started or ended too early.
pub fn on_thread(
    listeners: Vec<Listener>,
    server: Server,
    settings: Settings,
    stop: CancellationToken,
) -> io::Result<impl Future<Output = io::Result<Vec<Drained>>>> {
    let sockets = listeners.into_iter().map(Socket::of).collect::<io::Result<Vec<_>>>()?;
    let (done, outcome) = tokio::sync::oneshot::channel();
    let work = move || -> io::Result<Vec<Drained>> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async move {
            let listeners = sockets.into_iter().map(Socket::listen).collect::<io::Result<Vec<_>>>()?;
            let serving = listeners
                .into_iter()
                .map(|listener| serve(listener, server.clone(), &settings, stop.clone()));
            Ok(futures_util::future::join_all(serving).await)
        })
    };
    std::thread::Builder::new().name("http".to_owned()).spawn(move || {
        // Whoever waited for it is gone when the process ends.
        let _is_heard = done.send(work());
    })?;
    Ok(async move {
        outcome.await.unwrap_or_else(|_gone| Err(io::Error::other("the thread that serves readers panicked")))
    })
}

/// A socket on its way to another thread.
enum Socket {
    Tcp(std::net::TcpListener),
    Unix(std::os::unix::net::UnixListener),
}

impl Socket {
    fn of(listener: Listener) -> io::Result<Self> {
        match listener {
            Listener::Tcp(listener) => listener.into_std().map(Self::Tcp),
            Listener::Unix(listener) => listener.into_std().map(Self::Unix),
        }
    }

    fn listen(self) -> io::Result<Listener> {
        match self {
            Self::Tcp(socket) => TcpListener::from_std(socket).map(Listener::Tcp),
            Self::Unix(socket) => UnixListener::from_std(socket).map(Listener::Unix),
        }
    }
}

/// Serves until told to stop, then until every connection has ended or the drain limit has passed.
pub async fn serve(
    listener: Listener,
    server: impl Into<Server>,
    settings: &Settings,
    stop: CancellationToken,
) -> Drained {
    let tracker = TaskTracker::new();
    let cut = CancellationToken::new();
    let doors = Arc::new(Doors {
        server: Arc::new(server.into()),
        settings: settings.clone(),
        builder: builder(&tracker, settings),
        crowd: Arc::new(Crowd::new(settings.max_connections_per_address)),
        tracker: tracker.clone(),
        closing: CancellationToken::new(),
        cut: cut.clone(),
    });
    let total = Arc::new(Semaphore::new(settings.max_connections));
    accept_all(&listener, &doors, &total, &stop).await;
    drop(listener);
    tokio::time::sleep(settings.linger).await;
    doors.closing.cancel();
    tracker.close();
    let finished = tokio::time::timeout(settings.drain, tracker.wait()).await;
    let left = if finished.is_ok() { 0 } else { settings.max_connections - total.available_permits() };
    cut.cancel();
    // Streams of HTTP/2 end with their connections; whatever hangs longer than this is left to the runtime.
    let _ended = tokio::time::timeout(Duration::from_secs(1), tracker.wait()).await;
    Drained { cut: left }
}

/// What every connection is made from.
struct Doors {
    server: Arc<Server>,
    settings: Settings,
    builder: auto::Builder<Tracked>,
    crowd: Arc<Crowd>,
    tracker: TaskTracker,
    /// Every connection ends after its present request.
    closing: CancellationToken,
    /// Every connection ends at once.
    cut: CancellationToken,
}

async fn accept_all(
    listener: &Listener,
    doors: &Arc<Doors>,
    total: &Arc<Semaphore>,
    stop: &CancellationToken,
) {
    let mut pause = FIRST_PAUSE;
    loop {
        let next = async {
            // Beyond the limit, connections wait in the kernel's queue.
            let permit = Arc::clone(total).acquire_owned().await.ok()?;
            Some((permit, listener.accept().await))
        };
        let Some(Some((permit, accepted))) = stop.run_until_cancelled(next).await else { return };
        match accepted {
            Ok(stream) => {
                pause = FIRST_PAUSE;
                doors.open(stream, permit);
            }
            Err(error) if is_of_peer(&error) => {}
            Err(error) => {
                // Out of file descriptors or memory: trying again at once would only burn the processor.
                tracing::warn!(%error, ?pause, "no connection could be accepted");
                drop(permit);
                if stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
                    return;
                }
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

fn is_of_peer(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}

/// An accepted connection and, on TCP, where it comes from.
enum Stream {
    Tcp(TcpStream, IpAddr),
    Unix(UnixStream),
}

impl Listener {
    async fn accept(&self) -> io::Result<Stream> {
        match self {
            Self::Tcp(listener) => {
                let (stream, peer) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Ok(Stream::Tcp(stream, peer.ip()))
            }
            Self::Unix(listener) => Ok(Stream::Unix(listener.accept().await?.0)),
        }
    }
}

impl Doors {
    fn open(self: &Arc<Self>, stream: Stream, permit: OwnedSemaphorePermit) {
        match stream {
            Stream::Tcp(stream, peer) => {
                // A proxy on this machine brings everybody's connections.
                if peer.is_loopback() {
                    self.spawn(stream, (permit, None));
                    // Dropping the stream closes it: that is the answer to one peer too many.
                } else if let Some(seat) = self.crowd.seat(peer) {
                    self.spawn(stream, (permit, Some(seat)));
                }
            }
            Stream::Unix(stream) => self.spawn(stream, (permit, None)),
        }
    }

    fn spawn<IO>(self: &Arc<Self>, stream: IO, held: (OwnedSemaphorePermit, Option<Seat>))
    where
        IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let doors = Arc::clone(self);
        self.tracker.spawn(async move {
            let phase = Phase::default();
            let stream = Paced::new(stream, phase.clone(), &doors.settings);
            let served = doors.serve(stream, phase, held.1.as_ref());
            if let Some(Err(error)) = doors.cut.run_until_cancelled(served).await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(held);
        });
    }

    /// Answers the requests of a connection: the short way as long as it goes, then hyper's.
    async fn serve<IO>(
        &self,
        mut stream: Paced<IO>,
        phase: Phase,
        seat: Option<&Seat>,
    ) -> Result<(), BoxError>
    where
        IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let bucket = seat.map(|seat| Arc::clone(&seat.bucket));
        let mut is_begun = false;
        if let Some(app) = &self.server.app {
            let served = shortcut::serve(&mut stream, app, bucket.as_deref(), &phase, &self.closing);
            let Some(rest) = served.await? else { return Ok(()) };
            stream.unread(rest.read);
            is_begun = rest.is_answered;
        }
        let network = seat.map(|seat| Network(seat.group.to_string().into()));
        let server = Arc::clone(&self.server);
        let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
            // What changes something may be asked for too often from one place; reading has its bucket.
            if let Some(network) = network.as_ref().filter(|_| request.method() == axum::http::Method::POST) {
                request.extensions_mut().insert(network.clone());
            }
            phase.asked(request.version() >= axum::http::Version::HTTP_2);
            let (phase, server, bucket) = (phase.clone(), Arc::clone(&server), bucket.clone());
            async move {
                let answer = server.answer(request, bucket.as_deref()).await;
                phase.answered();
                Ok::<_, Infallible>(answer)
            }
        });
        // No connection changes its protocol in the middle.
        let builder = self.builder.clone();
        let builder = if is_begun { builder.http1_only() } else { builder };
        let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
        tokio::select! {
            biased;
            served = &mut connection => return served,
            () = self.closing.cancelled() => connection.as_mut().graceful_shutdown(),
        }
        connection.await
    }
}

fn builder(tracker: &TaskTracker, settings: &Settings) -> auto::Builder<Tracked> {
    let mut builder = auto::Builder::new(Tracked(tracker.clone()));
    builder
        .http1()
        // Heads and rests are timed by `Paced`, which sets no alarm for every request.
        .header_read_timeout(None)
        .max_buf_size(settings.max_head_bytes.max(8 * 1_024))
        .max_headers(64);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(settings.max_streams)
        .max_header_list_size(u32::try_from(settings.max_head_bytes).unwrap_or(u32::MAX))
        .max_send_buf_size(256 * 1_024);
    builder
}

/// Runs HTTP/2 streams in the task group, so that a stop waits for them.
#[derive(Clone, Debug)]
struct Tracked(TaskTracker);

impl<F> hyper::rt::Executor<F> for Tracked
where
    F: Future<Output: Send> + Send + 'static,
{
    fn execute(&self, task: F) {
        self.0.spawn(task);
    }
}

/// From which network a request comes that may change something.
#[derive(Clone, Debug)]
pub(super) struct Network(Arc<str>);

impl Network {
    /// Its name; empty where all come alike, from a proxy on this machine.
    pub(super) fn of<B>(request: &Request<B>) -> String {
        request.extensions().get::<Self>().map(|network| network.0.to_string()).unwrap_or_default()
    }
}
