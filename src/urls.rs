//! Every public address and every Atom identifier is built here, and nowhere else.
//!
//! An address is a [`Place`]: its path is the same on every host. [`Urls::path`] is for links inside our own pages, which
//! then work through any name the server is reached by; [`Urls::absolute`] is for feeds and redirects, and comes from the
//! configured public address alone, never from what a request claims. Identifiers are `tag:` URIs (RFC 4151) from the
//! authority and date that were fixed when the store was made, so a change of host name never changes one.
//! Addresses of other people's pages are in [`outside`].

use std::fmt::Write as _;

use url::Url;

use crate::model::format::Format;
use crate::model::paper::PaperId;
use crate::model::plan::Installation;
use crate::model::time::Timestamp;
use crate::model::topic::TopicId;

pub mod outside;

/// One thing we serve.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place<'id> {
    /// The front page.
    Front,
    /// A topic's newest entries as a page.
    Topic(&'id TopicId),
    /// A topic's entries that stand below a point of its timeline.
    TopicBefore(&'id TopicId, Timestamp),
    /// A list of papers as a feed.
    Feed(List<'id>, Format),
    /// A closed archive document of a topic (RFC 5005), by its number.
    Archive(&'id TopicId, u64, Format),
    /// A paper's page.
    Paper(&'id PaperId),
    /// The list of all feeds.
    Opml,
    /// The style sheet of the pages.
    Stylesheet,
    /// The style sheet with which browsers show feeds.
    FeedStylesheet,
}

/// A list of papers that can be subscribed to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum List<'id> {
    /// A topic.
    Topic(&'id TopicId),
    /// What happened to papers.
    Updates,
    /// The newest papers that match a query.
    Search(&'id str),
    /// The newest papers of an author.
    Author(&'id str),
    /// The newest papers of a category.
    Category(&'id str),
    /// Papers like one.
    Similar(&'id PaperId),
}

impl List<'_> {
    /// The path below the public address, without a slash in front.
    fn tail(self, format: Format) -> String {
        let end = format.extension();
        match self {
            Self::Topic(topic) => format!("topics/{topic}{end}"),
            Self::Updates => format!("updates{end}"),
            Self::Search(query) => {
                let mut pairs = url::form_urlencoded::Serializer::new(String::new());
                format!("search{end}?{}", pairs.append_pair("q", query).finish())
            }
            Self::Author(name) => format!("authors/{}{end}", segment(name)),
            Self::Category(name) => format!("categories/{}{end}", segment(name)),
            Self::Similar(paper) => format!("papers/{paper}/similar{end}"),
        }
    }
}

impl Place<'_> {
    /// The path below the public address, without a slash in front.
    fn tail(self) -> String {
        match self {
            Self::Front => String::new(),
            Self::Topic(topic) => format!("topics/{topic}"),
            Self::TopicBefore(topic, before) => format!("topics/{topic}?before={before}"),
            Self::Feed(list, format) => list.tail(format),
            Self::Archive(topic, number, format) => {
                format!("topics/{topic}/archive/{number}{}", format.extension())
            }
            Self::Paper(paper) => format!("papers/{paper}"),
            Self::Opml => "opml".to_owned(),
            Self::Stylesheet => "assets/offprint.css".to_owned(),
            Self::FeedStylesheet => "assets/feed.css".to_owned(),
        }
    }
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
            | Place::Topic(_)
            | Place::TopicBefore(..)
            | Place::Paper(_)
            | Place::Stylesheet
            | Place::FeedStylesheet => place.tail(),
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
mod tests {
    use url::Url;

    use super::Error;
    use super::List;
    use super::Place;
    use super::Urls;
    use crate::model::format::Format;
    use crate::model::paper::PaperId;
    use crate::model::plan::Installation;
    use crate::model::time::Timestamp;
    use crate::model::topic::TopicId;

    fn urls(public: &str, authority: &str, date: &str) -> Result<Urls, Error> {
        let created = Timestamp::parse_rfc3339("2026-11-20T08:00:00Z").unwrap();
        let installation =
            Installation { tag_authority: authority.to_owned(), tag_date: date.to_owned(), created };
        Urls::new(Url::parse(public).unwrap(), &installation)
    }

    #[test]
    fn identifiers_do_not_follow_the_host() {
        let paper = PaperId::mint(7);
        let topic = TopicId::parse("peft").unwrap();
        let one = urls("https://papers.example.org", "papers.example.org", "2026-11-20").unwrap();
        let other = urls("http://elsewhere.example/", "papers.example.org", "2026-11-20").unwrap();
        assert_eq!(one.paper_tag(&paper), "tag:papers.example.org,2026-11-20:paper/0000000000000007");
        assert_eq!(one.paper_tag(&paper), other.paper_tag(&paper));
        assert_eq!(one.list_tag(List::Topic(&topic)), "tag:papers.example.org,2026-11-20:topic/peft");
        assert_ne!(one.absolute(Place::Front), other.absolute(Place::Front));
    }

    #[test]
    fn a_public_address_may_have_a_path() {
        let topic = TopicId::parse("peft").unwrap();
        let urls = urls("https://example.org/reading", "example.org", "2026-11-20").unwrap();
        assert_eq!(
            urls.absolute(Place::Feed(List::Topic(&topic), Format::Atom)),
            "https://example.org/reading/topics/peft.atom"
        );
        assert_eq!(urls.path(Place::Topic(&topic)), "/reading/topics/peft");
        assert_eq!(urls.path(Place::Front), "/reading/");
    }

    #[test]
    fn the_place_in_a_timeline_is_a_readable_time() {
        let topic = TopicId::parse("peft").unwrap();
        let urls = urls("https://example.org", "example.org", "2026-11-20").unwrap();
        let path = urls.path(Place::TopicBefore(&topic, Timestamp::from_micros(1_500_001)));
        assert_eq!(path, "/topics/peft?before=1970-01-01T00:00:01.500001Z");
    }

    #[test]
    fn what_breaks_rfc_4151_is_refused() {
        let public = "https://example.org";
        for authority in ["", "Example.org", "exa mple.org", "example.org:80", "-a.org", "a..org", "@a.org"] {
            assert!(matches!(urls(public, authority, "2026-11-20"), Err(Error::Authority(_))), "{authority}");
        }
        for date in ["", "2026", "2026-13-01", "2026-11-21", "20261120", "+026-11-01", "2026-1-01"] {
            assert!(matches!(urls(public, "example.org", date), Err(Error::Date(_))), "{date}");
        }
        assert!(urls(public, "papers@example.org", "2026-11-20").is_ok());
    }

    #[test]
    fn an_address_that_cannot_be_served_is_refused() {
        for public in ["ftp://example.org", "https://me:x@example.org", "https://example.org/?a", "data:x"] {
            assert!(
                matches!(urls(public, "example.org", "2026-11-20"), Err(Error::Public { .. })),
                "{public}"
            );
        }
    }
}
