//! Where a paper stands in a topic: when it enters, and when it is revised.

use chrono::TimeDelta;

use crate::model::paper::Paper;
use crate::model::time::Precision;
use crate::model::time::Timestamp;
use crate::model::topic::Revisions;
use crate::model::topic::TimelineEntry;
use crate::model::topic::TopicId;

/// A paper that was not known and was announced longer ago than this enters topics as history: at its own time, never as
/// news.
pub const NEWS: TimeDelta = TimeDelta::days(7);

/// What lets a paper enter a topic.
#[derive(Clone, Copy)]
pub(super) enum Moment {
    /// It was not known before.
    Announced,
    /// Something new was heard of a paper that was known: it is news to the topic, however old the paper is.
    Heard(Timestamp),
    /// It was so long ago.
    History,
}

/// The place of a paper that enters a topic: at the top when it is news, else at the time of its announcement.
pub(super) fn enter(
    paper: &Paper,
    topic: TopicId,
    reason: String,
    moment: Moment,
    now: Timestamp,
) -> TimelineEntry {
    let is_news = paper.announced().is_none_or(|announced| announced.at >= now.minus(NEWS));
    let at = match moment {
        Moment::History => return enter_as_history(paper, topic, reason),
        Moment::Heard(at) => at,
        Moment::Announced if is_news => paper.updated(),
        Moment::Announced => paper.published(),
    };
    TimelineEntry { topic, paper: paper.id.clone(), served_as: paper.id.clone(), at, updated: at, reason }
}

/// The place of a paper whose topic has history to be filled: at the time of its announcement, news or not.
pub fn enter_as_history(paper: &Paper, topic: TopicId, reason: String) -> TimelineEntry {
    let at = paper.published().min(made(paper));
    TimelineEntry { topic, paper: paper.id.clone(), served_as: paper.id.clone(), at, updated: at, reason }
}

/// When a paper was made, as far as any date of it tells: where no source states its announcement, it is no paper of today.
fn made(paper: &Paper) -> Timestamp {
    let dates = paper.observations.iter().flat_map(|one| [one.submitted, one.revised]).flatten();
    let earliest = dates.filter(|date| date.precision >= Precision::Day).map(|date| date.at).min();
    earliest
        .filter(|_| paper.announced().is_none())
        .map_or(paper.first_seen, |date| date.min(paper.first_seen))
}

/// Where a revised paper stands in a topic, if it does not stay as it was.
pub(super) fn revise(paper: &Paper, entry: TimelineEntry, policy: Revisions) -> Option<TimelineEntry> {
    let updated = paper.updated();
    (updated > entry.updated).then_some(())?;
    match policy {
        Revisions::Announce => Some(TimelineEntry { at: updated, updated, ..entry }),
        Revisions::Silent => Some(TimelineEntry { updated, ..entry }),
        Revisions::Ignore => None,
    }
}
