//! `offprint serve --demo`: two weeks of the invented internet are harvested day by day, then the daemon runs over it.

use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use chrono::Days;
use tokio::net::TcpListener;
use tokio::signal::unix::SignalKind;
use tokio_util::sync::CancellationToken;

use crate::cli;
use crate::cli::Stop;
use crate::cli::serve;
use crate::clock::Clock;
use crate::config;
use crate::config::ListenAddress;
use crate::config::environment::Environment;
use crate::daemon;
use crate::daemon::Daemon;
use crate::daemon::Ended;
use crate::daemon::logging;
use crate::daemon::occasion::Occasion;
use crate::daemon::reload::Whence;
use crate::demo::net;
use crate::demo::papers;
use crate::http;
use crate::http::serve::Listener;
use crate::model::time::Timestamp;

/// Where the demonstration listens unless the command line says otherwise.
const LISTEN: &str = "127.0.0.1:4287";

/// How the names of the folders begin that hold the stores, before the number of the process.
const PREFIX: &str = "offprint-demo-";

/// Runs the demonstration until SIGTERM or SIGINT; its store is thrown away at the end.
pub fn run(environment: &Environment, listen: &[String], verbose: u8) -> Result<ExitCode, Stop> {
    let wanted = listen.first().map_or(LISTEN, String::as_str).to_owned();
    let ListenAddress::Tcp(address) = serve::addresses(std::slice::from_ref(&wanted))?.remove(0) else {
        return Err(Stop::Usage("--demo listens on ADDRESS:PORT only".to_owned()));
    };
    logging::start(
        config::LogFormat::Auto,
        cli::level(config::LogLevel::Info, verbose),
        environment.is_journal,
    );
    sweep(&std::env::temp_dir());
    let prefix = format!("{PREFIX}{}-", std::process::id());
    let store = tempfile::Builder::new().prefix(&prefix).tempdir().map_err(anyhow::Error::from)?;
    let ended = cli::runtime()?.block_on(demonstrate(address, store.path(), environment.clone()))?;
    Ok(serve::code(ended))
}

/// Removes the stores of demonstrations that were killed before they could do so themselves.
fn sweep(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.split_once('-'));
        let is_over = |process: u32| !Path::new("/proc").join(process.to_string()).exists();
        if process.and_then(|(process, _random)| process.parse().ok()).is_some_and(is_over) {
            // Another user's stays where it is.
            let _is_gone = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Runs the invented internet and the daemon side by side: first over the two weeks before now, then in real time.
async fn demonstrate(address: SocketAddr, store: &Path, environment: Environment) -> anyhow::Result<Ended> {
    let stop = CancellationToken::new();
    // A terminal that is closed ends the demonstration.
    serve::stop_on_signals(&stop, &[SignalKind::hangup()])?;
    let bound = TcpListener::bind(address).await.with_context(|| {
        format!("{address} cannot be listened on; give another with --listen ADDRESS:PORT")
    })?;
    let now = Clock::system().now();
    let clock = Clock::standing(now);
    let internet = TcpListener::bind("127.0.0.1:0").await.context("the invented internet")?;
    let (base, listen) = (format!("http://{}", internet.local_addr()?), bound.local_addr()?.to_string());
    let text = net::configuration(&base, &store.to_string_lossy(), &listen);
    let config = config::parse(&text, "the demonstration", &environment)?;
    let hosts = net::router(clock.clone(), now.day());
    let whence = Whence { explicit: None, environment, listen: Vec::new(), reloads: false };
    let daemon = daemon::prepare(config, whence, clock.clone(), vec![Listener::Tcp(bound)]).await?;
    let internet_stop = CancellationToken::new();
    let settings = http::Settings { linger: Duration::ZERO, ..http::Settings::default() };
    let hosts = http::serve::serve(Listener::Tcp(internet), hosts, &settings, internet_stop.clone());
    let work = async {
        let ended = async {
            harvest_history(&daemon, &clock, now, &stop).await?;
            clock.release();
            daemon.run(stop).await
        };
        let ended = ended.await;
        internet_stop.cancel();
        ended
    };
    let (_drained, ended) = tokio::join!(hosts, work);
    ended
}

/// Polls every source on each of the fourteen days, at six in the morning, with the clock set to it.
async fn harvest_history(
    daemon: &Daemon,
    clock: &Clock,
    now: Timestamp,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let desk = daemon.desk();
    let first = now.day().checked_sub_days(Days::new(papers::DAYS)).unwrap_or(now.day());
    for day in first.iter_days().take_while(|day| *day <= now.day()) {
        let morning = Timestamp::midnight(day).plus(chrono::TimeDelta::hours(6));
        clock.set(morning.min(now));
        for source in &desk.config().sources {
            desk.harvest(source, Occasion::Always, stop, &|_progress| {}).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::PREFIX;
    use super::sweep;

    #[test]
    fn only_what_a_dead_demonstration_left_is_swept_away() {
        let folder = tempfile::tempdir().unwrap();
        let mine = format!("{PREFIX}{}-abc", std::process::id());
        let names = [&mine, "offprint-demo-4194999-abc", "offprint-demo-x-abc", "offprint-demo-abc", "other"];
        for name in names {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        sweep(folder.path());
        let left: Vec<&str> = names.into_iter().filter(|name| folder.path().join(name).exists()).collect();
        assert_eq!(left, [&mine, "offprint-demo-x-abc", "offprint-demo-abc", "other"]);
    }
}
