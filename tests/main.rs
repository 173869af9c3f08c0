//! One binary for every test that needs only this machine.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::wildcard_enum_match_arm,
    reason = "a test stops at the first surprise"
)]

mod support;

mod tidy;

mod golden;

mod contract;

mod recorded;

mod properties;

mod integration;
