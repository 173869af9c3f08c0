//! When a source may be harvested, by who asks for it.

use crate::config::ConfiguredSource;
use crate::harvest::job::Summary;
use crate::harvest::schedule;
use crate::model::source::Health;
use crate::model::source::NextPoll;
use crate::model::source::SourceState;
use crate::model::time::Timestamp;

/// Why a source is to be harvested.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Occasion {
    /// Its time has come.
    Due,
    /// A person asks for it: as soon as manners allow.
    Asked,
    /// Its hub tells of something new: at once, unless it asked us to wait.
    Told,
    /// A person waits for one paper, which is one request: only what its host says holds it back.
    Wished,
    /// Whatever was said before: for tests and the demonstration.
    Always,
}

/// What came of the wish to harvest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Polled {
    /// A harvest.
    Done(Summary),
    /// It may not be asked before a time.
    NotYet(Health, NextPoll),
}

impl Occasion {
    /// Until when a source may not be asked on this occasion, and why.
    pub(super) fn forbids(
        self,
        state: &SourceState,
        source: &ConfiguredSource,
        now: Timestamp,
    ) -> Option<NextPoll> {
        if state.settings != source.settings {
            return None;
        }
        let stored = state.next_poll.clone();
        let wait = match self {
            Self::Told if matches!(state.health, Health::Limited | Health::Blocked) => stored,
            Self::Always | Self::Wished | Self::Told => None,
            Self::Due => stored,
            Self::Asked if matches!(state.health, Health::Limited | Health::Blocked) => stored,
            // Without a network nobody was asked.
            Self::Asked if state.health == Health::Offline => None,
            Self::Asked => state.last_attempt.map(|last| {
                let floor = source.manners.every_at_least;
                let reason = format!("its manners allow a poll every {}", schedule::words(floor));
                NextPoll { at: schedule::after(last, floor), reason }
            }),
        };
        wait.filter(|wait| wait.at > now)
    }
}
