//! A paper as an entry. Counters are not even an argument here, so no vote can change a byte of a feed.

use std::ops::Deref;
use std::sync::Arc;

use chrono::TimeDelta;

use crate::feeds::content;
use crate::feeds::content::Content;
use crate::feeds::content::Said;
use crate::feeds::facts::Facts;
use crate::feeds::facts::Prepared;
use crate::feeds::facts::bare_title;
use crate::feeds::facts::facts;
use crate::model::change::Event;
use crate::model::paper::Paper;
use crate::model::text::Html;
use crate::model::text::Text;
use crate::model::time::Timestamp;
use crate::model::topic::TimelineEntry;
use crate::urls::Urls;

/// One paper in a feed: what its place in the list says, and what it is wherever it stands.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Entry {
    /// The permanent identifier: of the paper as which the topic first served it.
    pub id: String,
    /// When it last changed in a way that matters.
    pub updated: Timestamp,
    /// Why it stands here, on one line; may be empty.
    pub reason: Text,
    /// The paper.
    pub paper: Arc<Prepared>,
}

impl Entry {
    /// The body.
    pub fn content(&self) -> Content {
        self.body.because(&self.reason)
    }

    /// The address of the first link of a relation.
    pub fn link(&self, rel: &str) -> Option<&str> {
        self.links.iter().find(|link| link.rel == rel).map(|link| link.href.as_str())
    }
}

impl Deref for Entry {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        &self.paper
    }
}

/// A paper as an entry: a function of the paper and its place in the topic, of nothing else.
pub fn entry(paper: &Paper, place: &TimelineEntry, urls: &Urls) -> Entry {
    at(&Arc::new(Prepared::of(paper, urls)), place, urls)
}

/// A prepared paper as the entry of a place.
pub fn at(paper: &Arc<Prepared>, place: &TimelineEntry, urls: &Urls) -> Entry {
    Entry {
        id: urls.paper_tag(&place.served_as),
        updated: plausible(place.updated),
        reason: Text::line(&place.reason),
        paper: Arc::clone(paper),
    }
}

/// Why a paper stands in a list that nobody configured.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Standing {
    /// In words.
    pub reason: String,
    /// What an editor says of it.
    pub note: Option<Html>,
    /// When it was put there, where somebody put it: readers hear of it then, however old it is.
    pub since: Option<Timestamp>,
}

/// A paper in a list that nobody configured.
pub fn standing(paper: &Paper, standing: &Standing, urls: &Urls) -> Entry {
    let said = Said { note: standing.note.as_ref(), ..Said::default() };
    let updated = plausible(paper.updated());
    Entry {
        id: urls.paper_tag(&paper.id),
        updated: standing.since.map_or(updated, |since| updated.max(plausible(since))),
        reason: Text::line(&standing.reason),
        paper: Arc::new(facts(paper, content::body(paper, &said, urls), urls).into()),
    }
}

/// Something that happened to a paper as an entry of its own, so that every reader shows it as new.
pub fn update(paper: &Paper, event: Event, at: Timestamp, urls: &Urls) -> Entry {
    let version = |number: u32| format!("v{number}");
    let (name, label, news) = match event {
        Event::CodeReleased => {
            ("code".to_owned(), "code released".to_owned(), Some("Its code was released."))
        }
        Event::Published => ("published".to_owned(), "published".to_owned(), Some("It was published.")),
        // The body of such a paper says so in any case.
        Event::Withdrawn => ("withdrawn".to_owned(), "withdrawn".to_owned(), None),
        Event::Retracted => ("retracted".to_owned(), "retracted".to_owned(), None),
        Event::Version(number) => (version(number), version(number), Some("A new version was posted.")),
    };
    let (id, at) = (urls.update_tag(paper.listed_as(event, at), &name), apart(paper, event, at));
    let facts = Facts {
        title: Text::line(&format!("[{label}] {}", bare_title(paper))),
        published: plausible(at),
        ..facts(paper, content::body(paper, &Said { news, ..Said::default() }, urls), urls)
    };
    Entry { id, updated: plausible(at), reason: Text::default(), paper: Arc::new(facts.into()) }
}

/// When an event is told: what was noticed of a paper at one moment is told a little apart, since no two entries shall have one
/// time. Events of other papers are at most some microseconds away.
fn apart(paper: &Paper, event: Event, at: Timestamp) -> Timestamp {
    let before = paper.updates().filter(|(other, time)| *time == at && *other < event).count();
    at.plus(TimeDelta::milliseconds(i64::try_from(before).unwrap_or_default()))
}

/// Validators take a date before 1990 for a mistake. A scanned paper of 1975 is told as the first hour of 1990; its own date
/// is in its record.
pub(super) fn plausible(at: Timestamp) -> Timestamp {
    const START_OF_1990: i64 = 631_152_000_000_000;
    const HOUR: i64 = 3_600_000_000;
    if at.micros() >= START_OF_1990 {
        at
    } else {
        Timestamp::from_micros(START_OF_1990 + at.micros().rem_euclid(HOUR))
    }
}
