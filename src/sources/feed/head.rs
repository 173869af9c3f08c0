//! What a feed says of itself: its rhythm, its language, its journal.

use std::borrow::Cow;
use std::time::Duration;

use chrono::Weekday;

use crate::model::source::Pace;
use crate::sources::feed::element::Element;
use crate::sources::feed::space::Family;
use crate::sources::feed::space::Scope;
use crate::sources::feed::space::Space;
use crate::sources::xml;

/// No more identifiers of a journal are kept.
const IDS_AT_MOST: usize = 64;

/// A feed's words about itself.
#[derive(Debug, Default)]
pub(in crate::sources) struct Head {
    /// How often it asks to be polled.
    pub(in crate::sources) pace: Pace,
    /// The language of its texts.
    pub(super) language: Option<String>,
    /// The journal, where PRISM names it. A feed's title is not one.
    pub(super) journal: Option<String>,
    /// Identifiers of the journal itself, which some feeds repeat in every item.
    pub(super) ids: Vec<String>,
}

/// Takes what stands before the items of an XML feed, and reads it.
pub(in crate::sources) fn of(outside: &mut xml::Element<'_>) -> Head {
    let family = if outside.is("feed") { Family::Atom } else { Family::Rss };
    read(&Element::take(outside, &mut Scope::new(family)))
}

/// Reads the head of an XML feed.
pub(super) fn read(root: &Element<'_>) -> Head {
    let mut head = Head { language: root.attribute("xml:lang").map(Cow::into_owned), ..Head::default() };
    let mut period = None;
    let mut frequency = 1;
    let channels = root.children().filter(|child| child.name == "channel").flat_map(Element::children);
    for element in root.children().chain(channels) {
        let text = element.trimmed();
        match (element.space, element.name) {
            (Space::Core, "ttl") => {
                head.pace.ttl = text.parse().ok().filter(|minutes| *minutes > 0).map(minutes);
            }
            (Space::Core, "skipHours") => head.pace.skip_hours = hours(element),
            (Space::Core, "skipDays") => head.pace.skip_days = days(element),
            (Space::Core | Space::Dc, "language") if !text.is_empty() => {
                head.language = Some(text.into_owned());
            }
            (Space::Syndication, "updatePeriod") => period = period_of(&text),
            (Space::Syndication, "updateFrequency") => frequency = text.parse().unwrap_or(1).max(1),
            (Space::Prism, "publicationName") if !text.is_empty() => head.journal = Some(text.into_owned()),
            (Space::Prism, "doi") | (Space::Dc, "identifier")
                if !text.is_empty() && head.ids.len() < IDS_AT_MOST =>
            {
                head.ids.push(text.into_owned());
            }
            _ => {}
        }
    }
    // Where a feed gives both, the longer pause is the polite one.
    let stated = period.map(|period: Duration| period / frequency);
    head.pace.ttl = head.pace.ttl.max(stated);
    head
}

fn minutes(count: u32) -> Duration {
    Duration::from_secs(u64::from(count) * 60)
}

fn period_of(name: &str) -> Option<Duration> {
    let hours = match name.to_ascii_lowercase().as_str() {
        "hourly" => 1,
        "daily" => 24,
        "weekly" => 24 * 7,
        "monthly" => 24 * 30,
        "yearly" => 24 * 365,
        _ => return None,
    };
    Some(Duration::from_secs(hours * 3_600))
}

/// The hours 0 to 23; the older 24 means midnight.
fn hours(element: &Element<'_>) -> Vec<u8> {
    let stated = element.children().filter(|child| child.name == "hour");
    let mut hours: Vec<u8> = stated
        .filter_map(|child| child.trimmed().parse::<u8>().ok())
        .filter(|hour| *hour <= 24)
        .map(|hour| hour % 24)
        .collect();
    hours.sort_unstable();
    hours.dedup();
    // A feed that forbids every hour cannot mean it.
    if hours.len() >= 24 { Vec::new() } else { hours }
}

fn days(element: &Element<'_>) -> Vec<Weekday> {
    let stated = element.children().filter(|child| child.name == "day");
    let mut days: Vec<Weekday> = Vec::new();
    for day in stated.filter_map(|child| child.trimmed().parse::<Weekday>().ok()) {
        if !days.contains(&day) {
            days.push(day);
        }
    }
    if days.len() >= 7 { Vec::new() } else { days }
}
