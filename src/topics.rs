//! Saved queries, compiled together: which of them a paper matches, and why.
//!
//! A topic is looked at only when the paper has one of its anchors, the words or values of which a matching paper must
//! have at least one; so the cost grows with the paper and the hits, not with the number of topics.

use std::collections::BTreeSet;
use std::collections::HashMap;

use crate::model::paper::Paper;
use crate::model::signal::Signal;
use crate::model::time::Timestamp;
use crate::model::topic::Revisions;
use crate::model::topic::TopicId;
use crate::query;
use crate::query::Query;
use crate::query::document::Document;
use crate::query::document::KeyKind;

mod anchor;

/// A topic as the operator defined it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Topic {
    /// Its name in addresses.
    pub id: TopicId,
    /// Its title.
    pub title: String,
    /// What it is about, for people.
    pub description: Option<String>,
    /// Which papers belong to it.
    pub query: Query,
    /// What happens when a paper in it is revised.
    pub revisions: Revisions,
    /// What its subscription document covers.
    pub window: Window,
}

/// What a subscription document covers: both of these, whichever reaches further.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    /// So many entries.
    pub entries: usize,
    /// All entries of so many days.
    pub days: u32,
}

impl Default for Window {
    fn default() -> Self {
        Self { entries: 100, days: 14 }
    }
}

impl Topic {
    /// What, when it changes, requires history to be matched again: the query's canonical form and the language's
    /// version.
    pub fn definition(&self) -> String {
        format!("{} {}", query::VERSION, self.query)
    }

    /// What readers see of the topic beside its papers.
    pub fn face(&self) -> String {
        let description = self.description.as_deref().unwrap_or_default();
        format!("{}\n{description}\n{:?}\n{:?}", self.title, self.window, self.revisions)
    }
}

/// A paper belongs to a topic.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Match {
    /// The topic.
    pub topic: TopicId,
    /// The clauses that fired.
    pub reason: String,
}

/// All topics, compiled.
#[derive(Clone, Debug, Default)]
pub struct Topics {
    all: Vec<Topic>,
    places: HashMap<TopicId, usize>,
    anchored: HashMap<(KeyKind, String), Vec<usize>>,
    always: Vec<usize>,
    counts: bool,
}

impl Topics {
    /// Compiles topics. Their names differ; of two that share one the later is found by it.
    pub fn new(topics: Vec<Topic>) -> Self {
        let mut compiled =
            Self { counts: topics.iter().any(|topic| topic.query.asks_for_counts()), ..Self::default() };
        for (place, topic) in topics.iter().enumerate() {
            compiled.places.insert(topic.id.clone(), place);
            match anchor::of(topic.query.root()) {
                Some(keys) => {
                    for key in keys {
                        compiled.anchored.entry(key).or_default().push(place);
                    }
                }
                None => compiled.always.push(place),
            }
        }
        Self { all: topics, ..compiled }
    }

    /// The topics in the order of the configuration.
    pub fn iter(&self) -> impl Iterator<Item = &Topic> {
        self.all.iter()
    }

    /// The topic of that name.
    pub fn topic(&self, id: &TopicId) -> Option<&Topic> {
        self.places.get(id).and_then(|place| self.all.get(*place))
    }

    /// The topics that a paper matches, with the last readings of its counters.
    pub fn of_paper(&self, paper: &Paper, signals: &[Signal], now: Timestamp) -> Vec<Match> {
        self.matches(&Document::new(paper, signals), now)
    }

    /// The topics that a prepared paper matches, in the order of the configuration.
    pub fn matches(&self, document: &Document, now: Timestamp) -> Vec<Match> {
        let mut places: BTreeSet<usize> = self.always.iter().copied().collect();
        if !self.anchored.is_empty() {
            for (kind, key) in document.keys() {
                places.extend(self.anchored.get(&(kind, key.to_owned())).into_iter().flatten());
            }
        }
        let topics = places.into_iter().filter_map(|place| self.all.get(place));
        topics
            .filter_map(|topic| {
                let verdict = topic.query.evaluate(document, now);
                verdict.is_match().then(|| Match { topic: topic.id.clone(), reason: verdict.reason() })
            })
            .collect()
    }

    /// Whether any topic asks for a count (votes, stars), so that a new reading alone may let a paper in.
    pub fn count(&self) -> bool {
        self.counts
    }

    /// The same without anchors: every topic is evaluated. For tests and benches.
    pub fn matches_by_evaluating_all(&self, document: &Document, now: Timestamp) -> Vec<Match> {
        let all = Self { all: self.all.clone(), always: (0..self.all.len()).collect(), ..Self::default() };
        all.matches(document, now)
    }
}
