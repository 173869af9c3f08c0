//! The whole path in one figure: the bytes of an arXiv feed of 1,000 new papers, asked for over loopback, read, cleaned,
//! merged, matched against 1,000 topics and durable; then what a reader waits for. The peer is feed-rs, which only parses
//! the same bytes in the same run.
//!
//! `cargo bench --bench whole`. With `OFFPRINT_DATA` set the papers are real ones.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    reason = "a measurement stops at the first surprise and prints what it found"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::BufRead as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse as _;
use axum::response::Response;
use axum::routing::get;
use offprint::clock::Clock;
use offprint::config;
use offprint::config::environment::Environment;
use offprint::daemon::desk::Desk;
use offprint::daemon::occasion::Occasion;
use offprint::daemon::occasion::Polled;
use offprint::http;
use offprint::http::router::Server;
use offprint::http::serve::Listener;
use tokio_util::sync::CancellationToken;

const PAPERS: usize = 1_000;

const TOPICS: usize = 1_000;

const ROUNDS: usize = 5;

/// Title, abstract, authors, category.
type Paper = (String, String, String, String);

fn main() {
    let papers = papers();
    let (feed, topics) = (Arc::new(feed(&papers)), topics(&papers));
    println!("{PAPERS} papers in {} kB of RSS, {TOPICS} topics", feed.len() / 1_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut figures: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for _round in 0..ROUNDS {
        let (begun, spent) = (Instant::now(), cpu());
        let parsed = feed_rs::parser::parse(feed.as_bytes()).unwrap();
        assert_eq!(parsed.entries.len(), PAPERS);
        let parse = cpu() - spent;
        figures
            .entry("1 feed-rs alone, parsing: wall ms")
            .or_default()
            .push(begun.elapsed().as_secs_f64() * 1e3);
        figures.entry("1 feed-rs alone, parsing: CPU ms").or_default().push(parse * 1e3);
        runtime.block_on(round(&feed, &topics, parse, &mut figures));
    }
    for (name, values) in &mut figures {
        values.sort_by(f64::total_cmp);
        println!(
            "{name}: {:.1} / {:.1} / {:.1}",
            values[0],
            values[values.len() / 2],
            values[values.len() - 1]
        );
    }
}

async fn round(feed: &Arc<String>, topics: &str, parse: f64, figures: &mut BTreeMap<&str, Vec<f64>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/rss/{spec}", get(answer)).with_state(Arc::clone(feed));
    let stop = CancellationToken::new();
    let settings = http::Settings { linger: std::time::Duration::ZERO, ..http::Settings::default() };
    let serving = http::serve::serve(Listener::Tcp(listener), router, &settings, stop.clone());
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "contact = \"mailto:ops@example.org\"\n[store]\npath = \"{}\"\n[[source]]\nid = \"arxiv\"\nkind = \"arxiv-rss\"\n\
         categories = [\"cs.LG\"]\nurl = \"{base}/rss\"\n{topics}",
        folder.path().display()
    );
    let work = async {
        let config = config::parse(&text, "the measurement", &Environment::from_process()).unwrap();
        let (desk, _report) = Desk::open(config, Clock::system()).unwrap();
        desk.refill().await.unwrap();
        let config = desk.config();
        let source = config.sources.first().unwrap();
        let mut take = |name, value| figures.entry(name).or_default().push(value);

        let (begun, spent) = (Instant::now(), cpu());
        let polled = desk.harvest(source, Occasion::Always, &stop, &|_progress| {}).await.unwrap();
        let (wall, spent) = (begun.elapsed().as_secs_f64(), cpu() - spent);
        let Polled::Done(summary) = polled else { return };
        assert_eq!(summary.tally.new, PAPERS as u64);
        take("2 bytes to durable and matched: wall ms", wall * 1e3);
        take("2 bytes to durable and matched: CPU ms", spent * 1e3);
        take("2 bytes to durable and matched: times the CPU of feed-rs", spent / parse);
        take("3 poll throughput from loopback: papers/s", PAPERS as f64 / wall);
        take("4 places taken in topics", summary.tally.entered as f64);

        let router = http::router::router(desk.serving(), &settings);
        let ids: Vec<_> = config.topics.iter().map(|topic| topic.id.to_string()).collect();
        let (begun, mut etags) = (Instant::now(), Vec::new());
        for id in &ids {
            etags.push(ask(&router, id, None).await.1);
        }
        take("5 a feed never served, gzip: ms each", begun.elapsed().as_secs_f64() * 1e3 / ids.len() as f64);
        let begun = Instant::now();
        for (id, etag) in ids.iter().zip(&etags) {
            assert_eq!(ask(&router, id, Some(etag)).await.0, 304);
        }
        take("6 a feed unchanged, 304: us each", begun.elapsed().as_secs_f64() * 1e6 / ids.len() as f64);
        stop.cancel();
    };
    tokio::join!(serving, work);
}

async fn answer(State(feed): State<Arc<String>>) -> Response {
    ([("content-type", "application/rss+xml")], feed.as_str().to_owned()).into_response()
}

/// Status and entity tag of a topic's feed.
async fn ask(router: &Server, topic: &str, etag: Option<&str>) -> (u16, String) {
    let mut request = axum::http::Request::builder()
        .uri(format!("/topics/{topic}.atom"))
        .header("host", "localhost")
        .header("accept-encoding", "gzip");
    if let Some(etag) = etag {
        request = request.header("if-none-match", etag);
    }
    let response = router.ask(request.body(axum::body::Body::empty()).unwrap()).await;
    let etag = response.headers()["etag"].to_str().unwrap().to_owned();
    (response.status().as_u16(), etag)
}

/// Real papers where there are any, else invented ones.
fn papers() -> Vec<Paper> {
    let Some(folder) = std::env::var_os("OFFPRINT_DATA") else {
        println!("OFFPRINT_DATA is not set: the papers are invented");
        return (0..PAPERS)
            .map(|number| {
                let text = format!("We count $k$-flags of kind {number} in gardens. ").repeat(24);
                (format!("Counting flags {number}"), text, "Ann A. Example, Bo Test".into(), "cs.LG".into())
            })
            .collect();
    };
    let path = PathBuf::from(folder).join("papers/arxiv-listed-2025-2026.jsonl.gz");
    let lines =
        std::io::BufReader::new(flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap())).lines();
    let words = |value: &serde_json::Value| -> String {
        let words: Vec<_> = value.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
        words.join(", ")
    };
    lines
        .take(PAPERS)
        .map(|line| {
            let paper: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
            let text = |name: &str| paper[name].as_str().unwrap().to_owned();
            (
                text("title"),
                text("abstract"),
                words(&paper["authors"]),
                paper["categories"][0].as_str().unwrap().into(),
            )
        })
        .collect()
}

fn feed(papers: &[Paper]) -> String {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut text = "<?xml version='1.0' encoding='UTF-8'?><rss xmlns:arxiv=\"http://arxiv.org/schemas/atom\" \
                    xmlns:dc=\"http://purl.org/dc/elements/1.1/\" version=\"2.0\"><channel><title>cs.LG updates on arXiv.org</title>"
        .to_owned();
    for (number, (title, abstract_text, authors, category)) in papers.iter().enumerate() {
        write!(
            text,
            "<item><title>{}</title><link>https://arxiv.org/abs/2608.{number:05}</link>\
             <description>arXiv:2608.{number:05}v1 Announce Type: new \nAbstract: {}</description>\
             <guid isPermaLink=\"false\">oai:arXiv.org:2608.{number:05}v1</guid><category>{category}</category>\
             <pubDate>Wed, 12 Aug 2026 00:00:00 -0400</pubDate><arxiv:announce_type>new</arxiv:announce_type>\
             <dc:rights>http://creativecommons.org/licenses/by/4.0/</dc:rights><dc:creator>{}</dc:creator></item>\n",
            escaped(title),
            escaped(abstract_text),
            escaped(authors),
        )
        .unwrap();
    }
    text + "</channel></rss>"
}

/// Topics of two words, a phrase or a word in the title, out of the papers themselves.
fn topics(papers: &[Paper]) -> String {
    let mut random = fastrand::Rng::with_seed(3);
    let mut text = String::new();
    let split = |text: &str| -> Vec<String> {
        let words = text.split(|character: char| !character.is_ascii_alphabetic());
        words.filter(|word| word.len() > 4).map(str::to_lowercase).collect()
    };
    let mut frequency: BTreeMap<String, usize> = BTreeMap::new();
    for (title, abstract_text, ..) in papers {
        let words: std::collections::BTreeSet<String> =
            split(&format!("{title} {abstract_text}")).into_iter().collect();
        for word in words {
            *frequency.entry(word).or_default() += 1;
        }
    }
    // Words that people ask for: in 0.3 to 2 per cent of the papers, so that a paper is in about six topics of a thousand.
    let is_apt = |word: &String| (papers.len() / 300..=papers.len() / 50).contains(&frequency[word]);
    for number in 0..TOPICS {
        let (title, abstract_text, ..) = &papers[random.usize(..papers.len())];
        let words = |text: &str| -> Vec<String> { split(text).into_iter().filter(is_apt).collect() };
        let (of_title, of_text) = (words(title), words(abstract_text));
        let pick = |words: &[String], random: &mut fastrand::Rng| {
            words.get(random.usize(..words.len().max(1))).cloned().unwrap_or_else(|| "nothing".to_owned())
        };
        let query = match number % 3 {
            0 => format!("{} AND {}", pick(&of_text, &mut random), pick(&of_text, &mut random)),
            1 => format!(
                "\"{} {}\" OR {}",
                pick(&of_title, &mut random),
                pick(&of_title, &mut random),
                pick(&of_text, &mut random)
            ),
            _rest => format!("title:{} NOT {}", pick(&of_title, &mut random), pick(&of_text, &mut random)),
        };
        write!(text, "[[topic]]\nid = \"topic-{number}\"\ntitle = \"Topic {number}\"\nquery = '{query}'\n")
            .unwrap();
    }
    text
}

/// Seconds of processor time of all threads so far.
fn cpu() -> f64 {
    let mut nanoseconds = 0_u64;
    for task in std::fs::read_dir("/proc/self/task").unwrap() {
        // A thread may end between the listing and the reading.
        let Ok(text) = std::fs::read_to_string(task.unwrap().path().join("schedstat")) else { continue };
        nanoseconds += text.split(' ').next().and_then(|first| first.parse::<u64>().ok()).unwrap_or(0);
    }
    nanoseconds as f64 / 1e9
}
