//! Which papers changed since a sequence: for whatever is derived from the papers and follows the store.
//!
//! The last plans are kept in memory, older ones are read from the log; where the log reaches back no further, since it was
//! compacted or is damaged, nobody knows, and what is derived must be made anew.

use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::sync::PoisonError;

use crate::model::paper::PaperId;
use crate::model::plan::Op;
use crate::model::plan::Sequence;
use crate::store::Error;
use crate::store::Reader;
use crate::store::Writer;
use crate::store::codec;
use crate::wal::replay::Found;

/// So many plans are remembered; with a hundred papers each a few MB.
const PLANS_KEPT: usize = 2_048;

/// The papers that the last plans touched.
#[derive(Debug)]
pub(super) struct News {
    /// All plans after this one are here.
    after: Sequence,
    plans: VecDeque<(Sequence, Vec<PaperId>)>,
}

impl News {
    /// Nothing since a sequence.
    pub(super) fn since(after: Sequence) -> Self {
        Self { after, plans: VecDeque::new() }
    }

    /// Notes what a plan touched.
    pub(super) fn note(&mut self, sequence: Sequence, papers: Vec<PaperId>) {
        self.plans.push_back((sequence, papers));
        if self.plans.len() > PLANS_KEPT
            && let Some((oldest, _papers)) = self.plans.pop_front()
        {
            self.after = oldest;
        }
    }

    fn touched(&self, after: Sequence) -> Option<BTreeSet<PaperId>> {
        let newer = self.plans.iter().filter(|(sequence, _papers)| *sequence > after);
        (after >= self.after).then(|| newer.flat_map(|(_sequence, papers)| papers).cloned().collect())
    }
}

/// The papers that a change touches in what others derive from them.
pub(super) fn touched(op: &Op) -> impl Iterator<Item = &PaperId> {
    let (one, other) = match op {
        Op::Paper(paper) => (Some(&paper.id), None),
        Op::Absorb { from, into } => (Some(from), Some(into)),
        Op::Signals { paper, .. } | Op::Unpick(paper) => (Some(paper), None),
        Op::Pick(pick) => (Some(&pick.paper), None),
        Op::Installation(_)
        | Op::Ruling(_)
        | Op::Enter(_)
        | Op::Leave { .. }
        | Op::Topic(_)
        | Op::DropTopic(_)
        | Op::Close(_)
        | Op::Reopen { .. }
        | Op::PrivateReader(_)
        | Op::Outgoing(_)
        | Op::Forget(_)
        | Op::Mark(_)
        | Op::Unmark { .. }
        | Op::Source(_)
        | Op::Exchange { .. }
        | Op::Operator { .. } => (None, None),
    };
    one.into_iter().chain(other)
}

impl Reader {
    /// The papers that changed after a sequence, if that is still remembered: whose text, counters or picks are others, and
    /// those that are gone.
    pub fn touched_since(&self, after: Sequence) -> Option<BTreeSet<PaperId>> {
        self.shared.news.lock().unwrap_or_else(PoisonError::into_inner).touched(after)
    }
}

impl Writer {
    /// The same as far back as the log tells; `None` where that is not far enough.
    pub fn touched_since(&self, after: Sequence) -> Result<Option<BTreeSet<PaperId>>, Error> {
        if let Some(known) = self.reader().touched_since(after) {
            return Ok(Some(known));
        }
        if after > self.log.last() || after < self.log.base() {
            return Ok(None);
        }
        let mut papers = BTreeSet::new();
        for found in self.log.replay(after) {
            match found? {
                Found::Snapshot { .. } | Found::Damage(_) => return Ok(None),
                Found::Plan { payload, .. } => match codec::plan_of(&payload) {
                    Ok((plan, _faults)) => papers.extend(plan.ops.iter().flat_map(touched).cloned()),
                    Err(_unreadable) => return Ok(None),
                },
            }
        }
        Ok(Some(papers))
    }
}
