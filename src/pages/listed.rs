//! A day, a week, a month: what was listed, and the way to other days.

use std::collections::BTreeMap;

use askama::Template;
use chrono::Datelike as _;
use chrono::Days;
use chrono::NaiveDate;
use serde_json::json;

use crate::model::period::Period;
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
use crate::pages::card::Line;
use crate::pages::frame;
use crate::pages::frame::Frame;
use crate::pages::frame::Head;
use crate::pages::frame::Here;
use crate::pages::frame::Link;
use crate::pages::frame::Subscribe;
use crate::pages::parts;
use crate::urls::Place;
use crate::urls::Urls;
use crate::urls::list::List;

/// How many days the strip shows.
const STRIP: u64 = 7;

/// What the page of a period shows.
#[derive(Clone, PartialEq, Debug)]
pub struct Listed {
    /// The period.
    pub period: Period,
    /// Today.
    pub today: NaiveDate,
    /// Whether this is the front page.
    pub is_front: bool,
    /// How many papers it has in all, and how many of them have votes.
    pub total: usize,
    /// How many of them people voted for.
    pub voted: usize,
    /// Papers with their abstracts.
    pub cards: Vec<Card>,
    /// Further papers, a line each.
    pub lines: Vec<Line>,
    /// Where this page begins in the list, and where the next one does.
    pub from: usize,
    /// Where the list goes on.
    pub next: Option<usize>,
    /// How many papers each day has, in the period and around it.
    pub counts: BTreeMap<NaiveDate, usize>,
    /// How many papers are kept in all.
    pub kept: u64,
    /// Whether papers can be found at the moment.
    pub is_ready: bool,
    /// What is said of the sources.
    pub sources: String,
    /// Topics whose feeds are found here, on the front page.
    pub topics: Vec<(TopicId, String)>,
    /// What stands beside it.
    pub aside: Aside,
}

/// Writes the page.
pub fn page(around: Around<'_>, listed: &Listed) -> Result<String, Error> {
    let (period, urls) = (listed.period, around.urls);
    let heading = period.title();
    let description = match period.span() {
        Span::Day => format!("The papers of {heading}, the most voted first, with the topics they are in."),
        Span::Week | Span::Month => format!("The papers of {heading}, the most voted first."),
    };
    let place = if listed.is_front { Place::Front } else { Place::Listed(period, listed.from) };
    let (list, feed_title, words) = if period.span() == Span::Day {
        (
            List::Daily,
            "Daily list",
            "The first hundred of each of the last days, one entry a paper. Atom is the fullest.",
        )
    } else {
        (List::Weekly, "Weekly list", "The first fifty of each week that is over, one entry a paper.")
    };
    let title = if listed.is_front { format!("Today, {heading}") } else { heading.clone() };
    let head = Head::new(title, description);
    // There is no end of empty pages, and nobody should list them.
    let head = if listed.total > 0 || listed.is_front { head.at(urls.absolute(place)) } else { head };
    let head = head.with_feeds(frame::feeds(list, feed_title, urls));
    let mut head = head;
    for (id, title) in &listed.topics {
        head.also.extend(frame::feeds(List::Topic(id), Text::line(title).as_str(), urls));
    }
    if !listed.topics.is_empty() {
        head.also.extend(frame::feeds(List::Updates, "Updates of known papers", urls));
    }
    let head = if listed.is_front { head.saying(&website(around)) } else { head };
    let here = if listed.is_front { Here::Today } else { Here::Listed };
    let view = ListedView {
        frame: Frame::new(around, here),
        head,
        kicker: kicker(listed),
        summary: summary(listed),
        heading,
        sources: &listed.sources,
        dates: dates(listed, urls),
        calendar: (period.span() == Span::Month).then(|| calendar(listed, urls)),
        ranked: if listed.voted > 0 { "The most voted first" } else { "The latest first" },
        cards: listed.cards.iter().map(|card| CardView::new(card, urls)).collect(),
        lines: &listed.lines,
        nothing: (listed.total == 0).then(|| nothing(listed, urls)),
        pager: Pager {
            newest: (listed.from > 0).then(|| Link {
                label: "From the beginning".to_owned(),
                address: urls.path(Place::Listed(period, 0)),
            }),
            older: listed.next.map(|next| Link {
                label: format!("The other {} papers", listed.total.saturating_sub(next)),
                address: urls.path(Place::Listed(period, next)),
            }),
        },
        subscribe: Subscribe::new("Subscribe", words, list, around),
        aside: AsideView::new(&listed.aside, "Topics", urls),
    };
    pages::render("a day", &view)
}

#[derive(Template)]
#[template(path = "listed.html")]
struct ListedView<'page> {
    frame: Frame,
    head: Head,
    kicker: String,
    heading: String,
    summary: String,
    sources: &'page str,
    dates: Dates,
    calendar: Option<Calendar>,
    ranked: &'static str,
    cards: Vec<CardView<'page>>,
    lines: &'page [Line],
    nothing: Option<Nothing>,
    pager: Pager,
    subscribe: Subscribe,
    aside: AsideView<'page>,
}

struct Dates {
    spans: Vec<SpanLink>,
    strip: Vec<StripDay>,
    before: Option<Link>,
    after: Option<Link>,
}

/// A length of a period.
pub(super) struct SpanLink {
    pub(super) label: &'static str,
    pub(super) address: String,
    pub(super) is_here: bool,
}

struct StripDay {
    above: String,
    label: u32,
    count: usize,
    address: Option<String>,
    is_here: bool,
}

struct Calendar {
    month: String,
    names: [(&'static str, &'static str); 7],
    weeks: Vec<Vec<CalendarDay>>,
}

#[derive(Clone, Default)]
struct CalendarDay {
    number: u32,
    count: usize,
    width: usize,
    address: Option<String>,
}

/// What search engines may know of the site.
fn website(around: Around<'_>) -> serde_json::Value {
    let front = around.urls.absolute(Place::Front);
    json!({
        "@context": "https://schema.org",
        "@type": "WebSite",
        "name": around.site,
        "url": front,
        "potentialAction": {
            "@type": "SearchAction",
            "target": format!("{front}search?q={{query}}"),
            "query-input": "required name=query",
        },
    })
}

fn kicker(listed: &Listed) -> String {
    let (first, last) = (listed.period.first(), listed.period.last());
    match listed.period.span() {
        Span::Day if listed.today == first => "Today".to_owned(),
        Span::Day if listed.is_front => "The last list".to_owned(),
        Span::Day => "Day".to_owned(),
        Span::Week => format!("{} to {}", first.format("%-d %B"), last.format("%-d %B")),
        Span::Month => "Month".to_owned(),
    }
}

fn summary(listed: &Listed) -> String {
    let total = u64::try_from(listed.total).unwrap_or(u64::MAX);
    if total == 0 {
        return "No paper is listed.".to_owned();
    }
    let papers = parts::papers(total);
    match listed.voted {
        0 => format!("{papers} listed."),
        voted => format!("{papers} listed, {voted} with votes."),
    }
}

fn dates(listed: &Listed, urls: &Urls) -> Dates {
    let period = listed.period;
    let spans = Span::ALL.into_iter().map(|span| SpanLink {
        label: label(span),
        address: urls.path(Place::Listed(Period::of(span, reference(listed)), 0)),
        is_here: span == period.span(),
    });
    let first = match period.span() {
        Span::Day => {
            // The day in question with what came before it, and what came after as far as there is any.
            let last = period.first().checked_add_days(Days::new(3)).unwrap_or(period.first());
            let last = last.min(listed.today.max(period.first()));
            last.checked_sub_days(Days::new(STRIP - 1))
        }
        Span::Week => Some(period.first()),
        Span::Month => None,
    };
    let strip = first
        .into_iter()
        .flat_map(|first| (0..STRIP).filter_map(move |day| first.checked_add_days(Days::new(day))));
    let strip = strip.map(|day| {
        let count = listed.counts.get(&day).copied().unwrap_or(0);
        let is_here = period == Period::of(Span::Day, day);
        StripDay {
            above: day.format("%a").to_string(),
            label: day.day(),
            count,
            address: (count > 0 || is_here).then(|| urls.path(Place::Listed(Period::of(Span::Day, day), 0))),
            is_here,
        }
    });
    let link = |other: Period| Link { label: near(other), address: urls.path(Place::Listed(other, 0)) };
    let (before, after) = match period.span() {
        // Days without papers are passed over.
        Span::Day => (
            listed
                .counts
                .range(..period.first())
                .next_back()
                .map(|(day, _count)| Period::of(Span::Day, *day)),
            listed
                .counts
                .range(period.after().first()..)
                .next()
                .map(|(day, _count)| Period::of(Span::Day, *day)),
        ),
        Span::Week | Span::Month => {
            let older = listed.counts.range(..period.first()).next().map(|_older| period.before());
            (older, Some(period.after()).filter(|after| after.first() <= listed.today))
        }
    };
    Dates { spans: spans.collect(), strip: strip.collect(), before: before.map(link), after: after.map(link) }
}

/// The day by which another span is found: the last of the period that is not in the future.
fn reference(listed: &Listed) -> NaiveDate {
    let period = listed.period;
    if period.last() > listed.today && period.first() <= listed.today { listed.today } else { period.last() }
}

pub(super) const fn label(span: Span) -> &'static str {
    match span {
        Span::Day => "Day",
        Span::Week => "Week",
        Span::Month => "Month",
    }
}

/// A period in short.
fn near(period: Period) -> String {
    match period.span() {
        Span::Day => period.first().format("%A, %-d %B").to_string(),
        Span::Week => format!("Week {}", period.first().iso_week().week()),
        Span::Month => period.title(),
    }
}

fn calendar(listed: &Listed, urls: &Urls) -> Calendar {
    let (first, last) = (listed.period.first(), listed.period.last());
    let counts = listed.counts.range(first..=last);
    let most = counts.map(|(_day, count)| *count).max().unwrap_or(0).max(1);
    let blank = usize::try_from(first.weekday().num_days_from_monday()).unwrap_or(0);
    let mut cells = vec![CalendarDay::default(); blank];
    cells.extend(first.iter_days().take_while(|day| *day <= last).map(|day| {
        let count = listed.counts.get(&day).copied().unwrap_or(0);
        CalendarDay {
            number: day.day(),
            count,
            width: 100 * count / most,
            address: (count > 0).then(|| urls.path(Place::Listed(Period::of(Span::Day, day), 0))),
        }
    }));
    cells.resize(cells.len().next_multiple_of(7), CalendarDay::default());
    Calendar {
        month: first.format("%B").to_string(),
        names: [
            ("Monday", "Mo"),
            ("Tuesday", "Tu"),
            ("Wednesday", "We"),
            ("Thursday", "Th"),
            ("Friday", "Fr"),
            ("Saturday", "Sa"),
            ("Sunday", "Su"),
        ],
        weeks: cells.chunks(7).map(<[CalendarDay]>::to_vec).collect(),
    }
}

fn nothing(listed: &Listed, urls: &Urls) -> Nothing {
    let period = listed.period;
    if listed.kept == 0 {
        return Nothing::new(
            "No paper is here yet",
            &["Papers appear as soon as the sources have been asked for the first time."],
        );
    }
    if !listed.is_ready {
        return Nothing::new("The list is being made", &["The papers are here; look again in a moment."]);
    }
    if period.first() > listed.today {
        return Nothing::new("That is still to come", &["Lists are made when papers are announced."]);
    }
    let is_weekend = period.span() == Span::Day && period.first().weekday().num_days_from_monday() > 4;
    let last = listed.counts.range(..period.first()).next_back();
    let link = last.map(|(day, _count)| {
        let other = Period::of(Span::Day, *day);
        Link { label: format!("The list of {}", near(other)), address: urls.path(Place::Listed(other, 0)) }
    });
    let nothing = if is_weekend {
        Nothing::new(
            "Little is announced on weekends",
            &[
                "arXiv announces from Sunday evening to Thursday evening, New York time; what is submitted from Friday on \
               comes with the list of Monday or Tuesday.",
            ],
        )
    } else {
        let title = match period.span() {
            Span::Day => "No list has this day",
            Span::Week => "Nothing was listed in this week",
            Span::Month => "Nothing was listed in this month",
        };
        Nothing::new(title, &["None of the sources announced anything that is kept here."])
    };
    Nothing { link, ..nothing }
}
