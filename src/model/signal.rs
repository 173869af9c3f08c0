//! Numbers that change without the paper changing: votes, comments, stars. They never touch `updated`.

use crate::model::time::Timestamp;

/// What is counted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum SignalKind {
    /// Up-votes on Hugging Face Daily Papers.
    Votes,
    /// Comments in the discussion there.
    Comments,
    /// Stars of the paper's code repository.
    Stars,
    /// Points on Hacker News.
    Points,
    /// Comments on Hacker News.
    Replies,
    /// Works that cite it.
    Citations,
}

impl SignalKind {
    /// Every kind, in the order they are shown.
    pub const ALL: [Self; 6] =
        [Self::Votes, Self::Comments, Self::Stars, Self::Points, Self::Replies, Self::Citations];

    /// The name used in the store, the API and the query language.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Votes => "votes",
            Self::Comments => "comments",
            Self::Stars => "stars",
            Self::Points => "points",
            Self::Replies => "replies",
            Self::Citations => "citations",
        }
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// One reading of one counter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Signal {
    /// What was counted.
    pub kind: SignalKind,
    /// The count.
    pub value: u64,
    /// When we read it.
    pub at: Timestamp,
}
