//! What the end of one harvest means for other sources: gaps that are closed by it, and repairs that are due at once. Pure.
//!
//! A source that keeps history (arXiv's OAI-PMH) has everything through the day of its last complete run; gaps, cut lists
//! and stale feeds of sources whose parts it covers are closed by that. A list that names papers nobody told of makes the
//! source that can ask for them due; a part that is newly partial, stale or gapped makes its repairer due.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono::TimeDelta;

use crate::harvest::job::Job;
use crate::harvest::ledger;
use crate::harvest::schedule;
use crate::model::coverage::WantedBy;
use crate::model::external_id::ExternalId;
use crate::model::ledger::Part;
use crate::model::source::Health;
use crate::model::source::NextPoll;
use crate::model::source::SourceId;
use crate::model::source::SourceState;
use crate::model::time::Timestamp;

/// Records of an announcement appear about 22:30 US Eastern; later than this time of day in UTC they are all there.
const RECORDS_OUT: TimeDelta = TimeDelta::minutes(3 * 60 + 40);

/// The day through which a source that keeps history has everything, by a complete run that began then.
pub fn complete_through(run: Timestamp) -> NaiveDate {
    run.minus(RECORDS_OUT).day()
}

/// Whether a source harvests from an interface with history.
pub fn keeps_history(job: &Job, now: Timestamp) -> bool {
    let today = now.day();
    job.source.wants().is_none() && job.source.history(today, today).is_some()
}

/// Carries out what follows from the harvests so far, and names the sources whose state it changed. `states` holds every
/// configured source's, `run` is when the harvest at hand began; `is_known` says whether a paper of that identifier is here.
pub fn settle(
    states: &mut BTreeMap<SourceId, SourceState>,
    jobs: &[Job],
    run: Timestamp,
    now: Timestamp,
    is_known: &dyn Fn(&ExternalId) -> bool,
) -> Vec<SourceId> {
    let before = states.clone();
    for state in states.values_mut() {
        for part in state.parts.values_mut() {
            found(part, now, is_known);
        }
    }
    let repairers: Vec<&Job> = jobs.iter().filter(|job| keeps_history(job, now)).collect();
    let mut urged: BTreeMap<SourceId, String> = BTreeMap::new();
    for job in jobs {
        let Some(mut state) = states.get(&job.id).cloned() else { continue };
        for (name, part) in &mut state.parts {
            let covering = repairers.iter().filter(|other| {
                other.id != job.id && other.kind.manners.operator == job.kind.manners.operator
            });
            for repairer in covering {
                let Some(theirs) = states.get(&repairer.id) else { continue };
                let Some(through) = through(theirs, name) else { continue };
                close(part, through, repairer, now);
                let is_new =
                    part.since >= run && matches!(part.health, Health::Partial | Health::Stale | Health::Gap);
                if is_new {
                    urged.insert(
                        repairer.id.clone(),
                        format!("{} of {} is {}", name, job.id, part.health.name()),
                    );
                }
            }
        }
        let is_missing = state.parts.values().any(|part| !part.missing.is_empty() && part.seen_at >= run);
        if is_missing {
            for other in jobs {
                if other.source.wants().is_some_and(|wants| wants.by == WantedBy::MissingArxiv) {
                    urged.insert(other.id.clone(), format!("{} lists papers that are not here yet", job.id));
                }
            }
        }
        if !state.parts.is_empty()
            && state.failures == 0
            && state.parts != before.get(&job.id).map(|old| old.parts.clone()).unwrap_or_default()
        {
            state.health = ledger::overall(&state.parts, now).unwrap_or(state.health);
        }
        states.insert(job.id.clone(), state);
    }
    for (id, why) in urged {
        if let (Some(state), Some(job)) = (states.get_mut(&id), jobs.iter().find(|job| job.id == id)) {
            urge(state, job, &why, now);
        }
    }
    let changed = states.iter().filter(|(id, state)| before.get(*id) != Some(*state));
    changed.map(|(id, _)| id.clone()).collect()
}

/// Takes what has arrived off the list of the missing.
fn found(part: &mut Part, now: Timestamp, is_known: &dyn Fn(&ExternalId) -> bool) {
    if part.missing.is_empty() {
        return;
    }
    part.missing.retain(|name, _| ExternalId::parse(name).is_some_and(|id| !is_known(&id)));
    if part.missing.is_empty() && part.health == Health::Gap && part.gap.is_none() {
        heal(part, format!("all {} listed papers are here", part.listed), now);
    }
}

/// Through which day a source has everything of a part that may join several categories with `+`.
fn through(theirs: &SourceState, name: &str) -> Option<NaiveDate> {
    let days = name.split('+').map(|category| theirs.parts.get(category).and_then(|part| part.fresh_day));
    days.collect::<Option<Vec<_>>>()?.into_iter().min()
}

/// Closes what a source with everything through a day has repaired.
fn close(part: &mut Part, through: NaiveDate, repairer: &Job, now: Timestamp) {
    if let Some((_, to)) = part.gap
        && to <= through
    {
        part.gap = None;
        if part.health == Health::Gap && part.missing.is_empty() {
            heal(part, format!("what was missed came from {}", repairer.id), now);
        }
    }
    let seen_on = part.seen_at.day();
    if part.health == Health::Partial
        && part.missing.is_empty()
        && part.fresh_day.unwrap_or(seen_on) <= through
    {
        heal(part, format!("what the cut list left out came from {}", repairer.id), now);
    }
}

fn heal(part: &mut Part, why: String, now: Timestamp) {
    part.health = Health::Fresh;
    part.why = why;
    part.since = now;
}

/// Makes a source due as soon as its manners allow.
fn urge(state: &mut SourceState, job: &Job, why: &str, now: Timestamp) {
    if matches!(state.health, Health::Limited | Health::Blocked | Health::Offline) {
        return;
    }
    let floor = state.last_attempt.map_or(now, |last| schedule::after(last, job.manners.every_at_least));
    let at = floor.max(now);
    if state.next_poll.as_ref().is_none_or(|poll| poll.at > at) {
        state.next_poll = Some(NextPoll { at, reason: format!("a repair: {why}") });
    }
}
