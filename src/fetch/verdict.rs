//! What an answer means for the one who asked: something to read, or a fault with a time to ask again. Pure.

use std::time::Duration;

use reqwest::header::HeaderMap;
use url::Url;

use crate::fetch::Fetched;
use crate::fetch::Manners;
use crate::fetch::caching;
use crate::fetch::exchange::Expects;
use crate::fetch::exchange::Response;
use crate::fetch::fault::Fault;
use crate::fetch::fault::FetchError;
use crate::fetch::fault::Retry;
use crate::fetch::fault::Scope;
use crate::fetch::moves;
use crate::fetch::moves::Hop;
use crate::fetch::wall;
use crate::fetch::wall::Fit;
use crate::model::source::ExchangeMemory;
use crate::model::time::Timestamp;

/// How long an operator is left alone that says "too often" without saying for how long.
const LIMITED_FOR: Duration = Duration::from_hours(1);

/// How long an operator is left alone that blocks us; to go on asking counts as an attack.
const BLOCKED_FOR: Duration = Duration::from_hours(6);

/// How long an address is left alone at which nothing was found.
const MISSING_FOR: Duration = Duration::from_hours(24);

/// An answer as it came.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    pub(super) wire_bytes: u64,
}

/// What was asked, and how the answer was reached.
#[derive(Debug)]
pub(super) struct Asked<'fetch> {
    pub(super) memory: &'fetch ExchangeMemory,
    pub(super) expects: Expects,
    /// The redirects that were followed.
    pub(super) hops: Vec<Hop>,
    /// Whether the new address of a believed move was asked instead of the configured one.
    pub(super) was_moved: bool,
    pub(super) now: Timestamp,
}

impl Asked<'_> {
    /// What the answer means.
    pub(super) fn judge(&self, answer: Answer) -> Result<Fetched, Box<FetchError>> {
        let replays = [&self.memory.etag, &self.memory.last_modified];
        let is_conditional = replays.iter().any(|one| caching::replay(one.as_deref()).is_some());
        match answer.status {
            304 if is_conditional => Ok(self.accept(answer, true)),
            200 | 203 => match wall::fit(&answer.body, self.expects) {
                Fit::Expected => Ok(self.accept(answer, true)),
                Fit::Other => Ok(self.accept(answer, false)),
                Fit::Limited => Err(self.limit(answer)),
                Fit::Wall(sign) => Err(self.block(answer, sign)),
            },
            _refusal => Err(self.refuse(answer)),
        }
    }

    /// A fault for which there is no answer to show.
    pub(super) fn fail(&self, host: &str, fault: Fault) -> Box<FetchError> {
        let retry = if let Fault::Held { until, .. } = fault {
            Retry::At { not_before: until, scope: Scope::Operator }
        } else {
            Retry::Backoff
        };
        self.error(host.to_owned(), fault, retry, None)
    }

    fn accept(&self, answer: Answer, is_expected: bool) -> Fetched {
        let mut memory = self.memory.clone();
        let mut notes = Vec::new();
        caching::keep_validators(&mut memory, &answer.headers, answer.status == 304);
        memory.gone_since = None;
        for hop in &self.hops {
            notes.push(format!("{} redirects to {} ({})", hop.from, hop.to, hop.status));
        }
        if self.was_moved {
            notes.push(format!("asked at {}, where it moved for good", answer.url));
        }
        let stays_moved = self.was_moved && self.hops.is_empty();
        if is_expected && !stays_moved {
            memory.moved = moves::remember(self.memory.moved.as_ref(), &self.hops, self.now);
            if let Some(to) = moves::believed(memory.moved.as_ref(), self.now) {
                notes.push(format!("moved for good to {to}, which is asked directly from now on"));
            }
        }
        let not_before = caching::fresh_until(&answer.headers, self.now);
        let wire_bytes = answer.wire_bytes;
        Fetched {
            response: answer.into_response(),
            memory,
            manners: Manners { not_before },
            wire_bytes,
            notes,
        }
    }

    fn refuse(&self, answer: Answer) -> Box<FetchError> {
        let status = answer.status;
        let asked = caching::retry_after(&answer.headers, self.now);
        if matches!(status, 400..=599) && wall::is_limit(&answer.body) {
            return self.limit(answer);
        }
        if matches!(status, 200..=299 | 403 | 500..=599) {
            let sign = wall::sign(&answer.headers, &answer.body);
            if let Some(sign) = sign.or((status == 403).then(|| "a refusal".to_owned())) {
                return self.block(answer, sign);
            }
        }
        let (fault, retry) = match status {
            429 | 503 => return self.limit(answer),
            401 | 407 => (Fault::Unauthorised(status), Retry::Backoff),
            404 => (Fault::NotFound, self.at(asked.unwrap_or(MISSING_FOR), Scope::Url)),
            410 => (Fault::Gone, Retry::Never),
            _other => {
                let wait = asked.map(|wait| self.at(wait, Scope::Url));
                (Fault::Status(status), wait.unwrap_or(Retry::Backoff))
            }
        };
        self.refusal(answer, fault, retry)
    }

    fn limit(&self, answer: Answer) -> Box<FetchError> {
        let asked = caching::retry_after(&answer.headers, self.now);
        let wait = asked.unwrap_or(LIMITED_FOR);
        let fault = Fault::Limited { status: answer.status, wait, is_asked: asked.is_some() };
        self.refusal(answer, fault, self.at(wait, Scope::Operator))
    }

    fn block(&self, answer: Answer, sign: String) -> Box<FetchError> {
        let asked = caching::retry_after(&answer.headers, self.now).unwrap_or_default();
        let fault = Fault::Blocked { status: answer.status, sign };
        self.refusal(answer, fault, self.at(asked.max(BLOCKED_FOR), Scope::Operator))
    }

    fn at(&self, wait: Duration, scope: Scope) -> Retry {
        Retry::At { not_before: caching::later(self.now, wait), scope }
    }

    fn refusal(&self, answer: Answer, fault: Fault, retry: Retry) -> Box<FetchError> {
        let host = answer.url.host_str().unwrap_or_default().to_owned();
        self.error(host, fault, retry, Some(answer.into_response()))
    }

    fn error(
        &self,
        host: String,
        fault: Fault,
        mut retry: Retry,
        response: Option<Response>,
    ) -> Box<FetchError> {
        let mut memory = None;
        if self.was_moved && fault.is_of_the_address() {
            // The move is no longer true: next time the configured address is asked again.
            memory = Some(ExchangeMemory { moved: None, ..self.memory.clone() });
            retry = if retry == Retry::Never { Retry::Backoff } else { retry };
        } else if fault == Fault::Gone {
            let gone_since = self.memory.gone_since.or(Some(self.now));
            memory = Some(ExchangeMemory { gone_since, ..self.memory.clone() });
        }
        Box::new(FetchError { host, fault, retry, memory, response })
    }
}

impl Answer {
    fn into_response(self) -> Response {
        let content_type = self.headers.get(reqwest::header::CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok()).map(str::to_owned);
        Response { status: self.status, url: self.url, content_type, body: self.body }
    }
}
