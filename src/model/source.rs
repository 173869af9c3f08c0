//! A source as the rest of the program sees it: its name, how far its harvest got, and how it is doing.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use chrono::NaiveDate;

use crate::model::ledger::History;
use crate::model::ledger::Part;
use crate::model::problem::Problem;
use crate::model::time::Timestamp;

/// The name an operator gave a source: `[a-z0-9][a-z0-9-]{0,63}`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SourceId(String);

impl SourceId {
    /// Reads a name; `None` when it has other characters or is too long.
    pub fn parse(text: &str) -> Option<Self> {
        is_slug(text).then(|| Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Whether a text is `[a-z0-9][a-z0-9-]{0,63}`, the shape of source and topic names.
pub(crate) fn is_slug(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=64).contains(&text.len()) && text.bytes().all(allowed) && !text.starts_with('-')
}

/// How much a source's words weigh when several sources describe one paper, weakest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Authority {
    /// It repeats what others publish and may damage it (Hugging Face Daily Papers).
    Aggregator,
    /// It publishes the paper, but its feed is made for display (a journal's RSS).
    Publisher,
    /// It is the place of record for the text (arXiv).
    Repository,
}

/// How far a harvest got: opaque to all but the source that made it. The empty cursor stands before the first run.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Cursor(pub String);

/// When a source is polled next, and the rule that set the time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NextPoll {
    /// Not before this.
    pub at: Timestamp,
    /// The rule, as people read it: "max-age of the answer", "back-off after 3 failures".
    pub reason: String,
}

/// What a feed says about its own rhythm (RSS `ttl`, `skipHours`, `skipDays`, `sy:updatePeriod`).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Pace {
    /// Not sooner than this after an answer.
    pub ttl: Option<Duration>,
    /// Hours of the day in UTC (0 to 23) without a poll.
    pub skip_hours: Vec<u8>,
    /// Days without a poll, in UTC.
    pub skip_days: Vec<chrono::Weekday>,
}

/// How a source is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Health {
    /// It was never asked.
    #[default]
    Unknown,
    /// The last harvest brought records that were new to us.
    Fresh,
    /// The last harvest worked and brought nothing new.
    Quiet,
    /// Nothing is announced today: a day that the operator listed as quiet, or one whose list is empty on a weekday.
    Holiday,
    /// Something new was due, and only what is known came.
    Stale,
    /// Days or papers were missed and are not here yet.
    Gap,
    /// The last harvest brought less than the source announces (a cut or half-filled list).
    Partial,
    /// The source refuses us with a bot wall or 403.
    Blocked,
    /// The source asked us to come back later (429, 503).
    Limited,
    /// Our own network is down: no host could be reached.
    Offline,
    /// The last harvest failed.
    Failing,
}

impl Health {
    /// The word shown to people and stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Fresh => "fresh",
            Self::Quiet => "quiet",
            Self::Holiday => "holiday",
            Self::Stale => "stale",
            Self::Gap => "gap",
            Self::Partial => "partial",
            Self::Blocked => "blocked",
            Self::Limited => "limited",
            Self::Offline => "offline",
            Self::Failing => "failing",
        }
    }

    /// Every state.
    pub const ALL: [Self; 11] = [
        Self::Unknown,
        Self::Fresh,
        Self::Quiet,
        Self::Holiday,
        Self::Stale,
        Self::Gap,
        Self::Partial,
        Self::Blocked,
        Self::Limited,
        Self::Offline,
        Self::Failing,
    ];

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|health| health.name() == name)
    }
}

/// What is remembered of a source between harvests.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceState {
    /// Which source.
    pub source: SourceId,
    /// Its kind, address and options when it was last asked; others mean that it is due at once.
    pub settings: String,
    /// How far its harvest got.
    pub cursor: Cursor,
    /// When it was last asked.
    pub last_attempt: Option<Timestamp>,
    /// When a harvest last succeeded.
    pub last_success: Option<Timestamp>,
    /// When a harvest last brought a paper we did not know.
    pub last_new: Option<Timestamp>,
    /// Failed harvests since the last success.
    pub failures: u32,
    /// When it is polled next, and why.
    pub next_poll: Option<NextPoll>,
    /// How it is doing.
    pub health: Health,
    /// What the last failure was, in words, while it lasts.
    pub fault: Option<String>,
    /// What the source last said of its own rhythm, which stands while it answers that nothing changed.
    pub pace: Pace,
    /// Problems of the last harvest, at most [`SourceState::PROBLEMS_KEPT`].
    pub problems: Vec<Problem>,
    /// The ledger of completeness, by the names of the source's parts.
    pub parts: BTreeMap<String, Part>,
    /// The harvest of history, if one was ever begun.
    pub history: Option<Box<History>>,
    /// How it did on each of the last days in UTC on which it was asked, at most [`SourceState::DAYS_KEPT`].
    pub days: BTreeMap<NaiveDate, SourceDay>,
}

/// How a source did on one day.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SourceDay {
    /// How it was doing at the day's last harvest.
    pub health: Health,
    /// How many harvests there were.
    pub harvests: u32,
    /// How many of them failed.
    pub failed: u32,
    /// How many papers came that we did not know.
    pub new: u32,
}

impl SourceState {
    /// How many problems of the last harvest are kept.
    pub const PROBLEMS_KEPT: usize = 20;

    /// How many parts are kept; those seen least recently go first.
    pub const PARTS_KEPT: usize = 64;

    /// Of how many days it is kept how they went.
    pub const DAYS_KEPT: usize = 90;

    /// A source that was never asked.
    pub fn untouched(source: SourceId) -> Self {
        Self {
            source,
            settings: String::new(),
            cursor: Cursor::default(),
            last_attempt: None,
            last_success: None,
            last_new: None,
            failures: 0,
            next_poll: None,
            health: Health::Unknown,
            fault: None,
            pace: Pace::default(),
            problems: Vec::new(),
            parts: BTreeMap::new(),
            history: None,
            days: BTreeMap::new(),
        }
    }

    /// Notes how a harvest that ended on a day went.
    pub fn note_day(&mut self, day: NaiveDate, has_failed: bool, new: u64) {
        let noted = self.days.entry(day).or_default();
        noted.health = self.health;
        noted.harvests = noted.harvests.saturating_add(1);
        noted.failed = noted.failed.saturating_add(u32::from(has_failed));
        noted.new = noted.new.saturating_add(u32::try_from(new).unwrap_or(u32::MAX));
        while self.days.len() > Self::DAYS_KEPT {
            self.days.pop_first();
        }
    }
}

/// What is remembered of one address between requests, so that the next one is conditional and polite.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ExchangeMemory {
    /// The last `ETag`, byte for byte, quotes included.
    pub etag: Option<String>,
    /// The last `Last-Modified`, byte for byte.
    pub last_modified: Option<String>,
    /// Where permanent redirects (301, 308) lead, how often in a row that was said, and since when.
    pub moved: Option<Moved>,
    /// When the address answered 410 Gone.
    pub gone_since: Option<Timestamp>,
}

/// A permanent redirect, remembered until it is sure enough to be followed without asking.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Moved {
    /// The address it leads to.
    pub to: String,
    /// Identical answers in a row.
    pub times: u32,
    /// The first of them.
    pub since: Timestamp,
}
