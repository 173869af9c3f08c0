//! Properties over invented input.

mod normalise;

mod identity;

mod query;

mod feeds;

mod wal;

mod mutations;
