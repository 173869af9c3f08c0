//! The programs whose lists are checked: the demonstration, and one with a source of the test's own.

use std::net::TcpListener;
use std::time::Duration;
use std::time::Instant;

use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::lists;
use crate::program;
use crate::program::Daemon;
use crate::support::net::Net;

/// A program whose lists are checked, and what it needs to live.
pub(crate) struct Site {
    /// Its address, without a slash behind it.
    pub(crate) address: String,
    /// The process.
    pub(crate) daemon: Daemon,
    /// The folder it lives in.
    pub(crate) home: TempDir,
    /// The net its source lives in, unless it brings its own.
    pub(crate) source: Option<(Runtime, Net)>,
}

/// The demonstration.
pub(crate) fn demo() -> Site {
    let home = tempfile::tempdir().unwrap();
    let (daemon, address) = Daemon::start(home.path(), &["serve", "--demo", "--listen", "127.0.0.1:0"]);
    await_index(&address, "model");
    Site { address, daemon, home, source: None }
}

/// A program with one source that answers `body`, and a topic that takes all papers with a flag.
pub(crate) fn with_source(body: &str) -> Site {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let net = runtime.block_on(Net::start());
    net.at("/feed").answers(body);
    let home = tempfile::tempdir().unwrap();
    // A free port, known before the start: addresses in documents are made from `public_url`.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let text = format!(
        "contact = \"mailto:ops@example.org\"\npublic_url = \"http://127.0.0.1:{port}/\"\n\
         tag_authority = \"journal.example.org\"\n[server]\nlisten = [\"127.0.0.1:{port}\"]\n[store]\npath = \"{}\"\n\
         [[source]]\nid = \"journal\"\nkind = \"feed\"\nurl = \"{}\"\n\
         [[topic]]\nid = \"flags\"\ntitle = \"Flags & <b>banners</b> ]]>\"\nquery = \"flag*\"\n\
         [[topic]]\nid = \"empty\"\ntitle = \"Nothing\"\nquery = \"nothinghasthisword\"\n",
        home.path().join("store").display(),
        net.url("/feed"),
    );
    std::fs::write(home.path().join("offprint.toml"), text).unwrap();
    let (mut daemon, address) = Daemon::start(home.path(), &["--config", "offprint.toml", "serve"]);
    daemon.await_line("source journal: fresh, ");
    await_index(&address, "flag*");
    Site { address, daemon, home, source: Some((runtime, net)) }
}

/// Waits until searches find all: the index follows the store, and a list must not change while it is checked.
fn await_index(address: &str, query: &str) {
    let begun = Instant::now();
    let (mut found, mut same) = (0, 0);
    while same < 5 {
        let answer = program::get(&format!("{address}/api/v1/search?q={query}"), &[]);
        let answer: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        let now = answer["total"].as_u64().unwrap();
        same = if now == found && now > 0 { same + 1 } else { 0 };
        found = now;
        assert!(begun.elapsed() < Duration::from_mins(1), "{query} finds nothing");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// A program whose one source writes the worst feed that we could think of.
pub(crate) fn hostile() -> Site {
    with_source(&std::fs::read_to_string(lists::beside("conformance/hostile.rss")).unwrap())
}
