//! Looking something up, and papers like one.

use askama::Template;

use crate::model::paper::Paper;
use crate::model::text::Text;
use crate::pages;
use crate::pages::Around;
use crate::pages::Error;
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
use crate::pages::parts;
use crate::urls::Place;
use crate::urls::SearchOf;
use crate::urls::list::List;

/// What the page of a search shows.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Search {
    /// The query as it was written.
    pub query: String,
    /// Whether the newest come first.
    pub newest_first: bool,
    /// What is wrong with the query.
    pub fault: Option<String>,
    /// The query as it was understood.
    pub canonical: Option<String>,
    /// The papers found.
    pub cards: Vec<Card>,
    /// How many there are in all.
    pub total: u64,
    /// Where this page begins in the results, and where the next one does.
    pub from: usize,
    /// Where the results go on.
    pub next: Option<usize>,
    /// What the papers share.
    pub facets: Vec<Facet>,
    /// Examples of the language.
    pub help: Vec<(&'static str, &'static str)>,
}

/// By what a search can be narrowed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Facet {
    /// Its name in the page.
    pub id: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Its values.
    pub options: Vec<Choice>,
}

/// A value of a facet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    /// What it is called.
    pub label: String,
    /// The query with it, or without where it is chosen.
    pub query: String,
    /// How many papers have it.
    pub count: u64,
    /// Whether it is chosen.
    pub is_on: bool,
}

/// Writes the page.
pub fn page(around: Around<'_>, search: &Search) -> Result<String, Error> {
    let urls = around.urls;
    let (query, newest_first) = (search.query.as_str(), search.newest_first);
    let at = |query: &str, offset| urls.path(Place::Search(SearchOf { query, newest_first, offset }));
    let title = if query.is_empty() {
        "Search".to_owned()
    } else {
        format!("Search: {}", parts::shortened(query, 80))
    };
    let mut head = Head::new(title, "Every paper that is kept here, in the query language of topics.");
    head.hides_search = true;
    // All searches are one page to those who list pages: there is no end of them.
    head = head.at(urls.absolute(Place::Search(SearchOf { query: "", newest_first: false, offset: 0 })));
    let list = search.canonical.as_deref().map(List::Search);
    if let Some(list) = list {
        head = head.with_feeds(frame::feeds(list, &format!("Search: {query}"), urls));
    }
    let view = SearchView {
        head,
        frame: Frame::new(around, Here::Search),
        query,
        newest_first,
        fault: search.fault.as_deref(),
        meaning: search.canonical.as_deref().filter(|canonical| *canonical != query.trim()),
        nothing: nothing(search),
        count: parts::papers(search.total),
        cards: search.cards.iter().map(|card| CardView::new(card, urls)).collect(),
        pager: Pager {
            newest: (search.from > 0)
                .then(|| Link { label: "From the beginning".to_owned(), address: at(query, 0) }),
            older: search.next.map(|next| Link { label: "More papers".to_owned(), address: at(query, next) }),
        },
        facets: search
            .facets
            .iter()
            .filter(|facet| !facet.options.is_empty())
            .map(|facet| FacetView {
                id: facet.id,
                title: facet.title,
                options: facet
                    .options
                    .iter()
                    .map(|choice| OptionView {
                        label: &choice.label,
                        address: at(&choice.query, 0),
                        count: choice.count,
                        is_on: choice.is_on,
                    })
                    .collect(),
            })
            .collect(),
        subscribe: list.filter(|_| search.fault.is_none()).map(|list| {
            let words = "Papers come as they are announced. To tune it or to teach it, make it a topic.";
            Subscribe::new("Subscribe to this search", words, list, around)
        }),
        help: &search.help,
    };
    pages::render("a search", &view)
}

fn nothing(search: &Search) -> Option<Nothing> {
    if search.fault.is_some() {
        return Some(Nothing::new("The query cannot be read yet", &["Nothing was searched."]));
    }
    if search.canonical.is_none() {
        return Some(Nothing::new(
            "Look something up",
            &[
                "Words find papers that have all of them, in any inflection. Beside this are the most useful forms of the language.",
            ],
        ));
    }
    if search.cards.is_empty() {
        return Some(Nothing::new(
            if search.from > 0 { "That was all" } else { "No paper says that" },
            &["Every word must be in the paper; OR between words, or fewer words, find more."],
        ));
    }
    None
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchView<'page> {
    frame: Frame,
    head: Head,
    query: &'page str,
    newest_first: bool,
    fault: Option<&'page str>,
    meaning: Option<&'page str>,
    nothing: Option<Nothing>,
    count: String,
    cards: Vec<CardView<'page>>,
    pager: Pager,
    facets: Vec<FacetView<'page>>,
    subscribe: Option<Subscribe>,
    help: &'page [(&'static str, &'static str)],
}

struct FacetView<'page> {
    id: &'static str,
    title: &'static str,
    options: Vec<OptionView<'page>>,
}

struct OptionView<'page> {
    label: &'page str,
    address: String,
    count: u64,
    is_on: bool,
}

/// The page of papers like one.
pub fn similar(around: Around<'_>, paper: &Paper, cards: &[Card]) -> Result<String, Error> {
    let urls = around.urls;
    let list = List::Similar(&paper.id);
    let title = &paper.title().text;
    let view = SimilarView {
        head: Head::new(format!("Like: {title}"), format!("Papers like “{title}”."))
            .at(urls.absolute(Place::Similar(&paper.id)))
            .with_feeds(frame::feeds(list, &format!("Like: {title}"), urls)),
        frame: Frame::new(around, Here::Nowhere),
        page: urls.path(Place::Paper(&paper.id)),
        title,
        nothing: cards.is_empty().then(|| {
            Nothing::new(
                "Nothing is like it yet",
                &["Papers are alike by the words and the sense of title and abstract."],
            )
        }),
        cards: cards.iter().map(|card| CardView::new(card, urls)).collect(),
        subscribe: Subscribe::new("Subscribe", "Papers like this one as they come.", list, around),
    };
    pages::render("papers like one", &view)
}

#[derive(Template)]
#[template(path = "similar.html")]
struct SimilarView<'page> {
    frame: Frame,
    head: Head,
    page: String,
    title: &'page Text,
    nothing: Option<Nothing>,
    cards: Vec<CardView<'page>>,
    subscribe: Subscribe,
}
