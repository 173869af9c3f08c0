//! The writing half of the store: log, apply, make durable, build anew.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::PoisonError;

use crate::model::paper::PaperId;
use crate::model::plan::Op;
use crate::model::plan::Plan;
use crate::model::plan::Sequence;
use crate::model::time::Timestamp;
use crate::store::Cared;
use crate::store::Error;
use crate::store::PLAN_BYTES;
use crate::store::Reader;
use crate::store::Space;
use crate::store::Verification;
use crate::store::Writer;
use crate::store::apply::Prepared;
use crate::store::changes::Changes;
use crate::store::codec;
use crate::store::codec::Stored as _;
use crate::store::index::Index;
use crate::store::keys;
use crate::store::moves::Moved;
use crate::store::moves::Moves;
use crate::store::news;
use crate::store::news::News;
use crate::store::recover;
use crate::store::verify;

/// As much may lie between two checkpoints; sled has lost whole stores to power cuts after ten times this.
const PENDING_BYTES: usize = PLAN_BYTES;

/// Files are not worth making smaller below this: an empty database has half of it.
const SMALL_BYTES: u64 = 32 << 20;

/// As many plans may lie between two checkpoints.
const PENDING_PLANS: usize = 64;

impl Writer {
    /// Logs plans as one group, then applies each whole. On return they are on disk and readers see them. Returns the
    /// number of the last; after an error none of them counts, unless the error is the database's: then they are in
    /// the log and appear when the store is opened again, where a second time does no harm.
    ///
    /// Each plan may have at most [`PLAN_BYTES`] of encoded values.
    pub fn commit(&mut self, plans: &[Plan]) -> Result<Sequence, Error> {
        let prepared = plans.iter().map(prepare).collect::<Result<Vec<_>, _>>()?;
        let payloads = plans.iter().map(|plan| plan.to_json().map_err(Error::Unstorable));
        self.log_and_apply(&payloads.collect::<Result<Vec<_>, _>>()?, prepared)
    }

    /// Commits changes that belong together, in their order, as one plan where they fit and else as several of one group.
    /// What is too large even alone is left out, with everything about a paper that is left out, and returned.
    pub fn commit_all(&mut self, at: Timestamp, ops: &[Op]) -> Result<Vec<Op>, Error> {
        let Divided { plans, left } = divide(ops);
        let payloads = plans.iter().map(|plan| {
            let ops: Vec<&Op> = plan.ops.iter().map(Prepared::op).collect();
            codec::plan_json(at, &ops).map_err(Error::Unstorable)
        });
        let payloads = payloads.collect::<Result<Vec<_>, _>>()?;
        self.log_and_apply(&payloads, plans)?;
        Ok(left)
    }

    fn log_and_apply(
        &mut self,
        payloads: &[Vec<u8>],
        plans: Vec<PreparedPlan<'_>>,
    ) -> Result<Sequence, Error> {
        self.heal()?;
        let sequences = self.log.append(payloads)?;
        for (sequence, plan) in (sequences.start.0..).map(Sequence).zip(plans) {
            // Until the plan is applied the database lacks something that the log has; should this panic, too.
            self.is_broken = true;
            if let Err(error) = self.apply(sequence, plan) {
                tracing::error!(%error, "the database failed; building it anew from the log");
                self.rebuild()?;
                break;
            }
            self.is_broken = false;
        }
        Ok(self.log.last())
    }

    /// Mends what an earlier failure left. Whoever plans calls this before looking up what to plan upon: a plan that was
    /// logged and not applied would be planned a second time, with identifiers of its own.
    pub fn heal(&mut self) -> Result<(), Error> {
        if self.log.is_refusing() {
            self.log.reopen()?;
        }
        // sled writes behind our back as well, and answers nothing any more once that has failed.
        if self.is_broken || self.shared.index().applied().is_err() {
            self.is_broken = true;
            self.rebuild()?;
        }
        Ok(())
    }

    /// Makes the database durable. Called by itself often enough for the next start to be fast; the log alone already
    /// holds everything.
    pub fn checkpoint(&mut self) -> Result<(), Error> {
        if self.pending_plans > 0 {
            // What sled could not write is not known, so a failure means a new database.
            self.shared.index().checkpoint().inspect_err(|_failed| self.is_broken = true)?;
            self.pending_bytes = 0;
            self.pending_plans = 0;
        }
        Ok(())
    }

    /// Another reader.
    pub fn reader(&self) -> Reader {
        Reader { shared: Arc::clone(&self.shared) }
    }

    /// How large the store is. Reads every row.
    pub fn space(&self) -> Result<Space, Error> {
        let index = self.shared.index();
        let mut logical_bytes = 0_u64;
        for row in index.tree() {
            let (key, value) = row.map_err(Error::index("read from"))?;
            let size = u64::try_from(key.len().saturating_add(value.len())).unwrap_or(u64::MAX);
            logical_bytes = logical_bytes.saturating_add(size);
        }
        Ok(Space { index_bytes: index.bytes()?, log_bytes: self.log.bytes()?, logical_bytes })
    }

    /// Looks after the store: makes it durable, builds the database anew when its files have grown to over three times
    /// their content, which sled never gives back, and compacts the log when it is over three times the state it led
    /// to. Readers are served meanwhile; commits wait. Returns what was done beside the usual.
    pub fn care(&mut self) -> Result<Cared, Error> {
        // A log that is written anew from a database that lacks some of it would lose that for good.
        self.heal()?;
        self.checkpoint()?;
        let space = self.space()?;
        let mut cared = Cared::default();
        if space.is_bloated(space.log_bytes) {
            cared.log_bytes_saved = self.compact_log()?;
        }
        if space.is_bloated(space.index_bytes) {
            self.rebuild()?;
            cared.index_bytes_saved = space.index_bytes.saturating_sub(self.shared.index().bytes()?);
        }
        Ok(cared)
    }

    /// Compares the log with what was derived from it. Commits wait meanwhile. Changes nothing.
    pub fn verify(&self) -> Result<Verification, Error> {
        verify::verify_open(&self.settings, &self.shared.index())
    }

    /// Builds a new database from the log and puts it in the old one's place: the only way to give space back that
    /// sled holds. What a log that was damaged meanwhile has lost is kept. Readers are served from the old one meanwhile;
    /// commits wait. Returns how many plans were replayed.
    pub fn rebuild(&mut self) -> Result<u64, Error> {
        let mut built = recover::build(&self.settings, &self.log)?;
        let present = self.shared.index();
        if built.tally.is_damaged && !self.is_broken && !present.is_incomplete()? {
            // The log was damaged since it was opened. The present database has what is missing: it is written down
            // before it is given up.
            built.index.retire();
            drop(built);
            recover::rewrite_log(&present, &mut self.log)?;
            built = recover::build(&self.settings, &self.log)?;
        }
        let (index, tally) = built.adopt(&self.settings.path)?;
        drop(present);
        let applied = index.applied()?;
        let old = {
            let mut slot = self.shared.index.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *slot, Arc::new(index))
        };
        old.retire();
        drop(old);
        self.is_broken = false;
        self.pending_bytes = 0;
        self.pending_plans = 0;
        // What came by the log and not by a commit is not remembered.
        *self.shared.news.lock().unwrap_or_else(PoisonError::into_inner) = News::since(applied);
        *self.shared.moves.write().unwrap_or_else(PoisonError::into_inner) = Moves::since(applied);
        self.shared.revision.send_replace(applied);
        Ok(tally.replayed)
    }

    /// Replaces the log by the state it led to. Readers are served meanwhile; commits wait. Returns how many bytes
    /// the log got smaller.
    pub fn compact_log(&mut self) -> Result<u64, Error> {
        let before = self.log.bytes()?;
        recover::rewrite_log(&self.shared.index(), &mut self.log)?;
        Ok(before.saturating_sub(self.log.bytes()?))
    }

    /// Makes everything durable and closes the store once its readers are gone.
    pub fn close(mut self) -> Result<(), Error> {
        self.checkpoint()
    }

    fn apply(&mut self, sequence: Sequence, plan: PreparedPlan<'_>) -> Result<(), Error> {
        let index = self.shared.index();
        let touched: Vec<PaperId> =
            plan.ops.iter().flat_map(|prepared| news::touched(prepared.op())).cloned().collect();
        let moved = Moved::by(&index, plan.ops.iter().map(Prepared::op))?;
        let (batch, bytes) = batch(&index, sequence, plan.ops)?;
        // What is written counts: a change without a value of its own, such as a topic that is dropped, may touch any number
        // of rows.
        if self.pending_bytes.saturating_add(bytes) > PENDING_BYTES {
            self.checkpoint()?;
        }
        {
            let _whole = self.shared.applying.write().unwrap_or_else(PoisonError::into_inner);
            index.write(batch)?;
        }
        // Known before it is seen: whoever follows the revision asks what is new at once.
        self.shared.news.lock().unwrap_or_else(PoisonError::into_inner).note(sequence, touched);
        self.shared.moves.write().unwrap_or_else(PoisonError::into_inner).note(sequence, moved);
        self.shared.revision.send_replace(sequence);
        self.pending_bytes = self.pending_bytes.saturating_add(bytes);
        self.pending_plans = self.pending_plans.saturating_add(1);
        if self.pending_bytes >= PENDING_BYTES || self.pending_plans >= PENDING_PLANS {
            self.checkpoint()?;
        }
        Ok(())
    }
}

impl Space {
    /// Whether files of so many bytes are over three times the content they hold, and large enough to be worth the work.
    fn is_bloated(&self, bytes: u64) -> bool {
        bytes > self.logical_bytes.saturating_mul(3).saturating_add(SMALL_BYTES)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if let Err(error) = self.checkpoint() {
            tracing::warn!(%error, "the database was not closed properly; the next start replays the log");
        }
    }
}

/// A plan whose values are encoded.
pub(super) struct PreparedPlan<'plan> {
    ops: Vec<Prepared<'plan>>,
    bytes: usize,
}

/// Encodes the values of a plan and refuses what could not be applied later.
pub(super) fn prepare(plan: &Plan) -> Result<PreparedPlan<'_>, Error> {
    let prepared = encode(plan)?;
    if prepared.bytes > PLAN_BYTES {
        return Err(Error::Oversized { bytes: prepared.bytes });
    }
    Ok(prepared)
}

/// No divided plan has more papers, whose JSON could else be larger than the log takes however well it packs.
const DIVIDED_PAPERS: usize = 128;

/// Changes in plans that each fit.
struct Divided<'op> {
    plans: Vec<PreparedPlan<'op>>,
    left: Vec<Op>,
}

fn divide(ops: &[Op]) -> Divided<'_> {
    let mut divided = Divided { plans: Vec::new(), left: Vec::new() };
    let mut plan = PreparedPlan { ops: Vec::new(), bytes: 0 };
    let (mut papers, mut lost) = (0_usize, BTreeSet::new());
    for op in ops {
        let about = paper_of(op);
        let prepared = Prepared::new(op).ok().filter(|prepared| prepared.bytes() <= PLAN_BYTES);
        let Some(prepared) = prepared.filter(|_| about.is_none_or(|paper| !lost.contains(paper))) else {
            lost.extend(about);
            divided.left.push(op.clone());
            continue;
        };
        let is_paper = usize::from(matches!(op, Op::Paper(_)));
        if plan.bytes.saturating_add(prepared.bytes()) > PLAN_BYTES || papers + is_paper > DIVIDED_PAPERS {
            let full = std::mem::replace(&mut plan, PreparedPlan { ops: Vec::new(), bytes: 0 });
            divided.plans.push(full);
            papers = 0;
        }
        papers += is_paper;
        plan.bytes = plan.bytes.saturating_add(prepared.bytes());
        plan.ops.push(prepared);
    }
    divided.plans.push(plan);
    divided
}

/// The paper that a change is about.
fn paper_of(op: &Op) -> Option<&PaperId> {
    match op {
        Op::Paper(paper) => Some(&paper.id),
        Op::Enter(entry) => Some(&entry.paper),
        Op::Signals { paper, .. } => Some(paper),
        Op::Installation(_)
        | Op::Ruling(_)
        | Op::Absorb { .. }
        | Op::Close(_)
        | Op::Reopen { .. }
        | Op::PrivateReader(_)
        | Op::Outgoing(_)
        | Op::Forget(_)
        | Op::Mark(_)
        | Op::Unmark { .. }
        | Op::Pick(_)
        | Op::Unpick(_)
        | Op::Leave { .. }
        | Op::Topic(_)
        | Op::DropTopic(_)
        | Op::Source(_)
        | Op::Exchange { .. }
        | Op::Operator { .. } => None,
    }
}

fn encode(plan: &Plan) -> Result<PreparedPlan<'_>, Error> {
    let ops = plan.ops.iter().map(Prepared::new).collect::<Result<Vec<_>, _>>().map_err(Error::Unstorable)?;
    let bytes = ops.iter().map(Prepared::bytes).fold(0, usize::saturating_add);
    Ok(PreparedPlan { ops, bytes })
}

/// Applies a plan that is in the log, whatever its size.
pub(super) fn replay(index: &Index, sequence: Sequence, plan: &Plan) -> Result<usize, Error> {
    let (batch, bytes) = batch(index, sequence, encode(plan)?.ops)?;
    index.write(batch)?;
    Ok(bytes)
}

/// What a plan writes, and how many bytes that is.
fn batch(index: &Index, sequence: Sequence, ops: Vec<Prepared<'_>>) -> Result<(sled::Batch, usize), Error> {
    let mut changes = Changes::new(index.tree());
    for op in ops {
        op.apply(&mut changes)?;
    }
    changes.write_number(keys::APPLIED.to_vec(), sequence.0);
    let bytes = changes.bytes();
    Ok((changes.into_batch(), bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_bloated_over_three_times_their_content() {
        let space = Space { index_bytes: 0, log_bytes: 0, logical_bytes: 100 << 20 };
        let least = (300 << 20) + SMALL_BYTES;
        assert!(!space.is_bloated(least) && space.is_bloated(least + 1));
        let empty = Space { logical_bytes: 0, ..space };
        assert!(!empty.is_bloated(SMALL_BYTES), "an empty database is left alone");
    }
}
