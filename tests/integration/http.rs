//! Integration of http.
