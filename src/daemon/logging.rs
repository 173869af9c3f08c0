//! Where log lines go: text on a terminal, the systemd journal where it listens, JSON lines otherwise.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::Registry;
use tracing_subscriber::layer::Layer;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::LogFormat;

/// Whether the environment asks for no colours (`NO_COLOR`, no-color.org).
pub fn wants_no_colour() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

/// Starts logging for the whole process; a second call changes nothing.
///
/// Lines go to standard error. `is_journal` says that systemd connected it to the journal (`JOURNAL_STREAM`).
pub fn start(format: LogFormat, level: &str, is_journal: bool) {
    // What libraries tell of their insides would bury what we say.
    let filter =
        EnvFilter::new(format!("{},offprint={level}", if level == "error" { "error" } else { "warn" }));
    let chosen = match format {
        LogFormat::Auto if std::io::stderr().is_terminal() => LogFormat::Text,
        LogFormat::Auto if is_journal => LogFormat::Journald,
        LogFormat::Auto => LogFormat::Json,
        chosen @ (LogFormat::Text | LogFormat::Json | LogFormat::Journald) => chosen,
    };
    let layer: Box<dyn Layer<Registry> + Send + Sync> = match (chosen, tracing_journald::layer()) {
        (LogFormat::Journald, Ok(journal)) => journal.boxed(),
        (LogFormat::Text | LogFormat::Auto, _) => {
            let is_coloured = std::io::stderr().is_terminal() && !wants_no_colour();
            tracing_subscriber::fmt::layer()
                .with_writer(std::io::stderr)
                .with_ansi(is_coloured)
                .with_target(false)
                .boxed()
        }
        (LogFormat::Json | LogFormat::Journald, _) => {
            tracing_subscriber::fmt::layer().json().flatten_event(true).with_writer(std::io::stderr).boxed()
        }
    };
    // A test may have started logging before; its choice stays.
    let _is_first = tracing_subscriber::registry().with(layer.with_filter(filter)).try_init();
}
