//! Stored forms read back as what was written.
