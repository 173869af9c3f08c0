//! Which paper each group of observations is from now on.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::harvest::plan::regroup::Node;
use crate::model::observation::Observation;
use crate::model::paper::Absorbed;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;
use crate::model::record::Role;
use crate::model::ruling::Ruling;
use crate::model::source::SourceId;

/// Who goes where.
pub(super) struct Shares<'a> {
    /// The places of the nodes of each group.
    pub(super) groups: Vec<Vec<usize>>,
    /// Where each paper goes as such.
    pub(super) homes: BTreeMap<&'a PaperId, usize>,
    /// The papers that groups become again.
    pub(super) back: BTreeMap<usize, Back>,
}

/// A paper that had been absorbed, whose records are together again without those of the paper that absorbed it.
pub(super) struct Back {
    /// The paper that it was part of.
    pub(super) from: PaperId,
    /// Its own identifier.
    pub(super) id: PaperId,
    /// What it was.
    pub(super) absorbed: Absorbed,
    /// What it had absorbed before.
    pub(super) aliases: BTreeMap<PaperId, Absorbed>,
}

impl<'a> Shares<'a> {
    pub(super) fn of(
        nodes: &'a [Node],
        decided: &[Vec<usize>],
        pool: &BTreeMap<PaperId, Paper>,
        ruling: Option<&Ruling>,
    ) -> Self {
        let mut shares = Self { groups: decided.to_vec(), homes: BTreeMap::new(), back: BTreeMap::new() };
        let is_paper = |at: &usize| nodes.get(*at).is_some_and(|node| node.observation.role == Role::Paper);
        let mut counts: BTreeMap<&PaperId, BTreeMap<usize, (bool, usize, usize)>> = BTreeMap::new();
        for (group, members) in decided.iter().enumerate() {
            for at in members {
                let Some(node) = nodes.get(*at) else { continue };
                let Some(owner) = &node.owner else { continue };
                let count = counts.entry(owner).or_default().entry(group).or_default();
                // What the operator sends away takes the paper's name along only when nothing else is left.
                let stays = ruling.is_none_or(|ruling| !ruling.has_in_one(&node.observation));
                count.0 |=
                    is_paper(at) && pool.get(owner).is_some_and(|paper| is_own(paper, &node.observation));
                count.1 += usize::from(stays && is_paper(at));
                count.2 += usize::from(stays);
            }
        }
        for (owner, counts) in counts {
            // What it was before it absorbed others, even where that is sent away; else most of what makes a paper, then most
            // of anything; of equal groups the first, which holds the best identifiers.
            let most = counts.into_iter().max_by_key(|(group, count)| (*count, Reverse(*group)));
            shares.homes.extend(most.map(|(group, _count)| (owner, group)));
        }
        // What only enriches papers makes none: it stays where it was.
        for group in 0..decided.len() {
            let members = shares.groups.get(group).cloned().unwrap_or_default();
            let owner = members.iter().find_map(|at| nodes.get(*at)?.owner.as_ref());
            let home = owner.and_then(|owner| shares.homes.get(owner)).copied();
            let Some(home) = home.filter(|home| *home != group && !members.iter().any(is_paper)) else {
                continue;
            };
            if let Some(left) = shares.groups.get_mut(group) {
                left.clear();
            }
            if let Some(whole) = shares.groups.get_mut(home) {
                whole.extend(members);
            }
        }
        // One that had absorbed another is whole without it once that one is back.
        loop {
            let open = (0..shares.groups.len()).filter(|group| !shares.back.contains_key(group));
            let found: Vec<(usize, Back)> =
                open.filter_map(|group| Some((group, shares.back_of(group, nodes, pool)?))).collect();
            if found.is_empty() {
                return shares;
            }
            shares.back.extend(found);
        }
    }

    /// The paper that a group was before, if it has no other name and holds all that is left of it.
    fn back_of(&self, group: usize, nodes: &[Node], pool: &BTreeMap<PaperId, Paper>) -> Option<Back> {
        let members = self.groups.get(group).filter(|_| !self.homes.values().any(|home| *home == group))?;
        let owners: BTreeSet<&PaperId> =
            members.iter().filter_map(|at| nodes.get(*at)?.owner.as_ref()).collect();
        let papers = owners.into_iter().filter_map(|owner| pool.get(owner));
        let is_back = |id: &PaperId| self.back.values().any(|back| back.id == *id);
        let elsewhere: BTreeSet<usize> =
            self.back.keys().filter_map(|other| self.groups.get(*other)).flatten().copied().collect();
        let aliases =
            papers.flat_map(|paper| paper.aliases.iter().map(move |(id, absorbed)| (paper, id, absorbed)));
        let found =
            aliases.filter(|(_paper, id, _absorbed)| !is_back(id)).filter_map(|(paper, id, absorbed)| {
                let is_of_it = |node: &Node| {
                    // What only adds to papers makes none.
                    node.observation.role == Role::Paper
                        && node.owner.as_ref() == Some(&paper.id)
                        && absorbed.records.contains(&node.observation.record())
                };
                let there =
                    nodes.iter().enumerate().filter(|(at, node)| is_of_it(node) && !elsewhere.contains(at));
                let there: Vec<usize> = there.map(|(at, _node)| at).collect();
                let is_whole = !there.is_empty() && there.iter().all(|at| members.contains(at));
                is_whole.then_some((there.len(), Reverse(id), paper, absorbed))
            });
        let (_count, Reverse(id), paper, absorbed) =
            found.max_by_key(|(count, id, paper, _absorbed)| (*count, *id, Reverse(&paper.id)))?;
        let came_before = |(other, theirs): &(&PaperId, &Absorbed)| {
            *other != id
                && !is_back(other)
                && !theirs.joined.is_empty()
                && theirs.joined.is_subset(&absorbed.records)
        };
        let aliases = paper.aliases.iter().filter(came_before);
        Some(Back {
            from: paper.id.clone(),
            id: id.clone(),
            absorbed: absorbed.clone(),
            aliases: aliases.map(|(id, absorbed)| (id.clone(), absorbed.clone())).collect(),
        })
    }

    pub(super) fn group_of(&self, at: usize) -> Option<usize> {
        self.groups.iter().position(|members| members.contains(&at))
    }
}

/// Whether a record was the paper's when it had not absorbed any other.
fn is_own(paper: &Paper, observation: &Observation) -> bool {
    let record = observation.record();
    let is_in = |records: fn(&Absorbed) -> &BTreeSet<(SourceId, String)>| {
        paper.aliases.values().any(|absorbed| records(absorbed).contains(&record))
    };
    paper.aliases.is_empty() || is_in(|absorbed| &absorbed.joined) && !is_in(|absorbed| &absorbed.records)
}
