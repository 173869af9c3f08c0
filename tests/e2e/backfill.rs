//! `offprint backfill`, killed half way: it goes on where it was, and nothing is asked for or stored twice.

use std::fmt::Write as _;
use std::process::Stdio;
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

#[test]
fn a_backfill_that_was_killed_half_way_goes_on_where_it_was() {
    let home = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let net = runtime.block_on(Net::start());
    net.lives("/oai", page);
    let file = home.path().join("offprint.toml");
    let text = format!(
        "contact = \"mailto:ops@example.org\"\n[store]\npath = \"{}\"\n[[source]]\nid = \"oai\"\nkind = \"arxiv-oai\"\n\
         url = \"{}\"\ncategories = [\"cs.LG\"]\n[[topic]]\nid = \"flags\"\ntitle = \"Flags\"\nquery = \"flag*\"\n",
        home.path().join("store").display(),
        net.url("/oai"),
    );
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
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
