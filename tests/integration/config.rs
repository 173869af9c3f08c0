//! Integration of config.
