//! What is pushed: the real program, a subscriber written from the Recommendation, and a source to which papers come.

use std::fmt::Write as _;
use std::io::BufRead as _;
use std::io::BufReader;
use std::net::TcpListener;
use std::process::Child;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use serde_json::Value;
use serde_json::json;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::lists;
use crate::program;
use crate::program::Daemon;
use crate::program::Got;
use crate::support::net::Net;

#[path = "push/hub.rs"]
mod hub;

#[path = "push/trouble.rs"]
mod trouble;

#[path = "push/latency.rs"]
mod latency;

#[path = "push/attacks.rs"]
mod attacks;

#[path = "push/webhooks.rs"]
mod webhooks;

#[path = "push/follow.rs"]
mod follow;

/// How long anything may take before a test gives up; never part of what is asserted.
const PATIENCE: Duration = Duration::from_mins(1);

/// The subscriber: a process of its own.
struct Subscriber {
    child: Child,
    address: String,
}

impl Subscriber {
    fn start() -> Self {
        let mut command = lists::command("python3");
        command.arg(lists::beside("push/subscriber.py")).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        Self { child, address: format!("http://127.0.0.1:{}", said["port"]) }
    }
}

impl Drop for Subscriber {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _is_killed = self.child.kill();
        let _is_reaped = self.child.wait();
    }
}

/// A source, a program that reads it, and a subscriber.
struct Stage {
    runtime: Runtime,
    client: reqwest::Client,
    net: Net,
    home: TempDir,
    daemon: Option<Daemon>,
    /// The program's address.
    address: String,
    subscriber: Subscriber,
    papers: Vec<String>,
}

impl Stage {
    /// Starts all three. Each topic takes the papers with its own name in their title; `more` is what else is configured, and
    /// `CALLBACKS` in it the address of the subscriber.
    fn start(topics: &[&str], more: &str) -> Self {
        let mut stage = Self::prepare();
        stage.configure(topics, &more.replace("CALLBACKS", &stage.subscriber.address));
        stage.serve();
        stage
    }

    fn prepare() -> Self {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).enable_all().build().unwrap();
        let net = runtime.block_on(Net::start());
        // Another client of the process may have installed it before.
        let _installed_before = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let stage = Self {
            runtime,
            client,
            net,
            home: tempfile::tempdir().unwrap(),
            daemon: None,
            address: format!("http://127.0.0.1:{port}"),
            subscriber: Subscriber::start(),
            papers: Vec::new(),
        };
        stage.net.at("/feed").answers(feed(&[]));
        stage
    }

    /// Writes the configuration.
    fn configure(&self, topics: &[&str], more: &str) {
        let (home, address) = (self.home.path(), &self.address);
        let mut text = format!(
            "contact = \"mailto:ops@example.org\"\npublic_url = \"{address}/\"\n\
             [server]\nlisten = [\"{}\"]\n[store]\npath = \"{}\"\n{more}\n\
             [[source]]\nid = \"journal\"\nkind = \"feed\"\nurl = \"{}\"\n",
            address.trim_start_matches("http://"),
            home.join("store").display(),
            self.net.url("/feed"),
        );
        for topic in topics {
            write!(text, "[[topic]]\nid = \"{topic}\"\ntitle = \"All of {topic}\"\nquery = \"{topic}\"\n")
                .unwrap();
        }
        std::fs::write(home.join("offprint.toml"), text).unwrap();
    }

    /// Starts the program, once more or for the first time.
    fn serve(&mut self) {
        let mut command = program::command(self.home.path(), &["--config", "offprint.toml", "serve"]);
        command.env("HOOK_SECRET", SECRET);
        let (daemon, address) = Daemon::spawn(command);
        assert_eq!(address, self.address);
        self.daemon = Some(daemon);
    }

    /// Stops the program as a service manager does.
    fn stop(&mut self) {
        let mut daemon = self.daemon.take().unwrap();
        daemon.signal("TERM");
        assert_eq!(daemon.wait(), Some(0), "{}", daemon.log().join("\n"));
    }

    /// Runs a command, and gives what it printed.
    fn run(&self, arguments: &[&str]) -> String {
        let mut command = program::command(self.home.path(), &["--config", "offprint.toml"]);
        let out = command.args(arguments).env("HOOK_SECRET", SECRET).output().unwrap();
        assert!(out.status.success(), "{arguments:?}: {}", lists::words(&out));
        String::from_utf8(out.stdout).unwrap()
    }

    /// A paper comes to the source, and the source is polled; gives when the source answered, in seconds of the epoch.
    fn publish(&mut self, titles: &[&str]) -> f64 {
        self.announce(titles);
        let asked = self.net.requests_of("/feed").len();
        self.run(&["poll"]);
        let requests = self.net.requests_of("/feed");
        seconds_of(requests[asked].at)
    }

    /// A paper comes to the source, and nobody looks.
    fn announce(&mut self, titles: &[&str]) {
        self.papers.extend(titles.iter().map(|title| (*title).to_owned()));
        self.net.at("/feed").answers(feed(&self.papers));
    }

    /// Waits until a search finds so many papers: its index follows the store.
    fn await_found(&self, query: &str, count: usize) {
        await_that(&format!("{count} papers with {query}"), || {
            let found = program::get(&format!("{}/api/v1/search?q={query}", self.address), &[]);
            let found: Value = serde_json::from_slice(&found.body).unwrap();
            found["total"] == count
        });
    }

    /// What the program's outbox says of destinations: rows of its table.
    fn rows(&self) -> Vec<Value> {
        let printed: Value = serde_json::from_str(&self.run(&["--json", "outbox"])).unwrap();
        printed["outbox"].as_array().unwrap().clone()
    }

    /// Waits until so many destinations are known.
    fn await_rows(&self, count: usize) {
        let mut rows = Vec::new();
        await_that(&format!("{count} destinations"), || {
            rows = self.rows();
            rows.len() == count
        });
    }

    /// Gives the subscriber an order.
    fn order(&self, order: &Value) -> Value {
        let url = format!("{}/control", self.subscriber.address);
        self.runtime.block_on(async {
            let response = self.client.post(url).body(order.to_string()).send().await.unwrap();
            let (status, text) = (response.status(), response.text().await.unwrap());
            assert!(status.is_success(), "{order}: {text}");
            serde_json::from_str(&text).unwrap()
        })
    }

    /// Has a callback subscribe to a feed, or unsubscribe; what the hub said at once.
    fn intend(&self, what: &str, name: &str, feed: &str) -> Value {
        let (hub, topic) = (format!("{}/hub", self.address), format!("{}/{feed}", self.address));
        self.order(&json!({"name": name, "do": what, "hub": hub, "topic": topic}))
    }

    /// Has a callback subscribe to a feed, and waits until that is written.
    fn subscribe(&self, name: &str, feed: &str) {
        let before = self.rows().len();
        let said = self.intend("subscribe", name, feed);
        assert_eq!(said["status"], 202, "{said}");
        self.await_rows(before + 1);
    }

    /// What is known of a callback.
    fn told(&self, name: &str) -> Value {
        self.look(&format!("name={name}"))
    }

    fn look(&self, query: &str) -> Value {
        let url = format!("{}/control?{query}", self.subscriber.address);
        self.runtime.block_on(async {
            let text = self.client.get(url).send().await.unwrap().text().await.unwrap();
            serde_json::from_str(&text).unwrap()
        })
    }

    /// Waits until a callback was asked so often whether it means it.
    fn await_questions(&self, name: &str, count: usize) -> Vec<Value> {
        let mut asked = Vec::new();
        await_that(&format!("{count} questions to {name}"), || {
            asked.clone_from(self.told(name)["verifications"].as_array().unwrap());
            asked.len() >= count
        });
        asked
    }

    /// Waits until a callback got so many deliveries, and gives all it got.
    fn await_deliveries(&self, name: &str, count: usize) -> Vec<Value> {
        let told = self.look(&format!("name={name}&deliveries={count}&timeout={}", PATIENCE.as_secs()));
        let deliveries = told["deliveries"].as_array().unwrap().clone();
        let log = self.daemon.as_ref().map(Daemon::log).unwrap_or_default();
        assert!(deliveries.len() >= count, "{name}: {deliveries:#?}\n{}", log.join("\n"));
        deliveries
    }

    /// Sends the hub a form as it is.
    fn ask_hub(&self, form: &[(&str, &str)]) -> Got {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.post(&format!("{}/hub", self.address), &[], body.into_bytes())
    }

    fn post(&self, url: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Got {
        self.runtime.block_on(async {
            let mut request = self.client.post(url).body(body);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let response = request.send().await.unwrap();
            let status = response.status().as_u16();
            Got { status, headers: Vec::new(), body: response.bytes().await.unwrap().to_vec() }
        })
    }
}

/// What webhooks are signed with, or show.
const SECRET: &str = "whsec_aW52ZW50ZWQgc2VjcmV0IG9mIGEgdGVzdA==";

/// The table that lets the subscriber be called.
const PUSH: &str = "[push]\ncallbacks = [\"CALLBACKS/\"]\n";

/// Waits for something to become true.
fn await_that(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "not within {PATIENCE:?}: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A time of this process's clock in seconds of the epoch.
#[expect(clippy::disallowed_methods, reason = "another process says by this clock when it was told")]
fn seconds_of(at: Instant) -> f64 {
    (SystemTime::now() - at.elapsed()).duration_since(UNIX_EPOCH).unwrap().as_secs_f64()
}

/// A feed of the source with papers of these titles, the newest first.
fn feed(titles: &[String]) -> String {
    let mut items = String::new();
    for (number, title) in titles.iter().enumerate().rev() {
        write!(
            items,
            "<item><title>{title}</title><link>https://journal.example.org/{number}</link>\
             <guid>https://journal.example.org/{number}</guid><author>Ann Lee</author>\
             <description>What was found about {title}.</description></item>"
        )
        .unwrap();
    }
    format!("<rss version=\"2.0\"><channel><title>Journal</title>{items}</channel></rss>")
}

/// The titles in what was delivered, as a feed parser reads them.
fn titles(delivery: &Value) -> Vec<String> {
    let parsed = feed_rs::parser::parse(delivery["body"].as_str().unwrap().as_bytes()).unwrap();
    let mut titles: Vec<String> =
        parsed.entries.into_iter().map(|entry| entry.title.unwrap().content).collect();
    titles.sort();
    titles
}
