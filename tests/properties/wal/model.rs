//! What a store should answer, kept in the most obvious way.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use offprint::identity::keys::block_of_title;
use offprint::identity::keys::blocks_of;
use offprint::model::archive::Archive;
use offprint::model::curation::Pick;
use offprint::model::curation::TopicMark;
use offprint::model::external_id::ExternalId;
use offprint::model::outgoing::Letter;
use offprint::model::outgoing::LetterState;
use offprint::model::outgoing::Outgoing;
use offprint::model::outgoing::OutgoingKey;
use offprint::model::paper::Paper;
use offprint::model::paper::PaperId;
use offprint::model::plan::Op;
use offprint::model::private_reader::PrivateReader;
use offprint::model::ruling::Ruling;
use offprint::model::signal::Signal;
use offprint::model::signal::SignalKind;
use offprint::model::topic::TimelineEntry;
use offprint::model::topic::TopicState;
use offprint::store::Reader;

use crate::properties::wal::PAPERS;
use crate::properties::wal::TITLES;
use crate::properties::wal::TOPICS;
use crate::support::stored::arxiv;
use crate::support::stored::paper_id;
use crate::support::stored::topic_id;

/// What a store should answer, kept in the most obvious way.
#[derive(Default)]
pub(super) struct Model {
    papers: BTreeMap<PaperId, Paper>,
    aliases: BTreeMap<PaperId, PaperId>,
    holders: BTreeMap<ExternalId, PaperId>,
    entries: BTreeMap<(String, PaperId), TimelineEntry>,
    topics: BTreeMap<String, TopicState>,
    readings: BTreeMap<(PaperId, SignalKind, i64), Signal>,
    rulings: BTreeMap<i64, Ruling>,
    picks: BTreeMap<PaperId, Pick>,
    marks: BTreeMap<(String, PaperId), TopicMark>,
    archives: BTreeMap<(String, u64), Archive>,
    from: BTreeMap<String, u64>,
    gone: BTreeSet<String>,
    private: BTreeMap<[u8; 32], PrivateReader>,
    outgoing: BTreeMap<OutgoingKey, Outgoing>,
}

impl Model {
    fn resolve(&self, id: &PaperId) -> PaperId {
        self.aliases.get(id).map_or_else(|| id.clone(), |next| self.resolve(next))
    }

    fn forget(&mut self, id: &PaperId) {
        self.papers.remove(id);
        self.holders.retain(|_external, holder| holder != id);
    }

    pub(super) fn apply(&mut self, op: &Op) {
        match op {
            Op::Paper(paper) => {
                let ids: Vec<_> = paper.observations.iter().flat_map(|one| one.ids.clone()).collect();
                self.holders.retain(|external, holder| *holder != paper.id || ids.contains(external));
                for id in ids {
                    self.holders.entry(id).or_insert_with(|| paper.id.clone());
                }
                self.aliases.remove(&paper.id);
                self.papers.insert(paper.id.clone(), (**paper).clone());
            }
            Op::Absorb { from, into } => {
                let heir = self.resolve(into);
                if heir == *from || self.aliases.contains_key(from) {
                    return;
                }
                self.forget(from);
                self.aliases.insert(from.clone(), into.clone());
                if let Some(pick) = self.picks.remove(from) {
                    let moved = Pick { paper: heir.clone(), ..pick };
                    self.picks.entry(heir.clone()).or_insert(moved);
                }
                let moved: Vec<_> = self.readings.keys().filter(|(id, ..)| id == from).cloned().collect();
                for (id, kind, day) in moved {
                    let signal = self.readings.remove(&(id, kind, day)).unwrap();
                    let slot = self.readings.entry((heir.clone(), kind, day)).or_insert(signal);
                    if slot.at < signal.at {
                        *slot = signal;
                    }
                }
            }
            Op::Enter(entry) => {
                let key = (entry.topic.as_str().to_owned(), entry.paper.clone());
                self.entries.insert(key, entry.clone());
            }
            Op::Leave { topic, paper } => {
                self.entries.remove(&(topic.as_str().to_owned(), paper.clone()));
            }
            Op::Topic(state) => {
                self.gone.remove(state.topic.as_str());
                self.topics.insert(state.topic.as_str().to_owned(), state.clone());
            }
            Op::DropTopic(topic) => {
                self.topics.remove(topic.as_str());
                self.entries.retain(|(name, _paper), _entry| name != topic.as_str());
                self.archives.retain(|(name, _number), _archive| name != topic.as_str());
                self.from.remove(topic.as_str());
                self.gone.insert(topic.as_str().to_owned());
            }
            Op::Close(archive) => {
                let topic = archive.topic.as_str().to_owned();
                if archive.number >= self.next_number(&topic) {
                    self.archives.insert((topic, archive.number), archive.clone());
                }
            }
            Op::Reopen { topic, from } => {
                let from = self.next_number(topic.as_str()).max(*from);
                self.from.insert(topic.as_str().to_owned(), from);
            }
            Op::PrivateReader(reader) => {
                self.private.insert(reader.digest, (**reader).clone());
            }
            Op::Signals { paper, signals } => {
                let paper = self.resolve(paper);
                for signal in signals {
                    let day = signal.at.seconds().div_euclid(86_400);
                    let until = (paper.clone(), signal.kind, day);
                    let since = (paper.clone(), signal.kind, i64::MIN);
                    let before = self.readings.range(since..=until.clone()).next_back();
                    let stands =
                        before.is_some_and(|(_, old)| old.value == signal.value || old.at > signal.at);
                    if !stands {
                        self.readings.insert(until, *signal);
                    }
                }
            }
            Op::Ruling(ruling) => {
                self.rulings.insert(ruling.at.micros(), (**ruling).clone());
            }
            Op::Pick(pick) => {
                let paper = self.resolve(&pick.paper);
                self.picks.insert(paper.clone(), Pick { paper, ..pick.clone() });
            }
            Op::Unpick(paper) => {
                let paper = self.resolve(paper);
                self.picks.remove(&paper);
            }
            Op::Mark(mark) => {
                self.marks.insert((mark.topic.as_str().to_owned(), mark.paper.clone()), mark.clone());
            }
            Op::Unmark { topic, paper } => {
                self.marks.remove(&(topic.as_str().to_owned(), paper.clone()));
            }
            Op::Outgoing(outgoing) => {
                self.outgoing.insert(outgoing.key(), (**outgoing).clone());
            }
            Op::Forget(key) => {
                self.outgoing.remove(key);
            }
            Op::Installation(_) | Op::Source(_) | Op::Exchange { .. } | Op::Operator { .. } => {
                panic!("{op:?} is not among the generated changes")
            }
        }
    }

    fn archives(&self, topic: &str) -> impl DoubleEndedIterator<Item = &Archive> {
        let range = (topic.to_owned(), 0)..=(topic.to_owned(), u64::MAX);
        self.archives.range(range).map(|(_key, archive)| archive)
    }

    fn next_number(&self, topic: &str) -> u64 {
        let newest = self.archives(topic).last().map_or(0, |newest| newest.number + 1);
        newest.max(self.from.get(topic).copied().unwrap_or(0))
    }

    fn is_open(&self, entry: &TimelineEntry) -> bool {
        let from = self.from.get(entry.topic.as_str()).copied().unwrap_or(0);
        let counting = self.archives(entry.topic.as_str()).filter(|archive| archive.number >= from);
        let mut held = counting.flat_map(|archive| &archive.entries);
        !held.any(|held| held.served_as == entry.served_as && held.updated >= entry.updated)
    }

    fn compare_archives(&self, reader: &Reader) {
        for name in TOPICS {
            let topic = topic_id(name);
            let mut open: Vec<_> =
                self.entries.values().filter(|entry| entry.topic == topic && self.is_open(entry)).collect();
            open.sort_by_key(|entry| (entry.at, entry.paper.clone()));
            assert_eq!(
                reader.open_entries(&topic, 100, |_paper| false).unwrap().iter().collect::<Vec<_>>(),
                open
            );
            let count = reader.topics_to_close(1).unwrap().into_iter().find(|(found, _)| *found == topic);
            assert_eq!(count.map_or(0, |(_, count)| count), u64::try_from(open.len()).unwrap());
            assert_eq!(reader.is_gone(&topic).unwrap(), self.gone.contains(name));
            let from = self.from.get(name).copied().unwrap_or(0);
            let counting = |archive: &&Archive| archive.number >= from;
            let newest = self.archives(name).rfind(counting).map(|archive| archive.number);
            assert_eq!(reader.newest_archive(&topic).unwrap(), newest);
            let (former, present): (Vec<_>, Vec<_>) =
                self.archives(name).partition(|archive| archive.number < from);
            for chain in [former, present] {
                let numbers: Vec<u64> = chain.iter().map(|archive| archive.number).collect();
                for (place, archive) in chain.iter().enumerate() {
                    let found = reader.archive(&topic, archive.number).unwrap();
                    assert_eq!(found.as_ref(), Some(*archive));
                    let beside = reader.archives_beside(&topic, archive.number).unwrap();
                    assert_eq!(beside.older, place.checked_sub(1).map(|place| numbers[place]));
                    assert_eq!(beside.newer, numbers.get(place + 1).copied());
                }
            }
        }
        assert_eq!(reader.private_readers().unwrap(), self.private.values().cloned().collect::<Vec<_>>());
    }

    fn compare_outgoing(&self, reader: &Reader) {
        let mut all = Vec::new();
        all.extend(reader.destinations().unwrap().into_iter().map(Outgoing::Destination));
        all.extend(reader.outgoing_key().unwrap().map(Outgoing::Key));
        let subscribers = reader.subscribers().unwrap();
        for subscriber in subscribers {
            let state = |letter: &Letter| matches!(letter.state, LetterState::Sent(_));
            let sent = reader.letters_to(&subscriber.id).unwrap().into_iter().filter(state);
            all.extend(sent.map(Outgoing::Letter));
            assert_eq!(reader.subscriber(&subscriber.id).unwrap().as_ref(), Some(&subscriber));
            all.push(Outgoing::Subscriber(subscriber));
        }
        all.extend(reader.letters_waiting().unwrap().into_iter().map(Outgoing::Letter));
        all.extend(reader.letters_dead().unwrap().into_iter().map(Outgoing::Letter));
        let found: BTreeMap<_, _> = all.into_iter().map(|one| (one.key(), one)).collect();
        let is_reachable = |one: &Outgoing| match one {
            // Letters that were sent are found by those they went to.
            Outgoing::Letter(letter) if matches!(letter.state, LetterState::Sent(_)) => {
                self.outgoing.contains_key(&OutgoingKey::subscriber(&letter.id.subscriber))
            }
            Outgoing::Key(_) | Outgoing::Subscriber(_) | Outgoing::Letter(_) | Outgoing::Destination(_) => {
                true
            }
        };
        let expected: BTreeMap<_, _> =
            self.outgoing.clone().into_iter().filter(|(_key, one)| is_reachable(one)).collect();
        assert_eq!(found, expected);
    }

    pub(super) fn compare(&self, reader: &Reader) {
        let papers: Vec<_> = reader.papers().map(Result::unwrap).collect();
        assert_eq!(papers, self.papers.values().cloned().collect::<Vec<_>>());
        assert_eq!(reader.paper_count(), u64::try_from(self.papers.len()).unwrap());
        let mut by_time: Vec<_> = self.papers.values().collect();
        by_time.sort_by_key(|paper| (paper.first_seen, &paper.id));
        let newest: Vec<_> = reader.newest(None).map(Result::unwrap).collect();
        assert_eq!(newest.iter().rev().collect::<Vec<_>>(), by_time);
        for number in 0..PAPERS {
            let id = paper_id(number);
            let heir = self.resolve(&id);
            assert_eq!(reader.paper(&id).unwrap().as_ref(), self.papers.get(&heir));
            assert_eq!(reader.resolve(&id).unwrap(), self.papers.contains_key(&heir).then(|| heir.clone()));
            let holder = self.holders.get(&arxiv(number));
            assert_eq!(reader.paper_by_external(&arxiv(number)).unwrap().as_ref(), holder);
            let readings = self.readings.iter().filter(|((paper, ..), _)| *paper == heir);
            let history: Vec<_> = readings.map(|(_, signal)| *signal).collect();
            assert_eq!(reader.signal_history(&id).unwrap(), history);
            let latest = SignalKind::ALL.map(|kind| history.iter().rfind(|signal| signal.kind == kind));
            let latest: Vec<_> = latest.into_iter().flatten().copied().collect();
            assert_eq!(reader.signals(&id).unwrap(), latest);
            let places = self.entries.iter().filter(|((_, paper), _)| *paper == id);
            let places: Vec<_> = places.map(|(_, entry)| entry.clone()).collect();
            assert_eq!(reader.topics_of(&id).unwrap(), places);
        }
        assert_eq!(reader.picks().unwrap(), self.picks.values().cloned().collect::<Vec<_>>());
        for name in TOPICS {
            let mut told: BTreeMap<PaperId, TopicMark> = BTreeMap::new();
            for mark in self.marks.values().filter(|mark| mark.topic.as_str() == name) {
                let paper = self.resolve(&mark.paper);
                if told.get(&paper).is_none_or(|known| known.at <= mark.at) {
                    told.insert(paper.clone(), TopicMark { paper, ..mark.clone() });
                }
            }
            let marks = reader.marks(&topic_id(name)).unwrap();
            assert_eq!(marks, told.into_values().collect::<Vec<_>>());
        }
        assert_eq!(reader.rulings().unwrap(), self.rulings.values().cloned().collect::<Vec<_>>());
        for title in TITLES {
            let block = block_of_title(title).unwrap();
            let has_it =
                |paper: &&Paper| paper.observations.iter().any(|one| blocks_of(one).any(|own| own == block));
            let expected: Vec<_> =
                self.papers.values().filter(has_it).map(|paper| paper.id.clone()).collect();
            assert_eq!(reader.papers_of_block(block, 100).unwrap(), expected);
            let few = reader.papers_of_block(block, 2).unwrap();
            assert_eq!(few, expected.into_iter().take(2).collect::<Vec<_>>());
        }
        self.compare_archives(reader);
        self.compare_outgoing(reader);
        assert_eq!(reader.topics().unwrap(), self.topics.values().cloned().collect::<Vec<_>>());
        for name in TOPICS {
            let mut timeline: Vec<_> =
                self.entries.values().filter(|entry| entry.topic.as_str() == name).cloned().collect();
            timeline.sort_by_key(|entry| (entry.at, entry.paper.clone()));
            timeline.reverse();
            let length = u64::try_from(timeline.len()).unwrap();
            assert_eq!(reader.timeline_len(&topic_id(name)).unwrap(), length);
            assert_eq!(reader.timeline(&topic_id(name), None, 100).unwrap(), timeline);
        }
    }
}
