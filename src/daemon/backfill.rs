//! `offprint backfill`: begins a harvest of history, or goes on with it, and follows it to its end.

use anyhow::anyhow;
use anyhow::bail;
use chrono::NaiveDate;
use tokio_util::sync::CancellationToken;

use crate::config::ConfiguredSource;
use crate::daemon::asks::Answer;
use crate::daemon::asks::BackfillRow;
use crate::daemon::asks::Step;
use crate::daemon::desk::Desk;
use crate::daemon::desk::OnStep;
use crate::harvest::history;
use crate::harvest::history::Begun;
use crate::harvest::history::Step as Went;
use crate::harvest::schedule::words;
use crate::model::ledger::History;
use crate::model::time::Timestamp;

/// Days that were asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Days {
    /// The first.
    pub since: NaiveDate,
    /// The last.
    pub until: NaiveDate,
}

impl Days {
    /// Reads both ends; the last day is today where none is named.
    pub fn read(since: &str, until: Option<&str>, today: NaiveDate) -> anyhow::Result<Self> {
        let day = |text: &str| {
            text.parse::<NaiveDate>()
                .map_err(|_no_day| anyhow!("\"{text}\" is not a day; write it like 2026-08-12"))
        };
        let (since, until) = (day(since)?, until.map_or(Ok(today), day)?);
        if since > until {
            bail!("the first day, {since}, is after the last, {until}");
        }
        Ok(Self { since, until: until.min(today) })
    }
}

/// Follows a harvest of history to its end. Where it has to wait, it says so and waits; what is done is kept when this is
/// broken off.
pub async fn run(
    desk: &Desk,
    source: &ConfiguredSource,
    days: Days,
    instead: bool,
    on_step: OnStep<'_>,
    stop: &CancellationToken,
) -> anyhow::Result<Answer> {
    let id = source.id.to_string();
    match desk.begin_history(source, days, instead).await? {
        Begun::KeepsNone => bail!(
            "{id} keeps no history: a source of the kind \"{}\" shows only what is new; kinds with history are {}",
            source.kind.name,
            crate::sources::KINDS_WITH_HISTORY.join(", ")
        ),
        Begun::Another(history) => bail!(
            "{id} is at another back-fill, {}: `offprint backfill {id} --since {} --until {}` follows it to its end, \
             --instead gives it up for this one",
            in_words(&history, desk.clock().now()),
            history.since,
            history.until
        ),
        Begun::At(_) => {}
    }
    loop {
        let say = |history: &History, is_waiting| {
            on_step(Step { is_waiting, ..step(&id, history, desk.clock().now()) });
        };
        match desk.history_step(source, stop, &|_progress| {}).await? {
            Went::Went(history) => say(&history, false),
            Went::Done(history) => return Ok(Answer::Backfill { backfill: row(&id, &history) }),
            Went::Interrupted => {
                bail!("{id}: interrupted; what was read is kept, and the same command goes on with it")
            }
            Went::Idle => {
                let history = desk.reader().source(&source.id)?.and_then(|state| state.history);
                let history = history.ok_or_else(|| anyhow!("{id}: the harvest of history was given up"))?;
                return Ok(Answer::Backfill { backfill: row(&id, &history) });
            }
            Went::Waits(history, until) => {
                say(&history, true);
                let wait = until.since(desk.clock().now()).to_std().unwrap_or_default();
                if stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_none() {
                    bail!("{id}: interrupted; what was read is kept, and the same command goes on with it");
                }
            }
        }
    }
}

/// How far it is, in words.
pub fn in_words(history: &History, now: Timestamp) -> String {
    let days = format!("{} to {}", history.since, history.until);
    let left_out = match history.left_out.as_slice() {
        [] => String::new(),
        [what] => format!("; {what} did not come whole"),
        what => format!("; {} stretches of it did not come whole: {}", what.len(), what.join(", ")),
    };
    if let Some(finished) = history.finished {
        return format!("{days} was read by {}: {} records{left_out}", finished.day(), history.records);
    }
    let left = history::time_left(history, now)
        .map_or_else(String::new, |left| format!(", about {} left", words(left)));
    let fault = history.fault.as_ref().map_or_else(String::new, |fault| format!("; {fault}"));
    let waits = if history.not_before > now {
        format!("; it goes on in {}", words(history.not_before.since(now).to_std().unwrap_or_default()))
    } else {
        String::new()
    };
    format!("{days}: {} %, {} records{left}{left_out}{fault}{waits}", history.covered / 10, history.records)
}

fn step(id: &str, history: &History, now: Timestamp) -> Step {
    Step {
        subject: id.to_owned(),
        message: in_words(history, now),
        done: u64::from(history.covered),
        total: 1_000,
        is_waiting: false,
    }
}

fn row(id: &str, history: &History) -> BackfillRow {
    BackfillRow {
        source: id.to_owned(),
        since: history.since.to_string(),
        until: history.until.to_string(),
        asked: history.asked,
        records: history.records,
        finished: history.finished.map(Timestamp::to_rfc3339),
        left_out: history.left_out.clone(),
    }
}
