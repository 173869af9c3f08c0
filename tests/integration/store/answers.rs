//! What the store answers after each kind of change.

use offprint::model::archive::Archive;
use offprint::model::archive::Archived;
use offprint::model::change::Event;
use offprint::model::external_id::ExternalId;
use offprint::model::observation::Observation;
use offprint::model::paper::Absorbed;
use offprint::model::plan::Op;
use offprint::model::plan::Sequence;
use offprint::model::source::ExchangeMemory;
use offprint::model::source::Moved;
use offprint::model::source::NextPoll;
use offprint::model::topic::TimelineEntry;
use offprint::model::topic::TopicState;
use offprint::store;
use offprint::store::Error;
use offprint::store::Opened;
use tempfile::TempDir;

use super::votes;
use crate::support::stored::arxiv;
use crate::support::stored::at;
use crate::support::stored::entry;
use crate::support::stored::observation;
use crate::support::stored::paper;
use crate::support::stored::paper_id;
use crate::support::stored::papers;
use crate::support::stored::plan;
use crate::support::stored::settings;
use crate::support::stored::source_id;
use crate::support::stored::topic_id;

fn with(ops: impl Into<Vec<Op>>) -> (TempDir, Opened) {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = store::open(&settings(folder.path())).unwrap();
    opened.writer.commit(&[plan(ops)]).unwrap();
    (folder, opened)
}

fn write(paper: offprint::model::paper::Paper) -> Op {
    Op::Paper(Box::new(paper))
}

fn doi(number: u64) -> ExternalId {
    ExternalId::parse(&format!("doi:10.1000/flags.{number}")).unwrap()
}

#[test]
fn an_absorbed_paper_answers_as_the_one_that_stays() {
    let mut kept = paper(1);
    let absorbed = Absorbed {
        first_seen: paper(2).first_seen,
        events: paper(2).events,
        records: paper(2).observations.iter().map(Observation::record).collect(),
        joined: paper(1).observations.iter().map(Observation::record).collect(),
    };
    kept.aliases.insert(paper_id(2), absorbed);
    kept.observations.push(observation("journal", "2", [doi(2)].into()));
    let (_folder, opened) = with([
        write(paper(1)),
        write(paper(2)),
        Op::Signals { paper: paper_id(2), signals: vec![votes(4, 0)] },
        Op::Absorb { from: paper_id(2), into: paper_id(1) },
        write(kept.clone()),
    ]);
    let reader = opened.reader;
    assert_eq!(reader.paper_count(), 1);
    assert_eq!(reader.paper(&paper_id(2)).unwrap(), Some(kept));
    assert_eq!(reader.resolve(&paper_id(2)).unwrap(), Some(paper_id(1)));
    assert_eq!(reader.paper_by_external(&doi(2)).unwrap(), Some(paper_id(1)));
    assert_eq!(reader.paper_by_external(&arxiv(2)).unwrap(), None, "nobody claims it any more");
    assert_eq!(reader.newest(None).count(), 1);
    assert_eq!(reader.signals(&paper_id(1)).unwrap(), [votes(4, 0)]);
    assert_eq!(reader.signals(&paper_id(2)).unwrap(), [votes(4, 0)]);
}

#[test]
fn absorptions_are_followed_over_several_steps_and_never_in_a_ring() {
    let absorb = |from, into| Op::Absorb { from: paper_id(from), into: paper_id(into) };
    let (_folder, opened) = with([
        write(paper(1)),
        write(paper(2)),
        write(paper(3)),
        absorb(3, 2),
        absorb(2, 1),
        absorb(1, 3),
        absorb(1, 1),
        absorb(2, 3),
        absorb(3, 4),
    ]);
    assert_eq!(opened.reader.resolve(&paper_id(3)).unwrap(), Some(paper_id(1)));
    assert_eq!(opened.reader.paper(&paper_id(1)).unwrap(), Some(paper(1)));
    assert_eq!(opened.reader.resolve(&paper_id(9)).unwrap(), None);
}

#[test]
fn a_paper_lets_go_of_what_it_is_not_known_as_any_more() {
    let mut changed = paper(1);
    changed.observations.truncate(1);
    changed.observations[0].ids = [arxiv(7)].into();
    changed.first_seen = at(500);
    let (_folder, opened) = with([write(paper(1)), write(changed.clone())]);
    let reader = opened.reader;
    assert_eq!(reader.paper_by_external(&arxiv(1)).unwrap(), None);
    assert_eq!(reader.paper_by_external(&doi(1)).unwrap(), None);
    assert_eq!(reader.paper_by_external(&arxiv(7)).unwrap(), Some(paper_id(1)));
    assert_eq!(reader.paper_by_key(&source_id("hf-daily"), "2608.00001").unwrap(), None);
    assert_eq!(reader.paper_count(), 1);
    let newest: Vec<_> = reader.newest(None).map(Result::unwrap).collect();
    assert_eq!(newest, [changed]);
}

#[test]
fn an_identifier_stays_with_the_paper_that_claimed_it_first() {
    let mut thief = paper(2);
    thief.observations[0].ids.insert(arxiv(1));
    let mut without = paper(1);
    without.observations.iter_mut().for_each(|one| one.ids = [doi(1)].into());
    let (_folder, mut opened) = with([write(paper(1)), write(thief.clone())]);
    assert_eq!(opened.reader.paper_by_external(&arxiv(1)).unwrap(), Some(paper_id(1)));
    opened.writer.commit(&[plan([write(without)])]).unwrap();
    assert_eq!(opened.reader.paper_by_external(&arxiv(1)).unwrap(), None);
    opened.writer.commit(&[plan([write(paper(3)), write(thief)])]).unwrap();
    assert_eq!(opened.reader.paper_by_external(&arxiv(1)).unwrap(), Some(paper_id(2)));
}

#[test]
fn a_page_identifies_a_paper_only_when_nothing_better_does() {
    let page = |name: &str| ExternalId::parse(&format!("page:https://papers.example/{name}")).unwrap();
    let mut registered = paper(1);
    registered.observations[0].ids.insert(page("one"));
    let mut unregistered = paper(2);
    let long = page(&"x".repeat(1_000));
    unregistered.observations.truncate(1);
    unregistered.observations[0].ids = [page("two"), long.clone()].into();
    let (_folder, opened) = with([write(registered), write(unregistered)]);
    assert_eq!(opened.reader.paper_by_external(&page("one")).unwrap(), None);
    assert_eq!(opened.reader.paper_by_external(&page("two")).unwrap(), Some(paper_id(2)));
    assert_eq!(opened.reader.paper_by_external(&long).unwrap(), Some(paper_id(2)));
}

#[test]
fn a_timeline_is_paged_newest_first_and_holds_a_paper_once() {
    let enter = |topic, number, seconds| Op::Enter(entry(topic, number, seconds));
    let (_folder, mut opened) = with([
        enter("flags", 1, 10),
        enter("flags", 2, 20),
        enter("flags", 3, 30),
        enter("flags", 1, 40),
        enter("flags-2", 1, 15),
    ]);
    let flags = topic_id("flags");
    let reader = opened.reader.clone();
    let page = |before, limit| {
        let entries = reader.timeline(&topic_id("flags"), before, limit).unwrap();
        entries.into_iter().map(|entry| entry.at).collect::<Vec<_>>()
    };
    assert_eq!(page(None, 2), [at(40), at(30)]);
    assert_eq!(page(Some(at(30)), 2), [at(20)]);
    assert_eq!(reader.timeline_len(&flags).unwrap(), 3);
    assert_eq!(reader.entry(&flags, &paper_id(1)).unwrap(), Some(entry("flags", 1, 40)));
    let places = reader.topics_of(&paper_id(1)).unwrap();
    assert_eq!(places, [entry("flags", 1, 40), entry("flags-2", 1, 15)]);

    let leave = Op::Leave { topic: flags.clone(), paper: paper_id(2) };
    opened.writer.commit(&[plan([leave.clone(), leave])]).unwrap();
    assert_eq!(page(None, 9), [at(40), at(30)]);
    assert_eq!(reader.timeline_len(&flags).unwrap(), 2);
    assert_eq!(reader.entry(&flags, &paper_id(2)).unwrap(), None);
}

#[test]
fn what_happened_to_papers_is_listed_newest_first_and_follows_the_papers() {
    let (_folder, mut opened) = with([write(paper(4)), write(paper(1))]);
    let reader = opened.reader.clone();
    let listed = |reader: &offprint::store::Reader| {
        let (mut found, mut last) = (Vec::new(), None);
        // One at a time: events of one moment must not be passed over.
        while let Some(next) = reader.updates(last.as_ref(), 1).unwrap().pop() {
            found.push((next.paper.clone(), next.event));
            last = Some(next);
        }
        found
    };
    let of_four =
        [Event::CodeReleased, Event::Retracted, Event::Withdrawn, Event::Published, Event::Version(2)];
    let of =
        |number, events: &[Event]| events.iter().map(|event| (paper_id(number), *event)).collect::<Vec<_>>();
    let of_one = of(1, &[Event::Published, Event::Version(2)]);
    let whole = listed(&reader);
    assert_eq!(whole.len(), 7);
    assert_eq!(whole[..4], of(4, &of_four[..4]));
    assert_eq!(whole.iter().filter(|(id, _)| *id == paper_id(1)).cloned().collect::<Vec<_>>(), of_one);

    // An event that is taken back goes, and so do those of a paper that became another one.
    let mut calm = paper(4);
    calm.events.remove(&Event::Retracted);
    opened.writer.commit(&[plan([write(calm)])]).unwrap();
    assert_eq!(listed(&reader).len(), 6);
    opened.writer.commit(&[plan([Op::Absorb { from: paper_id(4), into: paper_id(1) }])]).unwrap();
    assert_eq!(listed(&reader), of_one);
}

#[test]
fn a_dropped_topic_takes_its_timeline_with_it_and_no_other() {
    let state = |name: &str| TopicState {
        topic: topic_id(name),
        definition: "title:flags".to_owned(),
        face: "Flags".to_owned(),
        created: at(0),
        changed: at(0),
    };
    let (_folder, opened) = with([
        Op::Topic(state("a")),
        Op::Topic(state("a-b")),
        Op::Enter(entry("a", 1, 1)),
        Op::Enter(entry("a-b", 1, 2)),
        Op::DropTopic(topic_id("a")),
    ]);
    let reader = opened.reader;
    assert_eq!(reader.topics().unwrap(), [state("a-b")]);
    assert_eq!(reader.topic(&topic_id("a")).unwrap(), None);
    assert_eq!(reader.timeline_len(&topic_id("a")).unwrap(), 0);
    assert_eq!(reader.timeline(&topic_id("a"), None, 9).unwrap(), []);
    assert_eq!(reader.topics_of(&paper_id(1)).unwrap(), [entry("a-b", 1, 2)]);
}

#[test]
fn readings_keep_the_last_of_a_day_and_only_changes() {
    const DAY: i64 = 86_400;
    let signals = vec![
        votes(1, 10),
        votes(2, 20),
        votes(9, 15),
        votes(2, DAY + 1),
        votes(2, 2 * DAY),
        votes(3, 3 * DAY),
    ];
    let (_folder, opened) = with([write(paper(1)), Op::Signals { paper: paper_id(1), signals }]);
    let history = opened.reader.signal_history(&paper_id(1)).unwrap();
    assert_eq!(history, [votes(2, 20), votes(3, 3 * DAY)]);
    assert_eq!(opened.reader.signals(&paper_id(1)).unwrap(), [votes(3, 3 * DAY)]);
}

#[test]
fn papers_are_listed_newest_first_from_any_point() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = store::open(&settings(folder.path())).unwrap();
    opened.writer.commit(&[papers(0..5)]).unwrap();
    let ids = |before| {
        let papers = opened.reader.newest(before).map(Result::unwrap);
        papers.map(|paper| paper.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(None), [4, 3, 2, 1, 0].map(paper_id));
    assert_eq!(ids(Some(at(2))), [1, 0].map(paper_id));
}

#[test]
fn manners_are_remembered_for_addresses_of_any_length() {
    let url = format!("https://papers.example/{}", "very/".repeat(100));
    let memory = ExchangeMemory {
        etag: Some("W/\"a\\b\"".to_owned()),
        last_modified: Some("Mon, 03 Aug 2026 00:00:00 GMT".to_owned()),
        moved: Some(Moved { to: "https://papers.example/new".to_owned(), times: 2, since: at(1) }),
        gone_since: Some(at(2)),
    };
    let poll = NextPoll { at: at(60), reason: "Retry-After of the answer".to_owned() };
    let (_folder, opened) = with([
        Op::Exchange { url: url.clone(), memory: memory.clone() },
        Op::Operator { operator: "arxiv".to_owned(), not_before: poll.clone() },
    ]);
    assert_eq!(opened.reader.exchange(&url).unwrap(), memory);
    assert_eq!(opened.reader.exchange("https://papers.example/").unwrap(), ExchangeMemory::default());
    assert_eq!(opened.reader.operator("arxiv").unwrap(), Some(poll));
    assert_eq!(opened.reader.operator("crossref").unwrap(), None);
}

#[test]
fn a_plan_that_is_too_large_or_empty_of_sense_is_refused_before_it_is_logged() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = store::open(&settings(folder.path())).unwrap();
    let refused = opened.writer.commit(&[papers(0..1), papers(0..2_000)]);
    assert!(matches!(refused, Err(Error::Oversized { .. })));
    let mut hollow = paper(1);
    hollow.observations.clear();
    assert!(matches!(opened.writer.commit(&[plan([write(hollow)])]), Err(Error::Unstorable(_))));
    assert_eq!(opened.reader.revision(), Sequence(0));
    assert_eq!(opened.reader.paper_count(), 0);
    opened.writer.commit(&[papers(0..100)]).unwrap();
    assert_eq!(opened.reader.revision(), Sequence(1));
}

#[test]
fn whoever_watches_learns_of_each_revision() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = store::open(&settings(folder.path())).unwrap();
    let mut watch = opened.reader.watch();
    assert!(!watch.has_changed().unwrap());
    opened.writer.commit(&[papers(0..1), papers(1..2)]).unwrap();
    assert!(watch.has_changed().unwrap());
    assert_eq!(*watch.borrow_and_update(), Sequence(2));
    opened.writer.commit(&[]).unwrap();
    assert!(!watch.has_changed().unwrap());
}

#[test]
fn what_was_closed_is_not_listed_again_because_its_paper_became_another() {
    let closed = Archived { paper: paper_id(2), served_as: paper_id(2), updated: at(5) };
    let closed = Archive { topic: topic_id("flags"), number: 100, entries: vec![closed] };
    let before = entry("flags", 2, 5);
    let (_folder, mut opened) = with([Op::Enter(before.clone()), Op::Close(closed)]);
    let open = |opened: &Opened| {
        let entries = opened.reader.open_entries(&topic_id("flags"), 9, |_paper| false).unwrap();
        entries.into_iter().map(|entry| entry.updated).collect::<Vec<_>>()
    };
    assert_eq!(open(&opened), []);
    let after = TimelineEntry { paper: paper_id(1), ..before };
    let moved = [
        Op::Leave { topic: topic_id("flags"), paper: paper_id(2) },
        Op::Absorb { from: paper_id(2), into: paper_id(1) },
        Op::Enter(after.clone()),
    ];
    opened.writer.commit(&[plan(moved)]).unwrap();
    assert_eq!(open(&opened), [], "readers know it by the identifier it was served under");
    opened.writer.commit(&[plan([Op::Enter(TimelineEntry { updated: at(6), ..after })])]).unwrap();
    assert_eq!(open(&opened), [at(6)]);
}
