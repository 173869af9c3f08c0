//! From a resource to an answer: look among the kept bodies, else make it from the store, off the async threads.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::response::Response;

use crate::feeds;
use crate::finding;
use crate::http::Serving;
use crate::http::Settings;
use crate::http::Site;
use crate::http::bodies::Bodies;
use crate::http::bodies::NEGOTIATED;
use crate::http::bodies::Slot;
use crate::http::caching;
use crate::http::caching::Fingerprint;
use crate::http::caching::Representation;
use crate::http::encoding;
use crate::http::encoding::Encoding;
use crate::http::feed;
use crate::http::freshness::Freshness;
use crate::http::freshness::Terms;
use crate::http::headers::Headers;
use crate::http::outlook::Outlook;
use crate::http::rates::Rate;
use crate::http::shelf::Shelf;
use crate::http::tokens;
use crate::http::tokens::Tokens;
use crate::model::plan::Sequence;
use crate::model::time::Timestamp;
use crate::model::topic::TopicId;
use crate::pages;
use crate::store;

/// What all routes share.
#[derive(Debug)]
pub(super) struct App {
    pub(super) serving: Serving,
    pub(super) tokens: Tokens,
    pub(super) rate: Rate,
    bodies: Bodies<Stamp>,
    outlook: Outlook,
    answer_timeout: Duration,
}

/// What a body was made from: a revision of the store, the site as configured then, and what of the store it shows.
#[derive(Clone, Debug)]
struct Stamp {
    revision: Sequence,
    site: Arc<Site>,
    shows: Shows,
    /// Where the search index was, which follows the store.
    found: u64,
}

/// What a resource shows: it is current until that moves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Shows {
    /// Nothing: it is always the same.
    Nothing,
    /// The entries of one topic and their papers.
    Topic(TopicId),
    /// A closed document of a topic, which may hold papers that left it.
    Document(TopicId),
    /// Papers.
    Papers,
    /// Anything.
    Anything,
    /// Anything, what the search index finds, and the time: it is another from then on.
    Until(Timestamp),
}

/// A resource made from the store.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) bytes: Vec<u8>,
    pub(super) content_type: &'static str,
    pub(super) freshness: Freshness,
    /// When it last changed in a way that matters, if that is known.
    pub(super) last_modified: Option<Timestamp>,
    /// The hashes of its entries, if it is a feed.
    pub(super) entries: Arc<[u64]>,
    /// What `Link` says, if anything.
    pub(super) link: Option<String>,
    /// The hash of the whole feed, of a part.
    pub(super) part_of: Option<Fingerprint>,
}

/// What a route found.
#[derive(Debug)]
pub(super) enum Found {
    /// The resource.
    Made(Made),
    /// It is elsewhere, for good (301) or for now (302).
    Elsewhere(StatusCode, String),
    /// There is none; the words are for the reader.
    Nothing(&'static str),
    /// There was one, and it will not come back; the words are for the reader.
    Gone(&'static str),
}

/// Whether a body is worth keeping: those with endless addresses are not, or a crawler would drive the feeds out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Keep {
    /// Kept until what it shows moves.
    Kept(Shows),
    /// Made anew each time.
    Fresh,
}

/// A resource that exists could not be made.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error("reading the store")]
    Store(#[from] store::Error),
    #[error("writing a page")]
    Page(#[from] pages::Error),
    #[error("writing a feed")]
    Feed(#[from] feeds::Error),
    #[error("looking papers up")]
    Finding(#[from] finding::Error),
    #[error("writing bytes")]
    Bytes(#[from] std::io::Error),
}

/// What is sent at once, and on what terms it may be used.
pub(super) struct Ready {
    pub(super) body: Arc<Representation>,
    pub(super) terms: Arc<Terms>,
    /// The present time.
    pub(super) at: Timestamp,
}

/// A resource in the encoding that is wanted, or what is said instead.
pub(super) enum Outcome {
    Body(Arc<Representation>),
    Elsewhere(StatusCode, String),
    Nothing(&'static str),
    Gone(&'static str),
    Refused(Box<Response>),
}

impl Made {
    /// A page or another list for people.
    pub(super) fn page(bytes: Vec<u8>, content_type: &'static str) -> Self {
        let (freshness, entries) = (Freshness::Page, Arc::default());
        Self { bytes, content_type, freshness, last_modified: None, entries, link: None, part_of: None }
    }
}

impl App {
    pub(super) fn new(serving: Serving, settings: &Settings) -> Self {
        let of_entries = settings.cache_bytes / 2;
        let serving = Serving { shelf: Shelf::new(of_entries), ..serving };
        Self {
            tokens: Tokens::new(serving.private.clone()),
            rate: Rate::per_minute(settings.requests_per_minute),
            bodies: Bodies::new(settings.cache_bytes - of_entries),
            outlook: Outlook::default(),
            answer_timeout: settings.answer_timeout,
            serving,
        }
    }

    /// How long an answer may take to make.
    pub(super) fn answer_timeout(&self) -> Duration {
        self.answer_timeout
    }

    /// The site as configured now.
    pub(super) fn site(&self) -> Arc<Site> {
        Arc::clone(&self.serving.site.borrow())
    }

    /// On what terms a resource may be used from now on.
    pub(super) fn terms(&self, is_private: bool) -> Arc<Terms> {
        self.terms_at(is_private, self.serving.clock.now())
    }

    fn terms_at(&self, is_private: bool, now: Timestamp) -> Arc<Terms> {
        let reader = &self.serving.reader;
        let site = self.serving.site.borrow();
        if is_private {
            return Arc::new(Terms::new(self.outlook.wait(reader, &site, now), true));
        }
        self.outlook.terms(reader, &site, now)
    }

    /// What is ready for a request, which nobody need be asked for: most requests end here. `path` is the path and query as
    /// they stand in the request. What is for one reader alone is never found here.
    pub(super) fn ready(&self, path: &str, request: &impl Headers) -> Option<Ready> {
        if tokens::is_private(path) {
            return None;
        }
        let encoding = encoding::negotiate(request)?;
        let slot = self.bodies.find(path, encoding).filter(|slot| self.is_current(slot))?;
        let ready = |body: &Arc<Representation>| {
            let at = self.serving.clock.now();
            Ready { body: Arc::clone(body), terms: self.terms_at(false, at), at }
        };
        if !feed::wants_news(request) {
            return Some(ready(&slot.body));
        }
        // What a reader has who wants only what is new must be remembered for the next time.
        if !self.serving.cabinet.is_remembered(slot.body.fingerprint) {
            return None;
        }
        if slot.body.is_known(request) {
            return Some(ready(&slot.body));
        }
        // Another reader had the same and got what is new since.
        let base = *caching::bases(request).first()?;
        let part = self.bodies.find(&feed::part_of(path, base), encoding)?;
        let is_ready = self.is_current(&part) && part.body.fingerprint == slot.body.fingerprint;
        is_ready.then(|| ready(&part.body))
    }

    fn is_current(&self, slot: &Slot<Stamp>) -> bool {
        let Stamp { revision, site, shows, found } = &slot.stamp;
        if !Arc::ptr_eq(site, &self.serving.site.borrow()) {
            return false;
        }
        if let Shows::Until(end) = shows
            && (self.serving.clock.now() >= *end || self.serving.index.moves() != *found)
        {
            return false;
        }
        let reader = &self.serving.reader;
        let now = reader.revision();
        if slot.current_at.load(Ordering::Acquire) >= now.0 {
            return true;
        }
        let moved = match shows {
            Shows::Nothing => Sequence(0),
            Shows::Topic(topic) => reader.topic_moved(topic),
            Shows::Document(topic) => reader.topic_moved(topic).max(reader.papers_moved()),
            Shows::Papers => reader.papers_moved(),
            Shows::Anything | Shows::Until(_) => now,
        };
        let is_current = moved <= *revision;
        if is_current {
            slot.current_at.store(now.0, Ordering::Release);
        }
        is_current
    }

    /// Answers a request for the resource of a path, which `make` reads from the store.
    pub(super) async fn answer(
        self: &Arc<Self>,
        path: String,
        keep: Keep,
        request: &HeaderMap,
        make: impl FnOnce(&Serving, &Site) -> Result<Found, Fault> + Send + 'static,
    ) -> Response {
        let outcome = self.obtain(path, keep, request, make).await;
        self.respond(outcome, request, &self.terms(false))
    }

    /// The answer to an outcome.
    pub(super) fn respond(&self, outcome: Outcome, request: &HeaderMap, terms: &Terms) -> Response {
        match outcome {
            Outcome::Body(body) => body.answer(request, terms),
            Outcome::Elsewhere(status, location) => self.redirect(status, &location, terms),
            Outcome::Nothing(words) => self.refuse(StatusCode::NOT_FOUND, "Not found", words),
            Outcome::Gone(words) => self.refuse(StatusCode::GONE, "Gone", words),
            Outcome::Refused(response) => *response,
        }
    }

    /// The resource of a path, in the encoding that the request asks for.
    pub(super) async fn obtain(
        self: &Arc<Self>,
        path: String,
        keep: Keep,
        request: &HeaderMap,
        make: impl FnOnce(&Serving, &Site) -> Result<Found, Fault> + Send + 'static,
    ) -> Outcome {
        let Some(encoding) = encoding::negotiate(request) else {
            let words = "This server sends its answers as they are or compressed with gzip, br or zstd.";
            let refused = self.refuse(StatusCode::NOT_ACCEPTABLE, "No acceptable encoding", words);
            return Outcome::Refused(Box::new(refused));
        };
        if let Some(body) = self.current(&path, encoding) {
            return Outcome::Body(body);
        }
        let app = Arc::clone(self);
        let work = async move {
            let _desk = app.bodies.desk(&path).await;
            if let Some(body) = app.current(&path, encoding) {
                return Ok(Ok(Outcome::Body(body)));
            }
            let maker = Arc::clone(&app);
            tokio::task::spawn_blocking(move || maker.make(&path, &keep, encoding, make)).await
        };
        let refused = match tokio::time::timeout(self.answer_timeout, work).await {
            Ok(Ok(Ok(outcome))) => return outcome,
            Ok(Ok(Err(Fault::Finding(finding::Error::NotYet(_words))))) => self.unavailable(),
            Ok(Ok(Err(Fault::Finding(
                error @ (finding::Error::Wrong(_) | finding::Error::Query(_) | finding::Error::Unknown(_)),
            )))) => self.refuse(StatusCode::BAD_REQUEST, "Bad request", &error.to_string()),
            Ok(Ok(Err(fault))) => {
                tracing::error!(error = %chain(&fault), "a resource could not be made");
                self.unavailable()
            }
            Ok(Err(panic)) => {
                tracing::error!(error = %chain(&panic), "making a resource panicked");
                self.unavailable()
            }
            Err(_elapsed) => {
                tracing::warn!(after = ?self.answer_timeout, "a resource took too long to make");
                self.unavailable()
            }
        };
        Outcome::Refused(Box::new(refused))
    }

    fn current(&self, path: &str, encoding: Encoding) -> Option<Arc<Representation>> {
        let slot = self.bodies.find(path, encoding)?;
        self.is_current(&slot).then(|| Arc::clone(&slot.body))
    }

    fn make(
        &self,
        path: &str,
        keep: &Keep,
        encoding: Encoding,
        make: impl FnOnce(&Serving, &Site) -> Result<Found, Fault>,
    ) -> Result<Outcome, Fault> {
        let (revision, site) = (self.serving.reader.revision(), self.site());
        let found = self.serving.index.moves();
        let made = match make(&self.serving, &site)? {
            Found::Made(made) => made,
            Found::Elsewhere(status, location) => return Ok(Outcome::Elsewhere(status, location)),
            Found::Nothing(words) => return Ok(Outcome::Nothing(words)),
            Found::Gone(words) => return Ok(Outcome::Gone(words)),
        };
        let Made { bytes, content_type, freshness, last_modified, entries, link, part_of } = made;
        // A part has the tag of the whole, and what was new before is no more.
        let fingerprint = part_of.unwrap_or_else(|| Fingerprint::of(&bytes));
        let former = self.bodies.find(path, encoding).filter(|_| part_of.is_none());
        let body = match former.filter(|slot| slot.body.fingerprint == fingerprint) {
            // What it shows moved, but nothing of this resource did: spare the work and a second copy.
            Some(former) => former.body.body.clone(),
            None => Bytes::from(encoding.encode(bytes)?),
        };
        let mut body = Representation::new(fingerprint, encoding, body, content_type, freshness)
            .of_entries(entries)
            .linked(link)
            .changed(last_modified, self.serving.clock.now());
        if part_of.is_some() {
            body = body.into_part();
        }
        if path.ends_with(NEGOTIATED) {
            body = body.negotiated();
        }
        let body = Arc::new(body);
        if let Keep::Kept(shows) = keep {
            self.bodies.keep(path, Stamp { revision, site, shows: shows.clone(), found }, revision.0, &body);
        }
        Ok(Outcome::Body(body))
    }
}

/// An error with its causes, on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |line, cause| format!("{line}: {cause}"))
}
