//! Hugging Face Daily Papers: one list a day, picked by people, with votes and comments that grow.
//!
//! Manners: 500 calls in five minutes without a key; a list costs one or two. Identifiers: arXiv's, without a version.
//! Titles and abstracts are copied from arXiv with their TeX damaged. Every date missed since the last success is
//! asked for, oldest first; then recent dates again for their votes: today always, the three days before twice a day,
//! four weeks back once a week. What is deliberately absent: the outer `publishedAt`, which is wrong by hours.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

use chrono::Days;
use chrono::NaiveDate;
use chrono::TimeDelta;
use serde::Deserialize;
use serde::Serialize;
use url::Url;

use crate::fetch::exchange::Expects;
use crate::fetch::exchange::Request;
use crate::fetch::exchange::Response;
use crate::model::arxiv_id::ArxivId;
use crate::model::coverage::Coverage;
use crate::model::external_id::ExternalId;
use crate::model::problem::Problem;
use crate::model::source::Authority;
use crate::model::source::Cursor;
use crate::model::time::Timestamp;
use crate::sources::Batch;
use crate::sources::Kind;
use crate::sources::LeftOut;
use crate::sources::Manners;
use crate::sources::OptionFault;
use crate::sources::OptionForm;
use crate::sources::OptionKey;
use crate::sources::Options;
use crate::sources::Rhythm;
use crate::sources::Source;
use crate::sources::json_list;
use crate::sources::json_list::Entries;

mod item;

mod python_literal;

/// This kind.
pub(super) const KIND: Kind = Kind {
    name: "hf-daily",
    about: "The daily lists of Hugging Face Daily Papers, with votes, comments and code.",
    authority: Authority::Aggregator,
    manners: Manners {
        operator: Some("huggingface"),
        spacing: Duration::from_secs(1),
        every: Duration::from_mins(90),
        every_at_least: Duration::from_mins(30),
        rhythm: Rhythm::Steady,
        believes_max_age: Duration::from_mins(90),
    },
    needs_contact: false,
    options: &[
        OptionKey {
            name: "days",
            form: OptionForm::Number,
            is_required: false,
            default: "7",
            example: "",
            about: "How many days of history the very first harvest asks for, up to 2,000.",
        },
        OptionKey {
            name: "limit",
            form: OptionForm::Number,
            is_required: false,
            default: "100",
            example: "",
            about: "How many papers are asked for in one request, 10 to 100.",
        },
        OptionKey {
            name: "url",
            form: OptionForm::Url,
            is_required: false,
            default: "\"https://huggingface.co/api/daily_papers\"",
            example: "",
            about: "Where the lists lie.",
        },
    ],
    build,
};

/// Where the lists lie.
const BASE: &str = "https://huggingface.co/api/daily_papers";

/// The largest body that is read.
const LIMIT_BYTES: usize = 8 * 1024 * 1024;

/// Lists are asked for again for so many days.
const VOTING_DAYS: u64 = 28;

/// No list has so many pages; a host that never gives a short one is cut here.
const MOST_PAGES: u32 = 20;

#[derive(Debug)]
struct HfDaily {
    base: Url,
    days: u64,
    limit: u64,
}

/// What has been read, and how far the run got.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Progress {
    /// The run that `page` belongs to.
    run: i64,
    /// The first day that was ever asked for.
    #[serde(default)]
    from: Option<NaiveDate>,
    /// Every list up to this day was read to its end after the day was over.
    complete_through: Option<NaiveDate>,
    /// When each of the recent lists was last read to its end, in seconds.
    #[serde(default)]
    read_at: BTreeMap<NaiveDate, i64>,
    /// The page of the list at hand, from 0.
    #[serde(default)]
    page: u32,
    /// How many pages of each of the recent lists were full when it was last read: a list that has not changed on its
    /// first page goes on all the same.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    full: BTreeMap<NaiveDate, u32>,
    /// The last day of a harvest of history; no list is asked for twice in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<NaiveDate>,
    /// The lists that failed in this run.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    skipped: BTreeSet<NaiveDate>,
}

fn build(options: &Options) -> Result<Box<dyn Source>, OptionFault> {
    let within = |option, default, low, high| {
        let number = options.number(option).unwrap_or(default);
        let fault = OptionFault {
            option,
            index: None,
            message: format!("{number} lies outside {low} to {high}"),
            hint: None,
        };
        if (low..=high).contains(&number) { Ok(number) } else { Err(fault) }
    };
    let base = match options.url("url") {
        Some(url) => url.clone(),
        None => Url::parse(BASE).map_err(|error| OptionFault {
            option: "url",
            index: None,
            message: error.to_string(),
            hint: None,
        })?,
    };
    Ok(Box::new(HfDaily { base, days: within("days", 7, 1, 2_000)?, limit: within("limit", 100, 10, 100)? }))
}

impl HfDaily {
    /// The list that is due next: missed days first, then recent ones for their votes.
    fn due(&self, progress: &Progress, run: Timestamp) -> Option<NaiveDate> {
        let today = progress.until.map_or(run.day(), |until| until.min(run.day()));
        let first = match progress.complete_through {
            Some(day) => day.checked_add_days(Days::new(1))?,
            None => self.beginning(progress, run),
        };
        let read_at =
            |day: &NaiveDate| progress.read_at.get(day).map(|seconds| Timestamp::from_seconds(*seconds));
        let is_missed = |day: &NaiveDate| {
            if progress.skipped.contains(day) {
                return false;
            }
            // A list that was read before its day was over is not complete.
            let over = Timestamp::midnight(*day).plus(TimeDelta::days(1));
            read_at(day).is_none_or(|at| at < over && at.seconds() != run.seconds())
        };
        let missed = first.iter_days().take_while(|day| *day <= today).find(is_missed);
        missed.or_else(|| {
            if progress.until.is_some() {
                return None;
            }
            let earliest = today.checked_sub_days(Days::new(VOTING_DAYS))?;
            let known = progress.read_at.range(earliest..=today).map(|(day, _)| *day);
            let known = known.filter(|day| !progress.skipped.contains(day));
            known.into_iter().find(|day| {
                let age = (today - *day).num_days();
                let pause = match age {
                    0 => TimeDelta::seconds(1),
                    1..=3 => TimeDelta::hours(12),
                    _older => TimeDelta::days(7),
                };
                read_at(day).is_some_and(|at| run.since(at) >= pause)
            })
        })
    }

    /// The first day of history: where the first run of all began, even if its request failed.
    fn beginning(&self, progress: &Progress, run: Timestamp) -> NaiveDate {
        let today = run.day();
        progress.from.unwrap_or_else(|| today.checked_sub_days(Days::new(self.days - 1)).unwrap_or(today))
    }

    fn finish(progress: &mut Progress, day: NaiveDate, run: Timestamp) {
        progress.page = 0;
        progress.read_at.insert(day, run.seconds());
        let today = run.day();
        let mut through = progress.complete_through;
        let start = through.and_then(|day| day.succ_opt()).or(progress.from);
        for day in start.into_iter().flat_map(|start| start.iter_days()).take_while(|day| *day < today) {
            let over = Timestamp::midnight(day).plus(TimeDelta::days(1)).seconds();
            match progress.read_at.get(&day) {
                Some(at) if *at >= over => through = Some(day),
                _unread => break,
            }
        }
        progress.complete_through = through;
        let earliest = today.checked_sub_days(Days::new(VOTING_DAYS)).unwrap_or(today);
        progress.read_at.retain(|day, _| *day >= earliest || through.is_none_or(|through| *day > through));
        progress.full.retain(|day, _| progress.read_at.contains_key(day));
    }
}

impl Source for HfDaily {
    fn ask(&self, cursor: &Cursor, run: Timestamp) -> Option<Request> {
        let progress = progress(cursor, run);
        let day = self.due(&progress, run)?;
        let mut url = self.base.clone();
        url.query_pairs_mut()
            .append_pair("date", &day.to_string())
            .append_pair("limit", &self.limit.to_string())
            .append_pair("p", &progress.page.to_string());
        Some(Request::get(url, "application/json", LIMIT_BYTES, Expects::Json))
    }

    fn read(&self, cursor: &Cursor, run: Timestamp, _request: &Request, response: &Response) -> Batch {
        let mut progress = progress(cursor, run);
        progress.from = Some(self.beginning(&progress, run));
        let Some(day) = self.due(&progress, run) else {
            // Nothing was asked for; the run is over.
            return Batch { next: Cursor(format!("{} ", cursor.0)), ..Batch::default() };
        };
        let known_full = progress.full.get(&day).copied().unwrap_or_default();
        let mut batch = Batch::default();
        let is_full = if response.is_not_modified() {
            progress.page < known_full
        } else {
            let entries = match list(&response.body) {
                Ok(entries) => entries,
                Err(fault) => {
                    // The day is not read: it is asked for again in the next run, as after a request that failed.
                    let said = self.explain(response).unwrap_or(fault);
                    return Batch { unusable: Some(format!("{day}: {said}")), ..Batch::default() };
                }
            };
            for (number, entry) in (1..).zip(&entries.kept) {
                match json_list::value(entry.get()).and_then(|entry| item::record(entry, day)) {
                    Ok(record) => batch.records.push(record),
                    Err(message) => {
                        batch.problems.push(Problem::new(format!("{day}, entry {number}"), message));
                    }
                }
            }
            let ids = batch.records.iter().filter_map(|record| ArxivId::parse(&record.key));
            batch.coverage.push(Coverage {
                part: day.to_string(),
                day: Some(day),
                listed: ids.map(|(id, _version)| ExternalId::Arxiv(id)).collect(),
                ..Coverage::default()
            });
            if entries.count > entries.kept.len() {
                let message =
                    format!("{} entries, of which the first {} are read", entries.count, entries.kept.len());
                batch.problems.push(Problem::new(day.to_string(), message));
                batch.is_partial = true;
            }
            let is_full = u64::try_from(entries.count).is_ok_and(|count| count >= self.limit);
            // A list that became shorter has no more full pages than those before this one.
            let full = if is_full { known_full.max(progress.page + 1) } else { progress.page };
            progress.full.insert(day, full);
            progress.full.retain(|_day, pages| *pages > 0);
            is_full
        };
        if is_full && progress.page + 1 < MOST_PAGES {
            progress.page += 1;
        } else {
            Self::finish(&mut progress, day, run);
        }
        batch.next = Cursor(serde_json::to_string(&progress).unwrap_or_default());
        batch
    }

    fn skip(&self, cursor: &Cursor, run: Timestamp) -> Option<Cursor> {
        let mut progress = progress(cursor, run);
        let day = self.due(&progress, run)?;
        progress.from = Some(self.beginning(&progress, run));
        progress.page = 0;
        progress.skipped.insert(day);
        serde_json::to_string(&progress).ok().map(Cursor)
    }

    fn history(&self, since: NaiveDate, until: NaiveDate) -> Option<Cursor> {
        let progress = Progress { from: Some(since), until: Some(until), ..Progress::default() };
        serde_json::to_string(&progress).ok().map(Cursor)
    }

    fn covered(&self, cursor: &Cursor) -> Option<f64> {
        let progress: Progress = serde_json::from_str(&cursor.0).ok()?;
        let (from, until) = (progress.from?, progress.until?);
        let days =
            |last: NaiveDate| f64::from(i32::try_from((last - from).num_days() + 1).unwrap_or(i32::MAX));
        let through = progress.complete_through.or_else(|| from.pred_opt())?;
        Some(days(through) / days(until).max(1.0))
    }

    fn left_out(&self, cursor: &Cursor) -> Option<LeftOut> {
        let progress: Progress = serde_json::from_str(&cursor.0).ok()?;
        let skipped = progress.until.and(Some(&progress.skipped)).filter(|skipped| !skipped.is_empty())?;
        let what = skipped.iter().map(ToString::to_string).collect();
        let again = Progress { run: 0, page: 0, skipped: BTreeSet::new(), ..progress };
        Some(LeftOut { what, again: Cursor(serde_json::to_string(&again).ok()?) })
    }

    fn explain(&self, response: &Response) -> Option<String> {
        let said: serde_json::Value = serde_json::from_slice(&response.body).ok()?;
        let words = said.get("error")?.as_str()?;
        Some(words.chars().take(200).collect())
    }
}

/// The entries of a list, bare or, as once in January 2025, under `data` in an object.
fn list(body: &[u8]) -> Result<Entries<'_>, String> {
    #[derive(Deserialize)]
    struct Wrapped<'text> {
        #[serde(borrow)]
        data: Entries<'text>,
    }
    let text = body.trim_ascii_start();
    let read = if text.first() == Some(&b'{') {
        serde_json::from_slice::<Wrapped<'_>>(text).map(|wrapped| wrapped.data)
    } else {
        serde_json::from_slice(text)
    };
    read.map_err(|error| {
        if text.is_empty() { "it is empty, not a list".to_owned() } else { format!("it is no list: {error}") }
    })
}

fn progress(cursor: &Cursor, run: Timestamp) -> Progress {
    let known: Progress = serde_json::from_str(&cursor.0).unwrap_or_default();
    if known.run == run.micros() {
        known
    } else {
        Progress { run: run.micros(), page: 0, skipped: BTreeSet::new(), ..known }
    }
}

#[cfg(test)]
mod tests;
