//! What a failed exchange means: the client library's errors, sorted into faults.

use std::error::Error;
use std::io;
use std::time::Duration;

use crate::fetch::fault::Fault;
use crate::fetch::fault::Wait;
use crate::fetch::guard::ResolveError;
use crate::fetch::outage::Outcome;

/// What went wrong before an answer began, and what that says of the network, if anything.
pub(super) fn fault(error: &reqwest::Error, connect_timeout: Duration) -> (Fault, Option<Outcome>) {
    if let Some(failed) = find::<ResolveError>(error) {
        return match failed {
            ResolveError::Refused(why) => (Fault::Refused { why: why.clone(), redirected_by: None }, None),
            ResolveError::Failed(error) => unresolved(&error.to_string()),
        };
    }
    if let Some(error) = find::<rustls::Error>(error) {
        return (Fault::Tls(error.to_string()), Some(Outcome::Reached));
    }
    if error.is_connect() && error.is_timeout() {
        let fault = Fault::Timeout { wait: Wait::Connect, limit: connect_timeout };
        return (fault, Some(Outcome::Failed));
    }
    if error.is_connect() {
        let outcome = match find::<io::Error>(error).map(io::Error::kind) {
            Some(io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown) => Outcome::NoRoute,
            Some(io::ErrorKind::HostUnreachable) => Outcome::Failed,
            Some(_) | None => Outcome::Reached,
        };
        return (Fault::Connect(innermost(error)), Some(outcome));
    }
    (Fault::Cut(innermost(error)), Some(Outcome::Reached))
}

/// The system's resolver distinguishes "there is no such name" from "no name server answers" only by its words.
fn unresolved(text: &str) -> (Fault, Option<Outcome>) {
    let is_silent = text.contains("Temporary failure") || text.contains("Try again");
    let text = text.strip_prefix("failed to lookup address information: ").unwrap_or(text);
    (Fault::Dns(text.to_owned()), Some(if is_silent { Outcome::NoRoute } else { Outcome::Failed }))
}

/// The words of the innermost cause: the outer ones only say that a request was made.
pub(super) fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = inner(error);
    while let Some(cause) = next {
        text = cause.to_string();
        next = inner(cause);
    }
    text
}

fn find<'error, T: Error + 'static>(error: &'error (dyn Error + 'static)) -> Option<&'error T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        next = inner(error);
    }
    None
}

/// The cause of an error. An I/O error skips the error it wraps when asked for its source, so it is unwrapped here.
fn inner<'error>(error: &'error (dyn Error + 'static)) -> Option<&'error (dyn Error + 'static)> {
    if let Some(wrapped) = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        return Some(wrapped);
    }
    error.source()
}
