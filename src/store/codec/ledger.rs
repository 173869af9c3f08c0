//! The rows of a source's ledger of completeness and of its harvest of history.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;
use serde::Serialize;

use crate::model::ledger::History;
use crate::model::ledger::Part;
use crate::model::source::Cursor;
use crate::model::source::Health;
use crate::model::time::Timestamp;
use crate::store::codec::Fault;

/// [`Part`].
#[derive(Serialize, Deserialize)]
pub(super) struct PartRow<'a> {
    #[serde(borrow)]
    health: Cow<'a, str>,
    since: i64,
    #[serde(borrow)]
    why: Cow<'a, str>,
    seen_at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fresh_day: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    largest: Option<Cow<'a, str>>,
    listed: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stated: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gap: Option<(NaiveDate, NaiveDate)>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    missing: BTreeMap<Cow<'a, str>, NaiveDate>,
}

impl<'a> From<&'a Part> for PartRow<'a> {
    fn from(part: &'a Part) -> Self {
        Self {
            health: part.health.name().into(),
            since: part.since.micros(),
            why: part.why.as_str().into(),
            seen_at: part.seen_at.micros(),
            fresh_day: part.fresh_day,
            largest: part.largest.as_deref().map(Cow::from),
            listed: part.listed,
            stated: part.stated,
            gap: part.gap,
            missing: part.missing.iter().map(|(id, day)| (id.as_str().into(), *day)).collect(),
        }
    }
}

impl PartRow<'_> {
    pub(super) fn into_noun(self) -> Result<Part, Fault> {
        Ok(Part {
            health: Health::parse(&self.health)
                .ok_or_else(|| Fault::unknown("a part's state", &self.health))?,
            since: Timestamp::from_micros(self.since),
            why: self.why.into_owned(),
            seen_at: Timestamp::from_micros(self.seen_at),
            fresh_day: self.fresh_day,
            largest: self.largest.map(Cow::into_owned),
            listed: self.listed,
            stated: self.stated,
            gap: self.gap,
            missing: self.missing.into_iter().map(|(id, day)| (id.into_owned(), day)).collect(),
        })
    }
}

/// [`History`].
#[derive(Serialize, Deserialize)]
pub(super) struct HistoryRow<'a> {
    since: NaiveDate,
    until: NaiveDate,
    #[serde(borrow)]
    cursor: Cow<'a, str>,
    #[serde(borrow, default)]
    settings: Cow<'a, str>,
    begun: i64,
    not_before: i64,
    failures: u32,
    #[serde(default)]
    stuck: u32,
    asked: u64,
    records: u64,
    covered: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    finished: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fault: Option<Cow<'a, str>>,
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    left_out: Vec<Cow<'a, str>>,
}

impl<'a> From<&'a History> for HistoryRow<'a> {
    fn from(history: &'a History) -> Self {
        Self {
            since: history.since,
            until: history.until,
            cursor: history.cursor.0.as_str().into(),
            settings: history.settings.as_str().into(),
            begun: history.begun.micros(),
            not_before: history.not_before.micros(),
            failures: history.failures,
            stuck: history.stuck,
            asked: history.asked,
            records: history.records,
            covered: history.covered,
            finished: history.finished.map(Timestamp::micros),
            fault: history.fault.as_deref().map(Cow::from),
            left_out: history.left_out.iter().map(|what| what.as_str().into()).collect(),
        }
    }
}

impl HistoryRow<'_> {
    pub(super) fn into_noun(self) -> History {
        History {
            since: self.since,
            until: self.until,
            cursor: Cursor(self.cursor.into_owned()),
            settings: self.settings.into_owned(),
            begun: Timestamp::from_micros(self.begun),
            not_before: Timestamp::from_micros(self.not_before),
            failures: self.failures,
            stuck: self.stuck,
            asked: self.asked,
            records: self.records,
            covered: self.covered,
            finished: self.finished.map(Timestamp::from_micros),
            fault: self.fault.map(Cow::into_owned),
            left_out: self.left_out.into_iter().map(Cow::into_owned).collect(),
        }
    }
}
