//! Observations, the papers we know and the topics give a plan. Pure: the papers are asked of a [`Shelf`].

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::TimeDelta;

use crate::identity::decide;
use crate::identity::decide::Verdict;
use crate::identity::merge;
use crate::model::change::Change;
use crate::model::external_id::ExternalId;
use crate::model::observation::Observation;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;
use crate::model::plan::Op;
use crate::model::problem::Problem;
use crate::model::signal::Signal;
use crate::model::source::SourceId;
use crate::model::time::Timestamp;
use crate::model::topic::Revisions;
use crate::model::topic::TimelineEntry;
use crate::model::topic::TopicId;
use crate::topics::Topics;

/// A paper that was not known and was announced longer ago than this enters topics as history: at its own time, never as
/// news.
pub const NEWS: TimeDelta = TimeDelta::days(7);

/// The papers that are known. The store is one; a test may bring its own.
pub trait Shelf {
    /// Why a paper could not be looked up.
    type Error;

    /// The paper of that identifier or alias.
    fn paper(&self, id: &PaperId) -> Result<Option<Paper>, Self::Error>;

    /// The paper that is known by that identifier.
    fn by_external(&self, id: &ExternalId) -> Result<Option<PaperId>, Self::Error>;

    /// The paper that a source reported under that key.
    fn by_key(&self, source: &SourceId, key: &str) -> Result<Option<PaperId>, Self::Error>;

    /// The places of a paper in topics.
    fn topics_of(&self, id: &PaperId) -> Result<Vec<TimelineEntry>, Self::Error>;

    /// The last readings of a paper's counters.
    fn signals(&self, id: &PaperId) -> Result<Vec<Signal>, Self::Error>;
}

/// How many observations had which effect.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Papers that were not known.
    pub new: u64,
    /// Papers whose text, people, version or state changed.
    pub revised: u64,
    /// Reports of known papers by a further source, and papers that turned out to be one.
    pub merged: u64,
    /// Reports that told nothing new.
    pub unchanged: u64,
    /// Places taken in topics.
    pub entered: u64,
}

impl Tally {
    /// The sum of two tallies.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            new: self.new + other.new,
            revised: self.revised + other.revised,
            merged: self.merged + other.merged,
            unchanged: self.unchanged + other.unchanged,
            entered: self.entered + other.entered,
        }
    }
}

/// What is to be written, and what came of each observation.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Planned {
    /// The changes, in an order in which they may be applied.
    pub ops: Vec<Op>,
    /// What came of the observations.
    pub tally: Tally,
    /// Contradictions between identifiers.
    pub problems: Vec<Problem>,
}

/// Decides over observations one after the other. Each sees what those before it changed.
///
/// `mint` gives the identifier of a paper that was not known.
pub fn plan<S: Shelf>(
    observations: Vec<(Observation, Vec<Signal>)>,
    shelf: &S,
    topics: &Topics,
    now: Timestamp,
    mint: &mut dyn FnMut() -> PaperId,
) -> Result<Planned, S::Error> {
    let mut draft = Draft::new(shelf, topics, now);
    for (observation, signals) in observations {
        draft.take(observation, signals, mint)?;
    }
    Ok(draft.finish())
}

/// The state of the shelf as it will be once the plan is applied.
struct Draft<'a, S> {
    shelf: &'a S,
    topics: &'a Topics,
    now: Timestamp,
    papers: BTreeMap<PaperId, Paper>,
    externals: BTreeMap<ExternalId, PaperId>,
    keys: BTreeMap<(SourceId, String), PaperId>,
    absorbed: Vec<(PaperId, PaperId)>,
    /// The places that papers take, and those that they give up.
    places: BTreeMap<PaperId, BTreeMap<TopicId, Option<TimelineEntry>>>,
    signals: BTreeMap<PaperId, Vec<Signal>>,
    tally: Tally,
    problems: Vec<Problem>,
}

impl<'a, S: Shelf> Draft<'a, S> {
    fn new(shelf: &'a S, topics: &'a Topics, now: Timestamp) -> Self {
        Self {
            shelf,
            topics,
            now,
            papers: BTreeMap::new(),
            externals: BTreeMap::new(),
            keys: BTreeMap::new(),
            absorbed: Vec::new(),
            places: BTreeMap::new(),
            signals: BTreeMap::new(),
            tally: Tally::default(),
            problems: Vec::new(),
        }
    }

    fn take(
        &mut self,
        observation: Observation,
        signals: Vec<Signal>,
        mint: &mut dyn FnMut() -> PaperId,
    ) -> Result<(), S::Error> {
        let candidates = self.candidates(&observation)?;
        let (known, rest) = match decide::decide(&observation, &candidates) {
            Verdict::New => (None, Vec::new()),
            Verdict::Same(ids) => {
                let mut papers =
                    ids.iter().filter_map(|id| candidates.iter().find(|paper| paper.id == *id)).cloned();
                (papers.next(), papers.collect())
            }
            Verdict::Unsure(ids) => {
                let names: Vec<&str> = ids.iter().map(PaperId::as_str).collect();
                self.problems.push(Problem::new(
                    observation.key.as_str(),
                    format!("its identifiers belong to papers that are not one ({})", names.join(", ")),
                ));
                (candidates.iter().find(|paper| Some(&paper.id) == ids.first()).cloned(), Vec::new())
            }
        };
        let heard_at = observation.fetched_at;
        let id = match known {
            None => {
                let paper = merge::begin(mint(), observation);
                self.tally.new += 1;
                self.place(&paper, &Change::New, &signals, heard_at)?;
                let id = paper.id.clone();
                self.shelve(paper);
                id
            }
            Some(mut paper) => {
                let has_others = !rest.is_empty();
                for other in &rest {
                    paper = merge::absorb(&paper, other);
                    self.absorbed.push((other.id.clone(), paper.id.clone()));
                    self.papers.remove(&other.id);
                    self.move_places(&other.id, &paper.id)?;
                    if let Some(moved) = self.signals.remove(&other.id) {
                        self.signals.entry(paper.id.clone()).or_default().extend(moved);
                    }
                }
                let is_reported = paper.sources().contains(&observation.source);
                let merged = merge::merge(&paper, observation);
                let is_dirty = merged.is_dirty || has_others;
                let is_merged = has_others || (is_dirty && !is_reported);
                let count = match &merged.change {
                    Change::CrossListed | Change::New | Change::Unchanged if is_merged => {
                        &mut self.tally.merged
                    }
                    Change::Revised(_) | Change::Withdrawn | Change::CrossListed => &mut self.tally.revised,
                    Change::New | Change::Unchanged => &mut self.tally.unchanged,
                };
                *count += 1;
                let id = merged.paper.id.clone();
                if is_dirty || (self.topics.count() && !signals.is_empty()) {
                    self.place(&merged.paper, &merged.change, &signals, heard_at)?;
                }
                if is_dirty {
                    self.shelve(merged.paper);
                }
                id
            }
        };
        if !signals.is_empty() {
            self.signals.entry(id).or_default().extend(signals);
        }
        Ok(())
    }

    /// The papers that share the source's key or an identifier, each once.
    fn candidates(&self, observation: &Observation) -> Result<Vec<Paper>, S::Error> {
        let mut ids = BTreeSet::new();
        let key = (observation.source.clone(), observation.key.as_str().to_owned());
        match self.keys.get(&key) {
            Some(id) => ids.extend(Some(self.standing(id.clone()))),
            None => ids.extend(self.shelf.by_key(&key.0, &key.1)?.map(|id| self.standing(id))),
        }
        for external in observation.identifying_ids() {
            let known = match self.externals.get(external) {
                Some(id) => Some(id.clone()),
                None => self.shelf.by_external(external)?,
            };
            ids.extend(known.map(|id| self.standing(id)));
        }
        let mut papers = Vec::new();
        for id in ids {
            papers.extend(self.paper(&id)?);
        }
        papers.sort_by(|one: &Paper, other: &Paper| one.id.cmp(&other.id));
        papers.dedup_by(|one, other| one.id == other.id);
        Ok(papers)
    }

    /// The paper that an identifier stands for once this plan is applied.
    fn standing(&self, id: PaperId) -> PaperId {
        self.absorbed.iter().fold(id, |id, (from, into)| if id == *from { into.clone() } else { id })
    }

    fn paper(&self, id: &PaperId) -> Result<Option<Paper>, S::Error> {
        match self.papers.get(id) {
            Some(paper) => Ok(Some(paper.clone())),
            None => self.shelf.paper(id),
        }
    }

    fn shelve(&mut self, paper: Paper) {
        for observation in &paper.observations {
            let key = (observation.source.clone(), observation.key.as_str().to_owned());
            self.keys.insert(key, paper.id.clone());
            // As in the store, a paper keeps what it is found by, whoever claims it later.
            for external in observation.identifying_ids() {
                self.externals.entry(external.clone()).or_insert_with(|| paper.id.clone());
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
    fn move_places(&mut self, from: &PaperId, into: &PaperId) -> Result<(), S::Error> {
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

    /// Lets a new or changed paper enter the topics that it matches, and moves it where it is in one.
    fn place(
        &mut self,
        paper: &Paper,
        change: &Change,
        signals: &[Signal],
        heard_at: Timestamp,
    ) -> Result<(), S::Error> {
        let id = &paper.id;
        let places = self.places_of(id)?;
        let moment = match change {
            Change::New => Moment::Announced,
            Change::Revised(_) | Change::CrossListed | Change::Withdrawn | Change::Unchanged => {
                Moment::Heard(heard_at)
            }
        };
        for found in self.topics.of_paper(paper, &self.readings(id, signals)?, self.now) {
            if !places.contains_key(&found.topic) {
                let entry = enter(paper, found.topic.clone(), found.reason, moment, self.now);
                self.tally.entered += 1;
                self.put(id, found.topic, Some(entry));
            }
        }
        let has_events = match change {
            Change::Revised(events) => !events.is_empty(),
            Change::Withdrawn => true,
            Change::New | Change::CrossListed | Change::Unchanged => false,
        };
        if has_events {
            for (topic, entry) in places {
                let policy = self.topics.topic(&topic).map(|topic| topic.revisions).unwrap_or_default();
                if let Some(moved) = revise(paper, entry, policy) {
                    self.put(id, topic, Some(moved));
                }
            }
        }
        Ok(())
    }

    /// The last readings of a paper's counters once this plan is applied.
    fn readings(&self, id: &PaperId, new: &[Signal]) -> Result<Vec<Signal>, S::Error> {
        if !self.topics.count() {
            return Ok(Vec::new());
        }
        let mut readings: BTreeMap<_, Signal> = BTreeMap::new();
        for signal in
            self.shelf.signals(id)?.iter().chain(self.signals.get(id).into_iter().flatten()).chain(new)
        {
            readings.insert(signal.kind, *signal);
        }
        Ok(readings.into_values().collect())
    }

    fn finish(self) -> Planned {
        let mut ops = Vec::new();
        ops.extend(self.absorbed.into_iter().map(|(from, into)| Op::Absorb { from, into }));
        ops.extend(self.papers.into_values().map(|paper| Op::Paper(Box::new(paper))));
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

/// What lets a paper enter a topic.
#[derive(Clone, Copy)]
enum Moment {
    /// It was not known before.
    Announced,
    /// Something new was heard of a paper that was known: it is news to the topic, however old the paper is.
    Heard(Timestamp),
}

/// The place of a paper that enters a topic: at the top when it is news, else at the time of its announcement.
fn enter(paper: &Paper, topic: TopicId, reason: String, moment: Moment, now: Timestamp) -> TimelineEntry {
    let is_news = paper.announced().is_none_or(|announced| announced.at >= now.minus(NEWS));
    let at = match moment {
        Moment::Heard(at) => at,
        Moment::Announced if is_news => paper.updated(),
        Moment::Announced => paper.published(),
    };
    TimelineEntry { topic, paper: paper.id.clone(), served_as: paper.id.clone(), at, updated: at, reason }
}

/// The place of a paper whose topic has history to be filled: at the time of its announcement, news or not.
pub fn enter_as_history(paper: &Paper, topic: TopicId, reason: String) -> TimelineEntry {
    let at = paper.published();
    TimelineEntry { topic, paper: paper.id.clone(), served_as: paper.id.clone(), at, updated: at, reason }
}

/// Where a revised paper stands in a topic, if it does not stay as it was.
fn revise(paper: &Paper, entry: TimelineEntry, policy: Revisions) -> Option<TimelineEntry> {
    let updated = paper.updated();
    (updated > entry.updated).then_some(())?;
    match policy {
        Revisions::Announce => Some(TimelineEntry { at: updated, updated, ..entry }),
        Revisions::Silent => Some(TimelineEntry { updated, ..entry }),
        Revisions::Ignore => None,
    }
}
