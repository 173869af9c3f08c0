//! Saved queries and profiles, compiled together: which topics a paper belongs to, and why.
//!
//! Everything that queries ask for is a numbered term. A paper is scanned once into the terms it has and their places,
//! and a query is looked at only when the paper has one of its anchors, the rarest terms of which a matching paper must
//! have at least one, and the next rarest beside it; so the cost grows with the paper and the hits, not with the number
//! of topics. [`query::Query::matches`] says the same of one query and one paper, slowly and without terms: a property
//! test compares the two with the full-text index.
//!
//! A topic with prose or examples is ranked: its query, if it has one, only says which papers may be scored, and
//! [`ranking`] decides among them.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;

use crate::model::beside::Beside;
use crate::model::external_id::ExternalId;
use crate::model::paper::Paper;
use crate::model::time::Timestamp;
use crate::model::topic::Revisions;
use crate::model::topic::TopicId;
use crate::query;
use crate::query::Query;
use crate::query::ast::AuthorPattern;
use crate::query::ast::Clause;
use crate::query::ast::Node;
use crate::relevance::rule::Rule;
use crate::topics::compile::Program;
use crate::topics::lexicon::Lexicon;
use crate::topics::lexicon::Term;
use crate::topics::postings::Posting;
use crate::topics::postings::Postings;
use crate::topics::scan::Scan;
use crate::topics::scan::Tables;

mod anchor;

mod compile;

mod judge;

mod lexicon;

mod postings;

pub mod ranking;

mod rarity;

mod scan;

pub mod selector;

/// A topic as the operator defined it: with a query, or ranked, or both.
#[derive(Clone, PartialEq, Debug)]
pub struct Topic {
    /// Its name in addresses.
    pub id: TopicId,
    /// Its title.
    pub title: String,
    /// What it is about, for people.
    pub description: Option<String>,
    /// Which papers may belong to it; all where there is none.
    pub query: Option<Query>,
    /// What decides among them; nothing where all do belong to it.
    pub ranked: Option<Ranked>,
    /// What happens when a paper in it is revised.
    pub revisions: Revisions,
    /// What its subscription document covers.
    pub window: Window,
}

/// What a ranked topic wants.
#[derive(Clone, PartialEq, Debug)]
pub struct Ranked {
    /// What it is about, in prose.
    pub about: Option<String>,
    /// Papers that show what is wanted.
    pub like: Vec<ExternalId>,
    /// Papers that show what is not.
    pub unlike: Vec<ExternalId>,
    /// People whose papers belong to it whatever their score.
    pub follow: Vec<AuthorPattern>,
    /// How well a paper must fit, or how many are wanted.
    pub rule: Rule,
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
    /// version, and what ranks it.
    pub fn definition(&self) -> String {
        let query = self.query.as_ref().map(|query| format!(" {query}")).unwrap_or_default();
        let ranked = self.ranked.as_ref().map(|ranked| format!("\n{ranked:?}")).unwrap_or_default();
        format!("{}{query}{ranked}", query::VERSION)
    }

    /// What readers see of the topic beside its papers.
    pub fn face(&self) -> String {
        let description = self.description.as_deref().unwrap_or_default();
        format!("{}\n{description}\n{:?}\n{:?}", self.title, self.window, self.revisions)
    }

    /// What decides over its papers, by the names that the configuration has for it.
    pub fn rules(&self) -> Vec<(&'static str, String)> {
        let mut rules = Vec::new();
        rules.extend(self.query.as_ref().map(|query| ("query", query.to_string())));
        let Some(ranked) = &self.ranked else { return rules };
        rules.extend(ranked.about.as_ref().map(|about| ("about", about.clone())));
        let list = |papers: &[ExternalId]| {
            let names: Vec<String> = papers.iter().map(ToString::to_string).collect();
            names.join(" ")
        };
        for (name, papers) in [("like", &ranked.like), ("unlike", &ranked.unlike)] {
            if !papers.is_empty() {
                rules.push((name, list(papers)));
            }
        }
        if !ranked.follow.is_empty() {
            let names: Vec<String> = ranked.follow.iter().map(ToString::to_string).collect();
            rules.push(("follow", names.join("; ")));
        }
        rules.push(match ranked.rule {
            Rule::Breadth(breadth) => ("breadth", breadth.name().to_owned()),
            Rule::Budget { per_day } => ("budget", format!("{per_day}/day")),
        });
        rules
    }

    /// What it shows, in words: the query, and what ranks it.
    pub fn in_words(&self) -> String {
        let query = self.query.as_ref().map(ToString::to_string);
        let Some(ranked) = &self.ranked else { return query.unwrap_or_default() };
        let about = ranked.about.as_ref().map(|about| format!("about “{about}”"));
        let like = match ranked.like.len() {
            0 => None,
            1 => Some("like 1 paper".to_owned()),
            several => Some(format!("like {several} papers")),
        };
        let parts: Vec<String> = query.into_iter().chain(about).chain(like).collect();
        parts.join("; ")
    }
}

/// A paper belongs to a topic.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Match {
    /// The topic.
    pub topic: TopicId,
    /// The clauses that fired, or why its score suffices.
    pub reason: String,
}

/// The topics that a paper's words and values speak for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Matched {
    /// It belongs to these, in the order of the configuration.
    pub certain: Vec<Match>,
    /// It meets the condition of these ranked topics, in the same order; its score decides.
    pub gated: Vec<Match>,
}

/// All topics, compiled.
#[derive(Debug, Default)]
pub struct Topics {
    all: Vec<Topic>,
    places: HashMap<TopicId, usize>,
    lexicon: Lexicon,
    conditions: Vec<Condition>,
    /// The programs of the conditions, apart from what is only needed once they match: they are read for every hit.
    programs: Vec<Program>,
    postings: Postings,
    /// Conditions without an anchor, which every paper is compared with.
    always: Vec<u32>,
    /// Ranked topics without a condition.
    open: Vec<usize>,
    counts: bool,
    picks: bool,
    scratch: Mutex<Scratch>,
}

/// A query of a topic, compiled.
#[derive(Debug)]
struct Condition {
    topic: usize,
    role: Role,
    root: Node,
}

/// What a query is to its topic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Role {
    /// What matches belongs to the topic.
    Decides,
    /// What matches may belong to it.
    Gates,
}

/// Tables that one match after the other uses.
#[derive(Debug, Default)]
struct Scratch {
    tables: Tables,
    /// For each condition the paper that it was last looked at for.
    seen: Vec<u32>,
    paper: u32,
}

impl Topics {
    /// Compiles topics. Their names differ; of two that share one the later is found by it.
    pub fn new(topics: Vec<Topic>) -> Self {
        let any = |asks: fn(&Query) -> bool| topics.iter().filter_map(|topic| topic.query.as_ref()).any(asks);
        let (counts, picks) = (any(Query::asks_for_counts), any(Query::asks_for_picks));
        let mut compiled = Self { counts, picks, ..Self::default() };
        for (place, topic) in topics.iter().enumerate() {
            compiled.places.insert(topic.id.clone(), place);
            let role = if topic.ranked.is_some() { Role::Gates } else { Role::Decides };
            match &topic.query {
                Some(query) => compiled.add(place, role, query.root().clone()),
                None => compiled.open.push(place),
            }
            for person in topic.ranked.iter().flat_map(|ranked| &ranked.follow) {
                compiled.add(place, Role::Decides, Node::Clause(Clause::Author(person.clone())));
            }
        }
        let frequencies = rarity::of_terms(&compiled.lexicon);
        let frequency = |term: Term| frequencies.get(term.place()).copied().unwrap_or(1.0);
        let mut pairs = Vec::new();
        for (place, program) in (0_u32..).zip(&compiled.programs) {
            match anchor::of(program, &frequency) {
                Some(anchor) => {
                    let posting = Posting { condition: place, second: anchor.second };
                    pairs.extend(anchor.any.into_iter().map(|term| (term, posting)));
                }
                None => compiled.always.push(place),
            }
        }
        compiled.postings = Postings::new(pairs, compiled.lexicon.len());
        Self { all: topics, ..compiled }
    }

    fn add(&mut self, topic: usize, role: Role, root: Node) {
        let program = compile::compile(&root, &mut self.lexicon);
        self.programs.push(program);
        self.conditions.push(Condition { topic, role, root });
    }

    /// The topics in the order of the configuration.
    pub fn iter(&self) -> impl Iterator<Item = &Topic> {
        self.all.iter()
    }

    /// The topic of that name.
    pub fn topic(&self, id: &TopicId) -> Option<&Topic> {
        self.places.get(id).and_then(|place| self.all.get(*place))
    }

    /// The papers that ranked topics learn from.
    pub fn examples(&self) -> Vec<ExternalId> {
        let ranked = self.all.iter().filter_map(|topic| topic.ranked.as_ref());
        ranked.flat_map(|ranked| ranked.like.iter().chain(&ranked.unlike)).cloned().collect()
    }

    /// Whether any topic asks for a count (votes, stars), so that a new reading alone may let a paper in.
    pub fn ask_for_counts(&self) -> bool {
        self.counts
    }

    /// Whether a topic asks for a count.
    pub fn waits_for_counts(&self, id: &TopicId) -> bool {
        self.topic(id).and_then(|topic| topic.query.as_ref()).is_some_and(Query::asks_for_counts)
    }

    /// Whether any topic asks for what an editor picked.
    pub fn ask_for_picks(&self) -> bool {
        self.picks
    }

    /// Whether any topic is ranked.
    pub fn are_ranked(&self) -> bool {
        self.all.iter().any(|topic| topic.ranked.is_some())
    }

    /// The topics that a paper belongs to by its words and values, and those among which its score decides.
    pub fn of_paper(&self, paper: &Paper, beside: &Beside, now: Timestamp) -> Matched {
        let (mut certain, mut gated): (Vec<Match>, Vec<(usize, Match)>) = Default::default();
        self.matching(paper, beside, now, |condition, program, scan| {
            let Some(topic) = self.all.get(condition.topic) else { return };
            let mut fired = Vec::new();
            judge::fired(&condition.root, program, scan, now, &mut fired);
            let found = Match { topic: topic.id.clone(), reason: fired.join("; ") };
            match condition.role {
                Role::Decides if certain.last().is_some_and(|last| last.topic == topic.id) => {}
                Role::Decides => certain.push(found),
                Role::Gates => gated.push((condition.topic, found)),
            }
        });
        for place in &self.open {
            if let Some(topic) = self.all.get(*place) {
                gated.push((*place, Match { topic: topic.id.clone(), reason: String::new() }));
            }
        }
        gated.retain(|(_place, gate)| !certain.iter().any(|one| one.topic == gate.topic));
        gated.sort_by_key(|(place, _gate)| *place);
        Matched { certain, gated: gated.into_iter().map(|(_place, gate)| gate).collect() }
    }

    /// The topics whose queries a paper matches, as places in the order of the configuration.
    pub fn places_of_paper(&self, paper: &Paper, beside: &Beside, now: Timestamp) -> Vec<usize> {
        let mut places = Vec::new();
        self.matching(paper, beside, now, |condition, _program, _scan| places.push(condition.topic));
        places
    }

    fn matching(
        &self,
        paper: &Paper,
        beside: &Beside,
        now: Timestamp,
        mut found: impl FnMut(&Condition, &Program, &Scan<'_>),
    ) {
        let mut scratch = self.scratch.lock().unwrap_or_else(PoisonError::into_inner);
        let Scratch { tables, seen, paper: at } = &mut *scratch;
        *at = at.wrapping_add(1);
        if seen.len() != self.conditions.len() || *at == 0 {
            *seen = vec![0; self.conditions.len()];
            *at = 1;
        }
        let scan = tables.scan(paper, beside, &self.lexicon);
        let mut places: Vec<usize> = Vec::new();
        let mut look = |place: u32| {
            let Ok(place) = usize::try_from(place) else { return };
            let Some(last) = seen.get_mut(place).filter(|last| **last != *at) else { return };
            *last = *at;
            if self.programs.get(place).is_some_and(|program| judge::matches(program, &scan, now)) {
                places.push(place);
            }
        };
        self.always.iter().for_each(|place| look(*place));
        for term in scan.terms() {
            for posting in self.postings.of(term) {
                if posting.second.is_none_or(|second| scan.has(second)) {
                    look(posting.condition);
                }
            }
        }
        places.sort_unstable();
        for place in places {
            if let (Some(condition), Some(program)) = (self.conditions.get(place), self.programs.get(place)) {
                found(condition, program, &scan);
            }
        }
    }
}
