//! Which observations are of one paper.
//!
//! # Why the order of arrival does not matter
//!
//! The papers are a function of the set of observations (each with all identifiers and titles it ever had) and of the
//! operator's rulings: nothing else goes in, least of all what was decided before. Every pair that proves something is
//! an edge. The edges are put in one order, the strongest first and ties by the identifiers of their ends, and are taken
//! one after the other: an edge joins the two sides it connects, as they are by then, unless something in them forbids
//! it. That settles what pairwise rules cannot:
//!
//! - **Chains.** A is like B and B like C, but A and C are two arXiv papers: the stronger edge wins, then the one whose
//!   identifiers sort first, and the third stays apart, whoever came first.
//! - **Late evidence** that two papers are one is an edge between their observations: the next decision joins them.
//! - **Late conflicts** are the same in reverse: an observation that only a title had joined leaves when a better place
//!   for it, or an identifier against it, appears.
//!
//! Three things would break this, and are avoided: evidence that goes away again (so identifiers and former titles of an
//! observation are kept), looking at too few observations (so the planner brings everything that is connected), and an
//! index that knows one paper for what several claim (so blocks have many). What stays: a crowd of papers that share a
//! title is not compared at all, and whether there is a crowd depends on when one looks.
//!
//! # The rules, the strongest first
//!
//! 1. The operator said so, the latest word first.
//! 2. A shared identifier, and the titles agree; 3. a shared identifier. Two arXiv papers are never one by either.
//!    A notice about a paper joins the one paper that it names and brings no two together; nor does a record that only adds
//!    to papers, unless the titles agree: an index of works may answer with the wrong one.
//! 4. Title, authors and year ([`Subject::likeness`]), letter by letter before loosely, where no two arXiv identifiers, no
//!    two DOIs of publications and no two identifiers of the ACL Anthology stand against it.

use std::cmp::Reverse;

use crate::identity::same::Claims;
use crate::identity::same::Likeness;
use crate::identity::same::Subject;
use crate::model::external_id::ExternalId;
use crate::model::observation::Observation;
use crate::model::record::Role;
use crate::model::ruling::Ruled;
use crate::model::ruling::Ruling;
use crate::model::time::Timestamp;

/// Why two records are of one paper.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Rule {
    /// The operator ruled so, then.
    Ruling(Timestamp),
    /// Both name this identifier.
    Shared(ExternalId),
    /// Title, authors and year agree.
    Title,
}

/// Two observations, by their places, that a rule joined.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Join {
    /// The one.
    pub one: usize,
    /// The other.
    pub other: usize,
    /// What joined them.
    pub rule: Rule,
}

/// Which observations are of one paper, and why.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Decision {
    /// The papers, each as the places of its observations, in an order that depends on the observations alone.
    pub groups: Vec<Vec<usize>>,
    /// What joined them: one join fewer than there are observations in a group.
    pub joins: Vec<Join>,
    /// Pairs that share an identifier and yet are two papers, since other identifiers contradict it.
    pub contradictions: Vec<(usize, usize)>,
}

/// Decides over observations, of which no two have the same source and key.
pub fn decide(observations: &[&Observation], rulings: &[&Ruling]) -> Decision {
    let order = |place: &usize| {
        observations.get(*place).map(|one| (one.ids.is_empty(), one.ids.first(), &one.source, &one.key))
    };
    let mut places: Vec<usize> = (0..observations.len()).collect();
    places.sort_by(|one, other| order(one).cmp(&order(other)));
    let subjects: Vec<Subject<'_>> =
        places.iter().filter_map(|place| observations.get(*place)).map(|one| Subject::of(one)).collect();
    let docket = Docket::new(&subjects, rulings);
    let mut decision = Decision::default();
    let mut sides = Sides::new(&subjects);
    for edge in edges(&subjects, &docket) {
        let (one, other) = (sides.of(edge.one), sides.of(edge.other));
        if one == other {
            continue;
        }
        let ends = places.get(edge.one).copied().zip(places.get(edge.other).copied());
        let Some((one_place, other_place)) = ends else { continue };
        match sides.allow(&edge, one, other, &docket) {
            Ok(()) => {
                sides.join(one, other);
                decision.joins.push(Join { one: one_place, other: other_place, rule: edge.rule });
            }
            Err(Obstacle::Identifiers) if matches!(edge.rule, Rule::Shared(_)) => {
                decision.contradictions.push((one_place, other_place));
            }
            Err(Obstacle::Identifiers | Obstacle::Ruling | Obstacle::Notice) => {}
        }
    }
    let in_places = |side: Vec<usize>| side.iter().filter_map(|at| places.get(*at).copied()).collect();
    decision.groups = sides.into_members().map(in_places).collect();
    decision
}

/// Evidence between two subjects.
struct Edge {
    rank: Rank,
    one: usize,
    other: usize,
    rule: Rule,
}

/// How strong evidence is; the least comes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Ruling(Reverse<Timestamp>),
    SharedAndAlike,
    Shared,
    Alike(Likeness),
}

fn edges(subjects: &[Subject<'_>], docket: &Docket<'_>) -> Vec<Edge> {
    let mut edges = Vec::new();
    for (one, subject) in subjects.iter().enumerate() {
        for (other, theirs) in subjects.iter().enumerate().skip(one + 1) {
            let evidence = match docket.word_on(one, other) {
                Some((Ruled::Same, at)) => Some((Rank::Ruling(Reverse(at)), Rule::Ruling(at))),
                Some((Ruled::Different, _at)) => None,
                None => match (subject.shared_id(theirs), subject.likeness(theirs)) {
                    (Some(id), Some(_)) => Some((Rank::SharedAndAlike, Rule::Shared(id.clone()))),
                    (Some(id), None) => Some((Rank::Shared, Rule::Shared(id.clone()))),
                    (None, Some(likeness)) => Some((Rank::Alike(likeness), Rule::Title)),
                    (None, None) => None,
                },
            };
            edges.extend(evidence.map(|(rank, rule)| Edge { rank, one, other, rule }));
        }
    }
    edges.sort_by_key(|edge| (edge.rank, edge.one, edge.other));
    edges
}

/// The rulings about some observations, the latest first, with the observations of either side.
struct Docket<'a> {
    rulings: Vec<(&'a Ruling, Vec<bool>, Vec<bool>)>,
}

impl<'a> Docket<'a> {
    fn new(subjects: &[Subject<'_>], rulings: &[&'a Ruling]) -> Self {
        let sides = |ruling: &&'a Ruling| {
            let one = subjects.iter().map(|subject| ruling.has_in_one(subject.observation)).collect();
            let other = subjects.iter().map(|subject| ruling.has_in_other(subject.observation)).collect();
            (*ruling, one, other)
        };
        let mut rulings: Vec<_> = rulings.iter().map(sides).collect();
        rulings.sort_by_key(|(ruling, ..)| Reverse(ruling.at));
        Self { rulings }
    }

    /// The operator's last word on two observations.
    fn word_on(&self, one: usize, other: usize) -> Option<(Ruled, Timestamp)> {
        let is_in = |side: &[bool], at: usize| side.get(at).copied().unwrap_or_default();
        let speaks = |(_, ones, others): &&(&Ruling, Vec<bool>, Vec<bool>)| {
            (is_in(ones, one) && is_in(others, other)) || (is_in(ones, other) && is_in(others, one))
        };
        self.rulings.iter().find(speaks).map(|(ruling, ..)| (ruling.verdict, ruling.at))
    }

    fn is_empty(&self) -> bool {
        self.rulings.is_empty()
    }
}

/// What keeps two sides apart.
enum Obstacle {
    Identifiers,
    Notice,
    Ruling,
}

/// The observations that are joined so far.
struct Sides<'a> {
    side_of: Vec<usize>,
    members: Vec<Vec<usize>>,
    claims: Vec<Claims<'a>>,
    roles: Vec<Role>,
}

impl<'a> Sides<'a> {
    fn new(subjects: &[Subject<'a>]) -> Self {
        Self {
            side_of: (0..subjects.len()).collect(),
            members: (0..subjects.len()).map(|at| vec![at]).collect(),
            claims: subjects.iter().map(|subject| Claims::of(subject.observation)).collect(),
            roles: subjects.iter().map(|subject| subject.observation.role).collect(),
        }
    }

    fn of(&self, at: usize) -> usize {
        self.side_of.get(at).copied().unwrap_or(at)
    }

    /// Whether evidence may join two sides.
    fn allow(&self, edge: &Edge, one: usize, other: usize, docket: &Docket<'_>) -> Result<(), Obstacle> {
        let since = if let Rule::Ruling(at) = &edge.rule { Some(*at) } else { None };
        if !docket.is_empty() && self.are_parted(one, other, since, docket) {
            return Err(Obstacle::Ruling);
        }
        // What only speaks of papers brings no two of them together; what adds to them does where the titles agree.
        let is_spent = |at: usize| {
            let is_bound = match self.roles.get(at) {
                Some(Role::Notice) => true,
                Some(Role::Enrichment) => edge.rank == Rank::Shared,
                Some(Role::Paper) | None => false,
            };
            is_bound && self.members.get(self.of(at)).is_some_and(|members| members.len() > 1)
        };
        if matches!(edge.rule, Rule::Shared(_)) && (is_spent(edge.one) || is_spent(edge.other)) {
            return Err(Obstacle::Notice);
        }
        let claims = self.claims.get(one).zip(self.claims.get(other));
        let is_refused = claims.is_some_and(|(claims, theirs)| match &edge.rule {
            Rule::Ruling(_) => false,
            Rule::Shared(_) => claims.differ_on_arxiv(theirs),
            Rule::Title => claims.differ(theirs),
        });
        if is_refused { Err(Obstacle::Identifiers) } else { Ok(()) }
    }

    /// Whether the operator's last word on any pair is that they differ; a ruling only heeds those after it.
    fn are_parted(&self, one: usize, other: usize, since: Option<Timestamp>, docket: &Docket<'_>) -> bool {
        let members = |side: usize| self.members.get(side).into_iter().flatten().copied();
        members(one).any(|at| {
            members(other).any(|theirs| match docket.word_on(at, theirs) {
                Some((Ruled::Different, when)) => since.is_none_or(|since| when > since),
                Some((Ruled::Same, _)) | None => false,
            })
        })
    }

    fn join(&mut self, one: usize, other: usize) {
        let (kept, gone) = (one.min(other), one.max(other));
        let moved = self.members.get_mut(gone).map(std::mem::take).unwrap_or_default();
        for at in &moved {
            if let Some(side) = self.side_of.get_mut(*at) {
                *side = kept;
            }
        }
        if let Some(members) = self.members.get_mut(kept) {
            members.extend(moved);
            members.sort_unstable();
        }
        let claims = self.claims.get_mut(gone).map(std::mem::take).unwrap_or_default();
        if let Some(kept) = self.claims.get_mut(kept) {
            kept.extend(claims);
        }
    }

    fn into_members(self) -> impl Iterator<Item = Vec<usize>> {
        self.members.into_iter().filter(|members| !members.is_empty())
    }
}

#[cfg(test)]
mod tests;
