//! Harvests, one at a time of each source, whoever asks for them.

use std::sync::Arc;
use std::sync::PoisonError;

use tokio::sync::OwnedMutexGuard;
use tokio_util::sync::CancellationToken;

use crate::config::ConfiguredSource;
use crate::daemon::backfill::Days;
use crate::daemon::desk::Desk;
use crate::daemon::jobs::job;
use crate::daemon::occasion::Occasion;
use crate::daemon::occasion::Polled;
use crate::harvest::history;
use crate::harvest::history::Begun;
use crate::harvest::job::Progress;

impl Desk {
    /// The right to harvest a source, which only one has at a time.
    async fn alone(&self, source: &ConfiguredSource) -> OwnedMutexGuard<()> {
        let guard = {
            let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(busy.entry(source.id.clone()).or_default())
        };
        guard.lock_owned().await
    }

    /// Begins a harvest of history, or goes on with it; see [`crate::harvest::run::Harvester::begin_history`].
    pub async fn begin_history(
        &self,
        source: &ConfiguredSource,
        days: Days,
        gives_up_another: bool,
    ) -> anyhow::Result<Begun> {
        let _alone = self.alone(source).await;
        let job = job(&self.config(), source);
        Ok(self.harvester.begin_history(&job, days.since, days.until, gives_up_another).await?)
    }

    /// Makes one request of a source's harvest of history.
    pub async fn history_step(
        &self,
        source: &ConfiguredSource,
        stop: &CancellationToken,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> anyhow::Result<history::Step> {
        let _alone = self.alone(source).await;
        Ok(self.harvester.history_step(&job(&self.config(), source), stop, progress).await?)
    }

    /// Harvests one source, if it may be polled on that occasion. One that is being harvested at this moment is waited
    /// for first, and asked for its state only then.
    pub async fn harvest(
        &self,
        source: &ConfiguredSource,
        occasion: Occasion,
        stop: &CancellationToken,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> anyhow::Result<Polled> {
        let _alone = self.alone(source).await;
        if let Some(state) = self.reader().source(&source.id)?
            && let Some(wait) = occasion.forbids(&state, source, self.clock.now())
        {
            return Ok(Polled::NotYet(state.health, wait));
        }
        let job = job(&self.config(), source);
        Ok(Polled::Done(self.harvester.harvest(&job, stop, progress).await?))
    }
}
