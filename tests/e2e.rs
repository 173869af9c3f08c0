//! The real program, end to end: real feed readers, signals, kill -9. Run by name: `cargo test --test e2e`.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::wildcard_enum_match_arm,
    reason = "a test stops at the first surprise"
)]

#[expect(dead_code, reason = "the other binary uses the rest of the vocabulary")]
mod support;

#[path = "e2e/program.rs"]
mod program;

#[path = "e2e/demo.rs"]
mod demo;

#[path = "e2e/crash.rs"]
mod crash;

#[path = "e2e/misuse.rs"]
mod misuse;

#[path = "e2e/service.rs"]
mod service;

#[path = "e2e/polling.rs"]
mod polling;

#[path = "e2e/backfill.rs"]
mod backfill;

#[path = "e2e/lists.rs"]
mod lists;

#[path = "e2e/sites.rs"]
mod sites;

#[path = "e2e/readers.rs"]
mod readers;

#[path = "e2e/conformance.rs"]
mod conformance;

#[path = "e2e/browser.rs"]
mod browser;

#[path = "e2e/api.rs"]
mod api;

#[path = "e2e/mail.rs"]
mod mail;

#[path = "e2e/push.rs"]
mod push;
