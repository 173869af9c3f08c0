//! Opening: an index of this version that is whole is used, anything else is deleted and begun anew.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::path::Path;
use std::sync::Arc;

use tantivy::Index;
use tantivy::IndexWriter;
use tantivy::ReloadPolicy;
use tantivy::TantivyError;
use tantivy::indexer::IndexWriterOptions;
use tantivy::indexer::LogMergePolicy;

use crate::index::Error;
use crate::index::OpenReport;
use crate::index::Settings;
use crate::index::reader::Reader;
use crate::index::schema;
use crate::index::schema::Fields;
use crate::index::writer::Writer;

/// The least memory with which the engine writes.
const LEAST_HEAP: usize = 16 << 20;

/// The most memory that one thread can use.
const MOST_HEAP: usize = 2 << 30;

/// What stands in front of the numbers of a commit.
const PAYLOAD: &str = "offprint";

/// The file that says that the index was closed in order, so that its checksums need not be read again.
const CLOSED: &str = "closed";

/// So many small segments are merged into one; fewer make reading faster and writing slower.
const SEGMENTS_MERGED: usize = 6;

/// An index with fewer papers than this in a segment is merged as one level.
const SMALL_SEGMENT: u32 = 5_000;

/// The share of deleted papers from which a segment is written anew.
const DELETED_SHARE: f32 = 0.3;

/// Opens the index of a folder.
pub(super) fn open(settings: &Settings) -> Result<(Writer, Reader, OpenReport), Error> {
    let path = &settings.path;
    fs::create_dir_all(path).map_err(|error| Error::io(path, &error))?;
    let begun_anew = match unpanicked(|| existing(path)) {
        Ok(Some((index, applied))) => match started(settings, &index, applied) {
            Ok((writer, reader)) => return Ok(report(writer, reader, None)),
            Err(error @ (TantivyError::LockFailure(..) | TantivyError::IoError(_))) => {
                return Err(Error::of(path, &error));
            }
            Err(damage) => Some(damage.to_string()),
        },
        Ok(None) => None,
        Err(reason) => Some(reason),
    };
    let (writer, reader) = anew(settings)?;
    Ok(report(writer, reader, begun_anew))
}

/// The engine panics over some damaged files where it could say what is wrong with them.
fn unpanicked<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_panic| Err("its files cannot be read".to_owned()))
}

/// A writer and a reader of an index, which may still turn out to be damaged.
fn started(settings: &Settings, index: &Index, applied: u64) -> Result<(Writer, Reader), TantivyError> {
    let started = catch_unwind(AssertUnwindSafe(|| start(settings, index, applied)));
    started.unwrap_or_else(|_panic| Err(TantivyError::InternalError("its files cannot be read".to_owned())))
}

/// Has the next opening verify every file, whatever the last closing said.
pub(super) fn distrust(path: &Path) {
    // Where there is no such file the next opening verifies in any case.
    let _was_there = fs::remove_file(path.join(CLOSED));
}

fn report(writer: Writer, reader: Reader, begun_anew: Option<String>) -> (Writer, Reader, OpenReport) {
    let report = OpenReport { begun_anew, applied: writer.applied, papers: reader.count() };
    (writer, reader, report)
}

/// The payload of a commit.
pub(super) fn payload(version: u32, sequence: u64) -> String {
    format!("{PAYLOAD} {version} {sequence}")
}

/// The version and the sequence of a payload.
fn numbers(payload: &str) -> Option<(u32, u64)> {
    let (version, sequence) = payload.strip_prefix(PAYLOAD)?.trim_start().split_once(' ')?;
    Some((version.parse().ok()?, sequence.parse().ok()?))
}

/// The index that is there with its sequence, none where the folder is empty, or why it cannot be used.
fn existing(path: &Path) -> Result<Option<(Index, u64)>, String> {
    let is_closed = fs::remove_file(path.join(CLOSED)).is_ok();
    let is_empty = fs::read_dir(path).is_ok_and(|mut files| files.next().is_none());
    if is_empty {
        return Ok(None);
    }
    let damage = |error: TantivyError| error.to_string();
    let index = Index::open_in_dir(path).map_err(damage)?;
    let metas = index.load_metas().map_err(damage)?;
    let payload = metas.payload.as_deref().unwrap_or_default();
    let Some((version, sequence)) = numbers(payload) else {
        return Err("it was never committed".to_owned());
    };
    if version != schema::VERSION {
        return Err(format!("it has version {version}, and this program uses {}", schema::VERSION));
    }
    if index.schema() != Fields::new().1 {
        return Err("it has other fields".to_owned());
    }
    if !is_closed {
        let damaged = index.validate_checksum().map_err(damage)?;
        if let Some(file) = damaged.iter().min() {
            return Err(format!("file {} is damaged", file.display()));
        }
    }
    Ok(Some((index, sequence)))
}

/// A writer and a reader of an index.
fn start(settings: &Settings, index: &Index, applied: u64) -> Result<(Writer, Reader), TantivyError> {
    schema::prepare(index);
    // Segments are searched side by side: it is the searches that read many places that take long.
    let mut index = index.clone();
    index.set_default_multithread_executor()?;
    let options = IndexWriterOptions::builder()
        .num_worker_threads(1)
        .num_merge_threads(1)
        .memory_budget_per_thread(settings.heap_bytes.clamp(LEAST_HEAP, MOST_HEAP))
        .build();
    let writer: IndexWriter = index.writer_with_options(options)?;
    let mut policy = LogMergePolicy::default();
    policy.set_min_num_segments(SEGMENTS_MERGED);
    policy.set_min_layer_size(SMALL_SEGMENT);
    policy.set_del_docs_ratio_before_merge(DELETED_SHARE);
    writer.set_merge_policy(Box::new(policy));
    let committed = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
    let (fields, _schema) = Fields::new();
    let path = settings.path.clone();
    let reader = Reader { path: path.clone(), committed, fields, census: Arc::default() };
    let engine = Some(writer);
    let writer = Writer { path, engine, reader: reader.clone(), applied, put: HashSet::new() };
    touch(&reader)?;
    Ok((writer, reader))
}

/// Opens every part of every segment, so that a damaged one shows itself now and not under a search.
fn touch(reader: &Reader) -> Result<(), TantivyError> {
    let searcher = reader.committed.searcher();
    for segment in searcher.segment_readers() {
        for (field, entry) in searcher.schema().fields() {
            if entry.is_indexed() {
                segment.inverted_index(field)?;
            }
        }
        segment.get_store_reader(0)?;
        segment.fast_fields().u64(schema::DAY)?;
        segment.fast_fields().u64(schema::ID_LOW)?;
    }
    Ok(())
}

/// Deletes what is in the folder and begins an empty index.
fn anew(settings: &Settings) -> Result<(Writer, Reader), Error> {
    let path = &settings.path;
    clear(path).map_err(|error| Error::io(path, &error))?;
    let (_fields, schema) = Fields::new();
    let started = Index::create_in_dir(path, schema).and_then(|index| start(settings, &index, 0));
    let (mut writer, reader) = started.map_err(|error| Error::of(path, &error))?;
    writer.commit(0)?;
    Ok((writer, reader))
}

/// Deletes what the engine and we have written into a folder; what is of somebody else stays.
fn clear(path: &Path) -> io::Result<()> {
    for file in fs::read_dir(path)? {
        let file = file?;
        if file.file_type()?.is_file() && is_ours(&file.file_name().to_string_lossy()) {
            fs::remove_file(file.path())?;
        }
    }
    Ok(())
}

/// Whether a file has a name as we or the engine give it: its lists, its locks, and segments named by 32 digits.
fn is_ours(name: &str) -> bool {
    let is_segment = name
        .split_once('.')
        .is_some_and(|(id, _)| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()));
    is_segment || name == CLOSED || name.starts_with("meta.json") || name.starts_with('.')
}

/// Notes that the index was closed in order; without the note its checksums are read at the next start.
pub(super) fn mark_closed(path: &Path) {
    let _only_a_hint = fs::write(path.join(CLOSED), b"");
}
