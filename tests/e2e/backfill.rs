//! `offprint backfill`: killed half way it goes on where it was, with a daemon by itself, and what never came is told.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use crate::program;
use crate::support::net::Net;

const RECORDS: usize = 3_000;

const PAGE: usize = 150;

fn page(path: &str) -> (u16, String) {
    let query = path.split_once('?').map_or("", |(_, query)| query);
    let token = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "resumptionToken");
    let from: usize = token.map_or(0, |(_, token)| token.parse().unwrap());
    let to = RECORDS.min(from + PAGE);
    let mut text = String::from("<OAI-PMH><responseDate>2026-09-01T03:45:10Z</responseDate><ListRecords>");
    for number in from..to {
        writeln!(
            text,
            "<record><header><identifier>oai:arXiv.org:2608.{number:05}</identifier><datestamp>2026-08-12</datestamp></header>\
             <metadata><arXiv><id>2608.{number:05}</id><created>2026-08-10</created><authors><author><keyname>Test</keyname>\
             <forenames>Bo</forenames></author></authors><title>Flags of garden {number}</title><categories>cs.LG</categories>\
             <abstract>We count $k$-flags.</abstract></arXiv></metadata></record>"
        )
        .unwrap();
    }
    if to < RECORDS {
        write!(text, "<resumptionToken>{to}</resumptionToken>").unwrap();
    }
    (200, text + "</ListRecords></OAI-PMH>")
}

/// Writes a configuration that asks there; gives its path.
fn configured(home: &Path, net: &Net) -> String {
    let file = home.join("offprint.toml");
    let text = format!(
        "contact = \"mailto:ops@example.org\"\n[server]\nlisten = [\"127.0.0.1:0\"]\n[store]\npath = \"{}\"\n\
         [[source]]\nid = \"oai\"\nkind = \"arxiv-oai\"\nurl = \"{}\"\ncategories = [\"cs.LG\"]\n\
         [[topic]]\nid = \"flags\"\ntitle = \"Flags\"\nquery = \"flag*\"\n",
        home.join("store").display(),
        net.url("/oai"),
    );
    std::fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn a_backfill_that_was_killed_half_way_goes_on_where_it_was() {
    let home = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let net = runtime.block_on(Net::start());
    net.lives("/oai", page);
    let file = configured(home.path(), &net);
    let file = file.as_str();
    let arguments = ["--config", file, "backfill", "oai", "--since", "2026-08-01", "--until", "2026-08-31"];
    let mut killed = program::command(home.path(), &arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while net.requests().len() < RECORDS / PAGE / 2 {
        assert!(begun.elapsed() < Duration::from_mins(2), "only {} requests", net.requests().len());
        std::thread::sleep(Duration::from_millis(5));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    let before = net.requests().len();
    let out = program::run(home.path(), &arguments);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let asked = net.requests().len();
    assert!(before < RECORDS / PAGE, "it was not half way");
    // The page at which it was killed may be asked for once more.
    assert!(asked <= RECORDS / PAGE + 1, "{asked} requests for {} pages", RECORDS / PAGE);
    let search = ["--config", file, "--json", "search", "--limit", "100000", "flag"];
    let out = program::run(home.path(), &search);
    let answer: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(answer["hits"].as_array().unwrap().len(), RECORDS);
    let out = program::run(home.path(), &["--config", file, "sources", "--why"]);
    let shown = String::from_utf8_lossy(&out.stdout);
    assert!(shown.contains("2026-08-01 to 2026-08-31 was read"), "{shown}");
}

#[test]
fn a_backfill_of_a_list_that_stays_short_fails_until_it_is_whole() {
    let home = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let net = runtime.block_on(Net::start());
    let stated = Arc::new(AtomicUsize::new(RECORDS * 2));
    let said = Arc::clone(&stated);
    net.lives("/oai", move |path| {
        let size = format!("<resumptionToken completeListSize='{}'>", said.load(Ordering::SeqCst));
        let (status, text) = page(path);
        let end = if text.contains("<resumptionToken>") { "" } else { "</resumptionToken>" };
        let whole = format!("{size}{end}</ListRecords>");
        let text = if end.is_empty() {
            text.replace("<resumptionToken>", &size)
        } else {
            text.replace("</ListRecords>", &whole)
        };
        (status, text)
    });
    let file = configured(home.path(), &net);
    let arguments = ["--config", &file, "backfill", "oai", "--since", "2026-08-01", "--until", "2026-08-31"];
    for is_whole in [false, true] {
        if is_whole {
            stated.store(RECORDS, Ordering::SeqCst);
        }
        let out = program::run(home.path(), &arguments);
        let told = String::from_utf8_lossy(&out.stdout).into_owned();
        assert_eq!(out.status.code(), Some(i32::from(!is_whole)), "{told}");
        assert_eq!(told.contains("2026-08-01 to 2026-08-31 did not come whole"), !is_whole, "{told}");
        let out = program::run(home.path(), &["--config", &file, "sources"]);
        assert_eq!(String::from_utf8_lossy(&out.stdout).contains("did not come whole"), !is_whole);
    }
}

#[test]
fn a_backfill_goes_on_in_the_daemon_when_its_command_is_gone() {
    let home = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let net = runtime.block_on(Net::start());
    net.lives("/oai", |path| {
        std::thread::sleep(Duration::from_millis(100));
        page(path)
    });
    let file = configured(home.path(), &net);
    let (mut daemon, _address) = program::Daemon::start(home.path(), &["--config", &file, "serve"]);
    daemon.await_line("source oai: ");
    let arguments = ["--config", &file, "backfill", "oai", "--since", "2026-08-01", "--until", "2026-08-31"];
    let mut asking = program::command(home.path(), &arguments);
    let mut asking = asking.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    daemon.await_line("its history of 2026-08-01 to 2026-08-31 is asked for");
    asking.kill().unwrap();
    asking.wait().unwrap();
    daemon.await_line("its history of 2026-08-01 to 2026-08-31 was read");
}
