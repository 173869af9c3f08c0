//! A program for a power-cut laboratory: it harvests for ever from a loopback internet of its own into a store on the disk
//! under test, says what was acknowledged, and judges later what is left of it.
//!
//! `powercut crash FOLDER` prints `ACK n` once the papers 1 to n are acknowledged; `powercut verify FOLDER N` opens the
//! store as the daemon does and ends with 0 when papers 1 to the last are all there and whole, and there are N at least.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "an experiment stops at the first surprise and prints what it found"
)]

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

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
use offprint::http::serve::Listener;
use offprint::model::external_id::ExternalId;
use offprint::model::topic::TopicId;
use offprint::store;
use offprint::store::Settings;
use tokio_util::sync::CancellationToken;

/// Papers in one answer: two plans.
const BATCH: u64 = 120;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["crash", folder] => crash(Path::new(folder)),
        ["verify", folder, least] => verify(Path::new(folder), least.parse().unwrap()),
        _other => {
            println!("powercut crash FOLDER, powercut verify FOLDER N");
            ExitCode::SUCCESS
        }
    }
}

fn id(number: u64) -> String {
    format!("{:04}.{:05}", 2_001 + number / 100_000, number % 100_000)
}

/// The answer that begins with paper `first`.
fn page(first: u64) -> String {
    let mut items = String::new();
    for number in first..first + BATCH {
        let id = id(number);
        write!(
            items,
            "<item><title>Flag number {number}</title><link>https://arxiv.org/abs/{id}</link>\
             <description>arXiv:{id}v1 Announce Type: new \nAbstract: We count $k$-flags. {}</description>\
             <guid isPermaLink=\"false\">oai:arXiv.org:{id}v1</guid><category>cs.LG</category>\
             <arxiv:announce_type>new</arxiv:announce_type><dc:creator>Ann A. Example, Bo Test</dc:creator></item>",
            "Their number grows with the garden, and so does the time to count them. ".repeat(12),
        )
        .unwrap();
    }
    format!(
        "<?xml version='1.0'?><rss xmlns:arxiv=\"http://arxiv.org/schemas/atom\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" version=\"2.0\"><channel><title>flags</title>{items}</channel></rss>"
    )
}

async fn answer(State(next): State<Arc<AtomicU64>>) -> Response {
    ([("content-type", "application/rss+xml")], page(next.load(Ordering::SeqCst))).into_response()
}

fn crash(folder: &Path) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let next = Arc::new(AtomicU64::new(1));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().route("/rss/{spec}", get(answer)).with_state(Arc::clone(&next));
        let stop = CancellationToken::new();
        let (settings, stopped) = (http::Settings::default(), stop.clone());
        let serving = http::serve::serve(Listener::Tcp(listener), router, &settings, stopped);
        let harvesting = harvest(folder, &base, &next, &stop);
        tokio::join!(serving, harvesting);
    });
    ExitCode::SUCCESS
}

async fn harvest(folder: &Path, base: &str, next: &AtomicU64, stop: &CancellationToken) {
    let text = format!(
        "contact = \"mailto:ops@example.org\"\n[store]\npath = \"{}\"\n[[source]]\nid = \"arxiv\"\nkind = \"arxiv-rss\"\n\
         categories = [\"cs.LG\"]\nurl = \"{base}/rss\"\n[[topic]]\nid = \"flags\"\ntitle = \"Flags\"\nquery = \"flag*\"\n",
        folder.display()
    );
    let config = config::parse(&text, "the experiment", &Environment::from_process()).unwrap();
    let (desk, _report) = Desk::open(config, Clock::system()).unwrap();
    desk.refill().await.unwrap();
    let config = desk.config();
    let source = config.sources.first().unwrap();
    loop {
        let known = desk.reader().paper_count();
        next.store(known + 1, Ordering::SeqCst);
        let polled = desk.harvest(source, Occasion::Always, stop, &|_progress| {}).await.unwrap();
        let Polled::Done(summary) = polled else { continue };
        assert_eq!((summary.tally.new, summary.fault), (BATCH, None));
        let mut out = std::io::stdout().lock();
        writeln!(out, "ACK {}", known + BATCH).unwrap();
        out.flush().unwrap();
    }
}

fn verify(folder: &Path, least: u64) -> ExitCode {
    let settings = Settings { path: folder.to_owned(), cache_bytes: 64 << 20 };
    let opened = match store::open(&settings) {
        Ok(opened) => opened,
        Err(error) => {
            println!("does not open: {error}");
            return ExitCode::from(3);
        }
    };
    for line in opened.report.lines() {
        println!("{line}");
    }
    let count = opened.reader.paper_count();
    let is_there = |number: &u64| {
        let found =
            opened.reader.paper_by_external(&ExternalId::parse(&format!("arxiv:{}", id(*number))).unwrap());
        let paper = found.unwrap().and_then(|id| opened.reader.paper(&id).unwrap());
        paper.is_some_and(|paper| paper.title().text.as_str() == format!("Flag number {number}"))
    };
    let missing = (1..=count).filter(|number| !is_there(number)).count();
    let placed = opened.reader.timeline_len(&TopicId::parse("flags").unwrap()).unwrap();
    let is_sound = opened.writer.verify().unwrap().is_sound();
    let lost = least.saturating_sub(count);
    println!("cursor {count} acked {least} lost {lost} missing {missing} placed {placed} sound {is_sound}");
    let is_whole = lost == 0 && missing == 0 && placed == count && is_sound;
    if is_whole { ExitCode::SUCCESS } else { ExitCode::from(2) }
}
