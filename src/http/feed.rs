//! A list as a feed, whole or only what is new to a reader (RFC 3229 with the instance manipulation "feed").

use std::collections::HashSet;
use std::hash::BuildHasher as _;
use std::hash::Hash;
use std::sync::Arc;

use axum::http::HeaderName;
use axum::response::Response;
use foldhash::quality::FixedState;

use crate::feeds;
use crate::feeds::FeedPage;
use crate::http::Serving;
use crate::http::Site;
use crate::http::answers::Fault;
use crate::http::answers::Found;
use crate::http::answers::Keep;
use crate::http::answers::Made;
use crate::http::answers::Outcome;
use crate::http::asked::Asked;
use crate::http::caching::Fingerprint;
use crate::http::caching::Representation;
use crate::http::caching::bases;
use crate::http::encoding::Encoding;
use crate::http::freshness::Freshness;
use crate::http::headers::Headers;
use crate::model::format::Format;
use crate::model::time::Timestamp;
use crate::urls::Urls;

/// What a list found to be a feed of.
pub(super) enum Fed {
    /// The page, and when anything in it last changed, be it in what matters to nobody: a reader that asks by date alone must
    /// not be told that nothing changed.
    Page(Box<FeedPage>, Timestamp),
    /// Something else is answered.
    Instead(Found),
}

impl Asked {
    /// Answers with a list as a feed.
    pub(super) async fn feed(
        &self,
        key: String,
        format: Format,
        keep: Keep,
        build: impl Fn(&Serving, &Site, &Urls) -> Result<Fed, Fault> + Clone + Send + 'static,
    ) -> Response {
        let is_public = self.guest.is_none();
        let build = move |serving: &Serving, site: &Site, urls: &Urls| {
            let mut fed = build(serving, site, urls)?;
            if let Fed::Page(page, _changed) = &mut fed
                && is_public
            {
                page.hubs = site.hub_urls(urls);
            }
            Ok(fed)
        };
        let whole = {
            let build = build.clone();
            move |serving: &Serving, site: &Site, urls: &Urls| {
                whole(build(serving, site, urls)?, format, Freshness::Feed)
            }
        };
        let outcome = self.obtain(key.clone(), keep.clone(), whole).await;
        let Outcome::Body(body) = outcome else { return self.respond(outcome) };
        if !wants_news(&self.headers) {
            return self.respond(Outcome::Body(body));
        }
        let is_known = body.is_known(&self.headers);
        let news = if is_known { None } else { self.news(&key, format, keep, &body, build).await };
        // Where the reader has all, or has nothing that we know of, the whole feed is the answer.
        let response = self.respond(Outcome::Body(news.unwrap_or_else(|| Arc::clone(&body))));
        self.remember(body).await;
        response
    }

    /// The entries of a feed that a reader does not have, whose state is remembered.
    async fn news(
        &self,
        key: &str,
        format: Format,
        keep: Keep,
        whole: &Arc<Representation>,
        build: impl Fn(&Serving, &Site, &Urls) -> Result<Fed, Fault> + Clone + Send + 'static,
    ) -> Option<Arc<Representation>> {
        for base in bases(&self.headers) {
            let (key, part) = (part_of(key, base), whole.fingerprint);
            let (build, expected) = (build.clone(), Arc::clone(&whole.entries));
            let make = move |serving: &Serving, site: &Site, urls: &Urls| {
                let Some(known) = serving.cabinet.state(base) else { return Ok(Found::Nothing("")) };
                let Fed::Page(page, changed) = build(serving, site, urls)? else {
                    return Ok(Found::Nothing(""));
                };
                // Between two looks at the store the feed may have moved: then the reader gets it whole. So does one whose
                // tag is that of another list.
                let (known, hashes): (HashSet<u64>, _) = (known.into_iter().collect(), hashes(&page));
                if *hashes != *expected || !hashes.iter().any(|hash| known.contains(hash)) {
                    return Ok(Found::Nothing(""));
                }
                let mut page = *page;
                let mut of_entries = hashes.into_iter().skip(1);
                page.entries.retain(|_entry| of_entries.next().is_some_and(|hash| !known.contains(&hash)));
                Ok(Found::Made(Made {
                    link: link(&page),
                    bytes: feeds::render(&page, format)?,
                    content_type: format.content_type(),
                    freshness: Freshness::Delta,
                    last_modified: Some(changed),
                    entries: Arc::default(),
                    part_of: Some(part),
                }))
            };
            if let Outcome::Body(body) = self.obtain(key, keep.clone(), make).await {
                return Some(body);
            }
        }
        None
    }

    /// Remembers what this reader has now.
    async fn remember(&self, body: Arc<Representation>) {
        let cabinet = self.app.serving.cabinet.clone();
        if cabinet.is_remembered(body.fingerprint) {
            return;
        }
        let remember = move || cabinet.remember(body.fingerprint, &body.entries);
        // The answer waits for it, or the reader might ask before its state is there; if it fails, that was told.
        let _is_done = tokio::task::spawn_blocking(remember).await;
    }
}

/// The key of a part: what is new since a tag.
pub(super) fn part_of(key: &str, base: Fingerprint) -> String {
    format!("{key}#since{}", base.tag(Encoding::Identity))
}

/// A feed with everything in it.
pub(super) fn whole(fed: Fed, format: Format, freshness: Freshness) -> Result<Found, Fault> {
    Ok(match fed {
        Fed::Page(page, changed) => Found::Made(Made {
            link: link(&page),
            last_modified: Some(changed.max(page.updated)),
            entries: hashes(&page).into(),
            bytes: feeds::render(&page, format)?,
            content_type: format.content_type(),
            freshness,
            part_of: None,
        }),
        Fed::Instead(found) => found,
    })
}

/// Where what is new is pushed from, and under which address a program asks for that (WebSub section 4).
fn link(page: &FeedPage) -> Option<String> {
    let hubs = page.hubs.iter().map(|hub| format!("<{hub}>; rel=\"hub\", "));
    (!page.hubs.is_empty()).then(|| format!("{}<{}>; rel=\"self\"", hubs.collect::<String>(), page.self_url))
}

/// Numbers that change with anything in a page: one for its head, then one for each entry.
fn hashes(page: &FeedPage) -> Vec<u64> {
    /// The same in every process of one build, since they are kept ([`crate::http::cabinet`]). Where an upgrade changes them, a
    /// reader that wants only what is new gets the whole feed once.
    fn number(part: &impl Hash) -> u64 {
        FixedState::with_seed(0).hash_one(part)
    }
    let FeedPage { id, title, subtitle, updated, self_url, alternate_url, history, hubs, .. } = page;
    let head = (id, title, subtitle, updated, self_url, alternate_url, history, hubs);
    std::iter::once(number(&head)).chain(page.entries.iter().map(number)).collect()
}

/// Names the instance manipulations that a reader understands (RFC 3229 §10.5.3).
static A_IM: HeaderName = HeaderName::from_static("a-im");

/// Whether a request asks for what is new alone: `A-IM: feed`.
pub(super) fn wants_news(headers: &impl Headers) -> bool {
    let mut items = headers.all(&A_IM).flat_map(|list| list.split(','));
    items.any(|item| item.split(';').next().is_some_and(|name| name.trim().eq_ignore_ascii_case("feed")))
}
