//! What is pushed, as bytes: WebSub (W3C Recommendation of 23 January 2018) from all three sides, and webhooks.
//!
//! Everything here is a function of its arguments. What is owed to whom, the network with its guards, the clock and chance
//! are elsewhere.

pub mod hub;

pub mod form;

pub mod signature;

pub mod delivery;

pub mod discovery;

pub mod subscriber;

pub mod webhook;
