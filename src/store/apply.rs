//! What each change does to the rows. Never fails on what a plan says: a change that makes no sense any more (an
//! absorbed paper that is not there, a place that is gone) does nothing, so that a log can always be replayed.

use std::collections::BTreeSet;

use crate::model::change::Event;
use crate::model::change::Update;
use crate::model::curation::Pick;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;
use crate::model::plan::Op;
use crate::model::signal::Signal;
use crate::model::time::Timestamp;
use crate::model::topic::TimelineEntry;
use crate::model::topic::TopicId;
use crate::store::Error;
use crate::store::archives;
use crate::store::changes::Changes;
use crate::store::codec::Fault;
use crate::store::codec::Item;
use crate::store::codec::Stored as _;
use crate::store::codec::claims;
use crate::store::keys;
use crate::store::rows;

/// A change with its value already encoded, so that its size is known before it is logged.
pub(super) struct Prepared<'op> {
    op: &'op Op,
    value: Vec<u8>,
}

impl<'op> Prepared<'op> {
    pub(super) fn new(op: &'op Op) -> Result<Self, Fault> {
        let value = match op {
            Op::Installation(installation) => installation.to_value()?,
            Op::Paper(paper) if paper.observations.is_empty() => {
                return Err(Fault::Malformed(format!("the paper {} has no observation", paper.id)));
            }
            Op::Paper(paper) => paper.to_value()?,
            Op::Absorb { into, .. } => into.as_str().into(),
            Op::Ruling(ruling) => ruling.to_value()?,
            Op::Enter(entry) => entry.to_value()?,
            Op::Topic(state) => state.to_value()?,
            Op::Source(state) => state.to_value()?,
            Op::Exchange { url, memory } => (url.clone(), memory.clone()).to_value()?,
            Op::Operator { operator, not_before } => (operator.clone(), not_before.clone()).to_value()?,
            Op::Close(archive) => archive.to_value()?,
            Op::PrivateReader(reader) => reader.to_value()?,
            Op::Outgoing(outgoing) => outgoing.to_value()?,
            Op::Mark(mark) => mark.to_value()?,
            Op::Pick(pick) => pick.to_value()?,
            Op::Leave { .. }
            | Op::DropTopic(_)
            | Op::Reopen { .. }
            | Op::Unmark { .. }
            | Op::Unpick(_)
            | Op::Forget(_) => Vec::new(),
            Op::Signals { signals, .. } => signals.iter().flat_map(rows::signal_value).collect(),
        };
        Ok(Self { op, value })
    }

    pub(super) fn op(&self) -> &'op Op {
        self.op
    }

    pub(super) fn bytes(&self) -> usize {
        self.value.len()
    }

    /// Does what a plan's change does.
    pub(super) fn apply(self, changes: &mut Changes<'_>) -> Result<(), Error> {
        let value = self.value;
        match self.op {
            Op::Paper(paper) => write_paper(changes, paper, value, &BTreeSet::new()),
            Op::Absorb { from, into } => absorb(changes, from, into),
            Op::Ruling(ruling) => write(changes, keys::ruling(ruling.at), value),
            Op::Enter(entry) => enter(changes, entry, value),
            Op::Leave { topic, paper } => leave(changes, topic, paper),
            Op::DropTopic(topic) => drop_topic(changes, topic),
            Op::Close(archive) => archives::close(changes, archive, value),
            Op::Reopen { topic, from } => archives::reopen(changes, topic, *from),
            Op::PrivateReader(reader) => write(changes, keys::private_reader(&reader.digest), value),
            Op::Outgoing(outgoing) => write(changes, keys::outgoing(&outgoing.key()), value),
            Op::Forget(key) => {
                changes.remove(keys::outgoing(key));
                Ok(())
            }
            Op::Mark(mark) => write(changes, keys::mark(&mark.topic, &mark.paper), value),
            Op::Unmark { topic, paper } => {
                changes.remove(keys::mark(topic, paper));
                Ok(())
            }
            Op::Pick(pick) => {
                let paper = resolve(changes, &pick.paper)?;
                let value = if paper == pick.paper { value } else { pick_value(pick.clone(), &paper)? };
                write(changes, keys::pick(&paper), value)
            }
            Op::Unpick(paper) => {
                let paper = resolve(changes, paper)?;
                changes.remove(keys::pick(&paper));
                Ok(())
            }
            Op::Signals { paper, signals } => {
                let paper = resolve(changes, paper)?;
                signals.iter().try_for_each(|signal| take_reading(changes, &paper, signal))
            }
            Op::Installation(_) => write(changes, keys::INSTALLATION.to_vec(), value),
            Op::Topic(state) => {
                changes.remove(keys::gone(&state.topic));
                write(changes, keys::topic(&state.topic), value)
            }
            Op::Source(state) => write(changes, keys::source(&state.source), value),
            Op::Exchange { url, .. } => write(changes, keys::exchange(url), value),
            Op::Operator { operator, .. } => write(changes, keys::operator(operator), value),
        }
    }
}

/// Does what a snapshot's part says and nothing more: the state it is part of is already the outcome.
pub(super) fn restore(changes: &mut Changes<'_>, item: &Item) -> Result<(), Error> {
    let prepared = Prepared::new(&item.op).map_err(Error::stored("a part of the snapshot"))?;
    match &item.op {
        Op::Paper(paper) => {
            let without = item.without.iter().cloned().collect();
            write_paper(changes, paper, prepared.value, &without)
        }
        Op::Absorb { from, into } => write(changes, keys::alias(from), into.as_str().as_bytes().to_vec()),
        Op::Signals { paper, signals } => signals.iter().try_for_each(|signal| {
            write(changes, keys::signal(paper, signal.kind, signal.at), rows::signal_value(signal).to_vec())
        }),
        Op::Installation(_)
        | Op::Ruling(_)
        | Op::Close(_)
        | Op::Reopen { .. }
        | Op::PrivateReader(_)
        | Op::Outgoing(_)
        | Op::Forget(_)
        | Op::Mark(_)
        | Op::Unmark { .. }
        | Op::Pick(_)
        | Op::Unpick(_)
        | Op::Enter(_)
        | Op::Leave { .. }
        | Op::Topic(_)
        | Op::DropTopic(_)
        | Op::Source(_)
        | Op::Exchange { .. }
        | Op::Operator { .. } => prepared.apply(changes),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "ends the arms of a match whose other arms can fail")]
fn write(changes: &mut Changes<'_>, key: Vec<u8>, value: Vec<u8>) -> Result<(), Error> {
    changes.write(key, value);
    Ok(())
}

fn write_paper(
    changes: &mut Changes<'_>,
    paper: &Paper,
    value: Vec<u8>,
    without: &BTreeSet<String>,
) -> Result<(), Error> {
    let (id, key) = (paper.id.as_str().as_bytes(), keys::paper(&paper.id));
    let (claims, blocks) = (claims::of_paper(paper), claims::blocks_of_paper(paper));
    if let Some(old) = changes.read(&key)? {
        let old = claims::of_value(&old).map_err(Error::stored("a paper"))?;
        give_up(changes, &paper.id, old.claims.difference(&claims))?;
        for block in old.blocks.difference(&blocks) {
            changes.remove(keys::block(*block, &paper.id));
        }
        for block in blocks.difference(&old.blocks) {
            changes.write(keys::block(*block, &paper.id), Vec::new());
        }
        for (event, at) in &old.updates {
            if !paper.updates().any(|update| update == (*event, *at)) {
                changes.remove(event_key(&paper.id, *event, *at));
            }
        }
        if old.first_seen != paper.first_seen.micros() {
            changes.remove(keys::first_seen(old.first_seen, &paper.id));
        }
        // A row that says the same already is left alone: the tree's files grow with every rewrite.
        claims.iter().try_for_each(|claim| take(changes, claim, id))?;
    } else {
        for block in &blocks {
            changes.write(keys::block(*block, &paper.id), Vec::new());
        }
        let papers = changes.number(keys::PAPERS)?;
        changes.write_number(keys::PAPERS.to_vec(), papers.saturating_add(1));
        let own = claims.iter().filter(|claim| !without.contains(*claim));
        own.into_iter().try_for_each(|claim| take(changes, claim, id))?;
        let alias = keys::alias(&paper.id);
        if changes.has(&alias)? {
            changes.remove(alias);
        }
    }
    let first_seen = keys::first_seen(paper.first_seen.micros(), &paper.id);
    if !changes.has(&first_seen)? {
        changes.write(first_seen, Vec::new());
    }
    for (event, at) in paper.updates() {
        let row = event_key(&paper.id, event, at);
        if !changes.has(&row)? {
            changes.write(row, Vec::new());
        }
    }
    changes.write(key, value);
    Ok(())
}

fn event_key(paper: &PaperId, event: Event, at: Timestamp) -> Vec<u8> {
    keys::event(&Update { paper: paper.clone(), event, at })
}

/// Takes a claim that nobody holds: a paper keeps what it is found by, whoever claims it later.
fn take(changes: &mut Changes<'_>, claim: &str, id: &[u8]) -> Result<(), Error> {
    let key = keys::claim(claim);
    if !changes.has(&key)? {
        changes.write(key, id.to_vec());
    }
    Ok(())
}

/// Removes claims, but not where another paper holds them by now.
fn give_up<'claim>(
    changes: &mut Changes<'_>,
    id: &PaperId,
    claims: impl Iterator<Item = &'claim String>,
) -> Result<(), Error> {
    for claim in claims {
        let key = keys::claim(claim);
        if changes.read(&key)?.as_deref() == Some(id.as_str().as_bytes()) {
            changes.remove(key);
        }
    }
    Ok(())
}

fn absorb(changes: &mut Changes<'_>, from: &PaperId, into: &PaperId) -> Result<(), Error> {
    // What was absorbed already stays where it is, and a paper cannot become itself, not even by way of others: so
    // following absorptions always ends.
    let heir = resolve(changes, into)?;
    if heir == *from || changes.has(&keys::alias(from))? {
        return Ok(());
    }
    let key = keys::paper(from);
    if let Some(old) = changes.read(&key)? {
        let old = claims::of_value(&old).map_err(Error::stored("a paper"))?;
        give_up(changes, from, old.claims.iter())?;
        for block in &old.blocks {
            changes.remove(keys::block(*block, from));
        }
        changes.remove(keys::first_seen(old.first_seen, from));
        for (event, at) in old.updates {
            changes.remove(event_key(from, event, at));
        }
        changes.remove(key);
        let papers = changes.number(keys::PAPERS)?;
        changes.write_number(keys::PAPERS.to_vec(), papers.saturating_sub(1));
    }
    changes.write(keys::alias(from), into.as_str().as_bytes().to_vec());
    if let Some(value) = changes.read(&keys::pick(from))? {
        changes.remove(keys::pick(from));
        if !changes.has(&keys::pick(&heir))? {
            let pick = Pick::from_value(&value).map_err(Error::stored("a pick"))?;
            changes.write(keys::pick(&heir), pick_value(pick, &heir)?);
        }
    }
    for (key, value) in changes.scan(&keys::signals(from))? {
        if let Some(signal) = rows::signal(&key, &value) {
            let (new, value) = (keys::signal(&heir, signal.kind, signal.at), rows::signal_value(&signal));
            let present = changes.read(&new)?.and_then(|present| rows::signal(&new, &present));
            if present.is_none_or(|present| present.at < signal.at) {
                changes.write(new, value.to_vec());
            }
        }
        changes.remove(key);
    }
    Ok(())
}

/// The value of a pick whose paper became another one.
fn pick_value(pick: Pick, paper: &PaperId) -> Result<Vec<u8>, Error> {
    Pick { paper: paper.clone(), ..pick }.to_value().map_err(Error::Unstorable)
}

/// The paper that an identifier stands for: itself, or the one it was absorbed into.
fn resolve(changes: &Changes<'_>, id: &PaperId) -> Result<PaperId, Error> {
    rows::follow(id, |key| changes.read(key))
}

fn enter(changes: &mut Changes<'_>, entry: &TimelineEntry, value: Vec<u8>) -> Result<(), Error> {
    let at = entry.at.micros();
    let place = keys::place(&entry.paper, &entry.topic);
    let former = changes.read(&place)?.and_then(|value| keys::from_ordered(&value));
    match former {
        Some(old) if old == at => {}
        Some(old) => {
            changes.remove(keys::entry(&entry.topic, old, &entry.paper));
            changes.write(place, keys::ordered(at).to_vec());
        }
        None => {
            let length = keys::timeline_length(&entry.topic);
            let count = changes.number(&length)?;
            changes.write_number(length, count.saturating_add(1));
            changes.write(place, keys::ordered(at).to_vec());
        }
    }
    archives::note(changes, entry, former)?;
    write(changes, keys::entry(&entry.topic, at, &entry.paper), value)
}

fn leave(changes: &mut Changes<'_>, topic: &TopicId, paper: &PaperId) -> Result<(), Error> {
    let place = keys::place(paper, topic);
    let Some(at) = changes.read(&place)?.and_then(|value| keys::from_ordered(&value)) else { return Ok(()) };
    changes.remove(place);
    changes.remove(keys::entry(topic, at, paper));
    archives::forget(changes, topic, at, paper)?;
    let length = keys::timeline_length(topic);
    match changes.number(&length)? {
        0 | 1 => changes.remove(length),
        count => changes.write_number(length, count.saturating_sub(1)),
    }
    Ok(())
}

fn drop_topic(changes: &mut Changes<'_>, topic: &TopicId) -> Result<(), Error> {
    for (key, _entry) in changes.scan(&keys::timeline(topic))? {
        if let Some(paper) = rows::last_paper(&key) {
            changes.remove(keys::place(&paper, topic));
        }
        changes.remove(key);
    }
    changes.remove(keys::timeline_length(topic));
    changes.remove(keys::topic(topic));
    archives::drop_topic(changes, topic)
}

/// Keeps a reading: one a day, the last, and only where the count differs from the reading before.
fn take_reading(changes: &mut Changes<'_>, paper: &PaperId, signal: &Signal) -> Result<(), Error> {
    let key = keys::signal(paper, signal.kind, signal.at);
    let series = changes.scan(&keys::counter(paper, signal.kind))?;
    let before = series.iter().rev().find(|(other, _value)| *other <= key);
    let before = before.and_then(|(key, value)| rows::signal(key, value));
    let is_news = before.is_none_or(|before| before.value != signal.value && before.at <= signal.at);
    if is_news {
        changes.write(key, rows::signal_value(signal).to_vec());
    }
    Ok(())
}
