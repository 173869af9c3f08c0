//! What browsers and phones read of the site: how to search it, and how to keep it as an application.

use askama::Template;
use serde_json::json;

use crate::model::format::Format;
use crate::model::text::Text;
use crate::pages;
use crate::pages::Around;
use crate::pages::Error;
use crate::urls::Place;
use crate::urls::SearchOf;
use crate::urls::list::List;

/// The description of the search (OpenSearch 1.1).
pub fn opensearch(around: Around<'_>) -> Result<String, Error> {
    let urls = around.urls;
    let search = Place::Search(SearchOf { query: "", newest_first: false, offset: 0 });
    let feed = urls.absolute(Place::Feed(List::Search(""), Format::Atom));
    let view = OpenSearchView {
        // Longer names are not shown.
        name: Text::line(around.site).as_str().chars().take(16).collect(),
        site: Text::line(around.site),
        icon: urls.absolute(Place::Icon),
        search: urls.absolute(search),
        feed: feed.split('?').next().unwrap_or_default().to_owned(),
        own: urls.absolute(Place::OpenSearch),
    };
    pages::render("the description of the search", &view)
}

#[derive(Template)]
#[template(path = "opensearch.xml")]
struct OpenSearchView {
    name: String,
    site: Text,
    icon: String,
    search: String,
    feed: String,
    own: String,
}

/// The manifest (W3C, Web Application Manifest).
pub fn manifest(around: Around<'_>) -> String {
    let (front, icon) = (around.urls.path(Place::Front), around.urls.path(Place::Icon));
    let manifest = json!({
        "name": around.site,
        "short_name": around.site,
        "id": front,
        "start_url": front,
        "scope": front,
        "display": "browser",
        "background_color": "#fbfaf6",
        "theme_color": "#fbfaf6",
        "icons": [{"src": icon, "sizes": "any", "type": "image/svg+xml"}],
    });
    manifest.to_string()
}
