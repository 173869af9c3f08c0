//! Properties over invented input.

mod normalise;

mod identity;

mod agree;

mod query;

mod feeds;

mod wal;

mod mutations;
