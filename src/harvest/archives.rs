//! Closes documents of topics' feeds (RFC 5005): what has gathered is put together once and stays together.
//!
//! What is not closed is listed in the document that readers subscribe to, however old it is, so that nothing is ever missing
//! from the walk through all documents. A document is closed by the log's sequence and not by date: a paper that comes late
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
pub const SIZE: usize = 100;

/// So many are left open: those that readers are most likely to see again soon.
const LEFT: usize = SIZE;

/// Documents of one topic in one plan, which keeps the plan below its limit.
const AT_ONCE: usize = 20;

/// Numbers between two plans: more than one plan has documents, so that no number is used twice.
const NUMBERS: u64 = 100;

/// Closes what can be closed. Returns how many documents that makes.
pub fn close(writer: &mut Writer, now: Timestamp) -> Result<usize, Error> {
    let mut closed = 0;
    loop {
        let reader = writer.reader();
        let due = reader.topics_to_close(u64::try_from(LEFT + SIZE).unwrap_or(u64::MAX))?;
        if due.is_empty() {
            return Ok(closed);
        }
        for (topic, open) in due {
            let open = usize::try_from(open).unwrap_or(usize::MAX);
            let documents = (open.saturating_sub(LEFT) / SIZE).min(AT_ONCE);
            let entries = reader.open_entries(&topic, documents * SIZE, |_paper| false)?;
            let first = next_number(reader.revision().0);
            let parts = (first..).zip(entries.chunks(SIZE));
            let ops = parts.map(|(number, entries)| {
                let entries = entries.iter().map(archived).collect();
                Op::Close(Archive { topic: topic.clone(), number, entries })
            });
            let ops: Vec<Op> = ops.collect();
            if ops.is_empty() {
                return Ok(closed);
            }
            closed += ops.len();
            writer.commit(&[Plan { at: now, ops }])?;
        }
    }
}

/// A number for the documents of the plan behind a revision: higher than all that were given before.
pub(super) fn next_number(revision: u64) -> u64 {
    revision.saturating_add(1).saturating_mul(NUMBERS)
}

fn archived(entry: &TimelineEntry) -> Archived {
    let TimelineEntry { paper, served_as, updated, .. } = entry;
    Archived { paper: paper.clone(), served_as: served_as.clone(), updated: *updated }
}
