//! The lists of papers that can be subscribed to, and where their feeds are.

use crate::model::format::Format;
use crate::model::paper::PaperId;
use crate::model::period::Span;
use crate::model::topic::TopicId;
use crate::urls::Place;
use crate::urls::SearchOf;
use crate::urls::segment;

/// What can be had by mail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wish<'id> {
    /// A topic.
    Topic(&'id TopicId),
    /// The papers of the day.
    Daily,
    /// What is talked about.
    Trending,
    /// What editors picked.
    Picks,
}

/// A list of papers that can be subscribed to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum List<'id> {
    /// A topic.
    Topic(&'id TopicId),
    /// What happened to papers.
    Updates,
    /// The papers of the last days.
    Daily,
    /// The best of the last weeks.
    Weekly,
    /// What is talked about.
    Trending,
    /// What is talked about within a topic.
    TrendingIn(&'id TopicId),
    /// What editors picked.
    Picks,
    /// The newest papers that match a query.
    Search(&'id str),
    /// The newest papers of an author.
    Author(&'id str),
    /// The newest papers of a category.
    Category(&'id str),
    /// Papers like one.
    Similar(&'id PaperId),
}

impl<'id> List<'id> {
    /// The same by mail, where it can be had.
    pub const fn by_mail(self) -> Option<Wish<'id>> {
        match self {
            Self::Topic(topic) | Self::TrendingIn(topic) => Some(Wish::Topic(topic)),
            Self::Daily | Self::Weekly => Some(Wish::Daily),
            Self::Trending => Some(Wish::Trending),
            Self::Picks => Some(Wish::Picks),
            Self::Updates | Self::Search(_) | Self::Author(_) | Self::Category(_) | Self::Similar(_) => None,
        }
    }

    /// The page that shows the same to people; the front page where there is none.
    pub const fn page(self) -> Place<'id> {
        match self {
            Self::Topic(topic) => Place::Topic(topic),
            Self::Trending => Place::Trending(None, Span::Week),
            Self::TrendingIn(topic) => Place::Trending(Some(topic), Span::Week),
            Self::Picks => Place::Picks,
            Self::Search(query) => Place::Search(SearchOf { query, newest_first: true, offset: 0 }),
            Self::Similar(paper) => Place::Similar(paper),
            Self::Updates | Self::Daily | Self::Weekly | Self::Author(_) | Self::Category(_) => Place::Front,
        }
    }
}

impl List<'_> {
    /// The path below the public address, without a slash in front.
    pub(super) fn tail(self, format: Format) -> String {
        let end = format.extension();
        match self {
            Self::Topic(topic) => format!("topics/{topic}{end}"),
            Self::Updates => format!("updates{end}"),
            Self::Daily => format!("daily{end}"),
            Self::Weekly => format!("weekly{end}"),
            Self::Trending => format!("trending{end}"),
            Self::TrendingIn(topic) => format!("trending{end}?topic={topic}"),
            Self::Picks => format!("picks{end}"),
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
