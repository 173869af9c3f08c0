//! Behaviour of the kind as a whole.
