//! Marks and picks: what people say is written down, and follows at once in the topics it concerns.

use std::sync::Arc;
use std::sync::PoisonError;

use crate::harvest::plan::places::enter_as_history;
use crate::harvest::run::Harvester;
use crate::model::beside::Beside;
use crate::model::curation::Fit;
use crate::model::curation::Note;
use crate::model::curation::Pick;
use crate::model::curation::TopicMark;
use crate::model::external_id::ExternalId;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;
use crate::model::plan::Op;
use crate::model::plan::Plan;
use crate::model::topic::TimelineEntry;
use crate::model::topic::TopicId;
use crate::store::Error;
use crate::topics::Match;
use crate::topics::ranking::Occasion;

/// Why a paper is in a topic that was marked into it.
const MARKED: &str = "marked as right";

/// What becomes of a mark.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Marking {
    /// It is given.
    Give(Fit),
    /// It is taken back.
    TakeBack,
}

/// What becomes of a pick.
enum Repick {
    /// It is made, or its note changes.
    Pick(Option<Note>),
    /// It is taken back.
    TakeBack,
}

impl Harvester {
    /// Marks a paper in a topic. A right one that is not there enters at the time of its announcement, a wrong one leaves.
    pub async fn mark(&self, topic: TopicId, paper: Paper, marking: Marking) -> Result<(), Error> {
        let now = self.stamp();
        self.pen()
            .write(move |writer| {
                writer.heal()?;
                let is_in = writer.reader().entry(&topic, &paper.id)?.is_some();
                let mut ops = Vec::new();
                match marking {
                    Marking::Give(fit) => {
                        let (topic, paper) = (topic.clone(), paper.id.clone());
                        ops.push(Op::Mark(TopicMark { topic, paper, fit, at: now }));
                    }
                    Marking::TakeBack => {
                        // What was said under a former name goes with it.
                        let names = std::iter::once(&paper.id).chain(paper.aliases.keys());
                        ops.extend(
                            names.map(|name| Op::Unmark { topic: topic.clone(), paper: name.clone() }),
                        );
                    }
                }
                match marking {
                    Marking::Give(Fit::Right) if !is_in => {
                        ops.push(Op::Enter(enter_as_history(&paper, topic, MARKED.to_owned())));
                    }
                    Marking::Give(Fit::Wrong) if is_in => ops.push(Op::Leave { topic, paper: paper.id }),
                    Marking::Give(_) | Marking::TakeBack => {}
                }
                writer.commit(&[Plan { at: now, ops }]).map(|_sequence| ())
            })
            .await
    }

    /// Lets the score decide over a paper whose mark was taken back, as if it had never been marked.
    pub async fn decide_anew(&self, topic: TopicId, paper: PaperId) -> Result<(), Error> {
        let (now, selector) = (self.stamp(), self.topics.clone());
        self.pen()
            .write(move |writer| {
                writer.heal()?;
                let (reader, selector) = (writer.reader(), Arc::clone(&selector.borrow()));
                let Some(paper) = reader.paper(&paper)? else { return Ok(()) };
                let entry = reader.entry(&topic, &paper.id)?;
                let (beside, is_open) = (reader.beside(&paper.id)?, |other: &TopicId| *other == topic);
                let found = selector.of_paper(&paper, &beside, Occasion::History, now, is_open);
                let found = found.into_iter().find(|found| found.topic == topic);
                let op = match (entry, found) {
                    (None, Some(found)) => Op::Enter(enter_as_history(&paper, topic, found.reason)),
                    (Some(entry), None) if entry.reason == MARKED => Op::Leave { topic, paper: paper.id },
                    (Some(entry), Some(found)) if entry.reason == MARKED => {
                        Op::Enter(TimelineEntry { reason: found.reason, ..entry })
                    }
                    (Some(_) | None, _) => return Ok(()),
                };
                writer.commit(&[Plan { at: now, ops: vec![op] }]).map(|_sequence| ())
            })
            .await
    }

    /// Has a paper asked for by name the next time that a source can be asked so.
    pub fn wish(&self, paper: ExternalId) {
        self.wishes.lock().unwrap_or_else(PoisonError::into_inner).insert(paper);
    }

    /// Forgets a wish: whoever had it was told what came of it.
    pub fn wish_no_more(&self, paper: &ExternalId) {
        self.wishes.lock().unwrap_or_else(PoisonError::into_inner).remove(paper);
    }

    /// What somebody wants and is not here yet.
    pub(super) fn wishes(&self) -> Vec<ExternalId> {
        let mut wishes = self.wishes.lock().unwrap_or_else(PoisonError::into_inner);
        // What came is wished for no more.
        wishes.retain(|paper| !matches!(self.reader.paper_by_external(paper), Ok(Some(_known))));
        wishes.iter().cloned().collect()
    }

    /// Picks a paper, or changes the note to it; topics that wait for that take it as news.
    pub async fn pick(&self, paper: Paper, note: Option<Note>) -> Result<(), Error> {
        self.repick(paper, Repick::Pick(note)).await
    }

    /// Takes a pick back; the paper leaves the topics that it was in for that alone.
    pub async fn unpick(&self, paper: Paper) -> Result<(), Error> {
        self.repick(paper, Repick::TakeBack).await
    }

    async fn repick(&self, paper: Paper, repick: Repick) -> Result<(), Error> {
        let (now, selector) = (self.stamp(), self.topics.clone());
        self.pen()
            .write(move |writer| {
                writer.heal()?;
                let reader = writer.reader();
                let known = reader.pick(&paper.id)?;
                let topics = Arc::clone(selector.borrow().topics());
                let signals = reader.signals(&paper.id)?;
                let matched = |is_picked| -> Vec<Match> {
                    topics.of_paper(&paper, &Beside { signals: signals.clone(), is_picked }, now).certain
                };
                let (with, without) = (matched(true), matched(false));
                let is_among =
                    |one: &Match, others: &[Match]| others.iter().any(|other| other.topic == one.topic);
                let mut ops = Vec::new();
                if let Repick::Pick(note) = repick {
                    let at = known.map_or(now, |known| known.at);
                    ops.push(Op::Pick(Pick { paper: paper.id.clone(), note, at }));
                    for Match { topic, reason } in with.into_iter().filter(|one| !is_among(one, &without)) {
                        if reader.entry(&topic, &paper.id)?.is_none() {
                            let (paper, served_as) = (paper.id.clone(), paper.id.clone());
                            let entry =
                                TimelineEntry { topic, paper, served_as, at: now, updated: now, reason };
                            ops.push(Op::Enter(entry));
                        }
                    }
                } else {
                    ops.push(Op::Unpick(paper.id.clone()));
                    let gone = with.into_iter().filter(|one| !is_among(one, &without));
                    ops.extend(gone.map(|one| Op::Leave { topic: one.topic, paper: paper.id.clone() }));
                }
                writer.commit(&[Plan { at: now, ops }]).map(|_sequence| ())
            })
            .await
    }
}
