//! The demonstration: a bundled loopback internet of invented papers, so that anyone sees the product whole in a minute
//! without a network. The pipeline and the sources are the real ones; only the hosts are ours.

pub mod net;

pub mod papers;
