//! Brings the timelines in line with the topics of the configuration: new and edited topics are filled from history,
//! removed ones dropped. Nothing is announced: what enters here enters at the time of its announcement.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::harvest::plan::places::enter_as_history;
use crate::model::plan::Op;
use crate::model::plan::Plan;
use crate::model::time::Timestamp;
use crate::model::topic::TopicId;
use crate::model::topic::TopicState;
use crate::store::Error;
use crate::store::Reader;
use crate::store::Writer;
use crate::topics::Topic;
use crate::topics::Topics;

/// How many changes one plan holds.
const PLAN_SIZE: usize = 400;

/// What an edit does to one topic.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refilled {
    /// Which topic.
    pub topic: TopicId,
    /// What is done to it.
    pub edit: Edit,
    /// Papers that enter.
    pub added: u64,
    /// Papers that leave.
    pub removed: u64,
}

/// How a topic differs from what was served before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Edit {
    /// It was not there.
    Added,
    /// Its query changed.
    Changed,
    /// Only what readers see of the topic itself changed: its title, say.
    Renamed,
    /// It is no longer configured.
    Removed,
}

/// The topics whose timelines or faces are not those of the configuration, and how they differ.
fn edits(reader: &Reader, topics: &Topics) -> Result<BTreeMap<TopicId, Edit>, Error> {
    let stored: BTreeMap<TopicId, TopicState> =
        reader.topics()?.into_iter().map(|state| (state.topic.clone(), state)).collect();
    let configured = topics.iter().filter_map(|topic| match stored.get(&topic.id) {
        None => Some((topic.id.clone(), Edit::Added)),
        Some(state) if state.definition != topic.definition() => Some((topic.id.clone(), Edit::Changed)),
        Some(state) if state.face != topic.face() => Some((topic.id.clone(), Edit::Renamed)),
        Some(_same) => None,
    });
    let removed = stored.keys().filter(|id| topics.topic(id).is_none()).map(|id| (id.clone(), Edit::Removed));
    Ok(configured.chain(removed).collect())
}

/// Carries the edits out, a plan at a time, and says what each did. A topic's new definition is written last, so that a
/// crash in between only means that the work is done again.
pub fn refill(writer: &mut Writer, topics: &Topics, now: Timestamp) -> Result<Vec<Refilled>, Error> {
    let reader = writer.reader();
    let edits = edits(&reader, topics)?;
    let mut work = Work { writer, now, ops: Vec::new() };
    let mut done: BTreeMap<TopicId, Refilled> = edits
        .iter()
        .map(|(id, edit)| (id.clone(), Refilled { topic: id.clone(), edit: *edit, added: 0, removed: 0 }))
        .collect();
    let is_matched = |topic: &&Topic| matches!(edits.get(&topic.id), Some(Edit::Added | Edit::Changed));
    let edited = Topics::new(topics.iter().filter(is_matched).cloned().collect());
    if edited.iter().next().is_some() {
        for paper in reader.papers() {
            let paper = paper?;
            let mut found: BTreeMap<TopicId, String> = edited
                .of_paper(&paper, &reader.signals(&paper.id)?, now)
                .into_iter()
                .map(|found| (found.topic, found.reason))
                .collect();
            let places = reader.topics_of(&paper.id)?;
            let taken: BTreeSet<TopicId> = places.into_iter().map(|entry| entry.topic).collect();
            for topic in
                taken.iter().filter(|topic| edited.topic(topic).is_some() && !found.contains_key(*topic))
            {
                count(&mut done, topic, |refilled| &mut refilled.removed);
                work.push(Op::Leave { topic: topic.clone(), paper: paper.id.clone() })?;
            }
            found.retain(|topic, _| !taken.contains(topic));
            for (topic, reason) in found {
                count(&mut done, &topic, |refilled| &mut refilled.added);
                work.push(Op::Enter(enter_as_history(&paper, topic, reason)))?;
            }
        }
    }
    for (id, edit) in &edits {
        if let (Edit::Added | Edit::Changed | Edit::Renamed, Some(topic)) = (edit, topics.topic(id)) {
            let created = reader.topic(id)?.map_or(now, |state| state.created);
            let (definition, face) = (topic.definition(), topic.face());
            work.push(Op::Topic(TopicState { topic: id.clone(), definition, face, created, changed: now }))?;
            continue;
        }
        if let Some(refilled) = done.get_mut(id) {
            refilled.removed = reader.timeline_len(id)?;
        }
        // In stretches, since a whole timeline may be too much for one plan.
        let mut before = None;
        loop {
            let stretch = reader.timeline(id, before, PLAN_SIZE)?;
            let Some(last) = stretch.last() else { break };
            before = Some(last.at);
            for entry in stretch {
                work.push(Op::Leave { topic: id.clone(), paper: entry.paper })?;
            }
        }
        work.push(Op::DropTopic(id.clone()))?;
    }
    work.write()?;
    Ok(done.into_values().collect())
}

/// Changes that are written as they gather.
struct Work<'a> {
    writer: &'a mut Writer,
    now: Timestamp,
    ops: Vec<Op>,
}

impl Work<'_> {
    fn push(&mut self, op: Op) -> Result<(), Error> {
        self.ops.push(op);
        if self.ops.len() >= PLAN_SIZE { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<(), Error> {
        let ops = std::mem::take(&mut self.ops);
        if !ops.is_empty() {
            self.writer.commit(&[Plan { at: self.now, ops }])?;
        }
        Ok(())
    }
}

fn count(
    done: &mut BTreeMap<TopicId, Refilled>,
    topic: &TopicId,
    which: impl FnOnce(&mut Refilled) -> &mut u64,
) {
    if let Some(refilled) = done.get_mut(topic) {
        *which(refilled) += 1;
    }
}
