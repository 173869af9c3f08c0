//! The maths of recorded papers reads as its authors wrote it: the audit's floors hold.

use crate::support::data::lines;
use crate::support::maths::Audit;
use crate::support::maths::FILES;

/// Every so many papers one is taken, so that the test stays quick without optimisation; `benches/maths.rs` takes all.
const STEP: usize = 16;

#[test]
fn recorded_maths_is_converted_whole() {
    let name = "recorded_maths_is_converted_whole";
    let Some(folder) = crate::support::data::recorded(name, "papers") else { return };
    let mut audit = Audit::new(3);
    let (mut changed, mut text_bytes, mut body_bytes, mut seconds) = (0, 0, 0, 0.0);
    for file in FILES {
        for paper in lines(&folder.join(format!("{file}.jsonl.gz"))).step_by(STEP) {
            let Some(sight) = audit.paper(&paper) else { continue };
            changed += usize::from(sight.title != sight.shown_title);
            text_bytes += sight.text.len();
            body_bytes += sight.body.len();
            seconds += sight.seconds;
        }
    }
    let report = audit.report();
    eprintln!(
        "{report}{changed} titles changed; {text_bytes} bytes of text in {body_bytes} bytes of bodies, made in {seconds:.1} s"
    );
    assert!(audit.papers() > 4_000, "only {} papers were read", audit.papers());
    assert_eq!(audit.ill_formed(), 0, "bodies are no XHTML:\n{report}");
    assert_eq!(audit.bad_titles(), 0, "titles hold what could be converted:\n{report}");
    assert!(audit.convertible_per_myriad() >= 9_900, "too many formulas are not converted:\n{report}");
    assert!(audit.converted_per_myriad() >= 9_700, "too many macros are shown by their name:\n{report}");
}
