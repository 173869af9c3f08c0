//! The optional slower tier of ranking: a sentence encoder from a folder on this machine, and the vectors it has made.
//!
//! It takes the place of the trained embedding in everything that asks for the sense of a text; words still count as before.
//! A text is encoded once: its vector stays in a file beside the store. The program has it only when it was built with the
//! feature `transformer`, since it brings thirty crates that nothing else needs.

#[cfg(feature = "transformer")]
pub mod transformer;

#[cfg(feature = "transformer")]
pub mod vectors;

#[cfg(feature = "transformer")]
pub mod kept;

/// Whether this build has it.
pub const IS_BUILT_IN: bool = cfg!(feature = "transformer");
