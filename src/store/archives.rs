//! Which entries of a topic stand in a closed document as they are, and which stand in none.
//!
//! An entry is open unless a closed document that counts holds it with its present `updated` or a newer one. Readers know it by
//! the identifier it is served under, and so do documents: a paper that becomes another one is not listed again. What is open
//! follows from the entries and the documents alone, so a store that is built anew from the log or from a snapshot has the
//! same rows.

use crate::model::archive::Archive;
use crate::model::paper::PaperId;
use crate::model::topic::TimelineEntry;
use crate::model::topic::TopicId;
use crate::store::Error;
use crate::store::changes::Changes;
use crate::store::codec::Stored as _;
use crate::store::keys;
use crate::store::keys::prefix;
use crate::store::rows;

/// Notes an entry that is new or changed, and where it stood before.
pub(super) fn note(
    changes: &mut Changes<'_>,
    entry: &TimelineEntry,
    former: Option<i64>,
) -> Result<(), Error> {
    let at = entry.at.micros();
    if let Some(former) = former.filter(|former| *former != at) {
        forget(changes, &entry.topic, former, &entry.paper)?;
    }
    let closed = changes.read(&keys::archived(&entry.topic, &entry.served_as))?;
    let closed = closed.and_then(|value| keys::from_ordered(&value));
    let is_open = closed.is_none_or(|updated| updated < entry.updated.micros());
    let row = keys::open(&entry.topic, at, &entry.paper);
    match (is_open, changes.has(&row)?) {
        (true, false) => {
            changes.write(row, Vec::new());
            count(changes, &entry.topic, |count| count.saturating_add(1))
        }
        (false, true) => forget(changes, &entry.topic, at, &entry.paper),
        (true, true) | (false, false) => Ok(()),
    }
}

/// Forgets that an entry is open.
pub(super) fn forget(
    changes: &mut Changes<'_>,
    topic: &TopicId,
    at: i64,
    paper: &PaperId,
) -> Result<(), Error> {
    let row = keys::open(topic, at, paper);
    if !changes.has(&row)? {
        return Ok(());
    }
    changes.remove(row);
    count(changes, topic, |count| count.saturating_sub(1))
}

fn count(changes: &mut Changes<'_>, topic: &TopicId, change: impl FnOnce(u64) -> u64) -> Result<(), Error> {
    let row = keys::open_length(topic);
    match change(changes.number(&row)?) {
        0 => changes.remove(row),
        count => changes.write_number(row, count),
    }
    Ok(())
}

/// Closes a document. Numbers only grow: one that is too low was given before.
pub(super) fn close(changes: &mut Changes<'_>, archive: &Archive, value: Vec<u8>) -> Result<(), Error> {
    let topic = &archive.topic;
    if archive.number < next_number(changes, topic)? {
        return Ok(());
    }
    changes.write(keys::archive(topic, archive.number), value);
    for archived in &archive.entries {
        let row = keys::archived(topic, &archived.served_as);
        let known = changes.read(&row)?.and_then(|value| keys::from_ordered(&value));
        let updated = archived.updated.micros();
        if known.is_none_or(|known| known < updated) {
            changes.write(row, keys::ordered(updated).to_vec());
        }
        let place = changes.read(&keys::place(&archived.paper, topic))?;
        let Some(at) = place.and_then(|value| keys::from_ordered(&value)) else { continue };
        if let Some(value) = changes.read(&keys::entry(topic, at, &archived.paper))? {
            let entry = TimelineEntry::from_value(&value).map_err(Error::stored("an entry"))?;
            note(changes, &entry, None)?;
        }
    }
    Ok(())
}

/// The lowest number that a topic's next document may have.
fn next_number(changes: &Changes<'_>, topic: &TopicId) -> Result<u64, Error> {
    let newest = changes.last_key(&keys::of_topic(prefix::ARCHIVE, topic))?;
    let newest = newest.and_then(|key| keys::archive_number(&key));
    let from = changes.number(&keys::from(topic))?;
    Ok(from.max(newest.map_or(0, |newest| newest.saturating_add(1))))
}

/// Has every entry of a topic listed again.
pub(super) fn reopen(changes: &mut Changes<'_>, topic: &TopicId, from: u64) -> Result<(), Error> {
    let from = from.max(next_number(changes, topic)?);
    changes.write_number(keys::from(topic), from);
    for (key, _updated) in changes.scan(&keys::of_topic(prefix::ARCHIVED, topic))? {
        changes.remove(key);
    }
    for (_key, value) in changes.scan(&keys::timeline(topic))? {
        let entry = TimelineEntry::from_value(&value).map_err(Error::stored("an entry"))?;
        note(changes, &entry, None)?;
    }
    Ok(())
}

/// Removes all that is known of a topic's documents but that there was a topic.
pub(super) fn drop_topic(changes: &mut Changes<'_>, topic: &TopicId) -> Result<(), Error> {
    for kind in [prefix::ARCHIVE, prefix::ARCHIVED, prefix::OPEN] {
        for (key, _value) in changes.scan(&keys::of_topic(kind, topic))? {
            changes.remove(key);
        }
    }
    changes.remove(keys::open_length(topic));
    changes.remove(keys::from(topic));
    changes.write(keys::gone(topic), Vec::new());
    Ok(())
}

/// The topic of a row whose key ends with its name.
pub(super) fn topic_of(key: &[u8]) -> Option<TopicId> {
    TopicId::parse(std::str::from_utf8(key.get(1..)?).ok()?)
}

/// The place and the paper of a row of an open entry.
pub(super) fn open_entry(key: &[u8]) -> Option<(i64, PaperId)> {
    let paper = rows::last_paper(key)?;
    let at = key.get(..key.len() - keys::PAPER_BYTES)?.last_chunk::<8>()?;
    Some((keys::from_ordered(at)?, paper))
}
