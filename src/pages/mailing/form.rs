//! The fields of wishes, as the template wants them.

use chrono::Weekday;
use chrono_tz::TZ_VARIANTS;

use crate::model::subscriber::Rhythm;
use crate::model::text::Text;
use crate::model::topic::TopicId;
use crate::pages::mailing::Form;
use crate::pages::parts;

/// Where people live, as the names of time zones begin; the others are older names of the same.
const REGIONS: [&str; 10] = [
    "Africa/",
    "America/",
    "Antarctica/",
    "Arctic/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
];

/// All fields.
pub(super) struct FormView<'page> {
    pub(super) address: Option<Text>,
    pub(super) topics: Vec<TopicView<'page>>,
    pub(super) lists: [ListView; 3],
    pub(super) rhythms: Vec<Choice>,
    pub(super) hours: Vec<Choice>,
    pub(super) zone: Text,
    pub(super) zones: Vec<&'static str>,
    pub(super) even_empty: bool,
}

/// A topic to tick.
pub(super) struct TopicView<'page> {
    pub(super) id: &'page str,
    pub(super) title: Text,
    pub(super) is_on: bool,
}

/// A list to tick.
pub(super) struct ListView {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) about: &'static str,
    pub(super) is_on: bool,
}

/// One of several.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) is_on: bool,
}

impl<'page> FormView<'page> {
    pub(super) fn new(form: &'page Form) -> Self {
        let list = |name, title, about, is_on| ListView { name, title, about, is_on };
        let topic = |(id, title, is_on): &'page (TopicId, String, bool)| {
            let title = Text::line(title);
            let title = if title.is_empty() { Text::line(id.as_str()) } else { title };
            TopicView { id: id.as_str(), title, is_on: *is_on }
        };
        let rhythm = |rhythm: Rhythm| Choice {
            value: rhythm.name().to_owned(),
            label: match rhythm {
                Rhythm::Daily => "every day".to_owned(),
                Rhythm::Weekly(_) => format!("every {}", parts::sentence(rhythm.name())),
            },
            is_on: rhythm == form.rhythm,
        };
        let hour = |hour: u8| Choice {
            value: hour.to_string(),
            label: format!("{hour:02}:00"),
            is_on: hour == form.hour,
        };
        let days =
            std::iter::successors(Some(Weekday::Mon), |day| Some(day.succ())).take(7).map(Rhythm::Weekly);
        Self {
            address: form.address.as_deref().map(Text::line),
            topics: form.topics.iter().map(topic).collect(),
            lists: [
                list("daily", "Daily list", "the day’s papers, ranked", form.daily),
                list("trending", "Trending", "what people talk about", form.trending),
                list("picks", "Editor’s picks", "each with a note", form.picks),
            ],
            rhythms: std::iter::once(Rhythm::Daily).chain(days).map(rhythm).collect(),
            hours: (0..24).map(hour).collect(),
            zone: Text::line(&form.zone),
            zones: zones(),
            even_empty: form.even_empty,
        }
    }
}

fn zones() -> Vec<&'static str> {
    let names = TZ_VARIANTS.iter().map(|zone| zone.name());
    let regional = names.filter(|name| REGIONS.iter().any(|region| name.starts_with(region)));
    std::iter::once("UTC").chain(regional).collect()
}
