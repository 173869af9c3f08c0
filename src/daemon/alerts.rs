//! Alerts: every change in the state of a source is logged once; those at which someone must look also go to the operator's
//! own command or web address.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::config::AlertSettings;
use crate::daemon::desk::Desk;
use crate::daemon::tasks::Tasks;
use crate::fetch::bucket::Bucket;
use crate::fetch::exchange::Expects;
use crate::fetch::exchange::Request;
use crate::harvest::changes::StateChange;
use crate::model::source::ExchangeMemory;

/// How long a command may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The least time between two posts to one host.
const SPACING: Duration = Duration::from_secs(1);

/// Starts the task that tells of changes until `stop` is cancelled.
pub fn start(desk: &Arc<Desk>, tasks: &Tasks, stop: &CancellationToken) {
    let (desk, stop) = (Arc::clone(desk), stop.clone());
    let mut changes = desk.changes();
    tasks.spawn("alerts", async move {
        loop {
            match stop.run_until_cancelled(changes.recv()).await {
                Some(Ok(change)) => {
                    log(&change);
                    if change.is_alarm {
                        send(&desk, &change).await;
                    }
                }
                Some(Err(RecvError::Lagged(lost))) => {
                    tracing::warn!(lost, "{lost} changes of sources came too fast to be told");
                }
                Some(Err(RecvError::Closed)) | None => return,
            }
        }
    });
}

fn log(change: &StateChange) {
    let (id, part) = (&change.source, change.part.as_deref().unwrap_or_default());
    let (from, to) = (change.from.name(), change.to.name());
    if change.is_alarm {
        tracing::error!(source.id = %id, part, from, to, "{change}");
    } else {
        tracing::info!(source.id = %id, part, from, to, "{change}");
    }
}

/// Sends an alarm where the configuration says.
async fn send(desk: &Desk, change: &StateChange) {
    let AlertSettings { command, webhook } = desk.config().alerts.clone();
    let json = serde_json::json!({
        "source": change.source.as_str(),
        "part": change.part,
        "from": change.from.name(),
        "to": change.to.name(),
        "why": change.why,
        "text": change.to_string(),
    })
    .to_string();
    if let Some((program, arguments)) = command.split_first()
        && let Err(error) = run(program, arguments, &json).await
    {
        tracing::warn!(program, "the alert command {program}: {error}");
    }
    if let Some(url) = webhook
        && let Err(error) = post(desk, url, json).await
    {
        tracing::warn!("the alert could not be posted: {error}");
    }
}

/// Runs the operator's command with the alarm on its standard input.
async fn run(program: &str, arguments: &[String], json: &str) -> Result<(), String> {
    let spawned = tokio::process::Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn();
    let mut child = spawned.map_err(|error| format!("starting it: {error}"))?;
    if let Some(mut input) = child.stdin.take() {
        // One that does not read its input may still do its work.
        let _is_read = input.write_all(json.as_bytes()).await;
    }
    match tokio::time::timeout(PATIENCE, child.wait()).await {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(format!("it ended with {status}")),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_elapsed) => Err(format!("it did not end within {} s", PATIENCE.as_secs())),
    }
}

async fn post(desk: &Desk, url: Url, json: String) -> Result<(), String> {
    let bucket = Bucket { operator: url.host_str().unwrap_or_default().to_owned(), spacing: SPACING };
    let request = Request { json: Some(json), ..Request::get(url, "*/*", 64 * 1024, Expects::Any) };
    let now = desk.clock().now();
    desk.client()
        .fetch(&request, &bucket, &ExchangeMemory::default(), now)
        .await
        .map(|_| ())
        .map_err(|error| error.to_string())
}
