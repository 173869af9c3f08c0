//! Classifications that sources give papers.

use crate::model::text::Text;

/// Whose classification a subject belongs to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum SubjectScheme {
    /// An arXiv category such as `cs.LG`.
    Arxiv,
    /// A Mathematics Subject Classification code.
    Msc,
    /// An ACM Computing Classification code.
    Acm,
    /// A free keyword or a section of a journal.
    Keyword,
}

/// One classification.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Subject {
    /// Whose it is.
    pub scheme: SubjectScheme,
    /// The code or word as the scheme writes it.
    pub term: Text,
}
