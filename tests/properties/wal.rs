//! Properties of wal.
