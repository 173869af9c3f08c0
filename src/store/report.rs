//! What was found in a store, in words for people.

use std::fmt;

use crate::model::plan::Sequence;
use crate::store::OpenReport;
use crate::store::Verification;
use crate::wal::Damage;

impl OpenReport {
    /// What an operator should know of the opening: one line each, none when nothing was wrong.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.torn_bytes > 0 {
            lines.push(format!(
                "cut {} bytes of a write that was never finished and never counted",
                self.torn_bytes
            ));
        }
        lines.extend(self.damage.iter().map(damage));
        lines.extend(self.unreadable.iter().map(unreadable));
        if self.is_healed {
            lines
                .push("the database still had what the log lost; a whole log was written from it".to_owned());
        }
        if let Some(why) = &self.rebuilt {
            lines.push(format!(
                "the database was built anew from the log ({} plans), because {why}",
                self.replayed
            ));
        }
        lines
    }
}

impl fmt::Display for Verification {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict =
            if self.is_sound() { "log and store agree" } else { "log and store are not whole or differ" };
        writeln!(
            out,
            "{verdict}; the log ends at plan {}, the store at {}",
            self.sequence.0, self.applied.0
        )?;
        for (name, logged, derived) in
            self.counts.iter().filter(|(_name, logged, derived)| logged.max(derived) > &0)
        {
            let mark = if logged == derived { "" } else { "  DIFFERENT" };
            writeln!(out, "  {name}: {logged} in the log, {derived} in the store{mark}")?;
        }
        if self.torn_bytes > 0 {
            writeln!(
                out,
                "  {} bytes after the log's last whole entry; the next start cuts them",
                self.torn_bytes
            )?;
        }
        for line in self.damage.iter().map(damage).chain(self.unreadable.iter().map(unreadable)) {
            writeln!(out, "  {line}")?;
        }
        if let Some(fault) = &self.fault {
            writeln!(out, "  the store: {fault}; the next start builds it anew from the log")?;
        } else if self.digests.0 != self.digests.1 {
            writeln!(
                out,
                "  the content differs; move the sled-* folders away and the next start builds it anew"
            )?;
        }
        Ok(())
    }
}

fn damage(damage: &Damage) -> String {
    let Damage { file, offset, bytes, missing } = damage;
    let lost = match missing {
        Some((first, last)) if first == last => format!("plan {} is lost from it", first.0),
        Some((first, last)) => format!("plans {} to {} are lost from it", first.0, last.0),
        None => "no plan is lost with it".to_owned(),
    };
    format!("the log is damaged in {file} at byte {offset} ({bytes} bytes): {lost}")
}

fn unreadable((sequence, why): &(Sequence, String)) -> String {
    format!("plan {} of the log makes no sense and was skipped: {why}", sequence.0)
}
