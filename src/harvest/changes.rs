//! What changes in the state of sources and their parts: each change is told once, to the log, to alerts and to tests. Pure.

use std::fmt;

use crate::model::source::Health;
use crate::model::source::SourceId;
use crate::model::source::SourceState;

/// So many failures in a row are no accident any more.
const ALARMING_FAILURES: u32 = 3;

/// A source or a part of it is in another state than before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StateChange {
    /// Which source.
    pub source: SourceId,
    /// Which part of it, if not the whole.
    pub part: Option<String>,
    /// The state before.
    pub from: Health,
    /// The state now.
    pub to: Health,
    /// Why, in words.
    pub why: String,
    /// Whether someone must look.
    pub is_alarm: bool,
}

impl fmt::Display for StateChange {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "source {}", self.source)?;
        if let Some(part) = &self.part {
            write!(out, ", {part}")?;
        }
        write!(out, ": {} (was {})", self.to.name(), self.from.name())?;
        if self.why.is_empty() { Ok(()) } else { write!(out, ": {}", self.why) }
    }
}

/// What changed between two states of one source.
pub fn between(old: Option<&SourceState>, new: &SourceState) -> Vec<StateChange> {
    let mut changes = Vec::new();
    let mut tell = |part: Option<&String>, from: Health, to: Health, why: &str, is_alarm: bool| {
        changes.push(StateChange {
            source: new.source.clone(),
            part: part.cloned(),
            from,
            to,
            why: why.to_owned(),
            is_alarm,
        });
    };
    for (name, part) in &new.parts {
        let from = old.and_then(|old| old.parts.get(name)).map_or(Health::Unknown, |part| part.health);
        if from != part.health {
            let is_alarm = matches!(part.health, Health::Stale | Health::Gap);
            tell(Some(name), from, part.health, &part.why, is_alarm);
        }
    }
    let from = old.map_or(Health::Unknown, |old| old.health);
    let why = new.fault.as_deref().unwrap_or_default();
    let has_failed_enough =
        new.failures == ALARMING_FAILURES && old.is_none_or(|old| old.failures < new.failures);
    let is_newly_blocked = new.health == Health::Blocked && from != Health::Blocked;
    if is_newly_blocked || new.health == Health::Failing && has_failed_enough {
        tell(None, from, new.health, why, true);
    } else if from != new.health {
        tell(None, from, new.health, why, false);
    }
    changes
}
