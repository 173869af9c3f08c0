//! Seven real feed readers, each asked what it saw of a feed: the same entries in every reader and every format.
//!
//! The scripts under `readers/` run one reader each and print its entries as lines of JSON. What a reader should have
//! seen is read from the Atom document by feed-rs, and from the program's own search.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::lists;
use crate::program;
use crate::sites;

/// What a reader keeps of the authors of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Authors {
    /// Everyone, in order.
    All,
    /// One of them, since it has room for one.
    One,
    /// One string, made of all names or of one.
    Joined,
}

/// One reader: its name, its script, the formats it reads, and what it keeps of authors.
struct Kind {
    name: &'static str,
    script: &'static str,
    reads: &'static [&'static str],
    authors: Authors,
}

const READERS: &[Kind] = &[
    Kind { name: "feedparser", script: "read_feedparser.py", reads: &["atom", "rss"], authors: Authors::All },
    Kind { name: "newsboat", script: "read_newsboat.py", reads: &["atom", "rss"], authors: Authors::Joined },
    Kind { name: "sfeed", script: "read_sfeed.py", reads: &["atom", "rss"], authors: Authors::One },
    Kind { name: "rss2email", script: "read_rss2email.py", reads: &["atom", "rss"], authors: Authors::One },
    Kind { name: "feed2exec", script: "read_feed2exec.py", reads: &["atom", "rss"], authors: Authors::All },
    Kind {
        name: "rss-parser",
        script: "read_rss_parser.cjs",
        reads: &["atom", "rss"],
        authors: Authors::One,
    },
    Kind {
        name: "feedsmith",
        script: "read_feedsmith.cjs",
        reads: &["atom", "rss", "json"],
        authors: Authors::All,
    },
];

/// The exit code of a script whose reader is not installed.
const MISSING: i32 = 3;

/// One entry as someone saw it.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Seen {
    title: String,
    date: String,
    authors: Vec<String>,
}

/// What a reader saw at an address, by identifier; none if it is not installed.
fn read(reader: &Kind, url: &str) -> Option<BTreeMap<String, Seen>> {
    let home = tempfile::tempdir().unwrap();
    let python = std::env::var_os("OFFPRINT_FEEDPARSER").filter(|_| reader.name == "feedparser");
    let is_node = Path::new(reader.script).extension().is_some_and(|kind| kind == "cjs");
    let interpreter = python.unwrap_or_else(|| if is_node { "node" } else { "python3" }.into());
    let mut command = lists::command(&interpreter);
    if let Some(packages) = std::env::var_os("OFFPRINT_NODE_MODULES") {
        command.env("NODE_PATH", packages);
    }
    command.arg(lists::beside("readers").join(reader.script)).arg(url).arg(home.path());
    let Ok(out) = command.output() else {
        lists::skip(reader.name, &format!("{} is not installed", interpreter.display()));
        return None;
    };
    if out.status.code() == Some(MISSING) {
        lists::skip(reader.name, String::from_utf8_lossy(&out.stderr).trim());
        return None;
    }
    assert!(out.status.success(), "{} of {url}: {}", reader.name, lists::words(&out));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut seen = BTreeMap::new();
    for line in String::from_utf8(out.stdout).unwrap().lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let authors = line["authors"].as_array().unwrap().iter().map(text).collect();
        let entry = Seen { title: text(&line["title"]), date: text(&line["date"]), authors };
        let twice = seen.insert(text(&line["id"]), entry);
        assert!(twice.is_none(), "{} shows {} of {url} twice", reader.name, line["id"]);
    }
    Some(seen)
}

/// What the Atom document says, by identifier.
fn said(feed: &[u8]) -> BTreeMap<String, Seen> {
    let feed = feed_rs::parser::parse(feed).unwrap();
    let entries = feed.entries.into_iter().map(|entry| {
        let title = entry.title.unwrap().content.split_whitespace().collect::<Vec<_>>().join(" ");
        let date = entry.published.unwrap().format("%Y-%m-%dT%H:%M:%SZ").to_string();
        let authors = entry.authors.into_iter().filter_map(|person| person.name).collect();
        (entry.id, Seen { title, date, authors })
    });
    entries.collect()
}

/// Whether a reader shows the people that the feed names, as far as it can.
fn names_authors(knows: Authors, seen: &[String], said: &[String]) -> bool {
    if said.is_empty() {
        // A reader may name the publisher of the feed instead.
        return seen.len() <= 1;
    }
    let is_one = || seen.len() == 1 && said.contains(&seen[0]);
    match knows {
        Authors::All => seen == said,
        Authors::One => is_one(),
        Authors::Joined => seen.concat() == said.join(", ") || is_one(),
    }
}

/// Compares what every reader sees in every format that it reads with what the Atom document says.
fn compare(address: &str, topic: &str) {
    let ours = said(&program::get(&format!("{address}/topics/{topic}.atom"), &[]).body);
    assert!(ours.len() > 3, "{topic} has {} entries", ours.len());
    for format in lists::FORMATS {
        let url = format!("{address}/topics/{topic}.{format}");
        for reader in READERS.iter().filter(|reader| reader.reads.contains(format)) {
            let Some(theirs) = read(reader, &url) else { continue };
            let ids = |seen: &BTreeMap<String, Seen>| seen.keys().cloned().collect::<BTreeSet<_>>();
            assert_eq!(ids(&theirs), ids(&ours), "{} of {url}", reader.name);
            for (id, seen) in &theirs {
                let said = &ours[id];
                // RSS does not say whether a title is HTML; some take "&amp;" for a character reference.
                if *format == "rss" && said.title.contains('&') && seen.title != said.title {
                    assert_eq!(
                        seen.title,
                        said.title.replace("&amp;", "&"),
                        "{} of {url}: {id}",
                        reader.name
                    );
                    continue;
                }
                assert_eq!(
                    (&seen.title, &seen.date),
                    (&said.title, &said.date),
                    "{} of {url}: {id}",
                    reader.name
                );
                assert!(
                    names_authors(reader.authors, &seen.authors, &said.authors),
                    "{} of {url}: {id}: shows {:?}, not {:?}",
                    reader.name,
                    seen.authors,
                    said.authors
                );
            }
        }
    }
}

#[test]
fn every_reader_sees_the_same_papers_in_every_format() {
    let site = sites::demo();
    let address = &site.address;
    for topic in ["peft", "robots", "journal"] {
        compare(address, topic);
    }
}

#[test]
fn what_a_hostile_source_wrote_looks_the_same_in_every_reader() {
    let site = sites::hostile();
    compare(&site.address, "flags");
}

#[test]
fn a_feed_of_a_search_holds_what_the_search_finds() {
    let site = sites::demo();
    let address = &site.address;
    let found = program::get(&format!("{address}/api/v1/search?q=lora&sort=newest&limit=100"), &[]);
    assert_eq!(found.status, 200);
    let found: Value = serde_json::from_slice(&found.body).unwrap();
    let papers: BTreeSet<(String, String)> = found["hits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hit| (hit["paper"].as_str().unwrap().to_owned(), hit["title"].as_str().unwrap().to_owned()))
        .collect();
    assert!(papers.len() > 3, "{papers:?}");
    for format in lists::FORMATS {
        let url = format!("{address}/search.{format}?q=lora");
        for reader in READERS.iter().filter(|reader| reader.reads.contains(format)) {
            let Some(theirs) = read(reader, &url) else { continue };
            let paper = |id: &String| id.rsplit('/').next().unwrap().to_owned();
            let bare = |title: &str| match title.split_once("] ") {
                Some((_state, bare)) if title.starts_with('[') => bare.to_owned(),
                _no_state => title.to_owned(),
            };
            let theirs: BTreeSet<_> =
                theirs.iter().map(|(id, seen)| (paper(id), bare(&seen.title))).collect();
            let papers: BTreeSet<_> = papers.iter().map(|(id, title)| (id.clone(), bare(title))).collect();
            assert_eq!(theirs, papers, "{} of {url}", reader.name);
        }
    }
}
