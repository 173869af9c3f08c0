//! Joining by title, authors and year over recorded papers keeps its precision and its recall.

use crate::support::data::recorded;
use crate::support::pairs;

#[test]
fn recorded_papers_are_joined_rightly_without_any_identifier() {
    let test = "recorded_papers_are_joined_rightly_without_any_identifier";
    let Some(papers) = recorded(test, "papers") else { return };
    let outcome = pairs::evaluate(papers.parent().unwrap());
    let told = outcome.lines().join("\n");
    println!("{told}");
    assert!(outcome.pairs() > 2_000 && outcome.papers > 70_000, "too little was read: {told}");
    assert!(outcome.precision() >= 9_950, "{told}");
    assert!(outcome.recall() >= 9_800, "{told}");
    for found in &outcome.found {
        assert!((found.pairs - found.missed.len()) * 100 >= found.pairs * 95, "{}: {told}", found.set);
    }
}
