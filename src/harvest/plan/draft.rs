//! The state of the shelf as it will be once the plan is applied.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::harvest::plan::CROWD;
use crate::harvest::plan::Planned;
use crate::harvest::plan::Shelf;
use crate::harvest::plan::Tally;
use crate::harvest::plan::Telling;
use crate::identity::keys;
use crate::identity::keys::Block;
use crate::identity::merge;
use crate::identity::merge::Merged;
use crate::identity::rulings::Rulings;
use crate::model::change::Event;
use crate::model::external_id::ExternalId;
use crate::model::observation::Observation;
use crate::model::paper::Absorbed;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;
use crate::model::plan::Op;
use crate::model::problem::Problem;
use crate::model::ruling::Mark;
use crate::model::ruling::Ruling;
use crate::model::signal::Signal;
use crate::model::source::SourceId;
use crate::model::time::Timestamp;
use crate::model::topic::TimelineEntry;
use crate::model::topic::TopicId;
use crate::topics::selector::Selector;

mod placing;

/// What is known, with the changes that are planned so far over it.
pub(super) struct Draft<'a, S> {
    shelf: &'a S,
    topics: &'a Selector,
    now: Timestamp,
    telling: Telling,
    pub(super) rulings: Rulings,
    papers: BTreeMap<PaperId, Paper>,
    /// Papers that lost observations to others: what they let go of can only be taken after they are written.
    parted: BTreeSet<PaperId>,
    externals: BTreeMap<ExternalId, PaperId>,
    keys: BTreeMap<(SourceId, String), PaperId>,
    blocks: BTreeMap<Block, BTreeSet<PaperId>>,
    absorbed: Vec<(PaperId, PaperId)>,
    /// Papers that had been absorbed and are of their own again.
    given_back: BTreeSet<PaperId>,
    /// The places that papers take, and those that they give up.
    places: BTreeMap<PaperId, BTreeMap<TopicId, Option<TimelineEntry>>>,
    signals: BTreeMap<PaperId, Vec<Signal>>,
    pub(super) tally: Tally,
    pub(super) problems: Vec<Problem>,
}

impl<'a, S: Shelf> Draft<'a, S> {
    pub(super) fn new(
        shelf: &'a S,
        topics: &'a Selector,
        now: Timestamp,
        telling: Telling,
    ) -> Result<Self, S::Error> {
        Ok(Self {
            shelf,
            topics,
            now,
            telling,
            rulings: Rulings::new(shelf.rulings()?),
            papers: BTreeMap::new(),
            parted: BTreeSet::new(),
            externals: BTreeMap::new(),
            keys: BTreeMap::new(),
            blocks: BTreeMap::new(),
            absorbed: Vec::new(),
            given_back: BTreeSet::new(),
            places: BTreeMap::new(),
            signals: BTreeMap::new(),
            tally: Tally::default(),
            problems: Vec::new(),
        })
    }

    /// The paper that holds a source's record.
    pub(super) fn by_key(&self, source: &SourceId, key: &str) -> Result<Option<PaperId>, S::Error> {
        let known = match self.keys.get(&(source.clone(), key.to_owned())) {
            Some(id) => Some(id.clone()),
            None => self.shelf.by_key(source, key)?,
        };
        Ok(known.map(|id| self.standing(id)))
    }

    fn by_external(&self, id: &ExternalId) -> Result<Option<PaperId>, S::Error> {
        let known = match self.externals.get(id) {
            Some(known) => Some(known.clone()),
            None => self.shelf.by_external(id)?,
        };
        Ok(known.map(|id| self.standing(id)))
    }

    /// The papers of a block; none where there is a crowd of them.
    fn by_block(&self, block: Block) -> Result<BTreeSet<PaperId>, S::Error> {
        let stored = self.shelf.by_block(block, CROWD + 1)?;
        let planned = self.blocks.get(&block).into_iter().flatten().cloned();
        let papers: BTreeSet<PaperId> =
            stored.into_iter().chain(planned).map(|id| self.standing(id)).collect();
        Ok(if papers.len() > CROWD { BTreeSet::new() } else { papers })
    }

    /// The papers that hold an observation, name one of its identifiers, or that a ruling mentions beside it.
    pub(super) fn by_name(&self, observation: &Observation) -> Result<BTreeSet<PaperId>, S::Error> {
        let mut papers = BTreeSet::new();
        papers.extend(self.by_key(&observation.source, observation.key.as_str())?);
        for id in &observation.ids {
            papers.extend(self.by_external(id)?);
        }
        for mark in self.rulings.beside(observation) {
            papers.extend(match mark {
                Mark::Record(source, key) => self.by_key(source, key)?,
                Mark::Id(id) => self.by_external(id)?,
            });
        }
        Ok(papers)
    }

    /// The papers that share a block with an observation.
    pub(super) fn by_blocks(&self, observation: &Observation) -> Result<BTreeSet<PaperId>, S::Error> {
        let mut papers = BTreeSet::new();
        for block in keys::blocks_of(observation) {
            papers.extend(self.by_block(block)?);
        }
        Ok(papers)
    }

    /// The paper that an identifier stands for once this plan is applied.
    pub(super) fn standing(&self, id: PaperId) -> PaperId {
        self.absorbed.iter().fold(id, |id, (from, into)| if id == *from { into.clone() } else { id })
    }

    pub(super) fn paper(&self, id: &PaperId) -> Result<Option<Paper>, S::Error> {
        match self.papers.get(id) {
            Some(paper) => Ok(Some(paper.clone())),
            None => self.shelf.paper(id),
        }
    }

    pub(super) fn shelve(&mut self, paper: Paper) {
        for observation in &paper.observations {
            self.keys.insert(observation.record(), paper.id.clone());
            // As in the store, a paper keeps what it is found by, whoever claims it later.
            for external in observation.identifying_ids() {
                self.externals.entry(external.clone()).or_insert_with(|| paper.id.clone());
            }
            for block in keys::blocks_of(observation) {
                self.blocks.entry(block).or_default().insert(paper.id.clone());
            }
        }
        self.papers.insert(paper.id.clone(), paper);
    }

    /// The paper's places as they will be.
    fn places_of(&self, id: &PaperId) -> Result<BTreeMap<TopicId, TimelineEntry>, S::Error> {
        let stored = self.shelf.topics_of(id)?.into_iter().map(|entry| (entry.topic.clone(), entry));
        let mut places: BTreeMap<_, _> = stored.collect();
        for (topic, place) in self.places.get(id).into_iter().flatten() {
            match place {
                Some(entry) => places.insert(topic.clone(), entry.clone()),
                None => places.remove(topic),
            };
        }
        Ok(places)
    }

    /// Notes the place that a paper takes in a topic, or that it has none there any more.
    fn put(&mut self, paper: &PaperId, topic: TopicId, place: Option<TimelineEntry>) {
        self.places.entry(paper.clone()).or_default().insert(topic, place);
    }

    /// Gives the places of an absorbed paper to the one that stays, each still under the name it was served by.
    pub(super) fn move_places(&mut self, from: &PaperId, into: &PaperId) -> Result<(), S::Error> {
        let taken = self.places_of(into)?;
        for (topic, entry) in self.places_of(from)? {
            self.put(from, topic.clone(), None);
            if !taken.contains_key(&topic) {
                let entry = TimelineEntry { paper: into.clone(), ..entry };
                self.put(into, topic, Some(entry));
            }
        }
        Ok(())
    }

    /// Gives a paper that was absorbed and is one of its own again the places back that still bear its name or that of one
    /// that it had absorbed itself.
    pub(super) fn give_back(
        &mut self,
        from: &PaperId,
        to: &PaperId,
        aliases: &BTreeMap<PaperId, Absorbed>,
    ) -> Result<(), S::Error> {
        self.absorbed.retain(|(absorbed, _into)| absorbed != to);
        self.given_back.insert(to.clone());
        for (topic, entry) in self.places_of(from)? {
            if entry.served_as == *to || aliases.contains_key(&entry.served_as) {
                self.put(from, topic.clone(), None);
                self.put(to, topic, Some(TimelineEntry { paper: to.clone(), ..entry }));
            }
        }
        Ok(())
    }

    /// Merges what is heard of a paper into it. What history tells had happened before we first saw the paper.
    pub(super) fn merge(&self, paper: &Paper, observation: Observation) -> Merged {
        let mut merged = merge::merge(paper, observation);
        self.as_told(&mut merged.paper, |event| paper.events.contains_key(event));
        merged
    }

    /// Dates what history tells and nobody knew as before we first saw the paper.
    pub(super) fn as_told(&self, paper: &mut Paper, is_known: impl Fn(&Event) -> bool) {
        if self.telling == Telling::History {
            for (event, at) in &mut paper.events {
                if !is_known(event) {
                    *at = paper.first_seen;
                }
            }
        }
    }

    /// Notes that a paper is another one from now on.
    pub(super) fn note_absorbed(&mut self, from: &PaperId, into: &PaperId) -> Result<(), S::Error> {
        self.absorbed.push((from.clone(), into.clone()));
        self.papers.remove(from);
        self.parted.remove(from);
        self.move_places(from, into)?;
        if let Some(moved) = self.signals.remove(from) {
            self.signals.entry(into.clone()).or_default().extend(moved);
        }
        Ok(())
    }

    /// Notes that an observation left a paper for another one, where it is found from now on.
    pub(super) fn note_moved(&mut self, from: &Paper, moved: &Observation, into: &PaperId) {
        self.parted.insert(from.id.clone());
        let kept = from.ids();
        for id in moved.ids.iter().filter(|id| !kept.contains(id)) {
            self.externals.insert(id.clone(), into.clone());
        }
    }

    /// The present time.
    pub(super) const fn now(&self) -> Timestamp {
        self.now
    }

    /// Whether counters may decide what a topic shows.
    pub(super) fn counts(&self) -> bool {
        self.topics.topics().ask_for_counts()
    }

    /// Notes readings of a paper's counters.
    pub(super) fn hear(&mut self, paper: PaperId, signals: Vec<Signal>) {
        if !signals.is_empty() {
            self.signals.entry(paper).or_default().extend(signals);
        }
    }

    /// The changes, in an order in which they may be applied.
    pub(super) fn finish(self, ruling: Option<Ruling>) -> Planned {
        let mut ops = Vec::new();
        ops.extend(ruling.map(|ruling| Op::Ruling(Box::new(ruling))));
        // What is given back is a paper only once it is written, and can absorb others only then.
        let is_later = |(_from, into): &(PaperId, PaperId)| self.given_back.contains(into);
        let (later, absorbed): (Vec<_>, Vec<_>) = self.absorbed.into_iter().partition(is_later);
        let grown: Vec<Op> = later
            .iter()
            .filter_map(|(_from, into)| Some(Op::Paper(Box::new(self.papers.get(into)?.clone()))))
            .collect();
        let op = |(from, into)| Op::Absorb { from, into };
        ops.extend(absorbed.into_iter().map(op));
        // What papers let go of is free once they are written, and what they take from each other once all are.
        let parted: Vec<Paper> = self.parted.iter().filter_map(|id| self.papers.get(id)).cloned().collect();
        ops.extend(parted.iter().cloned().map(|paper| Op::Paper(Box::new(paper))));
        let others = self.papers.into_values().filter(|paper| !self.parted.contains(&paper.id));
        ops.extend(others.map(|paper| Op::Paper(Box::new(paper))));
        ops.extend(later.into_iter().map(op));
        ops.extend(grown);
        if parted.len() > 1 {
            ops.extend(parted.into_iter().map(|paper| Op::Paper(Box::new(paper))));
        }
        let (mut left, mut entered) = (Vec::new(), Vec::new());
        for (paper, places) in self.places {
            for (topic, place) in places {
                match place {
                    Some(entry) => entered.push(Op::Enter(entry)),
                    None => left.push(Op::Leave { topic, paper: paper.clone() }),
                }
            }
        }
        ops.extend(left);
        ops.extend(entered);
        ops.extend(self.signals.into_iter().map(|(paper, signals)| Op::Signals { paper, signals }));
        Planned { ops, tally: self.tally, problems: self.problems }
    }
}
