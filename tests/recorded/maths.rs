//! The maths of recorded papers reads as its authors wrote it: the audit's floors hold.

use crate::support::data::lines;
use crate::support::maths::Audit;
use crate::support::maths::FILES;

/// Every so many papers one is taken, so that the test stays quick without optimisation; `benches/maths.rs` takes all.
const STEP: usize = 10;

#[test]
fn recorded_maths_is_converted_whole() {
    let name = "recorded_maths_is_converted_whole";
    let Some(folder) = crate::support::data::recorded(name, "papers") else { return };
    let mut audit = Audit::new(3);
    for file in FILES {
        for paper in lines(&folder.join(format!("{file}.jsonl.gz"))).step_by(STEP) {
            audit.paper(&paper);
        }
    }
    let report = audit.report();
    eprintln!("{report}");
    assert!(audit.papers() > 7_000, "only {} papers were read", audit.papers());
    assert_eq!(audit.ill_formed(), 0, "bodies are no XHTML:\n{report}");
    assert_eq!(audit.bad_titles(), 0, "titles hold what could be converted:\n{report}");
    assert!(audit.readable_per_myriad() >= 9_900, "too many formulas are not converted:\n{report}");
    assert!(audit.converted_per_myriad() >= 9_600, "too many macros are shown by their name:\n{report}");
}
