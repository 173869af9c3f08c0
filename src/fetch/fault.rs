//! Why a fetch gave nothing, whose fault that is, and what to do next.

use std::time::Duration;

use crate::fetch::exchange::Response;
use crate::model::source::ExchangeMemory;
use crate::model::source::Health;
use crate::model::time::Timestamp;

/// A fetch that gave nothing to read. Printed, it is one sentence that begins with the host.
#[derive(Debug, thiserror::Error)]
#[error("{host} {fault}")]
pub struct FetchError {
    /// The host that was asked last.
    pub host: String,
    /// What went wrong.
    pub fault: Fault,
    /// When to ask again.
    pub retry: Retry,
    /// What is remembered from now on, where that changed.
    pub memory: Option<ExchangeMemory>,
    /// The refusal with the first 64 KiB of its body, for the source to explain.
    pub response: Option<Response>,
}

/// What went wrong, as it follows the host's name.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Fault {
    /// We do not ask such an address.
    #[error("is refused{}: {why}", came_from(.redirected_by.as_deref()))]
    Refused {
        /// The reason.
        why: Refusal,
        /// The host whose redirect led there.
        redirected_by: Option<String>,
    },
    /// The operator wants to be left alone, so it was not asked.
    #[error("is not asked before {until}, because {operator} wants to be left alone until then")]
    Held {
        /// Whose bucket is closed.
        operator: String,
        /// Until when.
        until: Timestamp,
    },
    /// Nothing could be reached: our own network is down.
    #[error("cannot be reached, because the network is down (it {0})")]
    Offline(String),
    /// The name has no address.
    #[error("cannot be resolved: {0}")]
    Dns(String),
    /// No connection.
    #[error("cannot be connected to: {0}")]
    Connect(String),
    /// No agreement on encryption, or a certificate that does not hold.
    #[error("cannot be talked to securely: {0}")]
    Tls(String),
    /// It took too long.
    #[error("{}", too_slow(*.wait, *.limit))]
    Timeout {
        /// What was waited for.
        wait: Wait,
        /// How long.
        limit: Duration,
    },
    /// The transfer broke off, or was not HTTP.
    #[error("broke off its answer: {0}")]
    Cut(String),
    /// The body is larger than was asked for.
    #[error("sent more than {limit_bytes} bytes")]
    TooLarge {
        /// The limit, decoded.
        limit_bytes: usize,
    },
    /// The body is compressed as no honest one is.
    #[error("sent a compression bomb: {wire_bytes} bytes had become {decoded_bytes} when it was cut")]
    Bomb {
        /// Bytes received.
        wire_bytes: u64,
        /// Bytes decoded by then.
        decoded_bytes: u64,
    },
    /// The body is encoded in a way we do not read, or does not decode.
    #[error("sent a body that cannot be decoded: {0}")]
    Encoding(String),
    /// The operator asks us to slow down.
    #[error("answered {status} and {} {} s", if *.is_asked { "asks to wait" } else { "is left alone for" }, .wait.as_secs())]
    Limited {
        /// The status.
        status: u16,
        /// How long it is left alone.
        wait: Duration,
        /// Whether the answer says how long (`Retry-After`).
        is_asked: bool,
    },
    /// A bot wall, or a page where data was expected.
    #[error("answered {status} with {sign}: we are blocked, or the address is wrong")]
    Blocked {
        /// The status.
        status: u16,
        /// By what it was recognised.
        sign: String,
    },
    /// It wants a login.
    #[error("answered {0}: it wants a login")]
    Unauthorised(u16),
    /// Nothing is there.
    #[error("answered 404: nothing is at this address")]
    NotFound,
    /// Nothing will ever be there again.
    #[error("answered 410: what was at this address is gone for good")]
    Gone,
    /// Any other status.
    #[error("answered {0}")]
    Status(u16),
    /// A redirect that leads nowhere.
    #[error("redirects {0}")]
    Redirect(String),
}

/// Why an address is not asked, as it follows "is refused: ".
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(pub(super) String);

/// What was waited for in vain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wait {
    /// A connection.
    Connect,
    /// The next bytes of the body.
    Idle,
    /// The whole exchange.
    Total,
}

/// Whose fault it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Whose {
    /// The host's.
    Theirs,
    /// Ours: the address we were told to ask.
    Ours,
    /// The network's.
    Network,
}

/// When to ask again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Retry {
    /// Not before a time.
    At {
        /// The time.
        not_before: Timestamp,
        /// What is left alone until then.
        scope: Scope,
    },
    /// When the scheduler's back-off has passed.
    Backoff,
    /// Never by itself: someone has to look.
    Never,
}

/// What is left alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// Everything in the operator's bucket.
    Operator,
    /// This address.
    Url,
}

impl Fault {
    /// Whose fault it is.
    pub const fn whose(&self) -> Whose {
        match self {
            Self::Refused { redirected_by: None, .. } => Whose::Ours,
            Self::Offline(_) => Whose::Network,
            Self::Refused { redirected_by: Some(_), .. }
            | Self::Held { .. }
            | Self::Dns(_)
            | Self::Connect(_)
            | Self::Tls(_)
            | Self::Timeout { .. }
            | Self::Cut(_)
            | Self::TooLarge { .. }
            | Self::Bomb { .. }
            | Self::Encoding(_)
            | Self::Limited { .. }
            | Self::Blocked { .. }
            | Self::Unauthorised(_)
            | Self::NotFound
            | Self::Gone
            | Self::Status(_)
            | Self::Redirect(_) => Whose::Theirs,
        }
    }

    /// How a source is doing whose harvest ended so.
    pub const fn health(&self) -> Health {
        match self {
            Self::Offline(_) => Health::Offline,
            Self::Held { .. } | Self::Limited { .. } => Health::Limited,
            Self::Blocked { .. } => Health::Blocked,
            Self::Refused { .. }
            | Self::Dns(_)
            | Self::Connect(_)
            | Self::Tls(_)
            | Self::Timeout { .. }
            | Self::Cut(_)
            | Self::TooLarge { .. }
            | Self::Bomb { .. }
            | Self::Encoding(_)
            | Self::Unauthorised(_)
            | Self::NotFound
            | Self::Gone
            | Self::Status(_)
            | Self::Redirect(_) => Health::Failing,
        }
    }

    /// Whether only this request is at fault, so that others of the same source may still be answered: nothing is
    /// there, the host calls it wrong, or the answer itself cannot be taken.
    pub const fn is_of_the_request(&self) -> bool {
        matches!(
            self,
            Self::NotFound
                | Self::Gone
                | Self::TooLarge { .. }
                | Self::Bomb { .. }
                | Self::Encoding(_)
                | Self::Status(400..=499)
        )
    }

    /// Whether it may be of one request alone, which only time can tell: an error of the host's own, or an answer that never
    /// comes whole.
    pub const fn may_be_of_the_request(&self) -> bool {
        matches!(self, Self::Status(500..=599) | Self::Timeout { .. } | Self::Cut(_))
    }

    /// Whether the address itself is wrong, rather than the moment.
    pub(super) const fn is_of_the_address(&self) -> bool {
        matches!(
            self,
            Self::Refused { .. }
                | Self::Dns(_)
                | Self::Blocked { .. }
                | Self::Unauthorised(_)
                | Self::NotFound
                | Self::Gone
                | Self::Redirect(_)
        )
    }
}

fn came_from(host: Option<&str>) -> String {
    host.map(|host| format!(" (where {host} redirects)")).unwrap_or_default()
}

fn too_slow(wait: Wait, limit: Duration) -> String {
    let seconds = limit.as_secs_f64();
    match wait {
        Wait::Connect => format!("could not be connected to within {seconds} s"),
        Wait::Idle => format!("sent nothing for {seconds} s in the middle of its answer"),
        Wait::Total => format!("did not finish its answer within {seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Fault;
    use super::FetchError;
    use super::Retry;

    #[test]
    fn a_fetch_error_is_a_sentence() {
        let fault = Fault::Limited { status: 503, wait: Duration::from_mins(2), is_asked: true };
        let host = "export.arxiv.org".to_owned();
        let error = FetchError { host, fault, retry: Retry::Backoff, memory: None, response: None };
        assert_eq!(error.to_string(), "export.arxiv.org answered 503 and asks to wait 120 s");
    }
}
