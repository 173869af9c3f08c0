//! What an observation changed about a paper, and which of the things that happen to a paper are news to its readers.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::TimeDelta;

use crate::model::paper::PaperId;
use crate::model::time::Timestamp;

/// Something that happened to a paper and that matters to its readers. Each is dated when we noticed it first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Event {
    /// Its source code became known.
    CodeReleased,
    /// It appeared in a journal or at a conference: a citation or a publisher's DOI became known.
    Published,
    /// It was withdrawn by its authors or the repository.
    Withdrawn,
    /// It was retracted by its journal.
    Retracted,
    /// A version after the first.
    Version(u32),
}

/// The verdict over one observation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    /// The paper was not known.
    New,
    /// Text, people, dates or links changed; the events are those noticed now, perhaps none (a silent correction).
    Revised(BTreeSet<Event>),
    /// It was listed under further subjects, and nothing else changed.
    CrossListed,
    /// It was withdrawn or retracted.
    Withdrawn,
    /// Another source reported what was known, or nothing changed at all.
    Unchanged,
}

/// An event of a paper, as it is listed over all papers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Update {
    /// The paper.
    pub paper: PaperId,
    /// What happened to it.
    pub event: Event,
    /// When we noticed.
    pub at: Timestamp,
}

/// Code that becomes known this soon after a paper came with it: a daily list names the code of yesterday's papers.
const CAME_WITH_CODE: TimeDelta = TimeDelta::days(3);

/// The events that are news to those who know the paper, each with its time. What it came with is none, nor is a version
/// that was noticed no sooner than a higher one.
pub fn updates(
    first_seen: Timestamp,
    events: &BTreeMap<Event, Timestamp>,
) -> impl Iterator<Item = (Event, Timestamp)> + '_ {
    let is_overtaken = move |number: u32, at: Timestamp| {
        let higher = Event::Version(number.saturating_add(1))..;
        number < u32::MAX && events.range(higher).any(|(_event, other)| *other <= at)
    };
    events.iter().map(|(event, at)| (*event, *at)).filter(move |(event, at)| match event {
        Event::CodeReleased => at.minus(CAME_WITH_CODE) > first_seen,
        Event::Published | Event::Withdrawn | Event::Retracted => *at > first_seen,
        Event::Version(number) => *at > first_seen && !is_overtaken(*number, *at),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::Event;
    use super::updates;
    use crate::model::time::Timestamp;

    const DAY: i64 = 86_400_000_000;

    fn news(events: &[(Event, i64)]) -> Vec<Event> {
        let events: BTreeMap<_, _> =
            events.iter().map(|(event, day)| (*event, Timestamp::from_micros(day * DAY))).collect();
        updates(Timestamp::from_micros(10 * DAY), &events).map(|(event, _at)| event).collect()
    }

    #[test]
    fn what_a_paper_came_with_is_no_news() {
        assert_eq!(news(&[(Event::Published, 10), (Event::Version(2), 10), (Event::Retracted, 9)]), []);
        assert_eq!(news(&[(Event::Published, 11)]), [Event::Published]);
        assert_eq!(news(&[(Event::CodeReleased, 12)]), []);
        assert_eq!(news(&[(Event::CodeReleased, 14)]), [Event::CodeReleased]);
    }

    #[test]
    fn a_version_that_was_overtaken_is_no_news() {
        let (two, three) = (Event::Version(2), Event::Version(3));
        assert_eq!(news(&[(two, 12), (three, 15)]), [two, three]);
        assert_eq!(news(&[(two, 15), (three, 12)]), [three]);
        assert_eq!(news(&[(two, 12), (three, 12)]), [three]);
        assert_eq!(news(&[(Event::Version(u32::MAX), 12)]), [Event::Version(u32::MAX)]);
    }
}
