//! Compaction: the whole state takes the place of everything that led to it.

use std::io;
use std::path::PathBuf;

use crate::wal::Error;
use crate::wal::Log;
use crate::wal::frame;
use crate::wal::frame::Kind;
use crate::wal::layout::Layout;

/// How much is written at once.
const CHUNK_BYTES: usize = 1 << 20;

/// Writes the snapshot aside, syncs it, switches by renaming it, and then removes what it replaces.
pub(super) fn compact<E: From<Error>>(
    log: &mut Log,
    sequence: u64,
    payloads: impl Iterator<Item = Result<Vec<u8>, E>>,
) -> Result<(), E> {
    let unfinished = log.layout.unfinished_path(sequence);
    match log.storage.remove(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(Error::io("remove", &unfinished)(error).into());
        }
        Ok(()) | Err(_) => {}
    }
    if let Err(error) = write(log, sequence, payloads) {
        // The next opening removes it if this does not.
        let _removed_when_opened = log.storage.remove(&unfinished);
        return Err(error);
    }
    switch(log, sequence).map_err(E::from)
}

fn write<E: From<Error>>(
    log: &Log,
    sequence: u64,
    payloads: impl Iterator<Item = Result<Vec<u8>, E>>,
) -> Result<(), E> {
    let path = log.layout.unfinished_path(sequence);
    let mut file = log.storage.create(&path).map_err(Error::io("create", &path))?;
    let mut chunk = frame::file_header(sequence);
    let mut parts = 0_u64;
    for payload in payloads {
        frame::encode(&mut chunk, sequence, Kind::Snapshot, &payload?)?;
        parts = parts.saturating_add(1);
        if chunk.len() >= CHUNK_BYTES {
            file.append(&chunk).map_err(Error::io("append to", &path))?;
            chunk.clear();
        }
    }
    frame::encode(&mut chunk, sequence, Kind::SnapshotEnd, &parts.to_le_bytes())?;
    file.append(&chunk).map_err(Error::io("append to", &path))?;
    file.sync().map_err(Error::io("sync", &path))?;
    Ok(())
}

fn switch(log: &mut Log, sequence: u64) -> Result<(), Error> {
    let folder = log.layout.folder().to_owned();
    let (unfinished, path) = (log.layout.unfinished_path(sequence), log.layout.snapshot_path(sequence));
    let new = Layout::new(&folder, Some(sequence), Vec::new());
    let replaced: Vec<PathBuf> = log.layout.files().filter(|old| *old != path).collect();
    log.storage.rename(&unfinished, &path).map_err(Error::io("rename", &unfinished))?;
    // From here on the new log counts, whatever fails: an append to an old segment would be lost.
    log.layout = new;
    log.active = None;
    log.last = sequence;
    if let Err(source) = log.storage.sync_folder(&folder) {
        // It is not certain which log a power cut would leave, so nothing may be appended before that is settled.
        log.is_refusing = true;
        return Err(Error::io("sync", &folder)(source));
    }
    for old in replaced {
        log.storage.remove(&old).map_err(Error::io("remove", &old))?;
    }
    log.storage.sync_folder(&folder).map_err(Error::io("sync", &folder))
}
