//! Term → the conditions that it is an anchor of, in one row of memory.

use crate::topics::lexicon::Term;

/// The postings of all terms.
#[derive(Debug, Default)]
pub(super) struct Postings {
    /// Where the postings of each term begin, and behind the last where they end.
    starts: Vec<u32>,
    postings: Vec<Posting>,
}

/// A condition that has a term for its anchor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Posting {
    /// Its place.
    pub(super) condition: u32,
    /// A matching paper has this term too.
    pub(super) second: Option<Term>,
}

impl Postings {
    /// Lays out the postings of so many terms.
    pub(super) fn new(mut pairs: Vec<(Term, Posting)>, terms: u32) -> Self {
        pairs.sort_by_key(|(term, posting)| (*term, posting.condition));
        let mut starts = vec![0; Term(terms).place() + 1];
        for (term, _) in &pairs {
            if let Some(count) = starts.get_mut(term.place() + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        Self { starts, postings: pairs.into_iter().map(|(_term, posting)| posting).collect() }
    }

    /// The conditions of a term.
    pub(super) fn of(&self, term: Term) -> &[Posting] {
        let bound = |at: usize| self.starts.get(at).and_then(|start| usize::try_from(*start).ok());
        let (Some(from), Some(to)) = (bound(term.place()), bound(term.place() + 1)) else { return &[] };
        self.postings.get(from..to).unwrap_or_default()
    }
}
