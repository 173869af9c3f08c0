//! Who wrote a paper.

use crate::model::text::Text;

/// One author (a person or a collaboration), in the order of the paper.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Author {
    /// The whole name in reading order ("Bo van der Test Jr.").
    pub name: Text,
    /// The family name with its particles ("van der Test"), where it could be told apart.
    pub family: Option<Text>,
    /// The given names or initials.
    pub given: Option<Text>,
    /// The ORCID identifier in its hyphenated form, checksum verified.
    pub orcid: Option<Text>,
    /// Institutions, as printed.
    pub affiliations: Vec<Text>,
}

impl Author {
    /// The name alone.
    #[must_use]
    pub fn bare(&self) -> Self {
        Self { orcid: None, affiliations: Vec::new(), ..self.clone() }
    }
}

/// The authors of a paper as one source lists them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Authors {
    /// At most [`Authors::KEPT`] of them.
    pub listed: Vec<Author>,
    /// How many the source named, kept or not.
    pub total: u32,
}

impl Authors {
    /// How many authors are kept of one paper; detector collaborations name thousands.
    pub const KEPT: usize = 200;
}
