//! A paper in a list: a card with its abstract, or one line.

use chrono::NaiveDate;

use crate::model::author::Author;
use crate::model::link::LinkKind;
use crate::model::link::WebUrl;
use crate::model::paper::Paper;
use crate::model::signal::Signal;
use crate::model::signal::SignalKind;
use crate::model::text::Html;
use crate::model::text::Text;
use crate::pages::parts;
use crate::pages::parts::Stamp;
use crate::trending::Trend;
use crate::urls::Place;
use crate::urls::Urls;
use crate::urls::outside;

/// So many authors are named before the fold, and so many behind it.
const FIRST: usize = 4;
const FOLDED: usize = 60;

/// Longer abstracts are folded, in characters.
const LONG: usize = 330;

/// What a card shows.
#[derive(Clone, PartialEq, Debug)]
pub struct Card {
    /// The paper.
    pub paper: Paper,
    /// The last readings of its counters.
    pub signals: Vec<Signal>,
    /// What an editor says of it.
    pub note: Option<Html>,
    /// Why it is here.
    pub reason: String,
    /// What stands in front of it.
    pub lead: Lead,
    /// How much it is talked about.
    pub trend: Option<Trend>,
    /// A stretch of its text in parts, each with whether it was looked for.
    pub snippet: Vec<(String, bool)>,
}

/// What stands in front of a card.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Lead {
    /// Nothing.
    None,
    /// Its votes, where it has any.
    Votes,
    /// Its place in the list, and its score.
    Rank(usize),
    /// A day.
    Day(NaiveDate),
}

/// A card as the template wants it.
pub(super) struct CardView<'card> {
    pub(super) id: &'card str,
    pub(super) page: String,
    pub(super) title: &'card Text,
    pub(super) lang: Option<&'card Text>,
    pub(super) dir: Option<&'static str>,
    pub(super) lead: Option<(String, String)>,
    pub(super) state: Option<&'static str>,
    pub(super) people: Vec<&'card str>,
    pub(super) more: Vec<&'card str>,
    /// How many are not even behind the fold.
    pub(super) beyond: usize,
    pub(super) organisation: Option<&'card Text>,
    pub(super) note: Option<&'card str>,
    pub(super) trend: Option<TrendView>,
    pub(super) snippet: &'card [(String, bool)],
    pub(super) abstract_html: &'card str,
    pub(super) is_long: bool,
    pub(super) date: Stamp,
    pub(super) category: String,
    pub(super) counts: Vec<String>,
    pub(super) links: Vec<(String, WebUrl)>,
    pub(super) sources: String,
    pub(super) reason: Text,
}

/// A score as a bar of its parts, and in words.
pub(super) struct TrendView {
    pub(super) bars: Vec<(String, String)>,
    pub(super) words: String,
}

impl TrendView {
    /// The bar is as long as the score; each part has its share of −ln(1 − weight · share), since parts are joined as chances.
    pub(super) fn new(trend: &Trend) -> Self {
        let shares: Vec<f64> =
            trend.parts.iter().map(|part| -(1.0 - part.measure.weight() * part.share).ln()).collect();
        let all: f64 = shares.iter().sum::<f64>().max(1e-9);
        let mut from = 0.0;
        let mut bars = Vec::with_capacity(shares.len());
        for share in shares {
            let width = share / all * trend.score * 100.0;
            bars.push((format!("{from:.1}"), format!("{:.1}", (width - 0.6).max(0.4))));
            from += width;
        }
        Self { bars, words: trend.to_string() }
    }
}

impl<'card> CardView<'card> {
    pub(super) fn new(card: &'card Card, urls: &Urls) -> Self {
        let paper = &card.paper;
        let count = |kind| count(&card.signals, kind);
        let votes = count(SignalKind::Votes);
        let lead = match card.lead {
            Lead::Votes if votes > 0 => Some((votes.to_string(), plural(votes, "vote"))),
            Lead::None | Lead::Votes => None,
            Lead::Rank(place) => Some((
                place.to_string(),
                card.trend.as_ref().map_or_else(String::new, |trend| format!("{:.2}", trend.score)),
            )),
            Lead::Day(day) => Some((day.format("%-d").to_string(), day.format("%b").to_string())),
        };
        let listed = paper.authors().map(|authors| authors.listed.as_slice()).unwrap_or_default();
        let total = paper.authors().and_then(|authors| usize::try_from(authors.total).ok()).unwrap_or(0);
        let name = |author: &'card Author| author.name.as_str();
        let shows_votes = votes > 0 && card.trend.is_none() && card.lead != Lead::Votes;
        let text = paper.abstract_text().map_or(0, |form| form.text.as_str().len());
        Self {
            id: paper.id.as_str(),
            page: urls.path(Place::Paper(&paper.id)),
            title: &paper.title().text,
            lang: paper.language(),
            dir: parts::direction(paper.title().text.as_str()),
            lead,
            state: paper.state(),
            people: listed.iter().take(FIRST).map(name).collect(),
            more: listed.iter().skip(FIRST).take(FOLDED).map(name).collect(),
            beyond: total.max(listed.len()).saturating_sub(FIRST + FOLDED),
            organisation: paper.organisation(),
            note: card.note.as_ref().map(Html::as_str),
            trend: card.trend.as_ref().map(TrendView::new),
            snippet: &card.snippet,
            abstract_html: parts::abstract_html(paper),
            is_long: text > LONG,
            date: Stamp::day(paper.published()),
            category: paper.subjects().first().map(|subject| subject.term.to_string()).unwrap_or_default(),
            counts: if shows_votes { vec![format!("{votes} {}", plural(votes, "vote"))] } else { Vec::new() },
            links: links(paper, &card.signals),
            sources: parts::sources(paper),
            reason: Text::line(&card.reason),
        }
    }
}

/// The last reading of a counter; 0 where there is none.
pub(crate) fn count(signals: &[Signal], kind: SignalKind) -> u64 {
    signals.iter().rev().find(|signal| signal.kind == kind).map_or(0, |signal| signal.value)
}

/// "vote", "votes".
pub(crate) fn plural(count: u64, thing: &str) -> String {
    if count == 1 { thing.to_owned() } else { format!("{thing}s") }
}

/// Where one can read on, each with what was counted there.
pub(crate) fn links(paper: &Paper, signals: &[Signal]) -> Vec<(String, WebUrl)> {
    let counted = |label: &str, kind, thing: &str| match count(signals, kind) {
        0 => label.to_owned(),
        some => format!("{label}, {some} {}", plural(some, thing)),
    };
    let named = outside::reading_links(paper).into_iter().map(|(label, url)| {
        let label = match label {
            "Abstract" => outside::site(&url).unwrap_or("Abstract").to_owned(),
            "Discussion" => match outside::site(&url) {
                Some("Hacker News") => counted("Hacker News", SignalKind::Replies, "comment"),
                Some(site) => counted(site, SignalKind::Comments, "comment"),
                None => "Discussion".to_owned(),
            },
            "Code" => counted("Code", SignalKind::Stars, "star"),
            other => other.to_owned(),
        };
        (label, url)
    });
    named.collect()
}

/// Whether a paper has code.
pub(super) fn code(paper: &Paper) -> impl Iterator<Item = &WebUrl> {
    paper.links().into_iter().filter(|link| link.kind == LinkKind::Code).map(|link| &link.url)
}

/// A paper on one line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// Our identifier.
    pub id: String,
    /// Its page.
    pub page: String,
    /// Its title.
    pub title: Text,
    /// The language, where it is known.
    pub lang: Option<Text>,
    /// `rtl` where it is written from right to left.
    pub dir: Option<&'static str>,
    /// Who wrote it, in short.
    pub by: String,
    /// What stands beside it.
    pub aside: String,
}

impl Line {
    /// A paper with what stands beside it.
    pub fn of(paper: &Paper, aside: String, urls: &Urls) -> Self {
        Self {
            id: paper.id.to_string(),
            page: urls.path(Place::Paper(&paper.id)),
            title: paper.title().text.clone(),
            lang: paper.language().cloned(),
            dir: parts::direction(paper.title().text.as_str()),
            by: parts::people_in_brief(paper, 3),
            aside,
        }
    }
}
