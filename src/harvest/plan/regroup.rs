//! Lets identity decide over everything that an observation is connected with, and makes the papers follow.
//!
//! Papers keep their identifiers through this: a paper goes where most of its own observations go, of several that become
//! one the oldest stays, and what has no paper any more becomes the one again that it was before it was absorbed, or gets a
//! new one (`shares`).

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::harvest::plan::CROWD;
use crate::harvest::plan::Shelf;
use crate::harvest::plan::draft::Draft;
use crate::harvest::plan::places::Moment;
use crate::harvest::plan::regroup::coming::Coming;
use crate::harvest::plan::regroup::shares::Shares;
use crate::identity::decide;
use crate::identity::decide::Decision;
use crate::identity::merge;
use crate::model::change::Change;
use crate::model::change::Event;
use crate::model::observation::Naming;
use crate::model::observation::Observation;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;
use crate::model::problem::Problem;
use crate::model::record::Role;
use crate::model::ruling::Ruling;
use crate::model::signal::Signal;
use crate::model::text::Text;
use crate::model::time;
use crate::model::time::Timestamp;

mod coming;

mod shares;

/// What gives identifiers to new papers.
type Mint<'a> = &'a mut dyn FnMut() -> PaperId;

/// An observation that is decided over.
struct Node {
    observation: Observation,
    /// The paper that holds it so far.
    owner: Option<PaperId>,
}

/// What has just been heard.
struct Heard {
    /// Its node's place.
    place: usize,
    /// As it came, before it was joined with what the source had said earlier.
    observation: Observation,
    signals: Vec<Signal>,
}

impl<S: Shelf> Draft<'_, S> {
    /// Takes one observation in.
    pub(super) fn take(
        &mut self,
        observation: Observation,
        signals: Vec<Signal>,
        mint: Mint<'_>,
    ) -> Result<(), S::Error> {
        let holder = match self.by_key(&observation.source, observation.key.as_str())? {
            Some(id) => self.paper(&id)?,
            None => None,
        };
        let is_known = |known: &&Observation| is_of_one_record(known, &observation);
        let before = holder.as_ref().and_then(|paper| paper.observations.iter().find(is_known));
        let joined =
            before.map_or_else(|| observation.clone(), |known| merge::join(known, observation.clone()));
        if let Some(paper) = &holder
            && before.is_some_and(|known| names_the_same(known, &joined))
        {
            return self.add(paper, false, observation, signals);
        }
        let seeds = holder.map(|paper| paper.id).into_iter().collect();
        let pool = self.connected(seeds, Some(&joined))?;
        let mut nodes = nodes_of(&pool);
        let is_same = |node: &Node| is_of_one_record(&node.observation, &joined);
        let place = nodes.iter().position(is_same).unwrap_or(nodes.len());
        match nodes.get_mut(place) {
            Some(node) => node.observation = joined,
            None => nodes.push(Node { observation: joined, owner: None }),
        }
        self.regroup(&pool, &nodes, Some(Heard { place, observation, signals }), None, mint)
    }

    /// Decides anew over some papers, which a ruling speaks of.
    pub(super) fn heed(
        &mut self,
        ruling: &Ruling,
        papers: &[PaperId],
        mint: Mint<'_>,
    ) -> Result<(), S::Error> {
        self.rulings.add(ruling.clone());
        let pool = self.connected(papers.iter().cloned().collect(), None)?;
        let nodes = nodes_of(&pool);
        self.regroup(&pool, &nodes, None, Some(ruling), mint)
    }

    /// The papers that an observation, or any of some papers, is connected with over any number of steps. Of a crowd only
    /// those that are named.
    fn connected(
        &self,
        seeds: BTreeSet<PaperId>,
        new: Option<&Observation>,
    ) -> Result<BTreeMap<PaperId, Paper>, S::Error> {
        let mut near = seeds;
        near.extend(new.map(|new| self.by_name(new)).transpose()?.into_iter().flatten());
        let mut pool = BTreeMap::new();
        let mut waiting: Vec<PaperId> = near.iter().cloned().collect();
        waiting.extend(new.map(|new| self.by_blocks(new)).transpose()?.into_iter().flatten());
        while let Some(id) = waiting.pop() {
            if pool.contains_key(&id) {
                continue;
            }
            let Some(paper) = self.paper(&id)? else { continue };
            if pool.len() >= CROWD {
                pool.retain(|id, _paper| near.contains(id));
                for id in near {
                    if !pool.contains_key(&id) {
                        pool.extend(self.paper(&id)?.map(|paper| (paper.id.clone(), paper)));
                    }
                }
                break;
            }
            for observation in &paper.observations {
                waiting.extend(self.by_name(observation)?);
                waiting.extend(self.by_blocks(observation)?);
            }
            pool.insert(paper.id.clone(), paper);
        }
        Ok(pool)
    }

    fn regroup(
        &mut self,
        pool: &BTreeMap<PaperId, Paper>,
        nodes: &[Node],
        mut heard: Option<Heard>,
        ruling: Option<&Ruling>,
        mint: Mint<'_>,
    ) -> Result<(), S::Error> {
        let decision = {
            let observations: Vec<&Observation> = nodes.iter().map(|node| &node.observation).collect();
            decide::decide(&observations, &self.rulings.about(observations.iter().copied()))
        };
        if let Some(heard) = &heard {
            self.problems.extend(contradiction(&decision, nodes, heard.place));
        }
        let shares = Shares::of(nodes, &decision.groups, pool, ruling);
        // What a paper keeps, before any of what it loses goes elsewhere.
        let mut kept: BTreeMap<&PaperId, Paper> = BTreeMap::new();
        for paper in pool.values() {
            let home = shares.homes.get(&paper.id).copied();
            let leaves = |observation: &Observation| {
                nodes.iter().enumerate().any(|(at, node)| {
                    is_of_one_record(&node.observation, observation) && shares.group_of(at) != home
                })
            };
            kept.extend(merge::part(paper, leaves).map(|left| (&paper.id, left)));
        }
        for back in shares.back.values() {
            if let Some(from) = kept.get_mut(&back.from) {
                from.aliases.retain(|id, _absorbed| *id != back.id && !back.aliases.contains_key(id));
            }
            self.give_back(&back.from, &back.id, &back.aliases)?;
        }
        for (group, members) in shares.groups.iter().enumerate() {
            let mut heirs: Vec<&Paper> =
                kept.values().filter(|paper| shares.homes.get(&paper.id) == Some(&group)).collect();
            heirs.sort_by_key(|paper| (paper.first_seen, paper.id.clone()));
            let comes = |at: &&usize| {
                let owner = nodes.get(**at).and_then(|node| node.owner.as_ref());
                owner.is_some_and(|owner| shares.homes.get(owner) != Some(&group))
            };
            let coming: Vec<&Node> = members.iter().filter(comes).filter_map(|at| nodes.get(*at)).collect();
            let has_heard = heard.as_ref().is_some_and(|heard| members.contains(&heard.place));
            let is_shrunk = |heir: &&Paper| {
                pool.get(&heir.id).is_some_and(|whole| whole.observations.len() > heir.observations.len())
            };
            let shrunk = heirs.iter().copied().find(is_shrunk).and_then(|heir| pool.get(&heir.id));
            if coming.is_empty() && !has_heard && heirs.len() == 1 && shrunk.is_none() {
                continue;
            }
            let heard = if has_heard { heard.take() } else { None };
            match (heirs.as_slice(), heard) {
                // The ordinary case: one paper, or none, and one more word on it.
                ([paper], Some(heard)) if coming.is_empty() && shrunk.is_none() => {
                    self.add(paper, false, heard.observation, heard.signals)?;
                }
                (heirs, heard) => {
                    let coming = Coming::of(coming, shares.back.get(&group), pool);
                    let id = self.gather(heirs, &coming, heard, shrunk.is_some(), mint)?;
                    for node in coming.nodes {
                        if let (Some(from), Some(id)) =
                            (node.owner.as_ref().and_then(|owner| kept.get(owner)), &id)
                        {
                            self.note_moved(from, &node.observation, id);
                        }
                    }
                    if let (Some(whole), Some(id)) = (shrunk, id) {
                        self.revisit(whole, &id)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Makes one paper of the papers and observations that belong to it now, and names it; none where what is heard makes no
    /// paper.
    fn gather(
        &mut self,
        heirs: &[&Paper],
        coming: &Coming<'_>,
        heard: Option<Heard>,
        is_shrunk: bool,
        mint: Mint<'_>,
    ) -> Result<Option<PaperId>, S::Error> {
        let mut moved = coming.nodes.iter().map(|node| node.observation.clone());
        let (mut paper, is_new) = match (heirs.split_first(), moved.next()) {
            (Some((first, others)), next) => {
                let mut paper = (*first).clone();
                for other in others {
                    paper = merge::absorb(&paper, other);
                    self.note_absorbed(&other.id, &paper.id)?;
                }
                (next.map_or(paper.clone(), |observation| self.merge(&paper, observation).paper), false)
            }
            (None, Some(first)) => {
                let id = coming.back.map_or_else(mint, |back| back.id.clone());
                let parted = self.part_off(id, coming, std::iter::once(first).chain(moved.by_ref()));
                let Some(paper) = parted else { return Ok(None) };
                (paper, true)
            }
            (None, None) => {
                heard.map_or(Ok(()), |heard| self.begin(heard, mint))?;
                return Ok(None);
            }
        };
        for observation in moved {
            paper = self.merge(&paper, observation).paper;
        }
        let id = paper.id.clone();
        if let (Some(heard), false) = (&heard, is_new) {
            self.add(&paper, true, heard.observation.clone(), heard.signals.clone())?;
        } else {
            let mut signals = Vec::new();
            if let Some(heard) = heard {
                paper = self.merge(&paper, heard.observation).paper;
                signals = heard.signals;
            }
            let change = if is_new { Change::New } else { Change::Unchanged };
            // Nobody said anything: what a paper is without another one it was all along.
            let moment = if is_new || is_shrunk { Moment::Announced } else { Moment::Heard(self.now()) };
            self.tally.new += u64::from(is_new);
            self.tally.merged += u64::from(heirs.len() > 1);
            self.place(&paper, &change, &signals, moment)?;
            self.shelve(paper);
            self.hear(id.clone(), signals);
        }
        Ok(Some(id))
    }

    /// A paper of observations that were of others, perhaps the one that they were before.
    fn part_off(
        &self,
        id: PaperId,
        coming: &Coming<'_>,
        observations: impl IntoIterator<Item = Observation>,
    ) -> Option<Paper> {
        let absorbed = coming.back.map(|back| &back.absorbed);
        let mut paper = merge::part_off(id, absorbed, &coming.known, observations)?;
        if coming.back.is_none() {
            // What is parted off is younger than what it is parted from, should they be one again.
            let younger = Timestamp::from_micros(coming.since.micros().saturating_add(1));
            paper.first_seen = paper.first_seen.max(younger);
        }
        paper.aliases = coming.back.map(|back| back.aliases.clone()).unwrap_or_default();
        let is_known = |event: &Event| {
            coming.known.contains_key(event)
                || absorbed.is_some_and(|absorbed| absorbed.events.contains_key(event))
        };
        self.as_told(&mut paper, is_known);
        Some(paper)
    }

    /// The first word on a paper that nobody knew. What only enriches papers makes none.
    fn begin(&mut self, heard: Heard, mint: Mint<'_>) -> Result<(), S::Error> {
        let Heard { observation, signals, place: _ } = heard;
        if observation.role != Role::Paper {
            self.tally.unchanged += 1;
            return Ok(());
        }
        let paper = merge::begin(mint(), observation);
        self.tally.new += 1;
        self.place(&paper, &Change::New, &signals, Moment::Announced)?;
        let id = paper.id.clone();
        self.shelve(paper);
        self.hear(id, signals);
        Ok(())
    }

    /// Adds an observation to the paper that it is of.
    fn add(
        &mut self,
        paper: &Paper,
        has_changed: bool,
        observation: Observation,
        signals: Vec<Signal>,
    ) -> Result<(), S::Error> {
        let heard_at = observation.fetched_at;
        let is_reported = paper.sources().contains(&observation.source);
        let merged = self.merge(paper, observation);
        let is_dirty = merged.is_dirty || has_changed;
        let is_merged = has_changed || (is_dirty && !is_reported);
        let count = match &merged.change {
            Change::CrossListed | Change::New | Change::Unchanged if is_merged => &mut self.tally.merged,
            Change::Revised(_) | Change::Withdrawn | Change::CrossListed => &mut self.tally.revised,
            Change::New | Change::Unchanged => &mut self.tally.unchanged,
        };
        *count += 1;
        let id = merged.paper.id.clone();
        if is_dirty || (self.counts() && !signals.is_empty()) {
            self.place(&merged.paper, &merged.change, &signals, Moment::Heard(heard_at))?;
        }
        if is_dirty {
            self.shelve(merged.paper);
        }
        self.hear(id, signals);
        Ok(())
    }
}

fn nodes_of(pool: &BTreeMap<PaperId, Paper>) -> Vec<Node> {
    let nodes = pool.values().flat_map(|paper| {
        let node = |observation: &Observation| Node {
            observation: observation.clone(),
            owner: Some(paper.id.clone()),
        };
        paper.observations.iter().map(node)
    });
    nodes.collect()
}

fn is_of_one_record(one: &Observation, other: &Observation) -> bool {
    one.source == other.source && one.key == other.key
}

/// Whether nothing that identity looks at differs between two words of one source on one work.
fn names_the_same(known: &Observation, joined: &Observation) -> bool {
    let people = |observation: &Observation| -> Vec<Text> {
        observation.authors.listed.iter().take(Naming::AUTHORS).map(|author| author.name.clone()).collect()
    };
    let years = |observation: &Observation| {
        [observation.announced, observation.submitted, observation.revised]
            .map(|moment| moment.map(time::Moment::year))
    };
    known.ids == joined.ids
        && known.title.text == joined.title.text
        && known.earlier == joined.earlier
        && people(known) == people(joined)
        && years(known) == years(joined)
}

/// What is told when an observation shares an identifier with another paper that it cannot be of.
fn contradiction(decision: &Decision, nodes: &[Node], place: usize) -> Option<Problem> {
    let other =
        decision.contradictions.iter().find_map(|(one, other)| match (*one == place, *other == place) {
            (true, _) => Some(*other),
            (false, true) => Some(*one),
            (false, false) => None,
        });
    let (ours, theirs) = (nodes.get(place)?, nodes.get(other?)?);
    let shared = ours.observation.ids.intersection(&theirs.observation.ids).next()?;
    let whose = theirs.owner.as_ref().map_or("another paper", PaperId::as_str);
    let message =
        format!("it names {shared}, as does {whose}; other identifiers show that they are two papers");
    Some(Problem::new(ours.observation.key.as_str(), message))
}
