//! `offprint serve`: the daemon in the foreground.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use tokio::signal::unix::SignalKind;
use tokio_util::sync::CancellationToken;

use crate::cli;
use crate::cli::Stop;
use crate::clock::Clock;
use crate::config::Config;
use crate::config::ListenAddress;
use crate::config::environment::Environment;
use crate::daemon;
use crate::daemon::Ended;
use crate::daemon::logging;
use crate::daemon::reload::Whence;
use crate::daemon::sockets;

/// Runs until SIGTERM or SIGINT.
pub fn run(
    mut config: Config,
    explicit: Option<PathBuf>,
    environment: Environment,
    listen: &[String],
    verbose: u8,
) -> Result<ExitCode, Stop> {
    let listen = addresses(listen)?;
    if !listen.is_empty() {
        config.listen_on(&listen);
    }
    logging::start(config.log.format, cli::level(config.log.level, verbose), environment.is_journal);
    tracing::info!("configuration: {}", config.origin);
    for warning in &config.warnings {
        tracing::warn!("configuration: {warning}");
    }
    let ended = cli::runtime()?.block_on(async move {
        let stop = CancellationToken::new();
        let inherited = sockets::inherited().context("sockets from systemd")?;
        let whence = Whence { explicit, environment, listen, reloads: true };
        let daemon = daemon::prepare(config, whence, Clock::system(), inherited).await?;
        stop_on_signals(&stop, &[])?;
        daemon.run(stop).await
    })?;
    Ok(code(ended))
}

/// The exit code of a daemon that ended.
pub(crate) fn code(ended: Ended) -> ExitCode {
    match ended {
        Ended::Drained => ExitCode::SUCCESS,
        Ended::Late => ExitCode::from(cli::LATE),
        Ended::Broken => ExitCode::FAILURE,
    }
}

/// Addresses named on the command line.
pub(crate) fn addresses(listen: &[String]) -> Result<Vec<ListenAddress>, Stop> {
    let read = |text: &String| {
        ListenAddress::parse(text).map_err(|why| Stop::Usage(format!("--listen {text}: {why}")))
    };
    listen.iter().map(read).collect()
}

/// Cancels `stop` at the first SIGTERM, SIGINT or one of `further`.
#[expect(
    clippy::disallowed_methods,
    reason = "the one task that must outlive every other: it starts the drain"
)]
pub(crate) fn stop_on_signals(stop: &CancellationToken, further: &[SignalKind]) -> anyhow::Result<()> {
    for kind in [SignalKind::terminate(), SignalKind::interrupt()].iter().chain(further) {
        let mut signal = tokio::signal::unix::signal(*kind).context("listening to signals")?;
        let stop = stop.clone();
        tokio::spawn(async move {
            signal.recv().await;
            stop.cancel();
        });
    }
    Ok(())
}
