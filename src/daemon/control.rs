//! The Unix socket through which commands reach a running daemon: one JSON line asks, JSON lines answer.
//!
//! The socket lies in the runtime directory, else beside the store, and only its owner may open it. A file in the store
//! says where it is, so that a command finds the daemon that holds the store it was going to open.

use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use anyhow::anyhow;
use tokio::io::AsyncBufReadExt as _;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::io::BufReader;
use tokio::net::UnixListener;
use tokio::net::UnixStream;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::daemon::asks::Answer;
use crate::daemon::asks::Ask;
use crate::daemon::asks::Step;
use crate::daemon::asks::Tell;
use crate::daemon::desk::Desk;
use crate::daemon::desk::OnStep;
use crate::daemon::tasks::Tasks;

/// The longest line that is read from a command, in bytes.
const LONGEST_ASK: u64 = 64 * 1024;

/// The file in the store's folder that names the socket.
const POINTER: &str = "daemon.socket";

/// The listening end; its files go when it is dropped.
pub struct Control {
    listener: UnixListener,
    socket: PathBuf,
    pointer: PathBuf,
}

impl Control {
    /// Binds the socket in `runtime` (else in `store`) and leaves its name in `store`.
    pub fn bind(store: &Path, runtime: Option<&Path>) -> anyhow::Result<Self> {
        let socket = runtime.unwrap_or(store).join("control.sock");
        match std::fs::remove_file(&socket) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("control socket {}", socket.display()));
            }
            _gone => {}
        }
        let listener = UnixListener::bind(&socket)
            .with_context(|| format!("control socket {}: listening", socket.display()))?;
        let owner_only = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(&socket, owner_only)
            .with_context(|| format!("control socket {}: permissions", socket.display()))?;
        let pointer = store.join(POINTER);
        std::fs::write(&pointer, socket.as_os_str().as_encoded_bytes())
            .with_context(|| format!("{}", pointer.display()))?;
        Ok(Self { listener, socket, pointer })
    }

    /// Answers commands until `stop`; each connection is a task of its own.
    pub async fn serve(self, desk: Arc<Desk>, tasks: Tasks, stop: CancellationToken) {
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => return,
                accepted = self.listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, _address)) => {
                    let (desk, stop) = (Arc::clone(&desk), stop.clone());
                    tasks.spawn("control", async move {
                        if let Err(error) = converse(stream, &desk, &stop).await {
                            tracing::debug!(%error, "a command went away before its answer");
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "control socket: accepting");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        for file in [&self.pointer, &self.socket] {
            if let Err(error) = std::fs::remove_file(file) {
                tracing::debug!(%error, file = %file.display(), "control socket: cleaning up");
            }
        }
    }
}

/// Reads one question and writes its steps and its answer.
async fn converse(stream: UnixStream, desk: &Desk, stop: &CancellationToken) -> anyhow::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    let mut asking = BufReader::new(read.take(LONGEST_ASK));
    let Some(asked) = stop.run_until_cancelled(asking.read_line(&mut line)).await else { return Ok(()) };
    asked?;
    let (steps, mut told) = mpsc::unbounded_channel();
    let answer = async {
        let ask: Ask = serde_json::from_str(&line).context("the question of a command of another version")?;
        let on_step = |step: Step| {
            // A command that went away needs no more steps.
            let _is_heard = steps.send(step);
        };
        desk.answer(ask, &on_step, stop).await
    };
    tokio::pin!(answer);
    let last = loop {
        tokio::select! {
            Some(step) = told.recv() => say(&mut write, &Tell::Progress(step)).await?,
            answer = &mut answer => break answer,
        }
    };
    let last = last.map_or_else(|error| Tell::Fault(format!("{error:#}")), Tell::Answer);
    say(&mut write, &last).await?;
    Ok(())
}

async fn say(write: &mut (impl tokio::io::AsyncWrite + Unpin), tell: &Tell) -> anyhow::Result<()> {
    let mut line = serde_json::to_vec(tell)?;
    line.push(b'\n');
    write.write_all(&line).await?;
    Ok(())
}

/// Asks the daemon that holds the store, or `None` when none runs.
pub async fn ask(store: &Path, ask: &Ask, on_step: OnStep<'_>) -> anyhow::Result<Option<Answer>> {
    let pointer = store.join(POINTER);
    let pointer = match std::fs::read(&pointer) {
        Ok(pointer) => pointer,
        // Whoever opens the store then says that it is no folder.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => {
            let hint = "is the daemon another user's? run the command as that user or as root";
            return Err(error).with_context(|| format!("{}; {hint}", pointer.display()));
        }
    };
    let socket = PathBuf::from(OsString::from_vec(pointer));
    let stream = match UnixStream::connect(&socket).await {
        Ok(stream) => stream,
        // What a killed daemon leaves behind.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
            return Ok(None);
        }
        Err(error) => return Err(error).with_context(|| format!("the daemon's socket {}", socket.display())),
    };
    let (read, mut write) = stream.into_split();
    let mut line = serde_json::to_vec(ask)?;
    line.push(b'\n');
    write.write_all(&line).await?;
    let mut lines = BufReader::new(read).lines();
    while let Some(line) = lines.next_line().await? {
        match serde_json::from_str(&line).context("the daemon's answer")? {
            Tell::Progress(step) => on_step(step),
            Tell::Answer(answer) => return Ok(Some(answer)),
            Tell::Fault(message) => return Err(anyhow!(message)),
        }
    }
    Err(anyhow!("the daemon stopped before it answered"))
}
