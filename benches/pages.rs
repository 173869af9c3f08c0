//! How long pages take that are made anew for each request, over a store of 200,000 papers: a paper with those like it,
//! further pages of a day, a search; and how many of the papers like one are still found that the slow way finds, which
//! looks closely at 400.
//!
//! `OFFPRINT_DATA=… cargo bench --bench pages`. `OFFPRINT_PAPERS` asks for another number of papers, and with
//! `OFFPRINT_STORE` the store is made in that folder, and kept there for the next run.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    reason = "a measurement stops at the first surprise, prints what it found and is asked by the environment"
)]

use std::collections::BTreeSet;
use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::time::Instant;

use axum::body::Body;
use axum::http::Request;
use chrono::Days;
use offprint::clock::Clock;
use offprint::config;
use offprint::config::environment::Environment;
use offprint::daemon::desk::Desk;
use offprint::finding;
use offprint::finding::Library;
use offprint::http;
use offprint::http::router::Server;
use offprint::index::reader::Search;
use offprint::index::reader::Sort;
use offprint::model::external_id::ExternalId;
use offprint::model::paper::Paper;
use offprint::model::paper::PaperId;
use offprint::model::plan::Op;
use offprint::model::plan::Plan;
use offprint::model::signal::Signal;
use offprint::model::signal::SignalKind;
use offprint::model::text::Html;
use offprint::model::text::Text;
use offprint::model::time::Moment;
use offprint::model::time::Timestamp;
use offprint::query::Query;
use offprint::query::ast::Clause;
use offprint::query::ast::Node;
use offprint::query::ast::Pattern;
use offprint::query::ast::TextField;
use offprint::relevance::background::Background;
use offprint::relevance::embedding::Embedding;
use offprint::relevance::features::Features;
use offprint::relevance::similar;
use offprint::relevance::terms;
use offprint::store;

#[path = "shared/papers.rs"]
#[expect(dead_code, reason = "what the other benches need besides")]
mod papers;

#[path = "shared/arrived.rs"]
mod arrived;

use arrived::NOW;

const FILES: [&str; 5] = [
    "arxiv-listed-2025-2026",
    "arxiv-archive-1993-2019",
    "arxiv-math-2007-2026",
    "arxiv-api-dated",
    "conference-1987-2025",
];

const TOPICS: [(&str, &str); 12] = [
    ("adapters", "lora OR adapter*"),
    ("agents", "agent* AND tool*"),
    ("diffusion", "title:diffusion"),
    ("galaxies", "galaxy AND redshift"),
    ("graphs", "\"graph neural\""),
    ("parsing", "parsing OR treebank"),
    ("pdes", "cat:math.AP"),
    ("quantisation", "quantization OR quantized"),
    ("reasoning", "\"chain of thought\""),
    ("rewards", "\"reinforcement learning\" AND reward"),
    ("robots", "cat:cs.RO"),
    ("speech", "speech AND recognition"),
];

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// So many papers on a day.
const A_DAY: usize = 1_000;

/// So many papers are written at once.
const A_PLAN: usize = 100;

/// So many requests of each kind.
const REQUESTS: usize = 500;

/// So many papers like one stand on a page.
const SHOWN: usize = 6;

fn main() {
    let Some(folder) = std::env::var_os("OFFPRINT_DATA").map(PathBuf::from) else {
        println!("OFFPRINT_DATA is not set, so there is nothing to measure");
        return;
    };
    let number = std::env::var("OFFPRINT_PAPERS").ok().and_then(|number| number.parse().ok());
    let number = number.unwrap_or(200_000_usize);
    let kept = std::env::var_os("OFFPRINT_STORE").map(PathBuf::from);
    let temporary = tempfile::tempdir().unwrap();
    let path = kept.unwrap_or_else(|| temporary.path().join("store"));
    fill(&folder, &path, number);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(measured(&path));
}

/// Writes papers as arXiv's feed would have brought them, a thousand a day, until there are so many.
fn fill(data: &Path, path: &Path, number: usize) {
    let settings = store::Settings { path: path.to_owned(), cache_bytes: 64 << 20 };
    let mut opened = store::open(&settings).unwrap();
    if opened.reader.paper_count() >= number as u64 {
        return;
    }
    let start = Instant::now();
    let recorded = papers::recorded(data, &FILES);
    let real = arrived::stored(&recorded[..recorded.len().min(99_000)]);
    let mut random = fastrand::Rng::with_seed(7);
    let places: Vec<usize> = (0..number).collect();
    for batch in places.chunks(A_PLAN) {
        let mut ops = Vec::new();
        for place in batch {
            let paper = stored(*place, &real, &mut random);
            if random.usize(..40) == 0 {
                let votes = Signal { kind: SignalKind::Votes, value: random.u64(1..90), at: NOW };
                ops.push(Op::Signals { paper: paper.id.clone(), signals: vec![votes] });
            }
            ops.insert(0, Op::Paper(Box::new(paper)));
        }
        opened.writer.commit(&[Plan { at: NOW, ops }]).unwrap();
    }
    opened.writer.checkpoint().unwrap();
    println!(
        "{number} papers, {} of them real, stored in {:.0} s",
        real.len(),
        start.elapsed().as_secs_f64()
    );
}

/// A real paper under another name and day; after the last one, the halves of two abstracts.
fn stored(place: usize, real: &[Paper], random: &mut fastrand::Rng) -> Paper {
    let mut paper = real[place % real.len()].clone();
    let round = place / real.len();
    let day = NOW.day().checked_sub_days(Days::new((place / A_DAY) as u64)).unwrap();
    let seen = Timestamp::midnight(day).micros() + i64::try_from(place).unwrap();
    paper.id = PaperId::mint(u128::from((place as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)));
    paper.first_seen = Timestamp::from_micros(seen);
    paper.events.clear();
    let other = &real[random.usize(..real.len())];
    for observation in &mut paper.observations {
        let id = format!("{:02}{:02}.{:05}", 10 + round, 1 + place % 12, place % real.len());
        observation.ids = BTreeSet::from([ExternalId::parse(&format!("arxiv:{id}")).unwrap()]);
        observation.key = Text::line(&id);
        observation.fetched_at = paper.first_seen;
        observation.announced = Some(Moment::on(day));
        if round > 0
            && let Some(form) = &mut observation.abstract_text
        {
            let half = |text: &str, second: bool| -> String {
                let sentences: Vec<&str> = text.split_inclusive(". ").collect();
                let middle = sentences.len().div_ceil(2);
                if second { sentences[middle..].concat() } else { sentences[..middle].concat() }
            };
            let rest = other.abstract_text().map_or(String::new(), |form| half(form.text.as_str(), true));
            form.html = Html::default();
            form.text = Text::new(&format!("{} {rest}", half(form.text.as_str(), false)));
        }
    }
    paper
}

async fn measured(path: &Path) {
    let mut text = format!(
        "contact = \"mailto:ops@example.org\"\n[store]\npath = \"{}\"\n[[source]]\nid = \"arxiv\"\nkind = \"arxiv-rss\"\n\
         categories = [\"cs.LG\"]\n",
        path.display()
    );
    for (id, query) in TOPICS {
        writeln!(text, "[[topic]]\nid = \"{id}\"\ntitle = \"About {id}\"\nquery = '{query}'").unwrap();
    }
    let config = config::parse(&text, "the measurement", &Environment::from_process()).unwrap();
    let (desk, _report) = Desk::open(config, Clock::standing(NOW)).unwrap();
    let start = Instant::now();
    let caught = desk.harvester().catch_up().await.unwrap();
    desk.refill().await.unwrap();
    println!("index and topics followed in {:.0} s: {caught:?}", start.elapsed().as_secs_f64());
    let serving = desk.serving();
    let library = serving.library();
    let router = http::router::router(serving, &http::Settings::default());
    let mut random = fastrand::Rng::with_seed(11);
    let number = usize::try_from(desk.reader().paper_count()).unwrap();
    let ids: Vec<PaperId> = (0..REQUESTS)
        .map(|_| {
            PaperId::mint(u128::from((random.usize(..number) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)))
        })
        .collect();
    let mut times = Vec::new();
    for id in &ids {
        let paper = library.reader.paper(id).unwrap().unwrap();
        let start = Instant::now();
        let _found = finding::search::similar(&library, &paper, SHOWN).unwrap();
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    report("papers like one, alone", &mut times);
    agreement(&library, &ids);
    let papers: Vec<String> = ids.iter().map(|id| format!("/papers/{id}")).collect();
    asked(&router, "a paper's page", &papers).await;
    let similar: Vec<String> = ids.iter().map(|id| format!("/papers/{id}/similar")).collect();
    asked(&router, "its page of similar papers", &similar).await;
    let further = |number: usize| {
        let day = NOW.day().checked_sub_days(Days::new((number % 150) as u64)).unwrap();
        format!("/daily/{day}?from={}", 90 + number % 700)
    };
    let further: Vec<String> = (0..REQUESTS).map(further).collect();
    asked(&router, "a further page of a day", &further).await;
    let days = |number: usize| {
        let day = NOW.day().checked_sub_days(Days::new(number as u64)).unwrap();
        format!("/daily/{day}")
    };
    let days: Vec<String> = (0..150).map(days).collect();
    asked(&router, "a day for the first time", &days).await;
    let words =
        ["lora", "galaxy redshift", "\"graph neural\"", "quantum error", "treebank parsing", "flow matching"];
    let searches: Vec<String> = (0..REQUESTS)
        .map(|number| {
            format!(
                "/search?q={}&from={}",
                words[number % 6].replace(' ', "+").replace('"', "%22"),
                20 * (number / 6 % 20)
            )
        })
        .collect();
    asked(&router, "a search", &searches).await;
    let lists: Vec<String> = TOPICS.iter().map(|(id, _query)| format!("/topics/{id}")).collect();
    asked(&router, "a topic for the first time", &lists).await;
}

/// Asks for each address once.
async fn asked(router: &Server, name: &str, addresses: &[String]) {
    let (mut times, mut bytes) = (Vec::new(), 0);
    for address in addresses {
        let request = Request::get(address).header("host", "localhost").header("accept-encoding", "gzip");
        let start = Instant::now();
        let response = router.ask(request.body(Body::empty()).unwrap()).await;
        let status = response.status().as_u16();
        bytes += axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap().len();
        times.push(start.elapsed().as_secs_f64() * 1e3);
        assert_eq!(status, 200, "{address}");
    }
    report(&format!("{name} ({} bytes)", bytes / addresses.len()), &mut times);
}

fn report(name: &str, times: &mut [f64]) {
    times.sort_by(f64::total_cmp);
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    println!("{name:44} p50 {:6.2}  p90 {:6.2}  p99 {:6.2}  most {:6.2} ms", at(50), at(90), at(99), at(100));
}

/// How many of the papers that the slow way puts first are found.
fn agreement(library: &Library, ids: &[PaperId]) {
    let background = Background::new(Embedding::shipped());
    let (mut same, mut all, mut slow) = (0, 0, Vec::new());
    for id in ids.iter().take(200) {
        let paper = library.reader.paper(id).unwrap().unwrap();
        let start = Instant::now();
        let wanted = closely(library, &paper, &background);
        slow.push(start.elapsed().as_secs_f64() * 1e3);
        let found = finding::search::similar(library, &paper, SHOWN).unwrap();
        let found: HashSet<PaperId> = found.into_iter().map(|alike| alike.paper.id).collect();
        same += wanted.iter().filter(|id| found.contains(id)).count();
        all += wanted.len();
    }
    report("the slow way", &mut slow);
    println!("of the first {SHOWN} of the slow way {:.1} % are found", 100.0 * same as f64 / all as f64);
}

/// The papers that are most like one among the 400 that share its 25 most telling words.
fn closely(library: &Library, paper: &Paper, background: &Background) -> Vec<PaperId> {
    let text = |paper: &Paper| {
        let text = paper.abstract_text().map_or(String::new(), |form| form.text.to_string());
        (paper.title().text.to_string(), text)
    };
    let (title, body) = text(paper);
    let mut words: Vec<(String, u32, f32)> = Vec::new();
    for (text, weight) in [(&title, 3.0), (&body, 1.0)] {
        terms::each_word(text, |word, term| {
            let gain = weight * background.rarity(term);
            match words.iter_mut().find(|(_, known, _)| *known == term) {
                Some((_, _, sum)) => *sum += gain,
                None => words.push((word.to_owned(), term, gain)),
            }
        });
    }
    words.sort_by(|one, other| other.2.total_cmp(&one.2).then_with(|| one.0.cmp(&other.0)));
    let clause = |(word, _, _): &(String, u32, f32)| {
        Node::Clause(Clause::Text { field: TextField::Anywhere, pattern: Pattern::Word(word.clone()) })
    };
    let query = Query::of(Node::Or(words.iter().take(25).map(clause).collect()));
    let search = Search { now: NOW, sort: Sort::Relevance, offset: 0, limit: 400, facets: false };
    let found = library.index.reader().unwrap().search(&query, &search).unwrap();
    let features = |paper: &Paper| {
        let (title, body) = text(paper);
        Features::of(&title, &body, background.embedding())
    };
    let candidates: Vec<(PaperId, Features)> = found
        .hits
        .into_iter()
        .filter(|hit| hit.paper != paper.id)
        .map(|hit| {
            let found = library.reader.paper(&hit.paper).unwrap().unwrap();
            (hit.paper, features(&found))
        })
        .collect();
    let scored = similar::rescore(
        &features(paper),
        background,
        candidates.iter().map(|(id, features)| (id.clone(), features)),
    );
    scored.into_iter().take(SHOWN).map(|(id, _score)| id).collect()
}
