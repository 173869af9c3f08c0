//! Closes documents of topics' feeds (RFC 5005): what has gathered is put together once and stays together.
//!
//! What is not closed is listed in the document that readers subscribe to, however old it is, so that nothing is missing from
//! the walk through all documents; where thousands of entries come at once, that holds when they are closed, seconds later. A document is closed by the log's sequence and not by date: a paper that comes late
//! goes into the next one.

use crate::model::archive::Archive;
use crate::model::archive::Archived;
use crate::model::plan::Op;
use crate::model::plan::Plan;
use crate::model::time::Timestamp;
use crate::model::topic::TimelineEntry;
use crate::store::Error;
use crate::store::Writer;

/// Entries in one closed document.
const SIZE: usize = 100;

/// So many are left open: those that readers are most likely to see again soon.
const LEFT: usize = SIZE;

/// Documents of one topic in one plan, which keeps the plan below its limit.
const AT_ONCE: usize = 20;

/// Numbers between two plans: more than one plan has documents, so that no number is used twice.
const NUMBERS: u64 = 100;

/// So many documents are closed before others may write: a store that was just made anew has thousands to close.
const IN_A_ROW: usize = 200;

/// Closes what can be closed. Returns how many documents that makes; there may be more to close unless it is none.
pub fn close(writer: &mut Writer, now: Timestamp) -> Result<usize, Error> {
    let reader = writer.reader();
    let due = reader.topics_to_close(u64::try_from(LEFT + SIZE).unwrap_or(u64::MAX))?;
    let first = next_number(reader.revision().0);
    let (mut plans, mut closed) = (Vec::new(), 0);
    for (topic, open) in due {
        let open = usize::try_from(open).unwrap_or(usize::MAX);
        let documents = (open.saturating_sub(LEFT) / SIZE).min(AT_ONCE);
        let entries = reader.open_entries(&topic, documents * SIZE, |_paper| false)?;
        let ops = (first..).zip(entries.chunks(SIZE)).map(|(number, entries)| {
            let entries = entries.iter().map(archived).collect();
            Op::Close(Archive { topic: topic.clone(), number, entries })
        });
        let ops: Vec<Op> = ops.collect();
        closed += ops.len();
        plans.push(Plan { at: now, ops });
        if closed >= IN_A_ROW {
            break;
        }
    }
    if closed > 0 {
        writer.commit(&plans)?;
    }
    Ok(closed)
}

/// A number for the documents of the plan behind a revision: higher than all that were given before.
pub(super) fn next_number(revision: u64) -> u64 {
    revision.saturating_add(1).saturating_mul(NUMBERS)
}

fn archived(entry: &TimelineEntry) -> Archived {
    let TimelineEntry { paper, served_as, updated, .. } = entry;
    Archived { paper: paper.clone(), served_as: served_as.clone(), updated: *updated }
}
