//! What happened to papers that are known, as a feed: an entry for each event, so that every reader shows it as new.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::feeds::FeedPage;
use crate::feeds::UpdatesHead;
use crate::feeds::atom;
use crate::feeds::entry::update;
use crate::http::Serving;
use crate::http::Site;
use crate::http::answers::App;
use crate::http::answers::FEED_CACHE;
use crate::http::answers::Fault;
use crate::http::answers::Found;
use crate::http::answers::Keep;
use crate::http::answers::Made;
use crate::http::topics;
use crate::model::change::Update;
use crate::model::time::Timestamp;
use crate::topics::Window;
use crate::urls::Place;

pub(super) async fn feed(State(app): State<Arc<App>>, request: HeaderMap) -> Response {
    let path = app.serving.urls.path(Place::UpdatesAtom);
    app.answer(path, Keep::Kept, &request, make).await
}

fn make(serving: &Serving, site: &Site) -> Result<Found, Fault> {
    let reach = |last: Option<&Update>, limit| serving.reader.updates(last, limit);
    let updates = topics::window(Window::default(), |update| update.at, reach)?;
    let facts = serving.reader.installation()?;
    let created = facts.map_or(Timestamp::from_micros(0), |facts| facts.created);
    let (mut entries, mut changed) = (Vec::with_capacity(updates.len()), created);
    for Update { paper, event, at } in updates {
        // A paper may have been absorbed since its row was read; its events stand with the other paper.
        if let Some(paper) = serving.reader.paper(&paper)? {
            changed = changed.max(topics::last_word(&paper)).max(at);
            entries.push(update(&paper, event, at, &serving.urls));
        }
    }
    let page = FeedPage::updates(&UpdatesHead { created, site: &site.title }, entries, &serving.urls);
    Ok(Found::Made(Made {
        bytes: atom::render(&page)?,
        content_type: atom::MEDIA_TYPE,
        cache_control: FEED_CACHE,
        last_modified: Some(changed),
    }))
}
