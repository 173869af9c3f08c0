//! The commands that ask the running daemon, or open the store themselves when none runs, and print the answer.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

use indicatif::MultiProgress;
use indicatif::ProgressBar;
use indicatif::ProgressStyle;
use tokio_util::sync::CancellationToken;

use crate::cli;
use crate::cli::Stop;
use crate::cli::Style;
use crate::cli::table;
use crate::clock::Clock;
use crate::config::Config;
use crate::config::LogFormat;
use crate::config::LogLevel;
use crate::daemon::asks::Answer;
use crate::daemon::asks::Ask;
use crate::daemon::asks::Step;
use crate::daemon::control;
use crate::daemon::desk::Desk;
use crate::daemon::desk::OnStep;
use crate::daemon::logging;
use crate::daemon::views;
use crate::store;

/// Asks and prints. A poll in which a source failed ends with exit code 1, and so does a back-fill that left something out.
pub fn run(config: Config, ask: Ask, style: Style, verbose: u8) -> Result<ExitCode, Stop> {
    let template = if matches!(ask, Ask::Backfill { .. }) {
        Some("{bar:30} {percent} %, {elapsed}")
    } else {
        matches!(ask, Ask::Poll(_)).then_some("{bar:30} {pos}/{len} sources, {elapsed}")
    };
    let bars = Bars::new(template.filter(|_| !style.json));
    let answer = obtain(config, ask, verbose, &|step| bars.show(&step))?;
    bars.clear();
    if style.json {
        let json = serde_json::to_string_pretty(&answer).map_err(anyhow::Error::from)?;
        cli::print(&format!("{json}\n"))?;
    } else {
        cli::print(&table::render(&answer, style))?;
    }
    let has_failed = match &answer {
        Answer::Poll { polled } => polled.iter().any(|row| row.fault.is_some()),
        Answer::Verify { is_sound, .. } => !is_sound,
        Answer::Backfill { backfill } => backfill.finished.is_none() || !backfill.left_out.is_empty(),
        Answer::Sources { .. }
        | Answer::Topics { .. }
        | Answer::Show { .. }
        | Answer::Tried { .. }
        | Answer::Explained { .. }
        | Answer::Found(_)
        | Answer::Marked { .. }
        | Answer::Done { .. }
        | Answer::ReaderAdded { .. }
        | Answer::Readers { .. }
        | Answer::Outbox { .. }
        | Answer::Letter { .. }
        | Answer::Opml { .. }
        | Answer::Ruled { .. }
        | Answer::Exported { .. } => false,
    };
    Ok(if has_failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Asks the running daemon, or the store itself when none runs, and logs as wordily as wished.
pub(super) fn obtain(config: Config, ask: Ask, verbose: u8, on_step: OnStep<'_>) -> Result<Answer, Stop> {
    if verbose > 0 {
        logging::start(LogFormat::Text, cli::level(LogLevel::Warn, verbose), false);
    }
    cli::runtime()?.block_on(asked(config, ask, on_step))
}

async fn asked(config: Config, ask: Ask, on_step: OnStep<'_>) -> Result<Answer, Stop> {
    if let Some(answer) = control::ask(&config.store.path, &ask, on_step).await? {
        return Ok(answer);
    }
    if ask == Ask::Verify {
        // Opening would mend what is to be found.
        let settings = Desk::store_settings(&config);
        let report = tokio::task::spawn_blocking(move || store::verify(&settings))
            .await
            .map_err(anyhow::Error::from)?;
        let report = report.map_err(anyhow::Error::from)?;
        return Ok(views::verification(&report));
    }
    if !matches!(ask, Ask::Poll(_) | Ask::Backfill { .. }) && !config.store.path.join("wal").exists() {
        let path = config.store.path.display().to_string();
        return Err(Stop::Other(anyhow::anyhow!(
            "there is no store at {path} yet: nothing was harvested; run `offprint serve` or `offprint poll` first, or name \
             the configuration of the running daemon with --config"
        )));
    }
    let opened = tokio::task::spawn_blocking(move || Desk::open(config, Clock::system()));
    let (desk, report) = opened.await.map_err(anyhow::Error::from)??;
    for line in report.lines() {
        cli::say(&format!("store: {line}"));
    }
    if matches!(ask, Ask::Poll(_) | Ask::Backfill { .. }) {
        desk.refill().await?;
    }
    let answer = desk.answer(ask, on_step, &CancellationToken::new()).await;
    desk.pen().write(crate::store::Writer::checkpoint).await.map_err(anyhow::Error::from)?;
    Ok(answer?)
}

/// How often something is said of long work where standard error is no terminal.
const SAID_EVERY: Duration = Duration::from_mins(1);

/// One line for each source at work and one bar for all. Where standard error is no terminal a line is written when work
/// stands still, and now and then while it goes on.
struct Bars {
    all: MultiProgress,
    whole: Option<ProgressBar>,
    lines: Mutex<BTreeMap<String, ProgressBar>>,
    said: Mutex<(Instant, String)>,
}

impl Bars {
    fn new(template: Option<&str>) -> Self {
        let all = MultiProgress::new();
        let whole = template.map(|template| {
            let style = ProgressStyle::with_template(template);
            let bar =
                ProgressBar::new(0).with_style(style.unwrap_or_else(|_error| ProgressStyle::default_bar()));
            all.add(bar)
        });
        let said = Mutex::new((Instant::now(), String::new()));
        Self { all, whole, lines: Mutex::new(BTreeMap::new()), said }
    }

    fn show(&self, step: &Step) {
        let Some(whole) = &self.whole else { return };
        if !std::io::stderr().is_terminal() {
            self.say(step);
            return;
        }
        whole.set_length(step.total);
        whole.set_position(step.done);
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let line = lines.entry(step.subject.clone()).or_insert_with(|| {
            let line = self.all.insert_before(whole, ProgressBar::new_spinner());
            line.enable_steady_tick(Duration::from_millis(120));
            line
        });
        line.set_message(format!("{}: {}", step.subject, step.message));
        if step.message == "done" {
            line.finish();
        }
    }

    fn say(&self, step: &Step) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, message) = &mut *said;
        let is_news = step.is_waiting && *message != step.message;
        if is_news || at.elapsed() >= SAID_EVERY {
            cli::say(&format!("{}: {}", step.subject, step.message));
            *at = Instant::now();
            message.clone_from(&step.message);
        }
    }

    fn clear(&self) {
        for line in self.lines.lock().unwrap_or_else(PoisonError::into_inner).values() {
            line.finish_and_clear();
        }
        if let Some(whole) = &self.whole {
            whole.finish_and_clear();
        }
    }
}
