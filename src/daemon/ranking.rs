//! When the ranking of the ranked topics is built anew, and by what it is replaced.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::PoisonError;

use anyhow::Context as _;
use chrono::TimeDelta;

use crate::daemon::desk::Desk;
use crate::harvest::ranker;
use crate::harvest::ranker::Ranker;
use crate::model::external_id::ExternalId;
use crate::model::time::Timestamp;
use crate::store;
use crate::topics::Topics;
use crate::topics::selector::Selector;

/// A ranking is built anew after so long.
const RANKED_FOR: TimeDelta = TimeDelta::days(1);

/// What the ranking in force was built of.
#[derive(Clone, Debug, Default)]
pub(super) struct Ranked {
    /// When; never where no topic is ranked.
    at: Option<Timestamp>,
    papers: u64,
    missing: BTreeSet<ExternalId>,
}

impl Desk {
    /// Builds the ranking where it was not built yet.
    pub async fn rank_first(&self) -> anyhow::Result<()> {
        let is_due = {
            let selector = self.topics.borrow();
            selector.ranking().is_none() && selector.topics().are_ranked()
        };
        if is_due { self.rerank().await } else { Ok(()) }
    }

    /// Builds the ranking of the topics in force anew: the papers it compares with have changed, or what is wanted has.
    pub async fn rerank(&self) -> anyhow::Result<()> {
        let topics = Arc::clone(self.topics.borrow().topics());
        let (selector, ranked) = self.rank(Arc::clone(&topics)).await?;
        let is_replaced = self.topics.send_if_modified(|in_force| {
            // A reload that came meanwhile has ranked its own topics.
            let is_same = Arc::ptr_eq(in_force.topics(), &topics);
            if is_same {
                *in_force = selector;
            }
            is_same
        });
        if is_replaced {
            *self.ranked.lock().unwrap_or_else(PoisonError::into_inner) = ranked;
        }
        Ok(())
    }

    /// Whether the ranking has grown old: a day has passed, the store has grown by a quarter, or an example has come.
    pub fn is_ranking_due(&self) -> Result<bool, store::Error> {
        let ranked = self.ranked.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(at) = ranked.at else { return Ok(false) };
        let papers = self.reader().paper_count();
        if self.clock().now().since(at) > RANKED_FOR || papers > ranked.papers + ranked.papers / 4 + 100 {
            return Ok(true);
        }
        for id in &ranked.missing {
            if self.reader().paper_by_external(id)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Ranks topics as the store is now.
    pub(super) async fn rank(&self, topics: Arc<Topics>) -> anyhow::Result<(Arc<Selector>, Ranked)> {
        if !topics.are_ranked() {
            return Ok((Arc::new(Selector::new(topics, None)), Ranked::default()));
        }
        let (reader, embedding, now) = (self.reader().clone(), self.embedding.clone(), self.clock().now());
        let built = tokio::task::spawn_blocking(move || {
            let (embedding, _trained) = embedding.get();
            let Ranker { ranking, missing, papers } = ranker::build(&reader, &topics, &embedding, now)?;
            let ranked = Ranked { at: Some(now), missing, papers };
            Ok::<_, store::Error>((Arc::new(Selector::new(topics, Some(Arc::new(ranking)))), ranked))
        });
        built.await?.context("topics: ranking the stored papers")
    }
}
