//! Readers with feeds of their own: a name for the operator, and a secret address of which only a digest is kept.

use crate::model::time::Timestamp;

/// A reader with a secret address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PrivateReader {
    /// What the operator calls the reader.
    pub name: String,
    /// The SHA-256 of the token in the address. The token itself is stored nowhere.
    pub digest: [u8; 32],
    /// When the reader was added.
    pub created: Timestamp,
    /// Since when the address answers no more.
    pub revoked: Option<Timestamp>,
    /// How the address is used.
    pub usage: Usage,
}

/// How a private address is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Usage {
    /// When it was asked last.
    pub last: Option<Timestamp>,
    /// How often it was answered.
    pub answers: u64,
    /// How many of these answers said that nothing had changed (304).
    pub unchanged: u64,
}
