//! Which topics a paper enters, moves in and leaves.

use std::collections::BTreeMap;

use crate::harvest::plan::Shelf;
use crate::harvest::plan::Telling;
use crate::harvest::plan::draft::Draft;
use crate::harvest::plan::places::Moment;
use crate::harvest::plan::places::enter;
use crate::harvest::plan::places::revise;
use crate::model::change::Change;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;
use crate::model::signal::Signal;
use crate::model::topic::TimelineEntry;
use crate::model::topic::TopicId;
use crate::query::document::Beside;
use crate::topics::Matched;
use crate::topics::ranking::Occasion;

impl<S: Shelf> Draft<'_, S> {
    /// Takes a paper out of the topics that it matched only by what it has lost.
    pub(in crate::harvest::plan) fn revisit(&mut self, whole: &Paper, id: &PaperId) -> Result<(), S::Error> {
        let Some(paper) = self.paper(id)? else { return Ok(()) };
        let (readings, is_picked) = (self.readings(id, &[])?, self.shelf.is_picked(id)?);
        // Of a ranked topic only the condition is asked: its score was that of the paper as it was.
        let matched = |paper: &Paper| -> BTreeMap<TopicId, Option<String>> {
            let Matched { certain, gated } =
                self.topics.matched(paper, Beside { signals: &readings, is_picked }, self.now);
            let certain = certain.into_iter().map(|found| (found.topic, Some(found.reason)));
            certain.chain(gated.into_iter().map(|(_place, gate)| (gate.topic, None))).collect()
        };
        let (before, after) = (matched(whole), matched(&paper));
        for (topic, entry) in self.places_of(id)? {
            match after.get(&topic) {
                Some(Some(reason)) if *reason != entry.reason => {
                    let reason = reason.clone();
                    self.put(id, topic, Some(TimelineEntry { reason, ..entry }));
                }
                None if before.contains_key(&topic) => self.put(id, topic, None),
                Some(_) | None => {}
            }
        }
        Ok(())
    }

    /// Lets a new or changed paper enter the topics that it matches, and moves it where it is in one.
    pub(in crate::harvest::plan) fn place(
        &mut self,
        paper: &Paper,
        change: &Change,
        signals: &[Signal],
        moment: Moment,
    ) -> Result<(), S::Error> {
        let id = &paper.id;
        let places = self.places_of(id)?;
        let is_news = self.telling == Telling::News;
        let moment = if is_news { moment } else { Moment::History };
        let (readings, is_picked) = (self.readings(id, signals)?, self.shelf.is_picked(id)?);
        let occasion = if is_news { Occasion::News } else { Occasion::History };
        let beside = Beside { signals: &readings, is_picked };
        let is_in = |topic: &TopicId| places.contains_key(topic);
        let found = match change {
            Change::New | Change::Revised(_) | Change::CrossListed => {
                self.topics.of_paper(paper, beside, occasion, self.now, is_in)
            }
            Change::Withdrawn | Change::Unchanged => {
                self.topics.of_unchanged(paper, beside, occasion, self.now, is_in)
            }
        };
        for found in found {
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
        if has_events && is_news {
            for (topic, entry) in places {
                let policy =
                    self.topics.topics().topic(&topic).map(|topic| topic.revisions).unwrap_or_default();
                if let Some(moved) = revise(paper, entry, policy) {
                    self.put(id, topic, Some(moved));
                }
            }
        }
        Ok(())
    }

    /// Takes readings of a known paper's counters: with them it may enter topics that ask for so much.
    pub(in crate::harvest::plan) fn count(
        &mut self,
        id: PaperId,
        signals: Vec<Signal>,
    ) -> Result<(), S::Error> {
        let id = self.standing(id);
        if self.counts()
            && let Some(paper) = self.paper(&id)?
        {
            self.place(&paper, &Change::Unchanged, &signals, Moment::Heard(self.now))?;
        }
        self.hear(id, signals);
        Ok(())
    }

    /// The last readings of a paper's counters once this plan is applied.
    fn readings(&self, id: &PaperId, new: &[Signal]) -> Result<Vec<Signal>, S::Error> {
        if !self.topics.topics().count() {
            return Ok(Vec::new());
        }
        let mut readings: BTreeMap<_, Signal> = BTreeMap::new();
        // What is known by a name that was given back are readings of the paper that had it.
        let known = if self.given_back.contains(id) { Vec::new() } else { self.shelf.signals(id)? };
        for signal in known.iter().chain(self.signals.get(id).into_iter().flatten()).chain(new) {
            readings.insert(signal.kind, *signal);
        }
        Ok(readings.into_values().collect())
    }
}
