//! Which known papers a source is asked for by name: those that enrich, and those that count.
//!
//! Each paper is due anew after a while, counted from when it was first seen; what was due since the last run is asked for,
//! longest due first. So nothing is remembered of single papers.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::TimeDelta;

use crate::harvest::job::Job;
use crate::model::coverage::Target;
use crate::model::coverage::WantedBy;
use crate::model::coverage::Wants;
use crate::model::external_id::ExternalId;
use crate::model::ledger::Part;
use crate::model::link::LinkKind;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;
use crate::model::source::Health;
use crate::model::source::SourceState;
use crate::model::time::Timestamp;
use crate::store::Error;
use crate::store::Reader;

/// The part of the ledger that remembers through when papers were asked for.
const PART: &str = "papers asked for";

/// What is to be asked for, and through when that brings the source.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) targets: Vec<Target>,
    through: Timestamp,
}

/// The papers that a source wants to be asked for now. `examples` are those that topics learn from.
pub(super) fn wanted(
    reader: &Reader,
    state: &SourceState,
    wants: Wants,
    examples: &[ExternalId],
    now: Timestamp,
) -> Result<Wanted, Error> {
    if matches!(wants.by, WantedBy::MissingArxiv | WantedBy::MissingDoi | WantedBy::MissingPage) {
        return Ok(Wanted { targets: missing(reader, wants, examples)?, through: now });
    }
    let asked = state.parts.get(PART).map_or(Timestamp::from_micros(0), |part| part.seen_at);
    let again = i64::from(wants.again_hours.max(1)) * 3_600_000_000;
    let mut due: Vec<(Timestamp, Target)> = Vec::new();
    let mut named = BTreeSet::new();
    for paper in reader.newest(None) {
        let paper = paper?;
        if paper.first_seen < now.minus(TimeDelta::days(i64::from(wants.days))) {
            break;
        }
        let age = now.since(paper.first_seen).num_microseconds().unwrap_or(0).max(0);
        let at = Timestamp::from_micros(paper.first_seen.micros().saturating_add(age - age % again));
        let Some(name) = name(&paper, wants.by).filter(|_| at > asked) else { continue };
        if named.insert(name.clone()) {
            due.push((at, Target { name, announced: paper.announced().map(|moment| moment.at.day()) }));
        }
    }
    due.sort_by(|(one, a), (other, b)| one.cmp(other).then_with(|| a.name.cmp(&b.name)));
    let through = match due.get(wants.at_most) {
        // What is due at the same time as the first one left out waits with it.
        Some((left_out, _)) => {
            let through = Timestamp::from_micros(left_out.micros() - 1);
            due.truncate(wants.at_most);
            through
        }
        None => now,
    };
    Ok(Wanted { targets: due.into_iter().map(|(_, target)| target).collect(), through })
}

/// Notes that all of them were asked for.
pub(super) fn note(state: &mut SourceState, wanted: &Wanted, now: Timestamp) {
    let count = u64::try_from(wanted.targets.len()).unwrap_or(u64::MAX);
    let part = Part {
        health: Health::Quiet,
        since: now,
        why: format!("asked for {count} papers"),
        seen_at: wanted.through,
        fresh_day: None,
        largest: None,
        listed: count,
        stated: None,
        gap: None,
        missing: BTreeMap::new(),
    };
    state.parts.insert(PART.to_owned(), part);
}

/// What lists announced and no source has told of yet, newest first, and the examples of topics that are not here; all of
/// the scheme that the source knows.
fn missing(reader: &Reader, wants: Wants, examples: &[ExternalId]) -> Result<Vec<Target>, Error> {
    let mut all = BTreeMap::new();
    for state in reader.sources()? {
        for part in state.parts.into_values() {
            all.extend(part.missing);
        }
    }
    let announced =
        all.into_iter().rev().filter_map(|(name, day)| Some((ExternalId::parse(&name)?, Some(day))));
    let examples = examples.iter().map(|id| (id.clone(), None));
    let mut targets: Vec<Target> = Vec::new();
    for (id, announced) in announced.chain(examples).filter(|(id, _announced)| is_asked_by(id, wants.by)) {
        if targets.len() >= wants.at_most {
            break;
        }
        let name = id.to_string();
        let is_asked = targets.iter().any(|target| target.name == name);
        if !is_asked && reader.paper_by_external(&id)?.is_none() {
            targets.push(Target { name, announced });
        }
    }
    Ok(targets)
}

/// Whether a source that is asked by this can be asked for it.
fn is_asked_by(id: &ExternalId, by: WantedBy) -> bool {
    match by {
        WantedBy::MissingArxiv => matches!(id, ExternalId::Arxiv(_)),
        WantedBy::MissingDoi => matches!(id, ExternalId::Doi(_)),
        WantedBy::MissingPage => matches!(id, ExternalId::Page(_)),
        WantedBy::Arxiv | WantedBy::Doi | WantedBy::ArxivOrDoi | WantedBy::Code => false,
    }
}

/// By what a paper is asked for, if it has that.
fn name(paper: &Paper, by: WantedBy) -> Option<String> {
    let ids = paper.ids();
    let arxiv = || ids.iter().find(|id| matches!(id, ExternalId::Arxiv(_)));
    let doi = || ids.iter().find(|id| matches!(id, ExternalId::Doi(_)));
    match by {
        WantedBy::MissingArxiv | WantedBy::MissingDoi | WantedBy::MissingPage => None,
        WantedBy::Arxiv => arxiv().map(ToString::to_string),
        WantedBy::Doi => doi().or_else(arxiv).map(ToString::to_string),
        WantedBy::ArxivOrDoi => arxiv().or_else(doi).map(ToString::to_string),
        WantedBy::Code => paper
            .links()
            .into_iter()
            .find(|link| link.kind == LinkKind::Code)
            .map(|link| link.url.as_str().to_owned()),
    }
}

/// The papers of the last weeks by the address of their code, where a source counts by it.
pub(super) fn papers_by_code(
    reader: &Reader,
    job: &Job,
    now: Timestamp,
) -> Result<BTreeMap<String, Vec<PaperId>>, Error> {
    let mut found: BTreeMap<String, Vec<PaperId>> = BTreeMap::new();
    let Some(wants) = job.source.wants().filter(|wants| wants.by == WantedBy::Code) else { return Ok(found) };
    for paper in reader.newest(None) {
        let paper = paper?;
        if paper.first_seen < now.minus(TimeDelta::days(i64::from(wants.days))) {
            break;
        }
        if let Some(address) = name(&paper, WantedBy::Code) {
            found.entry(code_key(&address)).or_default().push(paper.id);
        }
    }
    Ok(found)
}

/// An address of code as it is compared.
pub(super) fn code_key(address: &str) -> String {
    address.trim_end_matches('/').trim_end_matches(".git").to_ascii_lowercase()
}
