//! Readable maths over all recorded papers: each is cleaned and rendered as in the service, and the audit compares what a
//! feed would print with its source.
//!
//! `OFFPRINT_DATA=… cargo bench --bench maths -- [--examples N] [--show N] [--only WORD]`. `--examples` prints so many
//! examples of every cause, `--show` one paper in N before and after, `--only` takes only papers that hold the word;
//! `--lines` instead shows what becomes of each line of TeX on the standard input.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::wildcard_enum_match_arm,
    reason = "a measurement stops at the first surprise and prints what it found"
)]

use std::path::PathBuf;
use std::time::Instant;

use support::data;
use support::maths as audit;

#[path = "../tests/support"]
#[expect(dead_code, reason = "the recorded tests ask for more than the report")]
mod support {
    pub(crate) mod data;
    pub(crate) mod maths;
}

fn main() {
    if std::env::args().any(|argument| argument == "--lines") {
        return lines();
    }
    let Some(folder) = std::env::var_os("OFFPRINT_DATA") else {
        println!("OFFPRINT_DATA is not set: there are no papers to read");
        return;
    };
    let number = |name: &str| option(name).and_then(|value| value.parse::<usize>().ok());
    let (every, only) = (number("--show"), option("--only"));
    let mut audit = audit::Audit::new(number("--examples").unwrap_or(0));
    let (begun, mut spent) = (Instant::now(), 0.0);
    for file in audit::FILES {
        for paper in data::lines(&PathBuf::from(&folder).join(format!("papers/{file}.jsonl.gz"))) {
            let is_wanted = |word: &String| {
                ["id", "title", "abstract"]
                    .iter()
                    .any(|key| paper[*key].as_str().is_some_and(|text| text.contains(word.as_str())))
            };
            if !only.as_ref().is_none_or(is_wanted) {
                continue;
            }
            let Some(sight) = audit.paper(&paper) else { continue };
            spent += sight.seconds;
            if every.is_some_and(|every| audit.papers().is_multiple_of(every.max(1))) {
                let (title, text) = (&sight.title, paper["abstract"].as_str().unwrap_or_default());
                println!("{title}\n  {}\n{text}\n  {}\n  {}\n", sight.shown_title, sight.text, sight.body);
            }
        }
    }
    print!("{}", audit.report());
    let papers = f64::from(u32::try_from(audit.papers()).unwrap());
    println!(
        "cleaned and rendered in {spent:.1} s ({:.0} papers/s), read and audited in {:.1} s",
        papers / spent,
        begun.elapsed().as_secs_f64()
    );
    println!("peak memory: {}", peak());
}

/// Shows what becomes of every line of the standard input.
fn lines() {
    let mut audit = audit::Audit::new(9);
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        let paper = serde_json::json!({ "id": "line", "title": line, "abstract": line });
        if let Some(sight) = audit.paper(&paper) {
            println!("{line}\n  {}\n  {}\n", sight.shown_title, sight.body);
        }
    }
    print!("{}", audit.report());
}

/// The argument behind an option.
fn option(name: &str) -> Option<String> {
    std::env::args().skip_while(|argument| argument != name).nth(1)
}

/// The most memory that was ever in use, where the system says so.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |line| line.trim().to_owned())
}
