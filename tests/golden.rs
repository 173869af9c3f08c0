//! Golden answers of sources, cut to the minimum, with accepted snapshots beside them.
