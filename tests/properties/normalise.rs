//! Properties of normalise.
