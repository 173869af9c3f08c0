//! What commands ask and what they are told: plain values that travel as JSON lines over the control socket.

use serde::Deserialize;
use serde::Serialize;

use crate::daemon::letters::LetterView;
use crate::daemon::letters::OutboxAsk;
use crate::daemon::letters::OutboxRow;
use crate::daemon::letters::SubscriberCounts;
use crate::daemon::papers::PaperView;
use crate::daemon::papers::Ruled;
use crate::daemon::readers::ReaderAsk;
use crate::daemon::readers::ReaderRow;
use crate::daemon::tried::Trial;
use crate::finding::rows::ExplainRows;
use crate::finding::rows::RankingRows;
use crate::finding::rows::SearchRows;
use crate::finding::rows::TrialRows;

/// A command that needs the store.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ask {
    /// Harvest these sources now, or all when none is named.
    Poll(Vec<String>),
    /// Harvest the history of one source.
    Backfill {
        /// Which source.
        source: String,
        /// The first day, `YYYY-MM-DD`.
        since: String,
        /// The last day; today where none is named.
        until: Option<String>,
        /// Whether one of other days that is under way is given up for it.
        #[serde(default)]
        instead: bool,
    },
    /// How the sources are doing.
    Sources,
    /// How the topics are doing.
    Topics,
    /// Everything known of one paper, by any identifier or address.
    Show(String),
    /// Papers that match a query.
    Search {
        /// The query.
        query: String,
        /// At most so many.
        limit: usize,
        /// So many of the first are left out.
        #[serde(default)]
        offset: usize,
        /// Whether the best come first; else the newest do.
        #[serde(default)]
        by_relevance: bool,
    },
    /// Papers like one.
    Similar {
        /// The paper, by any name that `show` takes.
        paper: String,
        /// At most so many.
        limit: usize,
    },
    /// What a topic would show.
    Try(Trial),
    /// Why a paper is in a topic, or not.
    Explain {
        /// The topic.
        topic: String,
        /// The paper, by any name that `show` takes.
        paper: String,
    },
    /// Teach a ranked topic.
    Mark {
        /// The topic.
        topic: String,
        /// The paper, by any name that `show` takes.
        paper: String,
        /// `+`, `-`, or `0` to take a mark back.
        sign: String,
    },
    /// Pick a paper, or change the note to it.
    Pick {
        /// The paper, by any name that `show` takes.
        paper: String,
        /// Why.
        note: Option<String>,
    },
    /// Take a pick back.
    Unpick(String),
    /// Train the term embedding over the store.
    Train,
    /// Add, list or revoke readers with private addresses.
    Reader(ReaderAsk),
    /// Look at what goes out, and see to it.
    Outbox(OutboxAsk),
    /// Make two papers one, by the names that `show` takes.
    Merge {
        /// The one.
        one: String,
        /// The other.
        other: String,
    },
    /// Make records of a paper a paper of their own.
    Split {
        /// The paper, by any name that `show` takes.
        paper: String,
        /// Names of sources, `SOURCE/KEY`, or outside identifiers.
        parts: Vec<String>,
    },
    /// Write everything into a file beside the store.
    Export,
    /// The feeds as a subscription list.
    Opml,
    /// Compare the log, the store and their counts.
    Verify,
}

impl Ask {
    /// Whether papers are scored for it.
    pub const fn needs_ranking(&self) -> bool {
        matches!(self, Self::Poll(_) | Self::Backfill { .. } | Self::Try(_) | Self::Explain { .. })
    }

    /// Whether the search index is asked.
    pub const fn needs_index(&self) -> bool {
        matches!(self, Self::Search { .. } | Self::Similar { .. } | Self::Try(_))
    }
}

/// A line of the conversation.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tell {
    /// Something happened on the way.
    Progress(Step),
    /// The last line when all went well.
    Answer(Answer),
    /// The last line when it did not: a message for people.
    Fault(String),
}

/// Something that happened on the way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Step {
    /// Which source, or what else is at work.
    pub subject: String,
    /// What happened, in words.
    pub message: String,
    /// Sources done so far.
    pub done: u64,
    /// Sources in all.
    pub total: u64,
    /// Whether it stands still for a while, as the message says.
    #[serde(default)]
    pub is_waiting: bool,
}

/// The answer to a command.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", untagged)]
pub enum Answer {
    /// To [`Ask::Poll`].
    Poll {
        /// One row a source.
        polled: Vec<PollRow>,
    },
    /// To [`Ask::Backfill`].
    Backfill {
        /// What came of it.
        backfill: BackfillRow,
    },
    /// To [`Ask::Sources`].
    Sources {
        /// One row a source.
        sources: Vec<SourceRow>,
    },
    /// To [`Ask::Topics`].
    Topics {
        /// One row a topic.
        topics: Vec<TopicRow>,
    },
    /// To [`Ask::Show`].
    Show {
        /// The paper.
        paper: Box<PaperView>,
    },
    /// To [`Ask::Try`].
    Tried {
        /// What it would show.
        tried: Box<TrialRows>,
    },
    /// To [`Ask::Explain`].
    Explained {
        /// Why.
        explained: Box<ExplainRows>,
    },
    /// To [`Ask::Search`] and [`Ask::Similar`].
    Found(SearchRows),
    /// To [`Ask::Mark`]. It stands before [`Answer::Done`], which it would be taken for.
    Marked {
        /// What was done, in words.
        done: String,
        /// How that moved the ranking.
        ranking: Box<RankingRows>,
    },
    /// To [`Ask::Mark`], [`Ask::Pick`], [`Ask::Unpick`] and [`Ask::Train`]: what was done, in words.
    Done {
        /// The words.
        done: String,
    },
    /// To [`ReaderAsk::Add`].
    ReaderAdded {
        /// The name.
        name: String,
        /// The address of the list of all feeds; that of each feed stands in it. It is told this once.
        feeds: String,
    },
    /// To [`ReaderAsk::List`].
    Readers {
        /// One row a reader.
        readers: Vec<ReaderRow>,
    },
    /// To [`OutboxAsk::List`].
    Outbox {
        /// One row a thing.
        outbox: Vec<OutboxRow>,
        /// How many subscribers there are.
        subscribers: SubscriberCounts,
    },
    /// To [`OutboxAsk::Preview`].
    Letter {
        /// The letter.
        letter: LetterView,
    },
    /// To [`Ask::Opml`].
    Opml {
        /// The document.
        opml: String,
    },
    /// To [`Ask::Merge`] and [`Ask::Split`].
    Ruled {
        /// What was done.
        ruled: Ruled,
    },
    /// To [`Ask::Verify`].
    Verify {
        /// What was compared and found, in words.
        report: String,
        /// Whether log and store are whole and agree.
        is_sound: bool,
        /// How many papers are stored.
        papers: u64,
    },
    /// To [`Ask::Export`].
    Exported {
        /// Where the file lies until it is moved.
        file: String,
        /// How many papers are in it.
        papers: u64,
    },
}

/// What came of polling one source.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct PollRow {
    /// Its name.
    pub source: String,
    /// Its state now.
    pub state: String,
    /// Requests made.
    pub asked: u64,
    /// Records read.
    pub records: u64,
    /// Papers that were not known.
    pub new: u64,
    /// Papers that changed.
    pub revised: u64,
    /// Reports of known papers by a further source, and papers that turned out to be one.
    pub merged: u64,
    /// Reports that told nothing new.
    pub unchanged: u64,
    /// Places taken in topics.
    pub entered: u64,
    /// What could not be read.
    pub problems: Vec<String>,
    /// Why it was not polled, or not to the end.
    pub fault: Option<String>,
    /// When it is polled next.
    pub next_poll: Option<String>,
    /// The rule that set that time.
    pub reason: Option<String>,
}

/// What came of a harvest of history.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BackfillRow {
    /// The source's name.
    pub source: String,
    /// The first day.
    pub since: String,
    /// The last day.
    pub until: String,
    /// Requests made.
    pub asked: u64,
    /// Records read.
    pub records: u64,
    /// When it was complete.
    pub finished: Option<String>,
    /// What it had to leave out, since it did not come.
    #[serde(default)]
    pub left_out: Vec<String>,
}

/// How one part of a source is doing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PartRow {
    /// Its name: a category, a day's list.
    pub part: String,
    /// Its state.
    pub state: String,
    /// Since when.
    pub since: String,
    /// Why.
    pub why: String,
    /// The last day whose papers are all here.
    pub fresh_day: Option<String>,
    /// Papers in its last list.
    pub listed: u64,
    /// Papers that a list announced and that are not here yet.
    pub missing: u64,
}

/// How one source is doing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SourceRow {
    /// Its name.
    pub source: String,
    /// Its kind.
    pub kind: String,
    /// Its state.
    pub state: String,
    /// When a harvest last succeeded.
    pub last_success: Option<String>,
    /// When it is polled next.
    pub next_poll: Option<String>,
    /// The rule that set that time.
    pub reason: Option<String>,
    /// Papers it reported first seen in the last seven days.
    pub papers_7_days: u64,
    /// What the last failure was, while it lasts.
    pub fault: Option<String>,
    /// What could not be read in the last harvest.
    pub problems: Vec<String>,
    /// The ledger of completeness.
    pub parts: Vec<PartRow>,
    /// How far its harvest of history is.
    pub history: Option<String>,
    /// Whose budget its requests are counted to, and how far apart they are.
    pub budget: String,
}

/// How one topic is doing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TopicRow {
    /// Its name.
    pub topic: String,
    /// Its title.
    pub title: String,
    /// Papers that entered in the last 24 hours.
    pub today: u64,
    /// Papers that entered in the last seven days.
    pub week: u64,
    /// Papers in all.
    pub total: u64,
    /// Papers that entered on each of the last 30 days, oldest first.
    pub days: Vec<u64>,
    /// The newest entry's time.
    pub last_entry: Option<String>,
    /// Its feed.
    pub feed: String,
}
