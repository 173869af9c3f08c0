//! What an observation changed about a paper.

use std::collections::BTreeSet;

/// Something that happened to a paper and that matters to its readers. Each is dated when we noticed it first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Event {
    /// It appeared in a journal or at a conference: a citation or a publisher's DOI became known.
    Published,
    /// It was withdrawn.
    Withdrawn,
    /// A version after the first.
    Version(u32),
}

/// The verdict over one observation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    /// The paper was not known.
    New,
    /// Text, people, dates or links changed; the events are those noticed now, perhaps none (a silent correction).
    Revised(BTreeSet<Event>),
    /// It was listed under further subjects, and nothing else changed.
    CrossListed,
    /// It was withdrawn.
    Withdrawn,
    /// Another source reported what was known, or nothing changed at all.
    Unchanged,
}
