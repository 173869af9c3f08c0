//! Hands letters to a relay, or to a program that does.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use lettre::AsyncSmtpTransport;
use lettre::AsyncTransport as _;
use lettre::Tokio1Executor;
use lettre::transport::smtp;
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use tokio::io::AsyncWriteExt as _;

use crate::config::outgoing::MailSettings;
use crate::config::outgoing::Relay;
use crate::mail::compose::Sealed;

/// Connections to the relay at one time.
pub(super) const AT_ONCE: usize = 4;

/// How long one exchange with the relay may take (RFC 5321 section 4.5.3.2 asks for more only after the last byte).
const PATIENCE: Duration = Duration::from_mins(1);

/// How long a letter may take in all: the relay may think for ten minutes after the last byte.
const LONGEST: Duration = Duration::from_mins(11);

/// Hands letters over.
#[derive(Debug)]
pub enum Transport {
    /// To a relay.
    Smtp(Box<AsyncSmtpTransport<Tokio1Executor>>),
    /// To a program that reads the letter (`sendmail -i -f FROM TO`).
    Sendmail(PathBuf),
}

/// Why a letter was not taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// Of what kind that is.
    pub kind: FailureKind,
    /// In words.
    pub words: String,
}

/// What a failure means.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// The relay cannot be reached, or does not want us: nothing can be sent now.
    Relay,
    /// Not now, for this letter (a 4xx, such as greylisting).
    Later,
    /// Never, for this address (a 5xx).
    Address,
    /// Never, for what the letter says or who sends it (5.6.x and 5.7.x).
    Letter,
}

impl Transport {
    /// Makes it; nothing is contacted.
    pub fn new(settings: &MailSettings) -> Result<Self, String> {
        let make = AsyncSmtpTransport::<Tokio1Executor>::starttls_relay;
        let (mut builder, port) = match &settings.relay {
            Relay::StartTls(host, port) => (make(host).map_err(|error| error.to_string())?, *port),
            Relay::Tls(host, port) => {
                let made = AsyncSmtpTransport::<Tokio1Executor>::relay(host);
                (made.map_err(|error| error.to_string())?, *port)
            }
            Relay::Plain(host, port) => {
                (AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host), *port)
            }
            Relay::Sendmail(path) => return Ok(Self::Sendmail(path.clone())),
        };
        if let (Some(user), Some(password)) = (&settings.user, &settings.password) {
            builder = builder.credentials(Credentials::new(user.clone(), password.reveal().to_owned()));
        }
        let pool = PoolConfig::new()
            .max_size(u32::try_from(AT_ONCE).unwrap_or(4))
            .idle_timeout(Duration::from_secs(20));
        Ok(Self::Smtp(Box::new(builder.port(port).timeout(Some(PATIENCE)).pool_config(pool).build())))
    }

    /// Hands a letter over. Where the connection breaks between its last byte and the answer nobody can tell whether it was
    /// taken: that is a failure, and the letter comes again, with the same `Message-ID`.
    pub async fn send(&self, letter: &Sealed) -> Result<(), Failure> {
        let sent = match self {
            Self::Smtp(relay) => tokio::time::timeout(LONGEST, smtp(relay, letter)).await,
            Self::Sendmail(program) => tokio::time::timeout(LONGEST, pipe(program, letter)).await,
        };
        sent.unwrap_or_else(|_elapsed| {
            Err(Failure {
                kind: FailureKind::Relay,
                words: format!("no answer within {} s", LONGEST.as_secs()),
            })
        })
    }

    /// Whether the relay can be reached, or in words why not.
    pub async fn test(&self) -> Result<(), String> {
        match self {
            Self::Smtp(relay) => match relay.test_connection().await {
                Ok(true) => Ok(()),
                Ok(false) => Err("it answers, but not as a relay does".to_owned()),
                Err(error) => Err(words(&error)),
            },
            Self::Sendmail(program) => match std::fs::metadata(program) {
                Ok(found) if found.is_file() => Ok(()),
                Ok(_other) => Err(format!("{} is no file", program.display())),
                Err(error) => Err(format!("{}: {error}", program.display())),
            },
        }
    }
}

async fn smtp(relay: &AsyncSmtpTransport<Tokio1Executor>, letter: &Sealed) -> Result<(), Failure> {
    let envelope = letter
        .envelope()
        .map_err(|error| Failure { kind: FailureKind::Address, words: error.to_string() })?;
    match relay.send_raw(&envelope, &letter.bytes).await {
        Ok(_taken) => Ok(()),
        Err(error) => {
            let kind = kind(&error);
            let is_in_doubt = match kind {
                FailureKind::Relay | FailureKind::Later => error.status().is_none(),
                FailureKind::Address | FailureKind::Letter => true,
            };
            // One that does not welcome us, or not now, has not judged the letter.
            let is_ours = is_in_doubt && matches!(relay.test_connection().await, Ok(true));
            let kind = match (is_in_doubt, is_ours) {
                (false, _) | (true, true) => kind,
                (true, false) => FailureKind::Relay,
            };
            Err(Failure { kind, words: words(&error) })
        }
    }
}

/// What an error of the relay means. Its answers to our greeting and name are about us, those to the rest about the letter.
fn kind(error: &smtp::Error) -> FailureKind {
    // It broke off: if it can be reached otherwise, this letter waits, and does not keep others from going.
    let Some(code) = error.status() else { return FailureKind::Later };
    let code: u16 = code.into();
    let words = words(error);
    match code {
        421 | 432 | 454 | 500..=504 | 523..=539 => FailureKind::Relay,
        400..=499 => FailureKind::Later,
        _other if words.contains("5.7.") || words.contains("5.6.") => FailureKind::Letter,
        _other => FailureKind::Address,
    }
}

fn words(error: &smtp::Error) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    let all = causes.fold(error.to_string(), |line, cause| {
        let cause = cause.to_string();
        if line.contains(&cause) { line } else { format!("{line}: {cause}") }
    });
    all.chars().filter(|character| !character.is_control()).take(300).collect()
}

/// Exit codes of sendmail (sysexits): no such user, no such host, and what may be mended by waiting.
const NO_USER: i32 = 67;
const NO_HOST: i32 = 68;

async fn pipe(program: &PathBuf, letter: &Sealed) -> Result<(), Failure> {
    let relay = |words: String| Failure { kind: FailureKind::Relay, words };
    let mut child = tokio::process::Command::new(program)
        .args(["-i", "-f", letter.envelope_from.as_str(), "--", letter.to.as_str()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| relay(format!("{}: {error}", program.display())))?;
    // A Unix program reads lines as Unix ends them.
    let text = String::from_utf8_lossy(&letter.bytes).replace("\r\n", "\n");
    if let Some(mut input) = child.stdin.take() {
        input.write_all(text.as_bytes()).await.map_err(|error| relay(error.to_string()))?;
        input.shutdown().await.map_err(|error| relay(error.to_string()))?;
    }
    let ended = child.wait().await.map_err(|error| relay(error.to_string()))?;
    match ended.code() {
        Some(0) => Ok(()),
        Some(NO_USER | NO_HOST) => Err(Failure {
            kind: FailureKind::Address,
            words: format!("{} knows no such address", program.display()),
        }),
        _other => Err(Failure {
            kind: FailureKind::Later,
            words: format!("{} ended with {ended}", program.display()),
        }),
    }
}
