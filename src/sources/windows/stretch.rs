//! Days that could not be read yet: which they are, how often they were tried, and how lists of them stay short.

use chrono::Days;
use chrono::NaiveDate;
use serde::Deserialize;
use serde::Serialize;

/// Some days that are still to be read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Stretch {
    /// The first day.
    pub(super) from: NaiveDate,
    /// The last day.
    pub(super) until: NaiveDate,
    /// In how many runs they failed.
    #[serde(default)]
    pub(super) tries: u32,
}

impl Stretch {
    /// Its first days and its last; none for a single day.
    pub(super) fn halves(&self) -> Option<[Self; 2]> {
        let days = u64::try_from((self.until - self.from).num_days()).ok().filter(|days| *days > 0)?;
        let until = self.from.checked_add_days(Days::new(days / 2))?;
        let from = until.succ_opt()?;
        Some([Self { until, ..self.clone() }, Self { from, ..self.clone() }])
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.from <= other.until && other.from <= self.until
    }
}

/// Days in a list, each run of them in words.
pub(super) fn in_words(list: &[Stretch]) -> Vec<String> {
    let mut runs: Vec<(NaiveDate, NaiveDate)> = Vec::new();
    for Stretch { from, until, .. } in list {
        match runs.last_mut().filter(|last| last.1.succ_opt().is_some_and(|next| *from <= next)) {
            Some(last) => last.1 = last.1.max(*until),
            None => runs.push((*from, *until)),
        }
    }
    let words = |(from, until): (NaiveDate, NaiveDate)| {
        if from == until { from.to_string() } else { format!("{from} to {until}") }
    };
    runs.into_iter().map(words).collect()
}

/// Puts days into a list in order. Those that overlap are joined, and cut where a window would be longer than any.
pub(super) fn add(list: &mut Vec<Stretch>, stretch: Stretch, length: u64) {
    let mut whole = stretch;
    list.retain(|known| {
        let is_apart = !known.overlaps(&whole);
        if !is_apart {
            whole.from = whole.from.min(known.from);
            whole.until = whole.until.max(known.until);
            whole.tries = whole.tries.max(known.tries);
        }
        is_apart
    });
    loop {
        let end = whole.from.checked_add_days(Days::new(length.saturating_sub(1))).unwrap_or(whole.until);
        let until = end.min(whole.until);
        list.push(Stretch { until, ..whole.clone() });
        match until.succ_opt() {
            Some(from) if from <= whole.until => whole.from = from,
            Some(_) | None => break,
        }
    }
    list.sort_by_key(|known| (known.from, known.until));
}

#[cfg(test)]
mod tests {
    use super::Stretch;
    use super::add;

    fn stretch(from: &str, until: &str) -> Stretch {
        Stretch { from: from.parse().unwrap(), until: until.parse().unwrap(), tries: 1 }
    }

    fn told(list: &[Stretch]) -> Vec<String> {
        list.iter().map(|stretch| format!("{}..{}", stretch.from, stretch.until)).collect()
    }

    #[test]
    fn days_are_halved_until_one_stands_alone() {
        let halves = stretch("2026-08-10", "2026-08-12").halves().unwrap();
        assert_eq!(told(&halves), ["2026-08-10..2026-08-11", "2026-08-12..2026-08-12"]);
        assert_eq!(halves[1].halves(), None);
        let pair = halves[0].halves().unwrap();
        assert_eq!(told(&pair), ["2026-08-10..2026-08-10", "2026-08-11..2026-08-11"]);
        assert_eq!(stretch("2026-08-12", "2026-08-10").halves(), None);
    }

    #[test]
    fn days_that_overlap_are_joined_up_to_the_length_of_a_window() {
        let mut list = Vec::new();
        for (from, until) in [
            ("2026-08-10", "2026-08-12"),
            ("2026-08-20", "2026-08-20"),
            ("2026-08-13", "2026-08-14"),
            ("2026-08-11", "2026-08-16"),
        ] {
            add(&mut list, stretch(from, until), 5);
        }
        assert_eq!(
            told(&list),
            ["2026-08-10..2026-08-14", "2026-08-15..2026-08-16", "2026-08-20..2026-08-20"]
        );
    }
}
