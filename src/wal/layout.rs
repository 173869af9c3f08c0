//! Which files make up a log, and how they are named.

use std::path::Path;
use std::path::PathBuf;

/// The files of a log, in the order in which they are read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Layout {
    folder: PathBuf,
    /// The sequence of the snapshot that the log begins with.
    snapshot: Option<u64>,
    /// The first sequence of each segment, ascending.
    segments: Vec<u64>,
}

/// What a file's name says it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Name {
    /// A segment with its first sequence.
    Segment(u64),
    /// A snapshot with its sequence.
    Snapshot(u64),
    /// An unfinished snapshot.
    Unfinished,
}

impl Name {
    pub(super) fn parse(name: &str) -> Option<Self> {
        let unfinished = name.strip_suffix(".tmp").and_then(|stem| stem.strip_prefix("snapshot-"));
        if unfinished.is_some() {
            return Some(Self::Unfinished);
        }
        let digits = |prefix: &str| {
            let digits = name.strip_prefix(prefix)?.strip_suffix(".log")?;
            (digits.len() == 20).then(|| digits.parse::<u64>().ok()).flatten()
        };
        digits("wal-").map(Self::Segment).or_else(|| digits("snapshot-").map(Self::Snapshot))
    }
}

impl Layout {
    pub(super) fn new(folder: &Path, snapshot: Option<u64>, mut segments: Vec<u64>) -> Self {
        segments.sort_unstable();
        Self { folder: folder.to_owned(), snapshot, segments }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn base(&self) -> u64 {
        self.snapshot.unwrap_or(0)
    }

    pub(super) fn snapshot(&self) -> Option<u64> {
        self.snapshot
    }

    pub(super) fn segments(&self) -> &[u64] {
        &self.segments
    }

    pub(super) fn segment_path(&self, first: u64) -> PathBuf {
        self.folder.join(format!("wal-{first:020}.log"))
    }

    pub(super) fn snapshot_path(&self, sequence: u64) -> PathBuf {
        self.folder.join(format!("snapshot-{sequence:020}.log"))
    }

    pub(super) fn unfinished_path(&self, sequence: u64) -> PathBuf {
        self.folder.join(format!("snapshot-{sequence:020}.tmp"))
    }

    pub(super) fn add_segment(&mut self, first: u64) {
        self.segments.push(first);
    }

    pub(super) fn forget_segment(&mut self, first: u64) {
        self.segments.retain(|segment| *segment != first);
    }

    pub(super) fn files(&self) -> impl Iterator<Item = PathBuf> {
        let snapshot = self.snapshot.map(|sequence| self.snapshot_path(sequence));
        snapshot.into_iter().chain(self.segments.iter().map(|first| self.segment_path(*first)))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Layout;
    use super::Name;

    #[test]
    fn a_name_tells_what_a_file_is() {
        let layout = Layout::new(Path::new("x"), None, Vec::new());
        let name = |path: std::path::PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
        assert_eq!(Name::parse(&name(layout.segment_path(7))), Some(Name::Segment(7)));
        assert_eq!(Name::parse(&name(layout.snapshot_path(u64::MAX))), Some(Name::Snapshot(u64::MAX)));
        assert_eq!(Name::parse(&name(layout.unfinished_path(1))), Some(Name::Unfinished));
        assert_eq!(Name::parse("wal-7.log"), None);
        assert_eq!(Name::parse("lost+found"), None);
    }
}
