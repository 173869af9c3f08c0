//! Opening: finds the files, finishes an interrupted compaction, cuts a torn end, and reports what is damaged.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use crate::model::plan::Sequence;
use crate::wal::Active;
use crate::wal::Damage;
use crate::wal::Error;
use crate::wal::Inspection;
use crate::wal::Log;
use crate::wal::Report;
use crate::wal::SEGMENT_BYTES;
use crate::wal::frame::FILE_HEADER_BYTES;
use crate::wal::layout::Layout;
use crate::wal::layout::Name;
use crate::wal::replay::Event;
use crate::wal::replay::Replay;
use crate::wal::replay::Walk;
use crate::wal::storage::Storage;

/// Opens the log for appending.
pub(super) fn open(storage: Arc<dyn Storage>, folder: &Path) -> Result<(Log, Report), Error> {
    storage.create_folder(folder).map_err(Error::io("create", folder))?;
    let mut survey = survey(&storage, folder)?;
    for path in &survey.obsolete {
        storage.remove(path).map_err(Error::io("remove", path))?;
    }
    let mut findings = findings(&storage, &survey.layout)?;
    let mut active = None;
    if let Some(first) = survey.layout.segments().last().copied() {
        let path = survey.layout.segment_path(first);
        let mut length = storage.length(&path).map_err(Error::io("measure", &path))?;
        if let Some(keep) = findings.torn_at {
            storage.truncate(&path, keep).map_err(Error::io("truncate", &path))?;
            length = keep;
        }
        if findings.is_last_empty && !findings.is_last_header_whole {
            storage.remove(&path).map_err(Error::io("remove", &path))?;
            survey.layout.forget_segment(first);
        } else if length < SEGMENT_BYTES || findings.is_last_empty {
            let mut file = storage.extend(&path).map_err(Error::io("open", &path))?;
            // What a killed process wrote and never synced counts from now on, so it must be on disk.
            file.sync().map_err(Error::io("sync", &path))?;
            active = Some(Active { path, file, acknowledged: length });
        }
    }
    storage.sync_folder(folder).map_err(Error::io("sync", folder))?;
    findings.report.damage.append(&mut survey.damage);
    let log = Log { storage, layout: survey.layout, last: findings.last, active, is_refusing: false };
    Ok((log, findings.report))
}

/// Reports what [`open`] would, and changes nothing.
pub(super) fn inspect(storage: &Arc<dyn Storage>, folder: &Path) -> Result<Inspection, Error> {
    let mut survey = survey(storage, folder)?;
    let mut findings = findings(storage, &survey.layout)?;
    findings.report.damage.append(&mut survey.damage);
    Ok(Inspection {
        report: findings.report,
        base: Sequence(survey.layout.base()),
        last: Sequence(findings.last),
        replay: Replay::new(Arc::clone(storage), &survey.layout, 0),
    })
}

/// The files of the log, and those that are of no use any more.
struct Survey {
    layout: Layout,
    obsolete: Vec<PathBuf>,
    damage: Vec<Damage>,
}

fn survey(storage: &Arc<dyn Storage>, folder: &Path) -> Result<Survey, Error> {
    let names = storage.names(folder).map_err(Error::io("list", folder))?;
    let mut obsolete = Vec::new();
    let (mut snapshots, mut segments) = (Vec::new(), Vec::new());
    for name in names {
        match Name::parse(&name) {
            Some(Name::Segment(first)) => segments.push(first),
            Some(Name::Snapshot(sequence)) => snapshots.push(sequence),
            Some(Name::Unfinished) => obsolete.push(folder.join(name)),
            None => {}
        }
    }
    snapshots.sort_unstable();
    segments.sort_unstable();
    let mut damage = Vec::new();
    let mut newest = snapshots.pop();
    let outlived = newest.is_some_and(|newest| {
        !snapshots.is_empty() || segments.first().is_some_and(|first| *first <= newest)
    });
    if let (Some(sequence), true) = (newest, outlived) {
        // A crash came between the switch and the removal of the old files, so there is a choice.
        let only = Layout::new(folder, Some(sequence), Vec::new());
        let found = findings(storage, &only)?.report.damage;
        let older = snapshots.last().copied();
        let is_old_log_whole = segments.first() == Some(&older.unwrap_or(0).saturating_add(1));
        if !found.is_empty() && is_old_log_whole {
            damage = found;
            obsolete.push(only.snapshot_path(sequence));
            newest = older;
        }
    }
    let base = newest.unwrap_or(0);
    let layout =
        Layout::new(folder, newest, segments.iter().copied().filter(|first| *first > base).collect());
    let old_segments = segments.iter().filter(|first| **first <= base);
    obsolete.extend(old_segments.map(|first| layout.segment_path(*first)));
    let old_snapshots = snapshots.iter().filter(|sequence| **sequence < base);
    obsolete.extend(old_snapshots.map(|sequence| layout.snapshot_path(*sequence)));
    Ok(Survey { layout, obsolete, damage })
}

struct Findings {
    report: Report,
    last: u64,
    torn_at: Option<u64>,
    is_last_empty: bool,
    is_last_header_whole: bool,
}

fn findings(storage: &Arc<dyn Storage>, layout: &Layout) -> Result<Findings, Error> {
    let mut walk = Walk::new(Arc::clone(storage), layout, 0);
    let mut report = Report::default();
    let last_file = layout.segments().last().map(|first| layout.segment_path(*first));
    let last_name = last_file.as_ref().and_then(|path| path.file_name()).map(|name| name.to_string_lossy());
    let (mut torn_at, mut is_last_empty, mut is_last_header_whole) = (None, true, true);
    loop {
        match walk.next_event()? {
            Event::End => break,
            Event::Frame { file, .. } => {
                is_last_empty = is_last_empty && Some(file.as_str()) != last_name.as_deref();
            }
            Event::Damage(damage) => {
                let is_header = damage.offset == 0 && damage.bytes > 0;
                if is_header && Some(damage.file.as_str()) == last_name.as_deref() {
                    is_last_header_whole = false;
                }
                report.damage.push(damage);
            }
            Event::Torn { keep, bytes } => {
                is_last_header_whole = is_last_header_whole && keep >= FILE_HEADER_BYTES;
                report.torn_bytes = report.torn_bytes.saturating_add(bytes);
                torn_at = Some(keep);
            }
        }
    }
    let last = walk.expected.saturating_sub(1).max(layout.base());
    Ok(Findings { report, last, torn_at, is_last_empty, is_last_header_whole })
}
