//! Every list in every format, held against grammars, schemas, and our own checks of what readers and validators ask for.
//!
//! Two programs are checked: the demonstration, and one whose only source writes the worst feed that we could think of
//! (`conformance/hostile.rss`). The grammar of Atom, the schema of JSON Feed and the checks are files under `conformance/`.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use crate::lists;
use crate::program;
use crate::sites;
use crate::sites::Site;
use crate::support::net::Net;

/// The exit code of a script that lacks a package.
const MISSING: i32 = 3;

/// A folder's document for a checker that reads files.
fn saved(folder: &Path, url: &str) -> String {
    let got = program::get(url, &[]);
    assert_eq!(got.status, 200, "{url}");
    let file = folder.join("document");
    std::fs::write(&file, got.body).unwrap();
    file.to_str().unwrap().to_owned()
}

/// Runs our own checks over every list and page.
fn lint(site: &Site) -> Vec<String> {
    let mut command = lists::command("python3");
    command.arg(lists::beside("conformance/lint.py")).arg(&site.address).arg(lists::FORMATS.join(","));
    for format in lists::FORMATS {
        command.args(lists::all(&site.address, format));
    }
    faults(&mut command)
}

fn faults(command: &mut std::process::Command) -> Vec<String> {
    let out = command.output().unwrap();
    assert!(matches!(out.status.code(), Some(0 | 1)) && out.stderr.is_empty(), "{}", lists::words(&out));
    String::from_utf8(out.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// Fails with the first faults, if there are any.
fn expect_none(faults: &[String]) {
    let first = faults.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
    assert!(faults.is_empty(), "{} faults:\n{first}", faults.len());
}

/// Holds every Atom document against the grammar of RFC 4287.
fn check_grammar(site: &Site) {
    if lists::command("xmllint").arg("--version").output().is_err() {
        return lists::skip("xmllint", "it is not installed");
    }
    for url in lists::all(&site.address, "atom") {
        let file = saved(site.home.path(), &url);
        let mut command = lists::command("xmllint");
        command
            .args(["--nonet", "--noout", "--relaxng"])
            .arg(lists::beside("conformance/atom.rng"))
            .arg(file);
        let out = command.output().unwrap();
        assert!(out.status.success(), "{url}: {}", lists::words(&out));
    }
}

/// Holds every JSON document against the schema of JSON Feed 1.1.
fn check_schema(site: &Site) {
    // Debian's package belongs to Debian's Python, which need not be the first one.
    let python = if Path::new("/usr/bin/python3").exists() { "/usr/bin/python3" } else { "python3" };
    for url in lists::all(&site.address, "json") {
        let mut command = lists::command(python);
        command
            .arg(lists::beside("conformance/schema.py"))
            .arg(lists::beside("conformance/jsonfeed.schema.json"));
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let Ok(mut child) = piped else { return lists::skip("jsonschema", "there is no Python 3") };
        let body = program::get(&url, &[]).body;
        // It ends early if its package is missing.
        let _is_read = child.stdin.take().unwrap().write_all(&body);
        let out = child.wait_with_output().unwrap();
        if out.status.code() == Some(MISSING) {
            return lists::skip("jsonschema", lists::words(&out).trim());
        }
        assert!(out.status.success(), "{url}: {}", lists::words(&out));
    }
}

/// Runs a local copy of the W3C's validator over every list.
fn check_w3c(site: &Site) {
    let Some(validator) = std::env::var_os("OFFPRINT_FEEDVALIDATOR") else {
        eprintln!("SKIPPED the W3C's feed validator: OFFPRINT_FEEDVALIDATOR names no copy of it");
        return;
    };
    let mut command = lists::command("sh");
    command.arg(lists::beside("conformance/w3c.sh")).arg(validator);
    // JSON Feed is unknown to it.
    for format in lists::FORMATS.iter().filter(|format| **format != "json") {
        command.args(lists::all(&site.address, format));
    }
    let out = command.arg(format!("{}/opml", site.address)).output().unwrap();
    assert!(out.status.success(), "{}", lists::words(&out));
}

#[test]
fn atom_keeps_its_grammar() {
    check_grammar(&sites::demo());
    check_grammar(&sites::hostile());
}

#[test]
fn json_keeps_its_schema() {
    check_schema(&sites::demo());
    check_schema(&sites::hostile());
}

#[test]
fn the_demonstration_keeps_every_rule_of_formats_and_http() {
    expect_none(&lint(&sites::demo()));
}

#[test]
fn a_hostile_source_breaks_no_rule() {
    let mut site = sites::hostile();
    let read = site.daemon.await_line("source journal: fresh, ");
    assert!(read.contains("27 new"), "{read}");
    expect_none(&lint(&site));
}

#[test]
fn the_validator_of_the_w3c_has_nothing_to_say() {
    check_w3c(&sites::demo());
}

/// A source's feed with so many papers.
fn papers(count: u32) -> String {
    let mut text = String::from("<rss version=\"2.0\"><channel><title>Journal</title>");
    for number in 0..count {
        write!(
            text,
            "<item><title>Flags of garden {number}</title><guid isPermaLink=\"false\">{number}</guid>\
             <link>https://journal.example.org/{number}</link></item>"
        )
        .unwrap();
    }
    text + "</channel></rss>"
}

#[test]
fn a_reader_that_asks_for_the_difference_gets_what_is_new_alone() {
    let site = sites::with_source(&papers(2));
    let url = format!("{}/topics/flags.atom", site.address);
    let first = program::get(&url, &[("A-IM", "feed")]);
    assert_eq!(first.text().matches("<entry>").count(), 2);
    let (_runtime, net) = site.source.as_ref().unwrap();
    net.at("/feed").answers(papers(3));
    let polled = program::run(site.home.path(), &["--config", "offprint.toml", "poll", "journal"]);
    assert!(polled.status.success(), "{}", lists::words(&polled));
    let mut command = lists::command("python3");
    command.arg(lists::beside("conformance/lint.py")).args(["--delta", &url]);
    command.args([first.header("etag").unwrap(), "2"]);
    expect_none(&faults(&mut command));
}

#[test]
fn closed_documents_hold_what_is_old_each_once() {
    let site = sites::with_source(&papers(450));
    let mut url = format!("{}/topics/flags.atom", site.address);
    let begun = Instant::now();
    while !program::get(&url, &[]).text().contains("rel=\"prev-archive\"") {
        assert!(begun.elapsed() < Duration::from_mins(1), "nothing is closed");
        std::thread::sleep(Duration::from_millis(100));
    }
    let mut sizes = Vec::new();
    loop {
        let got = program::get(&url, &[]);
        assert_eq!(got.status, 200, "{url}");
        let feed = feed_rs::parser::parse(&got.body[..]).unwrap();
        sizes.push(feed.entries.len());
        let older = feed.links.into_iter().find(|link| link.rel.as_deref() == Some("prev-archive"));
        let Some(older) = older else { break };
        url = older.href;
    }
    assert!(sizes.len() > 2, "{sizes:?}");
    // That no entry stands in two of them, and that each names the next, is seen by the checks.
    expect_none(&lint(&site));
}

#[test]
fn the_checks_find_what_is_wrong() {
    let wrong = std::fs::read_to_string(lists::beside("conformance/wrong.txt")).unwrap();
    let mut checked = 0;
    for part in wrong.split("\n==== ").skip(1) {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let net = runtime.block_on(Net::start());
        let base = net.url("/").to_string().trim_end_matches('/').to_owned();
        let (kind, rest) = part.split_once('\n').unwrap();
        let (document, expected) = rest.split_once("\n----\n").unwrap();
        // A list is checked wherever it stands; the page and the list of lists have one address each.
        let (path, format, list) = match kind {
            "opml" => ("/opml".to_owned(), "atom", "/topics/x.atom".to_owned()),
            "page" => ("/".to_owned(), "atom", "/topics/x.atom".to_owned()),
            format => (format!("/wrong.{format}"), format, format!("/wrong.{format}")),
        };
        net.at(&path).answers(document.replace("BASE", &base));
        let mut command = lists::command("python3");
        command.arg(lists::beside("conformance/lint.py")).args([&base, format, &format!("{base}{list}")]);
        let found = faults(&mut command).join("\n");
        for words in expected.trim_end().lines().map(|words| words.replace("BASE", &base)) {
            assert!(found.contains(&words), "{kind}: {words:?} is not found:\n{found}");
            checked += 1;
        }
    }
    assert!(checked > 80, "{checked}");
}
