//! Which topics a paper enters, moves in and leaves.

use std::collections::BTreeMap;

use crate::harvest::plan::Shelf;
use crate::harvest::plan::Telling;
use crate::harvest::plan::draft::Draft;
use crate::harvest::plan::places::Moment;
use crate::harvest::plan::places::enter;
use crate::harvest::plan::places::revise;
use crate::model::beside::Beside;
use crate::model::change::Change;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;
use crate::model::signal::Signal;
use crate::model::topic::TimelineEntry;
use crate::model::topic::TopicId;
use crate::topics::Matched;
use crate::topics::ranking::Occasion;

impl<S: Shelf> Draft<'_, S> {
    /// Takes a paper out of the topics that it matched only by what it has lost.
    pub(in crate::harvest::plan) fn revisit(&mut self, whole: &Paper, id: &PaperId) -> Result<(), S::Error> {
        let Some(paper) = self.paper(id)? else { return Ok(()) };
        let beside = self.beside(id, &[])?;
        // Of a ranked topic only the condition is asked: its score was that of the paper as it was.
        let matched = |paper: &Paper| -> BTreeMap<TopicId, Option<String>> {
            let Matched { certain, gated } = self.topics.topics().of_paper(paper, &beside, self.now);
            let certain = certain.into_iter().map(|found| (found.topic, Some(found.reason)));
            certain.chain(gated.into_iter().map(|gate| (gate.topic, None))).collect()
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
        let occasion = if is_news { Occasion::News } else { Occasion::History };
        let has_new_text = matches!(change, Change::New | Change::Revised(_) | Change::CrossListed);
        // Where the text is as it was, a score that did not suffice does not suffice now, though what it is compared with
        // has changed; only where a topic waits for counts may it be that it was never asked for.
        let is_open = |topic: &TopicId| {
            !places.contains_key(topic) && (has_new_text || self.topics.topics().waits_for_counts(topic))
        };
        let beside = self.beside(id, signals)?;
        for found in self.topics.of_paper(paper, &beside, occasion, self.now, is_open) {
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

    /// What stands beside a paper once this plan is applied, as far as any topic asks for it.
    fn beside(&self, id: &PaperId, new: &[Signal]) -> Result<Beside, S::Error> {
        let topics = self.topics.topics();
        Ok(Beside {
            signals: if topics.ask_for_counts() { self.readings(id, new)? } else { Vec::new() },
            is_picked: topics.ask_for_picks() && self.shelf.is_picked(id)?,
        })
    }

    /// The last readings of a paper's counters.
    fn readings(&self, id: &PaperId, new: &[Signal]) -> Result<Vec<Signal>, S::Error> {
        let mut readings: BTreeMap<_, Signal> = BTreeMap::new();
        // What is known by a name that was given back are readings of the paper that had it.
        let known = if self.given_back.contains(id) { Vec::new() } else { self.shelf.signals(id)? };
        for signal in known.iter().chain(self.signals.get(id).into_iter().flatten()).chain(new) {
            readings.insert(signal.kind, *signal);
        }
        Ok(readings.into_values().collect())
    }
}
