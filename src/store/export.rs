//! A store as a file that later versions can read, and back: JSON Lines behind zstd.
//!
//! First line `{"format":"offprint-store","v":1,"sequence":…}`, then one change a line, then
//! `{"end":{"papers":…,"topics":…,"entries":…,"items":…,"sha256":"…"}}`.

use std::fs::File;
use std::io::BufRead;
use std::io::BufReader;
use std::io::BufWriter;
use std::io::Read as _;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::PoisonError;

use serde::Deserialize;
use serde::Serialize;
use sha2::Digest as _;
use sha2::Sha256;

use crate::model::digits::hexadecimal;
use crate::model::plan::Op;
use crate::model::plan::Sequence;
use crate::store::Error;
use crate::store::Manifest;
use crate::store::Reader;
use crate::store::Settings;
use crate::store::codec;
use crate::store::codec::Item;
use crate::store::codec::Stored as _;
use crate::store::recover;
use crate::store::snapshot;
use crate::wal::Log;
use crate::wal::storage::Disk;

const NAME: &str = "offprint-store";

/// Level 3 writes as fast as papers are read; higher ones save a few per cent.
const LEVEL: i32 = 3;

/// No line is longer; a file that has one is hostile.
const LINE_BYTES: u64 = 32 << 20;

#[derive(Serialize, Deserialize)]
struct Header {
    format: String,
    v: u64,
    sequence: u64,
}

#[derive(Serialize, Deserialize)]
struct End {
    end: Counts,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Default)]
struct Counts {
    papers: u64,
    topics: u64,
    entries: u64,
    items: u64,
    sha256: String,
}

/// Writes the file beside its name first, so that a name always stands for a whole export.
pub(super) fn write(reader: &Reader, file: &Path) -> Result<Manifest, Error> {
    let mut part = file.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let written = write_to(reader, &part);
    if written.is_err() {
        let _nothing_else_to_do = std::fs::remove_file(&part);
    }
    let manifest = written?;
    std::fs::rename(&part, file).map_err(Error::io("rename", &part))?;
    Ok(manifest)
}

fn write_to(reader: &Reader, path: &Path) -> Result<Manifest, Error> {
    let index = reader.shared.index();
    let _one_moment = reader.shared.applying.read().unwrap_or_else(PoisonError::into_inner);
    let sequence = index.applied()?;
    let file = File::create(path).map_err(Error::io("create", path))?;
    let encoder = zstd::Encoder::new(BufWriter::new(file), LEVEL).map_err(Error::io("write to", path))?;
    let mut lines = Lines { encoder, hash: Sha256::new() };
    let header = Header { format: NAME.to_owned(), v: u64::from(codec::FORMAT), sequence: sequence.0 };
    let to_json = |error: serde_json::Error| Error::Unstorable(codec::Fault::Malformed(error.to_string()));
    lines.write(&serde_json::to_vec(&header).map_err(to_json)?).map_err(Error::io("write to", path))?;
    let mut counts = Counts::default();
    for item in snapshot::items(index.tree()) {
        let item = item?;
        counts.add(&item);
        lines.write(&item.to_json().map_err(Error::Unstorable)?).map_err(Error::io("write to", path))?;
    }
    let Lines { mut encoder, hash } = lines;
    counts.sha256 = hexadecimal(&hash.finalize());
    let mut end = serde_json::to_vec(&End { end: counts.clone() }).map_err(to_json)?;
    end.push(b'\n');
    encoder.write_all(&end).map_err(Error::io("write to", path))?;
    let buffered = encoder.finish().map_err(Error::io("write to", path))?;
    let file = buffered.into_inner().map_err(|error| Error::io("write to", path)(error.into_error()))?;
    file.sync_all().map_err(Error::io("sync", path))?;
    Ok(counts.manifest(sequence))
}

struct Lines<W: Write> {
    encoder: W,
    hash: Sha256,
}

impl<W: Write> Lines<W> {
    fn write(&mut self, line: &[u8]) -> std::io::Result<()> {
        for part in [line, b"\n"] {
            self.hash.update(part);
            self.encoder.write_all(part)?;
        }
        Ok(())
    }
}

impl Counts {
    fn add(&mut self, item: &Item) {
        self.items = self.items.saturating_add(1);
        let counter = match &item.op {
            Op::Paper(_) => &mut self.papers,
            Op::Topic(_) => &mut self.topics,
            Op::Enter(_) => &mut self.entries,
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
            | Op::DropTopic(_)
            | Op::Signals { .. }
            | Op::Source(_)
            | Op::Exchange { .. }
            | Op::Operator { .. } => return,
        };
        *counter = counter.saturating_add(1);
    }

    fn manifest(self, sequence: Sequence) -> Manifest {
        let Self { papers, topics, entries, items, sha256 } = self;
        Manifest { sequence, papers, topics, entries, items, sha256 }
    }
}

/// Checks the whole file, then makes a log that begins with it, then the database.
pub(super) fn read(settings: &Settings, file: &Path) -> Result<Manifest, Error> {
    let (header, counts) = check(file)?;
    let sequence = Sequence(header.sequence);
    {
        let path = settings.path.as_path();
        let _lock = recover::lock(path)?;
        let (mut log, _report) = Log::open(Arc::new(Disk), &recover::log_folder(path))?;
        if log.last() > Sequence(0) {
            return Err(Error::NotEmpty { path: path.to_owned() });
        }
        let mut export = ExportFile::open(file)?;
        let _header = export.next_line()?;
        let lines = std::iter::from_fn(|| match export.next_line() {
            Ok(Some(line)) if is_end(&line) => None,
            Ok(line) => line.map(Ok),
            Err(error) => Some(Err(error)),
        });
        log.compact(sequence, lines)?;
    }
    let opened = super::open(settings)?;
    let (found, stated) = (opened.reader.paper_count(), counts.papers);
    if found != stated || !opened.report.unreadable.is_empty() {
        let message = format!("it has {stated} papers, and {found} could be stored");
        return Err(Error::Import { path: file.to_owned(), message });
    }
    opened.writer.close()?;
    Ok(counts.manifest(sequence))
}

/// Reads the file once: every line must be a change, and counts and checksum must be those of the last line.
fn check(path: &Path) -> Result<(Header, Counts), Error> {
    let mut export = ExportFile::open(path)?;
    let first = export.next_line()?.ok_or_else(|| export.fault("it is empty"))?;
    let header: Header =
        serde_json::from_slice(&first).map_err(|_error| export.fault("its first line is no header"))?;
    if header.format != NAME {
        return Err(export.fault("it is no export of a store"));
    }
    if header.v > u64::from(codec::FORMAT) {
        let message = format!("it has format {}, and this version reads {}", header.v, codec::FORMAT);
        return Err(export.fault(&message));
    }
    let mut hash = Sha256::new();
    hash.update(&first);
    hash.update(b"\n");
    let mut counts = Counts::default();
    while let Some(line) = export.next_line()? {
        if is_end(&line) {
            let End { end } = serde_json::from_slice(&line)
                .map_err(|_error| export.fault("its last line cannot be read"))?;
            counts.sha256 = hexadecimal(&hash.finalize());
            if counts != end {
                return Err(export.fault("its counts or its checksum are not those of its content"));
            }
            if export.next_line()?.is_some() {
                return Err(export.fault("something follows its last line"));
            }
            if header.sequence == 0 && counts.items > 0 {
                return Err(export.fault("it has content at sequence 0"));
            }
            return Ok((header, counts));
        }
        hash.update(&line);
        hash.update(b"\n");
        let item = Item::from_json(&line).map_err(|fault| export.fault(&fault.to_string()))?;
        counts.add(&item);
    }
    Err(export.fault("its end is missing"))
}

fn is_end(line: &[u8]) -> bool {
    line.starts_with(br#"{"end":"#)
}

/// An exported file, line by line.
struct ExportFile<'path> {
    path: &'path Path,
    input: BufReader<zstd::Decoder<'static, BufReader<File>>>,
    line: u64,
}

impl<'path> ExportFile<'path> {
    fn open(path: &'path Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(Error::io("open", path))?;
        let decoder = zstd::Decoder::new(file).map_err(Error::io("read", path))?;
        Ok(Self { path, input: BufReader::new(decoder), line: 0 })
    }

    fn next_line(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let mut line = Vec::new();
        self.line = self.line.saturating_add(1);
        let read = self.input.by_ref().take(LINE_BYTES).read_until(b'\n', &mut line);
        read.map_err(|error| self.fault(&error.to_string()))?;
        match line.pop() {
            None => Ok(None),
            Some(b'\n') => Ok(Some(line)),
            Some(_) => Err(self.fault("the line has no end")),
        }
    }

    fn fault(&self, message: &str) -> Error {
        Error::Import { path: self.path.to_owned(), message: format!("line {}: {message}", self.line) }
    }
}
