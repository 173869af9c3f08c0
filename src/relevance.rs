//! How well a paper fits a topic that is described in words or by examples, and why.
//!
//! A paper becomes [`features::Features`] once: counts of its terms and a short vector of its sense. A
//! [`background::Background`] knows how common terms are and what ordinary papers look like; a topic becomes a
//! [`profile::Profile`], whose score says how many standard deviations a paper stands out from that background. All of
//! it is linear, so [`explain`] can name the terms that made a score. Nothing here reads files, the clock or chance: the
//! same papers in any order give the same statistics, and a paper scores the same at ingest and when it is asked for
//! again. Whether a score suffices is [`rule`]'s to say; who stores it is not this module's concern.

pub mod background;

pub mod cast;

pub mod coarse;

pub mod dense;

pub mod embedding;

pub mod explain;

pub mod features;

pub mod hash;

pub mod profile;

pub mod profiles;

pub mod rule;

pub mod similar;

pub mod terms;

pub mod train;
