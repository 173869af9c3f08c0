//! What people do wrong, and what they are told.

use std::path::Path;

use crate::program;
use crate::program::Daemon;

fn write(home: &Path, text: &str) -> String {
    let file = home.join("offprint.toml");
    std::fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

/// A configuration without sources, on a port of the system's choice.
fn plain(home: &Path, more: &str) -> String {
    format!(
        "contact = \"mailto:ops@example.org\"\n[server]\nlisten = [\"127.0.0.1:0\"]\n[store]\npath = \"{}\"\n{more}",
        home.join("store").display()
    )
}

const TOPIC: &str = "[[topic]]\nid = \"gardens\"\ntitle = \"Gardens\"\nquery = \"garden*\"\n";

#[test]
fn five_mistakes_are_reported_at_once_with_their_places() {
    let home = tempfile::tempdir().unwrap();
    let text = "contcat = \"mailto:ops@example.org\"\n\
        [[source]]\nid = \"Bad Name\"\nkind = \"arxiv-rss\"\ncategories = [\"cs.LG\"]\n\
        [[source]]\nid = \"journal\"\nkind = \"fead\"\n\
        [[source]]\nid = \"daily\"\nkind = \"hf-daily\"\nevery = \"soon\"\n\
        [[topic]]\nid = \"x\"\ntitle = \"X\"\nquery = 'garden AND (flag'\n";
    let file = write(home.path(), text);
    let out = program::run(home.path(), &["--config", &file, "check"]);
    let said = String::from_utf8(out.stderr).unwrap();
    assert_eq!(out.status.code(), Some(78), "{said}");
    for words in ["contcat", "Bad Name", "fead", "soon", "garden AND (flag"] {
        assert!(said.contains(words), "{words} is missing:\n{said}");
    }
    for line in [1, 3, 8, 12, 16] {
        assert!(said.contains(&format!("offprint.toml:{line}:")), "line {line} is missing:\n{said}");
    }
    assert!(said.contains("contact"), "did you mean:\n{said}");
    assert!(said.matches('^').count() >= 5, "carets:\n{said}");
}

#[test]
fn wrong_usage_exits_64() {
    let home = tempfile::tempdir().unwrap();
    assert_eq!(program::run(home.path(), &["pol"]).status.code(), Some(64));
    assert_eq!(program::run(home.path(), &["--help"]).status.code(), Some(0));
}

#[test]
fn a_busy_port_is_named() {
    let home = tempfile::tempdir().unwrap();
    let busy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = busy.local_addr().unwrap().to_string();
    let file = write(home.path(), &plain(home.path(), TOPIC));
    let out = program::run(home.path(), &["--config", &file, "serve", "--listen", &address]);
    let said = String::from_utf8(out.stderr).unwrap();
    assert_eq!(out.status.code(), Some(1));
    assert!(said.contains(&address) && said.contains("listen"), "{said}");
}

#[test]
fn a_second_daemon_on_one_store_is_told_so() {
    let home = tempfile::tempdir().unwrap();
    let file = write(home.path(), &plain(home.path(), TOPIC));
    let (_daemon, _address) = Daemon::start(home.path(), &["--config", &file, "serve"]);
    let out = program::run(home.path(), &["--config", &file, "serve"]);
    let said = String::from_utf8(out.stderr).unwrap();
    assert_eq!(out.status.code(), Some(1), "{said}");
    assert!(said.contains("in use"), "{said}");
}

#[test]
fn a_faulty_edit_changes_nothing_and_a_good_one_takes_effect() {
    let home = tempfile::tempdir().unwrap();
    let file = write(home.path(), &plain(home.path(), TOPIC));
    let (mut daemon, address) = Daemon::start(home.path(), &["--config", &file, "serve"]);
    assert_eq!(program::get(&format!("{address}/topics/gardens.atom"), &[]).status, 200);
    write(home.path(), &plain(home.path(), "[[topic]]\nid = \"gardens\"\nquery = 'garden AND'\n"));
    daemon.signal("HUP");
    daemon.await_line("the old one stays in force");
    assert_eq!(program::get(&format!("{address}/topics/gardens.atom"), &[]).status, 200);
    write(
        home.path(),
        &plain(
            home.path(),
            &format!("{TOPIC}[[topic]]\nid = \"flags\"\ntitle = \"Flags\"\nquery = \"flag*\"\n"),
        ),
    );
    daemon.await_line("topic flags: new");
    assert_eq!(program::get(&format!("{address}/topics/flags.atom"), &[]).status, 200);
}

#[test]
fn commands_reach_the_running_daemon() {
    let home = tempfile::tempdir().unwrap();
    let file = write(home.path(), &plain(home.path(), TOPIC));
    let (_daemon, _address) = Daemon::start(home.path(), &["--config", &file, "serve"]);
    let out = program::run(home.path(), &["--config", &file, "--json", "topics"]);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let rows: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(rows["topics"][0]["topic"], "gardens");
    let out = program::run(home.path(), &["--config", &file, "show", "arxiv:2608.00001"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&out.stderr).contains("no paper is known"));
}

#[test]
fn without_a_network_the_daemon_runs_and_says_when_it_tries_again() {
    let home = tempfile::tempdir().unwrap();
    let more = format!(
        "{TOPIC}[[source]]\nid = \"nowhere\"\nkind = \"feed\"\nurl = \"https://nowhere.invalid/feed\"\n"
    );
    let file = write(home.path(), &plain(home.path(), &more));
    let (mut daemon, address) = Daemon::start(home.path(), &["--config", &file, "serve"]);
    daemon.await_line("tries again");
    assert_eq!(program::get(&format!("{address}/healthz"), &[]).status, 200);
    let out = program::run(home.path(), &["--config", &file, "--json", "sources"]);
    let rows: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    // A machine that has a network knows that only this one name does not exist.
    let state = rows["sources"][0]["state"].as_str().unwrap();
    assert!(matches!(state, "offline" | "failing"), "{rows}");
    assert!(rows["sources"][0]["fault"].as_str().unwrap().contains("nowhere.invalid"), "{rows}");
    assert!(rows["sources"][0]["next_poll"].is_string());
}
