//! One number for everything that is stored, whatever wrote it: equal stores have equal digests, after a rebuild,
//! an export and an import, and over versions of the compression.

use sha2::Digest as _;
use sha2::Sha256;

use crate::model::archive::Archive;
use crate::model::curation::Pick;
use crate::model::curation::TopicMark;
use crate::model::digits::hexadecimal;
use crate::model::outgoing::Outgoing;
use crate::model::paper::Paper;
use crate::model::plan::Installation;
use crate::model::private_reader::PrivateReader;
use crate::model::ruling::Ruling;
use crate::model::source::ExchangeMemory;
use crate::model::source::NextPoll;
use crate::model::source::SourceState;
use crate::model::topic::TimelineEntry;
use crate::model::topic::TopicState;
use crate::store::Error;
use crate::store::codec::Fault;
use crate::store::codec::Stored;
use crate::store::keys::prefix;

/// The kinds of rows that are counted, with the names people see.
const KINDS: [(u8, &str); 25] = [
    (prefix::PAPER, "papers"),
    (prefix::ALIAS, "absorbed identifiers"),
    (prefix::CLAIM, "identifiers and keys"),
    (prefix::BLOCK, "papers by title and shared identifier"),
    (prefix::EVENT, "events by time"),
    (prefix::FIRST_SEEN, "papers by time"),
    (prefix::TOPIC, "topics"),
    (prefix::TIMELINE, "entries"),
    (prefix::TIMELINE_LENGTH, "topics with entries"),
    (prefix::PLACE, "places"),
    (prefix::ARCHIVE, "closed documents"),
    (prefix::ARCHIVED, "entries of closed documents"),
    (prefix::OPEN, "entries of none"),
    (prefix::OPEN_LENGTH, "topics with entries of none"),
    (prefix::FROM, "topics with former documents"),
    (prefix::GONE, "topics that are gone"),
    (prefix::PRIVATE_READER, "private readers"),
    (prefix::OUTGOING, "subscribers, letters and destinations"),
    (prefix::RULING, "rulings"),
    (prefix::MARK, "marks"),
    (prefix::PICK, "picks"),
    (prefix::SIGNAL, "readings"),
    (prefix::SOURCE, "sources"),
    (prefix::OPERATOR, "operators"),
    (prefix::EXCHANGE, "addresses"),
];

/// What a tree holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Summary {
    /// SHA-256 over keys and re-encoded values, in hexadecimal.
    pub(super) digest: String,
    /// How many rows of each kind.
    pub(super) counts: Vec<(&'static str, u64)>,
}

/// Reads every row of a tree.
pub(super) fn summarise(tree: &sled::Tree) -> Result<Summary, Error> {
    let mut hash = Sha256::new();
    let mut counts: Vec<_> = KINDS.iter().map(|(_prefix, name)| (*name, 0_u64)).collect();
    for row in tree {
        let (key, value) = row.map_err(Error::index("read from"))?;
        let Some(kind) = key.first().copied().filter(|kind| *kind != prefix::META) else { continue };
        let value = canonical(kind, &value).map_err(Error::stored("a row"))?;
        for part in [&*key, &*value] {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        let place = KINDS.iter().position(|(prefix, _name)| *prefix == kind);
        if let Some((_name, count)) = place.and_then(|place| counts.get_mut(place)) {
            *count = count.saturating_add(1);
        }
    }
    Ok(Summary { digest: hexadecimal(&hash.finalize()), counts })
}

/// The value as this version would write it, before compression.
fn canonical(kind: u8, value: &[u8]) -> Result<Vec<u8>, Fault> {
    fn again<Noun: Stored>(value: &[u8]) -> Result<Vec<u8>, Fault> {
        Noun::from_value(value)?.to_json()
    }
    match kind {
        b'i' => again::<Installation>(value),
        prefix::PAPER => again::<Paper>(value),
        prefix::TOPIC => again::<TopicState>(value),
        prefix::TIMELINE => again::<TimelineEntry>(value),
        prefix::RULING => again::<Ruling>(value),
        prefix::MARK => again::<TopicMark>(value),
        prefix::PICK => again::<Pick>(value),
        prefix::ARCHIVE => again::<Archive>(value),
        prefix::PRIVATE_READER => again::<PrivateReader>(value),
        prefix::OUTGOING => again::<Outgoing>(value),
        prefix::SOURCE => again::<SourceState>(value),
        prefix::EXCHANGE => again::<(String, ExchangeMemory)>(value),
        prefix::OPERATOR => again::<(String, NextPoll)>(value),
        _plain => Ok(value.to_vec()),
    }
}
