//! What is told of papers: as they are, and what became of them.

use serde::Deserialize;
use serde::Serialize;

/// What came of a ruling about identity.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Ruled {
    /// In words.
    pub done: String,
    /// The paper that was kept, by our identifier.
    pub paper: String,
    /// The papers that were parted from it.
    pub others: Vec<String>,
}

/// Everything known of one paper.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PaperView {
    /// Our identifier.
    pub paper: String,
    /// Its Atom identifier.
    pub atom_id: String,
    /// The fields, each with the source it was taken from.
    pub fields: Vec<Field>,
    /// The topics it is in, and why.
    pub topics: Vec<(String, String)>,
    /// The counters' last readings.
    pub signals: Vec<(String, u64)>,
}

/// One field of a paper.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// The source it was taken from; empty for what we made ourselves or what several sources give together.
    pub source: String,
}
