//! How far a harvest over OAI-PMH got, as it stands in the cursor.
//!
//! A set's mark is the day from which it is asked for. It moves only when a list was read to its end; the token of a list
//! that was broken off stays, so that the next run goes on with it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Deserialize;
use serde::Serialize;

use crate::model::source::Cursor;
use crate::model::time::Timestamp;
use crate::sources::oai::Identity;
use crate::sources::oai::history::History;

/// Everything that is remembered between two requests.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Progress {
    /// The run that `tried`, `done` and `pages` belong to.
    #[serde(default)]
    pub(super) run: i64,
    /// What the repository said of itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) identity: Option<Identity>,
    /// Whether it was asked for that in this run and did not say it.
    #[serde(default)]
    pub(super) tried: bool,
    /// For each set how far it was read.
    #[serde(default)]
    pub(super) marks: BTreeMap<String, Mark>,
    /// The sets that are done with in this run, read or not.
    #[serde(default)]
    pub(super) done: BTreeSet<String>,
    /// The list at hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) at: Option<At>,
    /// Pages read in this run.
    #[serde(default)]
    pub(super) pages: u32,
    /// A harvest of history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) history: Option<History>,
}

/// How far a set was read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Mark {
    /// What was changed on this day or later is asked for.
    pub(super) from: NaiveDate,
    /// Whether the last list was shorter than the repository said.
    #[serde(default)]
    pub(super) was_short: bool,
}

/// A list in the middle.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct At {
    /// Whose list; empty for the whole repository.
    pub(super) set: String,
    /// From which day it is asked for.
    pub(super) from: NaiveDate,
    /// Through which day, in a harvest of history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) until: Option<NaiveDate>,
    /// With what it goes on; `None` before its first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) token: Option<String>,
    /// The day of its first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) made: Option<NaiveDate>,
    /// A token that came some pages ago: should it come again, the list goes round in a circle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) anchor: Option<String>,
    /// Pages read of it.
    #[serde(default)]
    pub(super) pages: u32,
    /// Records that they held.
    #[serde(default)]
    pub(super) seen: u64,
    /// Records that the repository said there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) size: Option<u64>,
    /// Whether it was begun a second time, since a token was no longer taken.
    #[serde(default)]
    pub(super) is_second_try: bool,
}

impl At {
    /// Before the first page of a list.
    pub(super) fn before(set: &str, from: NaiveDate, until: Option<NaiveDate>) -> Self {
        Self { set: set.to_owned(), from, until, ..Self::default() }
    }

    /// Whether a token can only lead round in a circle. Brent's method: the token that came with the last page whose number
    /// is a power of two is met again in every circle.
    pub(super) fn is_circle(&self, token: &str) -> bool {
        [&self.token, &self.anchor].into_iter().flatten().any(|known| known == token)
    }

    /// Goes on with a token behind a page.
    pub(super) fn turn(&mut self, token: String) {
        if self.pages.is_power_of_two() {
            self.anchor = Some(token.clone());
        }
        self.token = Some(token);
    }
}

impl Progress {
    /// That of the run which began at `run`. What is left of an earlier one begins its sets anew but for the list at hand.
    pub(super) fn of(cursor: &Cursor, run: Timestamp) -> Self {
        let known: Self = serde_json::from_str(&cursor.0).unwrap_or_default();
        if known.history.is_some() || known.run == run.micros() {
            return known;
        }
        Self { run: run.micros(), tried: false, done: BTreeSet::new(), pages: 0, ..known }
    }

    /// As a cursor.
    pub(super) fn cursor(&self) -> Cursor {
        Cursor(serde_json::to_string(self).unwrap_or_default())
    }
}
