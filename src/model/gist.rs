//! What a paper is about, and nothing else of it: read in a fraction of the time that the whole paper takes.

use crate::model::paper::PaperId;

/// The title and the abstract of a paper, in the plain Unicode in which they were stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gist {
    /// Which paper.
    pub id: PaperId,
    /// Its title.
    pub title: String,
    /// Its abstract; empty where it has none.
    pub abstract_text: String,
}
