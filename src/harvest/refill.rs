//! Brings the timelines in line with the topics of the configuration: new and edited topics are filled from history,
//! removed ones dropped. Nothing is announced: what enters here enters at the time of its announcement.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::harvest::plan::enter_as_history;
use crate::model::plan::Op;
use crate::model::plan::Plan;
use crate::model::time::Timestamp;
use crate::model::topic::TopicId;
use crate::model::topic::TopicState;
use crate::store::Error;
use crate::store::Reader;
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
    /// It is no longer configured.
    Removed,
}

/// The topics whose timelines are not those of their queries, and what is to be done.
pub fn edits(reader: &Reader, topics: &Topics) -> Result<BTreeMap<TopicId, Edit>, Error> {
    let stored: BTreeMap<TopicId, String> =
        reader.topics()?.into_iter().map(|state| (state.topic, state.definition)).collect();
    let configured = topics.iter().filter_map(|topic| match stored.get(&topic.id) {
        None => Some((topic.id.clone(), Edit::Added)),
        Some(definition) if *definition != topic.definition() => Some((topic.id.clone(), Edit::Changed)),
        Some(_same) => None,
    });
    let removed = stored.keys().filter(|id| topics.topic(id).is_none()).map(|id| (id.clone(), Edit::Removed));
    Ok(configured.chain(removed).collect())
}

/// The plans that carry the edits out, in order, and what each does. Each topic's own plan of its new definition comes
/// last, so that a crash in between only means that the work is done again.
pub fn refill(reader: &Reader, topics: &Topics, now: Timestamp) -> Result<(Vec<Plan>, Vec<Refilled>), Error> {
    let edits = edits(reader, topics)?;
    if edits.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let mut ops = Vec::new();
    let mut done: BTreeMap<TopicId, Refilled> = edits
        .iter()
        .map(|(id, edit)| (id.clone(), Refilled { topic: id.clone(), edit: *edit, added: 0, removed: 0 }))
        .collect();
    let edited: Vec<Topic> = topics.iter().filter(|topic| edits.contains_key(&topic.id)).cloned().collect();
    let edited = Topics::new(edited);
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
                ops.push(Op::Leave { topic: topic.clone(), paper: paper.id.clone() });
            }
            found.retain(|topic, _| !taken.contains(topic));
            for (topic, reason) in found {
                count(&mut done, &topic, |refilled| &mut refilled.added);
                ops.push(Op::Enter(enter_as_history(&paper, topic, reason)));
            }
        }
    }
    for topic in edited.iter() {
        let created = reader.topic(&topic.id)?.map_or(now, |state| state.created);
        ops.push(Op::Topic(TopicState { topic: topic.id.clone(), definition: topic.definition(), created }));
    }
    for (topic, edit) in &edits {
        if *edit == Edit::Removed {
            let entries = reader.timeline_len(topic)?;
            if let Some(refilled) = done.get_mut(topic) {
                refilled.removed = entries;
            }
            ops.push(Op::DropTopic(topic.clone()));
        }
    }
    let mut plans = Vec::new();
    while !ops.is_empty() {
        let rest = ops.split_off(ops.len().min(PLAN_SIZE));
        plans.push(Plan { at: now, ops: std::mem::replace(&mut ops, rest) });
    }
    Ok((plans, done.into_values().collect()))
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
