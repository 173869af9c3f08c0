//! The daemon's own polls: none because of a restart, and none that outlives SIGTERM.

use std::path::Path;
use std::time::Duration;
use std::time::Instant;

use tokio::runtime::Runtime;

use crate::program::Daemon;
use crate::support::net::Net;

const FEED: &str = "<rss version=\"2.0\"><channel><title>Journal</title><item><title>Flags in a garden</title>\
                    <link>https://journal.example.org/1</link></item></channel></rss>";

fn network() -> (Runtime, Net) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let net = runtime.block_on(Net::start());
    (runtime, net)
}

fn configuration(home: &Path, net: &Net) -> String {
    let file = home.join("offprint.toml");
    let text = format!(
        "contact = \"mailto:ops@example.org\"\n[server]\nlisten = [\"127.0.0.1:0\"]\n[store]\npath = \"{}\"\n\
         [[source]]\nid = \"journal\"\nkind = \"feed\"\nurl = \"{}\"\n",
        home.join("store").display(),
        net.url("/feed"),
    );
    std::fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

/// Waits until the network was asked.
fn await_request(net: &Net) {
    let begun = Instant::now();
    while net.requests().is_empty() {
        assert!(begun.elapsed() < Duration::from_mins(1), "nobody was asked");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_restart_asks_nobody() {
    let home = tempfile::tempdir().unwrap();
    let (_runtime, net) = network();
    net.at("/feed").answers(FEED);
    let file = configuration(home.path(), &net);
    let (mut daemon, _address) = Daemon::start(home.path(), &["--config", &file, "serve"]);
    await_request(&net);
    daemon.await_line("1 new");
    daemon.signal("TERM");
    assert_eq!(daemon.wait(), Some(0));
    let asked = net.requests().len();
    for _time in 0..2 {
        let (mut daemon, _address) = Daemon::start(home.path(), &["--config", &file, "serve"]);
        // Time enough for a poll that a start would cause.
        std::thread::sleep(Duration::from_millis(500));
        daemon.signal("TERM");
        assert_eq!(daemon.wait(), Some(0));
    }
    assert_eq!(net.requests().len(), asked);
}

#[test]
fn sigterm_ends_a_poll_that_is_under_way() {
    let home = tempfile::tempdir().unwrap();
    let (_runtime, net) = network();
    net.at("/feed").stalls();
    let file = configuration(home.path(), &net);
    let (mut daemon, _address) = Daemon::start(home.path(), &["--config", &file, "serve"]);
    await_request(&net);
    daemon.signal("TERM");
    assert_eq!(daemon.wait(), Some(0));
}
