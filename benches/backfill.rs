//! A harvest of years of history over loopback: 300,000 invented OAI-PMH records in pages of 2,000, read, cleaned, merged and
//! durable. Prints papers a second and the peak of memory as the count grows, beside the size of one page and beside what a
//! fresh process needs that only opens the finished store: sled keeps a table of its pages in memory, and nothing else grows.
//!
//! `cargo bench --bench backfill [RECORDS]`.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    clippy::wildcard_enum_match_arm,
    reason = "a measurement stops at the first surprise and prints what it found"
)]

use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::Instant;

use axum::Router;
use axum::extract::Query;
use axum::extract::State;
use axum::response::IntoResponse as _;
use axum::response::Response;
use axum::routing::get;
use offprint::clock::Clock;
use offprint::config;
use offprint::config::environment::Environment;
use offprint::daemon::backfill::Days;
use offprint::daemon::desk::Desk;
use offprint::harvest::history::Step;
use offprint::store;
use tokio_util::sync::CancellationToken;

const PAGE: usize = 2_000;

/// Before the path of a store that is to be read only.
const OPEN: &str = "--open";

/// The cache of the store, as by default.
const CACHE: u64 = 64 << 20;

/// The answer for a month without changes.
const NOTHING: &str = "<OAI-PMH xmlns=\"http://www.openarchives.org/OAI/2.0/\">\
    <responseDate>2026-09-01T03:45:10Z</responseDate><error code=\"noRecordsMatch\">none</error></OAI-PMH>";

fn main() {
    let mut arguments = std::env::args().skip_while(|argument| argument != OPEN);
    if let Some(path) = arguments.nth(1) {
        return read_through(path.into());
    }
    let records = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(300_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(harvest(records));
}

/// Opens a store that was written and reads its every paper: the least that a process needs for it.
fn read_through(path: std::path::PathBuf) {
    let opened = store::open(&store::Settings { path, cache_bytes: CACHE }).unwrap();
    let papers = opened.reader.papers().map(Result::unwrap).count();
    println!("the same {papers} papers opened and read by a fresh process: peak {} MB", peak_kb() / 1_000);
}

async fn harvest(records: usize) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/oai", get(page)).with_state(records);
    let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "contact = \"mailto:ops@example.org\"\n[store]\npath = \"{}\"\n[[source]]\nid = \"oai\"\nkind = \"arxiv-oai\"\n\
         categories = [\"cs.LG\"]\nurl = \"{base}/oai\"\n[[topic]]\nid = \"flags\"\ntitle = \"Flags\"\nquery = \"flag*\"\n",
        folder.path().join("store").display()
    );
    let config = config::parse(&text, "the bench", &Environment::from_process()).unwrap();
    let (desk, _report) = Desk::open(config, Clock::system()).unwrap();
    desk.refill().await.unwrap();
    let config = desk.config();
    let source = config.sources.first().unwrap();
    // The papers are of four years, and all were changed in the last month: so they come in one list.
    let days = Days { since: "2023-08-01".parse().unwrap(), until: "2026-08-31".parse().unwrap() };
    desk.begin_history(source, days, false).await.unwrap();
    let (begun, mut shown) = (Instant::now(), 0);
    println!("{records} records in pages of {PAGE}, one page {} kB", body(0, records).len() / 1_000);
    loop {
        match desk.history_step(source, &CancellationToken::new(), &|_| {}).await.unwrap() {
            Step::Went(history) => {
                let count = usize::try_from(history.records).unwrap();
                if count * 10 / records > shown {
                    shown = count * 10 / records;
                    let pace = count as f64 / begun.elapsed().as_secs_f64();
                    println!(
                        "{count:>8} records, {pace:>6.0} a second, peak memory {} MB",
                        peak_kb() / 1_000
                    );
                }
            }
            Step::Done(history) => {
                let seconds = begun.elapsed().as_secs_f64();
                let pace = history.records as f64 / seconds;
                println!(
                    "{} records in {seconds:.1} s: {pace:.0} a second; peak {} MB",
                    history.records,
                    peak_kb() / 1_000
                );
                assert_eq!(usize::try_from(history.records).unwrap(), records);
                break;
            }
            other => unreachable!("{other:?}"),
        }
    }
    server.abort();
    desk.pen().write(store::Writer::checkpoint).await.unwrap();
    drop(desk);
    let path = folder.path().join("store");
    let program = std::env::current_exe().unwrap();
    let status = std::process::Command::new(program).arg(OPEN).arg(path).status().unwrap();
    assert!(status.success());
}

/// The most memory that this process ever had, in kB.
fn peak_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}

async fn page(State(records): State<usize>, Query(query): Query<HashMap<String, String>>) -> Response {
    let from = query.get("resumptionToken").and_then(|token| token.parse().ok()).unwrap_or(0);
    let is_last_month = query.get("from").is_none_or(|day| day == "2026-08-01");
    let body = if is_last_month { body(from, records) } else { NOTHING.to_owned() };
    ([("content-type", "text/xml")], body).into_response()
}

fn body(from: usize, records: usize) -> String {
    let mut text = String::from(
        "<OAI-PMH xmlns=\"http://www.openarchives.org/OAI/2.0/\"><responseDate>2026-09-01T03:45:10Z</responseDate><ListRecords>",
    );
    let to = records.min(from + PAGE);
    for number in from..to {
        // Identifiers have five digits; the years before give the rest.
        let id = format!("{:02}08.{:05}", 26 - number / 90_000, number % 90_000 + 1);
        writeln!(
            text,
            "<record><header><identifier>oai:arXiv.org:{id}</identifier><datestamp>2026-08-12</datestamp></header><metadata>\
             <arXiv xmlns=\"http://arxiv.org/OAI/arXiv/\"><id>{id}</id><created>2026-08-10</created><authors>\
             <author><keyname>Example{0}</keyname><forenames>Ann A.</forenames></author>\
             <author><keyname>Test</keyname><forenames>Bo {1}</forenames></author></authors>\
             <title>Counting $k$-flags in garden {number} of {2} gardens</title><categories>cs.LG math.CO</categories>\
             <abstract>We count $k$-flags in gardens of size $n = {number}$ in $O(n \\log n)$ time, 2.5$\\times$ faster than was \
             known before, and show that no garden of this kind has more flags than paths between its gates.</abstract>\
             </arXiv></metadata></record>",
            number % 977,
            number % 31,
            number % 1_013,
        )
        .unwrap();
    }
    if to < records {
        write!(text, "<resumptionToken>{to}</resumptionToken>").unwrap();
    }
    text + "</ListRecords></OAI-PMH>"
}
