//! Closed documents of a topic's feed (RFC 5005): which entries each holds.

use crate::model::paper::PaperId;
use crate::model::time::Timestamp;
use crate::model::topic::TopicId;

/// A closed document. Which entries it holds never changes, nor does its number name another document ever.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Archive {
    /// Whose document it is.
    pub topic: TopicId,
    /// Its number, made of the log's sequence before it was closed: later ones are higher.
    pub number: u64,
    /// What it holds, the oldest first.
    pub entries: Vec<Archived>,
}

/// An entry of a closed document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Archived {
    /// Which paper.
    pub paper: PaperId,
    /// The identifier under which the topic served it.
    pub served_as: PaperId,
    /// The entry's `updated` when the document was closed; once it is newer, the entry is listed again.
    pub updated: Timestamp,
}
