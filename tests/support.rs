//! The vocabulary of the tests: recorded data, the loopback internet, a daemon to talk to.

pub mod data;

pub mod failing;

pub mod stored;
