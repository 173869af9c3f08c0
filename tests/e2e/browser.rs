//! A real browser walks through the real pages: as a reader, as an editor, and with checkers of accessibility and markup.
//!
//! The scripts under `browser/` print a line of JSON per check and end with 3 where something is not installed. Pages are
//! seen as a reader sees them; what is in them is the matter of the tests of pages and feeds.

use std::time::Duration;
use std::time::Instant;

use serde_json::Value;

use crate::lists;
use crate::program;
use crate::program::Daemon;
use crate::sites;
use crate::sites::Site;
use crate::support::net::Net;

/// The exit code of a script that lacks a program or a package.
const MISSING: i32 = 3;

/// The token of the editor.
pub(crate) const TOKEN: &str = "sesame-of-the-flags";

/// A journal with two invented papers.
const JOURNAL: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
    <rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><channel>\n\
    <title>Journal of Flags</title><link>https://journal.example.org/</link><description>Flags</description>\n\
    <item><title>A Flag of Three Colours</title><link>https://journal.example.org/1</link>\
    <guid isPermaLink=\"false\">flag-1</guid><dc:creator>Bo Test</dc:creator>\
    <description>Three colours are seen from further away than two.</description></item>\n\
    <item><title>A Flag of Two Colours</title><link>https://journal.example.org/2</link>\
    <guid isPermaLink=\"false\">flag-2</guid><dc:creator>Bo Test</dc:creator>\
    <description>Two colours are remembered for longer than three.</description></item>\n\
    </channel></rss>\n";

/// Runs a script, which must make `least` checks, and fails with the lines of those that failed.
fn run(script: &str, arguments: &[&str], least: usize) {
    let mut command = lists::command("node");
    if let Some(packages) = std::env::var_os("OFFPRINT_NODE_MODULES") {
        command.env("NODE_PATH", packages);
    }
    command.arg(lists::beside("browser").join(script)).args(arguments);
    let Ok(out) = command.output() else { return lists::skip(script, "node is not installed") };
    if out.status.code() == Some(MISSING) {
        return lists::skip(script, String::from_utf8_lossy(&out.stderr).trim());
    }
    assert!(matches!(out.status.code(), Some(0 | 1)), "{script}: {}", lists::words(&out));
    let lines: Vec<Value> = String::from_utf8_lossy(&out.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|fault| panic!("{script}: {fault}: {line}")))
        .collect();
    let text = |line: &Value, name: &str| line[name].as_str().unwrap_or_default().to_owned();
    let failed = lines.iter().filter(|line| line["ok"] != true);
    let failed: Vec<String> =
        failed.map(|line| format!("{}: {}", text(line, "check"), text(line, "why"))).collect();
    assert!(failed.is_empty(), "{} of {} checks failed:\n{}", failed.len(), lines.len(), failed.join("\n"));
    assert!(out.status.success() && lines.len() >= least, "{script}: {}", lists::words(&out));
}

/// A program with an editor and a ranked topic, `flags`, of two papers.
pub(crate) fn edited() -> Site {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let net = runtime.block_on(Net::start());
    net.at("/feed").answers(JOURNAL);
    let home = tempfile::tempdir().unwrap();
    let text = format!(
        "contact = \"mailto:ops@example.org\"\n[server]\nlisten = [\"127.0.0.1:0\"]\n\
         editor_token = \"env:OFFPRINT_EDITOR\"\n[store]\npath = \"{}\"\n\
         [[source]]\nid = \"journal\"\nkind = \"feed\"\nurl = \"{}\"\n\
         [[topic]]\nid = \"flags\"\ntitle = \"Flags\"\nabout = \"colours of flags\"\nfollow = [\"Bo Test\"]\n",
        home.path().join("store").display(),
        net.url("/feed"),
    );
    std::fs::write(home.path().join("offprint.toml"), text).unwrap();
    let mut command = program::command(home.path(), &["--config", "offprint.toml", "serve"]);
    command.env("OFFPRINT_EDITOR", TOKEN);
    let (daemon, address) = Daemon::spawn(command);
    let begun = Instant::now();
    while program::get(&format!("{address}/topics/flags"), &[]).text().matches("<article").count() < 2 {
        assert!(
            begun.elapsed() < Duration::from_mins(1),
            "the topic stays empty: {}",
            daemon.log().join("\n")
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    Site { address, daemon, home, source: Some((runtime, net)) }
}

#[test]
fn a_reader_walks_through_every_page() {
    let site = sites::demo();
    run("walk.cjs", &[&site.address], 19);
}

#[test]
fn an_editor_marks_papers_with_the_keyboard() {
    let site = edited();
    run("edit.cjs", &[&site.address, "flags", TOKEN], 4);
}

#[test]
fn no_page_has_an_accessibility_violation() {
    let site = sites::demo();
    run("axe.cjs", &[&site.address], 2 * 20);
}

#[test]
fn every_page_is_valid_html() {
    let site = sites::demo();
    run("nu.cjs", &[&site.address], 19);
}
