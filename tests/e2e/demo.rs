//! The demonstration as a first-time user and two real feed readers see it.

use std::path::Path;
use std::process::Command;

use crate::program;
use crate::program::Daemon;

fn demo(home: &Path) -> (Daemon, String) {
    Daemon::start(home, &["serve", "--demo", "--listen", "127.0.0.1:0"])
}

/// The titles of a feed, in order, by Python's feedparser.
fn feedparser(url: &str) -> Option<Vec<String>> {
    let python = std::env::var_os("OFFPRINT_FEEDPARSER").unwrap_or_else(|| "python3".into());
    let script = "import feedparser, sys\nfeed = feedparser.parse(sys.argv[1])\nassert not feed.bozo, feed.bozo_exception\n\
                  for entry in feed.entries: print(' '.join(entry.title.split()))";
    let is_there = Command::new(&python)
        .args(["-c", "import feedparser"])
        .output()
        .is_ok_and(|out| out.status.success());
    if !is_there {
        assert!(std::env::var_os("CI").is_none(), "feedparser must be installed in CI");
        eprintln!("SKIPPED feedparser: {} cannot import it", python.display());
        return None;
    }
    let out = Command::new(python).args(["-c", script, url]).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    Some(String::from_utf8(out.stdout).unwrap().lines().map(str::to_owned).collect())
}

/// The titles of a feed, in the order in which Newsboat lists them: it stores the last entry first and sorts by time to
/// the second, then by its own number downwards (`externalize_rssfeed` and `internalize_rssfeed` in its `src/cache.cpp`).
fn newsboat(home: &Path, url: &str) -> Option<Vec<String>> {
    if Command::new("newsboat").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "newsboat must be installed in CI");
        eprintln!("SKIPPED newsboat: it is not installed");
        return None;
    }
    let (urls, cache, config) = (home.join("urls"), home.join("cache.db"), home.join("newsboat.conf"));
    std::fs::write(&urls, format!("{url}\n")).unwrap();
    std::fs::write(&config, "").unwrap();
    let reload = Command::new("newsboat")
        .args([
            "-u".as_ref(),
            urls.as_os_str(),
            "-c".as_ref(),
            cache.as_os_str(),
            "-C".as_ref(),
            config.as_os_str(),
        ])
        .args(["-x", "reload"])
        .env("HOME", home)
        .env("TERM", "xterm")
        .output()
        .unwrap();
    assert!(reload.status.success(), "{}", String::from_utf8_lossy(&reload.stderr));
    let script = "import sqlite3, sys\nfor (title,) in sqlite3.connect(sys.argv[1]).execute('select title from rss_item \
                  order by pubDate desc, id desc'): print(' '.join(title.split()))";
    let out =
        Command::new("python3").args(["-c".as_ref(), script.as_ref(), cache.as_os_str()]).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    Some(String::from_utf8(out.stdout).unwrap().lines().map(str::to_owned).collect())
}

/// The titles of a feed, in order, by feed-rs.
fn titles(feed: &[u8]) -> Vec<String> {
    let feed = feed_rs::parser::parse(feed).unwrap();
    feed.entries.into_iter().map(|entry| entry.title.unwrap().content).collect()
}

/// The titles of a feed as a reader lists them that sorts by `published` to the second: papers that came to a topic days
/// after their announcement, and revised ones, stand at their announcement.
fn titles_by_announcement(feed: &[u8]) -> Vec<String> {
    let mut entries = feed_rs::parser::parse(feed).unwrap().entries;
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.published.unwrap().timestamp()));
    entries.into_iter().map(|entry| entry.title.unwrap().content).collect()
}

#[test]
fn the_demonstration_shows_filled_topics_on_the_front_page() {
    let home = tempfile::tempdir().unwrap();
    let (_daemon, address) = demo(home.path());
    let front = program::get(&format!("{address}/"), &[]);
    assert_eq!(front.status, 200);
    let page = front.text();
    assert!(page.contains("application/atom+xml"), "the front page names its feeds");
    for topic in
        ["peft", "reasoning", "diffusion", "retrieval", "interpretability", "robots", "daily", "journal"]
    {
        assert!(page.contains(&format!("/topics/{topic}")), "{topic} is missing from the front page");
        let feed = program::get(&format!("{address}/topics/{topic}.atom"), &[]);
        assert!(!titles(&feed.body).is_empty(), "{topic} is empty");
    }
}

#[test]
fn titles_have_no_tex_and_bodies_have_mathml() {
    let home = tempfile::tempdir().unwrap();
    let (_daemon, address) = demo(home.path());
    let feed = program::get(&format!("{address}/topics/peft.atom"), &[]);
    for title in titles(&feed.body) {
        assert!(!title.contains(['$', '\\', '{']), "{title}");
    }
    let text = feed.text();
    assert!(text.contains("<math"), "formulas are MathML");
    assert!(
        text.contains("Müller") || text.contains("Zoë") || text.contains("García"),
        "accents are letters"
    );
}

#[test]
fn a_reader_that_comes_again_gets_304() {
    let home = tempfile::tempdir().unwrap();
    let (_daemon, address) = demo(home.path());
    let url = format!("{address}/topics/robots.atom");
    let first = program::get(&url, &[]);
    let etag = first.header("etag").unwrap().to_owned();
    let again = program::get(&url, &[("If-None-Match", &etag)]);
    assert_eq!((first.status, again.status, again.body.len()), (200, 304, 0));
}

#[test]
fn feedparser_and_newsboat_list_the_same_entries_in_the_same_order() {
    let home = tempfile::tempdir().unwrap();
    let (_daemon, address) = demo(home.path());
    let (mut same_everywhere, mut is_read) = (0, false);
    for topic in ["robots", "diffusion", "journal", "daily"] {
        let url = format!("{address}/topics/{topic}.atom");
        let feed = program::get(&url, &[]).body;
        let ours = titles(&feed);
        assert!(ours.len() > 3, "{topic} has {} entries", ours.len());
        if let Some(theirs) = feedparser(&url) {
            assert_eq!(theirs, ours, "feedparser, {topic}");
        }
        let profile = tempfile::tempdir().unwrap();
        if let Some(theirs) = newsboat(profile.path(), &url) {
            assert_eq!(theirs, titles_by_announcement(&feed), "newsboat, {topic}");
            same_everywhere += usize::from(theirs == ours);
            is_read = true;
        }
    }
    assert!(!is_read || same_everywhere > 0, "no topic without late papers has one order in every reader");
}

#[test]
fn a_paper_of_two_sources_is_one_entry() {
    let home = tempfile::tempdir().unwrap();
    let (_daemon, address) = demo(home.path());
    let feed = program::get(&format!("{address}/topics/daily.atom"), &[]).text();
    let ids: Vec<&str> = feed.split("<id>").skip(2).map(|rest| rest.split("</id>").next().unwrap()).collect();
    let distinct: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(ids.len(), distinct.len());
    assert!(feed.contains("arxiv") && feed.contains("hf-daily"), "both sources are named");
}

#[test]
fn sigterm_drains_and_exits_0() {
    let home = tempfile::tempdir().unwrap();
    let (mut daemon, address) = demo(home.path());
    assert_eq!(program::get(&format!("{address}/healthz"), &[]).status, 200);
    daemon.signal("TERM");
    assert_eq!(daemon.wait(), Some(0), "{}", daemon.log().join("\n"));
}
