//! A topic as the store and the feeds see it, and a paper's place in it.

use std::fmt;

use crate::model::paper::PaperId;
use crate::model::source::is_slug;
use crate::model::time::Timestamp;

/// The name of a topic in addresses: `[a-z0-9][a-z0-9-]{0,63}`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TopicId(String);

impl TopicId {
    /// Reads a name; `None` when it has other characters or is too long.
    pub fn parse(text: &str) -> Option<Self> {
        is_slug(text).then(|| Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TopicId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// What the store remembers of a topic, to notice when its definition changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TopicState {
    /// Which topic.
    pub topic: TopicId,
    /// The definition in canonical form; another text means that history must be matched again.
    pub definition: String,
    /// What readers see of the topic itself, in canonical form: title, description.
    pub face: String,
    /// When the topic was first served; an empty feed's `updated`.
    pub created: Timestamp,
    /// When its definition or face last changed.
    pub changed: Timestamp,
}

/// A paper's place in a topic. Stored the moment the paper enters; a paper has at most one in a topic.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TimelineEntry {
    /// Which topic.
    pub topic: TopicId,
    /// Which paper.
    pub paper: PaperId,
    /// The identifier under which the topic first served it: unlike `paper` it never changes when papers merge.
    pub served_as: PaperId,
    /// The place in the feed's order, newest first: the moment it entered, or of the last announced revision; for
    /// history the time of its announcement. Unique within a topic.
    pub at: Timestamp,
    /// What `updated` the topic's feed gives, which policy may hold back behind the paper's own.
    pub updated: Timestamp,
    /// The clauses of the query that fired, as people read them.
    pub reason: String,
}

/// What a topic does when a paper in it is revised.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Revisions {
    /// The entry moves to the top with a new `updated`.
    #[default]
    Announce,
    /// The entry changes in its place with a new `updated`.
    Silent,
    /// The entry changes in its place and keeps its `updated`.
    Ignore,
}
