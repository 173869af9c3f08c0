//! The whole state as a sequence of changes, in one fixed order: what compaction and export write.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::archive::Archive;
use crate::model::curation::Pick;
use crate::model::curation::TopicMark;
use crate::model::outgoing::Outgoing;
use crate::model::paper::Paper;
use crate::model::plan::Installation;
use crate::model::plan::Op;
use crate::model::plan::Sequence;
use crate::model::private_reader::PrivateReader;
use crate::model::ruling::Ruling;
use crate::model::signal::Signal;
use crate::model::source::ExchangeMemory;
use crate::model::source::NextPoll;
use crate::model::source::SourceState;
use crate::model::topic::TimelineEntry;
use crate::model::topic::TopicId;
use crate::model::topic::TopicState;
use crate::store::Error;
use crate::store::apply;
use crate::store::archives;
use crate::store::changes;
use crate::store::changes::Changes;
use crate::store::codec::Fault;
use crate::store::codec::Item;
use crate::store::codec::Stored;
use crate::store::codec::claims;
use crate::store::index;
use crate::store::index::Index;
use crate::store::keys;
use crate::store::keys::prefix;
use crate::store::rows;

/// About as much JSON goes into one part.
const PART_BYTES: usize = 64 << 10;

/// Every change that makes the state again, papers and what they are found by first.
pub(super) fn items(tree: &sled::Tree) -> impl Iterator<Item = Result<Item, Error>> + use<> {
    let installation =
        nouns(tree, keys::INSTALLATION, "the installation", |noun: Installation| Op::Installation(noun));
    let papers = papers(tree);
    let aliases = aliases(tree);
    let rulings = nouns(tree, &[prefix::RULING], "a ruling", |noun: Ruling| Op::Ruling(Box::new(noun)));
    let marks = nouns(tree, &[prefix::MARK], "a mark", |noun: TopicMark| Op::Mark(noun));
    let picks = nouns(tree, &[prefix::PICK], "a pick", |noun: Pick| Op::Pick(noun));
    let signals = signals(tree);
    let topics = nouns(tree, &[prefix::TOPIC], "a topic", |noun: TopicState| Op::Topic(noun));
    let entries = nouns(tree, &[prefix::TIMELINE], "an entry", |noun: TimelineEntry| Op::Enter(noun));
    let documents = documents(tree);
    let readers = nouns(tree, &[prefix::PRIVATE_READER], "a private reader", |noun: PrivateReader| {
        Op::PrivateReader(Box::new(noun))
    });
    let outgoing =
        nouns(tree, &[prefix::OUTGOING], "what goes out", |noun: Outgoing| Op::Outgoing(Box::new(noun)));
    let gone = gone(tree);
    let sources = nouns(tree, &[prefix::SOURCE], "a source", |noun: SourceState| Op::Source(noun));
    let exchange = |(url, memory): (String, ExchangeMemory)| Op::Exchange { url, memory };
    let exchanges = nouns(tree, &[prefix::EXCHANGE], "an address", exchange);
    let operator = |(operator, not_before): (String, NextPoll)| Op::Operator { operator, not_before };
    let operators = nouns(tree, &[prefix::OPERATOR], "an operator", operator);
    let first =
        installation.chain(papers).chain(aliases).chain(rulings).chain(marks).chain(picks).chain(signals);
    let listed =
        first.chain(gone).chain(topics).chain(documents).chain(entries).chain(readers).chain(outgoing);
    listed.chain(sources).chain(exchanges).chain(operators)
}

/// The same as parts for the log: JSON Lines.
pub(super) fn payloads(tree: &sled::Tree) -> impl Iterator<Item = Result<Vec<u8>, Error>> + use<> {
    let mut items = items(tree);
    std::iter::from_fn(move || {
        let mut part = Vec::new();
        while part.len() < PART_BYTES {
            match items.next() {
                None => break,
                Some(Err(error)) => return Some(Err(error)),
                Some(Ok(item)) => match item.to_json() {
                    Ok(json) => {
                        part.extend_from_slice(&json);
                        part.push(b'\n');
                    }
                    Err(fault) => return Some(Err(Error::Unstorable(fault))),
                },
            }
        }
        (!part.is_empty()).then_some(Ok(part))
    })
}

/// Applies one part to a database that is being built. Returns what makes no sense in it.
pub(super) fn restore(index: &Index, sequence: Sequence, payload: &[u8]) -> Result<Vec<Fault>, Error> {
    let mut changes = Changes::new(index.tree());
    let mut faults = Vec::new();
    for line in payload.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        match Item::from_json(line) {
            Ok(item) => apply::restore(&mut changes, &item)?,
            Err(fault) => faults.push(fault),
        }
    }
    changes.write_number(keys::APPLIED.to_vec(), sequence.0);
    index.write(changes.into_batch())?;
    Ok(faults)
}

/// Whether a database is what it says it is: of this layout, and with as many papers as it counted.
pub(super) fn check(index: &Index) -> Result<(), Error> {
    let unsound = |message: String| Err(Error::Index { doing: "trust", message });
    let format = index.number(keys::FORMAT)?;
    // A tree of an older layout lacks only rows that are derived anew; what it holds may still mend a log.
    if format == 0 || format > index::FORMAT {
        return unsound(format!("its layout is {format}, not {}", index::FORMAT));
    }
    let counted = index.number(keys::PAPERS)?;
    let mut present = 0_u64;
    for key in index.tree().scan_prefix([prefix::FIRST_SEEN]).keys() {
        let _key = key.map_err(Error::index("read from"))?;
        present = present.saturating_add(1);
    }
    if counted != present {
        return unsound(format!("it counts {counted} papers and lists {present}"));
    }
    Ok(())
}

fn nouns<Noun: Stored, Make: Fn(Noun) -> Op>(
    tree: &sled::Tree,
    prefix: &[u8],
    what: &'static str,
    op: Make,
) -> impl Iterator<Item = Result<Item, Error>> + use<Noun, Make> {
    tree.scan_prefix(prefix).values().map(move |value| {
        let value = value.map_err(Error::index("read from"))?;
        let noun = Noun::from_value(&value).map_err(Error::stored(what))?;
        Ok(Item { op: op(noun), without: Vec::new() })
    })
}

/// The papers, each with the claims that another paper holds.
fn papers(tree: &sled::Tree) -> impl Iterator<Item = Result<Item, Error>> + use<> {
    let tree = Arc::new(tree.clone());
    tree.scan_prefix([prefix::PAPER]).values().map(move |value| {
        let value = value.map_err(Error::index("read from"))?;
        let paper = Paper::from_value(&value).map_err(Error::stored("a paper"))?;
        let mut without = Vec::new();
        for claim in claims::of_paper(&paper) {
            let holder = tree.get(keys::claim(&claim)).map_err(Error::index("read from"))?;
            if holder.as_deref() != Some(paper.id.as_str().as_bytes()) {
                without.push(claim);
            }
        }
        Ok(Item { op: Op::Paper(Box::new(paper)), without })
    })
}

/// The topics that are gone.
fn gone(tree: &sled::Tree) -> impl Iterator<Item = Result<Item, Error>> + use<> {
    tree.scan_prefix([prefix::GONE]).keys().filter_map(|key| match key {
        Err(error) => Some(Err(Error::index("read from")(error))),
        Ok(key) => Some(Ok(Item { op: Op::DropTopic(archives::topic_of(&key)?), without: Vec::new() })),
    })
}

/// The closed documents, those of a topic's former choice before the mark that ends it.
fn documents(tree: &sled::Tree) -> impl Iterator<Item = Result<Item, Error>> + use<> {
    let closed = |noun: Archive| Op::Close(noun);
    let mut documents = nouns(tree, &[prefix::ARCHIVE], "a closed document", closed).peekable();
    let mut ends: BTreeMap<TopicId, u64> = BTreeMap::new();
    let mut fault = None;
    for row in tree.scan_prefix([prefix::FROM]) {
        match row {
            Ok((key, value)) => ends.extend(archives::topic_of(&key).zip(changes::number(&value))),
            Err(error) => fault = Some(Error::index("read from")(error)),
        }
    }
    std::iter::from_fn(move || {
        if let Some(fault) = fault.take() {
            return Some(Err(fault));
        }
        let next = match documents.peek() {
            Some(Ok(Item { op: Op::Close(archive), .. })) => Some((&archive.topic, archive.number)),
            Some(_) => return documents.next(),
            None => None,
        };
        // The mark stands before the first document that counts, or where the topic's documents end.
        let due = ends.first_key_value().filter(|(topic, from)| match next {
            Some((next, number)) => *topic < next || (*topic == next && **from <= number),
            None => true,
        });
        match due.map(|(topic, from)| (topic.clone(), *from)) {
            Some((topic, from)) => {
                ends.remove(&topic);
                Some(Ok(Item { op: Op::Reopen { topic, from }, without: Vec::new() }))
            }
            None => documents.next(),
        }
    })
}

fn aliases(tree: &sled::Tree) -> impl Iterator<Item = Result<Item, Error>> + use<> {
    tree.scan_prefix([prefix::ALIAS]).filter_map(|row| match row {
        Err(error) => Some(Err(Error::index("read from")(error))),
        Ok((key, value)) => {
            let (from, into) = (rows::last_paper(&key)?, rows::paper_id(&value)?);
            Some(Ok(Item { op: Op::Absorb { from, into }, without: Vec::new() }))
        }
    })
}

/// The readings, those of one paper together.
fn signals(tree: &sled::Tree) -> impl Iterator<Item = Result<Item, Error>> + use<> {
    let mut rows = tree.scan_prefix([prefix::SIGNAL]).peekable();
    std::iter::from_fn(move || {
        let mut readings: Vec<Signal> = Vec::new();
        let mut paper = None;
        loop {
            let row = match rows.peek() {
                Some(Ok((key, value))) => {
                    let id = key.get(1..=keys::PAPER_BYTES).and_then(rows::paper_id);
                    if paper.is_some() && id != paper {
                        break;
                    }
                    Some((id, rows::signal(key, value)))
                }
                Some(Err(_)) | None => None,
            };
            match (row, rows.next()) {
                (Some((id, reading)), _row) => {
                    paper = id;
                    readings.extend(reading);
                }
                (None, Some(Err(error))) => return Some(Err(Error::index("read from")(error))),
                (None, _end) => break,
            }
        }
        let op = Op::Signals { paper: paper?, signals: readings };
        Some(Ok(Item { op, without: Vec::new() }))
    })
}
