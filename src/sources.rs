//! One file per kind of paper source: what to ask, and what the answer means. Sources do no I/O.
//!
//! A new kind is one file here, a `mod` line and one line in [`KINDS`]; contract tests, configuration, help and the
//! reference pick it up from that table.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use chrono::NaiveDate;
use url::Url;

use crate::fetch::exchange::Request;
use crate::fetch::exchange::Response;
use crate::model::coverage::Coverage;
use crate::model::coverage::Reading;
use crate::model::coverage::Target;
use crate::model::coverage::Wants;
use crate::model::problem::Problem;
use crate::model::record::Record;
use crate::model::secret::Secret;
use crate::model::source::Authority;
use crate::model::source::Cursor;
use crate::model::source::Pace;
use crate::model::time::Timestamp;

mod aimed;

mod arxiv;

mod arxiv_api;

mod arxiv_listing;

mod arxiv_oai;

mod arxiv_rss;

mod biorxiv;

mod crossref;

mod datacite;

mod doi;

mod europepmc;

mod feed;

mod github_stars;

mod hacker_news;

mod hf_daily;

mod json_api;

mod json_list;

mod medline;

mod oai;

mod oai_pmh;

mod openalex;

mod openreview;

mod page;

mod pubmed;

mod semantic_scholar;

mod windows;

mod xml;

/// Every kind of source, in the order of the reference page.
pub const KINDS: &[Kind] = &[
    arxiv_rss::KIND,
    hf_daily::KIND,
    feed::KIND,
    arxiv_oai::KIND,
    arxiv_listing::KIND,
    arxiv_api::KIND,
    github_stars::KIND,
    hacker_news::KIND,
    oai_pmh::KIND,
    openalex::KIND,
    openreview::KIND,
    semantic_scholar::KIND,
    biorxiv::KIND,
    biorxiv::MEDRXIV_KIND,
    crossref::KIND,
    crossref::RETRACTIONS_KIND,
    datacite::KIND,
    europepmc::KIND,
    pubmed::KIND,
    doi::KIND,
    page::KIND,
];

/// The names of kinds that keep history.
pub const KINDS_WITH_HISTORY: &[&str] = &[
    "arxiv-oai",
    "biorxiv",
    "crossref",
    "crossref-retractions",
    "datacite",
    "europepmc",
    "hacker-news",
    "hf-daily",
    "medrxiv",
    "oai-pmh",
    "openreview",
    "pubmed",
];

/// The kind of that name.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// A configured source: pure questions and answers.
pub trait Source: fmt::Debug + Send + Sync {
    /// The next request of the harvest that began at `run`, or `None` when that harvest is complete.
    ///
    /// Asking again with the cursor that [`Source::read`] gave never repeats a request of the same run.
    fn ask(&self, cursor: &Cursor, run: Timestamp) -> Option<Request>;

    /// What the answer (200 or 304) to `request` means: records, problems, and the cursor from which to go on.
    fn read(&self, cursor: &Cursor, run: Timestamp, request: &Request, response: &Response) -> Batch;

    /// The cursor from which the run goes on without the answer to the request at hand, which failed for a reason of
    /// its own. It is asked for again in the next run. `None` where nothing can be asked without it.
    fn skip(&self, _cursor: &Cursor, _run: Timestamp) -> Option<Cursor> {
        None
    }

    /// Which known papers it wants to be asked for. A source that wants some is given them by [`Source::aim`] before a run.
    fn wants(&self) -> Option<Wants> {
        None
    }

    /// The cursor of a run that asks for these papers, in this order. They stay in it until the run is complete.
    fn aim(&self, cursor: &Cursor, _run: Timestamp, _targets: &[Target]) -> Cursor {
        cursor.clone()
    }

    /// The cursor of a harvest of history, from one day through another, for a source that keeps history. The same
    /// [`Source::ask`] and [`Source::read`] go on with it until it asks for nothing more, in the run of any time.
    fn history(&self, _since: NaiveDate, _until: NaiveDate) -> Option<Cursor> {
        None
    }

    /// How much of a harvest of history is behind a cursor, from 0 to 1, as far as the source can tell.
    fn covered(&self, _cursor: &Cursor) -> Option<f64> {
        None
    }

    /// What a harvest of history had to leave out, since it did not come; `None` where nothing was.
    fn left_out(&self, _cursor: &Cursor) -> Option<LeftOut> {
        None
    }

    /// Whether a refusal says only that what was asked for by name is not known there, or not yet. It is passed over
    /// and no fault of the source.
    fn is_absence(&self, _response: &Response) -> bool {
        false
    }

    /// What a refusal (a 4xx or 5xx with a body) says in the source's own words, where it says something.
    fn explain(&self, _response: &Response) -> Option<String> {
        None
    }
}

/// What a harvest of history left out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeftOut {
    /// Each in words, such as `2026-03-05`.
    pub what: Vec<String>,
    /// The cursor of a harvest of nothing else.
    pub again: Cursor,
}

/// What was read from one answer: partial success is a value.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Batch {
    /// The records that could be read.
    pub records: Vec<Record>,
    /// Those that could not, and other faults of the answer, each with its place.
    pub problems: Vec<Problem>,
    /// From where to go on. Differs from the cursor given, so that a harvest always ends; not looked at where `unusable` is
    /// set.
    pub next: Cursor,
    /// Whether the source gave less than it has (a list cut at its limit).
    pub is_partial: bool,
    /// Whether the answer ends before its end: it is asked for again in full, and not whether it changed.
    pub is_broken_off: bool,
    /// What the answer shows of the completeness of parts of the source.
    pub coverage: Vec<Coverage>,
    /// Counters of papers that are named by identifiers alone.
    pub readings: Vec<Reading>,
    /// How often the answer itself asks to be polled.
    pub pace: Pace,
    /// Why the answer could not be taken at all; then neither cursor nor validators are kept and the request counts as
    /// failed.
    pub unusable: Option<String>,
}

/// A kind of source: everything that is true of it before it is configured.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// The value of `kind` in the configuration.
    pub name: &'static str,
    /// One sentence for the reference page.
    pub about: &'static str,
    /// How much its words weigh.
    pub authority: Authority,
    /// How it wants to be asked.
    pub manners: Manners,
    /// Whether its terms demand that the operator can be reached: without a contact it is not asked.
    pub needs_contact: bool,
    /// Its own keys beside `id`, `kind`, `every`.
    pub options: &'static [OptionKey],
    /// Makes a source of checked options, or says which option is wrong and why.
    pub build: fn(&Options) -> Result<Box<dyn Source>, OptionFault>,
}

/// How an operator of sources wants to be asked.
#[derive(Clone, Copy, Debug)]
pub struct Manners {
    /// The bucket all its hosts share (`arxiv`); `None` makes one for each host.
    pub operator: Option<&'static str>,
    /// The least time between two requests of a bucket.
    pub spacing: Duration,
    /// The usual time between two harvests.
    pub every: Duration,
    /// No configured interval goes below this.
    pub every_at_least: Duration,
    /// When it has news.
    pub rhythm: Rhythm,
    /// How long the `max-age` of an answer is believed. Long ones are often a mistake of a cache in between.
    pub believes_max_age: Duration,
}

/// When a source has news.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rhythm {
    /// At any time: it is asked as often as the operator wishes.
    Steady,
    /// Once a day at this time in UTC: it is asked then, and the operator's wish is the least time between two harvests.
    Daily {
        /// The hour.
        hour: u32,
        /// The minute.
        minute: u32,
    },
    /// As `Daily`, on the days after arXiv's announcements only: Monday to Friday.
    Weekdays {
        /// The hour.
        hour: u32,
        /// The minute.
        minute: u32,
    },
    /// arXiv's announcement feeds: from midnight US Eastern of an announcement day every quarter of an hour until every
    /// category is fresh, then not before the next one.
    Announcements,
}

/// One key of a kind's configuration.
#[derive(Clone, Copy, Debug)]
pub struct OptionKey {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub form: OptionForm,
    /// Whether it must be given.
    pub is_required: bool,
    /// Its default as it would be written, or empty.
    pub default: &'static str,
    /// A value as it would be written, for a required key or one of several of which one is; what a hint shows and the
    /// contract tests use.
    pub example: &'static str,
    /// One sentence for the reference page.
    pub about: &'static str,
}

/// What an option holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OptionForm {
    /// An absolute `http` or `https` address.
    Url,
    /// A string.
    Text,
    /// A list of strings.
    TextList,
    /// A whole number, not negative.
    Number,
    /// Where a key or token is found: `env:NAME` or `credential:NAME`. It is never written into the configuration.
    Secret,
}

/// The value of an option, of the form its key states.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OptionValue {
    /// For [`OptionForm::Url`].
    Url(Url),
    /// For [`OptionForm::Text`].
    Text(String),
    /// For [`OptionForm::TextList`].
    TextList(Vec<String>),
    /// For [`OptionForm::Number`].
    Number(u64),
    /// For [`OptionForm::Secret`], where it was found.
    Secret(Secret),
}

/// What a source is made of.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Options {
    /// The options that were given, by name.
    pub given: BTreeMap<String, OptionValue>,
    /// The operator's mailbox, for sources whose terms ask for one in the address; without `mailto:`.
    pub mailbox: Option<String>,
}

impl Options {
    /// The address under `name`, if one was given.
    pub fn url(&self, name: &str) -> Option<&Url> {
        if let Some(OptionValue::Url(url)) = self.given.get(name) { Some(url) } else { None }
    }

    /// The string under `name`, if one was given.
    pub fn text(&self, name: &str) -> Option<&str> {
        if let Some(OptionValue::Text(text)) = self.given.get(name) { Some(text) } else { None }
    }

    /// The strings under `name`; none when none were given.
    pub fn list(&self, name: &str) -> &[String] {
        if let Some(OptionValue::TextList(list)) = self.given.get(name) { list } else { &[] }
    }

    /// The number under `name`, if one was given.
    pub fn number(&self, name: &str) -> Option<u64> {
        if let Some(OptionValue::Number(number)) = self.given.get(name) { Some(*number) } else { None }
    }

    /// The key or token under `name`, if one was given and found.
    pub fn secret(&self, name: &str) -> Option<&Secret> {
        if let Some(OptionValue::Secret(secret)) = self.given.get(name) { Some(secret) } else { None }
    }
}

/// An option that a kind refuses.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OptionFault {
    /// Which option.
    pub option: &'static str,
    /// For a list, which member.
    pub index: Option<usize>,
    /// What is wrong, in lower case without a final stop.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}
