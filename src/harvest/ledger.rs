//! Judges completeness: what an answer shows of a part of a source, beside what was known of it. Pure.
//!
//! Freshness is judged by identifiers and counts, never by the dates in a feed: a stale body is served under today's date
//! (arXiv, August 2026). A list has news when it names a paper that nobody told of, or an identifier larger than any
//! before it in that part; so a list whose papers all came by another door still counts as fresh.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::NaiveDate;
use chrono::TimeDelta;

use crate::model::announcements;
use crate::model::coverage::Coverage;
use crate::model::external_id::ExternalId;
use crate::model::ledger::Part;
use crate::model::source::Health;
use crate::model::source::SourceState;
use crate::model::time::Timestamp;
use crate::sources::Rhythm;

/// How long after midnight US Eastern a feed may still be yesterday's before it counts as stale.
const GRACE: TimeDelta = TimeDelta::minutes(75);

/// A day's list shorter than so many hundredths of what is usual is half filled.
const HALF_FILLED: u64 = 40;

/// Lists are compared with so many before them.
const USUAL_OF: usize = 10;

/// When news is expected of a source.
#[derive(Clone, Debug)]
pub struct Calendar<'a> {
    /// Its kind's rhythm.
    pub rhythm: Rhythm,
    /// Days on which nothing is announced.
    pub quiet_days: &'a BTreeSet<NaiveDate>,
    /// Now.
    pub now: Timestamp,
}

/// What an answer shows, with what we knew before it.
#[derive(Clone, Debug)]
pub struct Shown<'a> {
    /// The answer's words.
    pub coverage: &'a Coverage,
    /// How many of the listed papers no source had told of before this answer.
    pub unseen: usize,
    /// Those that are still unknown after it.
    pub missing: Vec<ExternalId>,
}

impl Calendar<'_> {
    fn day(&self) -> NaiveDate {
        match self.rhythm {
            Rhythm::Announcements | Rhythm::Weekdays { .. } => announcements::eastern_day(self.now),
            Rhythm::Steady | Rhythm::Daily { .. } => self.now.day(),
        }
    }

    fn is_listed_quiet(&self, day: NaiveDate) -> bool {
        self.quiet_days.contains(&day)
    }

    /// Whether papers are announced on a day, as far as is known beforehand.
    fn is_expected(&self, day: NaiveDate) -> bool {
        announcements::is_announcement_day(day) && !self.is_listed_quiet(day)
    }

    /// Days strictly between two on which papers were announced: first and last.
    fn missed_between(&self, known: NaiveDate, today: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
        let between = known.iter_days().skip(1).take_while(|day| *day < today).take(400);
        let missed: Vec<NaiveDate> = between.filter(|day| self.is_expected(*day)).collect();
        missed.first().copied().zip(missed.last().copied())
    }

    /// The state of a part that shows nothing new.
    fn without_news(&self, known: Option<&Part>) -> (Health, String) {
        let today = self.day();
        if self.rhythm != Rhythm::Announcements {
            let fresh = known.filter(|part| part.health == Health::Fresh);
            return fresh
                .map_or((Health::Quiet, "nothing new".to_owned()), |part| (part.health, part.why.clone()));
        }
        if let Some(part) = known.filter(|part| part.fresh_day == Some(today)) {
            return (part.health, part.why.clone());
        }
        if self.is_listed_quiet(today) {
            return (Health::Holiday, format!("{today} is listed as a quiet day"));
        }
        if !self.is_expected(today) {
            return (Health::Quiet, "nothing is announced at weekends".to_owned());
        }
        if self.now < announcements::eastern_midnight(today).plus(GRACE) {
            return (Health::Quiet, format!("the papers of {today} are not out yet"));
        }
        (Health::Stale, format!("{today} has an announcement, and only known papers are listed"))
    }

    /// The state of a part that shows nothing at all. A stale feed holds old papers; one without any, however often it is
    /// seen, says that nothing was announced: a holiday, or a small category.
    fn without_papers(&self, known: Option<&Part>) -> (Health, String) {
        match self.without_news(known) {
            (Health::Stale, _) => {
                (Health::Holiday, format!("the list of {}, a weekday, is empty", self.day()))
            }
            other => other,
        }
    }
}

/// The part after an answer that showed it.
pub fn judge(known: Option<&Part>, shown: &Shown<'_>, calendar: &Calendar<'_>) -> Part {
    let Shown { coverage, unseen, missing } = shown;
    let today = calendar.day();
    let largest_before = known.and_then(|part| part.largest.clone());
    let largest_now = coverage.listed.iter().filter_map(order).max();
    let is_larger = largest_now.as_ref().is_some_and(|now| {
        largest_before
            .as_deref()
            .and_then(ExternalId::parse)
            .as_ref()
            .and_then(order)
            .is_none_or(|before| *now > before)
    });
    let announces = calendar.rhythm == Rhythm::Announcements;
    let has_news = *unseen > 0 || is_larger;
    let listed = u64::try_from(coverage.listed.len()).unwrap_or(u64::MAX);
    let is_short = coverage.is_cut || coverage.stated.is_some_and(|stated| stated > listed);
    let fresh_day = known.and_then(|part| part.fresh_day);
    let mut gap = known.and_then(|part| part.gap);
    let day = coverage.day.unwrap_or(today);
    let mut all_missing: BTreeMap<String, NaiveDate> =
        known.map(|part| part.missing.clone()).unwrap_or_default();
    all_missing.extend(missing.iter().map(|id| (id.to_string(), day)));
    while all_missing.len() > Part::MISSING_KEPT {
        all_missing.pop_first();
    }
    let (mut health, mut why) = if is_short {
        let of = coverage.stated.map_or_else(String::new, |stated| format!(" of {stated}"));
        (Health::Partial, format!("{listed}{of} papers are listed: the list is cut"))
    } else if !missing.is_empty() {
        (Health::Gap, format!("{} of {listed} listed papers are not here yet", missing.len()))
    } else if coverage.listed.is_empty() {
        calendar.without_papers(known)
    } else if has_news {
        (Health::Fresh, format!("{listed} papers of {day}"))
    } else {
        calendar.without_news(known)
    };
    let mut fresh_now = fresh_day;
    if announces && has_news {
        if let Some(missed) = fresh_day.and_then(|known| calendar.missed_between(known, today)) {
            gap = Some(gap.map_or(missed, |(from, to)| (from.min(missed.0), to.max(missed.1))));
        }
        fresh_now = Some(today);
    } else if is_empty_today(health, listed, calendar) {
        fresh_now = Some(today);
    }
    if let (Some((from, to)), Health::Fresh | Health::Quiet | Health::Holiday) = (gap, health) {
        health = Health::Gap;
        why = gap_in_words(from, to);
    }
    Part {
        health,
        since: since(known, health, calendar.now),
        why,
        seen_at: calendar.now,
        fresh_day: fresh_now,
        largest: if is_larger { largest_now } else { largest_before },
        listed,
        stated: coverage.stated,
        gap,
        missing: all_missing,
    }
}

/// The part after an answer that nothing changed.
pub fn unchanged(known: &Part, calendar: &Calendar<'_>) -> Part {
    let (mut health, mut why) = if known.listed == 0 {
        calendar.without_papers(Some(known))
    } else {
        calendar.without_news(Some(known))
    };
    if matches!(known.health, Health::Partial | Health::Gap) && health != Health::Stale {
        (health, why) = (known.health, known.why.clone());
    }
    let is_empty = is_empty_today(health, known.listed, calendar);
    Part {
        health,
        since: since(Some(known), health, calendar.now),
        why,
        seen_at: calendar.now,
        fresh_day: if is_empty { Some(calendar.day()) } else { known.fresh_day },
        ..known.clone()
    }
}

/// Whether a list says that nothing was announced today: then the day is not one that was missed. What it keeps back all the
/// same is found by the nightly pass over what changed.
fn is_empty_today(health: Health, listed: u64, calendar: &Calendar<'_>) -> bool {
    calendar.rhythm == Rhythm::Announcements && health == Health::Holiday && listed == 0
}

/// The list of a day among the lists of other days: half filled when it is far shorter than they usually are.
pub fn compare_days(parts: &mut BTreeMap<String, Part>, name: &str, today: NaiveDate) {
    let Ok(day) = name.parse::<NaiveDate>() else { return };
    // A list that stayed short for days is a short one.
    let age = (today - day).num_days();
    if !announcements::is_announcement_day(day) || !(1..=3).contains(&age) {
        return;
    }
    let others =
        parts.iter().rev().filter_map(|(other, part)| Some((other.parse::<NaiveDate>().ok()?, part.listed)));
    let mut counts: Vec<u64> = others
        .filter(|(other, _)| *other != day && *other != today && announcements::is_announcement_day(*other))
        .map(|(_, listed)| listed)
        .take(USUAL_OF)
        .collect();
    counts.sort_unstable();
    let Some(usual) = counts.get(counts.len() / 2).copied().filter(|_| counts.len() >= 4) else { return };
    let is_short = |part: &&mut Part| part.listed.saturating_mul(100) < usual.saturating_mul(HALF_FILLED);
    if let Some(part) = parts.get_mut(name).filter(is_short) {
        part.health = Health::Partial;
        part.why = format!("{} papers where {usual} are usual: the list is half filled", part.listed);
    }
}

/// What is said of missed days.
fn gap_in_words(from: NaiveDate, to: NaiveDate) -> String {
    if from == to {
        format!("the papers of {from} were missed")
    } else {
        format!("the papers of {from} to {to} were missed")
    }
}

/// The whole source by its parts, where it has some that were seen in the last days; the harvest itself worked.
pub fn overall(parts: &BTreeMap<String, Part>, now: Timestamp) -> Option<Health> {
    let recent = parts.values().filter(|part| now.since(part.seen_at) < TimeDelta::days(4));
    let states: BTreeSet<&str> = recent.map(|part| part.health.name()).collect();
    let order = [Health::Stale, Health::Gap, Health::Partial, Health::Fresh, Health::Holiday, Health::Quiet];
    order.into_iter().find(|health| states.contains(health.name()))
}

/// Whether every part of an announcement source shows today's papers, or none are expected.
pub fn is_settled(parts: &BTreeMap<String, Part>, calendar: &Calendar<'_>) -> bool {
    let today = calendar.day();
    !calendar.is_expected(today)
        || !parts.is_empty()
            && parts.values().all(|part| part.fresh_day == Some(today) || part.health == Health::Holiday)
}

/// Drops what was seen least recently, so that a ledger stays small.
pub fn prune(state: &mut SourceState) {
    while state.parts.len() > SourceState::PARTS_KEPT {
        let oldest = state.parts.iter().min_by_key(|(name, part)| (part.seen_at, (*name).clone()));
        let Some(name) = oldest.map(|(name, _)| name.clone()) else { return };
        state.parts.remove(&name);
    }
}

fn since(known: Option<&Part>, health: Health, now: Timestamp) -> Timestamp {
    known.filter(|part| part.health == health).map_or(now, |part| part.since)
}

/// By what an identifier is compared with others of its kind: only arXiv's new ones are given out in order.
fn order(id: &ExternalId) -> Option<String> {
    match id {
        ExternalId::Arxiv(arxiv) if arxiv.as_str().contains('.') => {
            // Four digits after the point were used before five, in smaller years.
            Some(id.to_string())
        }
        ExternalId::Arxiv(_)
        | ExternalId::Doi(_)
        | ExternalId::Pmid(_)
        | ExternalId::Pmcid(_)
        | ExternalId::OpenReview(_)
        | ExternalId::Acl(_)
        | ExternalId::Page(_) => None,
    }
}

#[cfg(test)]
mod tests;
