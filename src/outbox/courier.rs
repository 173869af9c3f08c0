//! The courier: a process of our own that hands letters to the relay and outlives the daemon. When the daemon is killed, a
//! letter whose last byte is out would else come twice, since nobody would read the relay's answer (RFC 1047). The courier reads
//! it, notes the letter, and ends; the next daemon waits for that before it sends anything.
//!
//! Both speak in JSON lines: orders and letters come in, what became of them goes out. The password stands in a pipe, not among
//! the arguments, which everybody on the machine can read.

use std::collections::HashMap;
use std::path::Path;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::Mutex as Lock;
use std::sync::PoisonError;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde::Serialize;
use tokio::io::AsyncBufReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::io::BufReader;
use tokio::process::ChildStdin;
use tokio::process::ChildStdout;
use tokio::process::Command;
use tokio::signal::unix::SignalKind;
use tokio::signal::unix::signal;
use tokio::sync::Mutex;
use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;

use crate::config::outgoing::MailSettings;
use crate::mail::address::Address;
use crate::mail::compose::Sealed;
use crate::model::outgoing::LetterId;
use crate::model::secret::Secret;
use crate::outbox::journal::Journal;
use crate::outbox::mailer::Failure;
use crate::outbox::mailer::FailureKind;
use crate::outbox::mailer::Transport;

/// What the courier is told first.
#[derive(Serialize, Deserialize)]
struct Orders {
    store: PathBuf,
    relay: String,
    user: Option<String>,
    password: Option<String>,
}

/// A letter on its way.
#[derive(Serialize, Deserialize)]
struct Parcel {
    id: String,
    from: String,
    to: String,
    message: String,
}

/// What became of it.
#[derive(Serialize, Deserialize)]
struct Word {
    id: String,
    /// Why it was not taken, if it was not.
    failure: Option<(FailureKind, String)>,
}

type Waiting = Arc<Lock<HashMap<String, oneshot::Sender<Result<(), Failure>>>>>;

/// The daemon's side.
#[derive(Debug, Default)]
pub(super) struct Courier {
    program: Lock<Option<(PathBuf, PathBuf)>>,
    running: Mutex<Option<Running>>,
    listening: TaskTracker,
}

#[derive(Debug)]
struct Running {
    orders: String,
    letters: ChildStdin,
    waiting: Waiting,
}

impl Courier {
    /// Sends by this program, which is ours, beside this store; without it letters are sent by this process.
    pub(super) fn be(&self, program: PathBuf, store: &Path) {
        *self.program.lock().unwrap_or_else(PoisonError::into_inner) = Some((program, store.to_owned()));
    }

    /// Hands a letter over; nothing where there is no courier. Of a letter that was taken a note was made.
    pub(super) async fn send(
        &self,
        settings: &MailSettings,
        id: &LetterId,
        letter: &Sealed,
    ) -> Option<Result<(), Failure>> {
        let (program, store) = self.program.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        let orders = Orders {
            store,
            relay: settings.relay.to_string(),
            user: settings.user.clone(),
            password: settings.password.as_ref().map(|password| password.reveal().to_owned()),
        };
        let orders = line(&orders)?;
        let parcel = line(&Parcel {
            id: id.to_string(),
            from: letter.envelope_from.to_string(),
            to: letter.to.to_string(),
            message: BASE64_STANDARD.encode(&letter.bytes),
        })?;
        let answer = {
            let mut running = self.running.lock().await;
            if running.as_ref().is_none_or(|known| known.orders != orders) {
                // The former one finishes what it has, and the next begins after that.
                *running = None;
                match self.start(&program, orders).await {
                    Ok(started) => *running = Some(started),
                    Err(error) => {
                        tracing::error!(%error, "mail: the courier cannot be started: {error}; letters go without it");
                        *self.program.lock().unwrap_or_else(PoisonError::into_inner) = None;
                        return None;
                    }
                }
            }
            let known = running.as_mut()?;
            let (tell, answer) = oneshot::channel();
            known.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_string(), tell);
            if known.letters.write_all(parcel.as_bytes()).await.is_err() {
                *running = None;
            }
            answer
        };
        Some(match answer.await {
            Ok(answer) => answer,
            Err(_gone) => {
                *self.running.lock().await = None;
                Err(Failure { kind: FailureKind::Relay, words: "the courier ended".to_owned() })
            }
        })
    }

    async fn start(&self, program: &Path, orders: String) -> std::io::Result<Running> {
        let mut child = Command::new(program)
            .arg("courier")
            .env_remove("LISTEN_FDS")
            .env_remove("LISTEN_PID")
            .env_remove("NOTIFY_SOCKET")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(false)
            .spawn()?;
        let (Some(mut letters), Some(words)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(std::io::Error::other("it has no pipes"));
        };
        letters.write_all(orders.as_bytes()).await?;
        let waiting = Waiting::default();
        self.listening.spawn(listen(child, words, Arc::clone(&waiting)));
        Ok(Running { orders, letters, waiting })
    }
}

fn line(what: &impl Serialize) -> Option<String> {
    Some(serde_json::to_string(what).ok()? + "\n")
}

/// Passes on what the courier says, until it ends; then nobody waits any more.
async fn listen(mut child: tokio::process::Child, words: ChildStdout, waiting: Waiting) {
    let mut lines = BufReader::new(words).lines();
    while let Ok(Some(text)) = lines.next_line().await {
        let Ok(Word { id, failure }) = serde_json::from_str(&text) else { continue };
        let tell = waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        if let Some(tell) = tell {
            let answer = failure.map_or(Ok(()), |(kind, words)| Err(Failure { kind, words }));
            let _is_heard = tell.send(answer);
        }
    }
    let _ended = child.wait().await;
    waiting.lock().unwrap_or_else(PoisonError::into_inner).clear();
}

/// The courier itself: sends what comes in on standard input until that ends, and what it has then to its end. Signals that stop
/// a whole service do not stop it before.
pub async fn run() -> anyhow::Result<()> {
    let _ignored = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()].map(signal);
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    let Some(first) = lines.next_line().await? else { return Ok(()) };
    let Orders { store, relay, user, password } = serde_json::from_str(&first)?;
    let settings = MailSettings {
        relay: relay.parse().map_err(anyhow::Error::msg)?,
        user,
        password: password.map(|password| Secret::new(&password)),
        from: Address::parse_with("courier@localhost", true).map_err(anyhow::Error::msg)?,
        bounces: None,
        bounces_maildir: None,
        dkim: None,
        postal: None,
        sign_up: false,
        per_minute: 0,
    };
    let transport = Arc::new(Transport::new(&settings).map_err(anyhow::Error::msg)?);
    let journal = Arc::new(tokio::task::spawn_blocking(move || Journal::hold(&store)).await??);
    let (under_way, out) = (TaskTracker::new(), Arc::new(Mutex::new(tokio::io::stdout())));
    while let Some(text) = lines.next_line().await? {
        let parcel: Parcel = serde_json::from_str(&text)?;
        let (transport, journal, out) = (Arc::clone(&transport), Arc::clone(&journal), Arc::clone(&out));
        under_way.spawn(async move {
            let id = parcel.id.clone();
            let failure = hand_over(&transport, &journal, parcel).await.err();
            let word = Word { id, failure: failure.map(|failure| (failure.kind, failure.words)) };
            if let Some(word) = line(&word) {
                let mut out = out.lock().await;
                // Where the daemon is gone, the note says it.
                let _is_heard = out.write_all(word.as_bytes()).await;
                let _is_heard = out.flush().await;
            }
        });
    }
    under_way.close();
    under_way.wait().await;
    Ok(())
}

async fn hand_over(transport: &Transport, journal: &Journal, parcel: Parcel) -> Result<(), Failure> {
    let wrong = |words: String| Failure { kind: FailureKind::Later, words };
    let id = LetterId::parse(&parcel.id).ok_or_else(|| wrong("a letter without a name".to_owned()))?;
    let letter = Sealed {
        envelope_from: Address::parse_with(&parcel.from, true).map_err(wrong)?,
        to: Address::parse_with(&parcel.to, true).map_err(wrong)?,
        message_id: String::new(),
        subject: String::new(),
        bytes: BASE64_STANDARD.decode(&parcel.message).map_err(|error| wrong(error.to_string()))?,
    };
    transport.send(&letter).await?;
    // It was taken, whether or not this can be written down.
    let _is_noted = journal.note(&id);
    Ok(())
}
