//! Properties of feeds.
