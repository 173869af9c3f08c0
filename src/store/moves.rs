//! When what is served last moved: a plan that only notes a poll or counts votes leaves every feed as it is.

use std::collections::BTreeSet;
use std::collections::HashMap;
use std::sync::PoisonError;

use crate::model::paper::PaperId;
use crate::model::plan::Op;
use crate::model::plan::Sequence;
use crate::model::topic::TopicId;
use crate::store::Error;
use crate::store::Reader;
use crate::store::index::Index;
use crate::store::keys;

/// The last plans that moved something, as far as this process saw them.
#[derive(Debug)]
pub(super) struct Moves {
    /// What was not seen to move since may have moved until here.
    before: Sequence,
    papers: Sequence,
    sources: Sequence,
    private_readers: Sequence,
    outgoing: Sequence,
    topics: HashMap<TopicId, Sequence>,
}

/// What a plan moves.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is something that moves by itself")]
pub(super) struct Moved {
    papers: bool,
    sources: bool,
    private_readers: bool,
    outgoing: bool,
    topics: BTreeSet<TopicId>,
}

impl Moves {
    /// Nothing seen yet.
    pub(super) fn since(before: Sequence) -> Self {
        Self {
            before,
            papers: before,
            sources: before,
            private_readers: before,
            outgoing: before,
            topics: HashMap::new(),
        }
    }

    /// Notes what a plan moved.
    pub(super) fn note(&mut self, sequence: Sequence, moved: Moved) {
        for (has_moved, last) in [
            (moved.papers, &mut self.papers),
            (moved.sources, &mut self.sources),
            (moved.private_readers, &mut self.private_readers),
            (moved.outgoing, &mut self.outgoing),
        ] {
            if has_moved {
                *last = sequence;
            }
        }
        self.topics.extend(moved.topics.into_iter().map(|topic| (topic, sequence)));
    }
}

impl Moved {
    /// What some changes move in the feeds: topics whose entries or papers they touch.
    pub(super) fn by<'op>(index: &Index, ops: impl Iterator<Item = &'op Op>) -> Result<Self, Error> {
        let mut moved = Self::default();
        for op in ops {
            match op {
                Op::Paper(paper) => moved.paper(index, &paper.id)?,
                Op::Absorb { from, into } => {
                    moved.paper(index, from)?;
                    moved.paper(index, into)?;
                }
                Op::Enter(entry) => {
                    moved.topics.insert(entry.topic.clone());
                }
                Op::Close(archive) => {
                    moved.topics.insert(archive.topic.clone());
                }
                Op::Topic(state) => {
                    moved.topics.insert(state.topic.clone());
                }
                Op::Leave { topic, .. } | Op::DropTopic(topic) | Op::Reopen { topic, .. } => {
                    moved.topics.insert(topic.clone());
                }
                Op::Source(_) => moved.sources = true,
                Op::PrivateReader(_) => moved.private_readers = true,
                Op::Outgoing(_) | Op::Forget(_) => moved.outgoing = true,
                Op::Installation(_)
                | Op::Ruling(_)
                | Op::Mark(_)
                | Op::Unmark { .. }
                | Op::Pick(_)
                | Op::Unpick(_)
                | Op::Signals { .. }
                | Op::Exchange { .. }
                | Op::Operator { .. } => {}
            }
        }
        Ok(moved)
    }

    fn paper(&mut self, index: &Index, paper: &PaperId) -> Result<(), Error> {
        self.papers = true;
        for key in index.tree().scan_prefix(keys::places(paper)).keys() {
            let key = key.map_err(Error::index("read from"))?;
            let topic = key.get(keys::PAPER_BYTES + 1..).and_then(|name| std::str::from_utf8(name).ok());
            self.topics.extend(topic.and_then(TopicId::parse));
        }
        Ok(())
    }
}

impl Reader {
    /// The last plan that moved an entry of a topic or a paper in it; an upper bound for what happened before the start.
    pub fn topic_moved(&self, topic: &TopicId) -> Sequence {
        self.moves(|moves| moves.topics.get(topic).copied().unwrap_or(moves.before))
    }

    /// The last plan that moved any paper.
    pub fn papers_moved(&self) -> Sequence {
        self.moves(|moves| moves.papers)
    }

    /// The last plan that changed the state of any source.
    pub fn sources_moved(&self) -> Sequence {
        self.moves(|moves| moves.sources)
    }

    /// The last plan that changed a reader with a secret address.
    pub fn private_readers_moved(&self) -> Sequence {
        self.moves(|moves| moves.private_readers)
    }

    /// The last plan that changed a subscriber, a letter or a destination.
    pub fn outgoing_moved(&self) -> Sequence {
        self.moves(|moves| moves.outgoing)
    }

    fn moves(&self, read: impl FnOnce(&Moves) -> Sequence) -> Sequence {
        read(&self.shared.moves.read().unwrap_or_else(PoisonError::into_inner))
    }
}
