//! Letters, as bytes: everything about a letter that needs no store, no clock and no network.

pub mod address;
