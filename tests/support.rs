//! The vocabulary of the tests: recorded data, the loopback internet, stores that fail, plans of invented papers.

pub(crate) mod data;

pub(crate) mod failing;

pub(crate) mod net;

pub(crate) mod stored;
