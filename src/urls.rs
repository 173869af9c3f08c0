//! Every public address and every Atom identifier is built here, and nowhere else.
//!
//! An address is a [`Place`]: its path is the same on every host. [`Urls::path`] is for links inside our own pages, which
//! then work through any name the server is reached by; [`Urls::absolute`] is for feeds and redirects, and comes from the
//! configured public address alone, never from what a request claims. Identifiers are `tag:` URIs (RFC 4151) from the
//! authority and date that were fixed when the store was made, so a change of host name never changes one.
//! Addresses of other people's pages are in [`outside`].

use std::fmt::Write as _;

use url::Url;

use crate::model::format::CitationForm;
use crate::model::format::Format;
use crate::model::paper::PaperId;
use crate::model::period::Period;
use crate::model::period::Span;
use crate::model::plan::Installation;
use crate::model::time::Timestamp;
use crate::model::topic::TopicId;
use crate::urls::list::List;
use crate::urls::list::Wish;

pub mod list;

pub mod outside;

/// One thing we serve.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place<'id> {
    /// The front page.
    Front,
    /// All topics, from one on.
    Topics(usize),
    /// Where marks in a topic are sent.
    Marks(&'id TopicId),
    /// A topic's newest entries as a page.
    Topic(&'id TopicId),
    /// A topic's entries that stand below a point of its timeline.
    TopicBefore(&'id TopicId, Timestamp),
    /// A list of papers as a feed.
    Feed(List<'id>, Format),
    /// A closed archive document of a topic (RFC 5005), by its number.
    Archive(&'id TopicId, u64, Format),
    /// What was listed in a period, from a place in it on.
    Listed(Period, usize),
    /// What is talked about, within a topic or everywhere.
    Trending(Option<&'id TopicId>, Span),
    /// What editors picked.
    Picks,
    /// A paper's page.
    Paper(&'id PaperId),
    /// A paper in a form in which programs cite it.
    Citation(&'id PaperId, CitationForm),
    /// Papers like one, as a page.
    Similar(&'id PaperId),
    /// Looking something up; nothing yet where the query is empty.
    Search(SearchOf<'id>),
    /// How the sources are doing.
    Status,
    /// What this is, and how it treats others.
    About,
    /// The description of the API.
    OpenApi,
    /// What lets browsers search here.
    OpenSearch,
    /// What lets a phone keep this as an application.
    Manifest,
    /// The icon.
    Icon,
    /// The script of the pages.
    Script,
    /// The list of all feeds.
    Opml,
    /// The style sheet of the pages.
    Stylesheet,
    /// The style sheet with which browsers show feeds.
    FeedStylesheet,
    /// Where programs ask to be told what is new (WebSub).
    Hub,
    /// Where other hubs tell what is new, by the name of the source.
    Notice(&'id str),
    /// Where people subscribe by mail.
    Subscribe,
    /// The same, with a list chosen.
    SubscribeTo(Wish<'id>),
    /// Where a subscription is confirmed, by a token.
    Confirm(&'id str),
    /// Where one is ended, by a token.
    Unsubscribe(&'id str),
    /// Where one is changed, by a token.
    Preferences(&'id str),
}

/// A search as its page shows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SearchOf<'text> {
    /// The query as it was written.
    pub query: &'text str,
    /// Whether the newest come first, not the best.
    pub newest_first: bool,
    /// How many of the first are left out.
    pub offset: usize,
}

impl Place<'_> {
    /// The path below the public address, without a slash in front.
    fn tail(self) -> String {
        match self {
            Self::Front => String::new(),
            Self::Topics(0) => "topics".to_owned(),
            Self::Topics(from) => format!("topics?from={from}"),
            Self::Marks(topic) => format!("api/v1/topics/{topic}/marks"),
            Self::Topic(topic) => format!("topics/{topic}"),
            Self::TopicBefore(topic, before) => format!("topics/{topic}?before={before}"),
            Self::Feed(list, format) => list.tail(format),
            Self::Archive(topic, number, format) => {
                format!("topics/{topic}/archive/{number}{}", format.extension())
            }
            Self::Listed(period, from) => {
                let folder = match period.span() {
                    Span::Day => "daily",
                    Span::Week => "week",
                    Span::Month => "month",
                };
                let rest = if from == 0 { String::new() } else { format!("?from={from}") };
                format!("{folder}/{period}{rest}")
            }
            Self::Trending(topic, span) => {
                let mut pairs = url::form_urlencoded::Serializer::new(String::new());
                if let Some(topic) = topic {
                    pairs.append_pair("topic", topic.as_str());
                }
                if span != Span::Week {
                    pairs.append_pair("period", span.name());
                }
                with_query("trending", &pairs.finish())
            }
            Self::Picks => "picks".to_owned(),
            Self::Paper(paper) => format!("papers/{paper}"),
            Self::Citation(paper, form) => format!("papers/{paper}{}", form.extension()),
            Self::Similar(paper) => format!("papers/{paper}/similar"),
            Self::Search(search) => {
                let mut pairs = url::form_urlencoded::Serializer::new(String::new());
                if !search.query.is_empty() {
                    pairs.append_pair("q", search.query);
                }
                if search.newest_first {
                    pairs.append_pair("sort", "newest");
                }
                if search.offset > 0 {
                    pairs.append_pair("from", &search.offset.to_string());
                }
                with_query("search", &pairs.finish())
            }
            Self::Status => "status".to_owned(),
            Self::About => "about".to_owned(),
            Self::OpenApi => "api/openapi.json".to_owned(),
            Self::OpenSearch => "opensearch.xml".to_owned(),
            Self::Manifest => "manifest.webmanifest".to_owned(),
            Self::Icon => "assets/icon.svg".to_owned(),
            Self::Script => "assets/offprint.js".to_owned(),
            Self::Opml => "opml".to_owned(),
            Self::Stylesheet => "assets/offprint.css".to_owned(),
            Self::FeedStylesheet => "assets/feed.css".to_owned(),
            Self::Hub => "hub".to_owned(),
            Self::Notice(source) => format!("websub/{source}"),
            Self::Subscribe => "subscribe".to_owned(),
            Self::SubscribeTo(Wish::Topic(topic)) => format!("subscribe?topic={topic}"),
            Self::SubscribeTo(Wish::Daily) => "subscribe?list=daily".to_owned(),
            Self::SubscribeTo(Wish::Trending) => "subscribe?list=trending".to_owned(),
            Self::SubscribeTo(Wish::Picks) => "subscribe?list=picks".to_owned(),
            Self::Confirm(token) => format!("confirm/{}", segment(token)),
            Self::Unsubscribe(token) => format!("unsubscribe/{}", segment(token)),
            Self::Preferences(token) => format!("preferences/{}", segment(token)),
        }
    }
}

/// A path and what stands behind its question mark, where anything does.
fn with_query(path: &str, query: &str) -> String {
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// A text as one segment of a path (RFC 3986 §3.3): all but the unreserved characters is percent-encoded.
fn segment(text: &str) -> String {
    let mut segment = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            segment.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _cannot_fail = write!(segment, "%{byte:02X}");
        }
    }
    segment
}

/// The builder of addresses and identifiers of one installation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Urls {
    public: Url,
    tag_prefix: String,
    /// What stands before the paths of feeds: nothing, or a reader's private folder.
    private: String,
}

/// Why addresses or identifiers cannot be built.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Error {
    /// The public address is not one that pages and feeds can live under.
    #[error("public address {url}: {reason}")]
    Public {
        /// The address.
        url: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The authority of `tag:` identifiers breaks RFC 4151.
    #[error("tag authority {0:?} is neither a lower-case host name nor an e-mail address of one")]
    Authority(String),
    /// The date of `tag:` identifiers breaks RFC 4151.
    #[error("tag date {0:?} is not a day (YYYY-MM-DD) up to the day the store was made")]
    Date(String),
}

impl Urls {
    /// Checks the public address and the installation's `tag:` parts.
    pub fn new(mut public: Url, installation: &Installation) -> Result<Self, Error> {
        let refuse = |reason| Err(Error::Public { url: public.to_string(), reason });
        if !matches!(public.scheme(), "http" | "https") || !public.has_host() {
            return refuse("only http and https addresses with a host can be served");
        }
        if !public.username().is_empty() || public.password().is_some() {
            return refuse("it must not hold a name or password");
        }
        if public.query().is_some() || public.fragment().is_some() {
            return refuse("it must end with its path, without ? or #");
        }
        if !public.path().ends_with('/') {
            public.set_path(&format!("{}/", public.path()));
        }
        if !is_authority(&installation.tag_authority) {
            return Err(Error::Authority(installation.tag_authority.clone()));
        }
        let date = chrono::NaiveDate::parse_from_str(&installation.tag_date, "%Y-%m-%d");
        let plausible = |day: chrono::NaiveDate| {
            day <= installation.created.day() && day.to_string() == installation.tag_date
        };
        if !date.is_ok_and(plausible) {
            return Err(Error::Date(installation.tag_date.clone()));
        }
        let tag_prefix = format!("tag:{},{}:", installation.tag_authority, installation.tag_date);
        Ok(Self { public, tag_prefix, private: String::new() })
    }

    /// The same addresses, but those of feeds in the folder that a reader's token opens.
    #[must_use]
    pub fn private(&self, token: &str) -> Self {
        Self { private: format!("r/{}/", segment(token)), ..self.clone() }
    }

    /// The path (and query) of a place, as links inside our pages give it.
    pub fn path(&self, place: Place<'_>) -> String {
        format!("{}{}", self.public.path(), self.tail(place))
    }

    /// The path (and query) of a place as it stands in requests: what stands before it in the public address is taken off
    /// by a proxy.
    pub fn route(&self, place: Place<'_>) -> String {
        format!("/{}", self.tail(place))
    }

    /// The whole address of a place.
    pub fn absolute(&self, place: Place<'_>) -> String {
        format!("{}{}", self.public, self.tail(place))
    }

    fn tail(&self, place: Place<'_>) -> String {
        match place {
            Place::Feed(..) | Place::Archive(..) | Place::Opml => format!("{}{}", self.private, place.tail()),
            Place::Front
            | Place::Topics(_)
            | Place::Marks(_)
            | Place::Topic(_)
            | Place::TopicBefore(..)
            | Place::Listed(..)
            | Place::Trending(..)
            | Place::Picks
            | Place::Paper(_)
            | Place::Citation(..)
            | Place::Similar(_)
            | Place::Search(_)
            | Place::Status
            | Place::About
            | Place::OpenApi
            | Place::OpenSearch
            | Place::Manifest
            | Place::Icon
            | Place::Script
            | Place::Stylesheet
            | Place::FeedStylesheet
            | Place::Hub
            | Place::Notice(_)
            | Place::Subscribe
            | Place::SubscribeTo(_)
            | Place::Confirm(_)
            | Place::Unsubscribe(_)
            | Place::Preferences(_) => place.tail(),
        }
    }

    /// The permanent Atom identifier of a paper.
    pub fn paper_tag(&self, paper: &PaperId) -> String {
        format!("{}paper/{paper}", self.tag_prefix)
    }

    /// The permanent Atom identifier of something that happened to a paper.
    pub fn update_tag(&self, paper: &PaperId, event: &str) -> String {
        format!("{}paper/{paper}/{event}", self.tag_prefix)
    }

    /// The permanent identifier of a list, whatever format it is served in. A list that nobody configured is known by
    /// the address of its Atom feed below the public one.
    pub fn list_tag(&self, list: List<'_>) -> String {
        match list {
            List::Topic(topic) => format!("{}topic/{topic}", self.tag_prefix),
            List::Updates => format!("{}updates", self.tag_prefix),
            List::Daily => format!("{}daily", self.tag_prefix),
            List::Weekly => format!("{}weekly", self.tag_prefix),
            List::Trending => format!("{}trending", self.tag_prefix),
            List::TrendingIn(topic) => format!("{}trending/{topic}", self.tag_prefix),
            List::Picks => format!("{}picks", self.tag_prefix),
            List::Search(_) | List::Author(_) | List::Category(_) | List::Similar(_) => {
                format!("{}{}", self.tag_prefix, list.tail(Format::Atom))
            }
        }
    }

    /// The host people know us by.
    pub fn host(&self) -> &str {
        self.public.host_str().unwrap_or_default()
    }
}

/// RFC 4151 §2.1: `DNSname` or `emailAddress`; lower case, since tags are compared as strings.
fn is_authority(text: &str) -> bool {
    let (user, host) = text.split_once('@').map_or((None, text), |(user, host)| (Some(user), host));
    let user_byte =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'_');
    let user_is_fine = user.is_none_or(|user| !user.is_empty() && user.bytes().all(user_byte));
    let part_byte = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let part_is_fine = |part: &str| {
        !part.is_empty() && part.bytes().all(part_byte) && !part.starts_with('-') && !part.ends_with('-')
    };
    user_is_fine && text.len() <= 255 && host.split('.').all(part_is_fine)
}

#[cfg(test)]
mod tests;
