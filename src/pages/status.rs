//! How the sources are doing, and what this instance is.

use askama::Template;

use crate::model::source::Health;
use crate::model::source::SourceId;
use crate::model::source::SourceState;
use crate::model::text::Text;
use crate::model::time::Timestamp;
use crate::pages;
use crate::pages::Around;
use crate::pages::Error;
use crate::pages::charts;
use crate::pages::charts::Bar;
use crate::pages::charts::Mark;
use crate::pages::frame::Frame;
use crate::pages::frame::Head;
use crate::pages::frame::Here;
use crate::pages::parts;
use crate::pages::parts::Stamp;
use crate::urls::Place;

/// The timeline of a source shows so many days.
const DAYS: u64 = 30;

/// A source and what is remembered of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    /// Its name.
    pub id: SourceId,
    /// What its kind is.
    pub about: &'static str,
    /// How it is asked, in words.
    pub manners: String,
    /// What is remembered; nothing of one that was never asked.
    pub state: Option<SourceState>,
}

/// Whether a state means that somebody should know.
pub const fn is_trouble(health: Health) -> bool {
    match health {
        Health::Unknown | Health::Fresh | Health::Quiet | Health::Holiday => false,
        Health::Stale
        | Health::Gap
        | Health::Partial
        | Health::Blocked
        | Health::Limited
        | Health::Offline
        | Health::Failing => true,
    }
}

/// What is said of all sources in a sentence.
pub fn in_brief(states: &[Option<Health>]) -> String {
    let trouble = states.iter().flatten().filter(|health| is_trouble(**health)).count();
    let unknown = states.iter().filter(|health| health.is_none()).count();
    match (states.len(), trouble, unknown) {
        (0, ..) => "No source is configured.".to_owned(),
        (all, _, unknown) if unknown == all => "No source has been asked yet.".to_owned(),
        (_, 0, _) => "All sources are fine.".to_owned(),
        (1, ..) => "Its only source is in trouble.".to_owned(),
        (all, 1, _) => format!("One of {all} sources is in trouble."),
        (all, some, _) => format!("{some} of {all} sources are in trouble."),
    }
}

/// The page of the sources.
pub fn status(around: Around<'_>, sources: &[Source], now: Timestamp) -> Result<String, Error> {
    let healths: Vec<Option<Health>> =
        sources.iter().map(|source| source.state.as_ref().map(|state| state.health)).collect();
    let mut polls: Vec<(Timestamp, PollView)> = Vec::new();
    let mut gaps = Vec::new();
    for source in sources {
        let Some(state) = &source.state else { continue };
        if let Some(poll) = &state.next_poll {
            let reason = Text::line(&poll.reason);
            polls.push((
                poll.at,
                PollView { at: Stamp::minute(poll.at), source: source.id.to_string(), reason },
            ));
        }
        for (name, part) in state.parts.iter().filter(|(_name, part)| is_trouble(part.health)) {
            let words =
                format!("{} since {}: {}", part.health.name(), Stamp::minute(part.since).people, part.why);
            gaps.push((format!("{}, {name}", source.id), Text::line(&words)));
        }
    }
    polls.sort_by_key(|(at, _poll)| *at);
    let mut views: Vec<SourceView> = sources.iter().map(|source| SourceView::new(source, now)).collect();
    // What somebody should look at comes first.
    views.sort_by_key(|source| !source.is_trouble);
    let view = StatusView {
        head: Head {
            is_status: true,
            ..Head::new(
                "Sources and their health",
                "How each source of papers is doing, and when it is asked next and why.",
            )
            .at(around.urls.absolute(Place::Status))
        },
        frame: Frame::new(around, Here::Status),
        summary: in_brief(&healths),
        now: Stamp::minute(now),
        sources: views,
        legend: [
            (Health::Fresh, "fresh", "brought something new"),
            (Health::Quiet, "quiet", "answered, nothing new"),
            (Health::Holiday, "holiday", "nothing is announced"),
            (Health::Stale, "stale, partial or gap", "something was due and did not all come"),
            (Health::Failing, "failing, limited, blocked or offline", "no answer to use"),
        ]
        .into_iter()
        .map(|(health, name, words)| LegendLine { mark: charts::mark(health), name, words })
        .collect(),
        gaps,
        polls: polls.into_iter().map(|(_at, poll)| poll).collect(),
    };
    pages::render("the sources", &view)
}

#[derive(Template)]
#[template(path = "status.html")]
struct StatusView {
    frame: Frame,
    head: Head,
    summary: String,
    now: Stamp,
    sources: Vec<SourceView>,
    legend: Vec<LegendLine>,
    gaps: Vec<(String, Text)>,
    polls: Vec<PollView>,
}

struct SourceView {
    id: String,
    about: &'static str,
    state: String,
    is_trouble: bool,
    words: String,
    bars: Vec<Bar>,
    facts: Vec<(&'static str, Text)>,
}

struct LegendLine {
    mark: Mark,
    name: &'static str,
    words: &'static str,
}

struct PollView {
    at: Stamp,
    source: String,
    reason: Text,
}

impl SourceView {
    fn new(source: &Source, now: Timestamp) -> Self {
        let state = source.state.as_ref();
        let health = state.map_or(Health::Unknown, |state| state.health);
        let (bars, words) = charts::health(source.id.as_str(), state, now.day(), DAYS);
        let mut facts = Vec::new();
        let mut fact = |name, value: Option<String>| {
            facts.extend(value.map(|value| (name, Text::line(&value))));
        };
        let at = |at: Option<Timestamp>| at.map(|at| Stamp::minute(at).people);
        fact("Last success", at(state.and_then(|state| state.last_success)));
        fact("Last new paper", at(state.and_then(|state| state.last_new)));
        let next = state.and_then(|state| state.next_poll.as_ref());
        fact("Next", next.map(|poll| format!("{}: {}", Stamp::minute(poll.at).people, poll.reason)));
        fact("What went wrong", state.and_then(|state| state.fault.clone()));
        let week: u64 = state
            .iter()
            .flat_map(|state| state.days.iter().rev())
            .take_while(|(day, _noted)| now.day().signed_duration_since(**day).num_days() < 7)
            .map(|(_day, noted)| u64::from(noted.new))
            .sum();
        fact("In 7 days", state.map(|_state| format!("{} that we did not know", parts::papers(week))));
        Self {
            id: source.id.to_string(),
            about: source.about,
            state: parts::sentence(health.name()),
            is_trouble: is_trouble(health),
            words,
            bars,
            facts,
        }
    }
}

/// What this instance is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Instance {
    /// Whom it asks.
    pub sources: Vec<Source>,
    /// How many papers it keeps.
    pub papers: u64,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Where its operator can be reached.
    pub contact: Option<String>,
}

/// The page about this instance.
pub fn about(around: Around<'_>, instance: &Instance) -> Result<String, Error> {
    let since =
        instance.since.map(|since| format!(" since {}", Stamp::day(since).people)).unwrap_or_default();
    let asked = instance
        .sources
        .iter()
        .map(|source| (source.id.to_string(), source.about, Text::line(&parts::sentence(&source.manners))));
    let view = AboutView {
        head: Head {
            is_about: true,
            ..Head::new(
                "About",
                "What this site is, whom it asks for papers and how often, and what it knows about you.",
            )
            .at(around.urls.absolute(Place::About))
        },
        frame: Frame::new(around, Here::About),
        asked: asked.collect(),
        kept: format!("{}{since}", parts::papers(instance.papers)),
        contact: instance
            .contact
            .as_ref()
            .map(|address| (address.trim_start_matches("mailto:").to_owned(), address.clone())),
    };
    pages::render("what this is", &view)
}

#[derive(Template)]
#[template(path = "about.html")]
struct AboutView {
    frame: Frame,
    head: Head,
    asked: Vec<(String, &'static str, Text)>,
    kept: String,
    contact: Option<(String, String)>,
}
