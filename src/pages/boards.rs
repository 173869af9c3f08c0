//! What is talked about, and what editors picked.

use askama::Template;

use crate::model::period::Span;
use crate::model::text::Text;
use crate::model::topic::TopicId;
use crate::pages;
use crate::pages::Around;
use crate::pages::Error;
use crate::pages::aside::Aside;
use crate::pages::aside::AsideView;
use crate::pages::aside::Nothing;
use crate::pages::aside::Pager;
use crate::pages::card::Card;
use crate::pages::card::CardView;
use crate::pages::frame;
use crate::pages::frame::Frame;
use crate::pages::frame::Head;
use crate::pages::frame::Here;
use crate::pages::frame::Link;
use crate::pages::frame::Subscribe;
use crate::pages::listed;
use crate::pages::listed::SpanLink;
use crate::trending::Measure;
use crate::urls::Place;
use crate::urls::list::List;

/// What is talked about.
#[derive(Clone, PartialEq, Debug)]
pub struct Trending {
    /// How far back.
    pub span: Span,
    /// Within which topic, with its title.
    pub topic: Option<(TopicId, String)>,
    /// The papers, the most talked about first.
    pub cards: Vec<Card>,
    /// After so many days half is left.
    pub half_life_days: f64,
    /// Topics whose trends can be looked at.
    pub topics: Vec<(TopicId, String)>,
}

/// The page of what is talked about.
pub fn trending(around: Around<'_>, trending: &Trending) -> Result<String, Error> {
    let urls = around.urls;
    let topic = trending.topic.as_ref().map(|(topic, _title)| topic);
    let period = match trending.span {
        Span::Day => "today",
        Span::Week => "this week",
        Span::Month => "this month",
    };
    let within = trending.topic.as_ref().map(|(_topic, title)| format!("In {}", Text::line(title)));
    let title = within.as_ref().map_or_else(
        || format!("Trending {period}"),
        |within| format!("Trending {period} {}", within.replacen("In ", "in ", 1)),
    );
    let ranked = match trending.span {
        Span::Day => "Today and yesterday",
        Span::Week => "The last seven days",
        Span::Month => "The last thirty days",
    };
    let (list, feed_title, words) = match &trending.topic {
        Some((topic, title)) => (
            List::TrendingIn(topic),
            format!("Trending in {}", Text::line(title)),
            "This topic, the last seven days: a paper comes when it first reaches that list.",
        ),
        None => (
            List::Trending,
            "Trending".to_owned(),
            "All topics, the last seven days: a paper comes when it first reaches that list.",
        ),
    };
    let view = TrendingView {
        head: Head::new(title, "What people talk about, by a formula that anyone can check.")
            .at(urls.absolute(Place::Trending(topic, trending.span)))
            .with_feeds(frame::feeds(list, &feed_title, urls)),
        frame: Frame::new(around, Here::Trending),
        within,
        spans: Span::ALL
            .into_iter()
            .map(|span| SpanLink {
                label: listed::label(span),
                address: urls.path(Place::Trending(topic, span)),
                is_here: span == trending.span,
            })
            .collect(),
        ranked,
        nothing: trending.cards.is_empty().then(|| {
            Nothing::new(
                "Nobody talks about anything yet",
                &["Votes, stars, points and picks are counted as the sources that have them are asked; a longer period may have some."],
            )
        }),
        cards: trending.cards.iter().map(|card| CardView::new(card, urls)).collect(),
        half_life: format!("{:.1}", trending.half_life_days).trim_end_matches(".0").to_owned(),
        weights: Measure::ALL.into_iter().map(|one| (one.name(), format!("{:.2}", one.weight()))).collect(),
        topics: trending
            .topics
            .iter()
            .map(|(id, title)| Link {
                label: Text::line(title).to_string(),
                address: urls.path(Place::Trending(Some(id), trending.span)),
            })
            .collect(),
        subscribe: Subscribe::new("Subscribe", words, list, around),
    };
    pages::render("trending", &view)
}

#[derive(Template)]
#[template(path = "trending.html")]
struct TrendingView<'page> {
    frame: Frame,
    head: Head,
    within: Option<String>,
    spans: Vec<SpanLink>,
    ranked: &'static str,
    nothing: Option<Nothing>,
    cards: Vec<CardView<'page>>,
    half_life: String,
    weights: Vec<(&'static str, String)>,
    topics: Vec<Link>,
    subscribe: Subscribe,
}

/// What editors picked.
#[derive(Clone, PartialEq, Debug)]
pub struct Picks {
    /// The picks, the last first.
    pub cards: Vec<Card>,
    /// What stands beside it.
    pub aside: Aside,
}

/// The page of picks.
pub fn picks(around: Around<'_>, picks: &Picks) -> Result<String, Error> {
    let urls = around.urls;
    let nothing = Nothing::new(
        "Nothing is picked yet",
        &["Editors pick with `offprint pick PAPER --note TEXT`, or over the API with their token."],
    );
    let view = PicksView {
        head: Head::new(
            "Editor’s picks",
            "Papers an editor of this site thinks you should read, with notes.",
        )
        .at(urls.absolute(Place::Picks))
        .with_feeds(frame::feeds(List::Picks, "Editor’s picks", urls)),
        frame: Frame::new(around, Here::Picks),
        nothing: picks.cards.is_empty().then_some(nothing),
        cards: picks.cards.iter().map(|card| CardView::new(card, urls)).collect(),
        pager: Pager { newest: None, older: None },
        subscribe: Subscribe::new("Subscribe", "Each pick with its note.", List::Picks, around),
        aside: AsideView::new(&picks.aside, "Topics", urls),
    };
    pages::render("picks", &view)
}

#[derive(Template)]
#[template(path = "picks.html")]
struct PicksView<'page> {
    frame: Frame,
    head: Head,
    nothing: Option<Nothing>,
    cards: Vec<CardView<'page>>,
    pager: Pager,
    subscribe: Subscribe,
    aside: AsideView<'page>,
}
