//! Precision and recall of joining papers by title, authors and year over the recorded papers, with every identifier
//! hidden, and every error by name.
//!
//! `OFFPRINT_DATA=… cargo bench --bench identity`.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement stops at the first surprise and prints what it found"
)]

use std::path::PathBuf;
use std::time::Instant;

#[path = "../tests/support/data.rs"]
#[expect(dead_code, clippy::print_stderr, reason = "what the tests need besides")]
mod data;

#[path = "../tests/support/pairs.rs"]
#[expect(clippy::indexing_slicing, reason = "a field that is missing is null")]
mod pairs;

fn main() {
    let Some(folder) = std::env::var_os("OFFPRINT_DATA").map(PathBuf::from) else {
        println!("OFFPRINT_DATA is not set, so there is nothing to measure");
        return;
    };
    let start = Instant::now();
    let outcome = pairs::evaluate(&folder);
    for line in outcome.lines() {
        println!("{line}");
    }
    println!("in {:.1} s, reading and cleaning included", start.elapsed().as_secs_f64());
}
