//! A topic with its papers by the days on which they entered, and the list of all topics.

use askama::Template;
use chrono::NaiveDate;

use crate::model::format::Format;
use crate::model::text::Text;
use crate::model::time::Timestamp;
use crate::pages;
use crate::pages::Around;
use crate::pages::Error;
use crate::pages::TopicLine;
use crate::pages::aside::Aside;
use crate::pages::aside::AsideView;
use crate::pages::aside::Nothing;
use crate::pages::aside::Pager;
use crate::pages::card::Card;
use crate::pages::card::CardView;
use crate::pages::charts::Chart;
use crate::pages::frame;
use crate::pages::frame::FeedLink;
use crate::pages::frame::Frame;
use crate::pages::frame::Head;
use crate::pages::frame::Here;
use crate::pages::frame::Link;
use crate::pages::frame::Subscribe;
use crate::pages::parts;
use crate::pages::parts::Stamp;
use crate::urls::Place;
use crate::urls::SearchOf;
use crate::urls::list::List;

/// One stretch of a topic's timeline.
#[derive(Clone, PartialEq, Debug)]
pub struct TopicStretch {
    /// The topic.
    pub line: TopicLine,
    /// Its query, where it has one.
    pub query: Option<String>,
    /// The papers, newest first, each with the time at which it entered.
    pub cards: Vec<(Timestamp, Card)>,
    /// Whether the stretch begins at the newest paper.
    pub is_newest: bool,
    /// Where the next stretch begins, if there is more.
    pub older: Option<Timestamp>,
    /// How many papers entered on each of the last days, today last.
    pub days: Vec<u64>,
    /// Today.
    pub today: NaiveDate,
    /// Whether editors can teach it.
    pub is_ranked: bool,
    /// What stands beside it.
    pub aside: Aside,
}

/// A topic's page.
pub fn page(around: Around<'_>, stretch: &TopicStretch) -> Result<String, Error> {
    let (line, urls) = (&stretch.line, around.urls);
    let list = List::Topic(&line.id);
    let title = Text::line(&line.title);
    let description = Text::line(&line.description);
    let mut days: Vec<DayView<'_>> = Vec::new();
    for (at, card) in &stretch.cards {
        let date = Stamp::day(*at);
        if days.last().is_none_or(|day| day.date != date) {
            let (number, month) = (at.day().format("%-d").to_string(), at.day().format("%b %Y").to_string());
            days.push(DayView { date, number, month, cards: Vec::new() });
        }
        if let Some(day) = days.last_mut() {
            day.cards.push(CardView::new(card, urls));
        }
    }
    let about =
        if description.is_empty() { format!("Papers of the topic {title}") } else { description.to_string() };
    let place = match stretch.cards.first() {
        Some((at, _card)) if !stretch.is_newest => Place::TopicBefore(&line.id, *at),
        _newest => Place::Topic(&line.id),
    };
    let mut head = Head::new(title.to_string(), about).at(urls.absolute(place)).with_feeds(frame::feeds(
        list,
        title.as_str(),
        urls,
    ));
    head.marks = stretch.is_ranked.then(|| urls.path(Place::Marks(&line.id)));
    let search = stretch.query.as_deref();
    let view = TopicView {
        frame: Frame::new(around, Here::Topic),
        head,
        title,
        description,
        count: parts::papers(line.count),
        chart: Chart::per_day(&stretch.days, stretch.today),
        nothing: stretch.cards.is_empty().then(|| {
            if stretch.is_newest {
                Nothing::new(
                    "No paper has entered this topic yet",
                    &["Its feed is there already and stays empty until the first one."],
                )
            } else {
                Nothing::new("There is nothing older", &["This is the end of the topic."])
            }
        }),
        days,
        rules: line.rules.iter().map(|(name, rule)| (parts::sentence(name), Text::line(rule))).collect(),
        search: search
            .map(|query| urls.path(Place::Search(SearchOf { query, newest_first: true, offset: 0 }))),
        pager: Pager {
            newest: (!stretch.is_newest).then(|| Link {
                label: "The newest papers".to_owned(),
                address: urls.path(Place::Topic(&line.id)),
            }),
            older: stretch.older.map(|before| Link {
                label: "Older papers".to_owned(),
                address: urls.path(Place::TopicBefore(&line.id, before)),
            }),
        },
        subscribe: Subscribe::new(
            "Subscribe to this topic",
            "A paper comes once, whatever reports it; new versions do not announce it again.",
            list,
            around,
        ),
        aside: AsideView::new(&stretch.aside, "Other topics", urls),
    };
    pages::render("a topic", &view)
}

#[derive(Template)]
#[template(path = "topic.html")]
struct TopicView<'page> {
    frame: Frame,
    head: Head,
    title: Text,
    description: Text,
    count: String,
    chart: Chart,
    nothing: Option<Nothing>,
    days: Vec<DayView<'page>>,
    rules: Vec<(String, Text)>,
    search: Option<String>,
    pager: Pager,
    subscribe: Subscribe,
    aside: AsideView<'page>,
}

struct DayView<'page> {
    date: Stamp,
    number: String,
    month: String,
    cards: Vec<CardView<'page>>,
}

/// A stretch of the list of all topics.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Catalogue {
    /// The topics, in the order of the configuration.
    pub lines: Vec<TopicLine>,
    /// How many there are in all.
    pub total: usize,
    /// Where the stretch begins.
    pub from: usize,
    /// Where the next one begins, if there is more.
    pub next: Option<usize>,
}

/// The page of the list of all topics.
pub fn catalogue(around: Around<'_>, catalogue: &Catalogue) -> Result<String, Error> {
    let (urls, topics) = (around.urls, &catalogue.lines);
    let mut announced = Vec::new();
    let rows = topics.iter().map(|line| {
        let feeds = frame::feeds(List::Topic(&line.id), Text::line(&line.title).as_str(), urls);
        CatalogueTopic {
            title: Text::line(&line.title),
            description: Text::line(&line.description),
            page: urls.path(Place::Topic(&line.id)),
            feeds,
            count: parts::papers(line.count),
            last: line.last.map(Stamp::minute),
        }
    });
    let rows: Vec<CatalogueTopic> = rows.collect();
    for topic in topics.iter().take(ANNOUNCED) {
        announced.extend(frame::feeds(List::Topic(&topic.id), Text::line(&topic.title).as_str(), urls));
    }
    announced.extend(frame::feeds(List::Updates, "Updates of known papers", urls));
    let summary = match catalogue.total {
        0 => "Saved queries that are served as pages and feeds.".to_owned(),
        1 => "One saved query, served as a page and as a feed.".to_owned(),
        more => format!("{more} saved queries, each served as a page and as a feed."),
    };
    let view = CatalogueView {
        head: Head::new("Topics", "All topics of this site, and how to subscribe to them.")
            .at(urls.absolute(Place::Topics(catalogue.from)))
            .with_feeds(announced),
        frame: Frame::new(around, Here::Topics),
        summary,
        topics: rows,
        pager: Pager {
            newest: (catalogue.from > 0)
                .then(|| Link { label: "The first topics".to_owned(), address: urls.path(Place::Topics(0)) }),
            older: catalogue.next.map(|next| Link {
                label: format!("The other {} topics", catalogue.total.saturating_sub(next)),
                address: urls.path(Place::Topics(next)),
            }),
        },
        updates: urls.path(Place::Feed(List::Updates, Format::Atom)),
    };
    pages::render("the topics", &view)
}

/// So many topics are announced to feed readers in the head of the page.
const ANNOUNCED: usize = 40;

#[derive(Template)]
#[template(path = "topics.html")]
struct CatalogueView {
    frame: Frame,
    head: Head,
    summary: String,
    topics: Vec<CatalogueTopic>,
    pager: Pager,
    updates: String,
}

struct CatalogueTopic {
    title: Text,
    description: Text,
    page: String,
    feeds: Vec<FeedLink>,
    count: String,
    last: Option<Stamp>,
}
