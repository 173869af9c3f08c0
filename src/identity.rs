//! Which observations are of one paper, and what they say together.
//!
//! Identity is decided by identifiers that the paper carries; merging picks each field from the source whose word
//! weighs most. Both are functions of the set of observations: in which order they came does not matter. What is
//! deliberately absent: titles are not compared (two papers may share one).

pub mod decide;

pub mod merge;
