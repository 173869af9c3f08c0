//! What people say about papers: which are right or wrong in a topic, and which an editor picks for everyone.

use crate::model::paper::PaperId;
use crate::model::text::Text;
use crate::model::time::Timestamp;
use crate::model::topic::TopicId;

/// A reader's word about a paper in a ranked topic, which learns from it. A later one about the same paper replaces it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TopicMark {
    /// The topic.
    pub topic: TopicId,
    /// The paper.
    pub paper: PaperId,
    /// What it is to the topic.
    pub fit: Fit,
    /// When it was said.
    pub at: Timestamp,
}

/// What a paper is to a topic.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Fit {
    /// It is what the topic is for.
    Right,
    /// It is not.
    Wrong,
}

impl Fit {
    /// The sign by which people write it.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Right => "+",
            Self::Wrong => "-",
        }
    }
}

/// A paper that an editor picked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pick {
    /// The paper.
    pub paper: PaperId,
    /// Why, in the editor's words.
    pub note: Option<Text>,
    /// When it was picked first.
    pub at: Timestamp,
}
