//! Which observations are of one paper, and what they say together.
//!
//! Identity is decided by identifiers, then by title, authors and year; the operator's rulings come before both. Merging
//! picks each field from the source whose word weighs most. All of it is a function of the set of observations and
//! rulings: in which order they came does not matter. What is deliberately absent: nothing is looked up here (the planner
//! brings what may be connected), and nothing is guessed from how alike two titles look: they are equal or they are not.

pub mod decide;

pub mod keys;

pub mod merge;

pub mod rulings;

pub mod same;
