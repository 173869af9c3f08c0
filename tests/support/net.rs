//! The loopback internet: a scripted server that tests dress up as any host and then question about its visitors.
//!
//! ```ignore
//! let net = Net::start().await;
//! net.at("/rss").answers(page).etag("\"v1\"").max_age(3600);   // from now on; 304 when the tag comes back
//! net.at("/rss").once().refuses(503).header("Retry-After", "120"); // but the next visitor is turned away
//! net.host("arxiv").at("/oai").redirects_to(301, "/oai2");      // http://arxiv.localhost:PORT/oai
//!
//! let url = net.url("/rss");                                    // what goes into the configuration
//! assert_eq!(net.requests_of("/rss")[1].header("if-none-match"), Some("\"v1\""));
//! ```
//!
//! A [`Place`] (a path, perhaps of one host) answers what its script says: the answers queued with [`Place::once`] in
//! their order, then the standing one. What has no script answers 404. The server speaks HTTP/1.1 byte by byte, since
//! most of its use is to speak it badly: [`Reply::cuts_after`], [`Reply::claims_length`], [`Place::says`]. It runs on
//! a thread of its own, so a busy or stopped test cannot slow it down, and it ends with its [`Net`].

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::fmt;
use std::hash::Hasher as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Instant;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use url::Url;

use crate::support::net::script::Reply;
use crate::support::net::script::Script;

mod bomb;

mod serve;

pub(crate) mod script;

/// The running server.
#[derive(Debug)]
pub(crate) struct Net {
    address: SocketAddr,
    world: Arc<World>,
    runtime: Option<Runtime>,
}

/// What the server and the test share.
#[derive(Debug, Default)]
struct World {
    places: Mutex<BTreeMap<Key, Scripts>>,
    living: Mutex<Vec<(String, Living)>>,
    seen: Mutex<Vec<Seen>>,
    connections: AtomicUsize,
}

/// A host's name without port (none: any host) and a path, perhaps with its query.
type Key = (Option<String>, String);

/// What a place answers: first the queue, then what stands.
#[derive(Debug, Default)]
struct Scripts {
    queue: VecDeque<Arc<Mutex<Script>>>,
    standing: Option<Arc<Mutex<Script>>>,
}

/// A part of the net that makes up its answers by itself: a path with its query gives a status and a body.
struct Living(Box<Answering>);

/// From a path with its query to a status and a body.
type Answering = dyn Fn(&str) -> (u16, String) + Send + Sync;

impl fmt::Debug for Living {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Living")
    }
}

/// One request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// When its head was complete.
    pub(crate) at: Instant,
    /// The value of `Host`.
    pub(crate) host: String,
    /// The path with its query.
    pub(crate) path: String,
    /// Names in lower case, values byte for byte.
    pub(crate) headers: Vec<(String, String)>,
}

impl Seen {
    /// The value of the first header of that name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(other, _value)| other.eq_ignore_ascii_case(name));
        found.map(|(_name, value)| value.as_str())
    }
}

impl Net {
    /// Starts a server on a free port of 127.0.0.1.
    pub(crate) async fn start() -> Self {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).enable_all().build().unwrap();
        let world = Arc::new(World::default());
        let serving = Arc::clone(&world);
        let (say, hear) = tokio::sync::oneshot::channel();
        let handle = runtime.handle().clone();
        runtime.spawn(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            say.send(listener.local_addr().unwrap()).unwrap();
            while let Ok((stream, _visitor)) = listener.accept().await {
                serving.connections.fetch_add(1, Ordering::SeqCst);
                handle.spawn(serve::connection(Arc::clone(&serving), stream));
            }
        });
        Self { address: hear.await.unwrap(), world, runtime: Some(runtime) }
    }

    /// The address of a path, for configurations.
    pub(crate) fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.address)).unwrap()
    }

    /// A path (with its query, or for all queries without) of every host that has no script of its own for it.
    pub(crate) fn at(&self, path: &str) -> Place<'_> {
        Place { net: self, host: None, path: path.to_owned(), is_once: false }
    }

    /// Answers every path that begins so by a function, with an entity tag of the body; whoever brings that back gets 304.
    pub(crate) fn lives(&self, prefix: &str, answer: impl Fn(&str) -> (u16, String) + Send + Sync + 'static) {
        self.world.living.lock().unwrap().push((prefix.to_owned(), Living(Box::new(answer))));
    }

    /// A host of the name `NAME.localhost`, which the client resolves to this machine.
    pub(crate) fn host(&self, name: &str) -> Host<'_> {
        Host { net: self, name: format!("{name}.localhost") }
    }

    /// Every request so far, in the order of arrival.
    pub(crate) fn requests(&self) -> Vec<Seen> {
        self.world.seen.lock().unwrap().clone()
    }

    /// The requests of one path, whatever the host and the query.
    pub(crate) fn requests_of(&self, path: &str) -> Vec<Seen> {
        let mut requests = self.requests();
        requests.retain(|seen| seen.path == path || seen.path.split('?').next() == Some(path));
        requests
    }

    /// How many connections were accepted.
    pub(crate) fn connections(&self) -> usize {
        self.world.connections.load(Ordering::SeqCst)
    }

    /// A listener on another loopback address that nobody may connect to.
    pub(crate) async fn tripwire(&self, address: &str) -> Tripwire {
        let listener = TcpListener::bind((address, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let connects = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connects);
        // Registered with the test's own reactor, a listener cannot move to the server's thread.
        let listener = listener.into_std().unwrap();
        self.runtime.as_ref().unwrap().spawn(async move {
            let listener = TcpListener::from_std(listener).unwrap();
            while let Ok((_stream, _visitor)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
            }
        });
        Tripwire { port, connects }
    }
}

impl Drop for Net {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A listener that counts who connects and says nothing.
#[derive(Debug)]
pub(crate) struct Tripwire {
    /// Its port.
    pub(crate) port: u16,
    connects: Arc<AtomicUsize>,
}

impl Tripwire {
    /// How many connections were made so far.
    pub(crate) fn connects(&self) -> usize {
        self.connects.load(Ordering::SeqCst)
    }
}

/// A host that the server plays.
#[derive(Debug)]
pub(crate) struct Host<'net> {
    net: &'net Net,
    name: String,
}

impl<'net> Host<'net> {
    /// A path of this host.
    pub(crate) fn at(&self, path: &str) -> Place<'net> {
        Place { net: self.net, host: Some(self.name.clone()), path: path.to_owned(), is_once: false }
    }

    /// The address of a path of this host.
    pub(crate) fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}:{}{path}", self.name, self.net.address.port())).unwrap()
    }
}

/// A path whose answers are being scripted.
#[derive(Debug)]
pub(crate) struct Place<'net> {
    net: &'net Net,
    host: Option<String>,
    path: String,
    is_once: bool,
}

impl Place<'_> {
    /// What follows is answered to one visitor only, after what was queued before and ahead of the standing answer.
    #[must_use]
    pub(crate) fn once(mut self) -> Self {
        self.is_once = true;
        self
    }

    /// 200 with a body; its type is guessed from its first byte.
    pub(crate) fn answers(self, body: impl Into<Vec<u8>>) -> Reply {
        self.set(Script::of(200, body.into()))
    }

    /// [`Place::answers`] to one visitor only.
    pub(crate) fn answers_once(self, body: impl Into<Vec<u8>>) -> Reply {
        self.once().answers(body)
    }

    /// A redirect, to an address or a path; the text is sent as it is.
    pub(crate) fn redirects_to(self, status: u16, location: impl Into<String>) -> Reply {
        self.set(Script::of(status, Vec::new())).header("Location", location)
    }

    /// An error status with a short text.
    pub(crate) fn refuses(self, status: u16) -> Reply {
        self.set(Script::of(status, b"no".to_vec()))
    }

    /// 429 that asks to come back after so many seconds.
    pub(crate) fn limited(self, seconds: u64) -> Reply {
        self.refuses(429).header("Retry-After", seconds.to_string())
    }

    /// A gigabyte of zeros, compressed as it is sent: `gzip`, `br` or `zstd`.
    pub(crate) fn bombs(self, coding: &str) -> Reply {
        self.set(bomb::of_zeros(coding))
    }

    /// A body that goes on for ever, in chunks of `piece`.
    pub(crate) fn never_ends(self, piece: impl Into<Vec<u8>>) -> Reply {
        self.set(Script::endless(piece.into()))
    }

    /// Takes the request and never answers.
    pub(crate) fn stalls(self) -> Reply {
        self.set(Script::silence())
    }

    /// Exactly these bytes, head and all; then the connection is closed.
    pub(crate) fn says(self, bytes: impl Into<Vec<u8>>) -> Reply {
        self.set(Script::raw(bytes.into()))
    }

    fn set(self, script: Script) -> Reply {
        let script = Arc::new(Mutex::new(script));
        let mut places = self.net.world.places.lock().unwrap();
        let scripts = places.entry((self.host, self.path)).or_default();
        if self.is_once {
            scripts.queue.push_back(Arc::clone(&script));
        } else {
            scripts.standing = Some(Arc::clone(&script));
        }
        Reply(script)
    }
}

impl World {
    /// The script for one request: of the host before that of every host, with the query before without.
    fn script(&self, host: &str, path: &str) -> Script {
        let name = host.rsplit_once(':').map_or(host, |(name, _port)| name).to_owned();
        let bare = path.split('?').next().unwrap_or(path);
        let living = self.living.lock().unwrap();
        if let Some((_prefix, Living(answer))) =
            living.iter().find(|(prefix, _)| path.starts_with(prefix.as_str()))
        {
            let (status, body) = answer(path);
            let tag = format!("\"{:x}\"", tag_of(&body));
            let mut script = Script::of(status, body.into_bytes());
            script.etag = (status == 200).then_some(tag);
            return script;
        }
        drop(living);
        let mut places = self.places.lock().unwrap();
        for key in [
            (Some(name.clone()), path.to_owned()),
            (Some(name), bare.to_owned()),
            (None, path.to_owned()),
            (None, bare.to_owned()),
        ] {
            let Some(scripts) = places.get_mut(&key) else { continue };
            if let Some(script) = scripts.queue.pop_front().or_else(|| scripts.standing.clone()) {
                return script.lock().unwrap().clone();
            }
        }
        Script::of(404, b"nothing is scripted for this place".to_vec())
    }
}

/// A number that tells bodies apart.
fn tag_of(body: &str) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    hasher.write(body.as_bytes());
    hasher.finish()
}
