//! kill -9 in the middle of a poll, again and again: nothing acknowledged is lost, no identifier changes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use crate::program;
use crate::support::net::Net;

/// Papers in the feed; a poll of so many takes long enough to be killed in its middle.
const PAPERS: usize = 1_500;

fn feed() -> String {
    let mut items = String::new();
    for number in 0..PAPERS {
        write!(
            items,
            "<item><title>Flag number {number} in a garden</title><link>https://arxiv.org/abs/2608.{number:05}</link>\
             <description>arXiv:2608.{number:05}v1 Announce Type: new \nAbstract: We count $k$-flags.</description>\
             <guid isPermaLink=\"false\">oai:arXiv.org:2608.{number:05}v1</guid><category>cs.LG</category>\
             <pubDate>Wed, 12 Aug 2026 00:00:00 -0400</pubDate><arxiv:announce_type>new</arxiv:announce_type>\
             <dc:creator>Ann A. Example, Bo Test</dc:creator></item>\n"
        )
        .unwrap();
    }
    format!(
        "<?xml version='1.0' encoding='UTF-8'?><rss xmlns:arxiv=\"http://arxiv.org/schemas/atom\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" version=\"2.0\"><channel><title>cs.LG updates on arXiv.org</title>\
         <link>http://rss.arxiv.org/rss/cs.LG</link><description>x</description>{items}</channel></rss>"
    )
}

/// Title by our identifier, of everything stored.
fn papers(home: &Path, file: &str) -> BTreeMap<String, String> {
    let out = program::run(home, &["--config", file, "--json", "search", "--limit", "100000", "flag"]);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let answer: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let hits = answer["hits"].as_array().unwrap();
    hits.iter()
        .map(|hit| (hit["paper"].as_str().unwrap().to_owned(), hit["title"].as_str().unwrap().to_owned()))
        .collect()
}

#[test]
fn killed_twenty_times_in_a_poll_it_loses_nothing() {
    let home = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let net = runtime.block_on(Net::start());
    net.at("/rss/cs.LG").answers(feed());
    let file = home.path().join("offprint.toml");
    let text = format!(
        "contact = \"mailto:ops@example.org\"\n[store]\npath = \"{}\"\n[[source]]\nid = \"arxiv\"\nkind = \"arxiv-rss\"\n\
         url = \"{}\"\ncategories = [\"cs.LG\"]\n[[topic]]\nid = \"flags\"\ntitle = \"Flags\"\nquery = \"flag*\"\n",
        home.path().join("store").display(),
        net.url("/rss"),
    );
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    // How long a whole poll takes here and now; the kills fall anywhere within it.
    let begun = Instant::now();
    let out = program::run(home.path(), &["--config", file, "poll"]);
    let whole = begun.elapsed();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let (mut known, mut in_the_middle) = (papers(home.path(), file), 0);
    let mut seed = fastrand::Rng::with_seed(42);
    for kill in 0..20 {
        if known.len() == PAPERS {
            std::fs::remove_dir_all(home.path().join("store")).unwrap();
            known.clear();
        }
        let mut poll = program::command(home.path(), &["--config", file, "poll"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(whole.mul_f64(seed.f64()));
        poll.kill().unwrap();
        poll.wait().unwrap();
        let found = papers(home.path(), file);
        for (id, title) in &known {
            assert_eq!(found.get(id), Some(title), "kill {kill}: {id} was acknowledged and is gone");
        }
        in_the_middle += usize::from((known.len() + 1..PAPERS).contains(&found.len()));
        known = found;
    }
    assert!(
        in_the_middle >= 3,
        "only {in_the_middle} of 20 polls were killed between their first paper and their last"
    );
    let out = program::run(home.path(), &["--config", file, "poll"]);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let all = papers(home.path(), file);
    assert_eq!(all.len(), PAPERS);
    for (id, title) in &known {
        assert_eq!(all.get(id), Some(title));
    }
    let out = program::run(home.path(), &["--config", file, "verify"]);
    assert!(
        out.status.success(),
        "{}{}",
        String::from_utf8_lossy(&out.stdout),
        String::from_utf8_lossy(&out.stderr)
    );
}
