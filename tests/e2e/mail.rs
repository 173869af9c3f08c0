//! Letters, as a real mail server and Python's mail parser get them: from the wish to the end of the subscription.
//!
//! What hangs on the hour of the day is written in this process, by a site whose clock is set by hand; the program then comes
//! up over the same store, as after a night in which the machine was off.

use std::fmt::Write as _;
use std::time::Duration;

use chrono::TimeDelta;
use offprint::clock::Clock;
use offprint::model::time::Timestamp;
use serde_json::Value;
use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::mail::post::Sink;
use crate::program;
use crate::program::Daemon;
use crate::support::net::Net;
use crate::support::site::Site;
use crate::support::wire;
use crate::support::wire::Item;

#[path = "mail/post.rs"]
mod post;

#[path = "mail/letters.rs"]
mod letters;

#[path = "mail/killed.rs"]
mod killed;

#[path = "mail/attacks.rs"]
mod attacks;

#[path = "mail/relays.rs"]
mod relays;

#[path = "mail/returned.rs"]
mod returned;

/// A day and two hours ago: each hour of the day has come since.
fn yesterday() -> Timestamp {
    Clock::system().now().minus(TimeDelta::hours(26))
}

/// A free port, known before the start: links in letters are made from `public_url`.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// What stands in `[mail]`.
fn relay(sink: &Sink) -> String {
    format!(
        "[mail]\nfrom = \"papers@example.org\"\nserver = \"smtp-plain://127.0.0.1:{}\"\nbounces = \"bounce@example.org\"\n\
         postal = \"Reading Room, 1 Garden Lane\"\n",
        sink.port
    )
}

/// A configuration with five topics, arXiv and a daily list, without `[mail]`.
fn configuration(net: &Net, port: u16) -> String {
    let mut text = format!(
        "contact = \"mailto:ops@example.org\"\ntitle = \"Reading Room\"\npublic_url = \"http://127.0.0.1:{port}/\"\n\
         [server]\nlisten = [\"127.0.0.1:{port}\"]\nrequests_per_minute = 0\n[push]\nsubscribe = false\n\
         [[source]]\nid = \"arxiv\"\nkind = \"arxiv-rss\"\ncategories = [\"cs.LG\"]\nurl = \"{}\"\n\
         [[source]]\nid = \"hf-daily\"\nkind = \"hf-daily\"\ndays = 2\nurl = \"{}\"\n",
        net.url("/rss"),
        net.url("/daily"),
    );
    for (id, title) in TOPICS {
        write!(text, "[[topic]]\nid = \"{id}\"\ntitle = \"{title}\"\nquery = \"title:{id}\"\n").unwrap();
    }
    text
}

const TOPICS: [(&str, &str); 5] = [
    ("flags", "Flags & <b>banners</b>"),
    ("knots", "Knots"),
    ("sails", "Sails"),
    ("ropes", "Ropes"),
    ("masts", "Masts"),
];

/// Lets arXiv announce so many papers in each topic on a day; their numbers begin at `first`.
fn announce(net: &Net, day: Timestamp, first: usize, of_each: usize) {
    let mut items = Vec::new();
    for number in 0..of_each {
        for (at, (id, _title)) in TOPICS.iter().enumerate() {
            let name = format!("2608.{:05}", first + number * TOPICS.len() + at);
            items.push(Item::new(
                &name,
                &format!("Counting {id} the {name}th time with $O(n^2)$ <i>hands</i>"),
            ));
        }
    }
    net.at("/rss/cs.LG").answers(wire::arxiv(&day.to_chrono().format("%a, %d %b %Y").to_string(), &items));
    net.at("/daily").answers("[]");
}

/// Sends what a site's outbox holds, as the daemon does.
struct Postman {
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

impl Postman {
    fn start(site: &Site) -> Self {
        let (stop, outbox) = (CancellationToken::new(), site.desk().outbox().clone());
        let (store, halt) = (site.folder().join("store"), stop.clone());
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { outbox.send_letters(&store, halt).await });
        Self { stop, tasks }
    }

    async fn end(self) {
        self.stop.cancel();
        self.tasks.join_all().await;
    }
}

/// A client of one's own, whose connections live on.
fn client() -> reqwest::Client {
    let _installed_before = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// A form as browsers send it.
fn form<V: AsRef<str>>(client: &reqwest::Client, url: &str, fields: &[(&str, V)]) -> reqwest::RequestBuilder {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    client.post(url).header("content-type", "application/x-www-form-urlencoded").body(body)
}

/// A body of the API.
fn json(client: &reqwest::Client, url: &str, body: &Value) -> reqwest::RequestBuilder {
    client.post(url).header("content-type", "application/json").body(body.to_string())
}

/// Status and page.
async fn got(request: reqwest::RequestBuilder) -> (u16, String) {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

/// An address of the installation as it answers at a site, which has a port of its own.
fn at(site: &Site, link: &str) -> String {
    let url = url::Url::parse(link).unwrap();
    assert_eq!(url.host_str(), Some("127.0.0.1"), "{link}");
    format!("http://{}{}", site.address(), url.path())
}

/// The program over a store that was left in a folder.
struct Program {
    home: TempDir,
    daemon: Option<Daemon>,
    address: String,
}

impl Program {
    /// Writes the configuration beside the store, and starts.
    fn start(home: TempDir, configuration: &str) -> Self {
        let store = format!("[store]\npath = \"{}\"\n", home.path().join("store").display());
        std::fs::write(home.path().join("offprint.toml"), format!("{configuration}{store}")).unwrap();
        let mut program = Self { home, daemon: None, address: String::new() };
        program.come_up();
        program
    }

    fn come_up(&mut self) {
        let (daemon, address) = Daemon::spawn(self.command(&["serve"]));
        (self.daemon, self.address) = (Some(daemon), address);
    }

    fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command =
            program::command(self.home.path(), &[&["--config", "offprint.toml"], arguments].concat());
        command.env("CREDENTIALS_DIRECTORY", self.home.path().join("credentials"));
        command
    }

    /// Runs a command of the program to its end; what it printed.
    fn run(&self, arguments: &[&str]) -> String {
        let out = self.command(arguments).output().unwrap();
        assert!(out.status.success(), "{arguments:?}: {}", crate::lists::words(&out));
        String::from_utf8(out.stdout).unwrap()
    }

    /// How many subscribers are `active`, `pending`, `suspended` or `left`.
    fn subscribers(&self, standing: &str) -> u64 {
        let answer: Value = serde_json::from_str(&self.run(&["--json", "outbox"])).unwrap();
        answer["subscribers"][standing].as_u64().unwrap()
    }

    /// kill -9.
    fn kill(&mut self) {
        drop(self.daemon.take());
    }
}

/// Waits until something is so.
async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = std::time::Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_mins(3), "it never came true that {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
