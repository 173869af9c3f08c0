//! The store through its own interface, on a real disk: what it answers, and what it still answers after trouble.

use offprint::model::paper::Paper;
use offprint::model::plan::Op;
use offprint::model::plan::Sequence;
use offprint::model::signal::Signal;
use offprint::model::signal::SignalKind;
use offprint::model::source::SourceState;
use offprint::store;
use offprint::store::Reader;

use crate::support::stored::arxiv;
use crate::support::stored::at;
use crate::support::stored::entry;
use crate::support::stored::installation;
use crate::support::stored::paper;
use crate::support::stored::paper_id;
use crate::support::stored::papers;
use crate::support::stored::plan;
use crate::support::stored::settings;
use crate::support::stored::source_id;
use crate::support::stored::topic_id;

mod answers;

mod files;

mod trouble;

fn all_papers(reader: &Reader) -> Vec<Paper> {
    reader.papers().collect::<Result<_, _>>().unwrap()
}

fn votes(value: u64, seconds: i64) -> Signal {
    Signal { kind: SignalKind::Votes, value, at: at(seconds) }
}

fn filled(folder: &std::path::Path) -> store::Opened {
    let mut opened = store::open(&settings(folder)).unwrap();
    let states = plan([
        Op::Installation(installation()),
        Op::Enter(entry("flags", 1, 10)),
        Op::Enter(entry("flags", 2, 20)),
        Op::Enter(entry("pennants", 1, 30)),
        Op::Signals { paper: paper_id(1), signals: vec![votes(3, 0), votes(5, 90_000)] },
        Op::Source(SourceState::untouched(source_id("arxiv-cs-lg"))),
    ]);
    opened.writer.commit(&[papers(0..10), states]).unwrap();
    opened
}

#[test]
fn what_is_committed_is_answered_and_stays_after_closing() {
    let folder = tempfile::tempdir().unwrap();
    let opened = filled(folder.path());
    assert_eq!(opened.reader.revision(), Sequence(2));
    opened.writer.close().unwrap();
    drop(opened.reader);
    let opened = store::open(&settings(folder.path())).unwrap();
    assert_eq!(opened.report.rebuilt, None);
    assert_eq!(opened.report.replayed, 0);
    let reader = opened.reader;
    assert_eq!(reader.revision(), Sequence(2));
    assert_eq!(all_papers(&reader).len(), 10);
    assert_eq!(reader.paper_count(), 10);
    assert_eq!(reader.paper(&paper_id(3)).unwrap(), Some(paper(3)));
    assert_eq!(reader.paper_by_external(&arxiv(4)).unwrap(), Some(paper_id(4)));
    assert_eq!(reader.paper_by_key(&source_id("hf-daily"), "2608.00005").unwrap(), Some(paper_id(5)));
    assert_eq!(reader.installation().unwrap(), Some(installation()));
    let timeline = reader.timeline(&topic_id("flags"), None, 10).unwrap();
    assert_eq!(timeline, [entry("flags", 2, 20), entry("flags", 1, 10)]);
    assert_eq!(reader.signals(&paper_id(1)).unwrap(), [votes(5, 90_000)]);
}
