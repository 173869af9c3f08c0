//! map

pub mod model;

pub mod fetch;

pub mod normalise;

pub mod query;

pub mod urls;

pub mod sources;

pub mod identity;

pub mod topics;

pub mod feeds;

pub mod pages;

pub mod wal;

pub mod store;

pub mod http;

pub mod clock;
