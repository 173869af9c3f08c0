//! The keys of the one tree: a prefix byte for what the row is, then what it is found by, in an order that scans well.

use sha2::Digest as _;
use sha2::Sha256;

use crate::identity::keys::Block;
use crate::model::change::Event;
use crate::model::change::Update;
use crate::model::outgoing::OutgoingKey;
use crate::model::paper::PaperId;
use crate::model::signal::SignalKind;
use crate::model::source::SourceId;
use crate::model::time::Timestamp;
use crate::model::topic::TopicId;

/// The number of the last plan applied.
pub(super) const APPLIED: &[u8] = b"m/applied";

/// The format of the tree.
pub(super) const FORMAT: &[u8] = b"m/format";

/// There when plans are missing from the tree that the damaged log had lost.
pub(super) const INCOMPLETE: &[u8] = b"m/incomplete";

/// How many papers there are.
pub(super) const PAPERS: &[u8] = b"m/papers";

/// The store's permanent facts.
pub(super) const INSTALLATION: &[u8] = b"i";

/// The first byte of a key.
pub(super) mod prefix {
    /// Counters and the state of the tree itself; not part of what is stored.
    pub(in crate::store) const META: u8 = b'm';
    /// Identifier of an absorbed paper → the paper it became.
    pub(in crate::store) const ALIAS: u8 = b'a';
    /// Claim (an identifier, a source's key) → paper.
    pub(in crate::store) const CLAIM: u8 = b'c';
    /// Block, paper: papers to compare with each other.
    pub(in crate::store) const BLOCK: u8 = b'b';
    /// What happened to papers, by the time at which it was noticed.
    pub(in crate::store) const EVENT: u8 = b'e';
    /// Papers by the time they were first seen.
    pub(in crate::store) const FIRST_SEEN: u8 = b'f';
    /// Topic, paper → a reader's word about it.
    pub(in crate::store) const MARK: u8 = b'k';
    /// Topic, number → a closed document.
    pub(in crate::store) const ARCHIVE: u8 = b'h';
    /// Topic, identifier served → the entry's `updated` in the newest closed document that holds it.
    pub(in crate::store) const ARCHIVED: u8 = b'd';
    /// Topic → nothing: it was there and is not any more.
    pub(in crate::store) const GONE: u8 = b'g';
    /// Topic, time, paper: entries that no closed document holds as they are.
    pub(in crate::store) const OPEN: u8 = b'j';
    /// Topic → how many of these it has.
    pub(in crate::store) const OPEN_LENGTH: u8 = b'w';
    /// Topic → the lowest number of the closed documents that count.
    pub(in crate::store) const FROM: u8 = b'x';
    /// The digest of a token → the reader with that secret address.
    pub(in crate::store) const PRIVATE_READER: u8 = b'z';
    /// What goes out by itself, by its name.
    pub(in crate::store) const OUTGOING: u8 = b'O';
    /// Topic, time, paper → entry.
    pub(in crate::store) const TIMELINE: u8 = b'l';
    /// Topic → how many entries it has.
    pub(in crate::store) const TIMELINE_LENGTH: u8 = b'n';
    /// Source → state.
    pub(in crate::store) const SOURCE: u8 = b'o';
    /// Paper → record.
    pub(in crate::store) const PAPER: u8 = b'p';
    /// Operator → next poll.
    pub(in crate::store) const OPERATOR: u8 = b'q';
    /// Time → the operator's ruling about identity.
    pub(in crate::store) const RULING: u8 = b'r';
    /// Paper → the editor's pick of it.
    pub(in crate::store) const PICK: u8 = b'v';
    /// Paper, counter, day → the day's last reading.
    pub(in crate::store) const SIGNAL: u8 = b's';
    /// Topic → state.
    pub(in crate::store) const TOPIC: u8 = b't';
    /// Address → what is remembered of it.
    pub(in crate::store) const EXCHANGE: u8 = b'u';
    /// Paper, topic → the entry's time.
    pub(in crate::store) const PLACE: u8 = b'y';
}

/// Longer names are keyed by their digest.
const LONGEST_NAME: usize = 120;

/// The length of a paper's identifier.
pub(super) const PAPER_BYTES: usize = 16;

pub(super) fn paper(id: &PaperId) -> Vec<u8> {
    key(prefix::PAPER, &[id.as_str().as_bytes()])
}

pub(super) fn alias(id: &PaperId) -> Vec<u8> {
    key(prefix::ALIAS, &[id.as_str().as_bytes()])
}

pub(super) fn claim(claim: &str) -> Vec<u8> {
    named(prefix::CLAIM, claim)
}

pub(super) fn block(block: Block, id: &PaperId) -> Vec<u8> {
    key(prefix::BLOCK, &[block.bytes(), id.as_str().as_bytes()])
}

/// Every paper of a block begins with this.
pub(super) fn papers_of_block(block: Block) -> Vec<u8> {
    key(prefix::BLOCK, &[block.bytes()])
}

/// Every mark of a topic begins with this.
pub(super) fn marks(topic: &TopicId) -> Vec<u8> {
    key(prefix::MARK, &[topic.as_str().as_bytes(), &[0]])
}

pub(super) fn mark(topic: &TopicId, paper: &PaperId) -> Vec<u8> {
    key(prefix::MARK, &[topic.as_str().as_bytes(), &[0], paper.as_str().as_bytes()])
}

pub(super) fn pick(paper: &PaperId) -> Vec<u8> {
    key(prefix::PICK, &[paper.as_str().as_bytes()])
}

pub(super) fn ruling(at: Timestamp) -> Vec<u8> {
    key(prefix::RULING, &[&ordered(at.micros())])
}

pub(super) fn first_seen(at: i64, id: &PaperId) -> Vec<u8> {
    key(prefix::FIRST_SEEN, &[&ordered(at), id.as_str().as_bytes()])
}

/// Papers first seen before this are before this key.
pub(super) fn first_seen_at(at: Timestamp) -> Vec<u8> {
    key(prefix::FIRST_SEEN, &[&ordered(at.micros())])
}

pub(super) fn event(update: &Update) -> Vec<u8> {
    let (code, number) = event_code(update.event);
    let at = ordered(update.at.micros());
    let parts: [&[u8]; 4] = [&at, update.paper.as_str().as_bytes(), &[code], &number.to_be_bytes()];
    key(prefix::EVENT, &parts)
}

/// The byte of an event in a key, and the number of a version; never change.
const fn event_code(event: Event) -> (u8, u32) {
    match event {
        Event::CodeReleased => (1, 0),
        Event::Published => (2, 0),
        Event::Withdrawn => (3, 0),
        Event::Retracted => (4, 0),
        Event::Version(number) => (5, number),
    }
}

/// What an [`event`] key says.
pub(super) fn from_event(key: &[u8]) -> Option<Update> {
    let (at, rest) = key.get(1..)?.split_at_checked(8)?;
    let (id, rest) = rest.split_at_checked(PAPER_BYTES)?;
    let (code, number) = rest.split_first()?;
    let number = u32::from_be_bytes(number.try_into().ok()?);
    let one_off = [Event::CodeReleased, Event::Published, Event::Withdrawn, Event::Retracted];
    let event = one_off.into_iter().chain([Event::Version(number)]);
    Some(Update {
        paper: PaperId::parse(std::str::from_utf8(id).ok()?)?,
        event: event.into_iter().find(|event| event_code(*event) == (*code, number))?,
        at: Timestamp::from_micros(from_ordered(at)?),
    })
}

pub(super) fn topic(id: &TopicId) -> Vec<u8> {
    key(prefix::TOPIC, &[id.as_str().as_bytes()])
}

pub(super) fn timeline_length(id: &TopicId) -> Vec<u8> {
    key(prefix::TIMELINE_LENGTH, &[id.as_str().as_bytes()])
}

/// Slugs hold no zero byte, so no topic's keys begin with another's.
pub(super) fn timeline(topic: &TopicId) -> Vec<u8> {
    key(prefix::TIMELINE, &[topic.as_str().as_bytes(), &[0]])
}

/// Every entry of a topic is before this key.
pub(super) fn after_timeline(topic: &TopicId) -> Vec<u8> {
    key(prefix::TIMELINE, &[topic.as_str().as_bytes(), &[1]])
}

pub(super) fn timeline_at(topic: &TopicId, at: Timestamp) -> Vec<u8> {
    key(prefix::TIMELINE, &[topic.as_str().as_bytes(), &[0], &ordered(at.micros())])
}

pub(super) fn entry(topic: &TopicId, at: i64, paper: &PaperId) -> Vec<u8> {
    let parts: [&[u8]; 4] = [topic.as_str().as_bytes(), &[0], &ordered(at), paper.as_str().as_bytes()];
    key(prefix::TIMELINE, &parts)
}

/// The time in the key of an [`entry`] of a topic.
pub(super) fn time_of_entry(key: &[u8], topic: &TopicId) -> Option<Timestamp> {
    let at = key.strip_prefix(timeline(topic).as_slice())?.get(..8)?;
    from_ordered(at).map(Timestamp::from_micros)
}

/// Every row of this kind of a topic begins with this.
pub(super) fn of_topic(prefix: u8, topic: &TopicId) -> Vec<u8> {
    key(prefix, &[topic.as_str().as_bytes(), &[0]])
}

pub(super) fn archive(topic: &TopicId, number: u64) -> Vec<u8> {
    key(prefix::ARCHIVE, &[topic.as_str().as_bytes(), &[0], &number.to_be_bytes()])
}

/// The number at the end of an [`archive`] key.
pub(super) fn archive_number(key: &[u8]) -> Option<u64> {
    key.last_chunk::<8>().map(|bytes| u64::from_be_bytes(*bytes))
}

pub(super) fn archived(topic: &TopicId, served_as: &PaperId) -> Vec<u8> {
    key(prefix::ARCHIVED, &[topic.as_str().as_bytes(), &[0], served_as.as_str().as_bytes()])
}

pub(super) fn open(topic: &TopicId, at: i64, paper: &PaperId) -> Vec<u8> {
    let parts: [&[u8]; 4] = [topic.as_str().as_bytes(), &[0], &ordered(at), paper.as_str().as_bytes()];
    key(prefix::OPEN, &parts)
}

pub(super) fn open_length(topic: &TopicId) -> Vec<u8> {
    key(prefix::OPEN_LENGTH, &[topic.as_str().as_bytes()])
}

pub(super) fn from(topic: &TopicId) -> Vec<u8> {
    key(prefix::FROM, &[topic.as_str().as_bytes()])
}

pub(super) fn gone(topic: &TopicId) -> Vec<u8> {
    key(prefix::GONE, &[topic.as_str().as_bytes()])
}

pub(super) fn private_reader(digest: &[u8; 32]) -> Vec<u8> {
    key(prefix::PRIVATE_READER, &[digest])
}

pub(super) fn outgoing(name: &OutgoingKey) -> Vec<u8> {
    key(prefix::OUTGOING, &[name.as_str().as_bytes()])
}

pub(super) fn place(paper: &PaperId, topic: &TopicId) -> Vec<u8> {
    key(prefix::PLACE, &[paper.as_str().as_bytes(), topic.as_str().as_bytes()])
}

/// Every topic's place of a paper begins with this.
pub(super) fn places(paper: &PaperId) -> Vec<u8> {
    key(prefix::PLACE, &[paper.as_str().as_bytes()])
}

/// Every reading of a paper begins with this.
pub(super) fn signals(paper: &PaperId) -> Vec<u8> {
    key(prefix::SIGNAL, &[paper.as_str().as_bytes()])
}

/// Every reading of one counter of a paper begins with this.
pub(super) fn counter(paper: &PaperId, kind: SignalKind) -> Vec<u8> {
    key(prefix::SIGNAL, &[paper.as_str().as_bytes(), &[counter_code(kind)]])
}

pub(super) fn signal(paper: &PaperId, kind: SignalKind, at: Timestamp) -> Vec<u8> {
    let day = at.micros().div_euclid(86_400_000_000);
    key(prefix::SIGNAL, &[paper.as_str().as_bytes(), &[counter_code(kind)], &ordered(day)])
}

/// The byte of a counter in a key; never changes.
pub(super) const fn counter_code(kind: SignalKind) -> u8 {
    match kind {
        SignalKind::Votes => 1,
        SignalKind::Comments => 2,
        SignalKind::Stars => 3,
        SignalKind::Points => 4,
        SignalKind::Replies => 5,
        SignalKind::Citations => 6,
    }
}

pub(super) fn source(id: &SourceId) -> Vec<u8> {
    key(prefix::SOURCE, &[id.as_str().as_bytes()])
}

pub(super) fn exchange(url: &str) -> Vec<u8> {
    named(prefix::EXCHANGE, url)
}

pub(super) fn operator(name: &str) -> Vec<u8> {
    named(prefix::OPERATOR, name)
}

/// The bytes of a number, in its order.
pub(super) fn ordered(number: i64) -> [u8; 8] {
    (number.cast_unsigned() ^ (1 << 63)).to_be_bytes()
}

/// The number of [`ordered`] bytes.
pub(super) fn from_ordered(bytes: &[u8]) -> Option<i64> {
    let bytes: [u8; 8] = bytes.try_into().ok()?;
    Some((u64::from_be_bytes(bytes) ^ (1 << 63)).cast_signed())
}

fn named(prefix: u8, name: &str) -> Vec<u8> {
    if name.len() > LONGEST_NAME {
        return key(prefix, &[b"#", Sha256::digest(name.as_bytes()).as_slice()]);
    }
    key(prefix, &[b"=", name.as_bytes()])
}

fn key(prefix: u8, parts: &[&[u8]]) -> Vec<u8> {
    let mut key = vec![prefix];
    for part in parts {
        key.extend_from_slice(part);
    }
    key
}

#[cfg(test)]
mod tests {
    use super::from_ordered;
    use super::ordered;

    #[test]
    fn numbers_sort_as_their_bytes() {
        let numbers = [i64::MIN, -5, -1, 0, 1, 256, i64::MAX];
        assert!(numbers.windows(2).all(|pair| ordered(pair[0]) < ordered(pair[1])));
        assert!(numbers.iter().all(|number| from_ordered(&ordered(*number)) == Some(*number)));
    }
}
