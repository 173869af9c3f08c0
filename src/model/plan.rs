//! What is about to be written: a plan is logged whole, then applied whole.

use crate::model::archive::Archive;
use crate::model::curation::Pick;
use crate::model::curation::TopicMark;
use crate::model::outgoing::Outgoing;
use crate::model::outgoing::OutgoingKey;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;
use crate::model::private_reader::PrivateReader;
use crate::model::ruling::Ruling;
use crate::model::signal::Signal;
use crate::model::source::ExchangeMemory;
use crate::model::source::NextPoll;
use crate::model::source::SourceState;
use crate::model::time::Timestamp;
use crate::model::topic::TimelineEntry;
use crate::model::topic::TopicId;
use crate::model::topic::TopicState;

/// The number of a plan in the log, from 1, without holes. Sequence 0 stands before the first plan.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Sequence(pub u64);

/// One change of the store.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Op {
    /// The store's permanent facts; written once.
    Installation(Installation),
    /// The whole new state of a paper. Its identifiers point to it from now on.
    Paper(Box<Paper>),
    /// A paper turned out to be another one: its record goes, its identifier answers for the other from now on.
    Absorb {
        /// The younger paper.
        from: PaperId,
        /// The older paper, which stays.
        into: PaperId,
    },
    /// The operator has ruled which records are of one paper or are not; what follows from it comes behind it.
    Ruling(Box<Ruling>),
    /// A paper enters a topic or moves in it; any former place of the paper in the topic goes.
    Enter(TimelineEntry),
    /// A paper leaves a topic.
    Leave {
        /// The topic.
        topic: TopicId,
        /// The paper.
        paper: PaperId,
    },
    /// A topic is defined or its definition changed.
    Topic(TopicState),
    /// A topic is gone with its whole timeline.
    DropTopic(TopicId),
    /// A document of a topic's feed is closed: from now on it holds these entries.
    Close(Archive),
    /// What a topic lists is another choice than before: documents with lower numbers are of the former one, and all
    /// entries are to be listed again.
    Reopen {
        /// The topic.
        topic: TopicId,
        /// The lowest number of the documents that count.
        from: u64,
    },
    /// A reader's word about a paper in a topic.
    Mark(TopicMark),
    /// A reader takes it back.
    Unmark {
        /// The topic.
        topic: TopicId,
        /// The paper.
        paper: PaperId,
    },
    /// An editor picks a paper, or changes the note to it.
    Pick(Pick),
    /// An editor takes a pick back.
    Unpick(PaperId),
    /// A reading of a paper's counters.
    Signals {
        /// The paper.
        paper: PaperId,
        /// The readings.
        signals: Vec<Signal>,
    },
    /// The new state of a reader with a secret address.
    PrivateReader(Box<PrivateReader>),
    /// The new state of something about what goes out by itself.
    Outgoing(Box<Outgoing>),
    /// It is forgotten.
    Forget(OutgoingKey),
    /// The new state of a source.
    Source(SourceState),
    /// What is remembered of an address.
    Exchange {
        /// The address as the source asks for it.
        url: String,
        /// The memory.
        memory: ExchangeMemory,
    },
    /// When an operator of sources may be asked again.
    Operator {
        /// The operator's bucket, such as `arxiv`.
        operator: String,
        /// Not before this, and why.
        not_before: NextPoll,
    },
}

/// The permanent facts of one store.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Installation {
    /// The authority in `tag:` identifiers (RFC 4151), fixed at first start.
    pub tag_authority: String,
    /// The date in `tag:` identifiers (`YYYY-MM-DD`), fixed at first start.
    pub tag_date: String,
    /// When the store was made.
    pub created: Timestamp,
}

/// Changes that belong together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    /// When it was made.
    pub at: Timestamp,
    /// The changes, in order.
    pub ops: Vec<Op>,
}

impl Plan {
    /// A plan of nothing.
    pub fn new(at: Timestamp) -> Self {
        Self { at, ops: Vec::new() }
    }
}
