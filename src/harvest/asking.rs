//! Asking: the turn of an operator, and one request when it came.

use std::sync::Arc;
use std::sync::PoisonError;

use tokio::sync::OwnedMutexGuard;
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;

use crate::fetch::Fetched;
use crate::fetch::exchange::Request;
use crate::fetch::fault::Fault;
use crate::fetch::fault::FetchError;
use crate::fetch::fault::Retry;
use crate::fetch::fault::Scope;
use crate::harvest::course;
use crate::harvest::job::Job;
use crate::harvest::run::Error;
use crate::harvest::run::Harvester;
use crate::model::source::ExchangeMemory;

/// Held while an answer is asked for and read.
pub(super) struct Lane {
    _alone: OwnedMutexGuard<()>,
    _permit: OwnedSemaphorePermit,
}

impl Harvester {
    /// The right to ask an operator and to hold an answer in memory; `None` when stopped.
    pub(super) async fn lane(&self, job: &Job, request: &Request, stop: &CancellationToken) -> Option<Lane> {
        let lane = {
            let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(lanes.entry(course::bucket(job, request).operator).or_default())
        };
        let alone = stop.run_until_cancelled(lane.lock_owned()).await?;
        let permit = stop.run_until_cancelled(Arc::clone(&self.permits).acquire_owned()).await?;
        Some(Lane { _alone: alone, _permit: permit.ok()? })
    }

    /// One request, unless its operator asked us to wait.
    pub(super) async fn exchange(
        &self,
        job: &Job,
        request: &Request,
    ) -> Result<Result<Fetched, Box<FetchError>>, Error> {
        let bucket = course::bucket(job, request);
        let now = self.clock.now();
        if let Some(wait) = self.reader.operator(&bucket.operator)?.filter(|wait| wait.at > now) {
            return Ok(Err(Box::new(FetchError {
                host: host_of(request),
                fault: Fault::Held { operator: bucket.operator, until: wait.at },
                retry: Retry::At { not_before: wait.at, scope: Scope::Operator },
                memory: None,
                response: None,
            })));
        }
        let memory = if request.is_afresh {
            ExchangeMemory::default()
        } else {
            self.reader.exchange(&course::address(job, request))?
        };
        Ok(self.client().fetch(request, &bucket, &memory, now).await)
    }
}

/// The host of a request, for messages.
pub(super) fn host_of(request: &Request) -> String {
    request.url.host_str().unwrap_or_default().to_owned()
}
