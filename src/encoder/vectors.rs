//! A file of vectors that were dear to make, one for each text, held in memory as signed bytes with a scale.
//!
//! The file is a cache: whatever is lost is made again by whoever asks. So a torn end is cut off, damage costs all behind
//! it, and a file of another encoder is emptied; only a file that was never ours is left alone. Records are appended and
//! never changed; a later one for the same key counts. Nothing is forced to the disk before [`Vectors::retain`] writes
//! the file anew. One process at a time may have it open; that is the store's lock to ensure.

use std::fs::File;
use std::io;
use std::io::BufReader;
use std::io::BufWriter;
use std::io::Seek as _;
use std::io::SeekFrom;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;

use hashbrown::HashMap;
use sha2::Digest as _;
use sha2::Sha256;

mod format;

/// The widest vector that is kept.
const WIDEST: usize = 8_192;

/// How many vectors are kept at most; of 384 columns they take 200 MB.
const MOST: usize = 500_000;

/// Names a text: the first half of its SHA-256.
pub type Key = [u8; 16];

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The disk or the system refuses.
    #[error("vectors: could not {doing} {}: {source}", path.display())]
    Io {
        /// What was attempted.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file holds something else, which is not ours to overwrite.
    #[error("vectors: {} is not a file of vectors; move it away", path.display())]
    Foreign {
        /// Which file.
        path: PathBuf,
    },
    /// A vector is not as long as those of the file.
    #[error("vectors: a vector of {found} columns does not fit a file of {columns}")]
    Columns {
        /// How long it is.
        found: usize,
        /// How long it should be.
        columns: usize,
    },
    /// There are as many as are ever kept.
    #[error("vectors: {MOST} are kept and no more; drop those of papers that are gone")]
    Full,
}

/// An open file of vectors.
#[derive(Debug)]
pub struct Vectors {
    path: PathBuf,
    file: File,
    head: [u8; format::HEAD],
    columns: usize,
    /// Where the next record goes; what a failed write left behind lies beyond it and is overwritten.
    end: u64,
    dropped: u64,
    /// The place of each key among the scales, and among the values in rows.
    places: HashMap<Key, usize>,
    scales: Vec<f32>,
    values: Vec<i8>,
}

/// The key of a text.
pub fn key(text: &str) -> Key {
    let mut key = Key::default();
    for (to, from) in key.iter_mut().zip(Sha256::digest(text.as_bytes())) {
        *to = from;
    }
    key
}

impl Vectors {
    /// Opens or makes the file of an encoder's vectors; those of another encoder are dropped.
    pub fn open(path: &Path, fingerprint: &str, columns: usize) -> Result<Self, Error> {
        let columns_u16 = u16::try_from(columns).ok().filter(|_fits| (1..=WIDEST).contains(&columns));
        let columns_u16 = columns_u16.ok_or(Error::Columns { found: columns, columns: WIDEST })?;
        let failed = |doing| move |source| Error::Io { doing, path: path.to_owned(), source };
        match std::fs::metadata(path) {
            // To open a pipe would wait for whoever writes to it.
            Ok(meta) if !meta.is_file() => return Err(Error::Foreign { path: path.to_owned() }),
            Ok(_) | Err(_) => {}
        }
        let mut options = File::options();
        let options = options.read(true).write(true).create(true).truncate(false);
        let file = options.open(path).map_err(failed("open"))?;
        let mut vectors = Self {
            path: path.to_owned(),
            file,
            head: format::head(fingerprint, columns_u16),
            columns,
            end: 0,
            dropped: 0,
            places: HashMap::new(),
            scales: Vec::new(),
            values: Vec::new(),
        };
        let length = vectors.file.metadata().map_err(failed("look at"))?.len();
        vectors.load().map_err(failed("read"))?;
        if vectors.end == 0 && !format::may_be_ours(&mut vectors.file).map_err(failed("read"))? {
            return Err(Error::Foreign { path: path.to_owned() });
        }
        vectors.dropped = length.saturating_sub(vectors.end);
        vectors.begin().map_err(failed("write to"))?;
        Ok(vectors)
    }

    /// How many texts have a vector.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether no text has one.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// How many bytes opening found torn, damaged or of another encoder, and dropped.
    pub fn dropped_bytes(&self) -> u64 {
        self.dropped
    }

    /// The vector of a text: the scale, and the bytes that it multiplies.
    pub fn get(&self, key: &Key) -> Option<(f32, &[i8])> {
        let place = *self.places.get(key)?;
        let values = self.values.get(place * self.columns..(place + 1) * self.columns)?;
        Some((*self.scales.get(place)?, values))
    }

    /// Keeps a text's vector, in place of one it may have.
    pub fn put(&mut self, key: Key, scale: f32, values: &[i8]) -> Result<(), Error> {
        if values.len() != self.columns {
            return Err(Error::Columns { found: values.len(), columns: self.columns });
        }
        if self.places.len() >= MOST && !self.places.contains_key(&key) {
            return Err(Error::Full);
        }
        let record = format::record(&key, scale, values);
        self.append(&record).map_err(|source| self.failed("write to", source))?;
        self.remember(key, scale, values);
        Ok(())
    }

    /// Drops the vectors whose keys are not wanted; the file is written anew and takes the old one's place whole.
    ///
    /// Also worthwhile if all are wanted and many were replaced. After an error the old file and all vectors are there.
    pub fn retain(&mut self, mut wanted: impl FnMut(&Key) -> bool) -> Result<(), Error> {
        let mut kept: Vec<(Key, usize)> = self
            .places
            .iter()
            .filter(|(key, _place)| wanted(key))
            .map(|(key, place)| (*key, *place))
            .collect();
        kept.sort_by_key(|(_key, place)| *place);
        let (file, end) = self.rewrite(&kept).map_err(|source| self.failed("write anew", source))?;
        self.file = file;
        self.end = end;
        let (scales, values) = (std::mem::take(&mut self.scales), std::mem::take(&mut self.values));
        self.places.clear();
        for (key, place) in kept {
            if let (Some(scale), Some(row)) =
                (scales.get(place), values.chunks_exact(self.columns).nth(place))
            {
                self.remember(key, *scale, row);
            }
        }
        Ok(())
    }

    fn rewrite(&self, kept: &[(Key, usize)]) -> io::Result<(File, u64)> {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let temporary = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
        let mut out = BufWriter::new(temporary.as_file());
        out.write_all(&self.head)?;
        let mut end = format::length(&self.head);
        for (key, _place) in kept {
            if let Some((scale, values)) = self.get(key) {
                let record = format::record(key, scale, values);
                out.write_all(&record)?;
                end += format::length(&record);
            }
        }
        out.flush()?;
        drop(out);
        // Otherwise the name could be on the disk before the bytes, and a power cut lose them all.
        temporary.as_file().sync_all()?;
        let file = temporary.persist(&self.path).map_err(|error| error.error)?;
        Ok((file, end))
    }

    /// Reads what is whole; the end is left behind the last good record, or at 0 if not even the head is good.
    fn load(&mut self) -> io::Result<()> {
        let mut reader = BufReader::new(self.file.try_clone()?);
        let mut head = [0; format::HEAD];
        if !format::filled(&mut reader, &mut head)? || head != self.head {
            return Ok(());
        }
        self.end = format::length(&head);
        let mut record = vec![0; format::record_length(self.columns)];
        let mut values = Vec::with_capacity(self.columns);
        while self.places.len() < MOST && format::filled(&mut reader, &mut record)? {
            let Some((key, scale)) = format::parse(&record, &mut values) else { break };
            self.remember(key, scale, &values);
            self.end += format::length(&record);
        }
        Ok(())
    }

    /// Cuts off what was not read, and writes the head of a file that is new.
    fn begin(&mut self) -> io::Result<()> {
        self.file.set_len(self.end)?;
        if self.end == 0 {
            let head = self.head;
            self.append(&head)?;
        }
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(bytes)?;
        self.end += format::length(bytes);
        Ok(())
    }

    fn remember(&mut self, key: Key, scale: f32, values: &[i8]) {
        if let Some(place) = self.places.get(&key).copied() {
            let row = self.values.get_mut(place * self.columns..(place + 1) * self.columns);
            if let (Some(row), Some(old)) = (row, self.scales.get_mut(place)) {
                row.copy_from_slice(values);
                *old = scale;
            }
            return;
        }
        self.places.insert(key, self.scales.len());
        self.scales.push(scale);
        self.values.extend_from_slice(values);
    }

    fn failed(&self, doing: &'static str, source: io::Error) -> Error {
        Error::Io { doing, path: self.path.clone(), source }
    }
}

#[cfg(test)]
mod tests;
