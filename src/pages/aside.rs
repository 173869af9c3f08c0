//! What stands beside a list: topics, what is talked about, picks; and what is said where there is nothing.

use crate::model::text::Text;
use crate::model::topic::TopicId;
use crate::pages::card::Line;
use crate::pages::charts;
use crate::pages::frame::Link;
use crate::urls::Place;
use crate::urls::Urls;

/// A topic in a list beside the page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Busy {
    /// The topic.
    pub id: TopicId,
    /// Its title.
    pub title: String,
    /// How many papers entered it on each of the last 30 days, today last.
    pub days: Vec<u64>,
}

/// What stands beside a list.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Aside {
    /// Some topics.
    pub topics: Vec<Busy>,
    /// How many there are in all.
    pub all_topics: usize,
    /// What is talked about.
    pub talked: Vec<Line>,
    /// Where there is more of that.
    pub talked_at: String,
    /// What it is called.
    pub talked_title: &'static str,
    /// What editors picked.
    pub picked: Vec<Line>,
}

pub(super) struct AsideView<'page> {
    pub(super) title: &'static str,
    pub(super) topics: Vec<BusyView>,
    pub(super) all_topics: usize,
    pub(super) more_topics: usize,
    pub(super) talked: &'page [Line],
    pub(super) talked_at: &'page str,
    pub(super) talked_title: &'static str,
    pub(super) picked: &'page [Line],
}

pub(super) struct BusyView {
    pub(super) page: String,
    pub(super) title: Text,
    pub(super) spark: String,
    pub(super) words: String,
}

impl<'page> AsideView<'page> {
    pub(super) fn new(aside: &'page Aside, title: &'static str, urls: &Urls) -> Self {
        let busy = |topic: &Busy| {
            let (today, week) = (topic.days.iter().rev().take(1), topic.days.iter().rev().take(7));
            BusyView {
                page: urls.path(Place::Topic(&topic.id)),
                title: Text::line(&topic.title),
                spark: charts::spark(&topic.days),
                words: format!("{} today, {} this week", today.sum::<u64>(), week.sum::<u64>()),
            }
        };
        Self {
            title,
            topics: aside.topics.iter().map(busy).collect(),
            all_topics: aside.all_topics,
            more_topics: aside.all_topics.saturating_sub(aside.topics.len()),
            talked: &aside.talked,
            talked_at: &aside.talked_at,
            talked_title: aside.talked_title,
            picked: &aside.picked,
        }
    }
}

/// What is said where there is nothing.
pub(super) struct Nothing {
    pub(super) title: String,
    pub(super) lines: Vec<String>,
    pub(super) link: Option<Link>,
}

impl Nothing {
    pub(super) fn new(title: &str, lines: &[&str]) -> Self {
        Self {
            title: title.to_owned(),
            lines: lines.iter().map(|line| (*line).to_owned()).collect(),
            link: None,
        }
    }
}

/// The way to the other pages of a list.
pub(super) struct Pager {
    pub(super) newest: Option<Link>,
    pub(super) older: Option<Link>,
}
