//! Properties of query.
