//! The rows of topics, places in them, sources and what is remembered of addresses.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;
use serde::Serialize;

use crate::model::plan::Installation;
use crate::model::problem::Problem;
use crate::model::source::Cursor;
use crate::model::source::ExchangeMemory;
use crate::model::source::Health;
use crate::model::source::Moved;
use crate::model::source::NextPoll;
use crate::model::source::SourceDay;
use crate::model::source::SourceId;
use crate::model::source::SourceState;
use crate::model::time::Timestamp;
use crate::model::topic::TimelineEntry;
use crate::model::topic::TopicId;
use crate::model::topic::TopicState;
use crate::store::codec::Fault;
use crate::store::codec::Format;
use crate::store::codec::ledger::HistoryRow;
use crate::store::codec::ledger::PartRow;
use crate::store::codec::pace::PaceRow;
use crate::store::codec::paper::paper_id;

/// [`Installation`].
#[derive(Serialize, Deserialize)]
pub(super) struct InstallationRow<'a> {
    v: Format,
    #[serde(borrow)]
    tag_authority: Cow<'a, str>,
    #[serde(borrow)]
    tag_date: Cow<'a, str>,
    created: i64,
}

impl<'a> From<&'a Installation> for InstallationRow<'a> {
    fn from(installation: &'a Installation) -> Self {
        Self {
            v: Format,
            tag_authority: installation.tag_authority.as_str().into(),
            tag_date: installation.tag_date.as_str().into(),
            created: installation.created.micros(),
        }
    }
}

impl InstallationRow<'_> {
    #[expect(clippy::unnecessary_wraps, reason = "every row is read back in the same way")]
    pub(super) fn into_noun(self) -> Result<Installation, Fault> {
        Ok(Installation {
            tag_authority: self.tag_authority.into_owned(),
            tag_date: self.tag_date.into_owned(),
            created: Timestamp::from_micros(self.created),
        })
    }
}

/// [`TopicState`].
#[derive(Serialize, Deserialize)]
pub(super) struct TopicRow<'a> {
    v: Format,
    #[serde(borrow)]
    topic: Cow<'a, str>,
    #[serde(borrow)]
    definition: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    face: Cow<'a, str>,
    created: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    changed: Option<i64>,
}

impl<'a> From<&'a TopicState> for TopicRow<'a> {
    fn from(state: &'a TopicState) -> Self {
        Self {
            v: Format,
            topic: state.topic.as_str().into(),
            definition: state.definition.as_str().into(),
            face: state.face.as_str().into(),
            created: state.created.micros(),
            changed: (state.changed != state.created).then(|| state.changed.micros()),
        }
    }
}

impl TopicRow<'_> {
    pub(super) fn into_noun(self) -> Result<TopicState, Fault> {
        Ok(TopicState {
            topic: topic_id(&self.topic)?,
            definition: self.definition.into_owned(),
            face: self.face.into_owned(),
            created: Timestamp::from_micros(self.created),
            changed: Timestamp::from_micros(self.changed.unwrap_or(self.created)),
        })
    }
}

/// Reads the name of a topic.
pub(super) fn topic_id(text: &str) -> Result<TopicId, Fault> {
    TopicId::parse(text).ok_or_else(|| Fault::unknown("the name of a topic", text))
}

/// [`TimelineEntry`].
#[derive(Serialize, Deserialize)]
pub(super) struct EntryRow<'a> {
    v: Format,
    #[serde(borrow)]
    topic: Cow<'a, str>,
    #[serde(borrow)]
    paper: Cow<'a, str>,
    #[serde(borrow)]
    served_as: Cow<'a, str>,
    at: i64,
    updated: i64,
    #[serde(borrow)]
    reason: Cow<'a, str>,
}

impl<'a> From<&'a TimelineEntry> for EntryRow<'a> {
    fn from(entry: &'a TimelineEntry) -> Self {
        Self {
            v: Format,
            topic: entry.topic.as_str().into(),
            paper: entry.paper.as_str().into(),
            served_as: entry.served_as.as_str().into(),
            at: entry.at.micros(),
            updated: entry.updated.micros(),
            reason: entry.reason.as_str().into(),
        }
    }
}

impl EntryRow<'_> {
    pub(super) fn into_noun(self) -> Result<TimelineEntry, Fault> {
        Ok(TimelineEntry {
            topic: topic_id(&self.topic)?,
            paper: paper_id(&self.paper)?,
            served_as: paper_id(&self.served_as)?,
            at: Timestamp::from_micros(self.at),
            updated: Timestamp::from_micros(self.updated),
            reason: self.reason.into_owned(),
        })
    }
}

/// [`SourceState`].
#[derive(Serialize, Deserialize)]
pub(super) struct SourceRow<'a> {
    v: Format,
    #[serde(borrow)]
    source: Cow<'a, str>,
    #[serde(borrow)]
    cursor: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_attempt: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_success: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_new: Option<i64>,
    failures: u32,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    next_poll: Option<PollRow<'a>>,
    #[serde(borrow)]
    health: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fault: Option<Cow<'a, str>>,
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    problems: Vec<ProblemRow<'a>>,
    #[serde(default, skip_serializing_if = "PaceRow::is_empty")]
    pace: PaceRow,
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    settings: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "BTreeMap::is_empty")]
    parts: BTreeMap<Cow<'a, str>, PartRow<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    history: Option<HistoryRow<'a>>,
    #[serde(borrow, default, skip_serializing_if = "BTreeMap::is_empty")]
    days: BTreeMap<NaiveDate, DayRow<'a>>,
}

#[derive(Serialize, Deserialize)]
struct DayRow<'a> {
    #[serde(borrow)]
    health: Cow<'a, str>,
    harvests: u32,
    failed: u32,
    new: u32,
}

#[derive(Serialize, Deserialize)]
struct PollRow<'a> {
    at: i64,
    #[serde(borrow)]
    reason: Cow<'a, str>,
}

#[derive(Serialize, Deserialize)]
struct ProblemRow<'a> {
    #[serde(borrow)]
    place: Cow<'a, str>,
    #[serde(borrow)]
    message: Cow<'a, str>,
}

impl<'a> From<&'a SourceState> for SourceRow<'a> {
    fn from(state: &'a SourceState) -> Self {
        Self {
            v: Format,
            source: state.source.as_str().into(),
            cursor: state.cursor.0.as_str().into(),
            last_attempt: state.last_attempt.map(Timestamp::micros),
            last_success: state.last_success.map(Timestamp::micros),
            last_new: state.last_new.map(Timestamp::micros),
            failures: state.failures,
            next_poll: state.next_poll.as_ref().map(PollRow::from),
            health: state.health.name().into(),
            fault: state.fault.as_deref().map(Cow::from),
            pace: PaceRow::from(&state.pace),
            settings: state.settings.as_str().into(),
            parts: state.parts.iter().map(|(name, part)| (name.as_str().into(), part.into())).collect(),
            history: state.history.as_deref().map(HistoryRow::from),
            days: state.days.iter().map(|(day, noted)| (*day, DayRow::from(noted))).collect(),
            problems: state
                .problems
                .iter()
                .map(|problem| ProblemRow {
                    place: problem.place.as_str().into(),
                    message: problem.message.as_str().into(),
                })
                .collect(),
        }
    }
}

impl SourceRow<'_> {
    pub(super) fn into_noun(self) -> Result<SourceState, Fault> {
        Ok(SourceState {
            source: SourceId::parse(&self.source)
                .ok_or_else(|| Fault::unknown("the name of a source", &self.source))?,
            cursor: Cursor(self.cursor.into_owned()),
            last_attempt: self.last_attempt.map(Timestamp::from_micros),
            last_success: self.last_success.map(Timestamp::from_micros),
            last_new: self.last_new.map(Timestamp::from_micros),
            failures: self.failures,
            next_poll: self.next_poll.map(PollRow::into_noun),
            health: Health::parse(&self.health)
                .ok_or_else(|| Fault::unknown("a source's state", &self.health))?,
            fault: self.fault.map(Cow::into_owned),
            pace: self.pace.into_noun(),
            settings: self.settings.into_owned(),
            parts: self
                .parts
                .into_iter()
                .map(|(name, part)| Ok((name.into_owned(), part.into_noun()?)))
                .collect::<Result<_, Fault>>()?,
            history: self.history.map(|history| Box::new(history.into_noun())),
            days: self
                .days
                .into_iter()
                .map(|(day, noted)| Ok((day, noted.into_noun()?)))
                .collect::<Result<_, Fault>>()?,
            problems: self
                .problems
                .into_iter()
                .map(|row| Problem { place: row.place.into_owned(), message: row.message.into_owned() })
                .collect(),
        })
    }
}

impl From<&SourceDay> for DayRow<'_> {
    fn from(day: &SourceDay) -> Self {
        let SourceDay { health, harvests, failed, new } = *day;
        Self { health: health.name().into(), harvests, failed, new }
    }
}

impl DayRow<'_> {
    fn into_noun(self) -> Result<SourceDay, Fault> {
        let health =
            Health::parse(&self.health).ok_or_else(|| Fault::unknown("a source's state", &self.health))?;
        Ok(SourceDay { health, harvests: self.harvests, failed: self.failed, new: self.new })
    }
}

impl<'a> From<&'a NextPoll> for PollRow<'a> {
    fn from(poll: &'a NextPoll) -> Self {
        Self { at: poll.at.micros(), reason: poll.reason.as_str().into() }
    }
}

impl PollRow<'_> {
    fn into_noun(self) -> NextPoll {
        NextPoll { at: Timestamp::from_micros(self.at), reason: self.reason.into_owned() }
    }
}

/// An address and its [`ExchangeMemory`].
#[derive(Serialize, Deserialize)]
pub(super) struct ExchangeRow<'a> {
    v: Format,
    #[serde(borrow)]
    url: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    etag: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_modified: Option<Cow<'a, str>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    moved: Option<MovedRow<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gone_since: Option<i64>,
}

#[derive(Serialize, Deserialize)]
struct MovedRow<'a> {
    #[serde(borrow)]
    to: Cow<'a, str>,
    times: u32,
    since: i64,
}

impl<'a> ExchangeRow<'a> {
    pub(super) fn new(url: &'a str, memory: &'a ExchangeMemory) -> Self {
        Self {
            v: Format,
            url: url.into(),
            etag: memory.etag.as_deref().map(Cow::from),
            last_modified: memory.last_modified.as_deref().map(Cow::from),
            moved: memory.moved.as_ref().map(|moved| MovedRow {
                to: moved.to.as_str().into(),
                times: moved.times,
                since: moved.since.micros(),
            }),
            gone_since: memory.gone_since.map(Timestamp::micros),
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "every row is read back in the same way")]
    pub(super) fn into_noun(self) -> Result<(String, ExchangeMemory), Fault> {
        let memory = ExchangeMemory {
            etag: self.etag.map(Cow::into_owned),
            last_modified: self.last_modified.map(Cow::into_owned),
            moved: self.moved.map(|moved| Moved {
                to: moved.to.into_owned(),
                times: moved.times,
                since: Timestamp::from_micros(moved.since),
            }),
            gone_since: self.gone_since.map(Timestamp::from_micros),
        };
        Ok((self.url.into_owned(), memory))
    }
}

impl<'a> From<&'a (String, ExchangeMemory)> for ExchangeRow<'a> {
    fn from((url, memory): &'a (String, ExchangeMemory)) -> Self {
        Self::new(url, memory)
    }
}

/// The name of an operator and its [`NextPoll`].
#[derive(Serialize, Deserialize)]
pub(super) struct NextPollRow<'a> {
    v: Format,
    #[serde(borrow)]
    operator: Cow<'a, str>,
    #[serde(borrow)]
    not_before: PollRow<'a>,
}

impl<'a> NextPollRow<'a> {
    pub(super) fn new(operator: &'a str, poll: &'a NextPoll) -> Self {
        Self { v: Format, operator: operator.into(), not_before: poll.into() }
    }

    #[expect(clippy::unnecessary_wraps, reason = "every row is read back in the same way")]
    pub(super) fn into_noun(self) -> Result<(String, NextPoll), Fault> {
        Ok((self.operator.into_owned(), self.not_before.into_noun()))
    }
}

impl<'a> From<&'a (String, NextPoll)> for NextPollRow<'a> {
    fn from((operator, poll): &'a (String, NextPoll)) -> Self {
        Self::new(operator, poll)
    }
}
