//! Integration of fetch.
