//! The parts together: real store, real HTTP, loopback only.

mod fetch;

mod store;

mod http;

mod harvest;

mod month;

mod identity;

mod index;

pub(crate) mod lists;

mod finding;

mod config;

mod opml;

mod push;

mod pages;

mod mail;
