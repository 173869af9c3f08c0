//! Brings the timelines in line with the topics of the configuration: new and edited topics are filled from history,
//! removed ones dropped. Nothing is announced: what enters here enters at the time of its announcement.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::Datelike as _;
use chrono::IsoWeek;

use crate::harvest::archives;
use crate::harvest::plan::places::enter_as_history;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;
use crate::model::plan::Op;
use crate::model::plan::Plan;
use crate::model::time::Timestamp;
use crate::model::topic::TimelineEntry;
use crate::model::topic::TopicId;
use crate::model::topic::TopicState;
use crate::query::Query;
use crate::query::document;
use crate::relevance::rule::Decision;
use crate::store::Error;
use crate::store::Reader;
use crate::store::Writer;
use crate::topics::Match;
use crate::topics::Matched;
use crate::topics::Topic;
use crate::topics::Topics;
use crate::topics::ranking::Judged;
use crate::topics::ranking::Ranking;
use crate::topics::ranking::best_of_weeks;
use crate::topics::selector::Selector;

/// How many changes one plan holds.
pub(super) const PLAN_SIZE: usize = 400;

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
pub fn refill(
    writer: &mut Writer,
    selector: &Selector,
    now: Timestamp,
    matching: Matching<'_>,
) -> Result<Vec<Refilled>, Error> {
    let (reader, topics) = (writer.reader(), selector.topics());
    let edits = edits(&reader, topics)?;
    let mut work = Work { writer, now, ops: Vec::new(), reopened: BTreeSet::new() };
    let mut done: BTreeMap<TopicId, Refilled> = edits
        .iter()
        .map(|(id, edit)| (id.clone(), Refilled { topic: id.clone(), edit: *edit, added: 0, removed: 0 }))
        .collect();
    let is_matched = |topic: &&Topic| matches!(edits.get(&topic.id), Some(Edit::Added | Edit::Changed));
    let (mut edited, mut looked_up) = (Vec::new(), Vec::new());
    for topic in topics.iter().filter(is_matched) {
        let query = topic.query.as_ref().filter(|_| topic.ranked.is_none());
        match query.and_then(matching) {
            Some(papers) => looked_up.push((topic, papers)),
            None => edited.push(topic.clone()),
        }
    }
    for (topic, papers) in looked_up {
        fill_from_index(topic, papers, &reader, &mut work, &mut done)?;
    }
    let edited = Topics::new(edited);
    let mut chosen = Chosen::default();
    if edited.iter().next().is_some() {
        for paper in reader.papers() {
            let paper = paper?;
            let Matched { certain, gated } = edited.of_paper(&paper, &reader.beside(&paper.id)?, now);
            let mut found: BTreeMap<TopicId, String> =
                certain.into_iter().map(|found| (found.topic, found.reason)).collect();
            if let Some(ranking) = selector.ranking() {
                chosen.score(ranking, gated, &paper, now);
            }
            let places = reader.topics_of(&paper.id)?;
            let is_gone = |entry: &&TimelineEntry| {
                let id = &entry.topic;
                edited.topic(id).is_some_and(|topic| topic.ranked.is_none()) && !found.contains_key(id)
            };
            for entry in places.iter().filter(is_gone) {
                count(&mut done, &entry.topic, |refilled| &mut refilled.removed);
                work.leave(&reader, entry)?;
            }
            let taken: BTreeSet<TopicId> = places.into_iter().map(|entry| entry.topic).collect();
            chosen.certain(&edited, &paper.id, &mut found);
            found.retain(|topic, _| !taken.contains(topic));
            for (topic, reason) in found {
                count(&mut done, &topic, |refilled| &mut refilled.added);
                work.push(Op::Enter(enter_as_history(&paper, topic, reason)))?;
            }
        }
    }
    for topic in edited.iter().filter(|topic| topic.ranked.is_some()) {
        fill_ranked(topic, &mut chosen, selector, &reader, &mut work, &mut done)?;
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
        let mut last = None;
        loop {
            let stretch = reader.timeline_below(id, last.as_ref(), PLAN_SIZE)?;
            last = stretch.last().cloned();
            if last.is_none() {
                break;
            }
            for entry in stretch {
                work.push(Op::Leave { topic: id.clone(), paper: entry.paper })?;
            }
        }
        work.push(Op::DropTopic(id.clone()))?;
    }
    work.write()?;
    Ok(done.into_values().collect())
}

/// Which papers of history ranked topics show: all whose scores suffice, of a budget's week the best.
#[derive(Debug, Default)]
struct Chosen {
    scored: BTreeMap<TopicId, Vec<Candidate>>,
    certain: BTreeMap<TopicId, BTreeMap<PaperId, String>>,
}

#[derive(Debug)]
struct Candidate {
    paper: PaperId,
    week: IsoWeek,
    score: f32,
    gate: String,
}

impl Chosen {
    /// Notes the paper where its score suffices.
    fn score(&mut self, ranking: &Ranking, gated: Vec<Match>, paper: &Paper, now: Timestamp) {
        let week = document::day_of(paper).iso_week();
        for Judged { gate, score, decision, .. } in ranking.judge(gated, paper, now) {
            if decision == Decision::In {
                let candidate = Candidate { paper: paper.id.clone(), week, score, gate: gate.reason };
                self.scored.entry(gate.topic).or_default().push(candidate);
            }
        }
    }

    /// Takes what belongs to ranked topics without a score: it is written with the rest of them.
    fn certain(&mut self, edited: &Topics, paper: &PaperId, found: &mut BTreeMap<TopicId, String>) {
        found.retain(|id, reason| {
            let is_ranked = edited.topic(id).is_some_and(|topic| topic.ranked.is_some());
            if is_ranked {
                let certain = self.certain.entry(id.clone()).or_default();
                certain.insert(paper.clone(), std::mem::take(reason));
            }
            !is_ranked
        });
    }

    /// The papers of a topic, each with what its condition found, or why it belongs to it without a score.
    fn of(&mut self, topic: &Topic) -> BTreeMap<PaperId, (bool, String)> {
        let mut scored = self.scored.remove(&topic.id).unwrap_or_default();
        // Equal scores are taken in one order, whatever the order of the store.
        scored.sort_by(|one, other| one.paper.cmp(&other.paper));
        if let Some(ranked) = &topic.ranked {
            (scored, _) = best_of_weeks(scored, &ranked.rule, |one| one.week, |one| one.score);
        }
        let scored = scored.into_iter().map(|one| (one.paper, (true, one.gate)));
        let certain = self.certain.remove(&topic.id).unwrap_or_default().into_iter();
        scored.chain(certain.map(|(paper, reason)| (paper, (false, reason)))).collect()
    }
}

/// Whether a ranked topic is to be filled, for which its ranking must be there.
pub fn edits_ranked(reader: &Reader, topics: &Topics) -> Result<bool, Error> {
    let edits = edits(reader, topics)?;
    let is_filled = |topic: &Topic| matches!(edits.get(&topic.id), Some(Edit::Added | Edit::Changed));
    Ok(topics.iter().any(|topic| topic.ranked.is_some() && is_filled(topic)))
}

/// Gives the papers that match a query, where something knows them at once.
pub type Matching<'a> = &'a dyn Fn(&Query) -> Option<Vec<PaperId>>;

/// Fills an edited topic with the papers that the index knows to match.
fn fill_from_index(
    topic: &Topic,
    papers: Vec<PaperId>,
    reader: &Reader,
    work: &mut Work<'_>,
    done: &mut BTreeMap<TopicId, Refilled>,
) -> Result<(), Error> {
    let now = work.now;
    let alone = Topics::new(vec![topic.clone()]);
    let papers: BTreeSet<PaperId> = papers.into_iter().collect();
    let present = leave_others(topic, |paper| papers.contains(paper), reader, work, done)?;
    for id in papers.iter().filter(|id| !present.contains(*id)) {
        let Some(paper) = reader.paper(id)? else { continue };
        for found in alone.of_paper(&paper, &reader.beside(id)?, now).certain {
            count(done, &topic.id, |refilled| &mut refilled.added);
            work.push(Op::Enter(enter_as_history(&paper, found.topic, found.reason)))?;
        }
    }
    Ok(())
}

/// Takes the papers out of a topic that do not stay; those that do are returned.
fn leave_others(
    topic: &Topic,
    stays: impl Fn(&PaperId) -> bool,
    reader: &Reader,
    work: &mut Work<'_>,
    done: &mut BTreeMap<TopicId, Refilled>,
) -> Result<BTreeSet<PaperId>, Error> {
    let mut present = BTreeSet::new();
    let mut last = None;
    loop {
        let stretch = reader.timeline_below(&topic.id, last.as_ref(), PLAN_SIZE)?;
        last = stretch.last().cloned();
        if last.is_none() {
            return Ok(present);
        }
        for entry in stretch {
            if stays(&entry.paper) {
                present.insert(entry.paper);
            } else {
                count(done, &topic.id, |refilled| &mut refilled.removed);
                work.leave(reader, &entry)?;
            }
        }
    }
}

/// Fills an edited ranked topic.
fn fill_ranked(
    topic: &Topic,
    chosen: &mut Chosen,
    selector: &Selector,
    reader: &Reader,
    work: &mut Work<'_>,
    done: &mut BTreeMap<TopicId, Refilled>,
) -> Result<(), Error> {
    let chosen = chosen.of(topic);
    let present = leave_others(topic, |paper| chosen.contains_key(paper), reader, work, done)?;
    for (id, (is_scored, reason)) in chosen.into_iter().filter(|(id, _)| !present.contains(id)) {
        let Some(paper) = reader.paper(&id)? else { continue };
        let gate = Match { topic: topic.id.clone(), reason };
        let found = match selector.ranking().filter(|_| is_scored) {
            Some(ranking) => ranking.reason(gate, &paper),
            None => gate,
        };
        count(done, &topic.id, |refilled| &mut refilled.added);
        work.push(Op::Enter(enter_as_history(&paper, found.topic, found.reason)))?;
    }
    Ok(())
}

/// Changes that are written as they gather.
struct Work<'a> {
    writer: &'a mut Writer,
    now: Timestamp,
    ops: Vec<Op>,
    /// Topics that begin other documents.
    reopened: BTreeSet<TopicId>,
}

impl Work<'_> {
    /// Takes a paper out of a topic that lists others now. Where a closed document holds it, the topic begins other documents;
    /// that is written first, or a crash behind it would leave the old ones in force.
    fn leave(&mut self, reader: &Reader, entry: &TimelineEntry) -> Result<(), Error> {
        let topic = entry.topic.clone();
        if !self.reopened.contains(&topic) && reader.is_archived(entry)? {
            let from = archives::next_number(reader.revision().0);
            self.reopened.insert(topic.clone());
            self.push(Op::Reopen { topic: topic.clone(), from })?;
        }
        self.push(Op::Leave { topic, paper: entry.paper.clone() })
    }

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
