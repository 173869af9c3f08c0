//! The writing half: joins asking, fetching, reading, normalising, deciding and matching into plans, and commits them.
//!
//! `plan`, `course` and `schedule` are pure; `run` does. Nothing here serves readers: they watch the store's revision.

pub mod archives;

pub mod changes;

pub mod course;

pub mod curation;

pub mod history;

pub mod ledger;

pub mod repair;

pub mod indexer;

pub mod job;

pub mod pen;

pub mod plan;

pub mod schedule;

pub mod ranker;

pub mod refill;

mod rename;

mod asking;

mod digest;

mod wanted;

pub mod ruling;

pub mod run;

pub mod shelf;
