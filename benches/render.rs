//! What a feed costs that is not kept: a hundred real papers become a document in each format, and that is packed. Beside it,
//! in the same run, what others need who are given the finished model: `atom_syndication`, `rss` and `serde_json` write the
//! same document, flate2 packs it.
//!
//! `OFFPRINT_DATA=… cargo bench --bench render`. CPU time of one thread, rounds alternate.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    reason = "a measurement stops at the first surprise and prints what it found"
)]

use std::io::Write as _;
use std::path::PathBuf;

use atom_syndication as atom;
use flate2::Compression;
use flate2::write::GzEncoder;
use offprint::feeds;
use offprint::feeds::FeedPage;
use offprint::feeds::TopicHead;
use offprint::feeds::entry::entry;
use offprint::model::format::Format;
use offprint::model::paper::Paper;
use offprint::model::plan::Installation;
use offprint::model::time::Timestamp;
use offprint::model::topic::TimelineEntry;
use offprint::model::topic::TopicId;
use offprint::urls::Urls;

#[path = "shared/papers.rs"]
#[expect(dead_code, reason = "what the other benches need besides")]
mod papers;

#[path = "shared/arrived.rs"]
mod arrived;

#[path = "shared/clocks.rs"]
mod clocks;

use clocks::median;
use clocks::seconds_each;
use clocks::spread;

const ENTRIES: usize = 100;

const FEEDS: usize = 10;

const ROUNDS: usize = 7;

/// Processor time of one measurement.
const SECONDS: f64 = 0.2;

fn main() {
    let Some(folder) = std::env::var_os("OFFPRINT_DATA").map(PathBuf::from) else {
        println!("OFFPRINT_DATA is not set: nothing is measured");
        return;
    };
    let recorded = papers::recorded(&folder, &["arxiv-listed-2025-2026"]);
    let stored = arrived::stored(&recorded[..ENTRIES * FEEDS]);
    let feeds: Vec<Feed<'_>> = stored.chunks(ENTRIES).map(Feed::new).collect();
    println!("{FEEDS} feeds of {ENTRIES} real papers; CPU us a feed");
    for format in Format::ALL {
        measure(&feeds, format, &urls());
    }
}

/// One format.
fn measure(feeds: &[Feed<'_>], format: Format, urls: &Urls) {
    let documents: Vec<Vec<u8>> = feeds.iter().map(|feed| feed.render(format, urls)).collect();
    let models: Vec<Model> = documents.iter().map(|document| Model::read(document, format)).collect();
    let packed = mean(documents.iter().map(|document| gzip(document, 6).len()));
    let bytes = mean(documents.iter().map(Vec::len));
    let written = mean(models.iter().map(|model| model.write().len()));
    println!("{}: {bytes:.0} bytes, {packed:.0} packed, {written:.0} as the peer writes them", format.name());
    let mut at = 0;
    let mut next = move || {
        at = (at + 1) % FEEDS;
        at
    };
    let names = [
        "papers to entries",
        "papers to a document",
        "the peer, from its own model to the same document",
        "gzip 6 of it (flate2 alone)",
        "papers to packed bytes: a cold feed without the store",
    ];
    let mut rounds: Vec<[f64; 5]> = Vec::new();
    for _round in 0..ROUNDS {
        rounds.push([
            seconds_each(SECONDS, || feeds[next()].page(format, urls)),
            seconds_each(SECONDS, || feeds[next()].render(format, urls)),
            seconds_each(SECONDS, || models[next()].write()),
            seconds_each(SECONDS, || gzip(&documents[next()], 6)),
            seconds_each(SECONDS, || gzip(&feeds[next()].render(format, urls), 6)),
        ]);
    }
    println!("  {:<54} {:>8} {:>8} {:>8} {:>8}", "", "least", "median", "most", "MB/s");
    for (place, name) in names.iter().enumerate() {
        let values: Vec<f64> = rounds.iter().map(|round| round[place] * 1e6).collect();
        let [least, middle, most] = spread(&values);
        println!("  {name:<54} {least:>8.0} {middle:>8.0} {most:>8.0} {:>8.0}", bytes / middle);
    }
    let ratio = |one: usize, other: usize| {
        median(&rounds.iter().map(|round| round[one] / round[other]).collect::<Vec<_>>())
    };
    println!(
        "  papers to a document: {:.2}x the peer; papers to packed bytes: {:.2}x flate2 alone",
        ratio(1, 2),
        ratio(4, 3)
    );
}

/// A document as the peer of its format holds it.
enum Model {
    Atom(Box<atom::Feed>),
    Rss(Box<rss::Channel>),
    Json(serde_json::Value),
}

impl Model {
    fn read(document: &[u8], format: Format) -> Self {
        match format {
            Format::Atom => Self::Atom(Box::new(atom::Feed::read_from(document).unwrap())),
            Format::Rss => Self::Rss(Box::new(rss::Channel::read_from(document).unwrap())),
            Format::Json => Self::Json(serde_json::from_slice(document).unwrap()),
        }
    }

    fn write(&self) -> Vec<u8> {
        match self {
            Self::Atom(feed) => feed.write_to(Vec::new()).unwrap(),
            Self::Rss(channel) => channel.write_to(Vec::new()).unwrap(),
            Self::Json(value) => serde_json::to_vec(value).unwrap(),
        }
    }
}

/// A topic and the papers in it.
struct Feed<'papers> {
    topic: TopicId,
    papers: Vec<(TimelineEntry, &'papers Paper)>,
}

impl<'papers> Feed<'papers> {
    fn new(papers: &'papers [Paper]) -> Self {
        let topic = TopicId::parse("flags").unwrap();
        let place = |(number, paper): (i64, &'papers Paper)| {
            let at = Timestamp::from_seconds(1_795_000_000 - number * 900);
            let place = TimelineEntry {
                topic: topic.clone(),
                paper: paper.id.clone(),
                served_as: paper.id.clone(),
                at,
                updated: at,
                reason: "title: flags".to_owned(),
            };
            (place, paper)
        };
        Self { papers: (0..).zip(papers).map(place).collect(), topic }
    }

    fn page(&self, format: Format, urls: &Urls) -> FeedPage {
        let head = TopicHead {
            topic: &self.topic,
            title: "Flags",
            subtitle: "Whatever is said of flags",
            created: Timestamp::from_seconds(1_700_000_000),
            site: "Offprint",
        };
        let entries = self.papers.iter().map(|(place, paper)| entry(paper, place, urls)).collect();
        FeedPage::topic(&head, entries, format, urls)
    }

    fn render(&self, format: Format, urls: &Urls) -> Vec<u8> {
        feeds::render(&self.page(format, urls), format).unwrap()
    }
}

fn gzip(bytes: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), Compression::new(level));
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn urls() -> Urls {
    let installation = Installation {
        tag_authority: "papers.example".to_owned(),
        tag_date: "2023-11-14".to_owned(),
        created: Timestamp::from_seconds(1_700_000_000),
    };
    Urls::new("https://papers.example/".parse().unwrap(), &installation).unwrap()
}

fn mean(values: impl ExactSizeIterator<Item = usize>) -> f64 {
    let count = values.len() as f64;
    values.sum::<usize>() as f64 / count
}
