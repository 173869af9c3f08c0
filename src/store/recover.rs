//! Opening a store: takes its lock, opens the log, and brings the database up to it, anew if it must be.
//!
//! Databases have numbered folders and the file `current` names the one that counts, so that a new one takes an old
//! one's place by one rename while the old one is still read.

use std::fs::File;
use std::fs::OpenOptions;
use std::fs::TryLockError;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::RwLock;

use tokio::sync::watch;

use crate::model::plan::Sequence;
use crate::store::Error;
use crate::store::OpenReport;
use crate::store::Opened;
use crate::store::PLAN_BYTES;
use crate::store::Reader;
use crate::store::Settings;
use crate::store::Shared;
use crate::store::Writer;
use crate::store::codec;
use crate::store::codec::Fault;
use crate::store::commit;
use crate::store::index;
use crate::store::index::Index;
use crate::store::moves::Moves;
use crate::store::news::News;
use crate::store::snapshot;
use crate::wal;
use crate::wal::Damage;
use crate::wal::Log;
use crate::wal::replay::Found;
use crate::wal::storage::Storage;

/// Names the folder of the database that counts.
const CURRENT: &str = "current";

const INDEX_PREFIX: &str = "sled-";

pub(super) fn open(settings: &Settings, storage: Arc<dyn Storage>) -> Result<Opened, Error> {
    let path = settings.path.as_path();
    let lock = lock(path)?;
    let (mut log, found) = Log::open_uncut(storage, &log_folder(path))?;
    let mut report =
        OpenReport { torn_bytes: found.torn_bytes, damage: found.damage, ..OpenReport::default() };
    let index = match take_up(settings, &mut log, &mut report) {
        Ok(index) => index,
        // A newer format is no damage: building anew would lose what only the newer version can read. Nor is a log that
        // cannot be read or written now: the database may be all that has what the log lost.
        Err(error @ (Error::Stored { fault: Fault::Newer { .. }, .. } | Error::Log(_))) => return Err(error),
        Err(error) => {
            if log.last() > Sequence(0) {
                report.rebuilt = Some(error.to_string());
            }
            let (index, tally) = build(settings, &log)?.adopt(path)?;
            report.replayed = tally.replayed;
            report.unreadable = tally.unreadable;
            index
        }
    };
    log.cut_torn_end()?;
    report.sequence = log.last();
    clean_up(path)?;
    let (revision, _receiver) = watch::channel(index.applied()?);
    let news = Mutex::new(News::since(index.applied()?));
    let moves = RwLock::new(Moves::since(index.applied()?));
    let index = RwLock::new(Arc::new(index));
    let shared = Arc::new(Shared { index, revision, news, moves, applying: RwLock::new(()), _lock: lock });
    let settings = settings.clone();
    let reader = Reader { shared: Arc::clone(&shared) };
    let writer = Writer { shared, log, settings, pending_bytes: 0, pending_plans: 0, is_broken: false };
    Ok(Opened { writer, reader, report })
}

/// Makes the folder where it is missing, and keeps everyone else out of it.
pub(super) fn lock(path: &Path) -> Result<File, Error> {
    if path.exists() && !path.is_dir() {
        return Err(Error::NotADirectory { path: path.to_owned() });
    }
    std::fs::create_dir_all(path).map_err(Error::io("create", path))?;
    let name = path.join("lock");
    let options = OpenOptions::new().write(true).create(true).truncate(false).open(&name);
    let file = options.map_err(Error::io("open", &name))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::InUse { path: path.to_owned() }),
        Err(TryLockError::Error(error)) => Err(Error::io("lock", &name)(error)),
    }
}

pub(super) fn log_folder(path: &Path) -> PathBuf {
    path.join("wal")
}

/// Opens the database that counts, checks it, and applies what it has not seen. Any error means: build it anew.
fn take_up(settings: &Settings, log: &mut Log, report: &mut OpenReport) -> Result<Index, Error> {
    let index = open_current(settings)?;
    snapshot::check(&index)?;
    let applied = index.applied()?;
    let unfit = |message: String| Error::Index { doing: "go on with", message };
    if applied < log.base() {
        let (applied, base) = (applied.0, log.base().0);
        return Err(unfit(format!("it ends at {applied}, and the log begins at {base}")));
    }
    if applied > log.last() && report.torn_bytes == 0 {
        let (applied, last) = (applied.0, log.last().0);
        return Err(unfit(format!("it is at {applied}, beyond the end of the log at {last}")));
    }
    // What the log lost and the database has is written down again, so that the log is whole once more.
    let is_lost_here = |damage: &Damage| damage.missing.is_none_or(|(_first, last)| last <= applied);
    let is_hurt = !report.damage.is_empty() || applied > log.last();
    if !report.damage.iter().all(is_lost_here) {
        index.mark_incomplete()?;
    }
    let tally = replay(&index, log, applied)?;
    report.replayed = tally.replayed;
    report.unreadable = tally.unreadable;
    index.checkpoint()?;
    if is_hurt && !index.is_incomplete()? {
        rewrite_log(&index, log)?;
        report.is_healed = true;
    }
    index.demand_layout()?;
    Ok(index)
}

/// Replaces the log by the state of the database.
pub(super) fn rewrite_log(index: &Index, log: &mut Log) -> Result<(), Error> {
    snapshot::check(index)?;
    log.compact(index.applied()?, snapshot::payloads(index.tree()))?;
    index.mark_complete()
}

/// Opens the database that counts.
pub(super) fn open_current(settings: &Settings) -> Result<Index, Error> {
    let name = current(&settings.path);
    let folder = name.map(|name| settings.path.join(name)).filter(|folder| folder.join("db").exists());
    let Some(folder) = folder else {
        return Err(Error::Index { doing: "find", message: "it is not there".to_owned() });
    };
    Index::open(&folder, settings.cache_bytes)
}

/// A database that was built and does not count yet.
pub(super) struct Built {
    pub(super) index: Index,
    pub(super) tally: Tally,
    name: String,
}

impl Built {
    /// Makes it the one that counts.
    pub(super) fn adopt(self, path: &Path) -> Result<(Index, Tally), Error> {
        point_to(path, &self.name)?;
        Ok((self.index, self.tally))
    }
}

/// Builds a database from the log in a new folder.
pub(super) fn build(settings: &Settings, log: &Log) -> Result<Built, Error> {
    let name = next_name(&settings.path)?;
    let folder = settings.path.join(&name);
    match build_in(&folder, settings, log) {
        Ok((index, tally)) => Ok(Built { index, tally, name }),
        Err(error) => {
            // The next opening removes it if this does not.
            let _removed_when_opened = std::fs::remove_dir_all(&folder);
            Err(error)
        }
    }
}

fn build_in(folder: &Path, settings: &Settings, log: &Log) -> Result<(Index, Tally), Error> {
    let index = Index::create(folder, settings.cache_bytes)?;
    let tally = replay(&index, log, Sequence(0))?;
    if tally.is_damaged {
        index.mark_incomplete()?;
    }
    index.settle()?;
    Ok((index, tally))
}

/// What replaying did.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) replayed: u64,
    pub(super) unreadable: Vec<(Sequence, String)>,
    /// Whether some of the log cannot be read.
    pub(super) is_damaged: bool,
}

/// Applies what was logged after a sequence.
fn replay(index: &Index, log: &Log, after: Sequence) -> Result<Tally, Error> {
    let tally = apply_all(index, log.replay(after), Sequence(u64::MAX))?;
    if index.applied()? < log.last() {
        index.write_applied(log.last())?;
    }
    Ok(tally)
}

/// Applies what a log gives, up to a sequence.
pub(super) fn apply_all(
    index: &Index,
    log: impl Iterator<Item = Result<Found, wal::Error>>,
    until: Sequence,
) -> Result<Tally, Error> {
    let mut tally = Tally::default();
    let mut pending_bytes = 0_usize;
    for found in log {
        match found? {
            Found::Snapshot { sequence, payload } => {
                for fault in snapshot::restore(index, sequence, &payload)? {
                    tally.skip(sequence, fault)?;
                }
            }
            Found::Plan { sequence, .. } if sequence > until => break,
            Found::Plan { sequence, payload } => match codec::plan_of(&payload) {
                Ok((plan, faults)) => {
                    faults.into_iter().try_for_each(|fault| tally.skip(sequence, fault))?;
                    let bytes = commit::replay(index, sequence, &plan)?;
                    tally.replayed = tally.replayed.saturating_add(1);
                    pending_bytes = pending_bytes.saturating_add(bytes);
                }
                Err(fault) => tally.skip(sequence, fault)?,
            },
            Found::Damage(_) => tally.is_damaged = true,
        }
        if pending_bytes >= PLAN_BYTES {
            index.checkpoint()?;
            pending_bytes = 0;
        }
    }
    Ok(tally)
}

impl Tally {
    fn skip(&mut self, sequence: Sequence, fault: Fault) -> Result<(), Error> {
        if matches!(fault, Fault::Newer { .. }) {
            return Err(Error::stored("the write-ahead log")(fault));
        }
        self.unreadable.push((sequence, fault.to_string()));
        Ok(())
    }
}

/// The name of the database that counts.
fn current(path: &Path) -> Option<String> {
    let name = std::fs::read_to_string(path.join(CURRENT)).ok()?;
    let name = name.trim();
    number_of(name).is_some().then(|| name.to_owned())
}

fn number_of(name: &str) -> Option<u32> {
    name.strip_prefix(INDEX_PREFIX)?.parse().ok()
}

fn index_names(path: &Path) -> Result<Vec<String>, Error> {
    let entries = std::fs::read_dir(path).map_err(Error::io("list", path))?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    Ok(names.filter(|name| number_of(name).is_some()).collect())
}

fn next_name(path: &Path) -> Result<String, Error> {
    let highest = index_names(path)?.iter().filter_map(|name| number_of(name)).max();
    Ok(format!("{INDEX_PREFIX}{:06}", highest.unwrap_or(0).saturating_add(1)))
}

fn point_to(path: &Path, name: &str) -> Result<(), Error> {
    let (new, current) = (path.join("current.new"), path.join(CURRENT));
    let mut file = File::create(&new).map_err(Error::io("create", &new))?;
    file.write_all(name.as_bytes()).map_err(Error::io("write to", &new))?;
    file.sync_all().map_err(Error::io("sync", &new))?;
    std::fs::rename(&new, &current).map_err(Error::io("rename", &new))?;
    index::sync_folder(path)
}

/// Removes databases that do not count any more.
fn clean_up(path: &Path) -> Result<(), Error> {
    let current = current(path);
    for name in index_names(path)? {
        if Some(&name) != current.as_ref() {
            let folder = path.join(name);
            std::fs::remove_dir_all(&folder).map_err(Error::io("remove", &folder))?;
        }
    }
    Ok(())
}
