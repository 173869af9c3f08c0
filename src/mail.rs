//! Letters, as bytes: everything about a letter that needs no store, no clock and no network.
//!
//! [`compose`] makes of what a letter says ([`view`]) one that can be sent: as text ([`plain`]) and as HTML ([`html`]), in the
//! form that mail has ([`mime`]), signed ([`dkim`]). [`bounce`] reads what comes back. Nobody is tracked: a letter holds no
//! picture, asks for nothing when it is opened, and its links lead where they say.

pub mod address;

pub mod verp;

pub mod view;

pub mod bounce;

pub mod compose;

pub mod dkim;

mod plain;

mod html;

mod mime;

mod note;

#[cfg(test)]
mod sample;
