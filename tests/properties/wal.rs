//! The log and the store against a model in memory: any sequence of changes, any cut, any flipped bit.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use offprint::model::archive::Archive;
use offprint::model::archive::Archived;
use offprint::model::curation::Fit;
use offprint::model::curation::Note;
use offprint::model::curation::Pick;
use offprint::model::curation::TopicMark;
use offprint::model::outgoing::Destination;
use offprint::model::outgoing::DestinationId;
use offprint::model::outgoing::Digest;
use offprint::model::outgoing::Letter;
use offprint::model::outgoing::LetterId;
use offprint::model::outgoing::LetterState;
use offprint::model::outgoing::Matter;
use offprint::model::outgoing::Outgoing;
use offprint::model::outgoing::Section;
use offprint::model::outgoing::Tries;
use offprint::model::outgoing::Way;
use offprint::model::plan::Op;
use offprint::model::plan::Sequence;
use offprint::model::private_reader::PrivateReader;
use offprint::model::private_reader::Usage;
use offprint::model::ruling::Ruled;
use offprint::model::ruling::Ruling;
use offprint::model::secret::Secret;
use offprint::model::signal::Signal;
use offprint::model::signal::SignalKind;
use offprint::model::subscriber::Rhythm;
use offprint::model::subscriber::Standing;
use offprint::model::subscriber::Subscriber;
use offprint::model::subscriber::SubscriberId;
use offprint::model::subscriber::Wishes;
use offprint::model::text::Text;
use offprint::model::topic::TopicState;
use offprint::store;
use offprint::wal::Log;
use offprint::wal::Report;
use offprint::wal::replay::Found;
use offprint::wal::storage::Disk;
use offprint::wal::storage::Storage;
use proptest::prelude::*;

use crate::properties::wal::model::Model;
use crate::support::stored::arxiv;
use crate::support::stored::at;
use crate::support::stored::entry;
use crate::support::stored::paper;
use crate::support::stored::paper_id;
use crate::support::stored::plan;
use crate::support::stored::settings;
use crate::support::stored::topic_id;

mod model;

const PAPERS: u64 = 6;

const TITLES: [&str; 3] = ["Counting flags", "Counting pennants", "Counting the pennants of gardens"];

const TOPICS: [&str; 3] = ["flags", "flags-2", "pennants"];

fn ops() -> impl Strategy<Value = Op> {
    let number = 0..PAPERS;
    let topic = prop::sample::select(&TOPICS);
    let written =
        (number.clone(), prop::collection::vec(0..PAPERS, 1..4), 0..50_i64, prop::sample::select(&TITLES));
    let written = written.prop_map(|(number, ids, seconds, title)| {
        let mut paper = paper(number);
        paper.first_seen = at(seconds);
        paper.observations[0].ids = ids.into_iter().map(arxiv).collect();
        paper.observations.truncate(1);
        paper.observations[0].title.text = Text::line(title);
        Op::Paper(Box::new(paper))
    });
    let absorbed = (number.clone(), number.clone())
        .prop_map(|(from, into)| Op::Absorb { from: paper_id(from), into: paper_id(into) });
    let entered = (topic.clone(), number.clone(), 0..40_i64)
        .prop_map(|(topic, number, seconds)| Op::Enter(entry(topic, number, seconds)));
    let left = (topic.clone(), number.clone())
        .prop_map(|(topic, number)| Op::Leave { topic: topic_id(topic), paper: paper_id(number) });
    let defined = (topic.clone(), 0..3_u8).prop_map(|(topic, version)| {
        let definition = format!("title:flags version {version}");
        let changed = at(i64::try_from(definition.len()).unwrap());
        let face = definition.clone();
        Op::Topic(TopicState { topic: topic_id(topic), definition, face, created: at(0), changed })
    });
    let signal = (prop::sample::select(&SignalKind::ALL), 0..4_u64, 0..400_000_i64)
        .prop_map(|(kind, value, seconds)| Signal { kind, value, at: at(seconds) });
    let ruled = (number.clone(), number.clone(), 0..20_i64).prop_map(|(one, other, seconds)| {
        let (one, other) = (paper(one), paper(other));
        let sides = (&[&one.observations[0]], &[&other.observations[0]]);
        Op::Ruling(Box::new(Ruling::between(at(seconds), Ruled::Different, sides.0, sides.1)))
    });
    let fit = prop::sample::select(vec![Fit::Right, Fit::Wrong]);
    let marked = (topic.clone(), number.clone(), fit, 0..40_i64).prop_map(|(topic, number, fit, seconds)| {
        Op::Mark(TopicMark { topic: topic_id(topic), paper: paper_id(number), fit, at: at(seconds) })
    });
    let unmarked = (topic.clone(), number.clone())
        .prop_map(|(topic, number)| Op::Unmark { topic: topic_id(topic), paper: paper_id(number) });
    let picked =
        (number.clone(), prop::option::of("[a-z]{1,8}"), 0..40_i64).prop_map(|(number, note, seconds)| {
            let note = note.as_deref().and_then(Note::new);
            Op::Pick(Pick { paper: paper_id(number), note, at: at(seconds) })
        });
    let unpicked = number.clone().prop_map(|number| Op::Unpick(paper_id(number)));
    let held = (number.clone(), 0..40_i64).prop_map(|(number, seconds)| {
        let paper = paper_id(number);
        Archived { served_as: paper.clone(), paper, updated: at(seconds) }
    });
    let closed = (topic.clone(), 0..30_u64, prop::collection::vec(held, 1..5))
        .prop_map(|(topic, number, entries)| Op::Close(Archive { topic: topic_id(topic), number, entries }));
    let reopened =
        (topic.clone(), 0..30_u64).prop_map(|(topic, from)| Op::Reopen { topic: topic_id(topic), from });
    let known = ("[a-c]", 0..3_i64, prop::option::of(0..40_i64)).prop_map(|(name, answers, revoked)| {
        let usage = Usage { last: Some(at(answers)), answers: answers.cast_unsigned(), unchanged: 0 };
        let (digest, revoked) = ([name.as_bytes()[0]; 32], revoked.map(at));
        Op::PrivateReader(Box::new(PrivateReader { name, digest, created: at(0), revoked, usage }))
    });
    let outgoing = outgoing();
    let forgotten = outgoing.clone().prop_map(|one| Op::Forget(one.key()));
    let told = outgoing.prop_map(|one| Op::Outgoing(Box::new(one)));
    let dropped = topic.prop_map(|topic| Op::DropTopic(topic_id(topic)));
    let read = (number, prop::collection::vec(signal, 1..4))
        .prop_map(|(number, signals)| Op::Signals { paper: paper_id(number), signals });
    prop_oneof![
        6 => written, 2 => absorbed, 4 => entered, 2 => left, 1 => defined, 1 => dropped, 3 => read, 1 => ruled,
        2 => marked, 1 => unmarked, 2 => picked, 1 => unpicked, 3 => closed, 1 => reopened, 1 => known,
        4 => told, 1 => forgotten
    ]
}

/// Subscribers, letters and destinations, with everything that may be left out.
fn outgoing() -> impl Strategy<Value = Outgoing> + Clone {
    let tries = (0..3_u32, prop::option::of(0..40_i64)).prop_map(|(failed, seconds)| Tries {
        failed,
        since: seconds.map(at),
        not_before: seconds.map(at),
        problem: seconds.map(|_| "greylisted".to_owned()),
    });
    let subscriber = "[ab]".prop_map(|letter| SubscriberId::parse(&letter.repeat(16)).unwrap());
    let wishes = (any::<[bool; 4]>(), 0..24_u8, 0..8_usize).prop_map(|(on, hour, day)| Wishes {
        topics: on[0].then(|| topic_id(TOPICS[0])).into_iter().collect(),
        daily: on[1],
        trending: on[2],
        picks: on[3],
        rhythm: Rhythm::parse(["daily", "monday", "sunday"][day % 3]).unwrap(),
        hour,
        zone: ["UTC", "Asia/Tokyo"][day % 2].parse().unwrap(),
        even_empty: on[0],
    });
    let person = (subscriber.clone(), wishes.clone(), prop::option::of(wishes), 0..4_usize, 0..40_i64);
    let person = person.prop_map(|(id, wishes, proposed, standing, seconds)| {
        Outgoing::Subscriber(Subscriber {
            address: format!("{id}@example.org"),
            id,
            standing: Standing::ALL[standing],
            since: at(seconds),
            is_configured: standing == 1,
            network: proposed.as_ref().map(|_| "net".to_owned()),
            wishes,
            proposed,
            turn: 1,
            invited: Some(at(seconds)),
            letters: 3,
            told: at(seconds),
            bounced: vec![at(seconds); standing],
        })
    });
    let letter = (subscriber, 0..3_u64, 0..4_u8, tries.clone(), 0..PAPERS).prop_map(
        |(subscriber, number, kind, tries, paper)| {
            let section = Section { list: "daily".to_owned(), papers: vec![paper_id(paper)], left_out: 1 };
            let digest = Digest { from: at(0), until: at(9), sections: vec![section] };
            let (matter, state) = match kind {
                0 => (Matter::Invitation { turn: number }, LetterState::Waiting),
                1 => (Matter::Digest(digest), LetterState::Waiting),
                2 => (Matter::Digest(digest), LetterState::Sent(at(5))),
                _other => (Matter::Digest(digest), LetterState::Dead(at(6))),
            };
            Outgoing::Letter(Letter {
                id: LetterId { subscriber, number },
                made: at(1),
                matter,
                state,
                tries,
            })
        },
    );
    let destination = (0..3_u8, tries, prop::option::of("[a-f]{4}"), 0..40_i64).prop_map(
        |(kind, tries, secret, seconds)| {
            let secret = secret.as_deref().map(Secret::new);
            let seen = secret.as_ref().map(|_| "\"tag\"".to_owned());
            let way = match kind {
                0 => Way::Callback { url: "https://reader.example/cb".to_owned(), secret, until: at(30) },
                1 => Way::Webhook("lab".to_owned()),
                _other => Way::Hub("https://hub.example/".to_owned()),
            };
            let (id, feed) = (DestinationId(format!("d{kind}")), "topics/peft.atom".to_owned());
            Outgoing::Destination(Destination {
                id,
                feed,
                way,
                place: at(seconds),
                recent: vec![(paper_id(0), at(seconds))],
                seen,
                tries,
                delivered: 2,
                lost: 1,
            })
        },
    );
    let key = "[a-f]{8}".prop_map(|key| Outgoing::Key(Secret::new(&key)));
    prop_oneof![3 => person, 4 => letter, 3 => destination, 1 => key]
}

fn remove_databases(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_str().unwrap().starts_with("sled-") {
            fs::remove_dir_all(path).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_store_answers_as_its_model_however_it_was_opened(
        plans in prop::collection::vec(prop::collection::vec(ops(), 1..6), 1..12),
        group in 1..4_usize,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(folder.path());
        let mut model = Model::default();
        let mut opened = store::open(&settings).unwrap();
        for plans in plans.chunks(group) {
            plans.iter().flatten().for_each(|op| model.apply(op));
            let plans: Vec<_> = plans.iter().map(|ops| plan(ops.clone())).collect();
            opened.writer.commit(&plans).unwrap();
            model.compare(&opened.reader);
        }
        drop(opened);
        model.compare(&store::open(&settings).unwrap().reader);
        remove_databases(folder.path());
        let mut opened = store::open(&settings).unwrap();
        model.compare(&opened.reader);
        opened.writer.compact_log().unwrap();
        drop(opened);
        remove_databases(folder.path());
        let opened = store::open(&settings).unwrap();
        model.compare(&opened.reader);
        let (export, copy) = (folder.path().join("export"), folder.path().join("copy"));
        store::export(&opened.reader, &export).unwrap();
        store::import(&crate::support::stored::settings(&copy), &export).unwrap();
        let copied = store::open(&crate::support::stored::settings(&copy)).unwrap();
        model.compare(&copied.reader);
        drop((opened, copied));
        let digests = [folder.path(), &copy].map(|path| {
            store::verify(&crate::support::stored::settings(path)).unwrap()
        });
        prop_assert!(digests.iter().all(store::Verification::is_sound));
        prop_assert_eq!(&digests[0].digests, &digests[1].digests);
    }
}

fn payload(number: u64, length: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(number);
    std::iter::repeat_with(|| random.u8(b'a'..=b'z')).take(length).collect()
}

/// A log of one segment with payloads of these lengths, and the bytes of the segment.
fn logged(folder: &Path, lengths: &[usize]) -> (PathBuf, Vec<u8>) {
    let (mut log, _report) = Log::open(Arc::new(Disk), folder).unwrap();
    for (number, length) in (1..).zip(lengths) {
        log.append(&[payload(number, *length)]).unwrap();
    }
    let path = folder.join("wal-00000000000000000001.log");
    let bytes = fs::read(&path).unwrap();
    (path, bytes)
}

/// Opens a log and reads it: each sequence with its payload.
fn read(folder: &Path) -> (Report, Vec<(u64, Vec<u8>)>, Sequence) {
    let storage: Arc<dyn Storage> = Arc::new(Disk);
    let (log, report) = Log::open(storage, folder).unwrap();
    let found = log.replay(Sequence(0)).filter_map(|found| match found.unwrap() {
        Found::Plan { sequence, payload } => Some((sequence.0, payload)),
        Found::Damage(_) => None,
        Found::Snapshot { .. } => panic!("there is no snapshot"),
    });
    (report, found.collect(), log.last())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_log_cut_anywhere_gives_a_prefix_and_goes_on(
        lengths in prop::collection::vec(0..900_usize, 1..12),
        place in any::<prop::sample::Index>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let (path, bytes) = logged(folder.path(), &lengths);
        let cut = place.index(bytes.len() + 1);
        fs::write(&path, &bytes[..cut]).unwrap();
        let (report, found, last) = read(folder.path());
        prop_assert_eq!(report.damage, vec![]);
        let kept = fs::metadata(&path).map_or(0, |metadata| metadata.len());
        prop_assert_eq!(report.torn_bytes, u64::try_from(cut).unwrap() - kept);
        prop_assert_eq!(last.0, u64::try_from(found.len()).unwrap());
        for (number, (sequence, found)) in (1..).zip(&found) {
            prop_assert_eq!(*sequence, number);
            prop_assert_eq!(found, &payload(number, lengths[usize::try_from(number).unwrap() - 1]));
        }
        if cut == bytes.len() {
            prop_assert_eq!(found.len(), lengths.len());
        }
        let (mut log, _report) = Log::open(Arc::new(Disk), folder.path()).unwrap();
        let appended = log.append(&[b"next".to_vec()]).unwrap();
        prop_assert_eq!(appended.start.0, last.0 + 1);
        drop(log);
        let (report, found, _last) = read(folder.path());
        prop_assert_eq!(report, Report::default());
        prop_assert_eq!(found.last().unwrap().1.as_slice(), b"next");
    }

    #[test]
    fn a_flipped_bit_is_reported_and_costs_one_payload_at_most(
        lengths in prop::collection::vec(0..900_usize, 1..12),
        place in any::<prop::sample::Index>(),
        bit in 0..8_u8,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let (path, mut bytes) = logged(folder.path(), &lengths);
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        fs::write(&path, &bytes).unwrap();
        let storage: Arc<dyn Storage> = Arc::new(Disk);
        let inspected = Log::inspect(&storage, folder.path()).unwrap().report;
        prop_assert_eq!(&fs::read(&path).unwrap(), &bytes, "looking changes nothing");
        let (report, found, last) = read(folder.path());
        prop_assert_eq!(&report, &inspected);
        prop_assert!(report.torn_bytes > 0 || !report.damage.is_empty());
        prop_assert!(found.len() + 1 >= lengths.len(), "{report:?}");
        for (sequence, found) in &found {
            prop_assert_eq!(found, &payload(*sequence, lengths[usize::try_from(*sequence).unwrap() - 1]));
        }
        let missing: Vec<_> = report.damage.iter().filter_map(|damage| damage.missing).collect();
        let all: Vec<u64> = (1..=last.0).collect();
        let lost = all.iter().filter(|sequence| found.iter().all(|(present, _)| present != *sequence));
        for lost in lost {
            prop_assert!(missing.iter().any(|(first, last)| (first.0..=last.0).contains(lost)));
        }
        let (mut log, _report) = Log::open(Arc::new(Disk), folder.path()).unwrap();
        let appended = log.append(&[b"next".to_vec()]).unwrap();
        prop_assert_eq!(appended.start.0, last.0 + 1, "no sequence is used twice");
        drop(log);
        let (_report, found, _last) = read(folder.path());
        prop_assert_eq!(found.last().unwrap().1.as_slice(), b"next");
    }
}
