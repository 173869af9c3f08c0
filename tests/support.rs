//! The vocabulary of the tests: recorded data, the loopback internet, a whole site, stores that fail, the audit of
//! maths, invented papers.

pub(crate) mod data;

pub(crate) mod failing;

pub(crate) mod maths;

pub(crate) mod net;

pub(crate) mod pairs;

pub(crate) mod site;

pub(crate) mod skies;

pub(crate) mod stored;

pub(crate) mod wire;
