//! The path of reading beside feed-rs and Python's feedparser: arXiv's feeds, pages of arXiv's API, and recorded feeds of
//! other kinds.
//!
//! Like is set beside like. *Reading*, an answer's bytes to records in the source's own words, stands beside feed-rs, which
//! reads the same bytes and cleans nothing. *Observing*, bytes to clean observations, stands beside feed-rs with its
//! sanitizing (ammonia over each text that may be HTML: done here, since as a feature of feed-rs it would sanitize what the
//! tests read with it), and beside feed-rs alone too, for what cleaning costs.
//!
//! `OFFPRINT_DATA=… OFFPRINT_FEEDPARSER=/path/to/python cargo bench --bench parse`. CPU time of one thread, rounds
//! alternate; ratios are of one round; `OFFPRINT_CASE` picks cases by a part of their names. feedparser, which sanitizes too,
//! is left out where no Python with it is named.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    reason = "a measurement stops at the first surprise and prints what it found"
)]

use std::ffi::OsString;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use feed_rs::model::Feed;
use feed_rs::model::Text;
use offprint::fetch::exchange::Response;

#[path = "shared/papers.rs"]
#[expect(dead_code, reason = "what the other benches need besides")]
mod papers;

#[path = "shared/arrived.rs"]
#[expect(dead_code, reason = "what the other benches need besides")]
mod arrived;

#[path = "shared/clocks.rs"]
mod clocks;

#[path = "../tests/support/data.rs"]
#[expect(dead_code, clippy::print_stderr, reason = "what the tests need besides")]
mod data;

use arrived::Reading;
use clocks::median;
use clocks::seconds_each;
use clocks::spread;

/// As in the daemon; feed-rs has it too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 7;

/// Processor time of one measurement.
const SECONDS: f64 = 0.15;

/// The most that reading arXiv's own forms may take of what feed-rs takes.
const ARXIV_LIMIT: f64 = 0.35;

/// The same for any other feed.
const OTHER_LIMIT: f64 = 1.10;

/// Parses each file so often and prints the seconds of processor time of all of them once.
const FEEDPARSER: &str = "
import sys, time, feedparser
bodies = [open(name, 'rb').read() for name in sys.argv[1:]]
begun, rounds = time.process_time(), 0
while time.process_time() - begun < 1.0:
    for body in bodies:
        feedparser.parse(body)
    rounds += 1
print((time.process_time() - begun) / rounds)
";

/// Answers of one kind, read by one kind of source.
struct Case {
    name: &'static str,
    kind: &'static str,
    content_type: &'static str,
    limit: f64,
    bodies: Vec<Vec<u8>>,
}

fn main() {
    let Some(folder) = std::env::var_os("OFFPRINT_DATA").map(PathBuf::from) else {
        println!("OFFPRINT_DATA is not set: nothing is measured");
        return;
    };
    let python = std::env::var_os("OFFPRINT_FEEDPARSER");
    if python.is_none() {
        println!("OFFPRINT_FEEDPARSER is not set: feedparser is left out");
    }
    println!(
        "CPU time in us; ratios are the medians of {ROUNDS} rounds, each of one round, least and most in brackets"
    );
    println!(
        "{:<28} {:>5} {:>5} {:>7} {:>7} {:>18} {:>5} {:>8} {:>8} {:>18} {:>8} {:>7}",
        "",
        "kB",
        "items",
        "reading",
        "feed-rs",
        "ratio",
        "limit",
        "observ.",
        "sanit.",
        "ratio",
        "/feed-rs",
        "feedp."
    );
    let wanted = std::env::var_os("OFFPRINT_CASE").unwrap_or_default();
    for case in cases(&folder).iter().filter(|case| case.name.contains(&*wanted.to_string_lossy())) {
        measure(case, python.as_ref());
    }
}

fn measure(case: &Case, python: Option<&OsString>) {
    let reading = Reading::new(case.kind);
    let responses: Vec<Response> =
        case.bodies.iter().map(|body| reading.response(body, case.content_type)).collect();
    let feed_rs = || {
        let feeds = case.bodies.iter().map(|body| feed_rs::parser::parse(body.as_slice()).unwrap());
        feeds.collect::<Vec<_>>()
    };
    let items: usize = feed_rs().iter().map(|feed| feed.entries.len()).sum();
    let (mut read, mut observed, mut parsed, mut sanitized) = (vec![], vec![], vec![], vec![]);
    for _round in 0..ROUNDS {
        read.push(seconds_each(SECONDS, || {
            responses.iter().map(|response| reading.records(response)).collect::<Vec<_>>()
        }));
        parsed.push(seconds_each(SECONDS, feed_rs));
        observed.push(seconds_each(SECONDS, || {
            responses.iter().map(|response| reading.observations(response)).collect::<Vec<_>>()
        }));
        sanitized.push(seconds_each(SECONDS, || {
            let mut feeds = feed_rs();
            feeds.iter_mut().for_each(sanitize);
            feeds
        }));
    }
    let ratio = |ours: &[f64], theirs: &[f64]| {
        let ratios: Vec<f64> = ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect();
        let [least, middle, most] = spread(&ratios);
        (format!("{middle:.2} ({least:.2}, {most:.2})"), middle)
    };
    let (reading_ratio, middle) = ratio(&read, &parsed);
    let verdict = if middle <= case.limit { "" } else { "  over" };
    let feedparser = python.map_or_else(String::new, |python| {
        format!("{:.2}", median(&observed) / feedparser(python, &case.bodies))
    });
    let micros = |seconds: &[f64]| median(seconds) * 1e6;
    println!(
        "{:<28} {:>5.0} {items:>5} {:>7.0} {:>7.0} {reading_ratio:>18} {:>5.2} {:>8.0} {:>8.0} {:>18} {:>8.2} {feedparser:>7}{verdict}",
        case.name,
        case.bodies.iter().map(Vec::len).sum::<usize>() as f64 / 1e3,
        micros(&read),
        micros(&parsed),
        case.limit,
        micros(&observed),
        micros(&sanitized),
        ratio(&observed, &sanitized).0,
        ratio(&observed, &parsed).1,
    );
}

/// Does to the texts of a feed what feed-rs does to them with its feature `sanitize`.
fn sanitize(feed: &mut Feed) {
    let clean = |text: &mut Option<Text>| {
        if let Some(text) = text.as_mut().filter(|text| text.content_type.as_str() != "text/plain") {
            text.content = ammonia::clean(&text.content);
        }
    };
    [&mut feed.title, &mut feed.description, &mut feed.rights].into_iter().for_each(clean);
    for entry in &mut feed.entries {
        [&mut entry.title, &mut entry.summary, &mut entry.rights].into_iter().for_each(clean);
        let is_html = |kind: &str| matches!(kind, "text/html" | "application/xhtml+xml");
        let content = entry.content.as_mut().filter(|content| is_html(content.content_type.as_str()));
        if let Some(body) = content.and_then(|content| content.body.as_mut()) {
            *body = ammonia::clean(body);
        }
    }
}

/// Seconds of processor time that feedparser takes for all the bodies.
fn feedparser(python: &OsString, bodies: &[Vec<u8>]) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<PathBuf> =
        (0..bodies.len()).map(|number| folder.path().join(number.to_string())).collect();
    for (file, body) in files.iter().zip(bodies) {
        std::fs::write(file, body).unwrap();
    }
    let output = Command::new(python).args(["-c", FEEDPARSER]).args(files).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}

fn cases(folder: &Path) -> Vec<Case> {
    let recorded = papers::recorded(folder, &["arxiv-listed-2025-2026"]);
    let answers = data::files(&folder.join("sources/responses.tar.gz"));
    let answers_of = |begin: &str, at_least: usize| -> Vec<Vec<u8>> {
        let fits = |(name, body): &&(String, Vec<u8>)| {
            name.starts_with(begin) && !name.contains(".400.") && body.len() >= at_least
        };
        let bodies: Vec<_> = answers.iter().filter(fits).map(|(_name, body)| body.clone()).collect();
        assert!(!bodies.is_empty(), "nothing begins with {begin}");
        bodies
    };
    let suite = |suite: &str, file: &str| -> Vec<Vec<u8>> {
        let files = data::files(&folder.join(format!("feeds/{suite}.tar.gz")));
        let body = files.into_iter().find(|(name, _body)| name.ends_with(file)).map(|(_name, body)| body);
        vec![body.unwrap_or_else(|| unreachable!("{suite} has no {file}"))]
    };
    let arxiv =
        |name, kind, content_type, bodies| Case { name, kind, content_type, limit: ARXIV_LIMIT, bodies };
    let other =
        |name, content_type, bodies| Case { name, kind: "feed", content_type, limit: OTHER_LIMIT, bodies };
    let (rss, atom, json) = ("application/rss+xml", "application/atom+xml", "application/feed+json");
    vec![
        arxiv(
            "arXiv RSS, 1,000 papers",
            "arxiv-rss",
            rss,
            vec![arrived::rss(&recorded[..1_000], 0).into_bytes()],
        ),
        arxiv("arXiv RSS, 20 papers", "arxiv-rss", rss, vec![arrived::rss(&recorded[..20], 0).into_bytes()]),
        arxiv("arXiv RDF of 2018", "arxiv-rss", rss, answers_of("arxiv-rss/", 0)),
        arxiv("arXiv API, recorded pages", "arxiv-api", atom, answers_of("arxiv-api/", 20_000)),
        other("bioRxiv RDF", rss, suite("RSParser", "bio.rdf")),
        other("journal RSS with PRISM", rss, answers_of("journal-rss/", 0)),
        other("a podcast's RSS, 100 items", rss, suite("RSParser", "atp.rss")),
        other("RSS 1.0, long texts", rss, suite("rome", "rss_1.0-ns-on-channel.xml")),
        other("a weblog's RSS", rss, suite("RSParser", "KatieFloyd.rss")),
        other("a weblog's Atom", atom, suite("RSParser", "OneFootTsunami.atom")),
        other("JSON Feed", json, suite("RSParser", "inessential.json")),
        other("arXiv RSS as any feed", rss, vec![arrived::rss(&recorded[..1_000], 0).into_bytes()]),
    ]
}
