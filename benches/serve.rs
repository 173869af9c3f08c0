//! What serving costs: the program itself as a process, with ten thousand topics over real papers, beside nginx, which
//! serves the same bytes as files and has them packed already. Processor time of the whole process for each request, the
//! time a reader waits for a feed that is not kept, and memory.
//!
//! `OFFPRINT_DATA=… OFFPRINT_BIN=target/release/offprint cargo bench --bench serve`. Without `OFFPRINT_BIN` it is the
//! program that was built with the bench. nginx and wrk must be installed; rounds alternate between the servers, for
//! `OFFPRINT_SECONDS` each. Everything stays on this machine, and every process that is started here ends here.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a measurement stops at the first surprise, prints what it found and is asked by the environment"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Instant;

#[path = "shared/papers.rs"]
#[expect(dead_code, reason = "what the other benches need besides")]
mod papers;

#[path = "shared/arrived.rs"]
mod arrived;

#[path = "shared/clocks.rs"]
#[expect(dead_code, reason = "what the other benches need besides")]
mod clocks;

#[path = "serve/load.rs"]
mod load;

#[path = "serve/servers.rs"]
mod servers;

#[path = "serve/site.rs"]
mod site;

#[path = "serve/wire.rs"]
mod wire;

use clocks::median;
use load::Cost;
use load::Request;
use load::load;
use servers::Server;
use site::FOLLOWED;
use site::FULL;
use site::TOPICS;
use site::WORD;
use site::configuration;
use site::feed;
use site::fill;
use site::news;
use wire::Wire;

/// The topics whose feeds are asked for when nothing is kept of them.
const COLD: std::ops::Range<usize> = 100..600;

const PAPERS: usize = 3_000;

const IDLE: usize = 5_000;

const ROUNDS: usize = 5;

fn main() {
    let Some(data) = std::env::var_os("OFFPRINT_DATA").map(PathBuf::from) else {
        println!("OFFPRINT_DATA is not set: nothing is measured");
        return;
    };
    for tool in [["nginx", "-v"], ["wrk", "-v"]] {
        if Command::new(tool[0]).arg(tool[1]).output().is_err() {
            println!("{} is not installed: nothing is measured", tool[0]);
            return;
        }
    }
    let built = std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().join("offprint");
    let program = std::env::var_os("OFFPRINT_BIN").map_or(built, PathBuf::from);
    let seconds = std::env::var("OFFPRINT_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(3);
    raise_limit();
    let folder = tempfile::tempdir().unwrap();
    let document = Arc::new(Mutex::new(news(&[])));
    let port = wire::free_port();
    let path = folder.path().join("offprint.toml");
    let recorded = papers::recorded(&data, &["arxiv-listed-2025-2026"]);
    let text = configuration(folder.path(), port, wire::journal(Arc::clone(&document)), &recorded);
    std::fs::write(&path, &text).unwrap();
    fill(&text, &arrived::stored(&recorded[..PAPERS]));
    println!("{PAPERS} papers, {TOPICS} topics, {FULL} of them with a hundred papers");

    let ours = Server::offprint(&program, &path, port, folder.path());
    println!("memory, nothing asked for yet: {:.1} MB", ours.memory());
    let followed: Vec<String> = (0..FOLLOWED).map(feed).collect();
    let mut client = Wire::open(port).unwrap();
    // Readers who want only what is new say so from the beginning, and are remembered.
    let former = tags(&mut client, &followed, &[("A-IM", "feed")]);
    let known = cold(&ours, &mut client);
    *document.lock().unwrap() = news(&[WORD]);
    let polled =
        Command::new(&program).arg("--config").arg(&path).args(["poll", "journal"]).output().unwrap();
    assert!(polled.status.success(), "{}", String::from_utf8_lossy(&polled.stderr));
    ours.rest();
    elsewhere(&ours, &mut client, &known);
    let mut memory = vec![("all feeds asked for once".to_owned(), touch_all(&ours, &mut client))];
    ours.rest();

    let files = folder.path().join("files");
    mirror(&mut client, &followed, &files);
    drop(client);
    let nginx = Server::nginx(&files, wire::free_port(), folder.path());
    let both = [(&ours, former), (&nginx, vec!["\"0-0\"".to_owned(); FOLLOWED])];
    let kinds: Vec<Kind> = kinds(&both, &followed);
    println!(
        "{:<28} {:>8} {:>8} {:>8} {:>6} {:>9} {:>9} {:>8} {:>8}",
        "CPU us a request, medians",
        "ours",
        "nginx",
        "ratio",
        "limit",
        "ours /s",
        "nginx /s",
        "p99 ms",
        "p99 ms"
    );
    for kind in &kinds {
        measure(kind, [&ours, &nginx], seconds, folder.path());
    }
    for (name, server) in [("ours", &ours), ("nginx", &nginx)] {
        let before = server.memory();
        let held = idle(server, &followed[0]);
        memory.push((format!("{name} after the load"), before));
        memory.push((format!("{name} with {} connections at rest", held.len()), server.memory()));
    }
    for (name, megabytes) in memory {
        println!("memory, {name}: {megabytes:.1} MB");
    }
}

/// One kind of load: the requests for us and those for nginx, whose tags differ.
struct Kind {
    name: String,
    limit: Option<f64>,
    requests: [Vec<Request>; 2],
}

fn measure(kind: &Kind, servers: [&Server; 2], seconds: u32, folder: &Path) {
    let mut costs: [Vec<Cost>; 2] = Default::default();
    for round in 0..ROUNDS {
        for turn in [round % 2, 1 - round % 2] {
            costs[turn].push(load(servers[turn], &kind.requests[turn], seconds, folder));
        }
    }
    let middle =
        |turn: usize, take: fn(&Cost) -> f64| median(&costs[turn].iter().map(take).collect::<Vec<_>>());
    let ratios: Vec<f64> =
        costs[0].iter().zip(&costs[1]).map(|(ours, nginx)| ours.micros / nginx.micros).collect();
    let limit = kind.limit.map_or_else(String::new, |limit| format!("{limit:.2}"));
    let is_over = kind.limit.is_some_and(|limit| median(&ratios) > limit);
    println!(
        "{:<28} {:>8.2} {:>8.2} {:>7.2}x {limit:>6} {:>9.0} {:>9.0} {:>8.2} {:>8.2}{}",
        kind.name,
        middle(0, |cost| cost.micros),
        middle(1, |cost| cost.micros),
        median(&ratios),
        middle(0, |cost| cost.pace),
        middle(1, |cost| cost.pace),
        middle(0, |cost| cost.slowest),
        middle(1, |cost| cost.slowest),
        if is_over { "  over" } else { "" }
    );
}

/// The kinds of load, each request asked once beforehand: what it is answered with is printed.
fn kinds(both: &[(&Server, Vec<String>); 2], followed: &[String]) -> Vec<Kind> {
    let mut lists: BTreeMap<usize, [Vec<Request>; 2]> = BTreeMap::new();
    for (turn, (server, former)) in both.iter().enumerate() {
        let mut client = Wire::open(server.port).unwrap();
        let tags = tags(&mut client, followed, &[]);
        let plain = Request { path: followed[0].clone(), headers: Vec::new() };
        let packed = Request::packed(&followed[0]);
        let known = packed.clone().with("If-None-Match", &tags[0]);
        let closing = |request: &Request| request.clone().with("Connection", "close");
        let mixed = mix(followed, &tags, former);
        let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
        for request in &mixed {
            *statuses.entry(client.ask(&request.path, &request.headers).status).or_default() += 1;
        }
        println!("the mix is answered by {} with {statuses:?}", ["us", "nginx"][turn]);
        assert_eq!(client.ask(&known.path, &known.headers).status, 304);
        let of_kinds = [
            vec![known.clone()],
            vec![packed.clone()],
            vec![plain.clone()],
            mixed,
            vec![closing(&known)],
            vec![closing(&packed)],
            vec![closing(&plain)],
        ];
        for (place, requests) in of_kinds.into_iter().enumerate() {
            lists.entry(place).or_default()[turn] = requests;
        }
    }
    let names = [
        ("304, kept connection", Some(1.0)),
        ("200 gzip, kept", Some(1.25)),
        ("200 as it is, kept", None),
        ("the readers' mix, kept", Some(0.95)),
        ("304, new connection", None),
        ("200 gzip, new", None),
        ("200 as it is, new", None),
    ];
    let kind = |((name, limit), requests): ((&str, _), _)| Kind { name: name.to_owned(), limit, requests };
    names.into_iter().zip(lists.into_values()).map(kind).collect()
}

/// What readers ask for: of a hundred requests ninety know the feed as it is, nine know an older state and take what is
/// new alone, one knows nothing.
fn mix(followed: &[String], tags: &[String], former: &[String]) -> Vec<Request> {
    let mut random = fastrand::Rng::with_seed(9);
    let mut requests = Vec::new();
    for number in 0..1_000 {
        let feed = random.usize(..followed.len());
        let packed = Request::packed(&followed[feed]);
        requests.push(match number % 100 {
            0 => packed,
            1..=9 => packed.with("A-IM", "feed").with("If-None-Match", &former[feed]),
            _known => packed.with("If-None-Match", &tags[feed]),
        });
    }
    random.shuffle(&mut requests);
    requests
}

/// The tags of feeds as a reader gets them who sends these headers too.
fn tags(client: &mut Wire, paths: &[String], headers: &[(&str, &str)]) -> Vec<String> {
    let mut tag = |path: &String| {
        let packed = Request::packed(path);
        let request = headers.iter().fold(packed, |request, (name, value)| request.with(name, value));
        let answer = client.ask(path, &request.headers);
        assert_eq!(answer.status, 200, "{path}");
        answer.etag()
    };
    paths.iter().map(&mut tag).collect()
}

/// Asks for feeds of which nothing is kept, one after the other, and gives what they are.
fn cold(server: &Server, client: &mut Wire) -> Vec<Request> {
    let paths: Vec<String> = COLD.map(feed).collect();
    let mut requests = Vec::new();
    let mut bytes = 0;
    let (before, mut waits) = (server.cpu(), Vec::new());
    for path in &paths {
        let request = Request::packed(path);
        let begun = Instant::now();
        let answer = client.ask(path, &request.headers);
        waits.push(begun.elapsed().as_secs_f64() * 1e3);
        bytes += answer.body.len();
        requests.push(request.with("If-None-Match", &answer.etag()));
    }
    let spent = (server.cpu() - before) * 1e3 / paths.len() as f64;
    // Papers are kept for all feeds that list them, so that the first feeds pay for many.
    let first = waits[..10].iter().sum::<f64>() / 10.0;
    let [middle, slowest] = percentiles(&mut waits);
    println!(
        "a cold feed, {} kB packed: {spent:.2} ms CPU (limit 4); first hit p50 {middle:.2} ms, p99 {slowest:.2} ms (limit 10), the first ten {first:.2} ms",
        bytes / paths.len() / 1_000
    );
    requests
}

/// The same feeds again, known to their readers, after a paper came that is in none of them.
fn elsewhere(server: &Server, client: &mut Wire, known: &[Request]) {
    for name in ["the first time after a paper came elsewhere", "and again"] {
        let (before, mut waits) = (server.cpu(), Vec::new());
        for request in known {
            let begun = Instant::now();
            assert_eq!(client.ask(&request.path, &request.headers).status, 304);
            waits.push(begun.elapsed().as_secs_f64() * 1e3);
        }
        let spent = (server.cpu() - before) * 1e3 / known.len() as f64;
        let [middle, slowest] = percentiles(&mut waits);
        println!("304 {name}: {spent:.3} ms CPU; p50 {middle:.3} ms, p99 {slowest:.3} ms");
    }
}

fn percentiles(waits: &mut [f64]) -> [f64; 2] {
    waits.sort_by(f64::total_cmp);
    [waits[waits.len() / 2], waits[waits.len() * 99 / 100]]
}

/// Asks once for the feed of every topic; the memory afterwards.
fn touch_all(server: &Server, client: &mut Wire) -> f64 {
    let before = server.cpu();
    for number in 0..TOPICS {
        let request = Request::packed(&feed(number));
        assert_eq!(client.ask(&request.path, &request.headers).status, 200);
    }
    let spent = (server.cpu() - before) * 1e3 / TOPICS as f64;
    println!("all {TOPICS} feeds once, most of them with ten papers: {spent:.2} ms CPU each");
    server.memory()
}

/// Connections that have asked for something once and then say nothing.
fn idle(server: &Server, path: &str) -> Vec<Wire> {
    let open = |_number| {
        let mut wire = Wire::open(server.port).unwrap();
        let request = Request::packed(path).with("If-None-Match", "*");
        assert!([200, 304].contains(&wire.ask(path, &request.headers).status));
        wire
    };
    (0..IDLE).map(open).collect()
}

/// The feeds of the mix as files, as they are and packed, at the paths that they have here.
fn mirror(client: &mut Wire, paths: &[String], files: &Path) {
    std::fs::create_dir_all(files.join("topics")).unwrap();
    for path in paths {
        let file = files.join(path.trim_start_matches('/'));
        let (plain, packed) = (client.ask(path, &[]), client.ask(path, &Request::packed(path).headers));
        std::fs::write(&file, &plain.body).unwrap();
        std::fs::write(file.with_extension("atom.gz"), &packed.body).unwrap();
        if path == &paths[0] {
            println!("the feed: {} bytes, {} packed", plain.body.len(), packed.body.len());
        }
    }
}

/// As many open files as the connections need, for this process and those it starts.
fn raise_limit() {
    let pid = std::process::id().to_string();
    let raised = Command::new("prlimit").args(["--pid", &pid, "--nofile=20000:20000"]).status();
    assert!(raised.is_ok_and(|status| status.success()), "the limit of open files cannot be raised");
}
