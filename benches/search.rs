//! The search index over 200,000 papers: how fast it is built, how large it is, and how long searches of every kind take.
//!
//! `OFFPRINT_DATA=… cargo bench --bench search`. `OFFPRINT_PAPERS` asks for another number of papers, and with
//! `OFFPRINT_INDEX` the index is made in that folder, and kept there for the next run.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    reason = "a measurement stops at the first surprise, prints what it found and is asked by the environment"
)]

use std::collections::BTreeMap;
use std::io::BufRead as _;
use std::io::BufReader;
use std::path::Path;
use std::path::PathBuf;
use std::time::Instant;

use flate2::read::GzDecoder;
use offprint::index;
use offprint::index::Settings;
use offprint::index::reader::Reader;
use offprint::index::reader::Search;
use offprint::index::reader::Sort;
use offprint::model::beside::Beside;
use offprint::model::paper::Paper;
use offprint::model::time::Timestamp;
use offprint::query;
use offprint::query::Query;
use offprint::query::document::Document;
use offprint::query::words;

#[path = "shared/papers.rs"]
mod papers;

const FILES: [&str; 5] = [
    "arxiv-listed-2025-2026",
    "arxiv-archive-1993-2019",
    "arxiv-math-2007-2026",
    "arxiv-api-dated",
    "conference-1987-2025",
];

const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);

/// So many queries of each kind.
const QUERIES: usize = 300;

/// Papers of which queries are made.
const SAMPLED: usize = 3_000;

fn main() {
    let Some(folder) = std::env::var_os("OFFPRINT_DATA").map(PathBuf::from) else {
        println!("OFFPRINT_DATA is not set, so there is nothing to measure");
        return;
    };
    let number =
        std::env::var("OFFPRINT_PAPERS").ok().and_then(|number| number.parse().ok()).unwrap_or(200_000);
    let kept = std::env::var_os("OFFPRINT_INDEX").map(PathBuf::from);
    let temporary = tempfile::tempdir().unwrap();
    let path = kept.unwrap_or_else(|| temporary.path().to_owned());
    let settings = Settings { path: path.clone(), heap_bytes: 64 << 20 };
    let start = Instant::now();
    let (mut writer, reader, report) = index::open(&settings).unwrap();
    println!("opened in {:.1} ms: {report:?}", start.elapsed().as_secs_f64() * 1e3);
    if report.papers < number {
        build(&folder, number, &mut writer);
    }
    println!("index: {:.1} MB, {} papers", size(&path) as f64 / 1e6, reader.count());
    drop(writer);
    let start = Instant::now();
    let (_writer, reader, _report) = index::open(&settings).unwrap();
    println!("opened again in {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
    searches(&folder, &reader);
    println!("memory after all searches: {}", memory());
}

/// Builds the index, and measures it without what it costs to make the papers.
fn build(folder: &Path, number: u64, writer: &mut index::writer::Writer) {
    println!(
        "{number} papers: the recorded ones, then the same with shuffled sentences under new identifiers"
    );
    let recorded = papers::recorded(folder, &FILES);
    let (before, mut bytes) = (cpu(), 0);
    each(&recorded, number, |_, paper| {
        let document = Document::new(&paper, &Beside::default());
        bytes += document.texts().map(|(_, text)| text.len()).sum::<usize>();
        std::hint::black_box(document);
    });
    let making = cpu() - before;
    let (before, start) = (cpu(), Instant::now());
    each(&recorded, number, |place, paper| {
        writer.put(&paper, &Document::new(&paper, &Beside::default())).unwrap();
        if (place + 1) % 20_000 == 0 {
            writer.commit(place + 1).unwrap();
        }
    });
    writer.commit(number).unwrap();
    let (all, wall) = (cpu() - before, start.elapsed().as_secs_f64());
    println!(
        "built in {wall:.1} s; {:.0} papers per CPU second, {:.0} with reading and preparing them; text {:.1} MB",
        number as f64 / (all - making),
        number as f64 / all,
        bytes as f64 / 1e6,
    );
    println!("memory after building: {}", memory());
}

/// Gives that many papers, one after the other.
fn each(recorded: &[papers::Recorded], number: u64, mut found: impl FnMut(u64, Paper)) {
    let mut random = fastrand::Rng::with_seed(7);
    for place in 0..number {
        let at = usize::try_from(place).unwrap();
        let mut one = recorded[at % recorded.len()].clone();
        if at >= recorded.len() {
            one.abstract_text = shuffled(&one.abstract_text, &mut random);
        }
        found(place, papers::paper(&one, place.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
    }
}

fn lines(path: &Path) -> impl Iterator<Item = String> + use<> {
    BufReader::new(GzDecoder::new(std::fs::File::open(path).unwrap())).lines().map(Result::unwrap)
}

fn shuffled(text: &str, random: &mut fastrand::Rng) -> String {
    let mut sentences: Vec<&str> = text.split_inclusive(". ").collect();
    random.shuffle(&mut sentences);
    sentences.join(" ")
}

/// Words of one paper that queries are made of.
struct Sample {
    words: Vec<String>,
    title: Vec<String>,
    authors: Vec<String>,
    category: Option<String>,
}

fn samples(folder: &Path) -> Vec<Sample> {
    let mut samples = Vec::new();
    for file in FILES {
        let lines = lines(&folder.join(format!("papers/{file}.jsonl.gz")));
        for line in lines.step_by(17).take(SAMPLED / FILES.len()) {
            let value: serde_json::Value = serde_json::from_str(&line).unwrap();
            let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
            let list = |name: &str| {
                let items = value[name].as_array().into_iter().flatten();
                items.map(|item| item.as_str().unwrap().to_owned()).collect::<Vec<_>>()
            };
            samples.push(Sample {
                words: words::fold(&text("abstract")),
                title: words::fold(&text("title")),
                authors: list("authors"),
                category: list("categories").into_iter().next().filter(|_| file != FILES[4]),
            });
        }
    }
    samples.retain(|sample| sample.words.len() > 20 && sample.title.len() > 2);
    samples
}

type Maker = fn(&Sample, &mut fastrand::Rng) -> Option<String>;

/// A word that stands for something: longer than most of those that stand in every text.
fn content<'s>(sample: &'s Sample, random: &mut fastrand::Rng) -> Option<&'s String> {
    let found: Vec<&String> = sample.words.iter().filter(|word| word.len() > 4).collect();
    random.choice(found)
}

fn pair(sample: &Sample, random: &mut fastrand::Rng, apart: usize) -> (String, String) {
    let place = random.usize(..sample.words.len() - apart);
    (sample.words[place].clone(), sample.words[place + apart].clone())
}

const KINDS: [(&str, Sort, bool, Maker); 16] = [
    ("one word, any", Sort::Relevance, false, |sample, random| {
        random.choice(&sample.words).map(|word| format!("\"{word}\""))
    }),
    ("one word of 5 letters or more", Sort::Relevance, false, |sample, random| {
        content(sample, random).cloned()
    }),
    ("two words AND, any", Sort::Relevance, false, |sample, random| {
        let (one, other) = pair(sample, random, 9);
        Some(format!("\"{one}\" \"{other}\""))
    }),
    ("phrase of two, any", Sort::Relevance, false, |sample, random| {
        let (one, other) = pair(sample, random, 1);
        Some(format!("\"{one} {other}\""))
    }),
    ("phrase of three", Sort::Relevance, false, |sample, random| {
        let place = random.usize(..sample.words.len() - 3);
        Some(format!("\"{}\"", sample.words[place..place + 3].join(" ")))
    }),
    ("phrase in titles", Sort::Relevance, false, |sample, random| {
        let place = random.usize(..sample.title.len() - 1);
        Some(format!("title:\"{}\"", sample.title[place..place + 2].join(" ")))
    }),
    ("author", Sort::Relevance, false, |sample, random| {
        random.choice(&sample.authors).map(|name| format!("author:\"{}\"", name.replace('"', "")))
    }),
    ("category and dates, newest", Sort::Newest, false, |sample, random| {
        let year = random.u32(2005..2026);
        let to = year + random.u32(..5);
        sample.category.as_ref().map(|category| format!("cat:{category} date:{year}-03..{to}-09"))
    }),
    ("three words OR", Sort::Relevance, false, |sample, random| {
        let (one, other) = pair(sample, random, 7);
        let (third, _) = pair(sample, random, 2);
        Some(format!("\"{one}\" OR \"{other}\" OR \"{third}\""))
    }),
    ("word NOT word", Sort::Relevance, false, |sample, random| {
        let (one, other) = pair(sample, random, 5);
        Some(format!("\"{one}\" -\"{other}\""))
    }),
    ("NOT word alone", Sort::Relevance, false, |sample, random| {
        content(sample, random).map(|word| format!("NOT {word}"))
    }),
    ("prefix of 3 to 6 letters", Sort::Relevance, false, |sample, random| {
        let word: String = content(sample, random)?.chars().take(random.usize(3..=6)).collect();
        Some(format!("{word}*"))
    }),
    ("phrase with a prefix", Sort::Relevance, false, |sample, random| {
        let place = random.usize(..sample.words.len() - 1);
        let (one, start) = (&sample.words[place], sample.words[place + 1].get(..3)?);
        Some(format!("{one}-{start}*")).filter(|_| !one.contains('+'))
    }),
    ("near phrase", Sort::Relevance, false, |sample, random| {
        let apart = random.usize(1..5);
        let (one, other) = pair(sample, random, apart);
        Some(format!("\"{one} {other}\"~5"))
    }),
    ("one word, newest, with facets", Sort::Newest, true, |sample, random| content(sample, random).cloned()),
    ("word and expression", Sort::Relevance, false, |sample, random| {
        let (one, other) = (content(sample, random)?, content(sample, random)?);
        Some(format!("title:{one} /{other}/"))
    }),
];

fn searches(folder: &Path, reader: &Reader) {
    let samples = samples(folder);
    for (name, sort, facets, make) in KINDS {
        let mut random = fastrand::Rng::with_seed(11);
        let mut queries: BTreeMap<String, Query> = BTreeMap::new();
        for _try in 0..QUERIES * 20 {
            let text = make(&samples[random.usize(..samples.len())], &mut random);
            if let Some(text) = text
                && queries.len() < QUERIES
            {
                let parsed = query::parse(&text);
                if parsed.problems.is_empty() {
                    queries.insert(text, parsed.query.unwrap());
                }
            }
        }
        let search = Search { now: NOW, sort, offset: 0, limit: 20, facets };
        measure(name, reader, &queries, &search);
    }
    let all = query::parse("date>=1900").query.unwrap();
    let search = Search { now: NOW, sort: Sort::Newest, offset: 0, limit: 20, facets: true };
    let queries = BTreeMap::from([("date>=1900".to_owned(), all)]);
    measure("facets over every paper", reader, &queries, &search);
    let regex = query::parse("/lo+ra|peft/").query.unwrap();
    let queries = BTreeMap::from([("/lo+ra|peft/".to_owned(), regex)]);
    measure("expression over every paper", reader, &queries, &search);
}

/// Each query five times; the shortest counts, so that what else the machine does shows little.
fn measure(name: &str, reader: &Reader, queries: &BTreeMap<String, Query>, search: &Search) {
    let (mut times, mut hits) = (Vec::new(), 0);
    for (text, query) in queries {
        let mut runs = [0.0; 5];
        for run in &mut runs {
            let start = Instant::now();
            hits += reader.search(query, search).unwrap().total / 5;
            *run = start.elapsed().as_secs_f64() * 1e3;
        }
        runs.sort_by(f64::total_cmp);
        times.push((runs[0], text));
    }
    times.sort_by(|one, other| one.0.total_cmp(&other.0));
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].0;
    let (slowest, text) = times.last().unwrap();
    println!(
        "{name:32} {:4} queries, {:7} hits each: p50 {:7.3} p99 {:7.3} ms, slowest {slowest:7.3} for {text}",
        times.len(),
        hits / u64::try_from(times.len()).unwrap(),
        at(50),
        at(99),
    );
}

fn size(path: &Path) -> u64 {
    std::fs::read_dir(path).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum()
}

/// The processor time of all threads so far, in seconds.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}

fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = |name: &str| status.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    let told = ["VmRSS", "VmHWM", "RssAnon", "RssFile"].map(line).join(", ");
    told.split_whitespace().collect::<Vec<_>>().join(" ")
}
