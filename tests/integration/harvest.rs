//! Integration of harvest.
