//! The parts together: real store, real HTTP, loopback only.

mod fetch;

mod store;

mod http;

mod harvest;

mod month;

mod identity;

mod index;

mod lists;

mod finding;

mod config;

mod opml;
