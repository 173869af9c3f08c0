//! Integration of store.
