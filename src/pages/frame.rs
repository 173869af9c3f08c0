//! What surrounds every page: the head that machines read, the menu, the foot.

use serde_json::Value;

use crate::model::format::Format;
use crate::model::period::Span;
use crate::model::text::Text;
use crate::pages::Around;
use crate::urls::Place;
use crate::urls::SearchOf;
use crate::urls::Urls;
use crate::urls::list::List;

/// Where in the site a page is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Here {
    /// The front page.
    Today,
    /// Another day, a week, a month.
    Listed,
    /// All topics.
    Topics,
    /// One topic.
    Topic,
    Trending,
    Picks,
    Search,
    Status,
    About,
    /// A paper, an error.
    Nowhere,
}

/// A word that leads somewhere.
pub(super) struct Link {
    pub(super) label: String,
    pub(super) address: String,
}

/// An entry of the menu.
pub(super) struct MenuItem {
    pub(super) label: &'static str,
    pub(super) address: String,
    pub(super) is_here: bool,
    pub(super) is_within: bool,
}

/// What is the same on every page.
pub(super) struct Frame {
    pub(super) site: Text,
    pub(super) front: String,
    pub(super) stylesheet: String,
    pub(super) script: String,
    pub(super) icon: String,
    pub(super) manifest: String,
    pub(super) opensearch: String,
    pub(super) search: String,
    pub(super) trending: String,
    pub(super) picks: String,
    pub(super) topics: String,
    pub(super) status: String,
    pub(super) about: String,
    pub(super) opml: String,
    pub(super) openapi: String,
    pub(super) home: &'static str,
    pub(super) version: &'static str,
    pub(super) menu: [MenuItem; 5],
}

impl Frame {
    pub(super) fn new(around: Around<'_>, here: Here) -> Self {
        let (site, urls) = (Text::line(around.site), around.urls);
        let path = |place| urls.path(place);
        let item = |label, place, own: Here, inside: Option<Here>| MenuItem {
            label,
            address: path(place),
            is_here: here == own,
            is_within: inside == Some(here),
        };
        let search = Place::Search(SearchOf { query: "", newest_first: false, offset: 0 });
        Self {
            site: if site.is_empty() { Text::line(urls.host()) } else { site },
            front: path(Place::Front),
            stylesheet: path(Place::Stylesheet),
            script: path(Place::Script),
            icon: path(Place::Icon),
            manifest: path(Place::Manifest),
            opensearch: path(Place::OpenSearch),
            search: path(search),
            trending: path(Place::Trending(None, Span::Week)),
            picks: path(Place::Picks),
            topics: path(Place::Topics(0)),
            status: path(Place::Status),
            about: path(Place::About),
            opml: path(Place::Opml),
            openapi: path(Place::OpenApi),
            home: env!("CARGO_PKG_HOMEPAGE"),
            version: env!("CARGO_PKG_VERSION"),
            menu: [
                item("Today", Place::Front, Here::Today, Some(Here::Listed)),
                item("Topics", Place::Topics(0), Here::Topics, Some(Here::Topic)),
                item("Trending", Place::Trending(None, Span::Week), Here::Trending, None),
                item("Picks", Place::Picks, Here::Picks, None),
                item("Search", search, Here::Search, None),
            ],
        }
    }
}

/// An address that a list can be subscribed to at.
pub(super) struct FeedLink {
    pub(super) name: &'static str,
    pub(super) media_type: &'static str,
    pub(super) title: String,
    pub(super) address: String,
}

/// The feeds of a list, the preferred one first.
pub(super) fn feeds(list: List<'_>, title: &str, urls: &Urls) -> Vec<FeedLink> {
    let link = |format: Format| FeedLink {
        name: format.name(),
        media_type: format.media_type(),
        title: format!("{title} ({})", format.name()),
        address: urls.path(Place::Feed(list, format)),
    };
    Format::ALL.into_iter().map(link).collect()
}

/// How a list is subscribed to, for people.
pub(super) struct Subscribe {
    pub(super) title: &'static str,
    pub(super) words: &'static str,
    /// The address of the Atom feed, whole.
    pub(super) absolute: String,
    /// The page on which it is subscribed to by mail.
    pub(super) mail: Option<String>,
}

impl Subscribe {
    pub(super) fn new(title: &'static str, words: &'static str, list: List<'_>, around: Around<'_>) -> Self {
        let urls = around.urls;
        let mail =
            list.by_mail().filter(|_| around.takes_mail).map(|wish| urls.path(Place::SubscribeTo(wish)));
        Self { title, words, absolute: urls.absolute(Place::Feed(list, Format::Atom)), mail }
    }
}

/// What machines read of one page.
pub(super) struct Head {
    pub(super) title: String,
    pub(super) description: String,
    /// The one address of this page; none of a page that nobody should list.
    pub(super) canonical: Option<String>,
    pub(super) kind: &'static str,
    pub(super) feeds: Vec<FeedLink>,
    /// Feeds of other lists that a feed reader finds here.
    pub(super) also: Vec<FeedLink>,
    pub(super) json_ld: Option<String>,
    /// Where an editor's marks on this page are sent.
    pub(super) marks: Option<String>,
    pub(super) hides_search: bool,
    pub(super) is_status: bool,
    pub(super) is_about: bool,
}

impl Head {
    pub(super) fn new(title: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            description: description.into(),
            canonical: None,
            kind: "website",
            feeds: Vec::new(),
            also: Vec::new(),
            json_ld: None,
            marks: None,
            hides_search: false,
            is_status: false,
            is_about: false,
        }
    }

    pub(super) fn at(self, canonical: String) -> Self {
        Self { canonical: Some(canonical), ..self }
    }

    pub(super) fn with_feeds(self, feeds: Vec<FeedLink>) -> Self {
        Self { feeds, ..self }
    }

    pub(super) fn saying(self, json_ld: &Value) -> Self {
        Self { json_ld: Some(embedded(json_ld)), ..self }
    }
}

/// JSON inside a page: what could end or begin an element is escaped, so that it is well-formed XML too.
fn embedded(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::embedded;

    #[test]
    fn json_cannot_leave_its_element() {
        let value = json!({"name": "</script><b>&amp;"});
        let text = embedded(&value);
        assert!(!text.contains(['<', '>', '&']), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
