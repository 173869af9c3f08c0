//! What happened to papers that are known, as a feed: an entry for each event, so that every reader shows it as new.

use axum::response::Response;

use crate::feeds::FeedPage;
use crate::feeds::UpdatesHead;
use crate::feeds::entry::update;
use crate::http::Serving;
use crate::http::Site;
use crate::http::answers::Fault;
use crate::http::answers::Keep;
use crate::http::answers::Shows;
use crate::http::asked::Asked;
use crate::http::feed::Fed;
use crate::http::topics;
use crate::model::change::Update;
use crate::model::format::Format;
use crate::model::time::Timestamp;
use crate::topics::Window;
use crate::urls::Place;
use crate::urls::Urls;
use crate::urls::list::List;

/// `/updates.atom`, and in the other formats.
pub(super) async fn feed(format: Format, asked: Asked) -> Response {
    let key = asked.urls.route(Place::Feed(List::Updates, format));
    let build = move |serving: &Serving, site: &Site, urls: &Urls| listed(serving, site, format, urls);
    asked.feed(key, format, Keep::Kept(Shows::Papers), build).await
}

fn listed(serving: &Serving, site: &Site, format: Format, urls: &Urls) -> Result<Fed, Fault> {
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
    let page = FeedPage::updates(&UpdatesHead { created, site: &site.title }, entries, format, urls);
    Ok(Fed::Page(Box::new(page), changed))
}
