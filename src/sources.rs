//! One file per kind of paper source: what to ask, and what the answer means. Sources do no I/O.
//!
//! A new kind is one file here, a `mod` line and one line in [`KINDS`]; contract tests, configuration, help and the
//! reference pick it up from that table.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use url::Url;

use crate::fetch::exchange::Request;
use crate::fetch::exchange::Response;
use crate::model::problem::Problem;
use crate::model::record::Record;
use crate::model::source::Authority;
use crate::model::source::Cursor;
use crate::model::source::Pace;
use crate::model::time::Timestamp;

mod arxiv_rss;

mod feed;

mod hf_daily;

mod json_list;

mod pace;

mod xml;

/// Every kind of source, in the order of the reference page.
pub const KINDS: &[Kind] = &[arxiv_rss::KIND, hf_daily::KIND, feed::KIND];

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

    /// What a refusal (a 4xx or 5xx with a body) says in the source's own words, where it says something.
    fn explain(&self, _response: &Response) -> Option<String> {
        None
    }
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
    /// How long the `max-age` of an answer is believed. Long ones are often a mistake of a cache in between.
    pub believes_max_age: Duration,
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
}

/// The options that were given, by name.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Options(pub BTreeMap<String, OptionValue>);

impl Options {
    /// The address under `name`, if one was given.
    pub fn url(&self, name: &str) -> Option<&Url> {
        if let Some(OptionValue::Url(url)) = self.0.get(name) { Some(url) } else { None }
    }

    /// The string under `name`, if one was given.
    pub fn text(&self, name: &str) -> Option<&str> {
        if let Some(OptionValue::Text(text)) = self.0.get(name) { Some(text) } else { None }
    }

    /// The strings under `name`; none when none were given.
    pub fn list(&self, name: &str) -> &[String] {
        if let Some(OptionValue::TextList(list)) = self.0.get(name) { list } else { &[] }
    }

    /// The number under `name`, if one was given.
    pub fn number(&self, name: &str) -> Option<u64> {
        if let Some(OptionValue::Number(number)) = self.0.get(name) { Some(*number) } else { None }
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
