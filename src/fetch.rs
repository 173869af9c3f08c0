//! Polite HTTP: one client for everything that is fetched.

pub mod exchange;
