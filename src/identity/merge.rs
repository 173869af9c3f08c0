//! A paper and an observation give the paper and what changed.
//!
//! A paper is a join of its observations: joining is idempotent, and it does not matter in which order or grouping the
//! sources report. Of one source and key the highest version, then the latest report, stays; identifiers and former
//! titles only ever grow and the earliest dates stay, so that a late or repeated report undoes nothing. Reports of one source on one work come
//! in the order of their times, since its harvests follow one another: a report that repeats the last one is not kept,
//! not even for its time, or every poll would rewrite every paper.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::TimeDelta;

use crate::identity::keys;
use crate::model::author::Author;
use crate::model::change::Change;
use crate::model::change::Event;
use crate::model::external_id::ExternalId;
use crate::model::link::LinkKind;
use crate::model::observation::Naming;
use crate::model::observation::Observation;
use crate::model::paper::Absorbed;
use crate::model::paper::Chosen;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;
use crate::model::record::Announce;
use crate::model::record::Role;
use crate::model::source::Authority;
use crate::model::time::Moment;
use crate::model::time::Precision;
use crate::model::time::Timestamp;

/// What merging an observation into a paper gave.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Merged {
    /// The paper as it is now.
    pub paper: Paper,
    /// What changed for readers.
    pub change: Change,
    /// Whether there is anything to store: a further source may change nothing for readers and yet be kept.
    pub is_dirty: bool,
}

/// So many records of two papers are remembered apart when they become one.
const MOST_REMEMBERED: usize = 100;

/// The paper that a first observation makes.
pub fn begin(id: PaperId, observation: Observation) -> Paper {
    let mut paper = Paper {
        id,
        aliases: BTreeMap::new(),
        first_seen: observation.fetched_at,
        events: events_of(&observation),
        observations: vec![observation],
        chosen: Chosen::default(),
    };
    paper.chosen = choose(&paper.observations);
    paper
}

/// Adds an observation to the paper it is of.
pub fn merge(before: &Paper, observation: Observation) -> Merged {
    let mut paper = before.clone();
    paper.first_seen = paper.first_seen.min(observation.fetched_at);
    note_events(&mut paper.events, events_of(&observation));
    let is_news = keep_observation(&mut paper.observations, observation);
    paper.chosen = choose(&paper.observations);
    let change = compare(before, &paper);
    let is_dirty = is_news || paper.events != before.events || paper.first_seen != before.first_seen;
    Merged { paper, change, is_dirty }
}

/// Makes two papers one: `into` stays, `from` becomes one of its aliases.
pub fn absorb(into: &Paper, from: &Paper) -> Paper {
    let mut paper = into.clone();
    paper.first_seen = paper.first_seen.min(from.first_seen);
    note_events(&mut paper.events, from.events.clone());
    for observation in &from.observations {
        keep_observation(&mut paper.observations, observation.clone());
    }
    paper.aliases.extend(from.aliases.iter().map(|(id, absorbed)| (id.clone(), absorbed.clone())));
    // Of a paper that swallows very many it is not kept what each of them was.
    let records = |paper: &Paper| paper.observations.iter().map(Observation::record).collect::<BTreeSet<_>>();
    let has_room = into.observations.len() + from.observations.len() <= MOST_REMEMBERED;
    let (records, joined) = if has_room { (records(from), records(into)) } else { Default::default() };
    let (first_seen, events) = (from.first_seen, from.events.clone());
    paper.aliases.insert(from.id.clone(), Absorbed { first_seen, events, records, joined });
    paper.chosen = choose(&paper.observations);
    paper
}

/// The paper that observations make which were of another one so far, and to which, with them, `known` had happened: a new
/// one, or one that had been absorbed. `None` where there are no observations.
pub fn part_off(
    id: PaperId,
    absorbed: Option<&Absorbed>,
    known: &BTreeMap<Event, Timestamp>,
    observations: impl IntoIterator<Item = Observation>,
) -> Option<Paper> {
    let mut observations = observations.into_iter();
    let mut paper = begin(id, observations.next()?);
    for observation in observations {
        paper = merge(&paper, observation).paper;
    }
    if let Some(absorbed) = absorbed {
        paper.first_seen = paper.first_seen.min(absorbed.first_seen);
        note_events(&mut paper.events, absorbed.events.clone());
    }
    let told = known.iter().filter(|(event, _at)| paper.events.contains_key(event));
    let told = told.map(|(event, at)| (*event, *at)).collect();
    note_events(&mut paper.events, told);
    keep_told(&mut paper);
    Some(paper)
}

/// Takes observations out of a paper that turned out to be of another one. `None` when nothing is left of it. What
/// happened to the paper is kept as far as what is left of it still says so.
pub fn part(from: &Paper, leaves: impl Fn(&Observation) -> bool) -> Option<Paper> {
    let mut paper = from.clone();
    paper.observations.retain(|observation| !leaves(observation));
    if paper.observations.len() == from.observations.len() {
        return Some(paper);
    }
    if paper.observations.is_empty() {
        return None;
    }
    keep_told(&mut paper);
    paper.chosen = choose(&paper.observations);
    Some(paper)
}

/// Forgets what no observation says any more.
fn keep_told(paper: &mut Paper) {
    let told: BTreeSet<Event> =
        paper.observations.iter().flat_map(|one| events_of(one).into_keys()).collect();
    let version = paper.version().unwrap_or(0);
    paper.events.retain(|event, _at| match event {
        Event::Version(number) => *number <= version,
        Event::CodeReleased | Event::Published | Event::Withdrawn | Event::Retracted => told.contains(event),
    });
}

/// Joins an observation with the one of the same source and key, if there is one; says whether that told anything new.
fn keep_observation(observations: &mut Vec<Observation>, observation: Observation) -> bool {
    let place = observations
        .binary_search_by(|known| (&known.source, &known.key).cmp(&(&observation.source, &observation.key)));
    match place {
        Ok(index) => observations.get_mut(index).is_some_and(|known| {
            let joined = join(known, observation);
            let is_news = !joined.says_the_same(known);
            *known = joined;
            is_news
        }),
        Err(index) => {
            observations.insert(index, observation);
            true
        }
    }
}

/// The later word of one source on one work, with the identifiers and the earliest dates of both.
pub fn join(known: &Observation, new: Observation) -> Observation {
    let rank = |observation: &Observation| (observation.version.unwrap_or(0), observation.fetched_at);
    let (older, mut newer) =
        if rank(&new) >= rank(known) { (known.clone(), new) } else { (new, known.clone()) };
    newer.earlier = earlier(&older, &newer);
    newer.ids.extend(older.ids);
    newer.announced = earliest(older.announced, newer.announced);
    newer.submitted = earliest(older.submitted, newer.submitted);
    newer.announce = [older.announce, newer.announce].into_iter().flatten().min();
    newer
}

/// How the work was named before: every naming under another title key, but not the present one. Of too many the first
/// in their order stay, so that it does not matter in which order they came.
fn earlier(older: &Observation, newer: &Observation) -> BTreeSet<Naming> {
    let present = keys::block_of_title(newer.title.text.as_str());
    let is_another = |title: &str| {
        let block = keys::block_of_title(title);
        block.is_some() && block != present
    };
    let mut namings: BTreeSet<Naming> = newer.earlier.iter().chain(&older.earlier).cloned().collect();
    if older.title.text != newer.title.text && is_another(older.title.text.as_str()) {
        let authors = older.authors.listed.iter().take(Naming::AUTHORS).map(Author::bare).collect();
        namings.insert(Naming { title: older.title.text.clone(), authors });
    }
    namings.into_iter().filter(|naming| is_another(naming.title.as_str())).take(Naming::KEPT).collect()
}

/// The earlier of two moments; one that is known to the day goes before one that is not.
fn earliest(one: Option<Moment>, other: Option<Moment>) -> Option<Moment> {
    [one, other].into_iter().flatten().min_by_key(|moment| (moment.precision < Precision::Day, *moment))
}

/// When what a paper was announced with happened: before anyone could notice.
const BEFORE: Timestamp = Timestamp::from_micros(0);

/// A version older than this is no news when it is first heard of.
const HISTORY: TimeDelta = TimeDelta::days(30);

/// What an observation says has happened to its paper, dated when we read it.
fn events_of(observation: &Observation) -> BTreeMap<Event, Timestamp> {
    let at = observation.fetched_at;
    // A version made long before we hear of it is history: a back-fill tells of years of them.
    let is_history = observation
        .revised
        .is_some_and(|revised| revised.precision >= Precision::Day && revised.at < at.minus(HISTORY));
    let version = observation.version.filter(|version| *version > 1 && !is_history).map(Event::Version);
    let is_publishers =
        |id: &ExternalId| matches!(id, ExternalId::Doi(doi) if observation.is_published_as(doi));
    let has_doi = observation.ids.iter().any(is_publishers);
    let is_published = observation.role != Role::Notice && (observation.citation.is_some() || has_doi);
    // A paper that arXiv announces with its reference came so, and nobody who repeats the reference tells news.
    let (published, published_at) = match observation.announce {
        Some(Announce::New) => (is_published, BEFORE),
        // The list that is crossed to may be years younger than the paper, and the reference as well.
        Some(Announce::Cross) => (false, at),
        Some(Announce::Replace | Announce::ReplaceCross) | None => (is_published, at),
    };
    let withdrawn = observation.is_withdrawn.then_some(Event::Withdrawn);
    let retracted = observation.is_retracted.then_some(Event::Retracted);
    let has_code = observation.links.iter().any(|link| link.kind == LinkKind::Code);
    let code = has_code.then_some(Event::CodeReleased);
    let noticed = [version, withdrawn, retracted, code].into_iter().flatten().map(|event| (event, at));
    noticed.chain(published.then_some((Event::Published, published_at))).collect()
}

fn note_events(events: &mut BTreeMap<Event, Timestamp>, new: BTreeMap<Event, Timestamp>) {
    for (event, at) in new {
        events.entry(event).and_modify(|known| *known = (*known).min(at)).or_insert(at);
    }
}

/// Picks the observation for each field. What speaks of the paper itself goes before what only adds to it, and a notice
/// about it gives none; ties go to the source and key that sort first, never to the later arrival.
fn choose(observations: &[Observation]) -> Chosen {
    let text_rank = |observation: &Observation| {
        (observation.role == Role::Paper, observation.authority, observation.version.unwrap_or(0))
    };
    // A journal knows best where it published.
    let journal_rank = |observation: &Observation| {
        let weight = match observation.authority {
            Authority::Publisher => 2,
            Authority::Repository => 1,
            Authority::Aggregator => 0,
        };
        (weight, observation.version.unwrap_or(0))
    };
    let best = |has: &dyn Fn(&Observation) -> bool| best_by(observations, has, &text_rank);
    let best_journal = |has: &dyn Fn(&Observation) -> bool| best_by(observations, has, &journal_rank);
    let first = |moment: &dyn Fn(&Observation) -> Option<Moment>| {
        let speaking = observations.iter().enumerate().filter(|(_, one)| one.role != Role::Notice);
        let dated = speaking.filter_map(|(index, one)| Some((moment(one)?, index)));
        dated
            .min_by_key(|(moment, index)| (moment.precision < Precision::Day, *moment, *index))
            .map(|(_, index)| index)
    };
    Chosen {
        title: best(&|_any| true).unwrap_or(0),
        abstract_text: best(&|one| one.abstract_text.is_some()),
        authors: best(&|one| !one.authors.listed.is_empty()),
        subjects: best(&|one| !one.subjects.is_empty()),
        announced: first(&|one| one.announced),
        submitted: first(&|one| one.submitted),
        comment: best(&|one| one.comment.is_some()),
        venue: best_journal(&|one| one.venue.is_some()),
        citation: best_journal(&|one| one.citation.is_some()),
        license: best(&|one| one.license.is_some()),
        organisation: best(&|one| one.organisation.is_some()),
        language: best(&|one| one.language.is_some()),
    }
}

fn best_by<K: Ord>(
    observations: &[Observation],
    has: &dyn Fn(&Observation) -> bool,
    rank: &dyn Fn(&Observation) -> K,
) -> Option<usize> {
    let speaks = |one: &Observation| one.role != Role::Notice && has(one);
    let having = observations.iter().enumerate().filter(|(_, observation)| speaks(observation));
    having.max_by_key(|(index, observation)| (rank(observation), Reverse(*index))).map(|(index, _)| index)
}

/// What a reader of the paper sees differently now.
fn compare(before: &Paper, after: &Paper) -> Change {
    let events: BTreeSet<Event> = if after.updated() > before.updated() {
        after.events.keys().filter(|event| !before.events.contains_key(event)).copied().collect()
    } else {
        BTreeSet::new()
    };
    if events.contains(&Event::Withdrawn) || events.contains(&Event::Retracted) {
        Change::Withdrawn
    } else if !events.is_empty() || face(before) != face(after) {
        Change::Revised(events)
    } else if before.subjects() != after.subjects() {
        Change::CrossListed
    } else {
        Change::Unchanged
    }
}

/// What of a paper readers see, without its subjects.
fn face(paper: &Paper) -> impl PartialEq {
    (
        paper.title().clone(),
        paper.abstract_text().cloned(),
        paper.authors().cloned(),
        [
            paper.comment().cloned(),
            paper.venue().cloned(),
            paper.citation().cloned(),
            paper.organisation().cloned(),
        ],
        paper.license().cloned(),
        (paper.is_withdrawn(), paper.is_retracted()),
        paper.announced(),
    )
}

#[cfg(test)]
mod tests;
