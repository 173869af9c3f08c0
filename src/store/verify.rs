//! Compares the log with the database: replays the one into a database of its own and summarises both.

use std::path::Path;
use std::sync::Arc;

use crate::model::plan::Sequence;
use crate::store::Error;
use crate::store::Settings;
use crate::store::Verification;
use crate::store::digest;
use crate::store::digest::Summary;
use crate::store::index::Index;
use crate::store::recover;
use crate::wal::Log;
use crate::wal::storage::Disk;
use crate::wal::storage::Storage;

/// Where the replayed database is while it is needed.
const SCRATCH: &str = "verify";

/// Compares a store that nobody uses.
pub(super) fn verify(settings: &Settings) -> Result<Verification, Error> {
    let _lock = recover::lock(&settings.path)?;
    compare(settings, recover::open_current(settings).and_then(|index| summary(&index)))
}

/// Compares a store in use, whose writer waits meanwhile.
pub(super) fn verify_open(settings: &Settings, index: &Index) -> Result<Verification, Error> {
    compare(settings, summary(index))
}

fn compare(settings: &Settings, derived: Result<(Sequence, Summary), Error>) -> Result<Verification, Error> {
    let path = settings.path.as_path();
    let storage: Arc<dyn Storage> = Arc::new(Disk);
    let inspection = Log::inspect(&storage, &recover::log_folder(path))?;
    let (applied, derived) = match derived {
        Ok((applied, summary)) => (applied, Ok(summary)),
        Err(error) => (inspection.last, Err(error)),
    };
    // What the database has not seen yet is no fault: it is applied when the store is opened.
    let until = applied.max(inspection.base);
    let scratch = Scratch(path.join(SCRATCH));
    let index = Index::create(&scratch.0, settings.cache_bytes)?;
    let tally = recover::apply_all(&index, inspection.replay, until)?;
    let logged = digest::summarise(index.tree())?;
    drop(index);
    drop(scratch);
    let (derived, fault) = match derived {
        Ok(summary) => (summary, None),
        Err(error) => {
            let counts = logged.counts.iter().map(|(name, _count)| (*name, 0)).collect();
            (Summary { digest: String::new(), counts }, Some(error.to_string()))
        }
    };
    let pairs = logged.counts.iter().zip(&derived.counts);
    Ok(Verification {
        sequence: inspection.last,
        applied,
        torn_bytes: inspection.report.torn_bytes,
        damage: inspection.report.damage,
        unreadable: tally.unreadable,
        counts: pairs.map(|((name, logged), (_name, derived))| (*name, *logged, *derived)).collect(),
        digests: (logged.digest, derived.digest),
        fault,
    })
}

fn summary(index: &Index) -> Result<(Sequence, Summary), Error> {
    index.demand_layout()?;
    Ok((index.applied()?, digest::summarise(index.tree())?))
}

/// A folder that is removed when it is not needed any more.
struct Scratch(std::path::PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _a_leftover_is_overwritten_next_time = std::fs::remove_dir_all::<&Path>(&self.0);
    }
}
