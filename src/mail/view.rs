//! What letters say, before it is written as text and as HTML.
//!
//! Whatever comes in is cleaned where it is written: no character of it can end a line of a header or begin an element.

use crate::mail::note;
use crate::model::curation::Note;
use crate::model::external_id::ExternalId;
use crate::model::paper::Paper;
use crate::model::signal::Signal;
use crate::model::signal::SignalKind;
use crate::model::text::Text;
use crate::pages::card;
use crate::pages::parts;
use crate::urls::Place;
use crate::urls::Urls;
use crate::urls::outside;

/// So many authors are named.
const NAMED: usize = 4;

/// So many addresses of others are given of one paper.
const LINKS: usize = 6;

/// A digest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Issue {
    /// What it is called, such as `Papers of the day`.
    pub title: String,
    /// Of when it is, in words, such as `Monday, 3 August 2026`.
    pub period: String,
    /// The address of the site's front page.
    pub home: String,
    /// Its lists.
    pub sections: Vec<Section>,
    /// Why nothing came, where nothing did.
    pub empty: Option<String>,
}

impl Issue {
    /// How many papers came, those that are left out too.
    pub fn papers(&self) -> u64 {
        self.sections.iter().map(Section::papers).fold(0, u64::saturating_add)
    }
}

/// A list of papers in a digest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Section {
    /// Its name, such as the topic's title.
    pub title: String,
    /// Why its papers are in the letter, in a sentence; nothing if that needs no words.
    pub why: String,
    /// Where the whole list is.
    pub url: String,
    /// The papers.
    pub items: Vec<Item>,
    /// How many more there are than are shown.
    pub left_out: u64,
}

impl Section {
    fn papers(&self) -> u64 {
        u64::try_from(self.items.len()).unwrap_or(u64::MAX).saturating_add(self.left_out)
    }
}

/// A paper in a digest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Item {
    pub(super) title: Text,
    pub(super) lang: Option<Text>,
    pub(super) dir: Option<&'static str>,
    pub(super) state: Option<&'static str>,
    pub(super) people: Text,
    pub(super) facts: Vec<Text>,
    pub(super) note: Vec<Text>,
    pub(super) trend: Option<Text>,
    pub(super) abstract_text: Text,
    pub(super) reason: Option<Text>,
    /// Its page here.
    pub(super) page: String,
    /// Where else one can read on.
    pub(super) links: Vec<(Text, String)>,
}

impl Item {
    /// A paper with the last readings of its counters, what an editor says of it, why it is in the list, and how much it is
    /// talked about, in words.
    pub fn new(
        paper: &Paper,
        signals: &[Signal],
        note: Option<&Note>,
        reason: Option<String>,
        trend: Option<String>,
        urls: &Urls,
    ) -> Self {
        let title = Text::line(paper.title().text.as_str());
        let said =
            |words: Option<String>| words.map(|words| Text::line(&words)).filter(|words| !words.is_empty());
        Self {
            dir: parts::direction(title.as_str()),
            title: if title.is_empty() { Text::line("Untitled") } else { title },
            lang: paper.language().cloned(),
            state: paper.state(),
            people: Text::line(&parts::people_in_brief(paper, NAMED)),
            facts: facts(paper, signals, trend.is_some()),
            note: note.map(note::paragraphs).unwrap_or_default(),
            trend: said(trend),
            abstract_text: paper
                .abstract_text()
                .map(|form| Text::line(form.text.as_str()))
                .unwrap_or_default(),
            reason: said(reason),
            page: urls.absolute(Place::Paper(&paper.id)),
            links: links(paper, signals),
        }
    }
}

/// When and where it appeared, and what was counted; what is talked about says its counts itself.
fn facts(paper: &Paper, signals: &[Signal], is_trend: bool) -> Vec<Text> {
    let day = paper.published().to_chrono().format("%-d %B %Y").to_string();
    let venue = paper.venue().or(paper.citation()).map(ToString::to_string).filter(|venue| !venue.is_empty());
    let category = || paper.subjects().first().map(|subject| subject.term.to_string());
    let counted = |kind, thing: &str| match card::count(signals, kind) {
        some if some > 0 && !is_trend => Some(format!("{some} {}", card::plural(some, thing))),
        _none => None,
    };
    [
        Some(day),
        venue.or_else(category),
        counted(SignalKind::Votes, "vote"),
        counted(SignalKind::Points, "point"),
        counted(SignalKind::Citations, "citation"),
    ]
    .into_iter()
    .flatten()
    .map(|fact| Text::line(&fact))
    .filter(|fact| !fact.is_empty())
    .collect()
}

fn links(paper: &Paper, signals: &[Signal]) -> Vec<(Text, String)> {
    let doi = paper.ids().into_iter().find(|id| matches!(id, ExternalId::Doi(_))).and_then(outside::address);
    let read = card::links(paper, signals);
    let doi =
        doi.filter(|doi| read.iter().all(|(_label, url)| url != doi)).map(|url| ("DOI".to_owned(), url));
    let links = read.into_iter().take(LINKS).chain(doi);
    links.map(|(label, url)| (Text::line(&label), url.to_string())).collect()
}

/// What stands under a digest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Footer {
    /// The address at which one click unsubscribes.
    pub unsubscribe: String,
    /// The address at which wishes can be changed.
    pub preferences: String,
    /// The address of the list of all topics.
    pub topics: String,
}

/// A letter that asks whether the address shall get digests. It holds no word of whoever gave the address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Confirmation {
    /// The address of the page at which this is confirmed.
    pub confirm: String,
    /// What was asked for: the titles of topics, and lists.
    pub topics: Vec<String>,
    /// How often and when, in words, such as `every Monday at 07:00 (Europe/Zurich)`.
    pub cadence: String,
    /// How long the link is valid.
    pub hours: u32,
}
