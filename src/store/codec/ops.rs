//! The rows of plans and of the parts of a snapshot.

use std::borrow::Cow;

use serde::Deserialize;
use serde::Serialize;

use crate::model::outgoing::OutgoingKey;
use crate::model::plan::Op;
use crate::model::plan::Plan;
use crate::model::signal::Signal;
use crate::model::signal::SignalKind;
use crate::model::time::Timestamp;
use crate::store::codec::Fault;
use crate::store::codec::Format;
use crate::store::codec::Item;
use crate::store::codec::curation::MarkRow;
use crate::store::codec::curation::PickRow;
use crate::store::codec::outgoing::OutgoingRow;
use crate::store::codec::paper::PaperRow;
use crate::store::codec::paper::paper_id;
use crate::store::codec::reading::ArchiveRow;
use crate::store::codec::reading::PrivateReaderRow;
use crate::store::codec::ruling::RulingRow;
use crate::store::codec::states::EntryRow;
use crate::store::codec::states::ExchangeRow;
use crate::store::codec::states::InstallationRow;
use crate::store::codec::states::NextPollRow;
use crate::store::codec::states::SourceRow;
use crate::store::codec::states::TopicRow;
use crate::store::codec::states::topic_id;

/// [`Plan`].
#[derive(Serialize, Deserialize)]
pub(super) struct PlanRow<'a> {
    v: Format,
    at: i64,
    #[serde(borrow)]
    ops: Vec<OpRow<'a>>,
}

/// [`Item`].
#[derive(Serialize, Deserialize)]
pub(super) struct ItemRow<'a> {
    v: Format,
    #[serde(borrow)]
    op: OpRow<'a>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    without: Vec<Cow<'a, str>>,
}

/// [`Op`].
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum OpRow<'a> {
    #[serde(borrow)]
    Installation(InstallationRow<'a>),
    #[serde(borrow)]
    Paper(Box<PaperRow<'a>>),
    Absorb {
        #[serde(borrow)]
        from: Cow<'a, str>,
        #[serde(borrow)]
        into: Cow<'a, str>,
    },
    #[serde(borrow)]
    Ruling(RulingRow<'a>),
    #[serde(borrow)]
    Enter(EntryRow<'a>),
    Leave {
        #[serde(borrow)]
        topic: Cow<'a, str>,
        #[serde(borrow)]
        paper: Cow<'a, str>,
    },
    #[serde(borrow)]
    Topic(TopicRow<'a>),
    #[serde(borrow)]
    DropTopic(Cow<'a, str>),
    #[serde(borrow)]
    Close(ArchiveRow<'a>),
    Reopen {
        #[serde(borrow)]
        topic: Cow<'a, str>,
        from: u64,
    },
    #[serde(borrow)]
    Mark(MarkRow<'a>),
    Unmark {
        #[serde(borrow)]
        topic: Cow<'a, str>,
        #[serde(borrow)]
        paper: Cow<'a, str>,
    },
    #[serde(borrow)]
    Pick(PickRow<'a>),
    #[serde(borrow)]
    Unpick(Cow<'a, str>),
    Signals {
        #[serde(borrow)]
        paper: Cow<'a, str>,
        #[serde(borrow)]
        signals: Vec<SignalRow<'a>>,
    },
    #[serde(borrow)]
    PrivateReader(Box<PrivateReaderRow<'a>>),
    #[serde(borrow)]
    Outgoing(Box<OutgoingRow<'a>>),
    #[serde(borrow)]
    Forget(Cow<'a, str>),
    #[serde(borrow)]
    Source(Box<SourceRow<'a>>),
    #[serde(borrow)]
    Exchange(ExchangeRow<'a>),
    #[serde(borrow)]
    Operator(NextPollRow<'a>),
}

/// Kind, value, and microseconds since 1970.
#[derive(Serialize, Deserialize)]
struct SignalRow<'a>(#[serde(borrow)] Cow<'a, str>, u64, i64);

impl<'a> From<&'a Plan> for PlanRow<'a> {
    fn from(plan: &'a Plan) -> Self {
        Self { v: Format, at: plan.at.micros(), ops: plan.ops.iter().map(OpRow::from).collect() }
    }
}

impl<'a> PlanRow<'a> {
    pub(super) fn of(at: Timestamp, ops: &[&'a Op]) -> Self {
        Self { v: Format, at: at.micros(), ops: ops.iter().map(|op| OpRow::from(*op)).collect() }
    }
}

impl PlanRow<'_> {
    pub(super) fn into_noun(self) -> Result<Plan, Fault> {
        let (plan, faults) = self.into_sense()?;
        faults.into_iter().next().map_or(Ok(plan), Err)
    }

    /// The changes that make sense, and what is wrong with the others.
    pub(super) fn into_sense(self) -> Result<(Plan, Vec<Fault>), Fault> {
        let (mut ops, mut faults) = (Vec::with_capacity(self.ops.len()), Vec::new());
        for row in self.ops {
            match row.into_noun() {
                Ok(op) => ops.push(op),
                Err(newer @ Fault::Newer { .. }) => return Err(newer),
                Err(fault @ Fault::Malformed(_)) => faults.push(fault),
            }
        }
        Ok((Plan { at: Timestamp::from_micros(self.at), ops }, faults))
    }
}

impl<'a> From<&'a Item> for ItemRow<'a> {
    fn from(item: &'a Item) -> Self {
        let without = item.without.iter().map(|claim| claim.as_str().into()).collect();
        Self { v: Format, op: OpRow::from(&item.op), without }
    }
}

impl ItemRow<'_> {
    pub(super) fn into_noun(self) -> Result<Item, Fault> {
        let without = self.without.into_iter().map(Cow::into_owned).collect();
        Ok(Item { op: self.op.into_noun()?, without })
    }
}

impl<'a> From<&'a Op> for OpRow<'a> {
    fn from(op: &'a Op) -> Self {
        match op {
            Op::Installation(installation) => Self::Installation(installation.into()),
            Op::Paper(paper) => Self::Paper(Box::new(PaperRow::from(&**paper))),
            Op::Absorb { from, into } => {
                Self::Absorb { from: from.as_str().into(), into: into.as_str().into() }
            }
            Op::Ruling(ruling) => Self::Ruling(RulingRow::from(&**ruling)),
            Op::Enter(entry) => Self::Enter(entry.into()),
            Op::Leave { topic, paper } => {
                Self::Leave { topic: topic.as_str().into(), paper: paper.as_str().into() }
            }
            Op::Topic(state) => Self::Topic(state.into()),
            Op::DropTopic(topic) => Self::DropTopic(topic.as_str().into()),
            Op::Close(archive) => Self::Close(archive.into()),
            Op::Reopen { topic, from } => Self::Reopen { topic: topic.as_str().into(), from: *from },
            Op::Mark(mark) => Self::Mark(mark.into()),
            Op::Unmark { topic, paper } => {
                Self::Unmark { topic: topic.as_str().into(), paper: paper.as_str().into() }
            }
            Op::Pick(pick) => Self::Pick(pick.into()),
            Op::Unpick(paper) => Self::Unpick(paper.as_str().into()),
            Op::Signals { paper, signals } => Self::Signals {
                paper: paper.as_str().into(),
                signals: signals
                    .iter()
                    .map(|signal| SignalRow(signal.kind.name().into(), signal.value, signal.at.micros()))
                    .collect(),
            },
            Op::PrivateReader(reader) => Self::PrivateReader(Box::new(PrivateReaderRow::from(&**reader))),
            Op::Outgoing(outgoing) => Self::Outgoing(Box::new(OutgoingRow::from(&**outgoing))),
            Op::Forget(key) => Self::Forget(key.as_str().into()),
            Op::Source(state) => Self::Source(Box::new(state.into())),
            Op::Exchange { url, memory } => Self::Exchange(ExchangeRow::new(url, memory)),
            Op::Operator { operator, not_before } => Self::Operator(NextPollRow::new(operator, not_before)),
        }
    }
}

impl OpRow<'_> {
    fn into_noun(self) -> Result<Op, Fault> {
        Ok(match self {
            Self::Installation(row) => Op::Installation(row.into_noun()?),
            Self::Paper(row) => Op::Paper(Box::new(row.into_noun()?)),
            Self::Absorb { from, into } => Op::Absorb { from: paper_id(&from)?, into: paper_id(&into)? },
            Self::Ruling(row) => Op::Ruling(Box::new(row.into_noun()?)),
            Self::Enter(row) => Op::Enter(row.into_noun()?),
            Self::Leave { topic, paper } => Op::Leave { topic: topic_id(&topic)?, paper: paper_id(&paper)? },
            Self::Topic(row) => Op::Topic(row.into_noun()?),
            Self::DropTopic(topic) => Op::DropTopic(topic_id(&topic)?),
            Self::Close(row) => Op::Close(row.into_noun()?),
            Self::Reopen { topic, from } => Op::Reopen { topic: topic_id(&topic)?, from },
            Self::Mark(row) => Op::Mark(row.into_noun()?),
            Self::Unmark { topic, paper } => {
                Op::Unmark { topic: topic_id(&topic)?, paper: paper_id(&paper)? }
            }
            Self::Pick(row) => Op::Pick(row.into_noun()?),
            Self::Unpick(paper) => Op::Unpick(paper_id(&paper)?),
            Self::Signals { paper, signals } => Op::Signals {
                paper: paper_id(&paper)?,
                signals: signals.into_iter().map(SignalRow::into_noun).collect::<Result<_, _>>()?,
            },
            Self::PrivateReader(row) => Op::PrivateReader(Box::new(row.into_noun()?)),
            Self::Outgoing(row) => Op::Outgoing(Box::new(row.into_noun()?)),
            Self::Forget(key) => Op::Forget(
                OutgoingKey::parse(&key).ok_or_else(|| Fault::unknown("the name of what goes out", &key))?,
            ),
            Self::Source(row) => Op::Source(row.into_noun()?),
            Self::Exchange(row) => {
                let (url, memory) = row.into_noun()?;
                Op::Exchange { url, memory }
            }
            Self::Operator(row) => {
                let (operator, not_before) = row.into_noun()?;
                Op::Operator { operator, not_before }
            }
        })
    }
}

impl SignalRow<'_> {
    fn into_noun(self) -> Result<Signal, Fault> {
        let Self(kind, value, at) = self;
        let kind = SignalKind::parse(&kind).ok_or_else(|| Fault::unknown("a kind of signal", &kind))?;
        Ok(Signal { kind, value, at: Timestamp::from_micros(at) })
    }
}
