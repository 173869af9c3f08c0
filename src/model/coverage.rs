//! What an answer says of the completeness of one part of a source, and which papers are asked for by name.

use chrono::NaiveDate;

use crate::model::external_id::ExternalId;
use crate::model::record::RawId;
use crate::model::signal::SignalKind;

/// What one answer shows of one part of a source: a category, a day's list, a journal. Completeness is judged by it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Coverage {
    /// The part's name within its source, such as `cs.LG` or `2026-08-12`.
    pub part: String,
    /// The day that the answer says it is of. It may lie: freshness is judged by identifiers.
    pub day: Option<NaiveDate>,
    /// The papers that the part announces (new and cross-listed ones, not replacements).
    pub listed: Vec<ExternalId>,
    /// How many papers the source itself says there are, where it does.
    pub stated: Option<u64>,
    /// Whether the list was cut at a limit, or shows fewer papers than it states.
    pub is_cut: bool,
}

/// Counters of a paper that is named by identifiers alone. It never makes a paper.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reading {
    /// Identifiers and addresses that may hold some, best first.
    pub ids: Vec<RawId>,
    /// What was counted.
    pub signals: Vec<(SignalKind, u64)>,
}

/// Which known papers a source wants to be asked for: those that enrich, or that count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wants {
    /// What it can be asked by.
    pub by: WantedBy,
    /// Papers first seen in so many days are asked for.
    pub days: u32,
    /// Each of them again after so many hours.
    pub again_hours: u32,
    /// At most so many in one harvest, newest first.
    pub at_most: usize,
}

/// By what a paper is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WantedBy {
    /// arXiv identifiers that a list announced or a topic names as examples, and that no source has told of yet.
    MissingArxiv,
    /// DOIs that somebody wishes for or a topic names as examples, and that no source has told of yet.
    MissingDoi,
    /// Addresses of pages that somebody wishes for, of which nothing better is known.
    MissingPage,
    /// arXiv identifiers, of papers that have one.
    Arxiv,
    /// DOIs, arXiv's own among them.
    Doi,
    /// arXiv identifiers or DOIs.
    ArxivOrDoi,
    /// The address of the code repository.
    Code,
}

/// A paper to be asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    /// What it is known as: an identifier's printed form (`arxiv:2608.09999`) or, for [`WantedBy::Code`], an address.
    pub name: String,
    /// The day that announced it, where a list said so.
    pub announced: Option<NaiveDate>,
}
