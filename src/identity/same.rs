//! What two observations prove about each other: that they are of one work, that they cannot be, or nothing.
//!
//! Every statement here is about a pair and does not change with what else is known, so that [`decide`] can weigh them in
//! one fixed order.
//!
//! [`decide`]: crate::identity::decide

use std::collections::BTreeSet;

use chrono::Datelike as _;

use crate::identity::keys::Face;
use crate::identity::keys::person;
use crate::model::external_id::ExternalId;
use crate::model::observation::Observation;
use crate::model::record::Role;

/// How many years may lie between a preprint and its printing.
const YEARS_APART: i32 = 1;

/// An observation made comparable.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    /// The observation.
    pub observation: &'a Observation,
    faces: Vec<Face>,
    /// The first and the last year that it speaks of.
    years: Option<(i32, i32)>,
}

/// How far two titles with their authors agree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Likeness {
    /// Letter by letter.
    Exact,
    /// But for words that say nothing.
    Loose,
}

impl<'a> Subject<'a> {
    /// Reads an observation.
    pub fn of(observation: &'a Observation) -> Self {
        let moments = [observation.announced, observation.submitted, observation.revised];
        let stated = moments.into_iter().flatten().map(|moment| moment.at.day().year());
        let by_arxiv = observation.ids.iter().filter_map(|id| match id {
            ExternalId::Arxiv(id) => id.announced().map(|(year, _month)| year),
            ExternalId::Doi(_)
            | ExternalId::Pmid(_)
            | ExternalId::Pmcid(_)
            | ExternalId::OpenReview(_)
            | ExternalId::Acl(_)
            | ExternalId::Page(_) => None,
        });
        let years: Vec<i32> = stated.chain(by_arxiv).collect();
        let years = years.iter().min().copied().zip(years.iter().max().copied());
        Self { observation, faces: Face::all_of(observation), years }
    }

    /// An identifier that both name. Pages count here although better identifiers outrank them for looking up: where a
    /// source once had nothing but a page's address, that is still what joined its record to another.
    pub fn shared_id(&self, other: &Self) -> Option<&'a ExternalId> {
        self.observation.ids.intersection(&other.observation.ids).next()
    }

    /// Whether titles, authors and years are those of one work: the title, then two of the first ten authors (or the one
    /// there is), then a year within one. A title of few words needs all authors of the shorter list, two at least; so
    /// does a title that differs in words that say nothing, whatever their number. A notice about a work is not the work.
    pub fn likeness(&self, other: &Self) -> Option<Likeness> {
        let is_notice = |one: &Self| one.observation.role == Role::Notice;
        if is_notice(self) || is_notice(other) || !self.is_near(other) {
            return None;
        }
        let pairs = self.faces.iter().flat_map(|face| other.faces.iter().map(move |theirs| (face, theirs)));
        pairs.filter_map(|(face, theirs)| alike(face, theirs)).min()
    }

    /// Whether the years allow one work; a year that nobody states allows any.
    fn is_near(&self, other: &Self) -> bool {
        match (self.years, other.years) {
            (Some((first, last)), Some((their_first, their_last))) => {
                first.max(their_first) - last.min(their_last) <= YEARS_APART
            }
            (None, _) | (_, None) => true,
        }
    }
}

fn alike(one: &Face, other: &Face) -> Option<Likeness> {
    if !one.title.matches(&other.title) {
        return None;
    }
    let likeness = if one.title.equals(&other.title) { Likeness::Exact } else { Likeness::Loose };
    let shorter = one.people.len().min(other.people.len());
    let shared = person::shared(&one.people, &other.people);
    let is_enough = if one.title.is_short() {
        shorter > 1 && shared == shorter
    } else if likeness == Likeness::Loose {
        shorter > 0 && shared == shorter
    } else {
        shorter > 0 && shared >= shorter.min(2)
    };
    is_enough.then_some(likeness)
}

/// The identifiers of which one work has only one of a kind, over some observations.
#[derive(Clone, Default, Debug)]
pub struct Claims<'a> {
    arxiv: BTreeSet<&'a ExternalId>,
    journal: BTreeSet<&'a ExternalId>,
    acl: BTreeSet<&'a ExternalId>,
    preprint: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Claims<'a> {
    /// The claims of one observation. A preprint's DOI claims nothing against its article, which has another one, but
    /// against another preprint of the same repository: issues of a bulletin share title, authors and year.
    pub fn of(observation: &'a Observation) -> Self {
        let mut claims = Self::default();
        for id in &observation.ids {
            if let ExternalId::Doi(doi) = id
                && !observation.is_published_as(doi)
            {
                claims.preprint.extend(unversioned(doi.as_str()));
            }
            let kind = match id {
                ExternalId::Arxiv(_) => &mut claims.arxiv,
                ExternalId::Doi(doi) if observation.is_published_as(doi) => &mut claims.journal,
                ExternalId::Acl(_) => &mut claims.acl,
                // One work is submitted to several forums, and PubMed counts a preprint and its article apart.
                ExternalId::Doi(_)
                | ExternalId::Pmid(_)
                | ExternalId::Pmcid(_)
                | ExternalId::OpenReview(_)
                | ExternalId::Page(_) => continue,
            };
            kind.insert(id);
        }
        claims
    }

    /// Takes over the claims of others.
    pub fn extend(&mut self, other: Self) {
        self.arxiv.extend(other.arxiv);
        self.journal.extend(other.journal);
        self.acl.extend(other.acl);
        self.preprint.extend(other.preprint);
    }

    /// Whether both sides are arXiv papers and no one of them is the same.
    pub fn differ_on_arxiv(&self, other: &Self) -> bool {
        differ(&self.arxiv, &other.arxiv)
    }

    /// Whether any identifier forbids that a title joins the two sides.
    pub fn differ(&self, other: &Self) -> bool {
        self.differ_on_arxiv(other)
            || differ(&self.journal, &other.journal)
            || differ(&self.acl, &other.acl)
            || self.differ_on_preprints(other)
    }

    /// Whether one repository gave both sides DOIs, and no one of them is the same.
    fn differ_on_preprints(&self, other: &Self) -> bool {
        let is_of_both = |prefix: &str| other.preprint.iter().any(|(theirs, _)| *theirs == prefix);
        self.preprint.iter().any(|(prefix, _name)| is_of_both(prefix))
            && self.preprint.is_disjoint(&other.preprint)
    }
}

/// Prefix and name of a DOI without the version that some repositories end it with (`/v2`, `.v2`, `_v2`).
fn unversioned(doi: &str) -> Option<(&str, &str)> {
    let (prefix, name) = doi.split_once('/')?;
    let bare = name.trim_end_matches(|last: char| last.is_ascii_digit());
    let bare = if bare.len() < name.len() { bare.strip_suffix('v') } else { None };
    let bare = bare.and_then(|bare| bare.strip_suffix(['/', '.', '_']));
    Some((prefix, bare.unwrap_or(name)))
}

fn differ(one: &BTreeSet<&ExternalId>, other: &BTreeSet<&ExternalId>) -> bool {
    !one.is_empty() && !other.is_empty() && one.is_disjoint(other)
}
